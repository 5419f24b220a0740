"""The check finds what was altered behind the back of every guard, and is silent when nothing was."""

import pytest

from monnaielocale.store.check import check
from monnaielocale.store.database import Database
from tests.bare_book import book, pay, record

__all__ = ["book"]


def altered(database: Database, *statements: str) -> list[str]:
    """As a database administrator who switches the guards off, alters, and switches them on again."""
    record(database, pay(2500))
    assert check(database) == []
    with database.connect("owner") as connection:
        connection.execute("SET ROLE NONE")
        connection.execute("SET session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)
    return sorted({finding.rule for finding in check(database)})


def test_untouched_books_hold(book: Database) -> None:
    record(book, pay(2500))
    assert check(book) == []


@pytest.mark.parametrize(
    ("statements", "rules"),
    [
        (
            ["UPDATE entry_line SET amount_cents = amount_cents + 1 WHERE entry_number = 2 AND amount_cents > 0"],
            {"entry_sums", "positions", "roll_up", "chain"},
        ),
        (["UPDATE event SET acted_by = gen_random_uuid() WHERE number = 2"], {"chain"}),
        (['UPDATE event SET details = \'{"label": "other"}\' WHERE number = 2'], {"chain"}),
        (["UPDATE entry SET business_on = '2026-01-04' WHERE number = 2"], {"chain"}),
        (["UPDATE account_day SET amount_cents = amount_cents - 1 WHERE account_id = 1"], {"roll_up"}),
        (["DELETE FROM entry_line WHERE entry_number = 2"], {"entry_sums", "roll_up", "chain"}),
        (["UPDATE batch SET recorded_at = recorded_at + interval '1 second' WHERE number = 2"], {"chain"}),
        (["ALTER TABLE entry_line DISABLE TRIGGER entry_line_insert_only"], {"guards"}),
        (["ALTER TABLE payment DISABLE TRIGGER payment_checked"], {"guards"}),
        (["GRANT UPDATE ON entry_line TO monnaielocale_writer"], {"guards"}),
        (["GRANT INSERT ON entry_line TO monnaielocale_writer"], {"guards"}),
    ],
)
def test_an_alteration_is_found(book: Database, statements: list[str], rules: set[str]) -> None:
    assert set(altered(book, *statements)) == rules


def test_a_unit_without_a_euro_is_found(book: Database) -> None:
    more = (
        f"UPDATE entry_line SET amount_cents = amount_cents + {cents}, balance_after_cents = balance_after_cents + {cents}"
        f" WHERE account_id = (SELECT id FROM account WHERE code = '{account}') AND account_line_number = 1"
        for cents, account in ((500, "wallet:E00001"), (-500, "issuance.digital"))
    )
    rules = altered(book, *more)
    assert "digital_units" in rules and "chain" in rules
