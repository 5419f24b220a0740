"""The server is killed while people pay: what was acknowledged is there, and a request sent again has one effect."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import Any
from uuid import uuid4

import httpx2

from monnaielocale.store.database import Database
from tests.invariants import check_invariants
from tests.serving import PASSWORD, prepared
from tests.world import World

KILLS = 50
CALLERS = 6
FUNDS_CENTS = 90_000_000
PAYMENT_CENTS = 7


@dataclass
class Caller:
    """Somebody who pays without a pause; a payment that was not answered is sent again, as it was, until it is."""

    number: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    unanswered: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent_again: int = 0
    wrong: list[str] = field(default_factory=list)

    def work(self, url: str, token: str, stop: Event) -> None:
        """Pay until told to stop, or until nobody answers."""
        headers = {"Authorization": f"Bearer {token}"}
        with httpx2.Client(base_url=url, headers=headers, timeout=30) as client:
            try:
                for key, body in list(self.unanswered.items()):
                    self.sent_again += 1
                    self._pay(client, key, body)
                while not stop.is_set():
                    body = {"payer": "E00001", "payee": "E00002", "amount_cents": PAYMENT_CENTS, "label": f"caller {self.number}"}
                    self._pay(client, uuid4().hex, body)
            except httpx2.TransportError:
                return

    def _pay(self, client: httpx2.Client, key: str, body: dict[str, Any]) -> None:
        self.unanswered[key] = body
        answer = client.post("/v1/payments", json=body, headers={"Idempotency-Key": key})
        if answer.status_code == 201:
            self.acknowledged[key] = answer.json()["event_id"]
            del self.unanswered[key]
        else:
            self.wrong.append(f"{answer.status_code} {answer.text}")


@contextmanager
def server(database: Database, folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The product's own command in a process group of its own."""
    environ = os.environ | {"DATABASE_URL": database.url, "MONNAIELOCALE_DATA": str(folder), "MONNAIELOCALE_LANGUAGE": "en"}
    command = [sys.executable, "-m", "monnaielocale", "serve", "--port", "0"]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True)
        assert process.stdout is not None
        try:
            said = process.stdout.readline()
            assert "http://" in said, (folder / "log").read_text(encoding="utf-8", errors="replace")
            yield process, said[said.index("http://") :].split("/v1")[0]
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def test_what_was_acknowledged_survives_fifty_kills(database: Database, tmp_path: Path) -> None:
    """T20 under SIGKILL: no acknowledged payment is lost, and none is made twice."""
    world = prepared(database)
    world.enrol("E00001", "Ane Etxe")
    world.enrol("E00002", "Boulangerie Ogi", "business")
    world.fund("E00001", FUNDS_CENTS)
    callers = [Caller(number) for number in range(CALLERS)]
    chance = random.Random(20260104)
    for _ in range(KILLS):
        with server(database, tmp_path) as (process, url):
            _pay_together(callers, url, process, chance.uniform(0.02, 0.35))
    with server(database, tmp_path) as (process, url):
        _pay_together(callers, url, process, None)
    _judge(world, callers)


def _pay_together(callers: list[Caller], url: str, process: subprocess.Popen[str], kill_after: float | None) -> None:
    login = {"login": "operator", "password": PASSWORD}
    token = httpx2.post(f"{url}/v1/token", json=login, timeout=60).raise_for_status().json()["access_token"]
    stop = Event()
    if kill_after is None:
        stop.set()
    threads = [Thread(target=caller.work, args=(url, token, stop)) for caller in callers]
    for thread in threads:
        thread.start()
    if kill_after is not None:
        sleep(kill_after)
        os.killpg(process.pid, signal.SIGKILL)
    for thread in threads:
        thread.join()


def _judge(world: World, callers: list[Caller]) -> None:
    assert not [wrong for caller in callers for wrong in caller.wrong]
    assert not [key for caller in callers for key in caller.unanswered]
    assert sum(caller.sent_again for caller in callers) > 0
    acknowledged = [event for caller in callers for event in caller.acknowledged.values()]
    assert len(set(acknowledged)) == len(acknowledged) > KILLS
    with world.database.reading() as connection:
        rows = connection.execute("SELECT id::text FROM event WHERE kind = 'wallet_payment'").fetchall()
    assert {row[0] for row in rows} == set(acknowledged)
    assert world.wallet("E00002") == PAYMENT_CENTS * len(acknowledged)
    check_invariants(world.database)
