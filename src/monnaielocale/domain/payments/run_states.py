"""Where a payment run and each of its payments stand: nothing of it is stored, all of it follows from what happened.

The town's euros arrive in parts and on several days, so a run is funded, credited and returned payment by payment.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from ..actors import AccountantMayNotDecide, Actor, RoleMissing
from ..conventions.convention import SIGNERS, ConventionVersion, Enterer
from ..conventions.rules import check_may_sign
from ..members import MemberLeft
from ..money import decimal_text
from ..refusals import Refusal
from ..text import clean_text
from .crediting import ReasonMissing, RunCancelled
from .mandates import REASON_LENGTH_MAX, MandateRevoked


class RunClosed(Refusal):
    """Run {run} was closed on {closed_on}."""

    code = "run_closed"


class RunAccountedFor(Refusal):
    """Run {run} was accounted for on {accounted_on}."""

    code = "run_accounted_for"


class RunAlreadySigned(Refusal):
    """Run {run} was already signed on {signed_on}."""

    code = "run_already_signed"


class RunAwaitsSignature(Refusal):
    """Run {run} is not signed yet."""

    code = "run_awaits_signature"


class RunSignedByTown(Refusal):
    """The public body entered run {run}: a person of the public body signs it."""

    code = "run_signed_by_town"


class RunRulesChanged(Refusal):
    """The convention's rules for the period of run {run} changed since it was checked: cancel it and send the list again."""

    code = "run_rules_changed"


class RunFunded(Refusal):
    """{amount} euros already arrived for run {run}: it can no longer be cancelled."""

    code = "run_funded"


class RunNotFunded(Refusal):
    """No euros arrived for run {run}: cancel it instead of closing it."""

    code = "run_not_funded"


class RunFundsWaiting(Refusal):
    """{amount} euros of run {run} are neither credited nor sent back yet."""

    code = "run_funds_waiting"


class RunFullySettled(Refusal):
    """Every payment of run {run} is settled: there is nothing left to close."""

    code = "run_fully_settled"


class RunNotSettled(Refusal):
    """{amount} euros of run {run} are still to be settled: close it with its remainder, or wait."""

    code = "run_not_settled"


class CreditsUnconfirmed(Refusal):
    """The system that keeps the accounts has not confirmed all credits of run {run}: {amount} are missing."""

    code = "credits_unconfirmed"


class RunState(StrEnum):
    """Where a run stands."""

    CHECKED = "checked"
    AWAITING_FUNDS = "awaiting_funds"
    PARTLY_FUNDED = "partly_funded"
    FUNDED = "funded"
    PARTLY_CREDITED = "partly_credited"
    CREDITED = "credited"
    ACCOUNTED_FOR = "accounted_for"
    CANCELLED = "cancelled"
    CLOSED = "closed"


class PaymentState(StrEnum):
    """Where one payment stands: `ordered` waits for the system that keeps the account, `set_aside` can no longer be credited."""

    CHECKED = "checked"
    AWAITING_FUNDS = "awaiting_funds"
    PARTLY_FUNDED = "partly_funded"
    FUNDED = "funded"
    SET_ASIDE = "set_aside"
    ORDERED = "ordered"
    PARTLY_CREDITED = "partly_credited"
    CREDITED = "credited"
    RETURNED = "returned"
    CANCELLED = "cancelled"
    NOT_PAID = "not_paid"


