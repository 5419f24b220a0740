"""Logging in over HTTP, and everything that a token no longer opens afterwards."""

import asyncio
import json
from pathlib import Path
from threading import Event
from typing import Any

import httpx2
import pytest

from monnaielocale.actions.collector import TooBusy
from monnaielocale.api.doors import Door
from monnaielocale.api.keys import load_keys
from monnaielocale.api.tokens import Claims, Tokens
from monnaielocale.settings import Settings
from monnaielocale.store.people import set_password, withdraw_role
from tests.api.forging import Forger, fits_a_header, forged_tokens
from tests.serving import PASSWORD, Api
from tests.world import BOOK, ISSUER

PROTECTED = "/v1/me"


def asked_with(api: Api, access_token: str) -> int:
    """The status with which a protected route answers to a token."""
    return int(api.stranger.get(PROTECTED, headers={"Authorization": f"Bearer {access_token}"}).status_code)


def post(api: Api, path: str, **body: Any) -> httpx2.Response:
    return api.stranger.post(f"/v1/token{path}", json=body)


def problem(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_logging_in_answers_tokens_and_who_it_is(api: Api) -> None:
    answer = post(api, "", login="operator", password=PASSWORD)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 900)
    person = {"login": "operator", "name": "Operator", "party": ISSUER, "roles": ["association_operator"], "books": [BOOK]}
    assert {name: told["person"][name] for name in person} == person
    assert asked_with(api, told["access_token"]) == 200


def test_a_login_that_does_not_exist_is_refused_word_for_word_as_a_wrong_password(api: Api) -> None:
    answers = [post(api, "", login=login, password="a guess of the password") for login in ("operator", "nobody")]
    assert [problem(answer) for answer in answers] == [(401, "login_refused")] * 2
    bodies = [{name: value for name, value in answer.json().items() if name not in ("instance", "request")} for answer in answers]
    assert bodies[0] == bodies[1]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"login": "operator"},
        {"login": "operator", "password": ""},
        {"login": "operator", "password": "x" * 501},
        {"login": "operator", "password": 12345678901234},
        {"login": ["operator"], "password": PASSWORD},
        {"login": "x" * 81, "password": PASSWORD},
        {"login": "operator", "password": PASSWORD, "roles": ["administrator"]},
    ],
)
def test_a_body_that_is_no_login_is_refused_without_its_password(api: Api, body: dict[str, Any]) -> None:
    answer = api.stranger.post("/v1/token", json=body)
    assert answer.status_code in (400, 422)
    assert PASSWORD not in answer.text


def test_too_many_guesses_are_told_to_wait(api: Api) -> None:
    answers = [post(api, "", login="signer", password="a guess of the password") for _ in range(6)]
    assert problem(answers[-1]) == (429, "too_many_attempts")
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 2


def test_renewing_answers_new_tokens_and_the_used_one_ends_the_session(api: Api) -> None:
    first = api.login("operator")
    second = post(api, "/renew", refresh_token=first["refresh_token"])
    assert second.status_code == 200
    assert second.headers["cache-control"] == "no-store"
    told = second.json()
    assert asked_with(api, told["access_token"]) == 200
    assert problem(post(api, "/renew", refresh_token=first["refresh_token"])) == (401, "renewal_refused")
    assert [asked_with(api, token) for token in (first["access_token"], told["access_token"])] == [401, 401]
    assert problem(post(api, "/renew", refresh_token=told["refresh_token"])) == (401, "renewal_refused")


@pytest.mark.parametrize("token", ["access_token", "refresh_token"])
def test_logging_out_closes_at_once_and_again_changes_nothing(api: Api, token: str) -> None:
    told, other = api.login("operator"), api.login("operator")
    assert asked_with(api, told["access_token"]) == 200
    for _ in range(2):
        answer = post(api, "/revoke", token=told[token])
        assert (answer.status_code, answer.content) == (204, b"")
    assert asked_with(api, told["access_token"]) == 401
    assert problem(post(api, "/renew", refresh_token=told["refresh_token"])) == (401, "renewal_refused")
    assert asked_with(api, other["access_token"]) == 200


def test_a_role_that_is_taken_back_is_gone_at_the_next_request(api: Api) -> None:
    told = api.login("operator")
    withdraw_role(api.world.database, "operator", "association_operator", api.world.actor("administrator"))
    answer = api.stranger.get(PROTECTED, headers={"Authorization": f"Bearer {told['access_token']}"})
    assert "association_operator" not in answer.text


def test_a_new_password_closes_every_session(api: Api) -> None:
    told = api.login("operator")
    set_password(api.world.database, "operator", "quite another password", api.world.actor("administrator"))
    assert asked_with(api, told["access_token"]) == 401
    assert problem(post(api, "/renew", refresh_token=told["refresh_token"])) == (401, "renewal_refused")


def test_no_forged_token_opens_or_ends_anything(api: Api, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    token = api.login("operator")["access_token"]
    claims = Tokens.from_settings(settings).read(token)
    forger = Forger(load_keys(settings).signing, settings.token_issuer, settings.token_audience, claims)
    assert asked_with(api, forger.genuine()) == 200
    forged = forged_tokens(forger)
    opened = [name for name, text in forged.items() if fits_a_header(text) and asked_with(api, text) != 401]
    ended = [name for name, text in forged.items() if post_text(api, text) not in (400, 401, 413, 422)]
    assert (opened, ended) == ([], [])
    assert asked_with(api, token) == 200


def post_text(api: Api, token: str) -> int:
    """The status with which logging out by a text is answered; halves of characters travel escaped."""
    headers = {"Content-Type": "application/json"}
    answer = api.stranger.post("/v1/token/revoke", content=json.dumps({"token": token}), headers=headers)
    return int(answer.status_code)


def test_a_rightly_signed_token_that_was_never_issued_opens_nothing(api: Api, tmp_path: Path) -> None:
    tokens = Tokens.from_settings(Settings(data=tmp_path))
    claims = tokens.read(api.login("operator")["access_token"])
    never_issued = Claims(claims.person_id, claims.person_id, claims.issued_at, claims.expires_at)
    another_person = api.world.actor("administrator").person_id
    of_somebody_else = Claims(another_person, claims.token_id, claims.issued_at, claims.expires_at)
    assert [asked_with(api, tokens.issue(said)) for said in (claims, never_issued, of_somebody_else)] == [200, 401, 401]


def test_a_crowd_at_the_door_is_sent_away_and_those_inside_are_served() -> None:
    go = Event()

    async def crowd() -> list[Any]:
        door = Door("test", at_once=1, waiting=1)
        inside = [asyncio.create_task(door.enter(lambda: go.wait(10))) for _ in range(2)]
        await asyncio.sleep(0)
        turned_away = await asyncio.gather(door.enter(lambda: True), return_exceptions=True)
        inside[1].cancel()
        go.set()
        served = await asyncio.gather(*inside, return_exceptions=True)
        return [*turned_away, *served, await door.enter(lambda: "later")]

    outcomes = asyncio.run(crowd())
    assert isinstance(outcomes[0], TooBusy)
    assert outcomes[1] is True
    assert isinstance(outcomes[2], asyncio.CancelledError)
    assert outcomes[3] == "later"


def test_what_fails_inside_leaves_its_place() -> None:
    def fail() -> None:
        raise ValueError("inside")

    async def twice() -> int:
        door = Door("test", at_once=1, waiting=0)
        for _ in range(3):
            with pytest.raises(ValueError, match="inside"):
                await door.enter(fail)
        answer: int = await door.enter(lambda: 3)
        return answer

    assert asyncio.run(twice()) == 3
