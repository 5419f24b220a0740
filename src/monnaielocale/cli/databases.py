"""The database and the book that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from ..domain.refusals import Refusal
from ..store.database import Database
from ..store.exports import issuer_books
from ..store.server import database_url
from .installation import settings


class DatabaseUnreachable(Refusal):
    """The database cannot be reached: {reason}."""

    code = "database_unreachable"


class DatabaseNotPrepared(Refusal):
    """The database holds no books yet: run `monnaielocale migrate` first."""

    code = "database_not_prepared"


class NoBookYet(Refusal):
    """There is no book yet: load a convention first."""

    code = "no_book_yet"


class BookNeeded(Refusal):
    """There are several books, {books}: name one with --book."""

    code = "book_needed"


@contextmanager
def open_database() -> Iterator[Database]:
    """The database of the books; raises DatabaseUnreachable, DatabaseNotPrepared and what a server of our own may refuse."""
    with database_url(settings()) as url:
        with reachable(url) as connection:
            found = connection.execute("SELECT to_regclass('book')").fetchone()
        if found is None or found[0] is None:
            raise DatabaseNotPrepared()
        yield Database(url)


@contextmanager
def reachable(url: str) -> Iterator[psycopg.Connection]:
    """A connection as whoever the address names; DatabaseUnreachable without the address, which may hold a password."""
    try:
        connection = psycopg.connect(url, connect_timeout=10)
    except psycopg.Error as problem:
        reason = next(iter(str(problem).strip().splitlines()), type(problem).__name__)
        raise DatabaseUnreachable(reason=reason) from problem
    with connection:
        yield connection


def chosen_book(database: Database, given: str) -> str:
    """The book that was named, or the only one of an association that there is; NoBookYet and BookNeeded."""
    if given:
        return given
    with database.reading() as connection:
        codes = issuer_books(connection)
    if not codes:
        raise NoBookYet()
    if len(codes) > 1:
        raise BookNeeded(books=codes)
    return codes[0]
