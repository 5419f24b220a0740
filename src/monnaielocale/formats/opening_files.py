"""Opening balances of a book (reprise des soldes): one row for each account, and one for each denomination of notes."""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass

import stdnum.exceptions
import stdnum.iban

from ..domain.chart import ROLES, Account, AccountUnknown, account
from ..domain.files import NoRows, Notice
from ..domain.money import AmountNotPositive, decimal_text
from ..domain.refusals import Refusal
from ..domain.text import clean_text
from .columns import Cells, Column, Faults, find_columns, read_cents
from .tabular import Table

COLUMNS = (
    Column("account", ("compte", "code du compte", "account"), required=True),
    Column("denomination", ("coupure", "valeur de la coupure", "denomination")),
    Column("balance", ("solde", "montant", "balance"), required=True),
)


class AccountRepeated(Refusal):
    """Row {first_row} already gives the balance of this account."""

    code = "account_repeated"


class AccountIbanWrong(Refusal):
    """{iban} is not an IBAN: its length or its check digits do not fit."""

    code = "account_iban_wrong"


class DenominationMissing(Refusal):
    """Printed notes are counted by denomination: write 1, 2, 5, 10 or whatever the notes say."""

    code = "denomination_missing"


class DenominationNotWanted(Refusal):
    """Only printed notes have a denomination."""

    code = "denomination_not_wanted"


class NotWholeNotes(Refusal):
    """{amount} is not a whole number of notes of {denomination}."""

    code = "not_whole_notes"


class OpeningBelowZero(Refusal):
    """This account cannot be below zero, and the list says {amount}."""

    code = "opening_below_zero"


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """The balance of one account in its natural sense. The code is the chart's, with the denomination where there is one."""

    row_number: int
    account: str
    denomination_cents: int | None
    amount_cents: int


@dataclass(frozen=True, slots=True)
class OpeningRows:
    """All opening balances of a book, in the order of the list."""

    rows: tuple[OpeningRow, ...]
    notices: tuple[Notice, ...] = ()


def read_opening_rows(table: Table) -> OpeningRows:
    """The balances of a list; accounts are written as in the chart, such as `circulation.digital` or `wallet:E00058`.

    Whether they balance is for the books to say. Raises ColumnMissing, ColumnRepeated, NoRows, and RowsRefused with all faults.
    """
    columns = find_columns(table, COLUMNS)
    if not table.rows:
        raise NoRows()
    faults = Faults()
    first_rows: dict[str, int] = {}
    rows = []
    for row in table.rows:
        cells = Cells(row, columns, faults)
        opening = _opening(cells)
        if opening is None:
            continue
        first = first_rows.setdefault(opening.account, row.number)
        if first != row.number:
            cells.fault("account", AccountRepeated(first_row=first))
        rows.append(opening)
    faults.refuse()
    return OpeningRows(tuple(rows), columns.notices())


def write_opening_rows(balances: Iterable[tuple[str, int | None, int]]) -> bytes:
    """The list that says these balances: account without its denomination, denomination in cents, natural cents."""
    written = io.StringIO(newline="")
    rows = csv.writer(written, delimiter=";", lineterminator="\r\n")
    rows.writerow(("account", "denomination", "balance"))
    for code, denomination_cents, cents in balances:
        rows.writerow((code, "" if denomination_cents is None else decimal_text(denomination_cents), decimal_text(cents)))
    return written.getvalue().encode()


def _opening(cells: Cells) -> OpeningRow | None:
    written = cells.read("account", _account_code, required=True)
    denomination = cells.read("denomination", _denomination)
    amount = cells.read("balance", read_cents, required=True)
    if written is None or (denomination is None and cells.written("denomination")):
        return None
    named = _named(cells, written, denomination)
    if named is None or amount is None:
        return None
    if amount < 0 and named.role.floored:
        cells.fault("balance", OpeningBelowZero(amount=decimal_text(amount)))
    if named.denomination_cents and amount % named.denomination_cents:
        told = decimal_text(named.denomination_cents)
        cells.fault("balance", NotWholeNotes(amount=decimal_text(amount), denomination=told))
    return OpeningRow(cells.row.number, named.code, named.denomination_cents, amount)


def _account_code(written: str) -> str:
    """The code with its key in the only form: an IBAN without spaces, a member's number in capitals."""
    role, mark, key = clean_text(written, max_length=200).partition(":")
    role = role.strip().lower()
    if role not in ROLES:
        raise AccountUnknown(account=clean_text(written, max_length=200))
    if role == "bank":
        key = _iban(key)
    elif role == "wallet":
        key = "".join(key.upper().split())
    return f"{role}{mark}{key.strip()}"


def _iban(written: str) -> str:
    if not written.isascii():
        raise AccountIbanWrong(iban=written)
    try:
        return str(stdnum.iban.validate(written))
    except stdnum.exceptions.ValidationError:
        raise AccountIbanWrong(iban=written.strip()) from None


def _denomination(written: str) -> int:
    cents = read_cents(written)
    if cents <= 0:
        raise AmountNotPositive(amount=decimal_text(cents))
    return cents


def _named(cells: Cells, code: str, denomination_cents: int | None) -> Account | None:
    """The account of the chart that the code and the denomination name together; None after a fault was told."""
    by_denomination = ROLES[code.partition(":")[0]].by_denomination
    if denomination_cents is not None and not by_denomination:
        cells.fault("denomination", DenominationNotWanted())
        return None
    full = code if denomination_cents is None else f"{code}:{denomination_cents}"
    try:
        return account(full)
    except AccountUnknown as unknown:
        bare = by_denomination and denomination_cents is None
        cells.fault("denomination" if bare else "account", DenominationMissing() if bare else unknown)
        return None
