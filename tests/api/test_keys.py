"""The keys that sign: made at the first start, changed without anybody noticing, and refused when anybody could have them."""

import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from monnaielocale.api.keys import (
    ORDER,
    SAMPLE_KEYS,
    KeysNotKept,
    SigningKeyExposed,
    SigningKeyIsSample,
    SigningKeyMissing,
    SigningKeyOfOtherKind,
    SigningKeyOnOtherCurve,
    SigningKeyPublic,
    SigningKeyUnreadable,
    SigningKeyWeak,
    add_key,
    fingerprint,
    load_keys,
    make_key,
    read_key,
)
from monnaielocale.api.tokens import TokenRefused, Tokens
from monnaielocale.domain.refusals import Refusal
from monnaielocale.settings import Settings
from tests.api.test_tokens import claims

ROOT = Path(__file__).parent.parent.parent
PUBLISHED = ROOT / "tests" / "samples" / "keys" / "published.pem"
# The private numbers of RFC 7515 A.3, RFC 7517 A.2 and jwt.io.
PUBLISHED_NUMBERS = (
    0x8E9B109E719098BF980487DF1F5D77E9CB29606EBED2263B5F57C213DF84F4B2,
    0xF3BD0C07A81FB932781ED52752F60CC89A6BE5E51934FE01938DDB55D8F77801,
    0x7AF6732F581D005AFCF216F6385FF6371029242CC60840DD7D2A7A5503B7D21C,
)


