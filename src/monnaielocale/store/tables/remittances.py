"""What a desk sends to the association: envelopes of notes, and the euros owed for them and for digital units."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import UUID, BigInteger, Text, day, identity, instant, key, one_of, optional_identity, text, whole


class Envelope(SQLModel, table=True):
    """An envelope of a desk, numbered without a hole in its year; one at a time is open to be filled."""

    __table_args__ = (UniqueConstraint("book_id", "year", "ordinal"), UniqueConstraint("book_id", "number"))

    id: UUID = key()
    book_id: int = Field(sa_type=Integer, foreign_key="desk.book_id")
    year: int = Field(sa_type=Integer)
    ordinal: int = whole()
    number: str = text()
    opened_on: date = day()
    event_id: UUID = identity("event.id")


class EnvelopeNote(SQLModel, table=True):
    """Notes of one denomination that an evening put from a till into an envelope."""

    __tablename__ = "envelope_note"
    __table_args__ = (CheckConstraint("denomination_cents > 0 AND note_count > 0", name="count"),)

    envelope_id: UUID = key(to="envelope.id")
    event_id: UUID = key(to="event.id")
    till: str = key(Text)
    denomination_cents: int = key(BigInteger)
    note_count: int = whole()
    put_on: date = day()


class EnvelopeHanding(SQLModel, table=True):
    """An envelope left with a named carrier."""

    __tablename__ = "envelope_handing"

    envelope_id: UUID = key(to="envelope.id")
    carrier: str = text()
    handed_on: date = day()
    handed_at: datetime = instant()
    handed_by: UUID = identity("person.id")
    event_id: UUID = identity("event.id")


class EnvelopeCount(SQLModel, table=True):
    """The association counted an envelope; the reason says why it holds other notes than declared."""

    __tablename__ = "envelope_count"

    envelope_id: UUID = key(to="envelope.id")
    reason: str = text()
    counted_on: date = day()
    counted_at: datetime = instant()
    counted_by: UUID = identity("person.id")
    event_id: UUID = identity("event.id")


class EnvelopeCountNote(SQLModel, table=True):
    """Notes of one denomination that the association found in an envelope."""

    __tablename__ = "envelope_count_note"
    __table_args__ = (CheckConstraint("denomination_cents > 0 AND note_count > 0", name="count"),)

    envelope_id: UUID = key(to="envelope_count.envelope_id")
    denomination_cents: int = key(BigInteger)
    note_count: int = whole()


class Remittance(SQLModel, table=True):
    """Euros at face value that the association owes the public body for a desk: for an envelope, or for digital units."""

    __table_args__ = (
        UniqueConstraint("book_id", "year", "ordinal"),
        UniqueConstraint("book_id", "number"),
        UniqueConstraint("envelope_id"),
        UniqueConstraint("transfer_due_id"),
        one_of("form", ("digital", "notes")),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("(form = 'notes') = (envelope_id IS NOT NULL)", name="envelope"),
    )

    id: UUID = key()
    book_id: int = Field(sa_type=Integer, foreign_key="desk.book_id")
    year: int = Field(sa_type=Integer)
    ordinal: int = whole()
    number: str = text()
    form: str = text()
    envelope_id: UUID | None = optional_identity("envelope.id")
    amount_cents: int = whole()
    transfer_due_id: UUID = identity("transfer_due.id")
    due_on: date = day()
    event_id: UUID = identity("event.id")


class RemittanceConfirmation(SQLModel, table=True):
    """The public accountant confirmed that euros of a remittance arrived, all or a part."""

    __tablename__ = "remittance_confirmation"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="amount"),
        Index("remittance_confirmation_remittance_index", "remittance_id"),
    )

    event_id: UUID = key(to="event.id")
    remittance_id: UUID = identity("remittance.id")
    amount_cents: int = whole()
    confirmed_on: date = day()
    confirmed_by: UUID = identity("person.id")
