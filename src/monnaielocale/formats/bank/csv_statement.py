"""CSV statements as banks' web sites export them, read by the columns that somebody declared for the account.

The file may begin with lines of its own before the headings. Every fault of every row is told at once.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import TextIOWrapper
from itertools import islice

from ...domain.files import ColumnMissing, ColumnRepeated, RowFault, RowsRefused
from ...domain.money import Money
from ...domain.statements.bank import BankAccountName, Movement, Statement, StatementFile
from ...domain.text import shown_text
from ..text import open_text, plain
from .checks import LINES_MAX, MOVEMENTS_MAX, check_balances, remarks_on
from .csv_balances import Bounds, bounds_of
from .csv_mapping import DELIMITERS, CsvMapping
from .csv_rows import CsvLine, RowReader
from .faults import EmptyMovementsIgnored, StatementEmpty, StatementRowDamaged, StatementTooLong, StatementUnbalanced
from .identity import french_parts

_HEADINGS_WITHIN = 50
_HEADINGS_CHARACTERS = 200_000
_FAULTS_MAX = 1_000
_LINE_CHARACTERS = 65_536
_LINES_OF_ROW = 20
_LINE_END = re.compile("\r\n|\n|\r")


class StatementRowsRefused(RowsRefused):
    """The statement has faults, {count} in all, and nothing of it was kept: correct them, or the declaration of its columns."""

    code = "statement_rows_refused"


@dataclass(frozen=True, slots=True)
class _Headings:
    delimiter: str
    row_number: int
    places: dict[str, int]
    width: int


def read_statement_csv(
    data: bytes, mapping: CsvMapping, *, opening_cents: int | None = None, closing_cents: int | None = None
) -> StatementFile:
    """The statement of one account. Its balances come from the running balance, else from those given in cents, else are None.

    Refuses missing or repeated columns (ColumnMissing, ColumnRepeated), all unreadable cells at once (StatementRowsRefused), and
    balances that do not add up (StatementUnbalanced; between rows, a fault of the row).
    """
    data = data.rstrip(b"\x1a")
    headings = _headings(data, mapping)
    lines = _lines(data, mapping, headings)
    if not lines:
        raise StatementEmpty()
    bounds = bounds_of(lines, mapping)
    if bounds.faults:
        raise StatementRowsRefused(bounds.faults)
    statement = _statement(mapping, lines, bounds, opening_cents, closing_cents)
    check_balances(statement)
    remarks = [*remarks_on(statement)]
    empty = len(lines) - len(statement.movements)
    if empty:
        remarks.append(EmptyMovementsIgnored(count=empty, account=mapping.account))
    return StatementFile(format="csv", statements=(statement,), warnings=tuple(remarks))


def _headings(data: bytes, mapping: CsvMapping) -> _Headings:
    """The row of headings, and the delimiter: the one with which a row among the first names every declared column."""
    stream = open_text(data, mapping.encoding)
    first_lines = _LINE_END.split(stream.read(_HEADINGS_CHARACTERS), maxsplit=_HEADINGS_WITHIN)[:_HEADINGS_WITHIN]
    wanted = {_folded(name): name for name in mapping.columns}
    closest: tuple[str, ...] = ()
    for delimiter in (mapping.delimiter,) if mapping.delimiter else DELIMITERS:
        for row_number, line in enumerate(first_lines, start=1):
            cells = [_folded(cell) for cell in line.split(delimiter)]
            if wanted.keys() <= set(cells):
                repeated = next((wanted[cell] for cell in cells if cell in wanted and cells.count(cell) > 1), None)
                if repeated is not None:
                    raise ColumnRepeated(headings=repeated)
                return _Headings(delimiter, row_number, {wanted[cell]: cells.index(cell) for cell in wanted}, len(cells))
            found = wanted.keys() & set(cells)
            closest = max(closest, tuple(line.split(delimiter)) if found else (), key=lambda row: len(_named(row, wanted)))
    missing = next(name for folded, name in wanted.items() if folded not in _named(closest, wanted))
    raise ColumnMissing(column=missing, headings=shown_text(", ".join(plain(cell) for cell in closest), most=300))


def _folded(cell: str) -> str:
    return plain(cell.strip().strip('"')).casefold()


def _named(cells: Sequence[str], wanted: dict[str, str]) -> set[str]:
    return {_folded(cell) for cell in cells} & wanted.keys()


def _lines(data: bytes, mapping: CsvMapping, headings: _Headings) -> list[CsvLine]:
    """The rows below the headings, read."""
    reader = RowReader(mapping, headings.places, headings.width)
    lines: list[CsvLine] = []
    faults: list[RowFault] = []
    for row_number, cells in _rows(data, mapping, headings):
        line, row_faults = reader.read(row_number, cells)
        faults.extend(row_faults)
        if len(faults) >= _FAULTS_MAX:
            break
        if line is not None:
            lines.append(line)
        if len(lines) > MOVEMENTS_MAX:
            raise StatementTooLong(limit=MOVEMENTS_MAX)
    if faults:
        raise StatementRowsRefused(tuple(faults))
    return lines


def _rows(data: bytes, mapping: CsvMapping, headings: _Headings) -> Iterator[tuple[int, list[str]]]:
    stream = open_text(data, mapping.encoding)
    for _ in range(headings.row_number):
        stream.readline(_HEADINGS_CHARACTERS)
    # Strict: a quotation mark that is never closed would otherwise swallow the movements below it.
    lines = _RowLines(stream)
    rows = csv.reader(lines, delimiter=headings.delimiter, strict=True)
    row_number = headings.row_number
    try:
        for row_number, cells in enumerate(islice(rows, LINES_MAX), start=headings.row_number + 1):
            lines.of_row = 0
            if cells and "".join(cells).strip():
                yield row_number, cells
        if next(rows, None) is not None:
            raise StatementTooLong(limit=LINES_MAX)
    except csv.Error:
        raise StatementRowDamaged(row_number=row_number + 1) from None


class _RowLines:
    """The lines of a file for `csv.reader`, which bounds neither their length nor how many of them one row may take."""

    def __init__(self, stream: TextIOWrapper) -> None:
        self.stream = stream
        self.of_row = 0

    def __iter__(self) -> "_RowLines":
        return self

    def __next__(self) -> str:
        line = self.stream.readline(_LINE_CHARACTERS)
        self.of_row += 1
        if not line:
            raise StopIteration
        if len(line) == _LINE_CHARACTERS or self.of_row > _LINES_OF_ROW:
            raise csv.Error
        return line


def _statement(
    mapping: CsvMapping, lines: Sequence[CsvLine], bounds: Bounds, opening_cents: int | None, closing_cents: int | None
) -> Statement:
    """Balances that somebody gave must agree with those that the file shows (StatementUnbalanced)."""
    for given, shown in ((opening_cents, bounds.opening_cents), (closing_cents, bounds.closing_cents)):
        if given is not None and shown is not None and given != shown:
            expected, found = Money(given, mapping.currency), Money(shown, mapping.currency)
            raise StatementUnbalanced(account=mapping.account, expected=expected, found=found)
    bank, branch, number = french_parts(mapping.account) or ("", "", "")
    days: list[date] = [line.movement.booked_on for line in lines]
    movements: list[Movement] = [line.movement for line in lines if line.movement.amount_cents]
    return Statement(
        account=BankAccountName(iban=mapping.account, bank=bank, branch=branch, number=number),
        currency=mapping.currency,
        covers_from=min(days),
        closing_on=max(days),
        opening_cents=bounds.opening_cents if opening_cents is None else opening_cents,
        closing_cents=bounds.closing_cents if closing_cents is None else closing_cents,
        movements=tuple(movements),
    )
