"""Logging in, renewing and logging out."""

from typing import Annotated
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field

from monnaielocale.domain.attempts import TooManyAttempts
from monnaielocale.domain.people import LoginRefused
from monnaielocale.store.sessions import REFRESH_TOKEN, RenewalRefused, TokensGiven, log_in, log_out, log_out_by_token, renew

from ..access import Anyone
from ..bodies import StrictRoute
from ..doors import Door
from ..fields import Body, Login, Password, Shape
from ..openapi import refusing
from ..subjects import SubjectRouter
from ..tokens import LONGEST_TOKEN, Claims, TokenRefused, Tokens

router = SubjectRouter(prefix="/token", tags=["token"], route_class=StrictRoute)
# Checking a password takes much memory and time, on purpose: a crowd at this door leaves the rest of the service alone.
_passwords = Door("password", at_once=2, waiting=30)
_renewals = Door("renewal", at_once=4, waiting=200)

TokenText = Annotated[
    str,
    Field(strict=True, min_length=1, max_length=LONGEST_TOKEN, description="A token, as it was given.", examples=["9hV0x6rJ"]),
]


class LoginAsked(Body):
    """Who wants to log in."""

    login: Login
    password: Password


class RenewalAsked(Body):
    """The refresh token, which is good for one renewal."""

    refresh_token: TokenText


class EndOfSessionAsked(Body):
    """A token of the session to end: its refresh token, used or not, or a valid access token."""

    token: TokenText


class PersonLoggedIn(Shape):
    """Who is logged in, with what they may do and where at this moment."""

    id: UUID
    login: str
    name: str
    party: Annotated[str | None, Field(description="The code of the party they act for.")]
    roles: list[str]
    books: Annotated[list[str], Field(description="The codes of the books that they may name.")]


class TokenAnswer(Shape):
    """Send the access token with each request, and renew it before it runs out."""

    access_token: str
    token_type: Annotated[str, Field(description="Always Bearer.")] = "Bearer"
    expires_in: Annotated[int, Field(description="In how many seconds the access token runs out.")]
    refresh_token: Annotated[str, Field(description="Good for one renewal; sent twice, it ends the session.")]
    person: PersonLoggedIn


@router.post("", responses=refusing(LoginRefused(), TooManyAttempts(retry_after_seconds=30)))
async def log_in_with_password(body: LoginAsked, request: Request, response: Response) -> TokenAnswer:
    """Log in with a password, and get a session's first tokens."""
    services, address = request.app.state.services, request.client.host if request.client else ""
    given = await _passwords.enter(lambda: log_in(services.database, login=body.login, password=body.password, address=address))
    return tokens_answered(services.tokens, given, response)


@router.get("", status_code=204)
async def check_token(who: Anyone) -> None:
    """Whether the access token still opens anything: 204 without a body if it does."""


@router.post("/renew", responses=refusing(RenewalRefused()))
async def renew_tokens(body: RenewalAsked, request: Request, response: Response) -> TokenAnswer:
    """Get new tokens for a refresh token, which is used up by that; used twice, it ends the session."""
    services = request.app.state.services
    given = await _renewals.enter(lambda: renew(services.database, body.refresh_token))
    return tokens_answered(services.tokens, given, response)


@router.post("/revoke", status_code=204, responses=refusing(TokenRefused()))
async def revoke_tokens(body: EndOfSessionAsked, request: Request) -> None:
    """Log out: the session of the token ends at once with all its tokens. Sent again, it changes nothing."""
    services = request.app.state.services
    if REFRESH_TOKEN.fullmatch(body.token):
        await _renewals.enter(lambda: log_out(services.database, body.token))
    else:
        claims: Claims = services.tokens.read(body.token)
        await _renewals.enter(lambda: log_out_by_token(services.database, claims.token_id))


def tokens_answered(tokens: Tokens, given: TokensGiven, response: Response) -> TokenAnswer:
    """The tokens of a session, signed, and whom they stand for."""
    response.headers["Cache-Control"] = "no-store"
    caller, issued_at, expires_at = given.caller, int(given.issued_at.timestamp()), int(given.expires_at.timestamp())
    actor = caller.actor
    return TokenAnswer(
        access_token=tokens.issue(Claims(actor.person_id, caller.token_id, issued_at, expires_at)),
        expires_in=expires_at - issued_at,
        refresh_token=given.refresh_token,
        person=PersonLoggedIn(
            id=actor.person_id,
            login=actor.login,
            name=caller.name,
            party=actor.party_code or None,
            roles=sorted(actor.roles),
            books=list(caller.books),
        ),
    )
