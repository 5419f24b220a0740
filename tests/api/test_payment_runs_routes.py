"""Payment runs over HTTP: the town sends its list and signs it, and follows what becomes of it."""

from typing import Any

import pytest

from tests.api.talking import at_once, done, everything, get, job_done, officials, pages, post, refused, replayed
from tests.bank_files import Bank, on, seen
from tests.flows.elsewhere import CAIRN, Elsewhere
from tests.invariants import check_invariants
from tests.matching import ANA, MAITE, NAMES, PEIO, matched
from tests.serving import Api, let_in
from tests.towns import list_of
from tests.world import COLLECTION, TOWN

JANUARY = {"public_body": TOWN, "kind": "official_allowance", "period": "2026-01", "list_number": "1"}


@pytest.fixture
def api(api: Api) -> Api:
    """The API on 20 January, with three officials who gave a mandate."""
    officials(api)
    return api


def rows(*amounts: tuple[str, int]) -> dict[str, Any]:
    """A list as a program sends it, with its total and its count."""
    given = [{"member_number": number, "amount_cents": cents} for number, cents in amounts]
    return JANUARY | {"rows": given, "declared_total_cents": sum(cents for _, cents in amounts), "declared_count": len(amounts)}


def imported(api: Api, data: bytes, *, login: str = "preparer", key: str | None = None, **form: Any) -> Any:
    files = {"file": ("indemnites.csv", data, "text/csv")}
    return post(api, login, "/payment-runs/import", JANUARY | form, key=key, files=files)


def opened(api: Api, *amounts: tuple[str, int], **said: Any) -> str:
    return str(done(post(api, "preparer", "/payment-runs", rows(*amounts) | said), 201)["run"])


def signed(api: Api, *amounts: tuple[str, int], **said: Any) -> str:
    reference = opened(api, *amounts, **said)
    done(post(api, "signer", f"/payment-runs/{reference}/sign"))
    return reference


def test_a_list_becomes_a_run_that_a_second_person_signs(api: Api) -> None:
    told = done(post(api, "preparer", "/payment-runs", rows((MAITE, 30000), (PEIO, 20000))), 201)
    assert (told["state"], told["total_cents"], told["payment_count"], told["repeated"]) == ("checked", 50000, 2, False)
    reference = told["run"]
    changed = done(post(api, "signer", f"/payment-runs/{reference}/sign"))
    assert (changed["act"], changed["state"]) == ("signed", "awaiting_funds")
    shown = done(get(api, "preparer", f"/payment-runs/{reference}"))
    assert (shown["state"], shown["signed_on"], shown["waiting_cents"]) == ("awaiting_funds", "2026-01-20", 0)
    payments = everything(api, "treasurer", f"/payment-runs/{reference}/payments")
    assert [(one["member"], one["amount_cents"], one["state"]) for one in payments] == [
        (MAITE, 30000, "awaiting_funds"),
        (PEIO, 20000, "awaiting_funds"),
    ]
    assert not {"wallet", "iban", "balance_cents"} & payments[0].keys()
    check_invariants(api.world.database)


def test_t1_the_same_file_uploaded_twice_is_one_run_and_the_second_answer_says_so(api: Api) -> None:
    data = list_of(*((list(NAMES)[at % 3], "", f"{10 + at},00") for at in range(40)))
    first, second = imported(api, data), imported(api, data)
    assert (first.status_code, second.status_code) == (201, 200)
    assert (first.json()["repeated"], second.json()["repeated"]) == (False, True)
    assert first.json()["run"] == second.json()["run"]
    assert "sent before" in second.json()["notices"][0]
    assert (api.world.count("payment_run"), api.world.count("payment")) == (1, 40)
    assert not replayed(second), "another request, whose list is known"


def test_t1_another_list_under_the_same_number_is_refused(api: Api) -> None:
    done(imported(api, list_of((MAITE, "", "10,00"))), 201)
    assert refused(imported(api, list_of((MAITE, "", "11,00")))) == (409, "run_differs")


def test_t2_all_faults_of_all_rows_are_answered_at_once_and_nothing_is_kept(api: Api) -> None:
    data = list_of((MAITE, "", "10,00"), (PEIO, "", "0,00"), ("E00999", "", "10,00"), (ANA, "", "dix"))
    answer = imported(api, data)
    assert refused(answer) == (422, "rows_refused")
    faults = {(fault["row"], fault["code"]) for fault in answer.json()["errors"]}
    assert {row for row, _ in faults} == {3, 4, 5}
    assert (4, "member_unknown") in faults
    assert api.world.count("payment_run") == 0


