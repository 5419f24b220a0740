"""The description of the API (OpenAPI 3.1) as programs read it: with every answer that a request may meet, errors included."""

import re
from collections import Counter
from collections.abc import Iterator
from contextvars import copy_context
from functools import cache
from typing import Any

import structlog
from fastapi import FastAPI

from monnaielocale.actions.collector import TooBusy
from monnaielocale.actions.perform import KeyReused
from monnaielocale.domain.actors import ActsForAnother, RoleMissing
from monnaielocale.domain.members import MemberUnknown
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.faults import BusyBook
from monnaielocale.words import ENGLISH, speak

from .bodies import ADDRESS_MOST, BYTES_MOST, AddressTooLong, BodyNotJson, BodyTooLarge, BodyTooSlow, ParameterUnknown
from .examples import EXAMPLES
from .problems import MEDIA_TYPE, NumberTooSmall, RequestUnfit, problem_of, title_of
from .statuses import RETRY_AFTER, STATUSES, status_of
from .strict_json import JsonRefused, KeyTwice, ValueFault
from .tokens import TokenRefused

Document = dict[str, Any]
PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "Why a request was not carried out (RFC 9457). Programs decide by `code`; people read `detail`.",
    "required": ["type", "title", "status", "detail", "code", "values"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Where this kind of problem is explained."},
        "title": {"type": "string", "description": "What all problems of this status have in common."},
        "status": {"type": "integer", "description": "The HTTP status again."},
        "detail": {"type": "string", "description": "The sentence for people, in French unless English is asked for."},
        "code": {"type": "string", "description": "The name of the refusal: it never changes."},
        "instance": {"type": "string", "description": "The identifier of the request, as the log has it."},
        "values": {"type": "object", "additionalProperties": True, "description": "The values that the sentence speaks of."},
        "errors": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Fault"},
            "description": "All faults of a body or of a file, at once.",
        },
    },
}
FAULT = {
    "type": "object",
    "title": "Fault",
    "description": "One fault: a field of a body by its `location`, a cell of a file by its `row` and `column`.",
    "required": ["code", "reason"],
    "properties": {
        "location": {"type": "string", "description": "The field, such as body.amount_cents."},
        "row": {"type": "integer", "description": "The row as the spreadsheet numbers it."},
        "line": {"type": "integer", "description": "The line of a text file, from 1."},
        "column": {"type": "string", "description": "The heading of the column."},
        "value": {"type": "string", "description": "What was found there."},
        "code": {"type": "string", "description": "The name of the reason: it never changes."},
        "reason": {"type": "string", "description": "The reason, in words."},
    },
}
KEY_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[\\x21-\\x7e]{1,200}$"}
KEY_HEADER = "Idempotency-Key"
METHODS = frozenset({"get", "put", "post", "delete", "patch"})
_LEFTOVERS = ("HTTPValidationError", "ValidationError")


def refusing(*samples: Refusal) -> dict[int | str, dict[str, Any]]:
    """What a route passes as `responses`: its own refusals, each with values as they may come, by their status."""
    found: dict[int | str, dict[str, Any]] = {}
    for sample in samples:
        answer = found.setdefault(status_of(sample), {"description": _in_english(title_of, status_of(sample))})
        examples = answer.setdefault("content", {}).setdefault(MEDIA_TYPE, {}).setdefault("examples", {})
        examples |= _example(sample)
    return found


