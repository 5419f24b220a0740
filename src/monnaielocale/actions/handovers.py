"""Desks change hands: the head who leaves draws the handover up, the one who begins accepts it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks.bundles import NOTHING
from ..domain.desks.counts import Contents
from ..domain.desks.handovers import (
    RESERVATIONS_LENGTH_MAX,
    EnvelopeLeft,
    Handover,
    HandoverUnknown,
    canonical_handover,
    check_acceptance,
    check_drawing_up,
    fingerprint,
    handover_number,
    succession,
)
from ..domain.desks.handovers import Succession as Passing
from ..domain.desks.postings import FLOAT_EURO
from ..domain.people import PersonUnknown
from ..domain.refusals import Refusal
from ..domain.text import clean_text
from ..store.handovers import HandoverKept, handovers_of, held_by_desks, journals_of
from ..store.remittances import Envelopes, envelopes_of
from ..store.unit_of_work import UnitOfWork
from .at_desk import AtDesk, CountGiven
from .deciding import decide_each
from .desks import Held
from .perform import action


@dataclass(frozen=True, slots=True)
class DrawUpHandover:
    """What the desk holds is counted for the person who is its next head: local notes and euros piece by piece."""

    actor: Actor
    book: str
    successor: str
    count: CountGiven
    reason: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class HandoverDrawnUp:
    """The document that the next head accepts, what was expected and counted in cents, and the fingerprint that both sign."""

    event_id: UUID
    handover: str
    begins_on: date
    expected_cents: int
    counted_cents: int
    difference_cents: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AcceptHandover:
    """The head who begins accepts a handover, with reservations if they have any."""

    actor: Actor
    book: str
    handover: str
    reservations: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class DeskTakenOver:
    """The next head answers for the desk."""

    event_id: UUID
    handover: str
    accepted_on: date


@action("draw_up_handover")
def draw_up_handovers(work: UnitOfWork, items: Sequence[DrawUpHandover]) -> list[HandoverDrawnUp | Refusal]:
    """Heads who leave, or deputies, draw up what passes to the next head (procès-verbal de remise de service).

    Refusals: those of `AtDesk.on`, PersonUnknown, NobodyTakesOver, those of `check_drawing_up`, those of a count,
    DifferenceUnexplained, PeriodClosed.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    people = {row.login: row for row in work.rows("persons_by_login", logins=sorted({item.successor for item in items}))}
    handovers, held_now = handovers_of(work, desks.known.desks), held_by_desks(work, desks.known.desks)
    journals, envelopes = journals_of(work, desks.known.desks), envelopes_of(work, desks.known.desks)

    def decide(item: DrawUpHandover) -> HandoverDrawnUp:
        today = desks.today(item.book)
        held = desks.on(item.actor, item.book, today)
        person = people.get(item.successor)
        if person is None or person.party_id != held.desk.public_body_id:
            raise PersonUnknown(login=item.successor[:80])
        passing = succession(held.staff, item.successor, person.id, today)
        accounts = held_now[item.book]
        check_drawing_up(held.staff, item.actor, passing, today, latest=desks.days.get(item.book), accounts=accounts)
        drawers = (desks.drawer(held, till) for till in held.charter.tills)
        drawn = Handover(
            desk=item.book,
            number=handover_number(held.charter.prefix, len(handovers[item.book]) + 1),
            drawn_at=desks.moment(item.book),
            drawn_by=item.actor.person_id,
            succession=passing,
            counted=item.count.checked(held),
            expected=Contents(sum(drawers, NOTHING), accounts.get(FLOAT_EURO, 0)),
            reason="",
            accounts=tuple(accounts.items()),
            envelopes=_left(envelopes, item.book),
            journal=journals[item.book],
        )
        drawn = replace(drawn, reason=drawn.difference.explained(item.reason))
        return _drawn_up(desks, held, item, drawn, handovers[item.book])

    return decide_each(items, decide)


def _left(envelopes: Envelopes, book: str) -> tuple[EnvelopeLeft, ...]:
    """The envelopes of a desk that the association has not counted, by number."""
    kept = [each.envelope for each in envelopes.uncounted_at(book)]
    return tuple(EnvelopeLeft(each.number, each.state.value, each.declared.total_cents) for each in kept)


def _drawn_up(desks: AtDesk, held: Held, item: DrawUpHandover, drawn: Handover, handovers: list[HandoverKept]) -> HandoverDrawnUp:
    canonical, passing, found = canonical_handover(drawn), drawn.succession, drawn.difference
    details = {"handover": drawn.number, "sha256": fingerprint(canonical), "difference_cents": found.total_cents}
    today = desks.today(item.book)
    event = desks.post(held, "desk_handed_over", item.actor, today, details=details, reason=drawn.reason)
    # From here on nothing refuses.
    ordinal = len(handovers) + 1
    desks.work.insert(
        "desk_handover",
        {
            "book_id": held.desk.book_id,
            "ordinal": ordinal,
            "number": drawn.number,
            "drawn_at": drawn.drawn_at,
            "drawn_by": drawn.drawn_by,
            "outgoing_id": passing.outgoing,
            "incoming_id": passing.incoming,
            "begins_on": passing.begins_on,
            "last_receipt": drawn.journal.receipt_count,
            "canonical": canonical.decode("ascii"),
            "event_id": event.id,
        },
    )
    logins = (item.actor.login, "", item.successor)
    handovers.append(
        HandoverKept(
            item.book, ordinal, drawn.number, drawn.drawn_at, *logins, passing.incoming, passing.begins_on, None, "", canonical
        )
    )
    return HandoverDrawnUp(
        event.id,
        drawn.number,
        passing.begins_on,
        found.expected_cents,
        found.counted_cents,
        found.total_cents,
        fingerprint(canonical),
    )


@action("accept_handover")
def accept_handovers(work: UnitOfWork, items: Sequence[AcceptHandover]) -> list[DeskTakenOver | Refusal]:
    """Heads who begin accept what they were handed over, with reservations if they have any, and answer for their desks.

    Refusals: those of `AtDesk.on`, HandoverUnknown, those of `check_acceptance`, TextTooLong, PeriodClosed.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    handovers = handovers_of(work, desks.known.desks)

    def decide(item: AcceptHandover) -> DeskTakenOver:
        today, moment = desks.today(item.book), desks.moment(item.book)
        held = desks.on(item.actor, item.book, today)
        kept = next((each for each in handovers[item.book] if each.number == item.handover), None)
        if kept is None:
            raise HandoverUnknown(desk=item.book, handover=item.handover[:40])
        latest, accepted = handovers[item.book][-1].number, kept.accepted_at is not None
        passing: Passing = kept.document.succession
        check_acceptance(item.actor, kept.number, passing, today, latest=latest, accepted=accepted)
        reservations = clean_text(item.reservations, max_length=RESERVATIONS_LENGTH_MAX)
        details = {"handover": kept.number, "sha256": fingerprint(kept.canonical)}
        event = desks.post(held, "desk_taken_over", item.actor, today, details=details, reason=reservations)
        row = {"book_id": held.desk.book_id, "ordinal": kept.ordinal, "accepted_at": moment, "reservations": reservations}
        work.insert("desk_handover_acceptance", row | {"accepted_by": item.actor.person_id, "event_id": event.id})
        handovers[item.book][kept.ordinal - 1] = replace(kept, accepted_at=moment, reservations=reservations)
        return DeskTakenOver(event.id, kept.number, today)

    return decide_each(items, decide)
