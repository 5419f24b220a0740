"""A server that answers on this machine, with the invented world behind it."""

from collections.abc import Iterator
from contextlib import contextmanager
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


@contextmanager
def running(server_url: str, world_template: str, folder: Path) -> Iterator[Api]:
    """A copy of the world, served over HTTP."""
    settings = Settings(data=folder)
    with (
        copied(server_url, world_template) as database,
        served(Services(database, settings, Tokens.from_settings(settings))) as url,
    ):
        api = Api(World(database), url)
        yield api
        api.close()


@pytest.fixture
def api(server_url: str, world_template: str, tmp_path: Path) -> Iterator[Api]:
    """The API, served over HTTP, and its world."""
    with running(server_url, world_template, tmp_path) as api:
        yield api


@pytest.fixture(scope="module")
def settings_of_file(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of the server that all tests of a file share."""
    return Settings(data=tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def api_of_file(server_url: str, world_template: str, settings_of_file: Settings) -> Iterator[Api]:
    """One server for all tests of a file, which meet what the others did."""
    with running(server_url, world_template, settings_of_file.data) as api:
        yield api
