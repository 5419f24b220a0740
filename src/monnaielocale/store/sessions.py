"""Who is logged in: sessions, the access tokens issued in them, and the refresh tokens that renew them.

Only fingerprints of refresh tokens, logins and addresses are kept. A refresh token is good for one renewal: seen again, it was
stolen or its answer was, and its session ends.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any
from uuid import UUID

from psycopg.rows import namedtuple_row

from ..domain.actors import Actor
from ..domain.attempts import FREE_TRIES_OF_A_LOGIN, FREE_TRIES_OF_AN_ADDRESS, KNOWN_FOR, REMEMBERED_FOR, Tries
from ..domain.identifiers import new_id
from ..domain.people import LoginRefused
from ..domain.refusals import Refusal
from ..domain.shifts import TRIES_MAX, SessionLocked, Shift, ShortCodeWrong
from .database import Connection, Database
from .passwords import PasswordKept, password_fits, password_kept
from .queries import query
from .shifts import Act, record, shifts_of
from .unit_of_work import insert_statement

ACCESS_LIFETIME = timedelta(minutes=15)
# A working day without a request, and the longest that a password is not asked for.
REFRESH_LIFETIME = timedelta(hours=12)
SESSION_LIFETIME = timedelta(days=7)
REFRESH_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class RenewalRefused(Refusal):
    """The refresh token is unknown, was used before or has run out: log in again."""

    code = "renewal_refused"


@dataclass(frozen=True, slots=True)
class Caller:
    """The person behind an access token as the database knows them at this moment, with the books that they may name.

    `desks` are further books, of service desks, which are never meant unless they are named. `locked` says that the session is a
    clerk's and asks for the short code before anything else.
    """

    actor: Actor
    session_id: UUID
    token_id: UUID
    books: tuple[str, ...]
    name: str = ""
    desks: tuple[str, ...] = ()
    locked: bool = False


@dataclass(frozen=True, slots=True)
class TokensGiven:
    """What somebody gets who logs in or renews: an access token to be signed, and the refresh token in clear, this once."""

    caller: Caller
    issued_at: datetime
    expires_at: datetime
    refresh_token: str


def log_in(database: Database, *, login: str, password: str, address: str, now: datetime | None = None) -> TokensGiven:
    """A new session for whoever knows the password; `address` is where they ask from.

    A try is counted before the password is looked at. Refuses with TooManyAttempts, and with LoginRefused after the same time
    whether or not the login exists.
    """
    moment = now or datetime.now(UTC)
    with database.connect("writer", autocommit=True) as connection:
        kept = _prove(connection, login, password, address, moment)
        with connection.transaction():
            _lock(connection, kept.person_id)
            # It may have been changed in between, which ended the sessions that there were.
            if password_kept(connection, login) != kept:
                raise LoginRefused()
            return _start(connection, kept, moment)


def prove_password(database: Database, *, login: str, password: str, address: str, now: datetime | None = None) -> None:
    """Whether somebody who is logged in knows the password, as `log_in` looks at it; TooManyAttempts and LoginRefused."""
    with database.connect("writer", autocommit=True) as connection:
        _prove(connection, login, password, address, now or datetime.now(UTC))


def renew(database: Database, refresh_token: str, now: datetime | None = None) -> TokensGiven:
    """New tokens for a refresh token, which is used up; RenewalRefused, and SessionLocked, which leaves it as good as it was."""
    moment = now or datetime.now(UTC)
    with database.connect("writer") as connection:
        renewed = _renewed(connection, refresh_token, moment)
    # Raised after the commit, which the end of a session must not miss.
    if renewed is None:
        raise RenewalRefused()
    return renewed


def log_out(database: Database, refresh_token: str, now: datetime | None = None) -> None:
    """End the session of a refresh token; again, it changes nothing. RenewalRefused when there never was such a token."""
    with database.connect("writer") as connection:
        found = _renewable(connection, refresh_token)
        if found is None:
            raise RenewalRefused()
        _end(connection, found.session_id, "logged_out", now or datetime.now(UTC))


def log_out_by_token(database: Database, token_id: UUID, now: datetime | None = None) -> None:
    """End the session in which an access token was issued; again, it changes nothing."""
    with database.connect("writer") as connection:
        found = _row(connection, "session_of_token", token=token_id)
        if found is not None:
            _end(connection, found.session_id, "logged_out", now or datetime.now(UTC))


def end_sessions(connection: Connection, person_id: UUID, reason: str, now: datetime) -> int:
    """Every session of a person ends with this transaction; answers how many did."""
    _lock(connection, person_id)
    return connection.execute(query("end_sessions"), {"person": person_id, "reason": reason, "now": now}).rowcount


def lock_session(database: Database, session_id: UUID, now: datetime | None = None) -> None:
    """Lock a clerk's session at once, as somebody does who leaves the desk; another session is not locked by this."""
    with database.connect("writer") as connection:
        if shifts_of(connection, [session_id]):
            record(connection, Act.LOCKED, [session_id], now or datetime.now(UTC))


