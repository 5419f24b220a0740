"""The pool at work: its day, its tills with their sessions, and what clerks do there."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.cancels import CancelReceipt, PrintDuplicate, cancel_receipts, print_duplicates
from monnaielocale.actions.desk_days import (
    CloseDay,
    ClosePeriod,
    OpenDay,
    SealDay,
    close_days,
    close_periods,
    open_days,
    seal_days,
)
from monnaielocale.actions.payment_requests import (
    ApprovePayment,
    RequestPayment,
    WithdrawRequest,
    approve_payments,
    request_payments,
    withdraw_requests,
)
from monnaielocale.actions.receipts import (
    EnterPaperReceipt,
    Given,
    OtherGiven,
    ServiceAsked,
    TakeReceipt,
    enter_paper_receipts,
    take_receipts,
)
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


def given_over(
    notes: tuple[tuple[int, int], ...] = (), euros_cents: int = 0, others: tuple[tuple[str, int, str], ...] = ()
) -> Given:
    """What a payer gives; other means are (card or cheque, cents, reference)."""
    return Given(notes, euros_cents, tuple(OtherGiven(*each) for each in others))


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

    def receipt(self, *services: Any, till: str = TILL, by: str = CLERK, **given: Any) -> dict[str, Any]:
        """A receipt for services, each a code or (code, quantity, price of a unit), and what is given for it."""
        return self.world.do(take_receipts, self.taking(*services, till=till, by=by, **given))

    def taking(self, *services: Any, till: str = TILL, by: str = CLERK, **given: Any) -> TakeReceipt:
        """What `receipt` asks for."""
        about = {name: given.pop(name) for name in ("declared_cents", "key") if name in given}
        asked = tuple(ServiceAsked(each) if isinstance(each, str) else ServiceAsked(*each) for each in services)
        return TakeReceipt(self.world.actor(by), POOL, self.sessions[till], asked, given_over(**given), **about)

    def late(self, number: str, issued_on: date, *services: Any, **given: Any) -> dict[str, Any]:
        """A receipt of the paper receipt book, entered at the first till."""
        about = {name: given.pop(name) for name in ("change_notes", "change_euros_cents") if name in given}
        asked = tuple(ServiceAsked(each) for each in services)
        clerk = self.world.actor(CLERK)
        item = EnterPaperReceipt(clerk, POOL, self.sessions[TILL], number, issued_on, asked, given_over(**given), **about)
        return self.world.do(enter_paper_receipts, item)

    def cancel(
        self, receipt: str, *rows: int, till: str = TILL, by: str = CLERK, reason: str = "by mistake", key: str = ""
    ) -> dict[str, Any]:
        item = CancelReceipt(self.world.actor(by), POOL, self.sessions[till], receipt, reason, rows, key)
        return self.world.do(cancel_receipts, item)

    def duplicate(self, receipt: str, by: str = CLERK) -> dict[str, Any]:
        return self.world.do(print_duplicates, PrintDuplicate(self.world.actor(by), POOL, receipt))

    def close_day(self, by: str = CLERK, on: date | None = None) -> dict[str, Any]:
        return self.world.do(close_days, CloseDay(self.world.actor(by), POOL, on or self.world.on))

    def seal_day(self, by: str = "pool-head", on: date | None = None) -> dict[str, Any]:
        return self.world.do(seal_days, SealDay(self.world.actor(by), POOL, on or self.world.on))

    def close_period(self, period: str, by: str = "pool-head") -> dict[str, Any]:
        return self.world.do(close_periods, ClosePeriod(self.world.actor(by), POOL, period))

    def ask(self, cents: int, *services: str, seconds: int = 300, **given: Any) -> str:
        """A payment request at the first till; answers its reference."""
        asked = tuple(map(ServiceAsked, services))
        clerk = self.world.actor(CLERK)
        item = RequestPayment(clerk, POOL, self.sessions[TILL], asked, cents, given_over(**given), seconds)
        return str(self.world.do(request_payments, item)["reference"])

    def approve(self, reference: str, by: str = "maite", key: str = "") -> dict[str, Any]:
        return self.world.do(approve_payments, ApprovePayment(self.world.actor(by), POOL, reference, key))

    def withdraw(self, reference: str, by: str = CLERK) -> dict[str, Any]:
        return self.world.do(withdraw_requests, WithdrawRequest(self.world.actor(by), POOL, reference))

    def held(self, book: str) -> dict[str, int]:
        """Natural balances of a book that are not zero."""
        with self.world.database.reading() as connection:
            rows = connection.execute(
                "SELECT account_balance.code, cents FROM account_balance JOIN book ON book.id = book_id"
                " WHERE book.code = %s AND cents <> 0",
                [book],
            )
            return dict(rows.fetchall())

    def notes(self, till: str = TILL) -> list[tuple[int, int]]:
        """The notes that the association's book knows in a till, as a count says them."""
        return [(denomination, cents // denomination) for denomination, cents in sorted(self.drawer(till).items())]

    def drawer(self, till: str = TILL) -> dict[int, int]:
        """Cents by denomination that the association's book knows in a till."""
        held, begins = self.held(BOOK), f"notes.drawer:{POOL}:{till}:"
        return {int(code.removeprefix(begins)): cents for code, cents in held.items() if code.startswith(begins)}
