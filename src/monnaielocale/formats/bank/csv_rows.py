"""One row of a CSV statement, read by the declared columns."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from ...domain.files import RowFault, ValueMissing
from ...domain.money import cents_from_text
from ...domain.refusals import Refusal
from ...domain.statements.bank import Movement
from ...domain.text import shown_text
from ..text import plain
from .csv_mapping import CsvMapping

T = TypeVar("T")
_PATTERNS = {
    "day_first": re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4}|\d\d)", re.ASCII),
    "month_first": re.compile(r"(?P<month>\d{1,2})[/.-](?P<day>\d{1,2})[/.-](?P<year>\d{4}|\d\d)", re.ASCII),
    "year_first": re.compile(r"(?P<year>\d{4})(?P<mark>[-/.]?)(?P<month>\d\d)(?P=mark)(?P<day>\d\d)", re.ASCII),
}
_TIME_OF_DAY = re.compile(r"[T ]\d\d:\d\d(?::\d\d)?$", re.ASCII)
_YEARS = range(1980, 2200)


class StatementDayUnreadable(Refusal):
    """{written} is not a date in the order declared for this account."""

    code = "statement_day_unreadable"


class AmountInBothColumns(Refusal):
    """The row has an amount in the debit column and one in the credit column."""

    code = "amount_in_both_columns"


class CreditNegative(Refusal):
    """The credit column holds the negative amount {written}."""

    code = "credit_negative"


class RowTooWide(Refusal):
    """The row has more cells than there are headings: a delimiter stands inside a text."""

    code = "row_too_wide"


@dataclass(frozen=True, slots=True)
class CsvLine:
    """A movement with the running balance after it in cents, where the row shows one."""

    row_number: int
    movement: Movement
    balance_cents: int | None


class RowReader:
    """Reads the cells of rows and lists what cannot be read."""

    def __init__(self, mapping: CsvMapping, places: dict[str, int], width: int) -> None:
        self.mapping = mapping
        self.places = places
        self.width = width
        self.row_number = 0
        self.cells: Sequence[str] = ()
        self.faults: list[RowFault] = []

    def read(self, row_number: int, cells: Sequence[str]) -> tuple[CsvLine | None, list[RowFault]]:
        """The line, or None and what is wrong with the row."""
        self.row_number, self.cells, self.faults = row_number, cells, []
        mapping = self.mapping
        if any(cell.strip() for cell in cells[self.width :]):
            self._fault("", cells[-1], RowTooWide())
        booked_on = self._required(mapping.booked_on, self._day)
        value_on = self._optional(mapping.value_on, self._day)
        amount_cents = self._amount()
        balance_cents = self._optional(mapping.balance, cents_from_text)
        if self.faults or booked_on is None or amount_cents is None:
            return None, self.faults
        label, *details = [plain(self._cell(name)) for name in mapping.labels]
        movement = Movement(
            booked_on=booked_on,
            value_on=value_on,
            amount_cents=amount_cents,
            label=label,
            counterparty=plain(self._cell(mapping.counterparty)),
            details=tuple(detail for detail in details if detail),
            references=tuple(reference for reference in [plain(self._cell(mapping.reference))] if reference),
            place=str(row_number),
        )
        return CsvLine(row_number, movement, balance_cents), []

    def _amount(self) -> int | None:
        if self.mapping.amount is not None:
            return self._required(self.mapping.amount, cents_from_text)
        debit = self._optional(self.mapping.debit, cents_from_text)
        credit = self._optional(self.mapping.credit, cents_from_text)
        if debit and credit:
            self._fault(self.mapping.debit, self._cell(self.mapping.debit), AmountInBothColumns())
        elif credit and credit < 0:
            written = self._cell(self.mapping.credit)
            self._fault(self.mapping.credit, written, CreditNegative(written=shown_text(written)))
        elif debit is None and credit is None and not self.faults:
            self._fault(self.mapping.debit, "", ValueMissing())
        # Banks write what leaves with or without its sign in a column that already says so.
        return credit if credit else -abs(debit or 0)

    def _required(self, column: str, reader: Callable[[str], T]) -> T | None:
        if not self._cell(column):
            self._fault(column, "", ValueMissing())
            return None
        return self._optional(column, reader)

    def _optional(self, column: str | None, reader: Callable[[str], T]) -> T | None:
        written = self._cell(column)
        if not written:
            return None
        try:
            return reader(written)
        except Refusal as refusal:
            self._fault(column, written, refusal)
            return None

    def _cell(self, column: str | None) -> str:
        if column is None:
            return ""
        place = self.places[column]
        return self.cells[place].strip() if place < len(self.cells) else ""

    def _fault(self, column: str | None, written: str, refusal: Refusal) -> None:
        self.faults.append(RowFault(self.row_number, column or "", shown_text(written), refusal))

    def _day(self, written: str) -> date:
        """The day, without the time of day that some banks add. Two-figure years belong to this century."""
        bare = _TIME_OF_DAY.sub("", written)
        for order in self.mapping.date_orders:
            found = _PATTERNS[order].fullmatch(bare)
            if not found:
                continue
            year = int(found["year"]) + (2000 if len(found["year"]) == 2 else 0)
            try:
                day = date(year, int(found["month"]), int(found["day"]))
            except ValueError:
                continue
            if day.year in _YEARS:
                return day
        raise StatementDayUnreadable(written=shown_text(written))
