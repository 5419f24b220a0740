"""Receipts (quittances): what was sold, at which price, and the VAT in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from ..money import decimal_text
from ..refusals import Refusal
from .charters import Charter, Vat
from .settlements import Settlement

QUANTITY_MAX = 9_999


class ReceiptEmpty(Refusal):
    """A receipt needs at least one service."""

    code = "receipt_empty"


class QuantityUnfit(Refusal):
    """{quantity} is not a quantity of {service}: it goes from 1 to {most}."""

    code = "quantity_unfit"


class ReceiptTotalDiffers(Refusal):
    """The services come to {total} and {declared} was announced: nothing was taken."""

    code = "receipt_total_differs"


class Series(StrEnum):
    """Which run of numbers a receipt belongs to: the tills', or that of the paper receipts entered later."""

    TILL = "till"
    PAPER = "paper"


@dataclass(frozen=True, slots=True)
class Asked:
    """One service asked for; the price of a unit is said only where the tariff leaves it free."""

    service: str
    quantity: int = 1
    unit_cents: int | None = None


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One service on a receipt, VAT included; the quantity is negative on a minus receipt."""

    service: str
    label: str
    quantity: int
    unit_cents: int
    vat: Vat
    revenue_account: str

    @property
    def total_cents(self) -> int:
        """What the line comes to, VAT included."""
        return self.quantity * self.unit_cents


@dataclass(frozen=True, slots=True)
class VatTotal:
    """One rate or exemption of a receipt or of many: what came to it with VAT, and the VAT in it."""

    vat: Vat
    including_cents: int
    vat_cents: int

    @property
    def excluding_cents(self) -> int:
        """The same without VAT: the three amounts agree by construction."""
        return self.including_cents - self.vat_cents


@dataclass(frozen=True, slots=True)
class Paper:
    """Where a late entry comes from: the number and the day of a receipt of the paper receipt book (carnet à souches)."""

    number: str
    issued_on: date


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt as it was issued; nothing of it ever changes.

    `cancels` is the number of the receipt that a minus receipt corrects, and `cancelled_lines` the positions there, from 0.
    """

    desk: str
    number: str
    series: Series
    till: str
    session_id: UUID
    clerk_id: UUID
    business_on: date
    issued_at: datetime
    lines: tuple[ReceiptLine, ...]
    vat: tuple[VatTotal, ...]
    settlement: Settlement
    cancels: str = ""
    cancelled_lines: tuple[int, ...] = ()
    reason: str = ""
    paper: Paper | None = None

    @property
    def total_cents(self) -> int:
        """What the receipt comes to, VAT included; negative for a minus receipt."""
        return sum(line.total_cents for line in self.lines)


def priced_lines(
    charter: Charter, asked: Iterable[Asked], day: date, declared_cents: int | None = None
) -> tuple[ReceiptLine, ...]:
    """The lines of a receipt at the day's prices; a total announced by the caller must be the same.

    Refuses with ReceiptEmpty, QuantityUnfit, ReceiptTotalDiffers and what the tariff refuses with.
    """
    lines = []
    for each in asked:
        tariff = charter.tariff_on(each.service, day)
        if not 1 <= each.quantity <= QUANTITY_MAX:
            raise QuantityUnfit(quantity=each.quantity, service=each.service, most=QUANTITY_MAX)
        unit = tariff.unit_cents(each.unit_cents)
        lines.append(ReceiptLine(each.service, tariff.label, each.quantity, unit, tariff.vat, tariff.revenue_account))
    if not lines:
        raise ReceiptEmpty()
    total = sum(line.total_cents for line in lines)
    if declared_cents is not None and declared_cents != total:
        raise ReceiptTotalDiffers(total=decimal_text(total), declared=decimal_text(declared_cents))
    return tuple(lines)


def vat_included(including_cents: int, basis_points: int) -> int:
    """The VAT in an amount that includes it, rounded to the cent, halves away from zero, so that a minus mirrors its plus."""
    whole = 10_000 + basis_points
    part = (2 * abs(including_cents) * basis_points + whole) // (2 * whole)
    return part if including_cents >= 0 else -part


def vat_totals(lines: Iterable[ReceiptLine]) -> tuple[VatTotal, ...]:
    """The VAT of a receipt, calculated once for each rate on what came to it (CGI, annexe II, article 242 nonies A)."""
    sums: dict[tuple[int, str], int] = {}
    for line in lines:
        key = (line.vat.basis_points, line.vat.exemption)
        sums[key] = sums.get(key, 0) + line.total_cents
    return tuple(VatTotal(Vat(*key), cents, vat_included(cents, key[0])) for key, cents in sorted(sums.items()))


def revenues(lines: Iterable[ReceiptLine]) -> tuple[tuple[str, int], ...]:
    """What each service takes, as the books write it."""
    sums: dict[str, int] = {}
    for line in lines:
        sums[line.service] = sums.get(line.service, 0) + line.total_cents
    return tuple(sums.items())
