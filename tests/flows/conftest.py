"""Worlds that are built once and copied for each test that wants one."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from monnaielocale.store.database import Database
from tests.flows.databases import copied, name_of

Built = Callable[[Callable[[Database], object]], Database]


@pytest.fixture(scope="session")
def _templates(server_url: str, template: str) -> Iterator[Callable[[Callable[[Database], object]], str]]:
    names: dict[Callable[[Database], object], str] = {}
    with ExitStack() as stack:

        def named(build: Callable[[Database], object]) -> str:
            if build not in names:
                database = stack.enter_context(copied(server_url, template))
                build(database)
                names[build] = name_of(database)
            return names[build]

        yield named


@pytest.fixture
def built(server_url: str, _templates: Callable[[Callable[[Database], object]], str]) -> Iterator[Built]:
    """Answers a database of the test's own in which a world was built; the same builder builds once."""
    with ExitStack() as stack:
        yield lambda build: stack.enter_context(copied(server_url, _templates(build)))
