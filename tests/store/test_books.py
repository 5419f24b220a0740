"""The database defends the books against whoever speaks SQL to it as the application (T25)."""

from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import psycopg
import pytest

from monnaielocale.domain import postings
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import BalanceTooLow, Event, PeriodClosed, credit, debit, move
from monnaielocale.store.database import Connection, Database
from monnaielocale.store.journal import BookUnknown
from monnaielocale.store.queries import query
from monnaielocale.store.unit_of_work import UnitOfWork, unit_of_work
from tests.bare_book import IBAN, MONDAY, PERSON, book, pay, record, rows

__all__ = ["book"]


def refused(database: Database, rule: str, statement: str, parameters: Any = None) -> None:
    """As the application's role, this statement ends in a refusal that names the rule, and leaves nothing."""
    before = rows(database, "SELECT count(*) FROM entry_line")
    with database.connect("writer") as connection, pytest.raises(psycopg.Error) as refusal, connection.transaction():
        connection.execute(statement, parameters)
    assert (refusal.value.diag.constraint_name or refusal.value.diag.column_name) == rule, refusal
    assert rows(database, "SELECT count(*) FROM entry_line") == before


def batch_of(database: Database, *lines: tuple[str, int, int, int], **changes: Any) -> dict[str, Any]:
    """The next batch of the book: one entry of lines (account, number, cents, balance), with these changes."""
    with database.connect("writer") as connection:
        connection.execute(
            "INSERT INTO account (book_id, code, role, currency, side, floored)"
            " SELECT book_id, 'wallet:E00002', role, currency, side, floored FROM account WHERE code = 'wallet:E00001'"
            " ON CONFLICT DO NOTHING"
        )
    number, before, recorded_at = rows(database, "SELECT number, root, recorded_at FROM batch ORDER BY number DESC")[0]
    ids = dict(rows(database, "SELECT code, id FROM account"))
    event = new_id()
    honest = {
        "book_id": 1, "number": number + 1, "recorded_at": recorded_at, "first_event": number + 1, "first_entry": number + 1,
        "root": sha256(event.bytes).digest(), "continues": before,
        "event_ids": [event], "event_kinds": ["wallet_payment"], "event_days": [MONDAY], "event_persons": [PERSON],
        "event_reverses": "{NULL}", "event_reasons": ["by hand"], "event_details": '{"{}"}',
        "entry_events": [event], "entry_days": [MONDAY], "entry_counts": [2], "entry_labels": ["by hand"],
        "line_accounts": [ids.get(line[0], 0) for line in lines], "line_numbers": [line[1] for line in lines],
        "line_places": [1] * len(lines), "line_cents": [line[2] for line in lines], "line_balances": [line[3] for line in lines],
        "key_persons": "{}", "key_actions": "{}", "key_texts": "{}", "key_hashes": "{}", "key_answers": "{}",
    }  # fmt: skip
    assert changes.keys() <= honest.keys()
    return honest | changes


def falsified(database: Database, rule: str, *lines: tuple[str, int, int, int], **changes: Any) -> None:
    """Such a batch is refused by the rule, whoever computes what is sealed."""
    refused(database, rule, query("record_batch"), batch_of(database, *(lines or HONEST), **changes))


HONEST = (("wallet:E00001", 2, -100, 9900), ("wallet:E00002", 1, 100, 100))


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


def test_t25_an_honest_batch_is_taken(book: Database) -> None:
    with book.connect("writer") as connection:
        connection.execute(query("record_batch"), batch_of(book, *HONEST))
    assert rows(book, "SELECT max(entry_number), count(*) FROM entry_line") == [(2, 6)]


def test_t25_lines_added_to_an_old_entry_are_refused(book: Database) -> None:
    falsified(book, "business_on", line_places=[0, 0])
    falsified(book, "business_on", line_places=[0, 0], entry_events=[], entry_days=[], entry_counts=[], entry_labels=[])
    from_zero = {"entry_days": "[0:0]={2026-01-05}", "entry_counts": "[0:0]={2}"}
    falsified(book, "entry_whole", line_places=[0, 0], **from_zero)


def test_t25_an_entry_without_lines_is_refused(book: Database) -> None:
    columns = ("line_accounts", "line_numbers", "line_places", "line_cents", "line_balances")
    falsified(book, "entry_whole", **{column: [] for column in columns})
    falsified(book, "entry_line_count_check", **{column: [] for column in columns}, entry_counts=[0])


