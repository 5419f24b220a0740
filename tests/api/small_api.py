"""A small application of the parts that every route shares, with routes made for the tests alone, and ways to ask it."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Annotated, Any
from uuid import UUID

import httpx2
import psycopg
import uvicorn
from fastapi import APIRouter, FastAPI, Header, Query, UploadFile

from monnaielocale.actions.collector import TooBusy
from monnaielocale.actions.perform import Unforeseen
from monnaielocale.api import documentation, headers, openapi, problems
from monnaielocale.api.bodies import StrictRoute
from monnaielocale.api.fields import Body, BookAsked, Cents, Day, Label, MemberNumber, Name, Period, Shape
from monnaielocale.domain.files import RowFault, RowsRefused, ValueMissing
from monnaielocale.domain.members import MemberUnknown
from monnaielocale.domain.people import LoginRefused

JSON = {"content-type": "application/json"}
GOOD: dict[str, Any] = {
    "payer": "E00042",
    "amount_cents": 1250,
    "label": "Bread",
    "on": "2026-01-31",
    "period": "2026-01",
    "tags": ["market"],
    "to": {"name": "Maite Etxe"},
}


class Recipient(Body):  # type: ignore[misc]
    """Who receives."""

    name: Name


class Asked(Body):  # type: ignore[misc]
    """A payment that a test asks for."""

    payer: MemberNumber
    amount_cents: Cents
    label: Label = ""
    on: Day | None = None
    period: Period = "2026-01"
    tags: list[Label] = []  # noqa: RUF012 - a model copies its defaults
    to: Recipient | None = None


class Told(Shape):  # type: ignore[misc]
    """What was understood."""

    payer: MemberNumber
    amount_cents: Cents
    label: str


router = APIRouter(prefix="/v1/payments", tags=["payments"], route_class=StrictRoute)


@router.post("", status_code=201, responses=openapi.refusing(MemberUnknown(member="E00042")))
async def pay(
    body: Asked, book: BookAsked = None, idempotency_key: Annotated[str | None, Header(description="A key.")] = None
) -> Told:
    """Say what was understood."""
    return Told(
        payer=body.payer, amount_cents=body.amount_cents, label=" ".join(filter(None, [body.label, book, idempotency_key]))
    )


@router.post("/small", max_body_size=100)
async def pay_little(body: Asked) -> Told:
    """Take a body of 100 bytes at most."""
    return Told(payer=body.payer, amount_cents=body.amount_cents, label=body.label)


@router.post("/any")
async def take_anything(body: dict[str, Any]) -> dict[str, Any]:
    """Take whatever object is sent."""
    return body


@router.post("/maybe")
async def take_maybe(body: Asked | None = None) -> bool:
    """Take a body, or none."""
    return body is not None


@router.post("/file")
async def take_file(file: UploadFile) -> int:
    """Take a file."""
    return len(await file.read())


@router.get("/failures/{kind}")
def fail(kind: str) -> Told:
    """Fail in one of several ways."""
    failures: dict[str, Exception] = {
        "refusal": MemberUnknown(member="E00042"),
        "rows": RowsRefused((RowFault(3, "Montant", "12,5x", ValueMissing()), RowFault(4, "Nom", "", ValueMissing()))),
        "busy": TooBusy(),
        "login": LoginRefused(),
        "unforeseen": Unforeseen(failure="UniqueViolation"),
        "ours": RuntimeError("the secret of the house"),
        "database": psycopg.OperationalError("no route to host db.internal"),
    }
    raise failures[kind]


@router.get("/{member}")
def show(
    member: MemberNumber,
    on: Day | None = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    state: Annotated[list[Label], Query()] = [],  # noqa: B006 - the framework copies it
    run: UUID | None = None,
) -> Told:
    """Show a payer."""
    return Told(payer=member, amount_cents=limit, label=" ".join([str(on), *state, str(run)]))


@router.get("/broken/answer", response_model=Told)
def break_the_answer() -> dict[str, Any]:
    """Answer what the description does not allow."""
    return {"payer": "the secret of the house"}


def small_api() -> FastAPI:
    """The application, with everything installed as the real one has it."""
    app = FastAPI(
        title="small", version="1", openapi_url="/v1/openapi.json", docs_url=None, redoc_url=None, redirect_slashes=False
    )
    app.include_router(router)
    for part in (problems, documentation, openapi, headers):
        part.install(app)
    return app


APP = small_api()


def ask(method: str, path: str, **given: Any) -> httpx2.Response:
    """Ask the small application; an exception that it lets out fails the test."""

    async def asked() -> httpx2.Response:
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(APP), base_url="http://small") as client:
            return await client.request(method, path, **given)

    return asyncio.run(asked())


def post(body: bytes, path: str = "/v1/payments", **headers_given: str) -> httpx2.Response:
    """Send a body as JSON."""
    return ask("POST", path, content=body, headers=JSON | headers_given)


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    """The problem document of an answer, which must be whole."""
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-language"] in ("fr", "en")
    assert told["type"] == f"/problems/{code}"
    assert told["status"] == status
    assert told["instance"] == answer.headers["x-request-id"]
    assert told["title"] and told["detail"] and isinstance(told["values"], dict)
    return told


@contextmanager
def served() -> Iterator[int]:
    """The small application over real HTTP, on a port of this computer."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(APP, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    until = monotonic() + 10
    while not server.started and monotonic() < until:
        sleep(0.01)
    try:
        yield listening.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()
