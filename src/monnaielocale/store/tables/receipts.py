"""What happens at a desk: days, sessions on tills, receipts in their chain, closings and payment requests."""

from datetime import date

from sqlalchemy import CheckConstraint, Index, Integer, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from .columns import (
    UUID,
    Any,
    BigInteger,
    Date,
    Text,
    datetime,
    day,
    identity,
    instant,
    json,
    key,
    octets,
    one_of,
    optional_whole,
    refers,
    text,
    whole,
)

SESSION_ACTS = ("taken_over", "counted", "closed")
SERIES = ("till", "paper")
PARIS = "AT TIME ZONE 'Europe/Paris'"


def count() -> Any:
    """A number of things that is no amount."""
    return Field(sa_type=Integer)


class DeskDay(SQLModel, table=True):
    """A desk opened a day; one day at a time is open."""

    __tablename__ = "desk_day"

    book_id: int = key(Integer, to="desk.book_id")
    business_on: date = key(Date)
    opened_at: datetime = instant()
    opened_by: UUID = identity("person.id")
    event_id: UUID = identity("event.id")


class TillSession(SQLModel, table=True):
    """A clerk opened a session on a till with a counted float, after the receipt `after_receipt`; `booked_euros_cents` are the
    takings that the books held in the till then, so that the rest of the euros counted is float."""

    __tablename__ = "till_session"
    __table_args__ = (
        refers(("book_id", "business_on"), "desk_day", ("book_id", "business_on")),
        CheckConstraint(f"(opened_at {PARIS})::date = business_on", name="day"),
        Index("till_session_day_index", "book_id", "business_on"),
        Index("till_session_till_index", "book_id", "till", "id"),
    )

    book_id: int = key(Integer, to="desk.book_id")
    id: UUID = key()
    till: str = text()
    clerk_id: UUID = identity("person.id")
    business_on: date = day()
    opened_at: datetime = instant()
    count: dict[str, Any] = json()
    booked_euros_cents: int = whole()
    after_receipt: int = whole()
    difference_cents: int = whole()
    reason: str = text()
    event_id: UUID = identity("event.id")


class TillSessionAct(SQLModel, table=True):
    """A session was taken over, counted or closed; `clerk_id` has the till from then on."""

    __tablename__ = "till_session_act"
    __table_args__ = (
        one_of("act", SESSION_ACTS),
        refers(("book_id", "session_id"), "till_session", ("book_id", "id")),
    )

    book_id: int = key(Integer)
    session_id: UUID = key()
    act_number: int = key(BigInteger)
    act: str = text()
    acted_at: datetime = instant()
    acted_by: UUID = identity("person.id")
    clerk_id: UUID = identity("person.id")
    count: dict[str, Any] = json()
    booked_euros_cents: int = whole()
    after_receipt: int = whole()
    difference_cents: int = whole()
    reason: str = text()
    event_id: UUID = identity("event.id")


class Receipt(SQLModel, table=True):
    """A receipt in the chain of its desk, with its canonical form; what it refers to is checked for a whole batch at once."""

    __table_args__ = (
        UniqueConstraint("book_id", "series", "year", "series_number"),
        UniqueConstraint("book_id", "paper_number"),
        UniqueConstraint("book_id", "number"),
        one_of("series", SERIES),
        CheckConstraint(f"(issued_at {PARIS})::date = business_on", name="day"),
        CheckConstraint("year = EXTRACT(year FROM business_on)", name="year"),
        CheckConstraint("(series = 'paper') = (paper_number IS NOT NULL)", name="paper"),
        CheckConstraint(
            "total_cents = notes_cents + euros_cents + digital_cents + card_cents + cheque_cents - to_refund_cents", name="means"
        ),
        Index("receipt_session_index", "book_id", "session_id"),
        Index("receipt_cancels_index", "book_id", "cancels", postgresql_where=sql("cancels IS NOT NULL")),
        Index("receipt_day_index", "book_id", "business_on", "chain_number"),
    )

    book_id: int = key(Integer)
    chain_number: int = key(BigInteger)
    number: str = text()
    series: str = text()
    year: int = count()
    series_number: int = whole()
    till: str = text()
    session_id: UUID = identity()
    clerk_id: UUID = identity()
    business_on: date = day()
    issued_at: datetime = instant()
    total_cents: int = whole()
    notes_cents: int = whole()
    euros_cents: int = whole()
    digital_cents: int = whole()
    card_cents: int = whole()
    cheque_cents: int = whole()
    to_refund_cents: int = whole()
    cancels: int | None = optional_whole()
    paper_number: str | None = Field(default=None, nullable=True, sa_type=Text)
    canonical: str = text()
    link: bytes = octets()
    event_id: UUID = identity()


class ReceiptLine(SQLModel, table=True):
    """One service on a receipt, VAT included."""

    __tablename__ = "receipt_line"
    __table_args__ = (CheckConstraint("total_cents = quantity * unit_cents", name="total"),)

    book_id: int = key(Integer)
    chain_number: int = key(BigInteger)
    place: int = key(Integer)
    service: str = text()
    label: str = text()
    quantity: int = whole()
    unit_cents: int = whole()
    total_cents: int = whole()
    vat_basis_points: int = count()
    vat_exemption: str = text()
    revenue_account: str = text()


class ReceiptVat(SQLModel, table=True):
    """What a receipt comes to at one rate or exemption, and the VAT in it."""

    __tablename__ = "receipt_vat"

    book_id: int = key(Integer)
    chain_number: int = key(BigInteger)
    basis_points: int = key(Integer)
    exemption: str = key(Text)
    including_cents: int = whole()
    vat_cents: int = whole()


