"""The thread that runs jobs: those asked for in this process at once, and those of a process that died when it finds them."""

import logging
from math import inf
from threading import Event, Thread
from time import monotonic
from typing import Self
from uuid import UUID

import psycopg

from ..store.database import Database
from ..store.jobs import jobs_unended
from .jobs import Abandoned, run_job

EVERY_SECONDS = 5.0
STOP_SECONDS = 20.0
_log = logging.getLogger(__name__)


class Runner:
    """Jobs one after the other, the oldest first. Several processes may each have one: a job is run by one of them."""

    def __init__(self, database: Database, *, every_seconds: float = EVERY_SECONDS, stop_seconds: float = STOP_SECONDS) -> None:
        self._database = database
        self._every_seconds = every_seconds
        self._stop_seconds = stop_seconds
        self._asked = Event()
        self._closing = False
        self._give_up_at = inf
        self._thread = Thread(target=self._run, name="jobs", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Finish the job that runs if it takes no longer than `stop_seconds`; leave it for the next process otherwise."""
        self._give_up_at = monotonic() + self._stop_seconds
        self._closing = True
        self._asked.set()
        # Work that tells nothing for so long is cut off with the process: its transaction dies with it.
        self._thread.join(self._stop_seconds + self._every_seconds)

    def wake(self) -> None:
        """A job was asked for: look now."""
        self._asked.set()

    def _run(self) -> None:
        while not self._closing:
            self._asked.clear()
            try:
                self._round()
            except Abandoned:
                return
            except Exception:
                _log.exception("the jobs could not be looked for")
            if not self._closing:
                self._asked.wait(self._every_seconds)

    def _round(self) -> None:
        """Every job that has not ended gets one attempt; those asked for meanwhile wake the next round."""
        for job_id in self._waiting():
            if self._closing:
                return
            try:
                run_job(self._database, job_id, stopping=lambda: monotonic() > self._give_up_at)
            except psycopg.OperationalError:
                raise
            except Exception:
                # A job that nobody can run must not keep the others from running; its attempts are counted.
                _log.exception("job %s could not be run", job_id)

    def _waiting(self) -> list[UUID]:
        with self._database.reading() as connection:
            return jobs_unended(connection)


__all__ = ["EVERY_SECONDS", "STOP_SECONDS", "Runner"]
