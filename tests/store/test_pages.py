"""Lists by pages: each page goes on where the one before ended, and a filter never hides what fits it."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from uuid import UUID

import pytest

from monnaielocale.actions.crediting import CreditRun, credit_runs
from monnaielocale.actions.matches import PartGiven
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.runs import CancelRun, cancel_runs
from monnaielocale.domain.chain import batch_hash, root_from_path
from monnaielocale.domain.chart import AccountUnknown
from monnaielocale.domain.explaining.faults import LineUnknown
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.payments.crediting import RunUnknown
from monnaielocale.domain.payments.run_states import RunFacts, RunState, run_state
from monnaielocale.store.accounts import accounts_page
from monnaielocale.store.bank import statements_page
from monnaielocale.store.crediting import all_credit_orders, credit_orders_page
from monnaielocale.store.database import Database
from monnaielocale.store.entries import EntryUnknown, entries_page, entry_shown
from monnaielocale.store.event_proof import event_proof
from monnaielocale.store.events import events_after
from monnaielocale.store.matches import LineState, line_kept, lines_page
from monnaielocale.store.notes import NotesHeld, notes_held
from monnaielocale.store.proof import EventUnknown
from monnaielocale.store.runs import payments_page, run_kept, runs_page
from tests.bank_files import Bank, imported, on, seen
from tests.flows.elsewhere import CAIRN, Elsewhere
from tests.matching import (
    ANA,
    MAITE,
    PEIO,
    credited,
    explained,
    line_of,
    matched,
    officials,
    proposed,
    run_of,
    to_credit,
)
from tests.towns import each_done, run_opened
from tests.world import BOOK, TOWN, World

Row = TypeVar("Row")


@pytest.fixture
def world(database: Database) -> World:
    return officials(database)


def paged(world: World, page: Callable[..., Sequence[Row]], place: Callable[[Row], Any], *given: Any, **asked: Any) -> list[Row]:
    """Everything, two rows at a time."""
    found: list[Row] = []
    with world.database.reading() as connection:
        while rows := page(connection, *given, **asked, limit=2, **({"after": place(found[-1])} if found else {})):
            assert len(rows) <= 2
            found += rows
    return found


def runs(world: World, **asked: Any) -> list[RunFacts]:
    return paged(world, runs_page, lambda run: (run.checked_on, run.id), BOOK, **asked)


def references(world: World, **asked: Any) -> list[str]:
    return [run.reference for run in runs(world, **asked)]


def test_runs_are_listed_the_latest_first_and_narrowed_by_state_period_and_public_body(world: World) -> None:
    bank = Bank()
    whole, half, awaited, done = (run_of(world, (MAITE, "100,00"), (PEIO, "50,00"), list_number=str(at)) for at in range(1, 5))
    lines = [(21, 15000, f"DRFIP {whole}"), (21, 15000, f"DRFIP {done}"), (21, 4000, f"DRFIP {half}")]
    seen(world, bank, *lines)
    world.on = on(21)
    matched(world)
    (payment,) = [one for one in paid(world, half) if one.row_number == 2]
    explained(world, line_of(world, 4000), PartGiven("allocation", 4000, payment_id=payment.id))
    credited(world, done)
    unsigned = run_opened(world, (ANA, "", "10,00"), list_number="6", period="2026-02")
    cancelled = run_opened(world, (ANA, "", "10,00"), list_number="7")
    world.do(cancel_runs, CancelRun(world.actor("preparer"), BOOK, cancelled, "entered twice", world.on))

    everything = references(world)
    assert everything[:2] == [cancelled, unsigned], "checked later, listed earlier"
    assert sorted(everything) == sorted([whole, half, awaited, done, unsigned, cancelled])
    by_state = {
        RunState.FUNDED: [whole],
        RunState.PARTLY_FUNDED: [half],
        RunState.AWAITING_FUNDS: [awaited],
        RunState.CREDITED: [done],
        RunState.CHECKED: [unsigned],
        RunState.CANCELLED: [cancelled],
        RunState.CLOSED: [],
        RunState.ACCOUNTED_FOR: [],
        RunState.PARTLY_CREDITED: [],
    }
    assert {state: references(world, state=state) for state in RunState} == by_state
    assert references(world, period="2026-02") == [unsigned]
    assert references(world, public_body="grenoble") == []
    assert len(references(world, public_body=TOWN)) == 6


def paid(world: World, run: str) -> list[Any]:
    with world.database.reading() as connection:
        facts = run_kept(connection, BOOK, run)
    return paged(world, payments_page, lambda payment: payment.row_number, facts)


def test_a_page_of_runs_in_a_state_is_full_although_others_stand_between_them(world: World) -> None:
    kept = [run_of(world, (MAITE, "10,00"), list_number=str(number)) for number in range(6)]
    for run in kept[1:5]:
        world.do(cancel_runs, CancelRun(world.actor("preparer"), BOOK, run, "entered twice", world.on))
    assert references(world, state="awaiting_funds") == [kept[5], kept[0]]
    assert all(run_state(run) == "cancelled" for run in runs(world, state="cancelled"))


def test_payments_of_a_run_are_listed_in_the_order_of_its_rows(world: World) -> None:
    run = run_of(world, (MAITE, "10,00"), (PEIO, "20,00"), (ANA, "30,00"))
    assert [(one.member, one.euros.asked_cents) for one in paid(world, run)] == [(MAITE, 1000), (PEIO, 2000), (ANA, 3000)]


def test_a_run_that_does_not_exist_is_unknown(world: World) -> None:
    with world.database.reading() as connection, pytest.raises(RunUnknown):
        run_kept(connection, BOOK, "RF18NOTHING")


def test_credits_ordered_elsewhere_are_listed_until_they_are_confirmed(database: Database) -> None:
    world = World.create(database, on(30))
    elsewhere = Elsewhere.beside(world)
    run = elsewhere.run_signed(10000, 20000, 30000)
    elsewhere.paid(run, 60000, 29)
    world.do(credit_runs, CreditRun(world.actor("cairn-operator"), CAIRN, run, world.on))
    orders = paged(world, credit_orders_page, lambda order: order.id, CAIRN)
    assert [(one.member, one.amount_cents, one.reference) for one in orders] == [
        ("C00001", 10000, f"{run}-2"),
        ("C00002", 20000, f"{run}-3"),
        ("C00003", 30000, f"{run}-4"),
    ]
    assert {(one.run, one.ordered_on) for one in orders} == {(run, world.on)}
    elsewhere.confirm((orders[1].reference, "T-1"))
    with database.reading() as connection:
        assert all_credit_orders(connection, CAIRN) == [orders[0], orders[2]]
        assert all_credit_orders(connection, BOOK) == []


def test_bank_lines_are_told_apart_by_how_far_they_are_explained(world: World) -> None:
    seen(world, Bank(), (6, 100, "A"), (6, 200, "B"), (7, 300, "C"), (8, -400, "FRAIS"), (9, 500, "D"))
    explained(world, line_of(world, 100), PartGiven("gift", 100))
    explained(world, line_of(world, 300), PartGiven("gift", 100))
    waiting = proposed(world, line_of(world, 500), PartGiven("gift", 500))

    def cents(state: str | None = None) -> list[int]:
        rows = paged(world, lines_page, lambda line: (line.booked_on, line.id), BOOK, state=state)
        assert state is None or {row.state for row in rows} <= {state}
        return [row.amount_cents for row in rows]

    assert sorted(cents()[:2]) == [100, 200]
    assert cents()[2:] == [300, -400, 500]
    assert cents(LineState.EXPLAINED) == [100]
    assert cents(LineState.UNEXPLAINED) == [200, 300, -400]
    assert cents(LineState.PROPOSED) == [500]
    with world.database.reading() as connection:
        line = line_kept(connection, BOOK, line_of(world, 500))
        assert (line.state, line.open_cents, line.proposals) == ("proposed", 500, (waiting,))
        assert line_kept(connection, BOOK, line_of(world, 300)).open_cents == 200
        with pytest.raises(LineUnknown):
            line_kept(connection, BOOK, new_id())


def test_statements_are_listed_the_latest_first_with_the_doubtful_days_of_those_held(world: World) -> None:
    bank = Bank()
    seen(world, bank, (6, 100, "A"))
    seen(world, bank, (8, 200, "B"))
    assert imported(world, bank.cfonb(9, 10, (10, 5, "C")))["outcome"] == "imported"
    bank.balance_cents += 1
    assert imported(world, bank.cfonb(11, 12, (12, 7, "D")))["outcome"] == "held"
    found = paged(world, statements_page, lambda one: one.id, BOOK)
    assert [(one.closing_on, one.outcome, one.new_lines) for one in found] == [
        (on(12), "held", 0),
        (on(10), "imported", 1),
        (on(8), "imported", 1),
        (on(6), "imported", 1),
    ]
    assert found[0].held is not None
    assert found[0].doubtful_days
    assert (found[1].opening_cents, found[1].closing_cents, found[1].held) == (300, 305, None)
    assert paged(world, statements_page, lambda one: one.id, BOOK, outcome="held") == found[:1]


def test_accounts_are_listed_by_code_with_what_they_hold(world: World) -> None:
    world.fund(MAITE, 5000)
    run = run_of(world, (PEIO, "10,00"))
    seen(world, Bank(), (21, 1000, f"DRFIP {run}"))
    world.on = on(21)
    matched(world)
    found = {one.code: one for one in paged(world, accounts_page, lambda one: one.code, BOOK)}
    assert list(found) == sorted(found)
    assert found[f"wallet:{MAITE}"].balance_cents == 5000
    assert found["circulation.digital"].balance_cents == 5000, "a credit balance is positive on its own side"
    assert found[to_credit(run)].balance_cents == 1000
    assert {one.role for one in paged(world, accounts_page, lambda one: one.code, BOOK, role="circulation")} == {
        "circulation.digital",
        "circulation.notes",
    }
    alone = paged(world, accounts_page, lambda one: one.code, BOOK, only=f"wallet:{MAITE}")
    assert [one.code for one in alone] == [f"wallet:{MAITE}"]


def test_entries_are_found_by_account_and_by_day(world: World) -> None:
    world.fund(MAITE, 5000)
    world.on = on(22)
    world.pay(MAITE, PEIO, 700)
    world.on = on(23)
    world.pay(MAITE, PEIO, 800)

    def numbers(**asked: Any) -> list[int]:
        return [one.number for one in paged(world, entries_page, lambda one: one.number, BOOK, **asked)]

    assert numbers() == [1, 2, 3, 4, 5]
    assert numbers(account=f"wallet:{MAITE}") == [3, 4, 5]
    assert numbers(account=f"wallet:{PEIO}") == [4, 5]
    assert numbers(account=f"wallet:{MAITE}", from_on=on(23)) == [5]
    assert numbers(from_on=on(21), to_on=on(22)) == [4]
    assert numbers(to_on=on(21)) == [1, 2, 3]
    with world.database.reading() as connection:
        entry = entry_shown(connection, BOOK, 4)
        assert [(line.account, line.amount_cents) for line in entry.lines] == [(f"wallet:{PEIO}", 700), (f"wallet:{MAITE}", -700)]
        assert (entry.kind, entry.business_on) == ("wallet_payment", on(22))
        with pytest.raises(EntryUnknown):
            entry_shown(connection, BOOK, 6)
        with pytest.raises(AccountUnknown):
            entries_page(connection, BOOK, account="wallet:E99999")


def test_every_printed_note_is_somewhere(world: World) -> None:
    world.move_notes("printed", (500, 10000), (2000, 4000))
    world.move_notes("sold", (500, 2500), slip="B-1")
    with world.database.reading() as connection:
        assert notes_held(connection, BOOK) == [
            NotesHeld("public", "", 500, 5, 2500),
            NotesHeld("vault", "", 2000, 2, 4000),
            NotesHeld("vault", "", 500, 15, 7500),
        ]


def test_an_event_alone_is_proven_to_stand_in_the_chain(world: World) -> None:
    world.fund(MAITE, 5000)
    payer = world.actor("operator")
    together = (WalletPayment(payer, BOOK, MAITE, PEIO, cents, world.on) for cents in range(1, 6))
    each_done(world, pay_between_wallets, together)
    with world.database.reading() as connection:
        for event in events_after(connection, BOOK, most=500):
            proof = event_proof(connection, BOOK, event.id)
            assert proof.event_number == event.number
            assert root_from_path(proof.leaf, proof.path) == proof.root
            sealed = batch_hash(
                previous=proof.previous_hash,
                book=BOOK,
                number=proof.batch_number,
                recorded_at=proof.recorded_at,
                first_event=proof.first_event_number,
                first_entry=proof.first_entry_number,
                root=proof.root,
            )
            assert sealed == proof.hash
        with pytest.raises(EventUnknown):
            event_proof(connection, BOOK, UUID(int=1))
