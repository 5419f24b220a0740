"""What one connection may cost: a client that does not say in time what it wants, says too much, or does not listen is closed.

The HTTP server waits for the head of a request, and for its client to take an answer, as long as the client likes. How long it
waits for a body is decided where bodies are read.
"""

import asyncio
import json
from asyncio.events import TimerHandle
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from monnaielocale.domain.refusals import Refusal

from .problems import MEDIA_TYPE, RequestUnreadable, problem_of
from .statuses import status_of


class HeadTooLarge(Refusal):
    """The head of a request has at most {most_lines} lines and {most_bytes} bytes."""

    code = "head_too_large"


class _Together:
    """Sends the head of an answer with its body, where the HTTP server hands them over one after the other.

    Each is a call of the system and a packet of its own otherwise, which is a good part of the work of a short answer. What is
    handed over in one turn of the loop leaves in that turn.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Hold the first part until the loop comes round, and send it with whatever follows."""
        self._held.append(data)
        if len(self._held) > 1:
            self._send()
        else:
            self._loop.call_soon(self._send)

    def close(self) -> None:
        """Hang up once everything is sent."""
        self._send()
        self._transport.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def _send(self) -> None:
        if self._held:
            held, self._held = self._held, []
            self._transport.write(b"".join(held))


class Connection(HttpToolsProtocol):
    """One client's connection, from its first byte to its last."""

    # From the connection, or from the answer before, to the last byte of a request's head.
    head_seconds: ClassVar[float] = 20.0
    # How long an answer may wait for a client that does not take it.
    listening_seconds: ClassVar[float] = 30.0
    head_bytes: ClassVar[int] = 64 * 1024
    head_lines: ClassVar[int] = 100
    # A process may open some thousand files; the database needs a few of them.
    connections_most: ClassVar[int] = 800
    # Who has not asked yet, those who wait longest first.
    silent: ClassVar[dict["Connection", None]] = {}

    def __init_subclass__(cls, **given: Any) -> None:
        super().__init_subclass__(**given)
        cls.silent = {}

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._until_head: TimerHandle | None = None
        self._until_taken: TimerHandle | None = None
        self._head_begun = False
        self._head_size = 0
        self._too_large = False
        self._answering: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the client in; when there are too many, whoever has been silent longest makes room."""
        super().connection_made(transport)
        self._await_head()
        if len(self.connections) > self.connections_most:
            next(iter(self.silent))._give_up()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the client."""
        self._say_gone()
        self._stop_awaiting_head()
        self.resume_writing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on; what arrives of a head is counted."""
        had_begun = self._head_begun
        super().data_received(data)
        self._head_size = self._head_size + len(data) if had_begun and self._head_begun else 0
        if self._head_size > self.head_bytes and not self.transport.is_closing():
            self._too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        """A head begins."""
        self._head_begun = True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """One line of the head."""
        if len(self.headers) >= self.head_lines:
            self._too_large = True
            raise HeadTooLarge(most_lines=self.head_lines, most_bytes=self.head_bytes)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The client has said what it wants."""
        self._head_begun = False
        self._stop_awaiting_head()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        """The client was answered and may ask again; what it still sends of an answered request is not read for long."""
        super().on_response_complete()
        if self.cycle.response_complete:
            self._await_head()

    def pause_writing(self) -> None:
        """The client does not take its answer."""
        super().pause_writing()
        self._until_taken = self.loop.call_later(self.listening_seconds, self._give_up)

    def resume_writing(self) -> None:
        """The client took what was waiting."""
        if self._until_taken is not None:
            self._until_taken.cancel()
            self._until_taken = None
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the server's own words are plain English
        """Refuse what cannot be read as HTTP, in the form of every other refusal, and hang up."""
        refusal = HeadTooLarge(most_lines=self.head_lines, most_bytes=self.head_bytes) if self._too_large else RequestUnreadable()
        content = json.dumps(problem_of(refusal), ensure_ascii=False).encode()
        told = (f"content-type: {MEDIA_TYPE}", f"content-length: {len(content)}", "cache-control: no-store", "connection: close")
        self.transport.write(STATUS_LINE[status_of(refusal)] + "\r\n".join([*told, "", ""]).encode() + content)
        self._say_gone()
        self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answering = cycle
        cycle.transport = _Together(self.transport, self.loop)  # type: ignore[assignment]
        super()._start_asgi_task(cycle, app)

    def _say_gone(self) -> None:
        """Whoever is answering learns that nobody listens; the server itself would tell only the last request that it read."""
        if self._answering is not None:
            self._answering.disconnected = True

    def _await_head(self) -> None:
        self._stop_awaiting_head()
        self.silent[self] = None
        self._until_head = self.loop.call_later(self.head_seconds, self._give_up)

    def _stop_awaiting_head(self) -> None:
        self.silent.pop(self, None)
        if self._until_head is not None:
            self._until_head.cancel()
            self._until_head = None

    def _give_up(self) -> None:
        self._say_gone()
        self._stop_awaiting_head()
        self.transport.abort()
