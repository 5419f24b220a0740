"""A desk changes hands: the head who leaves draws up what is there, the one who begins signs it."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.handovers import AcceptHandover, DrawUpHandover, accept_handovers, draw_up_handovers
from monnaielocale.domain.desks.alarms import AlarmKind
from monnaielocale.domain.desks.counts import DifferenceUnexplained
from monnaielocale.domain.desks.days import EarlierDayOpen
from monnaielocale.domain.desks.handovers import (
    HandoverAccepted,
    HandoverReplaced,
    HandoverUnknown,
    NobodyTakesOver,
    NotYourHandover,
    SignedByOne,
    TakingsNotPaidIn,
    canonical_handover,
    fingerprint,
    handover_from_canonical,
)
from monnaielocale.domain.desks.staff import AppointmentEndUnfit, AppointmentUnknown, HeadOrDeputyNeeded, NotNamedToCollect
from monnaielocale.domain.people import PersonUnknown
from monnaielocale.store.alarms import alarms_of_desks
from monnaielocale.store.check import check
from monnaielocale.store.database import Database
from monnaielocale.store.faults import RefusedByTheBooks, refusal_of
from monnaielocale.store.handovers import HandoverKept, handover_with
from tests.counter import COINS, NOTES, Counter, moved
from tests.desks import POOL
from tests.invariants import check_invariants
from tests.world import TOWN

HEIR = "pool-heir"
# What the pool holds when everything was paid in: its float, in notes and in euros, with two notes of five that were taken.
LEFT = CountGiven(moved(NOTES, c500=2, c100=-1), moved(COINS, c1000=6))


@pytest.fixture
def counter(database: Database) -> Counter:
    """A day with two receipts, one of them in notes, is closed; the head leaves tonight, and the next begins tomorrow."""
    counter = Counter.ready(database)
    counter.open_day()
    counter.open_till()
    counter.receipt(("entry", 2, None), notes=((500, 2),), euros_cents=0)
    counter.receipt("entry", euros_cents=4_50)
    counter.count(CountGiven(tuple(counter.notes()), moved(COINS, c200=2, c50=1)))
    counter.close_till()
    counter.close_day()
    counter.world.add(HEIR, TOWN, "desk_clerk")
    counter.pool.end("pool-head", "head", counter.world.on)
    counter.pool.name(HEIR, "head", starts_on=counter.world.on + timedelta(days=1))
    return counter


def draw_up(counter: Counter, count: CountGiven = LEFT, by: str = "pool-head", **more: Any) -> dict[str, Any]:
    given = {"successor": HEIR} | more
    return counter.world.do(draw_up_handovers, DrawUpHandover(counter.world.actor(by), POOL, count=count, **given))


def accept(counter: Counter, handover: str, by: str = HEIR, **more: Any) -> dict[str, Any]:
    return counter.world.do(accept_handovers, AcceptHandover(counter.world.actor(by), POOL, handover, **more))


def kept(counter: Counter, handover: str) -> HandoverKept:
    with counter.world.database.reading() as connection:
        return handover_with(connection, POOL, handover)


def unsigned(counter: Counter) -> list[date | None]:
    """Since when a head has not signed, by the alarms of the world's day."""
    with counter.world.database.reading() as connection:
        found = alarms_of_desks(connection, counter.world.on, [POOL])
    return [alarm.since_on for alarm in found if alarm.kind is AlarmKind.HANDOVER_UNSIGNED]


def test_what_is_there_passes_to_the_next_head_under_two_signatures(counter: Counter) -> None:
    counter.pool.pay_everything_in()
    answer = draw_up(counter)
    assert (answer["handover"], answer["difference_cents"]) == ("PISC-PV0001", 0)
    tomorrow = counter.world.on + timedelta(days=1)
    assert answer["begins_on"] == str(tomorrow)
    counter.next_day()
    assert unsigned(counter) == [tomorrow]
    done = accept(counter, "PISC-PV0001", reservations="  The safe was opened without me ")
    assert unsigned(counter) == []
    assert done["accepted_on"] == str(tomorrow)
    drawn = kept(counter, "PISC-PV0001")
    assert (drawn.outgoing, drawn.incoming, drawn.reservations) == ("pool-head", HEIR, "The safe was opened without me")
    document = drawn.document
    assert fingerprint(drawn.canonical) == answer["sha256"]
    assert (document.journal.receipt_count, document.journal.last_receipt) == (2, "PISC-2026-000002")
    assert document.journal.last_closing == "PISC-2026-Z0001"
    assert dict(document.accounts)["values.notes"] == 9_00
    assert dict(document.accounts)["paid_in"] == 4_50
    assert document.expected.notes.total_cents == sum(count * each for each, count in LEFT.notes)
    # The next head opens the desk, and the one who left is nobody there any more.
    counter.open_day(by=HEIR)
    with pytest.raises(NotNamedToCollect):
        counter.open_till(by="pool-head")
    check_invariants(counter.world.database)


def test_a_canonical_form_says_everything(counter: Counter) -> None:
    counter.pool.fill((500, 1))
    counter.pool.pay_everything_in()
    without = replace(LEFT, notes=moved(LEFT.notes, c500=-1))
    number = draw_up(counter, without)["handover"]
    canonical = kept(counter, number).canonical
    assert canonical_handover(handover_from_canonical(canonical)) == canonical
    (left,) = handover_from_canonical(canonical).envelopes
    assert (left.number, left.state, left.declared_cents) == ("PISC-2026-E0001", "prepared", 5_00)


