"""What may be credited: never more than mandate, run and bank lines allow."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.payments.crediting import PaymentToCredit, SetAside, decide_credits, decide_returns

JANUARY = date(2026, 1, 1)
MANDATE = UUID(int=7)
FUNDED = PaymentToCredit(
    id=UUID(int=1),
    row=2,
    member="E00001",
    mandate_id=MANDATE,
    amount_cents=30000,
    allocated_cents=30000,
    recalled_cents=0,
    credited_cents=0,
    taken_back_cents=0,
    returned_cents=0,
)


def credited(*payments: PaymentToCredit) -> list[tuple[int, int, str | None]]:
    decisions = decide_credits(payments, period_first_on=JANUARY)
    return [(one.credit_cents, one.aside_cents, one.reason) for one in decisions]


def test_a_funded_payment_is_credited_to_the_cent() -> None:
    assert credited(FUNDED) == [(30000, 0, None)]


@pytest.mark.parametrize(
    "payment",
    [
        replace(FUNDED, allocated_cents=29999),
        replace(FUNDED, allocated_cents=0),
        replace(FUNDED, recalled_cents=1),
        replace(FUNDED, credited_cents=30000),
        replace(FUNDED, credited_cents=30000, taken_back_cents=30000),
        replace(FUNDED, returned_cents=30000),
    ],
)
def test_a_payment_waits_or_is_settled(payment: PaymentToCredit) -> None:
    assert credited(payment) == []


@pytest.mark.parametrize(
    ("payment", "reason"),
    [
        (replace(FUNDED, revoked=True), SetAside.MANDATE_REVOKED),
        (replace(FUNDED, left_on=JANUARY), SetAside.MEMBER_LEFT),
        (replace(FUNDED, ended_on=date(2025, 12, 31)), SetAside.MANDATE_ENDED),
        (replace(FUNDED, share_cents=20000, period_credited_cents=20000), SetAside.ABOVE_SHARE),
    ],
)
def test_a_payment_that_cannot_be_credited_is_set_aside_and_returned(payment: PaymentToCredit, reason: SetAside) -> None:
    assert credited(payment) == [(0, 30000, reason)]
    returns = decide_returns([payment], period_first_on=JANUARY)
    assert [(one.aside_cents, one.reason) for one in returns] == [(30000, reason)]


def test_a_mandate_that_ends_in_the_period_still_covers_it() -> None:
    assert credited(replace(FUNDED, ended_on=JANUARY)) == [(30000, 0, None)]


def test_what_is_above_the_share_stays_aside() -> None:
    assert credited(replace(FUNDED, share_cents=20000)) == [(20000, 10000, SetAside.ABOVE_SHARE)]


def test_two_payments_of_one_mandate_share_its_ceiling() -> None:
    second = replace(FUNDED, id=UUID(int=2), row=3)
    payments = [replace(one, share_cents=40000) for one in (second, FUNDED)]
    assert credited(*payments) == [(30000, 0, None), (10000, 20000, SetAside.ABOVE_SHARE)]


def test_a_credit_taken_back_is_returned_and_not_given_again() -> None:
    wrong = replace(FUNDED, credited_cents=30000, taken_back_cents=18000)
    assert credited(wrong) == []
    assert [(one.aside_cents, one.reason) for one in decide_returns([wrong], period_first_on=JANUARY)] == [
        (18000, SetAside.TAKEN_BACK)
    ]


def test_a_partly_funded_payment_waits_unless_something_stands_in_its_way() -> None:
    waiting = replace(FUNDED, allocated_cents=10000)
    assert decide_returns([waiting], period_first_on=JANUARY) == []
    assert decide_returns([replace(waiting, revoked=True)], period_first_on=JANUARY)[0].aside_cents == 10000


CENTS = st.integers(0, 10**9)


@given(
    payments=st.lists(
        st.builds(
            PaymentToCredit,
            id=st.uuids(),
            row=st.integers(1, 10**4),
            member=st.just("E00001"),
            mandate_id=st.sampled_from([UUID(int=1), UUID(int=2)]),
            amount_cents=st.integers(1, 10**9),
            allocated_cents=CENTS,
            recalled_cents=st.just(0),
            credited_cents=st.just(0),
            taken_back_cents=st.just(0),
            returned_cents=st.just(0),
            share_cents=st.sampled_from([None, 5000, 10**6]),
            period_credited_cents=st.just(0),
            revoked=st.booleans(),
        ),
        max_size=12,
    ),
    funded=st.booleans(),
)
def test_no_rule_is_ever_overstepped(payments: list[PaymentToCredit], funded: bool) -> None:
    if funded:
        payments = [replace(one, allocated_cents=one.amount_cents) for one in payments]
    given_by_share: dict[tuple[UUID, int | None], int] = {}
    for one in decide_credits(payments, period_first_on=JANUARY):
        assert one.payment.is_funded and one.credit_cents + one.aside_cents == one.payment.amount_cents
        assert not (one.payment.revoked and one.credit_cents)
        if one.payment.share_cents is not None:
            assert one.credit_cents <= one.payment.share_cents
        key = (one.payment.mandate_id, one.payment.share_cents)
        given_by_share[key] = given_by_share.get(key, 0) + one.credit_cents
    for (_, share), cents in given_by_share.items():
        assert share is None or cents <= share
