"""Envelopes of local notes and remittances: from a desk's drawers to euros at face value, as both sides follow them."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path
from pydantic import Field

from monnaielocale.actions.envelopes import FillEnvelope, HandEnvelope, fill_envelopes, hand_envelopes
from monnaielocale.actions.remittances import (
    ConfirmRemittance,
    CountEnvelope,
    RedeemDigitalTakings,
    confirm_remittances,
    count_envelopes,
    redeem_digital_takings,
)
from monnaielocale.actions.takings import AccountForTakings, RefundByTown, account_for_takings, pay_refunds_by_town
from monnaielocale.domain.desks.envelopes import (
    TEXT_LENGTH_MAX,
    CarrierMissing,
    EnvelopeAlreadyCounted,
    EnvelopeAlreadyHanded,
    EnvelopeDifferenceUnexplained,
    EnvelopeEmpty,
    EnvelopeNotHanded,
    EnvelopeState,
    EnvelopeUnknown,
)
from monnaielocale.domain.desks.remittances import RemittanceUnknown
from monnaielocale.store.desks import DeskUnknown
from monnaielocale.store.remittances import EnvelopeKept, RemittanceKept, envelopes_page, remittances_page

from .. import places
from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..fields import Body, Cents, CentsOrZero, Code, Day, Shape, text
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..pieces import Counted, PiecesShown, pieces_of, pieces_shown
from ..sight import ASSOCIATION
from ..subjects import SubjectRouter
from .desk_cash import COLLECTS, Till
from .desks import UNKNOWN, DeskInPath, desk_seen

TILLS_MOST = 50
TAKINGS_MOST = 200
router = SubjectRouter(prefix="/desks/{desk}", tags=["envelopes"], route_class=StrictRoute)
_DESK, _ENVELOPE, _REMITTANCE = "bayonne-pool", "PISC-2026-E0007", "PISC-2026-R0003"
_UNKNOWN = (DeskUnknown(book=_DESK), EnvelopeUnknown(desk=_DESK, envelope=_ENVELOPE))
REFUSED_FILLING = refusing(DeskUnknown(book=_DESK), EnvelopeEmpty())
REFUSED_HANDING = refusing(*_UNKNOWN, EnvelopeAlreadyHanded(envelope=_ENVELOPE), CarrierMissing())
REFUSED_COUNT = refusing(
    *_UNKNOWN,
    EnvelopeNotHanded(envelope=_ENVELOPE),
    EnvelopeAlreadyCounted(envelope=_ENVELOPE),
    EnvelopeDifferenceUnexplained(counted="59.00", declared="60.00"),
)
REFUSED_CONFIRMATION = refusing(DeskUnknown(book=_DESK), RemittanceUnknown(desk=_DESK, remittance=_REMITTANCE))

EnvelopeInPath = Annotated[
    str, Path(pattern=r"^[A-Z0-9-]{1,40}$", description="The number of the envelope.", examples=[_ENVELOPE])
]
RemittanceInPath = Annotated[
    str, Path(pattern=r"^[A-Z0-9-]{1,40}$", description="The number of the remittance.", examples=[_REMITTANCE])
]
Why = Annotated[
    str, *text(most=TEXT_LENGTH_MAX), Field(description="Why the count differs, if it does.", examples=["One note lacks"])
]


class NotesFromTill(Body):
    """Notes of one till."""

    till: Till
    notes: Annotated[Counted, Field(min_length=1)]


class EnvelopeAsked(Body):
    """Notes that are put aside in the evening, till by till."""

    notes: Annotated[list[NotesFromTill], Field(min_length=1, max_length=TILLS_MOST)]
    on: Day | None = None


class HandingAsked(Body):
    """Who carries the envelope, by name."""

    carrier: Annotated[
        str, *text(most=TEXT_LENGTH_MAX, least=1), Field(description="Who carries it.", examples=["Ane Etxeberri"])
    ]
    on: Day | None = None


class EnvelopeCountAsked(Body):
    """What the association found in the envelope."""

    notes: Counted
    reason: Why = ""
    on: Day | None = None


class DigitalTakingsAsked(Body):
    """The business date on which the digital units are taken back."""

    on: Day | None = None


class EurosArrived(Body):
    """Euros that have arrived."""

    amount_cents: Cents
    on: Day | None = None


class ServiceTakings(Body):
    """What of one service is taken into the accounts."""

    service: Code
    amount_cents: Cents


class TakingsAsked(Body):
    """A revenue title (titre de recettes) with its services."""

    title: Annotated[str, *text(most=80, least=1), Field(description="The number of the title.", examples=["2026-114"])]
    takings: Annotated[list[ServiceTakings], Field(min_length=1, max_length=TAKINGS_MOST)]
    on: Day | None = None


class EnvelopeFilled(Shape):
    """The envelope that the notes are in, and what is in it now."""

    event_id: UUID
    envelope: str
    added_cents: CentsOrZero
    declared_cents: CentsOrZero


class EnvelopeHanded(Shape):
    """The envelope is on its way."""

    event_id: UUID
    envelope: str
    carrier: str
    declared_cents: CentsOrZero


class EnvelopeBooked(Shape):
    """What was found, below zero by how much less than declared, and the remittance that is owed for it."""

    event_id: UUID
    envelope: str
    counted_cents: CentsOrZero
    difference_cents: int
    remittance: str | None
    invoiced_fee_cents: CentsOrZero


class DigitalTakingsRedeemed(Shape):
    """The remittance that is owed for the digital units."""

    event_id: UUID
    remittance: str
    amount_cents: Cents
    invoiced_fee_cents: CentsOrZero


class RemittanceConfirmed(Shape):
    """How far the remittance is confirmed, and what is still claimed for it."""

    event_id: UUID
    remittance: str
    confirmed_cents: CentsOrZero
    claim_cents: CentsOrZero


class TakingsAccounted(Shape):
    """What was taken into the town's accounts, and what was paid in and is not yet."""

    event_id: UUID
    title: str
    amount_cents: Cents
    paid_in_cents: int


