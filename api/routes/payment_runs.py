"""Payment runs (bordereaux de paiement): the town's list, its signature, its payments, and how it ends."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Query
from pydantic import Field

from monnaielocale.actions.open_runs import OpenRun, open_runs
from monnaielocale.actions.perform import Action
from monnaielocale.actions.runs import (
    AccountForRun,
    CancelRun,
    CloseRun,
    SignRun,
    account_for_runs,
    cancel_runs,
    close_runs,
    sign_runs,
)
from monnaielocale.domain.chart import EURO
from monnaielocale.domain.conventions.convention import PaymentKind
from monnaielocale.domain.files import Notice, RowFault, RowsRefused
from monnaielocale.domain.members import MemberUnknown
from monnaielocale.domain.payments.crediting import RunUnknown
from monnaielocale.domain.payments.run_states import PaymentFacts, PaymentState, RunFacts, RunState, payment_state, run_state
from monnaielocale.domain.payments.runs import RunDiffers
from monnaielocale.formats.run_files import PAYMENTS_MAX
from monnaielocale.store.conventions import NoConvention
from monnaielocale.store.runs import payments_page, run_kept, run_slip, runs_page
from monnaielocale.store.unit_of_work import UnitOfWork
from monnaielocale.words import explain

from ..access import Anyone, Asking, Keyed
from ..bodies import StrictRoute
from ..fields import (
    CENTS_MOST,
    Body,
    BookAsked,
    CentsOrZero,
    Code,
    Count,
    Currency,
    Day,
    Iban,
    MandateNumber,
    MemberNumber,
    Number,
    Period,
    Reason,
    Reference,
    Shape,
    text,
)
from ..forms import CountGiven, DayGiven, ListFile, TotalGiven
from ..jobs import ACCEPTED, Prefer, shown_as, within_or_job
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..paths import RUN_REFERENCE
from ..places import day_and_id, number
from ..sight import of_the_runs, seen_by
from ..subjects import SubjectRouter
from ..uploads import FORM_BYTES, content_of

# Ten thousand payments with all their texts.
ROWS_BYTES = 8 * 1024 * 1024
router = SubjectRouter(prefix="/payment-runs", tags=["payment runs"], route_class=StrictRoute)
_NO_RUN = refusing(RunUnknown(run="RF36BAYONNEIND202601L1"))
_NOT_OPENED = refusing(
    RunDiffers(run="RF36BAYONNEIND202601L1", added=1, removed=0, changed=2),
    RowsRefused((RowFault(17, "member_number", "E00117", MemberUnknown(member="E00117")),)),
    NoConvention(book="eusko"),
)

ListNumber = Annotated[
    str, *text(most=30, least=1), Field(description="The number that the public body gives its list.", examples=["2026-4"])
]
StateAsked = Annotated[RunState | None, Query(description="Only runs that stand here.")]
PeriodAsked = Annotated[Period | None, Query(description="Only runs of this period.", examples=["2026-01"])]
BodyAsked = Annotated[Code | None, Query(description="Only runs of this public body.", examples=["bayonne"])]
# The books judge each row, so that all faults of a list are told together; here it only has to be text and whole cents.
Cell = Annotated[str, *text(most=200)]
AnyCents = Annotated[int, Field(strict=True, ge=-CENTS_MOST, le=CENTS_MOST, examples=[45000])]


class RowAsked(Body):
    """One payment of a list; the name is compared with the one that the association knows."""

    member_number: Annotated[Cell, Field(examples=["E00042"])]
    amount_cents: AnyCents
    name: Cell = ""
    subject: Cell = ""
    payment_order: Cell = ""
    label: Cell = ""


class RunAsked(Body):
    """A list of payments, with its total and count as the sender counted them."""

    public_body: Code
    kind: PaymentKind
    period: Period
    list_number: ListNumber
    rows: Annotated[list[RowAsked], Field(min_length=1, max_length=PAYMENTS_MAX)]
    declared_total_cents: AnyCents
    declared_count: Count
    on: Day | None = None


class Dated(Body):
    """A business date; today unless given."""

    on: Day | None = None


class DatedWithReason(Dated):
    """Why something is given up."""

    reason: Reason


class RunOpened(Shape):
    """The run that a list became; `repeated` when the same list was sent before and nothing was done a second time."""

    run: Reference
    state: RunState
    public_body: Code
    kind: PaymentKind
    period: str
    list_number: str
    attempt: Number
    total_cents: CentsOrZero
    payment_count: Count
    repeated: bool
    notices: list[str]


class RunChanged(Shape):
    """What was done to a run and where it stands now."""

    run: Reference
    act: str
    state: RunState
    total_cents: CentsOrZero
    credited_cents: CentsOrZero
    returned_cents: CentsOrZero
    event_id: UUID


class RunShown(Shape):
    """A run with what happened to it: `funded` by the bank, `credited` and not taken back, `waiting` for either."""

    run: Reference
    state: RunState
    public_body: Code
    kind: PaymentKind
    period: str
    list_number: str
    attempt: Number
    payment_count: Count
    currency: Currency = EURO
    total_cents: CentsOrZero
    funded_cents: CentsOrZero
    credited_cents: CentsOrZero
    returned_cents: CentsOrZero
    waiting_cents: CentsOrZero
    unconfirmed_cents: CentsOrZero
    checked_on: Day
    signed_on: Day | None
    cancelled_on: Day | None
    closed_on: Day | None
    accounted_on: Day | None


class RunsPage(Shape):
    """Runs, the latest first, and where the next page begins."""

    items: list[RunShown]
    next: str | None


class PaymentOfRun(Shape):
    """One payment of a run, and in words why it cannot be credited, if it cannot."""

    payment_id: UUID
    row_number: Number
    member: MemberNumber
    mandate: MandateNumber
    subject: str
    payment_order: str
    label: str
    state: PaymentState
    reason: str
    amount_cents: CentsOrZero
    funded_cents: CentsOrZero
    credited_cents: CentsOrZero
    returned_cents: CentsOrZero
    waiting_cents: CentsOrZero


class PaymentsPage(Shape):
    """Payments in the order of the list, and where the next page begins."""

    items: list[PaymentOfRun]
    next: str | None


class SlipShown(Shape):
    """What the public body copies on its payment orders, so that its euros are recognised when they arrive."""

    reference: Reference
    iban: Iban
    account_holder: str
    public_body: str
    kind: PaymentKind
    period: str
    list_number: str
    total_cents: CentsOrZero
    payment_count: Count
    expected_on: Day | None


@router.get("")
def list_runs(
    who: Anyone,
    book: BookAsked = None,
    state: StateAsked = None,
    period: PeriodAsked = None,
    public_body: BodyAsked = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> RunsPage:
    """List runs, the latest first; a public body sees its own."""
    own, code = of_the_runs(who), who.book(book)
    if own is not None and public_body not in (None, own):
        return RunsPage(items=[], next=None)
    asked = {"state": state, "period": period, "public_body": own or public_body}
    with who.visit() as connection:
        shown, last = page(runs_page(connection, code, after=day_and_id(cursor), limit=limit + 1, **asked), limit)
    following = cursor_of(last.checked_on.isoformat(), str(last.id)) if last else None
    return RunsPage(items=[_run(run) for run in shown], next=following)


@router.get(f"/{RUN_REFERENCE}", responses=_NO_RUN)
def show_run(reference: Reference, who: Anyone, book: BookAsked = None) -> RunShown:
    """One run."""
    own, code = of_the_runs(who), who.book(book)
    with who.visit() as connection:
        return _run(seen_by(own, run_kept(connection, code, reference)))


@router.post("", status_code=201, max_body_size=ROWS_BYTES, responses=ACCEPTED | _NOT_OPENED)
async def open_run(body: RunAsked, who: Keyed, book: BookAsked = None, prefer: Prefer = None) -> RunOpened:
    """Check a list of payments; it becomes a run that awaits its signature, or every fault of every row is answered."""
    item = OpenRun(
        who.actor,
        who.book(book),
        body.public_body,
        str(body.kind),
        body.period,
        body.list_number,
        "",
        b"",
        who.day(body.on),
        tuple(row.model_dump() for row in body.rows),
        body.declared_total_cents,
        body.declared_count,
        who.key,
    )
    return await _opened(who, item, prefer)


@router.post("/import", status_code=201, max_body_size=FORM_BYTES, responses=ACCEPTED | _NOT_OPENED)
async def import_run(
    who: Keyed,
    file: ListFile,
    public_body: Annotated[Code, Form()],
    kind: Annotated[PaymentKind, Form(description="What is paid.")],
    period: Annotated[Period, Form()],
    list_number: Annotated[ListNumber, Form()],
    declared_total_cents: TotalGiven = None,
    declared_count: CountGiven = None,
    on: DayGiven = None,
    book: BookAsked = None,
    prefer: Prefer = None,
) -> RunOpened:
    """The same from a spreadsheet: the town's own file, or the list that it signed and that the association enters."""
    name, data = content_of(file)
    item = OpenRun(
        who.actor,
        who.book(book),
        public_body,
        str(kind),
        period,
        list_number,
        name,
        data,
        who.day(on),
        None,
        declared_total_cents,
        declared_count,
        who.key,
    )
    return await _opened(who, item, prefer)


