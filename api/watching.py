"""Watches each request from outside the routes: who listens is told what was asked and how it was answered."""

from collections.abc import Callable, Sequence
from time import perf_counter

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PREFIX = "/v1"
Watcher = Callable[[Scope, int, float], None]


class Watched:
    """The application, whose requests are told to watchers with their status (0: no answer) and the seconds they took."""

    def __init__(self, app: ASGIApp, watchers: Sequence[Watcher]) -> None:
        self._app = app
        self._watchers = watchers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        structlog.contextvars.clear_contextvars()
        began, status = perf_counter(), 0

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, told)
        finally:
            seconds = perf_counter() - began
            for watcher in self._watchers:
                watcher(scope, status, seconds)


def route_of(scope: Scope) -> str:
    """The pattern of the route that answered, such as /v1/accounts/{code}; '' when none did."""
    pattern = str(getattr(scope.get("route"), "path_format", ""))
    # A router's routes know themselves without the prefix under which they were included.
    return f"{PREFIX}{pattern}" if pattern and scope["path"].startswith(f"{PREFIX}/") else pattern
