"""Clerks' sessions on tills: opened with a counted float, taken over, counted blindly, closed with what differs and why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks import postings
from ..domain.desks.counts import Contents, Difference, TillCount, difference, left_in_till
from ..domain.desks.envelopes import proposed_envelope
from ..domain.desks.postings import FLOAT_EURO, VALUES
from ..domain.desks.sessions import (
    Session,
    SessionState,
    check_counting,
    check_ending,
    check_float_in_till,
    check_no_session_of,
    check_opening,
    check_takeover,
)
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.people import PersonUnknown
from ..domain.refusals import Refusal
from ..store.receipt_heads import ReceiptHeads, receipt_heads
from ..store.tills import SessionKept, TillLeft, count_kept, till_euros, tills_left
from ..store.unit_of_work import UnitOfWork
from .at_desk import AtDesk, CountGiven, Pieces, place_of
from .deciding import decide_each
from .desks import Held
from .perform import action


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A clerk opens a session on a till with what they counted in it.

    `float_euros_cents` is what the head put into the till from the desk's float since its last session, below zero for what was
    taken out. A difference to what was left takes a reason.
    """

    actor: Actor
    book: str
    till: str
    count: CountGiven
    float_euros_cents: int = 0
    reason: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class TakeOverTill:
    """A clerk leaves the till to another by a count that both sign; `taken_by` is the login of the other, whose signature the
    caller has checked."""

    actor: Actor
    book: str
    session_id: UUID
    taken_by: str
    count: CountGiven
    reason: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class CountTill:
    """The blind count at the end: nobody is told what is expected. A second one takes the place of the first."""

    actor: Actor
    book: str
    session_id: UUID
    count: CountGiven
    key: str = ""


@dataclass(frozen=True, slots=True)
class CloseSession:
    """A counted session is closed by its clerk, or by the head or a deputy when it was left open; a difference takes a reason."""

    actor: Actor
    book: str
    session_id: UUID
    reason: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """The till is the clerk's. Amounts are in cents, local notes and euros at their equal worth."""

    event_id: UUID
    session_id: UUID
    till: str
    expected_cents: int
    counted_cents: int
    difference_cents: int


@dataclass(frozen=True, slots=True)
class TillHasBeenCounted:
    """The count is on record, and what was expected is not said yet."""

    event_id: UUID
    session_id: UUID
    till: str
    counted_cents: int


@dataclass(frozen=True, slots=True)
class SessionDone:
    """The session is closed: what was expected and found, what is left in the till for tomorrow, and the envelope proposed."""

    event_id: UUID
    session_id: UUID
    till: str
    expected_cents: int
    counted_cents: int
    difference_cents: int
    reason: str
    left_notes: Pieces
    left_notes_cents: int
    left_euros_cents: int
    envelope_notes: Pieces
    envelope_cents: int


@dataclass(frozen=True, slots=True)
class _Found:
    """A count compared with what should be there, as the books take it."""

    event: Event
    difference: Difference
    reason: str
    booked_euros_cents: int


