"""The journal, the only writer of the books: it holds the heads that a transaction locked and writes a batch in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from ..domain.chain import SealedEntry, SealedEvent, leaf, merkle_root
from ..domain.chart import account
from ..domain.ledger import BookState, Entry, Event, Position
from ..domain.refusals import Refusal
from .arrays import array
from .database import Connection
from .queries import query

# A writer who would have to keep more of them forgets the books that it wrote in longest ago.
KNOWN_POSITIONS = 100_000


class BookUnknown(Refusal):
    """There is no book named {book}."""

    code = "book_unknown"


class Head(NamedTuple):
    """Where a book stands: what its next batch continues, which is the batch of this number and root."""

    id: int
    code: str
    unit_currency: str
    batch_number: int
    root: bytes
    entry_number: int
    event_number: int
    recorded_at: datetime
    closed_until: date | None


class Effect(NamedTuple):
    """What was answered to a request, remembered under the key that it carried."""

    person_id: UUID
    action: str
    key: str
    request_hash: bytes
    answer: dict[str, Any]


@dataclass(slots=True)
class OpenBook:
    """A book in memory: its head, its state, the facts that actions read about it, and what the transaction is going to write."""

    head: Head
    state: BookState
    account_ids: dict[str, int] = field(default_factory=dict)
    facts: dict[Any, Any] = field(default_factory=dict)
    sealed: list[SealedEvent] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    events: int = 0
    entries: int = 0

    def new_accounts(self) -> set[str]:
        """Accounts that are moved for the first time."""
        used = {line.account for event in self.sealed for entry in event.entries for line in entry.lines}
        return used - self.account_ids.keys()

    def advance(self, root: bytes) -> None:
        """What was posted is written: the head is that of the batch that holds it."""
        self.head = self.head._replace(
            batch_number=self.head.batch_number + 1,
            root=root,
            entry_number=self.head.entry_number + self.entries,
            event_number=self.head.event_number + self.events,
        )
        self.sealed, self.effects, self.events, self.entries = [], [], 0, 0


class KnownBooks:
    """Books as the writer's last transactions left them.

    Whatever happens in a book is a batch of it: what is known of it holds for as long as its head is the one that is known.
    """

    def __init__(self) -> None:
        self._books: dict[str, OpenBook] = {}

    def book(self, code: str) -> OpenBook | None:
        """A book that is known, if it is."""
        return self._books.get(code)

    def any(self) -> bool:
        """Whether anything is known."""
        return bool(self._books)

    def keep(self, books: Mapping[str, OpenBook]) -> None:
        """What a transaction knew when it was committed, beside what is known of other books."""
        for code, opened in books.items():
            self._books.pop(code, None)
            self._books[code] = opened
        positions = sum(len(opened.state.positions) for opened in self._books.values())
        for code in list(self._books):
            if positions <= KNOWN_POSITIONS:
                break
            positions -= len(self._books.pop(code).state.positions)

    def forget(self) -> None:
        """Nothing is certain any more: the next transaction reads everything."""
        self._books = {}


class Journal:
    """The books of one transaction, from the lock to the write."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.books: dict[str, OpenBook] = {}

    def open(self, heads: Iterable[Any], asked: Iterable[str], known: KnownBooks) -> None:
        """Take the locked heads; BookUnknown for a book that was asked and is not there."""
        for row in heads:
            head = Head(*row)
            self.books[head.code] = _opened(head, known.book(head.code))
        for code in asked:
            if code not in self.books:
                raise BookUnknown(book=code)

    def head(self, book: str) -> Head:
        """The head of a locked book."""
        return self.books[book].head

    def know(self, book: str, positions: Iterable[Any]) -> None:
        """Keep the positions that a query answered: (code, id, number, cents)."""
        opened = self.books[book]
        for code, account_id, number, cents in positions:
            opened.account_ids[code] = account_id
            opened.state.positions.setdefault(code, Position(number, cents))

    def load(self, book: str, accounts: Iterable[str]) -> BookState:
        """The state of a book with these accounts loaded; an account without lines stands at zero."""
        opened = self.books[book]
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
        home = self.books[event.book]
        home.events += 1
        number = home.head.event_number + home.events
        sealed: dict[str, list[SealedEntry]] = {event.book: []}
        for book, entry in event.entries:
            sealed.setdefault(book, []).append(self._apply(book, entry))
        for book, entries in sealed.items():
            self.books[book].sealed.append(
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
        opened = self.books[book]
        opened.entries += 1
        number = opened.head.entry_number + opened.entries
        return SealedEntry(number, entry.business_on, entry.label, opened.state.apply(entry))

    def remember(self, book: str, effect: Effect) -> None:
        """Keep an effect for writing with the batch that holds it."""
        self.books[book].effects.append(effect)

    def unwritten_effects(self) -> list[dict[str, Any]]:
        """Effects that came without an event, as rows of their table: no batch takes them along."""
        rows = []
        for opened in self.books.values():
            rows += [{**effect._asdict(), "recorded_at": opened.head.recorded_at} for effect in opened.effects]
            opened.effects = []
        return rows

    def write(self) -> None:
        """Write what was posted since the last write, one statement per book, and advance the heads.

        A book whose events have entries elsewhere comes first: an entry needs its event.
        """
        for opened in sorted(self.books.values(), key=lambda opened: any(not event.number for event in opened.sealed)):
            if opened.sealed:
                self._open_accounts(opened)
                parameters = batch_parameters(opened, opened.head.recorded_at)
                self._connection.execute(query("record_batch"), parameters)
                opened.advance(parameters["root"])

    def as_one_statement(self) -> dict[str, Any] | None:
        """What was posted, to be written on the head that is known, without a lock; None when it takes another statement too."""
        (opened,) = self.books.values()
        if not opened.sealed or opened.new_accounts():
            return None
        parameters = batch_parameters(opened, None)
        opened.advance(parameters["root"])
        return parameters

    def _open_accounts(self, opened: OpenBook) -> None:
        new = [account(code) for code in sorted(opened.new_accounts())]
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


def _opened(head: Head, known: OpenBook | None) -> OpenBook:
    """A locked book with what is known of it, if nobody has written in it since."""
    if known is None or (known.head.batch_number, known.head.root) != (head.batch_number, head.root):
        return OpenBook(head, BookState(head.code, head.unit_currency, head.closed_until))
    return OpenBook(head, known.state, known.account_ids, known.facts)


def batch_parameters(opened: OpenBook, moment: datetime | None) -> dict[str, Any]:
    """The parameters of `record_batch`: the columns of all events, entries and lines of a batch, and what seals them."""
    head, sealed = opened.head, opened.sealed
    return {
        "book_id": head.id,
        "number": head.batch_number + 1,
        "recorded_at": moment,
        "first_event": head.event_number + 1,
        "first_entry": head.entry_number + 1,
        # The book's own events in their order, then those of other books that have entries here.
        "root": merkle_root([leaf(event) for event in sorted(sealed, key=lambda event: not event.number)]),
        "continues": head.root,
        **_event_columns([event for event in sealed if event.number]),
        **_entry_columns(sealed),
        **_line_columns([entry for event in sealed for entry in event.entries], opened.account_ids),
        **_effect_columns(opened.effects),
    }


def _event_columns(events: Sequence[SealedEvent]) -> dict[str, Any]:
    return {
        "event_ids": array("uuid", [event.id for event in events]),
        "event_kinds": array("text", [event.kind for event in events]),
        "event_days": array("date", [event.business_on for event in events]),
        "event_persons": array("uuid", [event.acted_by for event in events]),
        "event_reverses": array("uuid", [event.reverses for event in events]),
        "event_reasons": array("text", [event.reason for event in events]),
        "event_details": array("jsonb", [event.details for event in events]),
    }


def _entry_columns(events: Sequence[SealedEvent]) -> dict[str, Any]:
    entries = [entry for event in events for entry in event.entries]
    return {
        "entry_events": array("uuid", [event.id for event in events for _ in event.entries]),
        "entry_days": array("date", [entry.business_on for entry in entries]),
        "entry_counts": array("integer", [len(entry.lines) for entry in entries]),
        "entry_labels": array("text", [entry.label for entry in entries]),
    }


def _line_columns(entries: Sequence[SealedEntry], ids: dict[str, int]) -> dict[str, Any]:
    lines = [line for entry in entries for line in entry.lines]
    return {
        "line_accounts": array("bigint", [ids[line.account] for line in lines]),
        "line_numbers": array("bigint", [line.number for line in lines]),
        "line_places": array("integer", [place for place, entry in enumerate(entries, 1) for _ in entry.lines]),
        "line_cents": array("bigint", [line.cents for line in lines]),
        "line_balances": array("bigint", [line.balance for line in lines]),
    }


def _effect_columns(effects: Sequence[Effect]) -> dict[str, Any]:
    return {
        "key_persons": array("uuid", [effect.person_id for effect in effects]),
        "key_actions": array("text", [effect.action for effect in effects]),
        "key_texts": array("text", [effect.key for effect in effects]),
        "key_hashes": array("bytea", [effect.request_hash for effect in effects]),
        "key_answers": array("jsonb", [effect.answer for effect in effects]),
    }