class RefundByTownPaid(Shape):
    """What the town refunded, and what of refunds is still to be paid."""

    event_id: UUID
    amount_cents: Cents
    to_refund_cents: int


class DayInEnvelope(Shape):
    """What one day put into the envelope."""

    on: Day
    notes: list[PiecesShown]


class EnvelopeShown(Shape):
    """An envelope as both sides see it, day by day."""

    envelope: str
    state: EnvelopeState
    opened_on: Day
    handed_on: Day | None
    counted_on: Day | None
    carrier: str
    days: list[DayInEnvelope]
    declared_cents: CentsOrZero
    counted_cents: CentsOrZero | None
    difference_cents: int | None
    reason: str
    remittance: str | None


class EnvelopesPage(Shape):
    """The envelopes of the desk by number, and where the next page begins."""

    items: list[EnvelopeShown]
    next: str | None


class RemittanceShown(Shape):
    """Euros that the association owes the public body at face value."""

    remittance: str
    form: Literal["digital", "notes"]
    envelope: str | None
    due_on: Day
    amount_cents: Cents
    paid_cents: Annotated[CentsOrZero, Field(description="Seen on the association's bank statement.")]
    confirmed_cents: Annotated[CentsOrZero, Field(description="Confirmed by the public accountant.")]


class RemittancesPage(Shape):
    """The remittances of the desk by number, and where the next page begins."""

    items: list[RemittanceShown]
    next: str | None


@router.post("/envelopes", status_code=201, responses=REFUSED_FILLING)
async def fill_envelope(desk: DeskInPath, body: EnvelopeAsked, who: Keyed) -> EnvelopeFilled:
    """Put the evening's notes into the desk's open envelope, or into a new one; the float stays in the drawers."""
    who.require(COLLECTS)
    notes = tuple((each.till, pieces_of(each.notes)) for each in body.notes)
    return EnvelopeFilled(**await who.ask(fill_envelopes, FillEnvelope(who.actor, desk, notes, who.day(body.on), who.key)))


@router.post("/envelopes/{envelope}/hand", status_code=201, responses=REFUSED_HANDING)
async def hand_envelope(desk: DeskInPath, envelope: EnvelopeInPath, body: HandingAsked, who: Keyed) -> EnvelopeHanded:
    """Hand an envelope to the person who carries it to the association."""
    who.require(COLLECTS)
    item = HandEnvelope(who.actor, desk, envelope, body.carrier, who.day(body.on), who.key)
    return EnvelopeHanded(**await who.ask(hand_envelopes, item))


@router.post("/envelopes/{envelope}/count", status_code=201, responses=REFUSED_COUNT)
async def count_envelope(desk: DeskInPath, envelope: EnvelopeInPath, body: EnvelopeCountAsked, who: Keyed) -> EnvelopeBooked:
    """Count an envelope, as the association does, and owe the public body what was found."""
    who.require(*ASSOCIATION)
    item = CountEnvelope(who.actor, desk, envelope, pieces_of(body.notes), who.day(body.on), body.reason, who.key)
    return EnvelopeBooked(**await who.ask(count_envelopes, item))


