"""A desk's day: opened, closed for good by the Z, sealed later by the head, and the closings of months and years.

The clerk closes and the next day may open; the seal is a duty with a delay, never a lock. A receipt belongs to the day on which
it is issued: after midnight an open day takes none. Closings are numbered and chained, each with the perpetual total (CGI,
article 286, I, 3° bis; BOI-TVA-DECLA-30-10-30).
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ..actors import Actor
from ..chain import ZERO
from ..payments.periods import Period
from ..refusals import Refusal
from .charters import Charter, Vat
from .receipts import VatTotal
from .sessions import Session, SessionState
from .staff import Staff
from .totals import NO_TOTALS, Cumulated, Totals

PARIS = ZoneInfo("Europe/Paris")
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True, allow_nan=False).encode


class DayNotOpen(Refusal):
    """Desk {desk} has not opened the day {day}."""

    code = "day_not_open"


class DayIsOver(Refusal):
    """The day {day} is over: close it, and take receipts on {today}."""

    code = "day_is_over"


class DayClosed(Refusal):
    """The day {day} is closed for good."""

    code = "day_closed"


class DayNotToday(Refusal):
    """A day is opened on the day itself, {today}, not {day}."""

    code = "day_not_today"


class EarlierDayOpen(Refusal):
    """The day {day} is still open: close it first."""

    code = "earlier_day_open"


class SessionsNotClosed(Refusal):
    """Sessions are still open on tills {tills}: close them before the day."""

    code = "sessions_not_closed"


class DayNotClosed(Refusal):
    """The day {day} is not closed yet: it is sealed afterwards."""

    code = "day_not_closed"


class DayAlreadySealed(Refusal):
    """The day {day} was already sealed."""

    code = "day_already_sealed"


class PeriodNotOver(Refusal):
    """{period} is not over yet: it is closed afterwards."""

    code = "period_not_over"


class DaysOfPeriodOpen(Refusal):
    """Some days of {period} are not closed: {days}."""

    code = "days_of_period_open"


class PeriodAlreadyClosed(Refusal):
    """{period} was already closed."""

    code = "period_already_closed"


class DayState(StrEnum):
    """Where a day stands."""

    OPEN = "open"
    CLOSED = "closed"
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class DeskDay:
    """A day of a desk as its facts leave it: who closed and who sealed it, and when."""

    desk: str
    on: date
    closed_at: datetime | None = None
    closed_by: UUID | None = None
    sealed_at: datetime | None = None
    sealed_by: UUID | None = None

    @property
    def state(self) -> DayState:
        """Open, closed by the Z, or sealed by the head."""
        if self.sealed_at is not None:
            return DayState.SEALED
        return DayState.OPEN if self.closed_at is None else DayState.CLOSED


@dataclass(frozen=True, slots=True)
class DayClosing:
    """The Z of a day (clôture journalière): its number, its totals, and the last link of the desk's receipts, which it seals."""

    desk: str
    number: str
    closed_at: datetime
    closed_by: UUID
    totals: Cumulated
    difference_cents: int
    last_receipt_link: bytes


@dataclass(frozen=True, slots=True)
class PeriodClosing:
    """The closing of a month or a year: the sum of its days, and the perpetual total after the last of them."""

    period: Period
    days: int
    totals: Totals
    perpetual: Totals


def paris_day(moment: datetime) -> date:
    """The day of the world at an instant: days begin and end at midnight in Europe/Paris."""
    return moment.astimezone(PARIS).date()


def closing_number(prefix: str, year: int, number: int) -> str:
    """The number of a Z as people read it: `PISC-2026-Z0042`."""
    return f"{prefix}-{year}-Z{number:04d}"


def check_day_opening(charter: Charter, staff: Staff, actor: Actor, on: date, *, today: date, latest: DeskDay | None) -> None:
    """Whether a person may open a day; `latest` is the desk's last day.

    Refuses with DayNotToday, CharterNotInForce, NotNamedToCollect, EarlierDayOpen, and DayClosed for a day that had its Z.
    """
    if on != today:
        raise DayNotToday(day=on, today=today)
    charter.require_in_force(on)
    staff.require_collector(actor, on)
    if latest is not None and latest.on >= on and latest.state is not DayState.OPEN:
        raise DayClosed(day=latest.on)
    if latest is not None and latest.state is DayState.OPEN:
        raise EarlierDayOpen(day=latest.on)


def check_day_takes_receipts(desk: str, day: DeskDay | None, *, today: date) -> None:
    """Whether the desk's day takes receipts now; `today` is the day in Paris. DayNotOpen, DayClosed and DayIsOver."""
    if day is None:
        raise DayNotOpen(desk=desk, day=today)
    if day.state is not DayState.OPEN:
        raise DayClosed(day=day.on)
    if today > day.on:
        raise DayIsOver(day=day.on, today=today)


