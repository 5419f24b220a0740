"""Whole databases copied in a moment, for tests that need more than one or harm what they are given."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from uuid import uuid4

import psycopg

from monnaielocale.store.database import Database
from monnaielocale.store.temporary import named


@contextmanager
def copied(server_url: str, name: str) -> Iterator[Database]:
    """A copy of a database, gone when the block ends."""
    copy = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {copy} TEMPLATE {name}")
        try:
            yield Database(named(server_url, copy))
        finally:
            connection.execute(f"DROP DATABASE {copy} WITH (FORCE)")


class Copies:
    """Worlds that are built once each, and copied as often as they are wanted."""

    def __init__(self, server_url: str, template: str, stack: ExitStack) -> None:
        self._server_url = server_url
        self._template = template
        self._stack = stack
        self._names: dict[Callable[[Database], object], str] = {}

    def of(self, build: Callable[[Database], object]) -> AbstractContextManager[Database]:
        """A database of one's own in which a world was built."""
        if build not in self._names:
            database = self._stack.enter_context(copied(self._server_url, self._template))
            build(database)
            self._names[build] = name_of(database)
        return copied(self._server_url, self._names[build])


def name_of(database: Database) -> str:
    """How the server calls a database."""
    return str(psycopg.conninfo.conninfo_to_dict(database.url)["dbname"])
