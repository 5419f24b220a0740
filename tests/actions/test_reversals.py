"""Nothing is deleted: an event is taken back by its exact mirror image, once, and only while nothing rests on it."""

from datetime import date
from uuid import UUID

import pytest

from monnaielocale.actions.closings import CloseBooks, close_books
from monnaielocale.actions.matches import (
    ConfirmMatch,
    ProposeMatch,
    UndoMatch,
    confirm_matches,
    propose_matches,
    undo_matches,
)
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.redemptions import MemberDeparts, Redeem, depart_members, redeem
from monnaielocale.actions.reversals import ReverseEvent, reverse_events
from monnaielocale.domain.actors import ActsForAnother, RoleMissing
from monnaielocale.domain.explaining.facts import PartGiven
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import AlreadyReversed, PeriodClosed
from monnaielocale.domain.members import MemberLeft
from monnaielocale.domain.refusals import Refusal
from monnaielocale.domain.reversals import (
    LaterEventDepends,
    NotReversible,
    ReversalReasonMissing,
    ReversedElsewhere,
    ReversedTooEarly,
)
from monnaielocale.store.database import Database
from monnaielocale.store.proof import EventUnknown
from tests.bank_files import Bank, imported
from tests.invariants import check_invariants
from tests.world import BOOK, MEMBER_IBAN, MONDAY, RESERVE_DIGITAL, World

TUESDAY = date(2026, 1, 6)


@pytest.fixture
def world(database: Database) -> World:
    """Maite holds 20.00, Peio's shop nothing."""
    world = World.create(database)
    world.enrol("E00001", "Maite Etxeberria")
    world.enrol("Z00002", "Peio's shop", "business", MEMBER_IBAN)
    world.fund("E00001", 20_00)
    return world


def reversal(
    world: World, event: str, *, by: str = "accountant", on: date = TUESDAY, reason: str = "Wrong member"
) -> ReverseEvent:
    return ReverseEvent(world.actor(by), BOOK, UUID(event), reason, on)


def reverse(world: World, event: str, on: date = TUESDAY) -> str:
    return str(world.do(reverse_events, reversal(world, event, on=on))["event_id"])


def refusal(world: World, item: ReverseEvent) -> Refusal:
    before = world.count("event")
    with pytest.raises(Refusal) as refused:
        world.do(reverse_events, item)
    assert world.count("event") == before
    return refused.value


def lines(world: World, event: str) -> dict[str, int]:
    with world.database.reading() as connection:
        rows = connection.execute(
            """SELECT account.code, line.amount_cents FROM entry
                 JOIN entry_line AS line ON line.book_id = entry.book_id AND line.entry_number = entry.number
                 JOIN account ON account.id = line.account_id WHERE entry.event_id = %s""",
            [event],
        ).fetchall()
    return {str(code): int(cents) for code, cents in rows}


def number_of(world: World, event: str) -> int:
    with world.database.reading() as connection:
        row = connection.execute("SELECT number FROM event WHERE id = %s", [event]).fetchone()
    assert row is not None
    return int(row[0])


def last_event(world: World, kind: str) -> str:
    with world.database.reading() as connection:
        row = connection.execute("SELECT id FROM event WHERE kind = %s ORDER BY number DESC LIMIT 1", [kind]).fetchone()
    assert row is not None
    return str(row[0])


def test_a_payment_is_taken_back_by_its_mirror_image(world: World) -> None:
    paid = world.pay("E00001", "Z00002", 5_00)["event_id"]
    back = reverse(world, paid)
    assert lines(world, back) == {account: -cents for account, cents in lines(world, paid).items()}
    assert (world.wallet("E00001"), world.wallet("Z00002")) == (20_00, 0)
    with world.database.reading() as connection:
        row = connection.execute(
            "SELECT reverses_event_id::text, reason, business_on FROM event WHERE id = %s", [back]
        ).fetchone()
    assert row == (paid, "Wrong member", TUESDAY)
    check_invariants(world.database)


def test_payments_taken_back_from_the_last_to_the_first_leave_what_was_there(world: World) -> None:
    world.enrol("E00003", "Ane Larralde")
    numbers = ("E00001", "Z00002", "E00003")
    chain = [(numbers[at % 3], numbers[(at + 1) % 3], 7_50 - at) for at in range(9)]
    paid = [world.pay(payer, payee, cents)["event_id"] for payer, payee, cents in chain]
    outcomes = perform(world.database, reverse_events, [reversal(world, event) for event in reversed(paid)])
    assert all(isinstance(outcome, Answer) for outcome in outcomes)
    assert [world.wallet(number) for number in numbers] == [20_00, 0, 0]
    check_invariants(world.database)


def test_an_event_is_reversed_once(world: World) -> None:
    paid = world.pay("E00001", "Z00002", 5_00)["event_id"]
    reverse(world, paid)
    assert refusal(world, reversal(world, paid)) == AlreadyReversed()


def test_twins_in_one_batch_reverse_once(world: World) -> None:
    paid = world.pay("E00001", "Z00002", 5_00)["event_id"]
    outcomes = perform(world.database, reverse_events, [reversal(world, paid), reversal(world, paid)])
    assert outcomes[1] == AlreadyReversed()
    assert world.wallet("E00001") == 20_00


def test_a_reversal_is_not_reversed_in_turn(world: World) -> None:
    back = reverse(world, world.pay("E00001", "Z00002", 5_00)["event_id"])
    assert refusal(world, reversal(world, back)) == NotReversible(kind="reversal")


