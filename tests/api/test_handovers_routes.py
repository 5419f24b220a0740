"""A desk changes hands over HTTP, and its paper is read in each form."""

import csv
import io
import zipfile
from datetime import datetime, timedelta

from monnaielocale.words import PARIS
from tests.api.talking import done, get, refused
from tests.api.test_counter_routes import AT, pieces, send
from tests.desks import POOL, STAFF, Pool
from tests.invariants import check_invariants
from tests.serving import Api, let_in
from tests.world import TOWN


def test_a_head_leaves_and_the_next_one_signs(api: Api) -> None:
    world = api.world
    world.on = datetime.now(PARIS).date() - timedelta(days=1)
    world.move_notes("printed", (100, 100_00))
    pool = Pool.opened(world)
    pool.receive(150_00)
    pool.exchange((100, 10))
    world.add("pool-heir", TOWN, "desk_clerk")
    for login in (*(login for login, _ in STAFF), "pool-heir", "signer"):
        let_in(world, login)
    today = world.on + timedelta(days=1)
    ending = {"login": "pool-head", "rank": "head", "ends_on": str(today), "on": str(today)}
    assert done(send(api, "signer", f"{AT}/people/end", ending), 201)["ends_on"] == str(today)
    beginning = {"login": "pool-heir", "rank": "head", "starts_on": str(today + timedelta(days=1)), "on": str(today)}
    done(send(api, "signer", f"{AT}/people", beginning), 201)
    counted = {"successor": "pool-heir", "notes": pieces((100, 10)), "euros": pieces((2000, 7))}
    assert refused(send(api, "pool-clerk", f"{AT}/handovers", counted)) == (403, "head_or_deputy_needed")
    drawn = done(send(api, "pool-head", f"{AT}/handovers", counted), 201)
    assert (drawn["handover"], drawn["expected_cents"], drawn["difference_cents"]) == ("PISC-PV0001", 150_00, 0)
    early = send(api, "pool-heir", f"{AT}/handovers/PISC-PV0001/accept")
    assert refused(early) == (403, "not_your_handover")
    shown = done(get(api, "signer", f"{AT}/handovers/PISC-PV0001"))
    assert (shown["outgoing"], shown["incoming"], shown["accepted_at"]) == ("pool-head", "pool-heir", None)
    assert (shown["notes"], shown["expected_euros_cents"]) == (pieces((100, 10)), 140_00)
    assert {"account": "float.euro", "cents": 140_00} in shown["accounts"]
    (listed,) = done(get(api, "pool-clerk", f"{AT}/handovers"))["items"]
    assert listed["handover"] == "PISC-PV0001"
    paper = get(api, "signer", f"{AT}/handovers/PISC-PV0001", format="csv")
    rows = dict(csv.reader(io.StringIO(paper.content.decode("utf-8-sig")), delimiter=";"))
    assert rows["Head who leaves"] == "pool-head" and rows["Fingerprint (SHA-256)"] == drawn["sha256"]
    workbook = get(api, "signer", f"{AT}/handovers/PISC-PV0001", format="xlsx")
    assert workbook.headers["Content-Disposition"].endswith('"PISC-PV0001.xlsx"')
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(workbook.content)).namelist()
    assert get(api, "signer", f"{AT}/handovers/PISC-PV0009").status_code == 404
    assert pool.held()["float.euro"] == 140_00
    assert POOL in paper.text
    check_invariants(world.database)
