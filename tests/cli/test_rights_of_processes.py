"""Rights are those of the moment in every process that serves: nothing that one of them knew a moment ago opens anything."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from monnaielocale.store.database import Database
from tests.serve_command import PATIENCE, Serving, serving
from tests.serving import PASSWORD, key, prepared

ASKED = 16


@contextmanager
def two_processes(database: Database, folder: Path) -> Iterator[Serving]:
    with serving(folder, "--workers", "2", DATABASE_URL=database.url) as running:
        yield running
        assert running.stop() == 0
        pids = {line["event"] for line in running.lines() if line["event"].startswith("Started server process")}
        assert len(pids) == 2


def statuses(running: Serving, client: httpx2.Client) -> set[int]:
    """How a person is answered by whichever process takes each of many connections."""
    headers = dict(client.headers)

    def once(_: int) -> int:
        with httpx2.Client(base_url=running.url, headers=headers, timeout=PATIENCE) as one:
            return one.get("/v1/members").status_code

    with ThreadPoolExecutor(8) as together:
        return set(together.map(once, range(ASKED)))


def changed(administrator: httpx2.Client, path: str, body: dict[str, str]) -> None:
    answer = administrator.post(f"/v1/people/operator/{path}", json=body, headers=key())
    assert answer.status_code == 200, answer.text


@pytest.fixture
def served_twice(database: Database, tmp_path: Path) -> Iterator[Serving]:
    prepared(database)
    with two_processes(database, tmp_path) as running:
        yield running


def test_a_role_is_gone_in_every_process_as_soon_as_it_is_taken_back(served_twice: Serving) -> None:
    operator, administrator = (served_twice.login(login, PASSWORD) for login in ("operator", "administrator"))
    for _ in range(3):
        assert statuses(served_twice, operator) == {200}
        changed(administrator, "roles/withdraw", {"role": "association_operator"})
        assert statuses(served_twice, operator) == {403}
        changed(administrator, "roles", {"role": "association_operator"})


def test_a_session_is_over_in_every_process_as_soon_as_it_is_ended(served_twice: Serving) -> None:
    first, second, administrator = (served_twice.login(login, PASSWORD) for login in ("operator", "operator", "administrator"))
    assert statuses(served_twice, first) == statuses(served_twice, second) == {200}
    token = str(first.headers["Authorization"]).removeprefix("Bearer ")
    assert first.post("/v1/token/revoke", json={"token": token}).status_code == 204
    assert statuses(served_twice, first) == {401}
    assert statuses(served_twice, second) == {200}
    changed(administrator, "log-out", {})
    assert statuses(served_twice, second) == {401}
