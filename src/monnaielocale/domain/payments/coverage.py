"""Which collection mandate covers a payment, and how much of the payment its share leaves room for."""

from collections.abc import Iterable
from datetime import date

from ..conventions.convention import ShareMode
from ..money import decimal_text
from ..refusals import Refusal
from .mandates import Mandate, MandateEnded, MandateNotAccepted, MandateRevoked, subject_key
from .periods import Period, PeriodKind


class MandateNotBegun(Refusal):
    """Mandate {mandate} begins on {starts_on}, after the period."""

    code = "mandate_not_begun"


class MandateMissing(Refusal):
    """Member {member} gave no mandate for this kind of payment of this public body."""

    code = "mandate_missing"


class MandateMissingForSubject(Refusal):
    """Member {member} gave no mandate for the subject {subject}; there is one for: {known}."""

    code = "mandate_missing_for_subject"


class AmountNotFixedShare(Refusal):
    """{amount} is not the fixed share of mandate {mandate}: {share}."""

    code = "amount_not_fixed_share"


class AmountAboveCeiling(Refusal):
    """{amount} is above the ceiling of mandate {mandate}: {ceiling}."""

    code = "amount_above_ceiling"


class ShareUsedUp(Refusal):
    """{amount} on top of {already} already asked for in the period is beyond the share of mandate {mandate}: {share}."""

    code = "share_used_up"


def trouble_in(mandate: Mandate, period: Period, on: date) -> Refusal | None:
    """Why a mandate does not cover a period when a run is checked on a day; None when it does.

    It covers the periods of which it holds at least one day. Once its revocation is recorded it covers nothing any more, not even
    earlier periods: what is not yet credited is the beneficiary's own again.
    """
    if mandate.revoked_on is not None:
        return MandateRevoked(mandate=mandate.number, revoked_on=mandate.revoked_on)
    if mandate.accepted_on is None or mandate.accepted_on > on:
        return MandateNotAccepted(mandate=mandate.number)
    if mandate.starts_on > period.last_on:
        return MandateNotBegun(mandate=mandate.number, starts_on=mandate.starts_on)
    last_on = mandate.last_on
    if last_on is not None and last_on < max(period.first_on, mandate.starts_on):
        return MandateEnded(mandate=mandate.number, ended_on=last_on)
    return None


def mandate_for(mandates: Iterable[Mandate], *, member: str, subject: str, period: Period, on: date) -> Mandate:
    """The mandate under which a payment is collected, among those of one member, public body and kind.

    The mandate for the payment's own subject comes first; failing one, the mandate without subject covers it, unless the one for
    the subject was revoked. Of several that touch the period, the last to begin is taken. Refuses with MandateMissing,
    MandateMissingForSubject and what `trouble_in` says.
    """
    given = list(mandates)
    if not given:
        raise MandateMissing(member=member)
    wanted = subject_key(subject)
    own = [mandate for mandate in given if subject_key(mandate.subject) == wanted]
    found, trouble = _best(own, period, on)
    if found is None and wanted and not isinstance(trouble, MandateRevoked):
        general = [mandate for mandate in given if not mandate.subject]
        found, other_trouble = _best(general, period, on)
        trouble = trouble or other_trouble
    if found is not None:
        return found
    if trouble is None:
        known = ", ".join(sorted({mandate.subject for mandate in given}))
        raise MandateMissingForSubject(member=member, subject=subject or "-", known=known)
    raise trouble


def _best(mandates: list[Mandate], period: Period, on: date) -> tuple[Mandate | None, Refusal | None]:
    """The last to begin of those that cover the period, or what is wrong with the last to begin of all."""
    trouble: Refusal | None = None
    for mandate in sorted(mandates, key=lambda each: (each.starts_on, each.number), reverse=True):
        found = trouble_in(mandate, period, on)
        if found is None:
            return mandate, None
        trouble = trouble or found
    return None, trouble


def share_period(mandate: Mandate, period: Period) -> str:
    """The stretch within which payments add up against the share: the month, or the whole life of a mandate given once."""
    return str(period) if mandate.period_kind == PeriodKind.MONTH else ""


def check_share(mandate: Mandate, amount_cents: int, *, already_cents: int) -> None:
    """Whether a payment fits the share, after what was already asked for in the same stretch, in cents.

    A fixed share is asked for exactly, once. Refuses with AmountNotFixedShare, AmountAboveCeiling and ShareUsedUp.
    """
    share_cents = mandate.share_cents
    if share_cents is None:
        return
    amount, share = decimal_text(amount_cents), decimal_text(share_cents)
    if mandate.share_mode == ShareMode.FIXED and amount_cents != share_cents:
        raise AmountNotFixedShare(amount=amount, mandate=mandate.number, share=share)
    if amount_cents > share_cents:
        raise AmountAboveCeiling(amount=amount, mandate=mandate.number, ceiling=share)
    if already_cents + amount_cents > share_cents:
        raise ShareUsedUp(amount=amount, already=decimal_text(already_cents), mandate=mandate.number, share=share)
