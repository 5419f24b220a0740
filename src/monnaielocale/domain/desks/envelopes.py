"""Envelopes of local notes: what the clerk is proposed to put aside each evening, and the road to the euros at face value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from ..money import decimal_text
from ..refusals import Refusal
from ..text import clean_text
from .bundles import NOTHING, Bundle, smallest_pieces, sums

TEXT_LENGTH_MAX = 200


class EnvelopeUnknown(Refusal):
    """Desk {desk} has no envelope {envelope}."""

    code = "envelope_unknown"


class EnvelopeEmpty(Refusal):
    """There are no notes to put into the envelope."""

    code = "envelope_empty"


class EnvelopeAlreadyHanded(Refusal):
    """The envelope {envelope} was already handed to its carrier."""

    code = "envelope_already_handed"


class CarrierMissing(Refusal):
    """Say who carries the envelope."""

    code = "carrier_missing"


class EnvelopeNotHanded(Refusal):
    """The envelope {envelope} was not handed to a carrier yet."""

    code = "envelope_not_handed"


class EnvelopeAlreadyCounted(Refusal):
    """The envelope {envelope} was already counted."""

    code = "envelope_already_counted"


class EnvelopeDifferenceUnexplained(Refusal):
    """{counted} was counted and {declared} declared: say why."""

    code = "envelope_difference_unexplained"


class EnvelopeState(StrEnum):
    """Where an envelope stands, for the desk and for the association alike."""

    PREPARED = "prepared"
    HANDED = "handed"
    COUNTED = "counted"
    PAID = "paid"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Proposal:
    """The envelope proposed for a drawer and what stays, with how far that is above or below the float."""

    envelope: Bundle
    left: Bundle
    float_cents: int

    @property
    def above_float_cents(self) -> int:
        """What stays beyond the float, since the notes cannot be divided, or what it lacks, below zero."""
        return self.left.total_cents - self.float_cents


@dataclass(frozen=True, slots=True)
class DayNotes:
    """What one day put into an envelope, by denomination."""

    on: date
    notes: Bundle


@dataclass(frozen=True, slots=True)
class Handed:
    """A named carrier takes the envelope."""

    at: datetime
    handed_by: UUID
    carrier: str


@dataclass(frozen=True, slots=True)
class EnvelopeCounted:
    """The association counts what is in it."""

    at: datetime
    counted_by: UUID
    notes: Bundle
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EnvelopePaid:
    """A bank line by which the association pays for it, whole or in part."""

    on: date
    amount_cents: int


@dataclass(frozen=True, slots=True)
class EnvelopeConfirmed:
    """The public accountant confirms that euros arrived, all or a part."""

    on: date
    amount_cents: int


EnvelopeFact = Handed | EnvelopeCounted | EnvelopePaid | EnvelopeConfirmed


@dataclass(frozen=True, slots=True)
class Envelope:
    """An envelope as its facts leave it: the days that filled it, and how far it came."""

    number: str
    days: tuple[DayNotes, ...]
    handed: Handed | None = None
    counted: EnvelopeCounted | None = None
    paid_cents: int = 0
    confirmed_cents: int = 0

    @property
    def declared(self) -> Bundle:
        """The notes that the desk says are in it."""
        return sum((day.notes for day in self.days), NOTHING)

    @property
    def owed_cents(self) -> int:
        """What the association owes for it: the notes it counted, at face value."""
        return self.counted.notes.total_cents if self.counted else 0

    @property
    def difference_cents(self) -> int:
        """Counted minus declared, below zero when something is missing; nothing before the count."""
        return self.owed_cents - self.declared.total_cents if self.counted else 0

    @property
    def state(self) -> EnvelopeState:
        """The last step that is complete: paid and confirmed in part is not yet paid or confirmed."""
        if self.counted is None:
            return EnvelopeState.PREPARED if self.handed is None else EnvelopeState.HANDED
        if self.paid_cents < self.owed_cents:
            return EnvelopeState.COUNTED
        return EnvelopeState.PAID if self.confirmed_cents < self.owed_cents else EnvelopeState.CONFIRMED


def envelope_number(prefix: str, year: int, number: int) -> str:
    """The number of an envelope as people read it: `PISC-2026-E0042`."""
    return f"{prefix}-{year}-E{number:04d}"


def proposed_envelope(drawer: Bundle, float_cents: int) -> Proposal:
    """The largest amount that leaves at least the float, which stays in the smallest notes.

    A drawer that holds less than the float puts nothing aside. Where several choices leave the same amount, as many of the
    smallest notes stay as can, then of the next ones.
    """
    total = drawer.total_cents
    stays = sums(drawer, total).smallest(float_cents, total)
    if stays is None:
        return Proposal(NOTHING, drawer, float_cents)
    left = smallest_pieces(drawer, stays)
    assert left is not None, "a composable amount has a composition"
    return Proposal(drawer - left, left, float_cents)


def proposed_for_tills(drawers: Mapping[str, Bundle], float_cents: int) -> dict[str, Proposal]:
    """The envelope proposed out of each till of a desk, so that together they keep at least the float.

    The tills keep equal parts of it; what a till cannot keep, since it holds less, the others keep for it.
    """
    proposals, left_cents = {}, float_cents
    by_worth = sorted(drawers, key=lambda till: (drawers[till].total_cents, till))
    for place, till in enumerate(by_worth):
        part = -(-max(left_cents, 0) // (len(by_worth) - place))
        proposals[till] = proposed_envelope(drawers[till], part)
        left_cents -= proposals[till].left.total_cents
    return proposals


def envelope_from(number: str, days: Iterable[DayNotes], facts: Iterable[EnvelopeFact]) -> Envelope:
    """The envelope that its facts tell."""
    handed = counted = None
    paid = confirmed = 0
    for fact in facts:
        match fact:
            case Handed():
                handed = fact
            case EnvelopeCounted():
                counted = fact
            case EnvelopePaid():
                paid += fact.amount_cents
            case EnvelopeConfirmed():
                confirmed += fact.amount_cents
    return Envelope(number, tuple(days), handed, counted, paid, confirmed)


def check_filling(envelope: Envelope, notes: Bundle) -> None:
    """Whether notes may still be put into it; EnvelopeEmpty for none, EnvelopeAlreadyHanded."""
    if envelope.handed is not None:
        raise EnvelopeAlreadyHanded(envelope=envelope.number)
    if not notes:
        raise EnvelopeEmpty()


def check_handing(envelope: Envelope, carrier: str) -> str:
    """The name of the carrier to whom the envelope may be handed; EnvelopeAlreadyHanded, EnvelopeEmpty and CarrierMissing."""
    check_filling(envelope, envelope.declared)
    told = clean_text(carrier, max_length=TEXT_LENGTH_MAX)
    if not told:
        raise CarrierMissing()
    return told


def check_count(envelope: Envelope, notes: Bundle, reason: str, denominations_cents: Iterable[int]) -> str:
    """The reason under which the association's count may be booked; counted notes may be none at all.

    Refuses with EnvelopeNotHanded, EnvelopeAlreadyCounted, PieceUnknown, and EnvelopeDifferenceUnexplained when the count differs
    from what was declared and nobody says why.
    """
    if envelope.handed is None:
        raise EnvelopeNotHanded(envelope=envelope.number)
    if envelope.counted is not None:
        raise EnvelopeAlreadyCounted(envelope=envelope.number)
    notes.checked(denominations_cents)
    told = clean_text(reason, max_length=TEXT_LENGTH_MAX)
    if notes != envelope.declared and not told:
        counted, declared = notes.total_cents, envelope.declared.total_cents
        raise EnvelopeDifferenceUnexplained(counted=decimal_text(counted), declared=decimal_text(declared))
    return told
