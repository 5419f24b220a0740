"""The writer behind a collector: one connection, what it knows of the books, and the batches that it has on their way."""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Generic

import psycopg

from ..store.database import Connection, Database
from ..store.journal import KnownBooks
from ..store.sending import Sending
from .perform import Action, Answer, Carried, ItemType, Outcome, carry_on, interrupted, perform

# What an item is told: an answer, a refusal, or the failure after which nothing can be told, as when the database is gone.
Told = Answer | Exception


class Writer(Generic[ItemType]):
    """Writes batches of one action.

    A batch that can be decided on what is known is decided, sent, and finished; the next may be decided and sent behind it before
    that. Any other batch is performed: locked, read, decided and written, while nothing is on its way.
    """

    def __init__(self, database: Database, act: Action[ItemType]) -> None:
        self._database = database
        self._act = act
        self._known = KnownBooks()
        self._connection: Connection | None = None
        self._sending: Sending | None = None
        self._flying: deque[Carried[ItemType]] = deque()

    def carries_on(self) -> bool:
        """Whether a batch may be decided on what is known."""
        return self._act.knows is not None and self._known.any()

    def decide(self, items: Sequence[ItemType]) -> Carried[ItemType] | None:
        """Decide a batch on what is known, as if all that is on its way were written; None when it must be performed."""
        if self._connection is None or self._sending is None or self._connection.closed or not self.carries_on():
            return None
        carried = carry_on(self._act, items, self._known)
        if carried is not None:
            try:
                carried.written = self._sending.written(carried.parameters)
            except Exception:
                # Something that cannot even be written down, such as half a character: `perform` finds out whose it is.
                self._known.forget()
                return None
        return carried

    def send(self, carried: Carried[ItemType]) -> None:
        """Have the batch written that was decided last, without waiting for it."""
        assert self._connection is not None and self._sending is not None
        self._flying.append(carried)
        try:
            self._sending.send(carried.written)
        except Exception:
            # Part of it may be on its way. A connection that is lost says so again when it is asked for the answer.
            self._connection.close()

    def arrived(self) -> bool:
        """Whether `finish` has what it waits for: the answer to the batch that was sent first, or the loss of the connection."""
        assert self._connection is not None and self._sending is not None
        try:
            return self._sending.arrived()
        except psycopg.OperationalError:
            return True

    def fileno(self) -> int:
        """The socket on which the answer to what was sent arrives."""
        assert self._sending is not None
        return self._sending.fileno()

    def finish(self) -> list[list[Told]]:
        """Wait for the batch that was sent first and answer its items.

        One that the database refuses is performed, and with it those that were sent behind it, which are refused as well: they
        are answered too.
        """
        assert self._sending is not None
        first = self._flying.popleft()
        try:
            self._sending.answer()
        except psycopg.OperationalError as error:
            self._known.forget()
            return [_told(first.items, partial(interrupted, self._database, self._act, first.items, error))]
        except psycopg.Error:
            self._known.forget()
            fallen = [first, *self._flying]
            # None of them can have been written, whatever the connection still says: they continue what is not there.
            while self._flying:
                self._flying.popleft()
                with suppress(psycopg.Error):
                    self._sending.answer()
            return [self.perform(each.items) for each in fallen]
        return [list(first.outcomes)]

    def perform(self, items: Sequence[ItemType]) -> list[Told]:
        """Carry out a batch in a transaction that reads all that it needs."""
        assert not self._flying, "the connection has answers to give first"
        return _told(items, partial(self._performed, items))

    def _performed(self, items: Sequence[ItemType]) -> list[Outcome]:
        if self._connection is None or self._connection.closed:
            self._connection = self._database.connect("writer")
            self._sending = Sending(self._connection, "record_batch")
        return perform(self._database, self._act, items, connection=self._connection, known=self._known)

    def close(self) -> None:
        """Leave the database."""
        if self._connection is not None:
            self._connection.close()


def _told(items: Sequence[ItemType], settle: Callable[[], list[Outcome]]) -> list[Told]:
    try:
        return list(settle())
    except Exception as error:
        return [error] * len(items)