@cache
def _common() -> dict[int, tuple[Refusal, ...]]:
    """The refusals that many routes share, by status."""
    samples = (
        JsonRefused((ValueFault("body.amount_cents", KeyTwice()),)),
        ParameterUnknown(name="stat", known="book, cursor, limit, state"),
        TokenRefused(),
        RoleMissing(login="maite", roles="association_operator"),
        ActsForAnother(login="maite"),
        MemberUnknown(member="E00042"),
        BodyTooSlow(),
        BusyBook(),
        BodyTooLarge(most_bytes=BYTES_MOST),
        AddressTooLong(most=ADDRESS_MOST),
        BodyNotJson(),
        RequestUnfit((ValueFault("body.amount_cents", NumberTooSmall(least=1)),)),
        KeyReused(key="6f1ef6a0-3f5c-4d6e-9c55-2f1f0a1f2b3c"),
        TooBusy(),
    )
    statuses = {status_of(sample) for sample in samples}
    return {status: tuple(sample for sample in samples if status_of(sample) == status) for status in sorted(statuses)}


def _in_english(call: Any, *given: Any) -> Any:
    """What a call says when English is spoken and no request is answered; for whoever asks, nothing changes."""

    def said() -> Any:
        speak(ENGLISH)
        structlog.contextvars.clear_contextvars()
        return call(*given)

    return copy_context().run(said)


def _example(sample: Refusal) -> Document:
    told = _in_english(problem_of, sample)
    return {sample.code: {"summary": told["detail"], "value": told}}


def _answer(status: int) -> Document:
    """The shared answer of a status, with an example of each refusal that many routes share."""
    answer: Document = {
        "description": _in_english(title_of, status),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": _examples(status)}},
    }
    if headers := _headers(status):
        answer["headers"] = headers
    return answer


def _examples(status: int) -> Document:
    return {code: told for sample in _common().get(status, ()) for code, told in _example(sample).items()}


def _headers(status: int) -> Document:
    if status == 401:
        return {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "Bearer: an access token is needed."}}
    if any(STATUSES[code] == status for code in RETRY_AFTER):
        return {"Retry-After": {"schema": {"type": "integer"}, "description": "After how many seconds to try again."}}
    return {}


def complete(document: Document) -> Document:
    """The description made whole: all error answers, keys as required as they are, no leftovers of the framework."""
    document["servers"] = [{"url": "/", "description": "This server"}]
    used: set[int] = set()
    _name_plainly(document)
    for path, method, operation in operations(document):
        _require_key(operation)
        _show_request(operation)
        _describe_errors(operation, path, method, used)
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _LEFTOVERS:
        schemas.pop(name, None)
    schemas |= {"Problem": PROBLEM, "Fault": FAULT}
    components["responses"] = {f"Problem{status}": _answer(status) for status in sorted(used)}
    _describe_forms(document)
    return _with_plain_names(_with_whole_numbers(document))


def _describe_forms(document: Document) -> None:
    """Parts of forms as they can be sent: there is no null, and a part that need not be given may be empty."""
    for _, _, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
        if content is None:
            continue
        form = document["components"]["schemas"][content["schema"]["$ref"].rpartition("/")[2]]
        for part in form["properties"].values():
            if {"type": "null"} in part.get("anyOf", ()):
                given = [each for each in part.pop("anyOf") if each != {"type": "null"}]
                if "contentMediaType" in given[0]:
                    part |= given[0]
                else:
                    part["anyOf"] = [*given, {"type": "string", "maxLength": 0}]


