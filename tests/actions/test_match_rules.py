"""Who may explain a line, what a part must name, and what a batch or a list of lines keeps to."""

from collections.abc import Iterator

import pytest

from monnaielocale.actions.matches import ConfirmMatch, PartGiven, ProposeMatch, confirm_matches, propose_matches
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.domain.actors import ActsForAnother, RoleMissing
from monnaielocale.domain.explaining.faults import (
    ExplainedTooEarly,
    LineExplainedBeyond,
    LineUnknown,
    MatchAlreadyConfirmed,
    MatchEmpty,
    MatchNotConfirmed,
    MatchUnknown,
    PartKindUnknown,
    PartLacks,
    PartNamesTooMuch,
    PartyNotOfBook,
    PaymentPaidBeyond,
    WrongDirection,
)
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.payments.crediting import ReasonMissing
from monnaielocale.store.database import Database
from monnaielocale.store.matches import unexplained_lines
from tests.bank_files import Bank, on, seen
from tests.invariants import check_invariants
from tests.matching import (
    MAITE,
    RECEIVED,
    allocation,
    explained,
    held,
    line_of,
    matched,
    officials,
    payments_of,
    proposed,
    run_of,
    to_credit,
    undone,
)
from tests.world import BOOK, World


@pytest.fixture
def world(database: Database) -> Iterator[World]:
    """Three officials with a mandate; every flow ends with the books in order and equal to the bank."""
    world = officials(database)
    yield world
    check_invariants(world.database)


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_undoing_needs_a_reason_and_a_confirmed_match(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 30000, "VIR"))
    match = proposed(world, line_of(world, 30000), PartGiven("gift", 30000))
    with pytest.raises(ReasonMissing):
        undone(world, match, "  ")
    with pytest.raises(MatchNotConfirmed):
        undone(world, match)
    with pytest.raises(MatchUnknown):
        undone(world, new_id())


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


def test_a_match_seen_at_another_line_is_refused(world: World, bank: Bank) -> None:
    seen(world, bank, (6, 30000, "VIR"), (7, 40000, "VIR"))
    match = proposed(world, line_of(world, 30000), PartGiven("gift", 30000))
    here, there = line_of(world, 30000), line_of(world, 40000)
    second = world.actor("second-operator")
    with pytest.raises(MatchUnknown):
        world.do(confirm_matches, ConfirmMatch(second, BOOK, match, world.on, line_id=there))
    assert world.do(confirm_matches, ConfirmMatch(second, BOOK, match, world.on, line_id=here))["state"] == "confirmed"


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
