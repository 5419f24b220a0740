"""Where printed notes are."""

from dataclasses import dataclass

from ..domain.chart import account
from .database import Connection
from .unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NotesHeld:
    """Notes of one denomination at one place, such as `vault`, `public`, or the `drawer` of the desk that `key` names."""

    place: str
    key: str
    denomination_cents: int
    count: int
    amount_cents: int


def notes_held(connection: Connection, book: str) -> list[NotesHeld]:
    """Every printed note that was not destroyed, by place and denomination."""
    return [
        NotesHeld(
            row.role.removeprefix("notes."),
            account(row.code).key,
            row.denomination_cents,
            row.cents // row.denomination_cents,
            row.cents,
        )
        for row in UnitOfWork(connection).rows("notes_places", book=book)
    ]
