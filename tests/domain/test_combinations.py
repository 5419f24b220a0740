"""Exact, bounded searches for amounts that sum to another."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.matching.combinations import Amounts, some_or_all_but_some
from tests.yardstick import yardsticks

CENTS = st.lists(st.integers(1, 40), max_size=9)


@given(CENTS, st.integers(-5, 200), st.integers(1, 3))
def test_the_search_finds_what_trying_everything_finds(cents: list[int], target: int, at_least: int) -> None:
    every = [
        picked
        for size in range(at_least, 6)
        for picked in combinations(range(len(cents)), size)
        if sum(cents[position] for position in picked) == target
    ]
    found = Amounts(cents).search(target, at_least=at_least).found
    assert len(found) == min(2, len(every))
    assert set(found) <= set(every)


@given(CENTS, st.integers(1, 200))
def test_all_but_some_are_counted_once(cents: list[int], target: int) -> None:
    count = len(cents)
    every = {
        picked
        for size in range(2, count + 1)
        if size <= 5 or count - size in range(1, 6)
        for picked in combinations(range(count), size)
        if sum(cents[position] for position in picked) == target and (size <= 5 or size < count)
    }
    found = some_or_all_but_some(Amounts(cents), target).found
    assert set(found) <= every
    assert len(found) == min(2, len(every))


def test_many_amounts_are_searched_less_deeply_and_the_answer_says_so() -> None:
    assert Amounts(range(1, 41)).search(10**9).size_searched == 5
    assert Amounts(range(1, 62)).search(10**9).size_searched == 3
    assert Amounts(range(1, 5_001)).search(10**9).size_searched == 1


def test_a_hard_search_stays_short() -> None:
    def search_all() -> None:
        for count in (40, 60, 120, 2_000, 10_000):
            Amounts([2 * number + 2 for number in range(count)]).search(count + 1 - count % 2)
        Amounts([100] * 40).search(450)

    assert yardsticks(search_all) < 30
