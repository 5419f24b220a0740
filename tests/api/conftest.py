"""A server that answers on this machine, with the invented world behind it."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from monnaielocale.api.services import Services
from monnaielocale.api.tokens import Tokens
from monnaielocale.settings import Settings
from monnaielocale.store.database import Database
from monnaielocale.store.temporary import named
from tests.conftest import copied
from tests.serving import Api, prepared, served
from tests.world import World


@pytest.fixture(scope="session")
def world_template(server_url: str, template: str) -> str:
    """The name of a database with the invented world, whose people can log in; each test's own is copied from it."""
    name = f"world_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    prepared(Database(named(server_url, name)))
    return name


@pytest.fixture
def api(server_url: str, world_template: str, tmp_path: Path) -> Iterator[Api]:
    """The API, served over HTTP, and its world."""
    settings = Settings(data=tmp_path)
    with (
        copied(server_url, world_template) as database,
        served(Services(database, settings, Tokens.from_settings(settings))) as url,
    ):
        running = Api(World(database), url)
        yield running
        running.close()