def unlock(database: Database, *, device_key: str, code: str, now: datetime | None = None) -> TokensGiven:
    """New tokens for a clerk's session, for whoever knows its short code on the device on which it began.

    A try is counted before the code is looked at, and the last one in vain ends the session. Refuses with RenewalRefused, which
    asks for the password, and ShortCodeWrong.
    """
    moment = now or datetime.now(UTC)
    with database.connect("writer", autocommit=True) as connection:
        with connection.transaction():
            found = _openable(connection, device_key, moment)
            if found is not None:
                record(connection, Act.GUESSED, [found.session_id], moment)
        # Outside of a transaction, since it takes long on purpose.
        if found is None or found.guesses >= TRIES_MAX:
            raise RenewalRefused()
        if not password_fits(code, PasswordKept(found.person_id, found.code_hash)):
            left = TRIES_MAX - found.guesses - 1
            if left == 0:
                _end(connection, found.session_id, "code_guessed", moment)
            raise ShortCodeWrong(left=left)
        with connection.transaction():
            # It may have been ended meanwhile.
            if _openable(connection, device_key, moment) is None:
                raise RenewalRefused()
            record(connection, Act.UNLOCKED, [found.session_id], moment)
            return _give_tokens(connection, found.session_id, found.started_at, moment)


def _openable(connection: Connection, device_key: str, moment: datetime) -> Any:
    """The session of a device's key, under the lock of its person; None when it has ended or there never was one."""
    if not REFRESH_TOKEN.fullmatch(device_key):
        return None
    asked = {"device": _fingerprint(device_key)}
    found = _row(connection, "shift_of_device", **asked)
    if found is None:
        return None
    _lock(connection, found.person_id)
    found = _row(connection, "shift_of_device", **asked)
    return None if found.ended or found.ends_at <= moment else found


def callers_of(connection: Connection, token_ids: Sequence[UUID], now: datetime | None = None) -> dict[UUID, Caller]:
    """The persons behind access tokens, in one query; a token that is unknown, has run out or was withdrawn is absent."""
    return _callers(connection, token_ids, now or datetime.now(UTC))[0]


def callers_asking(connection: Connection, token_ids: Sequence[UUID], now: datetime | None = None) -> dict[UUID, Caller]:
    """The same for persons who ask something at this moment, which keeps a clerk's session from locking."""
    moment = now or datetime.now(UTC)
    callers, shifts = _callers(connection, token_ids, moment)
    awake = {caller.session_id for caller in callers.values() if not caller.locked}
    seen = [session for session, shift in shifts.items() if session in awake and shift.is_worth_seeing(moment)]
    record(connection, Act.SEEN, seen, moment)
    return callers


def _callers(connection: Connection, token_ids: Sequence[UUID], moment: datetime) -> tuple[dict[UUID, Caller], dict[UUID, Shift]]:
    """The persons behind tokens, and the shifts among their sessions."""
    rows = _rows(connection, "callers", tokens=list(token_ids), now=moment)
    shifts = shifts_of(connection, [row.session_id for row in rows if row.of_shift])
    callers = {}
    for row in rows:
        shift = shifts.get(row.session_id)
        if shift is None or not shift.is_over(moment):
            callers[row.token_id] = replace(_caller(row), locked=shift is not None and shift.is_locked(moment))
    return callers, shifts


def _prove(connection: Connection, login: str, password: str, address: str, now: datetime) -> PasswordKept:
    """The password that was proved; each step is in the database before the next one begins."""
    attempt = {"login_sha256": _fingerprint(login), "address_sha256": _fingerprint(_network(address)), "attempted_at": now}
    with connection.transaction():
        _check_tries(connection, attempt)
        connection.execute(*insert_statement("login_attempt", [{"id": new_id(), **attempt, "outcome": "tried"}]))
        kept = password_kept(connection, login)
    # Outside of a transaction, since it takes long on purpose.
    if not password_fits(password, kept) or kept is None:
        raise LoginRefused()
    connection.execute(*insert_statement("login_attempt", [{"id": new_id(), **attempt, "outcome": "admitted"}]))
    return kept


