"""Bodies and addresses are read strictly: what two readers might understand differently is refused, with its place."""

import json
import socket
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.api import bodies
from monnaielocale.api.strict_json import DEPTH_MOST, JsonRefused, read_json
from monnaielocale.domain.refusals import Refusal
from tests.api.hostile import HOSTILE, spoilt
from tests.api.small_api import GOOD, JSON, ask, post, problem, served

GOOD_BODY = json.dumps(GOOD).encode()


def places(body: bytes) -> list[tuple[str, str]]:
    """The faults of a body that is refused: where, and which."""
    with pytest.raises(JsonRefused) as refused:
        read_json(body)
    return [(fault.location, fault.refusal.code) for fault in refused.value.faults]


def test_a_good_body_is_understood() -> None:
    answer = post(GOOD_BODY)
    assert answer.status_code == 201
    assert answer.json() == {"payer": "E00042", "amount_cents": 1250, "label": "Bread"}


@pytest.mark.parametrize("kind", ["application/json", "Application/JSON; charset=UTF-8", 'application/json;charset="utf-8"'])
def test_json_may_name_its_only_encoding(kind: str) -> None:
    assert ask("POST", "/v1/payments", content=GOOD_BODY, headers={"content-type": kind}).status_code == 201


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", "application/xml", "json", "*"],
)
def test_any_other_kind_of_content_is_refused(kind: str) -> None:
    problem(ask("POST", "/v1/payments", content=GOOD_BODY, headers={"content-type": kind}), 415, "body_not_json")


def test_a_body_of_no_stated_kind_is_refused() -> None:
    problem(ask("POST", "/v1/payments", content=GOOD_BODY), 415, "body_not_json")


def test_a_packed_body_is_refused() -> None:
    problem(post(GOOD_BODY, **{"content-encoding": "gzip"}), 415, "body_encoded")


def test_a_missing_body_is_refused_where_one_is_needed() -> None:
    problem(post(b""), 400, "body_missing")
    assert post(b"", "/v1/payments/maybe").json() is False
    assert post(GOOD_BODY, "/v1/payments/maybe").json() is True


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_is_refused_with_a_problem(name: str) -> None:
    answer = post(HOSTILE[name])
    assert 400 <= answer.status_code < 500
    problem(answer, answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_body_never_fails_a_route_that_takes_anything(name: str) -> None:
    assert post(HOSTILE[name], "/v1/payments/any").status_code < 500


@pytest.mark.parametrize("body", [pytest.param(body, id=name) for name, body in spoilt(GOOD)])
def test_no_value_in_the_place_of_another_fails(body: bytes) -> None:
    assert post(body).status_code in (201, 400, 422)


def test_every_fault_is_told_at_once_with_its_place() -> None:
    body = b'{"a": [1.5, {"b": NaN, "b": 2}], "c": "\\u0000", "d": ' + b"1" * 19 + b', "\\ud800": 1}'
    assert places(body) == [
        ("body.a.0", "number_not_whole"),
        ("body.a.1.b", "number_not_whole"),
        ("body.a.1.b", "key_twice"),
        ("body.c", "sign_unseen"),
        ("body.d", "number_too_long"),
        ("body.\ufffd", "sign_unseen"),
    ]


def test_the_faults_stand_in_the_answer() -> None:
    told = problem(post(b'{"payer": "E1", "payer": "E2", "amount_cents": 1.0}'), 400, "json_refused")
    assert [(error["location"], error["code"]) for error in told["errors"]] == [
        ("body.payer", "key_twice"),
        ("body.amount_cents", "number_not_whole"),
    ]
    assert told["values"] == {"count": 2}


def test_a_thousand_faults_are_told_up_to_a_limit() -> None:
    assert len(places(b"[" + b",".join([b"1.5"] * 1000) + b"]")) == 100


def test_what_is_no_json_is_told_by_line_and_column() -> None:
    told = problem(post(b'{\n  "payer": oops\n}'), 400, "json_unreadable")
    assert told["values"] == {"line": 2, "column": 12}


@pytest.mark.parametrize("number", [0, -1, 10**17, 10**18 - 1, -(10**18) + 1])
def test_a_whole_number_of_eighteen_figures_is_read_exactly(number: int) -> None:
    assert read_json(b"[%d]" % number) == [number]


def test_text_is_read_as_it_was_written() -> None:
    assert read_json('{"é": "a\\n\\t\\u00e9\\ud83d\\ude00€"}'.encode()) == {"é": "a\n\té\U0001f600€"}


def test_lists_lie_as_deep_as_agreed_and_no_deeper() -> None:
    deepest = b"[" * DEPTH_MOST + b"]" * DEPTH_MOST
    assert read_json(deepest)
    with pytest.raises(Refusal) as refused:
        read_json(b"[" + deepest + b"]")
    assert refused.value.code == "json_too_deep"


def test_brackets_within_texts_are_not_counted() -> None:
    body = json.dumps(["[" * 1000, '\\"[{"', *["{}"] * 50]).encode()
    assert read_json(body) == json.loads(body)


def test_a_large_body_is_read_within_its_limits() -> None:
    many = [{"payer": f"E{number:05}", "amount_cents": number} for number in range(10_000)]
    assert read_json(json.dumps(many).encode()) == many


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18) + 1, 10**18 - 1) | st.text(st.characters(exclude_categories=["Cc", "Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(exclude_categories=["Cc", "Cs"])), inner),
    max_leaves=20,
)


@given(json_values, st.booleans(), st.sampled_from([None, 1]))
@settings(max_examples=150)
def test_what_is_written_plainly_is_read_back(value: Any, ascii_only: bool, indent: int | None) -> None:
    assert read_json(json.dumps(value, ensure_ascii=ascii_only, indent=indent).encode()) == value


loose_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec=None)), inner, max_size=4),
    max_leaves=20,
)


