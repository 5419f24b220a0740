"""A desk that is built once and copied for each test that works there."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from monnaielocale.store.database import Database
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
