"""The account that the association gives to the public body for a run (reddition de comptes, état récapitulatif).

It lists each payment with what the bank brought for it, what was credited, what goes back and why, and the bank lines. Whoever
acts for another owes them such an account (Code civil, article 1993).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from .spreadsheets import Sheet, SheetColumn, Value

Say = Callable[[str], str]
Word = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class PaymentSummary:
    """What became of one payment. The reason is already in words; `returned_to` says to whom its euros go back.

    `credit_due_on` is the last day on which crediting it is in time, once all its euros arrived and if a delay was agreed.
    """

    row_number: int
    member_number: str
    name: str
    payment_order: str
    amount_cents: int
    allocated_cents: int
    credited_cents: int
    credited_on: date | None
    returned_cents: int
    returned_to: str
    state: str
    reason: str = ""
    credit_due_on: date | None = None

    @property
    def days_late(self) -> int | None:
        """By how many days it was credited too late."""
        return _days_late(self.credited_on, self.credit_due_on)


@dataclass(frozen=True, slots=True)
class BankLineSummary:
    """A bank line and the part of it that was allocated to this run; `expected_on` is the agreed pay day, if any."""

    booked_on: date
    amount_cents: int
    reference: str
    label: str
    allocated_cents: int
    expected_on: date | None = None

    @property
    def days_late(self) -> int | None:
        """By how many days its euros came too late."""
        return _days_late(self.booked_on, self.expected_on)


def _days_late(done_on: date | None, due_on: date | None) -> int | None:
    return (done_on - due_on).days if done_on and due_on and done_on > due_on else None


@dataclass(frozen=True, slots=True)
class SummaryTotals:
    """The sums of a run's payments. What is neither credited nor returned waits."""

    payment_count: int
    amount_cents: int
    allocated_cents: int
    credited_cents: int
    returned_cents: int

    @property
    def waiting_cents(self) -> int:
        """Euros that arrived and are neither credited nor going back."""
        return self.allocated_cents - self.credited_cents - self.returned_cents


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run as it is accounted for: what identifies it, its payments in the order of the list, and the bank lines by date.

    Who gives the account and who receives it are named with their register numbers (SIREN, or RNA of an association).
    """

    convention: str
    issuer: str
    issuer_identifier: str
    public_body: str
    public_body_identifier: str
    kind: str
    period: str
    list_number: str
    reference: str
    payments: tuple[PaymentSummary, ...]
    bank_lines: tuple[BankLineSummary, ...]

    def totals(self) -> SummaryTotals:
        """The sums over all payments."""
        return SummaryTotals(
            payment_count=len(self.payments),
            amount_cents=sum(payment.amount_cents for payment in self.payments),
            allocated_cents=sum(payment.allocated_cents for payment in self.payments),
            credited_cents=sum(payment.credited_cents for payment in self.payments),
            returned_cents=sum(payment.returned_cents for payment in self.payments),
        )


def summary_as_data(summary: RunSummary) -> dict[str, Any]:
    """The summary as JSON holds it: amounts in cents, dates as 2026-01-31, states and kinds as codes."""
    totals = summary.totals()
    return {
        "convention": summary.convention,
        "issuer": summary.issuer,
        "issuer_identifier": summary.issuer_identifier,
        "public_body": summary.public_body,
        "public_body_identifier": summary.public_body_identifier,
        "kind": summary.kind,
        "period": summary.period,
        "list_number": summary.list_number,
        "reference": summary.reference,
        "payments": [_payment_as_data(payment) for payment in summary.payments],
        "bank_lines": [_line_as_data(line) for line in summary.bank_lines],
        "totals": {
            "payment_count": totals.payment_count,
            "amount_cents": totals.amount_cents,
            "allocated_cents": totals.allocated_cents,
            "credited_cents": totals.credited_cents,
            "returned_cents": totals.returned_cents,
            "waiting_cents": totals.waiting_cents,
        },
    }


def _payment_as_data(payment: PaymentSummary) -> dict[str, Any]:
    return {
        "row_number": payment.row_number,
        "member_number": payment.member_number,
        "name": payment.name,
        "payment_order": payment.payment_order,
        "amount_cents": payment.amount_cents,
        "allocated_cents": payment.allocated_cents,
        "credited_cents": payment.credited_cents,
        "credited_on": payment.credited_on.isoformat() if payment.credited_on else None,
        "returned_cents": payment.returned_cents,
        "returned_to": payment.returned_to,
        "state": payment.state,
        "reason": payment.reason,
        "credit_due_on": payment.credit_due_on.isoformat() if payment.credit_due_on else None,
        "days_late": payment.days_late,
    }


def _line_as_data(line: BankLineSummary) -> dict[str, Any]:
    return {
        "booked_on": line.booked_on.isoformat(),
        "amount_cents": line.amount_cents,
        "reference": line.reference,
        "label": line.label,
        "allocated_cents": line.allocated_cents,
        "expected_on": line.expected_on.isoformat() if line.expected_on else None,
        "days_late": line.days_late,
    }


def summary_sheets(summary: RunSummary, *, say: Say, word: Word) -> tuple[Sheet, Sheet, Sheet]:
    """The run, its payments and its bank lines as three sheets; as CSV, the payments alone are the list that towns ask for.

    `say` translates an English heading and `word` gives the word for a code within its context (`kind`, `state`).
    """
    return _run_sheet(summary, say, word), _payment_sheet(summary, say, word), _bank_sheet(summary, say)


def _run_sheet(summary: RunSummary, say: Say, word: Word) -> Sheet:
    totals = summary.totals()
    rows: tuple[tuple[Value, ...], ...] = (
        (say("Convention"), summary.convention, None),
        (say("Association"), summary.issuer, None),
        (say("SIREN or RNA of the association"), summary.issuer_identifier, None),
        (say("Public body"), summary.public_body, None),
        (say("SIREN of the public body"), summary.public_body_identifier, None),
        (say("Kind of payment"), word("kind", summary.kind), None),
        (say("Period"), summary.period, None),
        (say("List number"), summary.list_number, None),
        (say("Reference"), summary.reference, None),
        (say("Payments"), str(totals.payment_count), totals.amount_cents),
        (say("Received from the public body"), None, totals.allocated_cents),
        (say("Credited to beneficiaries"), None, totals.credited_cents),
        (say("Sent back"), None, totals.returned_cents),
        (say("Waiting"), None, totals.waiting_cents),
    )
    columns = (SheetColumn(say("Account of the run")), SheetColumn(say("Value")), SheetColumn(say("Euros"), "amount"))
    return Sheet(say("Run"), columns, rows)


def _payment_sheet(summary: RunSummary, say: Say, word: Word) -> Sheet:
    columns = (
        SheetColumn(say("Row"), "whole"),
        SheetColumn(say("Member number")),
        SheetColumn(say("Beneficiary")),
        SheetColumn(say("Payment order")),
        SheetColumn(say("Amount"), "amount"),
        SheetColumn(say("Received"), "amount"),
        SheetColumn(say("Credited"), "amount"),
        SheetColumn(say("Credited on"), "date"),
        SheetColumn(say("Sent back"), "amount"),
        SheetColumn(say("Sent back to")),
        SheetColumn(say("State")),
        SheetColumn(say("Reason")),
        SheetColumn(say("To credit by"), "date"),
        SheetColumn(say("Days late"), "whole"),
    )
    rows = tuple(_payment_line(payment, word) for payment in summary.payments)
    totals = summary.totals()
    sums = (totals.amount_cents, totals.allocated_cents, totals.credited_cents, None, totals.returned_cents)
    return Sheet(say("Payments"), columns, rows, totals=(None, say("Total"), None, None, *sums, *[None] * 5))


def _payment_line(payment: PaymentSummary, word: Word) -> tuple[Value, ...]:
    return (
        payment.row_number,
        payment.member_number,
        payment.name,
        payment.payment_order,
        payment.amount_cents,
        payment.allocated_cents,
        payment.credited_cents,
        payment.credited_on,
        payment.returned_cents,
        payment.returned_to,
        word("state", payment.state),
        payment.reason,
        payment.credit_due_on,
        payment.days_late,
    )


def _bank_sheet(summary: RunSummary, say: Say) -> Sheet:
    columns = (
        SheetColumn(say("Date"), "date"),
        SheetColumn(say("Amount"), "amount"),
        SheetColumn(say("Reference")),
        SheetColumn(say("Label")),
        SheetColumn(say("For this run"), "amount"),
        SheetColumn(say("Expected on"), "date"),
        SheetColumn(say("Days late"), "whole"),
    )
    rows = tuple(
        (
            line.booked_on,
            line.amount_cents,
            line.reference,
            line.label,
            line.allocated_cents,
            line.expected_on,
            line.days_late,
        )
        for line in summary.bank_lines
    )
    received = sum(line.amount_cents for line in summary.bank_lines)
    for_this_run = sum(line.allocated_cents for line in summary.bank_lines)
    return Sheet(say("Bank lines"), columns, rows, totals=(None, received, None, say("Total"), for_this_run, None, None))
