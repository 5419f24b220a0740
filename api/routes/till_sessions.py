"""The day of a desk and its clerks' sessions on the tills: opened with a count, handed over, counted blindly, closed."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Request
from pydantic import AwareDatetime, Field

from monnaielocale.actions.desk_days import OpenDay, open_days
from monnaielocale.actions.till_sessions import (
    CloseSession,
    CountTill,
    OpenSession,
    TakeOverTill,
    close_sessions,
    count_tills,
    open_sessions,
    take_over_tills,
)
from monnaielocale.domain.attempts import TooManyAttempts
from monnaielocale.domain.desks.counts import REASON_LENGTH_MAX, DifferenceUnexplained
from monnaielocale.domain.desks.days import DayClosed, DayIsOver, DayNotOpen, DayState, EarlierDayOpen
from monnaielocale.domain.desks.sessions import (
    ClerkInSession,
    SessionClosed,
    SessionCounted,
    SessionNotCounted,
    SessionOfAnother,
    SessionState,
    TillInUse,
)
from monnaielocale.domain.desks.staff import NotNamedToCollect
from monnaielocale.domain.people import LoginRefused
from monnaielocale.store.desks import DeskUnknown, logins_of
from monnaielocale.store.sessions import prove_password
from monnaielocale.store.tills import SessionUnknown, latest_days, sessions_of
from monnaielocale.store.unit_of_work import UnitOfWork

from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..doors import Door
from ..fields import CENTS_MOST, Body, CentsOrZero, Code, Day, Login, Password, Shape, text
from ..openapi import refusing
from ..pieces import PiecesShown, TillCountGiven, pieces_shown
from ..subjects import SubjectRouter
from .desk_cash import COLLECTS, Till
from .desks import UNKNOWN, DeskInPath, desk_seen

router = SubjectRouter(prefix="/desks/{desk}", tags=["desks"], route_class=StrictRoute)
_signatures = Door("signature at a till", at_once=2, waiting=30)
_DESK, _TILL = "bayonne-pool", "till-1"
_DAY = "2026-01-31"
_UNEXPLAINED = DifferenceUnexplained(counted="61.00", expected="62.00", difference="-1.00")
_UNKNOWN = (DeskUnknown(book=_DESK), SessionUnknown(desk=_DESK))
REFUSED_DAY = refusing(DeskUnknown(book=_DESK), NotNamedToCollect(login="maite", desk=_DESK, day=_DAY), EarlierDayOpen(day=_DAY))
REFUSED_OPENING = refusing(
    DeskUnknown(book=_DESK),
    NotNamedToCollect(login="maite", desk=_DESK, day=_DAY),
    DayNotOpen(desk=_DESK, day=_DAY),
    DayClosed(day=_DAY),
    DayIsOver(day=_DAY, today="2026-02-01"),
    TillInUse(till=_TILL),
    ClerkInSession(login="maite", till=_TILL),
    _UNEXPLAINED,
)
REFUSED_TAKEOVER = refusing(
    *_UNKNOWN,
    LoginRefused(),
    TooManyAttempts(retry_after_seconds=30),
    SessionOfAnother(till=_TILL, login="maite"),
    SessionCounted(till=_TILL),
    _UNEXPLAINED,
)
REFUSED_COUNT = refusing(*_UNKNOWN, SessionOfAnother(till=_TILL, login="maite"), SessionClosed(till=_TILL))
REFUSED_CLOSING = refusing(
    *_UNKNOWN, SessionOfAnother(till=_TILL, login="maite"), SessionNotCounted(till=_TILL), SessionClosed(till=_TILL), _UNEXPLAINED
)

SessionInPath = Annotated[
    UUID,
    Path(description="The session, as its opening answered it.", examples=["01a20b32-8022-7a10-b3c7-5f1d2e9a6c44"]),
]
Why = Annotated[
    str,
    *text(most=REASON_LENGTH_MAX),
    Field(description="Why the count differs, if it does.", examples=["One coin lost"]),
]


class DayAsked(Body):
    """The day that begins: today's, in Paris."""

    on: Day | None = None


class DayOpened(Shape):
    """The desk is open."""

    event_id: UUID
    business_on: Day


class SessionAsked(Body):
    """A till, what was counted in it, and what the head put into it from the float since its last session."""

    till: Till
    count: TillCountGiven
    float_euros_cents: Annotated[
        int,
        Field(
            strict=True,
            ge=-CENTS_MOST,
            le=CENTS_MOST,
            description="Euros of the float put into the till since its last session; below zero for what was taken out.",
            examples=[5000],
        ),
    ] = 0
    reason: Why = ""


class TakeoverAsked(Body):
    """Who takes the till over and signs with their password, and the count that both signed."""

    taken_by: Login
    password: Password
    count: TillCountGiven
    reason: Why = ""


class CountAsked(Body):
    """What was counted in the till, before anybody is told what should be there."""

    count: TillCountGiven


class SessionClosingAsked(Body):
    """Why the count differs, where it does."""

    reason: Why = ""


