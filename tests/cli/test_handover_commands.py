"""A desk changes hands by commands: one head's appointment ends, the next one accepts what was drawn up."""

import json
from datetime import timedelta
from pathlib import Path

from monnaielocale.store.database import Database
from tests.cli.conftest import Command
from tests.cli.typing_at_desk import done, refused, today
from tests.desks import POOL, Pool
from tests.world import TOWN, World


def test_a_head_leaves_and_the_next_one_begins(database: Database, books: Command, tmp_path: Path) -> None:
    world = World.create(database, today() - timedelta(days=1))
    world.move_notes("printed", (100, 100_00))
    pool = Pool.opened(world)
    pool.receive(150_00)
    pool.exchange((100, 10))
    world.add("pool-heir", TOWN, "desk_clerk")
    until = f"{today():%d/%m/%Y}"
    ended = books("desk", "end", POOL, "pool-head", "--rank", "head", "--by", "signer")
    assert done(ended) == [f"pool-head est nommé à la régie {POOL} jusqu’au {until}."]
    tomorrow = str(today() + timedelta(days=1))
    done(books("desk", "name", POOL, "pool-heir", "--rank", "head", "--from", tomorrow, "--by", "signer"))
    drawing = ("desk", "handover", "draw-up", POOL, "pool-heir", "--note", "1x10", "--by", "pool-head")
    assert refused(books(*drawing, "--euro", "20x6")).startswith("130,00 ont été comptés et 150,00 attendus")
    assert done(books(*drawing, "--euro", "20x7")) == ["Remise de service PISC-PV0001 : 150,00 € comptés, écart 0,00 €."]
    early = refused(books("desk", "handover", "accept", POOL, "PISC-PV0001", "--by", "pool-heir"))
    assert early.startswith("La remise de service PISC-PV0001 est destinée au régisseur qui entre en fonctions le")
    (listed,) = books("desk", "handover", "list", POOL, "--json").json()
    assert (listed["outgoing"], listed["incoming"], listed["accepted_at"]) == ("pool-head", "pool-heir", None)
    assert done(books("desk", "handover", "list", POOL))[1].startswith("PISC-PV0001 pool-head pool-heir")
    for suffix in ("json", "csv", "xlsx"):
        file = tmp_path / f"remise.{suffix}"
        written = books("desk", "handover", "show", POOL, "PISC-PV0001", "--output", str(file))
        assert done(written) == [f"La remise de service PISC-PV0001 est dans {file}."]
        assert file.stat().st_size > 100
    paper = json.loads((tmp_path / "remise.json").read_text(encoding="utf-8"))
    assert (paper["expected_euros_cents"], paper["difference_cents"]) == (140_00, 0)
    assert "pool-head" in (tmp_path / "remise.csv").read_text(encoding="utf-8-sig")
    assert refused(books("desk", "handover", "show", POOL, "PISC-PV0009")) == (
        f"La régie {POOL} n’a pas de remise de service PISC-PV0009."
    )
