"""T8 and T20: many at once, in threads, in batches and in processes; every sum is exact and every key has one effect."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from threading import Event as Gate
from typing import Any

import psycopg
import pytest

from monnaielocale.actions.collector import Closing, Collector, TooBusy
from monnaielocale.actions.crediting import CreditRun, credit_runs
from monnaielocale.actions.matches import MatchLines, match_lines
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Action, Answer, KeyReused, Outcome, Unforeseen, perform
from monnaielocale.domain.ledger import BalanceTooLow
from monnaielocale.domain.payments.crediting import NothingLeftToCredit
from monnaielocale.store.database import Database
from monnaielocale.store.unit_of_work import UnitOfWork
from tests.bank_files import Bank, imported, on
from tests.flows.conftest import Built
from tests.flows.crashing import ROOT
from tests.invariants import check_invariants
from tests.towns import mandate_in_force, run_signed
from tests.world import BOOK, World

MAITE, PEIO = "E00001", "E00002"


def purses(database: Database) -> None:
    """Maite holds 1,000.00, Peio nothing."""
    world = World.create(database)
    world.enrol(MAITE, "Maite Etxeberria")
    world.enrol(PEIO, "Peio Ibarra")
    world.fund(MAITE, 1_000_00)


@pytest.fixture
def world(built: Built) -> World:
    return World(built(purses))


def payment(world: World, cents: int, key: str = "") -> WalletPayment:
    return WalletPayment(world.actor("operator"), BOOK, MAITE, PEIO, cents, world.on, key=key)


def collector(world: World, act: Action[Any] = pay_between_wallets, **limits: int) -> Collector[Any]:
    return Collector(world.database, act, **limits)


Way = Callable[[World, Action[Any], list[Any]], list[Outcome]]


def through_a_collector(world: World, act: Action[Any], items: list[Any]) -> list[Outcome]:
    """Fifty callers in threads, one collector."""
    with collector(world, act) as clerk, ThreadPoolExecutor(50) as callers:
        return list(callers.map(lambda item: clerk.submit(item).result(60), items))


def through_connections(world: World, act: Action[Any], items: list[Any]) -> list[Outcome]:
    """Eight callers in threads, each with connections of its own."""
    with ThreadPoolExecutor(8) as callers:
        return list(callers.map(lambda item: perform(world.database, act, [item])[0], items))


def through_coroutines(world: World, act: Action[Any], items: list[Any]) -> list[Outcome]:
    """Fifty coroutines of one event loop, as the routes of a server."""

    async def ask() -> list[Outcome]:
        with collector(world, act) as clerk:
            return list(await asyncio.gather(*(clerk.ask(item) for item in items)))

    return asyncio.run(ask())


WAYS = pytest.mark.parametrize(
    "way", [through_a_collector, through_connections, through_coroutines], ids=lambda way: way.__name__.removeprefix("through_")
)


@WAYS
def test_t8_fifty_payments_at_once_come_to_the_exact_sum(world: World, way: Way) -> None:
    """There is enough for forty: ten are refused, whoever they are, and the wallet is never below zero."""
    item = payment(world, 25_00)
    outcomes = way(world, pay_between_wallets, [item] * 50)
    assert sum(isinstance(outcome, Answer) for outcome in outcomes) == 40
    assert sum(isinstance(outcome, BalanceTooLow) for outcome in outcomes) == 10
    assert (world.wallet(MAITE), world.wallet(PEIO)) == (0, 1_000_00)
    check_invariants(world.database)


@WAYS
def test_t20_fifty_requests_at_once_with_one_key_have_one_effect_and_one_answer(world: World, way: Way) -> None:
    item = payment(world, 25_00, "monday-1")
    outcomes = way(world, pay_between_wallets, [item] * 50)
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    assert len(answers) == 50
    assert len({answer.content["event_id"] for answer in answers}) == 1
    assert all(answer.content == answers[0].content for answer in answers)
    assert sum(answer.replayed for answer in answers) == 49
    assert (world.wallet(MAITE), world.wallet(PEIO)) == (975_00, 25_00)
    check_invariants(world.database)


@WAYS
def test_t20_one_key_with_other_content_is_refused(world: World, way: Way) -> None:
    """Whichever comes first is carried out; those that ask for the other are refused."""
    one, other = payment(world, 25_00, "monday-1"), payment(world, 30_00, "monday-1")
    outcomes = way(world, pay_between_wallets, [one, other] * 25)
    assert sum(isinstance(outcome, Answer) for outcome in outcomes) == 25
    assert outcomes.count(KeyReused(key="monday-1")) == 25
    assert world.wallet(PEIO) in (25_00, 30_00)
    check_invariants(world.database)


def town_paid(database: Database) -> None:
    """A run of the town that only waits to be credited."""
    world = World.create(database, on(30))
    world.enrol(MAITE, "Maite Etxeberria")
    mandate_in_force(world, MAITE)
    run = run_signed(world, (MAITE, "", "100,00"))
    imported(world, Bank().cfonb(1, 28, (28, 100_00, f"DRFIP {run}")))
    world.do(match_lines, MatchLines(world.actor("operator"), BOOK, world.on))


@WAYS
def test_t9_a_run_that_fifty_clicks_credit_at_once_is_credited_once(built: Built, way: Way) -> None:
    """Fifty different requests: each has a key of its own, or none."""
    world = World(built(town_paid), on(30))
    with world.database.reading() as connection:
        ((run,),) = connection.execute("SELECT reference FROM payment_run").fetchall()
    item = CreditRun(world.actor("operator"), BOOK, run, world.on)
    outcomes = way(world, credit_runs, [replace(item, key=f"click {at}" if at % 2 else "") for at in range(50)])
    assert sum(isinstance(outcome, Answer) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, NothingLeftToCredit) for outcome in outcomes) == 49
    assert world.wallet(MAITE) == 100_00
    check_invariants(world.database)


PROCESS = """
import sys
from datetime import date
from monnaielocale.actions.collector import Collector
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Answer
from monnaielocale.store.database import Database
from monnaielocale.store.people import actor_of

