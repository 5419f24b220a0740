"""The books: batches chained by hash, events, entries, lines, and the daily roll-up that the database keeps itself."""

from sqlalchemy import CheckConstraint, Index, Integer, SmallInteger, UniqueConstraint, column
from sqlmodel import Field, SQLModel

from .columns import (
    UUID,
    Any,
    BigInteger,
    Date,
    Text,
    date,
    datetime,
    day,
    identity,
    instant,
    json,
    key,
    octets,
    one_of,
    optional_identity,
    optional_whole,
    text,
    whole,
)


class Book(SQLModel, table=True):
    """The accounts of one legal person; its row is the head lock of everything written in it."""

    __table_args__ = (UniqueConstraint("code"), one_of("kind", ("issuer", "desk")))

    id: int = key(Integer)
    code: str = text()
    party_id: UUID = identity("party.id")
    kind: str = text()
    unit_currency: str = text()
    opened_at: datetime = instant()


class Batch(SQLModel, table=True):
    """What one transaction wrote in one book, and the link of the chain that seals it."""

    __table_args__ = (
        CheckConstraint("(octet_length(hash), octet_length(previous_hash), octet_length(root)) = (32, 32, 32)", name="digests"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("last_entry_number >= first_entry_number - 1", name="entries"),
        CheckConstraint("last_event_number >= first_event_number - 1", name="events"),
        Index("batch_moment_index", "book_id", "recorded_at"),
    )

    book_id: int = key(Integer)
    number: int = key(BigInteger)
    recorded_at: datetime = instant()
    first_entry_number: int = whole()
    last_entry_number: int = whole()
    first_event_number: int = whole()
    last_event_number: int = whole()
    root: bytes = octets()
    previous_hash: bytes = octets()
    hash: bytes = octets()


class Event(SQLModel, table=True):
    """Something that happened and who did it; numbered without a hole in its book."""

    __table_args__ = (
        UniqueConstraint("book_id", "number"),
        Index("event_reverses_key", "reverses_event_id", unique=True, postgresql_where="reverses_event_id IS NOT NULL"),
        CheckConstraint("reverses_event_id IS NULL OR reason <> ''", name="reversal_reason"),
        CheckConstraint("reverses_event_id <> id", name="reverses_another"),
    )

    id: UUID = key()
    book_id: int = Field(sa_type=Integer)
    number: int = whole()
    batch_number: int = whole()
    kind: str = text()
    business_on: date = day()
    recorded_at: datetime = instant()
    acted_by: UUID = identity()
    reverses_event_id: UUID | None = optional_identity()
    reason: str = text("")
    details: dict[str, Any] = json()


class Entry(SQLModel, table=True):
    """Lines that are written together (écriture), numbered without a hole in their book."""

    __table_args__ = (
        CheckConstraint("line_count >= 2", name="line_count"),
        UniqueConstraint("event_id", "book_id"),
    )

    book_id: int = key(Integer)
    number: int = key(BigInteger)
    batch_number: int = whole()
    event_id: UUID = identity()
    business_on: date = day()
    line_count: int = Field(sa_type=Integer)
    label: str = text()


class Account(SQLModel, table=True):
    """One account of a book; its code says what it is, and the columns let the database enforce it."""

    __table_args__ = (
        UniqueConstraint("book_id", "code"),
        CheckConstraint("side IN (1, -1)", name="side"),
        CheckConstraint("denomination_cents > 0", name="denomination"),
        # Printed notes are looked for among the accounts of a book whose members are many.
        Index("account_notes_index", "book_id", "role", postgresql_where=column("denomination_cents").is_not(None)),
    )

    id: int = key(BigInteger)
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    code: str = text()
    role: str = text()
    currency: str = text()
    side: int = Field(sa_type=SmallInteger)
    floored: bool
    denomination_cents: int | None = optional_whole()


class EntryLine(SQLModel, table=True):
    """One account moved by one entry; the key is the account's statement, the running balance is beside each line."""

    __tablename__ = "entry_line"
    __table_args__ = (
        CheckConstraint("amount_cents <> 0", name="amount"),
        CheckConstraint("account_line_number >= 1", name="position"),
        Index("entry_line_entry_index", "book_id", "entry_number"),
        Index("entry_line_moment_index", "account_id", "recorded_at", "account_line_number"),
    )

    account_id: int = key(BigInteger)
    account_line_number: int = key(BigInteger)
    book_id: int = Field(sa_type=Integer)
    entry_number: int = whole()
    amount_cents: int = whole()
    balance_after_cents: int = whole()
    business_on: date = day()
    recorded_at: datetime = instant()


class AccountDay(SQLModel, table=True):
    """What one account moved on one business day: kept by the database itself, recomputed by the check."""

    __tablename__ = "account_day"

    account_id: int = key(BigInteger)
    business_on: date = key(Date)
    amount_cents: int = whole()
    line_count: int = whole()


class BookClosing(SQLModel, table=True):
    """The accountant closes the books until a date; the latest is in force and is never lowered."""

    __tablename__ = "book_closing"

    book_id: int = key(Integer, to="book.id")
    closed_until: date = key(Date)
    event_id: UUID = identity("event.id")


class IdempotencyKey(SQLModel, table=True):
    """The effect of a request that carried a key: asked again, it is answered from here."""

    __tablename__ = "idempotency_key"

    person_id: UUID = key()
    action: str = key(Text)
    key: str = key(Text)
    request_hash: bytes = octets()
    answer: dict[str, Any] = json()
    recorded_at: datetime = instant()
