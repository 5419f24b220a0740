"""Statements that continue, overlap, repeat or contradict what the books know of an account."""

from collections import Counter
from collections.abc import Sequence
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monnaielocale.domain.statements.bank import BankAccountName, Movement, Statement
from monnaielocale.domain.statements.continuity import (
    Continuation,
    Held,
    KnownAccount,
    KnownLine,
    StatementAmbiguous,
    StatementDisagrees,
    StatementMissing,
    StatementNotBalanced,
    StatementOpensElsewhere,
    StatementWithoutBalances,
    continue_account,
    continue_statements,
    known_after,
    lines_wanted_from,
)
from monnaielocale.domain.statements.readings import parts_with_sum

ACCOUNT = BankAccountName(iban="FR7630006000011234567890189")
OPENING = 100_000


def on(day: int) -> date:
    return date(2026, 3, day)


def moved(day: int, cents: int, label: str = "VIR") -> Movement:
    return Movement(booked_on=on(day), amount_cents=cents, label=label)


def stated(first: int, last: int, opening: int, *movements: Movement) -> Statement:
    closing = opening + sum(movement.amount_cents for movement in movements)
    return Statement(
        account=ACCOUNT,
        currency="EUR",
        covers_from=on(first),
        closing_on=on(last),
        opening_cents=opening,
        closing_cents=closing,
        movements=movements,
    )


def books(closing_on: int, *lines: tuple[int, int] | tuple[int, int, str], opening: int = OPENING) -> KnownAccount:
    known = KnownAccount(closing_cents=opening, closing_on=None)
    outcome = continue_account(known, stated(1, closing_on, opening, *(moved(*line) for line in lines)))
    assert isinstance(outcome, Continuation)
    return known_after(known, outcome)


def new_in(outcome: Continuation | Held) -> list[tuple[int, int, int]]:
    assert isinstance(outcome, Continuation), outcome
    return [(movement.booked_on.day, movement.amount_cents, occurrence) for movement, occurrence in outcome.new]


def held(outcome: Continuation | Held) -> Held:
    assert isinstance(outcome, Held), outcome
    return outcome


def test_the_first_statement_opens_at_the_opening_balance_of_the_books() -> None:
    known = KnownAccount(closing_cents=OPENING, closing_on=None)
    first = stated(1, 3, OPENING, moved(2, 30_000), moved(2, 30_000))
    assert new_in(continue_account(known, first)) == [(2, 30_000, 1), (2, 30_000, 2)]
    with pytest.raises(StatementOpensElsewhere) as refused:
        continue_account(known, stated(1, 3, OPENING + 1, moved(2, 30_000)))
    assert str(refused.value) == (
        "The first statement opens at 1000.01 EUR on 2026-03-01, but the books of this account open at 1000.00 EUR."
    )


def test_a_statement_without_balances_is_refused() -> None:
    bare = Statement(ACCOUNT, "EUR", on(1), on(2), None, None, (moved(1, 100),))
    with pytest.raises(StatementWithoutBalances):
        continue_account(books(3, (1, 100)), bare)


def test_a_statement_whose_movements_do_not_make_its_closing_balance_is_refused() -> None:
    wrong = Statement(ACCOUNT, "EUR", on(4), on(5), 100_100, 100_201, (moved(4, 100),))
    with pytest.raises(StatementNotBalanced):
        continue_account(books(3, (1, 100)), wrong)


def test_two_identical_lines_of_one_day_are_two_lines_and_importing_again_leaves_two() -> None:
    known = books(3, (2, 30_000), (2, 30_000))
    assert [line.occurrence for line in known.lines] == [1, 2]
    again = continue_account(known, stated(1, 3, OPENING, moved(2, 30_000), moved(2, 30_000)))
    assert new_in(again) == []
    assert isinstance(again, Continuation)
    assert len(again.known) == 2


