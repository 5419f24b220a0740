"""Crediting: what each payment of a run may be credited with, and why not when it may not.

Never more than the mandate, the run and the euros allocated to the payment allow. A payment that cannot be credited is set aside
with its reason; its euros stay in `to_credit` until they are returned as the convention says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from ..progress import Step, counted
from ..refusals import Refusal


class RunUnknown(Refusal):
    """There is no payment run {run}."""

    code = "run_unknown"


class RunNotSigned(Refusal):
    """Run {run} is not signed: nothing of it can be credited."""

    code = "run_not_signed"


class RunCancelled(Refusal):
    """Run {run} was cancelled."""

    code = "run_cancelled"


class EurosNotSeen(Refusal):
    """No payment of run {run} is fully covered by euros seen on a bank statement: {allocated} of {total} so far."""

    code = "euros_not_seen"


class NothingLeftToCredit(Refusal):
    """Nothing is left to credit in run {run}: {credited} payments are credited and {set_aside} are set aside."""

    code = "nothing_left_to_credit"


class NothingToReturn(Refusal):
    """Run {run} holds no euros that cannot be credited."""

    code = "nothing_to_return"


class CreditUnknown(Refusal):
    """Payment {payment} was not credited, or its credit was already taken back."""

    code = "credit_unknown"


class CreditKeptElsewhere(Refusal):
    """This credit went to a wallet kept in another system: it must be taken back there."""

    code = "credit_kept_elsewhere"


class ConfirmationsUnknown(Refusal):
    """No credit was ordered under these references: {references}."""

    code = "confirmations_unknown"


class ConfirmationDiffers(Refusal):
    """Credit {reference} was already confirmed under transaction {known}, not {given}."""

    code = "confirmation_differs"


class ReasonMissing(Refusal):
    """Say why: the reason stays in the books."""

    code = "reason_missing"


class SetAside(StrEnum):
    """Why a payment is not credited, or not with all of its euros."""

    MANDATE_REVOKED = "mandate_revoked"
    MANDATE_ENDED = "mandate_ended"
    MEMBER_LEFT = "member_left"
    ABOVE_SHARE = "above_share"
    TAKEN_BACK = "taken_back"


SET_ASIDE_REASONS: Mapping[SetAside, str] = {
    SetAside.MANDATE_REVOKED: "The beneficiary revoked the mandate",
    SetAside.MANDATE_ENDED: "The mandate ended before the period",
    SetAside.MEMBER_LEFT: "The beneficiary's account is closed",
    SetAside.ABOVE_SHARE: "The mandate's share for the period is used up",
    SetAside.TAKEN_BACK: "The credit was wrong and was taken back",
}


@dataclass(frozen=True, slots=True)
class PaymentToCredit:
    """A payment with the facts that decide its credit; cents throughout.

    `share_cents` is None for a mandate that covers the whole; `period_credited_cents` is what the mandate already gave in this
    period, in every run.
    """

    id: UUID
    row: int
    member: str
    mandate_id: UUID
    amount_cents: int
    allocated_cents: int
    recalled_cents: int
    credited_cents: int
    taken_back_cents: int
    returned_cents: int
    share_cents: int | None = None
    period_credited_cents: int = 0
    revoked: bool = False
    ended_on: date | None = None
    left_on: date | None = None

    @property
    def held_cents(self) -> int:
        """Euros allocated to the payment that wait to be credited or returned."""
        return self.allocated_cents - self.recalled_cents - self.credited_cents + self.taken_back_cents - self.returned_cents

    @property
    def is_funded(self) -> bool:
        """All its euros were seen on the bank's statement."""
        return self.allocated_cents - self.recalled_cents == self.amount_cents

    @property
    def is_settled(self) -> bool:
        """Credited or returned before, so that no further crediting concerns it."""
        return self.credited_cents > 0 or self.returned_cents > 0


@dataclass(frozen=True, slots=True)
class Decision:
    """What a crediting gives for one payment and what of it is set aside, with the reason."""

    payment: PaymentToCredit
    credit_cents: int
    aside_cents: int = 0
    reason: SetAside | None = None


def decide_credits(payments: Iterable[PaymentToCredit], *, period_first_on: date) -> list[Decision]:
    """The decision for each payment that is fully funded and not settled; the rest wait. Rows are decided in their order."""
    given: dict[UUID, int] = {}
    decisions = []
    for payment in counted(Step.CHECKING, sorted(payments, key=lambda one: one.row)):
        if payment.is_settled or not payment.is_funded:
            continue
        decision = _decide(payment, already_cents=given.get(payment.mandate_id, 0), period_first_on=period_first_on)
        given[payment.mandate_id] = given.get(payment.mandate_id, 0) + decision.credit_cents
        decisions.append(decision)
    return decisions


def _decide(payment: PaymentToCredit, *, already_cents: int, period_first_on: date) -> Decision:
    reason = _obstacle(payment, period_first_on)
    if reason is not None:
        return Decision(payment, 0, payment.held_cents, reason)
    if payment.share_cents is None:
        return Decision(payment, payment.held_cents)
    room = max(payment.share_cents - payment.period_credited_cents - already_cents, 0)
    credit = min(payment.held_cents, room)
    aside = payment.held_cents - credit
    return Decision(payment, credit, aside, SetAside.ABOVE_SHARE if aside else None)


def _obstacle(payment: PaymentToCredit, period_first_on: date) -> SetAside | None:
    if payment.revoked:
        return SetAside.MANDATE_REVOKED
    if payment.ended_on is not None and payment.ended_on < period_first_on:
        return SetAside.MANDATE_ENDED
    if payment.left_on is not None:
        return SetAside.MEMBER_LEFT
    return None


def decide_returns(payments: Iterable[PaymentToCredit], *, period_first_on: date) -> list[Decision]:
    """The payments whose euros will never be credited, with what they hold: set aside, in excess of the share, or taken back.

    A payment that is only partly funded waits for the rest of its euros unless something stands in the way of all of it.
    """
    decisions = []
    listed = sorted(payments, key=lambda one: one.row)
    excess = {decision.payment.id: decision for decision in decide_credits(listed, period_first_on=period_first_on)}
    for payment in listed:
        if payment.held_cents <= 0:
            continue
        reason = _obstacle(payment, period_first_on)
        if reason is not None:
            decisions.append(Decision(payment, 0, payment.held_cents, reason))
        elif payment.taken_back_cents:
            decisions.append(Decision(payment, 0, payment.held_cents, SetAside.TAKEN_BACK))
        elif payment.credited_cents:
            decisions.append(Decision(payment, 0, payment.held_cents, SetAside.ABOVE_SHARE))
        elif payment.id in excess and excess[payment.id].credit_cents == 0:
            decisions.append(excess[payment.id])
    return decisions
