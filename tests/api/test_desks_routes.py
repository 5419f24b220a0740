"""Service desks over HTTP: opened, staffed and shown, to those whom they concern."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from monnaielocale.words import PARIS
from tests.api.talking import done, get, post, refused
from tests.desks import POOL, Pool
from tests.serving import Api, key, let_in
from tests.world import BOOK, TOWN


@pytest.fixture
def town(api: Api) -> Iterator[Api]:
    """Today, with people who could work at a desk."""
    api.world.on = datetime.now(PARIS).date()
    for login in ("pool-head", "pool-clerk"):
        api.world.add(login, TOWN, "desk_clerk")
        let_in(api.world, login)
    yield api


def test_a_town_opens_a_desk_once_and_names_its_people(town: Api) -> None:
    asked = {"issuer_book": BOOK, "desk": "pool"}
    under = key()
    opened = town.as_("signer").post("/v1/desks", json=asked, headers=under)
    assert (opened.status_code, opened.json()["book"], opened.json()["tills"]) == (201, POOL, ["till-1", "till-2"])
    again = town.as_("signer").post("/v1/desks", json=asked, headers=under)
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (opened.json(), "true")
    assert refused(post(town, "signer", "/desks", asked)) == (409, "desk_already_open")
    assert refused(post(town, "signer", "/desks", asked | {"desk": "baths"})) == (422, "desk_not_in_convention")
    assert refused(post(town, "preparer", "/desks", asked)) == (403, "role_missing")
    day = str(town.world.on)
    named = done(post(town, "signer", f"/desks/{POOL}/people", {"login": "pool-head", "rank": "head", "starts_on": day}), 201)
    assert (named["rank"], named["ends_on"]) == ("head", None)
    second = {"login": "pool-clerk", "rank": "head", "starts_on": day}
    assert refused(post(town, "signer", f"/desks/{POOL}/people", second)) == (409, "heads_overlap")
    assert refused(post(town, "pool-head", f"/desks/{POOL}/people", second)) == (403, "role_missing")
    people = done(get(town, "preparer", f"/desks/{POOL}/people"))["items"]
    assert [(one["login"], one["rank"]) for one in people] == [("pool-head", "head")]


def test_a_desk_is_shown_to_those_whom_it_concerns(town: Api) -> None:
    pool = Pool(town.world)
    pool.open()
    pool.name("pool-clerk", "clerk")
    for login in ("preparer", "signer", "treasurer", "pool-clerk", "operator", "auditor"):
        shown = done(get(town, login, f"/desks/{POOL}"))
        assert (shown["book"], shown["issuer_book"], shown["label"]) == (POOL, BOOK, "Piscine municipale"), login
        assert shown["services"] and "notes" in shown["instruments"]
        assert [one["book"] for one in done(get(town, login, "/desks"))["items"]] == [POOL]
    # Somebody of the same town who is not named for it, and nobody of another's business, sees it.
    assert refused(get(town, "pool-head", f"/desks/{POOL}")) == (404, "desk_unknown")
    assert done(get(town, "pool-head", "/desks"))["items"] == []
    assert refused(get(town, "administrator", f"/desks/{POOL}")) == (403, "role_missing")
    assert refused(get(town, "preparer", "/desks/bayonne-tower")) == (404, "desk_unknown")


def test_a_charter_is_shown_as_it_held_on_the_day(town: Api) -> None:
    Pool(town.world).open()
    assert refused(get(town, "preparer", f"/desks/{POOL}", on="2017-01-31")) == (422, "no_convention_in_force")


def test_a_town_with_desks_still_means_the_book_of_its_association(town: Api) -> None:
    Pool(town.world).open()
    assert done(get(town, "preparer", "/me"))["books"] == [BOOK]
    assert done(get(town, "preparer", "/payment-runs"))["items"] == []
