"""How the tests talk to the API: requests under a key, what is refused, and lists page by page."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import httpx2

from tests.bank_files import Bank, on
from tests.desks import Pool
from tests.matching import NAMES
from tests.serving import Api, let_in
from tests.towns import drafting, mandates_in_force
from tests.world import BOOK, MEMBER_IBAN, TOWN

DAY = "2026-01-20"


def officials(api: Api, cents: int | None = None) -> Bank:
    """On 20 January: three officials who gave a mandate, of at most so many cents if said; answers the association's bank."""
    api.world.on = on(20)
    for number, name in NAMES.items():
        api.world.enrol(number, name, iban=MEMBER_IBAN)
    mandates_in_force(api.world, *(drafting(api.world, number, cents) for number in NAMES))
    return Bank()


def people_at_desk(api: Api) -> None:
    """Who meets at the pool: two of the town, one of whom is to be its head, and a member; they can log in."""
    for login in ("pool-head", "xan"):
        api.world.add(login, TOWN, "desk_clerk")
    member = api.world.enrol("E00077", "Maddi Etxe")
    api.world.add("maddi", f"{BOOK}:{member}", "member")
    for login in ("pool-head", "xan", "maddi"):
        let_in(api.world, login)


def open_pool(api: Api) -> None:
    """The pool is open with those people at their posts, and has its float."""
    people_at_desk(api)
    pool = Pool(api.world)
    pool.open()
    pool.name("pool-head", "head")
    pool.name("xan", "clerk")
    api.world.move_notes("printed", *((each, 200_00) for each in (100, 200, 500)))
    pool.receive(100_00)


def post(
    api: Api, login: str, path: str, body: Any = None, *, key: str | None = None, book: str | None = None, **more: Any
) -> httpx2.Response:
    """A request under a key of its own unless one is given; a body without a day is dated as the world is."""
    headers = {"Idempotency-Key": key or uuid4().hex} | more.pop("headers", {})
    if "files" in more:
        more["data"] = {"on": api.world.on.isoformat()} | (body or {})
    else:
        more["json"] = {"on": api.world.on.isoformat()} | (body or {})
    params = {"book": book} if book else None
    return api.as_(login).post(f"/v1{path}", params=params, headers=headers, **more)


def get(api: Api, login: str, path: str, **params: Any) -> httpx2.Response:
    return api.as_(login).get(f"/v1{path}", params=params)


def done(answer: httpx2.Response, status: int = 200) -> dict[str, Any]:
    """What was answered, with this status."""
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def refused(answer: httpx2.Response) -> tuple[int, str]:
    """The status and the code of a problem document."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    assert answer.json()["status"] == answer.status_code
    return answer.status_code, str(answer.json()["code"])


def replayed(answer: httpx2.Response) -> bool:
    return answer.headers.get("Idempotency-Replayed") == "true"


def pages(api: Api, login: str, path: str, **params: Any) -> Iterator[list[dict[str, Any]]]:
    """The pages of a list, one after the other."""
    cursor: str | None = ""
    while cursor is not None:
        page = done(get(api, login, path, **params | ({"cursor": cursor} if cursor else {})))
        yield page["items"]
        cursor = page["next"]


def everything(api: Api, login: str, path: str, **params: Any) -> list[dict[str, Any]]:
    """A whole list."""
    return [item for page in pages(api, login, path, **params) for item in page]


def at_once(*requests: Any) -> list[Any]:
    """What each of several requests is answered that are sent at the same moment."""
    with ThreadPoolExecutor(len(requests)) as together:
        return [each.result() for each in [together.submit(request) for request in requests]]


def job_done(api: Api, login: str, accepted: httpx2.Response) -> dict[str, Any]:
    """The job of an answer once it has ended."""
    assert accepted.status_code == 202, accepted.text
    for _ in range(600):
        job: dict[str, Any] = api.as_(login).get(accepted.headers["Location"]).json()
        if job["state"] in ("done", "refused"):
            return job
        time.sleep(0.1)
    raise AssertionError(f"the job does not end: {job}")
