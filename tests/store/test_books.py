"""The database defends the books against whoever speaks SQL to it as the application (T25)."""

from datetime import date
from typing import Any

import psycopg
import pytest

from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import BalanceTooLow, Event, PeriodClosed, credit, debit, move
from monnaielocale.store.database import Connection, Database
from monnaielocale.store.journal import BookUnknown
from monnaielocale.store.unit_of_work import UnitOfWork, unit_of_work
from tests.bare_book import IBAN, MONDAY, PERSON, book, pay, record, rows

__all__ = ["book"]


def refused(database: Database, rule: str, *statements: tuple[str, Any]) -> None:
    """As the application's role, these statements end in a refusal that names the rule, and leave nothing."""
    before = rows(database, "SELECT count(*) FROM entry_line")
    with database.connect("writer") as connection, pytest.raises(psycopg.Error) as refusal, connection.transaction():
        for sql, parameters in statements:
            connection.execute(sql, parameters)
    assert refusal.value.diag.constraint_name == rule or isinstance(refusal.value, psycopg.errors.InsufficientPrivilege), refusal
    assert rows(database, "SELECT count(*) FROM entry_line") == before


def test_an_entry_is_numbered_chained_and_rolled_up(book: Database) -> None:
    record(book, pay(2500))
    record(book, pay(2500, date(2026, 1, 6)))
    assert rows(book, "SELECT number, line_count FROM entry ORDER BY number") == [(1, 4), (2, 2), (3, 2)]
    assert rows(book, "SELECT b.previous_hash = a.hash FROM batch a JOIN batch b ON b.number = a.number + 1") == [
        (True,),
        (True,),
    ]
    assert rows(
        book,
        "SELECT code, business_on, amount_cents FROM account_day JOIN account ON account.id = account_id"
        " WHERE code = 'wallet:E00002' ORDER BY business_on",
    ) == [("wallet:E00002", MONDAY, 2500), ("wallet:E00002", date(2026, 1, 6), 2500)]


def test_t25_lines_added_to_an_old_entry_are_refused(book: Database) -> None:
    line = (
        "INSERT INTO entry_line SELECT id, %s, book_id, 1, %s, %s, '2026-01-05', (SELECT max(recorded_at) FROM batch)"
        " FROM account WHERE code = %s"
    )
    refused(book, "entry_whole", (line, (2, -100, 9900, "wallet:E00001")), (line, (2, 100, -9900, "issuance.digital")))


def test_t25_an_entry_without_lines_is_refused(book: Database) -> None:
    event = new_id()
    refused(
        book,
        "entry_lines",
        (
            """
            WITH b AS (
                INSERT INTO batch SELECT 1, 2, now(), 2, 2, 2, 2, hash, hash, hash FROM batch WHERE number = 1 RETURNING 1
            ), v AS (
                INSERT INTO event VALUES (%(event)s, 1, 2, 2, 'x', '2026-01-05', now(), %(person)s, NULL, '', '{}') RETURNING 1
            )
            INSERT INTO entry VALUES (1, 2, 2, %(event)s, '2026-01-05', 2, 'nothing')
            """,
            {"event": event, "person": PERSON},
        ),
    )


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ("line_position", ("wallet:E00001", 2, -100, 9000), ("issuance.digital", 2, 100, -9900)),
        ("line_position", ("wallet:E00001", 3, -100, 9900), ("issuance.digital", 2, 100, -9900)),
        ("entry_balance", ("wallet:E00001", 2, -100, 9900), ("issuance.digital", 2, 101, -9899)),
        ("entry_balance", ("wallet:E00001", 2, -100, 9900), ("circulation.digital", 2, 100, -9900)),
        ("balance_below_zero", ("wallet:E00001", 2, -10100, -100), ("issuance.digital", 2, 10100, 100)),
        ("bank_line_only", (f"bank:{IBAN}", 2, -100, 9900), ("circulation.digital", 2, 100, -9900)),
        ("entry_whole", ("wallet:E00001", 2, -100, 9900), None),
    ],
)
def test_t25_false_lines_are_refused(
    book: Database, rule: str, first: tuple[str, int, int, int], second: tuple[str, int, int, int] | None
) -> None:
    lines = [first, second] if second else [first]
    event = new_id()
    refused(
        book,
        rule,
        (
            """
            WITH b AS (
                INSERT INTO batch SELECT 1, 2, now(), 2, 2, 2, 2, hash, hash, hash FROM batch WHERE number = 1 RETURNING 1
            ), v AS (
                INSERT INTO event VALUES (%(event)s, 1, 2, 2, 'x', '2026-01-05', now(), %(person)s, NULL, '', '{}') RETURNING 1
            ), e AS (
                INSERT INTO entry VALUES (1, 2, 2, %(event)s, '2026-01-05', 2, 'false') RETURNING 1
            )
            INSERT INTO entry_line
            SELECT account.id, n, 1, 2, cents, balance, '2026-01-05', now()
              FROM unnest(%(codes)s::text[], %(numbers)s::bigint[], %(cents)s::bigint[], %(balances)s::bigint[])
                AS line (code, n, cents, balance) JOIN account USING (code)
            """,
            {
                "event": event,
                "person": PERSON,
                "codes": [line[0] for line in lines],
                "numbers": [line[1] for line in lines],
                "cents": [line[2] for line in lines],
                "balances": [line[3] for line in lines],
            },
        ),
    )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry_line SET amount_cents = amount_cents + 1",
        "DELETE FROM entry_line",
        "TRUNCATE entry_line",
        "UPDATE event SET acted_by = gen_random_uuid()",
        "DELETE FROM batch",
        "UPDATE account_day SET amount_cents = 0",
        "INSERT INTO account_day VALUES (1, '2026-01-05', 1, 1)",
        "DROP TABLE entry_line",
        "ALTER TABLE entry_line DISABLE TRIGGER ALL",
    ],
)
def test_t25_the_application_changes_and_deletes_nothing(book: Database, statement: str) -> None:
    refused(book, "insert_only", (statement, None))


