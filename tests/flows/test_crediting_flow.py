"""From the town's list to its account: what is credited, what waits, what goes back, and what a wrong credit costs."""

from typing import Any
from uuid import UUID

import pytest

from monnaielocale.actions.conventions import load_convention
from monnaielocale.actions.crediting import (
    CreditRun,
    ReturnUncreditable,
    TakeBackCredit,
    credit_runs,
    return_uncreditable,
    take_back_credits,
)
from monnaielocale.actions.mandates import RevokeMandate, revoke_mandates
from monnaielocale.actions.matches import ConfirmMatch, PartGiven, confirm_matches
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.proof import prove_backing
from monnaielocale.actions.runs import AccountForRun, CloseRun, account_for_runs, close_runs
from monnaielocale.domain.actors import SecondPersonNeeded
from monnaielocale.domain.explaining.faults import MatchCreditedSince, MatchUsedSince, RecallBeyondMissing
from monnaielocale.domain.files import RowsRefused
from monnaielocale.domain.money import decimal_text
from monnaielocale.domain.payments.crediting import (
    CreditUnknown,
    EurosNotSeen,
    NothingLeftToCredit,
    NothingToReturn,
    RunNotSigned,
)
from monnaielocale.domain.payments.run_states import RunNotSettled
from monnaielocale.store.database import Database
from tests.bank_files import Bank, imported, on
from tests.flows.conftest import Built
from tests.invariants import check_invariants
from tests.matching import allocation, confirmed, due_to, explained, held, line_of, matched, payments_of, to_credit, undone
from tests.towns import Row, drafting, each_done, mandate_in_force, mandates_in_force, run_opened, run_signed
from tests.world import BOOK, CONVENTIONS, MEMBER_IBAN, TOWN, World

MAITE, PEIO, ANA = "E00001", "E00002", "E00003"
NAMES = {MAITE: "Maite Etxeberria", PEIO: "Peio Harispe", ANA: "Ana Duhalde"}


def officials(database: Database) -> World:
    """On 30 January: three officials who can be sent euros, each with a mandate of at most 300.00 a month."""
    world = World.create(database, on(30))
    for number, name in NAMES.items():
        world.enrol(number, name, iban=MEMBER_IBAN)
    mandates_in_force(world, *(drafting(world, number, 300_00) for number in NAMES))
    return world


@pytest.fixture
def world(built: Built) -> World:
    return World(built(officials), on(30))


@pytest.fixture
def bank() -> Bank:
    return Bank()


def row(member: str, cents: int) -> Row:
    return (member, NAMES[member], decimal_text(cents).replace(".", ","))


def crediting(world: World, run: str) -> CreditRun:
    return CreditRun(world.actor("operator"), BOOK, run, world.on)


def credited(world: World, run: str) -> tuple[int, int, list[tuple[str, int, str]]]:
    """How many payments were credited with how much, and which were set aside, with the reason."""
    done = world.do(credit_runs, crediting(world, run))
    aside = [(one["member"], one["amount_cents"], one["reason"]) for one in done["set_aside"]]
    return done["credited_count"], done["credited_cents"], aside


def returned(world: World, run: str) -> list[tuple[str, int]]:
    done = world.do(return_uncreditable, ReturnUncreditable(world.actor("operator"), BOOK, run, world.on))
    return [(one["party"], one["amount_cents"]) for one in done["returned"]]


def taken_back(world: World, payment: UUID) -> tuple[int, int]:
    """What came back of a credit, and what was spent."""
    done = world.do(take_back_credits, TakeBackCredit(world.actor("accountant"), BOOK, payment, "wrong person", world.on))
    return done["taken_cents"], done["missing_cents"]


def revoked(world: World, mandate: str) -> None:
    world.do(revoke_mandates, RevokeMandate(world.actor("operator"), BOOK, mandate, world.on, "in writing", world.on))


def confirm_all(world: World, found: dict[str, Any]) -> None:
    """The second person agrees with all that the program proposed."""
    second = world.actor("second-operator")
    matches = (ConfirmMatch(second, BOOK, UUID(one["match_id"]), world.on) for one in found["proposed"])
    each_done(world, confirm_matches, matches)


