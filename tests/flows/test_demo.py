"""The demonstration: it tells what is true, fails when something is not, and touches no books but its own."""

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
import pytest
from rich.console import Console

from monnaielocale.actions.crediting import CreditRun, credit_runs
from monnaielocale.cli.app import run
from monnaielocale.demo import cast, make_files
from monnaielocale.demo.artefacts import let_hledger_judge
from monnaielocale.demo.story import Story, StoryWentWrong
from monnaielocale.demo.telling import Teller
from monnaielocale.domain.actors import Actor
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.money import decimal_text
from monnaielocale.domain.payments.crediting import EurosNotSeen
from monnaielocale.formats.bank.camt053 import read_camt053
from monnaielocale.formats.hledger import JournalBook, JournalEntry, JournalLine, write_journal
from monnaielocale.formats.tabular import read_table
from monnaielocale.settings import Settings
from monnaielocale.store.database import Database
from monnaielocale.store.temporary import TemporaryDatabaseRefused, named, temporary_database
from monnaielocale.words import speak

PREFIX = "monnaielocale_demo"
MARKET_VERDICTS = (
    "change_as_published",
    "count_finds_the_loss",
    "closings_agree",
    "numbers_continuous",
    "receipt_chains_unbroken",
    "every_cairn_is_backed",
    "takings_became_euros",
    "notes_are_revenue",
)
REFUSED = "Refusé :"


@dataclass(frozen=True, slots=True)
class Told:
    """What one telling of the story left: its exit code, its words, its JSON and its files."""

    code: int
    words: str
    result: dict[str, Any]
    folder: Path
    databases_before: set[str]
    databases_after: set[str]

    @property
    def parts(self) -> tuple[str, str]:
        """What is told of Bayonne, and from the market day in Grenoble on."""
        paying_out, market, rest = self.words.partition("Grenoble encaisse des cairns")
        return paying_out, market + rest

    def csv(self, name: str) -> list[dict[str, str]]:
        """The rows of a spreadsheet by their headings, without the totals below."""
        text = (self.folder / name).read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text), delimiter=";"))[:-1]

    def json(self, name: str) -> dict[str, Any]:
        return dict(json.loads((self.folder / name).read_text(encoding="utf-8")))


def databases(url: str) -> set[str]:
    with psycopg.connect(url, autocommit=True) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()}


