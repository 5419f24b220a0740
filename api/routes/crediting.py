"""Crediting runs, the roads back, and credits that another system carries out."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from fastapi.concurrency import run_in_threadpool
from pydantic import Field

from monnaielocale.actions.crediting import (
    CreditRun,
    ReturnUncreditable,
    TakeBackCredit,
    credit_runs,
    return_uncreditable,
    take_back_credits,
)
from monnaielocale.actions.credits_elsewhere import ConfirmCreditsElsewhere, confirm_credits_elsewhere
from monnaielocale.domain.payments.crediting import (
    ConfirmationDiffers,
    ConfirmationsUnknown,
    CreditKeptElsewhere,
    CreditUnknown,
    EurosNotSeen,
    NothingLeftToCredit,
    NothingToReturn,
    RunNotSigned,
    RunUnknown,
    SetAside,
)
from monnaielocale.formats.run_files import PAYMENTS_MAX
from monnaielocale.store.crediting import credit_orders_page
from monnaielocale.store.runs import payment_count
from monnaielocale.words import word

from ..access import Anyone, Asking, Keyed
from ..bodies import StrictRoute
from ..fields import Body, BookAsked, Cents, CentsOrZero, Count, Day, MemberNumber, Number, Reference, Shape, text
from ..jobs import ACCEPTED, Prefer, shown_as, within_or_job
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..places import identifier
from ..sight import of_the_books
from ..subjects import SubjectRouter
from .payment_runs import Dated, DatedWithReason

# Ten thousand confirmations with long numbers of transactions.
CONFIRMATIONS_BYTES = 4 * 1024 * 1024
router = SubjectRouter(tags=["crediting"], route_class=StrictRoute)
PaymentId = Annotated[
    UUID, Path(description="The identifier of the payment that was credited.", examples=["01a20b32-801f-7740-a8ab-93fa47375bbe"])
]
_RUN = "RF36BAYONNEIND202601L1"
_NOT_CREDITED = refusing(
    RunUnknown(run=_RUN),
    RunNotSigned(run=_RUN),
    EurosNotSeen(run=_RUN, allocated="0.00", total="1250.00"),
    NothingLeftToCredit(run=_RUN, credited=12, set_aside=1),
)
_NOT_RETURNED = refusing(RunUnknown(run=_RUN), RunNotSigned(run=_RUN), NothingToReturn(run=_RUN))
_NOT_TAKEN_BACK = refusing(CreditUnknown(payment=UUID(int=0)), CreditKeptElsewhere())
_NOT_CONFIRMED = refusing(
    ConfirmationsUnknown(references=f"{_RUN}-2"),
    ConfirmationDiffers(reference=f"{_RUN}-2", known="T-100233", given="T-100234"),
)

OrderReference = Annotated[
    str,
    *text(most=40, least=1),
    Field(description="The reference under which a credit was ordered, fixed for ever.", examples=["RF36BAYONNEIND202601L1-2"]),
]
TransactionNumber = Annotated[
    str, *text(most=100, least=1), Field(description="The other system's number of its transaction.", examples=["T-100234"])
]


class PaymentAside(Shape):
    """A payment that was left out, wholly or in part, with the reason as a code and in words."""

    payment_id: UUID
    row_number: Number
    member: MemberNumber
    amount_cents: Cents
    code: SetAside
    reason: str


class RunCredited(Shape):
    """What one crediting gave; `ordered_elsewhere` when another system carries the credits out."""

    crediting_id: UUID
    run: Reference
    credited_count: Count
    credited_cents: CentsOrZero
    ordered_elsewhere: bool
    set_aside: list[PaymentAside]


class PaymentGoingBack(Shape):
    """Euros of one payment that are now due to a party: a member by number, or a public body by its code."""

    transfer_due_id: UUID
    payment_id: UUID
    row_number: Number
    party: str
    amount_cents: Cents
    code: SetAside
    reason: str


class RunReturned(Shape):
    """The transfers that fell due for a run."""

    run: Reference
    amount_cents: CentsOrZero
    returned: list[PaymentGoingBack]


class CreditBack(Shape):
    """What the wallet still held of a wrong credit, and what had been spent."""

    payment_id: UUID
    member: MemberNumber
    taken_cents: CentsOrZero
    missing_cents: CentsOrZero


class CreditOrder(Shape):
    """A credit to carry out in the other system."""

    reference: OrderReference
    run: Reference
    row_number: Number
    member: MemberNumber
    amount_cents: Cents
    ordered_on: Day


class CreditOrdersPage(Shape):
    """Credits in the order of being ordered, and where the next page begins."""

    items: list[CreditOrder]
    next: str | None


class Confirmation(Body):
    """The other system carried a credit out."""

    reference: OrderReference
    transaction_number: TransactionNumber


class ConfirmationsAsked(Body):
    """What the other system says it did: one document, taken whole or not at all."""

    confirmations: Annotated[list[Confirmation], Field(min_length=1, max_length=PAYMENTS_MAX)]
    on: Day | None = None


class CreditsConfirmed(Shape):
    """How many credits are now in wallets, and how many had been confirmed before."""

    confirmed_count: Count
    confirmed_cents: CentsOrZero
    already_confirmed_count: Count


def credited_of(done: dict[str, Any]) -> RunCredited:
    """What a crediting gave, in the caller's language."""
    return RunCredited(**done | {"set_aside": [PaymentAside(**_with_words(one)) for one in done["set_aside"]]})