@router.post("/{reference}/sign", responses=_NO_RUN)
async def sign_run(reference: Reference, who: Keyed, body: Dated | None = None, book: BookAsked = None) -> RunChanged:
    """Sign a run, as a second person whom the convention lets sign."""
    return await _changed(who, sign_runs, SignRun(who.actor, who.book(book), reference, _day(who, body), who.key))


@router.post("/{reference}/cancel", responses=_NO_RUN)
async def cancel_run(reference: Reference, body: DatedWithReason, who: Keyed, book: BookAsked = None) -> RunChanged:
    """Give a run up before any euros arrived for it; its list number is free again."""
    item = CancelRun(who.actor, who.book(book), reference, body.reason, who.day(body.on), who.key)
    return await _changed(who, cancel_runs, item)


@router.post("/{reference}/close", responses=_NO_RUN)
async def close_run(reference: Reference, body: DatedWithReason, who: Keyed, book: BookAsked = None) -> RunChanged:
    """Close a run with what is left of it, once everything that arrived is credited or going back."""
    item = CloseRun(who.actor, who.book(book), reference, body.reason, who.day(body.on), who.key)
    return await _changed(who, close_runs, item)


@router.post("/{reference}/account", responses=_NO_RUN)
async def account_for_run(reference: Reference, who: Keyed, body: Dated | None = None, book: BookAsked = None) -> RunChanged:
    """Record that the public body was given its account of a run, once everything of it is settled."""
    item = AccountForRun(who.actor, who.book(book), reference, _day(who, body), who.key)
    return await _changed(who, account_for_runs, item)


