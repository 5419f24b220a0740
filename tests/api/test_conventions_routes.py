"""Conventions over HTTP: seen by those who work under them, checked by anyone who is logged in, loaded by few."""

from typing import Any

import pytest

from tests.invariants import check_invariants
from tests.serving import Api, key, let_in
from tests.world import CONVENTIONS, TOWN

BAYONNE = (CONVENTIONS / "bayonne-eusko.toml").read_bytes()
GRENOBLE = (CONVENTIONS / "grenoble-cairn.toml").read_bytes()


def sent(data: bytes) -> dict[str, Any]:
    return {"file": ("convention.toml", data, "application/toml")}


def test_a_town_sees_its_convention_with_every_version(api: Api) -> None:
    answer = api.as_("preparer").get("/v1/conventions")
    assert answer.status_code == 200, answer.text
    (seen,) = answer.json()["items"]
    assert (seen["convention"], seen["book"], seen["public_body"]["code"]) == ("bayonne-eusko", "eusko", TOWN)
    assert [(one["in_force_on"], one["suspended_on"]) for one in seen["versions"]] == [
        ("2018-01-10", "2018-05-04"),
        ("2018-06-07", None),
    ]
    assert all(len(one["sha256"]) == 64 for one in seen["versions"])
    assert seen["currency"] == {"code": "EUS", "name": "eusko", "denominations_cents": [100, 200, 500, 1000, 2000]}
    assert "official_allowance" in [kind["kind"] for kind in seen["kinds"]]
    assert api.as_("auditor").get("/v1/conventions/bayonne-eusko").json() == seen


def test_conventions_come_page_by_page(api: Api) -> None:
    api.world.load("grenoble-cairn.toml")
    auditor = api.as_("auditor")
    first = auditor.get("/v1/conventions", params={"limit": 1}).json()
    second = auditor.get("/v1/conventions", params={"limit": 1, "cursor": first["next"]}).json()
    assert [one["convention"] for one in first["items"] + second["items"]] == ["bayonne-eusko", "grenoble-cairn"]
    assert second["next"] is None


def test_a_town_does_not_see_the_convention_of_another(api: Api) -> None:
    api.world.load("grenoble-cairn.toml")
    answer = api.as_("preparer").get("/v1/conventions/grenoble-cairn")
    assert (answer.status_code, answer.json()["code"]) == (404, "convention_unknown")


def test_the_rules_in_force_on_a_day_are_those_of_its_version(api: Api) -> None:
    signer = api.as_("signer")
    rules = signer.get("/v1/conventions/bayonne-eusko/in-force", params={"on": "2026-01-05"}).json()
    assert (rules["in_force_on"], rules["on"], rules["uncreditable"]) == ("2018-06-07", "2026-01-05", "beneficiary")
    assert {one["purpose"] for one in rules["bank_accounts"]} == {"collection", "reserve"}


@pytest.mark.parametrize(
    ("on", "code"), [("2018-01-09", "no_convention_in_force"), ("2018-05-04", "convention_suspended_until_amended")]
)
def test_a_day_without_rules_is_refused_with_the_reason(api: Api, on: str, code: str) -> None:
    answer = api.as_("signer").get("/v1/conventions/bayonne-eusko/in-force", params={"on": on})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_check_tells_every_fault_with_its_line_and_key_and_keeps_nothing(api: Api) -> None:
    faulty = BAYONNE.replace(b'period = "month"', b'perod = "month"').replace(b"216401026", b"216401027")
    answer = api.as_("preparer").post("/v1/conventions/check", files=sent(faulty))
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert not told["valid"]
    faults = {(fault["key"], fault["code"]) for fault in told["faults"]}
    assert ("versions[1].kinds.official_allowance.perod", "key_misspelt") in faults
    assert ("versions[1].parties.public_body.siren", "siren_wrong") in faults
    assert all(fault["line"] > 1 and fault["reason"] for fault in told["faults"])
    assert api.world.count("convention") == 1


