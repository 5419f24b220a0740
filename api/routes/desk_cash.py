"""The float of a desk, its safe and what it pays in, by the head (régisseur) or a deputy."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from monnaielocale.actions.floats import (
    ExchangeFloat,
    ExchangeFloatBack,
    LowerFloat,
    MoveNotesBetweenTills,
    ReceiveFloat,
    exchange_floats,
    exchange_floats_back,
    lower_floats,
    move_notes_between_tills,
    receive_floats,
)
from monnaielocale.actions.safes import (
    SLIP_LENGTH_MAX,
    MoveFromSafe,
    MoveToSafe,
    PayIn,
    PayInOtherMeans,
    move_from_safes,
    move_to_safes,
    pay_in,
    pay_in_other_means,
)
from monnaielocale.domain.desks.charters import FloatBeyondCharter, TillUnknown
from monnaielocale.domain.desks.staff import HeadOrDeputyNeeded
from monnaielocale.store.desks import DeskUnknown

from ..access import Keyed
from ..bodies import StrictRoute
from ..fields import Body, Cents, CentsOrZero, Code, Day, Shape, text
from ..openapi import refusing
from ..pieces import Counted, pieces_of
from ..subjects import SubjectRouter
from .desks import DeskInPath

COLLECTS = "desk_clerk"
router = SubjectRouter(prefix="/desks/{desk}", tags=["desks"], route_class=StrictRoute)
_UNKNOWN = DeskUnknown(book="bayonne-pool")
_HEAD = HeadOrDeputyNeeded(login="maite", desk="bayonne-pool", day="2026-01-31")
_TILL = TillUnknown(desk="bayonne-pool", till="till-9", known=["till-1", "till-2"])
REFUSED = refusing(_UNKNOWN, _HEAD, _TILL)
REFUSED_FLOAT = refusing(_UNKNOWN, _HEAD, _TILL, FloatBeyondCharter(desk="bayonne-pool", agreed="150.00", asked="200.00"))

Till = Annotated[Code, Field(description="The code of a till.", examples=["till-1"])]
PayInSlip = Annotated[str, *text(most=SLIP_LENGTH_MAX), Field(description="What the slip of the pay-in says.", examples=["V-12"])]


class AmountAsked(Body):
    """An amount of euros."""

    amount_cents: Cents
    on: Day | None = None


class NotesOfTill(Body):
    """Notes of a till, by denomination."""

    till: Till
    notes: Annotated[Counted, Field(min_length=1)]
    on: Day | None = None


class NotesBetweenTills(Body):
    """Notes that go from one till to another."""

    from_till: Till
    to_till: Till
    notes: Annotated[Counted, Field(min_length=1)]
    on: Day | None = None


class SafeAsked(Body):
    """Takings that go between a till and the safe."""

    direction: Literal["to_the_safe", "from_the_safe"]
    till: Till
    amount_cents: Cents
    on: Day | None = None


class PayInAsked(Body):
    """What is paid in to the public accountant: euros of the safe, or card payments or cheques."""

    means: Literal["euros", "card", "cheque"] = "euros"
    amount_cents: Cents
    slip: PayInSlip = ""
    on: Day | None = None


class FloatHeld(Shape):
    """The float after the act: what the public accountant handed over, and of it what lies in euros and in notes."""

    event_id: UUID
    advance_cents: CentsOrZero
    euro_cents: int
    notes_cents: int


class NotesMovedBetweenTills(Shape):
    """The notes that changed tills."""

    event_id: UUID
    from_till: Code
    to_till: Code
    amount_cents: Cents


class SafeHeld(Shape):
    """What the books hold in the till and in the safe after the act."""

    event_id: UUID
    till: Code
    till_cents: CentsOrZero
    safe_cents: CentsOrZero


class PaidIn(Shape):
    """What was paid in, what is left of it at the desk, and all that was paid in so far."""

    event_id: UUID
    amount_cents: Cents
    left_cents: CentsOrZero
    paid_in_cents: int


@router.post("/float/receive", status_code=201, responses=REFUSED_FLOAT)
async def receive_float(desk: DeskInPath, body: AmountAsked, who: Keyed) -> FloatHeld:
    """The public accountant hands over the float or raises it, up to what the charter says."""
    who.require(COLLECTS)
    item = ReceiveFloat(who.actor, desk, body.amount_cents, who.day(body.on), who.key)
    return FloatHeld(**await who.ask(receive_floats, item))


@router.post("/float/lower", status_code=201, responses=REFUSED)
async def lower_float(desk: DeskInPath, body: AmountAsked, who: Keyed) -> FloatHeld:
    """A part of the float in euros goes back to the public accountant."""
    who.require(COLLECTS)
    item = LowerFloat(who.actor, desk, body.amount_cents, who.day(body.on), who.key)
    return FloatHeld(**await who.ask(lower_floats, item))


@router.post("/float/exchange", status_code=201, responses=REFUSED_FLOAT)
async def exchange_float(desk: DeskInPath, body: NotesOfTill, who: Keyed) -> FloatHeld:
    """Euros of the float become local notes in a till, for giving change."""
    who.require(COLLECTS)
    item = ExchangeFloat(who.actor, desk, body.till, pieces_of(body.notes), who.day(body.on), who.key)
    return FloatHeld(**await who.ask(exchange_floats, item))


@router.post("/float/exchange-back", status_code=201, responses=REFUSED)
async def exchange_float_back(desk: DeskInPath, body: NotesOfTill, who: Keyed) -> FloatHeld:
    """Local notes of the float become euros again."""
    who.require(COLLECTS)
    item = ExchangeFloatBack(who.actor, desk, body.till, pieces_of(body.notes), who.day(body.on), who.key)
    return FloatHeld(**await who.ask(exchange_floats_back, item))


@router.post("/notes-between-tills", status_code=201, responses=REFUSED)
async def move_notes_to_another_till(desk: DeskInPath, body: NotesBetweenTills, who: Keyed) -> NotesMovedBetweenTills:
    """Let one till help another out with notes for change."""
    who.require(COLLECTS)
    day = who.day(body.on)
    item = MoveNotesBetweenTills(who.actor, desk, body.from_till, body.to_till, pieces_of(body.notes), day, who.key)
    return NotesMovedBetweenTills(**await who.ask(move_notes_between_tills, item))


@router.post("/safe", status_code=201, responses=REFUSED)
async def move_to_or_from_safe(desk: DeskInPath, body: SafeAsked, who: Keyed) -> SafeHeld:
    """Takings in euros go from a till to the safe, or come back."""
    who.require(COLLECTS)
    if body.direction == "to_the_safe":
        item = MoveToSafe(who.actor, desk, body.till, body.amount_cents, who.day(body.on), who.key)
        return SafeHeld(**await who.ask(move_to_safes, item))
    back = MoveFromSafe(who.actor, desk, body.till, body.amount_cents, who.day(body.on), who.key)
    return SafeHeld(**await who.ask(move_from_safes, back))


@router.post("/pay-ins", status_code=201, responses=REFUSED)
async def pay_in_takings(desk: DeskInPath, body: PayInAsked, who: Keyed) -> PaidIn:
    """Takings go to the public accountant (versement): euros of the safe, card payments or cheques."""
    who.require(COLLECTS)
    day = who.day(body.on)
    if body.means == "euros":
        return PaidIn(**await who.ask(pay_in, PayIn(who.actor, desk, body.amount_cents, day, body.slip, who.key)))
    item = PayInOtherMeans(who.actor, desk, body.means, body.amount_cents, day, body.slip, who.key)
    return PaidIn(**await who.ask(pay_in_other_means, item))
