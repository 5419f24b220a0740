"""Who may do what, over HTTP: every cell of rights.csv, then each refusal again with the program's own questions taken away.

A new route is a row of the table and a valid request for it in one of the files rights_requests_*.py.
"""

from collections.abc import Iterator

import psycopg
import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from monnaielocale.api.services import Services
from monnaielocale.api.tokens import Tokens
from monnaielocale.domain.people import PARTY_KINDS_OF_ROLES
from monnaielocale.settings import Settings
from tests.api.rights_court import (
    INSIDE,
    LOGINS,
    MATRIX,
    Court,
    Route,
    faults,
    hidden,
    refused_inside,
    seen,
    told,
    unlogged,
)
from tests.api.rights_requests import REQUESTS
from tests.api.rights_sides import OWN, SIDES
from tests.api.rights_world import AMOUNT_CENTS, RightsWorld
from tests.api.unguarded import take_down
from tests.conftest import copied
from tests.serving import Api, served
from tests.world import World

OF_THE_TOWN = ("town_preparer", "town_signer", "public_accountant", "desk_clerk", "town_auditor")
REFUSING = [route for route, row in MATRIX.items() if any(cell.of_rights for cell in row)]


@pytest.fixture(scope="module")
def court(server_url: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Court]:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    with copied(server_url, template) as database:
        world = RightsWorld.create(database)
        with (
            served(Services(database, settings, Tokens.from_settings(settings))) as url,
            psycopg.connect(database.url, autocommit=True) as counting,
        ):
            court = Court(Api(World(database), url), world, counting)
            court.let_in(*filter(None, LOGINS.values()), "peio", *(side.second_clerk for side in SIDES))
            yield court
            court.api.close()
        world.close()


def test_the_matrix_has_every_route_and_no_other(court: Court) -> None:
    document = court.api.stranger.get("/v1/openapi.json").json()
    routes = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    assert set(MATRIX) == routes
    assert set(REQUESTS) == set(MATRIX)


def test_the_matrix_has_every_role_at_every_route_for_what_is_own_and_for_what_is_not() -> None:
    assert set(PARTY_KINDS_OF_ROLES) < set(LOGINS)
    for route, row in MATRIX.items():
        asked = {(cell.role, cell.own) for cell in row}
        sides = (True,) if REQUESTS[route].whose == "nobody" else (True, False)
        assert asked == {(role, own) for role in LOGINS for own in sides}, route


@pytest.mark.parametrize("route", MATRIX, ids=" ".join)
def test_each_may_do_what_the_matrix_says_and_nothing_else(court: Court, route: Route) -> None:
    leaving = court.requests(cell for cell in MATRIX[route] if cell.leaves)
    before = court.rows()
    with capture_logs(processors=[merge_contextvars]) as log:
        answered = [(cell, asked, court.sent(cell, asked)) for cell, asked in leaving]
        wrong = unlogged([(cell, answer) for cell, _, answer in answered if cell.expected in ("401", "403", INSIDE)], log)
    assert court.rows() == before
    wrong += [fault for cell, asked, answer in answered for fault in faults(cell, asked, answer)]
    for cell in MATRIX[route]:
        if not cell.leaves:
            asked = court.made(cell)
            wrong += faults(cell, asked, court.sent(cell, asked))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("guarded", [True, False], ids=["by the program", "by the database alone"])
def test_a_town_never_sees_the_wallet_of_its_beneficiary(court: Court, guarded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It sees the mandate, the payments and their credits; what it may read at all tells nothing more."""
    world, side = court.world, court.world.sides[OWN.town]
    world.paid(side)
    mandate, reference = world.another_mandate(side), world.run(side, until="credited")
    cells = [cell for row in MATRIX.values() for cell in row if cell.method == "GET" and cell.own and cell.role in OF_THE_TOWN]
    reading = [(cell, court.made(cell)) for cell in cells]
    if not guarded:
        take_down(monkeypatch)
    town, in_book = court.api.as_(side.preparer), {"book": side.book}
    assert town.get(f"/v1/mandates/{mandate}", params=in_book).json()["member"] == side.member
    (payment,) = town.get(f"/v1/payment-runs/{reference}/payments", params=in_book).json()["items"]
    assert (payment["member"], payment["credited_cents"], payment["state"]) == (side.member, AMOUNT_CENTS, "credited")
    # What the beneficiary holds, whom they pay, where they bank, and the account itself by its name.
    unseen = (f'_cents":{world.balance(side)}', f'"{side.shop}"', world.iban(side), side.wallet())
    keeper = court.api.as_(side.operator)
    kept = [keeper.get(f"/v1/{what}", params=in_book).text for what in ("members", f"members/{side.member}", "accounts")]
    assert all(text in "".join(kept) for text in unseen), "the association sees all of it"
    for cell, asked in reading:
        answer = court.sent(cell, asked)
        assert answer.status_code < 500, told(cell, answer)
        assert not [text for text in unseen if answer.is_success and text in answer.text], told(cell, answer)


@pytest.mark.parametrize("route", REFUSING, ids=" ".join)
def test_the_database_alone_refuses_the_same(court: Court, route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the first wall down nothing of another's is shown, and nothing that a person may not do is written."""
    refused = court.requests(cell for cell in MATRIX[route] if cell.of_rights)
    by_the_database = take_down(monkeypatch)
    before = court.rows()
    wrong = []
    for cell, asked in refused:
        by_the_database.clear()
        answer = court.sent(cell, asked)
        if cell.method == "GET":
            fits = seen(asked, answer) if cell.theirs else hidden(asked, answer)
        else:
            fits = bool(by_the_database) and (answer.status_code in (403, 409) or refused_inside(answer))
            fits = fits or (REQUESTS[route].implied and answer.json()["code"] == "party_not_of_convention")
        if not fits:
            wrong.append(told(cell, answer))
    assert court.rows() == before
    assert not wrong, "\n".join(wrong)
