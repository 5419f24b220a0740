"""Entries of a book as they were written, with their lines."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ..domain.refusals import Refusal
from .accounts import account_kept
from .database import Connection
from .unit_of_work import UnitOfWork


class EntryUnknown(Refusal):
    """The book {book} has no entry number {entry}."""

    code = "entry_unknown"


@dataclass(frozen=True, slots=True)
class EntryLineShown:
    """One account moved by an entry; debit positive, in cents."""

    account: str
    amount_cents: int
    currency: str


@dataclass(frozen=True, slots=True)
class EntryShown:
    """An entry, the event that wrote it, and its lines, debits first."""

    number: int
    event_id: UUID
    event_number: int
    kind: str
    business_on: date
    recorded_at: datetime
    label: str
    lines: tuple[EntryLineShown, ...]


def entries_page(
    connection: Connection,
    book: str,
    *,
    after: int = 0,
    limit: int = 100,
    account: str | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> list[EntryShown]:
    """Entries of a book after a number: all, those of an account, those of a span of days. AccountUnknown."""
    work = UnitOfWork(connection)
    asked = {"after": after, "limit": limit, "from_on": from_on, "to_on": to_on}
    if account is None:
        rows = work.rows("entry_numbers", book=book, **asked)
    else:
        rows = work.rows("entry_numbers_of_account", account_id=account_kept(connection, book, account).id, **asked)
    return _entries(work, book, [row.number for row in rows])


def entry_shown(connection: Connection, book: str, number: int) -> EntryShown:
    """One entry of a book; EntryUnknown."""
    for found in _entries(UnitOfWork(connection), book, [number]):
        return found
    raise EntryUnknown(book=book, entry=number)


def _entries(work: UnitOfWork, book: str, numbers: list[int]) -> list[EntryShown]:
    lines: dict[int, list[EntryLineShown]] = {}
    for row in work.rows("lines_of_entries", book=book, numbers=numbers):
        lines.setdefault(row.entry_number, []).append(EntryLineShown(row.account, row.amount_cents, row.currency))
    return [
        EntryShown(**entry._asdict(), lines=tuple(lines.get(entry.number, ())))
        for entry in work.rows("entries_by_number", book=book, numbers=numbers)
    ]
