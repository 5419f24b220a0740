"""A desk changes hands: the head who leaves draws the handover up, the one who begins accepts it."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import AwareDatetime, Field
from starlette.responses import JSONResponse, Response

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.handovers import AcceptHandover, DrawUpHandover, accept_handovers, draw_up_handovers
from monnaielocale.domain.desks.counts import REASON_LENGTH_MAX, DifferenceUnexplained
from monnaielocale.domain.desks.days import EarlierDayOpen, paris_day
from monnaielocale.domain.desks.handovers import (
    RESERVATIONS_LENGTH_MAX,
    HandoverAccepted,
    HandoverReplaced,
    HandoverUnknown,
    NobodyTakesOver,
    NotYourHandover,
    SignedByOne,
    TakingsNotPaidIn,
)
from monnaielocale.domain.desks.staff import HeadOrDeputyNeeded
from monnaielocale.domain.people import PersonUnknown
from monnaielocale.formats.handover import handover_as_data, handover_sheets
from monnaielocale.formats.spreadsheets import write_csv, write_xlsx
from monnaielocale.store.desks import DeskUnknown
from monnaielocale.store.handovers import HandoverKept, handover_with, handovers_page
from monnaielocale.words import PARIS, say, word

from .. import places
from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..fields import Balance, Body, CentsOrZero, Code, Count, Day, Login, Shape, text
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..pieces import Counted, PiecesShown, pieces_of
from ..subjects import SubjectRouter
from .desk_cash import COLLECTS
from .desks import UNKNOWN, DeskInPath, desk_seen
from .run_summaries import MEDIA_TYPES, OTHER_FORMS, AcceptGiven, FormatAsked, NotAcceptable, SummaryFormat, accepted

router = SubjectRouter(prefix="/desks/{desk}", tags=["handovers"], route_class=StrictRoute)
_DESK, _HANDOVER, _DAY = "bayonne-pool", "PISC-PV0002", "2026-02-01"
_UNKNOWN = (DeskUnknown(book=_DESK), HandoverUnknown(desk=_DESK, handover=_HANDOVER))
REFUSED_DRAWING = refusing(
    DeskUnknown(book=_DESK),
    PersonUnknown(login="maite"),
    HeadOrDeputyNeeded(login="xan", desk=_DESK, day=_DAY),
    NobodyTakesOver(login="maite", desk=_DESK),
    SignedByOne(login="maite"),
    EarlierDayOpen(day=_DAY),
    TakingsNotPaidIn(amount="12.00", desk=_DESK),
    DifferenceUnexplained(counted="149.00", expected="150.00", difference="-1.00"),
)
REFUSED_ACCEPTANCE = refusing(
    *_UNKNOWN,
    NotYourHandover(handover=_HANDOVER, day=_DAY),
    HandoverAccepted(handover=_HANDOVER),
    HandoverReplaced(handover=_HANDOVER, latest="PISC-PV0003"),
)

HandoverInPath = Annotated[
    str, Path(pattern=r"^[A-Z0-9-]{1,40}$", description="The number of the handover.", examples=[_HANDOVER])
]


class HandoverAsked(Body):
    """What is counted at the desk for its next head: local notes and euros piece by piece."""

    successor: Login
    notes: Counted
    euros: Counted
    reason: Annotated[
        str,
        *text(most=REASON_LENGTH_MAX),
        Field(description="Why the count differs, if it does.", examples=["A coin of 1 euro lacks"]),
    ] = ""


class AcceptanceGiven(Body):
    """The signature of the head who begins."""

    reservations: Annotated[
        str,
        *text(most=RESERVATIONS_LENGTH_MAX),
        Field(description="What the head who begins does not answer for.", examples=["The safe was opened without me"]),
    ] = ""


class HandoverDrawnUp(Shape):
    """The document that the next head accepts; the fingerprint is what both sign."""

    event_id: UUID
    handover: str
    begins_on: Day
    expected_cents: CentsOrZero
    counted_cents: CentsOrZero
    difference_cents: int
    sha256: str


class DeskTakenOver(Shape):
    """The next head answers for the desk."""

    event_id: UUID
    handover: str
    accepted_on: Day


class HandoverListed(Shape):
    """A handover of the desk; nobody has accepted it while `accepted_at` is empty."""

    handover: str
    drawn_at: AwareDatetime
    outgoing: str
    incoming: str
    begins_on: Day
    accepted_at: AwareDatetime | None
    reservations: str


class HandoversPage(Shape):
    """The handovers of the desk in their order, and where the next page begins."""

    items: list[HandoverListed]
    next: str | None


class AccountLeft(Shape):
    """What an account of the desk's book held."""

    account: str
    cents: Balance


