"""Each event's entry, read as an accountant reads it."""

from datetime import date
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain import postings
from monnaielocale.domain.chart import AccountUnknown, Form, account
from monnaielocale.domain.ledger import Entry

MONDAY = date(2026, 1, 5)
IBAN = "FR7699999000010000000000309"
CENTS = st.integers(1, 10**12)
FORMS = st.sampled_from(Form)
RUN = "to_credit:bayonne:RF18BAY"


def shown(entry: Entry) -> str:
    return str(entry) + "\n"


def test_a_bank_line_in_waits_to_be_explained() -> None:
    assert shown(postings.statement_line(MONDAY, iban=IBAN, form=Form.DIGITAL, cents=30000)) == dedent("""\
        2026-01-05 bank line
          Dr bank:FR7699999000010000000000309 300.00
          Cr received_unattributed.digital 300.00
    """)


def test_a_bank_line_out_waits_to_be_explained() -> None:
    assert shown(postings.statement_line(MONDAY, iban=IBAN, form=Form.NOTES, cents=-1250)) == dedent("""\
        2026-01-05 bank line
          Dr paid_unattributed.notes 12.50
          Cr bank:FR7699999000010000000000309 12.50
    """)


def test_a_run_is_credited_in_one_entry() -> None:
    entry = postings.run_credited(MONDAY, account=RUN, credits=[("wallet:E00001", 30000), ("wallet:E00002", 12500)])
    assert shown(entry) == dedent("""\
        2026-01-05 run credited
          Dr to_credit:bayonne:RF18BAY 425.00
          Cr circulation.digital 425.00
          Cr issuance.digital 425.00
          Dr wallet:E00001 300.00
          Dr wallet:E00002 125.00
    """)


def test_a_redemption_keeps_the_fee() -> None:
    assert shown(postings.redeemed(MONDAY, wallet="wallet:E00003", party="E00003", cents=10000, fee_cents=500)) == dedent("""\
        2026-01-05 redemption
          Dr circulation.digital 100.00
          Cr redemption_due.digital:E00003 95.00
          Cr redemption_fees.digital 5.00
          Cr wallet:E00003 100.00
          Dr issuance.digital 100.00
    """)


def test_a_redemption_without_fee_has_no_fee_line() -> None:
    entry = postings.redeemed(MONDAY, wallet="wallet:E00003", party="bayonne", cents=10000, fee_cents=0)
    assert "redemption_fees" not in str(entry)


def test_a_recall_of_what_was_spent_makes_a_debtor() -> None:
    lines = postings.recalled(Form.DIGITAL, RUN, "E00001", recovered_cents=20000, missing_cents=10000)
    assert [str(line) for line in lines] == [
        "Dr to_credit:bayonne:RF18BAY 200.00",
        "Dr owed_by.digital:E00001 100.00",
        "Cr paid_unattributed.digital 300.00",
    ]


def test_notes_put_on_an_account_make_the_reserves_owe_each_other() -> None:
    assert shown(postings.notes_put_on_account(MONDAY, wallet="wallet:E00001", by_denomination={2000: 4000})) == dedent("""\
        2026-01-05 notes put on account
          Dr circulation.notes 40.00
          Cr circulation.digital 40.00
          Dr transfers.digital 40.00
          Cr transfers.notes 40.00
          Cr issuance.digital 40.00
          Dr wallet:E00001 40.00
          Cr notes.public:2000 40.00
          Dr notes.returned:2000 40.00
    """)


def test_lost_notes_are_a_debt_until_they_are_paid_for() -> None:
    assert shown(postings.notes_lost(MONDAY, {1000: 1000})) == dedent("""\
        2026-01-05 notes lost
          Dr operating.notes 10.00
          Cr circulation.notes 10.00
          Cr notes.vault:1000 10.00
          Dr notes.public:1000 10.00
    """)


@given(cents=CENTS, form=FORMS, owed=FORMS)
def test_every_explanation_balances_in_each_form(cents: int, form: Form, owed: Form) -> None:
    """What backs one form never pays for the other without a transfer between the reserves."""
    for lines in (
        postings.allocated(form, RUN, cents),
        postings.kept_to_return(form, "bayonne", cents),
        postings.topped_up(form, "wallet:E00001", cents),
        postings.own_money_received(form, cents),
        postings.own_money_paid(form, cents),
        postings.left_for_own_account(form, cents),
        postings.arrived_from_own_account(form, cents),
        postings.cash_paid_in(form, cents),
        postings.redemption_paid(form, owed, "E00001", cents),
        postings.returned(form, owed, "bayonne", cents),
        postings.recalled(form, RUN, "E00001", recovered_cents=cents, missing_cents=7),
        postings.debt_recovered(form, "E00001", cents),
    ):
        sums = {"digital": 0, "notes": 0, "units": 0}
        for line in lines:
            role = account(line.account).role
            where = "units" if role.money == "units" else "notes" if role.name.endswith(".notes") else "digital"
            sums[where] += line.cents
        assert sums == {"digital": 0, "notes": 0, "units": 0}, lines


@given(cents=CENTS)
def test_a_reversal_mirrors_its_entry(cents: int) -> None:
    entry = postings.redeemed(MONDAY, wallet="wallet:E00003", party="E00003", cents=cents, fee_cents=cents // 20)
    back = entry.reversed(MONDAY, "reversal")
    both = Entry.of(MONDAY, "both", [*entry.lines, *back.lines])
    assert both.lines == ()


@pytest.mark.parametrize(
    "code",
    ["", "wallet", "wallet:", "circulation.digital:x", "notes.vault", "notes.vault:0", "notes.vault:-5", "notes.vault:٥",
     "notes.drawer:2000", "to_credit:bayonne:", "nothing:1", "Wallet:E00001"],
)  # fmt: skip
def test_a_code_outside_the_chart_is_refused(code: str) -> None:
    with pytest.raises(AccountUnknown):
        account(code)


def test_codes_of_the_chart_are_read() -> None:
    assert account("notes.drawer:museum:1:2000").key == "museum:1"
    assert account("notes.drawer:museum:1:2000").denomination_cents == 2000
    assert account("to_credit:bayonne:RF18BAY").key == "bayonne:RF18BAY"
    assert account("circulation.digital").natural(-500) == 500
    assert account("wallet:E00001").currency("EUS") == "EUS"
