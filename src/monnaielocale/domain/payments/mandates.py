"""Collection mandates (mandats d'encaissement): a beneficiary lets the association receive what a public body owes them.

A mandate says which kind of payment it is for and, when it has a subject, which one of that kind. A mandate with a subject
covers that subject; one without covers every other. The beneficiary alone may revoke it, at any time (Code civil, articles 1984
and 2004).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from ..conventions.convention import ConventionVersion, ShareMode
from ..conventions.rules import check_mandate
from ..money import AmountNotPositive, decimal_text
from ..references import plain_text
from ..refusals import Refusal
from ..text import clean_text

DOCUMENT_BYTES_MAX = 20_000_000
NUMBER_LENGTH_MAX = 35
SUBJECT_LENGTH_MAX = 120
DOCUMENT_NAME_LENGTH_MAX = 200
REASON_LENGTH_MAX = 500


class MandateUnknown(Refusal):
    """There is no collection mandate {mandate}."""

    code = "mandate_unknown"


class MandateNumberTaken(Refusal):
    """Another collection mandate already has the number {mandate}."""

    code = "mandate_number_taken"


class MandateNumberUnfit(Refusal):
    """{mandate} is not the number of a mandate: write letters, digits and hyphens, {most} at most."""

    code = "mandate_number_unfit"


class ShareAmountMissing(Refusal):
    """A fixed share or a ceiling is an amount: say how much."""

    code = "share_amount_missing"


class ShareAmountNotWanted(Refusal):
    """A mandate for the whole payment names no amount, and this one says {amount}."""

    code = "share_amount_not_wanted"


class ShareModeUnknown(Refusal):
    """{share_mode} is not a share: write whole, fixed or ceiling."""

    code = "share_mode_unknown"


class MandateDatesReversed(Refusal):
    """A mandate from {starts_on} cannot end on {ends_on}."""

    code = "mandate_dates_reversed"


class MandateNotSigned(Refusal):
    """The beneficiary has not signed mandate {mandate} yet."""

    code = "mandate_not_signed"


class MandateAlreadySigned(Refusal):
    """Mandate {mandate} was already signed on {signed_on}."""

    code = "mandate_already_signed"


class MandateNotAccepted(Refusal):
    """The association has not accepted mandate {mandate} yet."""

    code = "mandate_not_accepted"


class MandateAlreadyAccepted(Refusal):
    """Mandate {mandate} was already accepted on {accepted_on}."""

    code = "mandate_already_accepted"


class MandateEnded(Refusal):
    """Mandate {mandate} ended on {ended_on}."""

    code = "mandate_ended"


class MandateRevoked(Refusal):
    """The beneficiary revoked mandate {mandate} on {revoked_on}."""

    code = "mandate_revoked"


class MandateOverlaps(Refusal):
    """Mandate {other} is for the same beneficiary, public body, kind and subject, and holds on {day}: end it before {mandate}."""

    code = "mandate_overlaps"


class MandateEndsAlready(Refusal):
    """Mandate {mandate} already ends on {ends_on}: it can only be ended sooner."""

    code = "mandate_ends_already"


class RevocationLater(Refusal):
    """A revocation takes effect on {on} at the latest: to let the mandate run until a later day, end it on that day."""

    code = "revocation_later"


class SignatureLater(Refusal):
    """The mandate cannot have been signed on {signed_on}, after {on}."""

    code = "signature_later"


class DocumentMissing(Refusal):
    """The signed document is missing or empty."""

    code = "document_missing"


class DocumentTooLarge(Refusal):
    """The document {name} is too large: {most_megabytes} megabytes at most."""

    code = "document_too_large"


class MandateState(StrEnum):
    """Where a mandate stands on a day."""

    DRAFTED = "drafted"
    SIGNED = "signed"
    ACCEPTED = "accepted"
    ACTIVE = "active"
    ENDED = "ended"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Mandate:
    """A mandate's terms and the days of what happened to it.

    `public_body` is a party's code and `member` a member's number. `starts_on` and `ends_on` are its first and last day as
    agreed; `ended_on` is the last day when it was ended sooner; `revoked_on` is the first day on which it no longer holds.
    """

    id: UUID
    number: str
    public_body: str
    member: str
    kind: str
    subject: str
    share_mode: str
    share_cents: int | None
    period_kind: str
    starts_on: date
    ends_on: date | None
    drafted_by: UUID
    signed_on: date | None = None
    accepted_on: date | None = None
    ended_on: date | None = None
    revoked_on: date | None = None

    @property
    def last_on(self) -> date | None:
        """The last day on which the mandate holds, from its terms, its end and its revocation; None while it is open."""
        days = [day for day in (self.ends_on, self.ended_on) if day is not None]
        if self.revoked_on is not None:
            days.append(self.revoked_on - timedelta(days=1))
        return min(days, default=None)

    @property
    def matter(self) -> tuple[str, str, str, str]:
        """What only one mandate at a time may be for: beneficiary, public body, kind and subject."""
        return self.member, self.public_body, self.kind, subject_key(self.subject)


def subject_key(subject: str) -> str:
    """What two ways of writing one subject share: neither accents, capitals nor spaces tell subjects apart."""
    return " ".join(plain_text(subject).split()) if subject else ""


def mandate_state(mandate: Mandate, on: date) -> MandateState:
    """Where a mandate stands on a day: drafted, signed, accepted and not begun, active, ended or revoked."""
    if mandate.revoked_on is not None and mandate.revoked_on <= on:
        return MandateState.REVOKED
    accepted = mandate.accepted_on is not None and mandate.accepted_on <= on
    if mandate.ended_on is not None and (mandate.accepted_on is None or mandate.ended_on < on):
        return MandateState.ENDED
    if not accepted:
        return MandateState.DRAFTED if mandate.signed_on is None or mandate.signed_on > on else MandateState.SIGNED
    if on < mandate.starts_on:
        return MandateState.ACCEPTED
    last_on = mandate.last_on
    return MandateState.ENDED if last_on is not None and on > last_on else MandateState.ACTIVE


def check_terms(
    version: ConventionVersion, kind: str, *, share_mode: str, share_cents: int | None, starts_on: date, ends_on: date | None
) -> None:
    """Whether such a mandate may be given at all: a share that says what it must, days in order, and what the convention allows.

    Refuses with ShareModeUnknown, ShareAmountMissing, ShareAmountNotWanted, AmountNotPositive, MandateDatesReversed and what
    `conventions.rules.check_mandate` refuses.
    """
    if share_mode not in tuple(ShareMode):
        raise ShareModeUnknown(share_mode=share_mode[:40])
    if share_mode == ShareMode.WHOLE and share_cents is not None:
        raise ShareAmountNotWanted(amount=decimal_text(share_cents))
    if share_mode != ShareMode.WHOLE and share_cents is None:
        raise ShareAmountMissing()
    if share_cents is not None and share_cents <= 0:
        raise AmountNotPositive(amount=decimal_text(share_cents))
    if ends_on is not None and ends_on < starts_on:
        raise MandateDatesReversed(starts_on=starts_on, ends_on=ends_on)
    check_mandate(version, kind, share_mode=share_mode, share_cents=share_cents, starts_on=starts_on, ends_on=ends_on)


def check_number(number: str) -> None:
    """MandateNumberUnfit unless a number that somebody chose can be written on paper and in a file's name."""
    fits = number.isascii() and number.replace("-", "").isalnum() and len(number) <= NUMBER_LENGTH_MAX
    if not fits:
        raise MandateNumberUnfit(mandate=number[:NUMBER_LENGTH_MAX], most=NUMBER_LENGTH_MAX)


