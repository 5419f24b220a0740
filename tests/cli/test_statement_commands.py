"""Reading bank files from the command line, without any database."""

import json
from pathlib import Path

import pytest

from monnaielocale.formats.bank.statements import read_statement_file, statement_as_json
from tests.cli.conftest import Command

SAMPLES = Path(__file__).parent.parent / "samples"
CFONB120 = SAMPLES / "cfonb120" / "pennylane_example.txt"
CAMT053 = SAMPLES / "camt053" / "pain001_camt053_sample.xml"


def test_a_cfonb120_file_is_read_without_a_database(command: Command) -> None:
    answered = command("statement", "read", str(CFONB120), "--json")
    assert answered.code == 0, answered.errors
    read = statement_as_json(read_statement_file(CFONB120.read_bytes()))
    assert answered.json()["accounts"] == read["accounts"]
    remarks = answered.json()["warnings"]
    assert [remark["code"] for remark in remarks] == [remark["code"] for remark in read["warnings"]]
    assert remarks[0]["message"].startswith("La ligne 19 donne le code banque 15489")
    first = answered.json()["accounts"][0]
    assert first["iban"] == "FR7615589000009876543210088"
    assert first["opening"] == {"amount_cents": -19040}
    assert [movement["amount_cents"] for movement in first["movements"]] == [-3221, -1070, -790]
    assert first["movements"][0]["booked_on"] == "2019-05-16"
    assert {"label", "details", "references", "counterparty", "value_on"} <= set(first["movements"][0])


def test_people_read_a_table_in_french(command: Command) -> None:
    answered = command("statement", "read", str(CFONB120))
    assert answered.code == 0
    assert "Compte FR7615589000009876543210088, du 16/05/2019 au 16/05/2019" in answered.output
    assert "-241,21\u00a0€" in answered.output
    assert "solde de fin" in answered.output


def test_a_file_that_is_refused_is_refused_by_name(command: Command) -> None:
    answered = command("statement", "read", str(CAMT053))
    assert answered.code in (0, 1)
    spoilt = command("statement", "read", str(SAMPLES / "cfonb120" / "pennylane_bad_invalid_date.txt"), "--json")
    assert spoilt.code == 1
    assert spoilt.json()["code"] == "statement_date_unreadable"
    assert spoilt.json()["message"].startswith("La ligne ")


def test_a_refusal_is_said_in_french_on_the_error_output(command: Command) -> None:
    answered = command("statement", "read", str(SAMPLES / "cfonb120" / "pennylane_bad_operation_out_of_statement.txt"))
    assert answered.code == 1
    assert answered.output == ""
    assert "est un mouvement hors de tout relevé." in answered.errors


def test_a_csv_file_is_read_once_its_columns_are_declared(command: Command, tmp_path: Path) -> None:
    listed = tmp_path / "releve.csv"
    listed.write_text("Date;Libellé;Débit;Crédit\n05/01/2026;VIR TRESOR;;1 250,00\n", encoding="utf-8")
    columns = {"account": "FR7699999000010000000000309", "booked_on": "Date", "labels": ["Libellé"]}
    mapping = tmp_path / "colonnes.json"
    mapping.write_text(json.dumps(columns | {"debit": "Débit", "credit": "Crédit"}), encoding="utf-8")
    balances = ["--opening-balance", "100,00", "--closing-balance", "1 350,00"]
    answered = command("statement", "read", "releve.csv", "--mapping", "colonnes.json", *balances, "--json")
    assert answered.code == 0, answered.output
    account = answered.json()["accounts"][0]
    assert (account["opening"], account["closing"]["amount_cents"]) == ({"amount_cents": 10000}, 135000)
    mapping.write_text("[1]", encoding="utf-8")
    assert command("statement", "read", "releve.csv", "--mapping", "colonnes.json").code == 1


def test_a_file_cannot_command_the_terminal(command: Command, tmp_path: Path) -> None:
    name = tmp_path / "releve\x1b[2J.txt"
    answered = command("statement", "read", str(name))
    assert answered.code == 2
    assert "\x1b" not in answered.errors


@pytest.mark.parametrize(
    ("name", "told"),
    [("absent.xml", "Il n’y a pas de fichier absent.xml."), (".", ". est un dossier et non un fichier.")],
)
def test_a_file_that_cannot_be_read_is_a_mistake_of_typing(command: Command, name: str, told: str) -> None:
    answered = command("statement", "read", name)
    assert answered.code == 2
    assert told in answered.errors
    assert answered.output == ""
