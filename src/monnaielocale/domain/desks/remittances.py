"""Remittances: what the association owes a desk for the notes that it counted and the digital units that it took back.

A remittance is paid by lines of the association's bank, and confirmed by the public accountant when the euros have arrived.
"""

from dataclasses import dataclass
from enum import StrEnum

from ..chart import Form
from ..money import decimal_text, require_positive
from ..refusals import Refusal

TITLE_LENGTH_MAX = 80


class RemittanceUnknown(Refusal):
    """Desk {desk} has no remittance {remittance}."""

    code = "remittance_unknown"


class RemittanceConfirmedBeyond(Refusal):
    """{amount} is more than the {left} that was paid for the remittance {remittance} and is not confirmed yet."""

    code = "remittance_confirmed_beyond"


class NoDigitalTakings(Refusal):
    """Desk {desk} holds no digital units to give back."""

    code = "no_digital_takings"


class TakingsBeyondRevenue(Refusal):
    """The desk took {taken} for {service} that is not yet in the town's accounts: {asked} is more."""

    code = "takings_beyond_revenue"


class RevenueTitleMissing(Refusal):
    """Say the number of the revenue title (titre de recettes)."""

    code = "revenue_title_missing"


class RemittanceState(StrEnum):
    """Where a remittance stands, for the desk, the Treasury and the association alike."""

    DUE = "due"
    PAID = "paid"
    CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Remittance:
    """Euros at face value: owed, paid as the bank showed it, and confirmed by the public accountant; all in cents."""

    number: str
    form: Form
    owed_cents: int
    paid_cents: int = 0
    confirmed_cents: int = 0

    @property
    def state(self) -> RemittanceState:
        """The last step that is complete: what is paid or confirmed in part is not yet so."""
        if self.paid_cents < self.owed_cents:
            return RemittanceState.DUE
        return RemittanceState.PAID if self.confirmed_cents < self.owed_cents else RemittanceState.CONFIRMED

    @property
    def claim_cents(self) -> int:
        """What the desk still claims from the association (à-valoir): also euros that were sent and are not yet confirmed."""
        return self.owed_cents - self.confirmed_cents


def remittance_number(prefix: str, year: int, number: int) -> str:
    """The number of a remittance as people read it: `PISC-2026-R0007`."""
    return f"{prefix}-{year}-R{number:04d}"


def check_confirmation(remittance: Remittance, amount_cents: int) -> None:
    """Whether the public accountant may confirm so much; AmountNotPositive and RemittanceConfirmedBeyond."""
    require_positive(amount_cents)
    left = remittance.paid_cents - remittance.confirmed_cents
    if amount_cents > left:
        raise RemittanceConfirmedBeyond(amount=decimal_text(amount_cents), left=decimal_text(left), remittance=remittance.number)
