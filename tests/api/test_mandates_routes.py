"""Collection mandates over HTTP: each step by whom it takes, seen by those whom they bind, taken back at any time."""

from typing import Any

import httpx2
import pytest

from tests.invariants import check_invariants
from tests.serving import Api, key, let_in
from tests.towns import SCAN, drafting, mandates_in_force
from tests.world import TOWN

MONDAY = "2026-01-05"
TERMS: dict[str, Any] = {
    "public_body": TOWN,
    "member": "E00058",
    "kind": "official_allowance",
    "share_mode": "ceiling",
    "share_cents": 15_000,
    "starts_on": "2026-01-01",
    "on": MONDAY,
}
ON = {"on": MONDAY}


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["code"])


def post(api: Api, login: str, what: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> httpx2.Response:
    return api.as_(login).post(f"/v1/mandates{what}", json=body, headers=headers or key())


def sign(api: Api, number: str, login: str = "operator", headers: dict[str, str] | None = None, **given: Any) -> httpx2.Response:
    document = given.pop("document", ("mandat de Maïté.pdf", SCAN, "application/pdf"))
    form = {"signed_on": "2026-01-03", "on": MONDAY} | given
    address = f"/v1/mandates/{number}/sign"
    return api.as_(login).post(address, files={"document": document}, data=form, headers=headers or key())


def numbers(answer: httpx2.Response) -> list[str]:
    return [one["number"] for one in answer.json()["items"]]


@pytest.fixture
def member(api: Api) -> str:
    number = api.world.enrol("E00058", "Maite Etxeberria")
    api.world.add("maite", f"eusko:{number}", "member")
    let_in(api.world, "maite")
    return number


@pytest.fixture
def neighbours(api: Api, member: str) -> list[str]:
    """Two mandates in force, of two members, signed in one scan."""
    api.world.enrol("E00001", "Ana Ibarra")
    return mandates_in_force(api.world, drafting(api.world, member), drafting(api.world, "E00001", 15_000))


@pytest.mark.usefixtures("member")
def test_a_mandate_is_drafted_signed_and_accepted_by_a_second_person(api: Api) -> None:
    drafted = post(api, "operator", "", TERMS)
    assert (drafted.status_code, drafted.json()["state"]) == (201, "drafted"), drafted.text
    number = drafted.json()["mandate"]
    assert told(post(api, "second-operator", f"/{number}/accept", ON)) == (409, "mandate_not_signed")
    signed = sign(api, number)
    assert (signed.status_code, signed.json()["state"]) == (200, "signed"), signed.text
    assert told(post(api, "operator", f"/{number}/accept", ON)) == (403, "second_person_needed")
    accepted = post(api, "second-operator", f"/{number}/accept", ON)
    assert (accepted.status_code, accepted.json()["state"]) == (200, "active")
    seen = api.as_("operator").get(f"/v1/mandates/{number}", params=ON).json()
    assert (seen["state"], seen["member_name"], seen["share_cents"]) == ("active", "Maite Etxeberria", 15_000)
    assert [(one["act"], one["acted_by"]) for one in seen["history"]] == [
        ("drafted", "operator"),
        ("signed", "operator"),
        ("accepted", "second-operator"),
    ]
    assert seen["history"][1]["document_name"] == "mandat de Maïté.pdf"
    check_invariants(api.world.database)


@pytest.mark.usefixtures("member")
def test_each_step_sent_again_has_one_effect(api: Api) -> None:
    first, second, third = key(), key(), key()
    drafted = post(api, "operator", "", TERMS, first)
    number = drafted.json()["mandate"]
    signed = sign(api, number, headers=second)
    accepted = post(api, "second-operator", f"/{number}/accept", ON, third)
    for answer, again in (
        (drafted, post(api, "operator", "", TERMS, first)),
        (signed, sign(api, number, headers=second)),
        (accepted, post(api, "second-operator", f"/{number}/accept", ON, third)),
    ):
        assert (again.status_code, again.json()) == (answer.status_code, answer.json())
        assert again.headers["Idempotency-Replayed"] == "true"
    assert told(post(api, "operator", "", TERMS | {"share_cents": 20_000}, first)) == (422, "key_reused")
    other = sign(api, number, headers=second, document=("mandat.pdf", b"%PDF another scan", "application/pdf"))
    assert told(other) == (422, "key_reused")
    assert (api.world.count("collection_mandate"), api.world.count("mandate_act")) == (1, 3)


@pytest.mark.usefixtures("member")
def test_terms_that_do_not_fit_are_refused(api: Api) -> None:
    for given, status, code in (
        ({"public_body": "grenoble"}, 422, "party_not_of_convention"),
        ({"member": "E00099"}, 404, "member_unknown"),
        ({"share_cents": None}, 422, "share_amount_missing"),
        ({"share_mode": "whole"}, 422, "share_amount_not_wanted"),
        ({"starts_on": "2018-05-10"}, 422, "convention_suspended_until_amended"),
        ({"ends_on": "2025-12-31"}, 422, "mandate_dates_reversed"),
        ({"kind": "pocket_money"}, 422, "request_unfit"),
        ({"share_cents": 150.0}, 400, "json_refused"),
        ({"surprise": 1}, 422, "request_unfit"),
    ):
        assert told(post(api, "operator", "", TERMS | given)) == (status, code), given
    assert api.world.count("collection_mandate") == 0


def test_towns_and_auditors_change_no_mandate(api: Api, neighbours: list[str]) -> None:
    ended = {"ended_on": "2026-06-30", **ON}
    revoked = {"revoked_on": MONDAY, **ON}
    for login in ("preparer", "signer", "treasurer", "auditor", "administrator"):
        for what, body in (("", TERMS), (f"/{neighbours[0]}/end", ended), (f"/{neighbours[0]}/revoke", revoked)):
            assert told(post(api, login, what, body)) == (403, "role_missing"), (login, what)
    assert told(sign(api, neighbours[0], "preparer")) == (403, "role_missing")
    assert told(post(api, "preparer", f"/{neighbours[0]}/accept", ON)) == (403, "role_missing")


def test_mandates_are_found_by_member_public_body_and_state(api: Api, neighbours: list[str]) -> None:
    drafted = post(api, "operator", "", TERMS | {"kind": "supplier_invoice"}).json()["mandate"]
    operator = api.as_("operator")

    def found(**asked: Any) -> list[str]:
        return numbers(operator.get("/v1/mandates", params=ON | asked))

    assert found() == [*neighbours, drafted]
    assert found(member="E00001") == [neighbours[1]]
    assert found(public_body=TOWN, state="active") == neighbours
    assert found(public_body="grenoble") == []
    assert found(state="drafted") == [drafted]
    assert found(state="active", on="2025-12-31") == []
    first = operator.get("/v1/mandates", params=ON | {"state": "active", "limit": 1}).json()
    second = operator.get("/v1/mandates", params=ON | {"state": "active", "limit": 1, "cursor": first["next"]}).json()
    assert [one["number"] for one in first["items"] + second["items"]] == neighbours
    assert second["next"] is None
    assert told(operator.get("/v1/mandates", params={"state": "lost"})) == (422, "request_unfit")
    assert told(operator.get("/v1/mandates", params={"cursor": "lost"})) == (400, "cursor_unfit")


def test_a_town_sees_its_mandates_without_wallet_or_iban(api: Api, neighbours: list[str]) -> None:
    seen = api.as_("preparer").get(f"/v1/mandates/{neighbours[0]}", params=ON).json()
    assert (seen["member"], seen["member_name"]) == ("E00058", "Maite Etxeberria")
    assert not {"iban", "wallet", "balance_cents"} & set(seen)
    assert numbers(api.as_("treasurer").get("/v1/mandates")) == neighbours
    assert [one["acted_by"] for one in seen["history"]] == ["operator", "operator", "second-operator"]


def test_another_town_of_the_book_sees_nothing_of_them(api: Api, neighbours: list[str]) -> None:
    api.world.load("grenoble-cairn.toml")
    api.world.add("grenoble-signer", "grenoble", "town_signer")
    let_in(api.world, "grenoble-signer")
    other = api.as_("grenoble-signer")
    assert numbers(other.get("/v1/mandates")) == []
    assert told(other.get("/v1/mandates", params={"book": "eusko"})) == (403, "acts_for_another")
    assert told(other.get(f"/v1/mandates/{neighbours[0]}")) == (404, "mandate_unknown")
    assert told(other.get(f"/v1/mandates/{neighbours[0]}/document")) == (404, "mandate_unknown")


def test_a_member_sees_their_own_mandate_and_not_who_dealt_with_it(api: Api, neighbours: list[str]) -> None:
    maite = api.as_("maite")
    assert numbers(maite.get("/v1/mandates")) == [neighbours[0]]
    seen = maite.get(f"/v1/mandates/{neighbours[0]}", params=ON).json()
    assert [(one["act"], one["acted_by"]) for one in seen["history"]] == [
        ("drafted", None),
        ("signed", None),
        ("accepted", None),
    ]
    assert told(maite.get(f"/v1/mandates/{neighbours[1]}")) == (404, "mandate_unknown")


def test_a_member_revokes_their_own_mandate_and_no_other(api: Api, neighbours: list[str]) -> None:
    body, under = {"revoked_on": MONDAY, "reason": "changed my mind", **ON}, key()
    assert told(post(api, "maite", f"/{neighbours[1]}/revoke", body)) == (403, "acts_for_another")
    revoked = post(api, "maite", f"/{neighbours[0]}/revoke", body, under)
    assert (revoked.status_code, revoked.json()["state"]) == (200, "revoked")
    again = post(api, "maite", f"/{neighbours[0]}/revoke", body, under)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (revoked.json(), "true")
    assert told(post(api, "maite", f"/{neighbours[0]}/revoke", body)) == (409, "mandate_revoked")
    seen = api.as_("maite").get(f"/v1/mandates/{neighbours[0]}", params=ON).json()
    assert (seen["state"], seen["history"][-1]["reason"]) == ("revoked", "changed my mind")
    assert (seen["history"][-1]["acted_by"], seen["revoked_on"]) == ("maite", MONDAY)
    assert told(post(api, "maite", f"/{neighbours[0]}/end", {"ended_on": MONDAY, **ON})) == (403, "role_missing")


def test_a_mandate_ends_sooner_than_it_says(api: Api, neighbours: list[str]) -> None:
    body, under = {"ended_on": "2026-06-30", "reason": "end of term", **ON}, key()
    ended = post(api, "operator", f"/{neighbours[0]}/end", body, under)
    assert (ended.status_code, ended.json()["state"]) == (200, "active")
    again = post(api, "operator", f"/{neighbours[0]}/end", body, under)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (ended.json(), "true")
    later = api.as_("operator").get(f"/v1/mandates/{neighbours[0]}", params={"on": "2026-07-01"}).json()
    assert (later["state"], later["ended_on"]) == ("ended", "2026-06-30")
    assert told(post(api, "operator", f"/{neighbours[0]}/end", body)) == (409, "mandate_ended")
    assert told(post(api, "operator", "/M-000099/end", body)) == (404, "mandate_unknown")


@pytest.mark.usefixtures("member")
def test_the_signed_document_comes_back_as_a_file_that_no_browser_opens(api: Api) -> None:
    number = post(api, "operator", "", TERMS).json()["mandate"]
    assert told(api.as_("operator").get(f"/v1/mandates/{number}/document")) == (409, "mandate_not_signed")
    page = b"<script>alert(1)</script>"
    sign(api, number, document=("Maïté; signé.html", page, "text/html"))
    for login in ("operator", "preparer", "auditor", "maite"):
        answer = api.as_(login).get(f"/v1/mandates/{number}/document")
        assert (answer.status_code, answer.content) == (200, page), login
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''Ma%C3%AFt%C3%A9%3B%20sign%C3%A9.html"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_member_does_not_get_a_scan_that_holds_the_mandates_of_others(api: Api, neighbours: list[str]) -> None:
    assert api.as_("preparer").get(f"/v1/mandates/{neighbours[0]}/document").content == SCAN
    assert told(api.as_("maite").get(f"/v1/mandates/{neighbours[0]}/document")) == (403, "document_of_several")
    assert told(api.as_("maite").get(f"/v1/mandates/{neighbours[1]}/document")) == (404, "mandate_unknown")
    assert told(api.as_("administrator").get(f"/v1/mandates/{neighbours[0]}/document")) == (403, "role_missing")


@pytest.mark.usefixtures("member")
def test_a_signature_needs_its_document_and_a_day_that_has_come(api: Api) -> None:
    number = post(api, "operator", "", TERMS).json()["mandate"]
    assert told(sign(api, number, document=("mandat.pdf", b"", "application/pdf"))) == (422, "document_missing")
    assert told(sign(api, number, signed_on="2026-01-06")) == (422, "signature_later")
    assert told(sign(api, number, signed_on="06/01/2026")) == (422, "request_unfit")
    assert told(sign(api, "M-000099")) == (404, "mandate_unknown")
    without = api.as_("operator").post(f"/v1/mandates/{number}/sign", data={"signed_on": MONDAY}, headers=key())
    assert without.status_code == 422
    assert api.world.count("document") == 0
