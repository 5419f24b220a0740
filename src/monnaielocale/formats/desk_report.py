"""What the Treasury looks at: a desk in a period, with its receipt journal, its takings by service, by means and by VAT, what it
holds, what it paid in and what the association owes it (CGCT, articles R1617-1 to R1617-18).

Notes are proven to be counted as euros of revenue: the receipts say how much was taken in notes, and the desk's book says that as
much entered its values against revenue.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from ..domain.chart import account
from .spreadsheets import Sheet, SheetColumn, Value

Say = Callable[[str], str]
Word = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class ReceiptInJournal:
    """One stub of the receipt journal (journal à souches); `cancels` and `paper_number` are empty for an ordinary receipt."""

    number: str
    business_on: date
    till: str
    services: str
    total_cents: int
    notes_cents: int
    digital_cents: int
    euros_cents: int
    card_cents: int
    cheque_cents: int
    to_refund_cents: int
    cancels: str
    paper_number: str


@dataclass(frozen=True, slots=True)
class ServiceTaken:
    """What came in for a service, VAT included, and the VAT in it."""

    service: str
    label: str
    revenue_account: str
    quantity: int
    total_cents: int
    vat_cents: int


@dataclass(frozen=True, slots=True)
class RateTaken:
    """What came in at a rate in basis points, or under an exemption, and the VAT in it."""

    vat_basis_points: int
    vat_exemption: str
    including_cents: int
    vat_cents: int


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account of the desk's book holds at the end of the period."""

    account: str
    cents: int


@dataclass(frozen=True, slots=True)
class MoveToTreasury:
    """A pay-in, a confirmation, a revenue title or a refund: an event of the desk's book, with what its paper says."""

    business_on: date
    kind: str
    amount_cents: int
    paper: str


@dataclass(frozen=True, slots=True)
class RemittanceOwed:
    """A remittance that fell due in the period, and how far it came."""

    number: str
    form: str
    envelope: str
    due_on: date
    amount_cents: int
    paid_cents: int
    confirmed_cents: int


@dataclass(frozen=True, slots=True)
class DeskReport:
    """A desk in a period, its first and its last day included; amounts are cents.

    `booked_revenue_cents` and `booked_notes_cents` are what the desk's book says of its receipts.
    """

    desk: str
    label: str
    public_body: str
    first_on: date
    last_on: date
    receipts: tuple[ReceiptInJournal, ...]
    services: tuple[ServiceTaken, ...]
    rates: tuple[RateTaken, ...]
    holdings: tuple[Holding, ...]
    moves: tuple[MoveToTreasury, ...]
    remittances: tuple[RemittanceOwed, ...]
    booked_revenue_cents: int
    booked_notes_cents: int

    def by_means(self) -> dict[str, int]:
        """The takings by means of payment; together, without what is left to be refunded, they are the revenue."""
        means = ("notes", "digital", "euros", "card", "cheque", "to_refund")
        return {name: sum(getattr(receipt, f"{name}_cents") for receipt in self.receipts) for name in means}

    @property
    def total_cents(self) -> int:
        """What the receipts come to."""
        return sum(receipt.total_cents for receipt in self.receipts)

    @property
    def notes_are_revenue(self) -> bool:
        """Whether the book counts the notes of the receipts as euros, and all receipts as revenue."""
        return (self.booked_notes_cents, self.booked_revenue_cents) == (self.by_means()["notes"], self.total_cents)


def report_as_data(report: DeskReport) -> dict[str, Any]:
    """The report as JSON has it; dates as text."""
    listed = {each.name for each in fields(report) if isinstance(getattr(report, each.name), tuple)}
    data = {name: [_plain(asdict(row)) for row in getattr(report, name)] for name in sorted(listed)}
    plain = _plain({each.name: getattr(report, each.name) for each in fields(report) if each.name not in listed})
    told = {"total_cents": report.total_cents, "takings_cents": report.by_means(), "notes_are_revenue": report.notes_are_revenue}
    return plain | told | data


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def report_sheets(report: DeskReport, *, say: Say, word: Word) -> tuple[Sheet, ...]:
    """The report as sheets; as CSV, the receipt journal alone is the list that is asked for.

    `say` translates an English heading and `word` gives the word for a code within its context.
    """
    return (
        _journal(report, say),
        _takings(report, say, word),
        _holdings(report, say),
        _moves(report, say, word),
        _remittances(report, say, word),
    )


