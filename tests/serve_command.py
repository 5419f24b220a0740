"""`monnaielocale serve` as people start it: a process with an address, a log, and an end."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import httpx2

# Far more than anything here takes; only a fault reaches it.
PATIENCE = 120.0


@dataclass
class Serving:
    """The running command."""

    process: subprocess.Popen[str]
    log: Path
    said: list[str] = field(default_factory=list)
    url: str = ""
    clients: list[httpx2.Client] = field(default_factory=list)

    @property
    def logged(self) -> str:
        """Everything that it wrote to its error output so far."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def lines(self) -> list[dict[str, Any]]:
        """The lines of its log, each of which must be one JSON object."""
        return [json.loads(line) for line in self.logged.splitlines()]

    def wait_for_log(self, text: str) -> None:
        """Wait until the log holds a text."""
        until = monotonic() + PATIENCE
        while text not in self.logged:
            assert monotonic() < until, self.logged
            sleep(0.05)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop; answers its exit code."""
        self.process.send_signal(by)
        return self.process.wait(PATIENCE)

    def login(self, login: str, password: str) -> httpx2.Client:
        """A client with the access token of a person."""
        with httpx2.Client(base_url=self.url, timeout=PATIENCE) as stranger:
            answer = stranger.post("/v1/token", json={"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        headers = {"Authorization": f"Bearer {answer.json()['access_token']}", "Accept-Language": "en"}
        self.clients.append(httpx2.Client(base_url=self.url, headers=headers, timeout=PATIENCE))
        return self.clients[-1]


def environment(folder: Path, **settings: str) -> dict[str, str]:
    """The environment of a command whose data lies in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MONNAIELOCALE_", "PROMETHEUS_"))}
    ours = {"MONNAIELOCALE_DATA": str(folder / "data"), "MONNAIELOCALE_LANGUAGE": "en", "PYTHONUTF8": "1"}
    return kept | {"DATABASE_URL": ""} | ours | settings


@contextmanager
def serving(folder: Path, *arguments: str, by: Sequence[str] = (), **settings: str) -> Iterator[Serving]:
    """The command on a free port, once it has told its address; stopped in the end if it still runs; started `by` another."""
    command = [*by, sys.executable, "-W", "error", "-m", "monnaielocale", "serve", "--port", "0", *arguments]
    log = folder / "log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            command, env=environment(folder, **settings), cwd=folder, stdout=subprocess.PIPE, stderr=errors, text=True
        )
    running = Serving(process, log)
    assert process.stdout is not None
    try:
        for line in process.stdout:
            running.said.append(line)
            if "/v1;" in line:
                running.url = line[line.index("http://") :].split("/v1")[0]
                break
        assert running.url, running.logged
        yield running
    finally:
        for client in running.clients:
            client.close()
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.stdout.close()
