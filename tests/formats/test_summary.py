"""The account given to a town: to the cent, in its words, and the same in every form."""

import json
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.formats.spreadsheets import write_csv, write_xlsx
from monnaielocale.formats.summary import (
    BankLineSummary,
    PaymentSummary,
    RunSummary,
    SummaryTotals,
    summary_as_data,
    summary_sheets,
)
from monnaielocale.formats.tabular import read_table

CREDITED = PaymentSummary(
    row_number=2,
    member_number="E00058",
    name="Maite Bidart",
    payment_order="M-12",
    amount_cents=30000,
    allocated_cents=35000,
    credited_cents=30000,
    credited_on=date(2026, 2, 3),
    returned_cents=0,
    returned_to="",
    state="credited",
    credit_due_on=date(2026, 2, 1),
)
SET_ASIDE = PaymentSummary(
    row_number=3,
    member_number="E00059",
    name="Peio Etxea",
    payment_order="M-13",
    amount_cents=12345,
    allocated_cents=12345,
    credited_cents=0,
    credited_on=None,
    returned_cents=12345,
    returned_to="Peio Etxea",
    state="returned",
    reason="Le mandat a été révoqué le 28/01/2026.",
)
SUMMARY = RunSummary(
    convention="Bayonne 2026",
    issuer="Euskal Moneta",
    issuer_identifier="W641999999",
    public_body="Ville de Bayonne",
    public_body_identifier="216401026",
    kind="official_allowance",
    period="2026-01",
    list_number="1",
    reference="RF18539007547034",
    payments=(CREDITED, SET_ASIDE),
    bank_lines=(BankLineSummary(date(2026, 2, 2), 50000, "RF18539007547034", "TRESORERIE", 47345, date(2026, 1, 28)),),
)


def french(msgid: str) -> str:
    return {"Member number": "N° d'adhérent", "Amount": "Montant", "Payments": "Paiements"}.get(msgid, msgid)


def word(context: str, code: str) -> str:
    return {("state", "credited"): "crédité", ("kind", "official_allowance"): "indemnité d'élu"}.get((context, code), code)


def test_totals_are_the_sums_of_the_payments() -> None:
    totals = SUMMARY.totals()
    assert totals == SummaryTotals(2, 42345, 47345, 30000, 12345)
    assert totals.waiting_cents == 5000


def test_programs_get_cents_days_and_codes() -> None:
    data = json.loads(json.dumps(summary_as_data(SUMMARY)))
    assert data["reference"] == "RF18539007547034"
    assert data["payments"][0] == {
        "row_number": 2,
        "member_number": "E00058",
        "name": "Maite Bidart",
        "payment_order": "M-12",
        "amount_cents": 30000,
        "allocated_cents": 35000,
        "credited_cents": 30000,
        "credited_on": "2026-02-03",
        "returned_cents": 0,
        "returned_to": "",
        "state": "credited",
        "reason": "",
        "credit_due_on": "2026-02-01",
        "days_late": 2,
    }
    assert data["payments"][1]["credited_on"] is None
    assert (data["payments"][1]["credit_due_on"], data["payments"][1]["days_late"]) == (None, None)
    assert data["bank_lines"][0]["allocated_cents"] == 47345
    assert (data["bank_lines"][0]["expected_on"], data["bank_lines"][0]["days_late"]) == ("2026-01-28", 5)
    assert (data["issuer_identifier"], data["public_body_identifier"]) == ("W641999999", "216401026")
    assert data["totals"] == {
        "payment_count": 2,
        "amount_cents": 42345,
        "allocated_cents": 47345,
        "credited_cents": 30000,
        "returned_cents": 12345,
        "waiting_cents": 5000,
    }


def test_the_list_of_payments_speaks_the_language_of_the_town() -> None:
    _, payments, _ = summary_sheets(SUMMARY, say=french, word=word)
    lines = write_csv(payments).decode("utf-8-sig").splitlines()
    assert lines == [
        "Row;N° d'adhérent;Beneficiary;Payment order;Montant;Received;Credited;Credited on;Sent back;Sent back to;State;Reason;"
        "To credit by;Days late",
        "2;E00058;Maite Bidart;M-12;300,00;350,00;300,00;03/02/2026;0,00;;crédité;;01/02/2026;2",
        "3;E00059;Peio Etxea;M-13;123,45;123,45;0,00;;123,45;Peio Etxea;returned;Le mandat a été révoqué le 28/01/2026.;;",
        ";Total;;;423,45;473,45;300,00;;123,45;;;;;",
    ]


def test_the_run_and_its_bank_lines_have_sheets_of_their_own() -> None:
    run, _, bank = summary_sheets(SUMMARY, say=french, word=word)
    assert ("Kind of payment", "indemnité d'élu", None) in run.rows
    assert ("Paiements", "2", 42345) in run.rows
    assert ("Waiting", None, 5000) in run.rows
    assert bank.rows == ((date(2026, 2, 2), 50000, "RF18539007547034", "TRESORERIE", 47345, date(2026, 1, 28), 5),)
    assert bank.totals == (None, 50000, None, "Total", 47345, None, None)


def test_the_workbook_begins_with_the_run() -> None:
    data = write_xlsx(summary_sheets(SUMMARY, say=french, word=word), created_at=datetime(2026, 2, 3, tzinfo=UTC))
    assert read_table(data).rows[0].cells == ("Convention", "Bayonne 2026", "")


@given(st.lists(st.tuples(*[st.integers(0, 10**12)] * 4), max_size=10))
def test_every_form_shows_the_same_sums(amounts: list[tuple[int, int, int, int]]) -> None:
    payments = tuple(
        PaymentSummary(number, "E1", "x", "", asked, allocated, credited, None, returned, "", "credited")
        for number, (asked, allocated, credited, returned) in enumerate(amounts)
    )
    summary = RunSummary("c", "i", "W641999999", "b", "216401026", "grant", "2026", "1", "RF", payments, ())
    totals = summary_as_data(summary)["totals"]
    sums = [sum(column) for column in zip(*amounts, strict=True)] if amounts else [0] * 4
    assert [totals[f"{name}_cents"] for name in ("amount", "allocated", "credited", "returned")] == sums
    shown = summary_sheets(summary, say=str, word=lambda _, code: code)[1].totals
    assert shown is not None and [shown[4], shown[5], shown[6], shown[8]] == sums