def _check_tries(connection: Connection, attempt: dict[str, Any]) -> None:
    """TooManyAttempts. Whoever was admitted from this address of late waits for their own tries only, not for a stranger's."""
    now, asked = attempt["attempted_at"], {"login": attempt["login_sha256"], "address": attempt["address_sha256"]}
    connection.execute(query("lock_tries"), asked)
    found = _row(connection, "tries_to_log_in", **asked, since=now - REMEMBERED_FOR, known_since=now - KNOWN_FOR)
    if found.known_here:
        Tries(found.here_number, found.here_last_at).check(now, free=FREE_TRIES_OF_A_LOGIN)
    else:
        Tries(found.login_number, found.login_last_at).check(now, free=FREE_TRIES_OF_A_LOGIN)
        Tries(found.address_number, found.address_last_at).check(now, free=FREE_TRIES_OF_AN_ADDRESS)


def _start(connection: Connection, kept: PasswordKept, moment: datetime) -> TokensGiven:
    session_id = new_id()
    row = {"id": session_id, "person_id": kept.person_id, "started_at": moment}
    connection.execute(*insert_statement("login_session", [row]))
    return _give_tokens(connection, session_id, moment, moment)


def _renewed(connection: Connection, refresh_token: str, moment: datetime) -> TokensGiven | None:
    found = _renewable(connection, refresh_token)
    if found is None:
        return None
    _lock(connection, found.person_id)
    # Asked again, since whoever held the lock may have used the token or ended the session.
    found = _renewable(connection, refresh_token)
    if found.used:
        _end(connection, found.session_id, "replayed", moment)
    if found.used or found.ended or found.expires_at <= moment:
        return None
    shift = shifts_of(connection, [found.session_id]).get(found.session_id)
    if shift is not None and shift.is_over(moment):
        return None
    if shift is not None and shift.is_locked(moment):
        raise SessionLocked()
    connection.execute(*insert_statement("refresh_token_use", [{"sha256": _fingerprint(refresh_token), "used_at": moment}]))
    return _give_tokens(connection, found.session_id, found.started_at, moment)


def _renewable(connection: Connection, refresh_token: str) -> Any:
    if not REFRESH_TOKEN.fullmatch(refresh_token):
        return None
    return _row(connection, "renewable", sha256=_fingerprint(refresh_token))


def _give_tokens(connection: Connection, session_id: UUID, started_at: datetime, moment: datetime) -> TokensGiven:
    # A signed token counts whole seconds.
    issued_at = moment.replace(microsecond=0)
    expires_at, token_id, refresh_token = issued_at + ACCESS_LIFETIME, new_id(), secrets.token_urlsafe(32)
    access = {"id": token_id, "session_id": session_id, "issued_at": issued_at, "expires_at": expires_at}
    connection.execute(*insert_statement("access_token", [access]))
    refresh = {
        "sha256": _fingerprint(refresh_token),
        "session_id": session_id,
        "issued_at": issued_at,
        "expires_at": min(moment + REFRESH_LIFETIME, started_at + SESSION_LIFETIME),
    }
    connection.execute(*insert_statement("refresh_token", [refresh]))
    return TokensGiven(callers_of(connection, [token_id], moment)[token_id], issued_at, expires_at, refresh_token)


def _end(connection: Connection, session_id: UUID, reason: str, moment: datetime) -> None:
    connection.execute(query("end_session"), {"session": session_id, "reason": reason, "now": moment})


def _lock(connection: Connection, person_id: UUID) -> None:
    connection.execute(query("lock_sessions_of"), {"person": person_id})


def _rows(connection: Connection, name: str, **parameters: Any) -> list[Any]:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(query(name), parameters).fetchall()


def _row(connection: Connection, name: str, **parameters: Any) -> Any:
    return next(iter(_rows(connection, name, **parameters)), None)


def _caller(row: Any) -> Caller:
    actor = Actor(row.id, row.login, frozenset(row.roles), row.party_id, row.party_code, row.party_kind)
    return Caller(actor, row.session_id, row.token_id, tuple(row.books), row.name, tuple(row.desks))


def _network(address: str) -> str:
    """The address to count tries for: whoever has one address of IPv6 has 2**64 of them, the network of which is counted."""
    with suppress(ValueError):
        found = ip_address(address.partition("%")[0])
        if isinstance(found, IPv6Address):
            if found.ipv4_mapped is not None:
                return str(found.ipv4_mapped)
            return str(IPv6Address(int(found) >> 64 << 64))
        return str(found)
    return address


def _fingerprint(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
