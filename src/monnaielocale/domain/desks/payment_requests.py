"""A payment request: the desk shows an amount and a reference, the payer approves it from their own account in time.

Whether it is approved, expired or withdrawn is decided from its facts and one instant, which the caller takes under the lock.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from ..money import AmountNotPositive, decimal_text
from ..refusals import Refusal

# Thirty-two signs that nobody mistakes for one another when reading aloud (Crockford's base 32).
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans("OIL", "011")
REFERENCE_LENGTH = 10
ENTROPY_BYTES = 7
TRANSACTION_LENGTH_MAX = 60
SECONDS_MIN, SECONDS_MAX = 1, 3_600


class RequestExpired(Refusal):
    """The payment request {reference} expired: ask the desk for a new one."""

    code = "request_expired"


class RequestWithdrawn(Refusal):
    """The desk withdrew the payment request {reference}."""

    code = "request_withdrawn"


class RequestAlreadyApproved(Refusal):
    """The payment request {reference} was already approved."""

    code = "request_already_approved"


class RequestReferenceUnfit(Refusal):
    """{written} is not the reference of a payment request: it has {count} letters and digits."""

    code = "request_reference_unfit"


class BalanceBelowRequest(Refusal):
    """Sorry, the account does not hold the {amount} that this payment takes: pay a part of it otherwise at the desk."""

    code = "balance_below_request"


class RequestUnknown(Refusal):
    """There is no payment request {reference}."""

    code = "request_unknown"


class RequestTimeUnfit(Refusal):
    """A payment request lasts from {least} to {most} seconds, not {given}."""

    code = "request_time_unfit"


class TransactionNumberKnown(Refusal):
    """The transaction {number} of the other system already paid another request."""

    code = "transaction_number_known"


class WalletsKeptHere(Refusal):
    """The accounts in {currency} are kept here: the payer approves the request from their own account."""

    code = "wallets_kept_here"


class TransactionNumberMissing(Refusal):
    """Say the transaction number of the other system, in {most} characters at most."""

    code = "transaction_number_missing"


class RequestState(StrEnum):
    """Where a payment request stands."""

    PENDING = "pending"
    APPROVED = "approved"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PaymentRequest:
    """What a desk asks of whoever reads the reference; it names nobody. It may be approved before `expires_at`, not at it."""

    reference: str
    desk: str
    amount_cents: int
    requested_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Approved:
    """The payer approved, from a wallet here or under the other system's transaction number."""

    at: datetime
    payer: str
    transaction_number: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The desk took the request back."""

    at: datetime


RequestFact = Approved | Withdrawn


def new_request(reference: str, desk: str, amount_cents: int, *, requested_at: datetime, expires_at: datetime) -> PaymentRequest:
    """A payment request; AmountNotPositive."""
    if amount_cents <= 0:
        raise AmountNotPositive(amount=decimal_text(amount_cents))
    assert requested_at < expires_at, "a request is made to last"
    return PaymentRequest(reference, desk, amount_cents, requested_at, expires_at)


def lasting(seconds: int) -> timedelta:
    """How long a request may be approved; RequestTimeUnfit."""
    if not SECONDS_MIN <= seconds <= SECONDS_MAX:
        raise RequestTimeUnfit(least=SECONDS_MIN, most=SECONDS_MAX, given=seconds)
    return timedelta(seconds=seconds)


def request_reference(entropy: bytes) -> str:
    """A reference of ten signs from seven bytes of chance: it tells nothing of the payer, the desk or the order of payments."""
    assert len(entropy) == ENTROPY_BYTES, "a reference is made of seven bytes"
    number = int.from_bytes(entropy, "big")
    return "".join(_SIGNS[number >> 5 * place & 31] for place in reversed(range(REFERENCE_LENGTH)))


def read_reference(written: str) -> str:
    """The reference as people type it: in any case, with spaces or hyphens, O for 0, I and L for 1; RequestReferenceUnfit."""
    bare = re.sub(r"[\s-]", "", written).upper().translate(_MISREAD)
    if len(bare) != REFERENCE_LENGTH or any(sign not in _SIGNS for sign in bare):
        raise RequestReferenceUnfit(written=written[:40], count=REFERENCE_LENGTH)
    return bare


def request_text(request: PaymentRequest, currency: str) -> str:
    """What the square code of a request holds: reference, amount, currency and expiry in UTC, and nothing about a person."""
    until = f"{request.expires_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    amount = decimal_text(request.amount_cents)
    return f"monnaielocale:pay?request={request.reference}&amount={amount}&currency={currency}&until={until}"


def state_at(request: PaymentRequest, facts: Iterable[RequestFact], at: datetime) -> RequestState:
    """Where the request stands at an instant: the first fact decides, else the clock."""
    for fact in facts:
        return RequestState.APPROVED if isinstance(fact, Approved) else RequestState.WITHDRAWN
    return RequestState.PENDING if at < request.expires_at else RequestState.EXPIRED


def check_pending(request: PaymentRequest, facts: Iterable[RequestFact], at: datetime) -> None:
    """Whether it can still be approved or withdrawn; RequestAlreadyApproved, RequestWithdrawn and RequestExpired."""
    match state_at(request, facts, at):
        case RequestState.APPROVED:
            raise RequestAlreadyApproved(reference=request.reference)
        case RequestState.WITHDRAWN:
            raise RequestWithdrawn(reference=request.reference)
        case RequestState.EXPIRED:
            raise RequestExpired(reference=request.reference)


def check_approval(request: PaymentRequest, facts: Iterable[RequestFact], at: datetime, *, wallet_cents: int) -> None:
    """Whether a wallet that holds so much may pay the request; like `check_pending`, and BalanceBelowRequest."""
    check_pending(request, facts, at)
    if wallet_cents < request.amount_cents:
        raise BalanceBelowRequest(amount=decimal_text(request.amount_cents))


def checked_transaction_number(written: str) -> str:
    """The other system's transaction number, for wallets kept there; TransactionNumberMissing."""
    told = "".join(written.split())
    if not 0 < len(told) <= TRANSACTION_LENGTH_MAX or not told.isprintable():
        raise TransactionNumberMissing(most=TRANSACTION_LENGTH_MAX)
    return told
