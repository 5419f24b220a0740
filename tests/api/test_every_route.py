"""Every route that the API describes, asked in the ways in which nobody should ask: it refuses
with a problem that its description knows, and never fails."""

import logging
import re
from collections.abc import Iterator
from itertools import islice

import pytest

from monnaielocale.api.keys import load_keys
from monnaielocale.api.openapi import KEY_HEADER
from monnaielocale.api.tokens import Tokens
from monnaielocale.settings import Settings
from tests.api.described import MULTIPART, Described, described
from tests.api.forging import Forger, fits_a_header, forged_tokens
from tests.api.hostile import HOSTILE, spoilt
from tests.api.talking import open_pool
from tests.api.wire import Answered, Wires
from tests.serving import Api

log = logging.getLogger(__name__)
# These have no effect that could be doubled: they look, or what they end is ended, or they answer a new secret each time.
WITHOUT_KEY = {
    "POST /v1/token",
    "POST /v1/token/renew",
    "POST /v1/token/revoke",
    "POST /v1/token/shift",
    "POST /v1/token/lock",
    "POST /v1/token/unlock",
    "POST /v1/conventions/check",
    "POST /v1/people/{login}/log-out",
}
OPEN_TO_ALL = {
    "POST /v1/token",
    "POST /v1/token/renew",
    "POST /v1/token/revoke",
    "POST /v1/token/unlock",
    "GET /healthz",
    "GET /readyz",
}
# One in so many of the spoilt bodies goes to each route, another one to the next.
SPOILT_SHARE = 3
# In the place of a parameter, escaped as it travels; none of them is the name of anything.
HOSTILE_TEXTS = {
    "a NUL": "%00",
    "a NUL behind": "a%00",
    "no UTF-8": "%ff%fe",
    "half of a character": "%ed%a0%80",
    "an overlong slash": "%c0%af",
    "a broken escape": "%zz",
    "a line end with a header": "a%0d%0aX-Forged:%201",
    "an order to write leftwards": "%e2%80%ae",
    "figures of another script": "%d9%a3",
    "a climb": "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
    "a slash": "%2f",
    "a backslash": "%5c",
    "a space": "%20",
    "SQL": "'%20OR%201=1;--",
    "a percent sign": "%25(x)s%25s",
    "braces": "%7b0.__class__%7d",
    "markup": "%3cscript%3e",
    "a number below zero": "-1",
    "beyond 64 bits": "9223372036854775808",
    "five hundred figures": "9" * 500,
    "NaN": "NaN",
    "1e999": "1e999",
    "a day that does not exist": "2026-02-30",
    "a year of five figures": "10000-01-01",
    "a nil identifier": "00000000-0000-0000-0000-00000000000g",
    "accents by the hundred": "e" + "%cc%81" * 200,
    "more than an address may have": "a" * 3000,
}
_OPEN = b"------boundary\r\n"
_PART = _OPEN + b'Content-Disposition: form-data; name="on"\r\n\r\n'
_END = b"\r\n------boundary--\r\n"
BROKEN_FORMS: dict[str, tuple[str | bytes | None, bytes]] = {
    "no boundary": ("multipart/form-data", b""),
    "an empty boundary": ("multipart/form-data; boundary=", b"--\r\n\r\n----"),
    "a boundary beyond ASCII": (b"multipart/form-data; boundary=\xe9", b"--\xe9\r\n"),
    "nothing": (MULTIPART, b""),
    "another boundary": (MULTIPART, b"--other\r\n\r\nx\r\n--other--\r\n"),
    "no end": (MULTIPART, _PART + b"x"),
    "no end of the heads": (MULTIPART, _OPEN + b"Content-Disposition: form-data"),
    "no name": (MULTIPART, _OPEN + b"Content-Disposition: form-data\r\n\r\nx" + _END),
    "no heads": (MULTIPART, _OPEN + b"\r\nx" + _END),
    "a head without colon": (MULTIPART, _OPEN + b"Content\r\n\r\nx" + _END),
    "a head of a megabyte": (MULTIPART, _OPEN + b"X: " + b"x" * 1_000_000),
    "an unknown charset": (MULTIPART + "; charset=none", _END),
    "two thousand parts": (MULTIPART, (_PART + b"x\r\n") * 2000 + _END),
    "no UTF-8": (MULTIPART, _PART + b"\xff\xfe" + _END),
    "JSON": ("application/json", b"{}"),
    "a form of one line": ("application/x-www-form-urlencoded", b"on=2026-01-31"),
    "no kind": (None, b"x"),
}


