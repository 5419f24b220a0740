"""The backing proof where desks write in the association's book: each euro has its document, and a proof is repeatable."""

from datetime import date

from monnaielocale.actions.proof import proof_as_data, prove_backing
from monnaielocale.domain.chart import Form
from monnaielocale.domain.proof import Proof
from monnaielocale.store.database import Database
from tests.desks import POOL, Pool
from tests.world import BOOK, MONDAY, World


def proof(world: World, event: int | None = None, entry: int | None = None, on: date = MONDAY) -> Proof:
    return prove_backing(world.database, book=BOOK, on=on, event=event, entry=entry)


def test_the_cash_that_a_desk_gave_for_its_float_names_the_desk_and_its_event(database: Database) -> None:
    world = World.create(database)
    world.move_notes("printed", (5_00, 200_00))
    pool = Pool.opened(world)
    pool.receive(150_00)
    pool.exchange((5_00, 10))
    (notes,) = [form for form in proof(world).forms if form.form is Form.NOTES]
    assert (notes.circulation_cents, notes.on_the_road_cents, notes.difference_cents) == (50_00, 50_00, 0)
    (item,) = notes.on_the_road
    assert item.document.startswith(f"{POOL}/")


def test_a_proof_asked_again_with_its_event_and_entry_is_identical_whatever_desks_wrote_since(database: Database) -> None:
    world = World.create(database)
    world.move_notes("printed", (5_00, 200_00))
    pool = Pool.opened(world)
    pool.receive(150_00)
    pool.exchange((5_00, 4))
    first = proof(world)
    pool.exchange((5_00, 2))
    second = proof(world)
    assert (first.event, first.entry + 1) == (second.event, second.entry)
    assert proof_as_data(first)["forms"] != proof_as_data(second)["forms"]
    assert proof(world, first.event, first.entry) == first
    world.move_notes("sold", (5_00, 50_00), slip="B-1")
    assert proof(world, first.event, first.entry) == first
    assert proof(world, second.event, second.entry) == second
