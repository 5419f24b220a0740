"""Receipts as the books hold them, read back from their canonical forms."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..domain.desks.bundles import Bundle
from ..domain.desks.charters import Instrument
from ..domain.desks.receipt_chain import receipt_from_canonical
from ..domain.desks.receipts import Receipt
from ..domain.desks.settlements import DigitalPaid, OtherMeans, Settlement
from ..domain.refusals import Refusal
from .arrays import array
from .database import Connection
from .unit_of_work import UnitOfWork


class ReceiptUnknown(Refusal):
    """Desk {desk} has no receipt {receipt}."""

    code = "receipt_unknown"


@dataclass(slots=True)
class MinusKept:
    """A minus receipt, with what was refunded for it from a till, if anything was."""

    chain_number: int
    receipt: Receipt
    refunded: Settlement | None


@dataclass(slots=True)
class ReceiptKept:
    """A receipt in its place, with its minus receipts and how many copies of it were printed."""

    chain_number: int
    receipt: Receipt
    cancels: int | None
    copies: int
    minus: list[MinusKept]


Receipts = dict[tuple[str, str], ReceiptKept]


def receipts_of(work: UnitOfWork, numbers: Iterable[tuple[str, str]]) -> Receipts:
    """Receipts by (book of the desk, number), with what was corrected of them; those that do not exist are left out."""
    asked = sorted(set(numbers))
    books, given = array("text", (book for book, _ in asked)), array("text", (number for _, number in asked))
    return _with_minus(work, work.rows("receipts_by_number", books=books, numbers=given))


def receipts_in_place(work: UnitOfWork, places: Iterable[tuple[str, int]]) -> Receipts:
    """Receipts by their places in the chains of their desks, like `receipts_of`."""
    asked = sorted(set(places))
    books, given = array("text", (book for book, _ in asked)), array("bigint", (place for _, place in asked))
    return _with_minus(work, work.rows("receipts_in_place", books=books, places=given))


def _with_minus(work: UnitOfWork, rows: list[Any]) -> Receipts:
    found = {
        (row.book, row.number): ReceiptKept(
            row.chain_number, receipt_from_canonical(row.canonical.encode()), row.cancels, row.copies, []
        )
        for row in rows
    }
    by_place = {(book, kept.chain_number): kept for (book, _), kept in found.items()}
    books, places = array("text", (book for book, _ in by_place)), array("bigint", (place for _, place in by_place))
    for row in work.rows("minus_receipts", books=books, places=places):
        refunded = None if row.settlement is None else settlement_from(row.settlement)
        minus = MinusKept(row.chain_number, receipt_from_canonical(row.canonical.encode()), refunded)
        by_place[row.book, row.cancels].minus.append(minus)
    return found


def receipt_with(receipts: Receipts, book: str, number: str) -> ReceiptKept:
    """A receipt of a desk; ReceiptUnknown."""
    found = receipts.get((book, number))
    if found is None:
        raise ReceiptUnknown(desk=book, receipt=number[:40])
    return found


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A receipt in the journal of its desk (journal à souches), with its place and its link."""

    chain_number: int
    receipt: Receipt
    link: bytes


@dataclass(frozen=True, slots=True)
class ChainSeen:
    """The chain of a desk's receipts, computed again: `first_broken` is the number that does not follow, if any does not."""

    receipt_count: int
    link: str | None
    first_broken: str | None


def receipt_kept(connection: Connection, book: str, number: str) -> ReceiptKept:
    """One receipt of a desk with what was corrected of it; ReceiptUnknown."""
    return receipt_with(receipts_of(UnitOfWork(connection), [(book, number)]), book, number)


def journal_page(connection: Connection, book: str, after: int, most: int, on: date | None = None) -> list[JournalEntry]:
    """At most so many receipts of a desk after a place in its chain, of one day or of all, in their order."""
    return _journal(connection, book=book, after=after, most=most, first_on=on, last_on=on)


def receipt_journal(
    connection: Connection, book: str, first_on: date | None = None, last_on: date | None = None
) -> list[tuple[Receipt, bytes]]:
    """The receipt journal (journal à souches) of a desk, whole or of some days: each receipt with its link, in their order."""
    entries = _journal(connection, book=book, after=0, most=None, first_on=first_on, last_on=last_on)
    return [(entry.receipt, entry.link) for entry in entries]


def _journal(connection: Connection, **asked: Any) -> list[JournalEntry]:
    rows = UnitOfWork(connection).rows("receipt_journal", **asked)
    return [JournalEntry(row.chain_number, receipt_from_canonical(row.canonical.encode()), bytes(row.link)) for row in rows]


def chain_of_desk(connection: Connection, book: str) -> ChainSeen:
    """The chain of all receipts of a desk, computed again from the first."""
    return ChainSeen(*UnitOfWork(connection).rows("receipt_chain", book=book)[0])


def papers_known(work: UnitOfWork, papers: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Which of these numbers of paper receipt books were entered already, by the books of the desks."""
    asked = sorted(set(papers))
    found: dict[str, set[str]] = {}
    books, given = array("text", (book for book, _ in asked)), array("text", (paper for _, paper in asked))
    for row in work.rows("papers_known", books=books, papers=given):
        found.setdefault(row.book, set()).add(row.paper_number)
    return found


def payers_of(work: UnitOfWork, receipts: Iterable[Receipt]) -> dict[str, str]:
    """The accounts that paid the digital units of receipts, by the references of their payment requests."""
    references = sorted({paid.reference for receipt in receipts for paid in receipt.settlement.digital})
    if not references:
        return {}
    return {row.reference: row.payer for row in work.rows("payers_of", references=references)}


def settlement_kept(settlement: Settlement) -> dict[str, Any]:
    """What a refund gave back, as its column holds it: without the payers' accounts."""
    return {
        "notes_out": settlement.notes_out.pieces,
        "euros_out_cents": settlement.euros_out_cents,
        "digital": [[paid.reference, paid.amount_cents] for paid in settlement.digital],
        "others": [[paid.instrument.value, paid.amount_cents, paid.reference] for paid in settlement.others],
    }


def settlement_from(kept: Mapping[str, Any]) -> Settlement:
    """The settlement of a refund that a column holds."""
    return Settlement(
        notes_out=Bundle.of(dict(kept["notes_out"])),
        euros_out_cents=kept["euros_out_cents"],
        digital=tuple(DigitalPaid(reference, cents) for reference, cents in kept["digital"]),
        others=tuple(OtherMeans(Instrument(each), cents, reference) for each, cents, reference in kept["others"]),
    )


__all__ = [
    "ChainSeen",
    "JournalEntry",
    "MinusKept",
    "ReceiptKept",
    "ReceiptUnknown",
    "Receipts",
    "chain_of_desk",
    "journal_page",
    "papers_known",
    "payers_of",
    "receipt_journal",
    "receipt_kept",
    "receipt_with",
    "receipts_in_place",
    "receipts_of",
    "settlement_from",
    "settlement_kept",
]
