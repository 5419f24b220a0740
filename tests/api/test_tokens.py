"""Access tokens: what is signed is read again, and nothing else is, whoever made it."""

import time
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.api.keys import KeyRing, SigningKey
from monnaielocale.api.tokens import LONGEST_LIFETIME_SECONDS, LONGEST_TOKEN, Claims, TokenRefused, Tokens
from tests.api.forging import FORGERIES, Forger, fits_a_header, forged_tokens, numbers_of

ISSUER, AUDIENCE = "monnaielocale", "monnaielocale-api"


def now() -> int:
    """This second: the library goes by the machine's clock, so that no token of a test may be older than the test."""
    return int(time.time())


class Clock:
    """A clock that a test sets."""

    def __init__(self) -> None:
        self.now: float = now()

    def __call__(self) -> float:
        return self.now


def new_key() -> SigningKey:
    return SigningKey.of(generate_private_key(SECP256R1()))


KEY = new_key()


def tokens(*newest_first: SigningKey, clock: Clock | None = None, remembered: int = 100) -> Tokens:
    ring = KeyRing.of(newest_first or [KEY])
    return Tokens(ring, issuer=ISSUER, audience=AUDIENCE, clock=clock or Clock(), remembered=remembered)


def claims(seconds: int = LONGEST_LIFETIME_SECONDS) -> Claims:
    issued_at = now()
    return Claims(uuid4(), uuid4(), issued_at, issued_at + seconds)


def refused(reader: Tokens, token: str) -> bool:
    try:
        reader.read(token)
    except TokenRefused as refusal:
        return not refusal.values
    return False


def forger(key: SigningKey = KEY) -> Forger:
    return Forger(key, ISSUER, AUDIENCE, claims())


def test_what_was_signed_is_read_again() -> None:
    said, ours = claims(), tokens()
    assert ours.read(ours.issue(said)) == said


def test_a_token_with_nothing_wrong_is_read_whoever_put_it_together() -> None:
    honest = forger()
    assert tokens().read(honest.genuine()) == honest.claims


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_token_is_refused_before_and_after_the_genuine_one_was_read(name: str) -> None:
    maker, reader = forger(), tokens()
    forged = FORGERIES[name](maker)
    assert refused(reader, forged)
    assert reader.read(maker.genuine()) == maker.claims
    assert refused(reader, forged)


def test_there_are_many_forgeries_and_most_can_be_sent() -> None:
    forged = forged_tokens(forger())
    assert len(set(forged.values())) == len(forged) >= 100
    assert sum(map(fits_a_header, forged.values())) >= 90


@given(st.text())
def test_no_text_is_a_token(text: str) -> None:
    assert refused(tokens(), text)


@given(place=st.integers(0), letter=st.sampled_from("AQgwBz09-_.=~ \n\x00é"))
def test_a_token_has_one_text_only(place: int, letter: str) -> None:
    reader, token = tokens(), forger().genuine()
    place %= len(token)
    changed = token[:place] + letter + token[place + 1 :]
    assert refused(reader, changed) or changed == token
    assert refused(reader, token[:place] + letter + token[place:])


def test_every_signature_ends_with_the_lower_number() -> None:
    ours = tokens()
    for _ in range(40):
        said = claims()
        token = ours.issue(said)
        assert numbers_of(token)[1] < 2**255
        assert ours.read(token) == said


def test_a_token_runs_out_to_the_second_also_when_it_was_read_before() -> None:
    clock = Clock()
    ours = tokens(clock=clock)
    said = claims()
    token = ours.issue(said)
    clock.now = said.expires_at - 0.1
    assert ours.read(token)
    clock.now = said.expires_at
    assert refused(ours, token)
    assert refused(tokens(clock=clock), token)


def test_clocks_of_two_machines_may_differ_by_some_seconds() -> None:
    clock = Clock()
    said = claims()
    token = tokens().issue(said)
    clock.now = said.issued_at - 4
    assert tokens(clock=clock).read(token)
    clock.now = said.issued_at - 6
    assert refused(tokens(clock=clock), token)


@pytest.mark.parametrize("seconds", [0, -1, LONGEST_LIFETIME_SECONDS + 1])
def test_a_token_with_another_life_is_never_signed(seconds: int) -> None:
    with pytest.raises(AssertionError):
        tokens().issue(claims(seconds))


def test_the_former_key_still_verifies_and_the_one_before_no_longer_does() -> None:
    first, second, third = new_key(), new_key(), new_key()
    said = claims()
    token = tokens(first).issue(said)
    assert tokens(second, first).read(token) == said
    assert refused(tokens(third, second, first), token)
    assert refused(tokens(second), token)


def test_the_newest_key_signs() -> None:
    first, second = new_key(), new_key()
    token = tokens(second, first).issue(claims())
    assert tokens(second).read(token)
    assert refused(tokens(first), token)


def test_a_token_of_one_live_key_under_the_name_of_the_other_is_refused() -> None:
    first, second = new_key(), new_key()
    both = tokens(second, first)
    assert refused(both, forger(SigningKey(first.key_id, second.private)).genuine())
    assert both.read(forger(first).genuine())


def test_a_token_for_another_installation_is_refused() -> None:
    token = tokens().issue(claims())
    ring = KeyRing.of([KEY])
    assert refused(Tokens(ring, issuer="elsewhere", audience=AUDIENCE, clock=Clock()), token)
    assert refused(Tokens(ring, issuer=ISSUER, audience="elsewhere", clock=Clock()), token)


def test_what_is_remembered_is_bounded_and_only_what_was_found_right() -> None:
    reader = tokens(remembered=3)
    said = [claims() for _ in range(8)]
    texts = [reader.issue(each) for each in said]
    for _ in range(2):
        assert [reader.read(text) for text in texts] == said
    for forged in forged_tokens(forger()).values():
        assert refused(reader, forged)
    assert list(reader._remembered) == texts[-3:]


def test_our_tokens_are_far_from_the_longest_that_is_read() -> None:
    token = Tokens(KeyRing.of([KEY]), issuer="i" * 200, audience="a" * 200).issue(claims())
    assert len(token) < LONGEST_TOKEN / 2
