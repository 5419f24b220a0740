"""Who may act, and how the program knows them."""

import pytest

from monnaielocale.domain.actors import AccountantMayNotDecide, Actor, RoleMissing
from monnaielocale.domain.people import (
    ActingPartyUnknown,
    AdministratorNeeded,
    LastAdministrator,
    LoginRefused,
    LoginTaken,
    LoginUnfit,
    PasswordTooLong,
    PasswordTooShort,
    PersonUnknown,
    RoleNotOfParty,
    RoleUnknown,
)
from monnaielocale.store.database import Database
from monnaielocale.store.people import (
    actor_of,
    actor_with_password,
    add_person,
    grant_role,
    list_people,
    set_password,
    withdraw_role,
)
from tests.world import ISSUER, TOWN, World


@pytest.fixture
def world(database: Database) -> World:
    return World.create(database)


@pytest.fixture
def administrator(world: World) -> Actor:
    return world.actor("administrator")


def test_the_first_administrator_acts_for_no_party(world: World) -> None:
    first = world.actor("administrator")
    assert (first.party_id, first.party_code, first.party_kind) == (None, "", "")
    assert first.roles == {"administrator"}


def test_a_person_acts_for_one_party_with_their_roles(world: World) -> None:
    signer = world.actor("signer")
    assert (signer.party_code, signer.party_kind, signer.roles) == (TOWN, "public_body", frozenset({"town_signer"}))


def test_nobody_adds_themselves_once_there_is_an_administrator(world: World) -> None:
    with pytest.raises(AdministratorNeeded):
        add_person(world.database, login="intruder", name="Intruder", roles=["administrator"])


def test_only_an_administrator_adds_a_person(world: World) -> None:
    with pytest.raises(RoleMissing):
        add_person(world.database, login="friend", name="Friend", given_by=world.actor("operator"))


def test_a_right_that_was_taken_back_no_longer_adds_persons(world: World, administrator: Actor) -> None:
    second = add_person(world.database, login="second", name="Second", roles=["administrator"], given_by=administrator)
    withdraw_role(world.database, "second", "administrator", administrator)
    with pytest.raises(RoleMissing):
        add_person(world.database, login="friend", name="Friend", given_by=second)


def test_a_login_is_given_once(world: World, administrator: Actor) -> None:
    with pytest.raises(LoginTaken):
        add_person(world.database, login="operator", name="Twin", given_by=administrator)


@pytest.mark.parametrize("login", ["", "a", "Operator", "with space", "é", "x" * 81, "-dash"])
def test_a_login_can_be_typed_everywhere(world: World, administrator: Actor, login: str) -> None:
    with pytest.raises(LoginUnfit):
        add_person(world.database, login=login, name="Someone", given_by=administrator)


def test_a_person_acts_for_a_party_that_exists(world: World, administrator: Actor) -> None:
    with pytest.raises(ActingPartyUnknown):
        add_person(world.database, login="someone", name="Someone", party="nowhere", given_by=administrator)


@pytest.mark.parametrize(
    ("party", "role"),
    [(ISSUER, "town_signer"), (TOWN, "association_operator"), (None, "town_preparer"), (ISSUER, "member")],
)
def test_a_role_belongs_to_a_kind_of_party(world: World, administrator: Actor, party: str | None, role: str) -> None:
    with pytest.raises(RoleNotOfParty):
        add_person(world.database, login="someone", name="Someone", party=party, roles=[role], given_by=administrator)


def test_an_unknown_role_is_refused_with_the_known_ones(world: World, administrator: Actor) -> None:
    with pytest.raises(RoleUnknown, match="association_operator"):
        grant_role(world.database, "operator", "treasurer", administrator)


def test_the_public_accountant_never_orders_payments(world: World, administrator: Actor) -> None:
    with pytest.raises(AccountantMayNotDecide):
        grant_role(world.database, "treasurer", "town_signer", administrator)
    with pytest.raises(AccountantMayNotDecide):
        grant_role(world.database, "preparer", "public_accountant", administrator)


def test_a_role_is_given_and_taken_back_and_every_word_is_kept(world: World, administrator: Actor) -> None:
    assert grant_role(world.database, "preparer", "town_signer", administrator).roles == {"town_preparer", "town_signer"}
    assert withdraw_role(world.database, "preparer", "town_signer", administrator).roles == {"town_preparer"}
    assert grant_role(world.database, "preparer", "town_signer", administrator).roles == {"town_preparer", "town_signer"}
    with world.database.reading() as connection:
        words = connection.execute(
            """SELECT granted FROM person_role JOIN person ON person.id = person_id
                WHERE login = 'preparer' AND role = 'town_signer' ORDER BY person_role.recorded_at"""
        ).fetchall()
    assert words == [(True,), (False,), (True,)]


def test_the_last_administrator_stays(world: World, administrator: Actor) -> None:
    with pytest.raises(LastAdministrator):
        withdraw_role(world.database, "administrator", "administrator", administrator)


def test_a_password_opens_the_door_and_only_its_hash_is_kept(world: World, administrator: Actor) -> None:
    set_password(world.database, "operator", "correct horse battery", administrator)
    assert actor_with_password(world.database, "operator", "correct horse battery") == world.actor("operator")
    with world.database.connect("writer") as connection:
        (kept,) = connection.execute("SELECT hash FROM person_password").fetchone() or ("",)
    assert kept.startswith("$argon2")


def test_the_latest_password_is_the_valid_one(world: World, administrator: Actor) -> None:
    set_password(world.database, "operator", "the first password", administrator)
    set_password(world.database, "operator", "the second password", world.actor("operator"))
    with pytest.raises(LoginRefused):
        actor_with_password(world.database, "operator", "the first password")
    assert actor_with_password(world.database, "operator", "the second password").login == "operator"


@pytest.mark.parametrize("login", ["operator", "nobody"])
def test_a_wrong_password_and_an_unknown_login_are_refused_alike(world: World, login: str) -> None:
    with pytest.raises(LoginRefused):
        actor_with_password(world.database, login, "a guess of the password")


def test_a_password_is_set_by_an_administrator_or_by_oneself(world: World) -> None:
    with pytest.raises(RoleMissing):
        set_password(world.database, "signer", "a new password here", world.actor("operator"))


def test_a_password_has_a_length(world: World, administrator: Actor) -> None:
    with pytest.raises(PasswordTooShort):
        set_password(world.database, "signer", "short", administrator)
    with pytest.raises(PasswordTooLong):
        set_password(world.database, "signer", "x" * 201, administrator)


def test_somebody_unknown_is_named(world: World) -> None:
    with pytest.raises(PersonUnknown, match="stranger"):
        actor_of(world.database, "stranger")


def test_the_list_shows_everyone_with_their_roles(world: World) -> None:
    listed = {person.login: (person.party_code, person.roles) for person in list_people(world.database)}
    assert listed["administrator"] == ("", ("administrator",))
    assert listed["treasurer"] == (TOWN, ("public_accountant",))
    assert len(listed) == 8
