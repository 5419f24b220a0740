"""Persons, their roles and their passwords. They belong to no book: each change is a transaction of its own, or joins one.

A role is given or taken back by a row that says by whom; nothing is altered or deleted, so the history of rights stays.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import namedtuple_row

from ..domain.actors import Actor
from ..domain.identifiers import new_id
from ..domain.people import (
    ActingPartyUnknown,
    AdministratorNeeded,
    LastAdministrator,
    LoginRefused,
    LoginTaken,
    PersonUnknown,
    check_login,
    check_password,
    check_roles,
)
from .database import Connection, Database
from .faults import translated
from .passwords import PasswordKept, hash_of, password_fits, password_kept
from .queries import query
from .sessions import end_sessions
from .unit_of_work import insert_statement


@dataclass(frozen=True, slots=True)
class PersonListed:
    """A person as a list shows them."""

    id: UUID
    login: str
    name: str
    party_code: str
    roles: tuple[str, ...]


def add_person(
    database: Database,
    *,
    login: str,
    name: str,
    party: str | None = None,
    roles: Iterable[str] = (),
    password: str | None = None,
    given_by: Actor | None = None,
    connection: Connection | None = None,
) -> Actor:
    """A new person with the party they act for (its code), roles, and a password if they may log in.

    Only an administrator adds persons; without `given_by` only while there is no administrator. Refuses with RoleMissing,
    AdministratorNeeded, LoginUnfit, LoginTaken, ActingPartyUnknown, RoleUnknown, RoleNotOfParty, AccountantMayNotDecide,
    PasswordTooShort and PasswordTooLong.
    """
    check_login(login)
    if password is not None:
        check_password(password)
    with _writing(database, connection) as connection:
        _lock(connection, given_by)
        if _row(connection, "person_by_login", login=login):
            raise LoginTaken(login=login)
        found = _row(connection, "party_by_code", code=party) if party else None
        if party and found is None:
            raise ActingPartyUnknown(party=party)
        check_roles(login, found.kind if found else "", list(roles))
        person_id = new_id()
        person = {"id": person_id, "login": login, "name": name.strip(), "party_id": found.id if found else None}
        connection.execute(*insert_statement("person", [{**person, "recorded_at": _now()}]))
        _give_roles(connection, person_id, roles, given_by)
        if password is not None:
            _set_password(connection, person_id, password)
        return _actor(_row(connection, "person_by_login", login=login))


def grant_role(database: Database, login: str, role: str, given_by: Actor, *, connection: Connection | None = None) -> Actor:
    """One more role; answers the person with their roles. Refuses as `add_person` does, and with PersonUnknown."""
    with _writing(database, connection) as connection:
        _lock(connection, given_by)
        known = _known(connection, login)
        check_roles(login, known.party_kind, {*known.roles, role})
        if role not in known.roles:
            _give_roles(connection, known.id, [role], given_by)
        return _actor(_known(connection, login))


def withdraw_role(database: Database, login: str, role: str, given_by: Actor, *, connection: Connection | None = None) -> Actor:
    """A role is taken back; answers the person with what is left.

    Refuses with RoleMissing, PersonUnknown and LastAdministrator.
    """
    with _writing(database, connection) as connection:
        _lock(connection, given_by)
        known = _known(connection, login)
        if role == "administrator" and [row.login for row in _administrators(connection)] == [login]:
            raise LastAdministrator(login=login)
        if role in known.roles:
            _give_roles(connection, known.id, [role], given_by, granted=False)
        return _actor(_known(connection, login))


def set_password(database: Database, login: str, password: str, given_by: Actor, *, connection: Connection | None = None) -> None:
    """A new password, by an administrator or by the person themselves; every session of the person ends.

    Refuses with RoleMissing, PersonUnknown, PasswordTooShort and PasswordTooLong.
    """
    check_password(password)
    with _writing(database, connection) as connection:
        _name(connection, given_by)
        if given_by.login != login:
            given_by.require("administrator")
        person_id = _known(connection, login).id
        end_sessions(connection, person_id, "password_changed", _now())
        _set_password(connection, person_id, password)


def end_sessions_of(database: Database, login: str, given_by: Actor, *, connection: Connection | None = None) -> int:
    """Log a person out everywhere, by an administrator or by the person themselves; answers how many sessions ended.

    Refuses with RoleMissing and PersonUnknown.
    """
    with _writing(database, connection) as connection:
        _name(connection, given_by)
        if given_by.login != login:
            given_by.require("administrator")
        return end_sessions(connection, _known(connection, login).id, "revoked", _now())


def actor_of(database: Database, login: str) -> Actor:
    """The person with the party and the roles that they hold at this moment; PersonUnknown."""
    with database.reading() as connection:
        return _actor(_known(connection, login))


def actor_with_password(database: Database, login: str, password: str) -> Actor:
    """The person, when the password is theirs; LoginRefused otherwise, after the same time whether or not the login exists."""
    with database.connect("writer") as connection:
        if not password_fits(password, password_kept(connection, login)):
            raise LoginRefused()
        return _actor(_known(connection, login))


def password_under_key(connection: Connection, person_id: UUID, action: str, key: str, *, login: str, password: str) -> bool:
    """Whether this is the password of a login that a person set under a key."""
    row = _row(connection, "password_under_key", person_id=person_id, action=action, key=key, login=login)
    return password_fits(password, PasswordKept(row.person_id, row.hash) if row else None)


def list_people(database: Database) -> list[PersonListed]:
    """Every person, by login."""
    with database.reading() as connection:
        return [
            PersonListed(row.id, row.login, row.name, row.party_code, tuple(row.roles)) for row in _rows(connection, "people")
        ]


def people_page(connection: Connection, after: str, most: int) -> list[PersonListed]:
    """Persons by login, after one of them."""
    rows = _rows(connection, "people_page", after=after, most=most)
    return [PersonListed(row.id, row.login, row.name, row.party_code, tuple(row.roles)) for row in rows]


@contextmanager
def _writing(database: Database, connection: Connection | None) -> Iterator[Connection]:
    """The transaction that somebody began, or one of our own that commits at the end; what the database refuses is a Refusal."""
    with translated():
        if connection is not None:
            yield connection
            return
        with database.connect("writer") as own:
            yield own


def _lock(connection: Connection, given_by: Actor | None) -> None:
    """One change at a time, by an administrator; the very first person is added by whoever installs the program."""
    connection.execute(query("lock_people"))
    if given_by is not None:
        _name(connection, given_by)
        _actor(_known(connection, given_by.login)).require("administrator")
    elif _administrators(connection):
        raise AdministratorNeeded()


def _name(connection: Connection, actor: Actor) -> None:
    """Tell the database who changes persons in this transaction: it asks for itself whether they may."""
    connection.execute(query("name_who_acts"), {"person_id": actor.person_id})


def _administrators(connection: Connection) -> list[Any]:
    return [row for row in _rows(connection, "people") if "administrator" in row.roles]


def _give_roles(
    connection: Connection, person_id: UUID, roles: Iterable[str], given_by: Actor | None, *, granted: bool = True
) -> None:
    moment = _now()
    giver = given_by.person_id if given_by else None
    rows = [
        {"person_id": person_id, "role": role, "recorded_at": moment, "granted": granted, "given_by": giver}
        for role in sorted(set(roles))
    ]
    if rows:
        connection.execute(*insert_statement("person_role", rows))


def _set_password(connection: Connection, person_id: UUID, password: str) -> None:
    row = {"person_id": person_id, "recorded_at": _now(), "hash": hash_of(password)}
    connection.execute(*insert_statement("person_password", [row]))


def _rows(connection: Connection, name: str, **parameters: Any) -> list[Any]:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(query(name), parameters).fetchall()


def _row(connection: Connection, name: str, **parameters: Any) -> Any:
    return next(iter(_rows(connection, name, **parameters)), None)


def _known(connection: Connection, login: str) -> Any:
    row = _row(connection, "person_by_login", login=login)
    if row is None:
        raise PersonUnknown(login=login)
    return row


def _actor(row: Any) -> Actor:
    return Actor(row.id, row.login, frozenset(row.roles), row.party_id, row.party_code, row.party_kind)


def _now() -> datetime:
    return datetime.now(UTC)
