"""The application: its routes, and what every answer has in common."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from monnaielocale import __version__

from . import documentation, headers, health, jobs, logs, metrics, openapi, problems
from .routes import SUBJECTS
from .services import Services
from .watching import PREFIX, Watched

DESCRIPTION = """
Double-entry books for French local currencies and the municipal payments made in them.

Amounts are whole cents. A request that moves money or creates a document carries an `Idempotency-Key`: sent again with the same
key it has one effect and the same answer. Every refusal is a problem document (RFC 9457) with a stable `code`.
"""


def create_app(services: Services) -> FastAPI:
    """The application on these services, which open when it starts to serve and close when it stops."""

    @asynccontextmanager
    async def life(_: FastAPI) -> AsyncIterator[None]:
        with services:
            yield

    app = FastAPI(
        title="monnaielocale",
        version=__version__,
        description=DESCRIPTION,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=life,
        redirect_slashes=False,
    )
    app.state.services = services
    for router in SUBJECTS:
        app.include_router(router, prefix=PREFIX)
    app.include_router(health.router)
    app.include_router(metrics.router)
    counting, app.state.metrics = metrics.registry_of(services.database)
    problems.install(app)
    jobs.install(app)
    documentation.install(app)
    openapi.install(app)
    headers.install(app)
    app.add_middleware(Watched, watchers=(logs.tell_request, metrics.RequestFigures(counting).count))
    return app
