"""Clerks' sessions that last the shift at a desk (vacation au guichet)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from ..store.database import Database
from ..store.faults import translated
from ..store.sessions import Caller
from ..store.shifts import begin_shift
from ..store.unit_of_work import unit_of_work
from .desks import DesksHeld


@dataclass(frozen=True, slots=True)
class ShiftBegun:
    """The session lasts until `ends_at` and locks after `idle_minutes` without a request; the device keeps its key."""

    device_key: str
    idle_minutes: int
    ends_at: datetime


def begin_shift_at_desk(
    database: Database, caller: Caller, *, desk: str, code: str, on: date, now: datetime | None = None
) -> ShiftBegun:
    """Let the session of somebody who is named for a desk last the shift; how soon it locks is in the desk's charter.

    Refusals: those of `DesksHeld.on`, NotNamedToCollect, ShortCodeUnfit, ShiftAlreadyBegun.
    """
    with unit_of_work(database) as work:
        held = DesksHeld.load(work, [desk]).on(caller.actor, desk, on)
        held.staff.require_collector(caller.actor, on)
        idle = held.charter.idle_minutes
        with translated():
            key, ends_at = begin_shift(
                work.connection,
                caller.session_id,
                desk_book_id=held.desk.book_id,
                code=code,
                idle_minutes=idle,
                now=now or datetime.now(UTC),
            )
    return ShiftBegun(key, idle, ends_at)
