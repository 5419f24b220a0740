"""Sessions on tills: counted floats, takeovers, blind counts and what differs, in both books."""

from datetime import timedelta

import psycopg
import pytest

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.domain.actors import RoleMissing
from monnaielocale.domain.desks.bundles import PieceUnknown
from monnaielocale.domain.desks.charters import TillUnknown
from monnaielocale.domain.desks.counts import DifferenceUnexplained
from monnaielocale.domain.desks.days import DayIsOver, DayNotOpen, DayNotToday, EarlierDayOpen
from monnaielocale.domain.desks.sessions import (
    ClerkInSession,
    FloatNotThere,
    SessionClosed,
    SessionCounted,
    SessionNotCounted,
    SessionOfAnother,
    TakeoverByOneself,
    TillInUse,
)
from monnaielocale.domain.desks.staff import NotNamedToCollect
from monnaielocale.domain.people import PersonUnknown
from monnaielocale.store.faults import RefusedByTheBooks, refusal_of
from monnaielocale.store.tills import SessionUnknown
from tests.counter import COINS, NOTES, Counter, moved
from tests.desks import POOL, TILL
from tests.invariants import check_invariants
from tests.world import BOOK, TOWN

ALL = CountGiven(NOTES, COINS)


def test_a_day_opens_on_the_day_itself_and_a_session_on_an_open_day(counter: Counter) -> None:
    with pytest.raises(DayNotOpen):
        counter.open_till()
    with pytest.raises(DayNotToday):
        counter.open_day(on=counter.world.on + timedelta(days=1))
    assert counter.open_day()["business_on"] == "2026-01-05"
    with pytest.raises(EarlierDayOpen):
        counter.open_day()
    answer = counter.open_till()
    assert (answer["expected_cents"], answer["counted_cents"], answer["difference_cents"]) == (90_00, 90_00, 0)
    check_invariants(counter.world.database)


def test_a_till_has_one_session_and_a_clerk_one_till(counter: Counter) -> None:
    counter.open_day()
    counter.open_till()
    with pytest.raises(TillInUse):
        counter.open_till(by="pool-deputy")
    with pytest.raises(ClerkInSession):
        counter.open_till("till-2", count=CountGiven(), float_euros_cents=0)
    with pytest.raises(TillUnknown):
        counter.open_till("till-9", by="pool-deputy")
    counter.open_till("till-2", by="pool-deputy", count=CountGiven(), float_euros_cents=0)
    check_invariants(counter.world.database)


def test_nobody_works_at_a_till_who_is_not_named(counter: Counter) -> None:
    counter.open_day()
    counter.world.add("unnamed", TOWN, "desk_clerk")
    with pytest.raises(NotNamedToCollect, match="gestion de fait"):
        counter.open_till(by="unnamed")
    with pytest.raises(RoleMissing):
        counter.open_till(by="signer")
    with pytest.raises(RoleMissing):
        counter.open_till(by="operator")


def test_what_is_missing_in_the_morning_takes_a_reason_and_stands_in_both_books(counter: Counter) -> None:
    counter.open_day()
    found = CountGiven(moved(NOTES, c100=-1), COINS)
    with pytest.raises(DifferenceUnexplained):
        counter.open_till(count=found)
    answer = counter.open_till(count=found, reason="a note is missing")
    assert answer["difference_cents"] == -1_00
    assert counter.drawer() == {100: 19_00, 200: 10_00, 500: 10_00}
    assert counter.held(POOL)["till_difference"] == 1_00
    check_invariants(counter.world.database)


def test_the_float_in_a_till_is_float_that_the_desk_has(counter: Counter) -> None:
    counter.open_day()
    with pytest.raises(FloatNotThere):
        counter.open_till(count=CountGiven(NOTES, ((5000, 3),)), float_euros_cents=150_00)
    with pytest.raises(PieceUnknown):
        counter.open_till(count=CountGiven(((300, 1),), COINS))


