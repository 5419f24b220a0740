"""Spreadsheets that we hand out, XLSX first and CSV: whoever opens them in a French spreadsheet sees amounts and dates as such.

XLSX is the form to prefer: a French spreadsheet turns 22.5 in a CSV file into the twenty-second of May.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import xlsxwriter  # type: ignore[import-untyped]

from ..domain.money import decimal_of, decimal_text

Kind = Literal["text", "amount", "date", "whole"]
Value = str | int | date | None
# A spreadsheet keeps fifteen figures of a number; a longer one is written as text rather than changed.
_EXACT = 10**15
_CELL_LENGTH_MAX = 32_767
_TITLE_LENGTH_MAX = 31
_TITLE_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))
_FORMULA_MARKS = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDTHS: dict[Kind, int] = {"text": 12, "amount": 14, "date": 11, "whole": 9}
_WIDEST = 48
# A workbook states formats in the English notation; a French spreadsheet shows this one as # ##0,00.
_NUMBER_FORMATS: dict[Kind, str] = {"text": "@", "amount": "#,##0.00", "date": "dd/mm/yyyy", "whole": "0"}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column under its heading. Values of amounts are whole cents."""

    name: str
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A titled table. Each row, and the totals below them, has one value for each column; None leaves a cell blank."""

    title: str
    columns: tuple[SheetColumn, ...]
    rows: tuple[tuple[Value, ...], ...]
    totals: tuple[Value, ...] | None = None

    def lines(self) -> Iterable[tuple[Value, ...]]:
        """The rows, then the totals if there are any."""
        yield from self.rows
        if self.totals is not None:
            yield self.totals


def write_csv(sheet: Sheet) -> bytes:
    """UTF-8 with a mark, semicolons, amounts as 1234,56 and dates as 31/01/2026.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([_harmless(column.name) for column in sheet.columns])
    for line in sheet.lines():
        writer.writerow([_csv_cell(column.kind, value) for column, value in zip(sheet.columns, line, strict=True)])
    return target.getvalue().encode("utf-8-sig", "replace")


def _csv_cell(kind: Kind, value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, date):
        return f"{value.day:02d}/{value.month:02d}/{value.year:04d}"
    if isinstance(value, int):
        return decimal_text(value).replace(".", ",") if kind == "amount" else str(value)
    return _harmless(value)


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_MARKS) else text


def write_xlsx(sheets: Sequence[Sheet], *, created_at: datetime) -> bytes:
    """A workbook with one sheet for each table, ready to print; the same sheets and instant give the same bytes.

    Texts are always texts, never formulas or links. An amount of more than fifteen figures is written as text.
    """
    target = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(target, options)
    workbook.set_properties({"created": created_at.replace(tzinfo=None)})
    formats = _formats(workbook)
    for sheet, title in zip(sheets, _titles(sheets), strict=True):
        _write_sheet(workbook.add_worksheet(title), sheet, formats)
    workbook.close()
    return target.getvalue()


def _formats(workbook: Any) -> dict[tuple[str, bool], Any]:
    """The format of each kind of value, and its bold twin for totals."""
    formats = {("header", True): workbook.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})}
    for kind, number_format in _NUMBER_FORMATS.items():
        formats[kind, False] = workbook.add_format({"num_format": number_format})
        formats[kind, True] = workbook.add_format({"num_format": number_format, "bold": True, "top": 1})
    return formats


def _write_sheet(target: Any, sheet: Sheet, formats: dict[tuple[str, bool], Any]) -> None:
    for place, column in enumerate(sheet.columns):
        target.write_string(0, place, _storable(column.name), formats["header", True])
        target.set_column(place, place, _width(sheet, place))
    for number, line in enumerate(sheet.lines(), 1):
        bold = number > len(sheet.rows)
        for place, (column, value) in enumerate(zip(sheet.columns, line, strict=True)):
            _write_cell(target, (number, place), value, column.kind, formats[column.kind, bold])
    target.freeze_panes(1, 0)
    target.set_landscape()
    target.set_paper(9)
    target.fit_to_pages(1, 0)
    target.repeat_rows(0)
    target.set_footer("&L&A&R&P / &N")


def _write_cell(target: Any, cell: tuple[int, int], value: Value, kind: Kind, cell_format: Any) -> None:
    if value is None:
        target.write_blank(*cell, None, cell_format)
    elif isinstance(value, date):
        target.write_datetime(*cell, value, cell_format)
    elif isinstance(value, str):
        target.write_string(*cell, _storable(value), cell_format)
    elif abs(value) >= _EXACT:
        target.write_string(*cell, decimal_text(value) if kind == "amount" else str(value), cell_format)
    else:
        target.write_number(*cell, decimal_of(value) if kind == "amount" else value, cell_format)


def _storable(text: str) -> str:
    """What a cell can hold: no half characters, and no more than a spreadsheet keeps."""
    return text.encode("utf-8", "replace").decode()[:_CELL_LENGTH_MAX]


def _width(sheet: Sheet, place: int) -> int:
    column = sheet.columns[place]
    texts = [line[place] for line in sheet.rows[:200]]
    longest = max((len(text) for text in texts if isinstance(text, str)), default=0)
    return min(max(_WIDTHS[column.kind], len(column.name) + 2, longest + 2), _WIDEST)


def _titles(sheets: Sequence[Sheet]) -> list[str]:
    """Names that a spreadsheet accepts for its sheets: short, without its own signs, and each only once."""
    titles: list[str] = []
    taken: set[str] = set()
    for number, sheet in enumerate(sheets, 1):
        title = _storable(sheet.title).translate(_TITLE_FORBIDDEN).strip(" '")[:_TITLE_LENGTH_MAX].strip(" '") or str(number)
        if title.lower() in taken or title.lower() == "history":
            mark = f" {number}"
            title = title[: _TITLE_LENGTH_MAX - len(mark)] + mark
        taken.add(title.lower())
        titles.append(title)
    return titles
