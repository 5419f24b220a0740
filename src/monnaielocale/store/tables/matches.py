"""Matches: what a bank line, or a part of it, was for. A proposal writes no money; its confirmation does."""

from sqlalchemy import CheckConstraint, Index, Integer, SmallInteger, UniqueConstraint, column
from sqlmodel import Field, SQLModel

from .columns import UUID, Any, date, day, identity, json, key, one_of, optional_identity, text, whole

PART_KINDS = (
    "allocation",
    "to_return",
    "top_up",
    "dues",
    "gift",
    "grant",
    "charge",
    "own_money_out",
    "own_transfer",
    "cash_paid_in",
    "transfer_made",
    "recall",
    "recall_missing",
    "debt_recovered",
)
MATCH_ACTS = ("confirmed", "rejected", "undone")


class Match(SQLModel, table=True):
    """An explanation of one bank line, proposed by the program or by a person."""

    __table_args__ = (one_of("origin", ("automatic", "program", "person")), Index("match_line_index", "line_id"))

    id: UUID = key()
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    line_id: UUID = identity("bank_line.id")
    origin: str = text()
    kind: str = text()
    reason: dict[str, Any] = json()
    proposed_by: UUID = identity("person.id")
    event_id: UUID = identity("event.id")


class MatchPart(SQLModel, table=True):
    """Cents of the line and what they are for: one payment, one member, one obligation, or one kind of explanation."""

    __tablename__ = "match_part"
    __table_args__ = (
        one_of("kind", PART_KINDS),
        CheckConstraint("amount_cents > 0", name="amount"),
        CheckConstraint("(kind IN ('allocation', 'recall', 'recall_missing')) = (payment_id IS NOT NULL)", name="payment"),
        Index("match_part_payment_index", "payment_id"),
        Index("match_part_other_line_index", "other_line_id", postgresql_where=column("other_line_id").is_not(None)),
    )

    match_id: UUID = key()
    position: int = key(SmallInteger)
    kind: str = text()
    amount_cents: int = whole()
    payment_id: UUID | None = optional_identity()
    party_id: UUID | None = optional_identity()
    transfer_due_id: UUID | None = optional_identity()
    other_line_id: UUID | None = optional_identity()
    note: str = text("")


class MatchAct(SQLModel, table=True):
    """A match confirmed, rejected, or undone; each act moves money at most once."""

    __tablename__ = "match_act"
    __table_args__ = (UniqueConstraint("match_id", "act"), one_of("act", MATCH_ACTS))

    match_id: UUID = key(to="match.id")
    position: int = key(SmallInteger)
    act: str = text()
    acted_on: date = day()
    acted_by: UUID = identity("person.id")
    event_id: UUID = identity("event.id")
