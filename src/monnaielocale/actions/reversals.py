"""An event is reversed: what it did is undone by exact mirror images, and both stay in the books."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from ..domain.actors import Actor
from ..domain.chart import account
from ..domain.identifiers import new_id
from ..domain.ledger import BalanceTooLow, Event
from ..domain.refusals import Refusal
from ..domain.reversals import REVERSAL, Dependent, EventRecorded, ReversalReasonMissing, mirrored
from ..domain.text import clean_text
from ..store.conventions import BookKept, books_of
from ..store.events import events_recorded, latest_taker, settled_by
from ..store.members import Members, members_of, present_member
from ..store.proof import EventUnknown
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each, require_association
from .perform import action


@dataclass(frozen=True, slots=True)
class ReverseEvent:
    """A whole event is taken back, for a reason."""

    actor: Actor
    book: str
    event_id: UUID
    reason: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class EventReversed:
    """The event that took another back."""

    event_id: UUID
    reverses: UUID
    kind: str


@action("reverse_event")
def reverse_events(work: UnitOfWork, items: Sequence[ReverseEvent]) -> list[EventReversed | Refusal]:
    """Reverse wallet payments, decisions about notes, and redemptions that are not yet paid.

    Refusals: RoleMissing, ActsForAnother, ReversalReasonMissing, EventUnknown, AlreadyReversed, ReversedElsewhere, NotReversible,
    ReversedTooEarly, LaterEventDepends, MemberLeft, BalanceTooLow, PeriodClosed.
    """
    books = books_of(work, (item.book for item in items))
    asked = [item.event_id for item in items]
    events = events_recorded(work, books, asked)
    paid = settled_by(work, asked)
    wallets = [(book, number) for event in events.values() for book, number in _wallets(event)]
    members = members_of(work, wallets)
    return decide_each(items, lambda item: _reverse(work, item, books[item.book], events, paid, members))


def _wallets(event: EventRecorded) -> list[tuple[str, str]]:
    named = [(book, account(line.account)) for book, entry in event.entries for line in entry.lines]
    return [(book, one.key) for book, one in named if one.role.name == "wallet"]


def _reverse(
    work: UnitOfWork,
    item: ReverseEvent,
    book: BookKept,
    events: dict[tuple[str, UUID], EventRecorded],
    paid: Mapping[UUID, Dependent],
    members: Members,
) -> EventReversed:
    require_association(item.actor, book)
    reason = clean_text(item.reason, max_length=200)
    if not reason:
        raise ReversalReasonMissing()
    event = events.get((item.book, item.event_id))
    if event is None:
        raise EventUnknown(book=item.book, event=item.event_id)
    entries = mirrored(event, item.on)
    if event.id in paid:
        raise paid[event.id].refusal()
    for code, number in _wallets(event):
        present_member(members, code, number)
    details = {"kind": event.kind, "number": event.number}
    back = Event(new_id(), item.book, REVERSAL, item.actor.person_id, item.on, entries, details, event.id, reason)
    try:
        work.post(back)
    except BalanceTooLow as refusal:
        taker = latest_taker(work, book=item.book, account=refusal.values["account"], after=event.number)
        raise (taker.refusal() if taker else refusal) from None
    events[item.book, event.id] = replace(event, reversed=True)
    return EventReversed(back.id, event.id, event.kind)
