"""A bank line is allocated, explained or sent back, by the program where it is exact and by two people elsewhere."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest

from monnaielocale.actions.crediting import CreditRun, TakeBackCredit, credit_runs, take_back_credits
from monnaielocale.actions.matches import ConfirmMatch, PartGiven, ProposeMatch, confirm_matches, propose_matches
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.runs import CancelRun, CloseRun, cancel_runs, close_runs
from monnaielocale.actions.statements import ImportStatement, import_statements
from monnaielocale.domain.actors import ActsForAnother, RoleMissing, SecondPersonNeeded
from monnaielocale.domain.crediting import ReasonMissing, RunCancelled
from monnaielocale.domain.explanation_refusals import (
    ExplainedTooEarly,
    GrantNotAgreed,
    LineExplainedBeyond,
    LineUnknown,
    MatchAlreadyConfirmed,
    MatchAlreadyRejected,
    MatchAlreadyUndone,
    MatchCreditedSince,
    MatchEmpty,
    MatchNotConfirmed,
    MatchUnknown,
    MatchUsedSince,
    PairDoesNotFit,
    PartKindUnknown,
    PartLacks,
    PartNamesTooMuch,
    PartyNotOfBook,
    PaymentPaidBeyond,
    PaymentUnknown,
    RecallBeyondHeld,
    RecallBeyondMissing,
    RunClosedSince,
    RunNotSignedYet,
    TransferDueUnknown,
    TransferNotExact,
    TransferNotOpen,
    WrongDirection,
)
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import BalanceTooLow
from monnaielocale.domain.members import MemberUnknown
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.store.database import Database
from monnaielocale.store.matches import unexplained_lines
from tests.bank_files import Bank, imported, on, seen
from tests.invariants import check_invariants
from tests.matching import (
    allocation,
    confirmed,
    due_to,
    explained,
    held,
    line_of,
    matched,
    payments_of,
    proposed,
    rejected,
    undone,
)
from tests.towns import drafting, mandates_in_force, run_opened, run_signed
from tests.world import BOOK, COLLECTION, RESERVE_DIGITAL, RESERVE_NOTES, TOWN, World

MAITE, PEIO, ANA = "E00001", "E00002", "E00003"
NAMES = {MAITE: "Maite Etxeberria", PEIO: "Peio Harispe", ANA: "Ana Duhalde"}
RECEIVED, PAID = "received_unattributed.digital", "paid_unattributed.digital"


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """Three officials with a mandate; every flow ends with the books in order and equal to the bank."""
    world = World.create(database, on(20))
    for number, name in NAMES.items():
        world.enrol(number, name)
    mandates_in_force(world, *(drafting(world, number) for number in NAMES))
    yield world
    check_invariants(world.database)


@pytest.fixture
def bank() -> Bank:
    return Bank()


def run_of(world: World, *rows: tuple[str, str], list_number: str = "1", period: str = "2026-01") -> str:
    """A signed run of allowances: (member, amount as written)."""
    given = [(member, NAMES[member], amount) for member, amount in rows]
    return run_signed(world, *given, list_number=list_number, period=period)


def credited(world: World, run: str) -> None:
    world.do(credit_runs, CreditRun(world.actor("operator"), BOOK, run, world.on))


def to_credit(run: str) -> str:
    return f"to_credit:{TOWN}:{run}"


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


def test_undoing_needs_a_reason_and_a_confirmed_match(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 30000, "VIR"))
    match = proposed(world, line_of(world, 30000), PartGiven("gift", 30000))
    with pytest.raises(ReasonMissing):
        undone(world, match, "  ")
    with pytest.raises(MatchNotConfirmed):
        undone(world, match)
    with pytest.raises(MatchUnknown):
        undone(world, new_id())


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


def test_a_members_transfer_becomes_units_and_stays_when_they_are_spent(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 5000, f"VIR {MAITE} RECHARGE"), (7, 2000, "VIR"))
    (made,) = matched(world)["proposed"]
    assert made["kind"] == "top_up"
    confirmed(world, made["match_id"])
    assert (world.wallet(MAITE), held(world, "circulation.digital"), held(world, RECEIVED)) == (5000, 5000, 2000)
    world.pay(MAITE, PEIO, 4000)
    with pytest.raises(MatchUsedSince) as refused:
        undone(world, made["match_id"])
    assert refused.value.values["event_kind"] == "wallet_payment"
    world.pay(PEIO, MAITE, 4000)
    undone(world, made["match_id"])
    assert (world.wallet(MAITE), held(world, "circulation.digital"), held(world, RECEIVED)) == (0, 0, 7000)
    with pytest.raises(MemberUnknown):
        proposed(world, line_of(world, 2000), PartGiven("top_up", 2000, party="E99999"))


def test_euros_of_an_unknown_payer_are_kept_for_them_and_sent_back(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 7700, "VIR INCONNU"), (7, 100, "VIR INCONNU"))
    explained(world, line_of(world, 7700), PartGiven("to_return", 7700))
    explained(world, line_of(world, 100), PartGiven("to_return", 100, party="unknown-payer"))
    account = f"to_return.digital:{BOOK}:unknown-payer"
    assert held(world, account) == 7800
    dues = dict(due_to(world, "unknown-payer"))
    assert sorted(dues.values()) == [100, 7700]
    with world.database.reading() as connection:
        details = connection.execute("SELECT details ->> 'label' FROM transfer_due WHERE amount_cents = 7700").fetchone()
    assert details == ("VIR INCONNU",)
    seen(world, bank, (9, -7700, "VIR RETOUR"))
    (due,) = [due for due, cents in dues.items() if cents == 7700]
    explained(world, line_of(world, -7700), PartGiven("transfer_made", 7700, transfer_due_id=due))
    assert (held(world, account), world.balance(PAID)) == (100, 0)


def test_euros_to_return_follow_the_match_that_kept_them(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 7700, "VIR"), (7, -7700, "RETOUR"))
    match = explained(world, line_of(world, 7700), PartGiven("to_return", 7700, party=TOWN))
    ((due, _),) = due_to(world, TOWN)
    payment = explained(world, line_of(world, -7700), PartGiven("transfer_made", 7700, transfer_due_id=due))
    with pytest.raises(MatchUsedSince):
        undone(world, match)
    undone(world, payment)
    assert due_to(world, TOWN) == [(due, 7700)]
    again = proposed(world, line_of(world, -7700), PartGiven("transfer_made", 7700, transfer_due_id=due))
    undone(world, match)
    assert due_to(world, TOWN) == []
    assert (held(world, RECEIVED), held(world, f"to_return.digital:{TOWN}")) == (7700, 0)
    with pytest.raises(TransferNotOpen):
        confirmed(world, again)


def test_a_transfer_due_is_settled_exactly_and_once(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 7700, "VIR"), (7, -7700, "RETOUR"), (7, -7000, "RETOUR"), (8, -7700, "RETOUR"))
    explained(world, line_of(world, 7700), PartGiven("to_return", 7700, party=TOWN))
    ((due, _),) = due_to(world, TOWN)
    with pytest.raises(TransferNotExact):
        proposed(world, line_of(world, -7000), PartGiven("transfer_made", 7000, transfer_due_id=due))
    with pytest.raises(TransferDueUnknown):
        proposed(world, line_of(world, -7000), PartGiven("transfer_made", 7000, transfer_due_id=new_id()))
    explained(world, line_of(world, -7700, 2), PartGiven("transfer_made", 7700, transfer_due_id=due))
    with pytest.raises(TransferNotOpen):
        proposed(world, line_of(world, -7700, 1), PartGiven("transfer_made", 7700, transfer_due_id=due))


def test_the_associations_own_euros_come_in_and_go_out(world: World, bank: Bank) -> None:
    seen(
        world,
        bank,
        (5, 1500, "COTISATION"),
        (5, 2500, "DON"),
        (6, 100000, "SUBVENTION REGION"),
        (7, -340, "FRAIS DE TENUE DE COMPTE"),
        (8, -50000, "VIR COMPTE COURANT"),
    )
    explained(world, line_of(world, 1500), PartGiven("dues", 1500, party=MAITE))
    explained(world, line_of(world, 2500), PartGiven("gift", 2500))
    explained(world, line_of(world, 100000), PartGiven("grant", 100000))
    (charge,) = [made for made in matched(world)["proposed"] if made["kind"] == "charge"]
    confirmed(world, charge["match_id"])
    explained(world, line_of(world, -50000), PartGiven("own_money_out", 50000))
    assert held(world, "operating.digital") == 1500 + 2500 + 100000 - 340 - 50000
    assert (held(world, RECEIVED), world.balance(PAID)) == (0, 0)
    assert world.balance(f"bank:{COLLECTION}") == 53660


def test_a_move_to_the_reserve_is_two_lines_that_meet_on_the_road(world: World, bank: Bank) -> None:
    reserve = Bank(RESERVE_DIGITAL)
    seen(world, bank, (5, 50000, "VIR"), (6, -30000, "VIR RESERVE"))
    imported(world, reserve.cfonb(5, 7, (7, 30000, "VIR COLLECTE")))
    answer = matched(world)
    assert [made["kind"] for made in answer["proposed"]] == ["own_transfer", "own_transfer"]
    leaving, arriving = sorted(answer["proposed"], key=lambda made: made["line_id"] != str(line_of(world, -30000)))
    confirmed(world, leaving["match_id"])
    assert (world.balance("transfers.digital"), world.balance(PAID)) == (30000, 0)
    confirmed(world, arriving["match_id"])
    assert (world.balance("transfers.digital"), held(world, RECEIVED)) == (0, 50000)
    with pytest.raises(PairDoesNotFit):
        proposed(world, line_of(world, 50000), PartGiven("own_transfer", 50000, other_line_id=line_of(world, -30000)))


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


def test_a_move_between_the_two_reserves_settles_what_one_owes_the_other(world: World) -> None:
    notes, digital = Bank(RESERVE_NOTES), Bank(RESERVE_DIGITAL)
    imported(world, notes.cfonb(5, 6, (5, 5000, f"VIR {MAITE}"), (6, -5000, "VIR RESERVE")))
    imported(world, digital.cfonb(5, 7, (7, 5000, "VIR RESERVE")))
    arrived = line_of(world, 5000, 1)
    explained(world, arrived, PartGiven("top_up", 5000, party=MAITE))
    assert (world.balance("transfers.digital"), world.balance("transfers.notes")) == (5000, -5000)
    leaving, arriving = line_of(world, -5000), line_of(world, 5000, 2)
    explained(world, leaving, PartGiven("own_transfer", 5000, other_line_id=arriving))
    explained(world, arriving, PartGiven("own_transfer", 5000, other_line_id=leaving))
    assert (world.balance("transfers.digital"), world.balance("transfers.notes")) == (0, 0)
    assert held(world, "circulation.digital") == world.wallet(MAITE) == 5000


def test_cash_paid_in_is_no_more_than_was_in_hand(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 5000, "VERSEMENT ESPECES"))
    match = proposed(world, line_of(world, 5000), PartGiven("cash_paid_in", 5000))
    with pytest.raises(BalanceTooLow):
        confirmed(world, match)
    rejected(world, match)
    assert held(world, RECEIVED) == 5000


def test_a_recalled_transfer_takes_back_what_waits_and_the_spent_rest_is_owed(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"))
    (payment,) = payments_of(world, run)
    seen(world, bank, (6, 30000, f"VIR {run}"), (12, -30000, "REJET VIR"))
    matched(world)
    credited(world, run)
    world.pay(MAITE, PEIO, 10000)
    line = line_of(world, -30000)
    with pytest.raises(RecallBeyondHeld):
        proposed(world, line, PartGiven("recall", 30000, payment_id=payment))
    with pytest.raises(RecallBeyondMissing):
        proposed(world, line, PartGiven("recall_missing", 10000, payment_id=payment))
    world.do(take_back_credits, TakeBackCredit(world.actor("accountant"), BOOK, payment, "transfer recalled", world.on))
    assert (world.wallet(MAITE), held(world, to_credit(run))) == (0, 20000)
    parts = (PartGiven("recall", 20000, payment_id=payment), PartGiven("recall_missing", 10000, payment_id=payment))
    match = explained(world, line, *parts)
    assert (held(world, to_credit(run)), world.balance(f"owed_by.digital:{MAITE}"), world.balance(PAID)) == (0, 10000, 0)
    assert world.balance(f"bank:{COLLECTION}") == 0
    seen(world, bank, (14, 4000, "VIR ETXEBERRIA"))
    back = explained(world, line_of(world, 4000), PartGiven("debt_recovered", 4000, party=MAITE))
    assert world.balance(f"owed_by.digital:{MAITE}") == 6000
    with pytest.raises(MatchUsedSince):
        undone(world, match)
    undone(world, back)
    undone(world, match)
    assert (held(world, to_credit(run)), world.balance(PAID)) == (20000, 30000)


def test_nobody_gives_back_more_than_they_owe(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 4000, "VIR"))
    match = proposed(world, line_of(world, 4000), PartGiven("debt_recovered", 4000, party=MAITE))
    with pytest.raises(BalanceTooLow):
        confirmed(world, match)


@pytest.mark.parametrize(
    ("part", "refused"),
    [
        (PartGiven("charge", 100), WrongDirection),
        (PartGiven("own_money_out", 100), WrongDirection),
        (PartGiven("recall", 100, payment_id=new_id()), WrongDirection),
        (PartGiven("transfer_made", 100, transfer_due_id=new_id()), WrongDirection),
        (PartGiven("allocation", 100), PartLacks),
        (PartGiven("top_up", 100), PartLacks),
        (PartGiven("debt_recovered", 100), PartLacks),
        (PartGiven("gift", 100, payment_id=new_id()), PartNamesTooMuch),
        (PartGiven("top_up", 100, party=MAITE, other_line_id=new_id()), PartNamesTooMuch),
        (PartGiven("present", 100), PartKindUnknown),
        (PartGiven("gift", 0), AmountNotPositive),
        (PartGiven("gift", -100), AmountNotPositive),
        (PartGiven("dues", 100, party="nobody"), PartyNotOfBook),
        (PartGiven("to_return", 100, party="nobody"), PartyNotOfBook),
        (PartGiven("own_transfer", 100, other_line_id=new_id()), LineUnknown),
        (PartGiven("gift", 30001), LineExplainedBeyond),
    ],
)
def test_a_part_must_fit_its_line(world: World, bank: Bank, part: PartGiven, refused: type[Exception]) -> None:
    seen(world, bank, (6, 30000, "VIR"))
    with pytest.raises(refused):
        proposed(world, line_of(world, 30000), part)
    assert world.count("match") == 0


@pytest.mark.parametrize("kind", ["allocation", "top_up", "dues", "gift", "grant", "cash_paid_in", "to_return", "debt_recovered"])
def test_what_arrives_does_not_explain_what_leaves(world: World, bank: Bank, kind: str) -> None:
    seen(world, bank, (6, -300, "PRLV"))
    with pytest.raises(WrongDirection):
        proposed(world, line_of(world, -300), PartGiven(kind, 300))


def test_a_match_names_a_line_of_the_book_and_at_least_one_part(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 30000, "VIR"))
    with pytest.raises(LineUnknown):
        proposed(world, new_id(), PartGiven("gift", 100))
    with pytest.raises(MatchEmpty):
        proposed(world, line_of(world, 30000))
    world.on = on(5)
    with pytest.raises(ExplainedTooEarly):
        proposed(world, line_of(world, 30000), PartGiven("gift", 100))
    world.on = on(20)


def test_only_the_association_explains_its_lines(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 30000, "VIR"))
    with pytest.raises(RoleMissing):
        proposed(world, line_of(world, 30000), PartGiven("gift", 100), by="signer")
    with pytest.raises(RoleMissing):
        matched(world, by="treasurer")
    world.load("chevreuse-racine.toml")
    with world.database.reading() as connection:
        other = connection.execute("SELECT code FROM party WHERE kind = 'issuer' AND code <> 'euskal-moneta'").fetchone()
    assert other is not None
    world.add("stranger", other[0], "association_operator")
    with pytest.raises(ActsForAnother):
        matched(world, by="stranger")


def test_in_one_batch_each_match_sees_the_ones_before_it_and_a_refused_one_leaves_nothing(world: World, bank: Bank) -> None:
    run = run_of(world, (MAITE, "300,00"))
    (payment,) = payments_of(world, run)
    seen(world, bank, (6, 30000, "VIR"), (7, 30000, "VIR"))
    matches = [proposed(world, line_of(world, 30000, twin), allocation(payment, 30000)) for twin in (1, 2)]
    second = world.actor("second-operator")
    items = [ConfirmMatch(second, BOOK, match, world.on) for match in (*matches, matches[0])]
    first, refused, again = perform(world.database, confirm_matches, items)
    assert isinstance(first, Answer)
    assert isinstance(refused, PaymentPaidBeyond)
    assert isinstance(again, MatchAlreadyConfirmed)
    assert (world.count("match_act"), held(world, to_credit(run)), held(world, RECEIVED)) == (1, 30000, 30000)


def test_a_retry_with_the_same_key_has_one_effect(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 30000, "VIR"))
    item = ProposeMatch(world.actor("operator"), BOOK, line_of(world, 30000), (PartGiven("gift", 30000),), world.on, key="once")
    answers = [perform(world.database, propose_matches, [item])[0] for _ in range(2)]
    assert all(isinstance(answer, Answer) for answer in answers)
    assert world.count("match") == 1


def test_t16_a_thousand_and_one_lines_that_wait_are_all_shown_by_paging(world: World, bank: Bank) -> None:
    seen(world, bank, *sorted((5 + number % 10, 100 + number, f"VIR {number}") for number in range(1001)))
    explained(world, line_of(world, 100), PartGiven("gift", 60))
    explained(world, line_of(world, 101), PartGiven("gift", 101))
    waiting = proposed(world, line_of(world, 102), PartGiven("gift", 102))
    shown = []
    with world.database.reading() as connection:
        after = None
        while page := unexplained_lines(connection, BOOK, after, limit=100):
            shown += page
            after = (page[-1].booked_on, page[-1].id)
    assert len(shown) == len({one.id for one in shown}) == 1000
    assert shown == sorted(shown, key=lambda one: (one.booked_on, one.id))
    assert {one.amount_cents for one in shown} == {cents for cents in range(100, 1101) if cents != 101}
    by_cents = {one.amount_cents: one for one in shown}
    assert by_cents[100].open_cents == 40
    assert by_cents[102].proposals == (waiting,)


def test_agreed_instalments_are_taken_one_by_one_and_in_their_order(database: Database) -> None:
    world = World.create(database, on(20))
    world.load("chevreuse-racine.toml")
    first, second = (world.add(login, "la-racine", "association_operator") for login in ("racine-one", "racine-two"))
    bank = Bank("FR7699999000010000000000697")
    data = bank.cfonb(5, 9, (5, 1_700_000, "PNR"), (6, 2_500_000, "PNR"), (9, 100, "PNR"))
    world.do(import_statements, ImportStatement(first, "racine", "releve.txt", data, world.on))

    def granted(cents: int, note: str = "") -> str:
        parts = (PartGiven("grant", cents, party="chevreuse", note=note),)
        match = world.do(propose_matches, ProposeMatch(first, "racine", line_of(world, cents), parts, world.on))
        return str(world.do(confirm_matches, ConfirmMatch(second, "racine", UUID(match["match_id"]), world.on))["match_id"])

    with pytest.raises(GrantNotAgreed) as refused:
        granted(1_700_000)
    assert refused.value.values["instalments"] == "25000.00"
    granted(2_500_000)
    with pytest.raises(GrantNotAgreed):
        granted(1_700_000, "Another grant")
    granted(1_700_000, "Notes, communication and web site")
    with pytest.raises(GrantNotAgreed) as refused:
        granted(100)
    assert refused.value.values["instalments"] == "0.00"
    check_invariants(database)
