"""Receipts: priced by the charter, settled by the change rule, numbered without a hole, chained, in both books as one event."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.cancels import CancelReceipt, cancel_receipts
from monnaielocale.actions.issuing import MeansUnfit
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.receipts import take_receipts
from monnaielocale.domain import postings
from monnaielocale.domain.desks.change import ChangeNeedsEuros
from monnaielocale.domain.desks.charters import PriceToBeSaid, ServiceNotInCharter
from monnaielocale.domain.desks.corrections import (
    CancellationReasonMissing,
    LineAlreadyCancelled,
    MinusReceiptNotCancellable,
    PaperDateUnfit,
    PaperReceiptKnown,
    ReceiptAlreadyCancelled,
)
from monnaielocale.domain.desks.days import DayIsOver
from monnaielocale.domain.desks.receipt_chain import first_broken, receipt_from_canonical
from monnaielocale.domain.desks.receipts import ReceiptEmpty, ReceiptTotalDiffers
from monnaielocale.domain.desks.sessions import SessionCounted, SessionOfAnother
from monnaielocale.domain.desks.settlements import NoChangeOnOtherMeans, ReferenceMissing
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import BalanceTooLow, Event
from monnaielocale.store.check import check
from monnaielocale.store.faults import RefusedByTheBooks, refusal_of
from monnaielocale.store.receipts import ReceiptUnknown
from monnaielocale.store.unit_of_work import unit_of_work
from tests.counter import COINS, NOTES, Counter, moved
from tests.desks import POOL, TILL
from tests.invariants import check_invariants
from tests.world import BOOK, MONDAY

CHILD = "entry-child"
FIVE, TWO, ONE = ((500, 1),), ((200, 1),), ((100, 1),)


@pytest.fixture
def open_counter(counter: Counter) -> Counter:
    counter.open_day()
    counter.open_till()
    return counter


def numbers(counter: Counter) -> list[str]:
    with counter.world.database.reading() as connection:
        return [row[0] for row in connection.execute("SELECT number FROM receipt ORDER BY chain_number").fetchall()]


@pytest.mark.parametrize(
    ("notes", "euros_cents", "change_notes", "change_euros_cents"),
    [
        (ONE, 20, (), 0),
        (FIVE, 20, ((200, 2),), 0),
        (ONE, 1_00, (), 80),
        (FIVE, 1_00, ((200, 2),), 80),
        (ONE, 2_00, (), 1_80),
    ],
)
def test_t12_the_published_rows_for_a_price_of_1_20(
    open_counter: Counter, notes: Any, euros_cents: int, change_notes: Any, change_euros_cents: int
) -> None:
    answer = open_counter.receipt(CHILD, notes=notes, euros_cents=euros_cents)
    given_back = tuple(map(tuple, answer["change_notes"]))
    assert (given_back, answer["change_euros_cents"], answer["total_cents"]) == (change_notes, change_euros_cents, 1_20)
    check_invariants(open_counter.world.database)


def test_t12_the_published_row_that_is_refused_says_what_to_ask_for(open_counter: Counter) -> None:
    with pytest.raises(ChangeNeedsEuros) as refused:
        open_counter.receipt(CHILD, notes=TWO)
    assert refused.value.values["extra_euros"] == "0.20"
    assert numbers(open_counter) == []


def test_a_receipt_is_one_event_in_both_books(open_counter: Counter) -> None:
    before = open_counter.drawer()
    answer = open_counter.receipt(
        ("lesson", 2), CHILD, notes=((1000, 1), (500, 1)), euros_cents=1_00, others=(("card", 10_00, "S-17"),)
    )
    assert (answer["number"], answer["total_cents"]) == ("PISC-2026-000001", 25_20)
    assert (answer["change_notes_cents"], answer["change_euros_cents"]) == (0, 80)
    assert open_counter.held(POOL) == {
        "float_advance": 150_00,
        "float.euro": 110_00,
        "float.notes": 40_00,
        "values.notes": 15_00,
        f"till.euro:{TILL}": 20,
        "other_means": 10_00,
        "revenue:lesson": 24_00,
        f"revenue:{CHILD}": 1_20,
    }
    assert open_counter.drawer() == before | {500: 15_00, 1000: 10_00}
    with open_counter.world.database.reading() as connection:
        rows = connection.execute("SELECT including_cents, vat_cents FROM receipt_vat").fetchall()
        ((events,),) = connection.execute(
            "SELECT count(DISTINCT entry.book_id) FROM receipt JOIN entry ON entry.event_id = receipt.event_id"
        ).fetchall()
    assert (rows, events) == ([(25_20, 4_20)], 2)
    check_invariants(open_counter.world.database)


@pytest.mark.parametrize(
    ("services", "given", "refusal"),
    [
        ((), {}, ReceiptEmpty),
        (("sauna",), {}, ServiceNotInCharter),
        (("locker-key",), {}, PriceToBeSaid),
        (("lesson",), {"others": (("card", 13_00, "S-1"),)}, NoChangeOnOtherMeans),
        (("lesson",), {"others": (("cheque", 12_00, " "),)}, ReferenceMissing),
        (("lesson",), {"others": (("shells", 12_00, "S-1"),)}, MeansUnfit),
        (("lesson",), {"euros_cents": 12_00, "declared_cents": 11_00}, ReceiptTotalDiffers),
    ],
)
def test_a_receipt_that_cannot_be_leaves_nothing_and_no_hole(
    open_counter: Counter, services: Any, given: Any, refusal: Any
) -> None:
    open_counter.receipt(CHILD, euros_cents=1_20)
    with pytest.raises(refusal):
        open_counter.receipt(*services, **given)
    assert open_counter.receipt(CHILD, euros_cents=1_20)["number"] == "PISC-2026-000002"
    check_invariants(open_counter.world.database)


def test_a_batch_of_several_tills_has_one_run_of_numbers_and_a_refusal_leaves_none_out(open_counter: Counter) -> None:
    counter = open_counter
    counter.open_till("till-2", by="pool-deputy", count=CountGiven(), float_euros_cents=0)
    items = [
        counter.taking(CHILD, euros_cents=1_20),
        counter.taking(CHILD, euros_cents=1_20, till="till-2", by="pool-deputy"),
        counter.taking(CHILD, euros_cents=1_20, till="till-2"),
        counter.taking(("lesson", 100), notes=((2000, 60),)),
        counter.taking(CHILD, euros_cents=2_00),
    ]
    outcomes = perform(counter.world.database, take_receipts, items)
    found = [outcome.content["number"] if isinstance(outcome, Answer) else type(outcome) for outcome in outcomes]
    expected = ["PISC-2026-000001", "PISC-2026-000002", SessionOfAnother, BalanceTooLow, "PISC-2026-000003"]
    assert found == expected
    assert numbers(counter) == ["PISC-2026-000001", "PISC-2026-000002", "PISC-2026-000003"]
    check_invariants(counter.world.database)


def test_the_chain_of_a_desk_is_whole_by_the_rules_that_anyone_can_follow(open_counter: Counter) -> None:
    for _ in range(3):
        open_counter.receipt(CHILD, euros_cents=1_20)
    with open_counter.world.database.reading() as connection:
        rows = connection.execute("SELECT canonical, link FROM receipt ORDER BY chain_number").fetchall()
    links = [(receipt_from_canonical(canonical.encode()), bytes(link)) for canonical, link in rows]
    assert first_broken(links) is None
    forged = replace(links[1][0], reason="forged")
    assert first_broken([links[0], (forged, links[1][1]), links[2]]) == "PISC-2026-000002"


def test_t9_a_double_click_is_one_receipt(open_counter: Counter) -> None:
    first, again = (open_counter.receipt(CHILD, euros_cents=1_20, key="click") for _ in range(2))
    assert first == again
    with ThreadPoolExecutor(8) as clicks:
        item = open_counter.taking("lesson", euros_cents=12_00, key="many clicks")
        outcomes = list(clicks.map(lambda _: perform(open_counter.world.database, take_receipts, [item])[0], range(16)))
    assert {outcome.content["number"] for outcome in outcomes if isinstance(outcome, Answer)} == {"PISC-2026-000002"}
    assert len(numbers(open_counter)) == 2
    check_invariants(open_counter.world.database)


def test_t9_a_double_click_on_a_refund_is_one_refund(open_counter: Counter) -> None:
    taken = open_counter.receipt("lesson", euros_cents=12_00)["number"]
    first, again = (open_counter.cancel(taken, key="refund") for _ in range(2))
    assert first == again
    with pytest.raises(ReceiptAlreadyCancelled):
        open_counter.cancel(taken)
    clerk, session = open_counter.world.actor("pool-clerk"), open_counter.sessions[TILL]
    other = open_counter.receipt("lesson", euros_cents=12_00)["number"]
    twice = [CancelReceipt(clerk, POOL, session, other, "twice") for _ in range(2)]
    outcomes = perform(open_counter.world.database, cancel_receipts, twice)
    assert [isinstance(outcome, Answer) for outcome in outcomes] == [True, False]
    assert f"till.euro:{TILL}" not in open_counter.held(POOL)
    check_invariants(open_counter.world.database)


def test_a_receipt_is_cancelled_by_line_and_gives_the_same_means_back(open_counter: Counter) -> None:
    taken = open_counter.receipt("lesson", CHILD, notes=((1000, 1),), euros_cents=3_20)["number"]
    before = open_counter.drawer()
    with pytest.raises(CancellationReasonMissing):
        open_counter.cancel(taken, 1, reason=" ")
    minus = open_counter.cancel(taken, 1)
    assert (minus["total_cents"], minus["number"]) == (-12_00, "PISC-2026-000002")
    assert minus["change_notes_cents"] + minus["change_euros_cents"] == 12_00
    with pytest.raises(LineAlreadyCancelled):
        open_counter.cancel(taken, 1)
    with pytest.raises(MinusReceiptNotCancellable):
        open_counter.cancel(minus["number"])
    open_counter.cancel(taken)
    with pytest.raises(ReceiptUnknown):
        open_counter.cancel("PISC-2026-000099")
    assert sum(open_counter.drawer().values()) == sum(before.values()) - 10_00
    assert {code for code in open_counter.held(POOL) if code.startswith("revenue")} == set()
    check_invariants(open_counter.world.database)


def test_a_copy_is_a_numbered_duplicate(open_counter: Counter) -> None:
    taken = open_counter.receipt(CHILD, euros_cents=1_20)["number"]
    assert [open_counter.duplicate(taken)["copy_number"] for _ in range(3)] == [1, 2, 3]
    check_invariants(open_counter.world.database)


def test_paper_receipts_are_entered_once_under_their_own_series(open_counter: Counter) -> None:
    today = open_counter.world.on
    saturday = today - timedelta(days=2)
    with pytest.raises(PaperDateUnfit):
        open_counter.late("C-1", today + timedelta(days=1), CHILD, euros_cents=1_20)
    answer = open_counter.late("C-1", saturday, CHILD, notes=FIVE, change_notes=((200, 2),), euros_cents=20)
    assert answer["number"] == "PISC-2026-P000001"
    with pytest.raises(PaperReceiptKnown):
        open_counter.late("C-1", saturday, CHILD, euros_cents=1_20)
    assert open_counter.receipt(CHILD, euros_cents=1_20)["number"] == "PISC-2026-000001"
    check_invariants(open_counter.world.database)


def test_no_receipt_after_midnight_nor_in_a_counted_session(open_counter: Counter) -> None:
    open_counter.at(22, 59)
    open_counter.receipt(CHILD, euros_cents=1_20)
    open_counter.at(23, 1)
    with pytest.raises(DayIsOver):
        open_counter.receipt(CHILD, euros_cents=1_20)
    open_counter.count(CountGiven(NOTES, moved(COINS, c50=2, c10=2)))
    with pytest.raises(DayIsOver):
        open_counter.receipt(CHILD, euros_cents=1_20)
    open_counter.at(22, 59)
    with pytest.raises(SessionCounted):
        open_counter.receipt(CHILD, euros_cents=1_20)


def test_takings_are_expected_at_the_count_slips_and_cheques_as_well(open_counter: Counter) -> None:
    open_counter.receipt("lesson", notes=((1000, 1), (200, 1)))
    open_counter.receipt("lesson", euros_cents=20_00)
    open_counter.receipt("lesson", others=(("card", 12_00, "S-1"),))
    open_counter.receipt("lesson", others=(("cheque", 12_00, "C-1"),))
    count = CountGiven(moved(NOTES, c1000=1, c200=1), moved(COINS, c1000=1, c200=1), 12_00, 12_00)
    open_counter.count(count)
    answer = open_counter.close_till()
    assert (answer["difference_cents"], answer["counted_cents"]) == (0, 90_00 + 48_00)
    assert answer["left_euros_cents"] == 62_00
    check_invariants(open_counter.world.database)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"number": "'PISC-2026-000009'"}, "receipt_canonical"),
        ({"chain_number": "3"}, "receipt_chain"),
        ({"series_number": "3"}, "receipt_number"),
        ({"link": "decode('00', 'hex')"}, "receipt_chain"),
        ({"till": "'till-2'"}, "receipt_canonical"),
        ({"business_on": "business_on + 1", "issued_at": "issued_at + interval '1 day'"}, "receipt_canonical"),
        ({"clerk_id": "(SELECT id FROM person WHERE login = 'signer')"}, "receipt_canonical"),
    ],
)
def test_the_database_refuses_a_receipt_that_does_not_continue_its_desk(
    open_counter: Counter, changed: dict[str, str], rule: str
) -> None:
    open_counter.receipt(CHILD, euros_cents=1_20)
    columns = [
        *("book_id", "number", "series", "year", "till", "session_id", "clerk_id", "business_on", "issued_at", "total_cents"),
        *(
            "notes_cents",
            "euros_cents",
            "digital_cents",
            "card_cents",
            "cheque_cents",
            "to_refund_cents",
            "canonical",
            "event_id",
        ),
    ]
    values = {name: name for name in columns} | {
        "number": "'PISC-2026-000002'",
        "chain_number": "2",
        "series_number": "2",
        "canonical": "replace(canonical, '000001', '000002')",
        "link": "sha256(link || convert_to(replace(canonical, '000001', '000002'), 'UTF8'))",
    }
    with open_counter.world.database.connect("writer") as connection:
        good = values
        connection.execute(f"INSERT INTO receipt ({', '.join(good)}) SELECT {', '.join(good.values())} FROM receipt")
        connection.rollback()
        bad = values | changed
        with pytest.raises(psycopg.IntegrityError) as refused:
            connection.execute(f"INSERT INTO receipt ({', '.join(bad)}) SELECT {', '.join(bad.values())} FROM receipt")
    assert refusal_of(refused.value) == RefusedByTheBooks(rule=rule)


def test_the_check_finds_a_receipt_that_was_changed_behind_its_back(open_counter: Counter) -> None:
    open_counter.receipt(CHILD, euros_cents=1_20)
    open_counter.receipt(CHILD, euros_cents=1_20)
    with open_counter.world.database.connect("owner") as connection:
        connection.execute("ALTER TABLE receipt DISABLE TRIGGER USER")
        connection.execute("UPDATE receipt SET canonical = replace(canonical, 'till-1', 'till-2') WHERE chain_number = 1")
        connection.execute("ALTER TABLE receipt ENABLE TRIGGER USER")
    found = {(finding.rule, finding.found) for finding in check(open_counter.world.database)}
    assert ("receipt_chain", f"book {POOL}, receipt PISC-2026-000001") in found


def test_a_wallet_is_not_emptied_by_a_receipt(open_counter: Counter) -> None:
    """What no clerk's receipt asks for, the database would refuse as well: see `check_movers_elsewhere`."""
    world = open_counter.world
    world.enrol("E00001", "Maite Etxeberria")
    world.fund("E00001", 50_00)
    with pytest.raises(MeansUnfit):
        open_counter.receipt("lesson", others=(("wallet:E00001", 12_00, "S-1"),))
    assert world.balance("wallet:E00001") == 50_00
    assert open_counter.held(BOOK)["wallet:E00001"] == 50_00


def test_the_database_lets_nothing_at_a_desk_take_from_a_members_wallet(open_counter: Counter) -> None:
    world = open_counter.world
    for number, name in (("E00001", "Maite Etxeberria"), ("E00002", "Peio Ibarra")):
        world.enrol(number, name)
    world.fund("E00001", 50_00)
    clerk = world.actor("pool-clerk").person_id
    taken = postings.paid_between_wallets(MONDAY, payer="wallet:E00001", payee="wallet:E00002", cents=12_00)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation) as refused, unit_of_work(world.database) as work:
        work.lock([BOOK, POOL])
        work.post(Event(new_id(), POOL, "receipt_taken", clerk, MONDAY, ((BOOK, taken),)))
    assert refused.value.diag.constraint_name == "acts_for_another"
    assert world.balance("wallet:E00001") == 50_00
