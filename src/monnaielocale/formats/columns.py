"""Columns found by their headings, and cells read so that all faults of a list are told at once."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import TypeVar

from ..domain.files import ColumnMissing, ColumnRepeated, Notice, RowFault, RowsRefused, ValueMissing
from ..domain.money import cents_from_text
from ..domain.refusals import Refusal
from ..domain.text import clean_text, shown_text
from .tabular import Table, TableRow

T = TypeVar("T")
_FILLERS = frozenset({"d", "de", "des", "du", "l", "la", "le", "les", "en", "euro", "euros", "eur"})
_NUMBER_WORDS = frozenset({"no", "num", "numero", "number"})
_DAY = re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})", re.ASCII)
_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)", re.ASCII)


class DayUnreadable(Refusal):
    """{written} is not a date: write it like 31/01/2026."""

    code = "day_unreadable"


class WordUnknown(Refusal):
    """{written} is not one of the words expected here: {known}."""

    code = "word_unknown"


@dataclass(frozen=True, slots=True)
class Column:
    """A column with the headings under which it is known; the first is the one that people are told."""

    name: str
    headings: tuple[str, ...]
    required: bool = False


@dataclass(frozen=True, slots=True)
class FoundColumns:
    """Where each known column stands in a table, and the headings that nobody asked for."""

    header: tuple[str, ...]
    places: Mapping[str, int]
    ignored: tuple[str, ...]
    told: Mapping[str, str]

    def heading(self, name: str) -> str:
        """The heading as the list writes it, or as it should have."""
        return self.header[self.places[name]] if name in self.places else self.told[name]

    def notices(self) -> tuple[Notice, ...]:
        """What the sender should know of columns that were left aside."""
        return tuple(Notice("The column {heading} is not known and was left aside.", {"heading": name}) for name in self.ignored)


@lru_cache(maxsize=4096)
def folded(written: str) -> str:
    """Words without case, accents, signs and little words: `N° d'adhérent`, `numéro adhérent` and `no_adherent` are the same."""
    plain = unicodedata.normalize("NFKD", written).casefold()
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    words = re.findall(r"[^\W_]+", plain)
    kept = ["n" if word in _NUMBER_WORDS else word for word in words if word not in _FILLERS]
    return "".join(kept or words)


def find_columns(table: Table, wanted: Sequence[Column]) -> FoundColumns:
    """The wanted columns by their headings; raises ColumnMissing and ColumnRepeated."""
    names = {folded(heading): column.name for column in wanted for heading in column.headings}
    places: dict[str, int] = {}
    ignored: list[str] = []
    for place, heading in enumerate(table.header):
        name = names.get(folded(heading)) if heading else None
        if name is None:
            ignored.extend([heading] if heading else [])
        elif name in places:
            raise ColumnRepeated(headings=f"{table.header[places[name]]}, {heading}")
        else:
            places[name] = place
    for column in wanted:
        if column.required and column.name not in places:
            raise ColumnMissing(column=column.headings[0], headings=", ".join(filter(None, table.header)))
    told = {column.name: column.headings[0] for column in wanted}
    return FoundColumns(table.header, places, tuple(ignored), told)


@dataclass(slots=True)
class Faults:
    """The faults found so far in a list."""

    found: list[RowFault] = field(default_factory=list)

    def add(self, row_number: int, column: str, value: str, refusal: Refusal) -> None:
        """One more; the value is kept in a form that can be shown."""
        self.found.append(RowFault(row_number, column, shown_text(value), refusal))

    def refuse(self) -> None:
        """RowsRefused if there was any."""
        if self.found:
            raise RowsRefused(tuple(self.found))


@dataclass(frozen=True, slots=True)
class Cells:
    """One row read by the names of its columns; what cannot be read becomes a fault and None."""

    row: TableRow
    columns: FoundColumns
    faults: Faults

    def written(self, name: str) -> str:
        """The cell as it stands, without spaces at its ends; empty when the list has no such column."""
        place = self.columns.places.get(name)
        return "" if place is None else self.row.cells[place].strip()

    def read(self, name: str, reader: Callable[[str], T], *, required: bool = False) -> T | None:
        """The cell as its reader understands it; None for a blank one, which is a fault where a value is required."""
        written = self.written(name)
        if not written:
            if required:
                self.fault(name, ValueMissing())
            return None
        try:
            return reader(written)
        except Refusal as refusal:
            self.fault(name, refusal)
            return None

    def text(self, name: str, max_length: int) -> str:
        """A text that may be blank."""
        written = self.written(name)
        try:
            return clean_text(written, max_length=max_length) if written else ""
        except Refusal as refusal:
            self.fault(name, refusal)
            return ""

    def fault(self, name: str, refusal: Refusal) -> None:
        """Tell a fault of this row in one column."""
        self.faults.add(self.row.number, self.columns.heading(name), self.written(name), refusal)


def read_text(max_length: int) -> Callable[[str], str]:
    """A reader of texts."""
    return lambda written: clean_text(written, max_length=max_length)


def read_member_number(written: str) -> str:
    """A member's number in its only form: capitals, no spaces."""
    return "".join(clean_text(written, max_length=40).upper().split())


def read_cents(written: str) -> int:
    """An amount of either sign, in cents; raises AmountUnreadable and AmountTooLarge."""
    return cents_from_text(clean_text(written, max_length=60))


def read_day(written: str) -> date:
    """A day as 31/01/2026, 31-01-2026, 31.01.2026 or 2026-01-31; years have four figures. Raises DayUnreadable."""
    bare = clean_text(written, max_length=60)
    found = _DAY.fullmatch(bare) or _ISO_DAY.fullmatch(bare)
    try:
        if found:
            return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        pass
    raise DayUnreadable(written=bare)


def read_word(words: Mapping[T, Sequence[str]]) -> Callable[[str], T]:
    """A reader of words of the trade, in French or English; the first word of each value is the one that people are told."""
    values = {folded(word): value for value, known in words.items() for word in known}
    told = ", ".join(known[0] for known in words.values())

    def read(written: str) -> T:
        value = values.get(folded(clean_text(written, max_length=60)))
        if value is None:
            raise WordUnknown(written=written, known=told)
        return value

    return read
