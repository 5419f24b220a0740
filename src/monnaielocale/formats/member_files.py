"""A list of members and their collection mandates, as an association keeps it in a spreadsheet.

A row that says something of a person gives a member, one that says something of a payment gives a mandate; most rows give both.
A member who gave several mandates has a row for each, and what is known of them may be repeated or left blank.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from ..domain.conventions.convention import PaymentKind, ShareMode
from ..domain.files import NoRows, Notice, RowFault, RowsRefused, TooManyRows, ValueMissing
from ..domain.members import MemberIbanWrong, check_member, checked_iban
from ..domain.money import AmountNotPositive, decimal_text
from ..domain.payments.mandates import SUBJECT_LENGTH_MAX, MandateDatesReversed, ShareAmountMissing, ShareAmountNotWanted
from ..domain.progress import Step, counted
from ..domain.refusals import Refusal
from ..domain.text import clean_text
from .columns import Cells, Column, Faults, find_columns, read_cents, read_day, read_member_number, read_text, read_word
from .tabular import Table

ROWS_MAX = 10_000
NAME_LENGTH_MAX = 200
COLUMNS = (
    Column("number", ("adhérent", "n° d'adhérent", "member", "member number"), required=True),
    Column("name", ("nom", "nom et prénom", "nom ou raison sociale", "dénomination", "bénéficiaire", "name", "member name")),
    Column("kind", ("type d'adhérent", "catégorie", "nature de l'adhérent", "type", "kind of member", "member kind")),
    Column("iban", ("iban", "n° iban")),
    Column(
        "mandate_kind",
        ("mandat", "type de mandat", "nature du mandat", "nature du paiement", "mandate", "mandate kind", "kind of payment"),
    ),
    Column("share_mode", ("part", "mode de part", "mode", "quotité", "share", "share mode")),
    Column("share", ("montant de la part", "montant part", "montant", "plafond", "share amount", "amount")),
    Column("subject", ("objet", "subject")),
    Column("starts_on", ("début", "date de début", "à partir du", "starts on", "start")),
    Column("ends_on", ("fin", "date de fin", "jusqu'au", "ends on", "end")),
    Column("signed_on", ("signé le", "date de signature", "signature", "signed on")),
)
_OF_MANDATES = ("share_mode", "share", "subject", "starts_on", "ends_on", "signed_on")
_MEMBER_KINDS: Mapping[str, tuple[str, ...]] = {
    "person": ("personne", "personne physique", "particulier", "individu", "person"),
    "association": ("association", "asso"),
    "business": ("entreprise", "professionnel", "pro", "société", "commerce", "business"),
    "public_body": ("collectivité", "personne publique", "commune", "mairie", "établissement public", "public body"),
}
_PAYMENT_KINDS: Mapping[PaymentKind, tuple[str, ...]] = {
    PaymentKind.OFFICIAL_ALLOWANCE: ("indemnité", "indemnités", "indemnité d'élu", "indemnité de fonction", "official allowance"),
    PaymentKind.STAFF_PAY: ("paie", "paye", "rémunération", "salaire", "traitement", "staff pay"),
    PaymentKind.GRANT: ("subvention", "grant"),
    PaymentKind.SUPPLIER_INVOICE: ("facture", "fournisseur", "supplier invoice"),
}
_SHARE_MODES: Mapping[ShareMode, tuple[str, ...]] = {
    ShareMode.WHOLE: ("totalité", "total", "tout", "en totalité", "whole"),
    ShareMode.FIXED: ("fixe", "montant fixe", "fixed"),
    ShareMode.CEILING: ("plafond", "plafonné", "jusqu'à", "ceiling"),
}
_read_member_kind = read_word(_MEMBER_KINDS)
_read_payment_kind = read_word(_PAYMENT_KINDS)
_read_share_mode = read_word(_SHARE_MODES)


class MemberRowsDiffer(Refusal):
    """Row {first_row} says something else of the same member."""

    code = "member_rows_differ"


class RowSaysNothing(Refusal):
    """The row names a member, but neither their name nor a mandate."""

    code = "row_says_nothing"


@dataclass(frozen=True, slots=True)
class MemberRow:
    """A member as the list states them; the row is the first that does. The IBAN may be blank."""

    row_number: int
    member_number: str
    name: str
    kind: str
    iban: str


@dataclass(frozen=True, slots=True)
class MandateRow:
    """A collection mandate as the list states it; an amount only where the share is fixed or has a ceiling."""

    row_number: int
    member_number: str
    kind: PaymentKind
    share_mode: ShareMode
    share_cents: int | None
    subject: str
    starts_on: date
    ends_on: date | None
    signed_on: date | None


@dataclass(frozen=True, slots=True)
class MemberFile:
    """All members and mandates of a list, each in its order."""

    members: tuple[MemberRow, ...]
    mandates: tuple[MandateRow, ...]
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class ExaminedMembers:
    """A list as far as it can be read, with the faults of its rows; what a faulty row states is incomplete or missing.

    `headings` tells under which heading the list holds each column, for what may be found wrong with it later.
    """

    file: MemberFile
    faults: tuple[RowFault, ...]
    headings: Mapping[str, str]


def read_member_rows(table: Table) -> MemberFile:
    """The members and mandates of a list of at most 10,000 rows.

    Raises ColumnMissing, ColumnRepeated, NoRows, TooManyRows, and RowsRefused with all faults of all rows.
    """
    examined = examine_member_rows(table)
    if examined.faults:
        raise RowsRefused(examined.faults)
    return examined.file


def examine_member_rows(table: Table) -> ExaminedMembers:
    """The members and mandates of a list with all faults of its rows; ColumnMissing, ColumnRepeated, NoRows, TooManyRows."""
    columns = find_columns(table, COLUMNS)
    if not table.rows:
        raise NoRows()
    if len(table.rows) > ROWS_MAX:
        raise TooManyRows(most=ROWS_MAX)
    faults = Faults()
    members: dict[str, MemberRow] = {}
    mandates = []
    for row in counted(Step.READING, table.rows):
        cells = Cells(row, columns, faults)
        number = cells.read("number", _read_number, required=True) or ""
        states_mandate = any(cells.written(name) for name in ("mandate_kind", *_OF_MANDATES))
        states_member = any(cells.written(name) for name in ("name", "kind", "iban"))
        if states_member:
            _keep_member(members, _member(cells, number), cells)
        if states_mandate and (mandate := _mandate(cells, number)):
            mandates.append(mandate)
        if not (states_member or states_mandate):
            cells.fault("number", RowSaysNothing())
    headings = {column.name: columns.heading(column.name) for column in COLUMNS}
    file = MemberFile(tuple(members.values()), tuple(mandates), columns.notices())
    return ExaminedMembers(file, tuple(faults.found), headings)


def _keep_member(members: dict[str, MemberRow], member: MemberRow, cells: Cells) -> None:
    """The first row of a member counts, and every other must agree with it or be silent."""
    first = members.setdefault(member.member_number, member) if member.member_number else member
    if first is member:
        for name in ("name", "kind"):
            if not cells.written(name):
                cells.fault(name, ValueMissing())
        return
    for name in ("name", "kind", "iban"):
        said = getattr(member, name)
        if said and said != getattr(first, name):
            cells.fault(name, MemberRowsDiffer(first_row=first.row_number))


def _member(cells: Cells, number: str) -> MemberRow:
    return MemberRow(
        cells.row.number,
        number,
        name=cells.text("name", NAME_LENGTH_MAX),
        kind=cells.read("kind", _read_member_kind) or "",
        iban=cells.read("iban", _iban_of(number)) or "",
    )


def _mandate(cells: Cells, number: str) -> MandateRow | None:
    kind = cells.read("mandate_kind", _read_payment_kind, required=True)
    mode = cells.read("share_mode", _read_share_mode, required=True)
    cents = _share_cents(cells, mode)
    subject = cells.read("subject", read_text(SUBJECT_LENGTH_MAX)) or ""
    starts_on = cells.read("starts_on", read_day, required=True)
    ends_on = cells.read("ends_on", read_day)
    signed_on = cells.read("signed_on", read_day)
    if starts_on and ends_on and ends_on < starts_on:
        cells.fault("ends_on", MandateDatesReversed(starts_on=starts_on, ends_on=ends_on))
    if kind is None or mode is None or starts_on is None:
        return None
    return MandateRow(cells.row.number, number, kind, mode, cents, subject, starts_on, ends_on, signed_on)


def _share_cents(cells: Cells, mode: ShareMode | None) -> int | None:
    cents = cells.read("share", _positive_cents)
    if mode is ShareMode.WHOLE and cents is not None:
        cells.fault("share", ShareAmountNotWanted(amount=decimal_text(cents)))
    elif mode in (ShareMode.FIXED, ShareMode.CEILING) and not cells.written("share"):
        cells.fault("share", ShareAmountMissing())
    return cents


def _positive_cents(written: str) -> int:
    cents = read_cents(written)
    if cents <= 0:
        raise AmountNotPositive(amount=decimal_text(cents))
    return cents


def _read_number(written: str) -> str:
    number = read_member_number(written)
    # The other two facts are checked in their own columns.
    check_member(number, "person", "x")
    return number


def _iban_of(number: str) -> Callable[[str], str]:
    def read(written: str) -> str:
        bare = clean_text(written, max_length=60)
        # Figures of other scripts pass for figures in the check of the two digits.
        if not bare.isascii():
            raise MemberIbanWrong(member=number)
        return checked_iban(number, bare)

    return read
