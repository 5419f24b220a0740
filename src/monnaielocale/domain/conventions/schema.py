"""The schema of a convention: which keys exist, which must be there, and what each of them may hold.

A key stands here only if it changes the outcome of an action; a test walks this schema and asks for the proof.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from difflib import get_close_matches

import stdnum.exceptions
import stdnum.fr.siren
import stdnum.iban

from ..chart import FORMS, ROLES
from ..desks.charters import FULL_RATE_BASIS_POINTS, Instrument, PayInRhythm
from ..money import CENTS_MAX
from ..payments.periods import PeriodKind
from ..refusals import Refusal
from . import faults as faults
from .convention import SIGNERS, AccountPurpose, Enterer, PaymentKind, Redeemer, ShareMode, Uncreditable, Wallets

Check = Callable[[object], object]
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@dataclass(frozen=True, slots=True)
class Value:
    """One value: its check returns the value in its only form, or raises the reason why it is refused."""

    check: Check
    required: bool = False


@dataclass(frozen=True, slots=True)
class Values:
    """A list of values; unless they are ordered, their order says nothing and none stands twice."""

    check: Check
    required: bool = False
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with keys of its own."""

    keys: Mapping[str, "Node"]
    required: bool = False


@dataclass(frozen=True, slots=True)
class Named:
    """A table whose keys are names of the trade, each with the same content."""

    names: tuple[str, ...]
    node: "Node"
    required: bool = field(default=False, init=False)


@dataclass(frozen=True, slots=True)
class Rows:
    """An array of tables, in the order that the convention gives them."""

    table: Table
    required: bool = False


Node = Value | Values | Table | Named | Rows


def schema_keys(node: "Node | None" = None, path: str = "") -> Iterator[str]:
    """Every key of a version as `kinds.*.pay_day` or `bank_accounts[].iban`: `*` stands for a name and `[]` for a row."""
    node = node or VERSION
    if isinstance(node, Table):
        for key, inner in node.keys.items():
            yield from schema_keys(inner, f"{path}.{key}" if path else key)
    elif isinstance(node, Named):
        yield from schema_keys(node.node, f"{path}.*")
    elif isinstance(node, Rows):
        yield from schema_keys(node.table, f"{path}[]")
    else:
        yield path


def suggestion(written: str, known: list[str]) -> str | None:
    """The known word that somebody most likely meant."""
    return next(iter(get_close_matches(written[:80], known, n=1, cutoff=0.6)), None)


def text_check(most: int = 200) -> Check:
    """A text that can be shown and stored: composed characters, no invisible ones, at most so many characters."""

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise faults.NotText()
        composed = unicodedata.normalize("NFC", value).strip()
        if not 1 <= len(composed) <= most:
            raise faults.TextEmptyOrTooLong(most=most)
        if any(unicodedata.category(character) in _HIDDEN for character in composed):
            raise faults.TextHoldsControls()
        return composed

    return check


def shaped(pattern: str, reason: type[Refusal]) -> Check:
    """A text of a fixed shape."""
    compiled = re.compile(pattern, re.ASCII)

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise faults.NotText()
        if not compiled.fullmatch(value):
            raise reason()
        return value

    return check


def numbered(validate: Callable[[str], str], reason: type[Refusal]) -> Check:
    """An official number with check digits, kept without its spaces."""

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise faults.NotText()
        if not value.isascii() or len(value) > 60:
            raise reason()
        try:
            return validate(value)
        except stdnum.exceptions.ValidationError:
            raise reason() from None

    return check


def whole(least: int, most: int) -> Check:
    """A whole number within limits; TOML's true and 1.0 are not whole numbers."""

    def check(value: object) -> int:
        if type(value) is not int:
            raise faults.NotWholeNumber()
        if not least <= value <= most:
            raise faults.NumberOutOfRange(least=least, most=most)
        return value

    return check


def one_of(choices: tuple[str, ...]) -> Check:
    """One of a few words."""

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise faults.NotText()
        if value in choices:
            return value
        near = suggestion(value, list(choices))
        if near:
            raise faults.ChoiceMisspelt(choices=", ".join(choices), suggestion=near)
        raise faults.ChoiceUnknown(choices=", ".join(choices))

    return check


def signer(value: object) -> object:
    """A role that may sign a run; never the public accountant, who would order and pay at once."""
    if value == "public_accountant":
        raise faults.PublicAccountantNeverSigns()
    return one_of(SIGNERS)(value)


def day(value: object) -> str:
    """A day of the calendar, kept as it is written in JSON."""
    if not isinstance(value, date) or isinstance(value, datetime):
        raise faults.NotDay()
    return value.isoformat()


def true_or_false(value: object) -> bool:
    """One of TOML's two words for it."""
    if not isinstance(value, bool):
        raise faults.NotTrueOrFalse()
    return value


