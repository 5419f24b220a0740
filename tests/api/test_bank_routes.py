"""The bank over HTTP: statements in, and what their lines are for, said by one person and confirmed by another."""

import json
from typing import Any
from uuid import uuid4

import pytest

from monnaielocale.actions.matches import PartGiven
from tests.api.talking import at_once, done, everything, get, job_done, officials, pages, post, refused, replayed
from tests.bank_files import Bank, on, seen
from tests.flows.elsewhere import Elsewhere
from tests.invariants import check_invariants
from tests.matching import ANA, MAITE, PEIO, credited, line_of, payments_of, proposed, run_of
from tests.serving import Api, let_in
from tests.world import RESERVE_DIGITAL

COLUMNS = json.dumps({"account": RESERVE_DIGITAL, "booked_on": "Date", "labels": ["Libelle"], "amount": "Montant"})
CSV = "Date;Libelle;Montant\r\n05/01/2026;VIR ADHESION;25,00\r\n06/01/2026;FRAIS;-3,50\r\n".encode("cp1252")


@pytest.fixture
def api(api: Api) -> Api:
    """The API on 28 January, with three officials who gave a mandate."""
    officials(api)
    api.world.on = on(28)
    return api


def imported(api: Api, data: bytes, *, login: str = "operator", name: str = "releve.txt", **form: Any) -> Any:
    key, headers = form.pop("key", None), form.pop("headers", {})
    return post(api, login, "/bank-statements", form, files={"file": (name, data, "text/plain")}, key=key, headers=headers)


def only_line(api: Api, cents: int) -> str:
    (line,) = [line for line in everything(api, "operator", "/bank-lines") if line["amount_cents"] == cents]
    return str(line["line_id"])


def explained(api: Api, line: str, *parts: dict[str, Any], by: str = "operator") -> str:
    """Proposed by one person; answers the match."""
    return str(done(post(api, by, f"/bank-lines/{line}/explain", {"parts": list(parts)}), 201)["match_id"])


def test_a_statement_is_imported_once_and_what_is_exact_is_booked(api: Api) -> None:
    run = run_of(api.world, (MAITE, "300,00"), (PEIO, "200,00"))
    data = Bank().cfonb(1, 28, (27, 50000, f"DRFIP {run}"), (28, 1234, "VIR INCONNU"))
    told = done(imported(api, data), 201)
    (account,) = told["statement"]["accounts"]
    assert (told["statement"]["outcome"], account["new"], account["closing_cents"]) == ("imported", 2, 51234)
    (made,) = told["matches"]["confirmed"]
    assert (made["amount_cents"], run in made["reason"]) == (50000, True)
    assert told["matches"]["unknown"] == 1

    again = imported(api, data)
    assert again.status_code == 200
    assert (again.json()["statement"]["outcome"], again.json()["statement"]["accounts"][0]["new"]) == ("known", 0)
    assert api.world.count("bank_line") == 2
    check_invariants(api.world.database)


def test_t20_an_import_without_an_answer_is_sent_again_under_its_key(api: Api) -> None:
    bank = Bank()
    data = bank.cfonb(1, 28, (28, 1234, "VIR"))
    first, again = (imported(api, data, key="releve-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert (replayed(first), replayed(again)) == (False, True)
    other = imported(api, bank.cfonb(29, 29, (29, 5, "VIR")), key="releve-1")
    assert refused(other) == (422, "key_reused")
    assert api.world.count("statement_file") == 1


def test_a_file_that_does_not_continue_the_books_is_held_with_the_doubtful_days_named(api: Api) -> None:
    bank = Bank()
    done(imported(api, bank.cfonb(1, 10, (10, 1000, "A"))), 201)
    bank.balance_cents += 1
    told = done(imported(api, bank.cfonb(11, 12, (12, 7, "B"))), 200)
    (account,) = told["statement"]["accounts"]
    assert told["statement"]["outcome"] == "held"
    assert account["doubtful_days"]
    assert account["held"]
    held, first = everything(api, "auditor", "/bank-statements", limit=1)
    assert (held["outcome"], held["doubtful_days"], held["held"]) == ("held", account["doubtful_days"], account["held"])
    assert (first["outcome"], first["new_lines"], first["closing_cents"]) == ("imported", 1, 1000)
    assert [one["statement_id"] for one in everything(api, "operator", "/bank-statements", outcome="held")] == [
        held["statement_id"]
    ]
    assert api.world.count("bank_line") == 1


def test_a_csv_file_is_read_by_the_columns_that_are_declared_for_it(api: Api) -> None:
    given = {"name": "releve.csv", "opening_cents": "0", "closing_cents": "2150"}
    assert imported(api, CSV, **given).status_code == 415
    told = done(imported(api, CSV, csv_mapping=COLUMNS, **given), 201)
    assert (told["statement"]["format"], told["statement"]["accounts"][0]["iban"]) == ("csv", RESERVE_DIGITAL)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"csv_mapping": "[]"}, "mapping_refused"),
        ({"csv_mapping": '{"account": 1.5}'}, "json_refused"),
        ({"csv_mapping": '{"account": "x", "account": "y"}'}, "json_refused"),
        ({"csv_mapping": "{"}, "json_unreadable"),
        ({"csv_mapping": '{"delimiter": {"a": []}}'}, "mapping_refused"),
        ({"csv_mapping": COLUMNS, "opening_cents": "100.5"}, "request_unfit"),
        ({"csv_mapping": COLUMNS, "opening_cents": "1e999"}, "request_unfit"),
        ({"csv_mapping": COLUMNS, "opening_cents": "9" * 5000}, "request_unfit"),
        ({"on": "28/01/2026"}, "request_unfit"),
        ({"iban": "\x00"}, "request_unfit"),
    ],
)
def test_what_beside_the_file_cannot_be_meant_is_refused(api: Api, given: dict[str, Any], code: str) -> None:
    status, told = refused(imported(api, CSV, name="releve.csv", **given))
    assert (status in (400, 422), told) == (True, code)
    assert api.world.count("statement_file") == 0


