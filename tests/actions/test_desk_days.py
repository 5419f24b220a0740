"""The Z of a day: final, numbered, chained, with the totals of day, month, year and for ever; seals and periods."""

from datetime import UTC, date, datetime
from time import perf_counter

import psycopg
import pytest

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.cancels import PayRefund, pay_refunds
from monnaielocale.actions.desk_days import CloseDay, close_days
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.receipts import take_receipts
from monnaielocale.domain.desks.corrections import RefundStaysOut
from monnaielocale.domain.desks.days import (
    DayAlreadySealed,
    DayClosed,
    DayNotClosed,
    DayNotOpen,
    DaysOfPeriodOpen,
    PeriodAlreadyClosed,
    PeriodNotOver,
    SessionsNotClosed,
    closing_from_canonical,
    first_broken_closing,
)
from monnaielocale.domain.desks.staff import HeadOrDeputyNeeded
from monnaielocale.domain.desks.totals import Totals
from monnaielocale.domain.payments.periods import PeriodUnreadable
from monnaielocale.store.desk_days import interim_report, totals_after
from monnaielocale.store.faults import RefusedByTheBooks, refusal_of
from monnaielocale.store.receipts import receipts_of
from monnaielocale.store.unit_of_work import UnitOfWork
from tests.counter import COINS, NOTES, Counter, moved
from tests.desks import POOL, TILL
from tests.invariants import check_invariants

CHILD = "entry-child"


@pytest.fixture
def at_work(counter: Counter) -> Counter:
    """A Monday with receipts by every means and one cancelled line."""
    counter.open_day()
    counter.open_till()
    counter.receipt("lesson", CHILD, notes=((1000, 1), (200, 1)), euros_cents=1_20)
    counter.receipt("lesson", others=(("card", 12_00, "S-1"),))
    counter.receipt(("locker-key", 1, 5_00), euros_cents=5_00)
    counter.receipt(CHILD, "entry", euros_cents=5_70)
    counter.cancel("PISC-2026-000004", 2)
    return counter


def closed(counter: Counter) -> None:
    """The clerk counts and closes."""
    counter.count(CountGiven(moved(NOTES, c1000=1, c200=1), moved(COINS, c50=14, c10=4), 12_00))
    counter.close_till()


def test_a_z_needs_every_session_closed_and_is_final(at_work: Counter) -> None:
    with pytest.raises(SessionsNotClosed):
        at_work.close_day()
    closed(at_work)
    answer = at_work.close_day()
    totals = answer["totals"]
    assert (answer["number"], answer["difference_cents"], answer["seal_due_on"]) == ("PISC-2026-Z0001", 0, "2026-01-08")
    day = totals["day"]
    assert (day["receipts"], day["taken_cents"], day["given_back_cents"]) == (5, 35_90, 4_50)
    assert dict(day["by_means"]) == {"card": 12_00, "euros": 7_40, "notes": 12_00}
    assert dict(day["by_service"]) == {"lesson": 24_00, CHILD: 2_40, "locker-key": 5_00}
    assert totals["day"] == totals["month"] == totals["year"] == totals["perpetual"]
    with pytest.raises(DayClosed):
        at_work.close_day()
    with pytest.raises(DayClosed):
        at_work.open_day()
    with pytest.raises(DayClosed):
        at_work.receipt(CHILD, euros_cents=1_20)
    with pytest.raises(DayNotOpen):
        at_work.close_day(on=date(2026, 1, 4))
    check_invariants(at_work.world.database)


def test_the_totals_that_the_database_adds_up_are_those_of_the_receipts(at_work: Counter) -> None:
    with at_work.world.database.reading() as connection:
        work = UnitOfWork(connection)
        numbers = [row[0] for row in connection.execute("SELECT number FROM receipt").fetchall()]
        kept = receipts_of(work, ((POOL, number) for number in numbers))
        assert totals_after(work, {POOL: 0}) == {POOL: Totals.of(each.receipt for each in kept.values())}


def test_an_interim_report_changes_nothing(at_work: Counter) -> None:
    now = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
    with at_work.world.database.reading() as connection:
        first, again = (interim_report(connection, POOL, now) for _ in range(2))
    assert first == again
    assert (first.day.total_cents, first.perpetual.total_cents) == (31_40, 31_40)
    closed(at_work)
    at_work.close_day()
    with at_work.world.database.reading() as connection:
        after = interim_report(connection, POOL, now)
    assert (after.day.total_cents, after.month.total_cents) == (0, 31_40)


