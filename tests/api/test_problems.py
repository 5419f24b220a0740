"""Everything that is not done is a problem document: its status by one table, in the reader's language, nothing leaked."""

import json
import re
from typing import Any

import pytest
import structlog

from monnaielocale.actions.perform import Unforeseen
from monnaielocale.api import statuses
from monnaielocale.api.documentation import known_problems, problem_data
from monnaielocale.api.problems import language_of, problem_of
from monnaielocale.domain.refusals import Refusal, every_refusal
from monnaielocale.words import speak
from tests import catalogue
from tests.api.small_api import GOOD, ask, post, problem

ENGLISH = {"accept-language": "en"}
# What a code sounds like, the status that goes with it, and those that sound so and are something else.
BY_SOUND: tuple[tuple[str, int, set[str]], ...] = (
    # Something unknown within a body or a file is no missing document.
    (
        r"_unknown$",
        404,
        {"acting_party_unknown", "bank_account_unknown", "choice_unknown", "confirmations_unknown", "credit_unknown"}
        | {"denomination_unknown", "encoding_unknown", "key_unknown", "member_kind_unknown", "notes_kind_unknown"}
        | {"opening_party_unknown", "outcome_unknown", "parameter_unknown", "part_kind_unknown", "piece_unknown"}
        | {
            "rank_unknown",
            "remainder_unknown",
            "role_unknown",
            "share_mode_unknown",
            "statement_format_unknown",
            "statement_record_unknown",
        }
        | {"statement_version_unknown", "text_encoding_unknown", "word_unknown"},
    ),
    (r"already|_taken$", 409, {"method_not_taken"}),
    (r"^(body|file|document|statement|convention|workbook)_too_large$", 413, set()),
    (r"^too_many_", 429, {"too_many_columns", "too_many_rows"}),
)


@pytest.fixture(autouse=True)
def _quiet_log() -> Any:
    """What is logged is caught, and asked for where it matters."""
    with structlog.testing.capture_logs() as caught:
        yield caught


def met() -> list[type[Refusal]]:
    catalogue.import_everything()
    return [kind for kind in every_refusal() if statuses.met_by_requests(kind)]


def test_the_table_names_refusals_that_exist_and_each_only_once() -> None:
    codes = {kind.code for kind in met()}
    assert statuses.STATUSES.keys() <= codes
    assert sum(map(len, statuses.TABLE.values())) == len(statuses.STATUSES)
    assert statuses.RETRY_AFTER.keys() <= statuses.STATUSES.keys()


def test_each_refusal_has_a_status_by_rule() -> None:
    """A new one that sounds like another status than 422 is placed in the table, or named above as something else."""
    wrong = [
        f"{kind.code} is {statuses.status_of(kind)} and sounds like {status}"
        for kind in met()
        for sound, status, others in BY_SOUND
        if re.search(sound, kind.code) and kind.code not in others and statuses.status_of(kind) != status
    ]
    assert not wrong
    assert {code for code, status in statuses.STATUSES.items() if status in (429, 503)} <= statuses.RETRY_AFTER.keys()


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("acts_for_another", 403),
        ("role_missing", 403),
        ("login_refused", 401),
        ("token_refused", 401),
        ("member_unknown", 404),
        ("run_already_signed", 409),
        ("busy_book", 409),
        ("file_too_large", 413),
        ("key_reused", 422),
        ("balance_too_low", 422),
        ("rows_refused", 422),
        ("too_many_attempts", 429),
        ("unforeseen", 500),
        ("too_busy", 503),
        ("closing", 503),
        ("outcome_unknown", 503),
    ],
)
def test_the_statuses_that_clients_build_upon_stay(code: str, status: int) -> None:
    kinds = {kind.code: kind for kind in met()}
    assert statuses.status_of(kinds[code]) == status


def test_a_refusal_is_told_in_french_unless_asked_otherwise() -> None:
    told = problem(ask("GET", "/v1/payments/failures/refusal"), 404, "member_unknown")
    assert told["detail"] == "Il n’y a pas d’adhérent E00042."
    assert told["values"] == {"member": "E00042"}
    assert "errors" not in told
    answer = ask("GET", "/v1/payments/failures/refusal", headers=ENGLISH)
    assert answer.headers["content-language"] == "en"
    assert problem(answer, 404, "member_unknown")["detail"] == "There is no member E00042."


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "fr"),
        ("*", "fr"),
        ("en", "en"),
        ("en-GB,en;q=0.9,fr;q=0.8", "en"),
        ("fr-FR,en;q=0.9", "fr"),
        ("en;q=0.3, fr;q=0.5", "fr"),
        ("de, en;q=0.1", "en"),
        ("eu", "fr"),
        ("en;q=0", "fr"),
        ("en;q=nonsense", "fr"),
        ("en;q=nan", "fr"),
        (",;,q=;;", "fr"),
        ("x" * 10_000 + ",en", "fr"),
    ],
)
def test_the_language_is_the_one_preferred_among_those_spoken(accepted: str, language: str) -> None:
    assert language_of(accepted) == language


