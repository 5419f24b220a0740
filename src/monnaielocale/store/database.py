"""Connections to PostgreSQL, each as the role that its work needs, and the migrations that bring the schema up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.resources import as_file, files
from typing import TYPE_CHECKING, Any, Literal

import psycopg
from psycopg.rows import TupleRow

# Alembic takes half a second to import: only what migrates waits for it.
if TYPE_CHECKING:
    from alembic.config import Config

Role = Literal["owner", "writer", "reader", "visitor"]
Connection = psycopg.Connection[TupleRow]


# The write path reads rows by key. A plan that was kept since the tables were small would read all of them once they are large.
# Compiling a query takes longer than any of ours runs.
_OPTIONS: dict[Role, str] = {"owner": "", "reader": "", "visitor": "", "writer": " -c enable_seqscan=off"}


class Database:
    """One PostgreSQL database, by its URL.

    `ahead` moves the clock of the desks: a story told of another day happens so long after, or before, its recording.
    """

    def __init__(self, url: str, *, ahead: timedelta = timedelta(0)) -> None:
        self.url = url
        self.ahead = ahead

    def connect(self, role: Role, **options: Any) -> Connection:
        """A connection that acts as one of the four roles of the books."""
        return psycopg.connect(self.url, **self.options(role), **options)

    def options(self, role: Role) -> dict[str, Any]:
        """What every connection of a role is opened with, also by a pool; columns of text are written in UTF-8."""
        settings = f"-c role=monnaielocale_{role} -c timezone=UTC -c lock_timeout=5s -c jit=off{_OPTIONS[role]}"
        return {"options": settings, "prepare_threshold": 2, "client_encoding": "UTF8"}

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A read-only look at one moment of the books."""
        with self.connect("reader") as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection


@contextmanager
def _alembic(url: str) -> Iterator["Config"]:
    from alembic.config import Config

    with as_file(files("monnaielocale.migrations")) as scripts:
        config = Config()
        config.set_main_option("script_location", str(scripts))
        address = url.replace("postgresql://", "postgresql+psycopg://", 1).replace("postgres://", "postgresql+psycopg://", 1)
        config.set_main_option("sqlalchemy.url", address.replace("%", "%%"))
        yield config


def migrate(url: str, revision: str = "head") -> None:
    """Bring the schema up to a revision; running it again changes nothing."""
    from alembic import command

    with _alembic(url) as config:
        command.upgrade(config, revision)


def migrate_down(url: str, revision: str = "base") -> None:
    """Take the schema back to a revision: for rehearsals, since it deletes what the later revisions hold."""
    from alembic import command

    with _alembic(url) as config:
        command.downgrade(config, revision)
