"""Redemption (reconversion): who gives units back for euros, and at what fee."""

from dataclasses import dataclass

from .conventions.convention import ConventionVersion, Redeemer
from .conventions.rules import RedemptionNotAllowed, redemption_fee


@dataclass(frozen=True, slots=True)
class RedemptionTerms:
    """Of units given back: the fee kept from the euros, what is owed in euros, and a fee that is invoiced apart; all in cents."""

    amount_cents: int
    fee_cents: int
    invoiced_fee_cents: int = 0

    @property
    def owed_cents(self) -> int:
        """Euros to send."""
        return self.amount_cents - self.fee_cents


def redemption_terms(
    version: ConventionVersion, member_kind: str, amount_cents: int, *, leaving: bool = False
) -> RedemptionTerms:
    """The terms for a member of a kind; one who leaves and may not otherwise does so under the rule for leaving members.

    A public body is always owed face value: its fee, if any, is invoiced apart. Refuses with RedemptionNotAllowed and
    AmountNotPositive.
    """
    try:
        fee = redemption_fee(version, member_kind, amount_cents)
    except RedemptionNotAllowed:
        if not leaving:
            raise
        fee = redemption_fee(version, Redeemer.LEAVING_MEMBER, amount_cents)
    if member_kind == "public_body":
        return RedemptionTerms(amount_cents, 0, fee)
    return RedemptionTerms(amount_cents, fee)


def terms_at_face_value(version: ConventionVersion, amount_cents: int) -> RedemptionTerms:
    """The terms for what a desk of the public body took: always owed in full, with a fee invoiced apart if one was agreed."""
    try:
        return redemption_terms(version, Redeemer.PUBLIC_BODY, amount_cents)
    except RedemptionNotAllowed:
        return RedemptionTerms(amount_cents, 0)
