"""What a bank line is for when it pays no payment: top-ups, own euros, transfers made, recalls, euros to return."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from monnaielocale.actions.crediting import TakeBackCredit, take_back_credits
from monnaielocale.actions.matches import ConfirmMatch, PartGiven, ProposeMatch, confirm_matches, propose_matches
from monnaielocale.actions.statements import ImportStatement, import_statements
from monnaielocale.domain.explaining.faults import (
    GrantNotAgreed,
    MatchUsedSince,
    PairDoesNotFit,
    RecallBeyondHeld,
    RecallBeyondMissing,
    TransferDueUnknown,
    TransferNotExact,
    TransferNotOpen,
)
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import BalanceTooLow
from monnaielocale.domain.members import MemberUnknown
from monnaielocale.store.database import Database
from tests.bank_files import Bank, imported, on, seen
from tests.invariants import check_invariants
from tests.matching import (
    MAITE,
    PAID,
    PEIO,
    RECEIVED,
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
from tests.world import BOOK, COLLECTION, RESERVE_DIGITAL, RESERVE_NOTES, TOWN, World


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """Three officials with a mandate; every flow ends with the books in order and equal to the bank."""
    world = officials(database)
    yield world
    check_invariants(world.database)


@pytest.fixture
def bank() -> Bank:
    return Bank()


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
