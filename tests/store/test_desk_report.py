"""What the Treasury sees of a desk: it proves that notes were counted as euros of revenue."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest

from monnaielocale.actions.safes import MoveToSafe, PayIn, move_to_safes, pay_in
from monnaielocale.actions.takings import AccountForTakings, account_for_takings
from monnaielocale.formats.desk_report import DeskReport, report_as_data, report_sheets
from monnaielocale.formats.spreadsheets import write_csv, write_xlsx
from monnaielocale.store.database import Database
from monnaielocale.store.desk_reports import desk_report
from monnaielocale.store.desks import DeskUnknown
from monnaielocale.store.visits import visit
from monnaielocale.words import say, word
from tests.counter import Counter
from tests.desks import POOL, TILL
from tests.invariants import check_invariants
from tests.world import BOOK, MONDAY, World

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def counter(database: Database) -> Counter:
    """A Monday with four receipts, one of them cancelled, an envelope on its way to the association, and a pay-in."""
    counter = Counter.ready(database)
    counter.open_day()
    counter.open_till()
    counter.receipt("entry", euros_cents=4_50)
    counter.receipt(("entry-child", 10, None), notes=((1000, 1), (200, 1)))
    wrong = counter.receipt("lesson", others=(("card", 12_00, "slip 1"),))["number"]
    counter.cancel(wrong)
    counter.receipt("lesson", "entry", notes=((1000, 1),), euros_cents=6_50)
    pool, head = counter.pool, counter.world.actor("pool-head")
    pool.hand(str(pool.fill((1000, 2))["envelope"]))
    pool.count("PISC-2026-E0001", (1000, 2))
    counter.world.do(move_to_safes, MoveToSafe(head, POOL, TILL, 10_00, counter.world.on))
    counter.world.do(pay_in, PayIn(head, POOL, 8_00, counter.world.on, "slip 12"))
    signer = counter.world.actor("signer")
    counter.world.do(account_for_takings, AccountForTakings(signer, POOL, "T-7", (("entry", 4_50),), counter.world.on))
    return counter


def report(counter: Counter, first_on: date = MONDAY, last_on: date = MONDAY) -> DeskReport:
    with counter.world.database.reading() as connection:
        return desk_report(connection, POOL, first_on, last_on)


def test_the_takings_are_told_by_service_by_means_and_by_vat(counter: Counter) -> None:
    told = report(counter)
    assert [(receipt.total_cents, receipt.cancels != "") for receipt in told.receipts] == [
        (4_50, False),
        (12_00, False),
        (12_00, False),
        (-12_00, True),
        (16_50, False),
    ]
    assert told.by_means() == {"notes": 22_00, "digital": 0, "euros": 11_00, "card": 0, "cheque": 0, "to_refund": 0}
    assert {each.service: (each.quantity, each.total_cents, each.vat_cents) for each in told.services} == {
        "entry": (2, 9_00, 1_50),
        "entry-child": (10, 12_00, 2_00),
        "lesson": (1, 12_00, 2_00),
    }
    (rate,) = told.rates
    assert (rate.vat_basis_points, rate.including_cents, told.total_cents) == (2000, 33_00, 33_00)
    assert rate.vat_cents == sum(round(cents / 6) for cents in (4_50, 12_00, 16_50))
    check_invariants(counter.world.database)


def test_the_vat_of_the_services_is_that_of_the_receipts_to_the_cent(counter: Counter) -> None:
    counter.receipt(*["entry-child"] * 7, ("entry", 3, None), "entry-reduced", euros_cents=100_00)
    told = report(counter)
    assert sum(each.vat_cents for each in told.services) == sum(rate.vat_cents for rate in told.rates)
    assert all(abs(6 * each.vat_cents - each.total_cents) <= 6 * 8 for each in told.services)


def test_notes_are_proven_to_be_counted_as_euros_of_revenue(counter: Counter) -> None:
    told = report(counter)
    assert (told.booked_notes_cents, told.booked_revenue_cents, told.notes_are_revenue) == (22_00, 33_00, True)
    held = {each.account: each.cents for each in told.holdings}
    assert (held["values.notes"], held["claim_on_issuer"], held["revenue:entry"]) == (2_00, 20_00, 4_50)
    assert (held[f"till.euro:{TILL}"], held["safe.euro"], held["paid_in"]) == (1_00, 2_00, 3_50)


def test_what_went_to_the_treasury_and_to_the_association_is_told_with_its_paper(counter: Counter) -> None:
    told = report(counter)
    assert [(each.kind, each.amount_cents, each.paper) for each in told.moves] == [
        ("paid_in", 8_00, "slip 12"),
        ("takings_accounted", 4_50, "T-7"),
    ]
    (owed,) = told.remittances
    assert (owed.number, owed.envelope, owed.amount_cents, owed.paid_cents) == ("PISC-2026-R0001", "PISC-2026-E0001", 20_00, 0)


def test_a_period_has_what_happened_in_it_and_what_was_held_at_its_end(counter: Counter) -> None:
    held = report(counter).holdings
    later = report(counter, TUESDAY, TUESDAY)
    assert (later.receipts, later.moves, later.remittances, later.total_cents) == ((), (), (), 0)
    assert later.holdings == held and later.notes_are_revenue
    assert report(counter, MONDAY - timedelta(days=1), MONDAY - timedelta(days=1)).holdings == ()


def test_it_is_written_as_data_as_a_workbook_and_as_a_list(counter: Counter) -> None:
    told = report(counter)
    data: dict[str, Any] = report_as_data(told)
    assert (data["first_on"], data["total_cents"], data["notes_are_revenue"]) == ("2026-01-05", 33_00, True)
    assert data["receipts"][0]["business_on"] == "2026-01-05"
    sheets = report_sheets(told, say=say, word=word)
    book = openpyxl.load_workbook(BytesIO(write_xlsx(sheets, created_at=datetime(2026, 1, 6, tzinfo=UTC))))
    assert book.sheetnames == ["Journal à souches", "Recettes", "Encaisse et valeurs", "Versements", "Remises"]
    lines = write_csv(sheets[0]).decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 5 + 1
    assert lines[-1].startswith("Total;;;;33,00;22,00;0,00;11,00")


def test_the_treasury_sees_it_and_another_town_does_not(counter: Counter) -> None:
    world: World = counter.world
    world.load("grenoble-cairn.toml")
    world.add("grenoble-treasurer", "grenoble", "public_accountant")
    whole = report(counter)
    for login in ("treasurer", "signer", "auditor"):
        with world.database.connect("visitor") as connection, visit(connection, world.actor(login).person_id):
            assert desk_report(connection, POOL, MONDAY, MONDAY) == whole, login
    for login, book in (("grenoble-treasurer", POOL), ("treasurer", BOOK)):
        person = world.actor(login).person_id
        with world.database.connect("visitor") as connection, visit(connection, person), pytest.raises(DeskUnknown):
            desk_report(connection, book, MONDAY, MONDAY)
