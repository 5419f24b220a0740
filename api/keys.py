"""The keys that sign access tokens: which are used, how they are kept, and which are refused before anything is served.

A key is a private key on the curve P-256, in a PEM file that nobody else reads. The last file of the folder by its name signs; it
and the one before verify, so that tokens signed before a change stay good until they run out.
"""

import hashlib
import json
import os
import stat
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, Self
from uuid import uuid4

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from monnaielocale.domain.refusals import Refusal

LIVE_KEYS = 2
LARGEST_FILE = 16 * 1024
# The order of the curve P-256: private keys lie between 1 and this.
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
# Chance draws a number this close to either end once in 2**63 times: such a key was written down by somebody.
GUESSABLE_BITS = 192
# Keys that everybody can read: those of RFC 7515 and RFC 7517, of jwt.io, and of our own tests.
SAMPLE_KEYS = frozenset(
    {
        "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U",
        "cn-I_WNMClehiVp51i_0VpOENW1upEerA8sEam5hn-s",
        "19J8y7Zprt2-QKLjF2I5pVk0OELX6cY2AfaAv1LC_w8",
        "pd95-pREgtrw6fmfYr-izSD_2O4u6Mk6ahRmN6ySt9k",
    }
)


class SigningKeyMissing(Refusal):
    """There is no key to sign access tokens at {file}."""

    code = "signing_key_missing"


class SigningKeyUnreadable(Refusal):
    """The key {file} cannot be used: it must be one private key in PEM, without a password."""

    code = "signing_key_unreadable"


class SigningKeyPublic(Refusal):
    """The key {file} is a public key: signing takes the private one."""

    code = "signing_key_public"


class SigningKeyOfOtherKind(Refusal):
    """The key {file} is of another kind: access tokens are signed with an elliptic curve key on P-256."""

    code = "signing_key_of_other_kind"


class SigningKeyOnOtherCurve(Refusal):
    """The key {file} is on the curve {curve}: access tokens are signed with a key on P-256."""

    code = "signing_key_on_other_curve"


class SigningKeyWeak(Refusal):
    """The key {file} can be guessed: make a new one."""

    code = "signing_key_weak"


class SigningKeyIsSample(Refusal):
    """The key {file} is a published example, which everybody has: make one of your own."""

    code = "signing_key_is_sample"


class SigningKeyExposed(Refusal):
    """Others on this computer can read or change {file}: it must belong to the account that serves, and be closed to others."""

    code = "signing_key_exposed"


class KeysNotKept(Refusal):
    """A new signing key cannot be kept in {folder}: {reason}."""

    code = "keys_not_kept"


class KeyNumberTaken(KeysNotKept):
    """A new signing key cannot be kept in {folder}: somebody else has just made one."""

    code = "key_number_taken"


class KeySettings(Protocol):
    """The settings that say where the keys are."""

    @property
    def data(self) -> Path: ...

    @property
    def keys(self) -> Path | None: ...

    @property
    def signing_key_file(self) -> Path | None: ...

    @property
    def former_key_file(self) -> Path | None: ...


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key with its fingerprint, by which tokens name it."""

    key_id: str
    private: EllipticCurvePrivateKey

    @classmethod
    def of(cls, private: EllipticCurvePrivateKey) -> Self:
        """The key under the fingerprint of its public half."""
        return cls(fingerprint(private.public_key()), private)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of this process: one signs, two at most verify."""

    signing: SigningKey
    verifying: Mapping[str, EllipticCurvePublicKey]

    @classmethod
    def of(cls, newest_first: Sequence[SigningKey]) -> Self:
        """The ring of these keys, of which only the first ones are live."""
        live = newest_first[:LIVE_KEYS]
        return cls(live[0], MappingProxyType({key.key_id: key.private.public_key() for key in live}))


@dataclass(frozen=True, slots=True)
class KeyUse:
    """A key's file, its fingerprint, and its use in a process that starts now: `signs`, `verifies` or `retired`."""

    file: Path
    key_id: str
    use: str


def load_keys(settings: KeySettings) -> KeyRing:
    """The keys that the settings name, or those of the data folder, where the first start makes one.

    Refuses with SigningKeyMissing, SigningKeyUnreadable, SigningKeyPublic, SigningKeyOfOtherKind, SigningKeyOnOtherCurve,
    SigningKeyWeak, SigningKeyIsSample, SigningKeyExposed and KeysNotKept.
    """
    files = _newest_first(settings)
    if not files and settings.keys is None:
        # Another process may be faster: then its key is the one that all use.
        with suppress(KeyNumberTaken):
            make_key(folder_of(settings), 1)
        files = _newest_first(settings)
    if not files:
        raise SigningKeyMissing(file=str(folder_of(settings)))
    return KeyRing.of([read_key(file) for file in files[:LIVE_KEYS]])


def key_files(settings: KeySettings) -> list[KeyUse]:
    """Every key that is kept, the newest first; those that are used are refused as `load_keys` refuses them."""
    uses = ["signs", *["verifies"] * (LIVE_KEYS - 1)]
    files = _newest_first(settings)
    live = [KeyUse(file, read_key(file).key_id, use) for file, use in zip(files, uses, strict=False)]
    return [*live, *(KeyUse(file, "", "retired") for file in files[LIVE_KEYS:])]


