"""What an account held at any recorded moment or business date, and its lines."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.rows import namedtuple_row

from ..domain.chart import AccountUnknown, account
from .database import Connection
from .queries import query
from .unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AccountKept:
    """An account of a book; `side` makes its balances natural."""

    id: int
    code: str
    side: int
    currency: str


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One line of an account as its statement shows it; amounts and balances in their natural sense."""

    number: int
    business_on: date
    recorded_at: datetime
    entry: int
    label: str
    amount_cents: int
    balance_cents: int


def account_kept(connection: Connection, book: str, code: str) -> AccountKept:
    """An account by its code; AccountUnknown when the chart or the book has none."""
    account(code)
    row = connection.execute(query("account_asked"), {"book": book, "account": code}).fetchone()
    if row is None:
        raise AccountUnknown(account=code)
    return AccountKept(row[0], code, row[1], row[2])


@dataclass(frozen=True, slots=True)
class AccountHeld:
    """An account with what it holds now, in its natural sense."""

    code: str
    role: str
    currency: str
    denomination_cents: int | None
    balance_cents: int


def accounts_page(
    connection: Connection, book: str, *, after: str = "", limit: int = 100, role: str | None = None, only: str | None = None
) -> list[AccountHeld]:
    """Accounts of a book in the order of their codes, after a code; of one role (`wallet`, `notes`), or one account alone."""
    rows = UnitOfWork(connection).rows("accounts_page", book=book, after=after, limit=limit, role=role, only=only)
    return [AccountHeld(*row) for row in rows]


def balance_at(connection: Connection, kept: AccountKept, moment: datetime) -> int:
    """The natural balance in cents after what was recorded at or before an instant: one index look-up, however many lines."""
    row = connection.execute(query("balance_at_moment"), {"account_id": kept.id, "moment": moment}).fetchone()
    return kept.side * int(row[0]) if row else 0


def balance_on(connection: Connection, kept: AccountKept, on: date) -> int:
    """The natural balance in cents at the end of a business day, whenever its lines were recorded."""
    row = connection.execute(query("balance_on_day"), {"account_id": kept.id, "on_day": on}).fetchone()
    return kept.side * int(row[0]) if row else 0


def lines_of(connection: Connection, kept: AccountKept, *, after: int = 0, most: int = 100) -> list[AccountLine]:
    """Lines in the order of recording, after an order number; ask again after the last number for the next page."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        rows: list[Any] = cursor.execute(
            query("lines_of_account"), {"account_id": kept.id, "after": after, "most": most}
        ).fetchall()
    return [
        AccountLine(
            row.number,
            row.business_on,
            row.recorded_at,
            row.entry_number,
            row.label,
            kept.side * row.amount_cents,
            kept.side * row.balance_after_cents,
        )
        for row in rows
    ]