class SessionStarted(Shape):
    """The till is the clerk's; local notes and euros are added up at their equal worth."""

    event_id: UUID
    session_id: UUID
    till: Code
    expected_cents: int
    counted_cents: CentsOrZero
    difference_cents: int


class TillHasBeenCounted(Shape):
    """The count is on record."""

    event_id: UUID
    session_id: UUID
    till: Code
    counted_cents: CentsOrZero


class SessionDone(Shape):
    """The session is closed: expected, found, what stays for tomorrow, and the envelope that is proposed."""

    event_id: UUID
    session_id: UUID
    till: Code
    expected_cents: int
    counted_cents: CentsOrZero
    difference_cents: int
    reason: str
    left_notes: list[PiecesShown]
    left_notes_cents: CentsOrZero
    left_euros_cents: CentsOrZero
    envelope_notes: list[PiecesShown]
    envelope_cents: CentsOrZero


class SessionSeen(Shape):
    """A session of the desk's last day; what its till should hold is told to nobody before it is counted."""

    session_id: UUID
    till: Code
    clerk: Annotated[str, Field(description="The login of the clerk who has the till.")]
    business_on: Day
    opened_at: AwareDatetime
    state: SessionState


class SessionsSeen(Shape):
    """The desk's last day, if it ever opened one, and its sessions in the order in which they were opened."""

    day: Day | None
    day_state: DayState | None
    items: list[SessionSeen]


@router.get("/sessions", responses=UNKNOWN)
def list_sessions(desk: DeskInPath, who: Anyone) -> SessionsSeen:
    """Who works on which till: the sessions of the desk's last day, and whether that day is open, closed or sealed."""
    with desk_seen(who, desk) as connection:
        work = UnitOfWork(connection)
        day = latest_days(work, [desk]).get(desk)
        sessions = [kept.session for kept in sessions_of(work, [desk])[desk].values()]
        logins = logins_of(work, (session.clerk_id for session in sessions))
    items = [
        SessionSeen(
            session_id=session.session_id,
            till=session.till,
            clerk=logins[session.clerk_id],
            business_on=session.business_on,
            opened_at=session.opened_at,
            state=session.state,
        )
        for session in sessions
    ]
    return SessionsSeen(day=day.on if day else None, day_state=day.state if day else None, items=items)


@router.post("/days", status_code=201, responses=REFUSED_DAY)
async def open_day(desk: DeskInPath, body: DayAsked, who: Keyed) -> DayOpened:
    """Open the desk's day."""
    who.require(COLLECTS)
    return DayOpened(**await who.ask(open_days, OpenDay(who.actor, desk, who.day(body.on), who.key)))


@router.post("/sessions", status_code=201, responses=REFUSED_OPENING)
async def open_session(desk: DeskInPath, body: SessionAsked, who: Keyed) -> SessionStarted:
    """Open a session on a till with what you counted in it."""
    who.require(COLLECTS)
    item = OpenSession(who.actor, desk, body.till, body.count.given(), body.float_euros_cents, body.reason, who.key)
    return SessionStarted(**await who.ask(open_sessions, item))


@router.post("/sessions/{session_id}/take-over", status_code=201, responses=REFUSED_TAKEOVER)
async def take_over_till(
    desk: DeskInPath, session_id: SessionInPath, body: TakeoverAsked, who: Keyed, request: Request
) -> SessionStarted:
    """Hand the till over to another clerk (relève); both sign the count, the other one with their password."""
    who.require(COLLECTS)
    database, address = who.services.database, request.client.host if request.client else ""
    await _signatures.enter(lambda: prove_password(database, login=body.taken_by, password=body.password, address=address))
    item = TakeOverTill(who.actor, desk, session_id, body.taken_by, body.count.given(), body.reason, who.key)
    return SessionStarted(**await who.ask(take_over_tills, item))


@router.post("/sessions/{session_id}/count", status_code=201, responses=REFUSED_COUNT)
async def count_till(desk: DeskInPath, session_id: SessionInPath, body: CountAsked, who: Keyed) -> TillHasBeenCounted:
    """Count the till at the end of the session (comptage à l'aveugle); another count takes the place of the first."""
    who.require(COLLECTS)
    item = CountTill(who.actor, desk, session_id, body.count.given(), who.key)
    return TillHasBeenCounted(**await who.ask(count_tills, item))


@router.post("/sessions/{session_id}/close", status_code=201, responses=REFUSED_CLOSING)
async def close_session(desk: DeskInPath, session_id: SessionInPath, body: SessionClosingAsked, who: Keyed) -> SessionDone:
    """Close a counted session: the difference is shown, explained and written in both books."""
    who.require(COLLECTS)
    done: dict[str, Any] = await who.ask(close_sessions, CloseSession(who.actor, desk, session_id, body.reason, who.key))
    shown = {name: pieces_shown(done[name]) for name in ("left_notes", "envelope_notes")}
    return SessionDone(**{**done, **shown})
