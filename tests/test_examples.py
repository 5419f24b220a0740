"""The examples of the documentation do what they say on a server that answers, and twice is the same as once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from monnaielocale.api.services import Services
from monnaielocale.api.tokens import Tokens
from monnaielocale.settings import Settings
from monnaielocale.store.database import Database
from monnaielocale.store.people import add_person
from tests.invariants import check_invariants
from tests.serving import PASSWORD, served
from tests.world import World

EXAMPLES = Path(__file__).parent.parent / "docs" / "examples"
SHARES = {"E00201": 12_000, "E00202": 8_500, "E00203": 20_050}


def run(command: list[str], url: str, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"ADDRESS": url, "PASSWORD": password, "PYTHONUTF8": "1"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, encoding="utf-8", timeout=300, check=False)


@pytest.mark.parametrize(
    "command",
    [["bash", str(EXAMPLES / "bayonne.sh")], [sys.executable, "-W", "error", "-IS", str(EXAMPLES / "bayonne.py")]],
    ids=["curl", "python"],
)
def test_the_walk_through_bayonne_ends_with_a_difference_of_zero(database: Database, tmp_path: Path, command: list[str]) -> None:
    add_person(database, login="nekane", name="Nekane Ospital", roles=["administrator"], password=PASSWORD)
    settings = Settings(data=tmp_path)
    with served(Services(database, settings, Tokens.from_settings(settings))) as url:
        assert run(command, url, "not the password").returncode != 0
        done = run(command, url)
        assert done.returncode == 0, done.stdout + done.stderr
        told = done.stdout.splitlines()
        assert told[-1].endswith("every eusko is backed, the difference is 0")
        for value in ("E00230", "95.00"):
            assert value in done.stdout, "the faults of the first list are shown"
        again = run(command, url)
        assert again.returncode == 0, again.stdout + again.stderr
        assert again.stdout.splitlines()[-1] == told[-1]
    world = World(database)
    assert {number: world.wallet(number) for number in SHARES} == SHARES
    assert world.balance("circulation.digital") == -(446_400 + sum(SHARES.values()))
    assert world.count("payment_run") == 1
    check_invariants(database)


def test_the_page_names_every_file_of_the_folder() -> None:
    page = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    for file in EXAMPLES.iterdir():
        assert file.name == "README.md" or f"]({file.name})" in page, file.name
