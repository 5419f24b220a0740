"""Notes and coins counted: what is there, what can be taken out, and in which pieces."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.desks.bundles import (
    EURO_PIECES_CENTS,
    NOTHING,
    Bundle,
    PiecesLacking,
    PiecesNegative,
    PiecesNotWhole,
    PieceUnknown,
    endless_sums,
    fewest_pieces,
    smallest_pieces,
    sums,
)
from tests.yardstick import yardsticks

EUSKOS = (100, 200, 500, 1000, 2000)
ODD = (2, 3, 4, 7)
small_bundles = st.dictionaries(st.sampled_from(ODD), st.integers(0, 3)).map(Bundle.of)


def choices(bundle: Bundle, amount_cents: int) -> list[Bundle]:
    """Every way to count the amount out of the bundle."""
    ranges = [range(count + 1) for _, count in bundle.pieces]
    ways = (Bundle.of(dict(zip(bundle.counts, counts, strict=True))) for counts in product(*ranges))
    return [way for way in ways if way.total_cents == amount_cents]


def test_a_bundle_is_worth_its_pieces() -> None:
    bundle = Bundle.of({2000: 2, 500: 1, 100: 0})
    assert (bundle.total_cents, bundle.count) == (4500, 3)
    assert bundle.pieces == ((500, 1), (2000, 2))
    assert str(bundle) == "1 × 5.00 + 2 × 20.00"
    assert bundle and not NOTHING
    assert str(NOTHING) == "0"


def test_the_books_write_cents_by_denomination() -> None:
    assert Bundle.of_cents({2000: 4000, 500: 500}) == Bundle.of({2000: 2, 500: 1})
    assert Bundle.of({2000: 2, 500: 1}).cents_by_denomination == {500: 500, 2000: 4000}


def test_half_a_note_is_refused() -> None:
    with pytest.raises(PiecesNotWhole) as refused:
        Bundle.of_cents({2000: 3000})
    assert str(refused.value) == "30.00 is not a whole number of notes or coins of 20.00."


def test_fewer_than_no_notes_are_refused() -> None:
    with pytest.raises(PiecesNegative):
        Bundle.of({2000: -1})


def test_a_note_that_does_not_exist_is_refused() -> None:
    with pytest.raises(PieceUnknown) as refused:
        Bundle.of({300: 1}).checked(EUSKOS)
    assert str(refused.value) == "There is no note or coin of 3.00: count those of 1.00, 2.00, 5.00, 10.00, 20.00."
    assert Bundle.of({1: 3, 50000: 1}).checked(EURO_PIECES_CENTS).count == 4


def test_more_than_what_is_there_cannot_be_taken() -> None:
    with pytest.raises(PiecesLacking) as refused:
        Bundle.of({500: 1}) - Bundle.of({500: 2})
    assert refused.value.values == {"denomination": "5.00", "held": 1, "asked": 2}


@given(small_bundles, small_bundles)
def test_what_was_added_can_be_taken_out_again(left: Bundle, right: Bundle) -> None:
    assert (left + right) - right == left
    assert (left + right).total_cents == left.total_cents + right.total_cents


@given(small_bundles, st.integers(0, 60), st.integers(-5, 60), st.integers(-5, 60))
def test_the_sums_are_those_that_trying_everything_finds(bundle: Bundle, most: int, least: int, limit: int) -> None:
    every = {amount for amount in range(most + 1) if choices(bundle, amount)}
    found = sums(bundle, most)
    within = [amount for amount in every if least <= amount <= limit]
    assert found.smallest(least, limit) == (min(within) if within else None)
    below = [amount for amount in every if amount <= limit]
    assert found.largest(limit) == (max(below) if below else None)


@given(small_bundles, st.integers(-3, 50))
def test_the_fewest_pieces_are_taken_and_the_smallest_kept(bundle: Bundle, amount: int) -> None:
    every = choices(bundle, amount)
    best = min(every, key=lambda way: (way.count, [way.counts.get(each, 0) for each in ODD]), default=None)
    assert fewest_pieces(bundle, amount) == best


@given(small_bundles, st.integers(-3, 50))
def test_the_smallest_pieces_are_taken_first_when_they_are_asked_for(bundle: Bundle, amount: int) -> None:
    every = choices(bundle, amount)
    best = max(every, key=lambda way: [way.counts.get(each, 0) for each in ODD], default=None)
    assert smallest_pieces(bundle, amount) == best


def test_among_three_notes_and_three_notes_the_small_ones_stay_in_the_drawer() -> None:
    drawer = Bundle.of({2000: 1, 1000: 3, 500: 2})
    assert fewest_pieces(drawer, 3000) == Bundle.of({1000: 1, 2000: 1})
    assert fewest_pieces(Bundle.of({2000: 1, 1000: 3, 500: 2}) - Bundle.of({1000: 1}), 3000) == Bundle.of({2000: 1, 1000: 1})
    assert fewest_pieces(Bundle.of({400: 3, 700: 1, 300: 1, 200: 1}), 1200) == Bundle.of({400: 3})


def test_the_largest_note_is_not_always_the_shortest_way() -> None:
    assert fewest_pieces(Bundle.of({700: 1, 200: 5, 400: 2}), 800) == Bundle.of({400: 2})


def test_as_many_notes_as_one_likes() -> None:
    assert endless_sums((200, 500), 1100).smallest(301, 1100) == 400
    assert endless_sums((200, 500), 300).smallest(1, 199) is None
    assert endless_sums((), 300).smallest(1, 300) is None


def test_hundreds_of_notes_take_no_time() -> None:
    drawer = Bundle.of({100: 399, 200: 301, 500: 257, 1000: 199, 2000: 150})
    assert sums(drawer, drawer.total_cents).largest(drawer.total_cents) == drawer.total_cents
    assert yardsticks(lambda: sums(drawer, drawer.total_cents)) < 1
    assert yardsticks(lambda: fewest_pieces(drawer, 49900)) < 1
