"""A clerk's session over HTTP: it lasts the shift, locks when idle, opens with a short code on its device, and is revocable."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest

from monnaielocale.actions.shifts import ShiftBegun, begin_shift_at_desk
from monnaielocale.domain.shifts import SHIFT_LIFETIME, SessionLocked, ShortCodeWrong
from monnaielocale.store.sessions import RenewalRefused, TokensGiven, callers_asking, callers_of, log_in, renew, unlock
from monnaielocale.words import PARIS
from tests.desks import POOL, Pool
from tests.serving import PASSWORD, Api, let_in
from tests.world import World

CODE, WRONG = "4071", "1740"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def pool(api: Api) -> Iterator[Api]:
    """The pool is open, and its clerk can log in."""
    api.world.on = datetime.now(PARIS).date()
    Pool.opened(api.world)
    let_in(api.world, "pool-clerk")
    yield api


def begin(api: Api, login: str = "pool-clerk", code: str = CODE, desk: str = POOL) -> httpx2.Response:
    return api.as_(login).post("/v1/token/shift", json={"desk": desk, "code": code})


def opened(api: Api, device_key: str, code: str = CODE) -> httpx2.Response:
    return api.stranger.post("/v1/token/unlock", json={"device_key": device_key, "code": code})


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_clerk_locks_the_session_and_opens_it_with_the_short_code(pool: Api) -> None:
    begun = begin(pool).json()
    assert begun["idle_minutes"] > 0
    clerk = pool.as_("pool-clerk")
    assert clerk.get("/v1/me").status_code == 200
    assert clerk.post("/v1/token/lock").status_code == 204
    assert told(clerk.get("/v1/me")) == (401, "session_locked")
    answer = opened(pool, begun["device_key"])
    assert (answer.status_code, answer.json()["person"]["login"]) == (200, "pool-clerk")
    assert answer.headers["Cache-Control"] == "no-store"
    # The session is the same: the token that was there before opens as well.
    assert clerk.get("/v1/me").status_code == 200


def test_a_locked_session_renews_nothing_and_keeps_its_refresh_token(pool: Api) -> None:
    given = pool.login("pool-clerk")
    bearing = {"Authorization": f"Bearer {given['access_token']}", "Accept-Language": "en"}
    begun = pool.stranger.post("/v1/token/shift", json={"desk": POOL, "code": CODE}, headers=bearing).json()
    assert pool.stranger.post("/v1/token/lock", headers=bearing).status_code == 204
    renewal = {"refresh_token": given["refresh_token"]}
    assert told(pool.stranger.post("/v1/token/renew", json=renewal)) == (401, "session_locked")
    assert opened(pool, begun["device_key"]).status_code == 200
    assert pool.stranger.post("/v1/token/renew", json=renewal).status_code == 200


def test_wrong_codes_end_the_session(pool: Api) -> None:
    begun = begin(pool).json()
    left = [opened(pool, begun["device_key"], WRONG).json()["values"]["left"] for _ in range(5)]
    assert left == [4, 3, 2, 1, 0]
    assert told(opened(pool, begun["device_key"])) == (401, "renewal_refused")
    assert told(pool.as_("pool-clerk").get("/v1/me")) == (401, "token_refused")


def test_a_session_is_revocable_at_once_also_when_locked(pool: Api) -> None:
    begun = begin(pool).json()
    assert pool.as_("pool-clerk").post("/v1/token/lock").status_code == 204
    assert pool.as_("administrator").post("/v1/people/pool-clerk/log-out").json()["sessions_ended"] == 1
    assert told(opened(pool, begun["device_key"])) == (401, "renewal_refused")


def test_only_people_named_for_the_desk_begin_a_shift_there_and_once(pool: Api) -> None:
    assert told(begin(pool, "preparer")) == (403, "role_missing")
    pool.world.add("other-clerk", "bayonne", "desk_clerk")
    let_in(pool.world, "other-clerk")
    assert told(begin(pool, "other-clerk")) == (403, "not_named_to_collect")
    assert told(begin(pool, desk="bayonne-tower")) == (404, "desk_unknown")
    assert told(begin(pool, code="1234")) == (422, "short_code_unfit")
    assert begin(pool).status_code == 200
    assert told(begin(pool)) == (409, "shift_already_begun")


def test_the_key_of_no_device_opens_nothing(pool: Api) -> None:
    assert told(opened(pool, "x" * 43)) == (401, "renewal_refused")
    assert told(opened(pool, "nothing of ours")) == (401, "renewal_refused")


class Clerk:
    """A clerk of the pool whose session is looked at as time goes by."""

    def __init__(self, world: World, moment: datetime) -> None:
        self.world, self.database = world, world.database
        self.given: TokensGiven = log_in(self.database, login="pool-clerk", password=PASSWORD, address="192.0.2.1", now=moment)
        caller = self.given.caller
        self.shift: ShiftBegun = begin_shift_at_desk(self.database, caller, desk=POOL, code=CODE, on=world.on, now=moment)

    def state(self, moment: datetime, look: Any = callers_of) -> str:
        token = self.given.caller.token_id
        with self.database.connect("writer", autocommit=True) as connection:
            found = look(connection, [token], moment).get(token)
        return "gone" if found is None else "locked" if found.locked else "open"

    def asks(self, moment: datetime) -> str:
        return self.state(moment, callers_asking)


@pytest.fixture
def clerk(pool: Api) -> Clerk:
    return Clerk(pool.world, datetime.now(UTC))


def test_it_stays_open_while_it_is_used_and_locks_when_it_is_not(clerk: Clerk) -> None:
    idle = clerk.shift.idle_minutes * MINUTE
    moment = clerk.given.issued_at
    # Looking at a session is not using it.
    assert clerk.state(moment + idle - MINUTE / 2) == "open"
    assert clerk.state(moment + idle + MINUTE / 2) == "locked"
    assert clerk.asks(moment + idle - MINUTE / 2) == "open"
    assert clerk.state(moment + idle + MINUTE / 2) == "open"
    assert clerk.asks(moment + 2 * idle + MINUTE) in ("locked", "gone")
    with pytest.raises(SessionLocked):
        renew(clerk.database, clerk.given.refresh_token, moment + 2 * idle + MINUTE)


def test_it_ends_with_the_shift_whatever_is_known(clerk: Clerk) -> None:
    after = clerk.given.issued_at + SHIFT_LIFETIME + MINUTE
    assert clerk.state(after) == "gone"
    with pytest.raises(RenewalRefused):
        unlock(clerk.database, device_key=clerk.shift.device_key, code=CODE, now=after)


def test_many_guesses_at_once_are_counted_as_many(clerk: Clerk) -> None:
    moment = datetime.now(UTC)

    def guess(number: int) -> str:
        try:
            unlock(clerk.database, device_key=clerk.shift.device_key, code=WRONG, now=moment + number * MINUTE / 60)
        except (ShortCodeWrong, RenewalRefused) as refusal:
            return refusal.code
        return "opened"

    with ThreadPoolExecutor(12) as threads:
        outcomes = list(threads.map(guess, range(12)))
    assert outcomes.count("short_code_wrong") == 5
    assert outcomes.count("renewal_refused") == 7
    assert clerk.state(moment) == "gone"


def test_neither_the_code_nor_the_key_of_the_device_is_kept(clerk: Clerk) -> None:
    with clerk.database.connect("writer") as connection:
        ((kept,),) = connection.execute("SELECT login_shift::text || encode(device_sha256, 'escape') FROM login_shift").fetchall()
    assert CODE not in kept.split("$argon2")[0]
    assert clerk.shift.device_key not in kept
