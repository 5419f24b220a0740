"""Bodies that break careless readers of JSON: every route that takes JSON refuses each of them with a problem."""

import json
from collections.abc import Iterator
from typing import Any

DIGITS = b"9" * 5000
# Whatever a route expects, none of these is a body that it may take.
HOSTILE: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b"  \n\t ",
    "words": b"hello",
    "half an object": b'{"a": 1',
    "a comma too many": b'{"a": 1,}',
    "single quotes": b"{'a': 1}",
    "a comment": b'{"a": 1 /* one */}',
    "a second value": b'{"a": 1} {"a": 2}',
    "something behind": b'{"a": 1} x',
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "Windows-1252": '{"a": "é"}'.encode("cp1252"),
    "an overlong sequence": b'{"a": "\xc0\x80"}',
    "half of a character in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "half of a character": b'{"a": "\\ud800"}',
    "the other half": b'{"a": "\\udc00"}',
    "half of a character in a key": b'{"\\udfff": 1}',
    "a NUL": b'{"a": "\\u0000"}',
    "a NUL in a key": b'{"\\u0000": 1}',
    "a raw NUL": b'{"a": "\x00"}',
    "a raw control character": b'{"a": "\x1b"}',
    "a bell": b'{"a": "\\u0007"}',
    "a delete character": b'{"a": "\x7f"}',
    "a control character of Latin 1": '{"a": "\u0085"}'.encode(),
    "a key twice": b'{"a": 1, "a": 1}',
    "a key twice, written differently": b'{"a": 1, "\\u0061": 2}',
    "a key twice, deep inside": b'{"a": [{"b": {"c": 1, "c": 2}}]}',
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": Infinity}',
    "minus Infinity": b'{"a": -Infinity}',
    "1e999": b'{"a": 1e999}',
    "-1e999": b'{"a": -1e999}',
    "1e3": b'{"a": 1e3}',
    "a point": b'{"a": 12.50}',
    "point zero": b'{"a": 12.0}',
    "a number of 19 figures": b'{"a": 1234567890123456789}',
    "beyond 64 bits": b'{"a": 9223372036854775808}',
    "five thousand figures": b'{"a": ' + DIGITS + b"}",
    "minus five thousand figures": b'{"a": -' + DIGITS + b"}",
    "a fraction of five thousand figures": b'{"a": 0.' + DIGITS + b"}",
    "an exponent of five thousand figures": b'{"a": 1e' + DIGITS + b"}",
    "a leading zero": b'{"a": 012}',
    "hexadecimal": b'{"a": 0x10}',
    "lists within lists": b"[" * 33 + b"]" * 33,
    "a hundred thousand lists": b"[" * 100_000,
    "a hundred thousand objects": b'{"a":' * 100_000,
    "closing brackets": b"]" * 1000,
    "a text without an end": b'"' + b'\\"' * 200_000,
    "backslashes": b'{"a": "' + b"\\" * 200_001,
    "a hundred thousand values": b"[" + b"1," * 100_000 + b"1]",
    "two megabytes": b'{"a": "' + b"x" * 2_000_000 + b'"}',
    "null": b"null",
    "true": b"true",
    "a number": b"12",
    "a text": b'"a"',
    "a list": b"[]",
    "a list of nothing": b"[null]",
    "a prototype": b'{"__proto__": {"a": 1}}',
    "a name of Python": b'{"__class__": "int"}',
}
# What is written in the place of any one field of a body that is good otherwise: it may fit there, and never breaks anything.
SPOILT_VALUES: dict[str, str] = {
    "null": "null",
    "true": "true",
    "zero": "0",
    "minus one": "-1",
    "the largest 64 bits": "9223372036854775807",
    "eighteen figures": "999999999999999999",
    "minus eighteen figures": "-999999999999999999",
    "a point": "1.0",
    "1e999": "1e999",
    "NaN": "NaN",
    "a number as text": '"7"',
    "an empty text": '""',
    "a space": '" "',
    "a long text": '"' + "x" * 20_000 + '"',
    "a NUL": '"a\\u0000b"',
    "half of a character": '"\\ud800"',
    "an order to write leftwards": '"a\\u202eb"',
    "a joiner that nobody sees": '"a\\u200db"',
    "a line feed": '"a\\nb"',
    "accents by the thousand": '"e' + "\\u0301" * 3000 + '"',
    "a formula": '"=1+1"',
    "SQL": '"\'; DROP TABLE event; --"',
    "a percent sign": '"%(x)s %s {0} {a}"',
    "markup": '"<script>alert(1)</script>"',
    "an early day": '"0001-01-01"',
    "the last day": '"9999-12-31"',
    "no day": '"2026-02-30"',
    "figures of another script": '"\u0662\u0660\u0662\u0666-\u0660\u0661-\u0660\u0661"',
    "an empty list": "[]",
    "a list": "[1, [2]]",
    "an empty object": "{}",
    "an object": '{"a": {"b": 1}}',
}


def spoilt(good: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """A good body again and again, each time with one value that may not fit, one field less, or one too many."""
    for place in _places(good):
        for name, value in SPOILT_VALUES.items():
            yield f"{name} at {'.'.join(map(str, place))}", _replaced(good, place, value)
    for key in good:
        yield f"without {key}", json.dumps({name: value for name, value in good.items() if name != key}).encode()
    yield "with a field of no name", json.dumps({**good, "": 1}).encode()
    yield "with a field that nobody knows", json.dumps({**good, "amount": 1}).encode()


def _places(value: Any, before: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, content in inside:
        yield (*before, key)
        yield from _places(content, (*before, key))


def _replaced(good: Any, place: tuple[str | int, ...], written: str) -> bytes:
    """The body with one value replaced by text that need not be JSON."""
    copied = json.loads(json.dumps(good))
    within = copied
    for key in place[:-1]:
        within = within[key]
    within[place[-1]] = "\u0001here\u0001"
    return json.dumps(copied).replace('"\\u0001here\\u0001"', written).encode()
