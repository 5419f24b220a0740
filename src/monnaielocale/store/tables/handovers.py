"""Desks change hands: what one head leaves to the next."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Integer, UniqueConstraint
from sqlmodel import SQLModel

from .columns import UUID, BigInteger, day, identity, instant, key, refers, text, whole


class DeskHandover(SQLModel, table=True):
    """What passes from one head of a desk to the next (procès-verbal de remise de service), in its canonical form."""

    __tablename__ = "desk_handover"
    __table_args__ = (
        UniqueConstraint("book_id", "number"),
        CheckConstraint("incoming_id NOT IN (outgoing_id, drawn_by)", name="two_people"),
    )

    book_id: int = key(Integer, to="desk.book_id")
    ordinal: int = key(BigInteger)
    number: str = text()
    drawn_at: datetime = instant()
    drawn_by: UUID = identity("person.id")
    outgoing_id: UUID = identity("person.id")
    incoming_id: UUID = identity("person.id")
    begins_on: date = day()
    last_receipt: int = whole()
    canonical: str = text()
    event_id: UUID = identity("event.id")


class DeskHandoverAcceptance(SQLModel, table=True):
    """The head who begins accepts a handover, with reservations if they have any."""

    __tablename__ = "desk_handover_acceptance"
    __table_args__ = (refers(("book_id", "ordinal"), "desk_handover", ("book_id", "ordinal")),)

    book_id: int = key(Integer)
    ordinal: int = key(BigInteger)
    accepted_at: datetime = instant()
    accepted_by: UUID = identity("person.id")
    reservations: str = text()
    event_id: UUID = identity("event.id")
