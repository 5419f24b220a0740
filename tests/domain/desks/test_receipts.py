"""Receipts: what was sold, the VAT in it, what was given and given back, the numbers and the chain."""

from dataclasses import replace
from datetime import date, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.desks.bundles import NOTHING, Bundle, PieceUnknown
from monnaielocale.domain.desks.change import Change, ChangeNeedsEuros, TenderTooLow
from monnaielocale.domain.desks.charters import Instrument, InstrumentNotAccepted, Vat
from monnaielocale.domain.desks.receipt_chain import (
    canonical_receipt,
    chained,
    duplicate_mark,
    first_broken,
    first_gap,
    receipt_from_canonical,
    receipt_number,
)
from monnaielocale.domain.desks.receipts import (
    Asked,
    Paper,
    QuantityUnfit,
    Receipt,
    ReceiptEmpty,
    ReceiptLine,
    ReceiptTotalDiffers,
    Series,
    priced_lines,
    revenues,
    vat_included,
    vat_totals,
)
from monnaielocale.domain.desks.settlements import (
    DigitalPaid,
    NoChangeOnOtherMeans,
    NotAnotherMeans,
    OtherMeans,
    ReferenceMissing,
    ReferenceRepeated,
    Settlement,
    Tender,
    TenderDiffers,
    settled,
    settled_on_paper,
)
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.refusals import Refusal

from .pool import CHARTER, ENTRY, EUSKOS, EXEMPT, FLOAT, FULL, LESSON, LOCKER, MONDAY, REDUCED, line, receipt

CARD = OtherMeans(Instrument.CARD, 1000, "0042")
CHEQUE = OtherMeans(Instrument.CHEQUE, 2000, "7300181")


def paid(price: int, tender: Tender, drawer: Bundle = FLOAT) -> Settlement:
    return settled(CHARTER, price_cents=price, tender=tender, drawer=lambda: drawer, denominations_cents=EUSKOS)


def test_a_receipt_has_the_prices_of_the_day() -> None:
    lines = priced_lines(CHARTER, [Asked("entry", 3), Asked("locker", 1, 120)], MONDAY, declared_cents=1470)
    assert [(each.label, each.total_cents) for each in lines] == [("Entrée", 1350), ("Casier", 120)]
    assert revenues([*lines, *lines]) == (("entry", 2700), ("locker", 240))


def test_t15_a_wrong_total_with_right_rows_is_refused() -> None:
    with pytest.raises(ReceiptTotalDiffers) as refused:
        priced_lines(CHARTER, [Asked("entry", 3)], MONDAY, declared_cents=1351)
    assert refused.value.values == {"total": "13.50", "declared": "13.51"}


def test_an_empty_receipt_is_refused() -> None:
    with pytest.raises(ReceiptEmpty):
        priced_lines(CHARTER, [], MONDAY)


@pytest.mark.parametrize("quantity", [0, -1, 10_000])
def test_a_quantity_is_at_least_one(quantity: int) -> None:
    with pytest.raises(QuantityUnfit):
        priced_lines(CHARTER, [Asked("entry", quantity)], MONDAY)


@pytest.mark.parametrize(
    ("including", "basis_points", "vat"),
    [
        (1200, 2000, 200),
        (100, 2000, 17),
        (105, 550, 5),
        (1055, 550, 55),
        (3, 2000, 1),
        (0, 2000, 0),
        (999, 0, 0),
        (-1200, 2000, -200),
    ],
)
def test_the_vat_in_an_amount(including: int, basis_points: int, vat: int) -> None:
    assert vat_included(including, basis_points) == vat


@given(st.integers(-(10**12), 10**12), st.integers(0, 9_999))
def test_vat_is_the_nearest_cent_and_a_minus_mirrors_its_plus(cents: int, rate: int) -> None:
    found = vat_included(cents, rate)
    assert 2 * abs(found * (10_000 + rate) - cents * rate) <= 10_000 + rate
    assert vat_included(-cents, rate) == -found


def test_vat_is_calculated_once_for_each_rate() -> None:
    """Three tickets of 0.01 at 20 % hold one cent of VAT together, and none each."""
    cheap = replace(ENTRY, price=LOCKER.price)
    lines = [replace(line(cheap, 1, 50), unit_cents=1) for _ in range(3)]
    assert [(each.including_cents, each.vat_cents) for each in vat_totals(lines)] == [(3, 1)]


def test_each_rate_and_exemption_has_its_total() -> None:
    totals = vat_totals([line(ENTRY, 2), line(LESSON), line(LOCKER, 1, 120)])
    assert [(each.vat, each.excluding_cents, each.vat_cents, each.including_cents) for each in totals] == [
        (EXEMPT, 120, 0, 120),
        (REDUCED, 1137, 63, 1200),
        (FULL, 750, 150, 900),
    ]


