"""Passwords as their argon2 hashes; a check takes the same time whether or not there is a hash to check against."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from pwdlib import PasswordHash

from .database import Connection
from .queries import query

# Longer text is no password of ours, and hashing it would only cost time.
LONGEST_LOOKED_AT = 1000


@dataclass(frozen=True, slots=True)
class PasswordKept:
    """Whose password it is, and its hash."""

    person_id: UUID
    hash: str


def hash_of(password: str) -> str:
    """The hash to keep; it takes long on purpose."""
    return _hasher().hash(password)


def password_kept(connection: Connection, login: str) -> PasswordKept | None:
    """The valid password of a login; None when nobody has the login or it has no password."""
    row = connection.execute(query("password_of"), {"login": login}).fetchone()
    return PasswordKept(*row) if row else None


def password_fits(password: str, kept: PasswordKept | None) -> bool:
    """Whether this is the password; it takes as long to say no when there is none."""
    # Asked for in both cases, since it takes time once.
    nobody = _hash_of_nobody()
    # A lone half of a character, which no keyboard types, is no reason to fail.
    typed = password[:LONGEST_LOOKED_AT].encode("utf-8", "surrogatepass")
    fits = _hasher().verify(typed, kept.hash if kept else nobody)
    return fits and kept is not None


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _hash_of_nobody() -> str:
    return hash_of("nobody has this password")
