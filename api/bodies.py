"""How a request is read before any route sees it: bounded in size and time, and JSON without anything that readers disagree on.

RFC 8259 leaves open what happens when a key stands twice, when a number has five thousand digits or when a text holds half of a
character; money cannot leave it open. Every fault is named with its place, all at once.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import Request, Response
from fastapi._compat import field_annotation_is_sequence
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Form, ParamTypes
from fastapi.routing import APIRoute

from monnaielocale.domain.refusals import Refusal
from monnaielocale.domain.text import shown_text

from .strict_json import JsonRefused, read_json

BYTES_MOST = 1024 * 1024
ADDRESS_MOST = 2000
LENGTH_FIGURES_MOST = 18
# A client on a bad line sends some ten thousand bytes a second; one that sends less only keeps a place taken.
PATIENCE_SECONDS = 10.0
SLOWEST_BYTES_PER_SECOND = 50_000

Answering = Callable[[Request], Coroutine[Any, Any, Response]]


class BodyTooLarge(Refusal):
    """The body of this request has at most {most_bytes} bytes."""

    code = "body_too_large"


class BodyTooSlow(Refusal):
    """The body of the request did not arrive in time: send it again."""

    code = "body_too_slow"


class BodyCutShort(Refusal):
    """The connection ended before the whole request had arrived."""

    code = "body_cut_short"


class BodyMissing(Refusal):
    """This request needs a body of JSON."""

    code = "body_missing"


class BodyNotJson(Refusal):
    """The body must be JSON, under the header `Content-Type: application/json`."""

    code = "body_not_json"


class BodyEncoded(Refusal):
    """The body must be sent as it is, without any `Content-Encoding`."""

    code = "body_encoded"


class AddressTooLong(Refusal):
    """An address has at most {most} characters."""

    code = "address_too_long"


class AddressUnreadable(Refusal):
    """The address holds characters that are no text in UTF-8, or that nobody can see."""

    code = "address_unreadable"


class ParameterUnknown(Refusal):
    """This address takes no parameter {name}; it takes: {known}."""

    code = "parameter_unknown"


class ParameterRepeated(Refusal):
    """The parameter {name} stands twice in the address."""

    code = "parameter_repeated"


class StrictRoute(APIRoute):
    """A route whose address and body are checked first; `max_body_size` says how many bytes it takes, if not BYTES_MOST."""

    def __init__(self, path: str, endpoint: Callable[..., Any], *, max_body_size: int | None = None, **given: Any) -> None:
        self.bytes_most = max_body_size or BYTES_MOST
        super().__init__(path, endpoint, **given)

    def get_route_handler(self) -> Answering:
        """The route's handler behind the checks."""
        answer = super().get_route_handler()
        most = self.bytes_most
        parameters = {field.alias: field for field in get_flat_params(self.dependant)}
        queries = {
            name: field_annotation_is_sequence(field.field_info.annotation)
            for name, field in parameters.items()
            if getattr(field.field_info, "in_", None) is ParamTypes.query
        }
        body = self.body_field
        required = body is not None and body.field_info.is_required()
        takes_json = body is not None and not isinstance(body.field_info, Form)

        async def checked(request: Request) -> Response:
            check_address(request, queries)
            if takes_json:
                await read_json_body(request, most, required=required)
            elif body is not None:
                await read_body(request, most)
            return await answer(request)

        return checked


def check_address(request: Request, queries: dict[str, bool]) -> None:
    """Refuse an address that is no text, or whose parameters are not those known; True means that one may be repeated.

    AddressTooLong, AddressUnreadable, ParameterUnknown, ParameterRepeated.
    """
    path, query = request.scope["path"], request.scope["query_string"]
    if len(path) + len(query) > ADDRESS_MOST:
        raise AddressTooLong(most=ADDRESS_MOST)
    if not path.isprintable() or "\ufffd" in path:
        raise AddressUnreadable()
    if query:
        _check_query(request, query, queries)


def _check_query(request: Request, query: bytes, queries: dict[str, bool]) -> None:
    try:
        readable = unquote_to_bytes(query).decode().isprintable()
    except UnicodeDecodeError:
        readable = False
    if not readable:
        raise AddressUnreadable()
    seen = set()
    for name, _ in request.query_params.multi_items():
        if name not in queries:
            raise ParameterUnknown(name=shown_text(name), known=", ".join(sorted(queries)) or "-")
        if name in seen and not queries[name]:
            raise ParameterRepeated(name=name)
        seen.add(name)


async def read_body(request: Request, most: int = BYTES_MOST) -> bytes:
    """The whole body of a request, kept for whoever reads it again: BodyTooLarge, BodyTooSlow, BodyCutShort, BodyEncoded."""
    for name, value in request.scope["headers"]:
        if name == b"content-encoding" and value.lower() != b"identity":
            raise BodyEncoded()
        if name == b"content-length" and not (value.isdigit() and len(value) <= LENGTH_FIGURES_MOST and int(value) <= most):
            raise BodyTooLarge(most_bytes=most)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS + most / SLOWEST_BYTES_PER_SECOND):
            body = await _bounded(request, most)
    except TimeoutError:
        raise BodyTooSlow() from None
    # FastAPI and the form reader ask the request for its body and find it here.
    request._body = body
    return body


async def _bounded(request: Request, most: int) -> bytes:
    body, more = b"", True
    parts, size = [], 0
    while more:
        message = await request.receive()
        if message["type"] != "http.request":
            raise BodyCutShort()
        body, more = message.get("body", b""), message.get("more_body", False)
        size += len(body)
        if size > most:
            raise BodyTooLarge(most_bytes=most)
        parts.append(body)
    return body if len(parts) == 1 else b"".join(parts)


async def read_json_body(request: Request, most: int = BYTES_MOST, *, required: bool = True) -> Any:
    """The JSON of a request, kept for whoever reads it again; None when none was sent and none is required.

    What read_body refuses, and BodyMissing, BodyNotJson, JsonRefused.
    """
    body = await read_body(request, most)
    if not body:
        if required:
            raise BodyMissing()
        return None
    if not _is_json(request.headers.get("content-type", "")):
        raise BodyNotJson()
    request._json = read_json(body)
    return request._json


def _is_json(content_type: str) -> bool:
    if content_type == "application/json":
        return True
    kind, *parameters = [part.strip().lower() for part in content_type.split(";")]
    return kind == "application/json" and all(part in ("charset=utf-8", 'charset="utf-8"', "") for part in parameters)


__all__ = ["BYTES_MOST", "JsonRefused", "StrictRoute", "check_address", "read_body", "read_json", "read_json_body"]