def test_a_difference_is_shown_and_explained(counter: Counter) -> None:
    counter.pool.pay_everything_in()
    less = replace(LEFT, euros=moved(LEFT.euros, c100=-1))
    with pytest.raises(DifferenceUnexplained):
        draw_up(counter, less)
    answer = draw_up(counter, less, reason="a coin of one euro is gone")
    assert (answer["expected_cents"] - answer["counted_cents"], answer["difference_cents"]) == (1_00, -1_00)
    assert kept(counter, answer["handover"]).document.reason == "a coin of one euro is gone"


def test_a_desk_with_takings_or_an_open_day_does_not_change_hands(counter: Counter) -> None:
    with pytest.raises(TakingsNotPaidIn) as refused:
        draw_up(counter)
    assert refused.value.values["amount"] == "4.50"
    counter.pool.pay_everything_in()
    counter.next_day()
    counter.open_day(by="pool-deputy")
    with pytest.raises(EarlierDayOpen):
        draw_up(counter, by="pool-deputy")


def test_who_draws_up_and_for_whom(counter: Counter) -> None:
    counter.pool.pay_everything_in()
    with pytest.raises(HeadOrDeputyNeeded):
        draw_up(counter, by="pool-clerk")
    with pytest.raises(NobodyTakesOver):
        draw_up(counter, successor="pool-deputy")
    with pytest.raises(NobodyTakesOver):
        draw_up(counter, successor="pool-head")
    with pytest.raises(PersonUnknown):
        draw_up(counter, successor="operator")
    counter.next_day()
    with pytest.raises(SignedByOne):
        draw_up(counter, by=HEIR)
    assert draw_up(counter, by="pool-deputy")["handover"] == "PISC-PV0001"


def test_only_the_last_one_is_accepted_once_by_the_next_head_on_their_day(counter: Counter) -> None:
    counter.pool.pay_everything_in()
    first, second = draw_up(counter)["handover"], draw_up(counter)["handover"]
    with pytest.raises(NotYourHandover):
        accept(counter, second)
    counter.next_day()
    with pytest.raises(NotYourHandover):
        accept(counter, second, by="pool-deputy")
    with pytest.raises(HandoverReplaced):
        accept(counter, first)
    with pytest.raises(HandoverUnknown):
        accept(counter, "PISC-PV0009")
    accept(counter, second)
    with pytest.raises(HandoverAccepted):
        accept(counter, second)


def test_an_appointment_ends_once_it_is_said_and_never_in_the_past(counter: Counter) -> None:
    pool, today = counter.pool, counter.world.on
    with pytest.raises(AppointmentEndUnfit):
        pool.end("pool-clerk", "clerk", today - timedelta(days=1))
    with pytest.raises(AppointmentUnknown):
        pool.end("pool-clerk", "deputy", today)
    with pytest.raises(PersonUnknown):
        pool.end("operator", "clerk", today)
    assert pool.end("pool-clerk", "clerk", today + timedelta(days=9))["ends_on"] == str(today + timedelta(days=9))
    with pytest.raises(AppointmentEndUnfit):
        pool.end("pool-deputy", "deputy", today - timedelta(days=1))


@pytest.mark.parametrize("column", ["canonical", "ordinal", "outgoing_id", "begins_on"])
def test_the_database_takes_no_handover_that_its_event_did_not_seal(counter: Counter, column: str) -> None:
    counter.pool.pay_everything_in()
    draw_up(counter)
    changed = {
        "canonical": "replace(canonical, 'pool', 'pond')",
        "ordinal": "ordinal + 7",
        "outgoing_id": "(SELECT id FROM person WHERE login = 'pool-clerk')",
        "begins_on": "begins_on + 1",
    }
    columns = ("book_id", "ordinal", "number", "drawn_at", "drawn_by", "outgoing_id", "incoming_id", "begins_on", "last_receipt")
    given = {name: name for name in (*columns, "canonical", "event_id")} | {"ordinal": "ordinal + 1", "number": "number || 'X'"}
    given |= {column: changed[column]}
    statement = f"INSERT INTO desk_handover SELECT {', '.join(given.values())} FROM desk_handover"
    with counter.world.database.connect("writer") as connection, pytest.raises(psycopg.IntegrityError) as refused:
        connection.execute(statement.encode())
    rule = "handover_number" if column == "ordinal" else "handover_canonical"
    assert refusal_of(refused.value) == RefusedByTheBooks(rule=rule)


def test_the_database_takes_no_acceptance_of_another_person(counter: Counter) -> None:
    counter.pool.pay_everything_in()
    draw_up(counter)
    with counter.world.database.connect("writer") as connection, pytest.raises(psycopg.IntegrityError) as refused:
        connection.execute(
            "INSERT INTO desk_handover_acceptance SELECT book_id, ordinal, drawn_at, drawn_by, '', event_id FROM desk_handover"
        )
    assert refusal_of(refused.value) == RefusedByTheBooks(rule="event_act")


def test_the_check_finds_a_handover_that_was_altered(counter: Counter) -> None:
    counter.pool.pay_everything_in()
    draw_up(counter)
    database = counter.world.database
    assert check(database) == []
    with database.connect("owner") as connection:
        connection.execute("SET ROLE NONE")
        connection.execute("SET session_replication_role = replica")
        connection.execute("UPDATE desk_handover SET canonical = canonical || ' '")
    assert {finding.rule for finding in check(database)} == {"handovers"}
