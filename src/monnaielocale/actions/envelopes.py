"""The evening's envelope of a desk: filled day by day, handed to a named carrier."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks import postings
from ..domain.desks.bundles import NOTHING, Bundle
from ..domain.desks.envelopes import DayNotes, Envelope, Handed, check_filling, check_handing, envelope_number
from ..domain.identifiers import new_id
from ..domain.refusals import Refusal
from ..store.remittances import EnvelopeKept, Envelopes, Numbers, envelopes_of, numbers_of
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each
from .desks import DesksHeld, Held
from .perform import action

Notes = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class FillEnvelope:
    """Notes are put aside in the evening: for each till, how many of each denomination in cents."""

    actor: Actor
    book: str
    notes: tuple[tuple[str, Notes], ...]
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class EnvelopeFilled:
    """The envelope that the notes are in, and what is in it now; amounts are in cents."""

    event_id: UUID
    envelope: str
    added_cents: int
    declared_cents: int


@dataclass(frozen=True, slots=True)
class HandEnvelope:
    """An envelope leaves with a carrier, by name."""

    actor: Actor
    book: str
    envelope: str
    carrier: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class EnvelopeHanded:
    """The envelope is on its way with what the desk says is in it."""

    event_id: UUID
    envelope: str
    carrier: str
    declared_cents: int


@action("fill_envelope")
def fill_envelopes(work: UnitOfWork, items: Sequence[FillEnvelope]) -> list[EnvelopeFilled | Refusal]:
    """Somebody named for the desk puts takings in notes into its open envelope, or into a new one; the float stays.

    Refusals: those of `DesksHeld.on`, NotNamedToCollect, TillUnknown, PiecesNegative, PieceUnknown, EnvelopeEmpty, BalanceTooLow,
    PeriodClosed.
    """
    books = [item.book for item in items]
    known, envelopes, numbers = DesksHeld.load(work, books), envelopes_of(work, books), numbers_of(work, books)
    return decide_each(items, lambda item: _filled(work, item, known, envelopes, numbers))


def _filled(work: UnitOfWork, item: FillEnvelope, known: DesksHeld, envelopes: Envelopes, numbers: Numbers) -> EnvelopeFilled:
    held = known.on(item.actor, item.book, item.on, collecting=False)
    held.staff.require_collector(item.actor, item.on)
    by_till: dict[str, Bundle] = {}
    for till, counts in item.notes:
        held.charter.require_till(till)
        by_till[till] = by_till.get(till, NOTHING) + held.told(counts)
    added = sum(by_till.values(), NOTHING)
    open_now = envelopes.open_at(item.book)
    check_filling(open_now.envelope if open_now else Envelope("", ()), added)
    both = postings.envelope_prepared(item.on, item.book, by_till)
    notes = {till: [list(pieces) for pieces in put.pieces] for till, put in by_till.items() if put}
    event_id = held.post(work, item, "envelope_prepared", both, {"notes": notes})
    # From here on nothing refuses.
    kept = open_now or _opened(work, held, item, numbers, event_id)
    envelope = replace(kept.envelope, days=(*kept.envelope.days, DayNotes(item.on, added)))
    envelopes.keep(replace(kept, envelope=envelope))
    work.insert("envelope_note", *_rows(kept.id, event_id, item.on, by_till))
    return EnvelopeFilled(event_id, envelope.number, added.total_cents, envelope.declared.total_cents)


def _opened(work: UnitOfWork, held: Held, item: FillEnvelope, numbers: Numbers, event_id: UUID) -> EnvelopeKept:
    year = item.on.year
    ordinal = numbers.next(item.book, "envelope", year)
    kept = EnvelopeKept(new_id(), item.book, Envelope(envelope_number(held.charter.prefix, year, ordinal), ()), item.on)
    number = {"number": kept.envelope.number, "year": year, "ordinal": ordinal}
    row = {"id": kept.id, "book_id": held.desk.book_id, "opened_on": item.on, "event_id": event_id}
    work.insert("envelope", row | number)
    return kept


def _rows(envelope_id: UUID, event_id: UUID, on: date, by_till: dict[str, Bundle]) -> list[dict[str, Any]]:
    place = {"envelope_id": envelope_id, "event_id": event_id, "put_on": on}
    return [
        place | {"till": till, "denomination_cents": denomination, "note_count": count}
        for till, notes in by_till.items()
        for denomination, count in notes.pieces
    ]


@action("hand_envelope")
def hand_envelopes(work: UnitOfWork, items: Sequence[HandEnvelope]) -> list[EnvelopeHanded | Refusal]:
    """Somebody named for the desk hands an envelope to the person who carries it to the association.

    Refusals: those of `DesksHeld.on`, NotNamedToCollect, EnvelopeUnknown, EnvelopeAlreadyHanded, CarrierMissing, TextTooLong,
    PeriodClosed.
    """
    books = [item.book for item in items]
    known, envelopes = DesksHeld.load(work, books), envelopes_of(work, books, (item.envelope for item in items))

    def decide(item: HandEnvelope) -> EnvelopeHanded:
        held = known.on(item.actor, item.book, item.on, collecting=False)
        held.staff.require_collector(item.actor, item.on)
        kept = envelopes.named(item.book, item.envelope)
        carrier = check_handing(kept.envelope, item.carrier)
        declared = kept.envelope.declared
        both = postings.handed_to_carrier(item.on, item.book, declared)
        event_id = held.post(work, item, "envelope_handed", both, {"envelope": item.envelope, "carrier": carrier})
        handed = Handed(work.now(item.book), item.actor.person_id, carrier)
        envelopes.keep(replace(kept, envelope=replace(kept.envelope, handed=handed), handed_on=item.on))
        row = {"envelope_id": kept.id, "carrier": carrier, "handed_on": item.on, "handed_at": handed.at, "event_id": event_id}
        work.insert("envelope_handing", row | {"handed_by": item.actor.person_id})
        return EnvelopeHanded(event_id, item.envelope, carrier, declared.total_cents)

    return decide_each(items, decide)
