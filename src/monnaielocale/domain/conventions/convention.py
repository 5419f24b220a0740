"""Conventions between a public body and an association, in versions, each frozen by the fingerprint of its rules.

A version holds complete rules and stands alone; an amendment (avenant) is a new version. The rules that apply to a payment are
those in force on the first day of the payment's period.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

from ..chart import Form
from ..desks.charters import Charter
from ..payments.periods import Period, PeriodKind
from ..refusals import Refusal
from .desks import DeskNotInConvention, charter_from
from .lines import Path, key_text

SIGNERS = ("town_signer", "association_operator", "association_accountant")


class PaymentKind(StrEnum):
    """What a public body pays: indemnité d'élu, rémunération, subvention, facture."""

    OFFICIAL_ALLOWANCE = "official_allowance"
    STAFF_PAY = "staff_pay"
    GRANT = "grant"
    SUPPLIER_INVOICE = "supplier_invoice"


class ShareMode(StrEnum):
    """How much of each payment the beneficiary takes in local currency."""

    WHOLE = "whole"
    FIXED = "fixed"
    CEILING = "ceiling"


class AccountPurpose(StrEnum):
    """What a bank account of the association is for: a compte de dépôt, or the reserve (fonds de garantie)."""

    COLLECTION = "collection"
    RESERVE = "reserve"


class Wallets(StrEnum):
    """Where members' digital accounts are kept: in these books, or in another system."""

    HERE = "here"
    ELSEWHERE = "elsewhere"


class Enterer(StrEnum):
    """Who enters the runs: the public body, or the association from the public body's signed list."""

    PUBLIC_BODY = "public_body"
    ISSUER = "issuer"


class Uncreditable(StrEnum):
    """To whom euros go that cannot be credited."""

    BENEFICIARY = "beneficiary"
    TREASURY = "treasury"


class Redeemer(StrEnum):
    """Who may turn local currency back into euros (reconversion)."""

    BUSINESS = "business"
    ASSOCIATION = "association"
    PUBLIC_BODY = "public_body"
    LEAVING_MEMBER = "leaving_member"


class NoConventionInForce(Refusal):
    """The convention {convention} comes into force on {in_force_on}: it covers nothing that begins on {day}."""

    code = "no_convention_in_force"


class ConventionSuspended(Refusal):
    """{version} of the convention {convention} is suspended since {suspended_on}: it covers nothing that begins on {day}."""

    code = "convention_suspended"


class ConventionSuspendedUntilAmended(ConventionSuspended):
    """{version} of the convention {convention} was suspended on {suspended_on} and {amendment} is in force only from
    {amended_on}: nothing covers what begins on {day}."""

    code = "convention_suspended_until_amended"


class ConventionEnded(Refusal):
    """{version} of the convention {convention} ended on {ended_on}: it covers nothing that begins on {day}."""

    code = "convention_ended"


class ConventionVersionChanged(Refusal):
    """{version} of the convention {convention} was loaded before with other values: {keys}. Write the change as a new version."""

    code = "convention_version_changed"


class VersionEndChanged(Refusal):
    """The books know {version} with {key} = {known}: a day once recorded is neither altered nor taken back."""

    code = "version_end_changed"


@dataclass(frozen=True, slots=True)
class ConventionParty:
    """One of the two parties, with its SIREN or, for an association, its register number (RNA)."""

    kind: Enterer
    code: str
    name: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Currency:
    """The local currency and the notes that exist of it, in cents of a unit; a unit is worth one euro."""

    code: str
    name: str
    denominations_cents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConventionBankAccount:
    """A bank account of the association that the convention names."""

    iban: str
    purpose: AccountPurpose
    form: Form


@dataclass(frozen=True, slots=True)
class KindRules:
    """What is agreed for one kind of payment."""

    kind: PaymentKind
    share_modes: frozenset[ShareMode]
    period: PeriodKind
    minimum_cents: int | None = None
    minimum_months: int | None = None
    pay_day: int | None = None