@dataclass(frozen=True, slots=True)
class Euros:
    """What happened to the euros of a payment, or of all payments of a run together, in cents.

    `allocated` is what confirmed matches of bank lines gave, `recalled` what the bank took again, `unconfirmed` what of the
    credits the system that keeps the accounts has not confirmed.
    """

    asked_cents: int
    allocated_cents: int = 0
    recalled_cents: int = 0
    credited_cents: int = 0
    taken_back_cents: int = 0
    returned_cents: int = 0
    unconfirmed_cents: int = 0

    @property
    def funded_cents(self) -> int:
        """What the bank gave and did not take again."""
        return self.allocated_cents - self.recalled_cents

    @property
    def settled_cents(self) -> int:
        """What was credited and stayed so, or goes back."""
        return self.credited_cents - self.taken_back_cents + self.returned_cents

    @property
    def waiting_cents(self) -> int:
        """Euros that are there and neither credited nor going back."""
        return self.funded_cents - self.settled_cents


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run and what happened to it; `public_body` is a party's code and `reference` what the town prints on its orders."""

    id: UUID
    book: str
    reference: str
    public_body: str
    public_body_id: UUID
    convention_version_id: UUID
    kind: str
    period: str
    period_first_on: date
    period_last_on: date
    list_number: str
    attempt: int
    payment_count: int
    content_sha256: bytes
    document_sha256: bytes
    entered_for: str
    prepared_by: UUID
    euros: Euros
    checked_on: date
    signed_on: date | None = None
    cancelled_on: date | None = None
    closed_on: date | None = None
    accounted_on: date | None = None

    @property
    def total_cents(self) -> int:
        """The sum of all payments."""
        return self.euros.asked_cents


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """One payment of a run with its mandate, its member and its euros."""

    id: UUID
    run_id: UUID
    row_number: int
    member: str
    member_id: UUID
    mandate: str
    mandate_id: UUID
    subject: str
    payment_order: str
    label: str
    euros: Euros
    revoked_on: date | None = None
    left_on: date | None = None


def run_state(run: RunFacts) -> RunState:
    """Where a run stands, the latest stage that it reached."""
    ended = (
        (run.cancelled_on, RunState.CANCELLED),
        (run.accounted_on, RunState.ACCOUNTED_FOR),
        (run.closed_on, RunState.CLOSED),
    )
    for day, state in ended:
        if day is not None:
            return state
    if run.signed_on is None:
        return RunState.CHECKED
    euros = run.euros
    if euros.settled_cents - euros.unconfirmed_cents >= euros.asked_cents:
        return RunState.CREDITED
    if euros.settled_cents > 0:
        return RunState.PARTLY_CREDITED
    if euros.funded_cents >= euros.asked_cents:
        return RunState.FUNDED
    return RunState.PARTLY_FUNDED if euros.funded_cents > 0 else RunState.AWAITING_FUNDS


def payment_state(run: RunFacts, payment: PaymentFacts) -> tuple[PaymentState, Refusal | None]:
    """Where one payment stands, and why when it cannot be credited."""
    euros = payment.euros
    if run.cancelled_on is not None:
        return PaymentState.CANCELLED, None
    if run.signed_on is None:
        return PaymentState.CHECKED, None
    if euros.unconfirmed_cents > 0:
        return PaymentState.ORDERED, None
    if euros.settled_cents >= euros.asked_cents:
        return (PaymentState.CREDITED if euros.credited_cents > euros.taken_back_cents else PaymentState.RETURNED), None
    obstacle = obstacle_to_crediting(payment)
    if obstacle is not None and (euros.waiting_cents > 0 or not euros.settled_cents):
        return PaymentState.SET_ASIDE, obstacle
    if euros.settled_cents > 0:
        return PaymentState.PARTLY_CREDITED, None
    if run.closed_on is not None and not euros.funded_cents:
        return PaymentState.NOT_PAID, None
    if euros.funded_cents >= euros.asked_cents:
        return PaymentState.FUNDED, None
    return (PaymentState.PARTLY_FUNDED if euros.funded_cents > 0 else PaymentState.AWAITING_FUNDS), None


def obstacle_to_crediting(payment: PaymentFacts) -> Refusal | None:
    """Why a payment cannot be credited although its run was checked: the mandate was revoked since, or the member left."""
    if payment.revoked_on is not None:
        return MandateRevoked(mandate=payment.mandate, revoked_on=payment.revoked_on)
    if payment.left_on is not None:
        return MemberLeft(member=payment.member, left_on=payment.left_on)
    return None


def check_open(run: RunFacts) -> None:
    """RunCancelled, RunAccountedFor or RunClosed when nothing more can happen to a run."""
    if run.cancelled_on is not None:
        raise RunCancelled(run=run.reference)
    if run.accounted_on is not None:
        raise RunAccountedFor(run=run.reference, accounted_on=run.accounted_on)
    if run.closed_on is not None:
        raise RunClosed(run=run.reference, closed_on=run.closed_on)


