"""Members pay each other from wallet to wallet."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from monnaielocale.actions.closings import CloseBooks, close_books
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Answer, KeyReused, perform
from monnaielocale.actions.redemptions import MemberDeparts, depart_members
from monnaielocale.domain.actors import ActsForAnother, RoleMissing
from monnaielocale.domain.ledger import BalanceTooLow, PeriodClosed
from monnaielocale.domain.members import MemberLeft, MemberUnknown, PayeeIsPayer
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Database
from tests.invariants import check_invariants
from tests.world import BOOK, MONDAY, World


@pytest.fixture
def world(database: Database) -> World:
    """Maite holds 20.00, Peio nothing."""
    world = World.create(database)
    world.enrol("E00001", "Maite Etxeberria")
    world.enrol("E00002", "Peio Ibarra")
    world.fund("E00001", 20_00)
    return world


def payment(world: World, cents: int, *, payer: str = "E00001", payee: str = "E00002", key: str = "") -> WalletPayment:
    return WalletPayment(world.actor("operator"), BOOK, payer, payee, cents, MONDAY, key=key)


def refusal(world: World, item: WalletPayment) -> Refusal:
    outcome = perform(world.database, pay_between_wallets, [item])[0]
    assert isinstance(outcome, Refusal)
    return outcome


def test_units_go_from_one_wallet_to_the_other(world: World) -> None:
    world.pay("E00001", "E00002", 7_50)
    assert (world.wallet("E00001"), world.wallet("E00002")) == (12_50, 7_50)
    check_invariants(world.database)


def test_the_last_cent_can_be_spent_and_no_more(world: World) -> None:
    world.pay("E00001", "E00002", 20_00)
    assert refusal(world, payment(world, 1)) == BalanceTooLow(account="wallet:E00001", balance="0.00 EUS", amount="0.01 EUS")


def test_a_refused_payment_leaves_nothing(world: World) -> None:
    before = world.count("event"), world.count("entry")
    assert isinstance(refusal(world, payment(world, 20_01)), BalanceTooLow)
    assert (world.count("event"), world.count("entry")) == before


@pytest.mark.parametrize("cents", [0, -1])
def test_an_amount_is_more_than_zero(world: World, cents: int) -> None:
    assert isinstance(refusal(world, payment(world, cents)), AmountNotPositive)


def test_nobody_pays_themselves(world: World) -> None:
    assert refusal(world, payment(world, 1, payee="E00001")) == PayeeIsPayer(member="E00001")


def test_an_unknown_member_is_named(world: World) -> None:
    assert refusal(world, payment(world, 1, payee="E00099")) == MemberUnknown(member="E00099")


def test_a_member_who_left_neither_pays_nor_is_paid(world: World) -> None:
    world.do(depart_members, MemberDeparts(world.actor("operator"), BOOK, "E00002", MONDAY, "Moved away"))
    left = MemberLeft(member="E00002", left_on=MONDAY)
    assert refusal(world, payment(world, 1)) == left
    assert refusal(world, payment(world, 1, payer="E00002", payee="E00001")) == left


def test_a_closed_period_takes_no_payment(world: World) -> None:
    world.do(close_books, CloseBooks(world.actor("accountant"), BOOK, MONDAY, MONDAY))
    assert refusal(world, payment(world, 1)) == PeriodClosed(closed_until=MONDAY, business_on=MONDAY)


def test_a_member_pays_from_their_own_wallet_only(world: World) -> None:
    maite = world.add("maite", f"{BOOK}:E00001", "member")
    world.pay("E00001", "E00002", 1_00, by="maite")
    item = replace(payment(world, 1, payer="E00002", payee="E00001"), actor=maite)
    assert refusal(world, item) == ActsForAnother(login="maite")


def test_a_town_does_not_pay_for_members(world: World) -> None:
    item = replace(payment(world, 1), actor=world.actor("signer"))
    assert refusal(world, item) == RoleMissing(login="signer", roles="member")


def test_in_a_batch_each_payment_sees_those_before_it(world: World) -> None:
    back = payment(world, 5_00, payer="E00002", payee="E00001")
    outcomes = perform(world.database, pay_between_wallets, [back, payment(world, 20_00), back, payment(world, 5_01)])
    assert [isinstance(outcome, Answer) for outcome in outcomes] == [False, True, True, False]
    assert (world.wallet("E00001"), world.wallet("E00002")) == (5_00, 15_00)
    check_invariants(world.database)


def test_fifty_payments_from_one_wallet_come_to_the_exact_sum(world: World) -> None:
    item = payment(world, 1_00)
    outcomes = perform(world.database, pay_between_wallets, [item] * 50)
    assert sum(isinstance(outcome, Answer) for outcome in outcomes) == 20
    assert (world.wallet("E00001"), world.wallet("E00002")) == (0, 20_00)


def test_fifty_payments_at_the_same_time_come_to_the_exact_sum(world: World) -> None:
    item = payment(world, 1_00)
    with ThreadPoolExecutor(8) as clerks:
        outcomes = list(clerks.map(lambda _: perform(world.database, pay_between_wallets, [item])[0], range(50)))
    assert sum(isinstance(outcome, Answer) for outcome in outcomes) == 20
    assert all(isinstance(outcome, Answer | BalanceTooLow) for outcome in outcomes)
    assert (world.wallet("E00001"), world.wallet("E00002")) == (0, 20_00)
    check_invariants(world.database)


def test_a_request_sent_again_with_its_key_has_one_effect_and_the_same_answer(world: World) -> None:
    first = perform(world.database, pay_between_wallets, [payment(world, 1_00, key="monday-1")])[0]
    again = perform(world.database, pay_between_wallets, [payment(world, 1_00, key="monday-1")])[0]
    assert isinstance(first, Answer) and isinstance(again, Answer)
    assert (again.content, first.replayed, again.replayed) == (first.content, False, True)
    assert world.wallet("E00002") == 1_00


def test_a_key_used_for_something_else_is_refused(world: World) -> None:
    world.pay("E00001", "E00002", 1_00, key="monday-1")
    assert refusal(world, payment(world, 2_00, key="monday-1")) == KeyReused(key="monday-1")
    other_day = replace(payment(world, 1_00, key="monday-1"), on=date(2026, 1, 6))
    assert refusal(world, other_day) == KeyReused(key="monday-1")
    assert world.wallet("E00002") == 1_00


def test_equal_keys_in_one_batch_have_one_effect(world: World) -> None:
    same, other = payment(world, 1_00, key="monday-1"), payment(world, 2_00, key="monday-1")
    outcomes = perform(world.database, pay_between_wallets, [same, same, other])
    assert [outcome.replayed if isinstance(outcome, Answer) else outcome for outcome in outcomes] == [
        False,
        True,
        KeyReused(key="monday-1"),
    ]
    assert world.wallet("E00002") == 1_00


def test_a_key_belongs_to_the_person_who_used_it(world: World) -> None:
    world.pay("E00001", "E00002", 1_00, key="monday-1")
    other = replace(payment(world, 2_00, key="monday-1"), actor=world.actor("second-operator"))
    assert isinstance(perform(world.database, pay_between_wallets, [other])[0], Answer)
    assert world.wallet("E00002") == 3_00


def test_a_refused_request_leaves_its_key_free(world: World) -> None:
    assert isinstance(refusal(world, payment(world, 30_00, key="monday-1")), BalanceTooLow)
    world.pay("E00001", "E00002", 10_00, key="monday-1")
    assert world.wallet("E00002") == 10_00


def test_the_staff_of_another_association_pays_nobody_here(world: World) -> None:
    world.load("grenoble-cairn.toml")
    stranger = world.add("cairn-operator", "le-cairn", "association_operator")
    assert refusal(world, replace(payment(world, 100), actor=stranger)) == ActsForAnother(login="cairn-operator")
