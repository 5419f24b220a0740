"""How long something takes, in multiples of plain work measured right beside it: what slows the machine slows both."""

from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any


def yardsticks(work: Callable[[], Any], *, waiting: bool = False) -> float:
    """The time of some work by the time in which this program sorts a hundred thousand texts.

    Waiting for the database counts only when asked; the slower of the plain works before and after is the measure.
    """
    clock = perf_counter if waiting else process_time
    before = _timed(_plain_work, clock)
    taken = _timed(work, clock)
    return taken / max(before, _timed(_plain_work, clock))


def _timed(work: Callable[[], Any], clock: Callable[[], float]) -> float:
    started = clock()
    work()
    return clock() - started


def _plain_work() -> None:
    sorted(str(number * 7919 % 100_003) for number in range(100_000))
