"""Periods as towns write them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.payments.periods import Period, PeriodKind, PeriodUnreadable, end_after_months, months_later

DAYS = st.dates(date(2000, 1, 1), date(2199, 12, 31))


@pytest.mark.parametrize(
    ("written", "first_on", "last_on", "kind", "shown"),
    [
        ("2026-01", date(2026, 1, 1), date(2026, 1, 31), PeriodKind.MONTH, "2026-01"),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29), PeriodKind.MONTH, "2024-02"),
        ("02/2026", date(2026, 2, 1), date(2026, 2, 28), PeriodKind.MONTH, "2026-02"),
        ("2026", date(2026, 1, 1), date(2026, 12, 31), PeriodKind.ONCE, "2026"),
        ("2026-03-15", date(2026, 3, 15), date(2026, 3, 15), PeriodKind.ONCE, "2026-03-15"),
        (" 15/03/2026 ", date(2026, 3, 15), date(2026, 3, 15), PeriodKind.ONCE, "2026-03-15"),
    ],
)
def test_a_period_is_read_as_it_is_written(written: str, first_on: date, last_on: date, kind: PeriodKind, shown: str) -> None:
    period = Period.parse(written)
    assert (period.first_on, period.last_on, period.kind, str(period)) == (first_on, last_on, kind, shown)


@pytest.mark.parametrize(
    "written",
    ["", "janvier", "2026-13", "2026-00", "2026-02-30", "26-01", "2026-1", "1999-12", "2200", "٢٠٢٦", "2026-01-01-01", "x" * 500],
)
def test_what_is_not_a_period_is_refused(written: str) -> None:
    with pytest.raises(PeriodUnreadable) as refused:
        Period.parse(written)
    assert len(str(refused.value)) < 250


def test_a_period_is_never_an_odd_stretch_of_days() -> None:
    with pytest.raises(ValueError, match="neither a day"):
        Period(date(2026, 1, 1), date(2026, 2, 1))


@given(DAYS)
def test_a_period_survives_being_written(day: date) -> None:
    for period in (Period.month_of(day), Period(day, day), Period(date(day.year, 1, 1), date(day.year, 12, 31))):
        assert Period.parse(str(period)) == period


def test_the_thirty_first_of_february_is_its_last_day() -> None:
    assert Period.parse("2026-02").day_of_month(31) == date(2026, 2, 28)
    assert Period.parse("2026-02").day_of_month(28) == date(2026, 2, 28)


def test_six_months_from_the_first_of_january_end_on_30_june() -> None:
    assert end_after_months(date(2026, 1, 1), 6) == date(2026, 6, 30)
    assert end_after_months(date(2026, 8, 31), 6) == date(2027, 2, 28)


@given(DAYS.filter(lambda day: day.year < 2100), st.integers(0, 600))
def test_months_later_is_in_the_right_month(day: date, months: int) -> None:
    later = months_later(day, months)
    assert (later.year * 12 + later.month) - (day.year * 12 + day.month) == months
    assert later.day == min(day.day, Period.month_of(later).last_on.day)
