"""Long work over HTTP: what is small is answered within its request, the rest with 202 and a job that tells how far it is."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import structlog
from fastapi import FastAPI, Header, Request
from pydantic import AwareDatetime, Field
from starlette.responses import JSONResponse, Response

from monnaielocale.actions.jobs import TooManyJobs, percent, start_job
from monnaielocale.actions.perform import Action
from monnaielocale.domain.kept_refusals import refusal_kept
from monnaielocale.domain.progress import Step
from monnaielocale.store.jobs import JobShown
from monnaielocale.words import word

from .access import Asking
from .doors import Door
from .fields import Code, Shape
from .openapi import refusing
from .problems import problem_of

# What takes a second or so: nobody should hold a connection open for longer without knowing how far the work is.
ROWS_AT_ONCE = 500
BYTES_AT_ONCE = 128 * 1024
RETRY_AFTER_SECONDS = 1
# Keeping a job means writing its file: a few at once, so that the other requests are answered meanwhile.
_door = Door("jobs asked for", at_once=2, waiting=32)
_Result = Callable[[dict[str, Any]], Shape]
_results: dict[str, _Result] = {}

Prefer = Annotated[
    str | None,
    Header(
        max_length=200,
        description="`respond-async` to be answered at once with a job, however small the work (RFC 7240).",
        examples=["respond-async"],
    ),
]


class Job(Shape):
    """Long work and how far it is: in its present step `done` of `total`, and over all steps `percent`."""

    id: UUID
    action: str
    book: Code
    state: Literal["waiting", "running", "done", "refused"]
    step: Step | None = Field(description="What is being done, while it runs.")
    doing: str = Field(description="The same in words.", examples=["checking the rows"])
    done: Annotated[int, Field(ge=0)]
    total: Annotated[int, Field(ge=0)]
    percent: Annotated[int, Field(ge=0, le=100)]
    attempts: Annotated[int, Field(ge=0, description="How often it was begun; more than once when a process died meanwhile.")]
    asked_at: AwareDatetime
    started_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    result: dict[str, Any] | None = Field(description="Once it is done: what the request would have been answered.")
    problem: dict[str, Any] | None = Field(description="Once it is refused: the problem document, with the faults of all rows.")

    @classmethod
    def of(cls, job: JobShown) -> Self:
        """A job as it stands."""
        runs = job.state == "running"
        step = Step(job.step) if runs and job.step in set(Step) else None
        return cls(
            id=job.id,
            action=job.action,
            book=job.book,
            state=job.state,  # type: ignore[arg-type]
            step=step,
            doing=word("step", step) if step else "",
            done=job.done or 0 if runs else 0,
            total=job.total or 0 if runs else 0,
            percent=percent(job),
            attempts=job.attempts,
            asked_at=job.recorded_at,
            started_at=job.started_at,
            ended_at=job.ended_at,
            result=_result(job),
            problem=_problem(job),
        )


ACCEPTED: dict[int | str, dict[str, Any]] = refusing(TooManyJobs(count=10)) | {
    202: {
        "model": Job,
        "description": "The work is long and goes on as a job; ask for it at `Location`.",
        "headers": {
            "Location": {"schema": {"type": "string"}, "description": "The address of the job."},
            "Retry-After": {"schema": {"type": "integer"}, "description": "After how many seconds to ask."},
        },
    }
}


class Accepted(Exception):
    """The request is answered with a job."""

    def __init__(self, job: JobShown, *, preferred: bool) -> None:
        self.job = job
        self.preferred = preferred
        super().__init__(str(job.id))


async def within_or_job(
    who: Asking, act: Action[Any], item: Any, *, rows: int = 0, size_bytes: int = 0, prefer: str | None = None
) -> dict[str, Any]:
    """What the action did, for an item small enough to wait for; raises Accepted for a larger one or when that is preferred.

    A route that calls this declares `responses=ACCEPTED`, takes `prefer: Prefer = None`, and says with `shown_as` what the result
    of the job looks like.
    """
    preferred = prefers_job(prefer)
    if not preferred and rows <= ROWS_AT_ONCE and size_bytes <= BYTES_AT_ONCE:
        return await who.ask(act, item)
    job = await _door.enter(partial(start_job, who.services.database, act, item))
    who.services.runner.wake()
    raise Accepted(job, preferred=preferred)


def prefers_job(prefer: str | None) -> bool:
    """The client does not want to wait (RFC 7240)."""
    wanted = (part.partition(";")[0].strip().lower() for part in (prefer or "").split(","))
    return "respond-async" in wanted


def shown_as(act: Action[Any], shape: _Result) -> None:
    """Show the result of the jobs of an action as its route answers it."""
    _results[act.name] = shape


def _result(job: JobShown) -> dict[str, Any] | None:
    if job.state != "done" or job.outcome is None:
        return None
    shape = _results.get(job.action)
    return dict(job.outcome) if shape is None else shape(dict(job.outcome)).model_dump(mode="json")


def _problem(job: JobShown) -> dict[str, Any] | None:
    if job.state != "refused" or job.outcome is None:
        return None
    # What was noted about the job stands in the log under the job, not under the request that asks how it went.
    with structlog.contextvars.bound_contextvars(request_id=str(job.id)):
        return problem_of(refusal_kept(job.outcome))


def answer_with(job: JobShown, *, status: int, headers: Mapping[str, str]) -> Response:
    """A job as an answer; one that goes on says when to ask again."""
    wait = {} if job.ended_at else {"Retry-After": str(RETRY_AFTER_SECONDS)}
    return JSONResponse(Job.of(job).model_dump(mode="json"), status, {**wait, **headers})


async def _on_accepted(_: Request, accepted: Exception) -> Response:
    assert isinstance(accepted, Accepted)
    headers = {"Location": f"/v1/jobs/{accepted.job.id}"}
    if accepted.preferred:
        headers["Preference-Applied"] = "respond-async"
    return answer_with(accepted.job, status=202, headers=headers)


def install(app: FastAPI) -> None:
    """Answer what became a job with 202."""
    app.add_exception_handler(Accepted, _on_accepted)