quantities = st.lists(
    st.tuples(st.integers(-50, 50), st.integers(0, 10**6), st.sampled_from([FULL, REDUCED, EXEMPT])), max_size=12
)


@given(quantities)
def test_the_rates_come_to_the_total_of_the_receipt(parts: list[tuple[int, int, Vat]]) -> None:
    lines = [ReceiptLine("a", "A", quantity, unit, vat, "70") for quantity, unit, vat in parts]
    totals = vat_totals(lines)
    assert sum(each.including_cents for each in totals) == sum(each.total_cents for each in lines)
    assert all(each.excluding_cents + each.vat_cents == each.including_cents for each in totals)


def test_a_price_is_paid_by_several_means_with_change_on_the_rest() -> None:
    tender = Tender(Bundle.of({1000: 1}), 50, (DigitalPaid("7Q2K", 300, "wallet:E00058"),), (CARD,))
    found = paid(2050, tender)
    assert (found.notes_out, found.euros_out_cents) == (Bundle.of({100: 1, 200: 1}), 0)
    assert (found.notes_cents, found.euros_cents, found.digital_cents, found.other_cents) == (700, 50, 300, 1000)
    assert found.total_cents == 2050
    taken = found.taken()
    assert (taken.notes_cents, taken.euros_cents, taken.payers, taken.other_cents) == (700, 50, (("wallet:E00058", 300),), 1000)


def test_no_change_is_given_on_a_card() -> None:
    with pytest.raises(NoChangeOnOtherMeans) as refused:
        paid(900, Tender(others=(CARD,)))
    assert refused.value.values == {"given": "10.00", "price": "9.00"}


def test_a_price_of_nothing_is_paid_with_nothing() -> None:
    assert paid(0, Tender()) == Settlement()


def test_too_little_is_refused() -> None:
    with pytest.raises(TenderTooLow):
        paid(1450, Tender(others=(CARD,), euros_cents=400))


def test_the_change_rule_holds_for_what_the_card_leaves() -> None:
    with pytest.raises(ChangeNeedsEuros):
        paid(1120, Tender(Bundle.of({200: 1}), others=(CARD,)))