CODE = shaped(r"[a-z][a-z0-9-]{0,39}", faults.CodeUnfit)
SIREN = numbered(stdnum.fr.siren.validate, faults.SirenWrong)
PARTY_NAME = text_check(120)

ISSUER = Table(
    {
        "code": Value(CODE, required=True),
        "name": Value(PARTY_NAME, required=True),
        "siren": Value(SIREN),
        "rna": Value(shaped(r"W\d{9}", faults.RnaWrong)),
        "book": Value(CODE, required=True),
    },
    required=True,
)
PUBLIC_BODY = Table(
    {"code": Value(CODE, required=True), "name": Value(PARTY_NAME, required=True), "siren": Value(SIREN, required=True)},
    required=True,
)
KIND = Table(
    {
        "share_modes": Values(one_of(tuple(ShareMode)), required=True),
        "period": Value(one_of(tuple(PeriodKind)), required=True),
        "minimum_cents": Value(whole(1, CENTS_MAX)),
        "minimum_months": Value(whole(1, 120)),
        "pay_day": Value(whole(1, 31)),
    }
)
CENTS = whole(0, CENTS_MAX)
DAYS = whole(0, 366)
TARIFF = Table(
    {
        "service": Value(CODE, required=True),
        "label": Value(text_check(120), required=True),
        "price_cents": Value(CENTS),
        "least_cents": Value(CENTS),
        "most_cents": Value(CENTS),
        "vat_basis_points": Value(whole(1, FULL_RATE_BASIS_POINTS - 1)),
        "vat_exemption": Value(text_check(120)),
        "revenue_account": Value(shaped(r"7\d{2,11}", faults.RevenueAccountUnfit), required=True),
        "valid_from": Value(day, required=True),
        "valid_until": Value(day),
    }
)
DESK = Table(
    {
        "code": Value(CODE, required=True),
        "label": Value(text_check(120), required=True),
        "prefix": Value(shaped(r"[A-Z][A-Z0-9]{1,7}", faults.PrefixUnfit), required=True),
        "tills": Values(CODE, required=True, ordered=True),
        "instruments": Values(one_of(tuple(Instrument)), required=True),
        "float_euro_cents": Value(CENTS, required=True),
        "float_notes_cents": Value(CENTS, required=True),
        "cash_ceiling_cents": Value(CENTS, required=True),
        "pay_in": Value(one_of(tuple(PayInRhythm)), required=True),
        "seal_within_days": Value(DAYS, required=True),
        "collect_within_days": Value(DAYS, required=True),
        "claim_within_days": Value(DAYS, required=True),
        "idle_minutes": Value(whole(1, 480), required=True),
        "refunds_leave_till": Value(true_or_false, required=True),
        "tariffs": Rows(TARIFF, required=True),
    }
)
VERSION = Table(
    {
        "label": Value(text_check(120), required=True),
        "in_force_on": Value(day, required=True),
        "suspended_on": Value(day),
        "ended_on": Value(day),
        "parties": Table({"issuer": ISSUER, "public_body": PUBLIC_BODY}, required=True),
        "currency": Table(
            {
                "code": Value(shaped(r"(?!EUR)[A-Z]{3}", faults.CurrencyCodeUnfit), required=True),
                "name": Value(text_check(40), required=True),
                "denominations_cents": Values(whole(1, 1_000_00), required=True),
            },
            required=True,
        ),
        "bank_accounts": Rows(
            Table(
                {
                    "iban": Value(numbered(stdnum.iban.validate, faults.IbanWrong), required=True),
                    "purpose": Value(one_of(tuple(AccountPurpose)), required=True),
                    "form": Value(one_of(FORMS), required=True),
                }
            ),
            required=True,
        ),
        "wallets": Value(one_of(tuple(Wallets)), required=True),
        "kinds": Named(tuple(PaymentKind), KIND),
        "crediting": Table({"within_days": Value(whole(0, 365), required=True)}),
        "runs": Table(
            {"entered_by": Values(one_of(tuple(Enterer)), required=True), "signed_by": Values(signer, required=True)},
        ),
        "uncreditable": Value(one_of(tuple(Uncreditable))),
        "redemption": Named(tuple(Redeemer), Table({"fee_basis_points": Value(whole(0, 10_000), required=True)})),
        "account_numbers": Named(
            tuple(name for name, role in ROLES.items() if role.money == "euro"),
            Value(shaped(r"[1-7]\d{2,11}", faults.AccountNumberUnfit)),
        ),
        "support_grants": Rows(
            Table(
                {
                    "label": Value(text_check(120), required=True),
                    "instalments_cents": Values(whole(1, CENTS_MAX), required=True, ordered=True),
                }
            )
        ),
        "desks": Rows(DESK),
    }
)
CONVENTION = Table({"versions": Rows(VERSION, required=True)}, required=True)
