"""The closings of a desk: the interim report (X), the day's Z, its seal, and the closings of months and years."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from monnaielocale.actions.desk_days import CloseDay, ClosePeriod, SealDay, close_days, close_periods, seal_days
from monnaielocale.domain.desks.days import (
    DayAlreadySealed,
    DayClosed,
    DayNotClosed,
    DayNotOpen,
    DaysOfPeriodOpen,
    PeriodNotOver,
    SessionsNotClosed,
)
from monnaielocale.domain.desks.staff import HeadOrDeputyNeeded
from monnaielocale.domain.desks.totals import Totals
from monnaielocale.store.desk_days import interim_report
from monnaielocale.store.desks import DeskUnknown

from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..fields import Body, CentsOrZero, Count, Day, Period, Shape
from ..openapi import refusing
from ..subjects import SubjectRouter
from .desk_cash import COLLECTS
from .desks import UNKNOWN, DeskInPath, desk_seen

router = SubjectRouter(prefix="/desks/{desk}", tags=["closings"], route_class=StrictRoute)
_DESK, _DAY = "bayonne-pool", "2026-01-31"
_HEAD = HeadOrDeputyNeeded(login="maite", desk=_DESK, day=_DAY)
REFUSED_CLOSING = refusing(
    DeskUnknown(book=_DESK), DayNotOpen(desk=_DESK, day=_DAY), DayClosed(day=_DAY), SessionsNotClosed(tills=["till-1"])
)
REFUSED_SEAL = refusing(DeskUnknown(book=_DESK), _HEAD, DayNotClosed(day=_DAY), DayAlreadySealed(day=_DAY))
REFUSED_PERIOD = refusing(
    DeskUnknown(book=_DESK), _HEAD, PeriodNotOver(period="2026-01"), DaysOfPeriodOpen(period="2026-01", days=[_DAY])
)


class DayOfDesk(Body):
    """A day of the desk."""

    on: Day | None = None


class PeriodAsked(Body):
    """A month or a year."""

    period: Period


class Named(Shape):
    """What came to one means of payment or to one service."""

    name: str
    amount_cents: int


class VatOfTotals(Shape):
    """What came to one rate or exemption, as each receipt says it."""

    basis_points: int
    exemption: str
    including_cents: int
    vat_cents: int


class TotalsShown(Shape):
    """Sums of receipts, VAT included; `to_refund` among the means is below zero for what the town is to refund."""

    receipts: Count
    taken_cents: CentsOrZero
    given_back_cents: CentsOrZero
    total_cents: int
    by_means: list[Named]
    by_service: list[Named]
    by_vat: list[VatOfTotals]

    @classmethod
    def of(cls, totals: Totals) -> "TotalsShown":
        """Totals of the books."""
        vat = [(each.vat.basis_points, each.vat.exemption, each.including_cents, each.vat_cents) for each in totals.by_vat]
        return cls._of(totals.receipts, totals.taken_cents, totals.given_back_cents, totals.by_means, totals.by_service, vat)

    @classmethod
    def told(cls, totals: dict[str, Any]) -> "TotalsShown":
        """Totals that an action answered."""
        vat = [
            (each["vat"]["basis_points"], each["vat"]["exemption"], each["including_cents"], each["vat_cents"])
            for each in totals["by_vat"]
        ]
        return cls._of(
            totals["receipts"], totals["taken_cents"], totals["given_back_cents"], totals["by_means"], totals["by_service"], vat
        )

    @classmethod
    def _of(cls, receipts: int, taken_cents: int, given_back_cents: int, means: Any, services: Any, vat: Any) -> "TotalsShown":
        return cls(
            receipts=receipts,
            taken_cents=taken_cents,
            given_back_cents=given_back_cents,
            total_cents=taken_cents - given_back_cents,
            by_means=[Named(name=name, amount_cents=cents) for name, cents in means],
            by_service=[Named(name=name, amount_cents=cents) for name, cents in services],
            by_vat=[
                VatOfTotals(basis_points=rate, exemption=exemption, including_cents=including, vat_cents=cents)
                for rate, exemption, including, cents in vat
            ],
        )


class ReportShown(Shape):
    """The totals of the day, of its month and its year, and the perpetual total that nothing ever sets back."""

    on: Day
    day: TotalsShown
    month: TotalsShown
    year: TotalsShown
    perpetual: TotalsShown


class DayDone(Shape):
    """The Z of a day: its number, its totals, and until when it is to be sealed."""

    event_id: UUID
    number: str
    business_on: Day
    totals: ReportShown
    difference_cents: Annotated[int, Field(description="What the counts of the day found more or less than expected.")]
    seal_due_on: Day
    link: str


class DaySealed(Shape):
    """The day is sealed."""

    event_id: UUID
    business_on: Day


class PeriodDone(Shape):
    """The closing of a month or a year, and the perpetual total after its last day."""

    event_id: UUID
    period: str
    days: Count
    totals: TotalsShown
    perpetual: TotalsShown


@router.get("/report", responses=UNKNOWN)
def show_interim_report(desk: DeskInPath, who: Anyone) -> ReportShown:
    """The interim report (X): what the desk took since its last Z. Asked at any time, it changes nothing."""
    with desk_seen(who, desk) as connection:
        report = interim_report(connection, desk, datetime.now(UTC))
    return ReportShown(
        on=report.on,
        day=TotalsShown.of(report.day),
        month=TotalsShown.of(report.month),
        year=TotalsShown.of(report.year),
        perpetual=TotalsShown.of(report.perpetual),
    )


@router.post("/days/close", status_code=201, responses=REFUSED_CLOSING)
async def close_day(desk: DeskInPath, body: DayOfDesk, who: Keyed) -> DayDone:
    """Close a day for good (Z), once every session of it is closed; also after midnight."""
    who.require(COLLECTS)
    done = await who.ask(close_days, CloseDay(who.actor, desk, who.day(body.on), who.key))
    told = done["totals"]
    totals = ReportShown(on=told["on"], **{each: TotalsShown.told(told[each]) for each in ("day", "month", "year", "perpetual")})
    return DayDone(**{**done, "totals": totals})


@router.post("/days/seal", status_code=201, responses=REFUSED_SEAL)
async def seal_day(desk: DeskInPath, body: DayOfDesk, who: Keyed) -> DaySealed:
    """Seal a closed day, as its head or a deputy does within the delay of the charter."""
    who.require(COLLECTS)
    return DaySealed(**await who.ask(seal_days, SealDay(who.actor, desk, who.day(body.on), who.key)))


@router.post("/closings", status_code=201, responses=REFUSED_PERIOD)
async def close_period_of_desk(desk: DeskInPath, body: PeriodAsked, who: Keyed) -> PeriodDone:
    """Close a month or a year of the desk, once all its days are closed."""
    who.require(COLLECTS)
    done = await who.ask(close_periods, ClosePeriod(who.actor, desk, body.period, who.key))
    return PeriodDone(**{**done, **{each: TotalsShown.told(done[each]) for each in ("totals", "perpetual")}})
