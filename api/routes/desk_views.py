"""What is looked at of a desk: its alarms, and its account of a period for the Treasury."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Query
from starlette.responses import JSONResponse, Response

from monnaielocale.domain.desks.alarms import AlarmKind
from monnaielocale.formats.desk_report import DeskReport, report_as_data, report_sheets
from monnaielocale.formats.spreadsheets import write_csv, write_xlsx
from monnaielocale.store.alarms import alarms_of_desks
from monnaielocale.store.desk_reports import desk_report
from monnaielocale.store.desks import DeskUnknown
from monnaielocale.words import PARIS, explain, say, word

from ..access import Anyone
from ..bodies import StrictRoute
from ..fields import Balance, CentsOrZero, Code, Count, Day, Shape
from ..openapi import refusing
from ..subjects import SubjectRouter
from .desks import UNKNOWN, DeskInPath, desk_seen
from .run_summaries import MEDIA_TYPES, OTHER_FORMS, AcceptGiven, FormatAsked, NotAcceptable, SummaryFormat, accepted

router = SubjectRouter(prefix="/desks/{desk}", tags=["desks"], route_class=StrictRoute)
_DEFAULT = timedelta(days=31)


class AlarmShown(Shape):
    """Something that somebody should look after; it stops nothing."""

    kind: AlarmKind
    words: str
    since_on: Day | None


class AlarmsShown(Shape):
    """Every alarm of the desk today."""

    items: list[AlarmShown]


class StubShown(Shape):
    """One receipt in the journal, with what came in by each means."""

    number: str
    business_on: Day
    till: Code
    services: str
    total_cents: Balance
    notes_cents: Balance
    digital_cents: Balance
    euros_cents: Balance
    card_cents: Balance
    cheque_cents: Balance
    to_refund_cents: CentsOrZero
    cancels: str
    paper_number: str


class ServiceTakenShown(Shape):
    """What came in for a service, VAT included, and the VAT in it: together, that of the rates."""

    service: Code
    label: str
    revenue_account: str
    quantity: int
    total_cents: Balance
    vat_cents: Balance


class RateTakenShown(Shape):
    """What came in at a rate or under an exemption, and the VAT in it."""

    vat_basis_points: Count
    vat_exemption: str
    including_cents: Balance
    vat_cents: Balance


class HoldingShown(Shape):
    """What an account of the desk holds at the end of the period."""

    account: str
    cents: Balance


class MoveShown(Shape):
    """A pay-in, a confirmation, a revenue title or a refund, with what its paper says."""

    business_on: Day
    kind: str
    amount_cents: Balance
    paper: str


class RemittanceOwedShown(Shape):
    """A remittance that fell due in the period, and how far it came."""

    number: str
    form: str
    envelope: str
    due_on: Day
    amount_cents: CentsOrZero
    paid_cents: CentsOrZero
    confirmed_cents: CentsOrZero


class DeskReportShown(Shape):
    """The account of a desk for a period, with the proof that notes were counted as euros of revenue."""

    desk: Code
    label: str
    public_body: str
    first_on: Day
    last_on: Day
    receipts: list[StubShown]
    services: list[ServiceTakenShown]
    rates: list[RateTakenShown]
    holdings: list[HoldingShown]
    moves: list[MoveShown]
    remittances: list[RemittanceOwedShown]
    total_cents: Balance
    takings_cents: dict[str, int]
    booked_revenue_cents: Balance
    booked_notes_cents: Balance
    notes_are_revenue: bool


@router.get("/alarms", responses=UNKNOWN)
def show_alarms(desk: DeskInPath, who: Anyone) -> AlarmsShown:
    """What somebody should look after at the desk: the ceiling, pay-ins, days, envelopes, differences, claims."""
    with desk_seen(who, desk) as connection:
        found = alarms_of_desks(connection, datetime.now(PARIS).date(), [desk])
    return AlarmsShown(items=[AlarmShown(kind=each.kind, words=explain(each.told), since_on=each.since_on) for each in found])


@router.get(
    "/treasury",
    response_model=DeskReportShown,
    responses=OTHER_FORMS | refusing(DeskUnknown(book="bayonne-pool"), NotAcceptable()),
)
def show_desk_report(
    desk: DeskInPath,
    who: Anyone,
    since: Annotated[Day | None, Query(description="The first day; a month before the last unless given.")] = None,
    until: Annotated[Day | None, Query(description="The last day; today unless given.")] = None,
    accept: AcceptGiven = "",
    format: FormatAsked = None,
) -> Response:
    """The Treasury's view of the desk in a period: JSON, the receipt journal as CSV, or a workbook with everything."""
    chosen = format or accepted(accept)
    last_on = until or datetime.now(PARIS).date()
    first_on = since or last_on - _DEFAULT
    with desk_seen(who, desk) as connection:
        found = desk_report(connection, desk, first_on, last_on)
    if chosen is SummaryFormat.JSON:
        return JSONResponse(report_as_data(found), headers={"Vary": "Accept"})
    name = f"{desk}_{first_on}_{last_on}.{chosen}"
    headers = {"Vary": "Accept", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_written(found, chosen), media_type=MEDIA_TYPES[chosen], headers=headers)


def _written(found: DeskReport, chosen: SummaryFormat) -> bytes:
    sheets = report_sheets(found, say=say, word=word)
    return write_csv(sheets[0]) if chosen is SummaryFormat.CSV else write_xlsx(sheets, created_at=datetime.now(PARIS))