@pytest.mark.parametrize(
    ("rule", "first", "second"),
    [
        ("line_account", ("wallet:E00009", 1, -100, -100), ("issuance.digital", 2, 100, -9900)),
        ("line_position", ("wallet:E00001", 2, -100, 9000), ("issuance.digital", 2, 100, -9900)),
        ("line_position", ("wallet:E00001", 3, -100, 9900), ("issuance.digital", 2, 100, -9900)),
        ("entry_line_pk", ("wallet:E00001", 1, 100, 100), ("issuance.digital", 2, -100, -10100)),
        ("line_position", ("wallet:E00001", 2, -100, 9900), ("wallet:E00001", 3, 100, 9900)),
        ("line_position", ("wallet:E00001", 2, -100, 9900), ("wallet:E00001", 4, 100, 10000)),
        ("entry_balance", ("wallet:E00001", 2, -100, 9900), ("issuance.digital", 2, 101, -9899)),
        ("entry_balance", ("wallet:E00001", 2, -100, 9900), ("circulation.digital", 2, 100, -9900)),
        ("entry_circulation", ("wallet:E00001", 2, -100, 9900), ("issuance.digital", 2, 100, -9900)),
        ("balance_below_zero", ("wallet:E00001", 2, -10100, -100), ("issuance.digital", 2, 10100, 100)),
        ("bank_line_only", (f"bank:{IBAN}", 2, -100, 9900), ("circulation.digital", 2, 100, -9900)),
    ],
)
def test_t25_false_lines_are_refused(
    book: Database, rule: str, first: tuple[str, int, int, int], second: tuple[str, int, int, int]
) -> None:
    falsified(book, rule, first, second)


@pytest.mark.parametrize("lines", [HONEST[:1], (*HONEST, ("circulation.digital", 2, 1, -9999))])
def test_t25_an_entry_with_other_lines_than_it_states_is_refused(
    book: Database, lines: tuple[tuple[str, int, int, int], ...]
) -> None:
    falsified(book, "entry_whole", *lines)


def test_t25_notes_move_by_whole_notes(book: Database) -> None:
    printed = {"issuance.notes:500": 1000, "notes.vault:500": 1000}
    record(book, postings.opening(MONDAY, printed), kind="notes_printed")
    falsified(book, "line_denomination", ("issuance.notes:500", 2, -250, -1250), ("notes.vault:500", 2, 250, 1250))


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        ("batch_chain", {"number": 3}),
        ("batch_chain", {"number": 1}),
        ("batch_chain", {"first_event": 3}),
        ("batch_chain", {"first_entry": 3}),
        ("batch_chain", {"continues": bytes(32)}),
        ("batch_chain", {"recorded_at": datetime(2026, 1, 5, tzinfo=UTC)}),
        ("batch_chain", {"book_id": 2}),
        ("event_person", {"event_persons": [new_id()]}),
        ("event_reversal", {"event_reverses": [new_id()]}),
        ("entry_event", {"entry_events": [new_id()]}),
        ("entry_line_count_check", {"entry_counts": [1]}),
    ],
)
def test_t25_a_batch_out_of_its_place_is_refused(book: Database, rule: str, changes: dict[str, Any]) -> None:
    falsified(book, rule, **changes)


@pytest.mark.parametrize(
    "column", ["event_days", "event_persons", "event_details", "entry_days", "entry_counts", "line_cents", "line_balances"]
)
def test_t25_nothing_is_left_open(book: Database, column: str) -> None:
    with book.connect("writer") as connection, pytest.raises(psycopg.errors.IntegrityError):
        connection.execute(query("record_batch"), batch_of(book, *HONEST) | {column: None})
    with book.connect("writer") as connection, pytest.raises(psycopg.errors.IntegrityError):
        connection.execute(query("record_batch"), batch_of(book, *HONEST) | {column: [None]})


def test_t25_a_reversal_is_not_reversed_itself(book: Database) -> None:
    ((first,),) = rows(book, "SELECT id FROM event")
    with book.connect("writer") as connection:
        connection.execute(query("record_batch"), batch_of(book, *HONEST, event_reverses=[first]))
    ((reversal,),) = rows(book, "SELECT id FROM event WHERE reverses_event_id IS NOT NULL")
    again = (("wallet:E00001", 3, -100, 9800), ("wallet:E00002", 2, 100, 200))
    falsified(book, "event_reversal", *again, event_reverses=[reversal])
    falsified(book, "event_reverses_key", *again, event_reverses=[first])


def test_t25_a_closed_period_takes_no_entry(book: Database) -> None:
    ((event,),) = rows(book, "SELECT id FROM event")
    with book.connect("writer") as connection:
        connection.execute("INSERT INTO book_closing VALUES (1, %s, %s)", (MONDAY, event))
    falsified(book, "entry_period")


@pytest.mark.parametrize("table", ["batch", "event", "entry", "entry_line", "account_day"])
def test_t25_the_journal_has_no_other_door(book: Database, table: str) -> None:
    with book.connect("writer") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"INSERT INTO {table} SELECT * FROM {table}")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry_line SET amount_cents = amount_cents + 1",
        "DELETE FROM entry_line",
        "TRUNCATE entry_line",
        "UPDATE event SET acted_by = gen_random_uuid()",
        "DELETE FROM batch",
        "UPDATE account_day SET amount_cents = 0",
        "INSERT INTO event_role VALUES ('opening', 'member')",
        "DELETE FROM event_role",
        "DROP TABLE entry_line",
        "ALTER TABLE entry_line DISABLE TRIGGER ALL",
    ],
)
def test_t25_the_application_changes_and_deletes_nothing(book: Database, statement: str) -> None:
    with book.connect("writer") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize("table", ["entry_line", "entry", "event", "batch", "payment_credit", "document", "event_role"])
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