@dataclass(frozen=True, slots=True)
class SupportGrant:
    """Operating money that the public body promised the association, in instalments."""

    label: str
    instalments_cents: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ConventionVersion:
    """Complete rules, in force from a day on.

    `suspended_on` is the first day of the suspension; `ended_on` is the last day on which the version holds. `canonical` is the
    text of which the fingerprint is taken: the label, the first day and all rules, without the two days on which a version may
    stop later and without the sources, which may be completed.
    """

    label: str
    in_force_on: date
    issuer: ConventionParty
    public_body: ConventionParty
    book: str
    currency: Currency
    bank_accounts: tuple[ConventionBankAccount, ...]
    wallets: Wallets
    kinds: tuple[KindRules, ...]
    crediting_within_days: int | None
    entered_by: frozenset[Enterer]
    signed_by: frozenset[str]
    uncreditable: Uncreditable
    redemption: tuple[tuple[Redeemer, int], ...]
    account_numbers: tuple[tuple[str, str], ...]
    support_grants: tuple[SupportGrant, ...]
    desks: tuple[Charter, ...]
    canonical: str = field(repr=False)
    suspended_on: date | None = None
    ended_on: date | None = None
    sources: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @property
    def convention(self) -> str:
        """The convention's code, such as `bayonne-eusko`: its public body and the association's book."""
        return f"{self.public_body.code}-{self.book}"

    @property
    def sha256(self) -> bytes:
        """The fingerprint that freezes the version once it is loaded."""
        return hashlib.sha256(self.canonical.encode()).digest()

    @property
    def last_on(self) -> date | None:
        """The last day on which the version holds, as far as it is known."""
        days = [self.ended_on, self.suspended_on and self.suspended_on - timedelta(days=1)]
        return min((day for day in days if day), default=None)

    def desk(self, code: str) -> Charter:
        """The charter of a desk of the public body, for as long as the version holds; DeskNotInConvention."""
        found = next((charter for charter in self.desks if charter.desk == code), None)
        if found is None:
            raise DeskNotInConvention(desk=code[:40], version=self.label, convention=self.convention)
        return replace(found, valid_until=self.last_on)

    def source_of(self, key: str) -> str | None:
        """The source of a value: its own, or the nearest one named for what contains it."""
        known = dict(self.sources)
        path = next((path for path, _ in _flat(json.loads(self.canonical)) if key_text(path) == key), (key,))
        return next((known[text] for text in enclosing_keys(path) if text in known), None)


@dataclass(frozen=True, slots=True)
class Convention:
    """A convention with its versions, the oldest first."""

    versions: tuple[ConventionVersion, ...]

    @property
    def code(self) -> str:
        """The same for every version: an amendment keeps the parties and the book."""
        return self.versions[0].convention

    def version_for(self, covered: Period | date) -> ConventionVersion:
        """The version whose rules apply to a payment's period, which is the one in force on the period's first day, or to a day.

        NoConventionInForce before the first version; ConventionSuspended or ConventionEnded when the latest version by then had
        stopped.
        """
        day = covered.first_on if isinstance(covered, Period) else covered
        begun = [version for version in self.versions if version.in_force_on <= day]
        if not begun:
            raise NoConventionInForce(convention=self.code, in_force_on=self.versions[0].in_force_on, day=day)
        version = begun[-1]
        amendment = self.versions[len(begun)] if len(begun) < len(self.versions) else None
        _check_holds(version, day, amendment)
        return version

    def version_with_desk(self, desk: str, day: date) -> ConventionVersion:
        """The latest version by a day that has a charter for a desk, also when it has stopped since.

        What was collected under it is still to be counted, paid in and given back. Refuses like `version_for` and
        `ConventionVersion.desk` when there never was one.
        """
        known = [each for each in self.versions if each.in_force_on <= day and any(one.desk == desk for one in each.desks)]
        if not known:
            self.version_for(day).desk(desk)
        return known[-1]


@dataclass(frozen=True, slots=True)
class VersionChange:
    """One key whose value differs between two contents of a version; None where the key is absent."""

    key: str
    old: Any
    new: Any


def _check_holds(version: ConventionVersion, day: date, amendment: ConventionVersion | None) -> None:
    named = {"version": version.label, "convention": version.convention, "day": day}
    if version.suspended_on and day >= version.suspended_on:
        named["suspended_on"] = version.suspended_on
        if amendment:
            raise ConventionSuspendedUntilAmended(**named, amendment=amendment.label, amended_on=amendment.in_force_on)
        raise ConventionSuspended(**named)
    if version.ended_on and day > version.ended_on:
        raise ConventionEnded(**named, ended_on=version.ended_on)


