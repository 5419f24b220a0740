"""Persons who act: who they are, what they may do, and their passwords."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request
from pydantic import Field

from monnaielocale.actions.people import AddPerson, GrantRole, Item, SetPassword, WithdrawRole, change_people
from monnaielocale.domain.attempts import TooManyAttempts
from monnaielocale.domain.people import (
    PARTY_KINDS_OF_ROLES,
    SHORTEST_PASSWORD,
    ActingPartyUnknown,
    CurrentPasswordWrong,
    LastAdministrator,
    LoginTaken,
    PasswordTooShort,
    PersonUnknown,
    RoleNotOfParty,
    RoleUnknown,
)
from monnaielocale.store.people import end_sessions_of, people_page

from .. import places
from ..access import Anyone, Asking, Keyed
from ..bodies import StrictRoute
from ..doors import Door
from ..fields import Body, Code, Count, Login, Name, Password, Shape
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..subjects import SubjectRouter

router = SubjectRouter(tags=["people"], route_class=StrictRoute)
# Hashing a password takes much memory and time, on purpose.
_changes = Door("people", at_once=2, waiting=50)

LoginInPath = Annotated[str, Path(max_length=80, description="The login of the person.", examples=["maite"])]
Role = Annotated[
    str,
    Field(strict=True, max_length=40, description=f"One of: {', '.join(PARTY_KINDS_OF_ROLES)}.", examples=["town_signer"]),
]
PartyCode = Annotated[
    str,
    Field(
        strict=True,
        max_length=80,
        pattern=r"^[\x21-\x7e]+$",
        description="The code of the party they act for; of a member, the book and the number.",
        examples=["bayonne"],
    ),
]


_UNKNOWN = PersonUnknown(login="maite")
REFUSED_PERSON = refusing(LoginTaken(login="maite"), ActingPartyUnknown(party="bayonne"), RoleUnknown(role="x", known="member"))
REFUSED_ROLE = refusing(_UNKNOWN, RoleNotOfParty(login="maite", role="town_signer"))
REFUSED_WITHDRAWAL = refusing(_UNKNOWN, LastAdministrator(login="maite"))
REFUSED_PASSWORD = refusing(
    _UNKNOWN, CurrentPasswordWrong(), PasswordTooShort(least=SHORTEST_PASSWORD), TooManyAttempts(retry_after_seconds=30)
)


class PersonAsked(Body):
    """Somebody new, who can log in when they are given a password."""

    login: Login
    name: Name
    party: PartyCode | None = None
    roles: Annotated[list[Role], Field(max_length=20, default_factory=list)]
    password: Password | None = None


class RoleAsked(Body):
    """A role."""

    role: Role


class PasswordAsked(Body):
    """A new password; whoever changes their own says the current one."""

    password: Password
    current_password: Password | None = None


class RightsShown(Shape):
    """A person with the party they act for and the roles they hold now."""

    login: str
    party: str
    roles: list[str]


class PersonShown(RightsShown):
    """A person as a list shows them."""

    name: str


class PeoplePage(Shape):
    """Persons by login, and where the next page begins."""

    items: list[PersonShown]
    next: str | None


class PasswordSet(Shape):
    """Whose password was set; they log in again everywhere."""

    login: str


class SessionsEnded(Shape):
    """Who is logged out everywhere, and how many sessions that ended."""

    login: str
    sessions_ended: Count


class Me(Shape):
    """Who you are, and the books that you may name."""

    id: UUID
    login: str
    name: str
    party: str | None
    party_kind: str | None
    roles: list[str]
    books: list[Code]


@router.get("/me")
async def show_me(who: Anyone) -> Me:
    """Who you are, what you may do, and the books that you may name."""
    actor = who.actor
    return Me(
        id=actor.person_id,
        login=actor.login,
        name=who.caller.name,
        party=actor.party_code or None,
        party_kind=actor.party_kind or None,
        roles=sorted(actor.roles),
        books=list(who.caller.books),
    )


@router.get("/people")
def list_people(who: Anyone, limit: Limit = 100, cursor: Cursor = None) -> PeoplePage:
    """Persons by login, for administrators and auditors."""
    who.require("administrator", "auditor")
    with who.visit() as connection:
        seen, last = page(people_page(connection, places.code(cursor), limit + 1), limit)
    items = [PersonShown(login=one.login, name=one.name, party=one.party_code, roles=list(one.roles)) for one in seen]
    return PeoplePage(items=items, next=cursor_of(last.login) if last else None)


@router.post("/people", status_code=201, responses=REFUSED_PERSON)
async def add_person(body: PersonAsked, who: Keyed) -> RightsShown:
    """Add a person; only an administrator does."""
    who.require("administrator")
    item = AddPerson(who.actor, body.login, body.name, body.party or "", tuple(body.roles), body.password, who.key)
    return RightsShown(**await _changed(who, item))


@router.post("/people/{login}/roles", responses=REFUSED_ROLE)
async def grant_role(login: LoginInPath, body: RoleAsked, who: Keyed) -> RightsShown:
    """Give a person one more role; it holds from their next request on."""
    who.require("administrator")
    return RightsShown(**await _changed(who, GrantRole(who.actor, login, body.role, key=who.key)))


@router.post("/people/{login}/roles/withdraw", responses=REFUSED_WITHDRAWAL)
async def withdraw_role(login: LoginInPath, body: RoleAsked, who: Keyed) -> RightsShown:
    """Take a role back; it no longer holds from their next request on."""
    who.require("administrator")
    return RightsShown(**await _changed(who, WithdrawRole(who.actor, login, body.role, key=who.key)))


@router.post("/people/{login}/password", responses=REFUSED_PASSWORD)
async def set_password(login: LoginInPath, body: PasswordAsked, who: Keyed, request: Request) -> PasswordSet:
    """Set a password: your own, with the current one, or as an administrator somebody else's. Every session of theirs ends."""
    if login != who.actor.login:
        who.require("administrator")
    address = request.client.host if request.client else ""
    item = SetPassword(who.actor, login, body.password, body.current_password or "", address, who.key)
    return PasswordSet(**await _changed(who, item))


@router.post("/people/{login}/log-out", responses=refusing(_UNKNOWN))
async def log_out_everywhere(login: LoginInPath, who: Anyone) -> SessionsEnded:
    """End every session of a person at once: your own, or as an administrator somebody else's, whose device is lost."""
    if login != who.actor.login:
        who.require("administrator")
    database, actor = who.services.database, who.actor
    return SessionsEnded(login=login, sessions_ended=await _changes.enter(lambda: end_sessions_of(database, login, actor)))


async def _changed(who: Asking, item: Item) -> dict[str, Any]:
    return who.told(await _changes.enter(lambda: change_people(who.services.database, item)))
