"""Conventions: what a public body and an association agreed, in versions; a file is checked before it is loaded."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Path, Query, UploadFile
from pydantic import Field

from monnaielocale.actions.conventions import convention_loaded
from monnaielocale.domain.conventions.convention import (
    Convention,
    ConventionParty,
    ConventionVersion,
    ConventionVersionChanged,
    KindRules,
    NoConventionInForce,
)
from monnaielocale.domain.conventions.faults import ConventionFault, ConventionFaults, KeyUnknown
from monnaielocale.domain.conventions.reading import MOST_BYTES, read_convention
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.conventions import ConventionUnknown, LoadedConvention, convention_seen, conventions_page
from monnaielocale.words import fault_as_data

from .. import places
from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..doors import Door
from ..fields import CentsOrZero, Code, Currency, Day, Iban, Name, Shape
from ..forms import DayGiven
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..sight import BOOKS, TOWN
from ..subjects import SubjectRouter
from ..uploads import content_of

READERS = (*BOOKS, *TOWN, "administrator")
# The file itself is bounded where it is read, and refused there with a line; around it is the form.
FORM_BYTES = MOST_BYTES + 16 * 1024
router = SubjectRouter(prefix="/conventions", tags=["conventions"], route_class=StrictRoute)
# Each loading takes connections of its own.
_loading = Door("conventions", at_once=1, waiting=20)

ConventionCode = Annotated[
    str,
    Path(
        pattern=r"^[a-z][a-z0-9_-]{0,80}$",
        description="The code of the public body and that of the book.",
        examples=["bayonne-eusko"],
    ),
]
ConventionText = Annotated[str | None, Form(description="The convention as TOML text, where no file is sent.")]


class ConventionMissing(Refusal):
    """Send the convention, as a file or as text, and not as both."""

    code = "convention_missing"


UNKNOWN = refusing(ConventionUnknown(convention="bayonne-eusko"))
NO_RULES = NoConventionInForce(convention="bayonne-eusko", in_force_on=date(2018, 1, 10), day=date(2018, 1, 1))
REFUSED_FILE = refusing(
    ConventionMissing(),
    ConventionFaults((ConventionFault(12, "versions[1].wallets", "there", KeyUnknown()),)),
    ConventionVersionChanged(version="Avenant of 7 June 2018", convention="bayonne-eusko", keys="crediting.within_days"),
)


class PartyShown(Shape):
    """One of the two parties, with its register number: SIREN or RNA."""

    code: Code
    name: Name
    identifier: str


class CurrencyShown(Shape):
    """The local currency with its notes; a unit is worth one euro."""

    code: Currency
    name: str
    denominations_cents: list[CentsOrZero]


class KindShown(Shape):
    """What is agreed for one kind of payment."""

    kind: str
    share_modes: list[str]
    period: str
    minimum_cents: CentsOrZero | None
    minimum_months: int | None
    pay_day: int | None


class VersionShown(Shape):
    """A version: `suspended_on` is the first day of its suspension, `ended_on` its last day; it is frozen by the fingerprint."""

    label: str
    in_force_on: Day
    suspended_on: Day | None
    ended_on: Day | None
    sha256: Annotated[str, Field(examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])]


class ConventionShown(Shape):
    """A convention with its versions, the oldest first; parties, currency and kinds are those of the latest."""

    convention: str
    book: Code
    issuer: PartyShown
    public_body: PartyShown
    currency: CurrencyShown
    wallets: str
    kinds: list[KindShown]
    versions: list[VersionShown]


class ConventionsPage(Shape):
    """Conventions by code, and where the next page begins."""

    items: list[ConventionShown]
    next: str | None


class BankAccountShown(Shape):
    """A bank account of the association that the convention names."""

    iban: Iban
    purpose: str
    form: str


class RedemptionRulesShown(Shape):
    """Who may turn units back into euros, and what is kept of them, in hundredths of a percent."""

    who: str
    fee_basis_points: int


class RulesShown(VersionShown):
    """The version in force on a day, with all of its rules."""

    convention: str
    book: Code
    on: Day
    issuer: PartyShown
    public_body: PartyShown
    currency: CurrencyShown
    bank_accounts: list[BankAccountShown]
    wallets: str
    kinds: list[KindShown]
    crediting_within_days: int | None
    entered_by: list[str]
    signed_by: list[str]
    uncreditable: str
    redemption: list[RedemptionRulesShown]


class FaultShown(Shape):
    """One fault of a file: its line from one, its key, the value found, and the reason."""

    line: int
    key: str
    value: str
    code: str
    reason: str


class ConventionChecked(Shape):
    """Whether a file could be loaded: what it holds, or every fault of it."""

    valid: bool
    convention: str | None
    versions: list[VersionShown]
    faults: list[FaultShown]


class ConventionLoadedShown(Shape):
    """What a file changed: labels of versions that are new, that stopped, and that were known; no event when nothing did."""

    convention: str
    book: Code
    loaded: list[str]
    ended: list[str]
    unchanged: list[str]
    event_id: UUID | None


@router.get("")
def list_conventions(who: Anyone, limit: Limit = 100, cursor: Cursor = None) -> ConventionsPage:
    """The conventions that you may see, by code."""
    who.require(*READERS)
    with who.visit() as connection:
        seen, last = page(conventions_page(connection, places.code(cursor), limit + 1), limit)
    return ConventionsPage(items=[_convention(one) for one in seen], next=cursor_of(last.convention.code) if last else None)


@router.post("/check", max_body_size=FORM_BYTES, responses=refusing(ConventionMissing()))
def check_convention_file(who: Anyone, file: UploadFile | None = None, toml: ConventionText = None) -> ConventionChecked:  # noqa: ARG001
    """Check a convention's file before anything else: every fault with its line and key. Nothing is kept of it."""
    try:
        read = read_convention(_given(file, toml))
    except ConventionFaults as refused:
        return ConventionChecked(valid=False, convention=None, versions=[], faults=[_fault(fault) for fault in refused.faults])
    return ConventionChecked(valid=True, convention=read.code, versions=_versions(read), faults=[])


