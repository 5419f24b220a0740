"""Payment requests: the desk shows an amount, the payer approves it from their own account, and the receipt gets its number."""

from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query, Response
from pydantic import AwareDatetime, Field

from monnaielocale.actions.payment_requests import (
    ApprovePayment,
    ConfirmElsewhere,
    RequestPayment,
    WithdrawRequest,
    approve_payments,
    confirm_elsewhere,
    request_payments,
    withdraw_requests,
)
from monnaielocale.actions.receipts import Given
from monnaielocale.domain.desks.payment_requests import (
    TRANSACTION_LENGTH_MAX,
    BalanceBelowRequest,
    RequestAlreadyApproved,
    RequestExpired,
    RequestReferenceUnfit,
    RequestState,
    RequestUnknown,
    RequestWithdrawn,
    read_reference,
    request_text,
)
from monnaielocale.formats.square_code import square_png, square_svg
from monnaielocale.store.desks import DeskUnknown
from monnaielocale.store.payment_requests import RequestShown, request_shown
from monnaielocale.store.tills import SessionUnknown

from ..access import Anyone, Asking, Keyed
from ..bodies import StrictRoute
from ..doors import Door
from ..fields import Body, Cents, CentsOrZero, Code, Currency, Shape, text
from ..openapi import refusing
from ..subjects import SubjectRouter
from .desk_cash import COLLECTS
from .desks import DeskInPath
from .receipts import MoneyGiven, ReceiptTakenShown, Services, receipt_answered

SECONDS_LEAST, SECONDS_MOST = 30, 3600
router = SubjectRouter(tags=["payment requests"], route_class=StrictRoute)
_REFERENCE = "7Q4KX0M2ZB"
_GONE = (
    RequestUnknown(reference=_REFERENCE),
    RequestReferenceUnfit(written="7Q4", count=10),
    RequestAlreadyApproved(reference=_REFERENCE),
    RequestExpired(reference=_REFERENCE),
    RequestWithdrawn(reference=_REFERENCE),
)
REFUSED_ASKING = refusing(DeskUnknown(book="bayonne-pool"), SessionUnknown(desk="bayonne-pool"))
REFUSED_APPROVAL = refusing(*_GONE, BalanceBelowRequest(amount="12.00"))
REFUSED_END = refusing(DeskUnknown(book="bayonne-pool"), *_GONE)
UNKNOWN = refusing(RequestUnknown(reference=_REFERENCE), RequestReferenceUnfit(written="7Q4", count=10))

ReferenceInPath = Annotated[
    str, Path(min_length=1, max_length=40, description="The reference, as people type it.", examples=[_REFERENCE])
]
SquareKind = Annotated[
    Literal["svg", "png"], Query(description="The format of the picture: drawn in lines or in dots.", examples=["svg"])
]
# A look at a request before its desk is known; the decision itself is the action's.
_requests = Door("payment requests", at_once=4, waiting=200)
SQUARES = {"svg": ("image/svg+xml", square_svg), "png": ("image/png", square_png)}
_PICTURES = {kind: {"schema": {"type": "string", "format": "binary"}} for kind, _ in SQUARES.values()}


class PaymentRequestAsked(Body):
    """Services, how much of their price is asked for in digital units, and what is given over the counter for the rest."""

    session_id: UUID
    services: Services
    digital_cents: Cents
    given: MoneyGiven | None = None
    lasts_seconds: Annotated[int, Field(strict=True, ge=SECONDS_LEAST, le=SECONDS_MOST, examples=[300])] = 300
    total_cents: CentsOrZero | None = None


class PaidElsewhere(Body):
    """The number of the transaction in the system where the accounts are kept."""

    transaction_number: Annotated[
        str, *text(most=TRANSACTION_LENGTH_MAX, least=1), Field(description="Unique per association.", examples=["T-20260131-77"])
    ]


class PaymentRequested(Shape):
    """What the desk shows: `text` is what the square code holds, and names nobody."""

    event_id: UUID
    reference: str
    amount_cents: Cents
    currency: Currency
    expires_at: AwareDatetime
    text: str


