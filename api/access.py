"""Who asks, and what their request says about itself: every route but a few takes one of the dependencies at the end."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

import structlog
from fastapi import Depends, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from monnaielocale.actions.perform import Action, Answer
from monnaielocale.domain.actors import Actor, ActsForAnother
from monnaielocale.domain.days import AssumedDay
from monnaielocale.domain.refusals import Refusal
from monnaielocale.domain.shifts import SessionLocked
from monnaielocale.store.database import Connection
from monnaielocale.store.sessions import Caller
from monnaielocale.words import PARIS

from .services import Services
from .tokens import TokenRefused

REPLAYED = "Idempotency-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="An access token of `POST /v1/token`.")


class BookNotNamed(Refusal):
    """Say which book is meant, as ?book=...: yours are {books}."""

    code = "book_not_named"


class IdempotencyKeyMissing(Refusal):
    """This request needs the header Idempotency-Key: any text of your own, the same when you send the same request again."""

    code = "idempotency_key_missing"


class IdempotencyKeyUnfit(Refusal):
    """An Idempotency-Key has 1 to 200 visible characters and no space."""

    code = "idempotency_key_unfit"


def services_of(request: Request) -> Services:
    """What the routes of this process share."""
    services: Services = request.app.state.services
    return services


@dataclass(frozen=True, slots=True)
class Asking:
    """A person who asks, with the rights that the database gives them at this moment."""

    caller: Caller
    services: Services
    response: Response
    key: str = ""

    @property
    def actor(self) -> Actor:
        """The person, as actions know them."""
        return self.caller.actor

    def require(self, *roles: str) -> None:
        """RoleMissing unless the person holds one of the roles."""
        self.actor.require(*roles)

    def book(self, asked: str | None) -> str:
        """The book that is meant: the one named, or the only one there is for this person, desks aside.

        Refusals: BookNotNamed, ActsForAnother.
        """
        if asked is None:
            if len(self.caller.books) != 1:
                raise BookNotNamed(books=", ".join(self.caller.books))
            return self.caller.books[0]
        if asked not in self.caller.books and asked not in self.caller.desks:
            raise ActsForAnother(login=self.actor.login)
        return asked

    def day(self, on: date | None) -> date:
        """The business date that is meant: today in Paris unless one is given."""
        return on or AssumedDay.of(datetime.now(PARIS).date())

    @contextmanager
    def visit(self) -> Iterator[Connection]:
        """A look at the books with this person's eyes: the database shows them nothing else."""
        with self.services.visit(self.actor.person_id) as connection:
            yield connection

    async def ask(self, act: Action[Any], item: Any) -> dict[str, Any]:
        """Carry out an action for one item and answer what it did; refusals are raised."""
        return self.told(await self.services.ask(act, item))

    def told(self, answer: Answer) -> dict[str, Any]:
        """What an action answered, and in the header whether it had been done before."""
        if answer.replayed:
            self.response.headers[REPLAYED] = "true"
        return answer.content

    async def ask_all(self, act: Action[Any], items: Sequence[Any]) -> list[Any]:
        """The same for several independent items, each with its own answer or refusal."""
        return await self.services.ask_all(act, items)


async def asking(
    request: Request, response: Response, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Asking:
    """The person behind the access token; TokenRefused when it opens nothing, SessionLocked when it asks for the short code."""
    if credentials is None:
        raise TokenRefused()
    services = services_of(request)
    claims = services.tokens.read(credentials.credentials)
    caller = await services.caller(claims.token_id)
    if caller is None or caller.actor.person_id != claims.person_id:
        raise TokenRefused()
    if caller.locked:
        raise SessionLocked()
    structlog.contextvars.bind_contextvars(person=str(caller.actor.person_id))
    return Asking(caller, services, response)


async def keyed(
    who: Annotated[Asking, Depends(asking)],
    idempotency_key: Annotated[
        str | None,
        Header(description="Any text of your own; the same request sent again with it has one effect and the same answer."),
    ] = None,
) -> Asking:
    """The same, with the key under which the effect is remembered; IdempotencyKeyMissing, IdempotencyKeyUnfit."""
    if idempotency_key is None:
        raise IdempotencyKeyMissing()
    if not _KEY.fullmatch(idempotency_key):
        raise IdempotencyKeyUnfit()
    return Asking(who.caller, who.services, who.response, idempotency_key)


Anyone = Annotated[Asking, Depends(asking)]
Keyed = Annotated[Asking, Depends(keyed)]
