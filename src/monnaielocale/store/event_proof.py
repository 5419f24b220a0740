"""The proof that an event is sealed in its batch: shown alone, it can be checked without seeing the events beside it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ..domain.chain import canonical, leaf, merkle_path
from .check import sealed_events
from .database import Connection
from .proof import EventUnknown
from .unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class EventProof:
    """The event as it was sealed, its way to the root of its batch, and the link of the chain over that root.

    `sealed` is the canonical JSON whose SHA-256, after a zero byte, is the leaf; the path gives each neighbour with its side.
    """

    event_number: int
    sealed: str
    leaf: bytes
    path: tuple[tuple[str, bytes], ...]
    root: bytes
    batch_number: int
    recorded_at: datetime
    first_event_number: int
    first_entry_number: int
    previous_hash: bytes
    hash: bytes


def event_proof(connection: Connection, book: str, event: UUID) -> EventProof:
    """The proof of one event of a book; EventUnknown."""
    for batch in UnitOfWork(connection).rows("batch_of_event", book=book, event=event):
        events = sealed_events(connection, batch.book_id, batch)
        leaves = [leaf(one) for one in events]
        place = next(at for at, one in enumerate(events) if one.id == event)
        return EventProof(
            batch.event_number,
            canonical(events[place]),
            leaves[place],
            tuple(merkle_path(leaves, place)),
            batch.root,
            batch.number,
            batch.recorded_at,
            batch.first_event_number,
            batch.first_entry_number,
            batch.previous_hash,
            batch.hash,
        )
    raise EventUnknown(book=book, event=event)
