"""Members enter under the number that people write."""

from dataclasses import replace

import pytest

from monnaielocale.actions.members import EnrolMember, enrol_in_sets, enrol_members
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.domain.actors import ActsForAnother, RoleMissing
from monnaielocale.domain.members import (
    MemberAlreadyExists,
    MemberIbanWrong,
    MemberKindUnknown,
    MemberNameMissing,
    MemberNumberUnfit,
)
from monnaielocale.domain.refusals import Refusal
from monnaielocale.domain.text import TextUnacceptable
from monnaielocale.store.database import Database
from monnaielocale.store.unit_of_work import unit_of_work
from tests.invariants import check_invariants
from tests.world import BOOK, MEMBER_IBAN, MONDAY, World


@pytest.fixture
def world(database: Database) -> World:
    return World.create(database)


def enrolment(world: World, number: str, name: str = "Maite Etxeberria", kind: str = "person", iban: str = "") -> EnrolMember:
    return EnrolMember(world.actor("operator"), BOOK, number, kind, name, MONDAY, iban)


def many(world: World, count: int) -> list[EnrolMember]:
    one = enrolment(world, "E00000")
    return [replace(one, number=f"E{number:05}", name=f"Member {number}") for number in range(count)]


def refusal(world: World, item: EnrolMember) -> Refusal:
    outcome = perform(world.database, enrol_members, [item])[0]
    assert isinstance(outcome, Refusal)
    return outcome


def test_a_member_enters_with_a_number_and_a_name(world: World) -> None:
    world.enrol("E00058", "Maite Etxeberria", iban=MEMBER_IBAN)
    with world.database.reading() as connection:
        row = connection.execute("SELECT code, name, name_key, iban FROM party JOIN member USING (id)").fetchone()
    assert row == ("eusko:E00058", "Maite Etxeberria", "MAITE ETXEBERRIA", MEMBER_IBAN)
    check_invariants(world.database)


def test_the_chain_holds_the_number_and_never_the_name(world: World) -> None:
    world.enrol("E00058", "Maite Etxeberria")
    with world.database.reading() as connection:
        row = connection.execute("SELECT details FROM event WHERE kind = 'member_enrolled'").fetchone()
    assert row == ({"number": "E00058", "kind": "person"},)


def test_the_same_member_again_is_answered_as_known(world: World) -> None:
    first = world.do(enrol_members, enrolment(world, "E00058"))
    again = world.do(enrol_members, enrolment(world, "E00058", "  maité   ETXEBERRIA "))
    assert again == {**first, "already_known": True}
    assert world.count("member") == 1


def test_another_person_under_the_same_number_is_refused(world: World) -> None:
    world.enrol("E00058", "Maite Etxeberria")
    assert refusal(world, enrolment(world, "E00058", "Peio Ibarra")) == MemberAlreadyExists(
        member="E00058", name="Maite Etxeberria"
    )
    assert isinstance(refusal(world, enrolment(world, "E00058", kind="business")), MemberAlreadyExists)


def test_twins_in_one_batch_become_one_member(world: World) -> None:
    outcomes = perform(
        world.database,
        enrol_members,
        [enrolment(world, "E00058"), enrolment(world, "E00058"), enrolment(world, "E00058", "Peio Ibarra")],
    )
    known = [outcome.content["already_known"] if isinstance(outcome, Answer) else outcome.code for outcome in outcomes]
    assert known == [False, True, "member_already_exists"]
    assert world.count("member") == 1


@pytest.mark.parametrize("number", ["", "e00058", "E 58", "E:58", "É58", "E" * 21, "-58", "E58\n"])
def test_a_number_can_be_written_on_a_transfer(world: World, number: str) -> None:
    assert refusal(world, enrolment(world, number)) == MemberNumberUnfit(number=number)


@pytest.mark.parametrize("name", ["", "   "])
def test_a_member_has_a_name(world: World, name: str) -> None:
    assert refusal(world, enrolment(world, "E00058", name)) == MemberNameMissing(member="E00058")


@pytest.mark.parametrize("name", ["Maite\x00", "Mai\u202ete", "M" * 121])
def test_a_name_shows_every_character_that_it_has(world: World, name: str) -> None:
    assert isinstance(refusal(world, enrolment(world, "E00058", name)), TextUnacceptable)


def test_a_member_is_of_a_kind(world: World) -> None:
    assert refusal(world, enrolment(world, "E00058", kind="issuer")) == MemberKindUnknown(kind="issuer")


def test_a_wrong_iban_is_refused_and_its_spaces_are_not_kept(world: World) -> None:
    assert refusal(world, enrolment(world, "E00058", iban="FR7688888000020000000000162")) == MemberIbanWrong(member="E00058")
    world.do(enrol_members, enrolment(world, "E00058", iban="FR76 8888 8000 0200 0000 0000 161"))
    with world.database.reading() as connection:
        assert connection.execute("SELECT iban FROM party JOIN member USING (id)").fetchone() == (MEMBER_IBAN,)


def test_only_the_association_enrols_members(world: World) -> None:
    item = EnrolMember(world.actor("signer"), BOOK, "E00058", "person", "Maite Etxeberria", MONDAY)
    assert isinstance(refusal(world, item), RoleMissing)


def test_another_association_does_not_enrol_here(world: World) -> None:
    world.load("grenoble-cairn.toml")
    stranger = world.add("stranger", "le-cairn", "association_operator")
    item = EnrolMember(stranger, BOOK, "E00058", "person", "Maite Etxeberria", MONDAY)
    assert isinstance(refusal(world, item), ActsForAnother)


def test_thousands_of_members_enter_in_sets_and_one_bad_line_stops_nobody(world: World) -> None:
    items = many(world, 1_200)
    items[1_034] = enrolment(world, "bad number")
    outcomes = list(enrol_in_sets(world.database, items))
    assert [at for at, outcome in enumerate(outcomes) if isinstance(outcome, Refusal)] == [1_034]
    assert world.count("member") == 1_199
    check_invariants(world.database)


def test_a_thousand_members_are_a_handful_of_statements(world: World) -> None:
    items = many(world, 1_000)
    written: list[str] = []
    with unit_of_work(world.database) as work:
        work.fault_point = written.append
        work.lock([BOOK])
        enrol_members.decide(work, items, [])
    assert written == ["journal", "party", "member", "commit"]
    assert world.count("member") == 1_000
