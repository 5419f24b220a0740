"""What every answer carries: an identifier to find it in the log, and orders to browsers that leave nothing open."""

import re
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monnaielocale.domain.identifiers import new_id
from monnaielocale.words import speak

from .problems import failure_answer, language_of

# A route that serves a page for people states its own policy; everything else may load and run nothing at all.
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
DEFAULTS = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", POLICY.encode()),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
STAY_ON_HTTPS = (b"strict-transport-security", b"max-age=31536000")
_ACCEPTABLE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


class Envelope:
    """The application within what all its answers have in common; a failure of ours becomes a problem document here."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, named and in its language."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _open(scope)
        told = [*DEFAULTS, (b"x-request-id", request_id)]
        if scope["scheme"] == "https":
            told.append(STAY_ON_HTTPS)
        started = False

        async def complete(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_missing(message, told)
            await send(message)

        try:
            await self._app(scope, receive, complete)
        except Exception as failure:
            if started:
                raise
            answer = failure_answer(Request(scope, receive), failure)
            await answer(scope, receive, complete)


def _open(scope: Scope) -> bytes:
    """Name the request, for the log and for whoever asks about it, and speak the language of the person who sent it."""
    request_id, language = b"", b""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            request_id = value
        elif name == b"accept-language":
            language = value
    if not _ACCEPTABLE_ID.fullmatch(request_id):
        request_id = new_id().hex.encode()
    speak(language_of(language.decode("latin-1")))
    named = request_id.decode()
    state: dict[str, Any] = scope.setdefault("state", {})
    state["request_id"] = named
    structlog.contextvars.bind_contextvars(request_id=named)
    return request_id


def _add_missing(message: Message, told: Sequence[tuple[bytes, bytes]]) -> None:
    headers = list(message.get("headers", ()))
    present = {name.lower() for name, _ in headers}
    headers += [(name, value) for name, value in told if name not in present]
    message["headers"] = headers


def install(app: FastAPI) -> None:
    """Put every answer of the application into its envelope; installed last, it is the outermost."""
    app.add_middleware(Envelope)