def test_a_check_takes_the_text_as_well_as_the_file(api: Api) -> None:
    as_text = api.as_("preparer").post("/v1/conventions/check", files={"toml": (None, GRENOBLE.decode())}).json()
    assert as_text == api.as_("preparer").post("/v1/conventions/check", files=sent(GRENOBLE)).json()
    assert (as_text["valid"], as_text["convention"], as_text["faults"]) == (True, "grenoble-cairn", [])
    assert api.world.count("convention") == 1


def test_a_check_of_nothing_and_one_by_a_stranger_are_refused(api: Api) -> None:
    nothing = api.as_("preparer").post("/v1/conventions/check", files={"other": (None, "x")})
    assert (nothing.status_code, nothing.json()["code"]) == (422, "convention_missing")
    stranger = api.stranger.post("/v1/conventions/check", files=sent(BAYONNE))
    assert (stranger.status_code, stranger.json()["code"]) == (401, "token_refused")


def test_a_convention_is_loaded_once_under_a_key(api: Api) -> None:
    administrator, under = api.as_("administrator"), key()
    first = administrator.post("/v1/conventions", files=sent(GRENOBLE), headers=under)
    assert first.status_code == 201, first.text
    assert first.json()["convention"] == "grenoble-cairn"
    assert first.json()["loaded"] and first.json()["event_id"]
    again = administrator.post("/v1/conventions", files=sent(GRENOBLE), headers=under)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    other = administrator.post("/v1/conventions", files=sent(BAYONNE), headers=under)
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert api.world.count("convention") == 2
    check_invariants(api.world.database)


def test_a_key_that_was_used_leaves_no_empty_book_behind(api: Api) -> None:
    administrator, under = api.as_("administrator"), key()
    administrator.post("/v1/conventions", files=sent(BAYONNE), headers=under)
    refused = administrator.post("/v1/conventions", files=sent(GRENOBLE), headers=under)
    assert (refused.status_code, refused.json()["code"]) == (422, "key_reused")
    assert api.world.count("book") == 1


def test_the_same_convention_again_changes_nothing(api: Api) -> None:
    again = api.as_("accountant").post("/v1/conventions", files=sent(BAYONNE), headers=key()).json()
    assert (again["loaded"], again["ended"], again["event_id"]) == ([], [], None)
    assert len(again["unchanged"]) == 2


def test_what_was_loaded_is_frozen(api: Api) -> None:
    changed = BAYONNE.replace(b"within_days = 3", b"within_days = 4")
    answer = api.as_("accountant").post("/v1/conventions", files=sent(changed), headers=key())
    assert (answer.status_code, answer.json()["code"]) == (409, "convention_version_changed")
    assert "crediting.within_days" in answer.json()["detail"]


def test_faults_are_told_when_a_convention_is_loaded_too(api: Api) -> None:
    answer = api.as_("administrator").post("/v1/conventions", files=sent(b"versions = 3"), headers=key())
    assert (answer.status_code, answer.json()["code"]) == (422, "convention_faults")
    assert answer.json()["errors"][0]["location"] == "versions"


@pytest.mark.parametrize("login", ["operator", "signer", "treasurer", "auditor"])
def test_others_load_no_convention(api: Api, login: str) -> None:
    answer = api.as_(login).post("/v1/conventions", files=sent(GRENOBLE), headers=key())
    assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
    assert api.world.count("convention") == 1


def test_an_accountant_loads_no_convention_of_another_association(api: Api) -> None:
    answer = api.as_("accountant").post("/v1/conventions", files=sent(GRENOBLE), headers=key())
    assert answer.status_code == 403
    assert api.world.count("book") == 1


def test_a_member_has_no_use_for_conventions(api: Api) -> None:
    api.world.enrol("E00001", "Maite Etxe")
    api.world.add("maite", "eusko:E00001", "member")
    let_in(api.world, "maite")
    assert api.as_("maite").get("/v1/conventions").json()["code"] == "role_missing"


def test_a_loading_needs_a_key(api: Api) -> None:
    answer = api.as_("administrator").post("/v1/conventions", files=sent(GRENOBLE))
    assert answer.status_code == 400
