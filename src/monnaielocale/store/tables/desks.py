"""Service desks (régies de recettes): each with a book of its own, and the people named for it."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import UUID, day, identity, key, one_of, optional_day, refers, text

DESK_RANKS = ("head", "deputy", "clerk")


class Desk(SQLModel, table=True):
    """A desk of a public body; its book is the desk, and the association's book follows its notes under the desk's code."""

    __table_args__ = (UniqueConstraint("public_body_id", "code"), CheckConstraint("book_id <> issuer_book_id", name="own_book"))

    book_id: int = key(Integer, to="book.id")
    issuer_book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    public_body_id: UUID = identity("party.id")
    code: str = text()
    opened_on: date = day()
    event_id: UUID = identity("event.id")


class DeskAppointment(SQLModel, table=True):
    """A person named for a desk as its head, a deputy or a clerk (arrêté de nomination)."""

    __tablename__ = "desk_appointment"
    __table_args__ = (
        one_of("rank", DESK_RANKS),
        CheckConstraint("ends_on >= starts_on", name="days"),
        Index("desk_appointment_person_index", "person_id"),
    )

    book_id: int = key(Integer, to="desk.book_id")
    id: UUID = key()
    person_id: UUID = identity("person.id")
    rank: str = text()
    starts_on: date = day()
    ends_on: date | None = optional_day()
    event_id: UUID = identity("event.id")


class DeskAppointmentEnd(SQLModel, table=True):
    """An appointment ends sooner than was said, or at all; the end is its last day."""

    __tablename__ = "desk_appointment_end"
    __table_args__ = (refers(("book_id", "appointment_id"), "desk_appointment", ("book_id", "id")),)

    book_id: int = key(Integer)
    appointment_id: UUID = key()
    ends_on: date = day()
    event_id: UUID = identity("event.id")