@action("open_session")
def open_sessions(work: UnitOfWork, items: Sequence[OpenSession]) -> list[SessionStarted | Refusal]:
    """Clerks open sessions on tills.

    Refusals: those of `AtDesk.working`, those of `check_opening`, those of a count, FloatNotThere, DifferenceUnexplained,
    BalanceTooLow, PeriodClosed.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    left = tills_left(work, ((item.book, item.till) for item in items))
    heads = receipt_heads(work, {book: desks.today(book) for book in desks.known.desks})
    return decide_each(items, lambda item: _open(desks, item, left.get((item.book, item.till)), heads))


def _open(desks: AtDesk, item: OpenSession, left: TillLeft | None, heads: ReceiptHeads) -> SessionStarted:
    held = desks.working(item.actor, item.book)
    today, moment = desks.today(item.book), desks.moment(item.book)
    check_opening(held.charter, held.staff, item.actor, item.till, today, desks.unclosed(item.book))
    count = item.count.checked(held)
    should_be = _left_overnight(desks, held, item, left)
    session = Session(new_id(), item.till, item.actor.person_id, today, moment, count, moment)
    details: dict[str, Any] = {"session": str(session.session_id), "float_euros_cents": item.float_euros_cents}
    found = _found(desks, held, session, item.actor, "till_session_opened", should_be, count, item.reason, details)
    after = heads[item.book].chain_number
    desks.work.insert(
        "till_session",
        {
            "book_id": held.desk.book_id,
            "id": session.session_id,
            "till": item.till,
            "clerk_id": item.actor.person_id,
            "business_on": today,
            "opened_at": moment,
            "count": count_kept(count),
            "booked_euros_cents": found.booked_euros_cents,
            "after_receipt": after,
            "difference_cents": found.difference.total_cents,
            "reason": found.reason,
            "event_id": found.event.id,
        },
    )
    desks.sessions[item.book][session.session_id] = SessionKept(session, 0, found.booked_euros_cents, after)
    amounts = found.difference
    return SessionStarted(
        found.event.id,
        session.session_id,
        item.till,
        amounts.expected_cents,
        amounts.counted_cents,
        amounts.total_cents,
    )


def _left_overnight(desks: AtDesk, held: Held, item: OpenSession, left: TillLeft | None) -> Contents:
    """What a till should hold in the morning: what was left, what went to the safe or came from it, and what the float gave."""
    takings = till_euros(desks.work, item.book, item.till)
    float_cents = (left.float_euros_cents if left else 0) + item.float_euros_cents
    held_cents = desks.work.state(item.book, [FLOAT_EURO]).balance(FLOAT_EURO)
    check_float_in_till(item.till, asked_cents=float_cents, held_cents=held_cents)
    return Contents(desks.drawer(held, item.till), takings + float_cents)


def _found(
    desks: AtDesk,
    held: Held,
    session: Session,
    actor: Actor,
    kind: str,
    should_be: Contents,
    count: TillCount,
    reason: str,
    details: dict[str, Any],
) -> _Found:
    """The event of a count, with what differs written in both books; DifferenceUnexplained."""
    found = difference(should_be, count)
    told = found.explained(reason)
    work, book, till = desks.work, held.desk.book, session.till
    takings = till_euros(work, book, till)
    values = work.state(book, [VALUES]).balance(VALUES)
    counted = found.to_book(notes_taken_cents=values, euros_taken_cents=takings)
    both = postings.count_differs(session.business_on, place_of(held, till), counted)
    entries = both.entries(desk_book=book, issuer_book=held.desk.issuer_book)
    told_details = details | {
        "till": till,
        "count": count_kept(count),
        "expected_cents": found.expected_cents,
        "difference_cents": found.total_cents,
    }
    event = desks.post(held, kind, actor, session.business_on, entries=entries, details=told_details, reason=told)
    return _Found(event, found, told, till_euros(work, book, till))


@action("take_over_till")
def take_over_tills(work: UnitOfWork, items: Sequence[TakeOverTill]) -> list[SessionStarted | Refusal]:
    """Clerks hand tills over by counts that both sign (relève); what differs is the difference of the one who leaves.

    Refusals: those of `AtDesk.working`, SessionUnknown, PersonUnknown, those of `check_takeover`, ClerkInSession, those of a
    count, DifferenceUnexplained, BalanceTooLow, PeriodClosed.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    slips = desks.slips([(item.book, item.session_id) for item in items])
    heads = receipt_heads(work, {book: desks.today(book) for book in desks.known.desks})
    people = {row.login: row for row in work.rows("persons_by_login", logins=sorted({item.taken_by for item in items}))}

    def decide(item: TakeOverTill) -> SessionStarted:
        held = desks.working(item.actor, item.book)
        kept = desks.session(item.book, item.session_id)
        person = people.get(item.taken_by)
        if person is None or person.party_id != held.desk.public_body_id:
            raise PersonUnknown(login=item.taken_by[:80])
        taking = Actor(person.id, person.login, frozenset())
        check_takeover(kept.session, held.staff, item.actor, taking, kept.session.business_on)
        check_no_session_of(taking, desks.unclosed(item.book))
        count = item.count.checked(held)
        should_be = desks.contents(held, kept, slips.get(item.session_id, (0, 0)))
        details = {"session": str(item.session_id), "taken_by": str(taking.person_id)}
        found = _found(desks, held, kept.session, item.actor, "till_session_taken_over", should_be, count, item.reason, details)
        moment, after = desks.moment(item.book), heads[item.book].chain_number
        session = replace(kept.session, clerk_id=taking.person_id, base=count, base_at=moment)
        _act(desks, held, kept, "taken_over", item.actor, taking.person_id, count, found, after)
        desks.sessions[item.book][item.session_id] = SessionKept(session, kept.acts + 1, found.booked_euros_cents, after)
        slips[item.session_id] = (0, 0)
        amounts = found.difference
        return SessionStarted(
            found.event.id,
            item.session_id,
            session.till,
            amounts.expected_cents,
            amounts.counted_cents,
            amounts.total_cents,
        )

    return decide_each(items, decide)


