"""Events as the books hold them, for what corrects them."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from uuid import UUID

from ..domain.ledger import Entry, Line
from ..domain.reversals import Dependent, EventRecorded
from .unit_of_work import Row, UnitOfWork


def events_recorded(work: UnitOfWork, books: Iterable[str], events: Iterable[UUID]) -> dict[tuple[str, UUID], EventRecorded]:
    """The events of these books with all their entries, by (book, event); those that do not exist are left out."""
    asked = list(events)
    entries: dict[UUID, list[tuple[str, Entry]]] = {}
    rows = work.rows("lines_to_reverse", events=asked)
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