class ReceiptCancelledLine(SQLModel, table=True):
    """A line of a receipt was cancelled, once, by a minus receipt."""

    __tablename__ = "receipt_cancelled_line"
    __table_args__ = (
        refers(("book_id", "chain_number", "place"), "receipt_line", ("book_id", "chain_number", "place")),
        refers(("book_id", "cancelled_by"), "receipt", ("book_id", "chain_number")),
    )

    book_id: int = key(Integer)
    chain_number: int = key(BigInteger)
    place: int = key(Integer)
    cancelled_by: int = whole()


class ReceiptRefund(SQLModel, table=True):
    """What a minus receipt left to the authorising officer was given back from a till, as the charter lets it."""

    __tablename__ = "receipt_refund"
    __table_args__ = (
        refers(("book_id", "chain_number"), "receipt", ("book_id", "chain_number")),
        refers(("book_id", "session_id"), "till_session", ("book_id", "id")),
        Index("receipt_refund_session_index", "book_id", "session_id"),
    )

    book_id: int = key(Integer)
    chain_number: int = key(BigInteger)
    session_id: UUID = identity()
    paid_at: datetime = instant()
    card_cents: int = whole()
    cheque_cents: int = whole()
    settlement: dict[str, Any] = json()
    event_id: UUID = identity("event.id")


class ReceiptDuplicate(SQLModel, table=True):
    """A numbered copy of a receipt was printed."""

    __tablename__ = "receipt_duplicate"
    __table_args__ = (refers(("book_id", "chain_number"), "receipt", ("book_id", "chain_number")),)

    book_id: int = key(Integer)
    chain_number: int = key(BigInteger)
    copy_number: int = key(BigInteger)
    printed_at: datetime = instant()
    printed_by: UUID = identity("person.id")
    event_id: UUID = identity("event.id")


class DeskDayClosing(SQLModel, table=True):
    """The Z of a day in the chain of its desk; `last_receipt` is the last receipt that it counts."""

    __tablename__ = "desk_day_closing"
    __table_args__ = (
        refers(("book_id", "business_on"), "desk_day", ("book_id", "business_on")),
        UniqueConstraint("book_id", "year", "year_number"),
        CheckConstraint("year = EXTRACT(year FROM business_on)", name="year"),
    )

    book_id: int = key(Integer)
    business_on: date = key(Date)
    number: str = text()
    year: int = count()
    year_number: int = whole()
    closed_at: datetime = instant()
    closed_by: UUID = identity("person.id")
    last_receipt: int = whole()
    receipt_count: int = whole()
    taken_cents: int = whole()
    given_back_cents: int = whole()
    perpetual_cents: int = whole()
    difference_cents: int = whole()
    canonical: str = text()
    link: bytes = octets()
    event_id: UUID = identity("event.id")


class DeskDaySeal(SQLModel, table=True):
    """The head or a deputy sealed a closed day."""

    __tablename__ = "desk_day_seal"
    __table_args__ = (refers(("book_id", "business_on"), "desk_day_closing", ("book_id", "business_on")),)

    book_id: int = key(Integer)
    business_on: date = key(Date)
    sealed_at: datetime = instant()
    sealed_by: UUID = identity("person.id")
    event_id: UUID = identity("event.id")


class DeskPeriodClosing(SQLModel, table=True):
    """The closing of a month or a year of a desk: how many days it sums, and its totals."""

    __tablename__ = "desk_period_closing"

    book_id: int = key(Integer, to="desk.book_id")
    first_on: date = key(Date)
    last_on: date = key(Date)
    closed_at: datetime = instant()
    closed_by: UUID = identity("person.id")
    day_count: int = count()
    total_cents: int = whole()
    perpetual_cents: int = whole()
    totals: dict[str, Any] = json()
    event_id: UUID = identity("event.id")


class PaymentRequest(SQLModel, table=True):
    """A desk asks for digital units under a reference, with the receipt that it will issue; it names no payer."""

    __tablename__ = "payment_request"
    __table_args__ = (
        refers(("book_id", "session_id"), "till_session", ("book_id", "id")),
        CheckConstraint("amount_cents > 0 AND expires_at > requested_at", name="possible"),
        Index("payment_request_session_index", "book_id", "session_id"),
    )

    reference: str = key(Text)
    book_id: int = Field(sa_type=Integer, foreign_key="desk.book_id")
    session_id: UUID = identity()
    amount_cents: int = whole()
    requested_at: datetime = instant()
    expires_at: datetime = instant()
    draft: dict[str, Any] = json()
    event_id: UUID = identity("event.id")


class PaymentRequestAct(SQLModel, table=True):
    """A payment request was approved or withdrawn, once; `payer` is the account that paid, which few people may read."""

    __tablename__ = "payment_request_act"
    __table_args__ = (
        one_of("act", ("approved", "withdrawn")),
        UniqueConstraint("issuer_book_id", "transaction_number"),
        refers(("book_id", "chain_number"), "receipt", ("book_id", "chain_number")),
        CheckConstraint("(act = 'approved') = (chain_number IS NOT NULL)", name="receipt"),
    )

    reference: str = key(Text, to="payment_request.reference")
    book_id: int = Field(sa_type=Integer, foreign_key="desk.book_id")
    issuer_book_id: int = Field(sa_type=Integer, foreign_key="book.id")
    act: str = text()
    acted_at: datetime = instant()
    acted_by: UUID = identity("person.id")
    payer: str = text()
    transaction_number: str | None = Field(default=None, nullable=True, sa_type=Text)
    chain_number: int | None = optional_whole()
    event_id: UUID = identity("event.id")
