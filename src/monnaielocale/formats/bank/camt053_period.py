"""Which days a camt.053 statement lists in full, from its period, else its balances, else its entries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from .camt053_entries import PARIS, day_of
from .camt053_marks import Mark

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Balance:
    """One balance that the statement gives, in cents, with the day it is of."""

    kind: str
    cents: int
    on: date | None


@dataclass(frozen=True, slots=True)
class Period:
    """What FrToDt says; an end at midnight may mean the day that ends or the day that begins."""

    first: date | None = None
    last: date | None = None
    ends_at_midnight: bool = False


def period_of(element: Mark) -> Period:
    """The period of a FrToDt element."""
    until = element.text_at("ToDtTm")
    return Period(
        first=day_of(element.text_at("FrDtTm") or element.text_at("FrDt")),
        last=day_of(until or element.text_at("ToDt")),
        ends_at_midnight=_is_midnight(until),
    )


def days_covered(
    period: Period, *, opening: Balance | None, closing: Balance | None, booked: Sequence[date]
) -> tuple[date, date] | None:
    """First and last day listed in full, or None when nothing in the statement is dated.

    Where a bank may mean a day or its neighbour, a day without entries is claimed only when something else names it: claiming too
    little leaves a gap without movements, claiming too much would make known movements look lost.
    """
    last = _last_day(period, closing, booked)
    first = period.first or _first_day(opening, last, booked) or min(booked, default=last)
    if first is None:
        return None
    return first, last or max(first, max(booked, default=first))


def _last_day(period: Period, closing: Balance | None, booked: Sequence[date]) -> date | None:
    if period.last is None:
        return closing.on if closing else None
    named = period.last in booked or (closing is not None and closing.on == period.last) or period.first == period.last
    return period.last - _ONE_DAY if period.ends_at_midnight and not named else period.last


def _first_day(opening: Balance | None, last: date | None, booked: Sequence[date]) -> date | None:
    """An opening balance is of the first day or, at some banks, of the day before; a previous closing is of the day before."""
    if opening is None or opening.on is None:
        return None
    of_first_day = opening.kind != "PRCD" and any(day <= opening.on for day in booked)
    return opening.on if of_first_day or opening.on == last else opening.on + _ONE_DAY


def _is_midnight(written: str) -> bool:
    try:
        instant = datetime.fromisoformat(written)
        return (instant.astimezone(PARIS) if instant.tzinfo else instant).time() == time.min
    except (ValueError, OverflowError):
        return False
