"""Each key of a convention changes the outcome of at least one action: a key that changes nothing does not exist.

Each row edits one value of a convention and names an action. The action is carried out on two databases, under the convention
as it stands and as it is edited, and must end otherwise.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from monnaielocale.domain.conventions.convention import version_changes
from monnaielocale.domain.conventions.reading import read_convention
from monnaielocale.domain.conventions.schema import schema_keys
from monnaielocale.store.database import Database
from monnaielocale.store.temporary import named
from tests.actions import desk_questions as at_desk
from tests.actions import key_questions as asks
from tests.actions.key_questions import Question

AS_IT_STANDS = (Path(__file__).parent / "every_key.toml").read_text(encoding="utf-8")
DOCUMENTED = Path(__file__).parents[2] / "docs" / "conventions.md"


@dataclass(frozen=True, slots=True)
class Row:
    """One key, the edit of the convention and the action that ends otherwise."""

    key: str
    before: str
    after: str
    question: Question

    @property
    def edited(self) -> str:
        """The convention with this one value changed."""
        assert AS_IT_STANDS.count(self.before) == 1
        return AS_IT_STANDS.replace(self.before, self.after)


FROM_NEW_YEAR = asks.drafted()
FROM_SUSPENSION = asks.drafted(starts_on=date(2026, 5, 4))
BEFORE_SUSPENSION = asks.drafted(starts_on=date(2026, 5, 3))
OF_STAFF_PAY = asks.drafted(kind="staff_pay")
UP_TO_100 = asks.drafted(share_mode="ceiling", share_cents=100_00)
FOR_SIX_MONTHS = asks.drafted(ends_on=date(2026, 6, 30))
NOTES_OF_10 = asks.notes_printed(10_00)
NOTES_OF_7 = asks.notes_printed(7_00)
RECEIPT = at_desk.receipt_taken()
BY_CARD = at_desk.receipt_taken(others=(("card", 4_50, "slip 7"),))
LOCKER_AT_55_CENTS = at_desk.receipt_taken(("locker", 1, 55), euros_cents=55)

ROWS = [
    Row("label", '"Convention of every key"', '"Convention of January"', OF_STAFF_PAY),
    Row("in_force_on", "in_force_on = 2026-01-01", "in_force_on = 2026-01-02", FROM_NEW_YEAR),
    Row("suspended_on", "suspended_on = 2026-05-04", "suspended_on = 2026-05-05", FROM_SUSPENSION),
    Row("ended_on", "ended_on = 2026-05-31", "ended_on = 2026-05-02", BEFORE_SUSPENSION),
    Row("parties.issuer.code", '"euskal-moneta"', '"le-cairn"', asks.enrolled_by_another_association),
    Row("parties.issuer.name", '"Les Embruns"', '"Les Vagues"', asks.slip_shown),
    Row("parties.issuer.siren", '"999000011"', '"999000037"', asks.account_given),
    Row("parties.issuer.rna", 'siren = "999000011"', 'rna = "W641999998"', asks.account_given),
    Row("parties.issuer.book", 'book = "eusko"', 'book = "vague"', asks.enrolled),
    Row("parties.public_body.code", '"bayonne"', '"port-noir"', FROM_NEW_YEAR),
    Row("parties.public_body.name", '"Commune de Port-Clair"', '"Ville de Port-Clair"', asks.slip_shown),
    Row("parties.public_body.siren", '"999000029"', '"999000045"', asks.account_given),
    Row("currency.code", '"EMB"', '"VAG"', asks.left_with_units),
    Row("currency.name", 'name = "embrun"', 'name = "vague"', NOTES_OF_7),
    Row("currency.denominations_cents", "[100, 500, 1000]", "[100, 500]", NOTES_OF_10),
    Row("bank_accounts[].iban", "0000 309", "0000 697", asks.statement_imported),
    Row("bank_accounts[].purpose", '"collection"', '"reserve"', asks.slip_shown),
    Row("bank_accounts[].form", '"collection"\nform = "digital"', '"collection"\nform = "notes"', asks.slip_shown),
    Row("wallets", 'wallets = "here"', 'wallets = "elsewhere"', asks.redeemed),
    Row("kinds.*.share_modes", '["whole", "ceiling"]', '["ceiling"]', FROM_NEW_YEAR),
    Row("kinds.*.period", 'period = "once"', 'period = "month"', asks.grant_entered),
    Row("kinds.*.minimum_cents", "minimum_cents = 50_00", "minimum_cents = 150_00", UP_TO_100),
    Row("kinds.*.minimum_months", "minimum_months = 6", "minimum_months = 7", FOR_SIX_MONTHS),
    Row("kinds.*.pay_day", "pay_day = 28", "pay_day = 4", asks.account_given),
    Row("crediting.within_days", "within_days = 2", "within_days = 3", asks.account_given),
    Row("runs.entered_by", '["public_body"]', '["issuer"]', asks.run_entered),
    Row("runs.signed_by", '["town_signer"]', '["association_accountant"]', asks.run_signed_by_town),
    Row("uncreditable", 'uncreditable = "beneficiary"', 'uncreditable = "treasury"', asks.uncreditable_returned),
    Row("redemption.*.fee_basis_points", "points = 500", "points = 250", asks.redeemed),
    Row("account_numbers.*", '"463400"', '"463410"', asks.exported),
    Row("support_grants[].label", '"Printing of notes"', '"Web site"', asks.support_explained),
    Row("support_grants[].instalments_cents", "[25_000_00,", "[24_000_00,", asks.support_explained),
    Row("desks[].code", 'code = "pool"', 'code = "baths"', asks.desk_opened),
    Row("desks[].label", '"Town pool"', '"Town baths"', asks.desk_opened),
    Row("desks[].prefix", '"POOL"', '"SWIM"', RECEIPT),
    Row("desks[].tills", '["till-1", "till-2"]', '["till-1", "till-3"]', asks.float_exchanged),
    Row("desks[].instruments", '"euros", "card"]', '"euros"]', BY_CARD),
    Row("desks[].float_euro_cents", "float_euro_cents = 100_00", "float_euro_cents = 99_99", asks.float_received),
    Row("desks[].float_notes_cents", "float_notes_cents = 50_00", "float_notes_cents = 45_00", asks.float_exchanged),
    Row("desks[].cash_ceiling_cents", "ceiling_cents = 400_00", "ceiling_cents = 300_00", at_desk.alarms_raised),
    Row("desks[].pay_in", 'pay_in = "week"', 'pay_in = "month"', at_desk.alarms_raised),
    Row("desks[].seal_within_days", "seal_within_days = 3", "seal_within_days = 30", at_desk.alarms_raised),
    Row("desks[].collect_within_days", "collect_within_days = 31", "collect_within_days = 10", at_desk.alarms_raised),
    Row("desks[].claim_within_days", "claim_within_days = 45", "claim_within_days = 5", at_desk.alarms_raised),
    Row("desks[].idle_minutes", "idle_minutes = 10", "idle_minutes = 11", asks.shift_begun),
    Row("desks[].refunds_leave_till", "leave_till = false", "leave_till = true", at_desk.refund_left_till),
    Row("desks[].tariffs[].service", 'service = "entry"', 'service = "entrance"', RECEIPT),
    Row("desks[].tariffs[].label", '"Entrée"', '"Entrée libre"', RECEIPT),
    Row("desks[].tariffs[].price_cents", "price_cents = 4_50", "price_cents = 4_60", RECEIPT),
    Row("desks[].tariffs[].least_cents", "least_cents = 50", "least_cents = 60", LOCKER_AT_55_CENTS),
    Row("desks[].tariffs[].most_cents", "most_cents = 5_00", "most_cents = 54", LOCKER_AT_55_CENTS),
    Row("desks[].tariffs[].vat_basis_points", "vat_basis_points = 2000", "vat_basis_points = 1000", RECEIPT),
    Row("desks[].tariffs[].vat_exemption", '"no VAT on what makes up for a loss"', '"no VAT"', LOCKER_AT_55_CENTS),
    Row("desks[].tariffs[].revenue_account", '"70631"', '"70632"', RECEIPT),
    Row("desks[].tariffs[].valid_from", "valid_from = 2026-01-01", "valid_from = 2026-01-06", RECEIPT),
    Row("desks[].tariffs[].valid_until", "valid_until = 2026-04-30", "valid_until = 2026-01-04", RECEIPT),
]
# One of each action; terms of a mandate and kinds of notes make no other one of it.
QUESTIONS = list({row.question.__qualname__: row.question for row in ROWS}.values())

Outcome = Callable[[str, Question], object]


@pytest.fixture(scope="module")
def outcome(server_url: str, template: str) -> Outcome:
    """How an action ends under a convention; what was asked once is not carried out again."""
    known: dict[tuple[str, Question], object] = {}

    def of(convention: str, question: Question) -> object:
        if (convention, question) not in known:
            with fresh_database(server_url, template) as database:
                known[convention, question] = asks.outcome(database, convention, question)
        return known[convention, question]

    return of


@contextmanager
def fresh_database(server_url: str, template: str) -> Iterator[Database]:
    name = f"keys_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield Database(named(server_url, name))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_each_key_changes_the_outcome_of_an_action(row: Row, outcome: Outcome) -> None:
    assert outcome(row.edited, row.question) != outcome(AS_IT_STANDS, row.question)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__qualname__)
def test_what_says_nothing_changes_the_outcome_of_no_action(question: Question, outcome: Outcome) -> None:
    """Otherwise the outcomes above would differ by chance."""
    reworded = AS_IT_STANDS.replace('uncreditable = "illustrative"', 'uncreditable = "illustrative: invented"  # A guess.')
    assert reworded != AS_IT_STANDS
    assert outcome(reworded, question) == outcome(AS_IT_STANDS, question)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_each_edit_touches_its_own_key(row: Row) -> None:
    before, after = (read_convention(text.encode()).versions[0] for text in (AS_IT_STANDS, row.edited))
    touched = {general(change.key) for change in version_changes(before.canonical, after.canonical)}
    touched |= {key for key in ("suspended_on", "ended_on") if getattr(before, key) != getattr(after, key)}
    # An association has one register number or the other, so that taking one up drops the other.
    assert touched == ({row.key, "parties.issuer.siren"} if row.key == "parties.issuer.rna" else {row.key})


def general(key: str) -> str:
    """The key of the schema that a key of a version is an instance of."""
    rows = re.sub(r"\[\d+\]", "[]", key)
    of_any = re.sub(r"^(kinds|redemption)\.\w+", r"\1.*", rows)
    return "account_numbers.*" if of_any.startswith("account_numbers.") else of_any


def test_no_key_of_the_schema_is_without_a_row() -> None:
    assert [row.key for row in ROWS] == list(schema_keys())


def test_each_key_is_documented_in_a_line_of_its_own() -> None:
    lines = [line for line in DOCUMENTED.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert [line.split("`")[1] for line in lines] == [*schema_keys(), "sources"]