def test_the_next_days_are_all_new_and_a_late_booking_beside_a_twin_too() -> None:
    known = books(3, (2, 30_000))
    late = continue_account(known, stated(4, 5, 130_000, moved(2, 30_000), moved(4, 500)))
    assert new_in(late) == [(2, 30_000, 2), (4, 500, 1)]
    assert isinstance(late, Continuation)
    assert str(late.notices[0]) == "The bank booked 1 movements on days that the books had closed, the first on 2026-03-02."


def test_an_overlapping_statement_adds_only_what_it_proves_to_be_new() -> None:
    known = books(4, (2, 30_000), (3, 500), (4, 700))
    overlap = stated(3, 6, 130_000, moved(3, 500), moved(4, 700), moved(4, 700), moved(6, 900))
    assert new_in(continue_account(known, overlap)) == [(4, 700, 2), (6, 900, 1)]


def test_an_overlapping_statement_that_lists_a_late_booking_adds_it_when_whole_days_prove_it() -> None:
    known = books(4, (2, 30_000), (3, 500), (4, 700))
    overlap = stated(2, 5, OPENING, moved(2, 30_000), moved(3, 500), moved(3, 500), moved(4, 700), moved(5, 100))
    assert new_in(continue_account(known, overlap)) == [(3, 500, 2), (5, 100, 1)]


def test_a_late_booking_delivered_again_is_known() -> None:
    known = books(3, (2, 30_000))
    late = stated(4, 5, 130_000, moved(2, 30_000), moved(4, 500))
    first = continue_account(known, late)
    assert isinstance(first, Continuation)
    assert new_in(continue_account(known_after(known, first), late)) == []


def test_a_statement_inside_what_the_books_know_adds_nothing() -> None:
    known = books(6, (2, 30_000), (3, 500), (3, 500), (5, -200))
    assert new_in(continue_account(known, stated(3, 4, 130_000, moved(3, 500), moved(3, 500)))) == []


def test_a_statement_inside_what_the_books_know_with_another_content_is_held_with_its_days() -> None:
    known = books(6, (2, 30_000), (3, 500), (4, 800), (5, -200))
    other = held(continue_account(known, stated(2, 5, OPENING, moved(2, 30_000), moved(3, 500), moved(4, 900), moved(5, -200))))
    assert isinstance(other.reason, StatementDisagrees)
    assert other.days == (on(4),)
    assert str(other.reason) == "The statement and the books do not list the same movements on 2026-03-04."
    elsewhere = held(continue_account(known, stated(3, 4, 999, moved(3, 500), moved(4, 800))))
    assert elsewhere.days == (on(3),)


def test_a_gap_is_held_with_its_days_and_the_missing_amount() -> None:
    known = books(3, (2, 30_000))
    gap = held(continue_account(known, stated(6, 7, 130_500, moved(6, 100))))
    assert isinstance(gap.reason, StatementMissing)
    assert gap.days == (on(4), on(5))
    assert "A statement of 5.00 EUR in between is missing" in str(gap.reason)
    assert "\n" not in str(gap.reason)


def test_the_rest_of_a_half_known_day_is_new_even_beside_a_twin() -> None:
    noon = books(3, (2, 30_000), (3, 500))
    afternoon = stated(3, 3, 130_500, moved(3, 500), moved(3, 700))
    assert new_in(continue_account(noon, afternoon)) == [(3, 500, 2), (3, 700, 1)]
    whole_day = stated(3, 4, 130_000, moved(3, 500), moved(3, 500), moved(3, 700), moved(4, 100))
    assert new_in(continue_account(noon, whole_day)) == [(3, 500, 2), (3, 700, 1), (4, 100, 1)]


