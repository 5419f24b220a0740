"""Group commit: while one batch is in the database, the next one fills and is decided.

One thread per kind of action owns a connection and its transactions. Whoever submits an item awaits its own answer, which comes
after the commit; a caller who goes away does not cancel its item. There is no timer: a lone caller is served at once.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Thread
from typing import Any, Generic, Self

from ..domain.refusals import Refusal
from ..store.database import Database
from .bell import Bell
from .perform import Action, Carried, ItemType, Outcome
from .writer import Writer

BATCH_ITEMS = 1000
WAITING_ITEMS = 5000
# A batch costs the database as much as so many items do, whatever it holds: fewer are not worth one of their own.
WORTH_A_BATCH = 8


class TooBusy(Refusal):
    """Too many requests are waiting: try again in a moment."""

    code = "too_busy"


class Closing(Refusal):
    """The service is stopping and takes nothing new."""

    code = "closing"


Answering = asyncio.Future[Outcome] | Future[Outcome]


@dataclass(slots=True)
class _Batch(Generic[ItemType]):
    """Items with those who await their answers; `carried` once it is decided on what is known."""

    items: list[ItemType]
    answers: list[Answering]
    carried: Carried[ItemType] | None


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
        """While one batch is in the database, decide the next; send it as soon as the first is written, and only then answer."""
        flying: _Batch[ItemType] | None = None
        while flying is not None or self._work_arrives():
            if flying is not None and self._writer.awaits_answer():
                self._bell.sleep(self._enough_wait, self._writer.fileno())
            upcoming = self._gather(idle=flying is None)
            outcomes = self._outcomes(flying) if flying is not None else []
            done, flying = flying, None
            if upcoming is not None and upcoming.carried is not None and self._writer.stands(upcoming.carried):
                self._writer.send(upcoming.carried)
                flying, upcoming = upcoming, None
            if done is not None:
                _deliver(done.answers, outcomes)
            if upcoming is not None:
                _deliver(upcoming.answers, self._outcomes(upcoming))
        self._writer.close()

    def _work_arrives(self) -> bool:
        """Sleep until there is something to do; False when there will be nothing more."""
        self._bell.sleep(lambda: bool(self._waiting) or self._closed)
        return bool(self._waiting)

    def _enough_wait(self) -> bool:
        """Whether what waits is decided while a batch is on its way; less than that waits for its answer, and for more."""
        return len(self._waiting) >= WORTH_A_BATCH

    def _gather(self, *, idle: bool) -> _Batch[ItemType] | None:
        """What waits now. When the database is idle it gets half of many at once, and the other half is decided meanwhile."""
        most = len(self._waiting)
        if idle and most >= 2 * WORTH_A_BATCH and self._writer.carries_on():
            most = (most + 1) // 2
        taken = [self._waiting.popleft() for _ in range(min(most, self._batch_items))]
        if not taken:
            return None
        items = [item for item, _ in taken]
        return _Batch(items, [answer for _, answer in taken], self._writer.decide(items))

    def _outcomes(self, batch: _Batch[ItemType]) -> Sequence[Any]:
        try:
            if batch.carried is not None and self._writer.has_sent(batch.carried):
                return self._writer.finish(batch.carried)
            return self._writer.perform(batch.items)
        except Exception as error:
            return [error] * len(batch.items)


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