def test_t2_row_17_without_an_account_is_named(api: Api) -> None:
    listed = [(MAITE, 100 + at) for at in range(16)] + [("E00117", 5000)] + [(PEIO, 200 + at) for at in range(4)]
    answer = post(api, "preparer", "/payment-runs", rows(*listed))
    assert refused(answer) == (422, "rows_refused")
    named = [fault for fault in answer.json()["errors"] if fault["code"] == "member_unknown"]
    assert [(fault["row"], fault["value"]) for fault in named] == [(17, "E00117")]
    assert api.world.count("payment_run") == 0


@pytest.mark.parametrize(
    ("said", "code"),
    [({"declared_total_cents": 29999}, "total_differs"), ({"declared_count": 2}, "count_differs"), ({"kind": "grant"}, None)],
)
def test_t15_a_total_or_count_that_differs_from_the_rows_is_refused(api: Api, said: dict[str, Any], code: str | None) -> None:
    status, told = refused(post(api, "preparer", "/payment-runs", rows((MAITE, 30000)) | said))
    assert status == 422
    assert code is None or told == code
    assert api.world.count("payment_run") == 0


def test_t9_a_double_click_on_sign_is_one_signature(api: Api) -> None:
    reference = opened(api, (MAITE, 30000))

    def click(key: str) -> Any:
        return post(api, "signer", f"/payment-runs/{reference}/sign", key=key)

    api.as_("signer")
    same = at_once(lambda: click("one"), lambda: click("one"))
    assert [answer.status_code for answer in same] == [200, 200]
    assert same[0].json() == same[1].json()
    assert sum(map(replayed, same)) == 1
    assert refused(click("two")) == (409, "run_already_signed")
    assert api.world.count("run_act") == 2


