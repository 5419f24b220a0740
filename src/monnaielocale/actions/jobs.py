"""Jobs: long actions that are answered before they are done, tell how far they are, and survive the death of the process.

What a job does is remembered under the key of its request, or under the job's own identifier, in the transaction that does it.
Whoever runs a job a second time, because nobody can say how far the first one came, is answered what it did.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from time import monotonic
from typing import Any
from uuid import UUID

import psycopg

from ..domain.kept_refusals import kept_whole
from ..domain.progress import Step, followed_by
from ..domain.refusals import Refusal
from ..store.database import Connection, Database
from ..store.documents import DocumentGiven
from ..store.faults import BusyBook, OutcomeUnknown
from ..store.jobs import (
    BEGUN,
    POSTPONED,
    JobAsked,
    JobShown,
    JobToRun,
    claim_job,
    count_jobs_waiting,
    documents_by_fingerprint,
    effect_under_key,
    end_job,
    job_of,
    job_to_run,
    keep_job,
    lock_job_key,
    tell_job_progress,
)
from ..store.people import actor_of
from .crediting import CreditRun, ReturnUncreditable, credit_runs, return_uncreditable
from .credits_elsewhere import ConfirmCreditsElsewhere, confirm_credits_elsewhere
from .deciding import ASSOCIATION
from .enrolment import EnrolFromFile, enrol_from_files
from .job_requests import document_marks, item_of, request_of, same_request
from .matching import MatchLines, match_lines
from .open_runs import OpenRun, open_runs
from .perform import Action, Answer, KeyReused, Outcome, Unforeseen, perform
from .statement_batch import ImportStatement
from .statements import import_statements

# Progress is told at most so often within a step; each telling is a transaction of its own.
TOLD_EVERY_SECONDS = 0.2
JOBS_WAITING_MAX = 20
# A job that takes its process with it each time would do so at every start.
DEATHS_MAX = 5
_log = logging.getLogger(__name__)


class TooManyJobs(Refusal):
    """{count} of your jobs have not ended: wait until one of them has."""

    code = "too_many_jobs"


class JobUnknown(Refusal):
    """You have no job {job}."""

    code = "job_unknown"


class JobGivenUp(Refusal):
    """The work was begun {count} times and never came to its end. Nothing was recorded."""

    code = "job_given_up"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its action, the item, who may ask at all, and the steps of the work in their order."""

    act: Action[Any]
    item: type[Any]
    roles: tuple[str, ...]
    steps: tuple[Step, ...]


KINDS: Mapping[str, Kind] = {
    kind.act.name: kind
    for kind in (
        Kind(open_runs, OpenRun, ("town_preparer", "association_operator"), (Step.READING, Step.CHECKING, Step.WRITING)),
        Kind(enrol_from_files, EnrolFromFile, ASSOCIATION, tuple(Step)),
        Kind(import_statements, ImportStatement, ASSOCIATION, (Step.READING, Step.RECORDING, Step.WRITING)),
        Kind(match_lines, MatchLines, ASSOCIATION, (Step.RECORDING, Step.WRITING)),
        Kind(credit_runs, CreditRun, ASSOCIATION, (Step.CHECKING, Step.WRITING)),
        Kind(return_uncreditable, ReturnUncreditable, ASSOCIATION, (Step.CHECKING, Step.WRITING)),
        Kind(confirm_credits_elsewhere, ConfirmCreditsElsewhere, ASSOCIATION, (Step.WRITING,)),
    )
}


class Ran(Enum):
    """What became of an attempt to run a job."""

    ENDED = auto()
    TAKEN = auto()
    POSTPONED = auto()


class Abandoned(BaseException):
    """The process stops: the work is left for the next one, and nothing of it stays."""


def start_job(database: Database, act: Action[Any], item: Any) -> JobShown:
    """Keep a job with its file; the same request under the same key is answered with the job that it already is.

    Refusals: RoleMissing, KeyReused, TooManyJobs.
    """
    kind = KINDS[act.name]
    item.actor.require(*kind.roles)
    request, documents = request_of(item)
    given = [DocumentGiven(_name(item, content), content) for content in documents.values()]
    person = item.actor.person_id
    asked = JobAsked(person, act.name, item.book, item.key, request, next(iter(documents), None))
    with database.connect("writer") as connection:
        known = lock_job_key(connection, asked) if item.key else None
        if known is not None and not same_request(known[1], request):
            raise KeyReused(key=item.key)
        if known is None:
            waiting = count_jobs_waiting(connection, person)
            if waiting >= JOBS_WAITING_MAX:
                raise TooManyJobs(count=waiting)
        job_id = known[0] if known is not None else keep_job(connection, asked, given)
        job = job_of(connection, person, job_id)
        assert job is not None
        return job


