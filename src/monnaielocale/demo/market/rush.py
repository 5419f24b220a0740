"""The rush: three clerks serve their queues at the same time, each receipt in a transaction of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from random import Random
from threading import Barrier
from typing import Any

from ...actions.perform import Outcome, perform
from ...actions.receipts import Given, OtherGiven, ServiceAsked, take_receipts
from ...domain.desks.change import ChangeNeedsEuros, ChangeNeedsMore
from ...domain.refusals import Refusal
from ...store.database import Connection
from ...store.receipts import receipt_journal
from ...words import say
from ..story import euros, told_on
from .cast import CUSTOMERS_AT_ONCE, MARKET, MARKET_DAY, PEOPLE
from .day import MarketDay
from .till import Till

Customer = tuple[tuple[ServiceAsked, ...], Given]
UNIT_CENTS = 1_00


def rush_at_three_tills(day: MarketDay) -> None:
    """Three queues at once, and what each till took."""
    teller = day.story.teller
    teller.act(say("The rush: three clerks at once"))
    day.at(MARKET_DAY, 10, 30)
    told = say(
        "Three queues of {count} customers at the same time, at two tills of the market and among the bikes.",
        count=CUSTOMERS_AT_ONCE,
    )
    teller.tell(told_on(MARKET_DAY, told))
    together = Barrier(len(day.tills))
    before = [(len(till.numbers), till.taken_cents) for till in day.tills]
    with (
        teller.counting(say("Receipts"), CUSTOMERS_AT_ONCE * len(day.tills)) as advance,
        ThreadPoolExecutor(len(day.tills)) as clerks,
    ):
        asked = list(clerks.map(lambda till: _serve(day, till, together, advance), day.tills))
    names = {login: name.split()[0] for login, name, _, _ in PEOPLE}
    rows = [
        (names[till.cast.clerk], till.title, len(till.numbers) - count, euros(till.taken_cents - cents), more)
        for till, (count, cents), more in zip(day.tills, before, asked, strict=True)
    ]
    teller.table((say("Clerk"), say("Till"), say("Receipts"), say("Takings"), say("Asked for coins")), rows)
    with day.story.database.reading() as connection:
        tills = [receipt.till for receipt, _ in receipt_journal(connection, MARKET.book)]
    turns = sum(before != after for before, after in pairwise(tills))
    told = say("In the market's journal the two tills take turns {count} times, under one series of numbers.", count=turns)
    teller.tell(told)


def _serve(day: MarketDay, till: Till, together: Barrier, advance: Callable[[int], Any]) -> int:
    """One clerk and one queue; answers how often the program had to say which coins to ask for."""
    chance = Random(f"{till.desk.book} {till.cast.till}")
    customer = _at_the_market if till.desk is MARKET else _among_the_bikes
    asked = 0
    # Each till has a connection of its own, as several computers would.
    with day.story.database.connect("writer") as connection:
        together.wait()
        for place in range(CUSTOMERS_AT_ONCE):
            services, given = customer(chance, place)
            outcome = _taken(day, till, services, given, connection)
            if isinstance(outcome, ChangeNeedsEuros | ChangeNeedsMore):
                asked += 1
                given = replace(given, euros_cents=given.euros_cents + outcome.values["extra_euros_cents"])
                outcome = _taken(day, till, services, given, connection)
            if isinstance(outcome, Refusal):
                raise outcome
            till.took(given, outcome.content)
            advance(1)
    return asked


def _taken(day: MarketDay, till: Till, services: tuple[ServiceAsked, ...], given: Given, connection: Connection) -> Outcome:
    return perform(day.story.database, take_receipts, [day.asks(till, given, *services)], connection=connection)[0]


def _at_the_market(chance: Random, place: int) -> Customer:
    """Metres of the market, paid in notes with coins for the rest, in notes alone, in euros, or by cheque."""
    metres = chance.randrange(2, 9)
    services, price = (ServiceAsked("pitch-metre", metres),), metres * 1_20
    kind = chance.randrange(6)
    if kind == 0:
        return services, Given((), -(-price // 5_00) * 5_00)
    if kind == 1:
        return services, Given((), 0, (OtherGiven("cheque", price, f"CHQ-{place:06d}"),))
    if kind == 2:
        return services, Given(_at_least(price))
    whole = price - price % UNIT_CENTS
    return services, Given(_at_least(whole) if kind == 3 else _exactly(whole), price % UNIT_CENTS)


def _among_the_bikes(chance: Random, place: int) -> Customer:
    """Bikes for a day or a month and repairs, paid in notes, in euros, by card, or by a card beside notes."""
    kind = chance.randrange(4)
    if kind == 0:
        repair = chance.randrange(12_00, 90_00, 50)
        return (ServiceAsked("repair", 1, repair),), Given((), 0, (OtherGiven("card", repair, f"CB-{place:06d}"),))
    if kind == 1:
        return (ServiceAsked("bike-month"),), Given(((2000, 1),), 0, (OtherGiven("card", 10_00, f"CB-{place:06d}"),))
    bikes = chance.randrange(1, 4)
    services, price = (ServiceAsked("bike-day", bikes),), bikes * 5_00
    return services, Given((), -(-price // 10_00) * 10_00) if kind == 2 else Given(_at_least(price))


def _at_least(cents: int) -> tuple[tuple[int, int], ...]:
    """The notes that somebody takes out of their purse: the smallest one that is enough, or twenties."""
    single = next((note for note in (500, 1000, 2000) if note >= cents), None)
    return ((single, 1),) if single else ((2000, -(-cents // 2000)),)


def _exactly(cents: int) -> tuple[tuple[int, int], ...]:
    """The amount in notes of five and of one, as a trader has them in the morning."""
    fives, ones = divmod(cents, 5_00)
    return tuple(pieces for pieces in ((500, fives), (100, ones // UNIT_CENTS)) if pieces[1])
