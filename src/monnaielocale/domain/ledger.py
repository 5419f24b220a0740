"""Entries, events and the state of a book in memory: what must hold before anything is written.

Cents are positive for a debit and negative for a credit. For units, debit is where they go and credit is where they come from.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from .chain import SealedLine
from .chart import EURO, account
from .money import decimal_text
from .refusals import Refusal


class BalanceTooLow(Refusal):
    """{account} holds {balance}: {amount} cannot be taken from it."""

    code = "balance_too_low"


class PeriodClosed(Refusal):
    """The books are closed until {closed_until}: nothing can be dated {business_on}."""

    code = "period_closed"


class AlreadyReversed(Refusal):
    """This event was already reversed."""

    code = "already_reversed"


@dataclass(frozen=True, slots=True)
class Line:
    """One account moved by one entry."""

    account: str
    cents: int

    def __str__(self) -> str:
        return f"{'Dr' if self.cents > 0 else 'Cr'} {self.account} {decimal_text(abs(self.cents))}"


def debit(code: str, cents: int) -> Line:
    """The account on the left."""
    return Line(code, cents)


def credit(code: str, cents: int) -> Line:
    """The account on the right."""
    return Line(code, -cents)


def move(source: str, target: str, cents: int) -> tuple[Line, Line]:
    """Units go from one account to another."""
    return Line(source, -cents), Line(target, cents)


@dataclass(frozen=True, slots=True)
class Entry:
    """Lines of one book that are written together (écriture); they sum to zero in each currency."""

    business_on: date
    label: str
    lines: tuple[Line, ...]

    @classmethod
    def of(cls, business_on: date, label: str, lines: Iterable[Line]) -> "Entry":
        """The entry with one line per account: what goes and comes back on one account is netted, and zero lines fall away."""
        sums: dict[str, int] = {}
        for line in lines:
            sums[line.account] = sums.get(line.account, 0) + line.cents
        return cls(business_on, label, tuple(Line(code, cents) for code, cents in sums.items() if cents))

    def reversed(self, business_on: date, label: str) -> "Entry":
        """The same lines with their sides exchanged (contre-passation)."""
        return Entry(business_on, label, tuple(Line(line.account, -line.cents) for line in self.lines))

    def __str__(self) -> str:
        return "\n".join([f"{self.business_on} {self.label}", *(f"  {line}" for line in self.lines)])


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, who did it, and the entries it writes: one per book, none when no money moved.

    The event is numbered in its own `book`; an entry in another book goes to that book's chain with it. `details` is covered by
    the chain; it holds text, whole numbers, lists and dictionaries only.
    """

    id: UUID
    book: str
    kind: str
    acted_by: UUID
    business_on: date
    entries: tuple[tuple[str, Entry], ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    reverses: UUID | None = None
    reason: str = ""


@dataclass(slots=True)
class Position:
    """The last line of an account: its order number and the balance after it, debit positive."""

    number: int = 0
    cents: int = 0


@dataclass(slots=True)
class BookState:
    """A book as one batch sees it: loaded under the head lock, moved in memory, then written in sets."""

    code: str
    unit_currency: str
    closed_until: date | None = None
    positions: dict[str, Position] = field(default_factory=dict)

    def check(self, entry: Entry) -> None:
        """Refuse an entry that would break the book; nothing is changed.

        Raises PeriodClosed and BalanceTooLow. An entry that does not balance is our own mistake, not the world's.
        """
        if self.closed_until is not None and entry.business_on <= self.closed_until:
            raise PeriodClosed(closed_until=self.closed_until, business_on=entry.business_on)
        euros = units = 0
        for line in entry.lines:
            named = account(line.account)
            if named.role.money == "euro":
                euros += line.cents
            else:
                units += line.cents
            if named.role.floored:
                self._check_floor(line)
        assert euros == 0 and units == 0, f"entry does not balance:\n{entry}"
        assert len({line.account for line in entry.lines}) == len(entry.lines) >= 2, f"entry repeats an account:\n{entry}"

    def _check_floor(self, line: Line) -> None:
        named = account(line.account)
        before = named.natural(self.positions[line.account].cents)
        change = named.natural(line.cents)
        if change < 0 and before + change < 0:
            currency = named.currency(self.unit_currency)
            raise BalanceTooLow(
                account=line.account,
                balance=f"{decimal_text(before)} {currency}",
                amount=f"{decimal_text(-change)} {currency}",
            )

    def apply(self, entry: Entry) -> list[SealedLine]:
        """Move the positions by a checked entry; answers its lines as they are written."""
        written = []
        for line in entry.lines:
            position = self.positions[line.account]
            position.number += 1
            position.cents += line.cents
            written.append(SealedLine(line.account, position.number, line.cents, position.cents))
        return written

    def balance(self, code: str) -> int:
        """The balance in its natural sense, in cents."""
        return account(code).natural(self.positions[code].cents)


def accounts_of(events: Sequence[Event], book: str) -> set[str]:
    """Every account of a book that the events move."""
    return {line.account for event in events for code, entry in event.entries if code == book for line in entry.lines}


__all__ = [
    "EURO",
    "AlreadyReversed",
    "BalanceTooLow",
    "BookState",
    "Entry",
    "Event",
    "Line",
    "PeriodClosed",
    "Position",
    "accounts_of",
    "credit",
    "debit",
    "move",
]