def refuse_accountant(actor: Actor) -> None:
    """AccountantMayNotDecide: the comptable public pays, and neither orders nor signs (décret 2012-1246, article 9)."""
    if "public_accountant" in actor.roles:
        raise AccountantMayNotDecide(login=actor.login)


def check_signer(actor: Actor, version: ConventionVersion, run: RunFacts) -> str:
    """The role in which a person signs a run, as the convention says; the town's own signer signs what the town entered.

    Refuses with AccountantMayNotDecide, RoleMissing, RunNotSignedBy and RunSignedByTown.
    """
    refuse_accountant(actor)
    held = sorted(actor.roles.intersection(SIGNERS))
    if not held:
        raise RoleMissing(login=actor.login, roles=", ".join(sorted(version.signed_by)))
    agreed = [role for role in held if role in version.signed_by]
    if not agreed:
        check_may_sign(version, held[0])
    towns_own = run.entered_for == Enterer.PUBLIC_BODY and "town_signer" in version.signed_by
    if towns_own and "town_signer" not in agreed:
        raise RunSignedByTown(run=run.reference)
    return "town_signer" if "town_signer" in agreed else agreed[0]


def check_may_be_signed(run: RunFacts, version_id: UUID) -> None:
    """RunCancelled, RunAlreadySigned or RunRulesChanged unless a run awaits its signature under the rules it was checked by."""
    if run.cancelled_on is not None:
        raise RunCancelled(run=run.reference)
    if run.signed_on is not None:
        raise RunAlreadySigned(run=run.reference, signed_on=run.signed_on)
    if version_id != run.convention_version_id:
        raise RunRulesChanged(run=run.reference)


def check_may_be_cancelled(run: RunFacts) -> None:
    """A run is cancelled before any euros are allocated to it: RunCancelled, RunAccountedFor, RunClosed, RunFunded."""
    check_open(run)
    if run.euros.allocated_cents:
        raise RunFunded(run=run.reference, amount=decimal_text(run.euros.allocated_cents))


def check_may_be_closed(run: RunFacts) -> None:
    """A run is closed with its remainder once all euros that arrived are credited or going back.

    Refuses with RunCancelled, RunAccountedFor, RunClosed, RunAwaitsSignature, RunNotFunded, RunFundsWaiting and RunFullySettled.
    """
    check_open(run)
    euros = run.euros
    if run.signed_on is None:
        raise RunAwaitsSignature(run=run.reference)
    if not euros.allocated_cents:
        raise RunNotFunded(run=run.reference)
    if euros.waiting_cents > 0:
        raise RunFundsWaiting(run=run.reference, amount=decimal_text(euros.waiting_cents))
    if euros.settled_cents >= euros.asked_cents:
        raise RunFullySettled(run=run.reference)


def check_may_be_accounted_for(run: RunFacts) -> None:
    """The public body is given its account (reddition de comptes) once every payment is settled, or the run closed.

    Refuses with RunCancelled, RunAccountedFor, RunAwaitsSignature, CreditsUnconfirmed and RunNotSettled.
    """
    euros = run.euros
    if run.cancelled_on is not None or run.accounted_on is not None:
        check_open(run)
    if run.signed_on is None:
        raise RunAwaitsSignature(run=run.reference)
    if euros.unconfirmed_cents:
        raise CreditsUnconfirmed(run=run.reference, amount=decimal_text(euros.unconfirmed_cents))
    if run.closed_on is None and euros.settled_cents < euros.asked_cents:
        raise RunNotSettled(run=run.reference, amount=decimal_text(euros.asked_cents - euros.settled_cents))


def checked_reason(reason: str) -> str:
    """Why a run is given up; ReasonMissing, TextUnacceptable or TextTooLong."""
    clean = clean_text(reason, max_length=REASON_LENGTH_MAX)
    if not clean:
        raise ReasonMissing()
    return clean
