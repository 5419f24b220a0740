"""Books as people see them in lists: who keeps them, until when they are closed, and how they were opened."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ..domain.openings import OpeningUnknown
from .database import Connection
from .journal import BookUnknown
from .unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class BookSeen:
    """A book: its currency, and the association that keeps it."""

    code: str
    unit_currency: str
    keeper: str
    keeper_name: str


@dataclass(frozen=True, slots=True)
class OpeningSeen:
    """An opening as it was prepared, by event number; natural cents by account, and the signature when there is one."""

    id: UUID
    business_on: date
    event: int
    prepared_at: datetime
    prepared_by: str | None
    file_name: str
    document_sha256: bytes
    signed_at: datetime | None
    signed_by: str | None
    balances: dict[str, int]


def books_page(connection: Connection, after: str, most: int) -> list[BookSeen]:
    """The books that may be named, by code, after one of them."""
    return [BookSeen(*row) for row in UnitOfWork(connection).rows("books_page", after=after, most=most)]


def book_seen(connection: Connection, book: str) -> BookSeen:
    """A book by its code; BookUnknown."""
    return BookSeen(*_one(UnitOfWork(connection).rows("book_seen", book=book), book))


def closed_until(connection: Connection, book: str) -> date | None:
    """The last day that is closed, None when the book never was; BookUnknown."""
    found: date | None = _one(UnitOfWork(connection).rows("closed_until_of", book=book), book).closed_until
    return found


def openings_page(connection: Connection, book: str, after: int, most: int) -> list[OpeningSeen]:
    """Openings prepared for a book, in their order, after the number of an event."""
    return _openings(connection, book=book, after=after, most=most, opening=None)


def opening_seen(connection: Connection, book: str, opening: UUID) -> OpeningSeen:
    """One opening with its balances; OpeningUnknown."""
    found = _openings(connection, book=book, after=0, most=1, opening=opening)
    if not found:
        raise OpeningUnknown(opening=opening, book=book)
    return found[0]


def _openings(connection: Connection, **asked: Any) -> list[OpeningSeen]:
    return [OpeningSeen(*row) for row in UnitOfWork(connection).rows("openings_page", **asked)]


def _one(rows: list[Any], book: str) -> Any:
    if not rows:
        raise BookUnknown(book=book)
    return rows[0]
