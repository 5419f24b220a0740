"""Takings leave the tills of a desk: euros to the safe and back, and to the public accountant (versement), and other means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks import postings
from ..domain.desks.charters import OTHER_MEANS, Instrument
from ..domain.desks.postings import OTHER, PAID_IN, SAFE, Place
from ..domain.desks.settlements import NotAnotherMeans
from ..domain.money import require_positive
from ..domain.refusals import Refusal
from ..domain.text import clean_text
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each
from .desks import DesksHeld
from .perform import action

SLIP_LENGTH_MAX = 80


@dataclass(frozen=True, slots=True)
class MoveToSafe:
    """Takings in euros go from a till to the safe; the amount is in cents."""

    actor: Actor
    book: str
    till: str
    amount_cents: int
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class MoveFromSafe:
    """Euros come back from the safe to a till; the amount is in cents."""

    actor: Actor
    book: str
    till: str
    amount_cents: int
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class PayIn:
    """The euros in the safe go to the public accountant, all or a part; `slip` is what the slip of the pay-in says, if any."""

    actor: Actor
    book: str
    amount_cents: int
    on: date
    slip: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class PayInOtherMeans:
    """Cheques are handed over, or card payments have reached the public accountant; `instrument` is `card` or `cheque`."""

    actor: Actor
    book: str
    instrument: str
    amount_cents: int
    on: date
    slip: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class SafeHeld:
    """What the till and the safe hold after the move, in cents."""

    event_id: UUID
    till: str
    till_cents: int
    safe_cents: int


@dataclass(frozen=True, slots=True)
class PaidIn:
    """What was paid in, what is left where it came from, and what was paid in and is not yet taken into the town's accounts."""

    event_id: UUID
    amount_cents: int
    left_cents: int
    paid_in_cents: int


@action("move_to_safe")
def move_to_safes(work: UnitOfWork, items: Sequence[MoveToSafe]) -> list[SafeHeld | Refusal]:
    """Somebody named for the desk puts takings into the safe; the float stays in the till.

    Refusals: those of `DesksHeld.on`, NotNamedToCollect, TillUnknown, AmountNotPositive, BalanceTooLow, PeriodClosed.
    """
    return _moved(work, items, "to_the_safe")


@action("move_from_safe")
def move_from_safes(work: UnitOfWork, items: Sequence[MoveFromSafe]) -> list[SafeHeld | Refusal]:
    """The head or a deputy takes euros out of the safe for a till.

    Refusals: those of `DesksHeld.on`, HeadOrDeputyNeeded, TillUnknown, AmountNotPositive, BalanceTooLow, PeriodClosed.
    """
    return _moved(work, items, "from_the_safe")


def _moved(work: UnitOfWork, items: Sequence[MoveToSafe | MoveFromSafe], kind: str) -> list[SafeHeld | Refusal]:
    known = DesksHeld.load(work, [item.book for item in items])

    def decide(item: MoveToSafe | MoveFromSafe) -> SafeHeld:
        held = known.on(item.actor, item.book, item.on, collecting=False)
        into = isinstance(item, MoveToSafe)
        (held.staff.require_collector if into else held.staff.require_head_or_deputy)(item.actor, item.on)
        held.charter.require_till(item.till)
        require_positive(item.amount_cents)
        place = Place(item.book, item.till)
        both = (postings.to_the_safe if into else postings.from_the_safe)(item.on, place, item.amount_cents)
        event_id = held.post(work, item, kind, both, {"till": item.till, "amount_cents": item.amount_cents})
        state = work.state(item.book, [place.euros, SAFE])
        return SafeHeld(event_id, item.till, state.balance(place.euros), state.balance(SAFE))

    return decide_each(items, decide)


@action("pay_in")
def pay_in(work: UnitOfWork, items: Sequence[PayIn]) -> list[PaidIn | Refusal]:
    """The head or a deputy pays in: at the ceiling of the charter, and at least once a month (CGCT, article R1617-8).

    Refusals: those of `DesksHeld.on`, HeadOrDeputyNeeded, AmountNotPositive, BalanceTooLow, PeriodClosed.
    """
    known = DesksHeld.load(work, [item.book for item in items])

    def decide(item: PayIn) -> PaidIn:
        return _paid_in(work, known, item, "paid_in", {})

    return decide_each(items, decide)


@action("pay_in_other_means")
def pay_in_other_means(work: UnitOfWork, items: Sequence[PayInOtherMeans]) -> list[PaidIn | Refusal]:
    """The head or a deputy hands cheques over, or records the card payments that the public accountant received.

    Refusals: those of `pay_in`, NotAnotherMeans.
    """
    known = DesksHeld.load(work, [item.book for item in items])

    def decide(item: PayInOtherMeans) -> PaidIn:
        if item.instrument not in OTHER_MEANS:
            raise NotAnotherMeans(kind=item.instrument[:40])
        return _paid_in(work, known, item, "other_means_paid_in", {"instrument": Instrument(item.instrument).value})

    return decide_each(items, decide)


def _paid_in(work: UnitOfWork, known: DesksHeld, item: PayIn | PayInOtherMeans, kind: str, details: dict[str, Any]) -> PaidIn:
    held = known.on(item.actor, item.book, item.on, collecting=False)
    held.staff.require_head_or_deputy(item.actor, item.on)
    require_positive(item.amount_cents)
    cash = isinstance(item, PayIn)
    both = (postings.paid_in if cash else postings.other_means_paid_in)(item.on, item.amount_cents)
    told = details | {"amount_cents": item.amount_cents, "slip": clean_text(item.slip, max_length=SLIP_LENGTH_MAX)}
    event_id = held.post(work, item, kind, both, told)
    source = SAFE if cash else OTHER
    state = work.state(item.book, [source, PAID_IN])
    return PaidIn(event_id, item.amount_cents, state.balance(source), state.balance(PAID_IN))
