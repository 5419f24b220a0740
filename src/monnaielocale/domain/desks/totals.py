"""What receipts come to, by means of payment, service and VAT rate: of a day, a month, a year, and since the desk began."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .charters import Instrument, Vat
from .receipts import Receipt, VatTotal, revenues

TO_REFUND = "to_refund"


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums in cents, VAT included, of a number of receipts; `given_back_cents` are minus receipts, as a positive sum.

    `by_means` holds the instruments and `to_refund`, which is below zero for what the authorising officer is to refund.
    """

    receipts: int = 0
    taken_cents: int = 0
    given_back_cents: int = 0
    by_means: tuple[tuple[str, int], ...] = ()
    by_service: tuple[tuple[str, int], ...] = ()
    by_vat: tuple[VatTotal, ...] = ()

    @classmethod
    def of(cls, receipts: Iterable[Receipt]) -> "Totals":
        """The totals of receipts: VAT is added up as each receipt says it, never calculated again."""
        means: list[tuple[str, int]] = []
        services: list[tuple[str, int]] = []
        vat: list[VatTotal] = []
        count = taken = back = 0
        for receipt in receipts:
            means += _means(receipt)
            services += revenues(receipt.lines)
            vat += receipt.vat
            count += 1
            taken += max(receipt.total_cents, 0)
            back += max(-receipt.total_cents, 0)
        return cls(count, taken, back, _summed(means), _summed(services), _vat_summed(vat))

    @classmethod
    def of_sums(
        cls,
        *,
        receipts: int,
        taken_cents: int,
        given_back_cents: int,
        means: Iterable[tuple[str, int]],
        services: Iterable[tuple[str, int]],
        vat: Iterable[VatTotal],
    ) -> "Totals":
        """The totals of receipts that were added up already, name by name and rate by rate."""
        return cls(receipts, taken_cents, given_back_cents, _summed(means), _summed(services), _vat_summed(vat))

    @property
    def total_cents(self) -> int:
        """What remains of what was taken."""
        return self.taken_cents - self.given_back_cents

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            self.receipts + other.receipts,
            self.taken_cents + other.taken_cents,
            self.given_back_cents + other.given_back_cents,
            _summed([*self.by_means, *other.by_means]),
            _summed([*self.by_service, *other.by_service]),
            _vat_summed([*self.by_vat, *other.by_vat]),
        )


NO_TOTALS = Totals()


@dataclass(frozen=True, slots=True)
class Cumulated:
    """Totals up to a day: of the day, of its month, of its year, and perpetual, which nothing ever sets back."""

    on: date
    day: Totals
    month: Totals
    year: Totals
    perpetual: Totals


def cumulated(previous: Cumulated | None, on: date, day: Totals) -> Cumulated:
    """The totals after a day, from those of the day closed before it; an interim report (X) is the same for a day still open."""
    if previous is None:
        return Cumulated(on, day, day, day, day)
    same_year = previous.on.year == on.year
    same_month = same_year and previous.on.month == on.month
    return Cumulated(
        on,
        day,
        previous.month + day if same_month else day,
        previous.year + day if same_year else day,
        previous.perpetual + day,
    )


def _means(receipt: Receipt) -> list[tuple[str, int]]:
    settlement = receipt.settlement
    return [
        (Instrument.NOTES.value, settlement.notes_cents),
        (Instrument.DIGITAL.value, settlement.digital_cents),
        (Instrument.EUROS.value, settlement.euros_cents),
        *((paid.instrument.value, paid.amount_cents) for paid in settlement.others),
        (TO_REFUND, -settlement.to_refund_cents),
    ]


def _summed(parts: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """The sum of each name in the order of the names; a name that comes to nothing falls away."""
    sums: dict[str, int] = {}
    for name, cents in parts:
        sums[name] = sums.get(name, 0) + cents
    return tuple((name, cents) for name, cents in sorted(sums.items()) if cents)


def _vat_summed(parts: Iterable[VatTotal]) -> tuple[VatTotal, ...]:
    sums: dict[tuple[int, str], tuple[int, int]] = {}
    for part in parts:
        key = (part.vat.basis_points, part.vat.exemption)
        including, vat = sums.get(key, (0, 0))
        sums[key] = (including + part.including_cents, vat + part.vat_cents)
    return tuple(VatTotal(Vat(*key), *each) for key, each in sorted(sums.items()) if any(each))
