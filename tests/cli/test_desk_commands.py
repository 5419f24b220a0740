"""A desk from the command line: opened, staffed and shown."""

from monnaielocale.store.database import Database
from tests.cli.conftest import Command
from tests.desks import POOL
from tests.world import TOWN, World

GIVEN = ("--by", "signer", "--on", "2026-01-05")


def test_a_town_opens_a_desk_names_its_people_and_looks_at_it(database: Database, books: Command) -> None:
    world = World.create(database)
    world.add("pool-clerk", TOWN, "desk_clerk")
    opened = books("desk", "open", "pool", *GIVEN)
    assert (opened.code, opened.output) == (0, f"La régie Piscine municipale est ouverte\u00a0: son livre est {POOL}.\n"), (
        opened.errors
    )
    again = books("desk", "open", "pool", *GIVEN)
    assert again.code == 1
    assert "déjà" in again.errors or "05/01/2026" in again.errors
    named = books("desk", "name", POOL, "pool-clerk", "--rank", "clerk", "--from", "2026-01-05", *GIVEN)
    assert named.output == f"pool-clerk est nommé à la régie {POOL} comme mandataire.\n", named.errors
    shown = books("desk", "show", POOL, "--on", "2026-01-06", "--json").json()
    assert (shown["label"], shown["people"]) == ("Piscine municipale", [{"login": "pool-clerk", "rank": "clerk"}])
    assert all(service["least_cents"] <= service["most_cents"] for service in shown["services"])
    table = books("desk", "show", POOL, "--on", "2026-01-06").output
    assert "mandataire" in table and "€" in table
    assert POOL in books("desk", "list").output
    # Commands about the association's book go on meaning that book.
    assert books("proof", "--json").code == 0
    whole = books("desk", "chain", POOL)
    assert (whole.code, whole.output) == (0, "La chaîne des 0 quittances est intacte.\n"), whole.errors
    assert books("desk", "envelope", "list", POOL, "--json").json() == []
    quiet = books("desk", "alarms", POOL, "--on", "2026-01-06")
    assert (quiet.code, quiet.output) == (0, f"Rien n’est à signaler à {POOL}.\n"), quiet.errors
    assert books("desk", "alarms", "bayonne-tower").code == 1