@given(loose_values)
@settings(max_examples=150)
def test_any_json_is_read_as_it_is_or_refused_with_a_place(value: Any) -> None:
    written = json.dumps(value)
    try:
        assert read_json(written.encode()) == value
    except JsonRefused as refused:
        assert refused.faults
        assert all(fault.location.startswith("body") for fault in refused.faults)


field_values = st.recursive(
    loose_values | st.sampled_from(["E00042", "2026-01-31", "2026-01", 1250, "Bread"]),
    lambda inner: st.lists(inner, max_size=2),
    max_leaves=3,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "other"]), field_values))
@settings(max_examples=150)
def test_any_object_is_understood_or_refused_and_nothing_fails(body: dict[str, Any]) -> None:
    assert post(json.dumps(body).encode()).status_code in (201, 400, 422)


@given(st.binary(max_size=60), st.integers(0, len(GOOD_BODY)), st.integers(0, 20))
@settings(max_examples=150)
def test_any_bytes_anywhere_in_a_body_are_understood_or_refused(noise: bytes, place: int, lost: int) -> None:
    assert post(GOOD_BODY[:place] + noise + GOOD_BODY[place + lost :]).status_code in (201, 400, 422)


@given(st.binary(max_size=80))
@settings(max_examples=100)
def test_any_form_is_understood_or_refused(noise: bytes) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    for body in (noise, head + noise + b"\r\n--x--\r\n", b"--x\r\n" + noise):
        answer = ask("POST", "/v1/payments/file", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
        assert answer.status_code in (200, 400, 422)


def test_a_file_arrives_whole() -> None:
    assert ask("POST", "/v1/payments/file", files={"file": ("january.csv", b"1;2;3\n" * 1000)}).json() == 6000


def test_a_file_has_the_same_limit_as_any_body() -> None:
    sent = ask("POST", "/v1/payments/file", files={"file": ("january.csv", b"x" * (bodies.BYTES_MOST + 1))})
    problem(sent, 413, "body_too_large")


def test_a_body_has_the_limit_of_its_route() -> None:
    told = problem(post(GOOD_BODY, "/v1/payments/small"), 413, "body_too_large")
    assert told["values"] == {"most_bytes": 100}
    assert post(b'{"payer": "E1", "amount_cents": 5}', "/v1/payments/small").status_code == 200


def test_a_body_that_hides_its_length_is_stopped_at_the_limit() -> None:
    async def endless() -> Any:
        for _ in range(1000):
            yield b" " * 50

    problem(ask("POST", "/v1/payments/small", content=endless(), headers=JSON), 413, "body_too_large")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/v1/payments/E%00", "address_unreadable"),
        ("/v1/payments/E%ff", "address_unreadable"),
        ("/v1/payments/E%ed%a0%80", "address_unreadable"),
        ("/v1/payments/E1?state=%00", "address_unreadable"),
        ("/v1/payments/E1?state=%ff", "address_unreadable"),
        ("/v1/payments/E1?state=%e2%80%ae", "address_unreadable"),
        ("/v1/payments/E1?state=a%0ab", "address_unreadable"),
        ("/v1/payments/E1?limt=2", "parameter_unknown"),
        ("/v1/payments/E1?limit=2&limit=3", "parameter_repeated"),
        ("/v1/payments/E1?%00=2", "address_unreadable"),
    ],
)
def test_an_address_that_is_no_plain_text_is_refused(address: str, code: str) -> None:
    problem(ask("GET", address), 400, code)


