"""JSON in the one way that all readers agree on, with whole numbers only, since amounts are whole cents."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from monnaielocale.domain.refusals import Refusal
from monnaielocale.domain.text import shown_text

DEPTH_MOST = 32
MEMBERS_MOST = 100_000
DIGITS_MOST = 18
FAULTS_MOST = 100

# Line feeds, returns and tabs are left to the fields, a few of which take them.
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
# A text up to its end, wherever that is, or one sign of the structure; never read twice, however it is written.
_SIGN = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{},]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class ValueFault:
    """One fault within a body: where it stands, as keys and places parted by dots, and the reason."""

    location: str
    refusal: Refusal


class JsonRefused(Refusal):
    """The body cannot be taken as it is: see each of its faults, {count} in all."""

    code = "json_refused"

    def __init__(self, faults: tuple[ValueFault, ...]) -> None:
        super().__init__(count=len(faults), faults=faults)
        self.faults = faults


class JsonNotUtf8(Refusal):
    """The body is not text in UTF-8, from byte {place} on."""

    code = "json_not_utf8"


class JsonUnreadable(Refusal):
    """The body is not JSON from line {line}, column {column} on."""

    code = "json_unreadable"


class JsonTooDeep(Refusal):
    """Lists and objects lie within each other at most {most} deep."""

    code = "json_too_deep"


class JsonTooLong(Refusal):
    """The body has at most {most} values: send several smaller requests."""

    code = "json_too_long"


class KeyTwice(Refusal):
    """This key stands twice in the same object."""

    code = "key_twice"


class NumberNotWhole(Refusal):
    """A number is written in figures alone, without a point or an exponent: amounts are whole cents."""

    code = "number_not_whole"


class NumberTooLong(Refusal):
    """A number has at most {most} figures."""

    code = "number_too_long"


class SignUnseen(Refusal):
    """The text holds the character {character}, which is no text that can be seen or stored."""

    code = "sign_unseen"


class _Suspicious(Exception):
    """Something to look at more closely: the quick reading stops."""


def read_json(body: bytes) -> Any:
    """The value that a JSON text in UTF-8 stands for.

    Refusals: JsonNotUtf8, JsonUnreadable, JsonTooDeep, JsonTooLong, and JsonRefused, which names each repeated key, each number
    that is not whole or too long, and each text with control characters or half characters.
    """
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise JsonNotUtf8(place=error.start + 1) from None
    _check_structure(text)
    try:
        value = _quick.decode(text)
        # Without a backslash a text can hold nothing that is not seen in the body itself.
        if "\\" in text or _UNSEEN.search(text):
            _check_texts(value)
        return value
    except _Suspicious:
        raise _refused(text) from None
    except json.JSONDecodeError as error:
        raise JsonUnreadable(line=error.lineno, column=error.colno) from None


def _check_structure(text: str) -> None:
    """Few signs cannot lie deep: only a body with many of them is looked through."""
    if text.count("[") + text.count("{") <= DEPTH_MOST and text.count(",") < MEMBERS_MOST:
        return
    depth, members = 0, 0
    for found in _SIGN.finditer(text):
        sign = found[0]
        if sign in "[{":
            depth += 1
            if depth > DEPTH_MOST:
                raise JsonTooDeep(most=DEPTH_MOST)
        elif sign in "]}":
            depth -= 1
        elif sign == ",":
            members += 1
            if members >= MEMBERS_MOST:
                raise JsonTooLong(most=MEMBERS_MOST)


def _check_texts(value: Any) -> None:
    if isinstance(value, str):
        if _UNSEEN.search(value):
            raise _Suspicious
    elif isinstance(value, dict):
        for key, content in value.items():
            _check_texts(key)
            _check_texts(content)
    elif isinstance(value, list):
        for content in value:
            _check_texts(content)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Suspicious
    return made


def _whole(written: str) -> int:
    if len(written) > DIGITS_MOST and len(written.lstrip("-")) > DIGITS_MOST:
        raise _Suspicious
    return int(written)


def _suspect(_: str) -> NoReturn:
    raise _Suspicious


_quick = json.JSONDecoder(object_pairs_hook=_once, parse_int=_whole, parse_float=_suspect, parse_constant=_suspect)


class _Pairs(list[tuple[str, Any]]):
    """An object with all its keys, also those that stand twice, for the second and careful reading.

    That one leaves what is wrong in its place, as a refusal, to be gathered from there.
    """


def _whole_or_fault(written: str) -> int | Refusal:
    if len(written.lstrip("-")) > DIGITS_MOST:
        return NumberTooLong(most=DIGITS_MOST)
    return int(written)


def _not_whole(_: str) -> Refusal:
    return NumberNotWhole()


_careful = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=_whole_or_fault, parse_float=_not_whole, parse_constant=_not_whole
)


def _refused(text: str) -> Refusal:
    try:
        value = _careful.decode(text)
    except json.JSONDecodeError as error:
        return JsonUnreadable(line=error.lineno, column=error.colno)
    faults = [fault for _, fault in zip(range(FAULTS_MOST), _faults("body", value), strict=False)]
    return JsonRefused(tuple(faults))


def _faults(place: str, value: Any) -> Iterator[ValueFault]:
    if isinstance(value, Refusal):
        yield ValueFault(place, value)
    elif isinstance(value, str):
        if found := _UNSEEN.search(value):
            yield ValueFault(place, SignUnseen(character=f"U+{ord(found[0]):04X}"))
    elif isinstance(value, _Pairs):
        seen: set[str] = set()
        for key, content in value:
            within = f"{place}.{shown_text(key, most=40)}"
            yield from _faults(within, key)
            if key in seen:
                yield ValueFault(within, KeyTwice())
            seen.add(key)
            yield from _faults(within, content)
    elif isinstance(value, list):
        for number, content in enumerate(value):
            yield from _faults(f"{place}.{number}", content)
