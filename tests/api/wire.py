"""Requests byte for byte as an attacker writes them, where the clients of others would correct or refuse to send them."""

import json
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPMessage, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from monnaielocale.api.problems import MEDIA_TYPE
from tests.serving import Api


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back."""

    status: int
    headers: HTTPMessage
    body: bytes

    def __str__(self) -> str:
        return f"{self.status} {self.body[:200].decode(errors='replace')}"

    @property
    def problem(self) -> dict[str, Any]:
        """The problem document."""
        return dict(json.loads(self.body))

    @property
    def refused(self) -> bool:
        """Whether this is a refusal for something that is wrong with the request, told as it should be."""
        if not 400 <= self.status < 500 or self.headers["Content-Type"] != MEDIA_TYPE:
            return False
        told = self.problem
        named = told["type"] == f"/problems/{told['code']}" and told["status"] == self.status
        return bool(named and told["title"] and told["detail"])

    @property
    def in_order(self) -> bool:
        """Whether this is an answer, or a refusal told as it should be."""
        return self.status < 300 or self.refused


class Wire:
    """One connection that is kept, and opened again when the server has closed it."""

    def __init__(self, url: str, **headers: str) -> None:
        place = urlsplit(url)
        self._place = (str(place.hostname), int(place.port or 80))
        self._headers = {"Host": place.netloc, "Accept-Language": "en", **headers}
        self._socket: socket.socket | None = None

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def ask(self, method: str, target: str, headers: Mapping[str, str | bytes | None], body: bytes = b"") -> Answered:
        """A request and its answer; a header that is None is left out."""
        told = {**self._headers, "Content-Length": str(len(body)), **headers}
        lines = [name.encode() + b": " + _octets(value) for name, value in told.items() if value is not None]
        written = b"\r\n".join([f"{method} {target} HTTP/1.1".encode(), *lines, b"", body])
        try:
            return self._exchange(method, written)
        except ConnectionError:
            # The server hung up after the answer before.
            self.close()
            return self._exchange(method, written)

    def _exchange(self, method: str, written: bytes) -> Answered:
        if self._socket is None:
            self._socket = socket.create_connection(self._place, timeout=60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(written)
        answer = HTTPResponse(self._socket, method=method)
        answer.begin()
        found = Answered(answer.status, answer.headers, answer.read())
        if answer.will_close:
            self.close()
        return found


class Wires:
    """One connection to a running API for each person."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._open: dict[str, Wire] = {}

    def as_(self, login: str) -> Wire:
        """The connection of a person who is logged in; of a stranger for ''."""
        if login not in self._open:
            token = {"Authorization": f"Bearer {self._api.login(login)['access_token']}"} if login else {}
            self._open[login] = Wire(self._api.url, **token)
        return self._open[login]

    def close(self) -> None:
        """Hang up for everybody."""
        for wire in self._open.values():
            wire.close()


def _octets(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
