"""Each key of a convention changes what comes of at least one action: a key that changes nothing does not exist.

Each row edits one line of the sample convention and asks the same question before and after. The question is a rule that an
action asks; what a row compares is the answer or the refusal's words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from monnaielocale.domain.chart import Form
from monnaielocale.domain.conventions import rules as rules
from monnaielocale.domain.conventions.convention import Convention, ConventionVersion, version_changes
from monnaielocale.domain.conventions.reading import read_convention
from monnaielocale.domain.conventions.schema import schema_keys
from monnaielocale.domain.money import Money
from monnaielocale.domain.payments.periods import Period
from monnaielocale.domain.refusals import Refusal

SAMPLE = (Path(__file__).parent / "convention_sample.toml").read_text(encoding="utf-8").rpartition("[[versions]]")[0]
DOCUMENTED = Path(__file__).parents[2] / "docs" / "conventions.md"
JANUARY = Period.parse("2026-01")


@dataclass(frozen=True, slots=True)
class Row:
    """One key, the edit of the sample and the question whose answer the edit changes."""

    key: str
    before: str
    after: str
    question: Callable[[ConventionVersion], object]


def holds_on(day: date) -> Callable[[ConventionVersion], object]:
    return lambda version: Convention((version,)).version_for(day)


def mandate(share_cents: int = 100_00, ends_on: date | None = None) -> Callable[[ConventionVersion], object]:
    return lambda version: rules.check_mandate(
        version,
        "official_allowance",
        share_mode="ceiling",
        share_cents=share_cents,
        starts_on=date(2026, 1, 1),
        ends_on=ends_on,
    )


def instalment_of(amount_cents: int) -> Callable[[ConventionVersion], object]:
    return lambda version: rules.grant_instalment(
        version, "Printing of notes", received_before_cents=0, amount_cents=amount_cents
    )


ROWS = [
    Row("label", '"Convention of Port-Clair"', '"Convention of January"', lambda v: rules.rules_for_kind(v, "staff_pay")),
    Row("in_force_on", "in_force_on = 2026-01-01", "in_force_on = 2026-01-02", holds_on(date(2026, 1, 1))),
    Row("suspended_on", "suspended_on = 2026-05-04\n", "suspended_on = 2026-05-05\n", holds_on(date(2026, 5, 4))),
    Row("ended_on", "ended_on = 2026-05-31", "ended_on = 2026-05-02", holds_on(date(2026, 5, 3))),
    Row("parties.issuer.code", '"les-embruns"', '"les-vagues"', lambda v: rules.check_party(v, "issuer", "les-embruns")),
    Row("parties.issuer.name", '"Les Embruns"', '"Les Vagues"', rules.parties),
    Row("parties.issuer.siren", '"999000011"', '"999000037"', rules.parties),
    Row("parties.issuer.rna", 'siren = "999000011"', 'rna = "W641999998"', rules.parties),
    Row("parties.issuer.book", 'book = "embrun"', 'book = "vague"', lambda v: rules.check_book(v, "embrun")),
    Row("parties.public_body.code", '"port-clair"', '"port-noir"', lambda v: rules.check_party(v, "public_body", "port-clair")),
    Row("parties.public_body.name", '"Commune de Port-Clair"', '"Ville de Port-Clair"', rules.parties),
    Row("parties.public_body.siren", '"999000029"', '"999000045"', rules.parties),
    Row("currency.code", '"EMB"', '"VAG"', lambda v: rules.check_currency(v, Money(100, "EMB"))),
    Row("currency.name", 'name = "embrun"', 'name = "vague"', lambda v: rules.check_currency(v, Money(100, "EUR"))),
    Row("currency.denominations_cents", "[100, 500, 1000]", "[100, 500]", lambda v: rules.check_denomination(v, 10_00)),
    Row("bank_accounts[].iban", "0000 115", "0000 309", lambda v: rules.bank_account(v, "FR7699999000010000000000115")),
    Row("bank_accounts[].purpose", '"collection"', '"reserve"', lambda v: rules.reserve_account(v, Form.DIGITAL)),
    Row("bank_accounts[].form", 'form = "digital"', 'form = "notes"', lambda v: rules.arrival_account(v, Form.DIGITAL)),
    Row("wallets", 'wallets = "here"', 'wallets = "elsewhere"', lambda v: rules.credited_account(v, "E00058")),
    Row("kinds.*.share_modes", '["whole", "ceiling"]', '["whole"]', mandate()),
    Row("kinds.*.period", 'period = "once"', 'period = "month"', lambda v: rules.check_period(v, "grant", JANUARY)),
    Row("kinds.*.minimum_cents", "minimum_cents = 50_00", "minimum_cents = 150_00", mandate()),
    Row("kinds.*.minimum_months", "minimum_months = 6", "minimum_months = 7", mandate(ends_on=date(2026, 6, 30))),
    Row("kinds.*.pay_day", "pay_day = 28", "pay_day = 31", lambda v: rules.expected_on(v, "official_allowance", JANUARY)),
    Row("crediting.within_days", "within_days = 2", "within_days = 1", lambda v: rules.crediting_due_on(v, date(2026, 1, 30))),
    Row("runs.entered_by", '["public_body"]', '["issuer"]', lambda v: rules.check_may_enter(v, "public_body")),
    Row("runs.signed_by", '["town_signer"]', '["association_accountant"]', lambda v: rules.check_may_sign(v, "town_signer")),
    Row("uncreditable", 'uncreditable = "beneficiary"', 'uncreditable = "treasury"', lambda v: rules.returned_to(v, "E00058")),
    Row("redemption.*.fee_basis_points", "points = 500", "points = 250", lambda v: rules.redemption_fee(v, "business", 1000_00)),
    Row("account_numbers.*", '"463400"', '"463410"', lambda v: rules.account_number(v, "circulation.digital")),
    Row("support_grants[].label", '"Printing of notes"', '"Web site"', instalment_of(25_000_00)),
    Row("support_grants[].instalments_cents", "[25_000_00,", "[24_000_00,", instalment_of(25_000_00)),
]


def answer(text: str, question: Callable[[ConventionVersion], object]) -> object:
    version = read_convention(text.encode()).versions[0]
    try:
        answered = question(version)
    except Refusal as refusal:
        return refusal.code, str(refusal)
    return None if answered is version else answered


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_each_key_changes_what_comes_of_an_action(row: Row) -> None:
    edited = SAMPLE.replace(row.before, row.after, 1)
    assert edited != SAMPLE
    assert answer(edited, row.question) != answer(SAMPLE, row.question)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_each_edit_touches_its_own_key(row: Row) -> None:
    before, after = (read_convention(text.encode()).versions[0] for text in (SAMPLE, SAMPLE.replace(row.before, row.after, 1)))
    touched = {general(change.key) for change in version_changes(before.canonical, after.canonical)}
    touched |= {key for key in ("suspended_on", "ended_on") if getattr(before, key) != getattr(after, key)}
    # An association has one register number or the other, so that taking one up drops the other.
    assert touched == ({row.key, "parties.issuer.siren"} if row.key == "parties.issuer.rna" else {row.key})


def general(key: str) -> str:
    """The key of the schema that a key of a version is an instance of."""
    rows = re.sub(r"\[\d+\]", "[]", key)
    named = re.sub(r"^(kinds|redemption)\.\w+", r"\1.*", rows)
    return "account_numbers.*" if named.startswith("account_numbers.") else named


def test_no_key_of_the_schema_is_without_a_row() -> None:
    assert [row.key for row in ROWS] == list(schema_keys())


def test_each_key_is_documented_in_a_line_of_its_own() -> None:
    lines = [line for line in DOCUMENTED.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in lines] == [*schema_keys(), "sources"]