def wallets(world: World) -> tuple[int, ...]:
    return tuple(world.wallet(number) for number in NAMES)


def backed(world: World) -> bool:
    return prove_backing(world.database, book=BOOK, on=world.on).holds


def test_t7_nothing_is_credited_without_a_matched_bank_line(world: World, bank: Bank) -> None:
    run = run_signed(world, row(MAITE, 200_00), row(PEIO, 100_00))
    with pytest.raises(EurosNotSeen) as refused:
        credited(world, run)
    assert refused.value.values == {"run": run, "allocated": "0.00", "total": "300.00"}
    imported(world, bank.cfonb(1, 28, (28, 300_00, f"DRFIP {run}")))
    with pytest.raises(EurosNotSeen):
        credited(world, run)
    matched(world)
    assert credited(world, run) == (2, 300_00, [])
    assert wallets(world) == (200_00, 100_00, 0)
    with pytest.raises(NothingLeftToCredit):
        credited(world, run)
    assert backed(world)
    check_invariants(world.database)


def test_t7_a_run_that_nobody_signed_is_not_credited(world: World, bank: Bank) -> None:
    run = run_opened(world, row(MAITE, 200_00))
    imported(world, bank.cfonb(1, 28, (28, 200_00, f"DRFIP {run}")))
    assert matched(world)["confirmed"] == []
    with pytest.raises(RunNotSigned):
        credited(world, run)
    assert wallets(world) == (0, 0, 0)


def test_t7_a_proposal_that_nobody_confirmed_is_not_enough(world: World, bank: Bank) -> None:
    run = run_signed(world, row(MAITE, 200_00))
    imported(world, bank.cfonb(1, 28, (28, 200_00, "DRFIP PAIE")))
    (proposal,) = matched(world)["proposed"]
    with pytest.raises(EurosNotSeen):
        credited(world, run)
    with pytest.raises(SecondPersonNeeded):
        confirmed(world, proposal["match_id"], by="operator")
    confirmed(world, proposal["match_id"])
    assert credited(world, run) == (1, 200_00, [])


def test_t5_ten_thousand_and_a_hundred_and_twenty_five_thousand_are_ordinary(world: World, bank: Bank) -> None:
    mandate_in_force(world, PEIO, kind="supplier_invoice")
    mandate_in_force(world, ANA, kind="grant")
    asked = (("supplier_invoice", row(PEIO, 10_000_00)), ("grant", row(ANA, 125_000_00)))
    runs = [run_signed(world, given, kind=kind, period="2026") for kind, given in asked]
    imported(world, bank.cfonb(1, 28, (28, 10_000_00, f"DRFIP {runs[0]}"), (28, 125_000_00, f"DRFIP {runs[1]}")))
    matched(world)
    assert [credited(world, run) for run in runs] == [(1, 10_000_00, []), (1, 125_000_00, [])]
    assert wallets(world) == (0, 10_000_00, 125_000_00)
    check_invariants(world.database)


def test_t18_a_row_above_the_ceiling_is_refused_and_so_is_a_second_run_of_the_month(world: World) -> None:
    with pytest.raises(RowsRefused) as refused:
        run_opened(world, row(MAITE, 350_00))
    assert [fault.refusal.code for fault in refused.value.faults] == ["amount_above_ceiling"]
    run_signed(world, row(MAITE, 300_00))
    with pytest.raises(RowsRefused) as refused:
        run_opened(world, row(MAITE, 1), list_number="2")
    assert [fault.refusal.code for fault in refused.value.faults] == ["share_used_up"]


def test_t18_three_hundred_paid_with_three_hundred_and_fifty_credits_three_hundred_and_keeps_fifty(
    world: World, bank: Bank
) -> None:
    run = run_signed(world, row(MAITE, 300_00))
    imported(world, bank.cfonb(1, 28, (28, 350_00, f"DRFIP {run}")))
    (proposal,) = matched(world)["proposed"]
    assert proposal["kind"] == "overpayment"
    confirmed(world, proposal["match_id"])
    assert (held(world, to_credit(run)), held(world, f"to_return.digital:{TOWN}")) == (300_00, 50_00)
    assert credited(world, run) == (1, 300_00, [])
    assert wallets(world) == (300_00, 0, 0)
    ((due, cents),) = due_to(world, TOWN)
    assert cents == 50_00
    imported(world, bank.cfonb(29, 29, (29, -50_00, "VIR TRESORERIE")))
    explained(world, line_of(world, -50_00), PartGiven("transfer_made", 50_00, transfer_due_id=due))
    assert due_to(world, TOWN) == []
    assert (held(world, f"to_return.digital:{TOWN}"), world.balance("paid_unattributed.digital")) == (0, 0)
    assert backed(world)
    check_invariants(world.database)


