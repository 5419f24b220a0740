"""A month from the command line alone: opening, members, mandates, the town's list, its euros, the credit, the proof."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monnaielocale.cli.app import run
from monnaielocale.store.database import Database
from monnaielocale.words import speak
from tests.bank_files import Bank
from tests.cli.conftest import Answered
from tests.invariants import check_invariants
from tests.towns import list_of
from tests.world import COLLECTION, RESERVE_DIGITAL, World, csv

Typed = Callable[..., Answered]
BOTH = ("E00001", "Maddi Etxe", "150,00"), ("E00002", "Peio Mendi", "75,50")


@pytest.fixture
def world(database: Database) -> World:
    return World.create(database)


@pytest.fixture
def typed(world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Typed:
    """Commands run within the test, in the folder of its files, on the fifth of January."""
    speak("fr")
    monkeypatch.setenv("DATABASE_URL", world.database.url)
    monkeypatch.chdir(tmp_path)

    def type_words(*words: str, code: int = 0) -> Answered:
        found = run(list(words))
        told = capsys.readouterr()
        assert found == code, told.out + told.err
        return Answered(found, told.out, told.err)

    return type_words


def asked(typed: Typed, *words: str, code: int = 0) -> Any:
    """The JSON answer of a command."""
    return json.loads(typed(*words, "--json", code=code).output)


def enrolled(typed: Typed) -> None:
    """Two members with their mandates in force."""
    Path("adherents.csv").write_text(
        "adhérent;nom;type;mandat;part;début\n"
        + "".join(f"{number};{name};particulier;indemnité;totalité;01/01/2026\n" for number, name, _ in BOTH),
        encoding="utf-8",
    )
    done = typed("member", "enrol", "adherents.csv", "--by", "operator", "--on", "2026-01-05")
    assert done.output == "Adhérents nouveaux 2, connus 0\u202f; mandats nouveaux 2, connus 0, signés 0\n"
    again = asked(typed, "member", "enrol", "adherents.csv", "--body", "bayonne", "--by", "operator", "--on", "2026-01-05")
    assert (again["members"], again["mandates_known"]) == ([], ["M-000001", "M-000002"])
    Path("mandat.pdf").write_bytes(b"%PDF-1.7 signed")
    for mandate in ("M-000001", "M-000002"):
        signing = ["--document", "mandat.pdf", "--signed-on", "2026-01-03", "--by", "operator", "--on", "2026-01-05"]
        assert typed("mandate", "sign", mandate, *signing).output == f"Mandat {mandate}\u00a0: signé\n"
        accepted = typed("mandate", "accept", mandate, "--by", "second-operator", "--on", "2026-01-05")
        assert accepted.output == f"Mandat {mandate}\u00a0: actif\n"


def run_signed(typed: Typed) -> str:
    """The run of both members, signed by a second person; answers its reference."""
    Path("liste.csv").write_bytes(list_of(*BOTH))
    said = ["--body", "bayonne", "--kind", "official_allowance", "--period", "2026-01", "--list", "1", "--on", "2026-01-05"]
    opened = asked(typed, "run", "import", "liste.csv", *said, "--by", "preparer")
    again = typed("run", "import", "liste.csv", *said, "--by", "preparer")
    assert "rien n’a été fait une seconde fois" in again.output
    assert "2 paiements, 225,50\u00a0€" in again.output
    reference = str(opened["run"])
    refused = asked(typed, "run", "sign", reference, "--by", "preparer", "--on", "2026-01-05", code=1)
    assert refused["code"] in ("role_missing", "second_person_needed")
    assert "en attente de fonds" in typed("run", "sign", reference, "--by", "signer", "--on", "2026-01-05").output
    return reference


def test_a_month_is_kept_from_the_command_line(typed: Typed, world: World) -> None:
    units = ("circulation.digital", 10000), ("issuance.digital", 10000), ("wallet:E00009", 10000)
    world.enrol("E00009", "Xan Etxeberri")
    Path("soldes.csv").write_bytes(csv([(f"bank:{RESERVE_DIGITAL}", 10000), *units]))
    ready = asked(typed, "opening", "prepare", "soldes.csv", "--on", "2026-01-05", "--by", "operator")
    assert ready["circulation_digital_cents"] == 10000
    assert "05/01/2026" in typed("opening", "sign", ready["opening_id"], "--by", "accountant", "--on", "2026-01-05").output
    enrolled(typed)
    reference = run_signed(typed)
    refused = typed("run", "credit", reference, "--by", "operator", "--on", "2026-01-06", code=1)
    assert "Aucun paiement du bordereau" in refused.errors
    slip = typed("run", "slip", reference).output
    assert [line.partition("\u00a0: ")[2] for line in slip.splitlines()[4:]] == [COLLECTION, reference, "28/01/2026"]
    assert asked(typed, "run", "slip", reference)["total_cents"] == 22550
    bank = Bank(COLLECTION)
    Path("releve.txt").write_bytes(bank.cfonb(6, 7, (6, 22550, f"VIR TRESORERIE {reference}"), (7, 2500, "COTISATION XAN")))
    brought = typed("statement", "import", "releve.txt", "--by", "operator", "--on", "2026-01-07")
    assert "mouvements nouveaux 2, connus 0" in brought.output
    assert "Lignes expliquées 1, proposées 0" in brought.output
    assert "déjà connu" in typed("statement", "import", "releve.txt", "--by", "operator", "--on", "2026-01-07").output
    line = asked(typed, "match", "list")[0]
    assert (line["amount_cents"], line["proposals"]) == (2500, [])
    explained_as_dues(typed, line["id"])
    assert (
        "paiements crédités 2, 225,50\u00a0€"
        in typed("run", "credit", reference, "--by", "operator", "--on", "2026-01-07").output
    )
    assert [payment["state"] for payment in asked(typed, "run", "show", reference)["payments"]] == ["credited", "credited"]
    assert "crédité" in typed("run", "show", reference).output
    assert [one["state"] for one in asked(typed, "run", "list")] == ["credited"]
    assert reference in typed("run", "list").output
    assert "comptes rendus" in typed("run", "account", reference, "--by", "operator", "--on", "2026-01-08").output
    for name in ("reddition.xlsx", "reddition.csv", "reddition.json"):
        assert name in typed("export", "run", reference, "--output", name).output
    assert "Crédité le" in Path("reddition.csv").read_text(encoding="utf-8-sig")
    assert json.loads(Path("reddition.json").read_bytes())["totals"]["credited_cents"] == 22550
    assert asked(typed, "proof", "--on", "2026-01-07")["holds"]
    assert "31/12" not in typed("close", "2026-01-07", "--by", "accountant", "--on", "2026-01-08").output
    assert world.wallet("E00001") == 15000
    check_invariants(world.database)


def explained_as_dues(typed: Typed, line: str) -> None:
    """One person says what a line is for; another confirms it, undoes it, and all begins again."""
    given = ["--by", "operator", "--on", "2026-01-07"]
    proposed = asked(typed, "match", "propose", line, "--kind", "dues", "--amount", "25,00", "--note", "adhésion", *given)
    assert "adhésion" in typed("match", "list").output
    alone = typed("match", "confirm", proposed["match_id"], *given, code=1)
    assert "une autre personne doit la confirmer" in alone.errors
    typed("match", "reject", proposed["match_id"], "--by", "accountant", "--on", "2026-01-07")
    second = asked(typed, "match", "propose", line, "--kind", "dues", "--amount", "25,00", *given)["match_id"]
    confirmed = typed("match", "confirm", second, "--by", "accountant", "--on", "2026-01-07")
    assert "confirmé" in confirmed.output
    undone = typed("match", "undo", second, "--reason", "vérification", "--by", "accountant", "--on", "2026-01-07")
    assert "défait" in undone.output
    third = asked(typed, "match", "propose", line, "--kind", "dues", "--amount", "25,00", *given)["match_id"]
    assert asked(typed, "match", "confirm", third, "--by", "accountant", "--on", "2026-01-07")[0]["state"] == "confirmed"
    assert "Lignes expliquées 0" in typed("match", "search", *given).output
    wrong = typed("match", "undo", "RF18", "--reason", "x", "--by", "accountant", code=2)
    assert "n’est pas un identifiant" in wrong.errors


def test_every_fault_of_a_list_is_shown_by_its_row(typed: Typed) -> None:
    enrolled(typed)
    Path("liste.csv").write_bytes(list_of(("E00001", "Maddi Etxe", "150,005"), ("E00077", "Inconnue", "10,00")))
    said = ["--body", "bayonne", "--kind", "official_allowance", "--period", "2026-01", "--list", "1", "--on", "2026-01-05"]
    refused = typed("run", "import", "liste.csv", *said, "--by", "preparer", code=1)
    assert "ligne 2, Montant, 150,005\u00a0: 150,005 n’est pas un montant" in refused.errors
    assert "ligne 3" in refused.errors
    faults = asked(typed, "run", "import", "liste.csv", *said, "--by", "preparer", code=1)["faults"]
    assert (faults[0]["row_number"], faults[0]["code"]) == (2, "amount_unreadable")


def test_a_run_that_is_not_wanted_is_cancelled_and_a_mandate_taken_back(typed: Typed) -> None:
    enrolled(typed)
    reference = run_signed(typed)
    cancelled = typed("run", "cancel", reference, "--reason", "liste en double", "--by", "preparer", "--on", "2026-01-06")
    assert cancelled.output == f"Bordereau {reference}\u00a0: annulé\n"
    given = ["--by", "operator", "--on", "2026-01-06"]
    drafted = typed("mandate", "draft", "E00001", "--body", "bayonne", "--kind", "grant", "--from", "2026-01-01", *given)
    assert drafted.output == "Mandat M-000003\u00a0: en projet\n"
    revoked = typed("mandate", "revoke", "M-000001", "--revoked-on", "2026-01-06", "--reason", "courrier", *given)
    assert revoked.output == "Mandat M-000001\u00a0: révoqué\n"
    ended = typed("mandate", "end", "M-000002", "--ended-on", "2026-06-30", "--reason", "fin de mandat électif", *given)
    assert ended.output == "Mandat M-000002\u00a0: actif\n"
