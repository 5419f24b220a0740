"""Crediting over HTTP: once, whoever clicks how often; what goes back; the account of a run; and wallets kept elsewhere."""

from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from monnaielocale.actions.mandates import RevokeMandate, revoke_mandates
from tests.api.talking import at_once, done, everything, get, job_done, officials, pages, post, refused, replayed
from tests.bank_files import Bank, on, seen
from tests.flows.elsewhere import CAIRN, Elsewhere
from tests.invariants import check_invariants
from tests.matching import ANA, MAITE, NAMES, PEIO, matched, payments_of, run_of
from tests.serving import Api, let_in
from tests.world import BOOK

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def api(api: Api) -> Api:
    """The API on 20 January, with three officials who gave a mandate."""
    officials(api)
    return api


def funded(api: Api, *rows: tuple[str, str], number: str = "1") -> str:
    """A run whose euros are on a bank statement of the 21st."""
    run = run_of(api.world, *rows, list_number=number)
    total = sum(int(amount.replace(",", "")) for _, amount in rows)
    seen(api.world, Bank(), (21, total, f"DRFIP {run}"))
    api.world.on = on(21)
    matched(api.world)
    return run


def test_t7_a_run_without_euros_on_a_statement_is_not_credited(api: Api) -> None:
    run = run_of(api.world, (MAITE, "300,00"))
    answer = post(api, "operator", f"/payment-runs/{run}/credit")
    assert refused(answer) == (409, "euros_not_seen")
    assert api.world.wallet(MAITE) == 0


def test_t9_crediting_clicked_twice_credits_once(api: Api) -> None:
    run = funded(api, (MAITE, "300,00"), (PEIO, "200,00"))
    api.as_("operator"), api.as_("second-operator")
    answers = at_once(
        lambda: post(api, "operator", f"/payment-runs/{run}/credit", key="click"),
        lambda: post(api, "operator", f"/payment-runs/{run}/credit", key="click"),
        lambda: post(api, "second-operator", f"/payment-runs/{run}/credit", key="click"),
    )
    good = [answer for answer in answers if answer.status_code == 200]
    assert all(refused(answer) == (409, "nothing_left_to_credit") for answer in answers if answer.status_code != 200)
    assert {answer.json()["credited_cents"] for answer in good} == {50000}
    assert len(good) - sum(map(replayed, good)) == 1, "one did it"
    assert (api.world.wallet(MAITE), api.world.wallet(PEIO)) == (30000, 20000)
    assert done(get(api, "signer", f"/payment-runs/{run}"))["state"] == "credited"
    check_invariants(api.world.database)


def test_t20_a_crediting_without_an_answer_is_sent_again_under_its_key(api: Api) -> None:
    run = funded(api, (MAITE, "300,00"))
    first = post(api, "operator", f"/payment-runs/{run}/credit", key="credit-1")
    again = post(api, "operator", f"/payment-runs/{run}/credit", key="credit-1")
    assert first.json() == again.json()
    assert (replayed(first), replayed(again)) == (False, True)
    assert refused(post(api, "operator", f"/payment-runs/{run}/credit", {"on": "2026-01-22"}, key="credit-1")) == (
        422,
        "key_reused",
    )
    assert api.world.wallet(MAITE) == 30000


def test_a_payment_whose_mandate_was_revoked_is_set_aside_and_its_euros_go_back(api: Api) -> None:
    run = funded(api, (MAITE, "300,00"), (PEIO, "200,00"))
    api.world.do(
        revoke_mandates, RevokeMandate(api.world.actor("operator"), BOOK, "M-000002", api.world.on, "letter", api.world.on)
    )
    told = done(post(api, "operator", f"/payment-runs/{run}/credit", headers={"Accept-Language": "fr"}))
    assert (told["credited_count"], told["credited_cents"], told["ordered_elsewhere"]) == (1, 30000, False)
    (aside,) = told["set_aside"]
    assert (aside["member"], aside["amount_cents"], aside["code"]) == (PEIO, 20000, "mandate_revoked")
    assert aside["reason"] == "mandat révoqué"

    payments = everything(api, "preparer", f"/payment-runs/{run}/payments")
    assert [one["state"] for one in payments] == ["credited", "set_aside"]
    assert "M-000002" in payments[1]["reason"]

    back = done(post(api, "operator", f"/payment-runs/{run}/return"))
    assert [(one["party"], one["amount_cents"], one["code"]) for one in back["returned"]] == [(PEIO, 20000, "mandate_revoked")]
    (due,) = everything(api, "operator", "/transfers-due")
    assert (due["transfer_due_id"], due["party"], due["run"]) == (back["returned"][0]["transfer_due_id"], PEIO, run)
    assert (due["kind"], due["open_cents"], due["code"]) == ("return", 20000, "mandate_revoked")
    assert refused(post(api, "operator", f"/payment-runs/{run}/return")) == (409, "nothing_to_return")
    told = done(post(api, "operator", f"/payment-runs/{run}/account"))
    assert (told["state"], told["credited_cents"], told["returned_cents"]) == ("accounted_for", 30000, 20000)
    check_invariants(api.world.database)


