"""Whether the process lives, and whether it can do its work."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from monnaielocale.store.figures import schema_revision

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """`ok`, or what stands in the way."""

    status: str


@router.get("/healthz")
async def check_alive() -> Health:
    """The process answers."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Health, "description": "The database does not answer, or the service stops."}})
def check_ready(request: Request, response: Response) -> Health:
    """The database answers, and the service takes requests."""
    services = request.app.state.services
    try:
        with services.database.reading() as connection:
            schema_revision(connection)
    except Exception:
        response.status_code = 503
        return Health(status="database_unreachable")
    if services.closing:
        response.status_code = 503
        return Health(status="closing")
    return Health(status="ok")
