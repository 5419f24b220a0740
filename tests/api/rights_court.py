"""How a cell of the rights matrix is tried: who asks what about whose documents, and what is wrong with the answer."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx2
import psycopg
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from monnaielocale.store.queries import query
from tests.api.rights_requests import REQUESTS, Asked, Case
from tests.api.rights_sides import ELSEWHERE, OWN, SAME_BOOK, Side
from tests.api.rights_world import RightsWorld
from tests.serving import PASSWORD, Api, key

# Whatever declares requests is named so; a new subject is a new file beside the others.
for _file in sorted(Path(__file__).parent.glob("rights_requests_*.py")):
    import_module(f"tests.api.{_file.stem}")

TABLE = Path(__file__).with_name("rights.csv")
# Who asks for each column of the matrix; an auditor with a party is one of that party's only.
LOGINS = {
    "stranger": "",
    "town_preparer": "preparer",
    "town_signer": "signer",
    "public_accountant": "treasurer",
    "desk_clerk": OWN.clerk,
    "association_operator": "operator",
    "association_accountant": "accountant",
    "member": "maite",
    "auditor": "auditor",
    "administrator": "administrator",
    "association_auditor": "association-auditor",
    "town_auditor": "town-auditor",
}
# For whom what belongs to another party may stand in the same book.
WITHIN_A_BOOK = {"town_preparer", "town_signer", "public_accountant", "desk_clerk", "member", "town_auditor"}
# Whoever asks leaves traces of being asked, whatever the answer is.
TRACES = {
    "login_attempt",
    "login_session",
    "login_session_end",
    "access_token",
    "refresh_token",
    "refresh_token_use",
    "login_shift_act",
}
# Whoever asks here says in the body who they are, or has nothing to say.
OPEN = {("POST", "/v1/token"), ("POST", "/v1/token/renew"), ("POST", "/v1/token/revoke"), ("POST", "/v1/token/unlock")}
EMPTY, INSIDE, THEIRS = "empty", "inside", "*"
PATIENCE_SECONDS = 30.0
Route = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """One question of the matrix and its answer: a status, `empty` (nothing of it is shown) or `inside` (refused per item).

    With a star the program refuses what the database would show, since it shows it to the same person at another route.
    """

    method: str
    route: str
    role: str
    own: bool
    expected: str
    theirs: bool = False

    @property
    def refused(self) -> bool:
        return self.expected in (EMPTY, INSIDE) or int(self.expected) >= 400

    @property
    def of_rights(self) -> bool:
        """Refused because of who asks, whose token is in order."""
        return self.expected in (EMPTY, INSIDE, "403", "404") and self.role != "stranger"

    @property
    def leaves(self) -> bool:
        """Whether the request leaves everything as it is."""
        return self.refused or self.method == "GET"

    def __str__(self) -> str:
        return f"{self.method} {self.route} by {self.role}, {'own' if self.own else 'other'}: {self.expected}"


def read_matrix() -> dict[Route, list[Cell]]:
    """The matrix by route; a cell with one answer asks for what belongs to nobody."""
    found: dict[Route, list[Cell]] = {}
    with TABLE.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, strict=True):
            route = row.pop("method"), row.pop("route")
            assert route not in found, f"{route} stands twice in the matrix"
            found[route] = [
                Cell(*route, role, own, expected.removesuffix(THEIRS), expected.endswith(THEIRS))
                for role, written in row.items()
                for own, expected in zip((True, False), written.split("/"), strict=False)
            ]
    return found


MATRIX = read_matrix()


@dataclass
class Court:
    """A server, its world, and the connection that counts what there is."""

    api: Api
    world: RightsWorld
    counting: psycopg.Connection[Any]

    @cached_property
    def question(self) -> str:
        """One question that counts the rows of every table."""
        tables = self.counting.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        counted = (f"SELECT '{name}', count(*) FROM {name}" for (name,) in tables if name not in TRACES)
        return " UNION ALL ".join(counted)

    def rows(self) -> dict[str, int]:
        """How many rows every table holds."""
        return dict(self.counting.execute(self.question).fetchall())

    def let_in(self, *logins: str) -> None:
        """People get the password that everybody has here, hashed with the least effort since they log in often."""
        hashed = PasswordHash([Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1)]).hash(PASSWORD)
        with self.counting.transaction():
            self.counting.execute(query("name_who_acts"), {"person_id": self.world.actor("administrator").person_id})
            self.counting.execute(
                "INSERT INTO person_password (person_id, recorded_at, hash)"
                " SELECT id, clock_timestamp(), %s FROM person WHERE login = ANY (%s)",
                [hashed, list(logins)],
            )

    def side(self, cell: Cell) -> Side:
        """Whose documents the cell is about."""
        whose = REQUESTS[cell.method, cell.route].whose
        if cell.own or whose in ("nobody", "person"):
            other = OWN
        else:
            other = SAME_BOOK if whose == "party" and cell.role in WITHIN_A_BOOK else ELSEWHERE
        return self.world.sides[other.town]

    def made(self, cell: Cell) -> Asked:
        """A request for the cell, with documents of its own if it is to have an effect."""
        case = Case(self.api, self.world, self.side(cell), LOGINS[cell.role], cell.own, fresh=not cell.leaves)
        return REQUESTS[cell.method, cell.route].make(case)

    def requests(self, cells: Iterable[Cell]) -> list[tuple[Cell, Asked]]:
        """Cells that leave everything as it is with their requests, of which one serves for all who may ask in the same words."""
        shared: dict[tuple[Any, ...], Asked] = {}
        paired = []
        for cell in cells:
            same = (cell.own, self.side(cell).town, LOGINS[cell.role] if REQUESTS[cell.method, cell.route].personal else "")
            if same not in shared:
                shared[same] = self.made(cell)
            paired.append((cell, shared[same]))
        return paired

    def sent(self, cell: Cell, asked: Asked) -> httpx2.Response:
        """The answer of the server to whoever asks."""
        login = LOGINS[cell.role]
        client = self.api.as_(login) if login else self.api.stranger
        given = {"json": asked.json, "data": asked.form, "files": asked.files, "params": asked.params}
        present = {name: value for name, value in given.items() if value is not None}
        answer = client.request(cell.method, asked.path, headers=key() if cell.method == "POST" else {}, **present)
        if REQUESTS[cell.method, cell.route].ending and cell.own and answer.is_success:
            self.api.forget(login)
            self.let_in(login)
        return answer


def seen(asked: Asked, answer: httpx2.Response) -> bool:
    """Whether an answer shows the documents; a refusal says again what was asked for, and nothing else."""
    return answer.is_success and bool(asked.shows) and asked.shows in answer.text


def hidden(asked: Asked, answer: httpx2.Response) -> bool:
    """Whether nothing is shown because the database shows nothing: nobody was asked for a role or a party."""
    if answer.status_code == 200:
        return not seen(asked, answer)
    return answer.status_code == 404 or answer.json()["code"] == "not_for_you"


def refused_inside(answer: httpx2.Response) -> bool:
    """Whether a request was answered, and every part of it refused for want of rights."""
    problems = [each["problem"] for each in answer.json().get("answers", ())] if answer.status_code == 200 else []
    return bool(problems) and all(problem and problem["status"] == 403 for problem in problems)


def faults(cell: Cell, asked: Asked, answer: httpx2.Response) -> list[str]:
    """What is wrong with an answer."""
    if cell.expected == EMPTY:
        fits = answer.status_code == 200 and not seen(asked, answer)
    elif cell.expected == INSIDE:
        fits = refused_inside(answer)
    else:
        fits = answer.status_code == int(cell.expected) and seen(asked, answer) == (bool(asked.shows) and answer.is_success)
    return [] if fits else [told(cell, answer)]


def unlogged(refused: Sequence[tuple[Cell, httpx2.Response]], log: Sequence[Mapping[str, Any]]) -> list[str]:
    """Refusals of access without a line of the log that says who was refused what; a line comes a moment after its answer."""
    until = monotonic() + PATIENCE_SECONDS
    while True:
        told_of = {line["request_id"]: line for line in list(log) if line["event"] == "access_refused"}
        missing = [cell for cell, answer in refused if not _fits(cell, answer, told_of.get(answer.headers["x-request-id"], {}))]
        if not missing or monotonic() > until:
            return [f"{cell}: nothing in the log" for cell in missing]
        sleep(0.01)


def _fits(cell: Cell, answer: httpx2.Response, line: Mapping[str, Any]) -> bool:
    if cell.expected == INSIDE:
        return line.get("status") == 403 and line["parts"] == len(answer.json()["answers"])
    code = answer.json()["code"]
    known = cell.role == "stranger" or (cell.method, cell.route) in OPEN or "person" in line
    said = (line.get("route"), line.get("method"), line.get("status"), line.get("code"))
    return known and said == (cell.route, cell.method, answer.status_code, code)


def told(cell: Cell, answer: httpx2.Response) -> str:
    """A cell with an answer that does not fit."""
    return f"{cell}: {answer.status_code} {answer.text[:300]}"


__all__ = [
    "EMPTY",
    "INSIDE",
    "LOGINS",
    "MATRIX",
    "Cell",
    "Court",
    "Route",
    "faults",
    "hidden",
    "refused_inside",
    "seen",
    "told",
    "unlogged",
]