def test_a_wrong_credit_is_taken_back_up_to_what_the_wallet_holds(api: Api) -> None:
    run = funded(api, (MAITE, "300,00"))
    done(post(api, "operator", f"/payment-runs/{run}/credit"))
    api.world.pay(MAITE, PEIO, 10000)
    (payment,) = payments_of(api.world, run)
    path = f"/credits/{payment}/take-back"
    assert refused(post(api, "operator", path, {"reason": "wrong person"})) == (403, "role_missing")
    assert refused(post(api, "accountant", path, {"reason": ""})) == (422, "request_unfit")
    told = done(post(api, "accountant", path, {"reason": "wrong person"}))
    assert (told["member"], told["taken_cents"], told["missing_cents"]) == (MAITE, 20000, 10000)
    assert refused(post(api, "accountant", path, {"reason": "wrong person"})) == (409, "credit_unknown")
    assert refused(post(api, "accountant", f"/credits/{uuid4()}/take-back", {"reason": "so"})) == (409, "credit_unknown")


def test_towns_and_accountants_of_the_treasury_do_not_credit(api: Api) -> None:
    run = funded(api, (MAITE, "300,00"))
    for login in ("preparer", "signer", "treasurer", "auditor"):
        assert refused(post(api, login, f"/payment-runs/{run}/credit")) == (403, "role_missing")
    assert refused(post(api, "operator", "/payment-runs/RF18NOTHING/credit")) == (404, "run_unknown")
    assert api.world.wallet(MAITE) == 0


