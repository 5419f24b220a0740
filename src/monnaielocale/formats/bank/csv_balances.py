"""Opening and closing balance from the running balance of a CSV statement, whichever way its rows run."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...domain.files import RowFault
from ...domain.money import Money, decimal_text
from ...domain.refusals import Refusal
from .csv_mapping import CsvMapping
from .csv_rows import CsvLine


class BalanceBroken(Refusal):
    """The balance of the row before and this amount lead to {expected}, the row says {found}."""

    code = "balance_broken"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The two balances in cents, or None where no row shows any, or the rows at which the running balance breaks."""

    opening_cents: int | None = None
    closing_cents: int | None = None
    faults: tuple[RowFault, ...] = ()


def bounds_of(lines: Sequence[CsvLine], mapping: CsvMapping) -> Bounds:
    """The balances before the first and after the last movement in time.

    The order of the rows is the one in which the running balance holds; where both hold, or neither, dates decide, and rows of
    one date run downwards in time. Rows without balance are passed over.
    """
    if mapping.balance is None or all(line.balance_cents is None for line in lines):
        return Bounds()
    newest_first = lines[0].movement.booked_on > lines[-1].movement.booked_on
    orders = [lines[::-1], lines] if newest_first else [lines, lines[::-1]]
    tried = [_along(order, mapping) for order in orders]
    return next((bounds for bounds in tried if not bounds.faults), tried[0])


def _along(lines: Sequence[CsvLine], mapping: CsvMapping) -> Bounds:
    """The balances of rows in the order of time."""
    opening: int | None = None
    running = 0
    faults: list[RowFault] = []
    for line in lines:
        running += line.movement.amount_cents
        shown = line.balance_cents
        if shown is None:
            continue
        if opening is None:
            opening = shown - running
        elif opening + running != shown:
            expected = Money(opening + running, mapping.currency)
            refusal = BalanceBroken(expected=expected, found=Money(shown, mapping.currency))
            faults.append(RowFault(line.row_number, mapping.balance or "", decimal_text(shown), refusal))
            # Each break is told once: the rows after it are measured from what this one says.
            opening = shown - running
    if opening is None or faults:
        return Bounds(faults=tuple(sorted(faults[:1_000], key=lambda fault: fault.row_number)))
    return Bounds(opening_cents=opening, closing_cents=opening + running)
