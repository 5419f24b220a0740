"""What a convention allows: each function is asked by an action and answers for one version, or refuses."""

from datetime import date, timedelta

from ..chart import ROLES, AccountUnknown, Form, wallet
from ..money import AmountNotPositive, decimal_text
from ..payments.periods import Period, PeriodKind, end_after_months
from ..refusals import Refusal
from .convention import (
    AccountPurpose,
    ConventionBankAccount,
    ConventionParty,
    ConventionSuspended,
    ConventionVersion,
    KindRules,
    Uncreditable,
    Wallets,
)


class KindNotAllowed(Refusal):
    """{version} does not allow payments of the kind {kind}."""

    code = "kind_not_allowed"


class PeriodNotOfKind(Refusal):
    """Payments of the kind {kind} are agreed for each month: the period {period} is not a month."""

    code = "period_not_of_kind"


class PeriodNotOnce(PeriodNotOfKind):
    """Payments of the kind {kind} are agreed once, for a year or a day: the period {period} is a month."""

    code = "period_not_once"


class ShareModeNotAllowed(Refusal):
    """{version} does not allow the share {share_mode} for payments of the kind {kind}."""

    code = "share_mode_not_allowed"


class ShareBelowMinimum(Refusal):
    """The share of {share} is below the agreed minimum of {minimum}."""

    code = "share_below_minimum"


class MandateTooShort(Refusal):
    """A mandate lasts at least {minimum_months} months: this one may not end before {earliest_on}."""

    code = "mandate_too_short"


class RunNotEnteredBy(Refusal):
    """{version} does not let this party enter payment runs: {party_kind}."""

    code = "run_not_entered_by"


class RunNotSignedBy(Refusal):
    """{version} does not let this role sign payment runs: {role}."""

    code = "run_not_signed_by"


class PartyNotOfConvention(Refusal):
    """{party} is not a party to the convention {convention}."""

    code = "party_not_of_convention"


class DenominationUnknown(Refusal):
    """There is no note of {denomination} {currency}: the notes are {known}."""

    code = "denomination_unknown"


class NoReserveForForm(Refusal):
    """The convention {convention} names no reserve for this form of currency: {form}."""

    code = "no_reserve_for_form"


class WalletsKeptElsewhere(Refusal):
    """The accounts of {currency} are kept in another system: credits are ordered there."""

    code = "wallets_kept_elsewhere"


class RedemptionNotAllowed(Refusal):
    """{version} does not let this holder turn {currency} back into euros: {who}."""

    code = "redemption_not_allowed"


def parties(version: ConventionVersion) -> tuple[ConventionParty, ConventionParty]:
    """The association and the public body as they are registered when the convention is loaded."""
    return version.issuer, version.public_body


def check_denomination(version: ConventionVersion, denomination_cents: int) -> None:
    """DenominationUnknown unless such a note was issued."""
    known = version.currency.denominations_cents
    if denomination_cents not in known:
        raise DenominationUnknown(
            denomination=decimal_text(denomination_cents),
            currency=version.currency.name,
            known=", ".join(decimal_text(each) for each in known),
        )


def check_carried_out(version: ConventionVersion, on: date) -> None:
    """ConventionSuspended when a court's suspension holds on the day of an action, whatever period the action is about."""
    if version.suspended_on and on >= version.suspended_on:
        raise ConventionSuspended(version=version.label, convention=version.convention, suspended_on=version.suspended_on, day=on)


def rules_for_kind(version: ConventionVersion, kind: str) -> KindRules:
    """What is agreed for a kind of payment; KindNotAllowed when nothing is."""
    found = next((rules for rules in version.kinds if rules.kind == kind), None)
    if found is None:
        raise KindNotAllowed(version=version.label, kind=kind)
    return found


def check_period(version: ConventionVersion, kind: str, period: Period) -> None:
    """PeriodNotOfKind or PeriodNotOnce unless the period comes back as was agreed for the kind; KindNotAllowed."""
    agreed = rules_for_kind(version, kind).period
    if period.kind != agreed:
        refusal = PeriodNotOfKind if agreed is PeriodKind.MONTH else PeriodNotOnce
        raise refusal(kind=kind, period=str(period))


