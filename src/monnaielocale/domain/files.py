"""Lists that people send as files: what is wrong with them is said all at once, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .refusals import Refusal


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault of one row: the row as the spreadsheet numbers it, the column's heading, the value found and the reason."""

    row_number: int
    column: str
    value: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to tell the person who sent a file that is accepted all the same: an English sentence and its values."""

    message: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.values)


class RowsRefused(Refusal):
    """The list has faults, {count} in all, and nothing of it was kept: correct each of them and send it again."""

    code = "rows_refused"

    def __init__(self, faults: tuple[RowFault, ...]) -> None:
        super().__init__(count=len(faults), faults=faults)
        self.faults = faults


class NoRows(Refusal):
    """The list has no line."""

    code = "no_rows"


class TooManyRows(Refusal):
    """A list has at most {most} lines, and this one has more: split it."""

    code = "too_many_rows"


class TotalDiffers(Refusal):
    """The total says {declared}, but the lines add up to {recomputed}."""

    code = "total_differs"


class CountDiffers(Refusal):
    """The list is said to have {declared} lines, but it has {recomputed}."""

    code = "count_differs"


class ColumnMissing(Refusal):
    """The list has no column {column}. Its headings are: {headings}."""

    code = "column_missing"


class ColumnRepeated(Refusal):
    """The headings {headings} name the same column twice: keep one."""

    code = "column_repeated"


class ValueMissing(Refusal):
    """The value is missing."""

    code = "value_missing"