def pem(private: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def elliptic(curve: ec.EllipticCurve | None = None) -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(curve or ec.SECP256R1())


def from_number(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


def kept(folder: Path, content: bytes, name: str = "key.pem", mode: int = 0o600) -> Path:
    file = folder / name
    file.write_bytes(content)
    file.chmod(mode)
    return file


def settings(folder: Path, **given: Path) -> Settings:
    return Settings.model_validate({"data": folder / "data", **given})


def test_the_first_start_makes_a_key_that_nobody_else_reads_and_the_next_ones_use_it(tmp_path: Path) -> None:
    first = load_keys(settings(tmp_path))
    (file,) = (tmp_path / "data" / "keys").iterdir()
    assert (file.name, file.stat().st_mode & 0o777, file.parent.stat().st_mode & 0o777) == ("0001.pem", 0o600, 0o700)
    second = load_keys(settings(tmp_path))
    assert second.signing.key_id == first.signing.key_id
    assert list(second.verifying) == [first.signing.key_id]


def test_a_wide_open_umask_opens_nothing(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        load_keys(settings(tmp_path))
    finally:
        os.umask(before)
    assert read_key(tmp_path / "data" / "keys" / "0001.pem")


def test_processes_that_start_together_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        rings = list(threads.map(lambda _: load_keys(settings(tmp_path)), range(8)))
    assert len({ring.signing.key_id for ring in rings}) == 1
    assert [file.name for file in (tmp_path / "data" / "keys").iterdir()] == ["0001.pem"]


def test_each_installation_has_a_key_of_its_own(tmp_path: Path) -> None:
    assert load_keys(settings(tmp_path / "a")).signing.key_id != load_keys(settings(tmp_path / "b")).signing.key_id


def test_a_token_outlives_one_change_of_keys_and_not_two(tmp_path: Path) -> None:
    here, said = settings(tmp_path), claims()
    token = Tokens.from_settings(here).issue(said)
    add_key(tmp_path / "data" / "keys")
    after_one = Tokens.from_settings(here)
    assert after_one.read(token) == said
    later = after_one.issue(said)
    add_key(tmp_path / "data" / "keys")
    after_two = Tokens.from_settings(here)
    assert after_two.read(later) == said
    with pytest.raises(TokenRefused):
        after_two.read(token)


def test_the_last_key_by_name_signs_and_two_verify(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    names = ("2026-01.pem", "2026-03.pem", "2026-02.pem")
    made = {name: read_key(kept(tmp_path, pem(elliptic()), name)).key_id for name in names}
    kept(tmp_path, b"no key", "notes.txt")
    ring = load_keys(settings(tmp_path, keys=tmp_path))
    assert ring.signing.key_id == made["2026-03.pem"]
    assert list(ring.verifying) == [made["2026-03.pem"], made["2026-02.pem"]]


def test_a_new_key_is_numbered_after_the_last_one(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    made = [add_key(folder).key_id for _ in range(3)]
    assert sorted(file.name for file in folder.iterdir()) == ["0001.pem", "0002.pem", "0003.pem"]
    assert load_keys(settings(tmp_path, keys=folder)).signing.key_id == made[-1]


def test_no_key_is_made_that_would_not_be_the_last_by_its_name(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    kept(tmp_path, pem(elliptic()), "2026-01.pem")
    with pytest.raises(KeysNotKept, match="2026-01"):
        add_key(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["2026-01.pem"]


def test_containers_name_the_files(tmp_path: Path) -> None:
    new, former = kept(tmp_path, pem(elliptic()), "new"), kept(tmp_path, pem(elliptic()), "former")
    ring = load_keys(settings(tmp_path, signing_key_file=new))
    assert list(ring.verifying) == [ring.signing.key_id]
    both = load_keys(settings(tmp_path, signing_key_file=new, former_key_file=former))
    assert both.signing.key_id == ring.signing.key_id
    assert list(both.verifying) == [read_key(new).key_id, read_key(former).key_id]
    assert not (tmp_path / "data").exists()


def test_the_files_are_named_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONNAIELOCALE_SIGNING_KEY_FILE", str(kept(tmp_path, pem(elliptic()))))
    assert load_keys(Settings()).signing.key_id == read_key(tmp_path / "key.pem").key_id


def test_a_key_may_be_written_as_openssl_writes_it(tmp_path: Path) -> None:
    key = elliptic()
    traditional = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"
    assert read_key(kept(tmp_path, parameters + traditional)).key_id == fingerprint(key.public_key())


def public_pem() -> bytes:
    return elliptic().public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


UNFIT: dict[str, tuple[Callable[[], bytes], type[Refusal]]] = {
    "RSA": (lambda: pem(rsa.generate_private_key(65537, 2048)), SigningKeyOfOtherKind),
    "Ed25519": (lambda: pem(ed25519.Ed25519PrivateKey.generate()), SigningKeyOfOtherKind),
    "a larger curve": (lambda: pem(elliptic(ec.SECP384R1())), SigningKeyOnOtherCurve),
    "a smaller curve": (lambda: pem(elliptic(ec.SECP224R1())), SigningKeyOnOtherCurve),
    "another curve of the same size": (lambda: pem(elliptic(ec.SECP256K1())), SigningKeyOnOtherCurve),
    "a public key": (public_pem, SigningKeyPublic),
    "the number one": (lambda: pem(from_number(1)), SigningKeyWeak),
    "a small number": (lambda: pem(from_number(20_261_123)), SigningKeyWeak),
    "a number just below the order": (lambda: pem(from_number(ORDER - 7)), SigningKeyWeak),
    "a short number": (lambda: pem(from_number(2**192 - 1)), SigningKeyWeak),
    "a shared secret": (lambda: b"a shared secret of an HMAC, long enough for anybody\n", SigningKeyUnreadable),
    "a password": (
        lambda: elliptic().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")),
        SigningKeyUnreadable,
    ),
    "DER": (lambda: elliptic().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()), SigningKeyUnreadable),
    "two keys": (lambda: pem(elliptic()) + pem(elliptic()), SigningKeyUnreadable),
    "half a key": (lambda: pem(elliptic())[:120], SigningKeyUnreadable),
    "nothing": (lambda: b"", SigningKeyUnreadable),
    "a large file": (lambda: pem(elliptic()) + b"\n" * 20_000, SigningKeyUnreadable),
}


@pytest.mark.parametrize("name", UNFIT)
def test_an_unfit_key_is_refused_with_its_file_and_without_its_content(tmp_path: Path, name: str) -> None:
    content, refusal = UNFIT[name][0](), UNFIT[name][1]
    file = kept(tmp_path, content)
    with pytest.raises(refusal) as refused:
        load_keys(settings(tmp_path, signing_key_file=file))
    assert str(file) in str(refused.value)
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("name", UNFIT)
def test_an_unfit_former_key_is_refused_too(tmp_path: Path, name: str) -> None:
    tmp_path.chmod(0o700)
    kept(tmp_path, UNFIT[name][0](), "0001.pem")
    kept(tmp_path, pem(elliptic()), "0002.pem")
    with pytest.raises(UNFIT[name][1]):
        load_keys(settings(tmp_path, keys=tmp_path))


@pytest.mark.parametrize("number", PUBLISHED_NUMBERS)
def test_a_key_that_a_standard_or_a_web_site_shows_is_refused(tmp_path: Path, number: int) -> None:
    with pytest.raises(SigningKeyIsSample):
        read_key(kept(tmp_path, pem(from_number(number))))


def test_our_own_published_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SigningKeyIsSample):
        read_key(kept(tmp_path, PUBLISHED.read_bytes()))


def test_every_private_key_in_this_repository_is_known_as_published() -> None:
    found = set()
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT).parts
        if inside[0].startswith(".") or "node_modules" in inside or not path.is_file() or path.stat().st_size > 1_000_000:
            continue
        for text in re.findall(
            rb"-----BEGIN (?:EC )?PRIVATE KEY-----\s[^-]+-----END (?:EC )?PRIVATE KEY-----", path.read_bytes()
        ):
            private = load_pem_private_key(text, password=None)
            assert isinstance(private, ec.EllipticCurvePrivateKey)
            found.add(fingerprint(private.public_key()))
    shown = {fingerprint(from_number(number).public_key()) for number in PUBLISHED_NUMBERS}
    assert found
    assert found | shown == SAMPLE_KEYS


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o644, 0o666])
def test_a_key_that_others_can_read_or_change_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(SigningKeyExposed):
        read_key(kept(tmp_path, pem(elliptic()), mode=mode))


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o722])
def test_a_folder_in_which_others_can_put_a_key_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "keys"
    add_key(folder)
    folder.chmod(mode)
    with pytest.raises(SigningKeyExposed):
        load_keys(settings(tmp_path, keys=folder))