@router.get("/{reference}/payments", responses=_NO_RUN)
def list_run_payments(
    reference: Reference, who: Anyone, book: BookAsked = None, limit: Limit = 100, cursor: Cursor = None
) -> PaymentsPage:
    """List the payments of a run in the order of its rows."""
    own, code = of_the_runs(who), who.book(book)
    with who.visit() as connection:
        facts = seen_by(own, run_kept(connection, code, reference))
        shown, last = page(payments_page(connection, facts, after=number(cursor), limit=limit + 1), limit)
    items = [_payment(facts, payment) for payment in shown]
    return PaymentsPage(items=items, next=cursor_of(last.row_number) if last else None)


@router.get("/{reference}/slip", responses=_NO_RUN)
def show_slip(reference: Reference, who: Anyone, book: BookAsked = None) -> SlipShown:
    """What the public body copies on its payment orders: the account, the reference, the amount and the day."""
    own, code = of_the_runs(who), who.book(book)
    with who.visit() as connection:
        seen_by(own, run_kept(connection, code, reference))
        found = run_slip(UnitOfWork(connection), code, reference)
    return SlipShown.model_validate(found, from_attributes=True)


def _day(who: Asking, body: Dated | None) -> date:
    return who.day(body.on if body else None)


def opened_of(done: dict[str, Any]) -> RunOpened:
    """What a list became, in the caller's language."""
    told = [explain(Notice(notice["message"], notice["values"])) for notice in done["notices"]]
    return RunOpened(**done | {"notices": told})


shown_as(open_runs, opened_of)


async def _opened(who: Asking, item: OpenRun, prefer: str | None) -> RunOpened:
    rows = len(item.rows) if item.rows else 0
    opened = opened_of(await within_or_job(who, open_runs, item, rows=rows, size_bytes=len(item.data), prefer=prefer))
    if opened.repeated:
        who.response.status_code = 200
    return opened


async def _changed(who: Asking, act: Action[Any], item: Any) -> RunChanged:
    return RunChanged(**await who.ask(act, item))


def _run(facts: RunFacts) -> RunShown:
    euros = facts.euros
    return RunShown(
        run=facts.reference,
        state=run_state(facts),
        public_body=facts.public_body,
        kind=PaymentKind(facts.kind),
        period=facts.period,
        list_number=facts.list_number,
        attempt=facts.attempt,
        payment_count=facts.payment_count,
        total_cents=facts.total_cents,
        funded_cents=euros.funded_cents,
        credited_cents=euros.credited_cents - euros.taken_back_cents,
        returned_cents=euros.returned_cents,
        waiting_cents=euros.waiting_cents,
        unconfirmed_cents=euros.unconfirmed_cents,
        checked_on=facts.checked_on,
        signed_on=facts.signed_on,
        cancelled_on=facts.cancelled_on,
        closed_on=facts.closed_on,
        accounted_on=facts.accounted_on,
    )


def _payment(facts: RunFacts, payment: PaymentFacts) -> PaymentOfRun:
    state, obstacle = payment_state(facts, payment)
    euros = payment.euros
    return PaymentOfRun(
        payment_id=payment.id,
        row_number=payment.row_number,
        member=payment.member,
        mandate=payment.mandate,
        subject=payment.subject,
        payment_order=payment.payment_order,
        label=payment.label,
        state=state,
        reason=explain(obstacle) if obstacle else "",
        amount_cents=euros.asked_cents,
        funded_cents=euros.funded_cents,
        credited_cents=euros.credited_cents - euros.taken_back_cents,
        returned_cents=euros.returned_cents,
        waiting_cents=euros.waiting_cents,
    )
