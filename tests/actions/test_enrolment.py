"""The association's own list enters whole: members, and their mandates drafted and signed."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from monnaielocale.actions.enrolment import EnrolFromFile, enrol_from_files
from monnaielocale.actions.mandates import AcceptMandate, accept_mandates
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.domain.actors import RoleMissing
from monnaielocale.domain.conventions.rules import PartyNotOfConvention
from monnaielocale.domain.files import RowsRefused
from monnaielocale.store.database import Database
from monnaielocale.store.mandates import mandate_history
from tests.invariants import check_invariants
from tests.towns import SCAN, each_done
from tests.world import BOOK, TOWN, World
from tests.yardstick import yardsticks

HEADINGS = "Adhérent;Nom;Type;Mandat;Part;Montant;Objet;Début;Fin;Signé le"
ANE = "E00001;Ane Etxeberri;particulier;indemnité;plafond;300,00;;01/01/2026;;02/01/2026"
ANE_AGAIN = "E00001;;;indemnité;fixe;50,00;Adjointe;01/01/2026;31/12/2026;02/01/2026"
IKASTOLA = "A00001;Ikastola Invented;association;subvention;totalité;;;01/01/2026;31/12/2026;"


@pytest.fixture
def world(database: Database) -> World:
    return World.create(database)


def listing(world: World, *rows: str, by: str = "operator", **given: Any) -> EnrolFromFile:
    data = "\n".join((HEADINGS, *rows)).encode()
    plain = EnrolFromFile(world.actor(by), BOOK, TOWN, "adherents.csv", data, world.on, "mandates.pdf", SCAN)
    return replace(plain, **given)


def enrol(world: World, *rows: str, **given: Any) -> dict[str, Any]:
    return world.do(enrol_from_files, listing(world, *rows, **given))


def faults(refused: RowsRefused) -> list[tuple[int, str, str]]:
    return [(fault.row_number, fault.column, fault.refusal.code) for fault in refused.faults]


def test_a_list_gives_members_and_mandates_drafted_and_signed(world: World) -> None:
    done = enrol(world, ANE, ANE_AGAIN, IKASTOLA)
    assert done["members"] == ["E00001", "A00001"]
    assert done["mandates"] == ["M-000001", "M-000002", "M-000003"]
    assert done["signed"] == ["M-000001", "M-000002"]
    second = world.actor("second-operator")
    accepted = each_done(world, accept_mandates, (AcceptMandate(second, BOOK, number, world.on) for number in done["signed"]))
    assert [each["state"] for each in accepted] == ["active", "active"]
    with world.database.reading() as connection:
        history = mandate_history(connection, BOOK, "M-000001")
    assert [(each.act, each.acted_on) for each in history][1] == ("signed", date(2026, 1, 2))
    assert world.count("document") == 1
    check_invariants(world.database)


def test_t1_the_same_list_twice_adds_nothing(world: World) -> None:
    item = listing(world, ANE, IKASTOLA)
    first, second = perform(world.database, enrol_from_files, [item, item])
    assert isinstance(first, Answer) and isinstance(second, Answer)
    again = world.do(enrol_from_files, item)
    for repeated in (second.content, again):
        assert (repeated["members"], repeated["mandates"], repeated["signed"]) == ([], [], [])
        assert (repeated["members_known"], repeated["mandates_known"]) == (["E00001", "A00001"], ["M-000001", "M-000002"])
    assert (world.count("member"), world.count("collection_mandate")) == (2, 2)


def test_a_list_completed_later_signs_what_was_drafted(world: World) -> None:
    unsigned = ANE.removesuffix("02/01/2026")
    assert enrol(world, unsigned)["signed"] == []
    assert enrol(world, ANE)["signed"] == ["M-000001"]
    assert world.count("collection_mandate") == 1


def test_t2_every_fault_of_every_row_is_named_and_nothing_is_kept(world: World) -> None:
    world.enrol("E00009", "Somebody Else")
    members = world.count("member")
    with pytest.raises(RowsRefused) as refused:
        enrol(
            world,
            ANE,
            "E00009;Maite Goyhenetche;particulier;;;;;;;",
            "E00010;;;indemnité;totalité;;;01/01/2026;;",
            "E00011;Xabi Invented;particulier;paie;fixe;cent;;01/01/2026;;",
            "E00012;Peio Invented;particulier;paie;totalité;;;01/12/2017;;",
            "E00013;Kattin Invented;particulier;paie;totalité;;;01/01/2026;;31/01/2026",
            ANE,
        )
    assert faults(refused.value) == [
        (3, "Nom", "member_already_exists"),
        (4, "Adhérent", "member_unknown"),
        (5, "Montant", "amount_unreadable"),
        (6, "Début", "no_convention_in_force"),
        (7, "Signé le", "signature_later"),
        (8, "Adhérent", "row_repeated"),
    ]
    assert world.count("member") == members
    assert world.count("collection_mandate") == world.count("document") == 0
    check_invariants(world.database)


def test_a_signature_without_its_scan_is_a_fault(world: World) -> None:
    with pytest.raises(RowsRefused) as refused:
        enrol(world, ANE, document=b"")
    assert faults(refused.value) == [(2, "Signé le", "document_missing")]


def test_only_the_association_of_a_convention_enrols(world: World) -> None:
    with pytest.raises(RoleMissing):
        enrol(world, ANE, by="preparer")
    with pytest.raises(PartyNotOfConvention):
        enrol(world, ANE, public_body="biarritz")
    assert world.count("member") == 0


def test_of_two_lists_the_faulty_one_is_refused_alone(world: World) -> None:
    outcomes = perform(world.database, enrol_from_files, [listing(world, ANE + "x"), listing(world, IKASTOLA)])
    assert isinstance(outcomes[0], RowsRefused) and isinstance(outcomes[1], Answer)
    assert world.count("member") == 1


def test_two_thousand_members_enter_with_their_mandates(world: World) -> None:
    rows = [ANE.replace("E00001", f"F{number:05d}") for number in range(2000)]
    entered: dict[str, Any] = {}
    assert yardsticks(lambda: entered.update(enrol(world, *rows)), waiting=True) < 150
    assert len(entered["signed"]) == 2000
