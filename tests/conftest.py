"""One PostgreSQL server for all tests, and a fresh migrated database for each test that asks for one."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from monnaielocale.store.database import Database, migrate
from monnaielocale.store.server import EmbeddedServer
from monnaielocale.store.temporary import named
from monnaielocale.words import FRENCH, speak

# A busy machine makes a property neither false nor too large to try.
settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")


@pytest.fixture(autouse=True)
def in_french() -> None:
    """Each test begins in the language of the staff, whatever the one before it spoke."""
    speak(FRENCH)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A server of our own, or the one that DATABASE_URL names."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    # A folder of pytest's own would be closed to the account that runs PostgreSQL for root.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with EmbeddedServer(Path(folder) / "server") as server:
            yield server.url("postgres")


@pytest.fixture(scope="session")
def template(server_url: str) -> str:
    """The name of a migrated database that each test's own is copied from."""
    name = f"template_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    migrate(named(server_url, name))
    return name


@contextmanager
def copied(server_url: str, template: str) -> Iterator[Database]:
    """A database of its own, copied from another that nobody uses at this moment."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield Database(named(server_url, name))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database(server_url: str, template: str) -> Iterator[Database]:
    """A fresh database with the books' schema and nothing in it."""
    with copied(server_url, template) as database:
        yield database


@pytest.fixture
def empty_database(server_url: str) -> Iterator[str]:
    """The address of a new database with nothing in it."""
    name = f"empty_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield named(server_url, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def conventions() -> Path:
    """The conventions that the repository ships."""
    return Path(__file__).parent.parent / "conventions"
