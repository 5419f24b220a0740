"""One transaction: the books it locked, what it read, and what it will write when everything is decided."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NoReturn, Self, TypeVar, cast

from psycopg.rows import namedtuple_row
from sqlalchemy.dialects import postgresql

from ..domain.ledger import BookState, Event
from ..domain.progress import Step, is_followed, tell
from .arrays import array
from .database import Connection, Database
from .journal import Effect, Head, Journal, KnownBooks
from .queries import query
from .tables import METADATA

Row = Any
Read = tuple[str, Mapping[str, Any]]
Fact = TypeVar("Fact")


class _OutOfReach:
    """In place of a connection that is not to be asked."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError("this takes more than what is known")


class UnitOfWork:
    """Lock and load once, decide in memory, write in sets: `flush` writes the journal, then the documents in their order."""

    def __init__(self, connection: Connection, known: KnownBooks | None = None) -> None:
        self.connection = connection
        self.journal = Journal(connection)
        self.known = known or KnownBooks()
        self._waiting: list[tuple[str, list[Mapping[str, Any]]]] = []
        self.fault_point: Callable[[str], None] = lambda _: None
        self.ahead = timedelta(0)

    @classmethod
    def unconnected(cls, known: KnownBooks) -> Self:
        """A transaction that is decided on what is known: whatever it would have to ask the database for raises."""
        return cls(cast(Connection, _OutOfReach()), known)

    def lock(self, books: Sequence[str], *reads: Read) -> list[list[Row]]:
        """Lock the books in the order of their ids and answer further reads made after the lock, all in one exchange.

        Raises BookUnknown.
        """
        asked = sorted(set(books))
        with self.connection.pipeline():
            heads = self.connection.execute(query("lock_books"), {"codes": asked})
            cursors = []
            for name, parameters in reads:
                cursor = self.connection.cursor(row_factory=namedtuple_row)
                cursors.append(cursor.execute(query(name), parameters))
        self.journal.open(heads.fetchall(), asked, self.known)
        return [cursor.fetchall() for cursor in cursors]

    def rows(self, name: str, **parameters: Any) -> list[Row]:
        """What a named query answers, as named tuples."""
        with self.connection.cursor(row_factory=namedtuple_row) as cursor:
            return cursor.execute(query(name), parameters).fetchall()

    def head(self, book: str) -> Head:
        """The head of a locked book; its `recorded_at` is the instant of everything that this transaction writes."""
        return self.journal.head(book)

    def now(self, book: str) -> datetime:
        """The recording instant, taken after the lock."""
        return self.journal.head(book).recorded_at

    def moment(self, book: str) -> datetime:
        """The instant at which what is done under the lock happens at a desk: the recording instant, moved by `ahead`."""
        return self.journal.head(book).recorded_at + self.ahead

    def state(self, book: str, accounts: Sequence[str]) -> BookState:
        """The balances of these accounts as this transaction has moved them so far."""
        return self.journal.load(book, accounts)

    def facts(self, book: str) -> dict[Any, Any]:
        """What actions read about a book and may want to know again, for as long as nobody else writes in it."""
        return self.journal.books[book].facts

    def recall(self, name: str, books: Iterable[str], ask: Callable[[list[str]], Mapping[str, Fact]]) -> dict[str, Fact]:
        """A fact of this name about each book, by code; of those that are not known all are asked for at once.

        A fact is made of what changes with events of its book only, so that it holds for as long as the book's head does. A book
        that is not locked has no facts: it is asked about each time.
        """
        asked = sorted(set(books))
        opened = self.journal.books
        facts: dict[str, dict[Any, Any]] = {book: opened[book].facts if book in opened else {} for book in asked}
        missing = [book for book in asked if (name,) not in facts[book]]
        answered = ask(missing) if missing else {}
        for book in missing:
            facts[book][(name,)] = answered.get(book)
        known = {book: facts[book][(name,)] for book in asked}
        return {book: fact for book, fact in known.items() if fact is not None}

    def forget_facts(self) -> None:
        """What was read of the books is not to be kept: this transaction changes it."""
        for opened in self.journal.books.values():
            opened.facts.clear()

    def post(self, event: Event) -> None:
        """Check an event against the books and keep it for writing; a Refusal leaves everything as it was."""
        self.journal.post(event)

    def remember(self, book: str, effect: Effect) -> None:
        """Keep the effect of a request that carried a key, to be written with the events that it stands for."""
        self.journal.remember(book, effect)

    def insert(self, table: str, *rows: Mapping[str, Any]) -> None:
        """Keep rows of a table for writing; columns left out take their default.

        Rows of one table are written together whoever asked for them, as long as each comes after the rows that it refers to.
        """
        if not rows:
            return
        for known, waiting in reversed(self._waiting):
            if known == table:
                waiting.extend(rows)
                return
            if known in _references(table):
                break
        self._waiting.append((table, list(rows)))

    def flush(self) -> None:
        """Write what was decided: the journal, then the documents."""
        written, total = 0, sum(len(rows) for _, rows in self._waiting)
        tell(Step.WRITING, written, total)
        self.fault_point("journal")
        self.journal.write()
        self.insert("idempotency_key", *self.journal.unwritten_effects())
        for table, rows in self._waiting:
            self.fault_point(table)
            self.connection.execute(*insert_statement(table, rows))
            written += len(rows)
            tell(Step.WRITING, written, total)
        self._waiting = []
        self.fault_point("commit")

    def as_one_statement(self) -> dict[str, Any] | None:
        """What was decided as the parameters of `record_batch`; None when there is more to write than the events of one book.

        Nobody holds a lock: the database takes it, and refuses the batch unless the head is the one that was known.
        """
        if self._waiting:
            return None
        self.fault_point("journal")
        return self.journal.as_one_statement()


