"""Wallets kept in another system: a credit is ordered, and counts once it is confirmed (T24)."""

from datetime import date

import pytest

from monnaielocale.actions.crediting import (
    CreditRun,
    TakeBackCredit,
    credit_runs,
    take_back_credits,
)
from monnaielocale.actions.runs import AccountForRun, account_for_runs
from monnaielocale.domain.payments.crediting import (
    ConfirmationDiffers,
    ConfirmationsUnknown,
    CreditKeptElsewhere,
)
from monnaielocale.domain.payments.run_states import CreditsUnconfirmed
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Database
from tests.bank_files import on
from tests.flows.conftest import Built
from tests.flows.elsewhere import CAIRN, Elsewhere
from tests.invariants import check_invariants
from tests.matching import payments_of
from tests.world import World

MAITE, PEIO, ANA = "E00001", "E00002", "E00003"


def both_books(database: Database) -> None:
    Elsewhere.beside(World.create(database, on(30)))


@pytest.fixture
def elsewhere(built: Built) -> Elsewhere:
    return Elsewhere(World(built(both_books), on(30)))


def credit_elsewhere(elsewhere: Elsewhere, run: str) -> dict[str, object]:
    return elsewhere.world.do(credit_runs, CreditRun(elsewhere.world.actor("cairn-operator"), CAIRN, run, elsewhere.world.on))


def test_t24_a_credit_elsewhere_waits_for_its_confirmation(elsewhere: Elsewhere) -> None:
    """Late, in part, and twice: each counts once."""
    world = elsewhere.world
    run = elsewhere.run_signed(50_00, 60_00)
    elsewhere.paid(run, 110_00, 28)
    assert credit_elsewhere(elsewhere, run)["ordered_elsewhere"] is True
    (first, _), (second, _) = elsewhere.orders()
    assert (elsewhere.balance("wallets_elsewhere.pending"), elsewhere.balance("circulation.digital")) == (110_00, 110_00)
    accounting = AccountForRun(world.actor("cairn-operator"), CAIRN, run, world.on)
    with pytest.raises(CreditsUnconfirmed):
        world.do(account_for_runs, accounting)
    world.on = date(2026, 2, 20)
    assert elsewhere.confirm((first, "T1"))["confirmed_cents"] == 50_00
    assert (elsewhere.balance("wallets_elsewhere.pending"), elsewhere.balance("wallets_elsewhere")) == (60_00, 50_00)
    again = elsewhere.confirm((first, "T1"), (second, "T2"), (second, "T2"))
    assert (again["confirmed_count"], again["confirmed_cents"], again["already_confirmed_count"]) == (1, 60_00, 1)
    assert elsewhere.confirm((first, "T1"), (second, "T2"))["confirmed_count"] == 0
    assert (elsewhere.balance("wallets_elsewhere.pending"), elsewhere.balance("wallets_elsewhere")) == (0, 110_00)
    world.do(account_for_runs, accounting)
    check_invariants(world.database)


def test_t24_a_confirmation_of_an_unknown_reference_or_of_another_transaction_keeps_nothing(elsewhere: Elsewhere) -> None:
    run = elsewhere.run_signed(50_00, 60_00)
    elsewhere.paid(run, 110_00, 28)
    credit_elsewhere(elsewhere, run)
    (first, _), (second, _) = elsewhere.orders()
    with pytest.raises(ConfirmationsUnknown) as refused:
        elsewhere.confirm((first, "T1"), ("RF00UNKNOWN-1", "T2"), ("RF00UNKNOWN-2", "T3"))
    assert refused.value.values == {"references": "RF00UNKNOWN-1, RF00UNKNOWN-2"}
    assert elsewhere.balance("wallets_elsewhere") == 0
    elsewhere.confirm((first, "T1"))
    with pytest.raises(ConfirmationDiffers):
        elsewhere.confirm((second, "T2"), (first, "T9"))
    assert elsewhere.balance("wallets_elsewhere") == 50_00
    with pytest.raises(Refusal):
        elsewhere.confirm((second, "T1"))
    assert elsewhere.balance("wallets_elsewhere") == 50_00
    check_invariants(elsewhere.world.database)


def test_t24_a_credit_elsewhere_is_not_taken_back_here(elsewhere: Elsewhere) -> None:
    world = elsewhere.world
    world.add("cairn-accountant", "le-cairn", "association_accountant")
    run = elsewhere.run_signed(50_00)
    elsewhere.paid(run, 50_00, 28)
    credit_elsewhere(elsewhere, run)
    (payment,) = payments_of(world, run)
    with pytest.raises(CreditKeptElsewhere):
        world.do(take_back_credits, TakeBackCredit(world.actor("cairn-accountant"), CAIRN, payment, "wrong", world.on))
    check_invariants(world.database)
