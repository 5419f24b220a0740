"""Worlds that are built once and copied for each test that wants one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from monnaielocale.store.database import Database
from tests.flows.databases import Copies

Built = Callable[[Callable[[Database], object]], Database]


@pytest.fixture(scope="session")
def copies(server_url: str, template: str) -> Iterator[Copies]:
    """Worlds by their builders."""
    with ExitStack() as stack:
        yield Copies(server_url, template, stack)


@pytest.fixture
def built(copies: Copies) -> Iterator[Built]:
    """Answers a database of the test's own in which a world was built."""
    with ExitStack() as stack:
        yield lambda build: stack.enter_context(copies.of(build))