def test_t13_a_count_of_61_where_62_is_expected_shows_one_missing_asks_why_and_leaves_the_float(counter: Counter) -> None:
    """The desk's notes began at fifty and took twelve; the envelope is what was counted beyond the float."""
    counter.pool.exchange((1000, 1))
    counter.open_day()
    counter.open_till(count=CountGiven(moved(NOTES, c1000=1), COINS))
    counter.receipt("lesson", notes=((1000, 1), (200, 1)))
    assert sum(counter.drawer().values()) == 62_00
    counter.count(CountGiven(moved(NOTES, c100=-1, c200=1, c1000=2), COINS))
    with pytest.raises(DifferenceUnexplained) as refused:
        counter.close_till()
    values = refused.value.values
    assert (values["expected"], values["counted"], values["difference"]) == ("112.00", "111.00", "-1.00")
    answer = counter.close_till(reason="given twice")
    assert (answer["expected_cents"], answer["counted_cents"], answer["difference_cents"]) == (112_00, 111_00, -1_00)
    assert answer["envelope_cents"] == 61_00 - 50_00
    assert sum(counter.drawer().values()) == 61_00
    assert counter.held(POOL)["values.notes"] == 11_00
    check_invariants(counter.world.database)


def test_t14_tomorrow_begins_with_what_was_left_tonight(counter: Counter) -> None:
    counter.open_day()
    counter.open_till()
    left = CountGiven(moved(NOTES, c500=-1), moved(COINS, c50=1))
    counter.count(left)
    answer = counter.close_till(reason="five units for fifty cents, nobody knows why")
    assert (answer["left_notes_cents"], answer["left_euros_cents"]) == (35_00, 50_50)
    counter.open_till("till-2", count=CountGiven(), float_euros_cents=0)
    again = counter.open_till(by="pool-deputy", count=left, float_euros_cents=0)
    assert (again["expected_cents"], again["difference_cents"]) == (85_50, 0)
    check_invariants(counter.world.database)


def test_a_count_is_blind_and_a_second_one_takes_its_place(counter: Counter) -> None:
    counter.open_day()
    counter.open_till()
    with pytest.raises(SessionNotCounted):
        counter.close_till()
    first = counter.count(CountGiven(NOTES))
    assert set(first) == {"event_id", "session_id", "till", "counted_cents"}
    counter.count(ALL)
    assert counter.close_till()["difference_cents"] == 0
    assert counter.world.count("till_session_act") == 3
    with pytest.raises(SessionClosed):
        counter.count(ALL)
    check_invariants(counter.world.database)


def test_two_clerks_sign_a_takeover_and_the_one_who_leaves_answers_for_the_difference(counter: Counter) -> None:
    counter.open_day()
    counter.open_till()
    with pytest.raises(TakeoverByOneself):
        counter.hand_over("pool-clerk", ALL)
    with pytest.raises(PersonUnknown):
        counter.hand_over("operator", ALL)
    with pytest.raises(SessionOfAnother):
        counter.hand_over("pool-clerk", ALL, by="pool-deputy")
    short = CountGiven(NOTES, moved(COINS, c50=-1))
    with pytest.raises(DifferenceUnexplained):
        counter.hand_over("pool-deputy", short)
    assert counter.hand_over("pool-deputy", short, reason="lost")["difference_cents"] == -50
    with pytest.raises(SessionOfAnother):
        counter.count(short)
    counter.count(short, by="pool-deputy")
    assert counter.close_till(by="pool-deputy")["difference_cents"] == 0
    check_invariants(counter.world.database)


def test_who_has_a_till_takes_over_no_other(counter: Counter) -> None:
    counter.open_day()
    counter.open_till()
    counter.open_till("till-2", by="pool-deputy", count=CountGiven(), float_euros_cents=0)
    with pytest.raises(ClerkInSession):
        counter.hand_over("pool-deputy", ALL)


