"""Requests as plain data: what an item asks, kept until a job carries it out, and made an item again for who asked.

Documents stand beside the data, by their fingerprints. Everything that JSON does not tell apart is marked, so that the item made
again asks exactly what the first one did.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import UUID

from ..domain.actors import Actor
from ..domain.days import AssumedDay

Documents = dict[bytes, bytes]


def request_of(item: Any) -> tuple[dict[str, Any], Documents]:
    """What an item asks, apart from who asks and under which key, and the documents that it brings by their fingerprints.

    A field at its default is left out, so that a new field with a default changes no request that was kept.
    """
    documents: Documents = {}
    request = {}
    for field in fields(item):
        value = getattr(item, field.name)
        if field.name in ("actor", "key") or value == field.default:
            continue
        if isinstance(value, bytes):
            mark = sha256(value).digest()
            documents[mark] = value
            request[field.name] = {"document": mark.hex()}
        else:
            request[field.name] = _plain(value)
    return request, documents


def same_request(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    """Both ask the same; a day that neither named may differ, since they may have been sent on two days."""
    return _as_asked(first) == _as_asked(second)


def _as_asked(request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {"assumed_day": ""} if isinstance(value, dict) and "assumed_day" in value else value
        for name, value in request.items()
    }


def document_marks(request: Mapping[str, Any]) -> list[bytes]:
    """The fingerprints of the documents that a request names."""
    return [mark for value in request.values() if (mark := _mark(value)) is not None]


def item_of(kind: type[Any], request: Mapping[str, Any], documents: Mapping[bytes, bytes], actor: Actor, key: str) -> Any:
    """The item again, asked by this person under this key."""
    given = {}
    for name, value in request.items():
        mark = _mark(value)
        given[name] = _value(value) if mark is None else documents[mark]
    return kind(actor=actor, key=key, **given)


def _mark(value: Any) -> bytes | None:
    return bytes.fromhex(value["document"]) if isinstance(value, dict) and "document" in value else None


def _plain(value: Any) -> Any:
    # An enumeration would come back as its text, which is another request to whoever compares.
    if value is None or type(value) in (str, int, bool, float):
        return value
    if type(value) is date:
        return {"day": value.isoformat()}
    if type(value) is AssumedDay:
        return {"assumed_day": value.isoformat()}
    if isinstance(value, UUID):
        return {"id": str(value)}
    if isinstance(value, tuple):
        return {"tuple": [_plain(each) for each in value]}
    if isinstance(value, list):
        return {"list": [_plain(each) for each in value]}
    if isinstance(value, Mapping):
        # Pairs keep the order of the keys, which the database would not.
        return {"object": [[name, _plain(each)] for name, each in value.items()]}
    raise TypeError(f"a request cannot hold a {type(value).__name__}")


def _value(plain: Any) -> Any:
    if not isinstance(plain, dict):
        return plain
    [(mark, content)] = plain.items()
    if mark == "day":
        return date.fromisoformat(content)
    if mark == "assumed_day":
        return AssumedDay.fromisoformat(content)
    if mark == "id":
        return UUID(content)
    if mark == "object":
        return {name: _value(each) for name, each in content}
    values = [_value(each) for each in content]
    return tuple(values) if mark == "tuple" else values
