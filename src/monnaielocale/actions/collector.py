"""Group commit: while one batch is in the database, the next one fills and is decided.

One thread per kind of action owns a connection and its transactions. Whoever submits an item awaits its own answer, which comes
after the commit; a caller who goes away does not cancel its item. There is no timer: a lone caller is served at once.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock, Thread
from typing import Any, Generic, NamedTuple, Self

from ..domain.refusals import Refusal
from ..store.database import Database
from .bell import Bell
from .perform import Action, ItemType, Outcome
from .writer import Writer

BATCH_ITEMS = 1000
WAITING_ITEMS = 5000
# A batch costs the database as much as so many items do, whatever it holds: fewer are not worth one of their own.
WORTH_A_BATCH = 8
# The database carries out the first while the second is there already; more would only be decided on what is less certain.
ON_THEIR_WAY = 2


class TooBusy(Refusal):
    """Too many requests are waiting: try again in a moment."""

    code = "too_busy"


class Closing(Refusal):
    """The service is stopping and takes nothing new."""

    code = "closing"


Answering = asyncio.Future[Outcome] | Future[Outcome]


class _Batch(NamedTuple, Generic[ItemType]):
    """Items with those who await their answers."""

    items: list[ItemType]
    answers: list[Answering]


class Collector(Generic[ItemType]):
    """Batches of one action, made of what arrives while the batch before is being written."""

    def __init__(
        self, database: Database, act: Action[ItemType], *, batch_items: int = BATCH_ITEMS, waiting_items: int = WAITING_ITEMS
    ) -> None:
        self._writer = Writer(database, act)
        self._batch_items = batch_items
        self._waiting_items = waiting_items
        self._waiting: deque[tuple[ItemType, Answering]] = deque()
        self._lock = Lock()
        self._closed = False
        self._bell = Bell()
        self._thread = Thread(target=self._run, name=f"collector {act.name}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Finish what was accepted, then stop."""
        with self._lock:
            self._closed = True
        self._bell.ring()
        self._thread.join()
        self._bell.close()

    def submit(self, item: ItemType) -> Future[Outcome]:
        """Hand an item over from a thread; its answer comes after its commit. Raises TooBusy, and Closing at the end."""
        answer: Future[Outcome] = Future()
        self._accept(item, answer)
        self._bell.ring()
        return answer

    async def ask(self, item: ItemType) -> Outcome:
        """Hand an item over from a coroutine and await its own answer. Raises TooBusy, and Closing at the end."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Outcome] = loop.create_future()
        self._accept(item, answer)
        # Rung when the loop comes round: whoever else asks in this turn is heard with us.
        self._bell.ring_soon(loop)
        return await answer

    def _accept(self, item: ItemType, answer: Answering) -> None:
        with self._lock:
            if self._closed:
                raise Closing()
            if len(self._waiting) >= self._waiting_items:
                raise TooBusy()
            self._waiting.append((item, answer))

    def _run(self) -> None:
        """While one batch is in the database, decide the next and send it behind: the database goes from one to the other."""
        flying: deque[_Batch[ItemType]] = deque()
        while flying or self._work_arrives():
            if flying and not self._writer.arrived():
                self._bell.sleep(lambda: self._another_starts(flying), self._writer.fileno())
            if flying and self._writer.arrived():
                self._land(flying)
            if not flying or self._another_starts(flying):
                self._start(flying)
        self._writer.close()

    def _work_arrives(self) -> bool:
        """Sleep until there is something to do; False when there will be nothing more."""
        self._bell.sleep(lambda: bool(self._waiting) or self._closed)
        return bool(self._waiting)

    def _another_starts(self, flying: Sequence[_Batch[ItemType]]) -> bool:
        """Whether what waits starts while others are on their way: when it is worth it, and the database would have to wait."""
        return len(flying) < ON_THEIR_WAY and len(self._waiting) >= WORTH_A_BATCH

    def _start(self, flying: deque[_Batch[ItemType]]) -> None:
        """Send what waits behind the others; a batch that has to be performed waits until those have landed."""
        batch = self._gather(idle=not flying)
        if not batch.items:
            return
        if (carried := self._writer.decide(batch.items)) is not None:
            self._writer.send(carried)
            flying.append(batch)
            return
        while flying:
            self._land(flying)
        _deliver(batch.answers, self._writer.perform(batch.items))

    def _land(self, flying: deque[_Batch[ItemType]]) -> None:
        """Answer the batch that was sent first, and those that fell with it."""
        for outcomes in self._writer.finish():
            _deliver(flying.popleft().answers, outcomes)

    def _gather(self, *, idle: bool) -> _Batch[ItemType]:
        """What waits now. When the database is idle it gets half of many at once, and the other half is decided meanwhile."""
        most = len(self._waiting)
        if idle and most >= 2 * WORTH_A_BATCH and self._writer.carries_on():
            most = (most + 1) // 2
        taken = [self._waiting.popleft() for _ in range(min(most, self._batch_items))]
        return _Batch([item for item, _ in taken], [answer for _, answer in taken])


def _deliver(answers: Sequence[Answering], outcomes: Sequence[Any]) -> None:
    """Wake each event loop once for all of its callers, and each waiting thread by itself."""
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Answering, Any]]] = {}
    for answer, outcome in zip(answers, outcomes, strict=True):
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
