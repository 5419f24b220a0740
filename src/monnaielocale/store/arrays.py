"""Columns as PostgreSQL arrays: a set of 10,000 rows is one parameter per column, in the binary form that the server takes as it
is, where it would have to parse a literal. Columns without NULL, which are nearly all of them, are written in one go."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import chain, repeat
from struct import Struct
from types import NoneType
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.abc import Buffer
from psycopg.adapt import Dumper
from psycopg.pq import Format

_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode

# Dimensions, whether there is a NULL, type of the elements; then their number and the place of the first.
_header = Struct(">iiIii").pack
_empty = Struct(">iiI").pack
_size = Struct(">i").pack
_NULL = _size(-1)
_FIRST_DAY = date(2000, 1, 1).toordinal()
_FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_sized_bigint = Struct(">iq").pack
_sized_integer = Struct(">ii").pack
_sized_smallint = Struct(">ih").pack


class Array(NamedTuple):
    """A column as the server takes it, in the binary form of an array."""

    octets: bytes


class _ArrayDumper(Dumper):
    """How the driver sends a column. The server knows the type from the place where it stands."""

    format = Format.BINARY

    def dump(self, obj: Array) -> Buffer:
        return obj.octets


psycopg.adapters.register_dumper(Array, _ArrayDumper)


def _numbers(sized: Callable[[int, int], bytes], size: int, values: list[int]) -> bytes:
    return b"".join(map(sized, repeat(size), values))


def _octets(values: list[bytes]) -> bytes:
    return b"".join(chain.from_iterable(zip(map(_size, map(len, values)), values, strict=True)))


def _texts(values: list[str]) -> bytes:
    return _octets(list(map(str.encode, values)))


def _documents(values: list[Any]) -> bytes:
    # The first octet is the version of the form.
    return _octets([b"\1{}" if value == {} else b"\1" + _json(value).encode() for value in values])


def _identifiers(values: list[UUID]) -> bytes:
    return b"".join([b"\0\0\0\x10" + value.bytes for value in values])


def _truths(values: list[bool]) -> bytes:
    return b"".join([b"\0\0\0\1\1" if value else b"\0\0\0\1\0" for value in values])


def _days(values: list[date]) -> bytes:
    written = {value: _sized_integer(4, value.toordinal() - _FIRST_DAY) for value in set(values)}
    return b"".join([written[value] for value in values])


def _moments(values: list[datetime]) -> bytes:
    written = {value: _sized_bigint(8, (value - _FIRST_MOMENT) // _MICROSECOND) for value in set(values)}
    return b"".join([written[value] for value in values])


# The number of each type in PostgreSQL's catalogue, the same on every server, and how its elements are written.
_KINDS: dict[str, tuple[int, Callable[[list[Any]], bytes]]] = {
    "boolean": (16, _truths),
    "bytea": (17, _octets),
    "bigint": (20, partial(_numbers, _sized_bigint, 8)),
    "smallint": (21, partial(_numbers, _sized_smallint, 2)),
    "integer": (23, partial(_numbers, _sized_integer, 4)),
    "text": (25, _texts),
    "date": (1082, _days),
    "timestamptz": (1184, _moments),
    "uuid": (2950, _identifiers),
    "jsonb": (3802, _documents),
}


def array(kind: str, values: Iterable[Any]) -> Array:
    """A column; `kind` is the PostgreSQL type, in lower case, and None is NULL.

    Raises UnicodeError for text that cannot be written down, and struct.error for a number beyond its type.
    """
    column = list(values)
    number, write = _KINDS[kind]
    if not column:
        return Array(_empty(0, 0, number))
    # Asked of the types, since identifiers compare themselves with None one by one, and slowly.
    if NoneType not in set(map(type, column)):
        return Array(_header(1, 0, number, len(column), 1) + write(column))
    elements = [_NULL if value is None else write([value]) for value in column]
    return Array(_header(1, 1, number, len(column), 1) + b"".join(elements))


def arrays(columns: Sequence[tuple[str, str, Iterable[Any]]]) -> dict[str, Array]:
    """Several columns: (parameter, type, values)."""
    return {name: array(kind, values) for name, kind, values in columns}