url, payer, payee, name = sys.argv[1:]
database = Database(url)
actor = actor_of(database, "operator")
print("ready", flush=True)
sys.stdin.readline()
with Collector(database, pay_between_wallets, batch_items=20) as clerk:
    waiting = [
        clerk.submit(WalletPayment(actor, "eusko", payer, payee, 1, date(2026, 1, 5), key=f"{name} {at}")) for at in range(500)
    ]
print(sum(isinstance(one.result(), Answer) for one in waiting))
"""


def test_two_processes_on_one_book_write_a_thousand_payments_without_a_gap(world: World) -> None:
    """They pay in opposite directions, and meet at the head of the book."""
    world.pay(MAITE, PEIO, 500_00)
    events, entries, batches = world.count("event"), world.count("entry"), world.count("batch")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, world.database.url, *pair, name],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for name, pair in (("one", (MAITE, PEIO)), ("two", (PEIO, MAITE)))
    ]  # fmt: skip
    for process in processes:
        assert process.stdout and process.stdout.readline() == "ready\n"
    answers = [process.communicate("go\n", timeout=60)[0] for process in processes]
    assert answers == ["500\n", "500\n"]
    assert (world.wallet(MAITE), world.wallet(PEIO)) == (500_00, 500_00)
    assert (world.count("event") - events, world.count("entry") - entries) == (1_000, 1_000)
    assert world.count("batch") - batches >= 50
    with world.database.reading() as connection:
        gaps = connection.execute(
            """SELECT count(*) FILTER (WHERE number <> row_number) FROM (
                  SELECT number, row_number() OVER (PARTITION BY book_id ORDER BY number) FROM entry) AS numbered"""
        ).fetchone()
    assert gaps == (0,)
    check_invariants(world.database)


class Held:
    """An action that stops before it decides until it is let go: what arrives meanwhile waits."""

    def __init__(self) -> None:
        self.begun, self.gate = Gate(), Gate()
        self.batches: list[int] = []
        self.action: Action[Any] = Action("pay_between_wallets", self._decide, pay_between_wallets.reads)

    def _decide(self, work: UnitOfWork, items: Any, read: Any) -> list[Any]:
        self.batches.append(len(items))
        self.begun.set()
        assert self.gate.wait(60)
        return pay_between_wallets.decide(work, items, read)


def test_a_full_queue_refuses_at_once_and_loses_nothing_that_it_took(world: World) -> None:
    held = Held()
    item = payment(world, 1_00)
    with collector(world, held.action, waiting_items=3) as clerk:
        taken = [clerk.submit(item)]
        assert held.begun.wait(60)
        taken += [clerk.submit(item) for _ in range(3)]
        for _ in range(5):
            with pytest.raises(TooBusy):
                clerk.submit(item)
        held.gate.set()
        assert all(isinstance(each.result(60), Answer) for each in taken)
    assert held.batches == [1, 3]
    assert world.wallet(PEIO) == 4_00


def test_a_caller_who_goes_away_does_not_cancel_what_they_asked(world: World) -> None:
    held = Held()

    async def ask() -> Outcome:
        with collector(world, held.action) as clerk:
            first = asyncio.create_task(clerk.ask(payment(world, 1_00)))
            await asyncio.sleep(0)
            gone = [asyncio.create_task(clerk.ask(payment(world, 2_00))) for _ in range(10)]
            stays = asyncio.create_task(clerk.ask(payment(world, 4_00)))
            await asyncio.sleep(0)
            for task in gone:
                task.cancel()
            held.gate.set()
            assert isinstance(await first, Answer)
            return await stays

    assert isinstance(asyncio.run(ask()), Answer)
    assert world.wallet(PEIO) == 25_00
    check_invariants(world.database)


def test_callers_whose_whole_event_loop_is_gone_are_forgotten_and_their_items_kept(world: World) -> None:
    held = Held()
    with collector(world, held.action) as clerk:

        async def ask_and_leave() -> None:
            asyncio.create_task(clerk.ask(payment(world, 2_00)))  # noqa: RUF006
            await asyncio.sleep(0)

        asyncio.run(ask_and_leave())
        assert held.begun.wait(60)
        later = clerk.submit(payment(world, 1_00))
        held.gate.set()
        assert isinstance(later.result(60), Answer)
    assert world.wallet(PEIO) == 3_00


def test_what_was_accepted_is_finished_when_the_collector_closes(world: World) -> None:
    held = Held()
    clerk = collector(world, held.action)
    with ThreadPoolExecutor(1) as closing:
        with clerk:
            taken: list[Future[Outcome]] = [clerk.submit(payment(world, 1_00)) for _ in range(20)]
            assert held.begun.wait(60)
            closed = closing.submit(held.gate.set)
        closed.result(60)
    assert all(each.done() and isinstance(each.result(), Answer) for each in taken)
    assert world.wallet(PEIO) == 20_00
    with pytest.raises(Closing):
        clerk.submit(payment(world, 1_00))


class Broken:
    """Payments of 13 cents fail in a way that nobody foresaw."""

    def __init__(self, failure: Callable[[UnitOfWork], None]) -> None:
        self.calls: list[int] = []
        self._failure = failure
        self.action: Action[Any] = Action("pay_between_wallets", self._decide, pay_between_wallets.reads)

    def _decide(self, work: UnitOfWork, items: Any, read: Any) -> list[Any]:
        self.calls.append(len(items))
        outcomes = pay_between_wallets.decide(work, items, read)
        if any(item.amount_cents == 13 for item in items):
            self._failure(work)
        return outcomes


def mistake(_: UnitOfWork) -> None:
    raise ZeroDivisionError


def forbidden_row(work: UnitOfWork) -> None:
    """A row that the database refuses when it is written, after everything was decided."""
    work.insert(
        "notes_movement", {"id": None, "book_id": 0, "kind": "", "by_denomination": {}, "amount_cents": 0, "event_id": None}
    )


@pytest.mark.parametrize("failure", [mistake, forbidden_row])
def test_what_nobody_foresaw_concerns_its_own_item_alone(world: World, failure: Callable[[UnitOfWork], None]) -> None:
    """The batch is halved until the culprit is alone; every other item is recorded once."""
    broken = Broken(failure)
    numbers = count(1)
    items = [payment(world, 13 if at in (5, 40) else 10, f"p{next(numbers)}") for at in range(64)]
    outcomes = perform(world.database, broken.action, items)
    refused = [at for at, outcome in enumerate(outcomes) if not isinstance(outcome, Answer)]
    assert refused == [5, 40]
    if failure is mistake:
        assert isinstance(outcomes[5], Unforeseen) and isinstance(outcomes[5].__cause__, ZeroDivisionError)
    assert world.wallet(PEIO) == 62 * 10
    assert broken.calls[0] == 64 and len(broken.calls) < 30
    again = perform(world.database, pay_between_wallets, items)
    assert [isinstance(outcome, Answer) and outcome.replayed for outcome in again] == [at not in refused for at in range(64)]
    check_invariants(world.database)


def test_a_collector_whose_connection_was_ended_goes_on_with_another(world: World) -> None:
    with collector(world) as clerk:
        assert isinstance(clerk.submit(payment(world, 1_00, "a")).result(60), Answer)
        with psycopg.connect(world.database.url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        lost = clerk.submit(payment(world, 2_00, "b")).result(60)
        assert isinstance(clerk.submit(payment(world, 2_00, "b")).result(60), Answer), lost
        assert isinstance(clerk.submit(payment(world, 4_00, "c")).result(60), Answer)
    assert world.wallet(PEIO) == 7_00
    check_invariants(world.database)
