"""A server that answers on this machine, with the invented world behind it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from monnaielocale.api.services import Services
from monnaielocale.api.tokens import Tokens
from monnaielocale.settings import Settings
from monnaielocale.store.database import Database
from tests.serving import Api, prepared, served


@pytest.fixture
def api(database: Database, tmp_path: Path) -> Iterator[Api]:
    """The API, served over HTTP, and its world."""
    settings = Settings(data=tmp_path)
    world = prepared(database)
    with served(Services(database, settings, Tokens.from_settings(settings))) as url:
        running = Api(world, url)
        yield running
        running.close()
