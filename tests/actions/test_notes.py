"""Printed notes: where every one of them is, and the euros behind those that the public holds."""

import pytest

from monnaielocale.actions.notes import MoveNotes, move_notes
from monnaielocale.domain.actors import ActsForAnother, RoleMissing
from monnaielocale.domain.conventions.rules import DenominationUnknown, WalletsKeptElsewhere
from monnaielocale.domain.ledger import BalanceTooLow
from monnaielocale.domain.members import MemberUnknown
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.notes import (
    DenominationRepeated,
    MemberNotConcerned,
    MemberNotNamed,
    NotesKindUnknown,
    NotesMissing,
    NotesNotWhole,
    SlipMissing,
)
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Database
from tests.invariants import check_invariants
from tests.world import BOOK, MONDAY, World


@pytest.fixture
def world(database: Database) -> World:
    """100.00 in notes of 20 and 50.00 in notes of 5 lie in the vault."""
    world = World.create(database)
    world.enrol("E00001", "Maite Etxeberria")
    world.move_notes("printed", (20_00, 100_00), (5_00, 50_00))
    return world


def balances(world: World, *accounts: str) -> list[int]:
    return [world.balance(account) for account in accounts]


def test_printed_notes_lie_in_the_vault_and_stand_for_nothing_yet(world: World) -> None:
    assert balances(world, "notes.vault:2000", "notes.vault:500", "issuance.notes:2000", "circulation.notes") == [
        100_00,
        50_00,
        -100_00,
        0,
    ]
    check_invariants(world.database)


def test_notes_sold_are_with_the_public_and_their_cash_in_hand(world: World) -> None:
    world.move_notes("sold", (20_00, 40_00), (5_00, 5_00), slip="2026-17")
    assert balances(world, "notes.public:2000", "notes.public:500", "circulation.notes", "cash_in_hand.notes") == [
        40_00,
        5_00,
        -45_00,
        45_00,
    ]
    with world.database.reading() as connection:
        kept = connection.execute("SELECT slip, amount_cents, by_denomination FROM notes_movement WHERE kind = 'sold'").fetchone()
    assert kept == ("2026-17", 45_00, {"500": 5_00, "2000": 40_00})
    check_invariants(world.database)


def test_notes_put_on_account_become_units_and_a_transfer_between_reserves_falls_due(world: World) -> None:
    world.move_notes("sold", (20_00, 40_00), slip="2026-17")
    world.move_notes("put_on_account", (20_00, 20_00), member="E00001")
    assert balances(world, "notes.public:2000", "notes.returned:2000", "circulation.notes", "circulation.digital") == [
        20_00,
        20_00,
        -20_00,
        -20_00,
    ]
    assert balances(world, "transfers.digital", "transfers.notes") == [20_00, -20_00]
    assert world.wallet("E00001") == 20_00
    check_invariants(world.database)


def test_notes_withdrawn_leave_the_wallet_and_the_vault(world: World) -> None:
    world.fund("E00001", 30_00)
    world.move_notes("withdrawn", (20_00, 20_00), member="E00001")
    assert world.wallet("E00001") == 10_00
    assert balances(world, "notes.public:2000", "circulation.notes", "circulation.digital") == [20_00, -20_00, -10_00]
    check_invariants(world.database)


def test_notes_that_came_back_are_used_again_or_destroyed(world: World) -> None:
    world.move_notes("sold", (20_00, 60_00), slip="2026-17")
    world.move_notes("put_on_account", (20_00, 60_00), member="E00001")
    world.move_notes("sorted_again", (20_00, 20_00))
    world.move_notes("destroyed", (20_00, 40_00))
    assert balances(world, "notes.returned:2000", "notes.vault:2000", "issuance.notes:2000") == [0, 60_00, -60_00]
    check_invariants(world.database)


def test_lost_notes_may_be_spent_so_the_association_owes_their_euros(world: World) -> None:
    world.move_notes("lost", (5_00, 15_00))
    assert balances(world, "notes.public:500", "circulation.notes", "operating.notes") == [15_00, -15_00, 15_00]
    check_invariants(world.database)


def test_notes_that_were_held_for_lost_and_are_found_are_owed_to_nobody(world: World) -> None:
    world.move_notes("lost", (5_00, 15_00))
    world.move_notes("found", (5_00, 10_00))
    assert balances(world, "notes.public:500", "circulation.notes", "operating.notes") == [5_00, -5_00, 5_00]
    check_invariants(world.database)