def test_t20_a_request_without_an_answer_is_sent_again_under_its_key(api: Api) -> None:
    first = post(api, "preparer", "/payment-runs", rows((MAITE, 30000)), key="bordereau-1")
    again = post(api, "preparer", "/payment-runs", rows((MAITE, 30000)), key="bordereau-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert (replayed(first), replayed(again)) == (False, True)
    other = post(api, "preparer", "/payment-runs", rows((MAITE, 30001)), key="bordereau-1")
    assert refused(other) == (422, "key_reused")
    assert api.world.count("payment_run") == 1


@pytest.mark.parametrize("act", ["sign", "cancel", "close", "account", "credit", "return"])
def test_an_act_without_a_key_is_refused(api: Api, act: str) -> None:
    reference = opened(api, (MAITE, 30000))
    answer = api.as_("operator").post(f"/v1/payment-runs/{reference}/{act}", json={"reason": "so"})
    assert answer.status_code == 400, answer.text
    assert api.world.count("run_act") == 1


def test_nobody_signs_what_they_entered_nor_does_the_public_accountant(api: Api) -> None:
    api.world.add("both", TOWN, "town_preparer", "town_signer")
    let_in(api.world, "both")
    reference = done(post(api, "both", "/payment-runs", rows((MAITE, 30000))), 201)["run"]
    assert refused(post(api, "both", f"/payment-runs/{reference}/sign")) == (403, "second_person_needed")
    assert refused(post(api, "treasurer", f"/payment-runs/{reference}/sign")) == (403, "accountant_may_not_decide")
    assert refused(post(api, "preparer", f"/payment-runs/{reference}/sign")) == (403, "role_missing")
    assert refused(post(api, "signer", "/payment-runs/RF18NOTHING/sign")) == (404, "run_unknown")


def test_t26_a_signer_of_another_town_signs_only_their_own(api: Api) -> None:
    elsewhere = Elsewhere.beside(api.world)
    let_in(api.world, "grenoble-signer")
    ours, theirs = opened(api, (MAITE, 30000)), elsewhere.run_signed(5000)
    api.as_("grenoble-signer"), api.as_("signer")
    answers = at_once(
        lambda: post(api, "grenoble-signer", f"/payment-runs/{ours}/sign", book="eusko"),
        lambda: post(api, "grenoble-signer", f"/payment-runs/{ours}/sign"),
        lambda: post(api, "signer", f"/payment-runs/{ours}/sign"),
    )
    assert refused(answers[0]) == (403, "acts_for_another")
    assert refused(answers[1]) == (404, "run_unknown")
    assert done(answers[2])["state"] == "awaiting_funds"
    assert refused(get(api, "grenoble-signer", f"/payment-runs/{ours}")) == (404, "run_unknown")
    assert refused(get(api, "grenoble-signer", f"/payment-runs/{ours}", book="eusko")) == (403, "acts_for_another")
    assert refused(get(api, "signer", f"/payment-runs/{theirs}/payments")) == (404, "run_unknown")
    assert refused(get(api, "signer", f"/payment-runs/{theirs}/summary")) == (404, "run_unknown")
    assert [one["run"] for one in everything(api, "grenoble-signer", "/payment-runs")] == [theirs]
    assert everything(api, "signer", "/payment-runs", public_body="grenoble") == []
    assert [one["run"] for one in everything(api, "auditor", "/payment-runs", book=CAIRN)] == [theirs]


def test_a_run_is_given_up_before_its_euros_arrive_and_closed_after_them(api: Api) -> None:
    reference = signed(api, (MAITE, 30000), (PEIO, 20000))
    assert refused(post(api, "accountant", f"/payment-runs/{reference}/close", {"reason": "so"})) == (409, "run_not_funded")
    assert refused(post(api, "operator", f"/payment-runs/{reference}/account")) == (409, "run_not_settled")
    answer = post(api, "preparer", f"/payment-runs/{reference}/cancel", {"reason": ""})
    assert refused(answer) == (422, "request_unfit")
    told = done(post(api, "preparer", f"/payment-runs/{reference}/cancel", {"reason": "entered twice"}))
    assert (told["act"], told["state"]) == ("cancelled", "cancelled")
    assert done(get(api, "operator", f"/payment-runs/{reference}"))["cancelled_on"] == "2026-01-20"


def test_runs_are_listed_by_state_and_period_page_by_page(api: Api) -> None:
    first = signed(api, (MAITE, 30000))
    second = opened(api, (PEIO, 30000), list_number="2")
    third = opened(api, (ANA, 30000), period="2026-02", list_number="1")
    found = list(pages(api, "operator", "/payment-runs", limit=1))
    assert [[one["run"] for one in page] for page in found] == [[third], [second], [first]]
    assert [one["run"] for one in everything(api, "preparer", "/payment-runs", state="checked")] == [third, second]
    assert [one["run"] for one in everything(api, "preparer", "/payment-runs", period="2026-02")] == [third]
    assert refused(get(api, "preparer", "/payment-runs", state="lost")) == (422, "request_unfit")
    assert refused(get(api, "preparer", "/payment-runs", cursor="WzFd")) == (400, "cursor_unfit")
    assert refused(get(api, "administrator", "/payment-runs")) == (403, "role_missing")


def test_the_slip_says_what_to_copy_on_the_payment_orders(api: Api) -> None:
    reference = signed(api, (MAITE, 30000), (PEIO, 20000))
    slip = done(get(api, "preparer", f"/payment-runs/{reference}/slip"))
    assert (slip["reference"], slip["iban"], slip["total_cents"]) == (reference, COLLECTION, 50000)
    assert slip["account_holder"] and slip["public_body"]


def test_a_member_sees_no_run(api: Api) -> None:
    api.world.add("maite", f"eusko:{MAITE}", "member")
    let_in(api.world, "maite")
    reference = opened(api, (MAITE, 30000))
    for path in ("", f"/{reference}", f"/{reference}/payments", f"/{reference}/summary", f"/{reference}/slip"):
        assert refused(get(api, "maite", f"/payment-runs{path}")) == (403, "role_missing")


def test_t16_a_thousand_and_one_payments_sent_by_a_program_are_a_job_and_all_shown_by_paging(api: Api) -> None:
    listed = [(list(NAMES)[at % 3], 100 + at) for at in range(1001)]
    accepted = post(api, "preparer", "/payment-runs", rows(*listed), key="large")
    assert refused(post(api, "preparer", "/payment-runs", rows(*listed[1:]), key="large")) == (422, "key_reused")
    job = job_done(api, "preparer", accepted)
    assert job["state"] == "done", job
    assert (job["result"]["payment_count"], job["result"]["repeated"]) == (1001, False)
    shown = everything(api, "preparer", f"/payment-runs/{job['result']['run']}/payments", limit=500)
    assert [one["amount_cents"] for one in shown] == [cents for _, cents in listed]
    assert len({one["payment_id"] for one in shown}) == 1001


def test_what_the_bank_brought_shows_in_the_run(api: Api) -> None:
    reference = signed(api, (MAITE, 30000), (PEIO, 20000))
    seen(api.world, Bank(), (21, 50000, f"DRFIP {reference}"))
    api.world.on = on(21)
    matched(api.world)
    shown = done(get(api, "signer", f"/payment-runs/{reference}"))
    assert (shown["state"], shown["funded_cents"], shown["waiting_cents"]) == ("funded", 50000, 50000)
    assert refused(post(api, "preparer", f"/payment-runs/{reference}/cancel", {"reason": "so"})) == (409, "run_funded")
