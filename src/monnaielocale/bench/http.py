"""Wallet payments over HTTP against an authenticated route of the same server that does nothing."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

from ..store.database import Database
from ..store.people import set_password
from .figures import Figure, paired
from .world import BenchWorld

CONNECTIONS = 16
REACH, REACH_OF_THE_SLOWEST = 0.4, 20.0


@dataclass(frozen=True, slots=True)
class Load:
    """What each of the connections asks, again and again: its token, its path and its body, if it sends one."""

    method: str
    paths: list[str]
    tokens: list[str]
    bodies: list[str] = field(default_factory=list)


def measure_http(world: BenchWorld, *, payments: int, rounds: int, progress: Callable[[str], None]) -> Iterator[Figure]:
    """Payments a second over 16 connections as a share of what the empty route does, and how slow the slowest hundredth is."""
    password = secrets.token_urlsafe(16)
    set_password(world.database, "operator", password, world.actor("administrator"))
    with serving(world.database) as url:
        progress(f"wallet payments over HTTP, {CONNECTIONS} connections")
        tokens = [log_in(url, "operator", password)]
        rows = [{"payer": world.number(at + 1), "payee": world.number(0), "amount_cents": 1} for at in range(CONNECTIONS)]
        bodies = [json.dumps(row | {"on": "2026-01-05"}) for row in rows]
        paying = Load("POST", ["/v1/payments"], tokens, bodies)
        mine, empty, slowest = against_empty(url, paying, requests=payments, rounds=rounds)
    name = f"wallet payments over HTTP, {CONNECTIONS} connections, against an empty route"
    yield Figure(name, mine, empty, "requests a second", True, REACH)
    name = f"the slowest hundredth of them against the median, {CONNECTIONS} connections"
    yield Figure(name, slowest["p99"] * 1000, slowest["p50"] * 1000, "milliseconds", False, REACH_OF_THE_SLOWEST)


def against_empty(url: str, asking: Load, *, requests: int, rounds: int) -> tuple[float, float, dict[str, float]]:
    """Requests a second of a load and of the empty route with the same tokens, and the load's round with the median spread."""
    numbers, seen = count(), []
    empty = Load("GET", ["/v1/token"], asking.tokens)

    def load(one: Load) -> dict[str, float]:
        plan = asdict(one) | {"url": url, "round": next(numbers), "connections": CONNECTIONS}
        return _loaded(plan | {"each": max(requests // CONNECTIONS, 8)})

    def ours() -> float:
        seen.append(load(asking))
        return seen[-1]["rate"]

    load(asking)
    mine, theirs = paired(ours, lambda: load(empty)["rate"], rounds=rounds)
    return mine, theirs, sorted(seen, key=lambda one: one["p99"] / one["p50"])[len(seen) // 2]


@contextmanager
def serving(database: Database) -> Iterator[str]:
    """The product's own command, in a process of its own."""
    with TemporaryDirectory(prefix="monnaielocale-bench-") as folder:
        environ = os.environ | {"DATABASE_URL": database.url, "MONNAIELOCALE_DATA": folder, "MONNAIELOCALE_LANGUAGE": "en"}
        log = Path(folder) / "log"
        with log.open("wb") as errors:
            command = [sys.executable, "-m", "monnaielocale", "serve", "--port", "0"]
            server = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            assert server.stdout is not None
            said = server.stdout.readline()
            assert "http://" in said, said + log.read_text(encoding="utf-8", errors="replace")
            yield said[said.index("http://") :].split("/v1")[0]
        finally:
            server.terminate()
            server.wait(60)


def log_in(url: str, login: str, password: str) -> str:
    """The access token of a person."""
    body = json.dumps({"login": login, "password": password}).encode()
    with urlopen(Request(f"{url}/v1/token", body, {"Content-Type": "application/json"}), timeout=60) as answer:
        return str(json.load(answer)["access_token"])


def _loaded(plan: dict[str, Any]) -> dict[str, float]:
    command = [sys.executable, "-m", "monnaielocale.bench.http_load"]
    done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))
