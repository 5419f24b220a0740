"""XLSX workbooks, read: the cells of the first sheet as exact text (ECMA-376, SpreadsheetML).

openpyxl opens the workbook and knows its strings and date formats. The sheet itself is read here, because its numbers must come
as they are written and not as floats, and because a formula that was never computed must not pass for a blank cell.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element, iterparse

from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.utils.cell import coordinate_to_tuple  # type: ignore[import-untyped]
from openpyxl.utils.datetime import from_excel, from_ISO8601  # type: ignore[import-untyped]

from ..domain.files import RowFault
from ..domain.refusals import Refusal

UNPACKED_BYTES_MAX = 64 * 1024 * 1024
MEMBERS_MAX = 2_000
SHEET_ROWS = 1_048_576
SHEET_COLUMNS = 16_384
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_", re.ASCII)
_NOISE = Decimal("0.000001")
_CENT = Decimal("0.01")
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"


class WorkbookUnreadable(Refusal):
    """The workbook is damaged or is not in the XLSX format: open it in the spreadsheet and save it again as XLSX."""

    code = "workbook_unreadable"


class WorkbookTooLarge(Refusal):
    """Unpacked, the workbook would take more than {most_megabytes} megabytes: keep only the list itself and save it again."""

    code = "workbook_too_large"


class CellNotComputed(Refusal):
    """The cell holds a formula that was never computed: open the list in the spreadsheet, save it, or write the value itself."""

    code = "cell_not_computed"


class CellHoldsError(Refusal):
    """The spreadsheet shows the error {error} in this cell."""

    code = "cell_holds_error"


class CellUnreadable(Refusal):
    """The cell holds {written}, which is neither a number nor a date that a spreadsheet can show."""

    code = "cell_unreadable"


SheetRow = tuple[int, list[str], list[RowFault]]


def sheet_rows(data: bytes) -> Iterator[SheetRow]:
    """Each row that the first sheet holds: its number, its cells as text, and the faults of cells that have no value.

    Numbers come without exponent and without the noise of binary fractions, dates as 2026-01-31. Raises WorkbookTooLarge and
    WorkbookUnreadable.
    """
    _refuse_bombs(data)
    try:
        yield from _sheet_rows(data)
    except Refusal:
        raise
    # Damaged workbooks raise nearly anything from the zip, XML and style readers below.
    except Exception as error:
        raise WorkbookUnreadable() from error


def _refuse_bombs(data: bytes) -> None:
    """The sizes that the zip states bind its reader, so that their sum bounds the memory taken."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except Exception as error:
        raise WorkbookUnreadable() from error
    if len(members) > MEMBERS_MAX or sum(member.file_size for member in members) > UNPACKED_BYTES_MAX:
        raise WorkbookTooLarge(most_megabytes=UNPACKED_BYTES_MAX // 1024**2)


def _sheet_rows(data: bytes) -> Iterator[SheetRow]:
    with warnings.catch_warnings():
        # openpyxl warns about ornaments that it leaves out; no cell depends on them.
        warnings.simplefilter("ignore")
        workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        reader = _CellReader(workbook)
        number = 0
        with reader.open_sheet() as sheet:
            for element in _row_elements(sheet):
                following = int(element.get("r", number + 1))
                if not number < following <= SHEET_ROWS:
                    raise WorkbookUnreadable()
                number = following
                yield reader.row(number, element)
    finally:
        workbook.close()


def _row_elements(sheet: Any) -> Iterator[Element]:
    """The sheet's rows one by one, each thrown away once it was read."""
    holder: Element | None = None
    for event, element in iterparse(sheet, events=("start", "end")):
        name = _local(element)
        if event == "start" and name == "sheetData":
            holder = element
        elif event == "end" and name == "row":
            yield element
            if holder is not None:
                holder.clear()
        elif event == "end" and name == "sheetData":
            return


def _local(element: Element) -> str:
    return element.tag.removeprefix(_MAIN).removeprefix(_STRICT)


class _CellReader:
    """Turns cells into text with the strings and date formats of one workbook."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.sheet = workbook.worksheets[0]
        self.strings: list[str] = self.sheet._shared_strings
        self.dates: set[int] = workbook._date_formats | workbook._timedelta_formats

    def open_sheet(self) -> Any:
        return self.workbook._archive.open(self.sheet._worksheet_path)

    def row(self, number: int, element: Element) -> SheetRow:
        cells: list[str] = []
        faults: list[RowFault] = []
        for cell in element:
            if _local(cell) != "c":
                continue
            reference = cell.get("r")
            column = coordinate_to_tuple(reference)[1] if reference else len(cells) + 1
            # A cell to the left of one already read means two values for one place.
            if not len(cells) < column <= SHEET_COLUMNS:
                raise WorkbookUnreadable()
            try:
                text = self.text(cell)
            except Refusal as refusal:
                faults.append(RowFault(number, _letters(column), "", refusal))
                text = "?"
            if text:
                cells.extend([""] * (column - 1 - len(cells)))
                cells.append(text)
        return number, cells, faults

    def text(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        parts = {_local(part): part for part in cell}
        if kind == "inlineStr":
            return _unescaped(_rich_text(parts["is"])) if "is" in parts else ""
        written = (parts["v"].text or "") if "v" in parts else ""
        # A formula whose result is an empty text is of the kind `str`; any other without a value was never computed.
        if not written:
            if "f" in parts and kind != "str":
                raise CellNotComputed()
            return ""
        match kind:
            case "s":
                return _unescaped(self.strings[int(written)])
            case "str":
                return _unescaped(written)
            case "b":
                return "true" if written == "1" else "false"
            case "e":
                raise CellHoldsError(error=written[:20])
            case "d":
                return _date_text(from_ISO8601(written))
            case _:
                return self.number_text(written, int(cell.get("s", "0")))

    def number_text(self, written: str, style: int) -> str:
        value = _decimal(written)
        if style not in self.dates:
            return _number_text(value)
        try:
            moment = from_excel(float(value), self.workbook.epoch)
        except (ValueError, OverflowError) as error:
            raise CellUnreadable(written=written[:40]) from error
        return _date_text(moment)


def _rich_text(element: Element) -> str:
    """The runs of a text; phonetic hints (rPh) are no part of it."""
    runs = [element, *(child for child in element if _local(child) == "r")]
    return "".join(part.text or "" for run in runs for part in run if _local(part) == "t")


def _unescaped(text: str) -> str:
    """Characters that XML cannot hold stand as _x000D_ in a workbook, such as the line breaks of pasted text."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _decimal(written: str) -> Decimal:
    try:
        value = Decimal(written.strip()) if len(written) <= 40 else Decimal("NaN")
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or value.adjusted() > 20 or "_" in written:
        raise CellUnreadable(written=written[:40])
    return value


def _number_text(value: Decimal) -> str:
    """22.1 for 22.100000000000001: only what a binary fraction adds is taken away, never a third decimal that was typed."""
    rounded = value.quantize(_CENT)
    if abs(value - rounded) < _NOISE:
        value = rounded
    else:
        # The shortest decimal that is the same binary number is the one that was typed.
        value = Decimal(repr(float(value)))
    return format(value.normalize(), "f") if value else "0"


def _date_text(moment: Any) -> str:
    if isinstance(moment, datetime):
        whole_day = (moment.hour, moment.minute, moment.second) == (0, 0, 0)
        return moment.date().isoformat() if whole_day else moment.isoformat(sep=" ", timespec="seconds")
    return str(moment)


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
