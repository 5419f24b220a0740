"""The references that travel with a payment, and how they are found again in what a bank writes.

A bank cuts its texts at 31 or 70 characters, drops signs and glues words. ISO 11649 references are therefore sought in all texts
joined, without spaces, case or punctuation; member numbers and payment orders are too short for that and are sought as words.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from itertools import islice

from stdnum import iso11649
from stdnum.iso7064 import mod_97_10

REFERENCE_LENGTH_MAX = 25
BODY_LENGTH_MAX = 21
_REFERENCE_LENGTH_MIN = 5
_DIGEST_LENGTH = 6
_DIGEST_ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTVWXY"
_RUN_KINDS = {"official_allowance": "IND", "staff_pay": "PAY", "grant": "SUB", "supplier_invoice": "FAC"}
_START = re.compile(r"RF(?=\d\d)", re.ASCII)
_MEMBER_NUMBER = re.compile(r"(?<![^\W_])[A-Za-z]{1,3}\d{5}(?![^\W_])", re.ASCII)
_PIECE = re.compile(r"[A-Z0-9]+")
_ANNOUNCES_ORDER = frozenset({"MANDAT", "MANDATS", "MDT", "MDTS", "ORDRE", "ORDRES"})
_ORDER_LENGTH_MIN = 4
_SPACED_ORDER_LENGTH_MIN = 6


def plain_text(text: str) -> str:
    """The text in capitals without accents; everything else stays."""
    if text.isascii():
        return text.upper()
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign)).upper()


def _bare(text: str) -> str:
    return "".join(_PIECE.findall(plain_text(text)))


def run_seed(*, public_body: str, kind: str, period: str, list_number: str, attempt: int = 1) -> str:
    """The readable part of a run's reference: town, kind, period, the town's list number, and the attempt after a cancelled one.

    What letters and digits alone cannot tell apart, or what is too long, is told apart by a few characters of a fingerprint.
    """
    town, number = _bare(public_body), _bare(list_number)
    body = f"{town}{_RUN_KINDS.get(kind, _bare(kind)[:3])}{_bare(period)}{'L' if number[:1].isdigit() else ''}{number}"
    body += f"R{attempt}" if attempt > 1 else ""
    if len(body) <= BODY_LENGTH_MAX and (number, town) == (list_number, public_body.upper()) and kind in _RUN_KINDS:
        return body
    digest = _digest("\x1f".join((public_body, kind, period, list_number, str(attempt))))
    return f"{body[: BODY_LENGTH_MAX - _DIGEST_LENGTH]}{digest}"


def run_reference(seed: str) -> str:
    """The ISO 11649 reference of a payment run, from letters and digits that name it: RF, two check digits, the seed.

    The same seed always gives the same reference, of at most 25 characters.
    """
    body = _bare(seed)
    assert body, "a reference needs at least one letter or digit"
    if len(body) > BODY_LENGTH_MAX:
        body = f"{body[: BODY_LENGTH_MAX - _DIGEST_LENGTH]}{_digest(seed)}"
    return f"RF{mod_97_10.calc_check_digits(body + 'RF')}{body}"


def _digest(text: str) -> str:
    number = int.from_bytes(sha256(text.encode()).digest()[:8], "big")
    return "".join(_DIGEST_ALPHABET[number >> 5 * place & 31] for place in range(_DIGEST_LENGTH))


def references_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Every ISO 11649 reference in a line's texts, in order, its check digits verified.

    Where a reference ends is not written. Of the lengths whose check digits agree, the longest that ends with a word is taken,
    else the longest. With the open references at hand `known_references_in` is exact and should be preferred.
    """
    joined, word_ends = _joined(texts)
    found: dict[str, None] = {}
    position = 0
    while start := _START.search(joined, position):
        position = start.end()
        longest = min(REFERENCE_LENGTH_MAX, len(joined) - start.start())
        ends = [start.start() + length for length in range(longest, _REFERENCE_LENGTH_MIN - 1, -1)]
        valid = [end for end in ends if iso11649.is_valid(joined[start.start() : end])]
        if valid:
            position = next((end for end in valid if end in word_ends), valid[0])
            found[joined[start.start() : position]] = None
    return tuple(found)


def _joined(texts: Iterable[str]) -> tuple[str, frozenset[int]]:
    joined, word_ends = "", set()
    for text in texts:
        for piece in _PIECE.findall(plain_text(text)):
            joined += piece
            word_ends.add(len(joined))
    return joined, frozenset(word_ends)


def known_references_in(texts: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Those of the known references that a line's texts carry, in order, whatever is glued after them.

    `known` holds references as `run_reference` writes them; give a set or a dictionary when there are many.
    """
    among = known if isinstance(known, set | frozenset | dict) else frozenset(known)
    joined = "".join(_bare(text) for text in texts)
    found: dict[str, None] = {}
    position = 0
    while start := _START.search(joined, position):
        position = start.end()
        for length in range(REFERENCE_LENGTH_MAX, _REFERENCE_LENGTH_MIN - 1, -1):
            candidate = joined[start.start() : start.start() + length]
            if len(candidate) == length and candidate in among:
                found[candidate] = None
                position = start.start() + length
                break
    return tuple(found)


def member_numbers_in(texts: Iterable[str]) -> tuple[str, ...]:
    """Member numbers such as E00058 that stand as words of their own, in capitals and in order."""
    return tuple(dict.fromkeys(number.upper() for text in texts for number in _MEMBER_NUMBER.findall(text)))


def order_key(payment_order: str) -> str:
    """What two ways of writing one payment order's number (mandat de paiement) share: 2026-000451 and 2026 000451."""
    return _bare(payment_order).lstrip("0")


def order_keys_in(texts: Iterable[str]) -> frozenset[str]:
    """The keys of everything in the texts that may be a payment order's number.

    Up to three neighbouring words may form one number. Fewer than four characters, or six in several words, count only after the
    word that announces an order, because days and counts are written alike.
    """
    return frozenset(key for text in texts for key in _order_keys(_PIECE.findall(plain_text(text))))


def _order_keys(pieces: list[str]) -> Iterator[str]:
    for start, _ in enumerate(pieces):
        announced = any(word in _ANNOUNCES_ORDER for word in pieces[max(0, start - 2) : start])
        number = ""
        for piece in islice(pieces, start, start + 3):
            length_min = _SPACED_ORDER_LENGTH_MIN if number else _ORDER_LENGTH_MIN
            number += piece
            if (len(number) >= length_min or announced) and number.lstrip("0"):
                yield number.lstrip("0")


def payment_orders_in(texts: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """Those of the known payment orders' numbers that the texts carry as words, in the order of `known`."""
    keys = order_keys_in(texts)
    return tuple(number for number in known if order_key(number) in keys)
