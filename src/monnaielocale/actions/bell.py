"""A bell that wakes a thread, which can sleep on it and on sockets at once."""

import os
from asyncio import AbstractEventLoop
from collections.abc import Callable
from select import POLLIN, poll


class Bell:
    """Rung by any thread, heard by one."""

    def __init__(self) -> None:
        self._hear, self._ring = os.pipe()
        self._woken: Callable[[], bool] | None = None
        self._rung_by: AbstractEventLoop | None = None

    def ring_soon(self, loop: AbstractEventLoop) -> None:
        """Ring once, when a loop comes round, for all who ask for it until then."""
        if self._rung_by is not loop:
            self._rung_by = loop
            loop.call_soon(self.ring)

    def ring(self) -> None:
        """Wake the sleeper if it sleeps and what it sleeps for is there; it is put there before."""
        self._rung_by = None
        woken = self._woken
        if woken is not None and woken():
            self._woken = None
            os.write(self._ring, b"\0")

    def sleep(self, woken: Callable[[], bool], *sockets: int) -> None:
        """Sleep until a ringer finds that what the sleeper is `woken` for is there, or until a socket has something to read."""
        waiting = poll()
        for each in (self._hear, *sockets):
            waiting.register(each, POLLIN)
        heard = {self._hear}
        while heard == {self._hear}:
            self._woken = woken
            if woken():
                break
            heard = {each for each, _ in waiting.poll()}
            # A ring that came too late for the sleep before is heard in this one, which goes on.
            if self._hear in heard:
                os.read(self._hear, 1024)
        self._woken = None

    def close(self) -> None:
        """Nobody rings any more."""
        os.close(self._ring)
        os.close(self._hear)
