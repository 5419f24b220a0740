"""T3 at the counter: a process that dies between two writes of a session, a receipt, a closing or a payment leaves no half."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.cancels import (
    CancelReceipt,
    PayRefund,
    PrintDuplicate,
    cancel_receipts,
    pay_refunds,
    print_duplicates,
)
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
from monnaielocale.actions.handovers import AcceptHandover, DrawUpHandover, accept_handovers, draw_up_handovers
from monnaielocale.actions.issuing import Given, ServiceAsked
from monnaielocale.actions.payment_requests import (
    ApprovePayment,
    RequestPayment,
    WithdrawRequest,
    approve_payments,
    confirm_elsewhere,
    request_payments,
    withdraw_requests,
)
from monnaielocale.actions.receipts import EnterPaperReceipt, TakeReceipt, enter_paper_receipts, take_receipts
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
from tests.bank_files import on
from tests.counter import COINS, NOTES, Counter, moved
from tests.desks import POOL, TILL, Pool, with_refunds
from tests.flows.crashing import Crasher
from tests.flows.test_crash import AT_COUNTERS, Perilous, actions_of
from tests.invariants import check_invariants
from tests.museum import Museum
from tests.world import BOOK, TOWN, World

FLOAT = CountGiven(NOTES, COINS)
LESSON = (ServiceAsked("lesson"),)


@pytest.fixture(scope="module")
def crasher() -> Iterator[Crasher]:
    with Crasher() as found:
        yield found


def test_t3_at_the_counter_a_process_killed_between_any_two_writes_leaves_all_or_nothing(
    database: Database, crasher: Crasher
) -> None:
    world = World.create(database, on(20), content=with_refunds())
    counter = _prepared(world)
    with psycopg.connect(database.url, autocommit=True) as watching:
        perilous = Perilous(world, crasher, watching)
        numbers = _at_work(perilous)
        check_invariants(database)
        _closed(perilous, counter, numbers)
        museum = Museum.opened(world)
        perilous.do(confirm_elsewhere, museum.confirming(museum.ask(8_00, "entry"), "CY-1"))
    check_invariants(database)
    assert set(perilous.writes) == actions_of(AT_COUNTERS)
    assert min(perilous.writes.values()) >= 3


def _prepared(world: World) -> Counter:
    world.move_notes("printed", *((each, 500_00) for each in (100, 200, 500, 1000)))
    world.move_notes("sold", *((each, 200_00) for each in (100, 200, 500, 1000)), slip="slip 1")
    world.enrol("E00001", "Maite Etxeberria")
    world.add("maite", f"{BOOK}:E00001", "member")
    world.fund("E00001", 50_00)
    counter = Counter(Pool.opened(world))
    counter.at(10)
    counter.pool.receive(150_00)
    counter.pool.exchange(*NOTES)
    return counter


def _session(perilous: Perilous, clerk: Any, count: CountGiven, float_cents: int) -> UUID:
    opening = OpenSession(clerk, POOL, TILL, count, float_cents)
    return UUID(perilous.do(open_sessions, opening)["session_id"])


def _at_work(perilous: Perilous) -> list[str]:
    """Receipts by notes, paper and account; one is cancelled and one copied; the till changes hands and is closed."""
    world = perilous.world
    clerk, deputy = world.actor("pool-clerk"), world.actor("pool-deputy")
    perilous.do(open_days, OpenDay(clerk, POOL, world.on))
    session = _session(perilous, clerk, FLOAT, 50_00)
    given = Given(((1000, 1), (500, 1)))
    first = perilous.do(take_receipts, TakeReceipt(clerk, POOL, session, LESSON, given))["number"]
    second = perilous.do(take_receipts, TakeReceipt(clerk, POOL, session, LESSON, Given((), 12_00)))["number"]
    paper = EnterPaperReceipt(clerk, POOL, session, "C-1", world.on - timedelta(days=1), LESSON, Given((), 12_00))
    perilous.do(enter_paper_receipts, paper)
    perilous.do(cancel_receipts, CancelReceipt(clerk, POOL, session, second, "by mistake"))
    perilous.do(print_duplicates, PrintDuplicate(clerk, POOL, first))
    asking = RequestPayment(clerk, POOL, session, LESSON, 12_00)
    reference = perilous.do(request_payments, asking)["reference"]
    perilous.do(approve_payments, ApprovePayment(world.actor("maite"), POOL, reference))
    withdrawn = perilous.do(request_payments, asking)["reference"]
    perilous.do(withdraw_requests, WithdrawRequest(clerk, POOL, withdrawn))
    count = CountGiven(moved(NOTES, c1000=1, c500=1, c100=-3), moved(COINS, c1000=1, c200=1))
    perilous.do(take_over_tills, TakeOverTill(clerk, POOL, session, "pool-deputy", count, "change was counted again"))
    perilous.do(count_tills, CountTill(deputy, POOL, session, count))
    perilous.do(close_sessions, CloseSession(deputy, POOL, session))
    return [first, second]


def _closed(perilous: Perilous, counter: Counter, numbers: list[str]) -> None:
    """The day is closed and sealed; a refund leaves the till on the next; the month is closed."""
    world, head = perilous.world, perilous.world.actor("pool-head")
    perilous.do(close_days, CloseDay(head, POOL, world.on))
    perilous.do(seal_days, SealDay(head, POOL, world.on))
    counter.next_day()
    perilous.do(open_days, OpenDay(head, POOL, world.on))
    count = CountGiven(moved(NOTES, c1000=1, c500=1, c100=-3), moved(COINS, c1000=1, c200=1))
    session = _session(perilous, head, count, 0)
    minus = perilous.do(cancel_receipts, CancelReceipt(head, POOL, session, numbers[0], "the pool was closed"))["number"]
    perilous.do(pay_refunds, PayRefund(head, POOL, session, minus))
    left = CountGiven(tuple(counter.notes()), count.euros)
    perilous.do(count_tills, CountTill(head, POOL, session, left))
    perilous.do(close_sessions, CloseSession(head, POOL, session))
    perilous.do(close_days, CloseDay(head, POOL, world.on))
    counter.at(10, on=on(1).replace(month=2))
    perilous.do(close_periods, ClosePeriod(head, POOL, "2026-01"))
    _handed_over(perilous, counter)
    counter.at(10, on=on(20))


def _handed_over(perilous: Perilous, counter: Counter) -> None:
    """The head leaves, pays everything in and draws the handover up; the next one accepts it."""
    world, pool = perilous.world, counter.pool
    tomorrow = world.on + timedelta(days=1)
    world.add("pool-heir", TOWN, "desk_clerk")
    pool.end("pool-head", "head", world.on)
    pool.name("pool-heir", "head", starts_on=tomorrow)
    pool.pay_everything_in()
    count = CountGiven(tuple(counter.notes()), ((1, pool.held()["float.euro"]),))
    drawing = DrawUpHandover(world.actor("pool-head"), POOL, "pool-heir", count)
    handover = perilous.do(draw_up_handovers, drawing)["handover"]
    counter.at(8, on=tomorrow)
    perilous.do(accept_handovers, AcceptHandover(world.actor("pool-heir"), POOL, handover))
