"""A convention enters the books once; amendments and ends are added to it, and nothing that was loaded changes."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from monnaielocale.actions.conventions import (
    BankAccountTaken,
    BookOfAnother,
    PartyOfAnotherKind,
    VersionTakenAway,
    load_convention,
)
from monnaielocale.domain.actors import Actor, RoleMissing
from monnaielocale.domain.conventions.convention import (
    ConventionEnded,
    ConventionSuspendedUntilAmended,
    ConventionVersionChanged,
    NoConventionInForce,
    Redeemer,
    VersionEndChanged,
)
from monnaielocale.domain.conventions.faults import ConventionFaults
from monnaielocale.domain.conventions.rules import PartyNotOfConvention
from monnaielocale.store.conventions import NoConvention, convention_with, conventions_of, rules_of_book
from monnaielocale.store.database import Database
from monnaielocale.store.people import add_person
from monnaielocale.store.unit_of_work import unit_of_work
from tests.invariants import check_invariants
from tests.world import BOOK, COLLECTION, ISSUER, MONDAY, RESERVE_DIGITAL, RESERVE_NOTES, TOWN, World

FIRST, SECOND = "Convention of 10 January 2018", "Avenant of 7 June 2018"


@pytest.fixture
def administrator(database: Database) -> Actor:
    return add_person(database, login="administrator", name="Administrator", roles=["administrator"])


@pytest.fixture
def text(conventions: Path) -> str:
    """The convention of Bayonne, of two versions."""
    return (conventions / "bayonne-eusko.toml").read_text(encoding="utf-8")


def load(database: Database, actor: Actor, text: str) -> dict[str, Any]:
    return load_convention(database, actor, text.encode(), MONDAY)


def first_version(text: str) -> str:
    """The convention before its amendment."""
    return "[[versions]]\n" + text.split("[[versions]]\n")[1]


def ended(text: str, ended_on: str) -> str:
    """The convention with the last day of its second version."""
    version, sources = "in_force_on = 2018-06-07", 'in_force_on = "S: banquedesterritoires'
    return text.replace(version, f"ended_on = {ended_on}\n{version}").replace(sources, f'ended_on = "illustrative"\n{sources}')


def with_amendment(text: str, label: str, in_force_on: str, **changes: str) -> str:
    """The convention with one more version, made from its last one."""
    last = text.split("[[versions]]\n")[-1].replace(SECOND, label).replace("2018-06-07", in_force_on)
    for old, new in changes.items():
        last = last.replace(old, new)
    return f"{text}\n[[versions]]\n{last}"


def rows(database: Database, sql: str) -> list[Any]:
    with database.reading() as connection:
        return connection.execute(sql).fetchall()


def test_parties_book_and_bank_accounts_enter_with_the_convention(database: Database, administrator: Actor, text: str) -> None:
    answer = load(database, administrator, text)
    assert (answer["convention"], answer["book"], answer["loaded"]) == ("bayonne-eusko", BOOK, [FIRST, SECOND])
    assert rows(database, "SELECT code, kind FROM party ORDER BY code") == [(TOWN, "public_body"), (ISSUER, "issuer")]
    assert rows(database, "SELECT book.code, unit_currency, party.code FROM book JOIN party ON party.id = party_id") == [
        (BOOK, "EUS", ISSUER)
    ]
    assert rows(database, "SELECT iban, purpose, form FROM bank_account ORDER BY iban") == [
        (RESERVE_DIGITAL, "reserve", "digital"),
        (RESERVE_NOTES, "reserve", "notes"),
        (COLLECTION, "collection", "digital"),
    ]
    check_invariants(database)


def test_the_same_file_again_changes_nothing(database: Database, administrator: Actor, text: str) -> None:
    load(database, administrator, text)
    before = rows(database, "SELECT count(*) FROM event")
    again = load(database, administrator, text)
    assert (again["loaded"], again["ended"], again["unchanged"], again["event_id"]) == ([], [], [FIRST, SECOND], None)
    assert rows(database, "SELECT count(*) FROM event") == before


def test_a_source_may_be_completed_later(database: Database, administrator: Actor, text: str) -> None:
    load(database, administrator, text)
    assert (
        load(database, administrator, text.replace('crediting = "illustrative"', 'crediting = "S: the avenant"'))["loaded"] == []
    )


def test_an_amendment_is_a_new_version_beside_those_that_stay(database: Database, administrator: Actor, text: str) -> None:
    load(database, administrator, text)
    answer = load(database, administrator, with_amendment(text, "Avenant of 2026", "2026-03-01"))
    assert (answer["loaded"], answer["unchanged"]) == (["Avenant of 2026"], [FIRST, SECOND])
    assert rows(database, "SELECT label FROM convention_version ORDER BY in_force_on") == [
        (FIRST,),
        (SECOND,),
        ("Avenant of 2026",),
    ]
    check_invariants(database)


def test_a_bank_account_of_an_amendment_is_opened_with_it(database: Database, administrator: Actor, text: str) -> None:
    load(database, administrator, text)
    new = {"FR76 9999 9000 0100 0000 0000 309": "FR76 8888 8000 0200 0000 0000 258"}
    load(database, administrator, with_amendment(text, "Avenant of 2026", "2026-03-01", **new))
    assert rows(database, "SELECT purpose, form FROM bank_account WHERE iban = 'FR7688888000020000000000258'") == [
        ("collection", "digital")
    ]


def test_a_bank_account_keeps_its_purpose_and_form(database: Database, administrator: Actor, text: str) -> None:
    load(database, administrator, text)
    swapped = {'purpose = "collection"\nform = "digital"': 'purpose = "collection"\nform = "notes"'}
    with pytest.raises(BankAccountTaken, match=COLLECTION):
        load(database, administrator, with_amendment(text, "Avenant of 2026", "2026-03-01", **swapped))


def test_the_euros_of_one_account_do_not_stand_in_two_books(
    database: Database, administrator: Actor, text: str, conventions: Path
) -> None:
    load(database, administrator, text)
    other = (conventions / "grenoble-cairn.toml").read_text(encoding="utf-8")
    with pytest.raises(BankAccountTaken):
        load(database, administrator, other.replace("FR76 9999 9000 0100 0000 0000 406", RESERVE_DIGITAL))
    assert rows(database, "SELECT code FROM book") == [(BOOK,)]


def test_a_changed_version_is_refused_naming_its_keys(database: Database, administrator: Actor, text: str) -> None:
    load(database, administrator, text)
    with pytest.raises(ConventionVersionChanged, match=r"crediting\.within_days") as refused:
        load(database, administrator, text.replace("within_days = 1\n", "within_days = 2\n"))
    assert refused.value.values["version"] == SECOND


def test_a_version_that_was_loaded_is_not_taken_away(database: Database, administrator: Actor, text: str) -> None:
    load(database, administrator, text)
    with pytest.raises(VersionTakenAway) as refused:
        load(database, administrator, first_version(text))
    assert refused.value.values["version"] == SECOND


def test_an_end_that_is_known_later_is_recorded_once(database: Database, administrator: Actor, text: str) -> None:
    load(database, administrator, text)
    answer = load(database, administrator, ended(text, "2026-06-30"))
    assert (answer["loaded"], answer["ended"]) == ([], [SECOND])
    assert load(database, administrator, ended(text, "2026-06-30"))["event_id"] is None
    with pytest.raises(VersionEndChanged):
        load(database, administrator, text)
    with pytest.raises(VersionEndChanged):
        load(database, administrator, ended(text, "2026-07-31"))
    check_invariants(database)


def test_conventions_are_rebuilt_as_they_were_loaded(database: Database, administrator: Actor, text: str) -> None:
    load(database, administrator, ended(text, "2026-06-30"))
    with unit_of_work(database) as work:
        known = conventions_of(work, [BOOK])
        loaded = convention_with(known, BOOK, TOWN)
        version = loaded.convention.version_for(MONDAY)
        assert (version.label, version.ended_on) == (SECOND, date(2026, 6, 30))
        ids = {row.in_force_on: row.version_id for row in work.rows("convention_versions", books=[BOOK])}
        assert loaded.id_of(version) == ids[version.in_force_on]
        assert rules_of_book(known, BOOK, MONDAY) == version
        with pytest.raises(NoConventionInForce):
            rules_of_book(known, BOOK, date(2017, 12, 31))
        with pytest.raises(ConventionSuspendedUntilAmended):
            rules_of_book(known, BOOK, date(2018, 5, 4))
        with pytest.raises(ConventionEnded):
            rules_of_book(known, BOOK, date(2026, 7, 1))
        with pytest.raises(PartyNotOfConvention):
            convention_with(known, BOOK, "anglet")
        with pytest.raises(NoConvention):
            rules_of_book(known, "cairn", MONDAY)


def test_the_association_has_its_last_word_in_the_convention_that_came_last(
    database: Database, administrator: Actor, text: str
) -> None:
    load(database, administrator, text)
    lines = [line for line in first_version(text).splitlines() if not line.startswith("suspended_on")]
    other_town = "\n".join(lines).replace(f'code = "{TOWN}"', 'code = "anglet"').replace("2018-01-10", "2020-01-01")
    load(database, administrator, other_town.replace("fee_basis_points = 500", "fee_basis_points = 300"))
    with unit_of_work(database) as work:
        known = conventions_of(work, [BOOK])
        assert set(known) == {(BOOK, TOWN), (BOOK, "anglet")}
        fees = [dict(rules_of_book(known, BOOK, day).redemption)[Redeemer.BUSINESS] for day in (date(2019, 1, 1), MONDAY)]
    assert fees == [500, 300]
    assert rows(database, "SELECT count(*) FROM bank_account") == [(3,)]


def test_a_faulty_file_leaves_nothing(database: Database, administrator: Actor, text: str) -> None:
    with pytest.raises(ConventionFaults):
        load(database, administrator, text.replace("within_days = 1\n", "within_days = -1\n"))
    assert rows(database, "SELECT count(*) FROM party") == [(0,)]


def test_a_book_belongs_to_one_association(database: Database, administrator: Actor, text: str) -> None:
    load(database, administrator, text)
    with pytest.raises(BookOfAnother):
        load(database, administrator, text.replace(f'code = "{ISSUER}"', 'code = "another"').replace(TOWN, "anglet"))
    with pytest.raises(BookOfAnother):
        load(database, administrator, text.replace('code = "EUS"', 'code = "EUX"').replace(f'"{TOWN}"', '"anglet"'))
    assert rows(database, "SELECT count(*) FROM party") == [(2,)]


def test_a_code_names_one_party(database: Database, administrator: Actor, text: str) -> None:
    load(database, administrator, text)
    with pytest.raises(PartyOfAnotherKind):
        load(database, administrator, text.replace(f'code = "{TOWN}"', f'code = "{ISSUER}"').replace(BOOK, "other"))


def test_the_accountant_loads_amendments_of_their_own_association(database: Database, conventions: Path, text: str) -> None:
    world = World.create(database)
    amended = with_amendment(text, "Avenant of 2026", "2026-03-01")
    assert load(database, world.actor("accountant"), amended)["loaded"] == ["Avenant of 2026"]
    with pytest.raises(RoleMissing):
        load(database, world.actor("operator"), text)
    with pytest.raises(RoleMissing):
        load(database, world.actor("accountant"), (conventions / "grenoble-cairn.toml").read_text(encoding="utf-8"))
    assert rows(database, "SELECT count(*) FROM book") == [(1,)]
