"""The writer behind a collector: one connection, what it knows of the books, and the batch that it has on its way."""

from collections.abc import Sequence
from typing import Generic

import psycopg

from ..store.database import Connection, Database
from ..store.journal import KnownBooks
from ..store.sending import Sending
from .perform import Action, Carried, ItemType, Outcome, carry_on, interrupted, perform


class Writer(Generic[ItemType]):
    """Writes batches of one action.

    A batch that can be decided on what is known is decided, sent, and finished, one at a time; the next may be decided while it
    is on its way. Any other batch is performed: locked, read, decided and written, while nothing is on its way.
    """

    def __init__(self, database: Database, act: Action[ItemType]) -> None:
        self._database = database
        self._act = act
        self._known = KnownBooks()
        self._connection: Connection | None = None
        self._sending: Sending | None = None
        self._sent: Carried[ItemType] | None = None

    def carries_on(self) -> bool:
        """Whether a batch may be decided on what is known."""
        return self._act.knows is not None and self._known.any()

    def decide(self, items: Sequence[ItemType]) -> Carried[ItemType] | None:
        """Decide a batch on what is known, and write down what is to be sent; None when it must be performed."""
        if self._connection is None or self._sending is None or self._connection.closed or not self.carries_on():
            return None
        carried = carry_on(self._connection, self._act, items, self._known)
        if carried is not None:
            try:
                carried.written = self._sending.written(carried.parameters)
            except Exception:
                # Something that cannot even be written down, such as half a character: `perform` finds out whose it is.
                self._known.forget()
                return None
        return carried

    def stands(self, carried: Carried[ItemType]) -> bool:
        """Whether what a batch was decided on is still what is known."""
        return self._known.book(carried.book.head.code) is carried.book

    def send(self, carried: Carried[ItemType]) -> None:
        """Have a batch written, without waiting for it."""
        assert self._connection is not None and self._sending is not None
        self._sent = carried
        try:
            self._sending.send(carried.written, previous=carried.book.head.hash)
        except Exception:
            # A connection that is lost says so again when it is asked for the answer.
            self._connection.close()

    def has_sent(self, carried: Carried[ItemType]) -> bool:
        """Whether this is the batch that was sent and not yet finished."""
        return self._sent is carried

    def awaits_answer(self) -> bool:
        """Whether something is on its way whose answer will arrive on the socket."""
        return self._sent is not None and self._connection is not None and not self._connection.closed

    def fileno(self) -> int:
        """The socket on which the answer to what was sent arrives."""
        assert self._sending is not None
        return self._sending.fileno()

    def finish(self, carried: Carried[ItemType]) -> list[Outcome]:
        """Wait for a batch that was sent, and answer its items; one that the database refuses is performed."""
        assert self._sending is not None and self._sent is carried
        self._sent = None
        try:
            _, link = self._sending.answer()
        except psycopg.OperationalError as error:
            self._known.forget()
            return interrupted(self._database, self._act, carried.items, error)
        except psycopg.Error:
            self._known.forget()
            return self.perform(carried.items)
        assert link is not None
        carried.book.head = carried.book.head._replace(hash=bytes.fromhex(link[2:].decode()))
        return carried.outcomes

    def perform(self, items: Sequence[ItemType]) -> list[Outcome]:
        """Carry out a batch in a transaction that reads all that it needs."""
        if self._connection is None or self._connection.closed:
            self._connection = self._database.connect("writer")
            self._sending = Sending(self._connection, "record_batch")
        return perform(self._database, self._act, items, connection=self._connection, known=self._known)

    def close(self) -> None:
        """Leave the database."""
        if self._connection is not None:
            self._connection.close()
