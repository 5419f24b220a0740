"""Who may do what, over HTTP: every cell of rights.csv, then each refusal again with the program's own questions taken away."""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from monnaielocale.api.services import Services
from monnaielocale.api.tokens import Tokens
from monnaielocale.settings import Settings
from monnaielocale.store.database import Database
from monnaielocale.store.people import set_password
from tests.api import rights_requests_town  # noqa: F401
from tests.api.rights_requests import REQUESTS, Asked, Case
from tests.api.rights_world import ELSEWHERE, OWN, SAME_BOOK, RightsWorld, Side
from tests.api.unguarded import take_down
from tests.conftest import copied
from tests.serving import PASSWORD, Api, key, served
from tests.world import World

TABLE = Path(__file__).with_name("rights.csv")
LOGINS = {
    "stranger": "",
    "town_preparer": "preparer",
    "town_signer": "signer",
    "public_accountant": "treasurer",
    "association_operator": "operator",
    "association_accountant": "accountant",
    "member": "maite",
    "auditor": "auditor",
    "administrator": "administrator",
    "association_auditor": "association-auditor",
    "town_auditor": "town-auditor",
}
# For whom what belongs to another party may stand in the same book.
WITHIN_A_BOOK = {"town_preparer", "town_signer", "public_accountant", "member", "town_auditor"}
# Whoever asks leaves traces of being asked, whatever the answer is.
TRACES = {"login_attempt", "login_session", "login_session_end", "access_token", "refresh_token", "refresh_token_use"}
EMPTY, INSIDE = "empty", "inside"


@dataclass(frozen=True, slots=True)
class Cell:
    """One question of the matrix and its answer: a status, `empty` (nothing of it is shown) or `inside` (refused per item)."""

    method: str
    route: str
    role: str
    own: bool
    expected: str

    @property
    def refused(self) -> bool:
        return self.expected in (EMPTY, INSIDE) or int(self.expected) >= 400

    def __str__(self) -> str:
        return f"{self.method} {self.route} by {self.role}, {'own' if self.own else 'other'}: {self.expected}"


def cells() -> dict[tuple[str, str], list[Cell]]:
    """The matrix by route; a cell with one answer asks for what belongs to nobody."""
    found: dict[tuple[str, str], list[Cell]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            method, route = row.pop("method"), row.pop("route")
            of_route = found.setdefault((method, route), [])
            for role, written in row.items():
                for own, expected in zip((True, False), written.split("/"), strict=False):
                    of_route.append(Cell(method, route, role, own, expected))
    return found


MATRIX = cells()


@dataclass
class Court:
    """The server and its world, and how a cell is tried."""

    api: Api
    world: RightsWorld

    @cached_property
    def tables(self) -> str:
        """One question that counts the rows of every table."""
        with psycopg.connect(self.world.database.url) as connection:
            names = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        counted = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in sorted(set(names) - TRACES))
        return f"SELECT * FROM ({counted}) AS counted ORDER BY 1"

    def rows(self) -> list[Any]:
        """How many rows every table holds."""
        with psycopg.connect(self.world.database.url) as connection:
            return connection.execute(self.tables).fetchall()

    def side(self, cell: Cell) -> Side:
        """Whose documents the cell is about."""
        whose = REQUESTS[cell.method, cell.route].whose
        if cell.own or whose in ("nobody", "person"):
            other = OWN
        else:
            other = SAME_BOOK if whose == "party" and cell.role in WITHIN_A_BOOK else ELSEWHERE
        return self.world.sides[other.town]

    def made(self, cell: Cell) -> Asked:
        """A request for the cell, with documents of its own."""
        case = Case(self.api, self.world, self.side(cell), LOGINS[cell.role], cell.own)
        return REQUESTS[cell.method, cell.route].make(case)

    def sent(self, cell: Cell, asked: Asked) -> httpx2.Response:
        """The answer of the server to whoever asks."""
        client = self.client(LOGINS[cell.role])
        given = {"json": asked.json, "data": asked.form, "files": asked.files, "params": asked.params}
        present = {name: value for name, value in given.items() if value is not None}
        return client.request(cell.method, asked.path, headers=key() if cell.method == "POST" else {}, **present)

    def client(self, login: str) -> httpx2.Client:
        """Whoever asks, logged in anew when an earlier cell ended the session: a new password, a token revoked."""
        if not login:
            return self.api.stranger
        if self.api.as_(login).get("/v1/token").status_code == 401:
            self.api.forget(login)
        return self.api.as_(login)

    def groups(self, refused: Iterable[Cell]) -> Iterator[tuple[Asked, list[Cell]]]:
        """Refused cells with the request that they share: it changes nothing, so one serves for all who may not send it."""
        shared: dict[tuple[Any, ...], tuple[Asked, list[Cell]]] = {}
        for cell in refused:
            same = (cell.own, self.side(cell).town, cell.role if REQUESTS[cell.method, cell.route].personal else "")
            if same not in shared:
                shared[same] = (self.made(cell), [])
            shared[same][1].append(cell)
        yield from shared.values()


