"""Tables that spreadsheets write, CSV and XLSX, read into rows of text.

French spreadsheets save CSV with semicolons in Windows' own encoding; others use UTF-8 with or without a mark, UTF-16, commas or
tabs. A row keeps the number under which the spreadsheet shows it, because that is where people look for a fault.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import count, repeat
from typing import NamedTuple

from ..domain.files import RowFault, RowsRefused, TooManyRows
from ..domain.refusals import Refusal
from ..domain.text import shown_text
from .workbook import sheet_rows

BYTES_MAX = 20 * 1024 * 1024
ROWS_MAX = 12_000
COLUMNS_MAX = 64
_ZIP = b"PK\x03\x04"
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
# In these places latin-9 has the euro sign and the French ligatures, and cp1252 signs that no French list holds.
_LATIN_9_ONLY = frozenset(b"\xa4\xbc\xbd\xbe")
_C1 = frozenset(range(0x80, 0xA0))


class FileEmpty(Refusal):
    """The file is empty."""

    code = "file_empty"


class FileTooLarge(Refusal):
    """A file has at most {most_megabytes} megabytes."""

    code = "file_too_large"


class FileIsNoTable(Refusal):
    """This is neither a CSV file nor an XLSX workbook: save the list in one of these formats."""

    code = "file_is_no_table"


class WorkbookOldOrProtected(Refusal):
    """The workbook is in the old XLS format or protected by a password: save it as XLSX without a password."""

    code = "workbook_old_or_protected"


class EncodingUnknown(Refusal):
    """The encoding of the file is not known: save it as CSV in UTF-8, or as XLSX."""

    code = "encoding_unknown"


class CsvQuotesBroken(Refusal):
    """From row {row_number} on, the quotation marks do not pair up: save the list again from the spreadsheet."""

    code = "csv_quotes_broken"


class TooManyColumns(Refusal):
    """A list has at most {most} columns; row {row_number} has more."""

    code = "too_many_columns"


class CellOutsideColumns(Refusal):
    """The row has a value to the right of the last heading: a separator inside a value has moved its cells."""

    code = "cell_outside_columns"


class TableRow(NamedTuple):
    """One row under the number that the spreadsheet shows; it has exactly one cell for each heading."""

    number: int
    cells: tuple[str, ...]


class Table(NamedTuple):
    """A header and the rows below it that are not blank."""

    header: tuple[str, ...]
    rows: tuple[TableRow, ...]


def read_table(data: bytes, *, file_name: str = "") -> Table:
    """The table of a CSV file or of the first sheet of an XLSX workbook; the first row that is not blank holds the headings.

    What the file is decides, not its name. At most 20 MB, 12,000 rows below the header and 64 columns. Raises FileEmpty,
    FileTooLarge, FileIsNoTable, WorkbookOldOrProtected, EncodingUnknown, CsvQuotesBroken, TooManyRows, TooManyColumns, the
    refusals of a workbook, and RowsRefused with every cell that lies outside the columns or has no value.
    """
    if len(data) > BYTES_MAX:
        raise FileTooLarge(most_megabytes=BYTES_MAX // 1024**2)
    if data.startswith(_OLD_WORKBOOK):
        raise WorkbookOldOrProtected()
    if data.startswith(_ZIP) or (not data and file_name.lower().endswith(".xlsx")):
        return _table(sheet_rows(data)) if data else _table(())
    return _table(zip(count(1), _csv_rows(decoded(data)), repeat(())))


def decoded(data: bytes) -> str:
    """The text of a file in UTF-8, UTF-16 with a mark, cp1252 or latin-9; raises EncodingUnknown and FileIsNoTable."""
    marked = next((encoding for mark, encoding in _MARKS.items() if data.startswith(mark)), None)
    try:
        text = data.decode(marked or "utf-8")
    except UnicodeDecodeError as error:
        if marked:
            raise EncodingUnknown() from error
        text = _decoded_8_bit(data)
    if "\0" in text:
        raise FileIsNoTable()
    return text


def _decoded_8_bit(data: bytes) -> str:
    used = frozenset(data)
    if b"\0" in data:
        raise FileIsNoTable()
    latin_9 = used.isdisjoint(_C1) and not used.isdisjoint(_LATIN_9_ONLY)
    try:
        return data.decode("iso8859-15" if latin_9 else "cp1252")
    except UnicodeDecodeError as error:
        raise EncodingUnknown() from error


def _csv_rows(text: str) -> Iterator[list[str]]:
    delimiter, text = _delimiter(text)
    # Strict: a mark that is never closed would otherwise swallow the rest of the list as one cell.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for number in count(1):
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise CsvQuotesBroken(row_number=number) from error
        yield row


def _delimiter(text: str) -> tuple[str, str]:
    """What separates the headings, and the text without the line `sep=;` by which a file may say so itself."""
    first, _, rest = text.partition("\n")
    if first.startswith("sep=") and len(first.rstrip("\r")) == 5 and first[4] in ";,\t|":
        return first[4], rest
    headings = next((line for line in text[:100_000].splitlines() if line.strip(";,\t ")), "")
    outside_quotes = "".join(headings.split('"')[::2])
    return next((mark for mark in ";\t,|" if mark in outside_quotes), ";"), text


def _table(numbered: Iterable[tuple[int, list[str], Iterable[RowFault]]]) -> Table:
    header: tuple[str, ...] | None = None
    rows: list[TableRow] = []
    faults: list[RowFault] = []
    for number, cells, unreadable in numbered:
        faults.extend(unreadable)
        if header is not None and len(cells) == len(header):
            if not any(cells) or not "".join(cells).strip():
                continue
            full = tuple(cells)
        else:
            trimmed = _without_blank_end(cells)
            if not trimmed:
                continue
            if len(trimmed) > COLUMNS_MAX:
                raise TooManyColumns(most=COLUMNS_MAX, row_number=number)
            if header is None:
                header = tuple(shown_text(cell.strip()) for cell in trimmed)
                continue
            if len(trimmed) > len(header):
                faults.append(RowFault(number, "", shown_text(trimmed[-1]), CellOutsideColumns()))
            full = (*trimmed[: len(header)], *repeat("", len(header) - len(trimmed)))
        if len(rows) == ROWS_MAX:
            raise TooManyRows(most=ROWS_MAX)
        rows.append(TableRow(number, full))
    if faults:
        raise RowsRefused(tuple(faults))
    if header is None:
        raise FileEmpty()
    return Table(header, tuple(rows))


def _without_blank_end(cells: list[str]) -> list[str]:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
