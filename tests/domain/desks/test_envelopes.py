"""The evening's envelope and its road to the euros."""

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.desks.bundles import NOTHING, Bundle, PieceUnknown
from monnaielocale.domain.desks.envelopes import (
    CarrierMissing,
    DayNotes,
    Envelope,
    EnvelopeAlreadyCounted,
    EnvelopeAlreadyHanded,
    EnvelopeConfirmed,
    EnvelopeCounted,
    EnvelopeDifferenceUnexplained,
    EnvelopeEmpty,
    EnvelopeFact,
    EnvelopeNotHanded,
    EnvelopePaid,
    EnvelopeState,
    Handed,
    check_count,
    check_filling,
    check_handing,
    envelope_from,
    envelope_number,
    proposed_envelope,
    proposed_for_tills,
)

from .pool import ANA, EUSKOS, MAITE, MONDAY, NOON, TUESDAY

DAYS = (DayNotes(MONDAY, Bundle.of({1000: 3})), DayNotes(TUESDAY, Bundle.of({100: 1, 2000: 1})))
HANDED = Handed(NOON, ANA.person_id, "Peio Etxeberri")
ONE_SHORT = EnvelopeCounted(NOON + timedelta(days=1), MAITE.person_id, Bundle.of({1000: 3, 2000: 1}), "Un billet de 1 manque")


def envelope(*facts: EnvelopeFact) -> Envelope:
    return envelope_from("PISC-E0001", DAYS, facts)


def test_the_float_stays_in_the_smallest_notes() -> None:
    proposal = proposed_envelope(Bundle.of({100: 8, 200: 6, 500: 6, 1000: 4, 2000: 2}), 5000)
    assert proposal.left == Bundle.of({100: 8, 200: 6, 500: 6})
    assert proposal.envelope == Bundle.of({1000: 4, 2000: 2})
    assert proposal.above_float_cents == 0


def test_what_the_notes_cannot_divide_stays_above_the_float() -> None:
    proposal = proposed_envelope(Bundle.of({2000: 4}), 5000)
    assert (proposal.envelope, proposal.left) == (Bundle.of({2000: 1}), Bundle.of({2000: 3}))
    assert proposal.above_float_cents == 1000


def test_a_drawer_below_the_float_puts_nothing_aside() -> None:
    proposal = proposed_envelope(Bundle.of({500: 9}), 5000)
    assert (proposal.envelope, proposal.above_float_cents) == (NOTHING, -500)


@given(st.dictionaries(st.sampled_from((2, 3, 5)), st.integers(0, 4)).map(Bundle.of), st.integers(0, 40))
def test_the_envelope_is_the_largest_that_leaves_the_float(drawer: Bundle, float_cents: int) -> None:
    counts = [range(count + 1) for _, count in drawer.pieces]
    every = [Bundle.of(dict(zip(drawer.counts, each, strict=True))) for each in product(*counts)]
    proposal = proposed_envelope(drawer, float_cents)
    assert proposal.envelope + proposal.left == drawer
    leaving = [one for one in every if one.total_cents >= float_cents]
    best = min(leaving, key=lambda one: (one.total_cents, [-one.counts.get(each, 0) for each in (2, 3, 5)]), default=drawer)
    assert proposal.left == best


def test_an_envelope_is_filled_day_by_day_and_goes_its_way() -> None:
    steps: list[EnvelopeFact] = [
        HANDED,
        ONE_SHORT,
        EnvelopePaid(TUESDAY, 3000),
        EnvelopePaid(TUESDAY, 2000),
        EnvelopeConfirmed(TUESDAY, 1000),
        EnvelopeConfirmed(TUESDAY, 4000),
    ]
    states = [envelope(*steps[:count]).state.value for count in range(7)]
    assert states == ["prepared", "handed", "counted", "counted", "paid", "paid", "confirmed"]
    assert envelope().declared == Bundle.of({100: 1, 1000: 3, 2000: 1})