@pytest.fixture(scope="module")
def operations(api_of_file: Api) -> list[Described]:
    """What the server describes."""
    return described(api_of_file)


@pytest.fixture(scope="module")
def wires(api_of_file: Api) -> Iterator[Wires]:
    """A connection for each person who asks, and a desk at which they ask."""
    open_pool(api_of_file)
    wires = Wires(api_of_file)
    yield wires
    wires.close()


@pytest.fixture(scope="module")
def forgeries(wires: Wires, api_of_file: Api, settings_of_file: Settings) -> dict[str, str]:
    """Every forged token that can be sent in a header, by its name."""
    claims = Tokens.from_settings(settings_of_file).read(api_of_file.login("administrator")["access_token"])
    forger = Forger(load_keys(settings_of_file).signing, settings_of_file.token_issuer, settings_of_file.token_audience, claims)
    me = wires.as_("").ask("GET", "/v1/me", {"Authorization": f"Bearer {forger.genuine()}"})
    assert me.status == 200, "a genuine token of the forger's opens, so that the forged ones are refused for what is wrong"
    return {name: token for name, token in forged_tokens(forger).items() if fits_a_header(token)}


def unknown_person(answer: Answered) -> bool:
    """Whether an answer says that nobody is known by these credentials."""
    return answer.refused and answer.status == 401 and answer.headers["WWW-Authenticate"] == "Bearer"


def test_only_logging_in_and_the_watchmans_questions_are_open_to_strangers(operations: list[Described]) -> None:
    assert {str(operation) for operation in operations if not operation.protected} == OPEN_TO_ALL


def test_no_forged_token_opens_any_protected_route(wires: Wires, operations: list[Described], forgeries: dict[str, str]) -> None:
    assert len(forgeries) > 90
    wrong, tried = [], 0
    for operation in operations:
        if operation.protected:
            for name, token in forgeries.items():
                answer = operation.ask(wires.as_(""), headers={"Authorization": f"Bearer {token}"})
                tried += 1
                if not (unknown_person(answer) and operation.documents(answer)):
                    wrong.append(f"{operation} with {name}: {answer}")
    assert wrong == []
    assert tried > 60 * 90
    log.info("%s forged tokens refused", tried)


def test_no_protected_route_answers_without_a_token_or_to_another_kind_of_credentials(
    wires: Wires, operations: list[Described]
) -> None:
    wrong = []
    for operation in operations:
        if operation.protected:
            for given in (None, "Basic bWFpdGU6c2VjcmV0", "Bearer"):
                answer = operation.ask(wires.as_(""), headers={"Authorization": given})
                if not (unknown_person(answer) and operation.documents(answer)):
                    wrong.append(f"{operation} with {given}: {answer}")
    assert wrong == []


def test_every_route_that_takes_json_refuses_every_body_that_breaks_readers(wires: Wires, operations: list[Described]) -> None:
    wrong, tried = [], 0
    for operation in operations:
        if operation.json is not None:
            for name, body in HOSTILE.items():
                answer = operation.ask(wires.as_(operation.sender), body=body)
                tried += 1
                if not (answer.refused and operation.documents(answer)) and not (
                    name in ("nothing", "null") and _may_be_left_out(operation)
                ):
                    wrong.append(f"{operation} with {name}: {answer}")
    assert wrong == []
    assert tried > 2000
    log.info("%s hostile bodies refused", tried)


def _may_be_left_out(operation: Described) -> bool:
    return not operation.told["requestBody"].get("required", False)


def test_no_route_that_takes_json_fails_over_one_value_that_does_not_fit(wires: Wires, operations: list[Described]) -> None:
    wrong, tried = [], 0
    for turn, operation in enumerate(operations):
        if operation.json is not None:
            for name, body in islice(spoilt(operation.json), turn % SPOILT_SHARE, None, SPOILT_SHARE):
                answer = operation.ask(wires.as_(operation.sender), body=body)
                tried += 1
                if not (answer.in_order and operation.documents(answer)):
                    wrong.append(f"{operation} with {name}: {answer}")
    assert wrong == []
    assert tried > 1500
    log.info("%s spoilt bodies answered", tried)


def test_the_good_bodies_that_are_spoilt_are_good(wires: Wires, operations: list[Described]) -> None:
    # Otherwise every spoilt body would be refused for a fault that was there before.
    wrong = []
    for operation in operations:
        if operation.json is not None:
            answer = operation.ask(wires.as_(operation.sender))
            if not (answer.in_order and operation.documents(answer)) or (
                answer.status >= 400 and answer.problem["code"] in ("request_unfit", "json_refused")
            ):
                wrong.append(f"{operation} with its example: {answer}")
    assert wrong == []


