"""Identifiers of 128 bits that grow with time, made by the program and not by the database (UUID version 7, RFC 9562)."""

import os
from itertools import count
from time import time_ns
from uuid import UUID

_counter = count(int.from_bytes(os.urandom(2), "big"))


def new_id() -> UUID:
    """A new identifier: milliseconds, then a counter that keeps those of one process in order, then chance."""
    moment = time_ns() // 1_000_000
    ordered = next(_counter) & 0xFFF
    chance = int.from_bytes(os.urandom(8), "big") & 0x3FFF_FFFF_FFFF_FFFF
    return UUID(int=moment << 80 | 0x7 << 76 | ordered << 64 | 0b10 << 62 | chance)