def check_day_closing(day: DeskDay, staff: Staff, actor: Actor, sessions: Iterable[Session]) -> None:
    """Whether a person may close a day (Z); it may be done after midnight. NotNamedToCollect, DayClosed and SessionsNotClosed."""
    staff.require_collector(actor, day.on)
    if day.state is not DayState.OPEN:
        raise DayClosed(day=day.on)
    unclosed = tuple(sorted(session.till for session in sessions if session.state is not SessionState.CLOSED))
    if unclosed:
        raise SessionsNotClosed(tills=unclosed)


def check_sealing(day: DeskDay, staff: Staff, actor: Actor, today: date) -> None:
    """Whether a person may seal a day on this day; HeadOrDeputyNeeded, DayNotClosed and DayAlreadySealed."""
    staff.require_head_or_deputy(actor, today)
    if day.state is DayState.OPEN:
        raise DayNotClosed(day=day.on)
    if day.state is DayState.SEALED:
        raise DayAlreadySealed(day=day.on)


def seal_due_on(charter: Charter, day: date) -> date:
    """The last day on which the seal of a day is in time."""
    return day + timedelta(days=charter.seal_within_days)


def closed_period(period: Period, closings: Iterable[DayClosing], open_days: Iterable[date], *, today: date) -> PeriodClosing:
    """The closing of a month or a year from the closings of the desk's days up to its end, in their order.

    `open_days` are the desk's days without a Z. Refuses with PeriodNotOver and DaysOfPeriodOpen.
    """
    if today <= period.last_on:
        raise PeriodNotOver(period=str(period))
    missing = tuple(sorted(day for day in open_days if period.first_on <= day <= period.last_on))
    if missing:
        raise DaysOfPeriodOpen(period=str(period), days=missing)
    known = [closing.totals for closing in closings if closing.totals.on <= period.last_on]
    within = [totals for totals in known if totals.on >= period.first_on]
    total = sum((totals.day for totals in within), NO_TOTALS)
    return PeriodClosing(period, len(within), total, known[-1].perpetual if known else NO_TOTALS)


def chained_closing(previous: bytes, closing: DayClosing) -> bytes:
    """The link of a Z: SHA-256 of the link of the desk's Z before it (32 zero bytes for the first) and its canonical form."""
    return sha256(previous + canonical_closing(closing)).digest()


def first_broken_closing(links: Iterable[tuple[DayClosing, bytes]], previous: bytes = ZERO) -> str | None:
    """The number of the first Z whose link is not what it should be, or None when the chain of a desk is whole."""
    for closing, link in links:
        previous = chained_closing(previous, closing)
        if previous != link:
            return closing.number
    return None


def canonical_closing(closing: DayClosing) -> bytes:
    """The Z as one line of ASCII JSON with sorted keys and no spaces; the instant is in UTC to the microsecond."""
    totals = closing.totals
    content: dict[str, Any] = {
        "desk": closing.desk,
        "number": closing.number,
        "day": totals.on.isoformat(),
        "closed_at": closing.closed_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "closed_by": str(closing.closed_by),
        "day_totals": _totals(totals.day),
        "month_totals": _totals(totals.month),
        "year_totals": _totals(totals.year),
        "perpetual_totals": _totals(totals.perpetual),
        "difference_cents": closing.difference_cents,
        "last_receipt": closing.last_receipt_link.hex(),
    }
    return _encode(content).encode("ascii")


def closing_from_canonical(canonical: bytes) -> DayClosing:
    """The Z that a canonical form describes."""
    content: dict[str, Any] = json.loads(canonical)
    on = date.fromisoformat(content["day"])
    parts = (_totals_from(content[f"{part}_totals"]) for part in ("day", "month", "year", "perpetual"))
    return DayClosing(
        desk=content["desk"],
        number=content["number"],
        closed_at=datetime.fromisoformat(content["closed_at"]),
        closed_by=UUID(content["closed_by"]),
        totals=Cumulated(on, *parts),
        difference_cents=content["difference_cents"],
        last_receipt_link=bytes.fromhex(content["last_receipt"]),
    )


def _totals_from(content: dict[str, Any]) -> Totals:
    return Totals(
        content["receipts"],
        content["taken_cents"],
        content["given_back_cents"],
        tuple((name, cents) for name, cents in content["by_means"]),
        tuple((name, cents) for name, cents in content["by_service"]),
        tuple(VatTotal(Vat(rate, exemption), including, vat) for rate, exemption, including, vat in content["by_vat"]),
    )


def _totals(totals: Totals) -> dict[str, Any]:
    vat = [[each.vat.basis_points, each.vat.exemption, each.including_cents, each.vat_cents] for each in totals.by_vat]
    return {
        "receipts": totals.receipts,
        "taken_cents": totals.taken_cents,
        "given_back_cents": totals.given_back_cents,
        "total_cents": totals.total_cents,
        "by_means": totals.by_means,
        "by_service": totals.by_service,
        "by_vat": vat,
    }
