"""The schema, the people, the proof, the check and the exports from the command line, on a real database."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg
import pytest

from monnaielocale.store.database import Database
from tests.cli.conftest import Command
from tests.desks import POOL, Pool
from tests.world import BOOK, RESERVE_DIGITAL, World


@pytest.fixture
def empty_database(database: Database) -> Iterator[str]:
    """The address of a database with nothing in it."""
    name = f"empty_{uuid4().hex[:12]}"
    known = urlsplit(database.url).path.removeprefix("/")
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        yield database.url.replace(f"/{known}", f"/{name}", 1)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_migrating_prepares_an_empty_database_and_again_changes_nothing(
    empty_database: str, command_on: Callable[[str], Command]
) -> None:
    command = command_on(empty_database)
    before = command("user", "list")
    assert before.code == 1
    assert "monnaielocale migrate" in before.errors
    for _ in range(2):
        answered = command("migrate")
        assert (answered.code, answered.output) == (0, "La base de données est à jour.\n"), answered.errors
    assert command("user", "list", "--json").json() == []


def test_without_an_address_the_command_brings_its_own_server(command_alone: Command) -> None:
    migrated = command_alone("migrate")
    assert migrated.code == 0, migrated.errors
    assert command_alone("user", "add", "alba", "--name", "Alba", "--role", "administrator").code == 0
    assert [one["login"] for one in command_alone("user", "list", "--json").json()] == ["alba"]


def test_a_database_that_does_not_answer_is_named_without_its_password(command_on: Callable[[str], Command]) -> None:
    answered = command_on("postgresql://somebody:very-secret@127.0.0.1:9/nothing")("check", "--json")
    assert answered.code == 1
    assert answered.json()["code"] == "database_unreachable"
    assert "very-secret" not in answered.output + answered.errors


def test_people_are_added_listed_and_given_roles(books: Command, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("un secret assez long\n", encoding="utf-8")
    added = books("user", "add", "alba", "--name", "Alba Etxe", "--role", "administrator", "--password-file", "secret")
    assert (added.code, added.output) == (0, "Personne ajoutée\u00a0: alba.\n"), added.errors
    assert books("user", "add", "denis", "--name", "Denis", "--by", "alba").code == 0
    granted = books("user", "grant", "denis", "auditor", "--by", "alba")
    assert granted.output == "Rôles de denis\u00a0: auditeur.\n"
    people = books("user", "list", "--json").json()
    assert [(one["login"], one["roles"]) for one in people] == [("alba", ["administrator"]), ("denis", ["auditor"])]
    assert "Alba Etxe" in books("user", "list").output
    assert books("user", "withdraw", "denis", "auditor", "--by", "alba").output == "denis n’a plus aucun rôle.\n"
    short = books("user", "password", "denis", "--by", "alba", "--password-file", "secret")
    assert short.code == 0


def test_a_refused_person_is_told_why(books: Command) -> None:
    assert books("user", "add", "alba", "--name", "Alba", "--role", "administrator").code == 0
    refused = books("user", "add", "bixente", "--name", "Bixente", "--role", "auditor")
    assert refused.code == 1
    assert "Il y a déjà un administrateur" in refused.errors
    unknown = books("user", "grant", "alba", "auditor", "--by", "nobody", "--json")
    assert (unknown.code, unknown.json()["code"]) == (1, "person_unknown")


def test_the_proof_and_the_check_of_an_empty_book_hold(database: Database, books: Command) -> None:
    World.create(database)
    proof = books("proof", "--on", "2026-01-31", "--json")
    assert proof.code == 0, proof.output
    assert (proof.json()["book"], proof.json()["holds"]) == (BOOK, True)
    assert "Chaque unité est garantie." in books("proof", "--on", "31/01/2026").output
    checked = books("check", "--json")
    assert checked.code == 0, checked.output
    assert checked.json()["holds"] is True
    assert {"entry_sums", "durability", "chain"} <= {rule["rule"] for rule in checked.json()["rules"]}


def test_the_report_of_a_desk_is_written_and_its_alarms_are_told_by_the_check(
    database: Database, books: Command, tmp_path: Path
) -> None:
    pool = Pool.opened(World.create(database))
    asked = ("export", "desk", POOL, "--from", "2026-01-01", "--until", "31/01/2026")
    told = books(*asked).json()
    assert (told["desk"], told["label"], told["notes_are_revenue"]) == (POOL, "Piscine municipale", True)
    for name in ("regie.xlsx", "regie.csv"):
        written = books(*asked, "--output", str(tmp_path / name))
        assert written.code == 0 and (tmp_path / name).stat().st_size > 100, written.errors
    unknown = books("export", "desk", "bayonne-spa", "--from", "2026-01-01")
    assert unknown.code == 1 and "Aucune régie" in unknown.errors
    assert books("check", "--json").json()["alarms"] == []
    pool.take(euros=900_00)
    alarms = books("check", "--json").json()["alarms"]
    assert {"ceiling_near", "pay_in_due"} == {alarm["kind"] for alarm in alarms}
    checked = books("check")
    assert checked.code == 0 and f"! {POOL}" in checked.output


def test_what_fails_is_shown_with_its_query(database: Database, books: Command) -> None:
    World.create(database)
    with psycopg.connect(database.url) as connection:
        connection.execute("ALTER TABLE event DISABLE TRIGGER USER")
        connection.execute("UPDATE event SET details = '{}'")
    answered = books("check")
    assert answered.code == 1
    assert "✗ La chaîne des lots d’écritures est intacte" in answered.output
    assert "SELECT" in answered.output
    failing = [rule for rule in books("check", "--json").json()["rules"] if not rule["holds"]]
    assert all(rule["found"] and rule["query"] for rule in failing)


def test_a_day_that_is_none_is_a_mistake_of_typing(books: Command) -> None:
    answered = books("proof", "--on", "hier", "--json")
    assert (answered.code, answered.json()["code"]) == (2, "day_not_understood")


def test_several_books_must_be_told_apart(database: Database, books: Command) -> None:
    none = books("proof", "--json")
    assert (none.code, none.json()["code"]) == (1, "no_book_yet")
    world = World.create(database)
    world.load("grenoble-cairn.toml")
    answered = books("proof", "--json")
    assert (answered.code, answered.json()["code"]) == (1, "book_needed")
    assert books("proof", "--book", BOOK, "--json").code == 0
    assert books("proof", "--book", "unheard-of", "--json").json()["code"] == "book_unknown"


def test_a_book_is_exported_to_hledger_which_accepts_it(database: Database, books: Command, tmp_path: Path) -> None:
    world = World.create(database)
    world.enrol("E00001", "Maddi Etxe")
    units = ("circulation.digital", 10000), ("issuance.digital", 10000), ("wallet:E00001", 10000)
    world.open((f"bank:{RESERVE_DIGITAL}", 10000), *units)
    answered = books("export", "hledger", "--book", BOOK, "--output", "eusko.journal")
    assert answered.code == 0, answered.errors
    journal = (tmp_path / "eusko.journal").read_bytes()
    assert books("export", "hledger", "--book", BOOK).output.encode() == journal
    assert b"wallet:E00001" in journal
    refused = books("export", "hledger", "--book", BOOK, "--output", str(tmp_path))
    assert refused.code == 2
    hledger = shutil.which("hledger")
    if hledger is None:
        pytest.skip("hledger is not installed")
    subprocess.run(
        [hledger, "-f", str(tmp_path / "eusko.journal"), "check", "--strict"],
        check=True,
        env=dict(os.environ, LANG="C.UTF-8", LC_ALL="C.UTF-8"),
    )


def test_an_account_shows_its_balance_and_its_lines(database: Database, books: Command) -> None:
    world = World.create(database)
    world.enrol("E00001", "Ane Etxeberri")
    world.fund("E00001", 2500)
    shown = books("account", "wallet:E00001", "--on", "2026-12-31", "--json")
    assert shown.code == 0, shown.output
    assert (shown.json()["balance_cents"], shown.json()["currency"]) == (2500, "EUS")
    assert [line["balance_cents"] for line in shown.json()["lines"]] == [2500]
    assert books("account", "wallet:E00001", "--at", "2020-01-01T00:00", "--json").json()["balance_cents"] == 0
    assert "wallet:E00001 porte 25,00" in books("account", "wallet:E00001").output.replace("\u202f", " ")
    assert books("account", "wallet:E00001", "--at", "soon").code == 2
    assert books("account", "wallet:E99999").code == 1
