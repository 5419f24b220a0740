"""Payment requests: approved in time, withdrawn, or expired, and never two of them."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.desks.payment_requests import (
    ENTROPY_BYTES,
    Approved,
    BalanceBelowRequest,
    RequestAlreadyApproved,
    RequestExpired,
    RequestFact,
    RequestReferenceUnfit,
    RequestState,
    RequestWithdrawn,
    TransactionNumberMissing,
    Withdrawn,
    check_approval,
    check_pending,
    checked_transaction_number,
    new_request,
    read_reference,
    request_reference,
    request_text,
    state_at,
)
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.refusals import Refusal

from .pool import NOON

UNTIL = NOON + timedelta(minutes=5)
REQUEST = new_request("7Q2KX09ABC", "pool", 1250, requested_at=NOON, expires_at=UNTIL)
APPROVED = Approved(NOON + timedelta(minutes=1), "wallet:E00058")


@pytest.mark.parametrize(
    ("facts", "at", "state"),
    [
        ([], NOON, RequestState.PENDING),
        ([], UNTIL - timedelta(microseconds=1), RequestState.PENDING),
        ([], UNTIL, RequestState.EXPIRED),
        ([APPROVED], UNTIL + timedelta(days=1), RequestState.APPROVED),
        ([Withdrawn(NOON)], UNTIL + timedelta(days=1), RequestState.WITHDRAWN),
        ([APPROVED, Withdrawn(UNTIL)], UNTIL, RequestState.APPROVED),
    ],
)
def test_facts_decide_and_else_the_instant(facts: list[RequestFact], at: datetime, state: RequestState) -> None:
    assert state_at(REQUEST, facts, at) is state


@pytest.mark.parametrize(
    ("facts", "at", "refusal"),
    [([APPROVED], NOON, RequestAlreadyApproved), ([Withdrawn(NOON)], NOON, RequestWithdrawn), ([], UNTIL, RequestExpired)],
)
def test_what_is_decided_is_not_decided_again(facts: list[RequestFact], at: datetime, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        check_approval(REQUEST, facts, at, wallet_cents=10_000)
    with pytest.raises(refusal):
        check_pending(REQUEST, facts, at)


def test_a_wallet_that_holds_enough_pays_and_a_short_one_is_refused_politely() -> None:
    check_approval(REQUEST, [], NOON, wallet_cents=1250)
    with pytest.raises(BalanceBelowRequest) as refused:
        check_approval(REQUEST, [], NOON, wallet_cents=1249)
    assert refused.value.values == {"amount": "12.50"}
    assert str(refused.value).startswith("Sorry")


@pytest.mark.parametrize("cents", [0, -1])
def test_a_request_asks_for_something(cents: int) -> None:
    with pytest.raises(AmountNotPositive):
        new_request("7Q2KX09ABC", "pool", cents, requested_at=NOON, expires_at=UNTIL)


@given(st.binary(min_size=ENTROPY_BYTES, max_size=ENTROPY_BYTES))
def test_a_reference_is_read_as_people_type_it(entropy: bytes) -> None:
    reference = request_reference(entropy)
    assert len(reference) == 10
    typed = f" {reference[:5].lower()}-{reference[5:]} ".replace("0", "o").replace("1", "l")
    assert read_reference(typed) == reference


def test_two_chances_make_two_references() -> None:
    assert request_reference(bytes(6) + b"\x01") == "0000000001"
    assert request_reference(bytes(7)) != request_reference(bytes(6) + b"\x01")


@pytest.mark.parametrize("written", ["", "7Q2K", "7Q2KX09ABCD", "7Q2KX09AB!", "7Q2KX09ABU"])
def test_what_is_no_reference_is_refused(written: str) -> None:
    with pytest.raises(RequestReferenceUnfit):
        read_reference(written)


def test_the_square_code_names_nobody() -> None:
    text = request_text(REQUEST, "EUS")
    assert text == "monnaielocale:pay?request=7Q2KX09ABC&amount=12.50&currency=EUS&until=20260105T120500Z"


def test_the_transaction_number_of_another_system_is_kept_without_spaces() -> None:
    assert checked_transaction_number(" C-2026 0042 ") == "C-20260042"
    for written in ("", "   ", "9" * 61, "a\x00b"):
        with pytest.raises(TransactionNumberMissing):
            checked_transaction_number(written)
