"""The chain that seals the books: a leaf per event, a Merkle root per batch, and a hash that links each batch to the last.

The canonical form is plain JSON, so that anyone can recompute it with a program that we did not write.
"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from .identifiers import written

ZERO = bytes(32)
_text = json.encoder.encode_basestring_ascii
_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True, allow_nan=False).encode


class SealedLine(NamedTuple):
    """A line as it is written: account code, order number in the account, cents, balance after."""

    account: str
    number: int
    cents: int
    balance: int


class SealedEntry(NamedTuple):
    """An entry as it is written."""

    number: int
    business_on: date
    label: str
    lines: Sequence[SealedLine]


class SealedEvent(NamedTuple):
    """An event with what it writes in one book; `number` is 0 in a book where it only has an entry."""

    number: int
    id: UUID
    kind: str
    acted_by: UUID
    business_on: date
    reverses: UUID | None
    reason: str
    details: dict[str, Any]
    entries: Sequence[SealedEntry]


def canonical(event: SealedEvent) -> str:
    """The event as one line of JSON: keys sorted, no spaces, ASCII only; the lines of an entry in the order of their accounts.

    Written piece by piece, since it is on the way of every payment; a test compares it with what a JSON library writes.
    """
    entries = ",".join(map(_canonical_entry, event.entries))
    details = _encode(event.details) if event.details else "{}"
    return (
        f'[{event.number},"{written(event.id)}",{_text(event.kind)},"{written(event.acted_by)}","{event.business_on}",'
        f'"{event.reverses or ""}",'
        f"{_text(event.reason)},{details},[{entries}]]"
    )


def _canonical_entry(entry: SealedEntry) -> str:
    lines = ",".join([f"[{_text(line.account)},{line.number},{line.cents},{line.balance}]" for line in sorted(entry.lines)])
    return f'[{entry.number},"{entry.business_on}",{_text(entry.label)},[{lines}]]'


def leaf(event: SealedEvent) -> bytes:
    """SHA-256 of the canonical event, marked as a leaf so that it can never pass for a node."""
    return sha256(b"\x00" + canonical(event).encode("ascii")).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """The root of a batch; a leaf without a neighbour rises one level as it is."""
    level = list(leaves)
    while len(level) > 1:
        pairs = [sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0] if level else ZERO


def merkle_path(leaves: Sequence[bytes], position: int) -> list[tuple[str, bytes]]:
    """The neighbours on the way from one leaf to the root, each with its side: it proves one event without showing the others."""
    path, level = [], list(leaves)
    while len(level) > 1:
        neighbour = position ^ 1
        if neighbour < len(level):
            path.append(("left" if neighbour < position else "right", level[neighbour]))
        pairs = [sha256(b"\x01" + level[at] + level[at + 1]).digest() for at in range(0, len(level) - 1, 2)]
        level, position = pairs + level[len(pairs) * 2 :], position // 2
    return path


def root_from_path(found: bytes, path: Sequence[tuple[str, bytes]]) -> bytes:
    """The root that a leaf and its path lead to."""
    for side, neighbour in path:
        found = sha256(b"\x01" + (neighbour + found if side == "left" else found + neighbour)).digest()
    return found


def batch_hash(
    *, previous: bytes, book: str, number: int, recorded_at: datetime, first_event: int, first_entry: int, root: bytes
) -> bytes:
    """The link: SHA-256 of the previous link, the batch's place and instant, and its root."""
    moment = recorded_at.astimezone(UTC).isoformat(timespec="microseconds")
    return sha256(previous + _encode([book, number, moment, first_event, first_entry]).encode("ascii") + root).digest()
