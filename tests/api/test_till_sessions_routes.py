"""A clerk's day over HTTP: the float, the day, a till opened, handed over, counted blindly and closed with what differs."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import httpx2
import pytest

from monnaielocale.words import PARIS
from tests.api.talking import done, refused
from tests.counter import COINS, NOTES, moved
from tests.desks import POOL, STAFF, Pool
from tests.invariants import check_invariants
from tests.serving import PASSWORD, Api, key, let_in

AT = f"/desks/{POOL}"


def pieces(counts: tuple[tuple[int, int], ...]) -> list[dict[str, int]]:
    return [{"denomination_cents": denomination, "count": count} for denomination, count in counts]


def post(api: Api, login: str, path: str, body: dict[str, Any]) -> httpx2.Response:
    return api.as_(login).post(f"/v1{path}", json=body, headers=key())


def count(notes: tuple[tuple[int, int], ...] = NOTES, euros: tuple[tuple[int, int], ...] = COINS) -> dict[str, Any]:
    return {"notes": pieces(notes), "euros": pieces(euros)}


@pytest.fixture
def pool(api: Api) -> Iterator[Api]:
    """The pool with its people and notes in the association's vault."""
    api.world.on = datetime.now(PARIS).date()
    api.world.move_notes("printed", *((each, 200_00) for each in (100, 200, 500)))
    Pool.opened(api.world)
    for login, _ in STAFF:
        let_in(api.world, login)
    yield api
    check_invariants(api.world.database)


def test_a_clerks_day_from_the_float_to_a_difference_of_one(pool: Api) -> None:
    assert refused(post(pool, "pool-clerk", f"{AT}/float/receive", {"amount_cents": 150_00})) == (403, "head_or_deputy_needed")
    received = done(post(pool, "pool-head", f"{AT}/float/receive", {"amount_cents": 150_00}), 201)
    assert (received["advance_cents"], received["euro_cents"], received["notes_cents"]) == (150_00, 150_00, 0)
    exchanged = post(pool, "pool-head", f"{AT}/float/exchange", {"till": "till-1", "notes": pieces(NOTES)})
    assert (done(exchanged, 201)["euro_cents"], exchanged.json()["notes_cents"]) == (110_00, 40_00)

    asked = {"till": "till-1", "count": count(), "float_euros_cents": 50_00}
    assert refused(post(pool, "pool-clerk", f"{AT}/sessions", asked)) == (409, "day_not_open")
    assert done(post(pool, "pool-clerk", f"{AT}/days", {}), 201)["business_on"] == str(pool.world.on)
    unexplained = post(pool, "pool-clerk", f"{AT}/sessions", asked | {"float_euros_cents": 40_00})
    assert refused(unexplained) == (422, "difference_unexplained")
    started = done(post(pool, "pool-clerk", f"{AT}/sessions", asked), 201)
    assert (started["till"], started["difference_cents"]) == ("till-1", 0)
    session = f"{AT}/sessions/{started['session_id']}"
    seen = pool.as_("pool-head").get(f"/v1{AT}/sessions").json()
    assert (seen["day"], seen["day_state"]) == (str(pool.world.on), "open")
    told = [(one["session_id"], one["till"], one["clerk"], one["state"]) for one in seen["items"]]
    assert told == [(started["session_id"], "till-1", "pool-clerk", "open")]

    signature = {"taken_by": "pool-deputy", "password": "not the password at all", "count": count()}
    assert refused(post(pool, "pool-clerk", f"{session}/take-over", signature)) == (401, "login_refused")
    taken = done(post(pool, "pool-clerk", f"{session}/take-over", signature | {"password": PASSWORD}), 201)
    assert taken["difference_cents"] == 0
    assert refused(post(pool, "pool-clerk", f"{session}/count", {"count": count()})) == (403, "session_of_another")

    lacking = count(notes=moved(NOTES, c100=-1))
    assert refused(post(pool, "pool-deputy", f"{session}/close", {})) == (409, "session_not_counted")
    counted = done(post(pool, "pool-deputy", f"{session}/count", {"count": lacking}), 201)
    assert "expected_cents" not in counted
    assert refused(post(pool, "pool-deputy", f"{session}/close", {})) == (422, "difference_unexplained")
    closed = done(post(pool, "pool-deputy", f"{session}/close", {"reason": "A note was given twice"}), 201)
    assert (closed["difference_cents"], closed["left_notes_cents"]) == (-1_00, 39_00)
    assert {"denomination_cents": 100, "count": 19} in closed["left_notes"]


def test_strangers_to_the_desk_do_nothing_there(pool: Api) -> None:
    for login in ("signer", "operator", "auditor"):
        assert refused(post(pool, login, f"{AT}/days", {})) == (403, "role_missing")
    assert refused(post(pool, "pool-head", "/desks/bayonne-tower/days", {})) == (404, "book_unknown")
    odd = {"till": "till-1", "count": {"notes": pieces(((300, 1),)), "euros": []}}
    done(post(pool, "pool-clerk", f"{AT}/days", {}), 201)
    assert refused(post(pool, "pool-clerk", f"{AT}/sessions", odd)) == (422, "piece_unknown")
