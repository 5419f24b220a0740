"""Who may do what, over HTTP: every cell of rights.csv, then each refusal again with the program's own questions taken away."""

from collections.abc import Iterator

import psycopg
import pytest

from monnaielocale.api.services import Services
from monnaielocale.api.tokens import Tokens
from monnaielocale.domain.people import PARTY_KINDS_OF_ROLES
from monnaielocale.settings import Settings
from tests.api.rights_court import LOGINS, MATRIX, Court, Route, faults, refused_inside, seen, told
from tests.api.rights_requests import REQUESTS
from tests.api.rights_world import RightsWorld
from tests.api.unguarded import take_down
from tests.conftest import copied
from tests.serving import Api, served
from tests.world import World

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
            court.let_in(*filter(None, LOGINS.values()), "peio")
            yield court
            court.api.close()
        world.close()


def test_the_matrix_has_every_route_and_no_other(court: Court) -> None:
    document = court.api.stranger.get("/v1/openapi.json").json()
    routes = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    assert set(MATRIX) == routes
    assert set(REQUESTS) == routes


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
    wrong = [fault for cell, asked in leaving for fault in faults(cell, asked, court.sent(cell, asked))]
    assert court.rows() == before
    for cell in MATRIX[route]:
        if not cell.leaves:
            asked = court.made(cell)
            wrong += faults(cell, asked, court.sent(cell, asked))
    assert not wrong, "\n".join(wrong)


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
            fits = answer.status_code < 500 and seen(asked, answer) == cell.theirs
        else:
            fits = (answer.status_code in (403, 409) or refused_inside(answer)) and bool(by_the_database)
        if not fits:
            wrong.append(told(cell, answer))
    assert court.rows() == before
    assert not wrong, "\n".join(wrong)