class EnvelopeLeftShown(Shape):
    """An envelope that the association had not counted."""

    envelope: str
    state: str
    declared_cents: CentsOrZero


class HandoverShown(HandoverListed):
    """The document: what was counted and expected, what the accounts held, and where the journal was closed."""

    desk: Code
    notes: list[PiecesShown]
    euros: list[PiecesShown]
    expected_notes_cents: CentsOrZero
    expected_euros_cents: CentsOrZero
    difference_cents: int
    reason: str
    accounts: list[AccountLeft]
    envelopes: list[EnvelopeLeftShown]
    receipts: Count
    last_receipt: str
    receipt_link: str
    last_closing: str
    closing_link: str
    sha256: str


@router.post("/handovers", status_code=201, responses=REFUSED_DRAWING)
async def draw_up_handover(desk: DeskInPath, body: HandoverAsked, who: Keyed) -> HandoverDrawnUp:
    """Draw up what passes to the next head: the day is closed, takings are paid in, and what is left is counted blindly."""
    who.require(COLLECTS)
    count = CountGiven(pieces_of(body.notes), pieces_of(body.euros))
    item = DrawUpHandover(who.actor, desk, body.successor, count, body.reason, who.key)
    return HandoverDrawnUp(**await who.ask(draw_up_handovers, item))


@router.post("/handovers/{handover}/accept", status_code=201, responses=REFUSED_ACCEPTANCE)
async def accept_handover(desk: DeskInPath, handover: HandoverInPath, body: AcceptanceGiven, who: Keyed) -> DeskTakenOver:
    """Accept the desk as its next head, from your first day on."""
    who.require(COLLECTS)
    item = AcceptHandover(who.actor, desk, handover, body.reservations, who.key)
    return DeskTakenOver(**await who.ask(accept_handovers, item))


@router.get("/handovers", responses=UNKNOWN)
def list_handovers(desk: DeskInPath, who: Anyone, limit: Limit = 100, cursor: Cursor = None) -> HandoversPage:
    """How the desk passed from head to head."""
    with desk_seen(who, desk) as connection:
        after = places.number(cursor)
        found, last = page(handovers_page(connection, desk, after=after, limit=limit + 1), limit)
    items = [HandoverListed.model_validate(_listed(each)) for each in found]
    return HandoversPage(items=items, next=cursor_of(last.ordinal) if last else None)


def _listed(kept: HandoverKept) -> dict[str, Any]:
    return {
        "handover": kept.number,
        "drawn_at": kept.drawn_at,
        "outgoing": kept.outgoing,
        "incoming": kept.incoming,
        "begins_on": kept.begins_on,
        "accepted_at": kept.accepted_at,
        "reservations": kept.reservations,
    }


@router.get(
    "/handovers/{handover}",
    response_model=HandoverShown,
    responses=OTHER_FORMS | refusing(*_UNKNOWN, NotAcceptable()),
)
def show_handover(
    desk: DeskInPath, handover: HandoverInPath, who: Anyone, accept: AcceptGiven = "", format: FormatAsked = None
) -> Response:
    """One handover: JSON, its paper as CSV, or a workbook with what was counted and held."""
    chosen = format or accepted(accept)
    with desk_seen(who, desk) as connection:
        kept = handover_with(connection, desk, handover)
    if chosen is SummaryFormat.JSON:
        shown = HandoverShown.model_validate(handover_as_data(kept.document, kept.canonical) | _listed(kept))
        return JSONResponse(shown.model_dump(mode="json"), headers={"Vary": "Accept"})
    headers = {"Vary": "Accept", "Content-Disposition": f'attachment; filename="{kept.number}.{chosen}"'}
    return Response(_written(kept, chosen), media_type=MEDIA_TYPES[chosen], headers=headers)


def _written(kept: HandoverKept, chosen: SummaryFormat) -> bytes:
    accepted_on = paris_day(kept.accepted_at) if kept.accepted_at else None
    heads = {"outgoing": kept.outgoing, "incoming": kept.incoming}
    sheets = handover_sheets(kept.document, kept.canonical, **heads, accepted_on=accepted_on, say=say, word=word)
    return write_csv(sheets[0]) if chosen is SummaryFormat.CSV else write_xlsx(sheets, created_at=datetime.now(PARIS))
