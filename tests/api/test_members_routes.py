"""Members over HTTP: enrolled one by one or from a list, found by number or name, and leaving with an empty account."""

import time
from typing import Any

import httpx2
import pytest

from monnaielocale.store.members import members_page
from monnaielocale.store.visits import visit
from tests.invariants import check_invariants
from tests.serving import Api, key, let_in
from tests.towns import SCAN, mandate_in_force
from tests.world import MEMBER_IBAN, TOWN

MONDAY = "2026-01-05"
MAITE: dict[str, Any] = {"number": "E00058", "kind": "person", "name": "Maite Etxeberria", "iban": MEMBER_IBAN, "on": MONDAY}
LIST = "\r\n".join(
    (
        "Adhérent;Nom;Type;IBAN;Mandat;Part;Montant;Début;Signé le",
        "E00001;Ana Ibarra;personne;;indemnité;plafond;150,00;01/01/2026;03/01/2026",
        "E00002;Beñat Hiriart;personne;;indemnité;totalité;;01/01/2026;03/01/2026",
    )
).encode("cp1252")


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["code"])


def enrol(api: Api, login: str = "operator", headers: dict[str, str] | None = None, **given: Any) -> httpx2.Response:
    return api.as_(login).post("/v1/members", json=MAITE | given, headers=headers or key())


def import_list(api: Api, data: bytes = LIST, headers: dict[str, str] | None = None, **given: Any) -> httpx2.Response:
    files = {"file": ("adherents.csv", data, "text/csv"), "document": ("mandats.pdf", SCAN, "application/pdf")}
    form = {"public_body": TOWN, "on": MONDAY} | given
    return api.as_("operator").post("/v1/members/import", files=files, data=form, headers=headers or key())


def job_done(api: Api, accepted: httpx2.Response) -> dict[str, Any]:
    """The job of an answer once it has ended, or as it stands after a minute."""
    assert accepted.status_code == 202, accepted.text
    job: dict[str, Any] = accepted.json()
    for _ in range(600):
        if job["state"] in ("done", "refused"):
            break
        time.sleep(0.1)
        job = api.as_("operator").get(accepted.headers["Location"]).json()
    return job


def numbers(answer: httpx2.Response) -> list[str]:
    return [one["number"] for one in answer.json()["items"]]


def test_a_member_is_enrolled_once_under_a_key(api: Api) -> None:
    under = key()
    first = enrol(api, headers=under)
    assert (first.status_code, first.json()["number"], first.json()["already_known"]) == (201, "E00058", False)
    again = enrol(api, headers=under)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert told(enrol(api, headers=under, name="Maite Etxe")) == (422, "key_reused")
    known = enrol(api)
    assert (known.json()["already_known"], known.json()["member_id"]) == (True, first.json()["member_id"])
    assert told(enrol(api, name="Somebody Else")) == (409, "member_already_exists")
    assert told(enrol(api, number="E00059", iban="FR7688888000020000000000162")) == (422, "member_iban_wrong")
    assert told(enrol(api, number="e00059")) == (422, "request_unfit")
    assert api.world.count("member") == 1
    check_invariants(api.world.database)


@pytest.mark.parametrize("login", ["preparer", "treasurer", "auditor", "administrator"])
def test_only_the_association_enrols(api: Api, login: str) -> None:
    assert told(enrol(api, login)) == (403, "role_missing")


def test_members_are_found_by_number_or_by_a_word_of_their_name(api: Api) -> None:
    for number, name in (("E00001", "Ana Ibarra"), ("E00002", "Beñat d'Élissagaray"), ("Z00001", "Boulangerie Elizondo")):
        api.world.enrol(number, name, "business" if number[0] == "Z" else "person")
    operator = api.as_("operator")
    for sought, found in (
        ("", ["E00001", "E00002", "Z00001"]),
        ("e0", ["E00001", "E00002"]),
        ("eli", ["E00002", "Z00001"]),
        ("Élissagaray", ["E00002"]),
        ("boulangerie e", ["Z00001"]),
        ("lissa", []),
        ("%", []),
    ):
        assert numbers(operator.get("/v1/members", params={"q": sought})) == found, sought


def test_more_than_a_thousand_members_are_all_seen_page_by_page(api: Api) -> None:
    rows = [f"E{number:05d};Ana Ibarra;personne" for number in range(1, 1002)]
    sheet = "\n".join(("Adhérent;Nom;Type", *rows)).encode()
    assert job_done(api, import_list(api, sheet, headers={**key(), "Prefer": "respond-async"}))["state"] == "done"
    api.world.enrol("Z99999", "Last Of All")
    seen: list[str] = []
    asked: dict[str, Any] = {"limit": 500}
    auditor = api.as_("auditor")
    while "cursor" not in asked or asked["cursor"]:
        answer = auditor.get("/v1/members", params=asked)
        seen += numbers(answer)
        asked["cursor"] = answer.json()["next"]
    assert seen == [*(f"E{number:05d}" for number in range(1, 1002)), "Z99999"]


def test_the_iban_is_for_the_association_and_the_member_alone(api: Api) -> None:
    enrol(api)
    mandate_in_force(api.world, "E00058")
    api.world.add("maite", "eusko:E00058", "member")
    let_in(api.world, "maite")
    for login in ("operator", "auditor", "maite"):
        seen = api.as_(login).get("/v1/members/E00058").json()
        assert (seen["iban"], seen["name"]) == (MEMBER_IBAN, "Maite Etxeberria"), login
    assert told(api.as_("signer").get("/v1/members/E00058")) == (403, "role_missing")
    assert told(api.as_("signer").get("/v1/members")) == (403, "role_missing")
    assert told(api.as_("maite").get("/v1/members")) == (403, "role_missing")