@pytest.mark.parametrize("table", ["entry_line", "entry", "event", "batch", "payment_credit", "document"])
def test_even_the_owner_is_refused_a_change_by_mistake(book: Database, table: str) -> None:
    with book.connect("owner") as connection, pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="insert_only"):
        connection.execute(f"DELETE FROM {table}")


def test_the_reader_writes_nothing_and_sees_no_password(book: Database) -> None:
    def attempt(sql: str) -> None:
        with book.connect("reader") as connection:
            connection.execute(sql)

    for statement in ("INSERT INTO party SELECT * FROM party", "SELECT * FROM person_password", "SELECT lock_books('{eusko}')"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            attempt(statement)


def test_a_wallet_never_falls_below_zero(book: Database) -> None:
    with pytest.raises(BalanceTooLow) as refusal:
        record(book, pay(10001))
    assert refusal.value.values == {"account": "wallet:E00001", "balance": "100.00 EUS", "amount": "100.01 EUS"}


def test_a_refused_item_leaves_the_others_of_its_batch_alone(book: Database) -> None:
    with unit_of_work(book) as work:
        work.lock(["eusko"])
        for cents in (9000, 2000, 1000):
            entry = pay(cents)
            try:
                work.post(Event(new_id(), "eusko", "wallet_payment", PERSON, MONDAY, (("eusko", entry),)))
            except BalanceTooLow:
                assert cents == 2000
    assert rows(book, "SELECT amount_cents FROM entry_line JOIN account ON id = account_id WHERE code = 'wallet:E00002'") == [
        (9000,),
        (1000,),
    ]


def test_a_closed_period_takes_nothing(book: Database) -> None:
    event = Event(new_id(), "eusko", "books_closed", PERSON, MONDAY)
    with unit_of_work(book) as work:
        work.lock(["eusko"])
        work.post(event)
        work.insert("book_closing", {"book_id": 1, "closed_until": MONDAY, "event_id": event.id})
    with pytest.raises(PeriodClosed):
        record(book, pay(100))
    record(book, pay(100, date(2026, 1, 6)))


def test_an_unknown_book_is_named(book: Database) -> None:
    with pytest.raises(BookUnknown, match="gonette"), unit_of_work(book) as work:
        work.lock(["gonette"])


def test_the_balance_of_any_recorded_moment_is_one_index_look_up(book: Database) -> None:
    record(book, pay(2500))
    with book.connect("owner") as connection:
        _grow(connection)
        plan = connection.execute(
            "EXPLAIN SELECT balance_after_cents FROM entry_line WHERE account_id = 4 AND recorded_at <= now()"
            " ORDER BY recorded_at DESC, account_line_number DESC LIMIT 1"
        ).fetchall()
    assert "Index Scan Backward using entry_line_moment_index" in plan[1][0], plan


def _grow(connection: Connection) -> None:
    """Make the planner see a large table, without changing a row for others."""
    connection.execute("ALTER TABLE entry_line DISABLE TRIGGER ALL")
    connection.execute(
        "INSERT INTO entry_line SELECT 1000 + n % 50, 1 + n / 50, 1, 1, 1, 1, '2026-01-05', now()"
        " FROM generate_series(1, 20000) n"
    )
    connection.execute("ANALYZE entry_line")


def test_units_move_and_euros_stay() -> None:
    assert move("wallet:A", "wallet:B", 5) == (credit("wallet:A", 5), debit("wallet:B", 5))


def test_a_unit_of_work_that_fails_leaves_no_trace(book: Database) -> None:
    def fail(work: UnitOfWork) -> None:
        work.post(Event(new_id(), "eusko", "wallet_payment", PERSON, MONDAY, (("eusko", pay(100)),)))
        raise RuntimeError("the machine stops here")

    with pytest.raises(RuntimeError), unit_of_work(book) as work:
        work.lock(["eusko"])
        fail(work)
    assert rows(book, "SELECT count(*) FROM batch") == [(1,)]
