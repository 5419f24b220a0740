"""The account that is given to the public body for a run (reddition de comptes), as JSON, CSV or XLSX."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Header, Query
from starlette.responses import JSONResponse, Response

from monnaielocale.domain.conventions.convention import PaymentKind
from monnaielocale.domain.payments.crediting import RunUnknown
from monnaielocale.domain.payments.run_states import PaymentState
from monnaielocale.domain.refusals import Refusal
from monnaielocale.formats.spreadsheets import write_csv, write_xlsx
from monnaielocale.formats.summary import RunSummary, summary_as_data, summary_sheets
from monnaielocale.store.runs import run_kept
from monnaielocale.store.summary import run_summary
from monnaielocale.words import PARIS, explain, say, word

from ..access import Anyone
from ..bodies import StrictRoute
from ..fields import Balance, BookAsked, CentsOrZero, Count, Day, MemberNumber, Number, Reference, Shape
from ..openapi import refusing
from ..sight import of_the_runs, seen_by
from ..subjects import SubjectRouter

ACCEPT_LENGTH_MAX = 500
router = SubjectRouter(prefix="/payment-runs", tags=["payment runs"], route_class=StrictRoute)


class SummaryFormat(StrEnum):
    """How the account of a run is written."""

    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


MEDIA_TYPES = {
    SummaryFormat.JSON: "application/json",
    SummaryFormat.CSV: "text/csv",
    SummaryFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FormatAsked = Annotated[SummaryFormat | None, Query(description="How it is written; else as the header Accept says.")]
AcceptGiven = Annotated[str, Header(description="The media type that is wanted.", include_in_schema=False)]


class NotAcceptable(Refusal):
    """The account of a run is written as JSON, CSV or XLSX, and the header Accept allows none of these."""

    code = "not_acceptable"


class SummaryPayment(Shape):
    """What became of one payment; `reason` is in words, `days_late` beyond the delay that was agreed."""

    row_number: Number
    member_number: MemberNumber
    name: str
    payment_order: str
    amount_cents: CentsOrZero
    allocated_cents: CentsOrZero
    credited_cents: CentsOrZero
    credited_on: Day | None
    returned_cents: CentsOrZero
    returned_to: str
    state: PaymentState
    reason: str
    credit_due_on: Day | None
    days_late: int | None


class SummaryLine(Shape):
    """A bank line, and the part of it that was for this run."""

    booked_on: Day
    amount_cents: Balance
    reference: str
    label: str
    allocated_cents: CentsOrZero
    expected_on: Day | None
    days_late: int | None


class SummaryTotals(Shape):
    """The sums over all payments of the run."""

    payment_count: Count
    amount_cents: CentsOrZero
    allocated_cents: CentsOrZero
    credited_cents: CentsOrZero
    returned_cents: CentsOrZero
    waiting_cents: CentsOrZero


class SummaryShown(Shape):
    """The account of a run: who gives it to whom, each payment, the bank lines, and the sums."""

    convention: str
    issuer: str
    issuer_identifier: str
    public_body: str
    public_body_identifier: str
    kind: PaymentKind
    period: str
    list_number: str
    reference: Reference
    payments: list[SummaryPayment]
    bank_lines: list[SummaryLine]
    totals: SummaryTotals


_NO_RUN = refusing(RunUnknown(run="RF36BAYONNEIND202601L1"), NotAcceptable())
OTHER_FORMS: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in list(MEDIA_TYPES.values())[1:]}}
}


@router.get("/{reference}/summary", response_model=SummaryShown, responses=OTHER_FORMS | _NO_RUN)
def show_summary(
    reference: Reference, who: Anyone, accept: AcceptGiven = "", format: FormatAsked = None, book: BookAsked = None
) -> Response:
    """The account of a run: JSON, the payments as CSV, or a workbook with the run, its payments and the bank lines."""
    own, code = of_the_runs(who), who.book(book)
    chosen = format or accepted(accept)
    with who.visit() as connection:
        seen_by(own, run_kept(connection, code, reference))
        found = run_summary(connection, book=code, reference=reference, explain=explain, word=word)
    if chosen is SummaryFormat.JSON:
        return JSONResponse(summary_as_data(found), headers={"Vary": "Accept"})
    headers = {"Vary": "Accept", "Content-Disposition": f'attachment; filename="{reference}.{chosen}"'}
    return Response(_written(found, chosen), media_type=MEDIA_TYPES[chosen], headers=headers)


def _written(found: RunSummary, chosen: SummaryFormat) -> bytes:
    sheets = summary_sheets(found, say=say, word=word)
    return write_csv(sheets[1]) if chosen is SummaryFormat.CSV else write_xlsx(sheets, created_at=datetime.now(PARIS))


def accepted(header: str) -> SummaryFormat:
    """The form that an Accept header wants most, JSON where it does not mind; NotAcceptable when it wants none of them."""
    wanted = [_wanted(part) for part in header[:ACCEPT_LENGTH_MAX].split(",") if part.strip()] or [("*/*", 1000)]
    weights = {form: _weight(kind, wanted) for form, kind in MEDIA_TYPES.items()}
    best = max(MEDIA_TYPES, key=lambda form: weights[form])
    if not weights[best]:
        raise NotAcceptable()
    return best


def _wanted(part: str) -> tuple[str, int]:
    """A media range and its weight in thousandths."""
    kind, *parameters = [each.strip().lower() for each in part.split(";")]
    given = next((each[2:] for each in parameters if each.startswith("q=")), "1")
    whole, _, rest = given.partition(".")
    if not (whole in ("0", "1") and len(rest) <= 3 and (not rest or (rest.isdecimal() and rest.isascii()))):
        return kind, 0
    return kind, min(int(whole) * 1000 + int(rest.ljust(3, "0")), 1000)


def _weight(kind: str, wanted: list[tuple[str, int]]) -> int:
    """The most exact range that covers a media type says how much it is wanted."""
    given = dict(wanted)
    for covering in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        if covering in given:
            return given[covering]
    return 0
