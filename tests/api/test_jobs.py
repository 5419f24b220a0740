"""Jobs over HTTP: small work is answered at once, long work with a job, and everybody sees their own."""

from collections.abc import Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient

from monnaielocale.actions.open_runs import OpenRun, open_runs
from monnaielocale.api import jobs
from monnaielocale.api.access import Keyed
from monnaielocale.api.application import create_app
from monnaielocale.api.bodies import StrictRoute
from monnaielocale.api.fields import Body, Shape
from monnaielocale.api.jobs import ACCEPTED, ROWS_AT_ONCE, Prefer, prefers_job, shown_as, within_or_job
from monnaielocale.api.services import Services
from monnaielocale.api.tokens import Tokens
from monnaielocale.settings import Settings
from monnaielocale.store.database import Database
from tests.serving import PASSWORD, prepared
from tests.towns import mandate_in_force
from tests.world import BOOK, MEMBER_IBAN, MONDAY, TOWN, World

# The lists of a town, in the shortest form that they can have.
lists = APIRouter(prefix="/v1/lists", route_class=StrictRoute)


class ListAsked(Body):  # type: ignore[misc]
    """As many payments of one euro to one member as are asked for."""

    number: str
    member: str = "E00001"
    count: int = 1


class ListOpened(Shape):  # type: ignore[misc]
    """What became of a list."""

    run: str
    payments: int


def _opened(done: dict[str, Any]) -> ListOpened:
    return ListOpened(run=done["run"], payments=done["payment_count"])


@lists.post("", status_code=201, responses=ACCEPTED)
async def open_list(body: ListAsked, who: Keyed, prefer: Prefer = None) -> ListOpened:
    """Open a list as a run."""
    rows = tuple({"member_number": body.member, "amount_cents": 100 + number} for number in range(body.count))
    kind, month = "official_allowance", "2026-01"
    item = OpenRun(who.actor, BOOK, TOWN, kind, month, body.number, "", b"", MONDAY, rows, key=who.key)
    return _opened(await within_or_job(who, open_runs, item, rows=body.count, prefer=prefer))


class Desk:
    """People at their programs, and the world behind them."""

    def __init__(self, world: World, client: TestClient) -> None:
        self.world = world
        self._client = client
        self._tokens: dict[str, str] = {}

    def send(self, login: str, method: str, path: str, *, key: str = "", body: Any = None, **headers: str) -> Any:
        if login not in self._tokens:
            answer = self._client.post("/v1/token", json={"login": login, "password": PASSWORD})
            self._tokens[login] = answer.json()["access_token"]
        given = {"Authorization": f"Bearer {self._tokens[login]}", "Accept-Language": "en", **headers}
        if method == "POST":
            given["Idempotency-Key"] = key or uuid4().hex
        return self._client.request(method, path, json=body, headers=given)

    def open(self, number: str, count: int = 1, *, key: str = "", member: str = "E00001", **headers: str) -> Any:
        body = {"number": number, "count": count, "member": member}
        return self.send("preparer", "POST", "/v1/lists", key=key, body=body, **headers)

    def ended(self, location: str, login: str = "preparer") -> dict[str, Any]:
        """A job once it has ended; its percentages never went back."""
        until, seen = monotonic() + 60, 0
        while True:
            answer = self.send(login, "GET", location)
            job: dict[str, Any] = answer.json()
            assert answer.status_code == 200, job
            assert job["percent"] >= seen
            seen = job["percent"]
            if job["state"] in ("done", "refused"):
                assert "Retry-After" not in answer.headers
                return job
            assert answer.headers["Retry-After"] == "1"
            assert monotonic() < until
            sleep(0.02)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Iterator[Desk]:
    world = prepared(database)
    world.enrol("E00001", "Ane Etxeberri", iban=MEMBER_IBAN)
    mandate_in_force(world, "E00001")
    settings = Settings(data=tmp_path)
    app = create_app(Services(database, settings, Tokens.from_settings(settings)))
    app.include_router(lists)
    with TestClient(app) as client:
        yield Desk(world, client)


def test_small_work_is_answered_within_its_request(desk: Desk) -> None:
    answer = desk.open("1", 2)
    assert (answer.status_code, answer.json()["payments"]) == (201, 2)
    assert desk.world.count("job") == 0


