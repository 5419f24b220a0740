"""Digital payments at a desk: approved from the payer's own account, in time, once; the receipt is numbered on approval."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.payment_requests import (
    ApprovePayment,
    ConfirmElsewhere,
    WithdrawRequest,
    approve_payments,
    confirm_elsewhere,
    withdraw_requests,
)
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.domain.actors import ActsForAnother, RoleMissing
from monnaielocale.domain.conventions.rules import WalletsKeptElsewhere
from monnaielocale.domain.desks.change import TenderTooLow
from monnaielocale.domain.desks.payment_requests import (
    BalanceBelowRequest,
    RequestAlreadyApproved,
    RequestExpired,
    RequestReferenceUnfit,
    RequestTimeUnfit,
    RequestUnknown,
    RequestWithdrawn,
    TransactionNumberKnown,
    TransactionNumberMissing,
    WalletsKeptHere,
)
from monnaielocale.domain.desks.sessions import SessionCounted
from monnaielocale.domain.desks.settlements import NoChangeOnOtherMeans
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import Entry, Event
from monnaielocale.domain.postings import paid_between_wallets
from monnaielocale.store.database import Database
from monnaielocale.store.faults import refusal_of
from monnaielocale.store.payment_requests import request_shown
from monnaielocale.store.unit_of_work import unit_of_work
from monnaielocale.store.visits import visit
from tests.bank_files import on
from tests.counter import COINS, NOTES, Counter
from tests.desks import POOL, Pool
from tests.flows.databases import Copies
from tests.invariants import check_invariants
from tests.museum import MUSEUM, Museum
from tests.world import BOOK, World


def with_payers(database: Database) -> None:
    """The pool, and two members with accounts."""
    counter = Counter.ready(database)
    for number, login, cents in (("E00001", "maite", 50_00), ("E00002", "peio", 5_00)):
        counter.world.enrol(number, login.title())
        counter.world.fund(number, cents)
        counter.world.add(login, f"{BOOK}:{number}", "member")


@pytest.fixture
def counter(copies: Copies) -> Iterator[Counter]:
    """The pool with an open till."""
    with copies.of(with_payers) as database:
        counter = Counter(Pool(World(database)))
        counter.at(10)
        counter.open_day()
        counter.open_till()
        yield counter


def test_the_receipt_gets_its_number_when_the_payer_approves(counter: Counter) -> None:
    reference = counter.ask(12_00, "lesson")
    assert counter.receipt("entry-child", euros_cents=1_20)["number"] == "PISC-2026-000001"
    answer = counter.approve(reference)
    assert (answer["number"], answer["total_cents"]) == ("PISC-2026-000002", 12_00)
    assert (counter.world.wallet("E00001"), counter.held(BOOK)[f"wallet:{POOL}"]) == (38_00, 12_00)
    assert counter.held(POOL)["digital_received"] == 12_00
    check_invariants(counter.world.database)


def test_digital_units_go_beside_notes_and_euros_with_the_change_of_the_drawer(counter: Counter) -> None:
    reference = counter.ask(10_80, "lesson", notes=((500, 1),), euros_cents=20)
    answer = counter.approve(reference)
    assert answer["change_notes_cents"] == 4_00
    check_invariants(counter.world.database)


def test_what_cannot_be_settled_is_not_asked_for(counter: Counter) -> None:
    with pytest.raises(TenderTooLow):
        counter.ask(10_00, "lesson")
    with pytest.raises(NoChangeOnOtherMeans):
        counter.ask(13_00, "lesson")
    with pytest.raises(RequestTimeUnfit):
        counter.ask(12_00, "lesson", seconds=0)


def test_a_short_account_and_a_stranger_pay_nothing(counter: Counter) -> None:
    reference = counter.ask(12_00, "lesson")
    with pytest.raises(BalanceBelowRequest):
        counter.approve(reference, by="peio")
    for login in ("pool-clerk", "operator", "signer"):
        with pytest.raises(RoleMissing):
            counter.approve(reference, by=login)
    with pytest.raises(RequestUnknown):
        counter.approve("0000000000")
    with pytest.raises(RequestReferenceUnfit):
        counter.approve("?")
    assert counter.world.count("receipt") == 0
    counter.approve(reference.lower())


def test_a_request_is_approved_once(counter: Counter) -> None:
    """T9: by many clicks of one payer under one key, and by nobody after them."""
    reference = counter.ask(12_00, "lesson")
    item = ApprovePayment(counter.world.actor("maite"), POOL, reference, "my click")
    with ThreadPoolExecutor(8) as clicks:
        outcomes = list(clicks.map(lambda _: perform(counter.world.database, approve_payments, [item])[0], range(16)))
    assert {outcome.content["number"] for outcome in outcomes if isinstance(outcome, Answer)} == {"PISC-2026-000001"}
    with pytest.raises(RequestAlreadyApproved):
        counter.approve(reference)
    with pytest.raises(RequestAlreadyApproved):
        counter.withdraw(reference)
    assert counter.world.wallet("E00001") == 38_00
    check_invariants(counter.world.database)


def test_approval_and_expiry_are_decided_by_one_instant_under_the_lock(counter: Counter) -> None:
    first, second = (counter.ask(1_20, "entry-child", seconds=60) for _ in range(2))
    counter.world.database.ahead += timedelta(seconds=50)
    counter.approve(first)
    counter.world.database.ahead += timedelta(seconds=10)
    with pytest.raises(RequestExpired):
        counter.approve(second)
    with pytest.raises(RequestExpired):
        counter.withdraw(second)
    check_invariants(counter.world.database)


def test_approval_and_withdrawal_at_once_leave_one_of_them(counter: Counter) -> None:
    world = counter.world
    for _ in range(5):
        reference = counter.ask(1_20, "entry-child")
        approval = ApprovePayment(world.actor("maite"), POOL, reference)
        withdrawal = WithdrawRequest(world.actor("pool-clerk"), POOL, reference)
        with ThreadPoolExecutor(2) as hands:
            approved = hands.submit(perform, world.database, approve_payments, [approval])
            withdrawn = hands.submit(perform, world.database, withdraw_requests, [withdrawal])
            done = [isinstance(each.result()[0], Answer) for each in (approved, withdrawn)]
        assert sum(done) == 1
    check_invariants(world.database)


def test_a_request_that_was_taken_back_is_not_paid(counter: Counter) -> None:
    reference = counter.ask(12_00, "lesson")
    counter.withdraw(reference)
    with pytest.raises(RequestWithdrawn):
        counter.approve(reference)


def test_nothing_is_paid_into_a_session_that_was_counted(counter: Counter) -> None:
    reference = counter.ask(12_00, "lesson")
    counter.count(CountGiven(NOTES, COINS))
    with pytest.raises(SessionCounted):
        counter.approve(reference)


def test_a_cancelled_digital_payment_returns_to_its_payer(counter: Counter) -> None:
    number = counter.approve(counter.ask(12_00, "lesson"))["number"]
    counter.cancel(number)
    assert counter.world.wallet("E00001") == 50_00
    assert "digital_received" not in counter.held(POOL)
    check_invariants(counter.world.database)


def test_accounts_kept_here_are_not_confirmed_from_elsewhere(counter: Counter) -> None:
    reference = counter.ask(12_00, "lesson")
    with pytest.raises(WalletsKeptHere):
        counter.world.do(confirm_elsewhere, ConfirmElsewhere(counter.world.actor("pool-clerk"), POOL, reference, "T-1"))


def test_whoever_has_the_reference_sees_the_amount_and_nobody_sees_who_paid(counter: Counter) -> None:
    reference = counter.ask(12_00, "lesson")
    counter.approve(reference)
    payer = counter.world.actor("peio")
    with counter.world.database.connect("visitor") as connection, visit(connection, payer.person_id):
        shown = request_shown(connection, reference)
        assert (shown.book, shown.amount_cents, shown.act) == (POOL, 12_00, "approved")
        assert connection.execute("SELECT reference FROM payment_request").fetchall() == []
    clerk = counter.world.actor("pool-clerk")
    with counter.world.database.connect("visitor") as connection, visit(connection, clerk.person_id):
        assert connection.execute("SELECT act FROM payment_request_act").fetchall() == [("approved",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT payer FROM payment_request_act")


def test_the_database_lets_no_desk_take_from_an_account_that_did_not_approve(counter: Counter) -> None:
    """As if the program took a clerk's receipt, or a member's approval, for a payment from anybody's account."""
    entry: Entry = paid_between_wallets(counter.world.on, payer="wallet:E00001", payee=f"wallet:{POOL}", cents=1_00)
    for login, kind in (("pool-clerk", "receipt_taken"), ("peio", "payment_approved")):
        actor = counter.world.actor(login)
        event = Event(new_id(), POOL, kind, actor.person_id, counter.world.on, ((BOOK, entry),), {})
        with pytest.raises(psycopg.IntegrityError) as refused, unit_of_work(counter.world.database) as work:
            work.lock([POOL])
            work.post(event)
        assert isinstance(refusal_of(refused.value), ActsForAnother)


def test_a_payment_in_another_system_is_recorded_under_its_number_which_pays_once(database: Database) -> None:
    world = World.create(database, on(20))
    museum = Museum.opened(world)
    reference, second = museum.ask(8_00, "entry"), museum.ask(5_00, "entry-reduced")
    world.enrol("E00001", "Maite")
    world.add("maite", f"{BOOK}:E00001", "member")
    with pytest.raises(WalletsKeptElsewhere):
        world.do(approve_payments, ApprovePayment(world.actor("maite"), MUSEUM, reference))
    with pytest.raises(TransactionNumberMissing):
        museum.confirm(reference, "  ")
    assert museum.confirm(reference, "CY-4711")["number"] == "MUS-2026-000001"
    with pytest.raises(TransactionNumberKnown):
        museum.confirm(second, "CY-4711")
    with pytest.raises(RequestAlreadyApproved):
        museum.confirm(reference, "CY-4712")
    assert (museum.elsewhere.balance("wallets_elsewhere"), museum.elsewhere.balance(f"wallet:{MUSEUM}")) == (42_00, 8_00)
    check_invariants(database)
