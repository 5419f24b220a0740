"""A narrow door for work that is heavy on purpose: so many at once, so many who wait, and the others come back later."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import TypeVar

from monnaielocale.actions.collector import TooBusy

Answer = TypeVar("Answer")


class Door:
    """Runs functions in threads of its own, outside of the event loop."""

    def __init__(self, name: str, *, at_once: int, waiting: int) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix=name)
        self._places = BoundedSemaphore(at_once + waiting)

    async def enter(self, work: Callable[[], Answer]) -> Answer:
        """What the work answers; TooBusy when too many are waiting already."""
        if not self._places.acquire(blocking=False):
            raise TooBusy()
        try:
            done: Future[Answer] = self._threads.submit(work)
        except BaseException:
            self._places.release()
            raise
        # A client who goes away leaves the work running: its place is free when the work ends, not before.
        done.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(done)