def _name(item: Any, content: bytes) -> str:
    """The name under which an item brings a document."""
    names = (("data", "file_name"), ("document", "document_name"))
    return next((str(getattr(item, name, "")) for document, name in names if getattr(item, document, None) == content), "")


def percent(job: JobShown) -> int:
    """How much of a job is done, in whole percent; each of its steps counts the same. 100 says that it has ended."""
    if job.ended_at is not None:
        return 100
    steps = KINDS[job.action].steps if job.action in KINDS else ()
    at = next((place for place, step in enumerate(steps) if step == job.step), None)
    if at is None or job.done is None or job.total is None:
        return 0
    within = 100 * job.done // job.total if job.total else 0
    return min((100 * at + within) // len(steps), 99)


def run_job(database: Database, job_id: UUID, *, stopping: Callable[[], bool] = lambda: False) -> Ran:
    """Carry out a job that has not ended, unless somebody else does, and keep how it ended.

    The person acts with the rights that they have now. A job that found its book busy is postponed. Raises Abandoned as soon as
    `stopping` says so, and what the driver raises when the database is away: then the job waits as it is.
    """
    with database.connect("writer", autocommit=True) as own:
        if not claim_job(own, job_id):
            return Ran.TAKEN
        job = job_to_run(own, job_id)
        if job is None:
            return Ran.ENDED
        kind = KINDS.get(job.action)
        if kind is None:
            # A newer program was asked for it, and one will do it.
            return Ran.POSTPONED
        telling = _Telling(own, job, stopping)
        try:
            outcome = _outcome(database, own, kind, job, telling)
        except Abandoned:
            telling.keep(POSTPONED)
            raise
        if isinstance(outcome, BusyBook | OutcomeUnknown):
            telling.keep(POSTPONED)
            return Ran.POSTPONED
        _end(database, own, job, outcome)
        return Ran.ENDED


def _outcome(database: Database, own: Connection, kind: Kind, job: JobToRun, telling: "_Telling") -> Outcome:
    key = job.key or str(job.id)
    if job.begun - job.postponed >= DEATHS_MAX:
        effect = effect_under_key(own, job, key)
        return JobGivenUp(count=job.begun) if effect is None else Answer(dict(effect), replayed=True)
    telling.keep(BEGUN)
    try:
        actor = actor_of(database, job.login)
        documents = documents_by_fingerprint(own, document_marks(job.request))
        item = item_of(kind.item, job.request, documents, actor, key)
        with followed_by(telling):
            return perform(database, kind.act, [item])[0]
    except Refusal as refusal:
        return refusal


def _end(database: Database, own: Connection, job: JobToRun, outcome: Outcome) -> None:
    if isinstance(outcome, Unforeseen):
        _log.error("job %s (%s) met something unforeseen", job.id, job.action, exc_info=outcome.__cause__)
    refused = isinstance(outcome, Refusal)
    kept = kept_whole(outcome) if isinstance(outcome, Refusal) else outcome.content
    if own.closed:
        with database.connect("writer", autocommit=True) as another:
            end_job(another, job.id, refused=refused, outcome=kept)
    else:
        end_job(own, job.id, refused=refused, outcome=kept)


class _Telling:
    """Keeps how far the work is, seen by everybody while its own transaction goes on."""

    def __init__(self, connection: Connection, job: JobToRun, stopping: Callable[[], bool]) -> None:
        self._connection = connection
        self._job_id = job.id
        self._position = job.position
        self._stopping = stopping
        self._step = ""
        self._told_at = 0.0

    def __call__(self, step: Step, done: int, total: int) -> None:
        if self._stopping():
            raise Abandoned()
        moment = monotonic()
        if step != self._step or done == total or moment - self._told_at >= TOLD_EVERY_SECONDS:
            self._step, self._told_at = step, moment
            self.keep(step, done, total)

    def keep(self, step: str, done: int = 0, total: int = 0) -> None:
        """Tell at once. Work goes on when nobody can be told any more."""
        try:
            self._position += 1
            tell_job_progress(self._connection, self._job_id, self._position, step, done, total)
        except psycopg.Error:
            _log.warning("the progress of job %s could not be told", self._job_id)