def test_the_database_alone_shows_a_town_no_iban(api: Api) -> None:
    enrol(api)
    mandate_in_force(api.world, "E00058")
    with api.world.database.connect("visitor") as connection:
        with visit(connection, api.world.actor("operator").person_id):
            assert [one.iban for one in members_page(connection, "eusko", "", 10)] == [MEMBER_IBAN]
        with visit(connection, api.world.actor("signer").person_id):
            assert [(one.number, one.iban) for one in members_page(connection, "eusko", "", 10)] == [("E00058", None)]


def test_a_member_sees_themselves_and_nobody_else(api: Api) -> None:
    enrol(api)
    api.world.enrol("E00001", "Ana Ibarra")
    api.world.add("maite", "eusko:E00058", "member")
    let_in(api.world, "maite")
    assert told(api.as_("maite").get("/v1/members/E00001")) == (404, "member_unknown")
    assert told(api.as_("operator").get("/v1/members/E00099")) == (404, "member_unknown")


def test_a_number_may_hold_a_slash(api: Api) -> None:
    enrol(api, number="A/12")
    assert api.as_("operator").get("/v1/members/A%2F12").json()["number"] == "A/12"
    left = api.as_("operator").post("/v1/members/A%2F12/close", json={"reason": "moved away", "on": MONDAY}, headers=key())
    assert (left.status_code, left.json()["number"]) == (200, "A/12")


def test_a_list_enrols_members_with_their_signed_mandates(api: Api) -> None:
    under = key()
    first = import_list(api, headers=under)
    assert first.status_code == 201, first.text
    assert first.json() == {
        "members": ["E00001", "E00002"],
        "members_known": [],
        "mandates": ["M-000001", "M-000002"],
        "mandates_known": [],
        "signed": ["M-000001", "M-000002"],
        "notices": first.json()["notices"],
    }
    again = import_list(api, headers=under)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert told(import_list(api, LIST + b"\r\nE00003;Third;personne;;;;;;", headers=under)) == (422, "key_reused")
    known = import_list(api)
    assert (known.json()["members"], known.json()["members_known"]) == ([], ["E00001", "E00002"])
    assert api.world.count("collection_mandate") == 2
    check_invariants(api.world.database)


def test_a_list_with_faults_is_refused_whole_with_every_row(api: Api) -> None:
    faulty = LIST.replace(b"plafond", b"plafnd").replace("Beñat Hiriart;personne".encode("cp1252"), b";personne")
    refused = import_list(api, faulty)
    assert told(refused) == (422, "rows_refused")
    assert {fault["row"] for fault in refused.json()["errors"]} == {2, 3}
    assert all(fault["column"] and fault["reason"] for fault in refused.json()["errors"])
    assert told(import_list(api, public_body="grenoble")) == (422, "party_not_of_convention")
    assert told(import_list(api, b"\xd0\xcf\x11\xe0 an old workbook")) == (415, "workbook_old_or_protected")
    assert api.world.count("member") == 0


def test_a_client_that_will_not_wait_is_answered_with_a_job(api: Api) -> None:
    job = job_done(api, import_list(api, headers={**key(), "Prefer": "respond-async"}))
    assert (job["state"], job["result"]["members"]) == ("done", ["E00001", "E00002"])


def test_a_member_leaves_with_an_empty_account(api: Api) -> None:
    enrol(api)
    api.world.enrol("E00001", "Ana Ibarra")
    api.world.fund("E00058", 5_000)
    operator, under = api.as_("operator"), key()
    body = {"reason": "moved away", "on": MONDAY}
    assert told(operator.post("/v1/members/E00058/close", json=body, headers=key())) == (409, "wallet_not_empty")
    kept = body | {"remainder": "transfer", "transfer_to": "E00001"}
    left = operator.post("/v1/members/E00058/close", json=kept, headers=under)
    assert (left.status_code, left.json()["transferred_cents"]) == (200, 5_000)
    again = operator.post("/v1/members/E00058/close", json=kept, headers=under)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (left.json(), "true")
    assert told(operator.post("/v1/members/E00058/close", json=kept, headers=key())) == (409, "member_left")
    seen = operator.get("/v1/members/E00058").json()
    assert (seen["left_on"], seen["left_because"]) == (MONDAY, "moved away")
    assert api.world.wallet("E00001") == 5_000
    check_invariants(api.world.database)


def test_a_departure_is_the_association_s_to_record(api: Api) -> None:
    enrol(api)
    body = {"reason": "moved away", "on": MONDAY}
    for login in ("preparer", "auditor"):
        assert told(api.as_(login).post("/v1/members/E00058/close", json=body, headers=key())) == (403, "role_missing")
    unknown = api.as_("operator").post("/v1/members/E00099/close", json=body, headers=key())
    assert told(unknown) == (404, "member_unknown")
    nothing = api.as_("operator").post("/v1/members/E00058/close", json={"reason": "", "on": MONDAY}, headers=key())
    assert told(nothing) == (422, "request_unfit")


def test_an_association_reaches_no_member_of_another(api: Api) -> None:
    api.world.load("grenoble-cairn.toml")
    operator = api.as_("operator")
    assert told(operator.get("/v1/members", params={"book": "cairn"})) == (403, "acts_for_another")
    answer = operator.post("/v1/members", params={"book": "cairn"}, json=MAITE, headers=key())
    assert told(answer) == (403, "acts_for_another")