def test_a_statement_that_opens_during_our_last_day_adds_only_what_follows() -> None:
    # The opening balance of a CFONB file is dated the 3rd at noon, so the statement is said to cover the 4th on.
    known = books(3, (3, 500), (3, 700), (3, 700))
    from_noon = stated(4, 4, 101_200, moved(3, 700), moved(4, 900))
    assert new_in(continue_account(known, from_noon)) == [(4, 900, 1)]
    zero_sum = books(3, (3, 500), (3, 700), (3, -700))
    doubtful = held(continue_account(zero_sum, stated(4, 4, 100_500, moved(3, 700), moved(3, -700), moved(4, 900))))
    assert isinstance(doubtful.reason, StatementAmbiguous)


def test_half_a_day_that_the_balances_cannot_place_is_held_with_both_readings() -> None:
    noon = books(3, (3, 500), (3, -500))
    doubtful = held(continue_account(noon, stated(3, 3, OPENING, moved(3, 500), moved(3, -500))))
    assert isinstance(doubtful.reason, StatementAmbiguous)
    assert doubtful.days == (on(3),)
    assert sorted(len(reading.new) for reading in doubtful.readings) == [0, 2]


def test_the_missing_middle_of_a_day_is_held() -> None:
    morning = books(3, (3, 500))
    evening = held(continue_account(morning, stated(3, 3, 100_800, moved(3, 900))))
    assert isinstance(evening.reason, StatementMissing)
    assert evening.days == (on(3),)


def test_texts_choose_which_twin_is_the_known_one() -> None:
    known = books(3, (3, 500, "VIR ETCHEVERRY MAIDER"))
    whole_day = stated(3, 4, OPENING, moved(3, 500, "VIR DUHALDE PEIO"), moved(3, 500, "ETCHEVERRY MAIDER SALAIRE"))
    outcome = continue_account(known, whole_day)
    assert isinstance(outcome, Continuation)
    assert [(movement.label, occurrence) for movement, occurrence in outcome.new] == [("VIR DUHALDE PEIO", 2)]
    assert [(line.texts, movement.label) for line, movement in outcome.known] == [
        (("VIR ETCHEVERRY MAIDER",), "ETCHEVERRY MAIDER SALAIRE")
    ]


def test_movements_of_zero_are_left_out() -> None:
    known = books(3, (3, 500))
    assert new_in(continue_account(known, stated(4, 4, 100_500, moved(4, 0, "FRAIS OFFERTS"), moved(4, 100)))) == [(4, 100, 1)]


def test_statements_of_one_file_follow_each_other_and_one_gap_holds_them_all() -> None:
    known = books(3, (3, 500))
    april, may = stated(4, 5, 100_500, moved(4, 100)), stated(6, 7, 100_600, moved(7, 100), moved(7, 100))
    outcome = continue_statements(known, [may, april])
    assert isinstance(outcome, tuple)
    assert [new_in(one) for one in outcome] == [[(4, 100, 1)], [(7, 100, 1), (7, 100, 2)]]
    gap = continue_statements(known, [april, stated(6, 7, 999, moved(7, 100))])
    assert isinstance(gap, Held)


def test_known_lines_are_wanted_from_the_earliest_booking() -> None:
    assert lines_wanted_from([stated(4, 5, 0, moved(2, 100)), stated(6, 7, 100)]) == on(2)


def test_a_busy_day_of_credits_delivered_again_is_settled() -> None:
    lines = [(3, 1_000 + number % 40) for number in range(300)]
    known = books(3, *lines)
    again = stated(3, 4, OPENING, *(moved(*line) for line in lines), moved(4, 100))
    assert new_in(continue_account(known, again)) == [(4, 100, 1)]


def test_a_day_with_too_many_ways_to_be_read_is_held() -> None:
    lines = [(3, sign * (10_007 * number + number**3)) for number in range(1, 60) for sign in (1, -1)]
    assert parts_with_sum(Counter((on(day), cents) for day, cents in lines), 12_345) is None
    known = books(3, *lines)
    outcome = held(continue_account(known, stated(3, 3, OPENING, *(moved(*line) for line in lines))))
    assert isinstance(outcome.reason, StatementAmbiguous)


History = list[list[int]]


