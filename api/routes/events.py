"""Events: who did what in a book, the proof that it stands in the chain, and the reversal of what should not have been done."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path
from pydantic import Field

from monnaielocale.actions.perform import plain
from monnaielocale.actions.reversals import ReverseEvent, reverse_events
from monnaielocale.domain.ledger import AlreadyReversed
from monnaielocale.domain.reversals import NotReversible
from monnaielocale.store.event_proof import event_proof
from monnaielocale.store.events import EventShown, event_kept, events_after
from monnaielocale.store.proof import EventUnknown

from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..fields import Balance, BookAsked, Currency, Day, Number, Shape
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..places import number
from ..sight import of_the_books
from ..subjects import SubjectRouter
from .payment_runs import DatedWithReason

router = SubjectRouter(prefix="/events", tags=["events"], route_class=StrictRoute)
_NO_EVENT = refusing(EventUnknown(book="eusko", event=UUID(int=0)))
_NOT_REVERSED = refusing(EventUnknown(book="eusko", event=UUID(int=0)), AlreadyReversed(), NotReversible(kind="opening"))

EventId = Annotated[UUID, Path(description="The identifier of the event.", examples=["01a20b32-801f-7740-a8ab-93fa47375bbe"])]
Digest = Annotated[
    str, Field(pattern="^[0-9a-f]{64}$", examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
]


class EventLine(Shape):
    """A line that an event wrote, in the book where it stands: above zero in debit, below zero in credit."""

    book: str
    account: str
    amount_cents: Balance
    currency: Currency


class Event(Shape):
    """Who did what, when and why; `reverses` and `reversed_by` are numbers of events of the same book."""

    event_id: UUID
    number: Number
    kind: str
    business_on: Day
    recorded_at: datetime
    login: str
    reason: str
    details: Annotated[dict[str, Any], Field(description="What the event says beyond its lines, by the kind of event.")]
    reverses: Number | None
    reversed_by: Number | None
    lines: list[EventLine]


class EventsPage(Shape):
    """Events in their order, and where the next page begins."""

    items: list[Event]
    next: str | None


class EventReversed(Shape):
    """The event that took another back."""

    event_id: UUID
    reverses: UUID
    kind: str


class ProofStep(Shape):
    """A neighbour on the way to the root, and the side on which it stands."""

    side: Literal["left", "right"]
    hash: Digest


class EventProof(Shape):
    """The event as it was sealed, and its way into the chain.

    The leaf is the SHA-256 of a zero byte and `sealed`; each step is that of a one byte, the left and the right. The link `hash`
    is that of the previous link, of the JSON of book, batch, instant, first event and first entry, and of the root.
    """

    event_number: Number
    sealed: str
    leaf: Digest
    path: list[ProofStep]
    root: Digest
    batch_number: Number
    recorded_at: datetime
    first_event_number: Number
    first_entry_number: Number
    previous_hash: Digest
    hash: Digest


@router.get("")
def list_events(who: Anyone, book: BookAsked = None, limit: Limit = 100, cursor: Cursor = None) -> EventsPage:
    """List the events of a book in their order."""
    of_the_books(who)
    code, after = who.book(book), number(cursor)
    with who.visit() as connection:
        shown, last = page(events_after(connection, code, after=after, most=limit + 1), limit)
    return EventsPage(items=[_event(one) for one in shown], next=cursor_of(last.number) if last else None)


@router.get("/{event_id}", responses=_NO_EVENT)
def show_event(event_id: EventId, who: Anyone, book: BookAsked = None) -> Event:
    """One event."""
    of_the_books(who)
    code = who.book(book)
    with who.visit() as connection:
        return _event(event_kept(connection, code, event_id))


@router.get("/{event_id}/proof", responses=_NO_EVENT)
def prove_event(event_id: EventId, who: Anyone, book: BookAsked = None) -> EventProof:
    """The proof that an event stands in the chain as it is, without showing those beside it."""
    of_the_books(who)
    code = who.book(book)
    with who.visit() as connection:
        found = event_proof(connection, code, event_id)
    return EventProof(
        event_number=found.event_number,
        sealed=found.sealed,
        leaf=found.leaf.hex(),
        path=[ProofStep.model_validate({"side": side, "hash": neighbour.hex()}) for side, neighbour in found.path],
        root=found.root.hex(),
        batch_number=found.batch_number,
        recorded_at=found.recorded_at,
        first_event_number=found.first_event_number,
        first_entry_number=found.first_entry_number,
        previous_hash=found.previous_hash.hex(),
        hash=found.hash.hex(),
    )


@router.post("/{event_id}/reverse", responses=_NOT_REVERSED)
async def reverse_event(event_id: EventId, body: DatedWithReason, who: Keyed, book: BookAsked = None) -> EventReversed:
    """Reverse a payment between members, a redemption not yet paid, or a decision about notes, by its mirror entry."""
    item = ReverseEvent(who.actor, who.book(book), event_id, body.reason, who.day(body.on), who.key)
    return EventReversed(**await who.ask(reverse_events, item))


def _event(shown: EventShown) -> Event:
    kept = plain(shown)
    lines = [{name: value for name, value in line.items() if name != "label"} for line in kept.pop("lines")]
    return Event(event_id=kept.pop("id"), lines=[EventLine(**line) for line in lines], **kept)
