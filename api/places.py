"""Places in lists, as cursors carry them: days, identifiers, numbers and codes that nobody but a page has written."""

from datetime import date
from uuid import UUID

from .paging import CursorUnfit, place_of

NUMBER_MOST = 2**63 - 1
CODE_LENGTH_MOST = 200


def day_and_id(cursor: str | None) -> tuple[date, UUID] | None:
    """A day with an identifier; None for the first page. CursorUnfit."""
    place = place_of(cursor, str, str)
    if place is None:
        return None
    return _day(place[0]), _identifier(place[1])


def identifier(cursor: str | None) -> UUID | None:
    """An identifier; None for the first page. CursorUnfit."""
    place = place_of(cursor, str)
    return None if place is None else _identifier(place[0])


def number(cursor: str | None) -> int:
    """A number that the books gave; 0 for the first page. CursorUnfit."""
    place = place_of(cursor, int)
    if place is None:
        return 0
    if not 0 <= place[0] <= NUMBER_MOST:
        raise CursorUnfit()
    return int(place[0])


def code(cursor: str | None) -> str:
    """The code of an account or another name; '' for the first page. CursorUnfit."""
    place = place_of(cursor, str)
    if place is None:
        return ""
    if not (place[0].isprintable() and len(place[0]) <= CODE_LENGTH_MOST):
        raise CursorUnfit()
    return str(place[0])


def _day(written: str) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError:
        raise CursorUnfit() from None


def _identifier(written: str) -> UUID:
    try:
        return UUID(written)
    except ValueError:
        raise CursorUnfit() from None