def test_units_that_were_spent_name_the_event_that_spent_them(world: World) -> None:
    world.enrol("E00003", "Ane Larralde")
    paid = world.pay("E00001", "E00003", 5_00)["event_id"]
    spent = world.pay("E00003", "Z00002", 3_00)["event_id"]
    refused = refusal(world, reversal(world, paid))
    assert isinstance(refused, LaterEventDepends)
    assert (refused.values["number"], str(refused.values["event"])) == (number_of(world, spent), spent)
    reverse(world, spent)
    reverse(world, paid)
    assert world.wallet("E00001") == 20_00
    check_invariants(world.database)


def test_a_redemption_taken_back_is_no_longer_to_be_paid(world: World) -> None:
    world.pay("E00001", "Z00002", 20_00)
    given_back = world.do(redeem, Redeem(world.actor("operator"), BOOK, "Z00002", 20_00, MONDAY))
    reverse(world, given_back["event_id"])
    assert world.wallet("Z00002") == 20_00
    assert world.balance("redemption_due.digital:Z00002") == 0
    with world.database.reading() as connection:
        assert connection.execute("SELECT amount_cents, open_cents FROM transfer_due_position").fetchall() == [(19_00, 0)]
    check_invariants(world.database)


def test_a_redemption_that_was_paid_names_the_match_that_shows_it(world: World) -> None:
    world.pay("E00001", "Z00002", 20_00)
    given_back = world.redeem("Z00002", 20_00)
    imported(world, Bank(RESERVE_DIGITAL).cfonb(1, 5, (5, -19_00, "VIR PEIO'S SHOP")))
    with world.database.reading() as connection:
        (line,) = connection.execute("SELECT id FROM bank_line").fetchone() or (None,)
    part = PartGiven("transfer_made", 19_00, transfer_due_id=UUID(given_back["transfer_due_id"]))
    match = UUID(world.do(propose_matches, ProposeMatch(world.actor("operator"), BOOK, line, (part,), MONDAY))["match_id"])
    paid = world.do(confirm_matches, ConfirmMatch(world.actor("accountant"), BOOK, match, MONDAY))
    refused = refusal(world, reversal(world, given_back["event_id"]))
    assert isinstance(refused, LaterEventDepends)
    assert str(refused.values["event"]) == paid["event_id"]
    assert refusal(world, reversal(world, paid["event_id"])) == ReversedElsewhere(
        kind="match_confirmed", undone_by="undo the match"
    )
    world.do(undo_matches, UndoMatch(world.actor("accountant"), BOOK, match, "Another transfer", TUESDAY))
    reverse(world, given_back["event_id"])
    assert world.wallet("Z00002") == 20_00
    check_invariants(world.database)


def test_notes_put_on_account_are_taken_back_with_both_their_faces(world: World) -> None:
    reverse(world, last_event(world, "notes_put_on_account"))
    assert world.wallet("E00001") == 0
    assert (world.balance("notes.public:100"), world.balance("notes.returned:100")) == (20_00, 0)
    assert (world.balance("transfers.digital"), world.balance("transfers.notes")) == (0, 0)
    check_invariants(world.database)


def test_a_sale_of_notes_that_were_put_on_account_names_that_event(world: World) -> None:
    refused = refusal(world, reversal(world, last_event(world, "notes_sold")))
    assert isinstance(refused, LaterEventDepends)
    assert refused.values["kind"] == "notes_put_on_account"


def test_a_reversal_has_a_reason(world: World) -> None:
    paid = world.pay("E00001", "Z00002", 5_00)["event_id"]
    assert refusal(world, reversal(world, paid, reason="  ")) == ReversalReasonMissing()


def test_a_reversal_is_dated_in_an_open_period_and_not_before_its_event(world: World) -> None:
    paid = world.pay("E00001", "Z00002", 5_00)["event_id"]
    assert refusal(world, reversal(world, paid, on=date(2026, 1, 4))) == ReversedTooEarly(business_on=MONDAY, on=date(2026, 1, 4))
    world.do(close_books, CloseBooks(world.actor("accountant"), BOOK, TUESDAY, TUESDAY))
    assert refusal(world, reversal(world, paid)) == PeriodClosed(closed_until=TUESDAY, business_on=TUESDAY)
    reverse(world, paid, on=date(2026, 1, 7))
    check_invariants(world.database)


def test_an_event_of_another_kind_is_corrected_by_a_new_one(world: World) -> None:
    assert refusal(world, reversal(world, last_event(world, "member_enrolled"))) == NotReversible(kind="member_enrolled")


def test_an_unknown_event_is_refused(world: World) -> None:
    assert isinstance(refusal(world, reversal(world, str(new_id()))), EventUnknown)


def test_units_do_not_go_back_to_a_member_who_left(world: World) -> None:
    paid = world.pay("E00001", "Z00002", 20_00)["event_id"]
    world.do(depart_members, MemberDeparts(world.actor("operator"), BOOK, "E00001", MONDAY, "Moved away"))
    assert refusal(world, reversal(world, paid)) == MemberLeft(member="E00001", left_on=MONDAY)


def test_only_the_association_reverses_its_events(world: World) -> None:
    paid = world.pay("E00001", "Z00002", 5_00)["event_id"]
    assert isinstance(refusal(world, reversal(world, paid, by="signer")), RoleMissing)
    world.load("grenoble-cairn.toml")
    world.add("stranger", "le-cairn", "association_operator")
    assert isinstance(refusal(world, reversal(world, paid, by="stranger")), ActsForAnother)


def test_an_event_of_another_book_is_not_found(world: World) -> None:
    world.load("grenoble-cairn.toml")
    cairn = world.add("cairn-operator", "le-cairn", "association_operator")
    paid = world.pay("E00001", "Z00002", 5_00)["event_id"]
    with pytest.raises(EventUnknown):
        world.do(reverse_events, ReverseEvent(cairn, "cairn", UUID(paid), "Curious", TUESDAY))