def test_a_line_is_explained_by_one_person_and_confirmed_by_another(api: Api) -> None:
    seen(api.world, Bank(), (5, 2500, "ADHESION"), (6, -350, "FRAIS"))
    dues, charge = only_line(api, 2500), only_line(api, -350)
    match = explained(api, dues, {"kind": "dues", "amount_cents": 2500, "party": MAITE})
    assert refused(post(api, "operator", f"/bank-lines/{dues}/confirm", {"match_id": match})) == (403, "second_person_needed")
    (proposal,) = done(get(api, "accountant", f"/bank-lines/{dues}/proposals"))["items"]
    assert (proposal["match_id"], proposal["origin"], proposal["state"]) == (match, "person", "proposed")
    assert proposal["parts"][0]["party"] == MAITE
    assert refused(post(api, "accountant", f"/bank-lines/{charge}/confirm", {"match_id": match})) == (404, "match_unknown")
    told = done(post(api, "accountant", f"/bank-lines/{dues}/confirm", {"match_id": match}))
    assert (told["state"], told["line_id"]) == ("confirmed", dues)
    assert refused(post(api, "accountant", f"/bank-lines/{dues}/confirm", {"match_id": match})) == (
        409,
        "match_already_confirmed",
    )

    other = explained(api, charge, {"kind": "charge", "amount_cents": 350})
    told = done(post(api, "accountant", f"/bank-lines/{charge}/reject", {"match_id": other, "reason": "not ours"}))
    assert told["state"] == "rejected"
    shown = {state: [line["line_id"] for line in everything(api, "operator", "/bank-lines", state=state)] for state in STATES}
    assert shown == {"explained": [dues], "proposed": [], "unexplained": [charge]}
    assert [one["state"] for one in done(get(api, "auditor", f"/bank-lines/{charge}"))["matches"]] == ["rejected"]
    check_invariants(api.world.database)


STATES = ("unexplained", "proposed", "explained")


def test_t22_a_line_without_a_reference_is_allocated_to_payments_and_undone_while_nothing_used_it(api: Api) -> None:
    run = run_of(api.world, (MAITE, "300,00"), (PEIO, "200,00"), (ANA, "100,00"))
    seen(api.world, Bank(), (27, 45000, "DRFIP PAIE"))
    line, (maite, peio, _) = only_line(api, 45000), payments_of(api.world, run)
    part = {"payment_id": str(maite), "amount_cents": 30000}
    too_much = post(api, "operator", f"/bank-lines/{line}/allocate", {"payments": [part | {"amount_cents": 30001}]})
    assert refused(too_much) == (422, "payment_paid_beyond")
    unknown = post(api, "operator", f"/bank-lines/{line}/allocate", {"payments": [part | {"payment_id": str(uuid4())}]})
    assert refused(unknown) == (404, "payment_unknown")
    given = {"payments": [part, {"payment_id": str(peio), "amount_cents": 15000}], "note": "as the Treasury wrote"}
    match = done(post(api, "operator", f"/bank-lines/{line}/allocate", given), 201)["match_id"]
    done(post(api, "second-operator", f"/bank-lines/{line}/confirm", {"match_id": match}))
    payments = everything(api, "operator", f"/payment-runs/{run}/payments")
    assert [one["funded_cents"] for one in payments] == [30000, 15000, 0]
    (kept,) = done(get(api, "operator", f"/bank-lines/{line}"))["matches"]
    assert (kept["reason"], len(kept["parts"])) == ("as the Treasury wrote", 2)

    told = done(post(api, "operator", f"/bank-lines/{line}/undo", {"match_id": match, "reason": "wrong run"}))
    assert told["state"] == "undone"
    again = done(post(api, "operator", f"/bank-lines/{line}/allocate", given), 201)["match_id"]
    done(post(api, "second-operator", f"/bank-lines/{line}/confirm", {"match_id": again}))
    credited(api.world, run)
    answer = post(api, "operator", f"/bank-lines/{line}/undo", {"match_id": again, "reason": "wrong run"})
    assert refused(answer) == (409, "match_credited_since")
    assert answer.json()["values"]["event_kind"] == "run_credited"


