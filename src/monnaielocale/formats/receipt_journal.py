"""The receipt journal (journal à souches) of a desk as a spreadsheet: a row for each receipt, with what came in and went out."""

from collections.abc import Callable, Iterable

from ..domain.desks.charters import Instrument
from ..domain.desks.receipts import Receipt
from .spreadsheets import Sheet, SheetColumn, Value

Say = Callable[[str], str]


def receipt_journal_sheet(receipts: Iterable[tuple[Receipt, bytes]], *, say: Say) -> Sheet:
    """The journal under headings in the language of `say`, with its sums.

    Amounts are in cents, VAT is what each receipt says, and the link, in hexadecimal, is the last column.
    """
    columns = (
        SheetColumn(say("Receipt")),
        SheetColumn(say("Day"), "date"),
        SheetColumn(say("Till")),
        SheetColumn(say("Services")),
        SheetColumn(say("Total"), "amount"),
        SheetColumn(say("of it VAT"), "amount"),
        SheetColumn(say("Notes given"), "amount"),
        SheetColumn(say("Change in notes"), "amount"),
        SheetColumn(say("Euros given"), "amount"),
        SheetColumn(say("Change in euros"), "amount"),
        SheetColumn(say("Digital units"), "amount"),
        SheetColumn(say("Card"), "amount"),
        SheetColumn(say("Cheque"), "amount"),
        SheetColumn(say("To refund"), "amount"),
        SheetColumn(say("Cancels")),
        SheetColumn(say("Paper receipt")),
        SheetColumn(say("Reason")),
        SheetColumn(say("Link")),
    )
    rows = tuple(_row(receipt, link) for receipt, link in receipts)
    sums = [None if column.kind != "amount" else _sum(rows, place) for place, column in enumerate(columns)]
    return Sheet(say("Receipt journal"), columns, rows, (say("Total"), *sums[1:]))


def _row(receipt: Receipt, link: bytes) -> tuple[Value, ...]:
    settlement = receipt.settlement
    return (
        receipt.number,
        receipt.business_on,
        receipt.till,
        ", ".join(f"{line.quantity} × {line.label}" for line in receipt.lines),
        receipt.total_cents,
        sum(each.vat_cents for each in receipt.vat),
        settlement.notes_in.total_cents,
        settlement.notes_out.total_cents,
        settlement.euros_in_cents,
        settlement.euros_out_cents,
        settlement.digital_cents,
        _others(receipt, Instrument.CARD),
        _others(receipt, Instrument.CHEQUE),
        settlement.to_refund_cents,
        receipt.cancels,
        receipt.paper.number if receipt.paper else "",
        receipt.reason,
        link.hex(),
    )


def _others(receipt: Receipt, instrument: Instrument) -> int:
    return sum(paid.amount_cents for paid in receipt.settlement.others if paid.instrument is instrument)


def _sum(rows: Iterable[tuple[Value, ...]], place: int) -> int:
    return sum(value for row in rows if isinstance(value := row[place], int))
