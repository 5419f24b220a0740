"""Clerks' sessions at desks: each on one device, with a short code, and with what happened in it."""

from sqlalchemy import CheckConstraint, Integer, UniqueConstraint
from sqlmodel import Field, SQLModel

from .columns import MOMENT, UUID, Text, datetime, instant, key, octets, one_of, text

SHIFT_ACTS = ("seen", "locked", "guessed", "unlocked")


class LoginShift(SQLModel, table=True):
    """A session lasts the shift at a desk: the fingerprint of its device's key, the hash of its short code, and when it locks."""

    __tablename__ = "login_shift"
    __table_args__ = (
        UniqueConstraint("device_sha256"),
        CheckConstraint("idle_seconds > 0", name="idle"),
        CheckConstraint("ends_at > began_at", name="lifetime"),
    )

    session_id: UUID = key(to="login_session.id")
    desk_book_id: int = Field(sa_type=Integer, foreign_key="desk.book_id")
    device_sha256: bytes = octets()
    code_hash: str = text()
    idle_seconds: int = Field(sa_type=Integer)
    began_at: datetime = instant()
    ends_at: datetime = instant()


class LoginShiftAct(SQLModel, table=True):
    """The session was used, locked by its clerk, tried with a code, or opened again."""

    __tablename__ = "login_shift_act"
    __table_args__ = (one_of("act", SHIFT_ACTS),)

    session_id: UUID = key(to="login_shift.session_id")
    act: str = key(Text)
    acted_at: datetime = key(MOMENT)
