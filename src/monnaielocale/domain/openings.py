"""The opening of a book (reprise des soldes): what its balances must be together before anything is booked.

Only what a later document can clear is opened: euros on the way, in a cash box or not yet attributed are settled before, since no
bank line or slip of these books would ever explain them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from .chart import EURO, FORMS, Account, Form, account, by_form
from .conventions.convention import ConventionVersion, Wallets
from .conventions.rules import check_denomination, check_wallets_here
from .files import RowFault, RowsRefused
from .members import MemberUnknown
from .money import decimal_text
from .refusals import Refusal

_OPENED = {
    "bank",
    *(by_form(role, form) for form in FORMS for role in ("to_return", "redemption_due", "redemption_fees", "operating")),
    *(by_form(role, form) for form in FORMS for role in ("circulation", "owed_by")),
    "issuance.digital",
    "issuance.notes",
    "wallet",
    "wallets_elsewhere",
    "notes.vault",
    "notes.transit_out",
    "notes.public",
    "notes.returned",
}
_OWED_TO_OTHERS = ("to_return", "redemption_due", "redemption_fees")


class OpeningAccountRefused(Refusal):
    """{account} cannot be opened with a balance: settle it before the opening."""

    code = "opening_account_refused"


class BankAccountNotOfBook(Refusal):
    """The bank account {iban} is not one of the book {book}: name it in the convention first."""

    code = "bank_account_not_of_book"


class OpeningPartyUnknown(Refusal):
    """There is no member and no town {party} in this book."""

    code = "opening_party_unknown"


class OpeningUnbalanced(Refusal):
    """The opening does not balance in {currency}: debits less credits are {difference}."""

    code = "opening_unbalanced"


class OpeningNotBacked(Refusal):
    """The euros of the {form} reserve do not back the circulation: {missing} is missing."""

    code = "opening_not_backed"


class DigitalUnitsDiffer(Refusal):
    """{issued} digital units were issued, {held} are in accounts and {circulation} in circulation: the three must be the same."""

    code = "digital_units_differ"


class NotesDiffer(Refusal):
    """{issued} of notes of {denomination} were printed, and {found} are found."""

    code = "notes_differ"


class NotesCirculationDiffers(Refusal):
    """Notes in circulation are {circulation}, but the public holds {held}."""

    code = "notes_circulation_differs"


class OpeningEmpty(Refusal):
    """An opening has at least two balances that are not zero."""

    code = "opening_empty"


class BookAlreadyOpened(Refusal):
    """The book {book} was already opened, or something was booked in it: an opening comes first, and once."""

    code = "book_already_opened"


class OpeningUnknown(Refusal):
    """There is no opening {opening} of the book {book}."""

    code = "opening_unknown"


class Row(Protocol):
    """One balance of a file: the row that shows it, the account's code, and cents in the account's natural sense."""

    @property
    def row_number(self) -> int: ...
    @property
    def account(self) -> str: ...
    @property
    def amount_cents(self) -> int: ...


@dataclass(frozen=True, slots=True)
class OpeningFacts:
    """What the books know when an opening is read: the rules in force, bank accounts with their form, parties by account key."""

    version: ConventionVersion
    bank_forms: Mapping[str, Form]
    members: frozenset[str]
    towns: frozenset[str]


def checked_opening(rows: Iterable[Row], facts: OpeningFacts) -> dict[str, int]:
    """The balances by account, zero ones left out; RowsRefused with every fault of every row, or else of the whole.

    A fault of the whole bears the row number 0. That no account stands twice or below zero was seen when the file was read.
    """
    faults: list[RowFault] = []
    balances: dict[str, int] = {}
    for row in rows:
        try:
            named = account(row.account)
            _check_row(named, facts)
        except Refusal as refusal:
            faults.append(RowFault(row.row_number, "", row.account[:80], refusal))
        else:
            balances[row.account] = row.amount_cents
    kept = {code: cents for code, cents in balances.items() if cents}
    # A row left out for its own fault would make the sums false as well, and hide what is really missing.
    if not faults:
        faults += [RowFault(0, "", "", refusal) for refusal in _faults_of_the_whole(kept, facts)]
    if faults:
        raise RowsRefused(tuple(faults))
    return kept


def _check_row(named: Account, facts: OpeningFacts) -> None:
    role = named.role
    if role.name not in _OPENED:
        raise OpeningAccountRefused(account=named.code)
    if role.name == "bank" and named.key not in facts.bank_forms:
        raise BankAccountNotOfBook(iban=named.key, book=facts.version.book)
    if named.denomination_cents is not None:
        check_denomination(facts.version, named.denomination_cents)
    if role.name == "wallet":
        check_wallets_here(facts.version)
        if named.key not in facts.members:
            raise MemberUnknown(member=named.key)
    elif role.name == "wallets_elsewhere" and facts.version.wallets is Wallets.HERE:
        raise OpeningAccountRefused(account=named.code)
    elif role.keyed and role.name != "bank" and named.key not in facts.members | facts.towns:
        raise OpeningPartyUnknown(party=named.key)


def _faults_of_the_whole(balances: Mapping[str, int], facts: OpeningFacts) -> Iterable[Refusal]:
    if len(balances) < 2:
        yield OpeningEmpty()
    named = {code: account(code) for code in balances}

    def total(wanted: Callable[[Account], bool]) -> int:
        return sum(cents for code, cents in balances.items() if wanted(named[code]))

    for currency, money in ((EURO, "euro"), (facts.version.currency.code, "units")):
        difference = sum(cents * named[code].role.side for code, cents in balances.items() if named[code].role.money == money)
        if difference:
            yield OpeningUnbalanced(currency=currency, difference=decimal_text(difference))
    for form in FORMS:
        missing = -_backing(balances, named, facts, form)
        if missing > 0:
            yield OpeningNotBacked(form=str(form), missing=decimal_text(missing))
    issued = balances.get("issuance.digital", 0)
    held = total(lambda one: one.role.name in ("wallet", "wallets_elsewhere"))
    circulation = balances.get("circulation.digital", 0)
    if not issued == held == circulation:
        yield DigitalUnitsDiffer(issued=decimal_text(issued), held=decimal_text(held), circulation=decimal_text(circulation))
    yield from _faults_of_notes(balances, named)


def _backing(balances: Mapping[str, int], named: Mapping[str, Account], facts: OpeningFacts, form: Form) -> int:
    """Euros at the bank behind a form, less what of them is owed to others than holders, less the debt towards holders."""
    banks = sum(
        cents for code, cents in balances.items() if named[code].role.name == "bank" and facts.bank_forms[named[code].key] is form
    )
    owed = sum(cents for code, cents in balances.items() if named[code].role.name in [by_form(r, form) for r in _OWED_TO_OTHERS])
    # The association's own euros are not the holders'; what it owes its reserve is missing there already.
    own = max(balances.get(by_form("operating", form), 0), 0)
    return banks - owed - own - balances.get(by_form("circulation", form), 0)


def _faults_of_notes(balances: Mapping[str, int], named: Mapping[str, Account]) -> Iterable[Refusal]:
    issued: dict[int, int] = {}
    found: dict[int, int] = {}
    for code, cents in balances.items():
        denomination = named[code].denomination_cents
        if denomination is not None:
            side = issued if named[code].role.name == "issuance.notes" else found
            side[denomination] = side.get(denomination, 0) + cents
    for denomination in sorted(issued.keys() | found.keys()):
        if issued.get(denomination, 0) != found.get(denomination, 0):
            yield NotesDiffer(
                issued=decimal_text(issued.get(denomination, 0)),
                denomination=decimal_text(denomination),
                found=decimal_text(found.get(denomination, 0)),
            )
    held = sum(cents for code, cents in balances.items() if named[code].role.name == "notes.public")
    circulation = balances.get("circulation.notes", 0)
    if circulation != held:
        yield NotesCirculationDiffers(circulation=decimal_text(circulation), held=decimal_text(held))
