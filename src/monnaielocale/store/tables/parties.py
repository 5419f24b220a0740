"""Who exists: parties, the persons who act for them, and members with their wallets."""

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import MOMENT, UUID, Text, date, datetime, day, identity, instant, key, one_of, optional_identity, text

PARTY_KINDS = ("issuer", "public_body", "person", "association", "business")
ROLES = (
    "town_preparer",
    "town_signer",
    "public_accountant",
    "desk_clerk",
    "association_operator",
    "association_accountant",
    "member",
    "auditor",
    "administrator",
)


class Party(SQLModel, table=True):
    """A legal or natural person: association émettrice, collectivité, adhérent."""

    __table_args__ = (UniqueConstraint("code"), one_of("kind", PARTY_KINDS), Index("party_name_key_index", "name_key"))

    id: UUID = key()
    code: str = text()
    kind: str = text()
    name: str = text()
    name_key: str = text()
    identifier: str = text("")
    iban: str = text("")
    recorded_at: datetime = instant()


class Member(SQLModel, table=True):
    """A party with an account at an association (adhérent), under the number that people write."""

    __table_args__ = (UniqueConstraint("book_id", "number"),)

    id: UUID = key(to="party.id")
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    number: str = text()
    joined_on: date = day()
    event_id: UUID = identity("event.id")


class MemberDeparture(SQLModel, table=True):
    """A member who left: the wallet takes and gives nothing any more."""

    __tablename__ = "member_departure"

    member_id: UUID = key(to="member.id")
    left_on: date = day()
    reason: str = text()
    event_id: UUID = identity("event.id")


class Person(SQLModel, table=True):
    """Someone who acts in the program, always for one party."""

    __table_args__ = (UniqueConstraint("login"), CheckConstraint("login = lower(login)", name="login_lower"))

    id: UUID = key()
    login: str = text()
    name: str = text()
    party_id: UUID | None = optional_identity("party.id")
    recorded_at: datetime = instant()


class PersonRole(SQLModel, table=True):
    """A role given to a person or taken back; the last word counts."""

    __tablename__ = "person_role"
    __table_args__ = (one_of("role", ROLES),)

    person_id: UUID = key(to="person.id")
    role: str = key(Text)
    recorded_at: datetime = key(MOMENT)
    granted: bool
    given_by: UUID | None = optional_identity("person.id")


class EventRole(SQLModel, table=True):
    """A role in which events of a kind may be caused; only migrations say so, each for the events that it brings."""

    __tablename__ = "event_role"
    __table_args__ = (one_of("role", ROLES),)

    kind: str = key(Text)
    role: str = key(Text)


class PersonPassword(SQLModel, table=True):
    """A person's password as its argon2 hash; the latest is valid, and none means that they cannot log in."""

    __tablename__ = "person_password"

    person_id: UUID = key(to="person.id")
    recorded_at: datetime = key(MOMENT)
    hash: str = text()
