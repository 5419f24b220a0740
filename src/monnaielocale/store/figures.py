"""The few figures by which an installation is watched: what waits, how much of it, and since when."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from psycopg.rows import namedtuple_row

from .database import Connection
from .queries import query


@dataclass(frozen=True, slots=True)
class BookFigures:
    """What waits in one book: amounts in cents."""

    book: str
    unexplained_lines: int
    unexplained_cents: int
    unexplained_since: date | None
    runs_awaiting: int
    runs_awaiting_cents: int
    transfers_due: int
    transfers_due_cents: int


def book_figures(connection: Connection) -> list[BookFigures]:
    """The figures of every book of an association."""
    runs = {row.book: row for row in _rows(connection, "runs_awaiting_euros")}
    transfers = {row.book: row for row in _rows(connection, "transfers_to_make")}
    found = []
    for row in _rows(connection, "euros_unexplained"):
        run, due = runs.get(row.book), transfers[row.book]
        found.append(
            BookFigures(
                book=row.book,
                unexplained_lines=row.lines,
                unexplained_cents=row.cents,
                unexplained_since=row.since,
                runs_awaiting=run.runs if run else 0,
                runs_awaiting_cents=run.cents if run else 0,
                transfers_due=due.transfers,
                transfers_due_cents=due.cents,
            )
        )
    return found


def jobs_unfinished(connection: Connection) -> int:
    """How many jobs wait or run."""
    return int(_rows(connection, "jobs_unfinished")[0].jobs)


def schema_revision(connection: Connection) -> str:
    """The migration that the database stands at."""
    return str(_rows(connection, "schema_revision")[0].revision)


def _rows(connection: Connection, name: str) -> list[Any]:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(query(name)).fetchall()
