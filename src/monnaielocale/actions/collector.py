"""Group commit: while one batch is in the database, the next one fills.

One thread per kind of action owns a connection and its transactions. Whoever submits an item awaits its own answer, which comes
after the commit; a caller who goes away does not cancel its item. There is no timer: a lone caller is served at once.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from queue import Empty, Full, Queue
from threading import Thread
from typing import Any, Generic, Self

from ..domain.refusals import Refusal
from ..store.database import Connection, Database
from ..store.journal import KnownBooks
from .perform import Action, ItemType, Outcome, perform

BATCH_ITEMS = 1000
WAITING_ITEMS = 5000


class TooBusy(Refusal):
    """Too many requests are waiting: try again in a moment."""

    code = "too_busy"


class Closing(Refusal):
    """The service is stopping and takes nothing new."""

    code = "closing"


Answering = asyncio.Future[Outcome] | Future[Outcome]


class Collector(Generic[ItemType]):
    """Batches of one action, made of what arrives while the batch before is being written."""

    def __init__(
        self, database: Database, act: Action[ItemType], *, batch_items: int = BATCH_ITEMS, waiting_items: int = WAITING_ITEMS
    ) -> None:
        self._database = database
        self._act = act
        self._batch_items = batch_items
        self._queue: Queue[tuple[ItemType, Answering] | None] = Queue(waiting_items)
        self._closed = False
        self._connection: Connection | None = None
        self._known = KnownBooks()
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
        """Hand an item over from a thread; its answer comes after its commit. Raises TooBusy, and Closing at the end."""
        answer: Future[Outcome] = Future()
        self._accept(item, answer)
        return answer

    async def ask(self, item: ItemType) -> Outcome:
        """Hand an item over from a coroutine and await its own answer. Raises TooBusy, and Closing at the end."""
        answer: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        self._accept(item, answer)
        return await answer

    def _accept(self, item: ItemType, answer: Answering) -> None:
        if self._closed:
            raise Closing()
        try:
            self._queue.put_nowait((item, answer))
        except Full:
            raise TooBusy() from None

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

    def _answer(self, batch: Sequence[tuple[ItemType, Answering]]) -> None:
        if not batch:
            return
        answers = [answer for _, answer in batch]
        try:
            if self._connection is None or self._connection.closed:
                self._connection = self._database.connect("writer")
            items = [item for item, _ in batch]
            outcomes: Sequence[Any] = perform(self._database, self._act, items, connection=self._connection, known=self._known)
        except Exception as error:
            outcomes = [error] * len(batch)
        _deliver(list(zip(answers, outcomes, strict=True)))


def _deliver(answered: Sequence[tuple[Answering, Any]]) -> None:
    """Wake each event loop once for all of its callers, and each waiting thread by itself."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Answering, Any]]] = {}
    for answer, outcome in answered:
        if isinstance(answer, asyncio.Future):
            loops.setdefault(answer.get_loop(), []).append((answer, outcome))
        else:
            _settle(answer, outcome)
    for loop, theirs in loops.items():
        with suppress(RuntimeError):  # The loop is closed: its callers are gone, their items are recorded.
            loop.call_soon_threadsafe(_settle_all, theirs)


def _settle_all(answered: Sequence[tuple[Answering, Any]]) -> None:
    for answer, outcome in answered:
        _settle(answer, outcome)


def _settle(answer: Answering, outcome: Any) -> None:
    if answer.done():
        return
    if isinstance(outcome, Exception) and not isinstance(outcome, Refusal):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)
