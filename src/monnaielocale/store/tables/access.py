"""Who is logged in, and since when: a session, its short access tokens and the refresh tokens that renew them."""

from sqlalchemy import CheckConstraint, Index
from sqlmodel import SQLModel

from .columns import UUID, LargeBinary, datetime, identity, instant, key, octets, one_of, text

SESSION_ENDS = ("logged_out", "replayed", "password_changed", "revoked", "code_guessed")


class LoginSession(SQLModel, table=True):
    """A person logged in; every token of the session dies with it."""

    __tablename__ = "login_session"
    __table_args__ = (Index("login_session_person_index", "person_id"),)

    id: UUID = key()
    person_id: UUID = identity("person.id")
    started_at: datetime = instant()


class LoginSessionEnd(SQLModel, table=True):
    """A session ended: at its person's wish, or because a refresh token came back that had been used."""

    __tablename__ = "login_session_end"
    __table_args__ = (one_of("reason", SESSION_ENDS),)

    session_id: UUID = key(to="login_session.id")
    ended_at: datetime = instant()
    reason: str = text()


class AccessToken(SQLModel, table=True):
    """A signed token that was issued; one that is not listed here opens nothing, whoever signed it."""

    __tablename__ = "access_token"
    __table_args__ = (CheckConstraint("expires_at > issued_at", name="lifetime"),)

    id: UUID = key()
    session_id: UUID = identity("login_session.id")
    issued_at: datetime = instant()
    expires_at: datetime = instant()


class RefreshToken(SQLModel, table=True):
    """The fingerprint of a refresh token, which is good for one renewal."""

    __tablename__ = "refresh_token"
    __table_args__ = (CheckConstraint("expires_at > issued_at", name="lifetime"),)

    sha256: bytes = key(LargeBinary)
    session_id: UUID = identity("login_session.id")
    issued_at: datetime = instant()
    expires_at: datetime = instant()


class RefreshTokenUse(SQLModel, table=True):
    """A refresh token was used; seen a second time, it ends its session."""

    __tablename__ = "refresh_token_use"

    sha256: bytes = key(LargeBinary, to="refresh_token.sha256")
    used_at: datetime = instant()


class LoginAttempt(SQLModel, table=True):
    """Somebody tried to log in, or was then admitted; logins and addresses are fingerprints, enough to slow down guessing."""

    __tablename__ = "login_attempt"
    __table_args__ = (
        one_of("outcome", ("tried", "admitted")),
        Index("login_attempt_login_index", "login_sha256", "attempted_at"),
        Index("login_attempt_address_index", "address_sha256", "attempted_at"),
    )

    id: UUID = key()
    login_sha256: bytes = octets()
    address_sha256: bytes = octets()
    attempted_at: datetime = instant()
    outcome: str = text()
