"""Documents kept as they came, conventions, and the opening of a book."""

from sqlalchemy import CheckConstraint, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import UUID, Any, LargeBinary, date, datetime, day, identity, instant, json, key, octets, optional_day, text, whole


class Document(SQLModel, table=True):
    """The bytes of a document under their own fingerprint (SHA-256)."""

    __table_args__ = (CheckConstraint("sha256 = sha256(content)", name="fingerprint"),)

    sha256: bytes = key(LargeBinary)
    name: str = text()
    content: bytes = octets()
    received_at: datetime = instant()


class Convention(SQLModel, table=True):
    """What a town and an association agreed (convention)."""

    __table_args__ = (UniqueConstraint("code"),)

    id: UUID = key()
    code: str = text()
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    public_body_id: UUID = identity("party.id")


class ConventionVersion(SQLModel, table=True):
    """One version of a convention (an avenant is a version), frozen by the fingerprint of its content."""

    __tablename__ = "convention_version"
    __table_args__ = (UniqueConstraint("convention_id", "in_force_on"),)

    id: UUID = key()
    convention_id: UUID = identity("convention.id")
    label: str = text()
    in_force_on: date = day()
    sha256: bytes = octets()
    content: str = text()
    event_id: UUID = identity("event.id")


class ConventionVersionEnd(SQLModel, table=True):
    """A version was suspended or ended; each is said once."""

    __tablename__ = "convention_version_end"
    __table_args__ = (CheckConstraint("suspended_on IS NOT NULL OR ended_on IS NOT NULL", name="dated"),)

    version_id: UUID = key(to="convention_version.id")
    event_id: UUID = key(to="event.id")
    suspended_on: date | None = optional_day()
    ended_on: date | None = optional_day()


class BookOpening(SQLModel, table=True):
    """Opening balances as one person prepared them (reprise des soldes); a second person's signature books them."""

    __tablename__ = "book_opening"

    id: UUID = key()
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    business_on: date = day()
    document_sha256: bytes = Field(sa_type=LargeBinary, foreign_key="document.sha256")
    balances: dict[str, Any] = json()
    prepared_by: UUID = identity("person.id")
    event_id: UUID = identity("event.id")


class BookOpeningSignature(SQLModel, table=True):
    """The opening that is in the books: one per book."""

    __tablename__ = "book_opening_signature"
    __table_args__ = (UniqueConstraint("opening_id"),)

    book_id: int = key(Integer, to="book.id")
    opening_id: UUID = identity("book_opening.id")
    signed_by: UUID = identity("person.id")
    event_id: UUID = identity("event.id")


class NotesMovement(SQLModel, table=True):
    """A decision about printed notes, with the slip that proves it."""

    __tablename__ = "notes_movement"
    __table_args__ = (CheckConstraint("amount_cents > 0", name="amount"),)

    id: UUID = key()
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    kind: str = text()
    by_denomination: dict[str, Any] = json()
    amount_cents: int = whole()
    slip: str = text("")
    event_id: UUID = identity("event.id")
