"""The real command, run as people run it, on a database of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from shlex import split
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from monnaielocale.cli import app
from monnaielocale.store.database import Database
from monnaielocale.words import PARIS
from tests.desks import POOL, Pool
from tests.world import World


@dataclass(frozen=True, slots=True)
class Answered:
    """What a command answered."""

    code: int
    output: str
    errors: str

    def json(self) -> Any:
        """Its JSON document."""
        return json.loads(self.output)


Command = Callable[..., Answered]


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command without any database."""
    return _command({"DATABASE_URL": "postgresql://nobody@127.0.0.1:9/nothing"}, tmp_path)


@pytest.fixture
def command_on(tmp_path: Path) -> Callable[[str], Command]:
    """The command on the database of an address."""
    return lambda url: _command({"DATABASE_URL": url}, tmp_path)


@pytest.fixture
def command_alone(tmp_path: Path) -> Iterator[Command]:
    """The command with a data folder of its own and no address of a server."""
    # A folder of pytest's own would be closed to the account that runs PostgreSQL for root.
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        yield _command({"DATABASE_URL": "", "MONNAIELOCALE_DATA": f"{folder}/data"}, tmp_path)


@pytest.fixture
def books(database: Database, command_on: Callable[[str], Command]) -> Command:
    """The command on a fresh database of books."""
    return command_on(database.url)


def _command(settings: dict[str, str], folder: Path) -> Command:
    def run(*arguments: str, language: str = "fr", given: str = "") -> Answered:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MONNAIELOCALE_")}
        environment = kept | settings | {"MONNAIELOCALE_LANGUAGE": language, "COLUMNS": "160", "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "monnaielocale", *arguments],
            env=environment,
            cwd=folder,
            input=given,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Answered(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def world(database: Database) -> World:
    """The pool with its people, and notes among the public, today."""
    world = World.create(database, datetime.now(PARIS).date())
    world.move_notes("printed", *((each, 2_000_00) for each in (100, 200, 500, 1000, 2000)))
    world.move_notes("sold", *((each, 1_000_00) for each in (100, 200, 500, 1000, 2000)), slip="slip of the public")
    Pool.opened(world)
    return world


@pytest.fixture
def typed(database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """A command about desks in this process, which a day of fifty commands does not start fifty times."""
    monkeypatch.setenv("DATABASE_URL", database.url)

    def type_it(words: str, more: str = "") -> Answered:
        capsys.readouterr()
        code = app.run(["desk", *split(words), *split(more)])
        told = capsys.readouterr()
        return Answered(code, told.out, told.err)

    return type_it


@pytest.fixture
def desk(world: World, typed: Command) -> Command:
    """A command about the pool: its words, then what is typed after the desk."""
    assert world.on == datetime.now(PARIS).date()
    return lambda words, more="": typed(f"{words} {POOL}", more)