def test_one_note_short_is_a_difference_and_the_rest_is_owed() -> None:
    counted = envelope(HANDED, ONE_SHORT)
    assert (counted.owed_cents, counted.difference_cents) == (5000, -100)
    assert (envelope(HANDED).owed_cents, envelope(HANDED).difference_cents) == (0, 0)


def test_an_envelope_in_which_nothing_is_found_owes_nothing_more() -> None:
    empty = envelope(HANDED, EnvelopeCounted(NOON, MAITE.person_id, NOTHING, "Enveloppe vide"))
    assert (empty.state, empty.difference_cents) == (EnvelopeState.CONFIRMED, -5100)


def test_an_envelope_is_handed_once_to_a_named_carrier_and_not_empty() -> None:
    assert check_handing(envelope(), "  Peio Etxeberri ") == "Peio Etxeberri"
    with pytest.raises(CarrierMissing):
        check_handing(envelope(), " ")
    with pytest.raises(EnvelopeAlreadyHanded):
        check_handing(envelope(HANDED), "Peio Etxeberri")
    with pytest.raises(EnvelopeEmpty):
        check_handing(Envelope("PISC-E0002", ()), "Peio Etxeberri")


def test_nothing_is_added_after_it_left() -> None:
    check_filling(envelope(), Bundle.of({100: 1}))
    with pytest.raises(EnvelopeAlreadyHanded):
        check_filling(envelope(HANDED), Bundle.of({100: 1}))
    with pytest.raises(EnvelopeEmpty):
        check_filling(envelope(), NOTHING)


def test_it_is_counted_once_after_it_was_handed_over() -> None:
    declared = envelope().declared
    assert check_count(envelope(HANDED), declared, "", EUSKOS) == ""
    with pytest.raises(EnvelopeNotHanded):
        check_count(envelope(), declared, "", EUSKOS)
    with pytest.raises(EnvelopeAlreadyCounted):
        check_count(envelope(HANDED, ONE_SHORT), declared, "", EUSKOS)
    with pytest.raises(PieceUnknown):
        check_count(envelope(HANDED), Bundle.of({300: 1}), "", EUSKOS)


@pytest.mark.parametrize("found", [Bundle.of({1000: 3, 2000: 1}), Bundle.of({100: 11, 2000: 2}), NOTHING])
def test_a_count_that_differs_says_why(found: Bundle) -> None:
    with pytest.raises(EnvelopeDifferenceUnexplained):
        check_count(envelope(HANDED), found, "", EUSKOS)
    assert check_count(envelope(HANDED), found, "Recompté deux fois", EUSKOS) == "Recompté deux fois"


bundles = st.dictionaries(st.sampled_from((100, 200, 500, 1000, 2000)), st.integers(0, 9)).map(Bundle.of)


@given(st.dictionaries(st.sampled_from(("1", "2", "3")), bundles), st.integers(0, 200_00))
def test_the_tills_together_keep_the_float_or_everything(drawers: dict[str, Bundle], float_cents: int) -> None:
    proposals = proposed_for_tills(drawers, float_cents)
    assert {till: proposal.envelope + proposal.left for till, proposal in proposals.items()} == drawers
    total = sum(drawer.total_cents for drawer in drawers.values())
    kept = sum(proposal.left.total_cents for proposal in proposals.values())
    assert kept >= min(total, float_cents)
    # No till keeps more than its part and the note that could not be divided.
    assert not drawers or kept < max(float_cents, 1) + len(drawers) * 20_00 or kept == 0


def test_a_till_that_lacks_its_part_of_the_float_leaves_it_to_the_others() -> None:
    proposals = proposed_for_tills({"1": Bundle.of({100: 60}), "2": Bundle.of({100: 10}), "3": NOTHING}, 50_00)
    assert {till: proposal.left.total_cents for till, proposal in proposals.items()} == {"1": 40_00, "2": 10_00, "3": 0}


def test_the_number_of_an_envelope_says_desk_and_year() -> None:
    assert envelope_number("PISC", 2026, 42) == "PISC-2026-E0042"
