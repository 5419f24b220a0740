"""A database for a while, for the demonstration and the benchmarks: neither ever touches the books of whoever runs it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
from psycopg import conninfo, sql

from ..domain.refusals import Refusal
from .database import Database, migrate
from .server import DatabaseSettings, EmbeddedServer


class TemporaryDatabaseRefused(Refusal):
    """The server that DATABASE_URL names does not let this command make a database of its own: {reason}."""

    code = "temporary_database_refused"


@contextmanager
def temporary_database(settings: DatabaseSettings, prefix: str) -> Iterator[Database]:
    """An empty, migrated database for as long as the block lasts.

    It stands beside the one that DATABASE_URL names, else on a server of its own. Refuses with TemporaryDatabaseRefused and what
    starting a server refuses.
    """
    if settings.database_url:
        with _beside(settings.database_url, prefix) as url:
            migrate(url)
            yield Database(url)
        return
    with TemporaryDirectory(prefix="monnaielocale-", ignore_cleanup_errors=True) as folder:
        # The account that runs PostgreSQL for root passes through this folder; nothing in it can be listed.
        Path(folder).chmod(0o711)
        with EmbeddedServer(Path(folder) / "postgresql") as server:
            url = server.create_database(prefix)
            migrate(url)
            yield Database(url)


@contextmanager
def _beside(url: str, prefix: str) -> Iterator[str]:
    """Another database of the same server, dropped in the end; its name is new each time, so that two may run at once."""
    name = f"{prefix}_{uuid4().hex[:12]}"
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.Error as error:
        raise TemporaryDatabaseRefused(reason=str(error).strip()) from error
    try:
        yield named(url, name)
    finally:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def named(url: str, database: str) -> str:
    """The same server and another database, as an address or as keywords, whichever it came as."""
    if "://" not in url:
        return conninfo.make_conninfo(url, dbname=database)
    head, _, rest = url.partition("://")
    address, mark, options = rest.partition("?")
    return f"{head}://{address.partition('/')[0]}/{database}{mark}{options}"