def test_a_parameter_that_may_be_repeated_is_taken_as_often_as_it_stands() -> None:
    answer = ask("GET", "/v1/payments/E1?state=open&state=closed&on=2026-01-31")
    assert answer.json()["label"] == "2026-01-31 open closed None"


@pytest.mark.parametrize("address", ["/v1/payments/E" + "1" * 3000, "/v1/payments/E1?state=" + "a" * 3000])
def test_an_overlong_address_is_refused(address: str) -> None:
    problem(ask("GET", address), 414, "address_too_long")


@pytest.mark.parametrize(
    "on", ["2026-1-31", "20260131", "1769817600", "2026-01-31T00:00:00", "2026-02-30", "0001-01-01", "today"]
)
def test_a_day_is_written_in_one_way_only(on: str) -> None:
    told = problem(ask("GET", f"/v1/payments/E1?on={on}"), 422, "request_unfit")
    assert told["errors"][0] | {"reason": ""} == {"location": "query.on", "code": "day_unfit", "reason": ""}


@given(st.binary(max_size=30), st.binary(max_size=30))
@settings(max_examples=100)
def test_any_address_is_understood_or_refused(path: bytes, query: bytes) -> None:
    answer = ask("GET", f"/v1/payments/{quote_from_bytes(path, safe='')}?state={quote_from_bytes(query, safe='')}")
    assert answer.status_code in (200, 400, 404, 405, 422)


def test_a_body_that_comes_too_slowly_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE_SECONDS", 0.1)
    with served() as port, socket.create_connection(("127.0.0.1", port), timeout=20) as slow:
        slow.sendall(
            b"POST /v1/payments/small HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"
        )
        answer = b"".join(iter(lambda: slow.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 408 ")
    assert json.loads(body)["code"] == "body_too_slow"


def test_who_leaves_in_the_middle_of_a_body_disturbs_nobody() -> None:
    with served() as port:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as leaving:
            leaving.sendall(b"POST /v1/payments HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n\r\n{")
        with socket.create_connection(("127.0.0.1", port), timeout=20) as staying:
            staying.sendall(
                b"POST /v1/payments HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(GOOD_BODY), GOOD_BODY)
            )
            assert b"".join(iter(lambda: staying.recv(65536), b"")).startswith(b"HTTP/1.1 201 ")