def test_a_counterfeit_among_notes_that_came_back_leaves_the_real_one_out(world: World) -> None:
    world.move_notes("sold", (20_00, 60_00), slip="2026-17")
    world.move_notes("put_on_account", (20_00, 60_00), member="E00001")
    world.move_notes("counterfeit", (20_00, 20_00))
    assert balances(world, "notes.returned:2000", "notes.public:2000", "circulation.notes", "operating.notes") == [
        40_00,
        20_00,
        -20_00,
        20_00,
    ]
    check_invariants(world.database)


def test_unissued_notes_on_the_road_are_somewhere_too(world: World) -> None:
    world.move_notes("sent_out", (5_00, 25_00))
    assert balances(world, "notes.vault:500", "notes.transit_out:500") == [25_00, 25_00]
    world.move_notes("brought_back", (5_00, 20_00))
    assert balances(world, "notes.vault:500", "notes.transit_out:500", "circulation.notes") == [45_00, 5_00, 0]
    check_invariants(world.database)


def refusal(world: World, kind: str, *notes: tuple[int, int], member: str = "", slip: str = "", by: str = "operator") -> Refusal:
    before = world.count("event"), world.count("notes_movement")
    with pytest.raises(Refusal) as refused:
        world.do(move_notes, MoveNotes(world.actor(by), BOOK, kind, notes, MONDAY, member, slip))
    assert (world.count("event"), world.count("notes_movement")) == before
    return refused.value


def test_more_notes_than_there_are_is_refused_by_denomination(world: World) -> None:
    assert refusal(world, "sold", (20_00, 20_00), (5_00, 55_00), slip="1") == BalanceTooLow(
        account="notes.vault:500", balance="50.00 EUS", amount="55.00 EUS"
    )


def test_more_than_the_wallet_holds_is_not_withdrawn(world: World) -> None:
    assert isinstance(refusal(world, "withdrawn", (20_00, 20_00), member="E00001"), BalanceTooLow)


def test_a_note_that_was_never_issued_is_refused_with_those_that_were(world: World) -> None:
    refused = refusal(world, "printed", (50_00, 100_00))
    assert isinstance(refused, DenominationUnknown)
    assert str(refused) == "There is no note of 50.00 eusko: the notes are 1.00, 2.00, 5.00, 10.00, 20.00."


def test_half_a_note_is_refused(world: World) -> None:
    assert refusal(world, "printed", (20_00, 30_00)) == NotesNotWhole(amount="30.00", denomination="20.00")


@pytest.mark.parametrize("cents", [0, -20_00])
def test_no_notes_or_fewer_are_refused(world: World, cents: int) -> None:
    assert isinstance(refusal(world, "printed", (20_00, cents)), AmountNotPositive)


def test_the_denominations_are_given_once_each(world: World) -> None:
    assert refusal(world, "printed", (20_00, 20_00), (20_00, 40_00)) == DenominationRepeated(denomination="20.00")
    assert refusal(world, "printed") == NotesMissing()


def test_a_sale_has_a_cash_slip(world: World) -> None:
    assert refusal(world, "sold", (20_00, 20_00), slip="  ") == SlipMissing()


def test_an_exchange_names_its_member_and_nothing_else_does(world: World) -> None:
    assert refusal(world, "withdrawn", (20_00, 20_00)) == MemberNotNamed()
    assert refusal(world, "printed", (20_00, 20_00), member="E00001") == MemberNotConcerned(member="E00001")
    assert refusal(world, "withdrawn", (20_00, 20_00), member="E00099") == MemberUnknown(member="E00099")


def test_an_unknown_decision_is_refused_with_the_known_ones(world: World) -> None:
    refused = refusal(world, "burnt", (20_00, 20_00))
    assert isinstance(refused, NotesKindUnknown) and "destroyed" in str(refused)


def test_only_the_association_moves_its_notes(world: World) -> None:
    assert isinstance(refusal(world, "printed", (20_00, 20_00), by="signer"), RoleMissing)
    world.load("grenoble-cairn.toml")
    world.add("stranger", "le-cairn", "association_operator")
    assert isinstance(refusal(world, "printed", (20_00, 20_00), by="stranger"), ActsForAnother)


def test_notes_are_not_exchanged_with_accounts_that_another_system_keeps(world: World) -> None:
    world.load("grenoble-cairn.toml")
    cairn = world.add("cairn-operator", "le-cairn", "association_operator")
    with pytest.raises(WalletsKeptElsewhere):
        world.do(move_notes, MoveNotes(cairn, "cairn", "withdrawn", ((20_00, 20_00),), MONDAY, member="A00001"))
