"""Access tokens: signed here, read here, and nowhere else.

A token says who asks, under which number it was issued, and until when; it never says what they may do. Everything but one
exact form is refused before the signature is looked at: one algorithm, three header keys, six claims, whole seconds.
"""

import json
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Any, Self
from uuid import UUID

from jose import jwk, jwt

from monnaielocale.domain.refusals import Refusal
from monnaielocale.settings import Settings

from .keys import ORDER, KeyRing, load_keys

ALGORITHM = "ES256"
LONGEST_TOKEN = 4096
LONGEST_LIFETIME_SECONDS = 15 * 60
# How far the clocks of two machines that serve together may differ.
CLOCK_LEEWAY_SECONDS = 5
TOKENS_REMEMBERED = 10_000
REQUIRED = ("exp", "iat", "aud", "iss", "sub", "jti")
# A signature has 64 octets, and the four bits that its last letter has too many are zero.
_THREE_PARTS = re.compile(r"[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{85}[AQgw]", re.ASCII)


class TokenRefused(Refusal):
    """The access token is missing, has run out, was withdrawn or cannot be trusted: log in or renew it."""

    code = "token_refused"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says; instants in seconds since 1970."""

    person_id: UUID
    token_id: UUID
    issued_at: int
    expires_at: int


class Tokens:
    """Signs tokens with the newest key and reads those that a live key signed.

    `clock` answers the seconds since 1970.
    """

    def __init__(
        self,
        keys: KeyRing,
        *,
        issuer: str,
        audience: str,
        clock: Callable[[], float] = time.time,
        remembered: int = TOKENS_REMEMBERED,
    ) -> None:
        self._issuer = issuer
        self._audience = audience
        self._clock = clock
        self._key_id = keys.signing.key_id
        self._signing = jwk.construct(keys.signing.private, ALGORITHM)
        self._verifying = {key_id: jwk.construct(public, ALGORITHM) for key_id, public in keys.verifying.items()}
        self._remembered: dict[str, Claims] = {}
        self._most_remembered = remembered
        self._remembering = Lock()

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """On the keys that the settings name; refuses as `load_keys` does."""
        return cls(load_keys(settings), issuer=settings.token_issuer, audience=settings.token_audience)

    def issue(self, claims: Claims) -> str:
        """A signed token that says this."""
        assert 0 < claims.expires_at - claims.issued_at <= LONGEST_LIFETIME_SECONDS, "a token has a short life"
        said = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(claims.person_id),
            "jti": str(claims.token_id),
            "iat": claims.issued_at,
            "exp": claims.expires_at,
        }
        return _with_lower_signature(jwt.encode(said, self._signing, algorithm=ALGORITHM, headers={"kid": self._key_id}))

    def read(self, token: str) -> Claims:
        """What a token says, once everything about it was found right; TokenRefused, which does not say what was wrong."""
        claims = self._remembered.get(token)
        if claims is None:
            claims = self._verified(token)
            self._remember(token, claims)
        elif claims.expires_at <= self._clock():
            raise TokenRefused()
        return claims

    def _verified(self, token: str) -> Claims:
        if len(token) > LONGEST_TOKEN or not _THREE_PARTS.fullmatch(token):
            raise TokenRefused()
        try:
            header, payload, signature = token.split(".")
            key = self._verifying[_key_named(_strict_json(header))]
            if _second_half(signature) > ORDER // 2:
                raise ValueError("the same signature can be written with a lower number")
            # The library goes by the machine's clock; our own checks follow, since it takes text and fractions for numbers.
            jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._audience,
                issuer=self._issuer,
                options={f"require_{name}": True for name in REQUIRED},
            )
            return self._checked(_strict_json(payload))
        except Exception:
            # Whatever a stranger's text makes the library or Python raise, the answer is the same.
            raise TokenRefused() from None

    def _checked(self, said: Any) -> Claims:
        if set(said) != set(REQUIRED):
            raise ValueError("other claims")
        if (said["iss"], said["aud"]) != (self._issuer, self._audience):
            raise ValueError("another issuer or audience")
        issued_at, expires_at = _whole(said["iat"]), _whole(said["exp"])
        now = self._clock()
        if not issued_at <= now + CLOCK_LEEWAY_SECONDS or not now < expires_at:
            raise ValueError("not now")
        if not 0 < expires_at - issued_at <= LONGEST_LIFETIME_SECONDS:
            raise ValueError("too long a life")
        return Claims(_identifier(said["sub"]), _identifier(said["jti"]), issued_at, expires_at)

    def _remember(self, token: str, claims: Claims) -> None:
        """Keep what a busy client will send again, and let the oldest go; only what a key of ours signed comes here."""
        with self._remembering:
            if len(self._remembered) >= self._most_remembered:
                del self._remembered[next(iter(self._remembered))]
            self._remembered[token] = claims


def _key_named(header: Any) -> str:
    """The key that a header of exactly our form names."""
    key_id = header["kid"]
    if header != {"alg": ALGORITHM, "typ": "JWT", "kid": key_id} or type(key_id) is not str:
        raise ValueError("another header")
    return key_id


def _whole(value: Any) -> int:
    """A whole number of seconds: no truth value, which Python takes for one, no fraction, no text."""
    if type(value) is not int or not 0 < value < 2**40:
        raise ValueError("not an instant")
    return value


def _identifier(value: Any) -> UUID:
    """An identifier in the one way in which we write it."""
    found = UUID(value)
    if str(found) != value:
        raise ValueError("not an identifier")
    return found


def _strict_json(part: str) -> Any:
    """The JSON in one part of a token: no name twice, no fraction, no NaN, no Infinity."""
    octets = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    return json.loads(octets.decode("utf-8"), object_pairs_hook=_each_once, parse_float=_never, parse_constant=_never)


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice")
    return found


def _never(written: str) -> Any:
    raise ValueError(written)


def _second_half(signature: str) -> int:
    return int.from_bytes(urlsafe_b64decode(signature + "==")[32:], "big")


def _with_lower_signature(token: str) -> str:
    """The token with the lower of the two numbers that its signature may end with, so that it has one text only."""
    said, _, signature = token.rpartition(".")
    octets = urlsafe_b64decode(signature + "==")
    number = int.from_bytes(octets[32:], "big")
    lower = min(number, ORDER - number).to_bytes(32, "big")
    return f"{said}.{urlsafe_b64encode(octets[:32] + lower).rstrip(b'=').decode()}"
