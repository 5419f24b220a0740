"""The pool at work: its day, its tills with their sessions, and what clerks do there."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.desk_days import OpenDay, open_days
from monnaielocale.actions.till_sessions import (
    CloseSession,
    CountTill,
    OpenSession,
    TakeOverTill,
    close_sessions,
    count_tills,
    open_sessions,
    take_over_tills,
)
from monnaielocale.store.database import Database
from tests.desks import POOL, TILL, Pool
from tests.world import BOOK, MONDAY, World

CLERK = "pool-clerk"
# Fifty euros of change as the head puts them into a till, and forty units in notes.
COINS = ((1000, 2), (500, 4), (100, 8), (50, 4))
NOTES = ((100, 20), (200, 5), (500, 2))


def moved(pieces: tuple[tuple[int, int], ...], **changes: int) -> tuple[tuple[int, int], ...]:
    """The same pieces with more or fewer of some: moved(NOTES, c100=-1) is a unit less."""
    counts = dict(pieces)
    for name, change in changes.items():
        counts[int(name[1:])] = counts.get(int(name[1:]), 0) + change
    return tuple(sorted((denomination, count) for denomination, count in counts.items() if count))


@dataclass(slots=True)
class Counter:
    """The pool in a world whose clock is moved to the world's day."""

    pool: Pool
    sessions: dict[str, UUID] = field(default_factory=dict)

    @classmethod
    def ready(cls, database: Database, on: date = MONDAY) -> "Counter":
        """A world with notes among the public, and the pool with its people and its float."""
        world = World.create(database, on)
        world.move_notes("printed", *((each, 2_000_00) for each in (100, 200, 500, 1000, 2000)))
        world.move_notes("sold", *((each, 1_000_00) for each in (100, 200, 500, 1000, 2000)), slip="slip of the public")
        counter = cls(Pool.opened(world))
        counter.at(10)
        counter.pool.receive(150_00)
        counter.pool.exchange(*NOTES)
        return counter

    @property
    def world(self) -> World:
        return self.pool.world

    def at(self, hour: int, minute: int = 0, *, on: date | None = None) -> None:
        """It is so late (UTC), on the world's day or on another, which becomes the world's."""
        self.world.on = on or self.world.on
        moment = datetime(self.world.on.year, self.world.on.month, self.world.on.day, hour, minute, tzinfo=UTC)
        self.world.database.ahead = moment - datetime.now(UTC)

    def next_day(self, hour: int = 10) -> None:
        """The day after."""
        self.at(hour, on=self.world.on + timedelta(days=1))

    def open_day(self, by: str = CLERK, on: date | None = None, key: str = "") -> dict[str, Any]:
        return self.world.do(open_days, OpenDay(self.world.actor(by), POOL, on or self.world.on, key))

    def open_till(self, till: str = TILL, by: str = CLERK, **given: Any) -> dict[str, Any]:
        """A session with the usual float, all of which was put there since the last one."""
        asked: dict[str, Any] = {"count": CountGiven(NOTES, COINS), "float_euros_cents": 50_00} | given
        answer = self.world.do(open_sessions, OpenSession(self.world.actor(by), POOL, till, **asked))
        self.sessions[till] = UUID(answer["session_id"])
        return answer

    def hand_over(self, to: str, count: CountGiven, till: str = TILL, by: str = CLERK, reason: str = "") -> dict[str, Any]:
        item = TakeOverTill(self.world.actor(by), POOL, self.sessions[till], to, count, reason)
        return self.world.do(take_over_tills, item)

    def count(self, count: CountGiven, till: str = TILL, by: str = CLERK) -> dict[str, Any]:
        return self.world.do(count_tills, CountTill(self.world.actor(by), POOL, self.sessions[till], count))

    def close_till(self, till: str = TILL, by: str = CLERK, reason: str = "") -> dict[str, Any]:
        return self.world.do(close_sessions, CloseSession(self.world.actor(by), POOL, self.sessions[till], reason))

    def held(self, book: str) -> dict[str, int]:
        """Natural balances of a book that are not zero."""
        with self.world.database.reading() as connection:
            rows = connection.execute(
                "SELECT account_balance.code, cents FROM account_balance JOIN book ON book.id = book_id"
                " WHERE book.code = %s AND cents <> 0",
                [book],
            )
            return dict(rows.fetchall())

    def drawer(self, till: str = TILL) -> dict[int, int]:
        """Cents by denomination that the association's book knows in a till."""
        held, begins = self.held(BOOK), f"notes.drawer:{POOL}:{till}:"
        return {int(code.removeprefix(begins)): cents for code, cents in held.items() if code.startswith(begins)}
