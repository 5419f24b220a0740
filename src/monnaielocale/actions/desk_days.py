"""Days of a desk: opened on the day itself, closed for good by the Z, sealed later, and closed by month and year."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks.days import (
    DayClosing,
    DayNotOpen,
    DeskDay,
    PeriodAlreadyClosed,
    PeriodClosing,
    canonical_closing,
    chained_closing,
    check_day_closing,
    check_day_opening,
    check_sealing,
    closed_period,
    closing_number,
    seal_due_on,
)
from ..domain.desks.totals import Cumulated, Totals, cumulated
from ..domain.payments.periods import Period, PeriodUnreadable
from ..domain.refusals import Refusal
from ..store.desk_days import closed_periods, closings_of, day_heads, days_known, differences_of, open_days_of, totals_after
from ..store.receipt_heads import receipt_heads
from ..store.unit_of_work import UnitOfWork
from .at_desk import AtDesk
from .deciding import decide_each
from .desks import Held
from .perform import action, plain


@dataclass(frozen=True, slots=True)
class OpenDay:
    """Somebody named for the desk opens its day, which is today's in Paris."""

    actor: Actor
    book: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class DayOpened:
    """The desk is open."""

    event_id: UUID
    business_on: date


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Somebody named for the desk closes a day for good."""

    actor: Actor
    book: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class DayDone:
    """The Z: its number, the totals of the day, the month, the year and for ever, and until when it is to be sealed."""

    event_id: UUID
    number: str
    business_on: date
    totals: Cumulated
    difference_cents: int
    seal_due_on: date
    link: str


@dataclass(frozen=True, slots=True)
class SealDay:
    """The head or a deputy seals a closed day."""

    actor: Actor
    book: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class DaySealed:
    """The day is sealed."""

    event_id: UUID
    business_on: date


@dataclass(frozen=True, slots=True)
class ClosePeriod:
    """The head or a deputy closes a month, written 2026-01, or a year, written 2026."""

    actor: Actor
    book: str
    period: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class PeriodDone:
    """The period is closed: how many days it has, what they come to, and the perpetual total after the last of them."""

    event_id: UUID
    period: str
    days: int
    totals: Totals
    perpetual: Totals


@action("open_day")
def open_days(work: UnitOfWork, items: Sequence[OpenDay]) -> list[DayOpened | Refusal]:
    """Desks open their days.

    Refusals: those of `AtDesk.on`, and those of `check_day_opening`.
    """
    desks = AtDesk.load(work, [item.book for item in items])

    def decide(item: OpenDay) -> DayOpened:
        today = desks.today(item.book)
        held = desks.on(item.actor, item.book, today)
        check_day_opening(held.charter, held.staff, item.actor, item.on, today=today, latest=desks.days.get(item.book))
        event = desks.post(held, "desk_day_opened", item.actor, today, details={"day": str(today)})
        row = {"book_id": held.desk.book_id, "business_on": today, "opened_at": desks.moment(item.book)}
        work.insert("desk_day", row | {"opened_by": item.actor.person_id, "event_id": event.id})
        desks.days[item.book] = DeskDay(item.book, today)
        desks.sessions[item.book] = {}
        return DayOpened(event.id, today)

    return decide_each(items, decide)


@action("close_day")
def close_days(work: UnitOfWork, items: Sequence[CloseDay]) -> list[DayDone | Refusal]:
    """Days are closed for good (Z), also after midnight, once all their sessions are.

    Refusals: those of `AtDesk.on`, DayNotOpen, and those of `check_day_closing`.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    known = days_known(work, ((item.book, item.on) for item in items))
    open_days = {book: day.on for book, day in desks.days.items()}
    heads = day_heads(work, open_days)
    totals = totals_after(work, {book: head.last_receipt for book, head in heads.items()})
    receipts = receipt_heads(work, open_days)
    differences = differences_of(work, open_days)

    def decide(item: CloseDay) -> DayDone:
        held = desks.on(item.actor, item.book, item.on)
        day = _day(item.book, item.on, desks.days.get(item.book), known)
        check_day_closing(day, held.staff, item.actor, [kept.session for kept in desks.sessions[item.book].values()])
        head, last = heads[item.book], receipts[item.book]
        number = head.year_number + 1
        closing = DayClosing(
            desk=item.book,
            number=closing_number(held.charter.prefix, item.on.year, number),
            closed_at=desks.moment(item.book),
            closed_by=item.actor.person_id,
            totals=cumulated(head.previous.totals if head.previous else None, item.on, totals[item.book]),
            difference_cents=differences.get(item.book, 0),
            last_receipt_link=last.link,
        )
        desks.days[item.book] = replace(day, closed_at=closing.closed_at, closed_by=closing.closed_by)
        return _closed(desks, held, item.actor, closing, head.link, number, last.chain_number)

    return decide_each(items, decide)


