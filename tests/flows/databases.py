"""Whole databases copied in a moment, for tests that need more than one or harm what they are given."""

from collections.abc import Iterator
from contextlib import contextmanager
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


def name_of(database: Database) -> str:
    """How the server calls a database."""
    return str(psycopg.conninfo.conninfo_to_dict(database.url)["dbname"])