def test_long_work_is_answered_with_a_job_that_ends_as_the_request_would_have(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The routes of the product show the same jobs in their own way, and go on doing so after this test.
    monkeypatch.setattr(jobs, "_results", {})
    shown_as(open_runs, _opened)
    answer = desk.open("1", ROWS_AT_ONCE + 1)
    assert answer.status_code == 202
    assert answer.headers["Retry-After"] == "1"
    assert answer.json()["state"] in ("waiting", "running")
    job = desk.ended(answer.headers["Location"])
    assert (job["state"], job["percent"], job["attempts"]) == ("done", 100, 1)
    assert job["result"] == {"run": job["result"]["run"], "payments": ROWS_AT_ONCE + 1}
    assert job["problem"] is None
    assert job["asked_at"] <= job["started_at"] <= job["ended_at"]
    assert desk.world.count("payment_run") == 1


def test_who_does_not_want_to_wait_gets_a_job_for_small_work_too(desk: Desk) -> None:
    answer = desk.open("1", Prefer="respond-async, wait=10")
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "respond-async")
    assert desk.ended(answer.headers["Location"])["state"] == "done"


def test_the_same_request_again_is_answered_with_the_same_job(desk: Desk) -> None:
    first, second = (desk.open("1", key="list-1", Prefer="respond-async") for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    done = desk.ended(first.headers["Location"])
    again = desk.open("1", key="list-1", Prefer="respond-async")
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (202, done["id"], "done")
    within = desk.open("1", key="list-1")
    assert (within.status_code, within.headers["Idempotency-Replayed"]) == (201, "true")
    other = desk.open("2", key="list-1", Prefer="respond-async")
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert desk.world.count("payment_run") == 1


def test_a_refused_job_shows_the_problem_with_every_row_in_the_language_of_who_reads(desk: Desk) -> None:
    location = desk.open("1", ROWS_AT_ONCE + 1, member="E99999").headers["Location"]
    job = desk.ended(location)
    assert (job["state"], job["result"]) == ("refused", None)
    problem = job["problem"]
    assert (problem["status"], problem["code"], len(problem["errors"])) == (422, "rows_refused", ROWS_AT_ONCE + 1)
    assert (problem["errors"][0]["row"], problem["errors"][0]["code"]) == (1, "member_unknown")
    french = desk.send("preparer", "GET", location, **{"Accept-Language": "fr"}).json()["problem"]
    assert french["detail"].startswith("La liste comporte des fautes")
    assert french["instance"] == job["id"]


def test_a_job_is_shown_to_nobody_else(desk: Desk) -> None:
    location = desk.open("1", Prefer="respond-async").headers["Location"]
    for login in ("signer", "operator", "administrator", "auditor"):
        answer = desk.send(login, "GET", location)
        assert (answer.status_code, answer.json()["code"]) == (404, "job_unknown")
        assert desk.send(login, "GET", "/v1/jobs").json() == {"items": [], "next": None}
    assert desk.send("preparer", "GET", f"/v1/jobs/{uuid4()}").status_code == 404


def test_who_lacks_the_role_gets_no_job(desk: Desk) -> None:
    body = {"number": "1", "count": ROWS_AT_ONCE + 1}
    answer = desk.send("treasurer", "POST", "/v1/lists", body=body)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert desk.world.count("job") == 0


def test_jobs_are_listed_page_by_page_the_latest_first(desk: Desk) -> None:
    ids = [desk.open(str(number), Prefer="respond-async").json()["id"] for number in range(5)]
    first = desk.send("preparer", "GET", "/v1/jobs?limit=3").json()
    rest = desk.send("preparer", "GET", f"/v1/jobs?limit=3&cursor={first['next']}").json()
    assert [job["id"] for job in first["items"] + rest["items"]] == ids[::-1]
    assert rest["next"] is None
    for cursor in ("x", "WyIxIiwiMiJd", "WyIyMDI2LTAxLTAxIiwiMDAwMDAwMDAtMDAwMC0wMDAwLTAwMDAtMDAwMDAwMDAwMDAwIl0"):
        answer = desk.send("preparer", "GET", f"/v1/jobs?cursor={cursor}")
        assert (answer.status_code, answer.json()["code"]) == (400, "cursor_unfit")


@pytest.mark.parametrize("written", ["respond-async", "wait=5, Respond-Async", "handling=lenient,respond-async;x=1"])
def test_the_preference_is_read_as_it_may_be_written(written: str) -> None:
    assert prefers_job(written)


@pytest.mark.parametrize("written", [None, "", "wait=5", "respond-asynchronously", "return=minimal"])
def test_another_preference_is_none_of_ours(written: str | None) -> None:
    assert not prefers_job(written)
