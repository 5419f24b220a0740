"""A desk that is built once and copied for each test that works there."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from monnaielocale.store.database import Database
from tests.bank_files import on
from tests.counter import Counter
from tests.desks import Pool
from tests.flows.databases import Copies
from tests.world import World


@pytest.fixture(scope="session")
def copies(server_url: str, template: str) -> Iterator[Copies]:
    """Worlds by their builders."""
    with ExitStack() as stack:
        yield Copies(server_url, template, stack)


def ready(database: Database) -> None:
    """The pool with its people and its float."""
    Counter.ready(database)


@pytest.fixture
def counter(copies: Copies) -> Iterator[Counter]:
    """The pool on a Monday at eleven in Paris, before its day is opened."""
    with copies.of(ready) as database:
        counter = Counter(Pool(World(database)))
        counter.at(10)
        yield counter


def with_takings(database: Database) -> None:
    """Its float in two tills and takings in notes: 12 × 1, 4 × 5 and 1 × 20 in the first, 5 × 1 in the second."""
    world = World.create(database, on(20))
    world.move_notes("printed", (100, 100_00), (500, 100_00), (2000, 100_00))
    world.move_notes("sold", (100, 50_00), (500, 50_00), (2000, 40_00), slip="slip 1")
    pool = Pool.opened(world)
    pool.receive(150_00)
    pool.exchange((100, 10))
    pool.exchange((100, 5), till="till-2")
    pool.take((100, 2), (500, 4), (2000, 1))


@pytest.fixture
def evening(copies: Copies) -> Iterator[Pool]:
    """The pool in the evening of 20 January, with notes to put into an envelope."""
    with copies.of(with_takings) as database:
        yield Pool(World(database, on(20)))
