"""Days of a desk: opened, closed by the Z, sealed, with the totals of the day, the month, the year and for ever."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.desks.bundles import Bundle
from monnaielocale.domain.desks.charters import CharterNotInForce, Instrument
from monnaielocale.domain.desks.counts import TillCount
from monnaielocale.domain.desks.days import (
    DayAlreadySealed,
    DayClosed,
    DayClosing,
    DayIsOver,
    DayNotClosed,
    DayNotOpen,
    DayNotToday,
    DaysOfPeriodOpen,
    DayState,
    DeskDay,
    EarlierDayOpen,
    PeriodNotOver,
    SessionsNotClosed,
    canonical_closing,
    chained_closing,
    check_day_closing,
    check_day_opening,
    check_day_takes_receipts,
    check_sealing,
    closed_period,
    closing_number,
    first_broken_closing,
    seal_due_on,
)
from monnaielocale.domain.desks.receipts import Receipt, VatTotal
from monnaielocale.domain.desks.sessions import Session, SessionState
from monnaielocale.domain.desks.settlements import DigitalPaid, OtherMeans, Settlement
from monnaielocale.domain.desks.staff import HeadOrDeputyNeeded, NotNamedToCollect
from monnaielocale.domain.desks.totals import NO_TOTALS, Cumulated, Totals, cumulated
from monnaielocale.domain.payments.periods import Period

from .pool import (
    ANA,
    CHARTER,
    ENTRY,
    EXEMPT,
    FULL,
    IBAN,
    LESSON,
    LOCKER,
    MAITE,
    MONDAY,
    NOON,
    REDUCED,
    SESSION_ID,
    STAFF,
    TUESDAY,
    XAN,
    line,
    receipt,
)

OPEN_MONDAY = DeskDay("pool", MONDAY)
CLOSED_MONDAY = replace(OPEN_MONDAY, closed_at=NOON, closed_by=ANA.person_id)
SEALED_MONDAY = replace(CLOSED_MONDAY, sealed_at=NOON, sealed_by=MAITE.person_id)


def session(till: str, state: SessionState) -> Session:
    return Session(SESSION_ID, till, ANA.person_id, MONDAY, NOON, TillCount(), NOON, state)


def test_a_day_is_open_then_closed_then_sealed() -> None:
    states = [day.state for day in (OPEN_MONDAY, CLOSED_MONDAY, SEALED_MONDAY)]
    assert states == [DayState.OPEN, DayState.CLOSED, DayState.SEALED]


def test_a_day_is_opened_on_the_day_itself_after_the_one_before_was_closed() -> None:
    check_day_opening(CHARTER, STAFF, ANA, MONDAY, today=MONDAY, latest=None)
    check_day_opening(CHARTER, STAFF, ANA, TUESDAY, today=TUESDAY, latest=CLOSED_MONDAY)
    with pytest.raises(DayNotToday):
        check_day_opening(CHARTER, STAFF, ANA, TUESDAY, today=MONDAY, latest=CLOSED_MONDAY)
    with pytest.raises(EarlierDayOpen):
        check_day_opening(CHARTER, STAFF, ANA, TUESDAY, today=TUESDAY, latest=OPEN_MONDAY)
    with pytest.raises(DayClosed):
        check_day_opening(CHARTER, STAFF, ANA, MONDAY, today=MONDAY, latest=SEALED_MONDAY)
    with pytest.raises(NotNamedToCollect):
        check_day_opening(CHARTER, STAFF, IBAN, MONDAY, today=MONDAY, latest=None)
    with pytest.raises(CharterNotInForce):
        check_day_opening(CHARTER, STAFF, MAITE, date(2025, 12, 31), today=date(2025, 12, 31), latest=None)


def test_after_midnight_an_open_day_takes_no_receipt() -> None:
    check_day_takes_receipts("pool", OPEN_MONDAY, today=MONDAY)
    with pytest.raises(DayIsOver) as refused:
        check_day_takes_receipts("pool", OPEN_MONDAY, today=TUESDAY)
    assert refused.value.values == {"day": MONDAY, "today": TUESDAY}
    with pytest.raises(DayClosed):
        check_day_takes_receipts("pool", CLOSED_MONDAY, today=MONDAY)
    with pytest.raises(DayNotOpen):
        check_day_takes_receipts("pool", None, today=MONDAY)


def test_the_z_needs_every_session_closed_and_comes_once() -> None:
    closed = session("1", SessionState.CLOSED)
    check_day_closing(OPEN_MONDAY, STAFF, ANA, [closed])
    with pytest.raises(SessionsNotClosed) as refused:
        check_day_closing(OPEN_MONDAY, STAFF, ANA, [session("2", SessionState.OPEN), closed, session("1", SessionState.COUNTED)])
    assert refused.value.values == {"tills": ("1", "2")}
    with pytest.raises(DayClosed):
        check_day_closing(CLOSED_MONDAY, STAFF, ANA, [])
    with pytest.raises(NotNamedToCollect):
        check_day_closing(OPEN_MONDAY, STAFF, IBAN, [])


def test_the_head_or_a_deputy_seals_a_closed_day_once_and_late_is_no_lock() -> None:
    check_sealing(CLOSED_MONDAY, STAFF, MAITE, TUESDAY)
    check_sealing(CLOSED_MONDAY, STAFF, XAN, date(2026, 3, 1))
    assert seal_due_on(CHARTER, MONDAY) == date(2026, 1, 8)
    with pytest.raises(HeadOrDeputyNeeded):
        check_sealing(CLOSED_MONDAY, STAFF, ANA, TUESDAY)
    with pytest.raises(DayNotClosed):
        check_sealing(OPEN_MONDAY, STAFF, MAITE, TUESDAY)
    with pytest.raises(DayAlreadySealed):
        check_sealing(SEALED_MONDAY, STAFF, MAITE, TUESDAY)


PLUS = receipt(
    1,
    (line(ENTRY, 2), line(LESSON)),
    Settlement(
        Bundle.of({1000: 1}), Bundle.of({500: 1}), 100, 0, (DigitalPaid("7Q2K", 700),), (OtherMeans(Instrument.CARD, 800, "1"),)
    ),
)
MINUS = receipt(2, (line(LESSON, -1),), Settlement(to_refund_cents=1200))


def test_the_totals_of_a_day_by_means_service_and_rate() -> None:
    totals = Totals.of([PLUS, MINUS, receipt(3, (line(LOCKER, 1, 120),))])
    assert (totals.receipts, totals.taken_cents, totals.given_back_cents, totals.total_cents) == (3, 2220, 1200, 1020)
    assert totals.by_means == (("card", 800), ("digital", 700), ("euros", 220), ("notes", 500), ("to_refund", -1200))
    assert totals.by_service == (("entry", 900), ("locker", 120))
    assert totals.by_vat == (VatTotal(EXEMPT, 120, 0), VatTotal(FULL, 900, 150))
    assert REDUCED not in [each.vat for each in totals.by_vat]


tariffs = st.sampled_from([ENTRY, LESSON])
sold = st.lists(st.builds(lambda each, count: receipt(1, (line(each, count),)), tariffs, st.integers(-9, 9)), max_size=6)


@given(sold, sold)
def test_totals_add_up(morning: list[Receipt], evening: list[Receipt]) -> None:
    together = Totals.of([*morning, *evening])
    assert Totals.of(morning) + Totals.of(evening) == together
    assert together.total_cents == sum(each.total_cents for each in [*morning, *evening])
    for parts in (together.by_means, together.by_service):
        assert sum(cents for _, cents in parts) == together.total_cents
    assert sum(each.including_cents for each in together.by_vat) == together.total_cents


def test_totals_of_the_month_and_the_year_begin_again_and_the_perpetual_never_does() -> None:
    one = Totals.of([receipt(1, (line(ENTRY),))])
    days = [date(2026, 1, 30), date(2026, 1, 31), date(2026, 2, 1), date(2027, 1, 4), date(2027, 2, 1)]
    known: Cumulated | None = None
    seen = []
    for day in days:
        known = cumulated(known, day, one)
        seen.append([each.receipts for each in (known.day, known.month, known.year, known.perpetual)])
    assert seen == [[1, 1, 1, 1], [1, 2, 2, 2], [1, 1, 3, 3], [1, 1, 1, 4], [1, 1, 2, 5]]


def test_a_year_later_the_same_month_is_another_one() -> None:
    one = Totals.of([receipt(1, (line(ENTRY),))])
    later = cumulated(cumulated(None, MONDAY, one), date(2027, 1, 5), one)
    assert (later.month.receipts, later.year.receipts, later.perpetual.receipts) == (1, 1, 2)


def closing(number: int, totals: Cumulated, at: datetime = NOON) -> DayClosing:
    return DayClosing("pool", closing_number("PISC", totals.on.year, number), at, ANA.person_id, totals, -100, bytes(32))


def closings(days: list[date]) -> list[DayClosing]:
    known: Cumulated | None = None
    made = []
    for number, day in enumerate(days, start=1):
        known = cumulated(known, day, Totals.of([receipt(number, (line(ENTRY),), on=day)]))
        made.append(closing(number, known))
    return made


def test_a_month_is_closed_when_it_is_over_and_all_its_days_are_closed() -> None:
    made = closings([date(2025, 12, 31), MONDAY, TUESDAY, date(2026, 2, 2)])
    january = Period.parse("2026-01")
    found = closed_period(january, made, [], today=date(2026, 2, 3))
    assert (found.days, found.totals.total_cents, found.perpetual.total_cents) == (2, 900, 1350)
    assert found.totals == made[2].totals.month
    with pytest.raises(PeriodNotOver):
        closed_period(january, made, [], today=date(2026, 1, 31))
    with pytest.raises(DaysOfPeriodOpen) as refused:
        closed_period(january, made, [date(2026, 2, 2), date(2026, 1, 9), date(2026, 1, 8)], today=date(2026, 2, 3))
    assert refused.value.values["days"] == (date(2026, 1, 8), date(2026, 1, 9))


def test_a_year_is_closed_like_a_month_and_one_without_days_is_empty() -> None:
    made = closings([date(2025, 12, 31), MONDAY, TUESDAY])
    found = closed_period(Period.parse("2026"), made, [], today=date(2027, 1, 1))
    assert (found.days, found.totals) == (2, made[2].totals.year)
    empty = closed_period(Period.parse("2024"), made, [], today=date(2026, 1, 1))
    assert (empty.days, empty.totals, empty.perpetual) == (0, NO_TOTALS, NO_TOTALS)


def test_closings_are_numbered_and_chained() -> None:
    made = closings([MONDAY, TUESDAY])
    assert [each.number for each in made] == ["PISC-2026-Z0001", "PISC-2026-Z0002"]
    first = chained_closing(bytes(32), made[0])
    links = [(made[0], first), (made[1], chained_closing(first, made[1]))]
    assert first_broken_closing(links) is None
    altered = replace(made[1], difference_cents=0)
    assert first_broken_closing([links[0], (altered, links[1][1])]) == "PISC-2026-Z0002"


@given(
    st.sampled_from(
        [
            {"closed_by": UUID(int=9)},
            {"closed_at": NOON + timedelta(microseconds=1)},
            {"last_receipt_link": b"\x01" * 32},
            {"totals": replace(closings([MONDAY])[0].totals, perpetual=NO_TOTALS)},
            {"number": "PISC-2026-Z0002"},
        ]
    )
)
def test_whatever_is_altered_in_a_closing_shows(change: dict[str, object]) -> None:
    made = closings([MONDAY])[0]
    altered: DayClosing = replace(made, **change)  # type: ignore[arg-type]
    assert canonical_closing(altered) != canonical_closing(made)
