"""The paper of a handover between heads of a desk (procès-verbal de remise de service): as data, and as sheets to sign."""

from collections.abc import Callable
from datetime import date
from typing import Any

from ..domain.chart import account
from ..domain.desks.bundles import Bundle
from ..domain.desks.handovers import Handover, fingerprint
from .spreadsheets import Sheet, SheetColumn, Value

Say = Callable[[str], str]
Word = Callable[[str, str], str]


def handover_as_data(drawn: Handover, canonical: bytes) -> dict[str, Any]:
    """The document as JSON has it, persons aside; amounts are in cents and notes are (denomination in cents, how many)."""
    found, journal = drawn.difference, drawn.journal
    return {
        "desk": drawn.desk,
        "handover": drawn.number,
        "begins_on": drawn.succession.begins_on.isoformat(),
        "notes": _pieces(drawn.counted.notes),
        "euros": _pieces(drawn.counted.euros),
        "expected_notes_cents": drawn.expected.notes.total_cents,
        "expected_euros_cents": drawn.expected.euros_cents,
        "difference_cents": found.total_cents,
        "reason": drawn.reason,
        "accounts": [{"account": code, "cents": cents} for code, cents in drawn.accounts],
        "envelopes": [
            {"envelope": each.number, "state": each.state, "declared_cents": each.declared_cents} for each in drawn.envelopes
        ],
        "receipts": journal.receipt_count,
        "last_receipt": journal.last_receipt,
        "receipt_link": journal.receipt_link.hex(),
        "last_closing": journal.last_closing,
        "closing_link": journal.closing_link.hex(),
        "sha256": fingerprint(canonical),
    }


def _pieces(bundle: Bundle) -> list[dict[str, int]]:
    return [{"denomination_cents": denomination, "count": count} for denomination, count in bundle.pieces]


def handover_sheets(
    drawn: Handover, canonical: bytes, *, outgoing: str, incoming: str, accepted_on: date | None, say: Say, word: Word
) -> tuple[Sheet, ...]:
    """The document as sheets: the paper itself, what was counted, what the accounts hold; `say` and `word` as in a report."""
    return _paper(drawn, canonical, outgoing, incoming, accepted_on, say), _counted(drawn, say), _accounts(drawn, say, word)


def _paper(drawn: Handover, canonical: bytes, outgoing: str, incoming: str, accepted_on: date | None, say: Say) -> Sheet:
    journal = drawn.journal
    told: list[tuple[str, Value]] = [
        (say("Desk"), drawn.desk),
        (say("Handover"), drawn.number),
        (say("Head who leaves"), outgoing),
        (say("Head who begins"), incoming),
        (say("Begins on"), drawn.succession.begins_on),
        (say("Accepted on"), accepted_on or ""),
        (say("Last receipt"), journal.last_receipt),
        (say("Link"), journal.receipt_link.hex()),
        (say("Last closing"), journal.last_closing),
        (say("Reason"), drawn.reason),
        (say("Fingerprint (SHA-256)"), fingerprint(canonical)),
    ]
    return Sheet(say("Handover"), (SheetColumn(say("What")), SheetColumn(say("Content"))), tuple(told))


def _counted(drawn: Handover, say: Say) -> Sheet:
    columns = (
        SheetColumn(say("Piece"), "amount"),
        SheetColumn(say("Means")),
        SheetColumn(say("Quantity"), "whole"),
        SheetColumn(say("Amount"), "amount"),
    )
    rows = tuple(
        (denomination, means, count, denomination * count)
        for means, bundle in ((say("Local notes"), drawn.counted.notes), (say("Euros"), drawn.counted.euros))
        for denomination, count in bundle.pieces
    )
    return Sheet(say("Count"), columns, rows, (None, say("Total"), None, drawn.counted.total_cents))


def _accounts(drawn: Handover, say: Say, word: Word) -> Sheet:
    columns = (SheetColumn(say("Account")), SheetColumn(say("Amount"), "amount"))
    held = [(f"{say(account(code).role.title)} {account(code).key}".strip(), cents) for code, cents in drawn.accounts]
    left = [(f"{each.number} ({word('state', each.state)})", each.declared_cents) for each in drawn.envelopes]
    return Sheet(say("Holdings"), columns, (*held, *left))
