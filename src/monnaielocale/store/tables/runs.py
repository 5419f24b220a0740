"""Payment runs (bordereaux de paiement), their payments, and what was credited or sent back for each."""

from sqlalchemy import CheckConstraint, Index, Integer, SmallInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import UUID, Any, LargeBinary, date, day, identity, json, key, octets, one_of, optional_identity, text, whole
from .mandates import PAYMENT_KINDS

RUN_ACTS = ("checked", "signed", "cancelled", "closed", "accounted")


class PaymentRun(SQLModel, table=True):
    """A list of payments that a public body sends together. A cancelled run frees its identity for the next attempt."""

    __tablename__ = "payment_run"
    __table_args__ = (
        UniqueConstraint("public_body_id", "kind", "period", "list_number", "attempt"),
        UniqueConstraint("book_id", "reference"),
        one_of("kind", PAYMENT_KINDS),
        one_of("entered_for", ("public_body", "issuer")),
        CheckConstraint("payment_count BETWEEN 1 AND 10000 AND total_cents > 0", name="totals"),
        CheckConstraint("attempt >= 1", name="attempt"),
        Index("payment_run_document_index", "document_sha256"),
    )

    id: UUID = key()
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    public_body_id: UUID = identity("party.id")
    convention_version_id: UUID = identity("convention_version.id")
    kind: str = text()
    period: str = text()
    period_first_on: date = day()
    period_last_on: date = day()
    list_number: str = text()
    attempt: int = Field(sa_type=SmallInteger)
    reference: str = text()
    total_cents: int = whole()
    payment_count: int = Field(sa_type=Integer)
    content_sha256: bytes = octets()
    document_sha256: bytes = Field(sa_type=LargeBinary, foreign_key="document.sha256")
    entered_for: str = text()
    prepared_by: UUID = identity("person.id")
    event_id: UUID = identity("event.id")


class RunAct(SQLModel, table=True):
    """One act in a run's life, by one person."""

    __tablename__ = "run_act"
    __table_args__ = (UniqueConstraint("run_id", "act"), one_of("act", RUN_ACTS))

    run_id: UUID = key(to="payment_run.id")
    position: int = key(SmallInteger)
    act: str = text()
    acted_on: date = day()
    acted_by: UUID = identity("person.id")
    reason: str = text("")
    event_id: UUID = identity("event.id")


class Payment(SQLModel, table=True):
    """One row of a run. References to the hot tables below are checked in sets by triggers."""

    __table_args__ = (
        UniqueConstraint("run_id", "row_number"),
        CheckConstraint("amount_cents > 0", name="amount"),
        Index("payment_mandate_index", "mandate_id"),
        Index("payment_member_index", "member_id"),
    )

    id: UUID = key()
    run_id: UUID = identity()
    row_number: int = Field(sa_type=Integer)
    member_id: UUID = identity()
    mandate_id: UUID = identity()
    amount_cents: int = whole()
    subject: str = text("")
    payment_order: str = text("")
    label: str = text("")


class Crediting(SQLModel, table=True):
    """One crediting of a run: one event, one entry, one wallet line per payment."""

    __table_args__ = (UniqueConstraint("event_id"), Index("crediting_run_index", "run_id"))

    id: UUID = key()
    run_id: UUID = identity("payment_run.id")
    credited_on: date = day()
    event_id: UUID = identity("event.id")


class PaymentCredit(SQLModel, table=True):
    """What one crediting gave for one payment."""

    __tablename__ = "payment_credit"
    __table_args__ = (CheckConstraint("amount_cents > 0", name="amount"), UniqueConstraint("payment_id", "crediting_id"))

    id: UUID = key()
    payment_id: UUID = identity()
    crediting_id: UUID = identity()
    amount_cents: int = whole()
    elsewhere_reference: str = text("")


class CreditTakenBack(SQLModel, table=True):
    """A wrong credit undone up to what the wallet still held; the rest is owed by the person credited."""

    __tablename__ = "credit_taken_back"
    __table_args__ = (
        UniqueConstraint("credit_id"),
        CheckConstraint("taken_cents >= 0 AND missing_cents >= 0 AND taken_cents + missing_cents > 0", name="amounts"),
    )

    id: UUID = key()
    credit_id: UUID = identity("payment_credit.id")
    taken_cents: int = whole()
    missing_cents: int = whole()
    reason: str = text()
    event_id: UUID = identity("event.id")


class CreditConfirmedElsewhere(SQLModel, table=True):
    """The system that keeps the wallets confirmed a credit, with its own transaction number."""

    __tablename__ = "credit_confirmed_elsewhere"
    __table_args__ = (UniqueConstraint("transaction_number"),)

    credit_id: UUID = key(to="payment_credit.id")
    transaction_number: str = text()
    event_id: UUID = identity("event.id")


class TransferDue(SQLModel, table=True):
    """Euros that the association must send (virement à faire): a redemption, or money that could not be credited."""

    __tablename__ = "transfer_due"
    __table_args__ = (
        one_of("kind", ("redemption", "return")),
        one_of("form", ("digital", "notes")),
        CheckConstraint("amount_cents > 0", name="amount"),
        Index("transfer_due_party_index", "party_id"),
        Index("transfer_due_payment_index", "payment_id"),
    )

    id: UUID = key()
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    kind: str = text()
    form: str = text()
    party_id: UUID = identity("party.id")
    iban: str = text("")
    amount_cents: int = whole()
    payment_id: UUID | None = optional_identity("payment.id")
    run_id: UUID | None = optional_identity("payment_run.id")
    reason: str = text("")
    details: dict[str, Any] = json()
    event_id: UUID = identity("event.id")