@router.post("", status_code=201, max_body_size=FORM_BYTES, responses=REFUSED_FILE)
async def load_convention_file(
    who: Keyed,
    file: UploadFile | None = None,
    toml: ConventionText = None,
    on: DayGiven = None,
) -> ConventionLoadedShown:
    """Load a convention with its parties, its book and its bank accounts, or its amendments; again, nothing changes."""
    who.require("administrator", "association_accountant")
    data, day = _given(file, toml), who.day(on)
    database = who.services.database
    done = await _loading.enter(lambda: convention_loaded(database, who.actor, data, day, who.key))
    return ConventionLoadedShown(**who.told(done))


@router.get("/{code}", responses=UNKNOWN)
def show_convention(code: ConventionCode, who: Anyone) -> ConventionShown:
    """One convention with its versions."""
    who.require(*READERS)
    with who.visit() as connection:
        return _convention(convention_seen(connection, code))


@router.get("/{code}/in-force", responses=UNKNOWN | refusing(NO_RULES))
def show_rules_in_force(
    code: ConventionCode, who: Anyone, on: Annotated[Day | None, Query(description="The day; today unless given.")] = None
) -> RulesShown:
    """The version whose rules hold on a day; refused with the reason when none does."""
    who.require(*READERS)
    day = who.day(on)
    with who.visit() as connection:
        loaded = convention_seen(connection, code)
    return _rules(loaded.convention.version_for(day), day)


def _given(file: UploadFile | None, toml: str | None) -> bytes:
    if (file is None) == (toml is None):
        raise ConventionMissing()
    return content_of(file)[1] if file is not None else (toml or "").encode("utf-8", "replace")


def _convention(loaded: LoadedConvention) -> ConventionShown:
    latest = loaded.convention.versions[-1]
    return ConventionShown(
        convention=loaded.convention.code,
        book=loaded.book,
        **_agreed(latest),
        versions=_versions(loaded.convention),
    )


def _agreed(version: ConventionVersion) -> dict[str, Any]:
    currency = version.currency
    return {
        "issuer": _party(version.issuer),
        "public_body": _party(version.public_body),
        "currency": CurrencyShown(code=currency.code, name=currency.name, denominations_cents=list(currency.denominations_cents)),
        "wallets": str(version.wallets),
        "kinds": [_kind(kind) for kind in version.kinds],
    }


def _rules(version: ConventionVersion, on: date) -> RulesShown:
    accounts = version.bank_accounts
    return RulesShown(
        convention=version.convention,
        book=version.book,
        on=on,
        **_agreed(version),
        **_version(version),
        bank_accounts=[BankAccountShown(iban=one.iban, purpose=str(one.purpose), form=str(one.form)) for one in accounts],
        crediting_within_days=version.crediting_within_days,
        entered_by=sorted(map(str, version.entered_by)),
        signed_by=sorted(version.signed_by),
        uncreditable=str(version.uncreditable),
        redemption=[RedemptionRulesShown(who=str(who), fee_basis_points=fee) for who, fee in version.redemption],
    )


def _versions(read: Convention) -> list[VersionShown]:
    return [VersionShown(**_version(version)) for version in read.versions]


def _version(version: ConventionVersion) -> dict[str, Any]:
    return {
        "label": version.label,
        "in_force_on": version.in_force_on,
        "suspended_on": version.suspended_on,
        "ended_on": version.ended_on,
        "sha256": version.sha256.hex(),
    }


def _party(party: ConventionParty) -> PartyShown:
    return PartyShown(code=party.code, name=party.name, identifier=party.identifier)


def _kind(rules: KindRules) -> KindShown:
    return KindShown(
        kind=str(rules.kind),
        share_modes=sorted(map(str, rules.share_modes)),
        period=str(rules.period),
        minimum_cents=rules.minimum_cents,
        minimum_months=rules.minimum_months,
        pay_day=rules.pay_day,
    )


def _fault(fault: ConventionFault) -> FaultShown:
    told = fault_as_data(fault)
    return FaultShown(line=fault.line, key=fault.key, value=fault.value, code=told["code"], reason=told["message"])
