"""What an account held: at a recorded moment, at the end of a business day, line by line."""

from datetime import date, timedelta

import pytest

from monnaielocale.domain.chart import AccountUnknown
from monnaielocale.store.accounts import account_kept, balance_at, balance_on, lines_of
from monnaielocale.store.database import Database
from tests.bare_book import MONDAY, book, pay, record

__all__ = ["book"]
TUESDAY, WEDNESDAY = date(2026, 1, 6), date(2026, 1, 7)


def test_recording_and_business_dates_are_told_apart(book: Database) -> None:
    """25.00 paid on Wednesday is recorded before 10.00 that is dated Tuesday."""
    record(book, pay(2500, WEDNESDAY))
    record(book, pay(1000, TUESDAY))
    with book.reading() as connection:
        wallet = account_kept(connection, "eusko", "wallet:E00001")
        assert [balance_on(connection, wallet, day) for day in (MONDAY, TUESDAY, WEDNESDAY)] == [10000, 9000, 6500]
        first, second, third = lines_of(connection, wallet)
        assert [balance_at(connection, wallet, line.recorded_at) for line in (first, second, third)] == [10000, 7500, 6500]
        assert balance_at(connection, wallet, first.recorded_at - timedelta(microseconds=1)) == 0
        assert [(line.business_on, line.amount_cents) for line in (second, third)] == [(WEDNESDAY, -2500), (TUESDAY, -1000)]


def test_an_account_reads_on_its_own_side(book: Database) -> None:
    with book.reading() as connection:
        circulation = account_kept(connection, "eusko", "circulation.digital")
        assert balance_on(connection, circulation, MONDAY) == 10000
        assert [line.balance_cents for line in lines_of(connection, circulation)] == [10000]


def test_lines_are_read_page_by_page(book: Database) -> None:
    for _ in range(5):
        record(book, pay(100))
    with book.reading() as connection:
        wallet = account_kept(connection, "eusko", "wallet:E00002")
        pages = [[line.number for line in lines_of(connection, wallet, after=after, most=2)] for after in (0, 2, 4)]
    assert pages == [[1, 2], [3, 4], [5]]


@pytest.mark.parametrize("code", ["wallet:E99999", "nothing", "bank:FR76"])
def test_an_account_that_is_not_there_is_named(book: Database, code: str) -> None:
    with book.reading() as connection, pytest.raises(AccountUnknown, match=code):
        account_kept(connection, "eusko", code)
