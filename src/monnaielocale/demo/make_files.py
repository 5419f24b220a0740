"""The files of the demonstration, written again from the cast: `python -m monnaielocale.demo.make_files`.

Banks and spreadsheets write such files; these are made so that every run of the story reads the same bytes.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from ..domain.chart import EURO
from ..domain.money import decimal_text
from ..domain.statements.bank import BankAccountName, Movement, Statement
from ..formats.bank.camt053_writer import write_camt053
from ..formats.bank.cfonb120_writer import write_cfonb120
from ..formats.spreadsheets import Sheet, SheetColumn, write_xlsx
from . import cast, movements
from .cast import Beneficiary, PaymentList
from .market import cast as market

FOLDER = Path(__file__).parent / "files"
OPENING = "reprise-des-soldes.csv"
CAIRN_OPENING = "reprise-des-soldes-cairn.csv"
HOLDERS = "adherents.csv"
STAFF_MEMBERS = "adherents-et-mandats-agents.csv"
SCHOOL_MEMBERS = "adherents-et-mandats-ecole.csv"
SIGNED_MANDATES = "mandats-signes.txt"
JANUARY = "releves-2026-01-29.cfonb"
JANUARY_END = "releves-2026-01-30.cfonb"
OVERLAP = "releve-2026-02-02.camt.xml"
FEBRUARY = "releves-2026-02-27.cfonb"
MARCH = "releves-2026-03-02.cfonb"

# Cents by denomination.
_NOTES_OF_THE_PUBLIC = {100: 400_000, 200: 600_000, 500: 1_000_000, 1000: 1_600_000, 2000: 2_400_000}
_NOTES_IN_THE_VAULT = {100: 100_000, 200: 200_000, 500: 500_000, 1000: 1_000_000, 2000: 2_000_000}
_NO_BREAK_SPACE = "\u00a0"
_MEMBER_KINDS = {"person": "Personne", "association": "Association", "business": "Entreprise"}


def all_files() -> dict[str, bytes]:
    """Every file of the demonstration by its name."""
    return {
        OPENING: _opening(),
        CAIRN_OPENING: _cairn_opening(),
        HOLDERS: _holders(),
        STAFF_MEMBERS: _members_with_mandates(cast.STAFF),
        SCHOOL_MEMBERS: _members_with_mandates(cast.SCHOOL),
        SIGNED_MANDATES: _signed_mandates(),
        cast.STAFF_LIST_WITH_FAULTS: _list_as_csv(cast.STAFF_LIST, with_faults=True),
        **{one.file_name: _list_as_file(one) for one in cast.LISTS},
        **_statements(),
    }


def main() -> None:
    """Write the files in place."""
    FOLDER.mkdir(exist_ok=True)
    for name, data in all_files().items():
        (FOLDER / name).write_bytes(data)


def french_amount(cents: int) -> str:
    """An amount as a French spreadsheet exports it: 1 050,99 with a no-break space between thousands."""
    whole, _, decimals = decimal_text(cents).partition(".")
    return f"{int(whole):,}".replace(",", _NO_BREAK_SPACE) + f",{decimals}"


def _french_csv(rows: Iterable[Sequence[str]]) -> bytes:
    return "".join(";".join(row) + "\r\n" for row in rows).encode("cp1252")


def _french_day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def _opening() -> bytes:
    """Balances that stand by themselves: each form's euros at the bank back its units, and a little is the association's own."""
    digital, notes = _digital_cents(), sum(_NOTES_OF_THE_PUBLIC.values())
    rows = [
        ("Compte", "Coupure", "Solde"),
        (f"bank:{cast.RESERVE_DIGITAL}", "", french_amount(digital)),
        (f"bank:{cast.RESERVE_NOTES}", "", french_amount(notes)),
        (f"bank:{cast.COLLECTION}", "", french_amount(cast.OWN_EUROS_CENTS)),
        ("operating.digital", "", french_amount(cast.OWN_EUROS_CENTS)),
        ("circulation.digital", "", french_amount(digital)),
        ("circulation.notes", "", french_amount(notes)),
        ("issuance.digital", "", french_amount(digital)),
        *((f"wallet:{member.number}", "", french_amount(cents)) for member, cents in cast.HOLDERS),
    ]
    return _french_csv([*rows, *_printed(_NOTES_OF_THE_PUBLIC, _NOTES_IN_THE_VAULT)])


def _printed(of_the_public: Mapping[int, int], in_the_vault: Mapping[int, int]) -> Iterator[tuple[str, str, str]]:
    for denomination, public in of_the_public.items():
        written, vault = str(denomination // 100), in_the_vault[denomination]
        yield "issuance.notes", written, french_amount(public + vault)
        yield "notes.public", written, french_amount(public)
        yield "notes.vault", written, french_amount(vault)


def _cairn_opening() -> bytes:
    """The books of Le Cairn: the accounts of its members are kept in another system, where they come to one sum."""
    digital, notes = french_amount(market.DIGITAL_CENTS), french_amount(sum(market.NOTES_OF_THE_PUBLIC.values()))
    rows = [
        ("Compte", "Coupure", "Solde"),
        (f"bank:{market.RESERVE_DIGITAL}", "", digital),
        (f"bank:{market.RESERVE_NOTES}", "", notes),
        ("circulation.digital", "", digital),
        ("circulation.notes", "", notes),
        ("issuance.digital", "", digital),
        ("wallets_elsewhere", "", digital),
    ]
    return _french_csv([*rows, *_printed(market.NOTES_OF_THE_PUBLIC, market.NOTES_IN_THE_VAULT)])


def _holders() -> bytes:
    header = ("N° d'adhérent", "Nom", "Type d'adhérent", "IBAN")
    members = [member for member, _ in cast.HOLDERS]
    return _french_csv([header, *((one.number, one.name, _MEMBER_KINDS[one.kind], one.iban) for one in members)])


def _members_with_mandates(beneficiaries: Sequence[Beneficiary]) -> bytes:
    header = (
        "N° d'adhérent",
        "Nom",
        "Type d'adhérent",
        "IBAN",
        "Type de mandat",
        "Part",
        "Montant de la part",
        "Date de début",
        "Date de signature",
    )
    rows = [
        (
            one.member.number,
            one.member.name,
            _MEMBER_KINDS[one.member.kind],
            one.member.iban,
            "Rémunération",
            "Fixe",
            french_amount(one.amount_cents),
            _french_day(cast.MANDATES_FROM),
            _french_day(cast.SIGNATURE_DAY),
        )
        for one in beneficiaries
    ]
    return _french_csv([header, *rows])


def _signed_mandates() -> bytes:
    """What stands for the scan of the signed mandates."""
    return (
        "MANDAT D'ENCAISSEMENT\n"
        "Par le présent mandat (articles 1984 et suivants du code civil), le bénéficiaire autorise Euskal Moneta à\n"
        "encaisser en euros, à sa place, ce que la Ville de Bayonne lui doit, et à le créditer du même montant en eusko.\n"
        "Le mandant seul peut y mettre fin, à tout moment et par écrit.\n"
        "Bayonne, le 7 janvier 2026. Documents signés tenus à la disposition du comptable public.\n"
    ).encode()


def _list_as_file(one: PaymentList) -> bytes:
    return _list_as_xlsx(one) if one.file_name.endswith(".xlsx") else _list_as_csv(one)


def _list_as_csv(one: PaymentList, *, with_faults: bool = False) -> bytes:
    rows = []
    # The staff's pay has one order for the whole list, as in a town's accounts.
    order = f"2026-{100 + cast.LISTS.index(one):06d}"
    for place, beneficiary in enumerate(one.beneficiaries):
        number, cents = beneficiary.member.number, beneficiary.amount_cents
        if with_faults and place == cast.WRONG_AMOUNT:
            cents += 1_000
        if with_faults and place == cast.WRONG_NUMBER:
            number = number[0] + "9" + number[2:]
        rows.append((number, beneficiary.member.name, french_amount(cents), order))
    total = ("Total", "", french_amount(one.total_cents + (1_000 if with_faults else 0)), "")
    return _french_csv([("N° d'adhérent", "Nom", "Montant", "N° de mandat de paiement"), *rows, total])


def _list_as_xlsx(one: PaymentList) -> bytes:
    columns = (SheetColumn("N° d'adhérent"), SheetColumn("Bénéficiaire"), SheetColumn("Montant", "amount"))
    rows = tuple((each.member.number, each.member.name, each.amount_cents) for each in one.beneficiaries)
    sheet = Sheet("Bordereau", columns, rows)
    return write_xlsx([sheet], created_at=datetime(2026, 1, 22, 9, tzinfo=UTC))


def _statements() -> dict[str, bytes]:
    """Bank files that continue one another, and one that overlaps two of them in another format."""
    to_29, to_30, overlapping, to_27, to_2 = _collection_statements()
    quiet_to_29, quiet_to_30, quiet_to_27, arrived = _reserve_statements()
    return {
        JANUARY: write_cfonb120([to_29, *quiet_to_29]),
        JANUARY_END: write_cfonb120([to_30, *quiet_to_30]),
        OVERLAP: write_camt053([overlapping]),
        FEBRUARY: write_cfonb120([to_27, *quiet_to_27]),
        MARCH: write_cfonb120([to_2, *arrived]),
    }


def _collection_statements() -> list[Statement]:
    january, january_end = movements.january(), movements.january_end()
    on_29 = [one for one in january if one.booked_on == cast.REVOCATION_DAY]
    to_29 = _statement(cast.COLLECTION, cast.OPENING_DAY, cast.REVOCATION_DAY, cast.OWN_EUROS_CENTS, january)
    to_30 = _after(to_29, cast.CREDITING_DAY, january_end)
    opening_of_29 = _closing(to_29) - sum(one.amount_cents for one in on_29)
    listed = [*on_29, *january_end, *movements.overlap_only()]
    overlapping = _statement(cast.COLLECTION, cast.REVOCATION_DAY, cast.OVERLAP_DAY, opening_of_29, listed)
    to_27 = _after(overlapping, cast.ON_THE_ROAD_DAY, movements.february())
    return [to_29, to_30, overlapping, to_27, _after(to_27, cast.ARRIVAL_DAY, [])]


def _reserve_statements() -> list[list[Statement]]:
    """Both reserves, on which nothing moves until the transfer arrives."""
    opened = ((cast.RESERVE_DIGITAL, _digital_cents()), (cast.RESERVE_NOTES, sum(_NOTES_OF_THE_PUBLIC.values())))
    stages = [[_statement(iban, cast.OPENING_DAY, cast.REVOCATION_DAY, cents, []) for iban, cents in opened]]
    for day in (cast.CREDITING_DAY, cast.ON_THE_ROAD_DAY):
        stages.append([_after(one, day, []) for one in stages[-1]])
    digital, notes = stages[-1]
    return [*stages, [_after(digital, cast.ARRIVAL_DAY, movements.march()), _after(notes, cast.ARRIVAL_DAY, [])]]


def _digital_cents() -> int:
    return sum(cents for _, cents in cast.HOLDERS)


def _statement(iban: str, covers_from: date, closing_on: date, opening_cents: int, listed: Sequence[Movement]) -> Statement:
    closing_cents = opening_cents + sum(one.amount_cents for one in listed)
    name = BankAccountName(iban=iban)
    return Statement(name, EURO, covers_from, closing_on, opening_cents, closing_cents, tuple(listed))


def _closing(statement: Statement) -> int:
    assert statement.closing_cents is not None
    return statement.closing_cents


def _after(statement: Statement, closing_on: date, listed: Sequence[Movement]) -> Statement:
    """The next statement of the same account, until a day."""
    first = statement.closing_on + timedelta(days=1)
    return _statement(str(statement.account.iban), first, closing_on, _closing(statement), listed)


if __name__ == "__main__":
    main()
