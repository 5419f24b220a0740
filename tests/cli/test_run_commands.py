"""The commands about payment runs that the demonstration's story does not type."""

from monnaielocale.actions.crediting import CreditRun, credit_runs
from monnaielocale.store.database import Database
from tests.bank_files import on
from tests.cli.conftest import Command
from tests.flows.elsewhere import CAIRN, Elsewhere
from tests.world import World


def test_credits_to_carry_out_elsewhere_are_shown_until_they_are_confirmed(database: Database, books: Command) -> None:
    world = World.create(database, on(30))
    elsewhere = Elsewhere.beside(world)
    run = elsewhere.run_signed(10000, 20000)
    elsewhere.paid(run, 30000, 29)
    world.do(credit_runs, CreditRun(world.actor("cairn-operator"), CAIRN, run, world.on))

    page = books("run", "orders", "--book", CAIRN)
    assert page.code == 0
    assert f"{run}-2" in page.output
    assert "C00002" in page.output
    assert "200,00" in page.output

    elsewhere.confirm((f"{run}-2", "T-1"))
    (left,) = books("run", "orders", "--book", CAIRN, "--json").json()
    assert (left["reference"], left["member"], left["amount_cents"]) == (f"{run}-3", "C00002", 20000)
    assert (left["run"], left["ordered_on"]) == (run, "2026-01-30")