def clean_subject(subject: str) -> str:
    """The subject with single spaces; TextUnacceptable or TextTooLong when it cannot be kept."""
    return " ".join(clean_text(subject, max_length=SUBJECT_LENGTH_MAX).split())


def clean_reason(reason: str) -> str:
    """What somebody gave as the reason, which may be nothing; TextUnacceptable or TextTooLong."""
    return clean_text(reason, max_length=REASON_LENGTH_MAX)


def checked_document_name(name: str, document: bytes) -> str:
    """The name under which a document is kept; DocumentMissing or DocumentTooLarge unless there is one, TextUnacceptable."""
    clean = clean_text(name, max_length=DOCUMENT_NAME_LENGTH_MAX)
    if not document:
        raise DocumentMissing()
    if len(document) > DOCUMENT_BYTES_MAX:
        raise DocumentTooLarge(name=clean, most_megabytes=DOCUMENT_BYTES_MAX // 1_000_000)
    return clean


def check_may_be_signed(mandate: Mandate, *, signed_on: date, on: date) -> None:
    """Whether the beneficiary's signature is what is missing.

    Refuses with MandateRevoked, MandateEnded, MandateAlreadySigned and SignatureLater.
    """
    check_not_gone(mandate)
    if mandate.signed_on is not None:
        raise MandateAlreadySigned(mandate=mandate.number, signed_on=mandate.signed_on)
    if signed_on > on:
        raise SignatureLater(signed_on=signed_on, on=on)


def check_may_be_accepted(mandate: Mandate, others: Iterable[Mandate]) -> None:
    """Whether the association may accept a signed mandate; `others` are mandates of the same beneficiary.

    Refuses with MandateRevoked, MandateEnded, MandateNotSigned, MandateAlreadyAccepted and MandateOverlaps.
    """
    check_not_gone(mandate)
    if mandate.accepted_on is not None:
        raise MandateAlreadyAccepted(mandate=mandate.number, accepted_on=mandate.accepted_on)
    if mandate.signed_on is None:
        raise MandateNotSigned(mandate=mandate.number)
    for other in others:
        if other.id == mandate.id or other.accepted_on is None or other.matter != mandate.matter:
            continue
        first_on = max(mandate.starts_on, other.starts_on)
        if _reaches(mandate, first_on) and _reaches(other, first_on):
            raise MandateOverlaps(mandate=mandate.number, other=other.number, day=first_on)


def check_may_end(mandate: Mandate, ended_on: date) -> None:
    """Whether a day may become the mandate's last: it lies within the days that were agreed.

    Refuses with MandateRevoked, MandateEnded, MandateDatesReversed and MandateEndsAlready.
    """
    check_not_gone(mandate)
    if ended_on < mandate.starts_on:
        raise MandateDatesReversed(starts_on=mandate.starts_on, ends_on=ended_on)
    if mandate.ends_on is not None and ended_on > mandate.ends_on:
        raise MandateEndsAlready(mandate=mandate.number, ends_on=mandate.ends_on)


def check_may_be_revoked(mandate: Mandate, *, revoked_on: date, on: date) -> None:
    """Revoking is always possible, in arrears, before acceptance and after the end: only not twice, and not for a later day.

    Refuses with MandateRevoked and RevocationLater. The rule is article 2004 of the Code civil.
    """
    if mandate.revoked_on is not None:
        raise MandateRevoked(mandate=mandate.number, revoked_on=mandate.revoked_on)
    if revoked_on > on:
        raise RevocationLater(on=on)


def check_not_gone(mandate: Mandate) -> None:
    """MandateRevoked or MandateEnded when somebody already put an end to the mandate."""
    if mandate.revoked_on is not None:
        raise MandateRevoked(mandate=mandate.number, revoked_on=mandate.revoked_on)
    if mandate.ended_on is not None:
        raise MandateEnded(mandate=mandate.number, ended_on=mandate.ended_on)


def _reaches(mandate: Mandate, day: date) -> bool:
    last_on = mandate.last_on
    return last_on is None or last_on >= day
