"""The journal, the only writer of the books: it holds the heads that a transaction locked and writes a batch in one statement."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from ..domain.chain import ZERO, SealedEntry, SealedEvent, SealedLine, batch_hash, leaf, merkle_root
from ..domain.chart import account
from ..domain.ledger import BookState, Entry, Event, Position
from ..domain.refusals import Refusal
from .arrays import array
from .database import Connection
from .queries import query


class BookUnknown(Refusal):
    """There is no book named {book}."""

    code = "book_unknown"


class Head(NamedTuple):
    """Where a book stands: what its next batch continues."""

    id: int
    code: str
    unit_currency: str
    batch_number: int
    hash: bytes
    entry_number: int
    event_number: int
    recorded_at: datetime
    closed_until: date | None


@dataclass(slots=True)
class OpenBook:
    """A locked book: its head, its state in memory, and what the transaction is going to write in it."""

    head: Head
    state: BookState
    account_ids: dict[str, int] = field(default_factory=dict)
    sealed: list[SealedEvent] = field(default_factory=list)
    events: int = 0
    entries: int = 0


class Journal:
    """The books of one transaction, from the lock to the write."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._books: dict[str, OpenBook] = {}

    def open(self, heads: Iterable[Any], asked: Iterable[str]) -> None:
        """Take the locked heads; BookUnknown for a book that was asked and is not there."""
        for row in heads:
            head = Head(*row)
            self._books[head.code] = OpenBook(head, BookState(head.code, head.unit_currency, head.closed_until))
        for code in asked:
            if code not in self._books:
                raise BookUnknown(book=code)

    def head(self, book: str) -> Head:
        """The head of a locked book."""
        return self._books[book].head

    def know(self, book: str, positions: Iterable[Any]) -> None:
        """Keep the positions that a query answered: (code, id, number, cents)."""
        opened = self._books[book]
        for code, account_id, number, cents in positions:
            opened.account_ids[code] = account_id
            opened.state.positions.setdefault(code, Position(number, cents))

    def load(self, book: str, accounts: Iterable[str]) -> BookState:
        """The state of a book with these accounts loaded; an account without lines stands at zero."""
        opened = self._books[book]
        missing = [code for code in accounts if code not in opened.state.positions]
        if missing:
            self.know(book, self._connection.execute(query("positions"), {"book": book, "accounts": missing}).fetchall())
            for code in missing:
                opened.state.positions.setdefault(code, Position())
        return opened.state

    def post(self, event: Event) -> None:
        """Check every entry of an event and, when all hold, move the books in memory; a Refusal leaves them as they were."""
        for book, entry in event.entries:
            self.load(book, (line.account for line in entry.lines)).check(entry)
        # From here on nothing refuses.
        home = self._books[event.book]
        home.events += 1
        number = home.head.event_number + home.events
        sealed: dict[str, list[SealedEntry]] = {event.book: []}
        for book, entry in event.entries:
            sealed.setdefault(book, []).append(self._apply(book, entry))
        for book, entries in sealed.items():
            self._books[book].sealed.append(
                SealedEvent(
                    number if book == event.book else 0,
                    event.id,
                    event.kind,
                    event.acted_by,
                    event.business_on,
                    event.reverses,
                    event.reason,
                    event.details,
                    entries,
                )
            )

    def _apply(self, book: str, entry: Entry) -> SealedEntry:
        opened = self._books[book]
        opened.entries += 1
        lines = [SealedLine(*written) for written in opened.state.apply(entry)]
        return SealedEntry(opened.head.entry_number + opened.entries, entry.business_on, entry.label, lines)

    def write(self) -> None:
        """Write what was posted since the last write, one statement per book, and advance the heads."""
        for opened in self._books.values():
            if opened.sealed:
                self._open_accounts(opened)
                parameters = batch_parameters(opened)
                self._connection.execute(query("record_batch"), parameters)
                opened.head = opened.head._replace(
                    batch_number=parameters["number"],
                    hash=parameters["hash"],
                    entry_number=opened.head.entry_number + opened.entries,
                    event_number=opened.head.event_number + opened.events,
                )
                opened.sealed, opened.events, opened.entries = [], 0, 0

    def _open_accounts(self, opened: OpenBook) -> None:
        used = {line.account for event in opened.sealed for entry in event.entries for line in entry.lines}
        new = [account(code) for code in sorted(used - opened.account_ids.keys())]
        if new:
            rows = self._connection.execute(
                query("open_accounts"),
                {
                    "book_id": opened.head.id,
                    "codes": [one.code for one in new],
                    "roles": [one.role.name for one in new],
                    "currencies": [one.currency(opened.head.unit_currency) for one in new],
                    "sides": [one.role.side for one in new],
                    "floored": [one.role.floored for one in new],
                    "denominations": [one.denomination_cents for one in new],
                },
            )
            opened.account_ids.update(dict(rows.fetchall()))


def batch_parameters(opened: OpenBook) -> dict[str, Any]:
    """The parameters of `record_batch`: the columns of all events, entries and lines of a batch, and the link that seals them."""
    head, sealed = opened.head, opened.sealed
    previous = head.hash if head.batch_number else ZERO
    root = merkle_root([leaf(event) for event in sealed])
    number, first_event, first_entry = head.batch_number + 1, head.event_number + 1, head.entry_number + 1
    return {
        "book_id": head.id,
        "number": number,
        "recorded_at": head.recorded_at,
        "first_event": first_event,
        "first_entry": first_entry,
        "root": root,
        "previous_hash": previous,
        "hash": batch_hash(
            previous=previous,
            book=head.code,
            number=number,
            recorded_at=head.recorded_at,
            first_event=first_event,
            first_entry=first_entry,
            root=root,
        ),
        **_event_columns([event for event in sealed if event.number]),
        **_entry_columns(sealed),
        **_line_columns([entry for event in sealed for entry in event.entries], opened.account_ids),
    }


def _event_columns(events: Sequence[SealedEvent]) -> dict[str, str]:
    return {
        "event_ids": array("uuid", [event.id for event in events]),
        "event_kinds": array("text", [event.kind for event in events]),
        "event_days": array("date", [event.business_on for event in events]),
        "event_persons": array("uuid", [event.acted_by for event in events]),
        "event_reverses": array("uuid", [event.reverses for event in events]),
        "event_reasons": array("text", [event.reason for event in events]),
        "event_details": array("jsonb", [event.details for event in events]),
    }


def _entry_columns(events: Sequence[SealedEvent]) -> dict[str, str]:
    entries = [entry for event in events for entry in event.entries]
    return {
        "entry_events": array("uuid", [event.id for event in events for _ in event.entries]),
        "entry_days": array("date", [entry.business_on for entry in entries]),
        "entry_counts": array("integer", [len(entry.lines) for entry in entries]),
        "entry_labels": array("text", [entry.label for entry in entries]),
    }


def _line_columns(entries: Sequence[SealedEntry], ids: dict[str, int]) -> dict[str, str]:
    lines = [line for entry in entries for line in entry.lines]
    return {
        "line_accounts": array("bigint", [ids[line.account] for line in lines]),
        "line_numbers": array("bigint", [line.number for line in lines]),
        "line_places": array("integer", [place for place, entry in enumerate(entries, 1) for _ in entry.lines]),
        "line_cents": array("bigint", [line.cents for line in lines]),
        "line_balances": array("bigint", [line.balance for line in lines]),
    }
