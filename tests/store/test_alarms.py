"""What should be looked after at a desk, from what the books and the papers hold."""

from datetime import date, timedelta

import pytest

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.safes import MoveToSafe, PayIn, move_to_safes, pay_in
from monnaielocale.domain.explaining.facts import PartGiven
from monnaielocale.store.alarms import alarms_of_desks
from monnaielocale.store.database import Database
from monnaielocale.store.visits import visit
from tests.bank_files import Bank, imported, on
from tests.counter import COINS, NOTES, Counter, moved
from tests.desks import POOL, TILL, Pool
from tests.matching import due_to, explained, line_of
from tests.world import MONDAY, RESERVE_NOTES, TOWN, World


@pytest.fixture
def pool(database: Database) -> Pool:
    """The pool on 20 January, with notes among the public; its charter has a ceiling of 1,000.00 and pays in each week."""
    world = World.create(database, on(20))
    world.move_notes("printed", (100, 100_00), (500, 100_00))
    world.move_notes("sold", (100, 50_00), (500, 50_00), slip="slip 1")
    return Pool.opened(world)


def raised(pool: Pool, today: date, *books: str) -> list[tuple[str, date | None]]:
    """The kinds of the alarms of a day, with the day since which each holds."""
    with pool.world.database.reading() as connection:
        return [(alarm.kind.value, alarm.since_on) for alarm in alarms_of_desks(connection, today, books or None)]


def day(number: int) -> date:
    """A day so long after 20 January."""
    return on(20) + timedelta(days=number)


def paid_in(pool: Pool, cents: int) -> None:
    """Euros leave the till for the safe and the safe for the Treasury."""
    head = pool.world.actor("pool-head")
    pool.world.do(move_to_safes, MoveToSafe(head, POOL, TILL, cents, pool.world.on))
    pool.world.do(pay_in, PayIn(head, POOL, cents, pool.world.on))


def test_a_desk_at_which_all_is_well_is_silent(pool: Pool) -> None:
    pool.receive(150_00)
    pool.take(euros=100_00)
    assert raised(pool, day(0)) == []


def test_cash_near_and_at_the_ceiling_is_told_without_the_float(pool: Pool) -> None:
    pool.receive(150_00)
    pool.take(euros=799_99)
    assert raised(pool, day(0)) == []
    pool.take(euros=1)
    assert raised(pool, day(0)) == [("ceiling_near", None)]
    pool.world.do(move_to_safes, MoveToSafe(pool.world.actor("pool-head"), POOL, TILL, 500_00, pool.world.on))
    pool.take(euros=200_00)
    assert raised(pool, day(0)) == [("ceiling_reached", None)]


def test_takings_are_to_be_paid_in_by_the_rhythm_of_the_charter(pool: Pool) -> None:
    pool.take(euros=50_00)
    assert raised(pool, day(6)) == []
    assert raised(pool, day(7)) == [("pay_in_due", day(7))]
    pool.world.on = day(7)
    paid_in(pool, 50_00)
    assert raised(pool, day(30)) == []
    pool.take(euros=10_00)
    assert raised(pool, day(14)) == [("pay_in_due", day(14))]


def test_what_a_pay_in_left_counts_from_the_day_of_the_pay_in(pool: Pool) -> None:
    pool.take(euros=50_00)
    pool.world.on = day(3)
    paid_in(pool, 40_00)
    assert raised(pool, day(9)) == []
    assert raised(pool, day(10)) == [("pay_in_due", day(10))]


def test_an_envelope_waits_no_longer_than_agreed(pool: Pool) -> None:
    pool.take((500, 2))
    envelope = str(pool.fill((500, 2))["envelope"])
    assert raised(pool, day(31)) == []
    assert raised(pool, day(32)) == [("envelope_waiting", day(0))]
    pool.hand(envelope)
    assert raised(pool, day(32)) == []


def test_the_association_owes_no_longer_than_agreed(pool: Pool) -> None:
    pool.take((500, 2))
    envelope = str(pool.fill((500, 2))["envelope"])
    pool.hand(envelope)
    pool.count(envelope, (500, 2))
    assert raised(pool, day(45)) == []
    assert raised(pool, day(46)) == [("claim_old", day(0))]
    bank = Bank(RESERVE_NOTES)
    imported(pool.world, bank.cfonb(1, 2, (1, 100_00, "VERSEMENT"), (2, -10_00, "VIR COMMUNE")))
    (due, _), *_ = due_to(pool.world, TOWN)
    explained(pool.world, line_of(pool.world, -10_00), PartGiven("transfer_made", 10_00, transfer_due_id=due))
    assert raised(pool, day(46)) == []


def test_a_day_left_open_after_midnight_is_told(database: Database) -> None:
    counter = Counter.ready(database)
    counter.open_day()
    assert raised(counter.pool, MONDAY) == []
    assert raised(counter.pool, MONDAY + timedelta(days=1)) == [("day_left_open", MONDAY)]


def test_alarms_are_those_of_the_desks_that_are_asked_and_seen(pool: Pool) -> None:
    world = pool.world
    pool.open(desk="parking")
    pool.take(euros=900_00)
    assert raised(pool, day(0)) == raised(pool, day(0), POOL) == [("ceiling_near", None)]
    assert raised(pool, day(0), "bayonne-parking") == []
    world.load("grenoble-cairn.toml")
    world.add("grenoble-signer", "grenoble", "town_signer")
    for login, count in (("signer", 1), ("treasurer", 1), ("auditor", 1), ("grenoble-signer", 0)):
        with world.database.connect("visitor") as connection, visit(connection, world.actor(login).person_id):
            assert len(alarms_of_desks(connection, day(0))) == count, login


def test_a_day_is_to_be_sealed_within_the_days_of_the_charter(database: Database) -> None:
    counter = Counter.ready(database)
    counter.open_day()
    counter.close_day()
    assert raised(counter.pool, MONDAY + timedelta(days=3)) == []
    assert raised(counter.pool, MONDAY + timedelta(days=4)) == [("day_unsealed", MONDAY + timedelta(days=3))]
    counter.seal_day()
    assert raised(counter.pool, MONDAY + timedelta(days=4)) == []


def test_a_till_that_differs_again_and_again_is_told(database: Database) -> None:
    counter = Counter.ready(database)
    notes: tuple[tuple[int, int], ...] = NOTES
    for _ in range(3):
        counter.open_day()
        counter.open_till(count=CountGiven(notes, COINS), float_euros_cents=50_00 if notes == NOTES else 0)
        notes = moved(notes, c100=-1)
        counter.count(CountGiven(notes, COINS))
        counter.close_till(reason="A note is missing")
        counter.close_day()
        counter.seal_day()
        counter.next_day()
    last = MONDAY + timedelta(days=2)
    assert raised(counter.pool, last) == [("difference_repeated", MONDAY)]
    assert raised(counter.pool, MONDAY + timedelta(days=29)) == [("difference_repeated", MONDAY)]
    assert raised(counter.pool, MONDAY + timedelta(days=30)) == []
