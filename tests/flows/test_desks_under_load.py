"""Sixteen clerks on four desks at once: numbers continuous, chains unbroken, totals exact, and fast."""

from collections import Counter as Tally
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID

import pytest

from monnaielocale.actions.appointments import NameForDesk, name_for_desks
from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.collector import Collector
from monnaielocale.actions.desk_days import CloseDay, OpenDay, close_days, open_days
from monnaielocale.actions.desks import open_desk
from monnaielocale.actions.floats import ExchangeFloat, ReceiveFloat, exchange_floats, receive_floats
from monnaielocale.actions.issuing import Given, OtherGiven, ServiceAsked
from monnaielocale.actions.perform import Answer, Outcome, perform
from monnaielocale.actions.receipts import TakeReceipt, take_receipts
from monnaielocale.actions.till_sessions import CloseSession, CountTill, OpenSession, close_sessions, count_tills, open_sessions
from monnaielocale.domain.actors import Actor
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Database
from tests.flows.conftest import Built
from tests.invariants import check_invariants
from tests.world import CONVENTIONS, MONDAY, World

DESKS, CLERKS = 4, 4
RECEIPTS = 5_000
FLOAT = ((100, 20), (200, 5), (500, 2))


def convention() -> bytes:
    """The convention of Bayonne with four pools of four tills each."""
    text = (CONVENTIONS / "bayonne-eusko.toml").read_text(encoding="utf-8")
    begins, ends = text.rindex('[[versions.desks]]\ncode = "pool"'), text.rindex('[[versions.desks]]\ncode = "parking"')
    pool, tills = text[begins:ends], ", ".join(f'"till-{number}"' for number in range(1, CLERKS + 1))
    pools = [
        pool.replace('"pool"', f'"pool-{desk}"').replace('"PISC"', f'"PISC{desk}"').replace('"till-1", "till-2"', tills)
        for desk in range(DESKS)
    ]
    rest = text[text.index("[versions.sources]", ends) :]
    return (text[:begins] + "".join(pools) + rest).replace("float_notes_cents = 50_00", "float_notes_cents = 400_00").encode()


@dataclass(frozen=True, slots=True)
class Clerk:
    """A clerk with a till."""

    actor: Actor
    book: str
    till: str


def clerks_of(world: World) -> list[Clerk]:
    return [
        Clerk(world.actor(f"clerk-{desk}-{number}"), f"bayonne-pool-{desk}", f"till-{number}")
        for desk in range(DESKS)
        for number in range(1, CLERKS + 1)
    ]


def staffed(database: Database) -> None:
    """Four desks with four clerks each, floats in every till, and notes among the public."""
    on = MONDAY
    world = World.create(database, on, content=convention())
    world.move_notes("printed", *((each, 20_000_00) for each in (100, 200, 500, 1000, 2000)))
    world.move_notes("sold", *((each, 15_000_00) for each in (100, 200, 500, 1000, 2000)), slip="slip of the public")
    for desk in range(DESKS):
        book, head = f"bayonne-pool-{desk}", f"head-{desk}"
        open_desk(database, world.actor("signer"), issuer_book="eusko", public_body="bayonne", desk=f"pool-{desk}", on=on)
        for login, rank in ((head, "head"), *((f"clerk-{desk}-{number}", "clerk") for number in range(1, CLERKS + 1))):
            world.add(login, "bayonne", "desk_clerk")
            world.do(name_for_desks, NameForDesk(world.actor("signer"), book, login, rank, on, on))
        world.do(receive_floats, ReceiveFloat(world.actor(head), book, 400_00, on))
        for number in range(1, CLERKS + 1):
            world.do(exchange_floats, ExchangeFloat(world.actor(head), book, f"till-{number}", FLOAT, on))


@pytest.fixture
def world(built: Built) -> World:
    """On a Monday at eleven in Paris: nothing here ends at midnight."""
    database = built(staffed)
    database.ahead = datetime(MONDAY.year, MONDAY.month, MONDAY.day, 10, tzinfo=UTC) - datetime.now(UTC)
    return World(database)


def opened(world: World) -> list[tuple[Clerk, UUID]]:
    """Every desk opens its day and every clerk a session, each kind in one batch."""
    clerks = clerks_of(world)
    days = [OpenDay(world.actor(f"head-{desk}"), f"bayonne-pool-{desk}", world.on) for desk in range(DESKS)]
    assert all(isinstance(outcome, Answer) for outcome in perform(world.database, open_days, days))
    items = [OpenSession(each.actor, each.book, each.till, CountGiven(FLOAT)) for each in clerks]
    return [
        (clerk, UUID(content["session_id"]))
        for clerk, content in zip(clerks, contents(perform(world.database, open_sessions, items)), strict=True)
    ]