# What triggers look for in other tables, beyond the declared references.
_LOOKED_FOR = {
    "payment": {"payment_run", "collection_mandate", "member"},
    "payment_run": {"run_act"},
    "payment_credit": {"payment", "crediting", "match_act", "run_act"},
    "transfer_due": {"match_act"},
    "remittance": {"envelope_count_note"},
    "match_part": {"match", "payment", "transfer_due", "bank_line"},
    "match_act": {"match_part"},
    "receipt": {"till_session", "desk_day"},
    "receipt_line": {"receipt"},
    "receipt_vat": {"receipt"},
}


@cache
def _references(table: str) -> frozenset[str]:
    declared = {reference.column.table.name for reference in METADATA.tables[table].foreign_keys}
    return frozenset(declared | _LOOKED_FOR.get(table, set())) - {table}


@cache
def _columns(table: str) -> tuple[tuple[str, str, Any], ...]:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    found = []
    for column in METADATA.tables[table].columns:
        default = column.default.arg if column.default is not None and column.default.is_scalar else None  # type: ignore[attr-defined]
        kind = column.type.compile(dialect=dialect).lower()
        found.append((column.name, "timestamptz" if "zone" in kind else kind, default))
    return tuple(found)


@cache
def _insert_sql(table: str, names: tuple[str, ...]) -> str:
    kinds = {name: kind for name, kind, _ in _columns(table)}
    quoted = ", ".join(f'"{name}"' for name in names)
    arrays = ", ".join(f"%s::{kinds[name]}[]" for name in names)
    return f'INSERT INTO "{table}" ({quoted}) SELECT * FROM unnest({arrays})'  # noqa: S608


def insert_statement(table: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[Any]]:
    """One INSERT for any number of rows, each column sent as an array."""
    given = rows[0].keys()
    names, values = [], []
    for name, kind, default in _columns(table):
        if name not in given and default is None:
            continue
        names.append(name)
        values.append(array(kind, [row.get(name, default) for row in rows]))
    unknown = given - {name for name, *_ in _columns(table)}
    assert not unknown, f"{table} has no column {unknown}"
    return _insert_sql(table, tuple(names)), values


@contextmanager
def unit_of_work(
    database: Database, connection: Connection | None = None, known: KnownBooks | None = None
) -> Iterator[UnitOfWork]:
    """A transaction as the writing role; it commits when the block ends, and leaves no trace when the block raises.

    The first statement begins the transaction and the last ones are sent together with the COMMIT, so that a small batch costs
    two exchanges with the server. What was known of the books before is used where it still holds, and kept for the next time.
    """
    own = database.connect("writer") if connection is None else connection
    try:
        work = UnitOfWork(own, known)
        work.ahead = database.ahead
        yield work
        # What is sent in one go is done when all of it is: whoever follows wants to know in between.
        with nullcontext() if is_followed() else own.pipeline():
            work.flush()
            # The driver's own commit waits for ever, inside a pipeline, once some megabytes are on their way.
            own.execute("COMMIT", prepare=False)
        work.known.keep(work.journal.books)
    except BaseException:
        if known is not None:
            known.forget()
        if not own.closed:
            own.rollback()
        raise
    finally:
        if connection is None:
            own.close()


__all__ = ["Read", "Row", "UnitOfWork", "insert_statement", "unit_of_work"]
