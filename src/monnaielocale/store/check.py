"""Every invariant of the books, asked of the database itself, and the chain computed again from the first batch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from psycopg.rows import namedtuple_row

from ..domain.chain import ZERO, SealedEntry, SealedEvent, SealedLine, batch_hash, leaf, merkle_root
from .database import Connection, Database
from .queries import query, query_names

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold: the rule, what was found, and the query that shows it."""

    rule: str
    found: str
    query: str


def check(database: Database, *, progress: Progress = lambda _: None) -> list[Finding]:
    """Every invariant and durability setting, then the chain; an empty list means that all of it holds."""
    findings: list[Finding] = []
    with database.reading() as connection:
        for name in query_names():
            if name.startswith("check_"):
                progress(name)
                sql = query(name)
                findings += [Finding(name.removeprefix("check_"), str(row[0]), sql) for row in connection.execute(sql)]
        for book_id, code in connection.execute(query("all_books")).fetchall():
            progress(f"chain {code}")
            findings += _chain_findings(connection, book_id, code)
    return findings


def _chain_findings(connection: Connection, book_id: int, code: str) -> Iterator[Finding]:
    """Batches whose hash or place in the chain is not what their events, entries and lines make it."""
    previous, entry_before, event_before = ZERO, 0, 0
    for batch in _rows(connection, "sealed_batches", book_id=book_id):
        root = merkle_root([leaf(event) for event in sealed_events(connection, book_id, batch)])
        expected = batch_hash(
            previous=previous,
            book=code,
            number=batch.number,
            recorded_at=batch.recorded_at,
            first_event=event_before + 1,
            first_entry=entry_before + 1,
            root=root,
        )
        if (batch.hash, batch.root, batch.previous_hash) != (expected, root, previous):
            yield Finding(
                "chain", f"book {code}, batch {batch.number}: its content is not what was sealed", query("sealed_events")
            )
        previous, entry_before, event_before = batch.hash, batch.last_entry_number, batch.last_event_number


def sealed_events(connection: Connection, book_id: int, batch: Any) -> list[SealedEvent]:
    """The events of a batch as they were sealed, with what each of them wrote in this book; see `batch_parameters`."""
    entries: dict[Any, list[SealedEntry]] = {}
    bounds = {"book_id": book_id, "first": batch.first_entry_number, "last": batch.last_entry_number}
    lines: dict[int, list[SealedLine]] = {}
    for row in _rows(connection, "sealed_lines", **bounds):
        if row.number not in lines:
            lines[row.number] = []
            entries.setdefault(row.event_id, []).append(SealedEntry(row.number, row.business_on, row.label, lines[row.number]))
        lines[row.number].append(SealedLine(row.code, row.account_line_number, row.amount_cents, row.balance_after_cents))
    bounds |= {"first_entry": bounds["first"], "last_entry": bounds["last"]}
    bounds |= {"first": batch.first_event_number, "last": batch.last_event_number}
    return [
        SealedEvent(
            row.number,
            row.id,
            row.kind,
            row.acted_by,
            row.business_on,
            row.reverses_event_id,
            row.reason,
            row.details,
            entries.get(row.id, []),
        )
        for row in _rows(connection, "sealed_events", **bounds)
    ]


def _rows(connection: Connection, name: str, **parameters: Any) -> list[Any]:
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        return cursor.execute(query(name), parameters).fetchall()
