"""Collection mandates (mandats d'encaissement) and everything that happened to them."""

from sqlalchemy import CheckConstraint, Index, Integer, SmallInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import UUID, LargeBinary, date, day, identity, key, one_of, optional_day, optional_whole, text

PAYMENT_KINDS = ("official_allowance", "staff_pay", "grant", "supplier_invoice")
MANDATE_ACTS = ("drafted", "signed", "accepted", "ended", "revoked")


class CollectionMandate(SQLModel, table=True):
    """A beneficiary lets the association collect what a public body owes them."""

    __tablename__ = "collection_mandate"
    __table_args__ = (
        UniqueConstraint("book_id", "number"),
        one_of("kind", PAYMENT_KINDS),
        one_of("share_mode", ("whole", "fixed", "ceiling")),
        one_of("period_kind", ("month", "once")),
        CheckConstraint("(share_mode = 'whole') = (share_cents IS NULL)", name="share"),
        CheckConstraint("share_cents > 0", name="share_positive"),
        CheckConstraint("ends_on >= starts_on", name="dates"),
        Index("collection_mandate_subject_index", "member_id", "public_body_id", "kind"),
    )

    id: UUID = key()
    book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    number: str = text()
    public_body_id: UUID = identity("party.id")
    member_id: UUID = identity("member.id")
    kind: str = text()
    subject: str = text("")
    share_mode: str = text()
    share_cents: int | None = optional_whole()
    period_kind: str = text()
    starts_on: date = day()
    ends_on: date | None = optional_day()
    convention_version_id: UUID = identity("convention_version.id")


class MandateAct(SQLModel, table=True):
    """One act in a mandate's life, by one person; together they are its history."""

    __tablename__ = "mandate_act"
    __table_args__ = (
        UniqueConstraint("mandate_id", "act"),
        one_of("act", MANDATE_ACTS),
        CheckConstraint("(act = 'signed') = (document_sha256 IS NOT NULL)", name="signed_document"),
        Index("mandate_act_document_index", "document_sha256"),
    )

    mandate_id: UUID = key(to="collection_mandate.id")
    position: int = key(SmallInteger)
    act: str = text()
    acted_on: date = day()
    acted_by: UUID = identity("person.id")
    reason: str = text("")
    document_sha256: bytes | None = Field(default=None, nullable=True, sa_type=LargeBinary, foreign_key="document.sha256")
    event_id: UUID = identity("event.id")
