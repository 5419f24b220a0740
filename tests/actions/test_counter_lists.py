"""What people at a desk look up: the evening's envelope before it is filled, and the receipt journal."""

from datetime import timedelta

from monnaielocale.domain.desks.bundles import Bundle
from monnaielocale.domain.desks.receipt_chain import first_broken
from monnaielocale.store.counter import evening_envelope
from monnaielocale.store.receipts import receipt_journal
from tests.counter import Counter
from tests.desks import POOL, TILL


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


def test_the_journal_holds_every_receipt_of_some_days_with_its_link(counter: Counter) -> None:
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
    taken, minus, paper = (receipt for receipt, _ in kept)
    assert (taken.number, taken.settlement.notes_cents, taken.settlement.other_cents) == ("PISC-2026-000001", 10_00, 2_00)
    assert (minus.cancels, minus.total_cents, minus.reason) == (taken.number, -12_00, "by mistake")
    assert paper.paper is not None and (paper.number, paper.paper.number) == ("PISC-2026-P000001", "A-12")
