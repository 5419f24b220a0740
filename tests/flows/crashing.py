"""A process that dies at a chosen moment of an action, as when the power fails; run as a program, it forks one for each order.

A fork of this program starts in milliseconds, and this program has no threads that a fork would lose.
"""

import os
import pickle
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, Self

import psycopg

from monnaielocale.actions.perform import Action, perform_one
from monnaielocale.store.database import Connection, Database
from monnaielocale.store.unit_of_work import UnitOfWork

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Order:
    """Carry out an action for an item, and die at its n-th write (from 1), or at the latest once the COMMIT is sent."""

    url: str
    module: str
    action: str
    item: Any
    dies_at: int
    ahead: timedelta


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class _Fuse:
    """Counts the writes of a unit of work and stops the process before the one that is asked, or before the answer arrives."""

    def __init__(self, connection: Connection, dies_at: int) -> None:
        self._connection = connection
        self._dies_at = dies_at
        self._met = 0

    def __call__(self, point: str) -> None:
        self._met += 1
        if self._met == self._dies_at:
            _die()
        if point == "commit":
            self._send_and_die()

    def _send_and_die(self) -> None:
        self._connection.execute("COMMIT", prepare=False)
        self._connection.pgconn.pipeline_sync()
        while self._connection.pgconn.flush():
            pass
        _die()


def _carry_out(order: Order) -> None:
    begin = UnitOfWork.__init__

    def armed(work: UnitOfWork, connection: Connection, *known: Any) -> None:
        begin(work, connection, *known)
        work.fault_point = _Fuse(connection, order.dies_at)

    UnitOfWork.__init__ = armed  # type: ignore[method-assign, assignment]
    act: Action[Any] = getattr(sys.modules[order.module], order.action)
    perform_one(Database(order.url, ahead=order.ahead), act, order.item)


def _serve(orders: BinaryIO, answers: BinaryIO) -> None:
    while True:
        try:
            order = pickle.load(orders)
        except EOFError:
            return
        child = os.fork()
        if child == 0:
            code = 1
            try:
                _carry_out(order)
                code = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        answers.write(b"%d\n" % os.waitstatus_to_exitcode(status))
        answers.flush()


class Crasher:
    """The program that forks processes to die, from the side of the test."""

    def __enter__(self) -> Self:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "tests.flows.crashing"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._program.stdin and self._program.stdout
        self._program.stdin.close()
        self._program.wait(30)
        self._program.stdout.close()

    def kill(self, database: Database, watching: psycopg.Connection, act: Action[Any], item: Any, *, dies_at: int) -> None:
        """Have a process killed at a moment of an action, and wait until what it began on the server has ended."""
        assert self._program.stdin and self._program.stdout
        name, module = _named(act)
        pickle.dump(Order(database.url, module, name, item, dies_at, database.ahead), self._program.stdin)
        self._program.stdin.flush()
        code = int(self._program.stdout.readline())
        assert code == -signal.SIGKILL, f"{name} ended with {code}"
        _wait_until_alone(watching)


def _named(act: Action[Any]) -> tuple[str, str]:
    """The name of an action in the module that declares it."""
    for module_name, module in list(sys.modules.items()):
        if module_name.startswith("monnaielocale.actions."):
            for name, value in vars(module).items():
                if value is act:
                    return name, module_name
    raise LookupError(act.name)


def _wait_until_alone(watching: psycopg.Connection) -> None:
    """A server notices that its client died once it has done what it was sent."""
    while watching.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        " AND backend_type = 'client backend'"
    ).fetchone() != (0,):
        watching.execute("SELECT pg_sleep(0.002)")


if __name__ == "__main__":
    import importlib
    import pkgutil

    import monnaielocale.actions

    for found in pkgutil.iter_modules(monnaielocale.actions.__path__, "monnaielocale.actions."):
        importlib.import_module(found.name)
    # Dataclasses of this module arrive under the name by which the test knows it.
    sys.modules["tests.flows.crashing"] = sys.modules["__main__"]
    _serve(sys.stdin.buffer, sys.stdout.buffer)
