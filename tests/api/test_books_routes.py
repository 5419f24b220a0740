"""Books over HTTP: seen by those who may name them, opened by two persons, closed by the accountant, proven to be backed."""

from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.invariants import check_invariants
from tests.serving import Api, key, let_in
from tests.world import ISSUER, RESERVE_DIGITAL, RESERVE_NOTES, csv

BALANCES = (
    (f"bank:{RESERVE_DIGITAL}", 150_000),
    (f"bank:{RESERVE_NOTES}", 40_000),
    ("circulation.digital", 150_000),
    ("circulation.notes", 40_000),
    ("issuance.digital", 150_000),
    ("issuance.notes:1000", 40_000),
    ("notes.public:1000", 40_000),
    ("wallet:E00001", 150_000),
)
AS_JSON = [
    {"account": account.removesuffix(":1000"), "denomination_cents": 1000 if account.endswith(":1000") else None}
    | {"balance_cents": cents}
    for account, cents in BALANCES
]
MONDAY = "2026-01-05"


def prepare(api: Api, login: str = "operator", **given: Any) -> httpx2.Response:
    body = {"balances": AS_JSON, "on": MONDAY} | given
    return api.as_(login).post("/v1/books/eusko/opening", json=body, headers=key())


def sign(api: Api, opening: str, login: str = "accountant", headers: dict[str, str] | None = None) -> httpx2.Response:
    return api.as_(login).post(f"/v1/books/eusko/opening/{opening}/sign", json={"on": MONDAY}, headers=headers or key())


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, str(answer.json()["code"])


@pytest.fixture
def member(api: Api) -> str:
    return api.world.enrol("E00001", "Maite Etxe")


def test_everybody_sees_the_books_that_they_may_name(api: Api, member: str) -> None:
    api.world.load("grenoble-cairn.toml")
    api.world.add("maite", f"eusko:{member}", "member")
    let_in(api.world, "maite")
    for login in ("preparer", "accountant", "maite"):
        assert [one["book"] for one in api.as_(login).get("/v1/books").json()["items"]] == ["eusko"], login
    first = api.as_("auditor").get("/v1/books", params={"limit": 1}).json()
    second = api.as_("auditor").get("/v1/books", params={"limit": 1, "cursor": first["next"]}).json()
    assert [one["book"] for one in first["items"] + second["items"]] == ["cairn", "eusko"]
    assert second["next"] is None
    seen = api.as_("signer").get("/v1/books/eusko").json()
    assert (seen["book"], seen["currency"], seen["keeper"]) == ("eusko", "EUS", ISSUER)
    assert told(api.as_("signer").get("/v1/books/cairn")) == (403, "acts_for_another")
    assert told(api.as_("auditor").get("/v1/books/nowhere")) == (403, "acts_for_another")


def test_a_book_is_opened_by_two_persons(api: Api, member: str) -> None:
    ready = prepare(api)
    assert ready.status_code == 201, ready.text
    opening = ready.json()["opening_id"]
    assert ready.json()["circulation_notes_cents"] == 40_000
    assert told(sign(api, opening, "operator")) == (403, "role_missing")
    under = key()
    signed = sign(api, opening, headers=under)
    assert (signed.status_code, signed.json()["business_on"]) == (200, MONDAY)
    again = sign(api, opening, headers=under)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (signed.json(), "true")
    assert told(sign(api, opening)) == (409, "book_already_opened")
    assert told(prepare(api)) == (409, "book_already_opened")
    assert api.world.wallet(member) == 150_000
    check_invariants(api.world.database)


def test_whoever_prepared_an_opening_does_not_sign_it(api: Api, member: str) -> None:
    opening = prepare(api, "accountant").json()["opening_id"]
    assert told(sign(api, opening)) == (403, "second_person_needed")
    assert told(sign(api, str(uuid4()))) == (404, "opening_unknown")
    assert api.world.wallet(member) == 0


@pytest.mark.usefixtures("member")
def test_the_signer_sees_what_they_are_going_to_sign(api: Api) -> None:
    sheet = {"file": ("soldes.csv", csv(BALANCES), "text/csv")}
    imported = api.as_("operator").post("/v1/books/eusko/opening/import", files=sheet, data={"on": MONDAY}, headers=key())
    assert imported.status_code == 201, imported.text
    second = prepare(api).json()["opening_id"]
    accountant = api.as_("accountant")
    first_page = accountant.get("/v1/books/eusko/opening", params={"limit": 1}).json()
    last_page = accountant.get("/v1/books/eusko/opening", params={"limit": 1, "cursor": first_page["next"]}).json()
    (listed,) = first_page["items"]
    assert (listed["opening_id"], listed["file_name"]) == (imported.json()["opening_id"], "soldes.csv")
    assert (listed["prepared_by"], listed["signed_by"], listed["business_on"]) == ("operator", None, MONDAY)
    assert ([one["opening_id"] for one in last_page["items"]], last_page["next"]) == ([second], None)
    shown = accountant.get(f"/v1/books/eusko/opening/{second}").json()
    assert {one["account"]: one["balance_cents"] for one in shown["balances"]} == dict(BALANCES)
    sign(api, second)
    assert accountant.get(f"/v1/books/eusko/opening/{second}").json()["signed_by"] == "accountant"
    assert told(api.as_("auditor").get(f"/v1/books/eusko/opening/{uuid4()}")) == (404, "opening_unknown")
    assert told(api.as_("signer").get("/v1/books/eusko/opening")) == (403, "role_missing")