@pytest.fixture(scope="module")
def court(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    with copied(server_url, template) as database:
        world = RightsWorld.create(database)
        let_everybody_in(database, world)
        with served(Services(database, settings, Tokens.from_settings(settings))) as url:
            api = Api(World(database), url)
            yield Court(api, world)
            api.close()


def let_everybody_in(database: Database, world: RightsWorld) -> None:
    """Whoever asks, and peio, whose things others ask for."""
    for login in [*filter(None, LOGINS.values()), "peio"]:
        set_password(database, login, PASSWORD, world.actor("administrator"))


def test_the_matrix_has_every_route_and_no_other(court: Court) -> None:
    document = court.api.stranger.get("/v1/openapi.json").json()
    routes = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    assert set(MATRIX) == routes
    assert set(REQUESTS) == routes


@pytest.mark.parametrize("route", MATRIX, ids=" ".join)
def test_each_may_do_what_the_matrix_says_and_nothing_else(court: Court, route: tuple[str, str]) -> None:
    wrong = []
    for asked, refused in court.groups(cell for cell in MATRIX[route] if cell.refused):
        before = court.rows()
        for cell in refused:
            wrong += judged(cell, asked, court.sent(cell, asked))
        if court.rows() != before:
            wrong.append(f"{refused[0]} and its like changed something")
    for cell in MATRIX[route]:
        if not cell.refused:
            asked = court.made(cell)
            wrong += judged(cell, asked, court.sent(cell, asked))
    assert not wrong


def judged(cell: Cell, asked: Asked, answer: httpx2.Response) -> list[str]:
    """What is wrong with an answer."""
    shown = bool(asked.shows) and asked.shows in answer.text
    if cell.expected == EMPTY:
        fits = answer.status_code == 200 and not shown
    elif cell.expected == INSIDE:
        problems = [each["problem"] for each in answer.json()["answers"]] if answer.status_code == 200 else []
        fits = bool(problems) and all(problem and problem["status"] == 403 for problem in problems)
    else:
        fits = answer.status_code == int(cell.expected) and shown == (bool(asked.shows) and answer.is_success)
    return [] if fits else [f"{cell}: {answer.status_code} {answer.text[:300]}"]


@pytest.mark.parametrize(
    "route", [route for route, row in MATRIX.items() if any(cell.expected in ("403", "404") for cell in row)], ids=" ".join
)
def test_the_database_alone_refuses_the_same(court: Court, route: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """With the first wall down nothing of another's is shown, and nothing that a person may not do is written."""
    refused = [cell for cell in MATRIX[route] if cell.expected in ("403", "404") and cell.role != "stranger"]
    groups = list(court.groups(refused))
    take_down(monkeypatch)
    wrong = []
    for asked, alike in groups:
        before = court.rows()
        for cell in alike:
            answer = court.sent(cell, asked)
            seen = bool(asked.shows) and asked.shows in answer.text
            written = cell.method == "POST" and answer.is_success
            if answer.status_code >= 500 or seen or written:
                wrong.append(f"{cell}: {answer.status_code} {answer.text[:300]}")
        if court.rows() != before:
            wrong.append(f"{alike[0]} and its like changed something")
    assert not wrong
