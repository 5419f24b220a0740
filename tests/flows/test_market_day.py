"""The market day of the demonstration: what it claims it has looked at, and it says NO when something is not so."""

import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
from rich.console import Console

from monnaielocale.demo.market.counter import change_and_means
from monnaielocale.demo.market.day import MarketDay, clock_of_the_desks
from monnaielocale.demo.market.evening import close_the_desks
from monnaielocale.demo.market.morning import open_the_books, open_the_desks
from monnaielocale.demo.run import shipped_files
from monnaielocale.demo.story import Story
from monnaielocale.demo.telling import Teller
from monnaielocale.domain.desks.bundles import Bundle
from monnaielocale.domain.desks.counts import DifferenceUnexplained
from monnaielocale.store.database import Database


@pytest.fixture
def market(database: Database) -> Iterator[MarketDay]:
    """The market day with three open tills."""
    story = Story(database, Teller(Console(file=io.StringIO(), width=100)), shipped_files())
    story.add_person("nekane", "Nekane Ospital", None, ["administrator"], None)
    with clock_of_the_desks(story) as day:
        open_the_books(day)
        open_the_desks(day)
        yield day
    assert story.database.ahead == timedelta(0)


def test_a_loss_that_the_story_does_not_know_ends_it(market: MarketDay) -> None:
    market.first.lose(Bundle.of({200: 1}))
    with pytest.raises(DifferenceUnexplained):
        close_the_desks(market)


def test_a_receipt_that_the_books_do_not_have_is_told(market: MarketDay) -> None:
    change_and_means(market)
    assert market.story.holds
    market.first.numbers.append("MARC-2026-000099")
    close_the_desks(market)
    assert {verdict.code for verdict in market.story.verdicts if not verdict.holds} == {"closings_agree", "numbers_continuous"}