@pytest.mark.usefixtures("member")
def test_a_request_sent_again_prepares_one_opening(api: Api) -> None:
    operator, under = api.as_("operator"), key()
    body = {"balances": AS_JSON, "on": MONDAY}
    first = operator.post("/v1/books/eusko/opening", json=body, headers=under)
    again = operator.post("/v1/books/eusko/opening", json=body, headers=under)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    other = operator.post("/v1/books/eusko/opening", json=body | {"on": "2026-01-06"}, headers=under)
    assert told(other) == (422, "key_reused")
    assert api.world.count("book_opening") == 1


@pytest.mark.usefixtures("member")
def test_an_opening_with_faults_is_refused_with_all_of_them(api: Api) -> None:
    wrong = prepare(api, balances=AS_JSON[:-1])
    assert told(wrong) == (422, "rows_refused")
    assert {fault["code"] for fault in wrong.json()["errors"]} == {"opening_unbalanced", "digital_units_differ"}
    sheet = {"file": ("soldes.csv", csv([("wallet:E00099", 100), ("nowhere", 5)][:1]), "text/csv")}
    unknown = api.as_("operator").post("/v1/books/eusko/opening/import", files=sheet, headers=key())
    assert [(fault["code"], fault["row"]) for fault in unknown.json()["errors"]] == [("member_unknown", 2)]
    injected = prepare(api, balances=[{"account": 'a";b', "balance_cents": 1}])
    assert [fault["code"] for fault in injected.json()["errors"]] == ["account_unknown"]
    assert api.world.count("book_opening") == 0


@pytest.mark.parametrize("login", ["preparer", "auditor", "administrator"])
def test_others_prepare_no_opening(api: Api, login: str) -> None:
    assert told(prepare(api, login)) == (403, "role_missing")


def test_a_book_is_closed_further_and_never_opened_again(api: Api) -> None:
    accountant, under = api.as_("accountant"), key()
    assert accountant.get("/v1/books/eusko/closed-until").json()["closed_until"] is None
    body = {"closed_until": "2025-12-31", "on": MONDAY}
    closed = accountant.post("/v1/books/eusko/closed-until", json=body, headers=under)
    assert (closed.status_code, closed.json()["closed_until"]) == (200, "2025-12-31")
    again = accountant.post("/v1/books/eusko/closed-until", json=body, headers=under)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (closed.json(), "true")
    assert api.as_("auditor").get("/v1/books/eusko/closed-until").json()["closed_until"] == "2025-12-31"
    for until, status, code in (("2025-11-30", 409, "closing_not_later"), ("2026-02-01", 422, "closing_in_future")):
        answer = accountant.post("/v1/books/eusko/closed-until", json={"closed_until": until, "on": MONDAY}, headers=key())
        assert told(answer) == (status, code)
    operator = api.as_("operator").post("/v1/books/eusko/closed-until", json=body, headers=key())
    assert told(operator) == (403, "role_missing")
    assert told(api.as_("signer").get("/v1/books/eusko/closed-until")) == (403, "role_missing")


def test_an_accountant_touches_no_book_of_another_association(api: Api) -> None:
    api.world.load("grenoble-cairn.toml")
    body = {"closed_until": "2025-12-31", "on": MONDAY}
    answer = api.as_("accountant").post("/v1/books/cairn/closed-until", json=body, headers=key())
    assert told(answer) == (403, "acts_for_another")


def test_the_proof_is_the_same_when_it_is_asked_again_with_its_event(api: Api, member: str) -> None:
    sign(api, prepare(api).json()["opening_id"])
    first = api.as_("signer").get("/v1/reserve-proof", params={"on": MONDAY}).json()
    assert first["holds"]
    assert first["forms"]["digital"]["circulation_cents"] == 150_000
    asked = {"on": MONDAY, "event": first["event"]}
    api.world.fund(member, 5_000)
    for login in ("signer", "treasurer", "operator", "auditor"):
        assert api.as_(login).get("/v1/reserve-proof", params=asked).json() == first, login
    later = api.as_("auditor").get("/v1/reserve-proof", params={"on": MONDAY}).json()
    assert later["event"] > first["event"]
    assert later["forms"]["digital"]["circulation_cents"] == 155_000
    assert told(api.as_("auditor").get("/v1/reserve-proof", params={"on": MONDAY, "event": 9999})) == (404, "event_unknown")


def test_a_town_reads_in_the_proof_no_document_that_may_name_people(api: Api, member: str) -> None:
    sign(api, prepare(api).json()["opening_id"])
    api.world.fund(member, 5_000)
    (seen,) = api.as_("auditor").get("/v1/reserve-proof", params={"on": MONDAY}).json()["forms"]["notes"]["on_the_road"]
    assert seen["document"] == f"slip of {member}"
    (shown,) = api.as_("signer").get("/v1/reserve-proof", params={"on": MONDAY}).json()["forms"]["notes"]["on_the_road"]
    assert shown == seen | {"document": None}


def test_the_proof_is_for_those_who_work_with_the_book(api: Api, member: str) -> None:
    api.world.add("maite", f"eusko:{member}", "member")
    let_in(api.world, "maite")
    for login in ("maite", "administrator"):
        assert told(api.as_(login).get("/v1/reserve-proof", params={"on": MONDAY})) == (403, "role_missing"), login
    api.world.load("grenoble-cairn.toml")
    asked = {"on": MONDAY, "book": "cairn"}
    assert told(api.as_("signer").get("/v1/reserve-proof", params=asked)) == (403, "acts_for_another")
    assert told(api.as_("auditor").get("/v1/reserve-proof", params={"on": MONDAY})) == (422, "book_not_named")
