"""Events as the books hold them, for what corrects them and for whoever asks who did what."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from ..domain.ledger import Entry, Line
from ..domain.reversals import Dependent, EventRecorded
from .database import Connection
from .journal import BookUnknown
from .proof import EventUnknown
from .unit_of_work import Row, UnitOfWork


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of an event, in the book where it stands; debit positive, in cents."""

    book: str
    label: str
    account: str
    amount_cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class EventShown:
    """Who did what, and what it wrote; `reverses` and `reversed_by` are numbers of events of the same book."""

    id: UUID
    number: int
    kind: str
    business_on: date
    recorded_at: datetime
    login: str
    reason: str
    details: dict[str, Any]
    reverses: int | None
    reversed_by: int | None
    lines: tuple[LineShown, ...]


def events_after(connection: Connection, book: str, *, after: int = 0, most: int = 100) -> list[EventShown]:
    """Events of a book in their order, after a number; ask again after the last number for the next page. BookUnknown."""
    work = UnitOfWork(connection)
    events = work.rows("events_to_show", book=book, after=after, most=most)
    if not events and not work.rows("last_event", book=book, event=None):
        raise BookUnknown(book=book)
    lines: dict[UUID, list[LineShown]] = {}
    for row in work.rows("lines_written_by", events=[event.id for event in events]):
        lines.setdefault(row.event_id, []).append(LineShown(row.book, row.label, row.account, row.amount_cents, row.currency))
    return [EventShown(**event._asdict(), lines=tuple(lines.get(event.id, ()))) for event in events]


def event_kept(connection: Connection, book: str, asked: UUID | int) -> EventShown:
    """An event by its identifier or by its number in the book; BookUnknown, EventUnknown."""
    number = asked
    if isinstance(asked, UUID):
        found = UnitOfWork(connection).rows("number_of_event", book=book, event=asked)
        number = found[0].number if found else 0
    assert isinstance(number, int)
    for event in events_after(connection, book, after=number - 1, most=1):
        if event.number == number:
            return event
    raise EventUnknown(book=book, event=asked)


def events_recorded(work: UnitOfWork, books: Iterable[str], events: Iterable[UUID]) -> dict[tuple[str, UUID], EventRecorded]:
    """The events of these books with all their entries, by (book, event); those that do not exist are left out."""
    asked = list(events)
    entries: dict[UUID, list[tuple[str, Entry]]] = {}
    rows = work.rows("lines_written_by", events=asked)
    for (event_id, book, business_on, label), lines in groupby(rows, key=_entry_of):
        moved = tuple(Line(row.account, row.amount_cents) for row in lines)
        entries.setdefault(event_id, []).append((book, Entry(business_on, label, moved)))
    return {
        (row.book, row.id): EventRecorded(
            row.id, row.book, row.number, row.kind, row.business_on, row.reversed, tuple(entries.get(row.id, ()))
        )
        for row in work.rows("events_to_reverse", books=sorted(set(books)), events=asked)
    }


def _entry_of(row: Row) -> tuple[UUID, str, date, str]:
    return row.event_id, row.book, row.business_on, row.label


def settled_by(work: UnitOfWork, events: Iterable[UUID]) -> dict[UUID, Dependent]:
    """For events that made a transfer due: the event that showed it to be paid."""
    rows = work.rows("transfers_made_for_events", events=list(events))
    return {row.event_id: Dependent(row.id, row.number, row.kind, row.business_on) for row in rows}


def latest_taker(work: UnitOfWork, *, book: str, account: str, after: int) -> Dependent | None:
    """The last event, later than the one with this number, that took from an account what it held."""
    rows = work.rows("latest_taker", book=book, account=account, number=after)
    return next((Dependent(row.id, row.number, row.kind, row.business_on) for row in rows), None)