@pytest.mark.parametrize(
    ("tender", "refusal"),
    [
        (Tender(others=(replace(CARD, reference="  "),)), ReferenceMissing),
        (Tender(others=(replace(CARD, reference="4" * 41),)), ReferenceMissing),
        (Tender(others=(replace(CARD, amount_cents=100), replace(CARD, amount_cents=200))), ReferenceRepeated),
        (Tender(others=(replace(CARD, amount_cents=0),)), AmountNotPositive),
        (Tender(digital=(DigitalPaid("7Q2K", -1),)), AmountNotPositive),
        (Tender(euros_cents=-1), AmountNotPositive),
        (Tender(others=(replace(CARD, instrument=Instrument.EUROS),)), NotAnotherMeans),
        (Tender(Bundle.of({300: 1})), PieceUnknown),
    ],
)
def test_a_tender_that_makes_no_sense_is_refused(tender: Tender, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        paid(1000, tender)


@pytest.mark.parametrize(
    ("tender", "instrument"),
    [
        (Tender(Bundle.of({1000: 1})), Instrument.NOTES),
        (Tender(euros_cents=1000), Instrument.EUROS),
        (Tender(digital=(DigitalPaid("7Q2K", 1000),)), Instrument.DIGITAL),
        (Tender(others=(CARD,)), Instrument.CARD),
        (Tender(others=(replace(CHEQUE, amount_cents=1000),)), Instrument.CHEQUE),
    ],
)
def test_a_means_that_the_charter_does_not_list_is_refused(tender: Tender, instrument: Instrument) -> None:
    charter = replace(CHARTER, instruments=frozenset(Instrument) - {instrument})
    with pytest.raises(InstrumentNotAccepted):
        settled(charter, price_cents=1000, tender=tender, drawer=lambda: FLOAT, denominations_cents=EUSKOS)
    assert paid(1000, tender).total_cents == 1000


def on_paper(price: int, tender: Tender, change: Change) -> Settlement:
    return settled_on_paper(CHARTER, price_cents=price, tender=tender, change=change, denominations_cents=EUSKOS)


def test_a_paper_receipt_is_recorded_as_it_happened() -> None:
    """One eusko and 2 euros for 1.20: the rule gives 1.80 euros back, the clerk gave the eusko and 0.80 back."""
    found = on_paper(120, Tender(Bundle.of({100: 1}), 200), Change(Bundle.of({100: 1}), 80))
    assert (found.notes_cents, found.euros_cents, found.total_cents) == (0, 120, 120)


@pytest.mark.parametrize(
    ("tender", "change"),
    [
        (Tender(Bundle.of({500: 1})), Change()),
        (Tender(Bundle.of({500: 1})), Change(euros_cents=50)),
        (Tender(NOTHING, 1450), Change(Bundle.of({1000: 1}))),
        (Tender(NOTHING, 400), Change(euros_cents=-50)),
    ],
    ids=["no change at all", "euros back for notes", "notes back for euros", "negative change"],
)
def test_a_paper_receipt_that_does_not_come_to_its_price_is_refused(tender: Tender, change: Change) -> None:
    with pytest.raises(TenderDiffers):
        on_paper(450, tender, change)


def test_numbers_name_the_desk_the_year_and_the_series() -> None:
    assert receipt_number("PISC", 2026, 42) == "PISC-2026-000042"
    assert receipt_number("PISC", 2026, 3, Series.PAPER) == "PISC-2026-P000003"
    assert receipt_number("PISC", 2026, 1_234_567) == "PISC-2026-1234567"


def test_a_hole_and_a_twin_in_the_numbers_are_found() -> None:
    assert [first_gap(each) for each in ([], [1, 2, 3], [2], [1, 2, 4], [1, 1])] == [None, None, 1, 3, 2]


def test_copies_are_counted() -> None:
    assert str(duplicate_mark(2)) == "DUPLICATE No. 2"


FULL_RECEIPT = replace(
    receipt(
        7,
        (line(ENTRY, 2), line(LOCKER, 1, 120)),
        Settlement(Bundle.of({500: 2}), Bundle.of({200: 1}), 20, 0, (DigitalPaid("7Q2K", 100, "wallet:E00058"),), (CARD,)),
    ),
    paper=Paper("A-118", date(2026, 1, 4)),
    series=Series.PAPER,
)


def test_the_canonical_form_tells_all_but_the_payer() -> None:
    canonical = canonical_receipt(FULL_RECEIPT)
    assert b"E00058" not in canonical
    assert canonical.startswith(
        b'{"cancelled_lines":[],"cancels":"","clerk":"00000000-0000-0000-0000-000000000003","day":"2026-01-05",'
    )
    unnamed = replace(FULL_RECEIPT.settlement, digital=(DigitalPaid("7Q2K", 100),))
    assert receipt_from_canonical(canonical) == replace(FULL_RECEIPT, settlement=unnamed)
    assert canonical_receipt(receipt_from_canonical(canonical)) == canonical


def test_the_hour_of_a_receipt_is_the_same_instant_anywhere() -> None:
    paris = FULL_RECEIPT.issued_at.astimezone(timezone(timedelta(hours=1)))
    assert canonical_receipt(replace(FULL_RECEIPT, issued_at=paris)) == canonical_receipt(FULL_RECEIPT)


def linked(receipts: list[Receipt]) -> list[tuple[Receipt, bytes]]:
    links, previous = [], bytes(32)
    for each in receipts:
        previous = chained(previous, each)
        links.append((each, previous))
    return links


def test_an_altered_receipt_breaks_the_chain_where_it_stands() -> None:
    links = linked([receipt(number, (line(ENTRY, number),)) for number in (1, 2, 3)])
    assert first_broken(links) is None
    altered = replace(links[1][0], reason="x")
    assert first_broken([links[0], (altered, links[1][1]), links[2]]) == "PISC-2026-000002"
    assert first_broken([links[0], links[2]]) == "PISC-2026-000003"
    assert first_broken(links[1:], previous=links[0][1]) is None


@given(
    st.sampled_from(
        [
            {"number": "PISC-2026-000008"},
            {"till": "2"},
            {"business_on": date(2026, 1, 6)},
            {"cancels": "PISC-2026-000001"},
            {"cancelled_lines": (0,)},
            {"paper": None},
            {"series": Series.TILL},
            {"lines": FULL_RECEIPT.lines[:1]},
            {"settlement": replace(FULL_RECEIPT.settlement, euros_in_cents=21)},
            {"settlement": replace(FULL_RECEIPT.settlement, to_refund_cents=1)},
            {"vat": FULL_RECEIPT.vat[:1]},
            {"desk": "park"},
        ]
    )
)
def test_whatever_is_altered_shows_in_the_link(change: dict[str, object]) -> None:
    altered: Receipt = replace(FULL_RECEIPT, **change)  # type: ignore[arg-type]
    assert chained(bytes(32), altered) != chained(bytes(32), FULL_RECEIPT)
