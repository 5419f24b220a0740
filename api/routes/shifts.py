"""A clerk's session at a desk: begun with a short code, locked when idle, opened again on the same device."""

from datetime import datetime
from typing import Annotated

from fastapi import Request, Response
from pydantic import AwareDatetime, Field

from monnaielocale.actions.shifts import begin_shift_at_desk
from monnaielocale.domain.shifts import ShiftAlreadyBegun, ShortCodeUnfit, ShortCodeWrong
from monnaielocale.store.desks import DeskUnknown
from monnaielocale.store.sessions import RenewalRefused, lock_session, unlock
from monnaielocale.words import PARIS

from ..access import Anyone
from ..bodies import StrictRoute
from ..doors import Door
from ..fields import Body, Code, Shape
from ..openapi import refusing
from ..subjects import SubjectRouter
from .tokens import TokenAnswer, TokenText, tokens_answered

router = SubjectRouter(prefix="/token", tags=["token"], route_class=StrictRoute)
# Hashing a code takes as long as a password.
_codes = Door("short code", at_once=2, waiting=30)

ShortCode = Annotated[
    str,
    Field(strict=True, min_length=1, max_length=20, description="Four to eight digits of the clerk's own.", examples=["4071"]),
]


class ShiftAsked(Body):
    """At which desk the clerk works, by the code of its book, and the short code with which the session opens again."""

    desk: Code
    code: ShortCode


class ShiftAnswer(Shape):
    """How the session goes on; the key stays on this device."""

    device_key: Annotated[str, Field(description="Told this once: with the short code it opens the locked session again.")]
    idle_minutes: Annotated[int, Field(description="After how many minutes without a request the session locks.")]
    ends_at: AwareDatetime


class UnlockingAsked(Body):
    """The key of the device, and the clerk's short code."""

    device_key: TokenText
    code: ShortCode


@router.post("/shift", responses=refusing(DeskUnknown(book="bayonne-pool"), ShortCodeUnfit(least=4, most=8), ShiftAlreadyBegun()))
async def begin_shift(body: ShiftAsked, who: Anyone) -> ShiftAnswer:
    """Let the session last the shift at a desk: it locks when nobody uses it and opens again with a short code on this device."""
    on = datetime.now(PARIS).date()
    begun = await _codes.enter(
        lambda: begin_shift_at_desk(who.services.database, who.caller, desk=body.desk, code=body.code, on=on)
    )
    who.response.headers["Cache-Control"] = "no-store"
    return ShiftAnswer(device_key=begun.device_key, idle_minutes=begun.idle_minutes, ends_at=begun.ends_at)


@router.post("/lock", status_code=204)
async def lock_shift(who: Anyone) -> None:
    """Lock the session at once, as a clerk does who leaves the desk. A session that is no clerk's goes on as it was."""
    await _codes.enter(lambda: lock_session(who.services.database, who.caller.session_id))


@router.post("/unlock", responses=refusing(RenewalRefused(), ShortCodeWrong(left=3)))
async def unlock_shift(body: UnlockingAsked, request: Request, response: Response) -> TokenAnswer:
    """Open a clerk's session again with the short code; too many wrong ones end it, and the password is asked for."""
    services = request.app.state.services
    given = await _codes.enter(lambda: unlock(services.database, device_key=body.device_key, code=body.code))
    return tokens_answered(services.tokens, given, response)
