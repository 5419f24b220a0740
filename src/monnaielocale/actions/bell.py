"""A bell that wakes a thread, which can sleep on it and on sockets at once."""

import os
from collections.abc import Callable
from select import POLLIN, poll


class Bell:
    """Rung by any thread, heard by one."""

    def __init__(self) -> None:
        self._hear, self._ring = os.pipe()
        self._asleep = False

    def ring(self) -> None:
        """Wake the sleeper, if it sleeps; what it is woken for is in its place before."""
        if self._asleep:
            self._asleep = False
            os.write(self._ring, b"\0")

    def sleep(self, woken: Callable[[], bool], *sockets: int) -> None:
        """Sleep until the bell rings or a socket has something to read; not at all when what would wake the sleeper is there."""
        self._asleep = True
        if not woken():
            waiting = poll()
            for each in (self._hear, *sockets):
                waiting.register(each, POLLIN)
            if any(heard == self._hear for heard, _ in waiting.poll()):
                os.read(self._hear, 1024)
        self._asleep = False

    def close(self) -> None:
        """Nobody rings any more."""
        os.close(self._ring)
        os.close(self._hear)
