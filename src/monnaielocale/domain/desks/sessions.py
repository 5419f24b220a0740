"""A clerk's session on one till, from the opening count to the blind count (comptage à l'aveugle) that ends it.

A session is what its facts say: opened with a counted float, taken over by a count that both people sign, counted without
knowing what is expected, closed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from ..actors import Actor
from ..money import decimal_text
from ..refusals import Refusal
from .charters import Charter
from .counts import Difference, TillCount
from .staff import Staff


class TillInUse(Refusal):
    """Till {till} already has a session that is not closed."""

    code = "till_in_use"


class ClerkInSession(Refusal):
    """{login} already has a session on till {till}: close it first."""

    code = "clerk_in_session"


class SessionOfAnother(Refusal):
    """The session on till {till} is not that of {login}."""

    code = "session_of_another"


class SessionCounted(Refusal):
    """The session on till {till} was counted to be closed: it takes no more receipts."""

    code = "session_counted"


class SessionClosed(Refusal):
    """The session on till {till} is closed."""

    code = "session_closed"


class SessionNotCounted(Refusal):
    """Count till {till} before closing its session."""

    code = "session_not_counted"


class TakeoverByOneself(Refusal):
    """{login} already has till {till}: another person takes it over."""

    code = "takeover_by_oneself"


class FloatNotThere(Refusal):
    """The float of the desk holds {held} in euros: {asked} of it cannot lie in till {till}."""

    code = "float_not_there"


class SessionState(StrEnum):
    """Where a session stands."""

    OPEN = "open"
    COUNTED = "counted"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """A clerk opens a session on a till with what they counted in it."""

    session_id: UUID
    till: str
    clerk_id: UUID
    business_on: date
    at: datetime
    count: TillCount


@dataclass(frozen=True, slots=True)
class TakenOver:
    """Another clerk takes the till over by a count that both signed (relève)."""

    at: datetime
    left_by: UUID
    taken_by: UUID
    count: TillCount


@dataclass(frozen=True, slots=True)
class TillCounted:
    """The blind count at the end; a second one takes the place of the first, which stays on record."""

    at: datetime
    counted_by: UUID
    count: TillCount


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """The session is closed, with the reason for a difference."""

    at: datetime
    closed_by: UUID
    reason: str = ""


SessionFact = TakenOver | TillCounted | SessionEnded


@dataclass(frozen=True, slots=True)
class Session:
    """A session as its facts leave it; `base` is the count from which what is expected is reckoned, since `base_at`."""

    session_id: UUID
    till: str
    clerk_id: UUID
    business_on: date
    opened_at: datetime
    base: TillCount
    base_at: datetime
    state: SessionState = SessionState.OPEN
    count: TillCount | None = None
    reason: str = ""


def session_from(opened: SessionOpened, facts: Iterable[SessionFact]) -> Session:
    """The session that its facts tell, in the order in which they happened."""
    session = Session(opened.session_id, opened.till, opened.clerk_id, opened.business_on, opened.at, opened.count, opened.at)
    for fact in facts:
        match fact:
            case TakenOver():
                session = replace(session, clerk_id=fact.taken_by, base=fact.count, base_at=fact.at)
            case TillCounted():
                session = replace(session, state=SessionState.COUNTED, count=fact.count)
            case SessionEnded():
                session = replace(session, state=SessionState.CLOSED, reason=fact.reason)
    return session


def check_opening(charter: Charter, staff: Staff, actor: Actor, till: str, day: date, unclosed: Iterable[Session]) -> None:
    """Whether a person may open a session on a till; `unclosed` are the desk's sessions that are not closed.

    Refuses with CharterNotInForce, NotNamedToCollect, TillUnknown, TillInUse and ClerkInSession.
    """
    charter.require_in_force(day)
    staff.require_collector(actor, day)
    charter.require_till(till)
    for session in unclosed:
        if session.till == till:
            raise TillInUse(till=till)
        check_no_session_of(actor, [session])


def check_no_session_of(actor: Actor, unclosed: Iterable[Session]) -> None:
    """Whether the person is free for a till; ClerkInSession when they have one."""
    for session in unclosed:
        if session.clerk_id == actor.person_id:
            raise ClerkInSession(login=actor.login, till=session.till)


def check_taking(session: Session, actor: Actor) -> None:
    """Whether the person may take receipts in the session; SessionClosed, SessionCounted and SessionOfAnother."""
    check_still_taking(session)
    if session.clerk_id != actor.person_id:
        raise SessionOfAnother(login=actor.login, till=session.till)


def check_still_taking(session: Session) -> None:
    """Whether the session takes receipts, whoever pays them; SessionClosed and SessionCounted."""
    _require_unclosed(session)
    if session.state is SessionState.COUNTED:
        raise SessionCounted(till=session.till)


def check_takeover(session: Session, staff: Staff, leaving: Actor, taking: Actor, day: date) -> None:
    """Whether one person may hand the till to another, both signing the count.

    Refuses like `check_taking`, and with TakeoverByOneself and NotNamedToCollect.
    """
    check_taking(session, leaving)
    if taking.person_id == leaving.person_id:
        raise TakeoverByOneself(login=taking.login, till=session.till)
    staff.require_collector(taking, day)


def check_counting(session: Session, staff: Staff, actor: Actor, day: date) -> None:
    """Whether the person may count a session to close it: its clerk, or the head or a deputy for one left open.

    Refuses with SessionClosed and SessionOfAnother.
    """
    _require_unclosed(session)
    if session.clerk_id != actor.person_id and not staff.may_seal(actor.person_id, day):
        raise SessionOfAnother(login=actor.login, till=session.till)


def check_ending(session: Session, staff: Staff, actor: Actor, day: date, found: Difference, reason: str) -> str:
    """The reason under which a counted session is closed.

    Refuses like `check_counting`, and with SessionNotCounted and DifferenceUnexplained.
    """
    check_counting(session, staff, actor, day)
    if session.count is None:
        raise SessionNotCounted(till=session.till)
    return found.explained(reason)


def check_float_in_till(till: str, *, asked_cents: int, held_cents: int) -> None:
    """Whether so much of the desk's float in euros may lie in a till; FloatNotThere."""
    if not 0 <= asked_cents <= held_cents:
        raise FloatNotThere(till=till, asked=decimal_text(asked_cents), held=decimal_text(held_cents))


def _require_unclosed(session: Session) -> None:
    if session.state is SessionState.CLOSED:
        raise SessionClosed(till=session.till)