def _with_whole_numbers(part: Any) -> Any:
    """Limits such as 0 instead of 0.0, as the framework writes them: every number of this API is whole."""
    if isinstance(part, dict):
        return {key: _with_whole_numbers(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_with_whole_numbers(each) for each in part]
    return int(part) if isinstance(part, float) and part.is_integer() else part


def _with_plain_names(document: Document) -> Document:
    """Forms under the name of their operation, instead of the framework's Body_name_path_method."""
    names = {
        f"Body_{operation['x-name']}": "".join(map(str.capitalize, operation["operationId"].split("_"))) + "Form"
        for _, _, operation in operations(document)
    }
    for _, _, operation in operations(document):
        del operation["x-name"]
    schemas = document["components"]["schemas"]
    document["components"]["schemas"] = {names.get(name, name): schema for name, schema in schemas.items()}
    for name in names.keys() & schemas.keys():
        schemas[name]["title"] = names[name]
    references = {f"#/components/schemas/{name}": f"#/components/schemas/{plain}" for name, plain in names.items()}
    return {key: _with_references(value, references) for key, value in document.items()}


def _with_references(part: Any, references: dict[str, str]) -> Any:
    if isinstance(part, dict):
        return {
            key: references.get(value, value) if key == "$ref" else _with_references(value, references)
            for key, value in part.items()
        }
    return [_with_references(each, references) for each in part] if isinstance(part, list) else part


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    """Each operation with its path and its method."""
    for path, methods in document.get("paths", {}).items():
        yield from ((path, method, operation) for method, operation in methods.items() if method in METHODS)


def _name_plainly(document: Document) -> None:
    """The plain names of the functions, which generated clients use, with their subject where two subjects share one.

    The framework appends path and method.
    """
    for path, method, operation in operations(document):
        given = operation["x-name"] = str(operation.get("operationId", ""))
        operation["operationId"] = given.removesuffix(f"{re.sub(r'[^0-9a-zA-Z_]', '_', path)}_{method}")
    counted = Counter(operation["operationId"] for _, _, operation in operations(document))
    for _, _, operation in operations(document):
        if counted[operation["operationId"]] > 1 and operation.get("tags"):
            operation["operationId"] += f"_{re.sub(r'[^0-9a-zA-Z]+', '_', operation['tags'][0])}"


def _require_key(operation: Document) -> None:
    for parameter in operation.get("parameters", ()):
        if parameter["in"] == "header" and parameter["name"].lower() == KEY_HEADER.lower():
            parameter |= {"name": KEY_HEADER, "required": True, "schema": KEY_SCHEMA}
            parameter.setdefault("example", "6f1ef6a0-3f5c-4d6e-9c55-2f1f0a1f2b3c")
            told = {"schema": {"type": "string", "const": "true"}, "description": "Present when the effect was there before."}
            for status, answer in operation["responses"].items():
                if status.startswith("2"):
                    answer.setdefault("headers", {})["Idempotency-Replayed"] = told


def _show_request(operation: Document) -> None:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content is not None and operation["operationId"] in EXAMPLES:
        content["example"] = EXAMPLES[operation["operationId"]]


def _describe_errors(operation: Document, path: str, method: str, used: set[int]) -> None:
    answers = operation.setdefault("responses", {})
    if "HTTPValidationError" in str(answers.get("422")):
        del answers["422"]
    for status in _possible(operation, path, method):
        if str(status) not in answers:
            used.add(status)
            answers[str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
            continue
        content = answers[str(status)].setdefault("content", {}).setdefault(MEDIA_TYPE, {})
        content["schema"] = {"$ref": "#/components/schemas/Problem"}
        content["examples"] = {**content.get("examples", {}), **_examples(status)}
        if headers := _headers(status):
            answers[str(status)].setdefault("headers", headers)
    operation["responses"] = dict(sorted(answers.items()))


def _possible(operation: Document, path: str, method: str) -> list[int]:
    """The statuses of errors that an operation may be answered with, those it declares itself included."""
    found = {400, 503} | {int(status) for status in operation["responses"] if status.isdecimal() and int(status) >= 400}
    parameters = operation.get("parameters", ())
    if operation.get("security"):
        found |= {401, 403}
        found |= {409} if method != "get" else set()
    if "{" in path:
        found |= {404}
    if "requestBody" in operation:
        found |= {408, 413, 415, 422}
    if parameters:
        found |= {422}
    if any(parameter["in"] == "query" for parameter in parameters):
        found |= {414}
    return sorted(found)


def install(app: FastAPI) -> None:
    """Let the application describe itself whole; the description is made once, when it is first asked for."""
    describe = app.openapi

    def described() -> Document:
        if not app.openapi_schema:
            app.openapi_schema = complete(describe())
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]