def test_a_mandate_revoked_after_the_signature_sets_its_payment_aside_and_credits_the_others(world: World, bank: Bank) -> None:
    run = run_signed(world, row(MAITE, 200_00), row(PEIO, 100_00), row(ANA, 50_00))
    imported(world, bank.cfonb(1, 28, (28, 350_00, f"DRFIP {run}")))
    matched(world)
    revoked(world, "M-000002")
    assert credited(world, run) == (2, 250_00, [(PEIO, 100_00, "mandate_revoked")])
    assert (wallets(world), held(world, to_credit(run))) == ((200_00, 0, 50_00), 100_00)
    assert returned(world, run) == [(PEIO, 100_00)]
    with pytest.raises(NothingToReturn):
        returned(world, run)
    ((due, cents),) = due_to(world, PEIO)
    imported(world, bank.cfonb(29, 29, (29, -cents, "VIR PEIO HARISPE")))
    explained(world, line_of(world, -cents), PartGiven("transfer_made", cents, transfer_due_id=due))
    assert (held(world, to_credit(run)), held(world, f"to_return.digital:{PEIO}")) == (0, 0)
    told = world.do(account_for_runs, AccountForRun(world.actor("operator"), BOOK, run, world.on))
    assert (told["credited_cents"], told["returned_cents"]) == (250_00, 100_00)
    assert backed(world)
    check_invariants(world.database)


def test_a_mandate_revoked_in_arrears_stops_what_is_not_yet_credited(world: World, bank: Bank) -> None:
    """T6: revoked from New Year on, although January is over."""
    run = run_signed(world, row(MAITE, 200_00))
    imported(world, bank.cfonb(1, 28, (28, 200_00, f"DRFIP {run}")))
    matched(world)
    world.do(revoke_mandates, RevokeMandate(world.actor("operator"), BOOK, "M-000001", on(1), "in writing", world.on))
    with pytest.raises(NothingLeftToCredit):
        credited(world, run)
    assert returned(world, run) == [(MAITE, 200_00)]
    check_invariants(world.database)


def test_where_the_convention_says_so_the_euros_go_back_to_the_treasury(database: Database, bank: Bank) -> None:
    world = World.create(database, on(30))
    known = (CONVENTIONS / "bayonne-eusko.toml").read_text("utf-8")
    latest = known[known.rindex("[[versions]]") :]
    amended = latest.replace("2018-06-07", "2026-01-01").replace("Avenant of 7 June 2018", "Avenant of 2026")
    amended = amended.replace('uncreditable = "beneficiary"', 'uncreditable = "treasury"', 1)
    load_convention(database, world.actor("administrator"), f"{known}\n{amended}".encode(), world.on)
    world.enrol(MAITE, NAMES[MAITE])
    mandate = mandate_in_force(world, MAITE)
    run = run_signed(world, row(MAITE, 80_00))
    imported(world, bank.cfonb(1, 28, (28, 80_00, f"DRFIP {run}")))
    matched(world)
    revoked(world, mandate)
    assert returned(world, run) == [(TOWN, 80_00)]
    assert [cents for _, cents in due_to(world, TOWN)] == [80_00]
    check_invariants(world.database)