def canonical_text(content: dict[str, Any]) -> str:
    """The frozen content of a version as JSON in one form only: sorted keys, no spaces."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@lru_cache(maxsize=256)
def version_from_canonical(canonical: str) -> ConventionVersion:
    """The version that a canonical text describes, as it was when it was loaded; its later end is kept apart.

    A version is frozen and every batch of a desk asks for it, so that it is built once.
    """
    content: dict[str, Any] = json.loads(canonical)
    in_force_on = date.fromisoformat(content["in_force_on"])
    runs = content.get("runs", {"entered_by": (), "signed_by": ()})
    parties, currency = content["parties"], content["currency"]
    return ConventionVersion(
        label=content["label"],
        in_force_on=in_force_on,
        issuer=_party(Enterer.ISSUER, parties["issuer"]),
        public_body=_party(Enterer.PUBLIC_BODY, parties["public_body"]),
        book=parties["issuer"]["book"],
        currency=Currency(currency["code"], currency["name"], tuple(currency["denominations_cents"])),
        bank_accounts=tuple(
            ConventionBankAccount(each["iban"], AccountPurpose(each["purpose"]), Form(each["form"]))
            for each in content["bank_accounts"]
        ),
        wallets=Wallets(content["wallets"]),
        kinds=tuple(_kind(PaymentKind(kind), rules) for kind, rules in content.get("kinds", {}).items()),
        crediting_within_days=content.get("crediting", {}).get("within_days"),
        entered_by=frozenset(Enterer(each) for each in runs["entered_by"]),
        signed_by=frozenset(runs["signed_by"]),
        uncreditable=Uncreditable(content.get("uncreditable", Uncreditable.BENEFICIARY)),
        redemption=tuple((Redeemer(who), each["fee_basis_points"]) for who, each in content.get("redemption", {}).items()),
        account_numbers=tuple(content.get("account_numbers", {}).items()),
        support_grants=tuple(
            SupportGrant(each["label"], tuple(each["instalments_cents"])) for each in content.get("support_grants", ())
        ),
        desks=tuple(charter_from(each, in_force_on) for each in content.get("desks", ())),
        canonical=canonical,
    )


def _party(kind: Enterer, party: dict[str, str]) -> ConventionParty:
    return ConventionParty(kind, party["code"], party["name"], party.get("siren") or party["rna"])


def _kind(kind: PaymentKind, rules: dict[str, Any]) -> KindRules:
    return KindRules(
        kind=kind,
        share_modes=frozenset(ShareMode(mode) for mode in rules["share_modes"]),
        period=PeriodKind(rules["period"]),
        minimum_cents=rules.get("minimum_cents"),
        minimum_months=rules.get("minimum_months"),
        pay_day=rules.get("pay_day"),
    )


def version_changes(old_canonical: str, new_canonical: str) -> list[VersionChange]:
    """Every key whose value differs between two contents of a version, in the order of the keys."""
    old = {key_text(path): value for path, value in _flat(json.loads(old_canonical))}
    new = {key_text(path): value for path, value in _flat(json.loads(new_canonical))}
    return [VersionChange(key, old.get(key), new.get(key)) for key in sorted(old | new) if old.get(key) != new.get(key)]


def check_unchanged(loaded_canonical: str, version: ConventionVersion) -> None:
    """ConventionVersionChanged, naming the keys that differ, when a version loaded before is read again with other rules."""
    changes = version_changes(loaded_canonical, version.canonical)
    if changes:
        keys = ", ".join(change.key for change in changes)
        raise ConventionVersionChanged(version=version.label, convention=version.convention, keys=keys, changes=tuple(changes))


def ending_to_record(known: ConventionVersion, read: ConventionVersion) -> tuple[date | None, date | None]:
    """The suspension and the end that the file says and the books do not know yet, as (suspended_on, ended_on).

    Each is said once: VersionEndChanged when a day already recorded is altered or taken back.
    """
    fresh: list[date | None] = []
    for key in ("suspended_on", "ended_on"):
        before, now = getattr(known, key), getattr(read, key)
        if before is not None and before != now:
            raise VersionEndChanged(version=known.label, key=key, known=before, read=now)
        fresh.append(now if before is None else None)
    return fresh[0], fresh[1]


def with_ending(version: ConventionVersion, *, suspended_on: date | None, ended_on: date | None) -> ConventionVersion:
    """The version with the days on which it stopped, as the books recorded them."""
    return replace(version, suspended_on=suspended_on, ended_on=ended_on)


def enclosing_keys(path: Path) -> Iterator[str]:
    """A key and everything that contains it, the nearest first: `kinds.grant.period`, `kinds.grant`, `kinds`."""
    return (key_text(path[:length]) for length in range(len(path), 0, -1))


def _flat(content: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of a content with its path; a list of values is one value, a list of tables is walked."""
    if isinstance(content, dict):
        for key, value in content.items():
            yield from _flat(value, (*path, key))
    elif isinstance(content, list) and content and isinstance(content[0], dict):
        for number, value in enumerate(content):
            yield from _flat(value, (*path, number))
    else:
        yield path, content
