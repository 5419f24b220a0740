"""The API as its users meet it: a server on a port of this machine, and people who log in."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx2
import uvicorn

from monnaielocale.api.application import create_app
from monnaielocale.api.services import Services
from monnaielocale.api.serving import configuration
from monnaielocale.store.database import Database
from monnaielocale.store.people import set_password
from tests.world import World

PASSWORD = "a long enough password"
LOGINS = ("administrator", "operator", "second-operator", "accountant", "preparer", "signer", "treasurer", "auditor")


def prepared(database: Database) -> World:
    """The invented world, whose people can log in."""
    world = World.create(database)
    for login in LOGINS:
        let_in(world, login)
    return world


def let_in(world: World, login: str) -> None:
    """Somebody gets the password that everybody has here."""
    set_password(world.database, login, PASSWORD, world.actor("administrator"))


@dataclass
class Api:
    """A running server, the world that it serves, and one client for each person."""

    world: World
    url: str
    _clients: dict[str, httpx2.Client] = field(default_factory=dict)

    @cached_property
    def stranger(self) -> httpx2.Client:
        """Somebody who is not logged in."""
        return self._clients.setdefault("", httpx2.Client(base_url=self.url, timeout=60))

    def login(self, login: str) -> dict[str, Any]:
        """What logging in answers."""
        answer = self.stranger.post("/v1/token", json={"login": login, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def as_(self, login: str) -> httpx2.Client:
        """A client with the access token of a person."""
        if login not in self._clients:
            token = self.login(login)["access_token"]
            headers = {"Authorization": f"Bearer {token}", "Accept-Language": "en"}
            self._clients[login] = httpx2.Client(base_url=self.url, headers=headers, timeout=60)
        return self._clients[login]

    def forget(self, login: str) -> None:
        """Let a person log in anew when they next ask."""
        self._clients.pop(login).close()

    def close(self) -> None:
        """Close every client."""
        for client in self._clients.values():
            client.close()


def key() -> dict[str, str]:
    """A new Idempotency-Key."""
    return {"Idempotency-Key": uuid4().hex}


@contextmanager
def served(services: Services, **changed: Any) -> Iterator[str]:
    """Serve on a free port of this machine, as the command does but for what is changed; answers the address."""
    # Named as TCP, a socket passes small answers on at once; otherwise each waits 40 milliseconds for the one before.
    with socket.socket(proto=socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(configuration(app=create_app(services), timeout_graceful_shutdown=10, **changed))
        running = Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
        running.start()
        while not server.started:
            assert running.is_alive(), "the server did not start"
            running.join(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            running.join(30)
            assert not running.is_alive(), "the server did not stop"
