"""The worlds in which random days and months at a desk begin."""

from monnaielocale.store.database import Database
from tests.counter import NOTES
from tests.desks import Pool, with_refunds
from tests.museum import Museum
from tests.world import BOOK, MONDAY, TOWN, World

WALLET = 30_00
HEIR = "pool-heir"


def begun(database: Database, content: bytes = b"") -> None:
    """The pool with its float in notes in the first till, and a member with an account."""
    world = World.create(database, MONDAY, content=content)
    world.move_notes("printed", *((each, 3_000_00) for each in (100, 200, 500, 1000)))
    world.move_notes("sold", *((each, 2_000_00) for each in (100, 200, 500, 1000)), slip="slip of the public")
    world.enrol("E00001", "Maite Etxeberria")
    world.add("maite", f"{BOOK}:E00001", "member")
    world.fund("E00001", WALLET)
    pool = Pool.opened(world)
    pool.receive(150_00)
    pool.exchange(*NOTES)


def begun_with_heir(database: Database, content: bytes = b"") -> None:
    """The same, with somebody who may be the next head."""
    begun(database, content)
    World(database).add(HEIR, TOWN, "desk_clerk")


def begun_lenient(database: Database) -> None:
    """The same under a charter that lets refunds leave the till."""
    begun_with_heir(database, with_refunds())


def begun_with_museum(database: Database) -> None:
    """The pool, and the museum with its day and its till open."""
    begun_lenient(database)
    Museum.opened(World(database), paid_on=3)


def begun_strict(database: Database) -> None:
    """The same under the pool's charter as it is published."""
    begun_with_heir(database)
    Museum.opened(World(database), paid_on=3)