@pytest.fixture(scope="module")
def told(server_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """The story once, by its command, on a database beside the one that the settings name."""
    folder = tmp_path_factory.mktemp("demo") / "build"
    out, words = io.StringIO(), io.StringIO()
    before = {name for name in databases(server_url) if name.startswith(PREFIX)}
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(words):
        patch.setenv("DATABASE_URL", server_url)
        code = run(["demo", "--output", str(folder), "--language", "fr", "--json"])
    after = {name for name in databases(server_url) if name.startswith(PREFIX)}
    yield Told(code, words.getvalue(), json.loads(out.getvalue()), folder, before, after)
    speak("fr")


def test_everything_that_had_to_be_true_was(told: Told) -> None:
    assert told.code == 0
    assert told.result["holds"]
    assert [verdict["code"] for verdict in told.result["verdicts"] if not verdict["holds"]] == []
    assert {"every_unit_is_backed", "same_files_change_nothing", "invariants_hold", *MARKET_VERDICTS} <= {
        verdict["code"] for verdict in told.result["verdicts"]
    }
    judged = [verdict["code"] for verdict in told.result["verdicts"]]
    assert judged.count("hledger_accepts") == judged.count("hledger_agrees") == (4 if shutil.which("hledger") else 0)


def test_both_bad_rows_are_shown_as_the_person_would_see_them(told: Told) -> None:
    lines = told.words.splitlines()
    amount, number = (next(line for line in lines if line.strip().startswith(row)) for row in ("418", "733"))
    assert "Montant" in amount and "37,00" in amount and "part fixe" in amount
    assert "N° d'adhérent" in number and "E91732" in number and "Il n’y a pas d’adhérent" in number


def test_the_story_shows_each_refusal_and_what_was_known(told: Told) -> None:
    words = " ".join(told.parts[0].split())
    assert words.count(REFUSED) == 4
    assert "entièrement couvert par des euros vus" in words
    assert words.count("déjà connu") == 4
    assert "2 lignes égales sans référence" in words


def test_the_story_fits_on_a_few_pages(told: Told) -> None:
    paying_out, market = told.parts
    assert len(paying_out.splitlines()) <= 180
    assert len(market.splitlines()) <= 130


def test_the_proof_is_written_before_and_after_the_euros_arrived(told: Told) -> None:
    last = json.loads((told.folder / "proof.json").read_text(encoding="utf-8"))
    charged, on_the_road = last["earlier"]
    assert charged["forms"]["digital"]["difference_cents"] == -750
    assert [(cause["kind"], cause["amount_cents"]) for cause in charged["forms"]["digital"]["causes"]] == [("operating", -750)]
    assert charged["forms"]["digital"]["causes"][0]["documents"][0]["document"] == "FRAIS TENUE DE COMPTE JANVIER"
    moving = on_the_road["forms"]["digital"]
    assert (moving["difference_cents"], moving["on_the_road_cents"]) == (0, moving["on_the_road"][0]["amount_cents"])
    assert moving["on_the_road"][0]["age_days"] == 1
    for form in last["forms"].values():
        assert (form["difference_cents"], form["on_the_road_cents"], form["causes"]) == (0, 0, [])
        assert form["reserve_cents"] == form["circulation_cents"]


def test_the_account_of_the_thousand_names_the_one_who_revoked(told: Told) -> None:
    book = read_table((told.folder / "summary.xlsx").read_bytes(), file_name="summary.xlsx")
    assert any(cast.STAFF_LIST.reference in row.cells for row in book.rows)
    with zipfile.ZipFile(told.folder / "summary.xlsx") as archive:
        texts = archive.read("xl/sharedStrings.xml").decode()
    assert "mandat révoqué" in texts and cast.REVOKES.member.name in texts


def test_the_journal_holds_what_circulates(told: Told) -> None:
    journal = (told.folder / "journal.hledger").read_text(encoding="utf-8")
    total = sum(cents for _, cents in cast.HOLDERS) + cast.TOP_UP_CENTS - cast.REVOKES.amount_cents
    total += sum(one.total_cents for one in cast.LISTS)
    assert f"liabilities:circulation.digital  0.00 EUR == {decimal_text(-total)} EUR" in journal


def test_the_market_day_shows_what_the_program_refuses(told: Told) -> None:
    words = " ".join(told.parts[1].split())
    assert words.count(REFUSED) == 6
    for said in (
        "demandez 0,20 de plus en euros",
        "La transaction CEL-7K2M-118204 de l’autre système a déjà payé une autre demande",
        "La quittance papier C-0457 a déjà été saisie",
        "un écart de -1,00",
        "303,00 ont été comptés et 308,00 déclarés",
        "303,00 dépassent les 0,00 payés pour la remise MARC-2026-R0001",
    ):
        assert said in words, said


def test_the_receipt_journals_hold_every_receipt_without_a_hole(told: Told) -> None:
    for desk, prefix, most in (("market", "MARC", 87), ("metrovelo", "VELO", 44)):
        numbers = [row["Numéro"] for row in told.csv(f"grenoble-{desk}.receipts.csv")]
        tills = [number for number in numbers if not number.startswith(f"{prefix}-2026-P")]
        assert tills == [f"{prefix}-2026-{place:06d}" for place in range(1, most + 1)]
        assert [number for number in numbers if number not in tills] == (["MARC-2026-P000001"] if desk == "market" else [])
    served = [row["Caisse"] for row in told.csv("grenoble-market.receipts.csv")]
    # One clerk after the other would change over once or twice.
    assert sum(before != after for before, after in pairwise(served)) > 5


def test_the_published_change_is_shown_row_by_row(told: Told) -> None:
    lines = [" ".join(line.split()) for line in told.parts[1].splitlines()]
    begins = lines.index("Billets donnés Euros donnés Rendu en billets Rendu en euros Quittance") + 1
    assert lines[begins : begins + 5] == [
        "1,00 CRN 0,20 € 0,00 CRN 0,00 € MARC-2026-000001",
        "5,00 CRN 0,20 € 4,00 CRN 0,00 € MARC-2026-000002",
        "1,00 CRN 1,00 € 0,00 CRN 0,80 € MARC-2026-000003",
        "5,00 CRN 1,00 € 4,00 CRN 0,80 € MARC-2026-000004",
        "1,00 CRN 2,00 € 0,00 CRN 1,80 € MARC-2026-000005",
    ]
    assert "Avec 0,20 € de plus, Karim rend 1,00 CRN." in lines


def test_the_treasury_sees_every_means_in_the_receipt_journals(told: Told) -> None:
    market, bikes = (told.csv(f"grenoble-{desk}.receipts.csv") for desk in ("market", "metrovelo"))
    assert {(row["Billets locaux"], row["Euros"]) for row in market[:6]} == {("1,00", "0,20")}
    beside, digital, cancelled, minus = bikes[:4]
    assert (beside["Billets locaux"], beside["Cartes"], beside["Total"]) == ("10,00", "5,00", "15,00")
    assert (digital["Total"], digital["Unités numériques"]) == ("30,00", "30,00")
    assert (minus["Annule"], minus["Total"], minus["Billets locaux"]) == (cancelled["Numéro"], "-5,00", "-5,00")
    (paper,) = (row for row in market if row["Quittance papier"])
    assert (paper["Quittance papier"], paper["Total"], paper["Billets locaux"]) == ("C-0457", "9,60", "9,00")
    for desk in ("market", "metrovelo"):
        book = read_table((told.folder / f"grenoble-{desk}.treasury.xlsx").read_bytes(), file_name="treasury.xlsx")
        assert len(book.rows) > 40


def test_what_the_desks_took_ends_with_the_treasury(told: Told) -> None:
    market, bikes = (told.json(f"grenoble-{desk}.proof.json") for desk in ("market", "metrovelo"))
    assert (market["holds"], market["lost_cents"], market["left_in_tills_cents"]) == (True, 6_00, 0)
    assert market["takings_cents"] == market["paid_in_cents"] + 6_00
    assert (bikes["holds"], bikes["lost_cents"], bikes["paid_in_cents"]) == (True, 0, bikes["takings_cents"])
    ledger = (told.folder / "grenoble-market.journal.hledger").read_text(encoding="utf-8")
    assert "assets:till_difference  0.00 EUR == 1.00 EUR" in ledger
    assert "assets:remittance_difference  0.00 EUR == 5.00 EUR" in ledger
    assert "assets:claim_on_issuer  0.00 EUR == 0.00 EUR" in ledger
    assert f"assets:paid_in  0.00 EUR == {decimal_text(market['paid_in_cents'])} EUR" in ledger


def test_the_cairns_are_backed_after_the_bank_paid_what_was_counted(told: Told) -> None:
    forms = told.json("cairn.proof.json")["forms"]
    (statement,) = told.folder.glob("releve-cairn-*.camt.xml")
    read = read_camt053(statement.read_bytes()).statements
    for form, one in zip(("notes", "digital"), read, strict=True):
        assert (forms[form]["difference_cents"], forms[form]["causes"]) == (0, [])
        assert forms[form]["circulation_cents"] == one.closing_cents
    sent = [-movement.amount_cents for one in read for movement in one.movements if movement.amount_cents < 0]
    assert sorted(sent) == sorted([3_00, 30_00, 295_00, 303_00])


def test_the_demonstration_leaves_no_database_behind(told: Told) -> None:
    assert told.databases_before == told.databases_after == set()


def test_the_files_are_those_that_the_generator_writes() -> None:
    generated = make_files.all_files()
    assert {path.name for path in make_files.FOLDER.iterdir()} == set(generated)
    for name, data in generated.items():
        kept = (make_files.FOLDER / name).read_bytes()
        assert contents(name, kept) == contents(name, data), name


def contents(name: str, data: bytes) -> Any:
    """A workbook's parts without their compression, which differs between systems; any other file as it is."""
    if not name.endswith(".xlsx"):
        return data
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {each: archive.read(each) for each in archive.namelist()}


def test_the_lists_are_what_a_french_spreadsheet_writes() -> None:
    data = (make_files.FOLDER / cast.STAFF_LIST.file_name).read_bytes()
    assert b"1\xa0050,99" in data and "N° d'adhérent;".encode("cp1252") in data
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    assert len(data.decode("cp1252").splitlines()) == 1002


def test_the_cast_has_forty_single_payments_of_which_two_are_twins() -> None:
    cents = [one.amount_cents for one in cast.SCHOOL_LIST.beneficiaries]
    assert len(cents) == 40
    assert len(set(cents)) == 39
    assert len({one.member.name for each in cast.LISTS for one in each.beneficiaries}) == 1043


def test_without_a_server_of_ones_own_choice_a_database_is_made_and_taken_away(server_url: str) -> None:
    with temporary_database(Settings(database_url=server_url), PREFIX) as database:
        with database.reading() as connection:
            assert connection.execute("SELECT count(*) FROM book").fetchone() == (0,)
        assert any(name.startswith(PREFIX) for name in databases(server_url))
    assert not any(name.startswith(PREFIX) for name in databases(server_url))


def test_a_server_that_refuses_is_told_clearly(server_url: str) -> None:
    with (
        pytest.raises(TemporaryDatabaseRefused, match="does not exist"),
        temporary_database(Settings(database_url=named(server_url, "nothing_here")), PREFIX),
    ):
        pass


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me@/books?host=%2Ftmp", "postgresql://me@/other?host=%2Ftmp"),
        ("postgresql://me:secret@db:5432/books", "postgresql://me:secret@db:5432/other"),
        ("dbname=books host=db", "dbname=other host=db"),
    ],
)
def test_the_database_beside_another_is_named_on_the_same_server(url: str, expected: str) -> None:
    assert named(url, "other") == expected


