"""A book made by hand, for tests of the books themselves: 100.00 on the wallet of E00001, backed at the bank."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from monnaielocale.domain import postings
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import Entry, Event
from monnaielocale.store.database import Database
from monnaielocale.store.unit_of_work import unit_of_work

MONDAY = date(2026, 1, 5)
PERSON = new_id()
IBAN = "FR7630001007941234567890185"


@pytest.fixture
def book(database: Database) -> Database:
    """A book with 100.00 issued to E00001 and backed at the bank."""
    party = new_id()
    with database.connect("writer") as connection:
        now = datetime.now(UTC)
        connection.execute(
            "INSERT INTO party VALUES (%s, 'eusko', 'issuer', 'Association', 'association', '', '', %s)", (party, now)
        )
        connection.execute("INSERT INTO person VALUES (%s, 'ana', 'Ana', %s, %s)", (PERSON, party, now))
        connection.execute("INSERT INTO person_role VALUES (%s, 'association_accountant', %s, true, NULL)", (PERSON, now))
        connection.execute(
            "INSERT INTO book (code, party_id, kind, unit_currency, opened_at) VALUES ('eusko', %s, 'issuer', 'EUS', %s)",
            (party, now),
        )
    record(
        database,
        postings.opening(
            MONDAY,
            {f"bank:{IBAN}": 10000, "circulation.digital": 10000, "issuance.digital": 10000, "wallet:E00001": 10000},
        ),
        kind="opening",
    )
    return database


def record(database: Database, entry: Entry, *, kind: str = "wallet_payment") -> Event:
    event = Event(new_id(), "eusko", kind, PERSON, entry.business_on, (("eusko", entry),))
    with unit_of_work(database) as work:
        work.lock(["eusko"])
        work.post(event)
    return event


def pay(cents: int, on: date = MONDAY) -> Entry:
    return postings.paid_between_wallets(on, payer="wallet:E00001", payee="wallet:E00002", cents=cents)


def rows(database: Database, sql: str) -> list[Any]:
    with database.reading() as connection:
        return connection.execute(sql).fetchall()
