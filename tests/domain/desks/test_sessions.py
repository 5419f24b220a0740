"""Sessions on a till: opened, taken over, counted blindly, closed with a reason, and what stays for tomorrow."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.desks.bundles import NOTHING, Bundle, PieceUnknown
from monnaielocale.domain.desks.charters import CharterNotInForce, TillUnknown
from monnaielocale.domain.desks.counts import (
    Contents,
    Difference,
    DifferenceUnexplained,
    TillCount,
    difference,
    left_in_till,
    should_hold,
)
from monnaielocale.domain.desks.envelopes import proposed_envelope
from monnaielocale.domain.desks.sessions import (
    ClerkInSession,
    Session,
    SessionClosed,
    SessionCounted,
    SessionEnded,
    SessionNotCounted,
    SessionOfAnother,
    SessionOpened,
    SessionState,
    TakenOver,
    TakeoverByOneself,
    TillCounted,
    TillInUse,
    check_counting,
    check_ending,
    check_opening,
    check_takeover,
    check_taking,
    session_from,
)
from monnaielocale.domain.desks.settlements import Settlement
from monnaielocale.domain.desks.staff import NotNamedToCollect
from monnaielocale.domain.money import AmountNotPositive

from .pool import ANA, CHARTER, EUSKOS, IBAN, MAITE, MONDAY, NOON, STAFF, XAN

COINS = Bundle.of({50: 20, 100: 10, 500: 6})
MORNING = TillCount(Bundle.of({100: 10, 200: 10, 500: 4}), COINS)
OPENED = SessionOpened(UUID(int=77), "1", ANA.person_id, MONDAY, NOON, MORNING)
EVENING = NOON + timedelta(hours=6)
OPEN = session_from(OPENED, [])
COUNTED = session_from(OPENED, [TillCounted(EVENING, ANA.person_id, MORNING)])
CLOSED = session_from(OPENED, [TillCounted(EVENING, ANA.person_id, MORNING), SessionEnded(EVENING, ANA.person_id)])
AGREES = Difference(0, 0)


def test_a_session_is_opened_with_a_counted_float() -> None:
    assert (OPEN.state, OPEN.clerk_id, OPEN.base, OPEN.base_at) == (SessionState.OPEN, ANA.person_id, MORNING, NOON)
    assert MORNING.checked(EUSKOS).total_cents == 5000 + 5000


def test_a_takeover_changes_the_clerk_and_what_is_reckoned_from() -> None:
    noon_count = replace(MORNING, notes=Bundle.of({100: 9}))
    session = session_from(OPENED, [TakenOver(EVENING, ANA.person_id, XAN.person_id, noon_count)])
    assert (session.clerk_id, session.base, session.base_at, session.state) == (
        XAN.person_id,
        noon_count,
        EVENING,
        SessionState.OPEN,
    )


def test_a_second_count_takes_the_place_of_the_first() -> None:
    again = replace(MORNING, euros=NOTHING)
    session = session_from(OPENED, [TillCounted(EVENING, ANA.person_id, MORNING), TillCounted(EVENING, ANA.person_id, again)])
    assert (session.state, session.count) == (SessionState.COUNTED, again)
    ended = session_from(OPENED, [TillCounted(EVENING, ANA.person_id, again), SessionEnded(EVENING, MAITE.person_id, "Erreur")])
    assert (ended.state, ended.reason) == (SessionState.CLOSED, "Erreur")


def test_a_clerk_opens_one_session_on_a_free_till() -> None:
    check_opening(CHARTER, STAFF, ANA, "1", MONDAY, [])
    check_opening(CHARTER, STAFF, XAN, "2", MONDAY, [OPEN])
    with pytest.raises(TillInUse):
        check_opening(CHARTER, STAFF, XAN, "1", MONDAY, [OPEN])
    with pytest.raises(ClerkInSession):
        check_opening(CHARTER, STAFF, ANA, "2", MONDAY, [COUNTED])


def test_a_session_is_opened_within_the_charter_by_someone_named() -> None:
    with pytest.raises(NotNamedToCollect):
        check_opening(CHARTER, STAFF, IBAN, "1", MONDAY, [])
    with pytest.raises(TillUnknown):
        check_opening(CHARTER, STAFF, ANA, "3", MONDAY, [])
    with pytest.raises(CharterNotInForce):
        check_opening(CHARTER, STAFF, MAITE, "1", date(2025, 12, 31), [])


def test_receipts_are_taken_by_the_clerk_of_an_open_session() -> None:
    check_taking(OPEN, ANA)
    with pytest.raises(SessionOfAnother):
        check_taking(OPEN, MAITE)
    with pytest.raises(SessionCounted):
        check_taking(COUNTED, ANA)
    with pytest.raises(SessionClosed):
        check_taking(CLOSED, ANA)


def test_another_named_person_takes_a_till_over() -> None:
    check_takeover(OPEN, STAFF, ANA, XAN, MONDAY)
    with pytest.raises(TakeoverByOneself):
        check_takeover(OPEN, STAFF, ANA, ANA, MONDAY)
    with pytest.raises(NotNamedToCollect):
        check_takeover(OPEN, STAFF, ANA, IBAN, MONDAY)
    with pytest.raises(SessionOfAnother):
        check_takeover(OPEN, STAFF, XAN, MAITE, MONDAY)


@pytest.mark.parametrize("session", [OPEN, COUNTED])
def test_the_clerk_counts_or_the_head_does_for_a_session_left_open(session: Session) -> None:
    check_counting(session, STAFF, ANA, MONDAY)
    check_counting(session, STAFF, MAITE, MONDAY)
    with pytest.raises(SessionOfAnother):
        check_counting(session, STAFF, IBAN, MONDAY)


def test_a_session_is_closed_after_its_count() -> None:
    assert check_ending(COUNTED, STAFF, ANA, MONDAY, AGREES, "") == ""
    with pytest.raises(SessionNotCounted):
        check_ending(OPEN, STAFF, ANA, MONDAY, AGREES, "")
    with pytest.raises(SessionClosed):
        check_ending(CLOSED, STAFF, ANA, MONDAY, AGREES, "")


def test_t13_the_missing_unit_is_shown_asked_about_and_the_envelope_is_what_exceeds_the_float() -> None:
    """Float 50, taken 12: 62 expected and 61 counted, a difference of 1; the envelope is 61 - 50."""
    taken = Settlement(Bundle.of({1000: 1, 200: 1}))
    should_be = should_hold(MORNING, notes=MORNING.notes + taken.notes_in)
    counted = replace(MORNING, notes=MORNING.notes + taken.notes_in - Bundle.of({100: 1}))
    found = difference(should_be, counted)
    assert (should_be.notes.total_cents, counted.notes.total_cents) == (6200, 6100)
    assert found.missing_notes == Bundle.of({100: 1})
    with pytest.raises(DifferenceUnexplained) as refused:
        check_ending(replace(COUNTED, count=counted), STAFF, ANA, MONDAY, found, " ")
    assert refused.value.values == {"counted": "111.00", "expected": "112.00", "difference": "-1.00"}
    assert check_ending(replace(COUNTED, count=counted), STAFF, ANA, MONDAY, found, "Rendu de trop") == "Rendu de trop"
    assert proposed_envelope(counted.notes, CHARTER.float_notes_cents).envelope.total_cents == 1100


def test_t14_the_float_of_tomorrow_is_what_was_left_tonight() -> None:
    tonight = TillCount(MORNING.notes + Bundle.of({1000: 1}), COINS + Bundle.of({2000: 2}), card_cents=900)
    left = left_in_till(tonight, notes_out=Bundle.of({1000: 1}), euros_out_cents=4000)
    assert left == Contents(MORNING.notes, 5000)
    assert difference(left, MORNING).is_nothing
    short = difference(left, replace(MORNING, notes=MORNING.notes - Bundle.of({500: 1})))
    assert (short.missing_notes, short.total_cents) == (Bundle.of({500: 1}), -500)


def test_every_means_is_counted() -> None:
    should_be = should_hold(MORNING, notes=MORNING.notes, euros_cents=300 - 50, card_cents=900, cheque_cents=2000)
    assert should_be == Contents(MORNING.notes, 5250, 900, 2000)
    found = difference(should_be, TillCount(MORNING.notes, COINS + Bundle.of({200: 1}), 900, 0))
    assert (found.euros_cents, found.other_cents, found.total_cents) == (-50, -2000, -2050)
    assert found.to_book(notes_taken_cents=0, euros_taken_cents=250).missing_other_cents == 2000


def test_differences_that_make_up_for_each_other_are_still_two() -> None:
    found = difference(Contents(Bundle.of({1000: 1})), TillCount(Bundle.of({500: 2})))
    assert found.total_cents == 0
    assert not found.is_nothing
    with pytest.raises(DifferenceUnexplained):
        found.explained("")


def test_what_exceeds_the_takings_is_missing_from_the_float() -> None:
    missing = Difference(10_000, 8_600, missing_notes=Bundle.of({1000: 1}), euros_cents=-400)
    booked = missing.to_book(notes_taken_cents=600, euros_taken_cents=300)
    assert (booked.float_notes_cents, booked.float_euros_cents) == (400, 100)
    plenty = missing.to_book(notes_taken_cents=6000, euros_taken_cents=3000)
    assert (plenty.float_notes_cents, plenty.float_euros_cents) == (0, 0)


@pytest.mark.parametrize(
    "count",
    [TillCount(Bundle.of({300: 1})), TillCount(euros=Bundle.of({300: 1}))],
    ids=["a note that does not exist", "a coin that does not exist"],
)
def test_only_what_exists_is_counted(count: TillCount) -> None:
    with pytest.raises(PieceUnknown):
        count.checked(EUSKOS)


def test_slips_of_refunds_count_below_zero_and_cheques_never_do() -> None:
    assert TillCount(card_cents=-1).checked(EUSKOS).total_cents == -1
    with pytest.raises(AmountNotPositive):
        TillCount(cheque_cents=-1).checked(EUSKOS)


bundles = st.dictionaries(st.sampled_from(EUSKOS), st.integers(0, 5)).map(Bundle.of)


@given(bundles, st.integers(0, 4500), bundles, st.integers(0, 9))
def test_a_difference_is_what_was_counted_beyond_what_is_expected(held: Bundle, taken: int, notes: Bundle, euros: int) -> None:
    should_be = should_hold(MORNING, notes=held, euros_cents=taken)
    count = TillCount(notes, Bundle.of({100: euros}))
    found = difference(should_be, count)
    assert found.total_cents == count.total_cents - should_be.total_cents
    assert found.total_cents == found.surplus_notes.total_cents - found.missing_notes.total_cents + found.euros_cents
    assert should_be.notes - found.missing_notes + found.surplus_notes == notes
    exact = TillCount(should_be.notes, Bundle.of({1: should_be.euros_cents}))
    assert difference(should_be, exact).is_nothing
