"""Persons and their rights as a server changes them: under a key, a request sent twice has one effect and the same answer.

Persons belong to no book, so their changes wait for no book: each is a transaction of its own, one after the other.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from ..domain.actors import Actor
from ..domain.people import CurrentPasswordWrong, LoginRefused
from ..store.arrays import array
from ..store.database import Connection, Database
from ..store.people import add_person, grant_role, password_under_key, set_password, withdraw_role
from ..store.queries import query
from ..store.sessions import prove_password
from ..store.unit_of_work import insert_statement
from .perform import Answer, KeyReused


@dataclass(frozen=True, slots=True)
class AddPerson:
    """Somebody new, with the party they act for and their roles; without a password they cannot log in."""

    actor: Actor
    login: str
    name: str
    party: str = ""
    roles: tuple[str, ...] = ()
    password: str | None = field(default=None, repr=False)
    key: str = ""

    def carry_out(self, database: Database, connection: Connection) -> dict[str, Any]:
        """The person as they are now."""
        added = add_person(
            database,
            login=self.login,
            name=self.name,
            party=self.party or None,
            roles=self.roles,
            password=self.password,
            given_by=self.actor,
            connection=connection,
        )
        return _rights(added)

    def asked(self) -> list[Any]:
        """What is asked, apart from the password."""
        return [self.login, self.name, self.party, sorted(set(self.roles)), self.password is not None]


@dataclass(frozen=True, slots=True)
class GrantRole:
    """A person holds one more role."""

    actor: Actor
    login: str
    role: str
    password: None = None
    key: str = ""

    def carry_out(self, database: Database, connection: Connection) -> dict[str, Any]:
        """The person as they are now."""
        return _rights(grant_role(database, self.login, self.role, self.actor, connection=connection))

    def asked(self) -> list[Any]:
        """What is asked."""
        return [self.login, self.role]


@dataclass(frozen=True, slots=True)
class WithdrawRole:
    """A role is taken back from a person."""

    actor: Actor
    login: str
    role: str
    password: None = None
    key: str = ""

    def carry_out(self, database: Database, connection: Connection) -> dict[str, Any]:
        """The person as they are now."""
        return _rights(withdraw_role(database, self.login, self.role, self.actor, connection=connection))

    def asked(self) -> list[Any]:
        """What is asked."""
        return [self.login, self.role]


@dataclass(frozen=True, slots=True)
class SetPassword:
    """A new password, by an administrator, or by the person themselves who says the current one; `address` is where from."""

    actor: Actor
    login: str
    password: str = field(repr=False)
    current: str = field(default="", repr=False)
    address: str = ""
    key: str = ""

    def carry_out(self, database: Database, connection: Connection) -> dict[str, Any]:
        """Whose password was set."""
        if self.login == self.actor.login:
            try:
                prove_password(database, login=self.login, password=self.current, address=self.address)
            except LoginRefused:
                raise CurrentPasswordWrong() from None
        set_password(database, self.login, self.password, self.actor, connection=connection)
        return {"login": self.login}

    def asked(self) -> list[Any]:
        """Whose password is set; the passwords themselves are compared apart."""
        return [self.login]


Item = AddPerson | GrantRole | WithdrawRole | SetPassword
_NAMES: dict[type[Any], str] = {
    AddPerson: "add_person",
    GrantRole: "grant_role",
    WithdrawRole: "withdraw_role",
    SetPassword: "set_password",
}


def change_people(database: Database, item: Item) -> Answer:
    """Carry out one change; under a known key nothing is done again.

    Refuses as the functions of `store.people` do, and with KeyReused, CurrentPasswordWrong and TooManyAttempts.
    """
    with database.connect("writer") as connection:
        connection.execute(query("lock_people"))
        known = _known(connection, item) if item.key else None
        if known is not None:
            return known
        content = item.carry_out(database, connection)
        if item.key:
            connection.execute(*insert_statement("idempotency_key", [_kept(item, content)]))
        return Answer(content)


def _known(connection: Connection, item: Item) -> Answer | None:
    """What was answered under the key; KeyReused when it was for something else, be it only another password."""
    name = _NAMES[type(item)]
    asked = {
        "action": name,
        "persons": array("uuid", [item.actor.person_id]),
        "keys": array("text", [item.key]),
    }
    row = connection.execute(query("known_keys"), asked).fetchone()
    if row is None:
        return None
    same = bytes(row[3]) == _fingerprint(item)
    if same and item.password is not None:
        given_by = item.actor.person_id
        same = password_under_key(connection, given_by, name, item.key, login=item.login, password=item.password)
    if not same:
        raise KeyReused(key=item.key)
    return Answer(row[4], replayed=True)


def _kept(item: Item, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "person_id": item.actor.person_id,
        "action": _NAMES[type(item)],
        "key": item.key,
        "request_hash": _fingerprint(item),
        "answer": content,
        # Later than the password that was set under it, and earlier than the next one.
        "recorded_at": datetime.now(UTC),
    }


def _fingerprint(item: Item) -> bytes:
    """A quick hash of a password would let it be guessed, so none is part of this."""
    return sha256(repr(item.asked()).encode("utf-8", "surrogatepass")).digest()


def _rights(actor: Actor) -> dict[str, Any]:
    return {"login": actor.login, "party": actor.party_code, "roles": sorted(actor.roles)}
