"""Alarms of a desk: each raised on its day and not before."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from monnaielocale.domain.desks.alarms import AlarmKind, DeskFacts, alarms
from monnaielocale.domain.desks.charters import PayInRhythm
from monnaielocale.domain.desks.days import DeskDay

from .pool import CHARTER, MAITE, MONDAY, NOON, TUESDAY

CLOSED = DeskDay("pool", MONDAY, NOON, MAITE.person_id)
SEALED = replace(CLOSED, sealed_at=NOON, sealed_by=MAITE.person_id)


def raised(facts: DeskFacts, today: date = MONDAY) -> list[str]:
    return [alarm.kind.value for alarm in alarms(CHARTER, facts, today)]


def after(days: int) -> date:
    return MONDAY + timedelta(days=days)


def test_a_quiet_desk_has_no_alarm() -> None:
    assert raised(DeskFacts(), date(2027, 1, 1)) == []


@pytest.mark.parametrize(
    ("cents", "kinds"), [(79_999, []), (80_000, ["ceiling_near"]), (99_999, ["ceiling_near"]), (100_000, ["ceiling_reached"])]
)
def test_cash_nears_and_reaches_the_ceiling(cents: int, kinds: list[str]) -> None:
    assert raised(DeskFacts(cash_cents=cents)) == kinds


def test_the_ceiling_is_told_in_words() -> None:
    (alarm,) = alarms(CHARTER, DeskFacts(cash_cents=120_000), MONDAY)
    assert str(alarm.told) == "The cash in hand, 1200.00 EUR, reaches the ceiling of 1000.00 EUR: pay it in."


def test_takings_are_paid_in_by_the_rhythm() -> None:
    facts = DeskFacts(cash_cents=100, cash_since_on=MONDAY)
    assert raised(facts, date(2026, 2, 4)) == []
    assert raised(facts, date(2026, 2, 5)) == ["pay_in_due"]
    weekly = replace(CHARTER, pay_in=PayInRhythm.WEEK)
    (alarm,) = alarms(weekly, facts, after(9))
    assert (alarm.kind, alarm.since_on) == (AlarmKind.PAY_IN_DUE, after(7))


def test_a_day_left_open_and_a_day_nobody_sealed() -> None:
    left_open = DeskFacts(days=(DeskDay("pool", MONDAY),))
    assert raised(left_open, MONDAY) == []
    assert raised(left_open, TUESDAY) == ["day_left_open"]
    assert raised(DeskFacts(days=(CLOSED,)), after(3)) == []
    assert raised(DeskFacts(days=(CLOSED, SEALED)), after(4)) == ["day_unsealed"]


def test_an_envelope_that_nobody_collects() -> None:
    facts = DeskFacts(envelopes=(("PISC-E0001", MONDAY),))
    assert raised(facts, after(7)) == []
    assert raised(facts, after(8)) == ["envelope_waiting"]


def test_a_till_that_differs_again_and_again() -> None:
    facts = DeskFacts(differences=tuple((till, after(day)) for till, day in [("1", 0), ("1", 3), ("2", 4), ("1", 9)]))
    assert raised(facts, after(9)) == ["difference_repeated"]
    assert raised(facts, after(29)) == ["difference_repeated"]
    assert raised(facts, after(30)) == []
    assert raised(facts, after(8)) == []


def test_what_the_association_owes_for_too_long_is_added_up() -> None:
    facts = DeskFacts(claims=((MONDAY, 3000), (TUESDAY, 500), (after(20), 900)))
    assert raised(facts, after(30)) == []
    (alarm,) = alarms(CHARTER, facts, after(32))
    assert (alarm.kind, alarm.since_on) == (AlarmKind.CLAIM_OLD, MONDAY)
    assert str(alarm.told) == "The association has owed 35.00 EUR since 2026-01-05, longer than agreed."


def test_every_kind_of_alarm_can_be_raised() -> None:
    facts = DeskFacts(
        cash_cents=90_000,
        cash_since_on=MONDAY,
        days=(DeskDay("pool", MONDAY), CLOSED),
        envelopes=(("PISC-E0001", MONDAY),),
        differences=(("1", after(38)), ("1", after(39)), ("1", after(40))),
        claims=((MONDAY, 1),),
        unsigned_since_on=MONDAY,
    )
    known = {alarm.kind for alarm in alarms(CHARTER, facts, after(40))}
    assert known == set(AlarmKind) - {AlarmKind.CEILING_REACHED}
