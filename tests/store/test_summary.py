"""What the town reads in the account of a run: each payment's fate with its reason, and the bank lines that paid it."""

import pytest

from monnaielocale.actions.crediting import ReturnUncreditable, return_uncreditable
from monnaielocale.actions.mandates import RevokeMandate, revoke_mandates
from monnaielocale.domain.payments.crediting import RunUnknown
from monnaielocale.formats.summary import RunSummary, SummaryTotals
from monnaielocale.store.database import Database
from monnaielocale.store.mandates import mandates_of_members
from monnaielocale.store.summary import run_summary
from monnaielocale.store.unit_of_work import UnitOfWork
from monnaielocale.words import explain, speak, word
from tests.bank_files import Bank, imported, on
from tests.invariants import check_invariants
from tests.matching import ANA, MAITE, NAMES, PEIO, credited, explained, line_of, matched, officials, payments_of, run_of
from tests.matching import allocation as allocated
from tests.world import BOOK, World


@pytest.fixture
def world(database: Database) -> World:
    speak("fr")
    return officials(database)


def summary_of(world: World, run: str) -> RunSummary:
    with world.database.reading() as connection:
        return run_summary(connection, book=BOOK, reference=run, explain=explain, word=word)


def revoked(world: World, member: str) -> None:
    with world.database.reading() as connection:
        (mandate,) = mandates_of_members(UnitOfWork(connection), [(BOOK, member)])[BOOK, member]
    world.do(revoke_mandates, RevokeMandate(world.actor("operator"), BOOK, mandate.number, world.on, "letter", world.on))


def test_a_run_is_accounted_for_payment_by_payment(world: World) -> None:
    run = run_of(world, (MAITE, "300,00"), (PEIO, "200,00"), (ANA, "100,00"))
    imported(world, Bank().cfonb(2, 20, (20, 50000, f"VIR REF {run}")))
    first, second, _ = payments_of(world, run)
    explained(world, line_of(world, 50000), allocated(first, 30000), allocated(second, 20000))
    revoked(world, PEIO)
    credited(world, run)
    world.do(return_uncreditable, ReturnUncreditable(world.actor("operator"), BOOK, run, world.on))
    summary = summary_of(world, run)
    found = [(one.member_number, one.credited_cents, one.returned_cents, one.state, one.reason) for one in summary.payments]
    assert found == [
        (MAITE, 30000, 0, "credited", ""),
        (PEIO, 0, 20000, "returned", "mandat révoqué"),
        (ANA, 0, 0, "awaiting_funds", ""),
    ]
    assert [one.credited_on for one in summary.payments] == [on(20), None, None]
    assert summary.payments[1].returned_to == NAMES[PEIO]
    assert summary.totals() == SummaryTotals(3, 60000, 50000, 30000, 20000)
    assert [(line.booked_on, line.amount_cents, line.allocated_cents) for line in summary.bank_lines] == [(on(20), 50000, 50000)]
    check_invariants(world.database)


def test_a_payment_that_cannot_be_credited_says_why_before_its_euros_go_back(world: World) -> None:
    run = run_of(world, (MAITE, "300,00"), (PEIO, "200,00"))
    imported(world, Bank().cfonb(2, 20, (20, 50000, f"VIR REF {run}")))
    matched(world)
    revoked(world, PEIO)
    aside = summary_of(world, run).payments[1]
    assert (aside.state, aside.returned_to) == ("set_aside", "")
    assert "révoqué le mandat" in aside.reason


def test_a_line_that_paid_something_else_as_well_shows_both_amounts(world: World) -> None:
    first = run_of(world, (MAITE, "300,00"))
    second = run_of(world, (PEIO, "200,00"), list_number="2")
    imported(world, Bank().cfonb(2, 20, (20, 50000, f"VIR {first} {second}")))
    matched(world)
    for run, cents in ((first, 30000), (second, 20000)):
        (line,) = summary_of(world, run).bank_lines
        assert (line.amount_cents, line.allocated_cents) == (50000, cents)


def test_a_run_that_does_not_exist_has_no_account(world: World) -> None:
    with pytest.raises(RunUnknown):
        summary_of(world, "RF18NOTHING")
