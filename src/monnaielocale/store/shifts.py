"""Clerks' sessions at desks as the database keeps them: when each began, was used, was locked, and with which code it opens."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from psycopg import errors
from psycopg.rows import namedtuple_row

from ..domain.shifts import SHIFT_LIFETIME, Shift, ShiftAlreadyBegun, checked_code
from .database import Connection
from .passwords import hash_of
from .queries import query
from .unit_of_work import insert_statement


class Act(StrEnum):
    """What happens in a clerk's session."""

    SEEN = "seen"
    LOCKED = "locked"
    GUESSED = "guessed"
    UNLOCKED = "unlocked"


def begin_shift(
    connection: Connection, session_id: UUID, *, desk_book_id: int, code: str, idle_minutes: int, now: datetime
) -> tuple[str, datetime]:
    """Let a session last the shift; answers the key that its device keeps, in clear this once, and when the shift ends.

    Refusals: ShortCodeUnfit, ShiftAlreadyBegun.
    """
    kept = hash_of(checked_code(code))
    device_key, ends_at = secrets.token_urlsafe(32), now + SHIFT_LIFETIME
    row = {
        "session_id": session_id,
        "desk_book_id": desk_book_id,
        "device_sha256": hashlib.sha256(device_key.encode()).digest(),
        "code_hash": kept,
        "idle_seconds": idle_minutes * 60,
        "began_at": now,
        "ends_at": ends_at,
    }
    try:
        connection.execute(*insert_statement("login_shift", [row]))
    except errors.UniqueViolation:
        raise ShiftAlreadyBegun() from None
    return device_key, ends_at


def shifts_of(connection: Connection, session_ids: Sequence[UUID]) -> dict[UUID, Shift]:
    """The shifts of these sessions; a session that is no clerk's is absent."""
    if not session_ids:
        return {}
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute(query("shifts_of_sessions"), {"sessions": list(session_ids)}).fetchall()
    return {row.session_id: Shift(timedelta(seconds=row.idle_seconds), row.ends_at, row.seen_at, row.locked_at) for row in rows}


def record(connection: Connection, act: Act, session_ids: Sequence[UUID], now: datetime) -> None:
    """Keep what happened in these sessions."""
    if session_ids:
        connection.execute(query("shift_acts"), {"sessions": list(session_ids), "act": act, "now": now})