def test_a_counted_session_is_not_handed_over(counter: Counter) -> None:
    counter.open_day()
    counter.open_till()
    counter.count(ALL)
    with pytest.raises(SessionCounted):
        counter.hand_over("pool-deputy", ALL)


def test_the_head_closes_what_was_left_open_also_after_midnight(counter: Counter) -> None:
    counter.open_day()
    counter.open_till()
    counter.next_day(6)
    with pytest.raises(DayIsOver):
        counter.open_till("till-2", by="pool-deputy", count=CountGiven(), float_euros_cents=0)
    with pytest.raises(EarlierDayOpen):
        counter.open_day()
    counter.count(ALL, by="pool-head")
    answer = counter.close_till(by="pool-head")
    assert answer["difference_cents"] == 0
    check_invariants(counter.world.database)


def test_midnight_is_that_of_paris(counter: Counter) -> None:
    counter.open_day()
    counter.at(22, 59)
    counter.open_till()
    counter.at(23, 0)
    with pytest.raises(DayIsOver):
        counter.open_till("till-2", by="pool-deputy", count=CountGiven(), float_euros_cents=0)


def test_a_session_is_known_at_its_own_desk_only(counter: Counter) -> None:
    counter.open_day()
    counter.open_till()
    counter.sessions[TILL] = counter.world.actor("operator").person_id
    with pytest.raises(SessionUnknown):
        counter.count(ALL)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (
            "INSERT INTO till_session SELECT book_id, gen_random_uuid(), till, clerk_id, business_on, opened_at, count,"
            " booked_euros_cents, after_receipt, difference_cents, reason, event_id FROM till_session",
            "session_till",
        ),
        (
            "INSERT INTO till_session SELECT book_id, gen_random_uuid(), 'till-2',"
            " (SELECT id FROM person WHERE login = 'signer'), business_on, opened_at, count, 0, 0, 0, '', event_id"
            " FROM till_session",
            "session_clerk",
        ),
        (
            "INSERT INTO till_session_act SELECT book_id, id, 1, 'closed', opened_at, clerk_id, clerk_id, count, 0, 0, 0, '',"
            " event_id FROM till_session",
            "session_acts",
        ),
        (
            "INSERT INTO desk_day SELECT book_id, business_on + 1, opened_at, opened_by, event_id FROM desk_day",
            "desk_day_order",
        ),
    ],
)
def test_the_database_refuses_what_no_session_may_be(counter: Counter, statement: str, rule: str) -> None:
    counter.open_day()
    counter.open_till()
    with counter.world.database.connect("writer") as connection, pytest.raises(psycopg.IntegrityError) as refused:
        connection.execute(statement)
    assert refusal_of(refused.value) == RefusedByTheBooks(rule=rule)


def test_a_session_opens_once_however_often_it_is_asked(counter: Counter) -> None:
    counter.open_day(key="day")
    assert counter.open_day(key="day") == counter.open_day(key="day")
    first, again = (counter.open_till(key="till") for _ in range(2))
    assert first == again
    assert counter.world.count("till_session") == 1
    assert counter.held(BOOK)[f"notes.drawer:{POOL}:{TILL}:100"] == 20_00


def test_a_card_refund_of_an_earlier_session_is_a_slip_below_zero(counter: Counter) -> None:
    counter.open_day()
    counter.open_till()
    number = counter.receipt("lesson", others=(("card", 12_00, "S-1"),))["number"]
    counter.count(CountGiven(NOTES, COINS, card_cents=12_00))
    counter.close_till()
    counter.open_till(float_euros_cents=0)
    counter.cancel(number)
    counter.count(CountGiven(NOTES, COINS, card_cents=-12_00))
    assert counter.close_till()["difference_cents"] == 0
    assert "other_means" not in counter.held(POOL)
    check_invariants(counter.world.database)
