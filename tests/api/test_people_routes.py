"""Persons over HTTP: who they are, what an administrator gives and takes back, and passwords."""

from typing import Any

import httpx2

from tests.serving import PASSWORD, Api, key, let_in
from tests.world import ISSUER, TOWN

NEW_PASSWORD = "another long password"
BIXENTE: dict[str, Any] = {
    "login": "bixente",
    "name": "Bixente Hiriart",
    "party": TOWN,
    "roles": ["town_preparer"],
    "password": PASSWORD,
}


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["code"])


def add(api: Api, by: str = "administrator", headers: dict[str, str] | None = None, **given: Any) -> httpx2.Response:
    return api.as_(by).post("/v1/people", json=BIXENTE | given, headers=headers or key())


def change(api: Api, by: str, what: str, headers: dict[str, str] | None = None, **body: Any) -> httpx2.Response:
    return api.as_(by).post(f"/v1/people/{what}", json=body, headers=headers or key())


def logged_in(api: Api, login: str, password: str) -> httpx2.Response:
    return api.stranger.post("/v1/token", json={"login": login, "password": password})


def test_everybody_learns_who_they_are(api: Api) -> None:
    number = api.world.enrol("E00058", "Maite Etxeberria")
    api.world.add("maite", f"eusko:{number}", "member")
    let_in(api.world, "maite")
    me = api.as_("accountant").get("/v1/me").json()
    assert (me["login"], me["party"], me["party_kind"]) == ("accountant", ISSUER, "issuer")
    assert (me["roles"], me["books"]) == (["association_accountant"], ["eusko"])
    assert api.as_("maite").get("/v1/me").json()["party"] == "eusko:E00058"
    auditor = api.as_("auditor").get("/v1/me").json()
    assert (auditor["party"], auditor["books"]) == (None, ["eusko"])
    assert told(api.stranger.get("/v1/me")) == (401, "token_refused")


def test_persons_come_page_by_page_to_administrators_and_auditors(api: Api) -> None:
    for login in ("administrator", "auditor"):
        seen: list[dict[str, Any]] = []
        asked: dict[str, Any] = {"limit": 3}
        while asked.get("cursor", "first"):
            answer = api.as_(login).get("/v1/people", params=asked).json()
            assert len(answer["items"]) <= 3
            seen += answer["items"]
            asked["cursor"] = answer["next"]
        logins = [one["login"] for one in seen]
        assert logins == sorted(logins) and len(logins) == 8, login
        signer = next(one for one in seen if one["login"] == "signer")
        assert (signer["party"], signer["roles"]) == (TOWN, ["town_signer"])
    for login in ("operator", "accountant", "signer"):
        assert told(api.as_(login).get("/v1/people")) == (403, "role_missing"), login


def test_a_person_is_added_once_under_a_key(api: Api) -> None:
    under = key()
    first = add(api, headers=under)
    assert (first.status_code, first.json()) == (201, {"login": "bixente", "party": TOWN, "roles": ["town_preparer"]})
    again = add(api, headers=under)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert api.world.count("person") == 9
    others: tuple[dict[str, Any], ...] = ({"roles": []}, {"name": "Somebody"}, {"password": NEW_PASSWORD}, {"password": None})
    for other in others:
        assert told(add(api, headers=under, **other)) == (422, "key_reused"), other
    assert told(add(api)) == (409, "login_taken")
    assert logged_in(api, "bixente", PASSWORD).status_code == 200


def test_a_key_is_known_by_the_password_that_was_set_under_it(api: Api) -> None:
    under = key()
    add(api, headers=under)
    change(api, "administrator", "bixente/password", password=NEW_PASSWORD)
    assert add(api, headers=under).headers["Idempotency-Replayed"] == "true"
    assert told(add(api, headers=under, password=NEW_PASSWORD)) == (422, "key_reused")
    assert logged_in(api, "bixente", NEW_PASSWORD).status_code == 200


def test_a_person_that_does_not_fit_is_refused(api: Api) -> None:
    for given, status, code in (
        ({"login": "Bixente"}, 422, "login_unfit"),
        ({"party": "nowhere"}, 422, "acting_party_unknown"),
        ({"roles": ["clerk"]}, 422, "role_unknown"),
        ({"roles": ["association_operator"]}, 422, "role_not_of_party"),
        ({"roles": ["town_signer", "public_accountant"]}, 403, "accountant_may_not_decide"),
        ({"password": "short"}, 422, "password_too_short"),
        ({"name": "two\nlines"}, 422, "request_unfit"),
        ({"surprise": 1}, 422, "request_unfit"),
    ):
        assert told(add(api, **given)) == (status, code), given
    assert api.world.count("person") == 8


def test_only_an_administrator_adds_people_and_gives_rights(api: Api) -> None:
    for login in ("operator", "accountant", "preparer", "treasurer", "auditor"):
        assert told(add(api, login)) == (403, "role_missing"), login
        assert told(change(api, login, f"{login}/roles", role="administrator")) == (403, "role_missing"), login
        assert told(change(api, login, "signer/roles/withdraw", role="town_signer")) == (403, "role_missing"), login
        assert told(change(api, login, "signer/password", password=NEW_PASSWORD)) == (403, "role_missing"), login
    assert api.world.count("person") == 8