def test_the_faults_of_a_file_are_told_all_at_once() -> None:
    told = problem(ask("GET", "/v1/payments/failures/rows"), 422, "rows_refused")
    assert told["values"] == {"count": 2}
    assert told["errors"] == [
        {"row": 3, "column": "Montant", "value": "12,5x", "code": "value_missing", "reason": "La valeur manque."},
        {"row": 4, "column": "Nom", "value": "", "code": "value_missing", "reason": "La valeur manque."},
    ]


def test_a_body_that_does_not_fit_is_told_field_by_field_without_what_was_sent() -> None:
    sent = {**GOOD, "amount_cents": -7, "payer": "hush", "tags": "x", "to": {"name": ""}, "hidden": "hush", "on": "hush"}
    answer = post(json.dumps(sent).encode(), **ENGLISH)
    told = problem(answer, 422, "request_unfit")
    assert "hush" not in answer.text
    assert told["errors"] == [
        {"location": "body.payer", "code": "form_unfit", "reason": "This is not written in the form that is expected here."},
        {"location": "body.amount_cents", "code": "number_too_small", "reason": "The least that fits here is 1."},
        {
            "location": "body.on",
            "code": "day_unfit",
            "reason": "Write a day like 2026-01-31, of this century or its neighbours.",
        },
        {"location": "body.tags", "code": "list_expected", "reason": "A list is expected here."},
        {"location": "body.to.name", "code": "too_short", "reason": "This has 1 characters or elements at least."},
        {"location": "body.hidden", "code": "field_not_known", "reason": "There is no field of this name here."},
    ]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "number_too_small"),
        ("limit=51", "number_too_large"),
        ("limit=many", "whole_number_expected"),
        ("limit=9999999999999999999999", "number_too_large"),
        ("run=42", "identifier_expected"),
        ("on=31/01/2026", "day_unfit"),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(query: str, code: str) -> None:
    told = problem(ask("GET", f"/v1/payments/E1?{query}"), 422, "request_unfit")
    assert [(error["location"], error["code"]) for error in told["errors"]] == [(f"query.{query.split('=')[0]}", code)]


def test_who_is_not_known_is_told_how_to_sign_in() -> None:
    answer = ask("GET", "/v1/payments/failures/login")
    problem(answer, 401, "login_refused")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_who_comes_at_a_bad_moment_is_told_when_to_come_again() -> None:
    answer = ask("GET", "/v1/payments/failures/busy")
    problem(answer, 503, "too_busy")
    assert answer.headers["retry-after"] == "1"


def test_an_unknown_address_and_an_unknown_method_are_problems_too() -> None:
    problem(ask("GET", "/v1/nothing"), 404, "address_unknown")
    answer = ask("DELETE", "/v1/payments")
    problem(answer, 405, "method_not_taken")
    assert "POST" in answer.headers["allow"]


def test_our_own_failure_tells_nothing_but_where_to_find_it_in_the_log(_quiet_log: list[dict[str, Any]]) -> None:
    answer = ask("GET", "/v1/payments/failures/ours")
    told = problem(answer, 500, "failed_inside")
    assert told["values"] == {"request": told["instance"]}
    assert "secret" not in answer.text and "RuntimeError" not in answer.text
    [logged] = [line for line in _quiet_log if line["event"] == "failed_inside"]
    assert logged["request_id"] == told["instance"]
    assert str(logged["exc_info"]) == "the secret of the house"


def test_an_answer_that_breaks_its_own_description_is_our_failure() -> None:
    answer = ask("GET", "/v1/payments/broken/answer")
    problem(answer, 500, "failed_inside")
    assert "secret" not in answer.text


def test_a_database_that_is_away_is_worth_another_try() -> None:
    answer = ask("GET", "/v1/payments/failures/database")
    problem(answer, 503, "database_away")
    assert answer.headers["retry-after"] == "5"
    assert "internal" not in answer.text


def test_an_unforeseen_failure_of_an_action_is_not_told_by_its_name() -> None:
    answer = ask("GET", "/v1/payments/failures/unforeseen")
    told = problem(answer, 500, "unforeseen")
    assert "UniqueViolation" not in answer.text
    assert told["instance"] in told["detail"]


def test_a_problem_within_an_answer_needs_no_request() -> None:
    speak("en")
    told = problem_of(Unforeseen(failure="KeyError"))
    assert (told["status"], told["values"], "instance" in told) == (500, {"failure": "-"}, False)