def test_a_key_of_another_account_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = kept(tmp_path, pem(elliptic()))
    if os.geteuid() == 0:
        os.chown(file, 12345, 12345)
    else:
        # Only the system's account gives files away: any other account becomes another one instead.
        monkeypatch.setattr("os.geteuid", lambda: 12345)
    with pytest.raises(SigningKeyExposed):
        read_key(file)


def test_a_key_that_only_its_owner_reads_is_taken_also_through_a_link(tmp_path: Path) -> None:
    file = kept(tmp_path, pem(elliptic()), mode=0o400)
    link = tmp_path / "link"
    link.symlink_to(file)
    assert read_key(link).key_id == read_key(file).key_id


def test_a_folder_or_a_pipe_is_no_key(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    for path in (tmp_path, pipe):
        with pytest.raises(SigningKeyUnreadable):
            read_key(path)


def test_a_key_that_was_named_and_is_not_there_is_missed_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(SigningKeyMissing):
        load_keys(settings(tmp_path, signing_key_file=tmp_path / "none"))
    with pytest.raises(SigningKeyMissing):
        load_keys(settings(tmp_path, keys=tmp_path / "none"))
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_a_file_keeps_no_key(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")
    with pytest.raises(SigningKeyUnreadable):
        load_keys(settings(tmp_path))


def test_a_folder_that_takes_no_key_is_named(tmp_path: Path) -> None:
    blocking = tmp_path / "a file"
    blocking.write_text("not a folder")
    with pytest.raises(KeysNotKept, match="a file"):
        make_key(blocking / "keys", 1)


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    key = make_key(tmp_path, 1)
    with pytest.raises(KeysNotKept):
        make_key(tmp_path, 1)
    assert read_key(tmp_path / "0001.pem").key_id == key.key_id
    assert [file.name for file in tmp_path.iterdir()] == ["0001.pem"]
