"""A request sent again under its key, also when midnight lies between."""

from datetime import date, timedelta

import pytest

from monnaielocale.actions.job_requests import item_of, request_of, same_request
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Answer, KeyReused, Outcome, perform
from monnaielocale.domain.days import AssumedDay
from monnaielocale.store.database import Database
from tests.world import BOOK, MONDAY, World

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def world(database: Database) -> World:
    world = World.create(database)
    for number, name in (("E00001", "Ane Etxe"), ("E00002", "Boulangerie Ogi")):
        world.enrol(number, name)
    world.fund("E00001", 10_000)
    return world


def paid(world: World, on: date) -> Outcome:
    item = WalletPayment(world.actor("operator"), BOOK, "E00001", "E00002", 100, on, key="one")
    return perform(world.database, pay_between_wallets, [item])[0]


def test_a_request_that_named_no_day_is_the_same_after_midnight(world: World) -> None:
    first, again = paid(world, AssumedDay.of(MONDAY)), paid(world, AssumedDay.of(TUESDAY))
    assert isinstance(first, Answer) and isinstance(again, Answer)
    assert (again.replayed, again.content) == (True, first.content)
    assert world.wallet("E00002") == 100
    with world.database.reading() as connection:
        days = connection.execute("SELECT business_on FROM event WHERE kind = 'wallet_payment'").fetchall()
    assert days == [(MONDAY,)]


def test_a_request_that_named_its_day_is_another_one_on_another_day(world: World) -> None:
    assert isinstance(paid(world, MONDAY), Answer)
    assert isinstance(paid(world, TUESDAY), KeyReused)
    assert isinstance(paid(world, AssumedDay.of(MONDAY)), KeyReused)


def test_a_request_kept_for_a_job_remembers_whether_its_day_was_named(world: World) -> None:
    def kept(on: date) -> dict[str, object]:
        return request_of(WalletPayment(world.actor("operator"), BOOK, "E00001", "E00002", 100, on))[0]

    assert same_request(kept(AssumedDay.of(MONDAY)), kept(AssumedDay.of(TUESDAY)))
    assert not same_request(kept(MONDAY), kept(TUESDAY))
    assert not same_request(kept(MONDAY), kept(AssumedDay.of(MONDAY)))
    again = item_of(WalletPayment, kept(AssumedDay.of(MONDAY)), {}, world.actor("operator"), "")
    assert type(again.on) is AssumedDay and again.on == MONDAY