def test_t22_forty_transfers_on_three_days_credit_a_run_in_three_creditings(database: Database, bank: Bank) -> None:
    """No transfer carries a reference: each is proposed by the number it names and confirmed by a second person."""
    world = World.create(database, on(30))
    numbers = [f"S{number:05d}" for number in range(1, 41)]
    for number in numbers:
        world.enrol(number, f"Agent {number}")
    mandates_in_force(world, *(drafting(world, number, kind="staff_pay") for number in numbers))
    amounts = {number: 100_00 + 1_01 * at for at, number in enumerate(numbers)}
    rows = [(number, "", decimal_text(cents).replace(".", ",")) for number, cents in amounts.items()]
    run = run_signed(world, *rows, kind="staff_pay")
    done = []
    for day, part in ((28, numbers[:20]), (29, numbers[20:35]), (30, numbers[35:])):
        imported(world, bank.cfonb(bank.until + 1, day, *((day, amounts[number], f"PAIE {number}") for number in part)))
        confirm_all(world, matched(world))
        done.append(credited(world, run))
    assert [(count, aside) for count, _, aside in done] == [(20, []), (15, []), (5, [])]
    assert [world.wallet(number) for number in numbers] == list(amounts.values())
    assert held(world, to_credit(run)) == 0
    check_invariants(database)


@pytest.mark.parametrize("referenced", [True, False])
def test_t22_one_transfer_for_three_runs_is_credited_in_each(world: World, bank: Bank, referenced: bool) -> None:
    """With the three references it is exact; without any, only one combination of runs makes the amount, and two people agree."""
    asked = ((MAITE, 70_00), (PEIO, 80_00), (ANA, 91_00))
    runs = [run_signed(world, row(member, cents), list_number=member) for member, cents in asked]
    imported(world, bank.cfonb(1, 28, (28, 241_00, " ".join(["DRFIP", *runs]) if referenced else "DRFIP")))
    found = matched(world)
    assert (len(found["confirmed"]), len(found["proposed"])) == ((1, 0) if referenced else (0, 1))
    confirm_all(world, found)
    outcomes = perform(world.database, credit_runs, [crediting(world, run) for run in runs])
    assert all(isinstance(outcome, Answer) for outcome in outcomes)
    assert wallets(world) == (70_00, 80_00, 91_00)
    check_invariants(world.database)


def test_t22_one_order_suspended_is_paid_and_credited_a_month_later(world: World, bank: Bank) -> None:
    run = run_signed(world, row(MAITE, 200_00), row(PEIO, 100_00))
    imported(world, bank.cfonb(1, 28, (28, 200_00, f"DRFIP {run}")))
    confirm_all(world, matched(world))
    assert credited(world, run) == (1, 200_00, [])
    with pytest.raises(RunNotSettled):
        world.do(account_for_runs, AccountForRun(world.actor("operator"), BOOK, run, world.on))
    world.on = on(27, month=2)
    imported(world, bank.cfonb(1, 27, (27, 100_00, f"DRFIP {run}"), month=2))
    confirm_all(world, matched(world))
    assert credited(world, run) == (1, 100_00, [])
    world.do(account_for_runs, AccountForRun(world.actor("operator"), BOOK, run, world.on))
    assert wallets(world) == (200_00, 100_00, 0)
    check_invariants(world.database)


def test_an_order_that_is_never_paid_closes_the_run_with_its_remainder(world: World, bank: Bank) -> None:
    run = run_signed(world, row(MAITE, 200_00), row(PEIO, 100_00))
    imported(world, bank.cfonb(1, 28, (28, 200_00, f"DRFIP {MAITE} {run}")))
    confirm_all(world, matched(world))
    credited(world, run)
    closed = world.do(close_runs, CloseRun(world.actor("accountant"), BOOK, run, "order withdrawn", world.on))
    assert (closed["state"], closed["credited_cents"]) == ("closed", 200_00)
    world.do(account_for_runs, AccountForRun(world.actor("operator"), BOOK, run, world.on))
    check_invariants(world.database)


def test_t19_undoing_one_match_leaves_the_other_and_credits_only_what_is_left(world: World, bank: Bank) -> None:
    run = run_signed(world, row(MAITE, 200_00), row(PEIO, 100_00))
    maite, peio = payments_of(world, run)
    imported(world, bank.cfonb(1, 28, (28, 300_00, "DRFIP")))
    first = explained(world, line_of(world, 300_00), allocation(maite, 200_00))
    second = explained(world, line_of(world, 300_00), allocation(peio, 100_00))
    undone(world, second)
    assert credited(world, run) == (1, 200_00, [])
    with pytest.raises(MatchCreditedSince):
        undone(world, first)
    assert (held(world, to_credit(run)), held(world, "received_unattributed.digital")) == (0, 100_00)
    check_invariants(world.database)