@router.get("/envelopes", responses=UNKNOWN)
def list_envelopes(desk: DeskInPath, who: Anyone, limit: Limit = 100, cursor: Cursor = None) -> EnvelopesPage:
    """The envelopes of the desk, as the desk and the association both see them."""
    with desk_seen(who, desk) as connection:
        after = places.code(cursor) or None
        found, last = page(envelopes_page(connection, desk, after=after, limit=limit + 1), limit)
    return EnvelopesPage(items=[_envelope(each) for each in found], next=cursor_of(last.envelope.number) if last else None)


def _envelope(kept: EnvelopeKept) -> EnvelopeShown:
    envelope = kept.envelope
    counted = None if envelope.counted is None else envelope.counted.notes.total_cents
    return EnvelopeShown(
        envelope=envelope.number,
        state=envelope.state,
        opened_on=kept.opened_on,
        handed_on=kept.handed_on,
        counted_on=kept.counted_on,
        carrier=envelope.handed.carrier if envelope.handed else "",
        days=[DayInEnvelope(on=day.on, notes=pieces_shown(day.notes.pieces)) for day in envelope.days],
        declared_cents=envelope.declared.total_cents,
        counted_cents=counted,
        difference_cents=None if counted is None else counted - envelope.declared.total_cents,
        reason=envelope.counted.reason if envelope.counted else "",
        remittance=kept.remittance,
    )


@router.post("/remittances", status_code=201, responses=UNKNOWN)
async def redeem_digital(desk: DeskInPath, body: DigitalTakingsAsked, who: Keyed) -> DigitalTakingsRedeemed:
    """Take back all digital units of the desk, as the association does, and owe the public body euros at face value."""
    who.require(*ASSOCIATION)
    item = RedeemDigitalTakings(who.actor, desk, who.day(body.on), who.key)
    return DigitalTakingsRedeemed(**await who.ask(redeem_digital_takings, item))


@router.get("/remittances", responses=UNKNOWN)
def list_remittances(desk: DeskInPath, who: Anyone, limit: Limit = 100, cursor: Cursor = None) -> RemittancesPage:
    """What the association owes or owed for the desk's notes and digital units, and how far it was paid."""
    with desk_seen(who, desk) as connection:
        after = places.code(cursor) or None
        found, last = page(remittances_page(connection, desk, after=after, limit=limit + 1), limit)
    return RemittancesPage(items=[_remittance(each) for each in found], next=cursor_of(last.remittance.number) if last else None)


def _remittance(kept: RemittanceKept) -> RemittanceShown:
    told = kept.remittance
    return RemittanceShown(
        remittance=told.number,
        form=told.form.value,
        envelope=kept.envelope,
        due_on=kept.due_on,
        amount_cents=told.owed_cents,
        paid_cents=told.paid_cents,
        confirmed_cents=told.confirmed_cents,
    )


@router.post("/remittances/{remittance}/confirm", status_code=201, responses=REFUSED_CONFIRMATION)
async def confirm_remittance(
    desk: DeskInPath, remittance: RemittanceInPath, body: EurosArrived, who: Keyed
) -> RemittanceConfirmed:
    """Confirm, as the public accountant, that euros of a remittance arrived: no more than the bank showed to be sent."""
    who.require("public_accountant")
    item = ConfirmRemittance(who.actor, desk, remittance, body.amount_cents, who.day(body.on), who.key)
    return RemittanceConfirmed(**await who.ask(confirm_remittances, item))


@router.post("/takings", status_code=201, responses=UNKNOWN)
async def account_for_takings_of_desk(desk: DeskInPath, body: TakingsAsked, who: Keyed) -> TakingsAccounted:
    """Take what was paid in into the town's accounts, service by service, under a revenue title."""
    who.require("town_signer")
    takings = tuple((each.service, each.amount_cents) for each in body.takings)
    item = AccountForTakings(who.actor, desk, body.title, takings, who.day(body.on), who.key)
    return TakingsAccounted(**await who.ask(account_for_takings, item))


@router.post("/refunds", status_code=201, responses=UNKNOWN)
async def refund_by_town(desk: DeskInPath, body: EurosArrived, who: Keyed) -> RefundByTownPaid:
    """Record that the town paid a refund from its own account that the desk had left to it."""
    who.require("public_accountant")
    item = RefundByTown(who.actor, desk, body.amount_cents, who.day(body.on), who.key)
    return RefundByTownPaid(**await who.ask(pay_refunds_by_town, item))