def _day(book: str, on: date, latest: DeskDay | None, known: dict[tuple[str, date], DeskDay]) -> DeskDay:
    """A day as this batch has moved it so far; DayNotOpen."""
    found = latest if latest is not None and latest.on == on else known.get((book, on))
    if found is None:
        raise DayNotOpen(desk=book, day=on)
    return found


def _closed(
    desks: AtDesk, held: Held, actor: Actor, closing: DayClosing, previous: bytes, number: int, last_receipt: int
) -> DayDone:
    canonical = canonical_closing(closing)
    link = chained_closing(previous, closing)
    on, totals = closing.totals.on, closing.totals
    details = {"number": closing.number, "link": link.hex(), "perpetual_cents": totals.perpetual.total_cents}
    event = desks.post(held, "desk_day_closed", actor, on, details=details)
    desks.work.insert(
        "desk_day_closing",
        {
            "book_id": held.desk.book_id,
            "business_on": on,
            "number": closing.number,
            "year": on.year,
            "year_number": number,
            "closed_at": closing.closed_at,
            "closed_by": closing.closed_by,
            "last_receipt": last_receipt,
            "receipt_count": totals.day.receipts,
            "taken_cents": totals.day.taken_cents,
            "given_back_cents": totals.day.given_back_cents,
            "perpetual_cents": totals.perpetual.total_cents,
            "difference_cents": closing.difference_cents,
            "canonical": canonical.decode("ascii"),
            "link": link,
            "event_id": event.id,
        },
    )
    due_on = seal_due_on(held.charter, on)
    return DayDone(event.id, closing.number, on, totals, closing.difference_cents, due_on, link.hex())


@action("seal_day")
def seal_days(work: UnitOfWork, items: Sequence[SealDay]) -> list[DaySealed | Refusal]:
    """Closed days are sealed by the head or a deputy.

    Refusals: those of `AtDesk.on`, DayNotOpen, and those of `check_sealing`.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    known = days_known(work, ((item.book, item.on) for item in items))

    def decide(item: SealDay) -> DaySealed:
        today, moment = desks.today(item.book), desks.moment(item.book)
        held = desks.on(item.actor, item.book, item.on)
        day = _day(item.book, item.on, None, known)
        check_sealing(day, held.staff, item.actor, today)
        event = desks.post(held, "desk_day_sealed", item.actor, today, details={"day": str(item.on)})
        row = {"book_id": held.desk.book_id, "business_on": item.on, "sealed_at": moment}
        work.insert("desk_day_seal", row | {"sealed_by": item.actor.person_id, "event_id": event.id})
        known[item.book, item.on] = replace(day, sealed_at=moment, sealed_by=item.actor.person_id)
        return DaySealed(event.id, item.on)

    return decide_each(items, decide)


@action("close_period")
def close_periods(work: UnitOfWork, items: Sequence[ClosePeriod]) -> list[PeriodDone | Refusal]:
    """Months and years of desks are closed, once each, when all their days are.

    Refusals: PeriodUnreadable, those of `AtDesk.on`, HeadOrDeputyNeeded, PeriodAlreadyClosed, those of `closed_period`.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    closed = closed_periods(work, desks.known.desks)
    open_days = open_days_of(work, desks.known.desks)

    def decide(item: ClosePeriod) -> PeriodDone:
        today = desks.today(item.book)
        held = desks.on(item.actor, item.book, today)
        held.staff.require_head_or_deputy(item.actor, today)
        period = _period(item.period)
        if (item.book, period.first_on, period.last_on) in closed:
            raise PeriodAlreadyClosed(period=str(period))
        closings = closings_of(work, [(item.book, period)]).get(item.book, [])
        done = closed_period(period, closings, open_days.get(item.book, ()), today=today)
        closed.add((item.book, period.first_on, period.last_on))
        return _period_closed(desks, held, item.actor, done)

    return decide_each(items, decide)


def _period(written: str) -> Period:
    """A month or a year; PeriodUnreadable."""
    period = Period.parse(written)
    if period.first_on == period.last_on:
        raise PeriodUnreadable(written=written[:80])
    return period


def _period_closed(desks: AtDesk, held: Held, actor: Actor, done: PeriodClosing) -> PeriodDone:
    book, period = held.desk.book, done.period
    details = {"period": str(period), "total_cents": done.totals.total_cents, "perpetual_cents": done.perpetual.total_cents}
    event = desks.post(held, "desk_period_closed", actor, desks.today(book), details=details)
    desks.work.insert(
        "desk_period_closing",
        {
            "book_id": held.desk.book_id,
            "first_on": period.first_on,
            "last_on": period.last_on,
            "closed_at": desks.moment(book),
            "closed_by": actor.person_id,
            "day_count": done.days,
            "total_cents": done.totals.total_cents,
            "perpetual_cents": done.perpetual.total_cents,
            "totals": plain(done.totals),
            "event_id": event.id,
        },
    )
    return PeriodDone(event.id, str(period), done.days, done.totals, done.perpetual)