def test_a_role_holds_from_the_next_request_on_and_no_longer(api: Api) -> None:
    under = key()
    assert told(api.as_("operator").get("/v1/people")) == (403, "role_missing")
    given = change(api, "administrator", "operator/roles", under, role="auditor")
    assert (given.status_code, given.json()["roles"]) == (200, ["association_operator", "auditor"])
    assert api.as_("operator").get("/v1/people").status_code == 200
    taken = change(api, "administrator", "operator/roles/withdraw", role="auditor")
    assert taken.json()["roles"] == ["association_operator"]
    assert told(api.as_("operator").get("/v1/people")) == (403, "role_missing")
    # Sent again late, the first request does not give the role a second time.
    again = change(api, "administrator", "operator/roles", under, role="auditor")
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (given.json(), "true")
    assert told(api.as_("operator").get("/v1/people")) == (403, "role_missing")
    assert told(change(api, "administrator", "operator/roles", under, role="administrator")) == (422, "key_reused")


def test_rights_that_cannot_be_are_refused(api: Api) -> None:
    for what, role, status, code in (
        ("nobody/roles", "auditor", 404, "person_unknown"),
        ("operator/roles", "clerk", 422, "role_unknown"),
        ("operator/roles", "town_signer", 422, "role_not_of_party"),
        ("treasurer/roles", "town_signer", 403, "accountant_may_not_decide"),
        ("administrator/roles/withdraw", "administrator", 409, "last_administrator"),
    ):
        assert told(change(api, "administrator", what, role=role)) == (status, code), what


def test_an_administrator_whose_role_was_taken_back_gives_none(api: Api) -> None:
    api.world.add("second", None, "administrator")
    let_in(api.world, "second")
    under = key()
    change(api, "second", "operator/roles", under, role="auditor")
    change(api, "administrator", "second/roles/withdraw", role="administrator")
    for headers in (under, key()):
        assert told(change(api, "second", "operator/roles", headers, role="auditor")) == (403, "role_missing")


def test_people_change_their_own_password_with_the_current_one(api: Api) -> None:
    wrong = change(api, "operator", "operator/password", password=NEW_PASSWORD, current_password="not the one at all")
    assert told(wrong) == (403, "current_password_wrong")
    without = change(api, "operator", "operator/password", password=NEW_PASSWORD)
    assert told(without) == (403, "current_password_wrong")
    short = change(api, "operator", "operator/password", password="short", current_password=PASSWORD)
    assert told(short) == (422, "password_too_short")
    under = key()
    body = {"password": NEW_PASSWORD, "current_password": PASSWORD}
    changed = change(api, "operator", "operator/password", under, **body)
    assert (changed.status_code, changed.json()) == (200, {"login": "operator"})
    # Every session ended with the old password.
    assert told(api.as_("operator").get("/v1/me")) == (401, "token_refused")
    assert told(logged_in(api, "operator", PASSWORD)) == (401, "login_refused")
    token = logged_in(api, "operator", NEW_PASSWORD).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", **under}
    again = api.stranger.post("/v1/people/operator/password", json=body, headers=headers)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == ({"login": "operator"}, "true")
    other = api.stranger.post("/v1/people/operator/password", json=body | {"password": PASSWORD}, headers=headers)
    assert told(other) == (422, "key_reused")
    assert logged_in(api, "operator", NEW_PASSWORD).status_code == 200


def test_an_administrator_sets_the_password_of_another_and_says_their_own(api: Api) -> None:
    changed = change(api, "administrator", "signer/password", password=NEW_PASSWORD)
    assert (changed.status_code, changed.json()) == (200, {"login": "signer"})
    assert logged_in(api, "signer", NEW_PASSWORD).status_code == 200
    own = change(api, "administrator", "administrator/password", password=NEW_PASSWORD)
    assert told(own) == (403, "current_password_wrong")
    assert told(change(api, "administrator", "nobody/password", password=NEW_PASSWORD)) == (404, "person_unknown")


def test_guessing_the_current_password_gets_slower(api: Api) -> None:
    for _ in range(30):
        answer = change(api, "signer", "signer/password", password=NEW_PASSWORD, current_password="guessed wrong again")
        if answer.status_code == 429:
            break
    assert told(answer) == (429, "too_many_attempts")
    assert int(answer.headers["Retry-After"]) > 0


def test_no_password_stands_in_what_is_kept_under_a_key(api: Api) -> None:
    add(api)
    change(api, "administrator", "signer/password", password=NEW_PASSWORD)
    with api.world.database.reading() as connection:
        kept = connection.execute("SELECT action, answer::text FROM idempotency_key ORDER BY recorded_at").fetchall()
    assert [row[0] for row in kept] == ["add_person", "set_password"]
    assert not any(word in row[1] for row in kept for word in (PASSWORD, NEW_PASSWORD))


def test_a_change_needs_a_key(api: Api) -> None:
    for what in ("people", "people/signer/roles", "people/signer/roles/withdraw", "people/signer/password"):
        answer = api.as_("administrator").post(f"/v1/{what}", json=BIXENTE)
        assert answer.status_code == 400, what


def test_a_lost_device_is_logged_out_at_once_with_every_session(api: Api) -> None:
    lost = api.as_("preparer")
    assert lost.get("/v1/token").status_code == 204
    assert told(api.as_("signer").post("/v1/people/preparer/log-out")) == (403, "role_missing")
    ended = api.as_("administrator").post("/v1/people/preparer/log-out")
    assert (ended.status_code, ended.json()) == (200, {"login": "preparer", "sessions_ended": 1})
    assert lost.get("/v1/token").status_code == 401
    assert api.as_("signer").post("/v1/people/signer/log-out").json()["sessions_ended"] == 1
    assert api.as_("signer").get("/v1/token").status_code == 401
