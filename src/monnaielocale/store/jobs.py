"""Jobs: long work kept with its file before the request is answered, claimed by one process at a time, and told of as it goes.

A claim is a lock of the session, so that it ends with the process that holds it, however that ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import namedtuple_row
from psycopg.types.json import Jsonb

from ..domain.identifiers import new_id
from .arrays import array, arrays
from .database import Connection
from .documents import DocumentGiven, fingerprints
from .queries import query

# What an attempt tells apart from the steps of its work: that it begins, and that it leaves the work for a later one.
BEGUN, POSTPONED = "begun", "postponed"


@dataclass(frozen=True, slots=True)
class JobAsked:
    """What a job is asked to do: an action, and its item as plain data; `document_sha256` is the file it is about, if any."""

    person_id: UUID
    action: str
    book: str
    key: str
    request: Mapping[str, Any]
    document_sha256: bytes | None = None


@dataclass(frozen=True, slots=True)
class JobToRun:
    """A job that has not ended; `begun` and `postponed` count its attempts, `position` is the last of what they told."""

    id: UUID
    person_id: UUID
    login: str
    action: str
    book: str
    key: str
    request: Mapping[str, Any]
    begun: int
    postponed: int
    position: int


@dataclass(frozen=True, slots=True)
class JobShown:
    """How a job stands; `outcome` is left out of lists."""

    id: UUID
    action: str
    book: str
    recorded_at: datetime
    attempts: int
    started_at: datetime | None
    step: str | None
    done: int | None
    total: int | None
    ended_at: datetime | None
    refused: bool | None
    outcome: Mapping[str, Any] | None

    @property
    def state(self) -> str:
        """`waiting`, `running`, `done` or `refused`."""
        if self.refused is not None:
            return "refused" if self.refused else "done"
        return "waiting" if self.step in (None, POSTPONED) else "running"


def lock_job_key(connection: Connection, asked: JobAsked) -> tuple[UUID, Mapping[str, Any]] | None:
    """The job under the same person, action and key that was not refused, with its request; nobody adds one meanwhile."""
    named = {"person": asked.person_id, "action": asked.action, "key": asked.key}
    connection.execute(query("lock_job_key"), named)
    rows = _rows(connection, "job_under_key", **named)
    return (rows[0].id, rows[0].request) if rows else None


def count_jobs_waiting(connection: Connection, person_id: UUID) -> int:
    """How many jobs of a person have not ended."""
    return int(_rows(connection, "count_jobs_waiting", person=person_id)[0].jobs)


def keep_job(connection: Connection, asked: JobAsked, documents: Sequence[DocumentGiven]) -> UUID:
    """Keep a job with its documents; answers its identifier."""
    if documents:
        first = dict(zip(fingerprints(document.content for document in documents), documents, strict=True))
        columns = [
            ("fingerprints", "bytea", first),
            ("names", "text", (document.name for document in first.values())),
            ("contents", "bytea", (document.content for document in first.values())),
        ]
        connection.execute(query("keep_job_documents"), arrays(columns))
    job_id = new_id()
    parameters = {
        "id": job_id,
        "person": asked.person_id,
        "action": asked.action,
        "book": asked.book,
        "key": asked.key,
        "request": Jsonb(asked.request),
        "document": asked.document_sha256,
    }
    connection.execute(query("keep_job"), parameters)
    return job_id


def jobs_unended(connection: Connection) -> list[UUID]:
    """The jobs that have not ended, the oldest first: they wait, or run, or the process that ran them died."""
    return [row.id for row in _rows(connection, "jobs_unended")]


def claim_job(connection: Connection, job_id: UUID) -> bool:
    """Whether this session alone may run a job, until the session ends."""
    return bool(_rows(connection, "claim_job", id=job_id)[0].claimed)


def job_to_run(connection: Connection, job_id: UUID) -> JobToRun | None:
    """A job with what is needed to run it; None when it has ended, or never was."""
    rows = _rows(connection, "job_to_run", id=job_id)
    return JobToRun(**rows[0]._asdict()) if rows else None


def documents_by_fingerprint(connection: Connection, marks: Sequence[bytes]) -> dict[bytes, bytes]:
    """The content of documents by their fingerprints."""
    rows = _rows(connection, "documents_by_fingerprint", **arrays([("fingerprints", "bytea", marks)])) if marks else []
    return {bytes(row.sha256): bytes(row.content) for row in rows}


def effect_under_key(connection: Connection, job: JobToRun, key: str) -> Mapping[str, Any] | None:
    """What the action of a job did for its person under a key, or None when nothing was done."""
    persons, keys = array("uuid", [job.person_id]), array("text", [key])
    rows = _rows(connection, "known_keys", action=job.action, persons=persons, keys=keys)
    return rows[0].answer if rows else None


def tell_job_progress(connection: Connection, job_id: UUID, position: int, step: str, done: int, total: int) -> None:
    """Keep how far a job is."""
    told = {"id": job_id, "position": position, "step": step, "done": done, "total": total}
    connection.execute(query("tell_job_progress"), told)


def end_job(connection: Connection, job_id: UUID, *, refused: bool, outcome: Mapping[str, Any]) -> None:
    """Keep how a job ended."""
    connection.execute(query("end_job"), {"id": job_id, "refused": refused, "outcome": Jsonb(outcome)})


def job_of(connection: Connection, person_id: UUID, job_id: UUID) -> JobShown | None:
    """A job of a person as it stands; None when they have no such job."""
    rows = _rows(connection, "job_to_show", person=person_id, id=job_id)
    return JobShown(**rows[0]._asdict()) if rows else None


def jobs_of(
    connection: Connection, person_id: UUID, *, before: tuple[datetime, UUID] | None = None, most: int = 100
) -> list[JobShown]:
    """Jobs of a person, the latest first, without their outcomes; `before` is the last one of the page before."""
    before_at, before_id = before or (None, None)
    rows = _rows(connection, "jobs_to_show", person=person_id, before_at=before_at, before_id=before_id, most=most)
    return [JobShown(**row._asdict()) for row in rows]


def _rows(connection: Connection, name: str, **parameters: Any) -> list[Any]:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(query(name), parameters).fetchall()
