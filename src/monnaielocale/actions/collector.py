"""Group commit: while one batch is in the database, the next one fills.

One thread per kind of action owns a connection and its transactions. Whoever submits an item awaits its own answer, which comes
after the commit; a caller who goes away does not cancel its item. There is no timer: a lone caller is served at once.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from queue import Empty, Full, Queue
from threading import Thread
from typing import Any, Generic, Self

import psycopg

from ..domain.refusals import Refusal
from ..store.database import Connection, Database
from .perform import Action, ItemType, Outcome, perform

BATCH_ITEMS = 1000
WAITING_ITEMS = 5000


class TooBusy(Refusal):
    """Too many requests are waiting: try again in a moment."""

    code = "too_busy"


class Closing(Refusal):
    """The service is stopping and takes nothing new."""

    code = "closing"


class Collector(Generic[ItemType]):
    """Batches of one action, made of what arrives while the batch before is being written."""

    def __init__(
        self, database: Database, act: Action[ItemType], *, batch_items: int = BATCH_ITEMS, waiting_items: int = WAITING_ITEMS
    ) -> None:
        self._database = database
        self._act = act
        self._batch_items = batch_items
        self._queue: Queue[tuple[ItemType, Future[Outcome]] | None] = Queue(waiting_items)
        self._closed = False
        self._connection: Connection | None = None
        self._thread = Thread(target=self._run, name=f"collector {act.name}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Finish what was accepted, then stop."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()

    def submit(self, item: ItemType) -> Future[Outcome]:
        """Hand an item over; its answer comes after its commit. Raises TooBusy when the queue is full, Closing at the end."""
        if self._closed:
            raise Closing()
        answer: Future[Outcome] = Future()
        try:
            self._queue.put_nowait((item, answer))
        except Full:
            raise TooBusy() from None
        return answer

    def _run(self) -> None:
        open_ended = True
        while open_ended:
            batch = [self._queue.get()]
            while len(batch) < self._batch_items:
                try:
                    batch.append(self._queue.get_nowait())
                except Empty:
                    break
            open_ended = None not in batch
            self._answer([waiting for waiting in batch if waiting is not None])
        if self._connection is not None:
            self._connection.close()

    def _answer(self, batch: Sequence[tuple[ItemType, Future[Outcome]]]) -> None:
        if not batch:
            return
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._database.connect("writer")
            outcomes: Sequence[Any] = perform(self._database, self._act, [item for item, _ in batch], connection=self._connection)
        except psycopg.Error as error:
            for _, answer in batch:
                answer.set_exception(error)
            return
        for (_, answer), outcome in zip(batch, outcomes, strict=True):
            answer.set_result(outcome)
