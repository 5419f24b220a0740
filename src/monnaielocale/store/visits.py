"""A look at the books with one person's eyes: the policies of the database decide what is seen, whatever a query asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal
from uuid import UUID

import psycopg

from ..domain.refusals import Refusal
from .database import Connection
from .queries import query

Right = Literal["book", "proof", "desk"]


class NotForYou(Refusal):
    """This is not shown to you."""

    code = "not_for_you"


@contextmanager
def visit(connection: Connection, person_id: UUID) -> Iterator[Connection]:
    """A read-only transaction at one moment of the books, on a visitor's connection, that sees what the person may see.

    It always ends with the block, so that a connection that is used again carries nobody's name.
    """
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    try:
        connection.execute(query("begin_visit"), {"person_id": person_id})
        yield connection
    finally:
        if not connection.closed:
            connection.rollback()


def as_reader_for(connection: Connection, right: Right, book: str) -> Connection:
    """Let the rest of a visit read as the reader, who sees all rows, once the database grants the right; NotForYou.

    For totals over rows that the visitor sees only in sum: `proof`, or for all of a `book` or of a `desk`. A book that does not
    exist is refused in the same words. The role ends with the visit.
    """
    allowed = connection.execute(query(f"may_see_{right}"), {"book": book}).fetchone()
    if allowed is None or not allowed[0]:
        raise NotForYou()
    connection.execute("SET LOCAL ROLE monnaielocale_reader")
    return connection


__all__ = ["NotForYou", "Right", "as_reader_for", "visit"]