class RequestForPayer(Shape):
    """What the payer is shown: who asks, how much, and until when."""

    reference: str
    desk: Code
    public_body: str
    label: Annotated[str, Field(description="The code of the desk at its public body.")]
    amount_cents: Cents
    currency: Currency
    requested_at: AwareDatetime
    expires_at: AwareDatetime
    state: RequestState


class RequestGoneShown(Shape):
    """The request can no longer be approved."""

    event_id: UUID
    reference: str


@router.post("/desks/{desk}/payment-requests", status_code=201, responses=REFUSED_ASKING)
async def request_payment(desk: DeskInPath, body: PaymentRequestAsked, who: Keyed) -> PaymentRequested:
    """Ask for digital units: show the reference or the square code to the payer."""
    who.require(COLLECTS)
    item = RequestPayment(
        who.actor,
        desk,
        body.session_id,
        tuple(each.asked() for each in body.services),
        body.digital_cents,
        body.given.given() if body.given else Given(),
        body.lasts_seconds,
        body.total_cents,
        who.key,
    )
    return PaymentRequested(**await who.ask(request_payments, item))


@router.get("/payment-requests/{reference}", responses=UNKNOWN)
def show_payment_request(reference: ReferenceInPath, who: Anyone) -> RequestForPayer:
    """What a payment request asks, and where it stands: for whoever reads its reference."""
    found = _seen(who, reference)
    return RequestForPayer(
        reference=found.reference,
        desk=found.book,
        public_body=found.public_body,
        label=found.desk,
        amount_cents=found.amount_cents,
        currency=found.currency,
        requested_at=found.requested_at,
        expires_at=found.expires_at,
        state=found.state(datetime.now(UTC)),
    )


@router.get(
    "/payment-requests/{reference}/square-code",
    responses=UNKNOWN | {200: {"content": _PICTURES, "description": "The square code."}},
    response_class=Response,
)
def show_square_code(reference: ReferenceInPath, who: Anyone, kind: SquareKind = "svg") -> Response:
    """The square code (QR) of a payment request, to be shown on a screen or printed; it names nobody."""
    found = _seen(who, reference)
    media_type, drawn = SQUARES[kind]
    return Response(drawn(request_text(found.request, found.currency)), media_type=media_type)


def _seen(who: Asking, reference: str) -> RequestShown:
    with who.visit() as connection:
        return request_shown(connection, read_reference(reference))


@router.post("/payment-requests/{reference}/approve", status_code=201, responses=REFUSED_APPROVAL)
async def approve_payment(reference: ReferenceInPath, who: Keyed) -> ReceiptTakenShown:
    """Approve a request from your own account, before it expires: the receipt is issued with that."""
    who.require("member")
    found = await _requests.enter(lambda: _seen(who, reference))
    return receipt_answered(await who.ask(approve_payments, ApprovePayment(who.actor, found.book, reference, who.key)))


@router.post("/desks/{desk}/payment-requests/{reference}/confirm", status_code=201, responses=REFUSED_END)
async def confirm_payment_elsewhere(
    desk: DeskInPath, reference: ReferenceInPath, body: PaidElsewhere, who: Keyed
) -> ReceiptTakenShown:
    """Record by which transaction a request was paid in another system, where the accounts are kept there."""
    who.require(COLLECTS)
    item = ConfirmElsewhere(who.actor, desk, reference, body.transaction_number, who.key)
    return receipt_answered(await who.ask(confirm_elsewhere, item))


@router.post("/desks/{desk}/payment-requests/{reference}/withdraw", status_code=201, responses=REFUSED_END)
async def withdraw_payment_request(desk: DeskInPath, reference: ReferenceInPath, who: Keyed) -> RequestGoneShown:
    """Take a request back that was neither approved nor expired."""
    who.require(COLLECTS)
    return RequestGoneShown(**await who.ask(withdraw_requests, WithdrawRequest(who.actor, desk, reference, who.key)))
