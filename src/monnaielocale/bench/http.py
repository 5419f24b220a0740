"""Wallet payments over HTTP against an authenticated route of the same server that does nothing."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

from ..store.people import set_password
from .figures import Figure, paired
from .world import BenchWorld

CONNECTIONS = 16
REACH, REACH_OF_THE_SLOWEST = 0.4, 20.0


def measure_http(world: BenchWorld, *, payments: int, rounds: int, progress: Callable[[str], None]) -> Iterator[Figure]:
    """Payments a second over 16 connections as a share of what the empty route does, and how slow the slowest hundredth is."""
    password = secrets.token_urlsafe(16)
    set_password(world.database, "operator", password, world.actor("administrator"))
    with _server(world) as url:
        progress(f"wallet payments over HTTP, {CONNECTIONS} connections")
        token = _login(url, password)
        rows = [{"payer": world.number(at + 1), "payee": world.number(0), "amount_cents": 1} for at in range(CONNECTIONS)]
        bodies = [json.dumps(row | {"on": "2026-01-05"}) for row in rows]
        numbers, seen = count(), []

        def load(method: str, path: str, bodies: list[str]) -> dict[str, float]:
            plan = {"url": url, "token": token, "method": method, "path": path, "bodies": bodies, "round": next(numbers)}
            return _loaded(plan | {"connections": CONNECTIONS, "each": max(payments // CONNECTIONS, 8)})

        def ours() -> float:
            seen.append(load("POST", "/v1/payments", bodies))
            return seen[-1]["rate"]

        load("POST", "/v1/payments", bodies)
        mine, empty = paired(ours, lambda: load("GET", "/v1/token", [])["rate"], rounds=rounds)
        yield Figure(
            f"wallet payments over HTTP, {CONNECTIONS} connections, against an empty route",
            mine,
            empty,
            "requests a second",
            True,
            REACH,
        )
        slowest = sorted(seen, key=lambda one: one["p99"] / one["p50"])[len(seen) // 2]
        name = f"the slowest hundredth of them against the median, {CONNECTIONS} connections"
        yield Figure(name, slowest["p99"] * 1000, slowest["p50"] * 1000, "milliseconds", False, REACH_OF_THE_SLOWEST)


@contextmanager
def _server(world: BenchWorld) -> Iterator[str]:
    """The product's own command, in a process of its own."""
    with TemporaryDirectory(prefix="monnaielocale-bench-") as folder:
        environ = os.environ | {"DATABASE_URL": world.database.url, "MONNAIELOCALE_DATA": folder, "MONNAIELOCALE_LANGUAGE": "en"}
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


def _login(url: str, password: str) -> str:
    body = json.dumps({"login": "operator", "password": password}).encode()
    with urlopen(Request(f"{url}/v1/token", body, {"Content-Type": "application/json"}), timeout=60) as answer:
        return str(json.load(answer)["access_token"])


def _loaded(plan: dict[str, Any]) -> dict[str, float]:
    command = [sys.executable, "-m", "monnaielocale.bench.http_load"]
    done = subprocess.run(command, input=json.dumps(plan), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return dict(json.loads(done.stdout))
