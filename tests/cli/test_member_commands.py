"""A small day of members from the command line: notes, payments, a reversal, a redemption and a departure."""

import pytest

from monnaielocale.cli.app import run
from monnaielocale.store.database import Database
from monnaielocale.words import speak
from tests.cli.conftest import Command
from tests.invariants import check_invariants
from tests.world import MEMBER_IBAN, World

GIVEN = ("--by", "operator", "--on", "2026-01-05")


def plainly(text: str) -> str:
    """The text with ordinary spaces."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def test_members_get_units_pay_each_other_redeem_and_leave(database: Database, books: Command) -> None:
    world = World.create(database)
    world.enrol("E00001", "Maddi Etxe")
    world.enrol("Z00002", "Okindegia", "business", MEMBER_IBAN)
    world.fund("E00001", 100_00)
    printed = books("notes", "move", "printed", "--notes", "20=400", "--notes", "5=100,00", *GIVEN)
    assert (printed.code, plainly(printed.output)) == (0, "billets imprimés : 500,00 en monnaie locale\n"), printed.errors

    paid = books("member", "pay", "E00001", "Z00002", "60,00", "--key", "ticket-1", *GIVEN, "--json").json()
    assert world.pay("E00001", "Z00002", 60_00, key="ticket-1") == paid
    assert (world.wallet("E00001"), world.wallet("Z00002")) == (40_00, 60_00)
    shown = books("event", "show", paid["event_id"])
    assert all(told in shown.output for told in ("paiement entre adhérents", "operator", "wallet:Z00002")), shown.errors
    number = world.count("event")
    undone = books("event", "reverse", str(number), "--reason", "montant mal saisi", *GIVEN)
    assert undone.output == f"L’événement {number} (paiement entre adhérents) est contre-passé.\n", undone.errors
    back = books("event", "list", "--after", str(number), "--json").json()
    assert [(one["login"], one["reason"], one["reverses"]) for one in back] == [("operator", "montant mal saisi", number)]
    assert {line["account"]: line["amount_cents"] for line in back[0]["lines"]} == {
        "wallet:E00001": 60_00,
        "wallet:Z00002": -60_00,
    }

    world.pay("E00001", "Z00002", 60_00)
    redeemed = books("member", "redeem", "Z00002", "40,00", *GIVEN)
    assert plainly(redeemed.output) == "Adhérent Z00002 : 40,00 reconvertis, commission 2,00 €, 38,00 € à virer\n", (
        redeemed.errors
    )
    gone = books(
        "member", "leave", "Z00002", "--reason", "cessation", "--remainder", "transfer", "--transfer-to", "E00001", *GIVEN
    )
    assert plainly(gone.output) == "L’adhérent Z00002 est parti.\n20,00 transférés à E00001\n", gone.errors
    assert world.wallet("E00001") == 60_00
    check_invariants(database)


def test_what_is_mistyped_is_told_before_any_database_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    speak("fr")
    assert run(["notes", "move", "printed", "--notes", "20:400", *GIVEN]) == 2
    assert "écrivez la coupure et le montant, comme 20=400" in capsys.readouterr().err
    assert run(["member", "leave", "E00001", "--reason", "décès", "--remainder", "transfer", *GIVEN]) == 2
    assert "--transfer-to" in capsys.readouterr().err
    assert run(["event", "show", "le-dernier"]) == 2
    assert "n’est pas un identifiant" in capsys.readouterr().err