def flat(history: History) -> list[tuple[int, int]]:
    return [(day, cents) for day, amounts in enumerate(history, start=1) for cents in amounts]


def stretch(lines: Sequence[tuple[int, int]], start: int, end: int, first: int, last: int, *, backwards: bool) -> Statement:
    """What a bank delivers of its own lines from one place to another, in the order that the format likes."""
    opening = OPENING + sum(cents for _, cents in lines[:start])
    within = [moved(day, cents) for day, cents in lines[start:end]]
    return stated(first, last, opening, *(reversed(within) if backwards else within))


def of(known: KnownAccount) -> Counter[tuple[int, int]]:
    return Counter((line.booked_on.day, line.amount_cents) for line in known.lines)


def occurrences_are_gapless(lines: Sequence[KnownLine]) -> bool:
    groups: dict[tuple[date, int], list[int]] = {}
    for line in lines:
        groups.setdefault((line.booked_on, line.amount_cents), []).append(line.occurrence)
    return all(sorted(group) == list(range(1, len(group) + 1)) for group in groups.values())


# No part of these amounts sums to zero, so that whole days always tell where they lie.
DISTINGUISHABLE = st.lists(st.lists(st.sampled_from([300, 300, 125, -70_001]), max_size=5), min_size=1, max_size=6)


@given(history=DISTINGUISHABLE, data=st.data())
@settings(max_examples=80)
def test_whole_days_in_any_overlapping_statements_give_the_history_exactly(history: History, data: st.DataObject) -> None:
    lines, days = flat(history), len(history)
    known, reached = KnownAccount(closing_cents=OPENING, closing_on=None), 0
    while reached < days or data.draw(st.booleans()):
        first = data.draw(st.integers(1, min(reached + 1, days))) if reached else 1
        last = data.draw(st.integers(first, days))
        start, end = (sum(len(amounts) for amounts in history[:day]) for day in (first - 1, last))
        outcome = continue_account(known, stretch(lines, start, end, first, last, backwards=data.draw(st.booleans())))
        assert isinstance(outcome, Continuation), outcome
        known, reached = known_after(known, outcome), max(reached, last)
        assert of(known) == Counter(line for line in lines if line[0] <= reached)
        assert known.closing_cents == OPENING + sum(cents for day, cents in lines if day <= reached)
    assert occurrences_are_gapless(known.lines)


CONFUSABLE = st.lists(st.lists(st.sampled_from([300, -300, 200, 100]), max_size=4), min_size=1, max_size=4)


@given(history=CONFUSABLE, data=st.data())
@settings(max_examples=150)
@example(history=[[300, -300, 300]], data=None)
def test_days_cut_anywhere_never_give_a_duplicate_nor_lose_a_line(history: History, data: st.DataObject | None) -> None:
    lines, known, reached = flat(history), KnownAccount(closing_cents=OPENING, closing_on=None), 0
    places = _cuts(len(lines), data)
    for start, end in places:
        opens_at_a_closing = (start + end) % 3 == 0
        if start > reached or (known.closing_on is None and start > 0):
            continue
        day_at = [day for day, _ in lines]
        first = day_at[start] if start < len(lines) else len(history)
        last = day_at[end - 1] if end > start else first
        if opens_at_a_closing and start > 0:
            first = min(day_at[start - 1] + 1, last)
        outcome = continue_account(known, stretch(lines, start, end, first, last, backwards=start % 2 == 1))
        if isinstance(outcome, Held):
            assert outcome.days
            continue
        known, reached = known_after(known, outcome), max(reached, end)
        assert of(known) == Counter(lines[:reached])
        assert occurrences_are_gapless(known.lines)


def _cuts(length: int, data: st.DataObject | None) -> list[tuple[int, int]]:
    if data is None:
        return [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)]
    place = st.integers(0, length)
    drawn = data.draw(st.lists(st.tuples(place, place), min_size=3, max_size=10))
    return [(min(pair), max(pair)) for pair in drawn] + [(0, length)]
