"""Collection mandates through the real actions: who may, what is kept, and a history that nobody can rewrite."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256

import psycopg
import pytest

from monnaielocale.actions.mandates import (
    AcceptMandate,
    EndMandate,
    RevokeMandate,
    SignMandate,
    accept_mandates,
    draft_mandates,
    end_mandates,
    revoke_mandates,
    sign_mandates,
)
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.domain.actors import ActsForAnother, RoleMissing, SecondPersonNeeded
from monnaielocale.domain.conventions.convention import NoConventionInForce
from monnaielocale.domain.conventions.rules import PartyNotOfConvention
from monnaielocale.domain.members import MemberUnknown
from monnaielocale.domain.payments import mandates as rules
from monnaielocale.store.database import Database
from monnaielocale.store.mandates import mandate_history
from tests.invariants import check_invariants
from tests.towns import NEW_YEAR, SCAN, drafting, each_done, mandate_in_force, mandates_in_force
from tests.world import BOOK, MONDAY, World
from tests.yardstick import yardsticks


@pytest.fixture
def world(database: Database) -> World:
    world = World.create(database)
    world.enrol("E00001", "Ane Etxeberri")
    world.enrol("E00002", "Bixente Harispe")
    return world


def sign(
    world: World, number: str, *, by: str = "operator", document: bytes = SCAN, signed_on: date = MONDAY
) -> dict[str, object]:
    return world.do(sign_mandates, SignMandate(world.actor(by), BOOK, number, "mandate.pdf", document, signed_on, world.on))


def accept(world: World, number: str, *, by: str = "second-operator") -> dict[str, object]:
    return world.do(accept_mandates, AcceptMandate(world.actor(by), BOOK, number, world.on))


def revoke(world: World, number: str, *, by: str = "operator", revoked_on: date = MONDAY) -> dict[str, object]:
    return world.do(revoke_mandates, RevokeMandate(world.actor(by), BOOK, number, revoked_on, "changed her mind", world.on))


def test_a_mandate_is_drafted_signed_accepted_and_its_history_says_by_whom(world: World) -> None:
    number = world.do(draft_mandates, drafting(world, "E00001", 30000))["mandate"]
    assert number == "M-000001"
    assert sign(world, number)["state"] == "signed"
    assert accept(world, number)["state"] == "active"
    with world.database.reading() as connection:
        history = mandate_history(connection, BOOK, number)
    assert [(each.act, each.login) for each in history] == [
        ("drafted", "operator"),
        ("signed", "operator"),
        ("accepted", "second-operator"),
    ]
    assert (history[1].document_name, history[1].document_sha256) == ("mandate.pdf", sha256(SCAN).digest())
    check_invariants(world.database)


def test_a_mandate_is_accepted_by_another_person_than_the_one_who_entered_it(world: World) -> None:
    number = world.do(draft_mandates, drafting(world, "E00001"))["mandate"]
    sign(world, number, by="second-operator")
    with pytest.raises(SecondPersonNeeded):
        accept(world, number, by="operator")
    assert accept(world, number, by="accountant")["state"] == "active"


def test_only_the_association_enters_and_accepts_mandates(world: World) -> None:
    with pytest.raises(RoleMissing):
        world.do(draft_mandates, drafting(world, "E00001", by="preparer"))
    number = world.do(draft_mandates, drafting(world, "E00001"))["mandate"]
    with pytest.raises(RoleMissing):
        sign(world, number, by="preparer")
    sign(world, number)
    with pytest.raises(RoleMissing):
        accept(world, number, by="signer")
    with pytest.raises(RoleMissing):
        revoke(world, number, by="treasurer")


def test_a_mandate_needs_a_member_and_a_convention_that_was_in_force_when_it_begins(world: World) -> None:
    with pytest.raises(MemberUnknown):
        world.do(draft_mandates, drafting(world, "E00099"))
    with pytest.raises(PartyNotOfConvention):
        world.do(draft_mandates, drafting(world, "E00001", public_body="biarritz"))
    with pytest.raises(NoConventionInForce):
        world.do(draft_mandates, drafting(world, "E00001", starts_on=date(2017, 12, 1)))
    assert world.count("collection_mandate") == 0


def test_numbers_are_given_in_turn_and_those_that_people_chose_are_kept(world: World) -> None:
    drafts = [
        drafting(world, "E00001", number="M-000002"),
        drafting(world, "E00001"),
        drafting(world, "E00001"),
        drafting(world, "E00002", number="M-000002"),
        drafting(world, "E00002", number="2026-IND-7"),
        drafting(world, "E00002"),
    ]
    outcomes = perform(world.database, draft_mandates, drafts)
    numbers = [each.content["mandate"] if isinstance(each, Answer) else each.code for each in outcomes]
    assert numbers == ["M-000002", "M-000001", "M-000003", "mandate_number_taken", "2026-IND-7", "M-000004"]
    assert world.do(draft_mandates, drafting(world, "E00001"))["mandate"] == "M-000005"


def test_t20_the_same_request_with_the_same_key_drafts_one_mandate(world: World) -> None:
    item = drafting(world, "E00001", key="draft-1")
    first, second = perform(world.database, draft_mandates, [item, item])
    assert isinstance(first, Answer) and isinstance(second, Answer)
    assert (second.content, second.replayed) == (first.content, True)
    assert world.do(draft_mandates, item) == first.content
    assert world.count("collection_mandate") == 1


def test_of_two_mandates_for_one_matter_accepted_together_the_second_is_refused(world: World) -> None:
    drafts = [drafting(world, "E00001"), drafting(world, "E00001"), drafting(world, "E00001", subject="Adjointe")]
    numbers = [done["mandate"] for done in each_done(world, draft_mandates, drafts)]
    for number in numbers:
        sign(world, number)
    second = world.actor("second-operator")
    outcomes = perform(world.database, accept_mandates, [AcceptMandate(second, BOOK, number, world.on) for number in numbers])
    assert [isinstance(each, Answer) for each in outcomes] == [True, False, True]
    assert isinstance(outcomes[1], rules.MandateOverlaps)
    with pytest.raises(rules.MandateOverlaps):
        accept(world, numbers[1])


def test_after_a_revocation_a_new_mandate_may_be_accepted_from_that_day(world: World) -> None:
    first = mandate_in_force(world, "E00001")
    with pytest.raises(rules.MandateOverlaps):
        mandate_in_force(world, "E00001", starts_on=MONDAY)
    revoke(world, first)
    assert mandate_in_force(world, "E00001", starts_on=MONDAY) == "M-000003"
    check_invariants(world.database)


def test_a_mandate_revoked_before_it_began_leaves_its_place_to_another(world: World) -> None:
    later = mandate_in_force(world, "E00001", starts_on=date(2026, 3, 1))
    revoke(world, later)
    assert mandate_in_force(world, "E00001") == "M-000002"


def test_the_database_itself_refuses_a_second_mandate_for_one_matter(world: World) -> None:
    mandate_in_force(world, "E00001")
    number = world.do(draft_mandates, drafting(world, "E00001"))["mandate"]
    sign(world, number)
    with world.database.connect("writer") as connection, pytest.raises(psycopg.errors.IntegrityError) as refused:
        connection.execute(
            """INSERT INTO mandate_act (mandate_id, position, act, acted_on, acted_by, reason, event_id)
               SELECT signed.mandate_id, 3, 'accepted', signed.acted_on, person.id, '', signed.event_id
                 FROM collection_mandate AS mandate JOIN mandate_act AS signed ON signed.mandate_id = mandate.id
                  AND signed.act = 'signed' JOIN person ON person.login = 'second-operator' WHERE mandate.number = %s""",
            [number],
        )
    assert refused.value.diag.constraint_name == "mandate_active_twice"


def test_t6_a_mandate_in_arrears_can_be_revoked_and_so_can_a_draft_and_an_ended_one(world: World) -> None:
    active = mandate_in_force(world, "E00001")
    months_ago = MONDAY - timedelta(days=90)
    assert revoke(world, active, revoked_on=months_ago)["state"] == "revoked"
    draft = world.do(draft_mandates, drafting(world, "E00002"))["mandate"]
    assert revoke(world, draft)["state"] == "revoked"
    with pytest.raises(rules.MandateRevoked):
        sign(world, draft)
    ended = mandate_in_force(world, "E00002", ends_on=date(2026, 1, 3))
    assert revoke(world, ended)["state"] == "revoked"
    with pytest.raises(rules.MandateRevoked):
        revoke(world, ended)
    with world.database.reading() as connection:
        last = mandate_history(connection, BOOK, active)[-1]
    assert (last.act, last.acted_on, last.reason) == ("revoked", months_ago, "changed her mind")


def test_a_member_revokes_their_own_mandate_and_nobody_elses(world: World) -> None:
    own = mandate_in_force(world, "E00001")
    world.add("ane", f"{BOOK}:E00001", "member")
    world.add("bixente", f"{BOOK}:E00002", "member")
    with pytest.raises(ActsForAnother):
        revoke(world, own, by="bixente")
    assert revoke(world, own, by="ane")["state"] == "revoked"


def test_t26_of_a_batch_the_item_that_names_anothers_mandate_is_refused_alone(world: World) -> None:
    numbers = mandates_in_force(world, drafting(world, "E00001"), drafting(world, "E00002"))
    world.add("ane", f"{BOOK}:E00001", "member")
    ane = world.actor("ane")
    items = [RevokeMandate(ane, BOOK, number, MONDAY, "", MONDAY) for number in reversed(numbers)]
    first, second = perform(world.database, revoke_mandates, items)
    assert isinstance(first, ActsForAnother) and isinstance(second, Answer)


def test_a_mandate_that_ended_holds_on_its_last_day(world: World) -> None:
    number = mandate_in_force(world, "E00001")
    operator = world.actor("operator")
    done = world.do(end_mandates, EndMandate(operator, BOOK, number, MONDAY, "end of office", MONDAY))
    assert done["state"] == "active"
    with pytest.raises(rules.MandateEnded):
        world.do(end_mandates, EndMandate(operator, BOOK, number, MONDAY, "again", MONDAY))
    with pytest.raises(rules.MandateOverlaps):
        mandate_in_force(world, "E00001", starts_on=MONDAY)
    assert mandate_in_force(world, "E00001", starts_on=MONDAY + timedelta(days=1))


def test_a_mandate_that_does_not_exist_is_named(world: World) -> None:
    for attempt in (sign, accept, revoke):
        with pytest.raises(rules.MandateUnknown):
            attempt(world, "M-000042")
    with world.database.reading() as connection, pytest.raises(rules.MandateUnknown):
        mandate_history(connection, BOOK, "M-000042")


def test_a_thousand_mandates_signed_on_one_scan_keep_the_scan_once(world: World) -> None:
    operator = world.actor("operator")
    members = [f"F{number:05d}" for number in range(1000)]
    each_done(
        world, enrol_members, (EnrolMember(operator, BOOK, number, "person", f"Member {number}", NEW_YEAR) for number in members)
    )
    first = drafting(world, members[0], 30000)
    drafts = [replace(first, member=number) for number in members]
    numbers: list[str] = []
    assert yardsticks(lambda: numbers.extend(mandates_in_force(world, *drafts)), waiting=True) < 100
    assert len(set(numbers)) == 1000
    assert world.count("document") == 1
    check_invariants(world.database)