def test_every_route_refuses_a_path_with_hostile_text(wires: Wires, operations: list[Described]) -> None:
    wrong, tried = [], 0
    for operation in operations:
        for parameter in operation.named("path"):
            for name, text in HOSTILE_TEXTS.items():
                answer = operation.ask(wires.as_(operation.sender), operation.address(**{parameter: text}))
                tried += 1
                if not answer.refused:
                    wrong.append(f"{operation} with {name} as {parameter}: {answer}")
    assert wrong == []


def test_no_route_fails_over_hostile_text_in_the_query(wires: Wires, operations: list[Described]) -> None:
    wrong, tried = [], 0
    for operation in operations:
        for name, query, must_refuse in _queries(operation):
            answer = operation.ask(wires.as_(operation.sender), f"{operation.address()}?{query}")
            tried += 1
            if not ((answer.refused if must_refuse else answer.in_order) and operation.documents(answer)):
                wrong.append(f"{operation} with {name}: {answer}")
    assert wrong == []


def _queries(operation: Described) -> Iterator[tuple[str, str, bool]]:
    """Hostile queries of an operation, and whether each must be refused."""
    # People search for any text there is, and the number of a member may be a number of any length.
    free = {"q", "member"}
    if operation.path.startswith("/v1"):
        yield "a parameter that nobody knows", "unknown=1", True
        yield "a parameter without a name", "=1", True
    for parameter in operation.named("query"):
        yield f"{parameter} twice", f"{parameter}=1&{parameter}=1", True
        for name, text in HOSTILE_TEXTS.items():
            yield f"{name} as {parameter}", f"{parameter}={text}", parameter not in free


def test_every_route_that_takes_a_form_refuses_a_broken_one(wires: Wires, operations: list[Described]) -> None:
    wrong = []
    for operation in operations:
        if operation.form is not None:
            for name, (kind, body) in BROKEN_FORMS.items():
                answer = operation.ask(wires.as_(operation.sender), headers={"Content-Type": kind}, body=body)
                if not (answer.refused and operation.documents(answer)):
                    wrong.append(f"{operation} with {name}: {answer}")
    assert wrong == []


def test_every_form_is_refused_when_a_part_that_it_needs_is_missing(wires: Wires, operations: list[Described]) -> None:
    wrong, tried = [], 0
    for operation in operations:
        for part in (operation.form or {}).get("required", ()):
            answer = operation.ask(wires.as_(operation.sender), body=operation.form_without(part))
            tried += 1
            faults = [fault["location"] for fault in answer.problem.get("errors", ())]
            if not (answer.refused and answer.status == 422 and f"body.{part}" in faults):
                wrong.append(f"{operation} without {part}: {answer}")
    assert wrong == []
    assert tried > 5


def test_every_request_with_an_effect_demands_a_key_but_those_that_cannot_be_doubled(
    wires: Wires, operations: list[Described]
) -> None:
    changing = {str(operation): operation for operation in operations if operation.method != "get"}
    assert {name for name, operation in changing.items() if not operation.keyed} == WITHOUT_KEY
    wrong = []
    for operation in changing.values():
        if operation.keyed:
            for unfit in (None, "", "two words", "x" * 201, "clé"):
                answer = operation.ask(wires.as_(operation.sender), headers={KEY_HEADER: unfit})
                code = "idempotency_key_missing" if unfit is None else "idempotency_key_unfit"
                if not (answer.refused and answer.status == 400 and answer.problem["code"] == code):
                    wrong.append(f"{operation} with the key {unfit!r}: {answer}")
    assert wrong == []


def test_every_answer_to_a_wrong_method_names_all_methods_of_the_address(wires: Wires, operations: list[Described]) -> None:
    taken: dict[str, set[str]] = {}
    for operation in operations:
        taken.setdefault(operation.address(), set()).add(operation.method.upper())
    wrong = []
    for address, methods in taken.items():
        answer = wires.as_("operator").ask("DELETE", address, {})
        allowed = set(re.findall(r"[A-Z]+", answer.headers.get("Allow", "")))
        if not (answer.refused and answer.status == 405 and methods <= allowed <= methods | {"HEAD", "GET"}):
            wrong.append(f"{address}: {answer.status}, {methods} are taken and {allowed} told")
    assert wrong == []