def _act(
    desks: AtDesk,
    held: Held,
    kept: SessionKept,
    act: str,
    actor: Actor,
    clerk_id: UUID,
    count: TillCount,
    found: _Found,
    after_receipt: int,
) -> None:
    desks.work.insert(
        "till_session_act",
        {
            "book_id": held.desk.book_id,
            "session_id": kept.session.session_id,
            "act_number": kept.acts + 1,
            "act": act,
            "acted_at": desks.moment(held.desk.book),
            "acted_by": actor.person_id,
            "clerk_id": clerk_id,
            "count": count_kept(count),
            "booked_euros_cents": found.booked_euros_cents,
            "after_receipt": after_receipt,
            "difference_cents": found.difference.total_cents,
            "reason": found.reason,
            "event_id": found.event.id,
        },
    )


@action("count_till")
def count_tills(work: UnitOfWork, items: Sequence[CountTill]) -> list[TillHasBeenCounted | Refusal]:
    """Tills are counted blindly (comptage à l'aveugle), also after midnight; the session takes no more receipts.

    Refusals: those of `AtDesk.on`, SessionUnknown, those of `check_counting`, those of a count.
    """
    desks = AtDesk.load(work, [item.book for item in items])

    def decide(item: CountTill) -> TillHasBeenCounted:
        held, kept = _own_session(desks, item)
        check_counting(kept.session, held.staff, item.actor, desks.today(item.book))
        count = item.count.checked(held)
        details = {"session": str(item.session_id), "till": kept.session.till, "count": count_kept(count)}
        event = desks.post(held, "till_session_counted", item.actor, kept.session.business_on, details=details)
        # What is expected is not reckoned before the count is on record, and changes nothing in the books yet.
        nothing = _Found(event, Difference(count.total_cents, count.total_cents), "", kept.booked_euros_cents)
        _act(desks, held, kept, "counted", item.actor, kept.session.clerk_id, count, nothing, kept.after_receipt)
        counted = replace(kept.session, state=SessionState.COUNTED, count=count)
        desks.sessions[item.book][item.session_id] = replace(kept, session=counted, acts=kept.acts + 1)
        return TillHasBeenCounted(event.id, item.session_id, kept.session.till, count.total_cents)

    return decide_each(items, decide)


@action("close_session")
def close_sessions(work: UnitOfWork, items: Sequence[CloseSession]) -> list[SessionDone | Refusal]:
    """Counted sessions are closed: the difference (écart de caisse) is shown with its reason and written in both books.

    Refusals: those of `AtDesk.on`, SessionUnknown, those of `check_ending`, BalanceTooLow, PeriodClosed.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    slips = desks.slips([(item.book, item.session_id) for item in items])
    heads = receipt_heads(work, {book: desks.today(book) for book in desks.known.desks})

    def decide(item: CloseSession) -> SessionDone:
        held, kept = _own_session(desks, item)
        session, count = kept.session, kept.session.count
        should_be = desks.contents(held, kept, slips.get(item.session_id, (0, 0)))
        compared = difference(should_be, count or session.base)
        reason = check_ending(session, held.staff, item.actor, desks.today(item.book), compared, item.reason)
        assert count is not None, "a session that may be closed was counted"
        details = {"session": str(item.session_id)}
        found = _found(desks, held, session, item.actor, "till_session_closed", should_be, count, reason, details)
        _act(desks, held, kept, "closed", item.actor, session.clerk_id, count, found, heads[item.book].chain_number)
        closed = replace(session, state=SessionState.CLOSED, reason=reason)
        desks.sessions[item.book][item.session_id] = replace(kept, session=closed, acts=kept.acts + 1)
        return _done(held, session.till, item.session_id, count, found)

    return decide_each(items, decide)


def _own_session(desks: AtDesk, item: CountTill | CloseSession) -> tuple[Held, SessionKept]:
    """The session with what was agreed on its day, which may be over."""
    latest = desks.days.get(item.book)
    held = desks.on(item.actor, item.book, latest.on if latest else desks.today(item.book))
    return held, desks.session(item.book, item.session_id)


def _done(held: Held, till: str, session_id: UUID, count: TillCount, found: _Found) -> SessionDone:
    left = left_in_till(count)
    envelope = proposed_envelope(count.notes, held.charter.float_notes_cents).envelope
    amounts = found.difference
    return SessionDone(
        found.event.id,
        session_id,
        till,
        amounts.expected_cents,
        amounts.counted_cents,
        amounts.total_cents,
        found.reason,
        left.notes.pieces,
        left.notes.total_cents,
        left.euros_cents,
        envelope.pieces,
        envelope.total_cents,
    )