def test_a_large_run_is_credited_by_a_job_that_has_one_effect(api: Api) -> None:
    rows = [(list(NAMES)[at % 3], f"{at + 1},00") for at in range(501)]
    run = funded(api, *rows)
    accepted = post(api, "operator", f"/payment-runs/{run}/credit", key="large")
    job = job_done(api, "operator", accepted)
    assert (job["state"], job["result"]["credited_count"], job["result"]["credited_cents"]) == ("done", 501, 501 * 502 // 2 * 100)
    again = job_done(api, "operator", post(api, "operator", f"/payment-runs/{run}/credit", key="large"))
    assert (again["id"], again["result"]) == (job["id"], job["result"])
    assert api.world.wallet(MAITE) == sum(range(1, 502, 3)) * 100


def test_small_work_becomes_a_job_for_those_who_prefer_one(api: Api) -> None:
    run = funded(api, (MAITE, "300,00"))
    accepted = post(api, "operator", f"/payment-runs/{run}/credit", headers={"Prefer": "respond-async"})
    assert job_done(api, "operator", accepted)["result"]["credited_cents"] == 30000


def test_the_account_of_a_run_is_json_csv_or_a_workbook(api: Api) -> None:
    run = funded(api, (MAITE, "300,00"), (PEIO, "200,00"))
    done(post(api, "operator", f"/payment-runs/{run}/credit"))
    path = f"/v1/payment-runs/{run}/summary"
    town = api.as_("signer")

    summary = town.get(path).json()
    assert summary["totals"]["credited_cents"] == 50000
    assert [(one["member_number"], one["credited_cents"]) for one in summary["payments"]] == [(MAITE, 30000), (PEIO, 20000)]
    assert [(one["amount_cents"], one["allocated_cents"]) for one in summary["bank_lines"]] == [(50000, 50000)]

    listed = town.get(path, headers={"Accept": "text/csv"})
    assert listed.headers["content-type"].startswith("text/csv")
    assert f'filename="{run}.csv"' in listed.headers["content-disposition"]
    assert "300,00" in listed.content.decode("utf-8-sig")

    book = town.get(path, params={"format": "xlsx"}, headers={"Accept": "application/json"})
    assert book.headers["content-type"] == XLSX
    sheets = load_workbook(BytesIO(book.content))
    assert len(sheets.sheetnames) == 3

    assert town.get(path, headers={"Accept": "text/html, */*;q=0.1"}).json() == summary
    assert town.get(path, headers={"Accept": f"text/csv;q=0.5, {XLSX}"}).headers["content-type"] == XLSX
    answer = town.get(path, headers={"Accept": "image/png, text/csv;q=0"})
    assert refused(answer) == (406, "not_acceptable")
    assert refused(town.get(path, params={"format": "pdf"})) == (422, "request_unfit")


def test_t24_credits_elsewhere_are_ordered_under_fixed_references_and_confirmed_once_each(api: Api) -> None:
    elsewhere = Elsewhere.beside(api.world)
    let_in(api.world, "cairn-operator")
    api.world.on = on(30)
    run = elsewhere.run_signed(10000, 20000, 30000)
    elsewhere.paid(run, 60000, 29)
    told = done(post(api, "cairn-operator", f"/payment-runs/{run}/credit"))
    assert (told["ordered_elsewhere"], told["credited_count"]) == (True, 3)

    found = list(pages(api, "cairn-operator", "/credit-orders", limit=2))
    assert [len(page) for page in found] == [2, 1]
    orders = [order for page in found for order in page]
    assert [(one["member"], one["amount_cents"]) for one in orders] == [("C00001", 10000), ("C00002", 20000), ("C00003", 30000)]
    assert len({one["reference"] for one in orders}) == 3
    assert {one["run"] for one in orders} == {run}

    def confirm(*confirmations: tuple[str, str]) -> Any:
        given = [{"reference": reference, "transaction_number": number} for reference, number in confirmations]
        return post(api, "cairn-operator", "/credit-orders/confirm", {"confirmations": given})

    first, second, third = (one["reference"] for one in orders)
    assert done(confirm((first, "T-1")))["confirmed_cents"] == 10000
    assert done(confirm((first, "T-1"), (second, "T-2"))) == {
        "confirmed_count": 1,
        "confirmed_cents": 20000,
        "already_confirmed_count": 1,
    }
    assert refused(confirm((third, "T-3"), ("RF00-9", "T-4"))) == (422, "confirmations_unknown")
    assert refused(confirm((first, "T-9"))) == (409, "confirmation_differs")
    assert [one["reference"] for one in everything(api, "cairn-operator", "/credit-orders")] == [third]
    let_in(api.world, "grenoble-signer")
    assert done(get(api, "grenoble-signer", f"/payment-runs/{run}"))["unconfirmed_cents"] == 30000


def test_orders_for_another_association_are_not_shown(api: Api) -> None:
    Elsewhere.beside(api.world)
    assert everything(api, "operator", "/credit-orders") == []
    assert refused(get(api, "operator", "/credit-orders", book=CAIRN)) == (403, "acts_for_another")
    assert refused(get(api, "signer", "/credit-orders")) == (403, "role_missing")
    assert refused(post(api, "signer", "/credit-orders/confirm", {"confirmations": []})) == (422, "request_unfit")


def test_a_town_sees_what_goes_back_and_nothing_of_the_others(api: Api) -> None:
    run = funded(api, (MAITE, "300,00"), (ANA, "10,00"))
    world = api.world
    world.do(revoke_mandates, RevokeMandate(world.actor("operator"), BOOK, "M-000001", world.on, "letter", world.on))
    done(post(api, "operator", f"/payment-runs/{run}/return"))
    assert everything(api, "signer", "/transfers-due") == [], "these euros are not its own"
    payments = everything(api, "signer", f"/payment-runs/{run}/payments")
    assert [one["returned_cents"] for one in payments] == [30000, 0]
