"""Questions that arrive together are asked together: one look at the database answers all who wait."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from threading import Thread
from typing import Generic, Self, TypeVar

from monnaielocale.actions.bell import Bell

Question = TypeVar("Question")
Answer = TypeVar("Answer")
MOST_AT_ONCE = 500


class Gatherer(Generic[Question, Answer]):
    """A thread that puts what is waiting into one question; there is no timer, and somebody alone is answered at once."""

    def __init__(self, name: str, answer: Callable[[Sequence[Question]], Mapping[Question, Answer]]) -> None:
        self._answer = answer
        self._waiting: deque[tuple[Question, asyncio.Future[Answer | None]]] = deque()
        self._closed = False
        self._bell = Bell()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Answer who still waits, then stop."""
        self._closed = True
        self._bell.ring()
        self._thread.join()
        self._bell.close()

    async def ask(self, question: Question) -> Answer | None:
        """The answer, or None when there is none; what failed for all is raised for each."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Answer | None] = loop.create_future()
        self._waiting.append((question, answer))
        # Rung when the loop comes round: whoever else asks in this turn is heard with us.
        self._bell.ring_soon(loop)
        return await answer

    def _run(self) -> None:
        while self._questions_arrive():
            asked = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
            self._serve(asked)

    def _questions_arrive(self) -> bool:
        """Sleep until somebody asks; False when nobody will any more."""
        self._bell.sleep(lambda: bool(self._waiting) or self._closed)
        return bool(self._waiting)

    def _serve(self, asked: Sequence[tuple[Question, asyncio.Future[Answer | None]]]) -> None:
        found: Mapping[Question, Answer] | Exception
        try:
            found = self._answer(list({question for question, _ in asked}))
        except Exception as failure:
            found = failure
        asked[0][1].get_loop().call_soon_threadsafe(_deliver, asked, found)


def _deliver(
    asked: Sequence[tuple[Question, asyncio.Future[Answer | None]]], found: Mapping[Question, Answer] | Exception
) -> None:
    for question, answer in asked:
        if answer.done():
            continue
        if isinstance(found, Exception):
            answer.set_exception(found)
        else:
            answer.set_result(found.get(question))
