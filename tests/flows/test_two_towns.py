"""T26: two towns and two associations in one database; whoever names what belongs to the other is refused alone."""

import pytest

from monnaielocale.actions.crediting import CreditRun, credit_runs
from monnaielocale.actions.matches import PartGiven, ProposeMatch, propose_matches
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.runs import SignRun, sign_runs
from monnaielocale.domain.actors import ActsForAnother
from monnaielocale.domain.payments.crediting import RunUnknown
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Database
from tests.bank_files import Bank, imported, on
from tests.flows.conftest import Built
from tests.flows.elsewhere import CAIRN, Elsewhere
from tests.invariants import check_invariants
from tests.matching import allocation, line_of, matched, payments_of
from tests.towns import mandate_in_force, run_opened, run_signed
from tests.world import BOOK, World

MAITE = "E00001"
ROW = (MAITE, "Maite Etxeberria", "100,00")


def one_official(database: Database) -> None:
    world = World.create(database, on(30))
    world.enrol(MAITE, "Maite Etxeberria")
    mandate_in_force(world, MAITE)
    Elsewhere.beside(world)


@pytest.fixture
def elsewhere(built: Built) -> Elsewhere:
    """On 30 January: both books."""
    return Elsewhere(World(built(one_official), on(30)))


@pytest.fixture
def world(elsewhere: Elsewhere) -> World:
    return elsewhere.world


@pytest.fixture
def bank() -> Bank:
    return Bank()


def test_t26_in_a_batch_of_two_towns_only_the_item_that_names_the_others_run_is_refused(elsewhere: Elsewhere, bank: Bank) -> None:
    """A person of each association and of each town; one item of each kind names what belongs to the other."""
    world = elsewhere.world
    theirs = elsewhere.run_signed(50_00)
    elsewhere.paid(theirs, 50_00, 15)
    ours = run_signed(world, ROW)
    imported(world, bank.cfonb(1, 28, (28, 100_00, f"DRFIP {ours}")))
    matched(world)
    here, there = world.actor("operator"), world.actor("cairn-operator")
    outcomes = perform(
        world.database,
        credit_runs,
        [
            CreditRun(here, CAIRN, theirs, world.on),
            CreditRun(here, BOOK, theirs, world.on),
            CreditRun(there, BOOK, ours, world.on),
            CreditRun(here, BOOK, ours, world.on),
            CreditRun(there, CAIRN, theirs, world.on),
        ],
    )
    assert outcomes[:3] == [ActsForAnother(login="operator"), RunUnknown(run=theirs), ActsForAnother(login="cairn-operator")]
    assert all(isinstance(outcome, Answer) for outcome in outcomes[3:])
    assert (world.wallet(MAITE), elsewhere.balance("wallets_elsewhere.pending")) == (100_00, 50_00)
    check_invariants(world.database)


def test_t26_a_signer_of_another_town_signs_only_their_own(world: World) -> None:
    ours = run_opened(world, ROW)
    other, own = world.actor("grenoble-signer"), world.actor("signer")
    outcomes = perform(world.database, sign_runs, [SignRun(who, BOOK, ours, world.on) for who in (other, own)])
    assert outcomes[0] == ActsForAnother(login="grenoble-signer")
    assert isinstance(outcomes[1], Answer)


def test_t26_a_line_of_one_book_is_never_explained_by_a_payment_of_another(elsewhere: Elsewhere, bank: Bank) -> None:
    world = elsewhere.world
    theirs = payments_of(world, elsewhere.run_signed(50_00))[0]
    imported(world, bank.cfonb(1, 28, (28, 50_00, "DRFIP")))
    proposal = ProposeMatch(world.actor("operator"), BOOK, line_of(world, 50_00), (allocation(theirs, 50_00),), world.on)
    (outcome,) = perform(world.database, propose_matches, [proposal])
    assert isinstance(outcome, Refusal) and outcome.code == "payment_unknown"
    foreign = ProposeMatch(world.actor("cairn-operator"), CAIRN, line_of(world, 50_00), (PartGiven("gift", 50_00),), world.on)
    (outcome,) = perform(world.database, propose_matches, [foreign])
    assert isinstance(outcome, Refusal) and outcome.code == "line_unknown"
