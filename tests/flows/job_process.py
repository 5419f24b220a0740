"""A process that runs jobs until its input ends, as a server does, and dies at a moment that cannot be met from outside."""

import os
import signal
import sys
from typing import Any

from monnaielocale.actions import jobs
from monnaielocale.actions.runner import Runner
from monnaielocale.store.database import Connection, Database
from monnaielocale.store.unit_of_work import UnitOfWork


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_once_committing(work: UnitOfWork) -> None:
    """The COMMIT is sent, and its answer never heard."""
    connection = work.connection.pgconn
    connection.send_query(b"COMMIT")
    while connection.flush():
        pass
    _die()


def _arm(dies: str) -> None:
    begin = UnitOfWork.__init__

    def armed(work: UnitOfWork, connection: Connection, *known: Any) -> None:
        begin(work, connection, *known)
        work.fault_point = lambda point: _die_once_committing(work) if point == "commit" else None

    if dies == "committing":
        UnitOfWork.__init__ = armed  # type: ignore[method-assign, assignment]
    elif dies == "ending":
        vars(jobs)["end_job"] = lambda *_, **__: _die()


if __name__ == "__main__":
    url, died = sys.argv[1:]
    _arm(died)
    with Runner(Database(url), every_seconds=0.2):
        sys.stdin.read()
