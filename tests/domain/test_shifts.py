"""A clerk's session: which short codes are none, and when it locks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.shifts import SEEN_EVERY, SHIFT_LIFETIME, Shift, ShortCodeUnfit, checked_code

MORNING = datetime(2026, 5, 4, 7, 0, tzinfo=UTC)
IDLE = timedelta(minutes=10)
SHIFT = Shift(IDLE, MORNING + SHIFT_LIFETIME, MORNING)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("code", ["4071", "2580", "1357", "90210", "12344321"])
def test_a_code_of_four_to_eight_digits_is_taken(code: str) -> None:
    assert checked_code(code) == code


@pytest.mark.parametrize("code", ["", "407", "407140714", "1234", "87654321", "0000", "407a", "４０７１", "40 71", "-407"])
def test_a_code_that_everybody_tries_first_or_that_is_none_is_refused(code: str) -> None:
    with pytest.raises(ShortCodeUnfit) as refused:
        checked_code(code)
    assert code == "" or code not in str(refused.value.values)


@given(st.integers(0, 9), st.integers(4, 8))
def test_no_row_of_digits_is_a_code(first: int, length: int) -> None:
    for step in (-1, 0, 1):
        digits = [first + step * place for place in range(length)]
        if all(0 <= digit <= 9 for digit in digits):
            with pytest.raises(ShortCodeUnfit):
                checked_code("".join(map(str, digits)))


def test_it_locks_when_nobody_used_it_for_the_time_of_the_charter() -> None:
    assert not SHIFT.is_locked(MORNING + IDLE - SECOND)
    assert SHIFT.is_locked(MORNING + IDLE)


def test_its_clerk_locks_it_at_once_and_a_later_use_opens_it() -> None:
    locked = Shift(IDLE, SHIFT.ends_at, seen_at=MORNING, locked_at=MORNING + SECOND)
    assert locked.is_locked(MORNING + SECOND)
    opened = Shift(IDLE, SHIFT.ends_at, seen_at=MORNING + 2 * SECOND, locked_at=MORNING + SECOND)
    assert not opened.is_locked(MORNING + 3 * SECOND)


def test_it_ends_with_the_shift() -> None:
    assert not SHIFT.is_over(SHIFT.ends_at - SECOND)
    assert SHIFT.is_over(SHIFT.ends_at)


@given(st.integers(1, 600), st.integers(0, 3600))
def test_a_request_that_is_not_remembered_never_makes_a_session_lock_much_too_early(idle: int, after: int) -> None:
    shift = Shift(timedelta(seconds=idle), SHIFT.ends_at, MORNING)
    moment = MORNING + timedelta(seconds=after)
    if not shift.is_worth_seeing(moment):
        assert moment - shift.seen_at < min(SEEN_EVERY, shift.idle)
