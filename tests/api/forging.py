"""Access tokens as an attacker would make them: each has exactly one thing wrong, so that a reader who misses it lets it in.

Whoever has a route to protect tries them all on it: `forged_tokens(forger)` answers them by name, and FORGERIES has the names.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, HashAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from monnaielocale.api.keys import ORDER, SigningKey
from monnaielocale.api.tokens import Claims

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Forger:
    """Somebody who knows all that a genuine token says, and even has it signed where only its content is wrong."""

    key: SigningKey
    issuer: str
    audience: str
    claims: Claims

    @property
    def header(self) -> Json:
        """The header of a genuine token."""
        return {"alg": "ES256", "kid": self.key.key_id, "typ": "JWT"}

    @property
    def payload(self) -> Json:
        """What a genuine token says."""
        return {
            "iss": self.issuer,
            "aud": self.audience,
            "sub": str(self.claims.person_id),
            "jti": str(self.claims.token_id),
            "iat": self.claims.issued_at,
            "exp": self.claims.expires_at,
        }

    def genuine(self) -> str:
        """A token with nothing wrong."""
        return self.signed(self.header, self.payload)

    def signed(self, header: Json | str, payload: Json | str, key: ec.EllipticCurvePrivateKey | None = None) -> str:
        """A token with any content, text taken as it stands, and a right signature; by another key if one is given."""
        said = f"{encoded(header)}.{encoded(payload)}"
        return f"{said}.{signature(said, key or self.key.private)}"

    def saying(self, **claims: Any) -> str:
        """A rightly signed token that says something else; a claim that is `...` is left out."""
        said = {name: value for name, value in {**self.payload, **claims}.items() if value is not ...}
        return self.signed(self.header, said)

    def headed(self, **header: Any) -> str:
        """A rightly signed token under another header; a key that is `...` is left out."""
        return self.signed({name: value for name, value in {**self.header, **header}.items() if value is not ...}, self.payload)


def encoded(content: Json | str | bytes) -> str:
    """One part of a token."""
    text = json.dumps(content, separators=(",", ":")) if isinstance(content, dict) else content
    octets = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    return urlsafe_b64encode(octets).rstrip(b"=").decode()


def decoded(part: str) -> bytes:
    """The octets of one part of a token."""
    return bytes(urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def numbers_of(token: str) -> tuple[int, int]:
    """The two numbers of a signature."""
    octets = decoded(token.rpartition(".")[2])
    return int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big")


def with_numbers(token: str, first: int, second: int) -> str:
    """The token with other numbers as its signature."""
    return f"{token.rpartition('.')[0]}.{encoded(first.to_bytes(32, 'big') + second.to_bytes(32, 'big'))}"


def signature(said: str, key: ec.EllipticCurvePrivateKey, algorithm: HashAlgorithm | None = None) -> str:
    """A signature as JWS writes it, with the lower of the two numbers that it may end with."""
    first, second = decode_dss_signature(key.sign(said.encode(), ec.ECDSA(algorithm or SHA256())))
    size = (key.curve.key_size + 7) // 8
    if isinstance(key.curve, ec.SECP256R1):
        second = min(second, ORDER - second)
    return encoded(first.to_bytes(size, "big") + second.to_bytes(size, "big"))


def _by_secret(forger: Forger, secret: bytes, **header: Any) -> str:
    """A token signed with a public key taken for a shared secret."""
    said = f"{encoded({**forger.header, 'alg': 'HS256', **header})}.{encoded(forger.payload)}"
    return f"{said}.{encoded(hmac.digest(secret, said.encode(), hashlib.sha256))}"


def _public(forger: Forger, encoding: Encoding) -> bytes:
    form = PublicFormat.UncompressedPoint if encoding is Encoding.X962 else PublicFormat.SubjectPublicKeyInfo
    octets: bytes = forger.key.private.public_key().public_bytes(encoding, form)
    return octets


def _jwk(public: ec.EllipticCurvePublicKey) -> Json:
    numbers = public.public_numbers()
    return {"kty": "EC", "crv": "P-256", **{name: encoded(getattr(numbers, name).to_bytes(32, "big")) for name in "xy"}}


def _with_own_key_inside(forger: Forger) -> str:
    own = ec.generate_private_key(ec.SECP256R1())
    return forger.signed({**forger.header, "jwk": _jwk(own.public_key())}, forger.payload, own)


def _by_a_stranger(forger: Forger, key_id: str | None = None) -> str:
    own = SigningKey.of(ec.generate_private_key(ec.SECP256R1()))
    return forger.signed({**forger.header, "kid": key_id or own.key_id}, forger.payload, own.private)


def _on_another_curve(forger: Forger, curve: ec.EllipticCurve, algorithm: str, digest: HashAlgorithm) -> str:
    said = f"{encoded({**forger.header, 'alg': algorithm})}.{encoded(forger.payload)}"
    return f"{said}.{signature(said, ec.generate_private_key(curve), digest)}"


def _written(forger: Forger, **claims: str) -> str:
    """A rightly signed token whose claims are written as these texts, which need not be JSON that Python writes."""
    others = {name: json.dumps(value) for name, value in forger.payload.items()}
    return forger.signed(forger.header, "{" + ",".join(f'"{name}":{text}' for name, text in {**others, **claims}.items()) + "}")


def _twice(forger: Forger) -> str:
    payload = json.dumps(forger.payload)
    return forger.signed(forger.header, payload[:-1] + f', "sub": "{forger.payload["sub"]}"}}')


def _with_upper_signature(forger: Forger) -> str:
    token = forger.genuine()
    first, second = numbers_of(token)
    return with_numbers(token, first, ORDER - second)


def _other_payload(forger: Forger) -> str:
    header, _, signed = forger.genuine().split(".")
    return f"{header}.{encoded({**forger.payload, 'sub': str(forger.claims.token_id)})}.{signed}"


def _with_spare_bits(forger: Forger) -> str:
    """The same signature in other letters: the last one has bits that nobody reads."""
    token = forger.genuine()
    return token[:-1] + chr(ord(token[-1]) + 1)


def _deep(forger: Forger, depth: int) -> str:
    return forger.signed(forger.header, "[" * depth + "]" * depth)


def _at(forger: Forger, issued: int, expires: int) -> str:
    """Rightly signed for other moments, in seconds from the genuine ones."""
    return forger.saying(iat=forger.claims.issued_at + issued, exp=forger.claims.expires_at + expires)


def _with_claim(name: str, value: Any) -> Callable[[Forger], str]:
    return lambda forger: forger.saying(**{name: value})


DAY = 86_400
CLAIMS = ("exp", "iat", "aud", "iss", "sub", "jti")
FORGERIES: dict[str, Callable[[Forger], str]] = {
    # Another algorithm, or none.
    "no signature": lambda f: f"{encoded({**f.header, 'alg': 'none'})}.{encoded(f.payload)}.",
    "algorithm none with the genuine signature": lambda f: f.headed(alg="none"),
    "algorithm None in other letters": lambda f: f.headed(alg="nOnE"),
    "no algorithm": lambda f: f.headed(alg=...),
    "an algorithm that is null": lambda f: f.headed(alg=None),
    "a list of algorithms": lambda f: f.headed(alg=["ES256"]),
    "another letter case of the algorithm": lambda f: f.headed(alg="es256"),
    "the public key in PEM as a secret": lambda f: _by_secret(f, _public(f, Encoding.PEM)),
    "the public key in DER as a secret": lambda f: _by_secret(f, _public(f, Encoding.DER)),
    "the public key's point as a secret": lambda f: _by_secret(f, _public(f, Encoding.X962)),
    "the public key as a secret under the right algorithm": lambda f: _by_secret(f, _public(f, Encoding.PEM), alg="ES256"),
    "the key's name as a secret": lambda f: _by_secret(f, f.key.key_id.encode()),
    "an empty secret": lambda f: _by_secret(f, b""),
    # Another key.
    "a stranger's key": _by_a_stranger,
    "a stranger's key under our key's name": lambda f: _by_a_stranger(f, f.key.key_id),
    "a stranger's key inside": _with_own_key_inside,
    "a key on another curve of the same size": lambda f: _on_another_curve(f, ec.SECP256K1(), "ES256", SHA256()),
    "a key on a larger curve": lambda f: _on_another_curve(f, ec.SECP384R1(), "ES384", SHA384()),
    "a key on a larger curve under our algorithm": lambda f: _on_another_curve(f, ec.SECP384R1(), "ES256", SHA256()),
    "no key name": lambda f: f.headed(kid=...),
    "an unknown key name": lambda f: f.headed(kid="0001"),
    "a key name that climbs": lambda f: f.headed(kid="../../../../dev/null"),
    "a key name that asks a database": lambda f: f.headed(kid="x' UNION SELECT 'secret' --"),
    "a key name that is a list": lambda f: f.headed(kid=[f.key.key_id]),
    "a key name that is null": lambda f: f.headed(kid=None),
    # A header that wants more.
    "an unknown critical header": lambda f: f.headed(crit=["exp"]),
    "an empty critical header": lambda f: f.headed(crit=[]),
    "an unencoded payload": lambda f: f.headed(b64=False, crit=["b64"]),
    "an address of keys": lambda f: f.headed(jku="https://keys.example/jwks.json"),
    "an address of certificates": lambda f: f.headed(x5u="https://keys.example/cert.pem"),
    "a certificate": lambda f: f.headed(x5c=["MIIB"]),
    "our own key inside": lambda f: f.headed(jwk=_jwk(f.key.private.public_key())),
    "a compressed payload": lambda f: f.headed(zip="DEF"),
    "a nested token": lambda f: f.headed(cty="JWT"),
    "another type": lambda f: f.headed(typ="at+jwt"),
    "no type": lambda f: f.headed(typ=...),
    "a header that is a list": lambda f: f.signed("[]", f.payload),
    "a header that is no JSON": lambda f: f.signed("{", f.payload),
    "a header with a key twice": lambda f: f.signed(json.dumps(f.header)[:-1] + ', "alg": "ES256"}', f.payload),
    "a header that is not UTF-8": lambda f: f"{encoded(bytes([0xFF, 0xFE]))}.{encoded(f.payload)}.{'A' * 86}",
    # Claims that are missing, too many or of another kind.
    **{f"no {name}": _with_claim(name, ...) for name in CLAIMS},
    **{f"{name} null": _with_claim(name, None) for name in CLAIMS},
    "exp as text": lambda f: f.saying(exp=str(f.claims.expires_at)),
    "exp with a fraction": lambda f: f.saying(exp=f.claims.expires_at + 0.5),
    "exp with an exponent": lambda f: _written(f, exp=f"{f.claims.expires_at}e0"),
    "exp true": lambda f: f.saying(exp=True),
    "exp Infinity": lambda f: _written(f, exp="Infinity"),
    "exp NaN": lambda f: _written(f, exp="NaN"),
    "exp 1e999": lambda f: _written(f, exp="1e999"),
    "exp with a thousand digits": lambda f: _written(f, exp="9" * 1000),
    "exp below zero": lambda f: f.saying(exp=-f.claims.expires_at),
    "exp as a list": lambda f: f.saying(exp=[f.claims.expires_at]),
    "iat as text": lambda f: f.saying(iat=str(f.claims.issued_at)),
    "iat with a fraction": lambda f: f.saying(iat=float(f.claims.issued_at)),
    "iat true": lambda f: f.saying(iat=True),
    "iat zero": lambda f: f.saying(iat=0),
    "another audience": lambda f: f.saying(aud="another-api"),
    "several audiences": lambda f: f.saying(aud=[f.audience, "another-api"]),
    "another issuer": lambda f: f.saying(iss="https://issuer.example"),
    "an issuer that is a list": lambda f: f.saying(iss=[f.issuer]),
    "a person that is a number": lambda f: f.saying(sub=f.claims.person_id.int),
    "a person that is no identifier": lambda f: f.saying(sub="operator"),
    "a person in braces": lambda f: f.saying(sub=f"{{{f.claims.person_id}}}"),
    "a token number that is no identifier": lambda f: f.saying(jti="1"),
    "a token number written otherwise": lambda f: f.saying(jti=f.claims.token_id.hex),
    "roles of its own": lambda f: f.saying(roles=["administrator"]),
    "a day to begin": lambda f: f.saying(nbf=f.claims.issued_at),
    "a person twice": _twice,
    "a payload that is a list": lambda f: f.signed(f.header, "[]"),
    "a payload that is a text": lambda f: f.signed(f.header, '"exp iat aud iss sub jti"'),
    "a payload that is null": lambda f: f.signed(f.header, "null"),
    "a payload that is no JSON": lambda f: f.signed(f.header, json.dumps(f.payload)[:-1]),
    "a payload with more behind": lambda f: f.signed(f.header, json.dumps(f.payload) + "{}"),
    "a payload with a byte order mark": lambda f: f.signed(f.header, "\ufeff" + json.dumps(f.payload)),
    "a payload with half a character": lambda f: f.signed(f.header, json.dumps(f.payload)[:-1] + ',"x":"\ud800"}'),
    "a payload that is deep": lambda f: _deep(f, 1400),
    "a payload that is a hundred thousand deep": lambda f: _deep(f, 100_000),
    # Other moments.
    "run out": lambda f: _at(f, -DAY, -DAY),
    "run out at this second": lambda f: f.saying(iat=f.claims.issued_at - 60, exp=f.claims.issued_at),
    "not yet issued": lambda f: _at(f, DAY, DAY),
    "issued a moment before it runs out": lambda f: f.saying(iat=f.claims.expires_at - 1),
    "a second too long a life": lambda f: f.saying(exp=f.claims.issued_at + 901),
    "a life of a year": lambda f: _at(f, 0, 365 * DAY),
    "issued long ago and still good": lambda f: _at(f, -DAY, 0),
    "run out before it was issued": lambda f: f.saying(iat=f.claims.expires_at, exp=f.claims.issued_at),
    # Another signature.
    "another payload under the same signature": _other_payload,
    "the upper of two equal signatures": _with_upper_signature,
    "the same signature in other letters": _with_spare_bits,
    "a signature of zeros": lambda f: with_numbers(f.genuine(), 0, 0),
    "a signature whose second number is zero": lambda f: with_numbers(f.genuine(), numbers_of(f.genuine())[0], 0),
    "a signature of the curve's order": lambda f: with_numbers(f.genuine(), ORDER, ORDER),
    "a signature whose first number is one more": lambda f: with_numbers(
        (token := f.genuine()), numbers_of(token)[0] + 1, numbers_of(token)[1]
    ),
    "a signature in DER": lambda f: (
        (said := f.genuine().rpartition(".")[0]) + "." + encoded(f.key.private.sign(said.encode(), ec.ECDSA(SHA256())))
    ),
    "a signature cut short": lambda f: f.genuine()[:-4],
    "a signature with more behind": lambda f: f.genuine() + "AAAA",
    "a signature followed by equals signs": lambda f: f.genuine() + "==",
    # Another form.
    "nothing": lambda _: "",
    "three empty parts": lambda _: "..",
    "two parts": lambda f: f.genuine().rpartition(".")[0],
    "four parts": lambda f: f.genuine() + "." + f.genuine().rpartition(".")[2],
    "a part in front": lambda f: "e30." + f.genuine(),
    "five parts, as if encrypted": lambda _: "e30.e30.e30.e30.e30",
    "a space in front": lambda f: " " + f.genuine(),
    "a space behind": lambda f: f.genuine() + " ",
    "a line end behind": lambda f: f.genuine() + "\n",
    "a tab inside": lambda f: f.genuine().replace(".", ".\t", 1),
    "a zero byte behind": lambda f: f.genuine() + "\0",
    "letters of ordinary base64": lambda f: f.genuine()[:-2] + "+/",
    "letters of another alphabet": lambda f: f.genuine()[:-1] + "Ａ",
    "figures of another alphabet": lambda f: f.genuine().replace(".", ".٣", 1),
    "half a character": lambda f: f.genuine() + "\ud800",
    "five kibibytes": lambda f: f.signed(f.header, json.dumps(f.payload) + " " * 3800),
    "a megabyte": lambda _: "A" * 1_000_000,
    "an opaque token": lambda _: "A" * 43,
    "the token's number": lambda f: str(f.claims.token_id),
}


def forged_tokens(forger: Forger) -> dict[str, str]:
    """Every forgery by its name; none of them may open anything."""
    return {name: forge(forger) for name, forge in FORGERIES.items()}


def fits_a_header(token: str) -> bool:
    """Whether a client of HTTP can send the token at all."""
    return token.isascii() and token.isprintable() and token == token.strip() != "" and len(token) < 16_000