def contents(outcomes: Sequence[Outcome]) -> list[dict[str, Any]]:
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert not refused, refused[:3]
    return [outcome.content for outcome in outcomes if isinstance(outcome, Answer)]


def some_receipt(clerk: Clerk, session: UUID, chance: Random) -> TakeReceipt:
    """What people buy and give at a pool: notes with change, coins, a card."""
    kind = chance.randrange(4)
    services: tuple[ServiceAsked, ...]
    if kind == 0:
        services, given = (ServiceAsked("entry-child"),), Given(((500, 1),), 20)
    elif kind == 1:
        services, given = (ServiceAsked("entry"), ServiceAsked("entry-child", 2)), Given((), 10_00)
    elif kind == 2:
        services, given = (ServiceAsked("lesson"),), Given((), 0, (OtherGiven("card", 12_00, f"S-{chance.random()}"),))
    else:
        services, given = (ServiceAsked("entry-reduced", 5),), Given(((1000, 1), (200, 1)), 4_00)
    return TakeReceipt(clerk.actor, clerk.book, session, services, given)


def test_sixteen_clerks_on_four_desks_take_receipts_at_once(world: World) -> None:
    sessions = opened(world)
    each = RECEIPTS // len(sessions)

    def works(place: int) -> list[Outcome]:
        """One clerk: the next receipt begins when the last one is answered."""
        clerk, session = sessions[place]
        chance = Random(place)
        return [register.submit(some_receipt(clerk, session, chance)).result(60) for _ in range(each)]

    with Collector(world.database, take_receipts) as register, ThreadPoolExecutor(len(sessions)) as hands:
        outcomes = [outcome for theirs in hands.map(works, range(len(sessions))) for outcome in theirs]

    taken = contents([outcome for outcome in outcomes if isinstance(outcome, Answer)])
    # A drawer without small notes cannot always give change: the clerk is told what to ask for, and no number is lost.
    told = {type(outcome).__name__ for outcome in outcomes if isinstance(outcome, Refusal)}
    assert told <= {"ChangeNeedsMore", "ChangeNeedsEuros"} and len(taken) > 0.8 * len(outcomes), (told, len(taken))
    _numbers_are_continuous(world, [content["number"] for content in taken])
    _closed_with_exact_totals(world, sessions, taken)
    check_invariants(world.database)


def _numbers_are_continuous(world: World, answered: list[str]) -> None:
    with world.database.reading() as connection:
        rows = connection.execute("SELECT book_id, series_number, number FROM receipt ORDER BY book_id, chain_number").fetchall()
    assert sorted(row[2] for row in rows) == sorted(answered)
    by_desk = Tally(row[0] for row in rows)
    assert len(by_desk) == DESKS
    assert [row[1] for row in rows] == [number for book in sorted(by_desk) for number in range(1, by_desk[book] + 1)]


def _closed_with_exact_totals(world: World, sessions: list[tuple[Clerk, UUID]], taken: list[dict[str, Any]]) -> None:
    """Every clerk counts what the books expect, every desk closes: the Zs come to what the clerks were answered."""
    counts = [CountTill(clerk.actor, clerk.book, session, CountGiven(FLOAT)) for clerk, session in sessions]
    contents(perform(world.database, count_tills, counts))
    done = [CloseSession(clerk.actor, clerk.book, session, "not counted in earnest") for clerk, session in sessions]
    contents(perform(world.database, close_sessions, done))
    items = [CloseDay(world.actor(f"head-{desk}"), f"bayonne-pool-{desk}", world.on) for desk in range(DESKS)]
    closings = contents(perform(world.database, close_days, items))
    assert sum(closing["totals"]["day"]["receipts"] for closing in closings) == len(taken)
    assert sum(closing["totals"]["day"]["taken_cents"] for closing in closings) == sum(each["total_cents"] for each in taken)


def test_clerks_with_connections_of_their_own_wait_for_each_other_and_leave_no_hole(world: World) -> None:
    """Several processes of a server: each batch takes the heads of its desk and of the association."""
    sessions = opened(world)

    def works(place: int) -> list[Outcome]:
        clerk, session = sessions[place]
        chance = Random(place)
        return [perform(world.database, take_receipts, [some_receipt(clerk, session, chance)])[0] for _ in range(5)]

    with ThreadPoolExecutor(len(sessions)) as hands:
        outcomes = [outcome for theirs in hands.map(works, range(len(sessions))) for outcome in theirs]
    answered = [outcome.content["number"] for outcome in outcomes if isinstance(outcome, Answer)]
    assert len(answered) > 60
    _numbers_are_continuous(world, answered)
    check_invariants(world.database)
