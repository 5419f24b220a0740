"""The change rule of desks: the published examples, and every small case tried by hand."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.domain.desks.bundles import NOTHING, Bundle, Sums, sums
from monnaielocale.domain.desks.change import Change, ChangeNeedsEuros, ChangeNeedsMore, TenderTooLow, change_due
from monnaielocale.domain.refusals import Refusal
from tests.yardstick import yardsticks

EUSKOS = (100, 200, 500, 1000, 2000)
FLOAT = Bundle.of({100: 10, 200: 10, 500: 4})
FOUR = Bundle.of({200: 2})


def change(price: int, notes: dict[int, int], euros: int, drawer: Bundle = FLOAT) -> Change:
    return change_due(
        price_cents=price, notes=Bundle.of(notes), euros_cents=euros, drawer=lambda: drawer, denominations_cents=EUSKOS
    )


@pytest.mark.parametrize(
    ("notes", "euros", "expected"),
    [
        ({100: 1}, 20, Change(NOTHING, 0)),
        ({500: 1}, 20, Change(FOUR, 0)),
        ({100: 1}, 100, Change(NOTHING, 80)),
        ({500: 1}, 100, Change(FOUR, 80)),
        ({100: 1}, 200, Change(NOTHING, 180)),
    ],
    ids=["1 eusko and 0.20", "5 eusko and 0.20", "1 eusko and 1 euro", "5 eusko and 1 euro", "1 eusko and 2 euros"],
)
def test_t12_the_published_rows_for_a_price_of_1_20(notes: dict[int, int], euros: int, expected: Change) -> None:
    assert change(120, notes, euros) == expected


def test_t12_two_euskos_for_1_20_are_refused_and_0_20_is_asked_for() -> None:
    with pytest.raises(ChangeNeedsEuros) as refused:
        change(120, {200: 1}, 0)
    assert refused.value.values == {"extra_euros": "0.20", "extra_euros_cents": 20}
    assert change(120, {200: 1}, 20) == Change(Bundle.of({100: 1}), 0)


def test_the_notes_just_given_may_be_given_back() -> None:
    assert change(120, {100: 1, 2000: 1}, 20, drawer=NOTHING) == Change(Bundle.of({2000: 1}), 0)


def test_an_empty_drawer_asks_for_euros_or_for_notes() -> None:
    with pytest.raises(ChangeNeedsMore) as refused:
        change(300, {500: 1}, 0, drawer=NOTHING)
    assert refused.value.values == {
        "extra_euros": "3.00",
        "extra_euros_cents": 300,
        "extra_notes": "3.00",
        "extra_notes_by_denomination": ((100, 100), (200, 200)),
    }
    assert change(300, {500: 1, 200: 1, 100: 1}, 0, drawer=NOTHING) == Change(Bundle.of({500: 1}), 0)
    assert change(300, {500: 1}, 300, drawer=NOTHING) == Change(Bundle.of({500: 1}), 0)


def test_one_note_more_may_be_all_that_is_wanting() -> None:
    with pytest.raises(ChangeNeedsMore) as refused:
        change(1100, {2000: 1}, 0, drawer=Bundle.of({1000: 1}))
    assert refused.value.values["extra_notes_by_denomination"] == ((100, 100),)
    assert change(1100, {2000: 1, 100: 1}, 0, drawer=Bundle.of({1000: 1})) == Change(Bundle.of({1000: 1}), 0)


def test_what_is_missing_is_asked_for() -> None:
    with pytest.raises(TenderTooLow) as refused:
        change(1250, {1000: 1}, 0)
    assert str(refused.value) == "2.50 is still missing: ask for it."
    assert refused.value.values["extra_euros_cents"] == 250
    assert "extra_notes" not in refused.value.values


def test_euros_alone_get_euros_back() -> None:
    assert change(120, {}, 500) == Change(NOTHING, 380)


def test_nothing_to_pay_and_nothing_given_is_no_change() -> None:
    assert change(0, {}, 0) == Change(NOTHING, 0)


# Amounts of a few cents stand for those of a few euros: the rule knows no other difference.
TINY = (2, 4, 5)
tiny_notes = st.dictionaries(st.sampled_from(TINY), st.integers(0, 2)).map(Bundle.of)


def composable(bundle: Bundle) -> set[int]:
    ranges = [range(count + 1) for _, count in bundle.pieces]
    return {
        sum(denomination * count for denomination, count in zip(bundle.counts, counts, strict=True))
        for counts in product(*ranges)
    }


def by_trying_everything(price: int, notes: Bundle, euros: int, drawer: Bundle) -> int | None:
    """The notes given back, as the rule says it, without any of our arithmetic."""
    too_much = notes.total_cents + euros - price
    if too_much < 0:
        return None
    fitting = [back for back in composable(drawer + notes) if 0 <= too_much - back <= euros and back <= notes.total_cents]
    return min(fitting, default=None)


@settings(max_examples=400)
@given(st.integers(0, 20), tiny_notes, st.integers(0, 8), tiny_notes)
def test_the_change_is_what_trying_everything_finds(price: int, notes: Bundle, euros: int, drawer: Bundle) -> None:
    expected = by_trying_everything(price, notes, euros, drawer)
    try:
        found = change_due(price_cents=price, notes=notes, euros_cents=euros, drawer=lambda: drawer, denominations_cents=TINY)
    except Refusal as refused:
        assert expected is None
        shows_the_smallest_that_would_do(refused, price, notes, euros, drawer)
    else:
        assert found.notes.total_cents == expected
        assert notes.total_cents + euros - found.notes.total_cents - found.euros_cents == price
        assert ((drawer + notes) - found.notes).total_cents + found.notes.total_cents == (drawer + notes).total_cents


def shows_the_smallest_that_would_do(refused: Refusal, price: int, notes: Bundle, euros: int, drawer: Bundle) -> None:
    extra = next(more for more in range(1, 60) if by_trying_everything(price, notes, euros + more, drawer) is not None)
    assert refused.values["extra_euros_cents"] == extra
    piles = sorted(
        (Bundle.of(dict(zip(TINY, counts, strict=True))) for counts in product(range(8), range(4), range(4))), key=total
    )
    tried = [pile for pile in piles if total(pile) < 16]
    smallest = next((pile for pile in tried if by_trying_everything(price, notes + pile, euros, drawer) is not None), None)
    told = Bundle.of_cents(dict(refused.values.get("extra_notes_by_denomination", ())))
    if smallest is None:
        assert not told or total(told) >= 16
    else:
        assert total(told) == total(smallest)
        assert by_trying_everything(price, notes + told, euros, drawer) is not None


def total(bundle: Bundle) -> int:
    return bundle.total_cents


big_drawers = st.fixed_dictionaries({each: st.integers(0, 300) for each in EUSKOS}).map(Bundle.of)


def added_one_by_one(bundle: Bundle) -> Sums:
    """The composable amounts by adding each single note, which takes long and cannot be wrong."""
    bits = 1
    for denomination, count in bundle.pieces:
        for _ in range(count):
            bits |= bits << denomination // 100
    return Sums(100, bits)


@settings(max_examples=20)
@given(big_drawers, st.integers(1, 10**5))
def test_a_large_drawer_gives_exactly_what_its_notes_make(drawer: Bundle, least: int) -> None:
    slow, fast = added_one_by_one(drawer), sums(drawer, drawer.total_cents)
    assert fast.smallest(least, drawer.total_cents) == slow.smallest(least, drawer.total_cents)
    assert fast.bits.bit_count() == slow.bits.bit_count()


@settings(max_examples=40)
@given(st.integers(1, 20000), st.sampled_from(EUSKOS), st.integers(1, 40), st.integers(0, 2000), big_drawers)
def test_a_large_tender_is_changed_by_the_rule(price: int, note: int, count: int, euros: int, drawer: Bundle) -> None:
    notes = Bundle.of({note: count})
    held = added_one_by_one(drawer + notes)
    too_much = notes.total_cents + euros - price
    expected = held.smallest(max(too_much - euros, 0), min(notes.total_cents, too_much)) if too_much >= 0 else None
    try:
        found = change_due(price_cents=price, notes=notes, euros_cents=euros, drawer=lambda: drawer, denominations_cents=EUSKOS)
    except Refusal:
        assert expected is None
    else:
        assert found.notes.total_cents == expected
        assert 0 <= found.euros_cents <= euros


def test_change_from_hundreds_of_notes_takes_no_time() -> None:
    drawer = Bundle.of({100: 399, 200: 301, 500: 257, 1000: 199, 2000: 150})
    assert yardsticks(lambda: [change(120, {2000: 1}, 20, drawer) for _ in range(20)]) < 1
