"""Keyset cursors: a page ends with the place where the next one begins, which nothing recorded meanwhile can move."""

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

from monnaielocale.domain.refusals import Refusal

LONGEST_CURSOR = 500
MOST_PER_PAGE = 500


class CursorUnfit(Refusal):
    """The cursor is not one that a page gave: copy `next` of the page before as it is."""

    code = "cursor_unfit"


Limit = Annotated[int, Query(ge=1, le=MOST_PER_PAGE, description="How many at most.")]
Cursor = Annotated[
    str | None, Query(max_length=LONGEST_CURSOR, description="`next` of the page before; leave it out for the first page.")
]
Row = TypeVar("Row")


def cursor_of(*place: Any) -> str:
    """A cursor from the sort key of the last row: texts and whole numbers."""
    written = json.dumps(place, separators=(",", ":"), ensure_ascii=False).encode()
    return urlsafe_b64encode(written).rstrip(b"=").decode()


def place_of(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The sort key in a cursor, checked kind by kind; None for the first page. CursorUnfit."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        place = json.loads(urlsafe_b64decode(padded))
        fits = isinstance(place, list) and len(place) == len(kinds)
        if not fits or not all(type(part) is kind for part, kind in zip(place, kinds, strict=True)):
            raise CursorUnfit()
        return tuple(place)
    except (UnicodeError, binascii.Error, ValueError, RecursionError):
        raise CursorUnfit() from None


def page(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], Row | None]:
    """The rows of a page of at most `limit`, from a query that was asked for one more, and the last row when more follow."""
    return (rows[:limit], rows[limit - 1]) if len(rows) > limit else (rows, None)