@pytest.fixture
def story(database: Database) -> Story:
    return Story(database, Teller(Console(file=io.StringIO(), width=100)), {})


def words_of(story: Story) -> str:
    file = story.teller.console.file
    assert isinstance(file, io.StringIO)
    return " ".join(file.getvalue().split())


def test_one_thing_that_is_not_true_is_enough(story: Story) -> None:
    story.judge("one", "One holds.", True)
    assert story.holds
    story.judge("other", "The other does not.", False)
    assert not story.holds
    assert "NON The other does not." in words_of(story)


def test_a_refusal_that_does_not_come_ends_the_story(story: Story) -> None:
    item = CreditRun(Actor(new_id(), "nobody", frozenset()), "none", "RF00", date(2026, 1, 2))
    with pytest.raises(StoryWentWrong):
        story.refuse(EurosNotSeen, credit_runs, item)


JOURNAL = JournalBook(
    "An invented book",
    "EUS",
    (
        JournalEntry(
            1,
            date(2026, 1, 2),
            "opening",
            "opening",
            (JournalLine("operating.digital", -500), JournalLine("paid_unattributed.digital", 500)),
        ),
    ),
    (JournalLine("operating.digital", -500), JournalLine("paid_unattributed.digital", 500)),
)


def a_program(folder: Path, answer: str, code: int = 0) -> None:
    """A program named hledger that answers what it is told, in place of the one that may not be installed."""
    (folder / "answer.csv").write_text(answer, encoding="utf-8")
    program = folder / "hledger"
    program.write_text(f'#!/bin/sh\n[ "$3" = balance ] && exec /bin/cat "{folder}/answer.csv"\nexit {code}\n')
    program.chmod(0o755)


AGREEING = '"account","balance"\n"equity:operating.digital","-5.00 EUR"\n"assets:paid_unattributed.digital","5.00 EUR"\n'


@pytest.mark.parametrize(
    ("answer", "code", "verdicts"),
    [
        (AGREEING, 0, {"hledger_accepts": True, "hledger_agrees": True}),
        (AGREEING.replace("5.00", "5.01"), 0, {"hledger_accepts": True, "hledger_agrees": False}),
        (AGREEING, 1, {"hledger_accepts": False}),
    ],
)
def test_another_program_judges_the_journal(
    story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, code: int, verdicts: dict[str, bool]
) -> None:
    a_program(tmp_path, answer, code)
    monkeypatch.setenv("PATH", str(tmp_path))
    path = tmp_path / "journal.hledger"
    path.write_bytes(write_journal(JOURNAL))
    let_hledger_judge(story, path, JOURNAL)
    assert {verdict.code: verdict.holds for verdict in story.verdicts} == verdicts


def test_a_missing_hledger_is_told_and_judges_nothing(story: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    let_hledger_judge(story, tmp_path / "journal.hledger", JOURNAL)
    assert story.verdicts == []
    assert "hledger n’est pas installé ici" in words_of(story)