def test_euros_of_an_unknown_payer_are_sent_back_once_two_people_say_so(api: Api) -> None:
    seen(api.world, Bank(), (27, 4200, "VIR DE PERSONNE"))
    line = only_line(api, 4200)
    match = done(post(api, "operator", f"/bank-lines/{line}/return", {"amount_cents": 4200}), 201)["match_id"]
    told = done(post(api, "second-operator", f"/bank-lines/{line}/confirm", {"match_id": match}))
    (due,) = everything(api, "operator", "/transfers-due")
    assert told["transfers_due"] == [due["transfer_due_id"]]
    assert (due["amount_cents"], due["open_cents"], due["party"]) == (4200, 4200, "eusko:unknown-payer")


def test_t9_a_double_click_on_confirm_books_once(api: Api) -> None:
    seen(api.world, Bank(), (5, 2500, "ADHESION"))
    line = only_line(api, 2500)
    match = explained(api, line, {"kind": "dues", "amount_cents": 2500})
    api.as_("accountant")

    def click() -> Any:
        return post(api, "accountant", f"/bank-lines/{line}/confirm", {"match_id": match}, key="confirm")

    answers = at_once(click, click)
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert api.world.count("match_act") == 1


def test_a_search_proposes_with_the_reason_in_words(api: Api) -> None:
    seen(api.world, Bank(), (27, 30000, "DRFIP"))
    run = run_of(api.world, (MAITE, "300,00"))
    found = done(post(api, "operator", "/bank-lines/search", headers={"Accept-Language": "fr"}))
    (made,) = found["proposed"]
    assert (made["amount_cents"], "{" in made["reason"]) == (30000, False)
    (proposal,) = done(get(api, "operator", f"/bank-lines/{made['line_id']}/proposals"))["items"]
    assert (proposal["match_id"], proposal["origin"]) == (made["match_id"], "program")
    assert proposal["reason"] != made["reason"], "each in the language of its request"
    (payment,) = payments_of(api.world, run)
    assert [part["payment_id"] for part in proposal["parts"]] == [str(payment)]
    job = job_done(api, "operator", post(api, "operator", "/bank-lines/search", headers={"Prefer": "respond-async"}))
    assert (job["result"]["waiting"], job["result"]["proposed"]) == (1, [])


def test_only_the_association_and_auditors_see_the_bank(api: Api) -> None:
    seen(api.world, Bank(), (5, 2500, "ADHESION"))
    line = only_line(api, 2500)
    for login in ("signer", "treasurer", "preparer"):
        for path in ("/bank-statements", "/bank-lines", f"/bank-lines/{line}", f"/bank-lines/{line}/proposals"):
            assert refused(get(api, login, path)) == (403, "role_missing")
        given = {"parts": [{"kind": "dues", "amount_cents": 2500}]}
        assert refused(post(api, login, f"/bank-lines/{line}/explain", given)) == (403, "role_missing")
        assert refused(imported(api, b"", login=login)) == (403, "role_missing")
    assert refused(get(api, "operator", f"/bank-lines/{uuid4()}")) == (404, "line_unknown")


def test_t26_another_association_neither_sees_nor_explains_a_line(api: Api) -> None:
    elsewhere = Elsewhere.beside(api.world)
    let_in(api.world, "cairn-operator")
    seen(api.world, Bank(), (5, 2500, "ADHESION"))
    line = line_of(api.world, 2500)
    match = proposed(api.world, line, PartGiven("gift", 2500))
    assert everything(api, "cairn-operator", "/bank-lines") == []
    assert refused(get(api, "cairn-operator", f"/bank-lines/{line}")) == (404, "line_unknown")
    given = {"parts": [{"kind": "gift", "amount_cents": 2500}]}
    assert refused(post(api, "cairn-operator", f"/bank-lines/{line}/explain", given)) == (404, "line_unknown")
    assert refused(post(api, "cairn-operator", f"/bank-lines/{line}/confirm", {"match_id": str(match)})) == (404, "match_unknown")
    assert refused(post(api, "cairn-operator", f"/bank-lines/{line}/explain", given, book="eusko")) == (403, "acts_for_another")
    assert elsewhere.balance("operating.digital") == 0


def test_t16_a_thousand_and_one_lines_that_wait_are_all_shown_by_paging(api: Api) -> None:
    seen(api.world, Bank(), *sorted((5 + number % 10, 100 + number, f"VIR {number}") for number in range(1001)))
    sizes, shown = [], []
    for page in pages(api, "operator", "/bank-lines", state="unexplained", limit=400):
        sizes.append(len(page))
        shown += page
    assert sizes == [400, 400, 201]
    assert {line["amount_cents"] for line in shown} == set(range(100, 1101))
    assert [line["booked_on"] for line in shown] == sorted(line["booked_on"] for line in shown)