def returned_of(done: dict[str, Any]) -> RunReturned:
    """What goes back, in the caller's language."""
    return RunReturned(**done | {"returned": [PaymentGoingBack(**_with_words(one)) for one in done["returned"]]})


def confirmed_of(done: dict[str, Any]) -> CreditsConfirmed:
    """What was confirmed."""
    return CreditsConfirmed(**done)


shown_as(credit_runs, credited_of)
shown_as(return_uncreditable, returned_of)
shown_as(confirm_credits_elsewhere, confirmed_of)


@router.post("/payment-runs/{reference}/credit", responses=ACCEPTED | _NOT_CREDITED)
async def credit_run(
    reference: Reference, who: Keyed, body: Dated | None = None, book: BookAsked = None, prefer: Prefer = None
) -> RunCredited:
    """Credit every payment of a run whose euros are on a bank statement and whose mandate still allows it."""
    item = CreditRun(who.actor, who.book(book), reference, who.day(body.on if body else None), who.key)
    rows = await run_in_threadpool(_payments, who, item.book, reference)
    return credited_of(await within_or_job(who, credit_runs, item, rows=rows, prefer=prefer))


@router.post("/payment-runs/{reference}/return", responses=ACCEPTED | _NOT_RETURNED)
async def return_run(
    reference: Reference, who: Keyed, body: Dated | None = None, book: BookAsked = None, prefer: Prefer = None
) -> RunReturned:
    """Send back, as the convention says, the euros of a run that cannot be credited: they become transfers due."""
    item = ReturnUncreditable(who.actor, who.book(book), reference, who.day(body.on if body else None), who.key)
    rows = await run_in_threadpool(_payments, who, item.book, reference)
    return returned_of(await within_or_job(who, return_uncreditable, item, rows=rows, prefer=prefer))


@router.post("/credits/{payment_id}/take-back", responses=_NOT_TAKEN_BACK)
async def take_back_credit(payment_id: PaymentId, body: DatedWithReason, who: Keyed, book: BookAsked = None) -> CreditBack:
    """Take the wrong credit of a payment back, up to what the wallet still holds."""
    item = TakeBackCredit(who.actor, who.book(book), payment_id, body.reason, who.day(body.on), who.key)
    return CreditBack(**await who.ask(take_back_credits, item))


@router.get("/credit-orders")
def list_credit_orders(who: Anyone, book: BookAsked = None, limit: Limit = 100, cursor: Cursor = None) -> CreditOrdersPage:
    """List the credits that another system has to carry out and has not confirmed; sent twice, the reference stays the same."""
    of_the_books(who)
    code = who.book(book)
    with who.visit() as connection:
        orders, last = page(credit_orders_page(connection, code, after=identifier(cursor), limit=limit + 1), limit)
    items = [CreditOrder.model_validate(order, from_attributes=True) for order in orders]
    return CreditOrdersPage(items=items, next=cursor_of(str(last.id)) if last else None)


@router.post("/credit-orders/confirm", max_body_size=CONFIRMATIONS_BYTES, responses=ACCEPTED | _NOT_CONFIRMED)
async def confirm_credits(
    body: ConfirmationsAsked, who: Keyed, book: BookAsked = None, prefer: Prefer = None
) -> CreditsConfirmed:
    """Record what the other system confirms: late, in part or twice, each credit counts once."""
    confirmations = tuple((one.reference, one.transaction_number) for one in body.confirmations)
    item = ConfirmCreditsElsewhere(who.actor, who.book(book), confirmations, who.day(body.on), who.key)
    rows = len(confirmations)
    return confirmed_of(await within_or_job(who, confirm_credits_elsewhere, item, rows=rows, prefer=prefer))


def _payments(who: Asking, book: str, reference: str) -> int:
    """How many payments a run has, as far as the person may see it."""
    with who.visit() as connection:
        return payment_count(connection, book, reference)


def _with_words(done: dict[str, Any]) -> dict[str, Any]:
    """A payment as an action tells of it, its row and its reason under the names of answers."""
    code = str(done["reason"])
    kept = {name: value for name, value in done.items() if name != "row"}
    return kept | {"row_number": done["row"], "code": code, "reason": word("set_aside", code)}
