"""Jobs: how far long work is, and how it ended. Everybody sees their own."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path

from monnaielocale.actions.jobs import JobUnknown
from monnaielocale.store.jobs import job_of, jobs_of

from ..access import Anyone
from ..bodies import StrictRoute
from ..fields import Shape
from ..jobs import RETRY_AFTER_SECONDS, Job
from ..openapi import refusing
from ..paging import Cursor, CursorUnfit, Limit, cursor_of, page, place_of
from ..subjects import SubjectRouter

router = SubjectRouter(prefix="/jobs", tags=["jobs"], route_class=StrictRoute)
JobId = Annotated[UUID, Path(description="The identifier of the job.", examples=["01a20b32-801f-7740-a8ab-93fa47375bbe"])]
_UNKNOWN = refusing(JobUnknown(job=UUID(int=0)))


class JobsPage(Shape):
    """Jobs, the latest first and without what they did, and where the next page begins."""

    items: list[Job]
    next: str | None


@router.get("")
def list_jobs(who: Anyone, limit: Limit = 100, cursor: Cursor = None) -> JobsPage:
    """List your jobs, the latest first; a job asked for by itself also says what it did."""
    with who.visit() as connection:
        shown, last = page(jobs_of(connection, who.actor.person_id, before=_before(cursor), most=limit + 1), limit)
    following = cursor_of(last.recorded_at.isoformat(), str(last.id)) if last else None
    return JobsPage(items=[Job.of(job) for job in shown], next=following)


@router.get("/{job_id}", responses=_UNKNOWN)
def show_job(job_id: JobId, who: Anyone) -> Job:
    """One job: how far it is, and once it has ended what the request would have been answered."""
    with who.visit() as connection:
        found = job_of(connection, who.actor.person_id, job_id)
    if found is None:
        raise JobUnknown(job=job_id)
    if found.ended_at is None:
        who.response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return Job.of(found)


def _before(cursor: str | None) -> tuple[datetime, UUID] | None:
    place = place_of(cursor, str, str)
    if place is None:
        return None
    try:
        moment, job_id = datetime.fromisoformat(place[0]), UUID(place[1])
    except ValueError:
        raise CursorUnfit() from None
    if moment.tzinfo is None:
        raise CursorUnfit()
    return moment, job_id
