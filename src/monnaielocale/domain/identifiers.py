"""Identifiers of 128 bits that grow with time, made by the program and not by the database (UUID version 7, RFC 9562)."""

import os
from functools import lru_cache
from itertools import count
from time import time_ns
from uuid import UUID

_counter = count(int.from_bytes(os.urandom(2), "big"))


def new_id() -> UUID:
    """A new identifier: milliseconds, then a counter that keeps those of one process in order, then chance."""
    return new_ids(1)[0]


def new_ids(number: int) -> list[UUID]:
    """Several new identifiers in their order; chance is asked of the system once for all of them."""
    chance = os.urandom(8 * number)
    return [_identifier(int.from_bytes(chance[at : at + 8], "big")) for at in range(0, 8 * number, 8)]


def written(identifier: UUID) -> str:
    """An identifier as text; those of persons and of the latest events are asked for again and again."""
    return _written(identifier.int)


@lru_cache(maxsize=8192)
def _written(number: int) -> str:
    return str(UUID(int=number))


def _identifier(chance: int) -> UUID:
    moment = time_ns() // 1_000_000
    ordered = next(_counter) & 0xFFF
    return UUID(int=moment << 80 | 0x7 << 76 | ordered << 64 | 0b10 << 62 | chance & 0x3FFF_FFFF_FFFF_FFFF)
