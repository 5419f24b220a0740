"""Corrections: each line of a receipt once, the same means back before the closing, the authorising officer after it."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.domain.desks.bundles import NOTHING, Bundle
from monnaielocale.domain.desks.charters import Instrument
from monnaielocale.domain.desks.corrections import (
    CancellationReasonMissing,
    Correction,
    LineAlreadyCancelled,
    LineNotOnReceipt,
    MinusReceiptNotCancellable,
    PaperDateUnfit,
    PaperNumberMissing,
    PaperReceiptKnown,
    ReceiptAlreadyCancelled,
    RefundNotComposable,
    RefundStaysOut,
    cancelled,
    checked_paper,
    given_back,
    refund_from_till,
)
from monnaielocale.domain.desks.receipts import Paper, Receipt
from monnaielocale.domain.desks.settlements import DigitalPaid, OtherMeans, Settlement
from monnaielocale.domain.desks.totals import Totals

from .pool import CHARTER, ENTRY, FLOAT, LESSON, LOCKER, MONDAY, TUESDAY, line, receipt

CARD = OtherMeans(Instrument.CARD, 400, "0042")
UNITS = DigitalPaid("7Q2K", 300, "wallet:E00058")
# 22.20 paid with 3.00 digital, 4.00 by card, 0.20 in euros, and 20 eusko of which 5 came back.
MIXED = receipt(
    7,
    (line(ENTRY, 2), line(LESSON), line(LOCKER, 1, 120)),
    Settlement(Bundle.of({2000: 1}), Bundle.of({500: 1}), 20, 0, (UNITS,), (CARD,)),
)


def minus(original: Receipt, correction: Correction, number: int = 8) -> Receipt:
    """The minus receipt that a correction is issued as."""
    issued = receipt(number, correction.lines, correction.settlement)
    return replace(
        issued, vat=correction.vat, cancels=original.number, cancelled_lines=correction.cancelled_lines, reason=correction.reason
    )


def cancel(
    original: Receipt, earlier: list[Receipt], rows: list[int] | None = None, *, open_: bool = True, drawer: Bundle = FLOAT
) -> Correction:
    return cancelled(original, earlier, rows=rows, reason="Erreur de saisie", day_is_open=open_, drawer=drawer)


def test_a_whole_receipt_gives_back_every_means() -> None:
    assert MIXED.total_cents == MIXED.settlement.total_cents == 2220
    correction = cancel(MIXED, [])
    assert [each.quantity for each in correction.lines] == [-2, -1, -1]
    assert correction.settlement == Settlement(
        notes_out=Bundle.of({500: 3}),
        euros_out_cents=20,
        digital=(replace(UNITS, amount_cents=-300),),
        others=(replace(CARD, amount_cents=-400),),
    )
    assert [(each.including_cents, each.vat_cents) for each in correction.vat] == [
        (-each.including_cents, -each.vat_cents) for each in MIXED.vat
    ]


def test_a_line_gives_back_as_few_local_notes_as_possible() -> None:
    correction = cancel(MIXED, [], [3])
    assert correction.settlement == Settlement(digital=(replace(UNITS, amount_cents=-120),))
    assert correction.cancelled_lines == (2,)
    second = cancel(MIXED, [minus(MIXED, correction)], [1])
    assert second.settlement == Settlement(
        notes_out=Bundle.of({200: 1, 100: 1}),
        euros_out_cents=20,
        digital=(replace(UNITS, amount_cents=-180),),
        others=(replace(CARD, amount_cents=-400),),
    )


def test_a_receipt_is_cancelled_once() -> None:
    whole = minus(MIXED, cancel(MIXED, []))
    with pytest.raises(ReceiptAlreadyCancelled):
        cancel(MIXED, [whole])
    one = minus(MIXED, cancel(MIXED, [], [2]))
    with pytest.raises(LineAlreadyCancelled) as refused:
        cancel(MIXED, [one], [1, 2])
    assert refused.value.values == {"receipt": "PISC-2026-000007", "row": 2}
    assert cancel(MIXED, [one]).cancelled_lines == (0, 2)


def test_a_correction_is_not_corrected() -> None:
    with pytest.raises(MinusReceiptNotCancellable):
        cancel(minus(MIXED, cancel(MIXED, [])), [])


@pytest.mark.parametrize("rows", [[0], [4], []])
def test_a_line_that_is_not_there_is_refused(rows: list[int]) -> None:
    with pytest.raises(LineNotOnReceipt):
        cancel(MIXED, [], rows)


def test_a_cancellation_says_why() -> None:
    with pytest.raises(CancellationReasonMissing):
        cancelled(MIXED, [], rows=None, reason="  ", day_is_open=True, drawer=FLOAT)


def test_notes_that_the_drawer_cannot_give_are_refused_and_named() -> None:
    with pytest.raises(RefundNotComposable) as refused:
        cancel(MIXED, [], drawer=Bundle.of({2000: 1}))
    assert refused.value.values == {"amount": "15.00"}


def test_no_euros_are_given_back_for_local_notes() -> None:
    in_notes = receipt(9, (line(LOCKER, 1, 500),), Settlement(Bundle.of({500: 1})))
    with pytest.raises(RefundNotComposable):
        cancel(in_notes, [], drawer=NOTHING)
    assert cancel(in_notes, [], drawer=Bundle.of({500: 1})).settlement == Settlement(notes_out=Bundle.of({500: 1}))


def test_after_the_closing_nothing_leaves_the_till() -> None:
    correction = cancel(MIXED, [], [2], open_=False)
    assert correction.settlement == Settlement(to_refund_cents=1200)
    assert minus(MIXED, correction).settlement.total_cents == -1200


def test_after_the_closing_the_till_refunds_only_where_the_charter_lets_it() -> None:
    with pytest.raises(RefundStaysOut):
        refund_from_till(CHARTER, MIXED.settlement, [], 1200, FLOAT)
    allowed = replace(CHARTER, refunds_leave_till=True)
    found = refund_from_till(allowed, MIXED.settlement, [], 1200, FLOAT)
    assert found == given_back(MIXED.settlement, [], 1200, FLOAT)
    assert found.total_cents == -1200


prices = st.lists(st.integers(0, 500), min_size=1, max_size=4)


@settings(max_examples=150)
@given(prices, st.data())
def test_corrections_undo_a_receipt_to_the_cent(units: list[int], data: st.DataObject) -> None:
    """Whatever means paid and in whichever order the lines are cancelled, every means and every rate comes to nothing."""
    tariffs = (ENTRY, LESSON, LOCKER)
    lines = tuple(
        replace(line(tariffs[position % 3], 1, None if position % 3 < 2 else 50), unit_cents=unit)
        for position, unit in enumerate(units)
    )
    total = sum(units)
    digital = data.draw(st.integers(0, total))
    card = data.draw(st.integers(0, total - digital))
    notes = data.draw(st.integers(0, (total - digital - card) // 100)) * 100
    paid = Settlement(
        Bundle.of({100: notes // 100}),
        NOTHING,
        total - digital - card - notes,
        0,
        (replace(UNITS, amount_cents=digital),) if digital else (),
        (replace(CARD, amount_cents=card),) if card else (),
    )
    original = receipt(1, lines, paid)
    earlier: list[Receipt] = []
    drawer = Bundle.of({100: notes // 100})
    for position in data.draw(st.permutations(range(len(lines)))):
        try:
            correction = cancel(original, earlier, [position + 1], drawer=drawer)
        except RefundNotComposable:
            # What is left can always be given back together.
            correction = cancel(original, earlier, drawer=drawer)
        drawer -= correction.settlement.notes_out
        earlier.append(minus(original, correction, len(earlier) + 2))
        assert earlier[-1].settlement.total_cents == earlier[-1].total_cents
        if len({each for one in earlier for each in one.cancelled_lines}) == len(lines):
            break
    left = Totals.of([original, *earlier])
    assert (left.total_cents, left.by_means, left.by_service, left.by_vat) == (0, (), (), ())


def test_a_late_entry_cites_its_paper_receipt_once() -> None:
    assert checked_paper(" A-118 ", MONDAY, day=TUESDAY, known={"A-117"}) == Paper("A-118", MONDAY)
    with pytest.raises(PaperReceiptKnown):
        checked_paper("A-117", MONDAY, day=TUESDAY, known={"A-117"})
    with pytest.raises(PaperNumberMissing):
        checked_paper("", MONDAY, day=TUESDAY, known=())
    with pytest.raises(PaperDateUnfit):
        checked_paper("A-118", TUESDAY, day=MONDAY, known=())
    assert checked_paper("A-118", date(2025, 12, 31), day=MONDAY, known=()).issued_on.year == 2025