def test_a_wrong_credit_is_taken_back_and_its_euros_go_to_their_owner(world: World, bank: Bank) -> None:
    run = run_signed(world, row(MAITE, 200_00), row(PEIO, 100_00))
    imported(world, bank.cfonb(1, 28, (28, 300_00, f"DRFIP {run}")))
    matched(world)
    credited(world, run)
    _, peio = payments_of(world, run)
    assert taken_back(world, peio) == (100_00, 0)
    assert (wallets(world), held(world, to_credit(run))) == ((200_00, 0, 0), 100_00)
    with pytest.raises(CreditUnknown):
        taken_back(world, peio)
    with pytest.raises(NothingLeftToCredit):
        credited(world, run)
    assert returned(world, run) == [(PEIO, 100_00)]
    assert backed(world)
    check_invariants(world.database)


def test_a_recalled_transfer_whose_credit_was_partly_spent_leaves_a_debt_that_is_paid_back(world: World, bank: Bank) -> None:
    """100.00 were credited in error, 60.00 of them are spent when the bank takes all back; the member then pays the 60.00."""
    run = run_signed(world, row(MAITE, 100_00))
    imported(world, bank.cfonb(1, 27, (27, 100_00, f"DRFIP {run}")))
    matched(world)
    credited(world, run)
    world.pay(MAITE, PEIO, 60_00)
    (payment,) = payments_of(world, run)
    assert taken_back(world, payment) == (40_00, 60_00)
    assert (wallets(world), held(world, to_credit(run))) == ((0, 60_00, 0), 40_00)
    imported(world, bank.cfonb(28, 28, (28, -100_00, "RETOUR DE FONDS")))
    line = line_of(world, -100_00)
    with pytest.raises(RecallBeyondMissing):
        explained(world, line, PartGiven("recall_missing", 100_00, payment_id=payment, party=MAITE))
    explained(
        world,
        line,
        PartGiven("recall", 40_00, payment_id=payment),
        PartGiven("recall_missing", 60_00, payment_id=payment, party=MAITE),
    )
    assert (held(world, to_credit(run)), world.balance(f"owed_by.digital:{MAITE}")) == (0, 60_00)
    assert not backed(world)
    (digital,) = [form for form in prove_backing(world.database, book=BOOK, on=world.on).forms if form.difference_cents]
    assert (digital.difference_cents, [cause.kind for cause in digital.causes]) == (-60_00, ["owed_by"])
    imported(world, bank.cfonb(29, 29, (29, 60_00, "MAITE REND")))
    explained(world, line_of(world, 60_00), PartGiven("debt_recovered", 60_00, party=MAITE))
    assert world.balance(f"owed_by.digital:{MAITE}") == 0
    assert backed(world)
    check_invariants(world.database)


def test_a_recall_that_was_booked_is_not_credited_again(world: World, bank: Bank) -> None:
    run = run_signed(world, row(MAITE, 100_00), row(PEIO, 50_00))
    imported(world, bank.cfonb(1, 27, (27, 150_00, f"DRFIP {run}")))
    matched(world)
    maite, _ = payments_of(world, run)
    imported(world, bank.cfonb(28, 28, (28, -100_00, "RETOUR DE FONDS")))
    explained(world, line_of(world, -100_00), PartGiven("recall", 100_00, payment_id=maite))
    assert credited(world, run) == (1, 50_00, [])
    assert (wallets(world), held(world, to_credit(run))) == ((0, 50_00, 0), 0)
    assert backed(world)
    check_invariants(world.database)


def test_what_was_returned_cannot_be_undone_under_its_feet(world: World, bank: Bank) -> None:
    run = run_signed(world, row(MAITE, 100_00))
    imported(world, bank.cfonb(1, 27, (27, 100_00, "DRFIP")))
    (payment,) = payments_of(world, run)
    match = explained(world, line_of(world, 100_00), allocation(payment, 100_00))
    revoked(world, "M-000001")
    returned(world, run)
    with pytest.raises(MatchUsedSince):
        undone(world, match)
    check_invariants(world.database)