def _journal(report: DeskReport, say: Say) -> Sheet:
    columns = (
        SheetColumn(say("Number")),
        SheetColumn(say("Date"), "date"),
        SheetColumn(say("Till")),
        SheetColumn(say("Services")),
        SheetColumn(say("Total"), "amount"),
        SheetColumn(say("Local notes"), "amount"),
        SheetColumn(say("Digital units"), "amount"),
        SheetColumn(say("Euros"), "amount"),
        SheetColumn(say("Cards"), "amount"),
        SheetColumn(say("Cheques"), "amount"),
        SheetColumn(say("To be refunded"), "amount"),
        SheetColumn(say("Cancels")),
        SheetColumn(say("Paper receipt")),
    )
    rows = tuple(tuple(getattr(receipt, each.name) for each in fields(receipt)) for receipt in report.receipts)
    totals = (say("Total"), None, None, None, report.total_cents, *report.by_means().values(), None, None)
    return Sheet(say("Receipt journal"), columns, rows, totals)


def _takings(report: DeskReport, say: Say, word: Word) -> Sheet:
    columns = (
        SheetColumn(say("Takings")),
        SheetColumn(say("Account")),
        SheetColumn(say("Quantity"), "whole"),
        SheetColumn(say("Amount"), "amount"),
        SheetColumn(say("VAT in it"), "amount"),
    )
    services: list[tuple[Value, ...]] = [
        (each.label, each.revenue_account, each.quantity, each.total_cents, each.vat_cents) for each in report.services
    ]
    rates: list[tuple[Value, ...]] = [
        (each.vat_exemption or _percent(each.vat_basis_points), None, None, each.including_cents, each.vat_cents)
        for each in report.rates
    ]
    means: list[tuple[Value, ...]] = [
        (say("To be refunded") if name == "to_refund" else word("kind", name), None, None, cents, None)
        for name, cents in report.by_means().items()
    ]
    return Sheet(say("Takings"), columns, (*services, *rates, *means))


def _percent(basis_points: int) -> str:
    whole, part = divmod(basis_points, 100)
    return f"{whole},{part:02d} %" if part else f"{whole} %"


def _holdings(report: DeskReport, say: Say) -> Sheet:
    columns = (SheetColumn(say("Account")), SheetColumn(say("Held at the end"), "amount"))
    rows = tuple((_named(each.account, say), each.cents) for each in report.holdings)
    return Sheet(say("Holdings"), columns, rows)


def _named(code: str, say: Say) -> str:
    named = account(code)
    return f"{say(named.role.title)} {named.key}".strip()


def _moves(report: DeskReport, say: Say, word: Word) -> Sheet:
    columns = (
        SheetColumn(say("Date"), "date"),
        SheetColumn(say("Event")),
        SheetColumn(say("Amount"), "amount"),
        SheetColumn(say("Paper")),
    )
    rows = tuple((each.business_on, word("event", each.kind), each.amount_cents, each.paper) for each in report.moves)
    return Sheet(say("Pay-ins"), columns, rows)


def _remittances(report: DeskReport, say: Say, word: Word) -> Sheet:
    columns = (
        SheetColumn(say("Number")),
        SheetColumn(say("Form")),
        SheetColumn(say("Envelope")),
        SheetColumn(say("Owed since"), "date"),
        SheetColumn(say("Amount"), "amount"),
        SheetColumn(say("Paid"), "amount"),
        SheetColumn(say("Confirmed"), "amount"),
    )
    rows = tuple(
        (
            each.number,
            word("form", each.form),
            each.envelope,
            each.due_on,
            each.amount_cents,
            each.paid_cents,
            each.confirmed_cents,
        )
        for each in report.remittances
    )
    sums = (
        sum(each.amount_cents for each in report.remittances),
        sum(each.paid_cents for each in report.remittances),
        sum(each.confirmed_cents for each in report.remittances),
    )
    return Sheet(say("Remittances"), columns, rows, totals=(say("Total"), None, None, None, *sums))