def check_mandate(
    version: ConventionVersion, kind: str, *, share_mode: str, share_cents: int | None, starts_on: date, ends_on: date | None
) -> None:
    """Whether a collection mandate (mandat d'encaissement) may be agreed in these terms; no end means until revoked.

    Refuses with KindNotAllowed, ShareModeNotAllowed, ShareBelowMinimum (of a fixed share or a ceiling) and MandateTooShort.
    """
    rules = rules_for_kind(version, kind)
    if share_mode not in rules.share_modes:
        raise ShareModeNotAllowed(version=version.label, share_mode=share_mode, kind=kind)
    if share_cents is not None and rules.minimum_cents is not None and share_cents < rules.minimum_cents:
        raise ShareBelowMinimum(share=decimal_text(share_cents), minimum=decimal_text(rules.minimum_cents))
    if ends_on is not None and rules.minimum_months is not None:
        earliest_on = end_after_months(starts_on, rules.minimum_months)
        if ends_on < earliest_on:
            raise MandateTooShort(minimum_months=rules.minimum_months, earliest_on=earliest_on)


def expected_on(version: ConventionVersion, kind: str, period: Period) -> date | None:
    """The day by which the public body's euros are expected, late afterwards; None when no day was agreed; KindNotAllowed."""
    pay_day = rules_for_kind(version, kind).pay_day
    return None if pay_day is None else period.day_of_month(pay_day)


def crediting_due_on(version: ConventionVersion, booked_on: date) -> date | None:
    """The last day on which the association credits in time euros that its bank booked on a day; None when nothing was agreed."""
    within = version.crediting_within_days
    return None if within is None else booked_on + timedelta(days=within)


def check_may_enter(version: ConventionVersion, party_kind: str) -> None:
    """RunNotEnteredBy unless runs are entered by this party, `public_body` or `issuer`."""
    if party_kind not in version.entered_by:
        raise RunNotEnteredBy(version=version.label, party_kind=party_kind)


def check_may_sign(version: ConventionVersion, role: str) -> None:
    """RunNotSignedBy unless a person with this role signs runs; the public accountant never does."""
    if role not in version.signed_by:
        raise RunNotSignedBy(version=version.label, role=role)


def credited_account(version: ConventionVersion, member_number: str) -> str:
    """The account of the register of units that a credit to a member moves: their wallet, or credits ordered elsewhere."""
    return wallet(member_number) if version.wallets is Wallets.HERE else "wallets_elsewhere.pending"


def check_wallets_here(version: ConventionVersion) -> None:
    """WalletsKeptElsewhere when the books do not hold members' accounts, so that members cannot pay each other here."""
    if version.wallets is Wallets.ELSEWHERE:
        raise WalletsKeptElsewhere(currency=version.currency.name)


def returned_to(version: ConventionVersion, beneficiary: str) -> str:
    """Whose account `to_return` takes euros that cannot be credited: the beneficiary's, or the public body's for its Treasury."""
    return beneficiary if version.uncreditable is Uncreditable.BENEFICIARY else version.public_body.code


def redemption_fee(version: ConventionVersion, who: str, amount_cents: int) -> int:
    """The fee in cents on an amount of units given back, rounded half up to the cent.

    Refuses with RedemptionNotAllowed when this holder may not, and AmountNotPositive.
    """
    if amount_cents <= 0:
        raise AmountNotPositive(amount=decimal_text(amount_cents))
    basis_points = next((fee for redeemer, fee in version.redemption if redeemer == who), None)
    if basis_points is None:
        raise RedemptionNotAllowed(version=version.label, currency=version.currency.name, who=who)
    return (amount_cents * basis_points + 5_000) // 10_000


def reserve_account(version: ConventionVersion, form: Form) -> ConventionBankAccount:
    """The reserve (fonds de garantie) of a form, the first that the convention names; NoReserveForForm when it names none."""
    found = _first(version, AccountPurpose.RESERVE, form)
    if found is None:
        raise NoReserveForForm(convention=version.convention, form=str(form))
    return found


def arrival_account(version: ConventionVersion, form: Form) -> ConventionBankAccount:
    """The account to which euros are sent first: the collection account of the form, else its reserve; NoReserveForForm."""
    return _first(version, AccountPurpose.COLLECTION, form) or reserve_account(version, form)


def _first(version: ConventionVersion, purpose: AccountPurpose, form: Form) -> ConventionBankAccount | None:
    return next((each for each in version.bank_accounts if each.purpose is purpose and each.form is form), None)


def account_number(version: ConventionVersion, role: str) -> str:
    """The number of a euro account in the French chart, as agreed or else as usual; AccountUnknown for any other role."""
    known = ROLES.get(role)
    if known is None or known.money != "euro":
        raise AccountUnknown(account=role)
    return dict(version.account_numbers).get(role, known.number)
