"""Who is logged in: what opens a session, what renews it, and all that ends it at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from monnaielocale.domain.actors import RoleMissing
from monnaielocale.domain.attempts import TooManyAttempts, Tries
from monnaielocale.domain.people import LoginRefused, PersonUnknown
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Database
from monnaielocale.store.people import end_sessions_of, grant_role, set_password, withdraw_role
from monnaielocale.store.sessions import (
    ACCESS_LIFETIME,
    REFRESH_LIFETIME,
    SESSION_LIFETIME,
    Caller,
    RenewalRefused,
    TokensGiven,
    callers_of,
    log_in,
    log_out,
    log_out_by_token,
    prove_password,
    renew,
)
from tests.world import BOOK, ISSUER, TOWN, World

PASSWORD = "a long enough password"
NOW = datetime.now(UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
DESK, ELSEWHERE = "192.0.2.10", "198.51.100.7"


@pytest.fixture
def world(database: Database) -> World:
    world = World.create(database)
    set_password(database, "operator", PASSWORD, world.actor("administrator"))
    return world


def enter(
    world: World, *, login: str = "operator", password: str = PASSWORD, address: str = DESK, now: datetime = NOW
) -> TokensGiven:
    return log_in(world.database, login=login, password=password, address=address, now=now)


def caller(world: World, given: TokensGiven, now: datetime = NOW) -> Caller | None:
    with world.database.connect("writer") as connection:
        return callers_of(connection, [given.caller.token_id], now).get(given.caller.token_id)


def outcome(act: Callable[[], Any]) -> str:
    try:
        act()
    except Refusal as refusal:
        return refusal.code
    return "admitted"


def rows(world: World, sql: str) -> list[tuple[Any, ...]]:
    with world.database.connect("writer") as connection:
        return connection.execute(sql).fetchall()


def guess(world: World, *, login: str = "operator", address: str = ELSEWHERE, now: datetime = NOW) -> str:
    return outcome(lambda: enter(world, login=login, password="a guess of the password", address=address, now=now))


def guess_until_refused(world: World, now: datetime = NOW, login: str = "operator") -> int:
    """How many guesses are looked at before the next one has to wait."""
    for number in range(20):
        if guess(world, login=login, now=now) == "too_many_attempts":
            return number
    raise AssertionError("nobody has to wait")


def test_whoever_knows_the_password_is_known_by_their_token(world: World) -> None:
    given = enter(world)
    known = caller(world, given)
    assert known is not None
    assert (known.actor, known.books, known.name) == (world.actor("operator"), (BOOK,), "Operator")
    assert given.caller == known


def test_only_fingerprints_are_kept(world: World) -> None:
    given = enter(world)
    ((kept,),) = rows(world, "SELECT encode(sha256, 'escape') FROM refresh_token")
    assert given.refresh_token not in kept
    attempts = str(rows(world, "SELECT login_attempt::text, encode(login_sha256, 'escape') FROM login_attempt"))
    assert "operator" not in attempts
    assert DESK not in attempts


@pytest.mark.parametrize(("login", "password"), [("operator", "another password"), ("nobody", PASSWORD), ("signer", PASSWORD)])
def test_a_wrong_password_an_unknown_login_and_one_without_password_are_refused_alike(
    world: World, login: str, password: str
) -> None:
    with pytest.raises(LoginRefused) as refused:
        enter(world, login=login, password=password)
    assert refused.value.values == {}
    assert world_is_untouched(world)


def world_is_untouched(world: World) -> bool:
    return rows(world, "SELECT 1 FROM login_session") == []


@pytest.mark.parametrize("password", ["\ud800" * 12, "x" * 100_000, "\0" * 20, ""])
def test_a_password_that_nobody_can_have_is_refused_like_any_other(world: World, password: str) -> None:
    with pytest.raises(LoginRefused):
        enter(world, password=password)


def test_an_access_token_runs_out(world: World) -> None:
    given = enter(world)
    assert given.expires_at - given.issued_at == ACCESS_LIFETIME
    assert caller(world, given, given.expires_at - SECOND) is not None
    assert caller(world, given, given.expires_at) is None


def test_many_tokens_are_asked_at_once_and_those_that_open_nothing_are_absent(world: World) -> None:
    first, second, ended = enter(world), enter(world), enter(world)
    log_out(world.database, ended.refresh_token, NOW)
    asked = [first.caller.token_id, second.caller.token_id, ended.caller.token_id, uuid4(), first.caller.token_id]
    with world.database.connect("writer") as connection:
        assert set(callers_of(connection, asked, NOW)) == {first.caller.token_id, second.caller.token_id}
        assert callers_of(connection, [], NOW) == {}


@pytest.mark.parametrize(
    ("login", "books"),
    [
        ("operator", (BOOK,)),
        ("preparer", (BOOK,)),
        ("auditor", (BOOK, "racine")),
        ("administrator", (BOOK, "racine")),
        ("member", (BOOK,)),
        ("stranger", ()),
        ("idle", ()),
    ],
)
def test_everyone_may_name_the_books_that_concern_them(world: World, login: str, books: tuple[str, ...]) -> None:
    world.load("chevreuse-racine.toml")
    number = world.enrol("E00001", "Ana")
    world.add("member", f"{BOOK}:{number}", "member")
    world.add("stranger", None)
    world.add("idle", ISSUER)
    set_password(world.database, login, PASSWORD, world.actor("administrator"))
    assert enter(world, login=login).caller.books == books


def test_a_role_that_is_given_or_taken_back_shows_at_the_next_request(world: World) -> None:
    administrator, given = world.actor("administrator"), enter(world)
    withdraw_role(world.database, "operator", "association_operator", administrator)
    known = caller(world, given)
    assert known is not None
    assert (known.actor.roles, known.books) == (frozenset(), ())
    grant_role(world.database, "operator", "association_accountant", administrator)
    known = caller(world, given)
    assert known is not None
    assert (known.actor.roles, known.books) == (frozenset({"association_accountant"}), (BOOK,))


def test_a_town_acts_for_itself(world: World) -> None:
    set_password(world.database, "preparer", PASSWORD, world.actor("administrator"))
    assert enter(world, login="preparer").caller.actor.party_code == TOWN


def test_a_renewal_gives_new_tokens_in_the_same_session(world: World) -> None:
    first = enter(world)
    second = renew(world.database, first.refresh_token, NOW + MINUTE)
    assert second.caller.session_id == first.caller.session_id
    assert second.caller.token_id != first.caller.token_id
    assert second.refresh_token != first.refresh_token
    assert caller(world, second, NOW + MINUTE) is not None
    assert caller(world, first, NOW + MINUTE) is not None


def test_a_refresh_token_that_comes_back_ends_its_session_and_no_other(world: World) -> None:
    stolen, other = enter(world), enter(world)
    renewed = renew(world.database, stolen.refresh_token, NOW + MINUTE)
    with pytest.raises(RenewalRefused):
        renew(world.database, stolen.refresh_token, NOW + 2 * MINUTE)
    assert caller(world, renewed, NOW + 2 * MINUTE) is None
    with pytest.raises(RenewalRefused):
        renew(world.database, renewed.refresh_token, NOW + 2 * MINUTE)
    assert caller(world, other, NOW + 2 * MINUTE) is not None
    assert rows(world, "SELECT reason FROM login_session_end") == [("replayed",)]


def test_of_two_renewals_in_the_same_moment_one_ends_the_session(world: World) -> None:
    given = enter(world)
    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(lambda _: outcome(lambda: renew(world.database, given.refresh_token, NOW)), range(4)))
    assert sorted(outcomes) == ["admitted", "renewal_refused", "renewal_refused", "renewal_refused"]
    assert caller(world, given) is None


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "é" * 43, "A" * 43 + "\n", "A" * 5000])
def test_an_unknown_refresh_token_is_refused(world: World, token: str) -> None:
    with pytest.raises(RenewalRefused):
        renew(world.database, token)
    with pytest.raises(RenewalRefused):
        log_out(world.database, token)


def test_an_access_token_renews_nothing(world: World) -> None:
    with pytest.raises(RenewalRefused):
        renew(world.database, str(enter(world).caller.token_id))


def test_a_refresh_token_runs_out(world: World) -> None:
    given = enter(world)
    with pytest.raises(RenewalRefused):
        renew(world.database, given.refresh_token, NOW + REFRESH_LIFETIME)
    assert renew(world.database, given.refresh_token, NOW + REFRESH_LIFETIME - SECOND).refresh_token


def test_the_password_is_asked_again_in_the_end_however_often_the_session_was_renewed(world: World) -> None:
    token, now = enter(world).refresh_token, NOW
    while (now := now + REFRESH_LIFETIME - MINUTE) < NOW + SESSION_LIFETIME:
        token = renew(world.database, token, now).refresh_token
    with pytest.raises(RenewalRefused):
        renew(world.database, token, NOW + SESSION_LIFETIME)


@pytest.mark.parametrize("by", ["refresh token", "used refresh token", "access token"])
def test_logging_out_ends_every_token_of_the_session_and_again_changes_nothing(world: World, by: str) -> None:
    first = enter(world)
    second = renew(world.database, first.refresh_token, NOW)
    for _ in range(2):
        if by == "access token":
            log_out_by_token(world.database, first.caller.token_id, NOW)
        else:
            log_out(world.database, (first if by.startswith("used") else second).refresh_token, NOW)
    assert caller(world, first) is None
    assert caller(world, second) is None
    with pytest.raises(RenewalRefused):
        renew(world.database, second.refresh_token, NOW)
    assert rows(world, "SELECT reason FROM login_session_end") == [("logged_out",)]


def test_logging_out_by_an_unknown_access_token_changes_nothing(world: World) -> None:
    enter(world)
    log_out_by_token(world.database, uuid4(), NOW)
    assert rows(world, "SELECT reason FROM login_session_end") == []


def test_a_new_password_ends_every_session_of_the_person_and_of_nobody_else(world: World) -> None:
    administrator = world.actor("administrator")
    set_password(world.database, "signer", PASSWORD, administrator)
    first, second, other = enter(world), enter(world, address=ELSEWHERE), enter(world, login="signer")
    set_password(world.database, "operator", "quite another password", world.actor("operator"))
    assert [caller(world, given) is None for given in (first, second, other)] == [True, True, False]
    with pytest.raises(RenewalRefused):
        renew(world.database, first.refresh_token, NOW)
    with pytest.raises(LoginRefused):
        enter(world)
    assert enter(world, password="quite another password").refresh_token


def test_an_administrator_logs_somebody_out_everywhere(world: World) -> None:
    administrator, given = world.actor("administrator"), enter(world)
    log_out(world.database, enter(world).refresh_token, NOW)
    assert end_sessions_of(world.database, "operator", administrator) == 1
    assert end_sessions_of(world.database, "operator", administrator) == 0
    assert caller(world, given) is None
    assert enter(world).refresh_token


def test_nobody_but_an_administrator_logs_others_out(world: World) -> None:
    given = enter(world)
    with pytest.raises(RoleMissing):
        end_sessions_of(world.database, "operator", world.actor("signer"))
    with pytest.raises(PersonUnknown):
        end_sessions_of(world.database, "nobody", world.actor("administrator"))
    assert caller(world, given) is not None
    assert end_sessions_of(world.database, "operator", world.actor("operator")) == 1


def test_a_guesser_waits_longer_after_each_guess_and_the_wait_ends(world: World) -> None:
    assert guess_until_refused(world) == 5
    now, waits = NOW, []
    for _ in range(12):
        with pytest.raises(TooManyAttempts) as refused:
            enter(world, address=ELSEWHERE, now=now)
        waits.append(refused.value.values["retry_after_seconds"])
        now += waits[-1] * SECOND
        assert guess(world, now=now) == "login_refused"
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_a_refused_wait_does_not_make_the_wait_longer(world: World) -> None:
    guess_until_refused(world)
    for _ in range(10):
        assert guess(world) == "too_many_attempts"
    assert enter(world, address=ELSEWHERE, now=NOW + SECOND).refresh_token


def test_an_unknown_login_waits_exactly_as_a_known_one(world: World) -> None:
    def told(login: str) -> list[str]:
        return [guess(world, login=login, address=f"{login}.example", now=NOW + n * SECOND) for n in range(12)]

    assert told("operator") == told("nobody")


def test_an_owner_who_was_here_before_does_not_wait_for_a_guesser_elsewhere(world: World) -> None:
    enter(world, now=NOW - 20 * HOUR)
    guess_until_refused(world)
    assert enter(world).refresh_token
    assert outcome(lambda: enter(world, address=ELSEWHERE, now=NOW)) == "admitted"


def test_a_guesser_at_the_owners_own_address_waits_too(world: World) -> None:
    enter(world, now=NOW - HOUR)
    outcomes = [guess(world, address=DESK) for _ in range(6)]
    assert outcomes == ["login_refused"] * 5 + ["too_many_attempts"]


def test_whoever_was_admitted_starts_afresh(world: World) -> None:
    for _ in range(4):
        guess(world, address=DESK)
    enter(world)
    assert [guess(world, address=DESK, now=NOW + SECOND) for _ in range(5)] == ["login_refused"] * 5


def test_tries_are_forgotten_after_a_day(world: World) -> None:
    guess_until_refused(world)
    assert guess_until_refused(world, NOW + timedelta(days=1, seconds=1)) == 5


def test_an_address_that_tries_many_logins_waits_and_a_login_of_its_own_does_not_help_it(world: World) -> None:
    enter(world, address=ELSEWHERE, now=NOW - HOUR)
    fill_with_tries(world, ELSEWHERE, 49)
    assert guess(world, login="somebody") == "login_refused"
    assert guess(world, login="somebody-else") == "too_many_attempts"
    assert guess(world, login="somebody-else", address=DESK) == "login_refused"
    enter(world, address=ELSEWHERE)
    assert guess(world, login="somebody-else") == "too_many_attempts"


def fill_with_tries(world: World, address: str, number: int) -> None:
    with world.database.connect("writer") as connection:
        connection.execute(
            """INSERT INTO login_attempt SELECT gen_random_uuid(), sha256(convert_to(number::text, 'UTF8')),
                      sha256(convert_to(%s, 'UTF8')), %s, 'tried' FROM generate_series(1, %s) AS number""",
            [address, NOW, number],
        )


@pytest.mark.parametrize(
    ("first", "second"),
    [("2001:db8::1", "2001:db8::ffff:2"), ("::ffff:198.51.100.7", "198.51.100.7"), ("fe80::1%eth0", "fe80::2")],
)
def test_addresses_of_one_network_count_together(world: World, first: str, second: str) -> None:
    guess(world, address=first)
    guess(world, address=second)
    assert rows(world, "SELECT count(DISTINCT address_sha256) FROM login_attempt") == [(1,)]


def test_neighbouring_networks_count_apart(world: World) -> None:
    for address in ("2001:db8:0:1::1", "2001:db8:0:2::1", "192.0.2.1", "192.0.2.2", ""):
        guess(world, login=f"x{address}", address=address)
    assert rows(world, "SELECT count(DISTINCT address_sha256) FROM login_attempt") == [(5,)]


def test_a_hundred_guesses_in_the_same_moment_count_as_a_hundred(world: World) -> None:
    with ThreadPoolExecutor(4) as threads:
        outcomes = list(threads.map(lambda _: guess(world), range(12)))
    assert sorted(outcomes) == ["login_refused"] * 5 + ["too_many_attempts"] * 7


@pytest.mark.parametrize(("number", "passed", "left"), [(4, 0, 0), (5, 0, 1), (5, 1, 0), (10_000, 0, 900), (8, 7.5, 1)])
def test_the_wait_is_told_in_whole_seconds(number: int, passed: float, left: int) -> None:
    tries = Tries(number, NOW)
    if left == 0:
        tries.check(NOW + passed * SECOND, free=5)
        return
    with pytest.raises(TooManyAttempts) as refused:
        tries.check(NOW + passed * SECOND, free=5)
    assert refused.value.values == {"retry_after_seconds": left}


def test_a_password_that_is_proved_again_is_guessed_no_faster_and_opens_no_session(world: World) -> None:
    def prove(password: str, now: datetime) -> str:
        return outcome(lambda: prove_password(world.database, login="operator", password=password, address=DESK, now=now))

    later = NOW + SECOND
    assert prove(PASSWORD, NOW) == "admitted"
    assert world_is_untouched(world)
    assert [prove("a guess of the password", later) for _ in range(6)] == ["login_refused"] * 5 + ["too_many_attempts"]
    assert outcome(lambda: enter(world, now=later)) == "too_many_attempts"
