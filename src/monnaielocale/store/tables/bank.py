"""Bank accounts, the statements that prove their balances, and their lines."""

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import (
    MOMENT,
    UUID,
    Any,
    LargeBinary,
    date,
    datetime,
    day,
    identity,
    instant,
    json,
    key,
    one_of,
    optional_day,
    text,
    whole,
)


class BankAccount(SQLModel, table=True):
    """One of the association's guaranteed accounts (compte dédié, compte de dépôt)."""

    __tablename__ = "bank_account"
    __table_args__ = (
        UniqueConstraint("book_id", "iban"),
        one_of("purpose", ("collection", "reserve")),
        one_of("form", ("digital", "notes")),
    )

    id: UUID = key()
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    iban: str = text()
    purpose: str = text()
    form: str = text()
    recorded_at: datetime = instant()


class BankAccountMapping(SQLModel, table=True):
    """How the columns of this account's CSV statements are read; the latest is remembered."""

    __tablename__ = "bank_account_mapping"

    bank_account_id: UUID = key(to="bank_account.id")
    recorded_at: datetime = key(MOMENT)
    mapping: dict[str, Any] = json()


class StatementFile(SQLModel, table=True):
    """A bank file as it came: imported whole, or held whole with the doubtful days named."""

    __tablename__ = "statement_file"
    __table_args__ = (one_of("outcome", ("imported", "held")), Index("statement_file_document_index", "document_sha256"))

    id: UUID = key()
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    document_sha256: bytes = Field(sa_type=LargeBinary, foreign_key="document.sha256")
    format: str = text()
    outcome: str = text()
    explanation: dict[str, Any] = json()
    imported_by: UUID = identity("person.id")
    event_id: UUID = identity("event.id")


class BankStatement(SQLModel, table=True):
    """One account's statement in a file, with the balances that the bank states and the number of lines that it brought.

    Of several that close on one day, one without new lines may be of an earlier hour: it never says where the account stands.
    """

    __tablename__ = "bank_statement"
    __table_args__ = (Index("bank_statement_account_index", "bank_account_id", "closing_on"),)

    id: UUID = key()
    file_id: UUID = identity("statement_file.id")
    bank_account_id: UUID = identity("bank_account.id")
    covers_from: date = day()
    closing_on: date = day()
    opening_cents: int = whole()
    closing_cents: int = whole()
    new_lines: int = Field(default=0, sa_type=Integer)
    held: bool


class BankLine(SQLModel, table=True):
    """One movement of a bank account. Its identity holds across files and formats; texts only order twins."""

    __tablename__ = "bank_line"
    __table_args__ = (
        UniqueConstraint("bank_account_id", "booked_on", "amount_cents", "occurrence"),
        CheckConstraint("amount_cents <> 0", name="amount"),
        CheckConstraint("occurrence >= 1", name="occurrence"),
        UniqueConstraint("event_id"),
    )

    id: UUID = key()
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    bank_account_id: UUID = identity("bank_account.id")
    statement_id: UUID = identity("bank_statement.id")
    booked_on: date = day()
    value_on: date | None = optional_day()
    amount_cents: int = whole()
    occurrence: int = Field(sa_type=Integer)
    label: str = text()
    counterparty: str = text("")
    details: list[str] = json()
    references_given: list[str] = json()
    place: str = text("")
    event_id: UUID = identity("event.id")


class BankLineText(SQLModel, table=True):
    """What a later file says of a known line; it enriches and never replaces."""

    __tablename__ = "bank_line_text"

    line_id: UUID = key(to="bank_line.id")
    statement_id: UUID = key(to="bank_statement.id")
    label: str = text()
    counterparty: str = text("")
    details: list[str] = json()
    references_given: list[str] = json()
