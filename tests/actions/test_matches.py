"""A bank line is allocated to payments, by the program where it is exact and by two people elsewhere."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest

from monnaielocale.actions.matches import ConfirmMatch, PartGiven, confirm_matches
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.runs import CancelRun, CloseRun, cancel_runs, close_runs
from monnaielocale.domain.actors import SecondPersonNeeded
from monnaielocale.domain.explaining.faults import (
    LineExplainedBeyond,
    MatchAlreadyConfirmed,
    MatchAlreadyRejected,
    MatchAlreadyUndone,
    MatchCreditedSince,
    PairDoesNotFit,
    PaymentPaidBeyond,
    PaymentUnknown,
    RunClosedSince,
    RunNotSignedYet,
)
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.payments.crediting import RunCancelled
from monnaielocale.store.database import Database
from tests.bank_files import Bank, imported, on, seen
from tests.invariants import check_invariants
from tests.matching import (
    ANA,
    MAITE,
    NAMES,
    PAID,
    PEIO,
    RECEIVED,
    allocation,
    confirmed,
    credited,
    due_to,
    explained,
    held,
    line_of,
    matched,
    officials,
    payments_of,
    proposed,
    rejected,
    run_of,
    to_credit,
    undone,
)
from tests.towns import drafting, mandates_in_force, run_opened, run_signed
from tests.world import BOOK, COLLECTION, RESERVE_DIGITAL, TOWN, World


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """Three officials with a mandate; every flow ends with the books in order and equal to the bank."""
    world = officials(database)
    yield world
    check_invariants(world.database)


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_a_line_with_the_exact_reference_and_amount_is_allocated_at_once(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"), (PEIO, "120,50"))
    seen(world, bank, (6, 42050, f"VIR BAYONNE {run}"))
    answer = matched(world)
    assert [(made["kind"], made["amount_cents"]) for made in answer["confirmed"]] == [("allocation", 42050)]
    assert answer["proposed"] == answer["undecided"] == []
    assert held(world, RECEIVED) == 0
    assert held(world, to_credit(run)) == 42050
    assert world.balance(f"bank:{COLLECTION}") == 42050
    with world.database.reading() as connection:
        acts = connection.execute(
            "SELECT match.origin, act.act, act.event_id = match.event_id, event.kind FROM match"
            " JOIN match_act AS act ON act.match_id = match.id JOIN event ON event.id = act.event_id"
        ).fetchall()
    assert acts == [("automatic", "confirmed", True, "match_confirmed")]
    events = world.count("event")
    again = matched(world)
    assert again == {"confirmed": [], "proposed": [], "undecided": [], "waiting": 0, "unknown": 0}
    assert world.count("event") == events
    credited(world, run)
    assert (world.wallet(MAITE), world.wallet(PEIO), held(world, to_credit(run))) == (30000, 12050, 0)


def test_what_is_not_exact_is_proposed_with_its_reason_and_confirmed_by_a_second_person(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"), (PEIO, "120,50"))
    seen(world, bank, (6, 30000, f"VIR {run}"))
    answer = matched(world)
    (made,) = answer["proposed"]
    assert made["kind"] == "allocation"
    assert run in made["reason"]["values"]["references"]
    assert (held(world, RECEIVED), held(world, to_credit(run))) == (30000, 0)
    with pytest.raises(SecondPersonNeeded):
        confirmed(world, made["match_id"], by="operator")
    assert confirmed(world, made["match_id"])["state"] == "confirmed"
    assert (held(world, RECEIVED), held(world, to_credit(run))) == (0, 30000)
    with pytest.raises(MatchAlreadyConfirmed):
        confirmed(world, made["match_id"])
    with pytest.raises(MatchAlreadyConfirmed):
        rejected(world, made["match_id"])


def test_a_live_proposal_is_not_repeated_and_a_rejected_one_not_proposed_again(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"), (PEIO, "120,50"))
    seen(world, bank, (6, 30000, f"VIR {run}"))
    (made,) = matched(world)["proposed"]
    again = matched(world)
    assert (again["proposed"], again["waiting"]) == ([], 1)
    rejected(world, made["match_id"])
    with pytest.raises(MatchAlreadyRejected):
        confirmed(world, made["match_id"])
    after = matched(world)
    assert (after["proposed"], after["waiting"], after["unknown"]) == ([], 0, 1)
    assert world.count("match") == 1


def test_a_proposal_that_is_no_longer_possible_is_refused_and_can_be_rejected(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"), (PEIO, "120,50"))
    seen(world, bank, (6, 30000, f"VIR {run}"), (7, 30000, "VIR DIVERS"))
    (made,) = matched(world)["proposed"]
    explained(world, line_of(world, 30000, 2), allocation(payments_of(world, run)[0], 30000))
    with pytest.raises(PaymentPaidBeyond) as refused:
        confirmed(world, made["match_id"])
    assert str(refused.value) == f"Payment 2 of run {run} still waits for 0.00: 300.00 is too much."
    rejected(world, made["match_id"])
    explained(world, line_of(world, 30000, 1), PartGiven("gift", 30000))
    assert held(world, RECEIVED) == 0


def test_t18_a_row_of_300_paid_350_credits_300_and_keeps_50_to_return(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"))
    seen(world, bank, (6, 35000, f"VIR {run}"))
    (made,) = matched(world)["proposed"]
    assert made["kind"] == "overpayment"
    answer = confirmed(world, made["match_id"])
    assert len(answer["transfers_due"]) == 1
    assert (held(world, RECEIVED), held(world, to_credit(run)), held(world, f"to_return.digital:{TOWN}")) == (0, 30000, 5000)
    credited(world, run)
    assert world.wallet(MAITE) == 30000
    assert held(world, f"to_return.digital:{TOWN}") == 5000
    with world.database.reading() as connection:
        due = connection.execute(
            "SELECT due.kind, due.amount_cents, run.reference, due.reason FROM transfer_due AS due"
            " JOIN payment_run AS run ON run.id = due.run_id"
        ).fetchall()
    assert due == [("return", 5000, run, "overpayment")]
    ((due_id, _),) = due_to(world, TOWN)
    seen(world, bank, (8, -5000, "VIR RETOUR TRESORERIE"))
    explained(world, line_of(world, -5000), PartGiven("transfer_made", 5000, transfer_due_id=due_id))
    assert (held(world, f"to_return.digital:{TOWN}"), world.balance(PAID), world.balance(f"bank:{COLLECTION}")) == (0, 0, 30000)
    assert due_to(world, TOWN) == []


def test_a_line_for_a_funded_run_is_proposed_as_paid_twice_and_goes_back_to_the_town(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"))
    seen(world, bank, (6, 30000, f"VIR {run}"), (9, 30000, f"VIR {run}"))
    answer = matched(world)
    assert [made["kind"] for made in answer["confirmed"]] == ["allocation"]
    assert [made["kind"] for made in answer["proposed"]] == ["paid_twice"]
    confirmed(world, answer["proposed"][0]["match_id"])
    assert (held(world, to_credit(run)), held(world, f"to_return.digital:{TOWN}")) == (30000, 30000)


def test_t19_undoing_one_match_leaves_the_other_untouched(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"), (PEIO, "120,50"))
    maite, peio = payments_of(world, run)
    seen(world, bank, (6, 42050, "VIR SANS REFERENCE"))
    line = line_of(world, 42050)
    first = explained(world, line, allocation(maite, 30000))
    second = explained(world, line, allocation(peio, 12050))
    answer = undone(world, first)
    assert answer["state"] == "undone"
    assert (held(world, RECEIVED), held(world, to_credit(run))) == (30000, 12050)
    with world.database.reading() as connection:
        reversal = connection.execute(
            "SELECT event.kind, event.reason, reversed.kind FROM event"
            " JOIN event AS reversed ON reversed.id = event.reverses_event_id"
        ).fetchall()
    assert reversal == [("match_undone", "wrong run", "match_confirmed")]
    with pytest.raises(MatchAlreadyUndone):
        undone(world, first)
    credited(world, run)
    assert (world.wallet(MAITE), world.wallet(PEIO)) == (0, 12050)
    with pytest.raises(MatchCreditedSince) as refused:
        undone(world, second)
    assert refused.value.values["event_kind"] == "run_credited"
    explained(world, line, allocation(maite, 30000))
    assert held(world, to_credit(run)) == 30000


def test_an_automatic_match_that_a_person_undid_is_not_made_again(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"))
    seen(world, bank, (6, 30000, f"VIR {run}"))
    (made,) = matched(world)["confirmed"]
    undone(world, made["match_id"])
    after = matched(world)
    assert (after["confirmed"], after["proposed"], after["unknown"]) == ([], [], 1)
    assert held(world, RECEIVED) == 30000


def test_t22_staff_transfers_on_three_days_without_a_reference_are_proposed_one_by_one(world: World, bank: Bank) -> None:
    staff = [(f"S{number:05}", f"Agent Numero{chr(65 + number // 26)}{chr(65 + number % 26)}") for number in range(40)]
    for number, name in staff:
        world.enrol(number, name)
    mandates_in_force(world, *(drafting(world, number, kind="staff_pay") for number, _ in staff))
    rows = [(number, name, f"{50 + place},00") for place, (number, name) in enumerate(staff)]
    run = run_signed(world, *rows, kind="staff_pay")
    lines = [(26 + place % 3, (50 + place) * 100, f"VIR SALAIRE {name.upper()}") for place, (_, name) in enumerate(staff)]
    world.on = on(31)
    seen(world, bank, *sorted(lines))
    answer = matched(world)
    assert (len(answer["confirmed"]), len(answer["proposed"]), answer["unknown"]) == (0, 40, 0)
    second = world.actor("second-operator")
    items = [ConfirmMatch(second, BOOK, UUID(made["match_id"]), world.on) for made in answer["proposed"]]
    assert all(isinstance(outcome, Answer) for outcome in perform(world.database, confirm_matches, items))
    assert held(world, to_credit(run)) == sum(cents for _, cents, _ in lines)
    assert held(world, RECEIVED) == 0
    credited(world, run)
    assert [world.wallet(number) for number, _ in staff[:3]] == [5000, 5100, 5200]


def test_t22_one_transfer_for_three_runs_is_allocated_to_all_of_them(world: World, bank: Bank) -> None:
    runs = [
        run_of(world, (MAITE, "300,00"), list_number="1"),
        run_of(world, (PEIO, "120,50"), list_number="2"),
        run_of(world, (ANA, "80,00"), list_number="3"),
    ]
    seen(world, bank, (6, 50050, "VIR " + " ".join(runs)))
    (made,) = matched(world)["confirmed"]
    assert made["amount_cents"] == 50050
    assert [held(world, to_credit(run)) for run in runs] == [30000, 12050, 8000]


def test_t22_an_order_that_is_suspended_and_paid_a_month_later_is_credited_then(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"), (PEIO, "120,50"))
    seen(world, bank, (6, 30000, f"VIR {run}"))
    (first,) = matched(world)["proposed"]
    confirmed(world, first["match_id"])
    credited(world, run)
    assert (world.wallet(MAITE), world.wallet(PEIO)) == (30000, 0)
    world.on = date(2026, 2, 20)
    imported(world, bank.cfonb(7, 8, (8, 12050, f"VIR {run}"), month=2))
    (made,) = matched(world)["confirmed"]
    assert made["kind"] == "allocation"
    credited(world, run)
    assert (world.wallet(MAITE), world.wallet(PEIO), held(world, to_credit(run))) == (30000, 12050, 0)


def test_a_part_of_a_line_and_a_part_of_a_payment_meet(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"))
    (payment,) = payments_of(world, run)
    seen(world, bank, (6, 20000, "VIR UN"), (7, 25000, "VIR DEUX"))
    explained(world, line_of(world, 20000), allocation(payment, 20000))
    explained(world, line_of(world, 25000), allocation(payment, 10000), PartGiven("to_return", 5000, party=TOWN))
    assert held(world, to_credit(run)) == 30000
    assert held(world, RECEIVED) == 10000
    with pytest.raises(LineExplainedBeyond):
        proposed(world, line_of(world, 25000), PartGiven("gift", 10001))
    with pytest.raises(PaymentPaidBeyond):
        proposed(world, line_of(world, 25000), allocation(payment, 1))


def test_a_payment_is_not_paid_twice_by_two_parts_of_one_match(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"))
    (payment,) = payments_of(world, run)
    seen(world, bank, (6, 60000, "VIR"))
    with pytest.raises(PaymentPaidBeyond):
        proposed(world, line_of(world, 60000), allocation(payment, 30000), allocation(payment, 1))


def test_only_signed_runs_that_still_stand_take_euros(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 30000, "VIR"))
    line = line_of(world, 30000)
    unsigned = run_opened(world, (MAITE, NAMES[MAITE], "300,00"))
    with pytest.raises(RunNotSignedYet):
        proposed(world, line, allocation(payments_of(world, unsigned)[0], 30000))
    cancelled = run_of(world, (PEIO, "120,50"), list_number="2")
    world.do(cancel_runs, CancelRun(world.actor("preparer"), BOOK, cancelled, "wrong list", world.on))
    with pytest.raises(RunCancelled):
        proposed(world, line, allocation(payments_of(world, cancelled)[0], 12050))
    with pytest.raises(PaymentUnknown):
        proposed(world, line, allocation(new_id(), 100))


def test_a_run_closed_with_a_remainder_takes_no_more_euros(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"), (PEIO, "120,50"))
    maite, peio = payments_of(world, run)
    seen(world, bank, (6, 30000, "VIR"), (7, 12050, "VIR"))
    explained(world, line_of(world, 30000), allocation(maite, 30000))
    credited(world, run)
    late = proposed(world, line_of(world, 12050), allocation(peio, 12050))
    world.do(close_runs, CloseRun(world.actor("accountant"), BOOK, run, "order given up", world.on))
    with pytest.raises(RunClosedSince):
        confirmed(world, late)


def test_a_move_explained_while_on_the_road_is_met_once_by_the_line_that_arrives(world: World, bank: Bank) -> None:
    reserve = Bank(RESERVE_DIGITAL)
    seen(world, bank, (5, 50000, "VIR"), (6, -30000, "VIR RESERVE"))
    leaving = line_of(world, -30000)
    explained(world, leaving, PartGiven("own_transfer", 30000))
    imported(world, reserve.cfonb(5, 7, (7, 30000, "VIR COLLECTE"), (7, 30000, "VIR COLLECTE")))
    explained(world, line_of(world, 30000, 1), PartGiven("own_transfer", 30000, other_line_id=leaving))
    assert world.balance("transfers.digital") == 0
    with pytest.raises(PairDoesNotFit):
        proposed(world, line_of(world, 30000, 2), PartGiven("own_transfer", 30000, other_line_id=leaving))
