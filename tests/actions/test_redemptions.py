"""Units become euros again, as the convention allows; and members leave with an empty wallet."""

from datetime import date
from typing import Any

import pytest

from monnaielocale.actions.conventions import load_convention
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.perform import perform
from monnaielocale.actions.redemptions import MemberDeparts, Redeem, depart_members, redeem
from monnaielocale.domain.actors import ActsForAnother, RoleMissing
from monnaielocale.domain.conventions.rules import RedemptionNotAllowed, WalletsKeptElsewhere
from monnaielocale.domain.ledger import BalanceTooLow
from monnaielocale.domain.members import (
    DepartureReasonMissing,
    IbanMissing,
    MemberLeft,
    MemberUnknown,
    PayeeIsPayer,
    RemainderUnknown,
    WalletNotEmpty,
)
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Database
from tests.invariants import check_invariants
from tests.world import BOOK, CONVENTIONS, MEMBER_IBAN, MONDAY, World


@pytest.fixture
def world(database: Database) -> World:
    """A shop that holds 100.00 with an IBAN, a person who holds 10.00 without one, and a town's pool without units."""
    world = World.create(database)
    world.enrol("Z00001", "Peio's shop", "business", MEMBER_IBAN)
    world.enrol("E00002", "Maite Etxeberria")
    world.enrol("C00003", "Pool of Bayonne", "public_body", MEMBER_IBAN)
    world.fund("Z00001", 100_00)
    world.pay("Z00001", "E00002", 10_00)
    world.fund("Z00001", 10_00)
    return world


def refusal(world: World, member: str, cents: int, *, by: str = "operator", on: date = MONDAY) -> Refusal:
    before = world.count("event"), world.count("transfer_due")
    with pytest.raises(Refusal) as refused:
        world.do(redeem, Redeem(world.actor(by), BOOK, member, cents, on))
    assert (world.count("event"), world.count("transfer_due")) == before
    return refused.value


def depart(world: World, number: str, remainder: str = "refuse", *, to: str = "", reason: str = "Moved away") -> dict[str, Any]:
    item = MemberDeparts(world.actor("operator"), BOOK, number, MONDAY, reason, remainder, to)
    return world.do(depart_members, item)


def due(world: World) -> list[tuple[str, str, int]]:
    with world.database.reading() as connection:
        rows = connection.execute(
            """SELECT member.number, transfer.iban, due.open_cents
                 FROM transfer_due_position AS due JOIN transfer_due AS transfer ON transfer.id = due.id
                 JOIN member ON member.id = transfer.party_id ORDER BY transfer.id"""
        ).fetchall()
    return [(str(number), str(iban), int(cents)) for number, iban, cents in rows]


def test_a_business_is_paid_less_the_fee(world: World) -> None:
    answer = world.redeem("Z00001", 40_00)
    assert (answer["amount_cents"], answer["fee_cents"], answer["owed_cents"]) == (40_00, 2_00, 38_00)
    assert world.wallet("Z00001") == 60_00
    assert world.balance("redemption_due.digital:Z00001") == -38_00
    assert world.balance("redemption_fees.digital") == -2_00
    assert due(world) == [("Z00001", MEMBER_IBAN, 38_00)]
    check_invariants(world.database)


def test_a_public_body_is_owed_face_value(world: World) -> None:
    world.pay("Z00001", "C00003", 30_00)
    assert world.redeem("C00003", 30_00)["owed_cents"] == 30_00
    assert due(world) == [("C00003", MEMBER_IBAN, 30_00)]
    check_invariants(world.database)


def amend(world: World, old: str, new: str) -> None:
    """An avenant of January 2026 that changes one rule."""
    text = (CONVENTIONS / "bayonne-eusko.toml").read_text(encoding="utf-8")
    last = text.split("[[versions]]\n")[-1].replace("2018-06-07", "2026-01-01")
    assert old in last
    amended = f"{text}\n[[versions]]\n{last.replace(old, new)}"
    load_convention(world.database, world.actor("administrator"), amended.encode(), MONDAY)


def test_a_fee_agreed_with_towns_is_invoiced_apart(world: World) -> None:
    rule = "[versions.redemption.public_body]\nfee_basis_points = "
    amend(world, f"{rule}0", f"{rule}100")
    world.pay("Z00001", "C00003", 30_00)
    answer = world.redeem("C00003", 30_00)
    assert (answer["fee_cents"], answer["owed_cents"], answer["invoiced_fee_cents"]) == (0, 30_00, 30)
    check_invariants(world.database)


def test_a_fee_that_takes_all_leaves_nothing_to_send(world: World) -> None:
    amend(world, "fee_basis_points = 500", "fee_basis_points = 10000")
    answer = world.redeem("Z00001", 1)
    assert (answer["owed_cents"], answer["transfer_due_id"]) == (0, None)
    assert due(world) == []
    check_invariants(world.database)