def folder_of(settings: KeySettings) -> Path:
    """The folder where keys are kept, unless the settings name their files one by one."""
    return settings.keys or settings.data / "keys"


def add_key(folder: Path) -> SigningKey:
    """A new key that signs from the next start on; the one before still verifies, and those before it no longer do.

    Refuses with KeysNotKept.
    """
    files = _key_files(folder)
    number = max((int(file.stem) for file in files if file.stem.isdecimal()), default=0) + 1
    if files and _key_file(folder, number) < files[-1]:
        # Files that people named themselves: which name comes next is theirs to say.
        raise KeysNotKept(folder=str(folder), reason=files[-1].name)
    return make_key(folder, number)


def make_key(folder: Path, number: int) -> SigningKey:
    """A new key under a number that is free; KeyNumberTaken and KeysNotKept."""
    key = SigningKey.of(generate_private_key(SECP256R1()))
    file, draft = _key_file(folder, number), folder / f".{uuid4().hex}"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(key.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
                opened.flush()
                os.fsync(descriptor)
            # A link never replaces a file, and shows it whole or not at all.
            os.link(draft, file)
        finally:
            draft.unlink(missing_ok=True)
    except FileExistsError as problem:
        raise KeyNumberTaken(folder=str(folder)) from problem
    except OSError as problem:
        raise KeysNotKept(folder=str(folder), reason=problem.strerror) from problem
    return key


def read_key(file: Path) -> SigningKey:
    """The private key in a file, once it was found fit; refuses as `load_keys` does."""
    try:
        private = load_pem_private_key(_content(file), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise SigningKeyUnreadable(file=str(file)) from None
    if not isinstance(private, EllipticCurvePrivateKey):
        raise SigningKeyOfOtherKind(file=str(file))
    if not isinstance(private.curve, SECP256R1):
        raise SigningKeyOnOtherCurve(file=str(file), curve=private.curve.name)
    drawn = private.private_numbers().private_value
    if min(drawn, ORDER - drawn).bit_length() <= GUESSABLE_BITS:
        raise SigningKeyWeak(file=str(file))
    key = SigningKey.of(private)
    if key.key_id in SAMPLE_KEYS:
        raise SigningKeyIsSample(file=str(file))
    return key


def fingerprint(public: EllipticCurvePublicKey) -> str:
    """The thumbprint of a public key on P-256 (RFC 7638): its SHA-256 in base64url."""
    numbers = public.public_numbers()
    members = {"crv": "P-256", "kty": "EC", "x": _octets(numbers.x), "y": _octets(numbers.y)}
    return _base64url(hashlib.sha256(json.dumps(members, separators=(",", ":")).encode()).digest())


def _content(file: Path) -> bytes:
    """What a file holds, which nobody but its owner may read or change."""
    try:
        # Opened once, so that what is checked is what is read; without waiting, should somebody have put a pipe there.
        descriptor = os.open(file, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except FileNotFoundError:
        raise SigningKeyMissing(file=str(file)) from None
    except OSError:
        raise SigningKeyUnreadable(file=str(file)) from None
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_size > LARGEST_FILE:
            raise SigningKeyUnreadable(file=str(file))
        _check_closed(file, found, stat.S_IRWXG | stat.S_IRWXO)
        content = os.read(descriptor, LARGEST_FILE)
    finally:
        os.close(descriptor)
    if b"PUBLIC KEY-----" in content and b"PRIVATE KEY-----" not in content:
        raise SigningKeyPublic(file=str(file))
    if content.count(b"PRIVATE KEY-----") > 2:
        raise SigningKeyUnreadable(file=str(file))
    return content


def _key_files(folder: Path) -> list[Path]:
    """The key files of a folder by their names, the oldest first; nobody else may put one there."""
    try:
        _check_closed(folder, folder.stat(), stat.S_IWGRP | stat.S_IWOTH)
        return sorted(path for path in folder.iterdir() if path.suffix == ".pem")
    except FileNotFoundError:
        return []
    except OSError:
        raise SigningKeyUnreadable(file=str(folder)) from None


def _check_closed(path: Path, found: os.stat_result, closed: int) -> None:
    """SigningKeyExposed when others hold one of these rights, or when the owner is neither this account nor the system's."""
    if hasattr(os, "geteuid") and (found.st_mode & closed or found.st_uid not in (os.geteuid(), 0)):
        raise SigningKeyExposed(file=str(path))


def _newest_first(settings: KeySettings) -> list[Path]:
    if settings.signing_key_file is not None:
        return [settings.signing_key_file, *([settings.former_key_file] if settings.former_key_file else [])]
    return _key_files(folder_of(settings))[::-1]


def _key_file(folder: Path, number: int) -> Path:
    return folder / f"{number:04}.pem"


def _octets(number: int) -> str:
    return _base64url(number.to_bytes(32, "big"))


def _base64url(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
