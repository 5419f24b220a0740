"""What a desk may collect, how, at which price, and who may."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.desks.charters import (
    Charter,
    CharterNotInForce,
    Instrument,
    InstrumentNotAccepted,
    NoTariffOnDay,
    PayInRhythm,
    Price,
    PriceIsFixed,
    PriceOutOfBounds,
    PriceToBeSaid,
    ServiceNotInCharter,
    Tariff,
    TariffsOverlap,
    TariffUnfit,
    TillUnknown,
    Vat,
    checked_charter,
)
from monnaielocale.domain.desks.staff import (
    Appointment,
    AppointmentReversed,
    HeadOrDeputyNeeded,
    HeadsOverlap,
    NotNamedToCollect,
    Rank,
    checked_staff,
)

from .pool import ANA, CHARTER, ENTRY, EXEMPT, IBAN, LOCKER, MAITE, MONDAY, NEW_YEAR, STAFF, XAN

JULY, END_OF_JUNE = date(2026, 7, 1), date(2026, 6, 30)


def test_a_service_has_the_price_of_the_day() -> None:
    summer = replace(ENTRY, price=Price.fixed(500), valid_from=JULY)
    charter = replace(CHARTER, tariffs=(replace(ENTRY, valid_until=END_OF_JUNE), summer))
    assert checked_charter(charter).tariff_on("entry", END_OF_JUNE).unit_cents() == 450
    assert charter.tariff_on("entry", JULY).unit_cents() == 500
    assert charter.services_on(JULY) == (summer,)


def test_a_service_outside_the_charter_is_refused_in_words() -> None:
    with pytest.raises(ServiceNotInCharter) as refused:
        CHARTER.tariff_on("sauna", MONDAY)
    assert "gestion de fait" in str(refused.value)


def test_a_service_without_a_price_that_day_is_refused() -> None:
    charter = replace(CHARTER, tariffs=(replace(ENTRY, valid_from=JULY),))
    with pytest.raises(NoTariffOnDay):
        charter.tariff_on("entry", MONDAY)


def test_nothing_is_collected_before_or_after_the_charter() -> None:
    charter = replace(CHARTER, valid_until=END_OF_JUNE)
    charter.require_in_force(NEW_YEAR)
    charter.require_in_force(END_OF_JUNE)
    for day in (date(2025, 12, 31), JULY):
        with pytest.raises(CharterNotInForce):
            charter.tariff_on("entry", day)
        assert charter.services_on(day) == ()


def test_a_fixed_price_may_be_repeated_and_not_changed() -> None:
    assert ENTRY.unit_cents(450) == 450
    with pytest.raises(PriceIsFixed) as refused:
        ENTRY.unit_cents(400)
    assert str(refused.value) == "The price of entry is 4.50: 4.00 cannot be asked for it."


def test_a_free_price_is_said_within_its_bounds() -> None:
    assert [LOCKER.unit_cents(cents) for cents in (50, 120, 500)] == [50, 120, 500]
    with pytest.raises(PriceToBeSaid):
        LOCKER.unit_cents()
    for cents in (49, 501, -120):
        with pytest.raises(PriceOutOfBounds):
            LOCKER.unit_cents(cents)


def test_only_the_listed_instruments_are_taken() -> None:
    charter = replace(CHARTER, instruments=frozenset({Instrument.NOTES, Instrument.EUROS}))
    charter.require_instrument(Instrument.NOTES)
    with pytest.raises(InstrumentNotAccepted) as refused:
        charter.require_instrument(Instrument.CARD)
    assert refused.value.values == {"desk": "pool", "kind": Instrument.CARD}


def test_a_desk_has_its_tills_and_no_other() -> None:
    CHARTER.require_till("2")
    with pytest.raises(TillUnknown):
        CHARTER.require_till("3")


@pytest.mark.parametrize(
    "tariff",
    [
        replace(ENTRY, vat=Vat()),
        replace(ENTRY, vat=Vat(2000, "CGI, article 261 D")),
        replace(ENTRY, vat=Vat(10_000)),
        replace(ENTRY, vat=Vat(-550)),
        replace(ENTRY, price=Price(200, 100)),
        replace(ENTRY, price=Price(-100, 100)),
        replace(ENTRY, valid_until=date(2025, 12, 31)),
    ],
    ids=["no VAT said", "rate and exemption", "100 %", "below zero", "bounds crossed", "price below zero", "days reversed"],
)
def test_a_tariff_that_contradicts_itself_is_refused(tariff: Tariff) -> None:
    with pytest.raises(TariffUnfit):
        checked_charter(replace(CHARTER, tariffs=(tariff,)))


def test_a_free_service_and_one_without_vat_are_possible() -> None:
    charter = replace(CHARTER, tariffs=(replace(ENTRY, price=Price.fixed(0)), replace(LOCKER, vat=EXEMPT)))
    assert checked_charter(charter) == charter


def test_two_prices_on_one_day_are_refused() -> None:
    with pytest.raises(TariffsOverlap) as refused:
        checked_charter(replace(CHARTER, tariffs=(ENTRY, replace(ENTRY, valid_from=JULY))))
    assert refused.value.values == {"service": "entry", "day": JULY}


days = st.dates(date(2026, 1, 1), date(2026, 1, 20))


@given(st.lists(st.tuples(days, st.one_of(st.none(), days)), max_size=4), days)
def test_a_checked_charter_has_one_price_a_day(stretches: list[tuple[date, date | None]], day: date) -> None:
    tariffs = tuple(replace(ENTRY, valid_from=first, valid_until=last) for first, last in stretches)
    charter: Charter = replace(CHARTER, tariffs=tariffs)
    try:
        checked_charter(charter)
    except (TariffsOverlap, TariffUnfit):
        return
    assert sum(tariff.holds_on(day) for tariff in tariffs) <= 1


@pytest.mark.parametrize(
    ("rhythm", "due_on"),
    [
        (PayInRhythm.WEEK, date(2026, 2, 7)),
        (PayInRhythm.FORTNIGHT, date(2026, 2, 14)),
        (PayInRhythm.MONTH, date(2026, 2, 28)),
    ],
)
def test_takings_are_paid_in_at_least_once_a_month(rhythm: PayInRhythm, due_on: date) -> None:
    assert rhythm.due_on(date(2026, 1, 31)) == due_on


def test_people_collect_in_the_days_for_which_they_are_named() -> None:
    assert STAFF.may_collect(ANA.person_id, MONDAY)
    assert not STAFF.may_collect(ANA.person_id, NEW_YEAR)
    STAFF.require_collector(MAITE, NEW_YEAR)
    with pytest.raises(NotNamedToCollect) as refused:
        STAFF.require_collector(ANA, date(2026, 2, 1))
    assert "gestion de fait" in str(refused.value)
    with pytest.raises(NotNamedToCollect):
        STAFF.require_collector(IBAN, MONDAY)


def test_the_head_and_the_deputies_seal_and_the_clerks_do_not() -> None:
    STAFF.require_head_or_deputy(MAITE, MONDAY)
    STAFF.require_head_or_deputy(XAN, MONDAY)
    with pytest.raises(HeadOrDeputyNeeded):
        STAFF.require_head_or_deputy(ANA, MONDAY)
    with pytest.raises(HeadOrDeputyNeeded):
        STAFF.require_head_or_deputy(XAN, JULY)


def test_a_desk_has_one_head_at_a_time() -> None:
    handover = [
        Appointment(MAITE.person_id, Rank.HEAD, NEW_YEAR, END_OF_JUNE),
        Appointment(XAN.person_id, Rank.HEAD, JULY),
    ]
    staff = checked_staff("pool", handover)
    assert [staff.head_on(day) for day in (END_OF_JUNE, JULY, date(2025, 1, 1))] == [UUID(int=1), UUID(int=2), None]
    with pytest.raises(HeadsOverlap) as refused:
        checked_staff("pool", [replace(handover[0], ends_on=JULY), handover[1]])
    assert refused.value.values["day"] == JULY


def test_an_appointment_does_not_end_before_it_begins() -> None:
    with pytest.raises(AppointmentReversed):
        checked_staff("pool", [Appointment(ANA.person_id, Rank.CLERK, JULY, END_OF_JUNE)])