def test_days_follow_each_other_in_one_chain_and_months_and_years_are_closed(at_work: Counter) -> None:
    closed(at_work)
    at_work.close_day()
    at_work.at(10, on=date(2026, 1, 31))
    at_work.open_day()
    count = CountGiven(moved(NOTES, c1000=1, c200=1), moved(COINS, c50=14, c10=4))
    at_work.open_till(count=count, float_euros_cents=0)
    at_work.receipt("lesson", others=(("cheque", 12_00, "C-1"),))
    with pytest.raises(PeriodNotOver):
        at_work.close_period("2026-01")
    at_work.at(5, on=date(2026, 2, 1))
    with pytest.raises(DaysOfPeriodOpen):
        at_work.close_period("2026-01")
    at_work.count(CountGiven(count.notes, count.euros, 0, 12_00), by="pool-deputy")
    at_work.close_till(by="pool-deputy")
    answer = at_work.close_day(on=date(2026, 1, 31))
    totals = answer["totals"]
    assert answer["number"] == "PISC-2026-Z0002"
    sums = [totals[part]["taken_cents"] - totals[part]["given_back_cents"] for part in ("day", "month", "year", "perpetual")]
    assert sums == [12_00, 43_40, 43_40, 43_40]
    with pytest.raises(HeadOrDeputyNeeded):
        at_work.close_period("2026-01", by="pool-clerk")
    with pytest.raises(PeriodUnreadable):
        at_work.close_period("2026-01-31")
    month = at_work.close_period("2026-01")
    assert (month["days"], month["totals"]["taken_cents"], month["perpetual"]["given_back_cents"]) == (2, 47_90, 4_50)
    with pytest.raises(PeriodAlreadyClosed):
        at_work.close_period("2026-01")
    at_work.at(10, on=date(2027, 1, 1))
    assert at_work.close_period("2026")["days"] == 2
    with at_work.world.database.reading() as connection:
        rows = connection.execute("SELECT canonical, link FROM desk_day_closing ORDER BY business_on").fetchall()
    links = [(closing_from_canonical(canonical.encode()), bytes(link)) for canonical, link in rows]
    assert first_broken_closing(links) is None
    check_invariants(at_work.world.database)


def test_numbers_begin_again_with_the_year(at_work: Counter) -> None:
    closed(at_work)
    at_work.close_day()
    at_work.at(10, on=date(2027, 1, 4))
    at_work.open_day()
    at_work.open_till(count=CountGiven(moved(NOTES, c1000=1, c200=1), moved(COINS, c50=14, c10=4)), float_euros_cents=0)
    assert at_work.receipt("lesson", others=(("card", 12_00, "S-9"),))["number"] == "PISC-2027-000001"
    check_invariants(at_work.world.database)


def test_the_head_or_a_deputy_seals_a_closed_day_once(at_work: Counter) -> None:
    with pytest.raises(DayNotClosed):
        at_work.seal_day()
    closed(at_work)
    at_work.close_day()
    with pytest.raises(HeadOrDeputyNeeded):
        at_work.seal_day(by="pool-clerk")
    at_work.seal_day(by="pool-deputy")
    with pytest.raises(DayAlreadySealed):
        at_work.seal_day()
    check_invariants(at_work.world.database)


def test_after_the_z_a_cancelled_receipt_is_for_the_officer_to_refund(at_work: Counter) -> None:
    closed(at_work)
    at_work.close_day()
    at_work.next_day()
    at_work.open_day()
    at_work.open_till(count=CountGiven(moved(NOTES, c1000=1, c200=1), moved(COINS, c50=14, c10=4)), float_euros_cents=0)
    before = at_work.drawer()
    minus = at_work.cancel("PISC-2026-000001", 1)
    assert (minus["total_cents"], minus["to_refund_cents"], minus["change_notes_cents"]) == (-12_00, 12_00, 0)
    assert at_work.drawer() == before
    assert at_work.held(POOL)["to_refund"] == 12_00
    refund = PayRefund(at_work.world.actor("pool-clerk"), POOL, at_work.sessions[TILL], minus["number"])
    with pytest.raises(RefundStaysOut):
        at_work.world.do(pay_refunds, refund)
    check_invariants(at_work.world.database)


def test_two_clicks_on_the_z_close_one_day(at_work: Counter) -> None:
    closed(at_work)
    item = CloseDay(at_work.world.actor("pool-clerk"), POOL, at_work.world.on)
    outcomes = perform(at_work.world.database, close_days, [item, item])
    assert [isinstance(outcome, Answer) for outcome in outcomes] == [True, False]
    assert at_work.world.count("desk_day_closing") == 1


def test_the_database_refuses_a_z_that_leaves_a_receipt_out(at_work: Counter) -> None:
    closed(at_work)
    statement = (
        "INSERT INTO desk_day_closing SELECT day.book_id, business_on, 'Z', 2026, 1, opened_at, opened_by, 4, 4, 0, 0, 0, 0,"
        " '{}', sha256(decode(repeat('00', 32), 'hex') || '{}'), event_id FROM desk_day AS day"
    )
    with at_work.world.database.connect("writer") as connection, pytest.raises(psycopg.IntegrityError) as refused:
        connection.execute(statement)
    assert refusal_of(refused.value) == RefusedByTheBooks(rule="closing_totals")


def test_closing_a_day_grows_with_its_receipts_and_no_more(counter: Counter) -> None:
    """Two thousand receipts against five hundred: linear, and within reach of one bare sum over the same rows."""
    counter.open_day()
    counter.open_till()
    spent: list[float] = []
    for count in (500, 2_000):
        taking = counter.taking(CHILD, others=(("card", 1_20, "S"),))
        for _ in range(0, count, 500):
            outcomes = perform(counter.world.database, take_receipts, [taking] * 500)
            assert all(isinstance(outcome, Answer) for outcome in outcomes)
        taken = count * 1_20
        counter.count(CountGiven(NOTES, COINS, taken))
        counter.close_till()
        began = perf_counter()
        answer = counter.close_day()
        spent.append(perf_counter() - began)
        assert answer["totals"]["day"]["taken_cents"] == taken
        counter.next_day()
        counter.open_day()
        counter.open_till(float_euros_cents=0)
    # A closing that looked at receipts one by one would take four times as long and more.
    assert spent[1] < 4 * spent[0] + 0.5
    check_invariants(counter.world.database)