def test_a_person_does_not_redeem(world: World) -> None:
    assert isinstance(refusal(world, "E00002", 1_00), RedemptionNotAllowed)


def test_more_than_the_wallet_holds_is_refused(world: World) -> None:
    assert isinstance(refusal(world, "Z00001", 100_01), BalanceTooLow)


@pytest.mark.parametrize("cents", [0, -1_00])
def test_an_amount_is_more_than_zero(world: World, cents: int) -> None:
    assert isinstance(refusal(world, "Z00001", cents), AmountNotPositive)


def test_without_an_iban_no_euros_can_be_sent(world: World) -> None:
    world.enrol("Z00009", "Shop without a bank", "business")
    world.pay("Z00001", "Z00009", 5_00)
    assert refusal(world, "Z00009", 5_00) == IbanMissing(member="Z00009")


def test_a_member_redeems_for_themselves_only(world: World) -> None:
    world.add("peio", f"{BOOK}:Z00001", "member")
    world.add("pool", f"{BOOK}:C00003", "member")
    world.do(redeem, Redeem(world.actor("peio"), BOOK, "Z00001", 5_00, MONDAY))
    assert isinstance(refusal(world, "Z00001", 5_00, by="pool"), ActsForAnother)
    assert isinstance(refusal(world, "Z00001", 5_00, by="signer"), RoleMissing)
    assert refusal(world, "Z00099", 5_00) == MemberUnknown(member="Z00099")


def test_units_that_another_system_keeps_are_redeemed_there(world: World) -> None:
    world.load("grenoble-cairn.toml")
    cairn = world.add("cairn-operator", "le-cairn", "association_operator")
    world.do(enrol_members, EnrolMember(cairn, "cairn", "A00001", "business", "Bakery", MONDAY, MEMBER_IBAN))
    with pytest.raises(WalletsKeptElsewhere):
        world.do(redeem, Redeem(cairn, "cairn", "A00001", 1_00, MONDAY))


def test_redemptions_of_one_batch_see_each_other(world: World) -> None:
    item = Redeem(world.actor("operator"), BOOK, "Z00001", 60_00, MONDAY)
    outcomes = perform(world.database, redeem, [item, item])
    assert isinstance(outcomes[1], BalanceTooLow)
    assert due(world) == [("Z00001", MEMBER_IBAN, 57_00)]
    check_invariants(world.database)


def test_a_member_with_an_empty_wallet_leaves(world: World) -> None:
    depart(world, "C00003")
    with pytest.raises(MemberLeft):
        depart(world, "C00003")
    with pytest.raises(MemberLeft):
        world.enrol("C00003", "Pool of Bayonne", "public_body")
    check_invariants(world.database)


def test_a_member_who_still_holds_units_does_not_leave_just_so(world: World) -> None:
    with pytest.raises(WalletNotEmpty, match=r"10\.00 EUS"):
        depart(world, "E00002")
    assert world.count("member_departure") == 0


def test_what_is_left_goes_to_another_member(world: World) -> None:
    answer = depart(world, "E00002", "transfer", to="C00003")
    assert (answer["transferred_cents"], answer["owed_cents"]) == (10_00, 0)
    assert (world.wallet("E00002"), world.wallet("C00003")) == (0, 10_00)
    with pytest.raises(MemberLeft):
        world.pay("Z00001", "E00002", 1_00)
    check_invariants(world.database)


def test_a_person_who_leaves_is_paid_what_is_left_under_the_rule_for_leaving_members(database: Database) -> None:
    world = World.create(database)
    world.enrol("E00001", "Maite Etxeberria", iban=MEMBER_IBAN)
    world.fund("E00001", 10_00)
    assert depart(world, "E00001", "redeem")["owed_cents"] == 10_00
    assert due(world) == [("E00001", MEMBER_IBAN, 10_00)]
    check_invariants(world.database)


def test_a_business_that_leaves_pays_its_own_fee(world: World) -> None:
    assert depart(world, "Z00001", "redeem")["owed_cents"] == 95_00
    check_invariants(world.database)


def test_what_is_left_goes_to_a_member_who_is_there_and_not_to_oneself(world: World) -> None:
    depart(world, "C00003")
    refused: list[tuple[str, type[Refusal]]] = [("C00003", MemberLeft), ("E00002", PayeeIsPayer), ("E00099", MemberUnknown)]
    for heir, reason in refused:
        with pytest.raises(reason):
            depart(world, "E00002", "transfer", to=heir)
    assert world.wallet("E00002") == 10_00


def test_a_departure_says_why_and_what_becomes_of_the_rest(world: World) -> None:
    with pytest.raises(DepartureReasonMissing):
        depart(world, "C00003", reason="  ")
    with pytest.raises(RemainderUnknown):
        depart(world, "C00003", "keep")
    with pytest.raises(IbanMissing):
        depart(world, "E00002", "redeem")
