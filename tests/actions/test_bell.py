"""The bell wakes its sleeper for what the sleeper waits for, and for nothing else."""

import asyncio
import os
from collections.abc import Iterator
from threading import Thread
from time import sleep

import pytest

from monnaielocale.actions.bell import Bell

PATIENCE = 30.0


@pytest.fixture
def bell() -> Iterator[Bell]:
    found = Bell()
    yield found
    found.close()


def sleeping(bell: Bell, waits: list[int], enough: int, *sockets: int) -> Thread:
    sleeper = Thread(target=lambda: bell.sleep(lambda: len(waits) >= enough, *sockets), daemon=True)
    sleeper.start()
    return sleeper


def test_who_is_not_given_enough_sleeps_on(bell: Bell) -> None:
    waits: list[int] = []
    sleeper = sleeping(bell, waits, 3)
    for number in (1, 2):
        waits.append(number)
        bell.ring()
        sleep(0.05)
        assert sleeper.is_alive()
    waits.append(3)
    bell.ring()
    sleeper.join(PATIENCE)
    assert not sleeper.is_alive()


def test_what_is_there_before_lets_nobody_sleep(bell: Bell) -> None:
    sleeper = sleeping(bell, [1], 1)
    sleeper.join(PATIENCE)
    assert not sleeper.is_alive()
    # A ring that nobody slept for wakes nobody later.
    bell.ring()
    waits: list[int] = []
    sleeper = sleeping(bell, waits, 1)
    sleep(0.05)
    assert sleeper.is_alive()
    waits.append(1)
    bell.ring()
    sleeper.join(PATIENCE)
    assert not sleeper.is_alive()


def test_a_socket_that_speaks_wakes_as_well(bell: Bell) -> None:
    hear, speak = os.pipe()
    sleeper = sleeping(bell, [], 1, hear)
    os.write(speak, b"!")
    sleeper.join(PATIENCE)
    os.close(speak)
    os.close(hear)
    assert not sleeper.is_alive()


def test_a_loop_that_ends_before_it_rings_keeps_no_other_from_ringing(bell: Bell) -> None:
    stopped = asyncio.new_event_loop()
    bell.ring_soon(stopped)
    stopped.close()
    waits: list[int] = []
    sleeper = sleeping(bell, waits, 1)

    async def ask() -> None:
        waits.append(1)
        bell.ring_soon(asyncio.get_running_loop())
        await asyncio.sleep(0)

    asyncio.run(ask())
    sleeper.join(PATIENCE)
    assert not sleeper.is_alive()
