"""How far long work is: its step, and how much of it is done. Nobody needs to listen, and then it costs nothing.

What is told changes no result, so that rules and readers stay what they are.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from enum import StrEnum
from typing import Protocol, TypeVar

# A row takes some microseconds: to tell of each would take longer than the row.
EVERY = 250
Thing = TypeVar("Thing")


class Step(StrEnum):
    """What long work does, in the order in which it does it."""

    READING = "reading"
    CHECKING = "checking"
    RECORDING = "recording"
    WRITING = "writing"


class Follower(Protocol):
    """Whoever wants to know how far the work is; `done` of `total` never goes back within a step."""

    def __call__(self, step: Step, done: int, total: int) -> None: ...


_follower: ContextVar[Follower | None] = ContextVar("follower", default=None)


@contextmanager
def followed_by(follower: Follower) -> Iterator[None]:
    """Tell this follower of the work done in the block, by the same thread or task."""
    token = _follower.set(follower)
    try:
        yield
    finally:
        _follower.reset(token)


def is_followed() -> bool:
    """Somebody wants to know."""
    return _follower.get() is not None


def tell(step: Step, done: int, total: int) -> None:
    """Tell how far the work is, if somebody wants to know."""
    follower = _follower.get()
    if follower is not None:
        follower(step, done, total)


def counted(step: Step, things: Sequence[Thing], *, before: int = 0, total: int | None = None) -> Iterable[Thing]:
    """The same things, counted as they are taken; `before` of `total` in the same step were done already."""
    follower = _follower.get()
    if follower is None:
        return things
    return _counted(follower, step, things, before, before + len(things) if total is None else total)


def _counted(follower: Follower, step: Step, things: Sequence[Thing], before: int, total: int) -> Iterator[Thing]:
    follower(step, before, total)
    for done, thing in enumerate(things, before + 1):
        yield thing
        if done % EVERY == 0 or done == total:
            follower(step, done, total)
