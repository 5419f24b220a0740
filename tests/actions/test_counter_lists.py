"""What people at a desk look up: the evening's envelope before it is filled, and the receipt journal as a list."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from monnaielocale.domain.desks.bundles import Bundle
from monnaielocale.domain.desks.receipt_chain import first_broken
from monnaielocale.formats.receipt_journal import receipt_journal_sheet
from monnaielocale.formats.spreadsheets import write_csv
from monnaielocale.store.counter import evening_envelope, receipt_journal
from monnaielocale.words import say, speak
from tests.counter import Counter
from tests.desks import POOL, TILL


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    speak("en")
    yield
    speak("fr")


def proposed(counter: Counter) -> dict[str, Bundle]:
    with counter.world.database.reading() as connection:
        return {till: one.envelope for till, one in evening_envelope(connection, POOL).items()}


def test_the_envelope_of_the_evening_is_proposed_from_what_the_tills_hold_beyond_the_float(counter: Counter) -> None:
    counter.open_day()
    counter.open_till()
    assert proposed(counter) == {TILL: Bundle()}
    counter.receipt("lesson", notes=((1000, 1), (200, 1)))
    assert proposed(counter) == {TILL: Bundle.of({200: 1, 1000: 1})}
    counter.pool.fill(*proposed(counter)[TILL].pieces)
    assert proposed(counter) == {TILL: Bundle()}


def test_the_journal_lists_every_receipt_with_what_came_in_and_went_out(counter: Counter) -> None:
    counter.open_day()
    counter.open_till()
    first = counter.receipt("lesson", notes=((1000, 1),), others=(("card", 2_00, "S-1"),))
    counter.cancel(first["number"])
    counter.late("A-12", counter.world.on, "lesson", notes=((2000, 1),), change_notes=((500, 1), (200, 1), (100, 1)))
    with counter.world.database.reading() as connection:
        kept = receipt_journal(connection, POOL)
        assert receipt_journal(connection, POOL, counter.world.on + timedelta(days=1)) == []
        assert receipt_journal(connection, POOL, counter.world.on, counter.world.on) == kept
    assert first_broken(kept) is None and first_broken([kept[1], kept[0], kept[2]]) == kept[1][0].number
    lines = write_csv(receipt_journal_sheet(kept, say=say)).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Receipt;Day;Till;Services;Total;of it VAT;Notes given;Change in notes;Euros given;")
    taken, minus, paper, total = (line.split(";") for line in lines[1:])
    assert taken[:3] == ["PISC-2026-000001", f"{counter.world.on:%d/%m/%Y}", TILL]
    assert (taken[4], taken[6], taken[7], taken[11]) == ("12,00", "10,00", "0,00", "2,00")
    assert (minus[4], minus[7], minus[11], minus[14], minus[16]) == ("-12,00", "10,00", "-2,00", first["number"], "by mistake")
    assert (paper[0], paper[6], paper[7], paper[15]) == ("PISC-2026-P000001", "20,00", "8,00", "A-12")
    assert (total[0], total[4]) == ("Total", "12,00")
    assert [each[17] for each in (taken, minus, paper)] == [link.hex() for _, link in kept]