def test_a_request_is_known_by_the_name_it_brings() -> None:
    answer = ask("GET", "/v1/nothing", headers={"x-request-id": "desk-7.42"})
    assert problem(answer, 404, "address_unknown")["instance"] == "desk-7.42"


@pytest.mark.parametrize("named", ["", "a b", "a" * 65, "a\tb", "<b>", "é".encode().decode("latin-1")])
def test_a_name_that_could_confuse_a_log_is_replaced(named: str) -> None:
    answer = ask("GET", "/v1/nothing", headers={"x-request-id": named.encode("latin-1")})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


@pytest.mark.parametrize("path", ["/v1/payments/E1", "/v1/nothing", "/v1/payments/failures/ours", "/docs", "/problems"])
def test_every_answer_is_closed_to_browsers(path: str) -> None:
    headers = ask("GET", path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == "no-store"
    assert headers["content-security-policy"].startswith("default-src 'none';")
    assert headers["x-frame-options"] == "DENY"
    assert "x-request-id" in headers


def test_each_problem_is_explained_at_its_address() -> None:
    for code, kind in known_problems().items():
        data = problem_data(kind)
        assert data["code"] == code
        assert all(data["title"].values()) and all(data["detail"].values())
    page = ask("GET", problem(ask("GET", "/v1/nothing"), 404, "address_unknown")["type"])
    assert page.headers["content-type"].startswith("text/html")
    assert "Il n’y a rien à cette adresse." in page.text and "There is nothing at this address." in page.text
    told = ask("GET", "/problems/member_unknown", headers={"accept": "application/json"}).json()
    assert told["detail"] == {"fr": "Il n’y a pas d’adhérent {member}.", "en": "There is no member {member}."}
    assert (told["status"], told["values"]) == (404, ["member"])
    problem(ask("GET", "/problems/nothing_of_the_kind"), 404, "address_unknown")


def test_the_list_of_problems_names_each_that_a_request_may_meet() -> None:
    page = ask("GET", "/problems").text
    assert all(f'href="/problems/{code}"' in page for code in known_problems())


def test_a_page_runs_and_loads_nothing() -> None:
    for path in ("/docs", "/problems", "/problems/member_unknown"):
        page = ask("GET", path).text
        assert "<script" not in page and "style=" not in page and "http://" not in page and "https://" not in page
        assert re.findall(r'<link rel="stylesheet" href="([^"]*)">', page) == ["/docs/style.css"]
    assert ask("GET", "/docs/style.css").headers["content-type"].startswith("text/css")


def test_the_reference_shows_each_operation_with_its_fields_and_its_refusals() -> None:
    page = ask("GET", "/docs").text
    for shown in ("/v1/payments/{member}", "amount_cents", "to.name", "Idempotency-Key", "/problems/member_unknown", "E00042"):
        assert shown in page


def description() -> dict[str, Any]:
    found: dict[str, Any] = ask("GET", "/v1/openapi.json").json()
    return found


def test_the_description_tells_every_error_as_a_problem_with_an_example() -> None:
    told = description()
    assert told["openapi"].startswith("3.1")
    assert told["servers"] == [{"url": "/", "description": "This server"}]
    for path, methods in told["paths"].items():
        for operation in methods.values():
            errors = {status: answer for status, answer in operation["responses"].items() if status >= "4"}
            assert {"400", "503"} <= errors.keys(), path
            for answer in errors.values():
                answer = told["components"]["responses"][answer["$ref"].split("/")[-1]] if "$ref" in answer else answer
                content = answer["content"]["application/problem+json"]
                assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
                for code, example in content["examples"].items():
                    assert example["value"]["code"] == code
                    assert "instance" not in example["value"]


def test_the_description_holds_nothing_of_the_framework() -> None:
    told = description()
    assert told["components"]["schemas"].keys() == {"Asked", "Fault", "Problem", "Recipient", "TakeFileForm", "Told"}
    assert "HTTPValidationError" not in json.dumps(told) and "x-name" not in json.dumps(told)
    assert told["paths"]["/v1/payments"]["post"]["operationId"] == "pay"
    amount = told["components"]["schemas"]["Asked"]["properties"]["amount_cents"]
    assert json.dumps([amount["maximum"], amount["exclusiveMinimum"]]) == "[1000000000000000, 0]"


def test_the_description_requires_a_key_where_one_is_declared() -> None:
    operation = description()["paths"]["/v1/payments"]["post"]
    [key] = [parameter for parameter in operation["parameters"] if parameter["in"] == "header"]
    assert (key["name"], key["required"], key["schema"]["maxLength"]) == ("Idempotency-Key", True, 200)
    assert "Idempotency-Replayed" in operation["responses"]["201"]["headers"]
