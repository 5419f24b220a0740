"""The receipt journal (journal à souches): numbers without a hole, a hash that links each receipt to the one before, duplicates.

The canonical form is plain JSON, so that anyone can recompute the chain of a desk with a program that we did not write. It
holds all of a receipt but the payer's account: the journal is shown to people who need not know it.
"""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from ..chain import ZERO
from ..reasons import Reason
from .bundles import Bundle
from .charters import Instrument, Vat
from .receipts import Paper, Receipt, ReceiptLine, Series, VatTotal
from .settlements import DigitalPaid, OtherMeans, Settlement

_MARKS = {Series.TILL: "", Series.PAPER: "P"}
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True, allow_nan=False).encode


def receipt_number(prefix: str, year: int, number: int, series: Series = Series.TILL) -> str:
    """The number that people read: `PISC-2026-000042`, and `PISC-2026-P000003` for an entry from the paper receipt book."""
    return f"{prefix}-{year}-{_MARKS[series]}{number:06d}"


def first_gap(numbers: Iterable[int]) -> int | None:
    """The first number that is missing or stands twice in what should count from one, or None."""
    return next((expected for expected, found in enumerate(numbers, start=1) if found != expected), None)


def chained(previous: bytes, receipt: Receipt) -> bytes:
    """The link of a receipt: SHA-256 of the link before it in its desk (32 zero bytes for the first) and its canonical form."""
    return chained_canonical(previous, canonical_receipt(receipt))


def chained_canonical(previous: bytes, canonical: bytes) -> bytes:
    """The link of a receipt whose canonical form is at hand."""
    return sha256(previous + canonical).digest()


def first_broken(links: Iterable[tuple[Receipt, bytes]], previous: bytes = ZERO) -> str | None:
    """The number of the first receipt whose link is not what it should be, or None when the chain of a desk is whole."""
    for receipt, link in links:
        previous = chained(previous, receipt)
        if previous != link:
            return receipt.number
    return None


def duplicate_mark(copy: int) -> Reason:
    """What is printed on a copy of a receipt; copies are counted from 1, and the receipt itself is none."""
    return Reason("DUPLICATE No. {copy}", {"copy": copy})


def canonical_receipt(receipt: Receipt) -> bytes:
    """The receipt as one line of ASCII JSON with sorted keys and no spaces; instants are in UTC to the microsecond."""
    settlement = receipt.settlement
    content: dict[str, Any] = {
        "desk": receipt.desk,
        "number": receipt.number,
        "series": receipt.series.value,
        "till": receipt.till,
        "session": str(receipt.session_id),
        "clerk": str(receipt.clerk_id),
        "day": receipt.business_on.isoformat(),
        "issued_at": receipt.issued_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "lines": [
            [line.service, line.label, line.quantity, line.unit_cents, *_vat(line.vat), line.revenue_account]
            for line in receipt.lines
        ],
        "vat": [[*_vat(each.vat), each.including_cents, each.vat_cents] for each in receipt.vat],
        "notes_in": settlement.notes_in.pieces,
        "notes_out": settlement.notes_out.pieces,
        "euros_in_cents": settlement.euros_in_cents,
        "euros_out_cents": settlement.euros_out_cents,
        "digital": [[paid.reference, paid.amount_cents] for paid in settlement.digital],
        "others": [[paid.instrument.value, paid.amount_cents, paid.reference] for paid in settlement.others],
        "to_refund_cents": settlement.to_refund_cents,
        "total_cents": receipt.total_cents,
        "cancels": receipt.cancels,
        "cancelled_lines": receipt.cancelled_lines,
        "reason": receipt.reason,
        "paper": [receipt.paper.number, receipt.paper.issued_on.isoformat()] if receipt.paper else None,
    }
    return _encode(content).encode("ascii")


def receipt_from_canonical(canonical: bytes) -> Receipt:
    """The receipt that a canonical form describes, without its payer's account."""
    content: dict[str, Any] = json.loads(canonical)
    paper = content["paper"]
    return Receipt(
        desk=content["desk"],
        number=content["number"],
        series=Series(content["series"]),
        till=content["till"],
        session_id=UUID(content["session"]),
        clerk_id=UUID(content["clerk"]),
        business_on=date.fromisoformat(content["day"]),
        issued_at=datetime.fromisoformat(content["issued_at"]),
        lines=tuple(
            ReceiptLine(service, label, quantity, unit, Vat(rate, exemption), revenue_account)
            for service, label, quantity, unit, rate, exemption, revenue_account in content["lines"]
        ),
        vat=tuple(VatTotal(Vat(rate, exemption), including, vat) for rate, exemption, including, vat in content["vat"]),
        settlement=Settlement(
            notes_in=Bundle.of(dict(content["notes_in"])),
            notes_out=Bundle.of(dict(content["notes_out"])),
            euros_in_cents=content["euros_in_cents"],
            euros_out_cents=content["euros_out_cents"],
            digital=tuple(DigitalPaid(reference, cents) for reference, cents in content["digital"]),
            others=tuple(OtherMeans(Instrument(each), cents, reference) for each, cents, reference in content["others"]),
            to_refund_cents=content["to_refund_cents"],
        ),
        cancels=content["cancels"],
        cancelled_lines=tuple(content["cancelled_lines"]),
        reason=content["reason"],
        paper=Paper(paper[0], date.fromisoformat(paper[1])) if paper else None,
    )


def _vat(vat: Vat) -> tuple[int, str]:
    return vat.basis_points, vat.exemption
