"""Matches tried on facts: no line and no payment gives more than it has, and every entry is whole."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.domain.chart import Form, account
from monnaielocale.domain.explaining.explanations import explain
from monnaielocale.domain.explaining.facts import (
    DueFacts,
    Facts,
    GrantFacts,
    LineFacts,
    PartGiven,
    PartKind,
    PartyFacts,
    PaymentFacts,
    unknown_payer,
)
from monnaielocale.domain.explaining.proposals import expected_on, parts_of
from monnaielocale.domain.explaining.reasons_kept import kept_reason, kept_refusal, reason_of
from monnaielocale.domain.ledger import Entry, Line
from monnaielocale.domain.matching.propose import Proposal
from monnaielocale.domain.money import Money
from monnaielocale.domain.reasons import Reason
from monnaielocale.domain.refusals import Refusal

MONDAY = date(2026, 1, 5)
LINES = [UUID(int=number) for number in range(1, 5)]
PAYMENTS = [UUID(int=number) for number in range(11, 14)]
DUES = [UUID(int=number) for number in range(21, 23)]


def facts() -> Facts:
    """Two lines that arrived, two that left, three payments and two transfers due."""
    amounts = [50_000, 20_000, -50_000, -7_000]
    return Facts(
        "eusko",
        {
            one: LineFacts(one, f"IBAN{place % 2}", Form.DIGITAL if place % 2 else Form.NOTES, MONDAY, cents, abs(cents))
            for place, (one, cents) in enumerate(zip(LINES, amounts, strict=True))
        },
        {
            one: PaymentFacts(one, UUID(int=99), "RF00RUN", row, "bayonne", f"E0000{row}", "", 10_000 * row, 3_000, 2_000)
            for row, one in enumerate(PAYMENTS, start=1)
        },
        {
            DUES[0]: DueFacts(DUES[0], "redemption", Form.NOTES, "E00001", 7_000, True),
            DUES[1]: DueFacts(DUES[1], "return", Form.DIGITAL, "bayonne", 5_000, True),
        },
        {
            "E00001": PartyFacts(UUID(int=31), "E00001", member=True),
            "bayonne": PartyFacts(UUID(int=32), "bayonne"),
        },
        {("bayonne", "notes"): GrantFacts("bayonne", "notes", (5_000, 2_000), 0)},
    )


parts = st.builds(
    PartGiven,
    st.sampled_from([str(kind) for kind in PartKind] + ["present"]),
    st.sampled_from([-1, 0, 1, 2_000, 3_000, 5_000, 7_000, 10_000, 20_000, 50_000]),
    st.sampled_from([None, *PAYMENTS]),
    st.sampled_from(["", "E00001", "bayonne", "nobody"]),
    st.sampled_from([None, *DUES]),
    st.sampled_from([None, *LINES]),
)


def fitting(part: PartGiven) -> PartGiven:
    """The same part without what its kind does not take, so that chance meets more than refusals."""
    kept: dict[str, set[str]] = {
        "payment_id": {"allocation", "recall", "recall_missing"},
        "party": {"to_return", "top_up", "dues", "gift", "grant", "recall_missing", "debt_recovered"},
        "transfer_due_id": {"transfer_made"},
        "other_line_id": {"own_transfer"},
    }
    values = {name: getattr(part, name) for name, kinds in kept.items() if part.kind in kinds}
    return PartGiven(part.kind, part.amount_cents, **values)


def sums(entry: Entry) -> tuple[int, int]:
    euros = sum(line.cents for line in entry.lines if account(line.account).role.money == "euro")
    return euros, sum(line.cents for line in entry.lines) - euros


@settings(max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(LINES), st.lists(parts.map(fitting), min_size=1, max_size=4)), max_size=12))
def test_whatever_is_tried_nothing_gives_more_than_it_has(tries: list[tuple[UUID, list[PartGiven]]]) -> None:
    known = facts()
    explained = dict.fromkeys(LINES, 0)
    paid = dict.fromkeys(PAYMENTS, 0)
    for line_id, given_parts in tries:
        before = deepcopy(known)
        try:
            found = explain(known, line_id, given_parts, MONDAY)
        except Refusal:
            assert known == before
            continue
        assert known == before
        known.keep(found.after)
        assert sums(found.entry) == (0, 0)
        total = sum(part.amount_cents for part in given_parts)
        taken = [line for line in found.entry.lines if "unattributed" in line.account]
        assert [abs(line.cents) for line in taken] == [total]
        explained[line_id] += total
        for part in given_parts:
            if part.kind == "allocation" and part.payment_id:
                paid[part.payment_id] += part.amount_cents
    start = facts()
    assert all(explained[one] <= start.lines[one].open_cents for one in LINES)
    assert all(known.lines[one].open_cents == start.lines[one].open_cents - explained[one] for one in LINES)
    assert all(paid[one] <= start.payments[one].open_cents for one in PAYMENTS)
    assert all(one.held_cents >= 0 and one.missing_cents >= 0 and one.open_cents >= 0 for one in known.payments.values())


@settings(max_examples=300)
@given(st.sampled_from(LINES), st.lists(parts.map(fitting), min_size=1, max_size=4))
def test_a_match_taken_back_leaves_the_facts_as_they_were(line_id: UUID, given_parts: list[PartGiven]) -> None:
    known, before = facts(), facts()
    try:
        found = explain(known, line_id, given_parts, MONDAY)
    except Refusal:
        return
    known.keep(found.after)
    assert known != before
    known.take_back(line_id, found.parts)
    assert known == before


def lines_of(line: UUID, *given_parts: PartGiven) -> str:
    return "\n".join(str(one) for one in explain(facts(), line, given_parts, MONDAY).entry.lines)


@pytest.mark.parametrize(
    ("written", "entry"),
    [
        (
            lambda: lines_of(LINES[1], PartGiven("allocation", 10_000, payment_id=PAYMENTS[0]), PartGiven("to_return", 500)),
            "Dr received_unattributed.digital 105.00\n"
            "Cr to_credit:bayonne:RF00RUN 100.00\n"
            "Cr to_return.digital:eusko:unknown-payer 5.00",
        ),
        (
            lambda: lines_of(LINES[0], PartGiven("allocation", 10_000, payment_id=PAYMENTS[0])),
            "Dr received_unattributed.notes 100.00\n"
            "Dr transfers.digital 100.00\n"
            "Cr transfers.notes 100.00\n"
            "Cr to_credit:bayonne:RF00RUN 100.00",
        ),
        (
            lambda: lines_of(LINES[3], PartGiven("transfer_made", 7_000, transfer_due_id=DUES[0])),
            "Dr redemption_due.notes:E00001 70.00\n"
            "Cr paid_unattributed.digital 70.00\n"
            "Dr transfers.digital 70.00\n"
            "Cr transfers.notes 70.00",
        ),
        (
            lambda: lines_of(
                LINES[3],
                PartGiven("recall", 3_000, payment_id=PAYMENTS[1]),
                PartGiven("recall_missing", 2_000, payment_id=PAYMENTS[1], party="bayonne"),
                PartGiven("charge", 100),
            ),
            "Dr to_credit:bayonne:RF00RUN 30.00\n"
            "Cr paid_unattributed.digital 51.00\n"
            "Dr owed_by.digital:bayonne 20.00\n"
            "Dr operating.digital 1.00",
        ),
        (
            lambda: lines_of(LINES[2], PartGiven("own_money_out", 1_000), PartGiven("own_transfer", 2_000)),
            "Dr operating.notes 10.00\nCr paid_unattributed.notes 30.00\nDr transfers.notes 20.00",
        ),
    ],
)
def test_the_parts_of_a_match_make_one_entry(written: Callable[[], str], entry: str) -> None:
    assert written() == entry


def test_an_instalment_is_recognised_by_its_amount() -> None:
    found = explain(facts(), LINES[1], [PartGiven("grant", 5_000, party="bayonne")], MONDAY)
    assert found.parts[0].note == "notes"
    assert found.after.grants["bayonne", "notes"].next_cents == 2_000


REASON = Reason("because", {"count": 1})


@pytest.mark.parametrize(
    ("proposal", "expected"),
    [
        (
            Proposal(LINES[0], "overpayment", "proposed", REASON, ((PAYMENTS[0], 10_000),), 40_000),
            (PartGiven("allocation", 10_000, PAYMENTS[0]), PartGiven("to_return", 40_000, party="bayonne", note="overpayment")),
        ),
        (
            Proposal(LINES[0], "allocation", "proposed", REASON, ((PAYMENTS[0], 10_000),), 40_000),
            (PartGiven("allocation", 10_000, PAYMENTS[0]),),
        ),
        (
            Proposal(LINES[0], "paid_twice", "proposed", REASON, (), 50_000),
            (PartGiven("to_return", 50_000, party="bayonne", note="paid_twice"),),
        ),
        (
            Proposal(LINES[0], "top_up", "proposed", REASON, member_number="E00001"),
            (PartGiven("top_up", 50_000, party="E00001"),),
        ),
        (Proposal(LINES[2], "charge", "proposed", REASON), (PartGiven("charge", 50_000),)),
        (
            Proposal(LINES[2], "own_transfer", "proposed", REASON, other_line_id=LINES[0]),
            (PartGiven("own_transfer", 50_000, other_line_id=LINES[0]),),
        ),
        (
            Proposal(LINES[2], "transfer_made", "proposed", REASON, transfer_id=DUES[1]),
            (PartGiven("transfer_made", 50_000, transfer_due_id=DUES[1]),),
        ),
        (Proposal(LINES[0], "ambiguous", "proposed", REASON), ()),
        (Proposal(LINES[0], "run_named", "proposed", REASON), ()),
        (Proposal(LINES[0], "unknown", "proposed", REASON), ()),
    ],
)
def test_a_proposal_of_the_program_becomes_the_parts_that_a_person_confirms(
    proposal: Proposal, expected: tuple[PartGiven, ...]
) -> None:
    assert parts_of(proposal, 50_000, "bayonne") == expected


def test_a_months_euros_are_expected_at_its_end_and_those_paid_once_after_the_signature() -> None:
    signed = date(2026, 2, 3)
    assert expected_on(first_on=date(2026, 1, 1), last_on=date(2026, 1, 31), signed_on=signed) == date(2026, 1, 31)
    assert expected_on(first_on=date(2026, 1, 1), last_on=date(2026, 12, 31), signed_on=signed) == signed


def test_a_kept_reason_is_said_again_with_its_values() -> None:
    values = {"rest": Money(-1250), "day": MONDAY, "count": 3, "named": "Maite"}
    reason = Reason("{rest} on {day}, {count} times, for {named}", values)
    assert reason_of(kept_reason(reason)) == reason
    assert str(reason_of(kept_refusal(TooMuch(rest=Money(100), line=LINES[0])))) == f"1.00 EUR too much on {LINES[0]}."


class TooMuch(Refusal):
    """{rest} too much on {line}."""

    code = "too_much_in_a_test"


def test_the_unknown_payer_is_one_party_of_each_book() -> None:
    found = explain(facts(), LINES[0], [PartGiven("to_return", 1, party="unknown-payer"), PartGiven("to_return", 2)], MONDAY)
    assert {part.party for part in found.parts} == {unknown_payer("eusko")}
    assert Line("to_return.notes:eusko:unknown-payer", -3) in found.entry.lines
