"""What really lies in a till: followed apart from the books, so that a count is one, and a lost note is lost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ...actions.at_desk import CountGiven
from ...actions.issuing import Given
from ...domain.desks.bundles import EURO_PIECES_CENTS, NOTHING, Bundle
from .cast import DeskCast, NotesGiven, TillCast


@dataclass(slots=True)
class Till:
    """A drawer of notes and coins with slips and cheques beside it, and the session of its clerk."""

    desk: DeskCast
    cast: TillCast
    notes: Bundle = NOTHING
    euros_cents: int = 0
    slips_cents: dict[str, int] = field(default_factory=dict)
    session_id: UUID | None = None
    numbers: list[str] = field(default_factory=list)
    taken_cents: int = 0

    @property
    def title(self) -> str:
        """The till as people at the desk call it."""
        return f"{self.desk.title}, {self.cast.till}"

    @property
    def session(self) -> UUID:
        """The session of the day."""
        assert self.session_id is not None, "nobody works at this till yet"
        return self.session_id

    def fill(self) -> None:
        """The head puts the float into it."""
        self.notes += Bundle.of(dict(self.cast.float_notes))
        self.euros_cents += self.cast.float_euros_cents

    def took(self, given: Given, answer: Mapping[str, Any]) -> None:
        """A receipt: what was given comes in, the change that the answer says goes out."""
        self._moved(answer, Bundle.of(dict(given.notes)), given.euros_cents)
        for other in given.others:
            self.slips_cents[other.instrument] = self.slips_cents.get(other.instrument, 0) + other.amount_cents

    def gave_back(self, answer: Mapping[str, Any]) -> None:
        """A minus receipt over notes and euros: they go out."""
        self._moved(answer, NOTHING, 0)

    def _moved(self, answer: Mapping[str, Any], notes: Bundle, euros_cents: int) -> None:
        self.notes = self.notes + notes - _bundle(answer["change_notes"])
        self.euros_cents += euros_cents - answer["change_euros_cents"]
        self.numbers.append(answer["number"])
        self.taken_cents += answer["total_cents"]

    def lose(self, notes: Bundle) -> None:
        """Notes are gone, and nobody knows it yet."""
        self.notes -= notes

    def count(self) -> CountGiven:
        """What somebody finds who counts."""
        slips = {instrument: self.slips_cents.get(instrument, 0) for instrument in ("card", "cheque")}
        return CountGiven(self.notes.pieces, in_coins(self.euros_cents), slips["card"], slips["cheque"])

    @property
    def notes_of_float_cents(self) -> int:
        """What of the float was put into it in notes."""
        return Bundle.of(dict(self.cast.float_notes)).total_cents

    @property
    def euros_taken_cents(self) -> int:
        """Euros beyond the float."""
        return self.euros_cents - self.cast.float_euros_cents


def _bundle(pieces: Iterable[tuple[int, int]]) -> Bundle:
    return Bundle.of(dict(pieces))


def in_coins(cents: int) -> NotesGiven:
    """An amount in as few coins and notes of euros as can be."""
    found = []
    for piece in sorted(EURO_PIECES_CENTS, reverse=True):
        count, cents = divmod(cents, piece)
        if count:
            found.append((piece, count))
    return tuple(found)
