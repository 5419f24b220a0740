"""Questions that arrive together are asked together: one look at the database answers all who wait."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Generic, Self, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")
MOST_AT_ONCE = 500


class Gatherer(Generic[Question, Answer]):
    """A thread that puts what is waiting into one question; there is no timer, and somebody alone is answered at once."""

    def __init__(self, name: str, answer: Callable[[Sequence[Question]], Mapping[Question, Answer]]) -> None:
        self._answer = answer
        self._waiting: SimpleQueue[tuple[Question, asyncio.Future[Answer | None]] | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._waiting.put(None)
        self._thread.join()

    async def ask(self, question: Question) -> Answer | None:
        """The answer, or None when there is none; what failed for all is raised for each."""
        answer: asyncio.Future[Answer | None] = asyncio.get_running_loop().create_future()
        self._waiting.put((question, answer))
        return await answer

    def _run(self) -> None:
        while True:
            first = self._waiting.get()
            if first is None:
                return
            asked, ends = [first], False
            while len(asked) < MOST_AT_ONCE:
                try:
                    more = self._waiting.get_nowait()
                except Empty:
                    break
                if more is None:
                    ends = True
                    break
                asked.append(more)
            self._serve(asked)
            if ends:
                return

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
