"""Where the receipts of each desk stand: the end of the chain and the last number of each series."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ..domain.chain import ZERO
from ..domain.desks.receipts import Series
from .arrays import array
from .unit_of_work import UnitOfWork


@dataclass(slots=True)
class ReceiptHead:
    """What the next receipt of a desk continues, as this transaction has moved it so far."""

    chain_number: int
    link: bytes
    numbers: dict[Series, int]


ReceiptHeads = dict[str, ReceiptHead]


def receipt_heads(work: UnitOfWork, days: Mapping[str, date]) -> ReceiptHeads:
    """The heads of desks, by the codes of their books, for the year of a day each; the caller holds the locks of the books."""

    def ask(asked: list[str]) -> dict[str, ReceiptHead]:
        books, years = array("text", asked), array("integer", (year for _ in asked))
        rows = work.rows("receipt_heads", books=books, years=years)
        return {
            row.book: ReceiptHead(
                row.chain_number, row.link or ZERO, {Series.TILL: row.till_number, Series.PAPER: row.paper_number}
            )
            for row in rows
        }

    found: ReceiptHeads = {}
    for year in {day.year for day in days.values()}:
        found |= work.recall(f"receipts of {year}", (book for book, day in days.items() if day.year == year), ask)
    return found
