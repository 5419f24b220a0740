"""Handovers of desks: as actions decide on them, and as they are read."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ..domain.desks.handovers import Handover, HandoverUnknown, Journal, handover_from_canonical
from .database import Connection
from .unit_of_work import Row, UnitOfWork


@dataclass(frozen=True, slots=True)
class HandoverKept:
    """A handover with the logins of those whom it concerns; `accepted_at` is empty while the next head has not signed."""

    book: str
    ordinal: int
    number: str
    drawn_at: datetime
    drawn_by: str
    outgoing: str
    incoming: str
    incoming_id: UUID
    begins_on: date
    accepted_at: datetime | None
    reservations: str
    canonical: bytes

    @property
    def document(self) -> Handover:
        """What was drawn up."""
        return handover_from_canonical(self.canonical)


def handovers_of(work: UnitOfWork, books: Iterable[str]) -> dict[str, list[HandoverKept]]:
    """Every handover of these desks, in their order; a desk has one in years."""
    asked = sorted(set(books))
    kept: dict[str, list[HandoverKept]] = {book: [] for book in asked}
    for row in work.rows("handovers", books=asked, after=0, number=None, limit=None):
        kept[row.book].append(_kept(row))
    return kept


def handovers_page(connection: Connection, book: str, *, after: int, limit: int) -> list[HandoverKept]:
    """The handovers of a desk in their order, after one of them, as far as the connection sees them."""
    return [_kept(row) for row in UnitOfWork(connection).rows("handovers", books=[book], after=after, number=None, limit=limit)]


def handover_with(connection: Connection, book: str, number: str) -> HandoverKept:
    """One handover of a desk; HandoverUnknown."""
    rows = UnitOfWork(connection).rows("handovers", books=[book], after=0, number=number, limit=1)
    if not rows:
        raise HandoverUnknown(desk=book, handover=number[:40])
    return _kept(rows[0])


def held_by_desks(work: UnitOfWork, books: Iterable[str]) -> dict[str, dict[str, int]]:
    """What the accounts of each desk's book hold in cents, those apart that hold nothing."""
    asked = sorted(set(books))
    held: dict[str, dict[str, int]] = {book: {} for book in asked}
    for row in work.rows("held_by_desks", books=asked):
        held[row.book][row.code] = row.cents
    return held


def journals_of(work: UnitOfWork, books: Iterable[str]) -> dict[str, Journal]:
    """Where the receipt journal and the closings of each desk stand."""
    rows = work.rows("journals_of_desks", books=sorted(set(books)))
    return {
        row.book: Journal(row.receipt_count, row.last_receipt, row.receipt_link, row.last_closing, row.closing_link)
        for row in rows
    }


def _kept(row: Row) -> HandoverKept:
    return HandoverKept(
        row.book,
        row.ordinal,
        row.number,
        row.drawn_at,
        row.drawn_by,
        row.outgoing,
        row.incoming,
        row.incoming_id,
        row.begins_on,
        row.accepted_at,
        row.reservations or "",
        row.canonical.encode("ascii"),
    )
