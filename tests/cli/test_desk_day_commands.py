"""A day of the pool told by commands alone, from the float to the Treasury; every figure that is printed is one of the books."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from shlex import split

import pytest

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.payment_requests import ApprovePayment, approve_payments
from monnaielocale.cli.app import run
from monnaielocale.domain.explaining.facts import PartGiven
from monnaielocale.store.database import Database
from monnaielocale.store.people import set_password
from monnaielocale.words import PARIS
from tests.bank_files import Bank, imported
from tests.cli.conftest import Answered
from tests.counter import COINS as COINS_LEFT
from tests.counter import NOTES as NOTES_LEFT
from tests.counter import Counter
from tests.desks import POOL, Pool
from tests.invariants import check_invariants
from tests.matching import due_to, explained, line_of
from tests.museum import MUSEUM, Museum
from tests.world import BOOK, MONDAY, RESERVE_NOTES, TOWN, World

PASSWORD = "a password that is long enough"
# What the head puts into the first till: forty units in notes and fifty euros.
NOTES = "--note 1x20 --note 2x5 --note 5x2"
COINS = "--euro 10x2 --euro 5x4 --euro 1x8 --euro 0,50x4"

Typed = Callable[..., Answered]


def today() -> date:
    """The day in Paris, on which alone a day is opened."""
    return datetime.now(PARIS).date()


YEAR = today().year
FIRST, SECOND, MINUS, FOURTH, FIFTH = (f"PISC-{YEAR}-{number:06d}" for number in range(1, 6))
ENVELOPE, REMITTANCE = f"PISC-{YEAR}-E0001", f"PISC-{YEAR}-R0001"


def plain(text: str) -> str:
    """A text with ordinary spaces, and one wherever a table has several."""
    return re.sub(r" {2,}", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


@pytest.fixture
def world(database: Database) -> World:
    """The pool with its people, and notes among the public, today."""
    world = World.create(database, today())
    world.move_notes("printed", *((each, 2_000_00) for each in (100, 200, 500, 1000, 2000)))
    world.move_notes("sold", *((each, 1_000_00) for each in (100, 200, 500, 1000, 2000)), slip="slip of the public")
    Pool.opened(world)
    return world


@pytest.fixture
def typed(database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Typed:
    """A command about desks in this process, which a day of fifty commands does not start fifty times."""
    monkeypatch.setenv("DATABASE_URL", database.url)

    def type_it(words: str, more: str = "") -> Answered:
        capsys.readouterr()
        code = run(["desk", *split(words), *split(more)])
        told = capsys.readouterr()
        return Answered(code, told.out, told.err)

    return type_it


@pytest.fixture
def desk(world: World, typed: Typed) -> Typed:
    """A command about the pool: its words, then what is typed after the desk."""
    assert world.on == today()
    return lambda words, more="": typed(f"{words} {POOL}", more)


def done(answered: Answered) -> list[str]:
    """The lines of a command that was carried out, with ordinary spaces; the rule under a heading is left out."""
    assert (answered.code, answered.errors) == (0, ""), answered.errors
    return [line.strip() for line in plain(answered.output).splitlines() if not line.startswith("─")]


def refused(answered: Answered, code: int = 1) -> str:
    """Why a command was not carried out."""
    assert (answered.code, answered.output) == (code, ""), answered.output
    return plain(answered.errors).removeprefix("monnaielocale: ").strip()


def at_work(desk: Typed) -> None:
    """The float is there, the day is open, and the clerk has the first till."""
    done(desk("float receive", "150,00 --by pool-head"))
    done(desk("float exchange", f"till-1 {NOTES} --by pool-head"))
    done(desk("day open", "--by pool-clerk"))
    done(desk("session open", f"till-1 {NOTES} {COINS} --float 50,00 --by pool-clerk"))


def test_a_day_of_the_pool_from_its_float_to_the_treasury(world: World, desk: Typed, tmp_path: Path) -> None:
    day, due_on = f"{today():%d/%m/%Y}", f"{today() + timedelta(days=3):%d/%m/%Y}"

    # The float, the day, two sessions.
    assert done(desk("float receive", "150,00 --by pool-head")) == [
        "Fonds de caisse 150,00 € : 150,00 € en euros et 0,00 en billets locaux."
    ]
    assert done(desk("float exchange", f"till-1 {NOTES} --by pool-head")) == [
        "Fonds de caisse 150,00 € : 110,00 € en euros et 40,00 en billets locaux."
    ]
    assert done(desk("day show")) == [f"La régie {POOL} n’a encore ouvert aucune journée."]
    assert done(desk("day open", "--by pool-clerk")) == [f"La régie {POOL} est ouverte le {day}."]
    assert done(desk("session open", f"till-1 {NOTES} {COINS} --float 50,00 --by pool-clerk")) == [
        "pool-clerk tient la caisse till-1.",
        "Compté 90,00 €, attendu 90,00 €, écart 0,00 €.",
    ]
    assert done(desk("session open", "till-2 --euro 5x4 --float 20,00 --by pool-deputy")) == [
        "pool-deputy tient la caisse till-2.",
        "Compté 20,00 €, attendu 20,00 €, écart 0,00 €.",
    ]
    assert done(desk("day show"))[0] == f"{POOL}, {day} : en cours"

    # Receipts: a key used twice, change in notes alone and in both, one that is cancelled, other means, one from paper.
    child = "till-1 --service entry-child --note 5x1 --euros 0,20 --key k-1 --by pool-clerk"
    for _ in range(2):
        assert done(desk("receipt take", child)) == [
            f"Quittance {FIRST} : 1,20 €, dont TVA 0,20 €.",
            "À rendre : 4,00 en billets locaux (2 × 2,00).",
        ]
    assert done(desk("receipt take", "till-1 --service entry=2 --note 10x1 --euros 1,00 --total 9,00 --by pool-clerk")) == [
        f"Quittance {SECOND} : 9,00 €, dont TVA 1,50 €.",
        "À rendre : 1,00 en billets locaux (1 × 1,00) et 1,00 €.",
    ]
    assert done(desk("receipt cancel", f"till-1 {SECOND} --reason erreur --by pool-clerk")) == [
        f"Quittance {MINUS} : -9,00 €, dont TVA -1,50 €.",
        "À rendre : 9,00 en billets locaux (2 × 2,00 + 1 × 5,00).",
    ]
    others = "till-2 --service lesson --service locker-key@5,00 --card 12,00:0042 --cheque 5,00:991 --by pool-deputy"
    assert done(desk("receipt take", others)) == [f"Quittance {FOURTH} : 17,00 €, dont TVA 2,00 €.", "Rien à rendre."]
    entry = "till-2 --service entry --note 5x1 --euros 0,50 --by pool-deputy"
    assert refused(desk("receipt take", entry)) == (
        "Le tiroir ne permet pas ce rendu, et l’on ne rend pas d’euros sur des billets locaux : demandez 4,00 de plus en euros"
        " ou 4,00 de plus en billets."
    )
    assert done(desk("till lend", "till-1 till-2 --note 1x5 --by pool-clerk")) == [
        "5,00 en billets locaux sont passés de la caisse till-1 à la caisse till-2."
    ]
    assert done(desk("receipt take", entry)) == [
        f"Quittance {FIFTH} : 4,50 €, dont TVA 0,75 €.",
        "À rendre : 1,00 en billets locaux (1 × 1,00).",
    ]
    paper = f"till-2 --paper 0017 --issued-on {today()} --service entry --euros 5,00 --change-euros 0,50 --by pool-deputy"
    assert done(desk("receipt late", paper)) == [
        f"Quittance PISC-{YEAR}-P000001 : 4,50 €, dont TVA 0,75 €.",
        "À rendre : 0,50 €.",
    ]

    # What was issued is shown, printed again and listed.
    assert done(desk("receipt duplicate", f"{FIRST} --by pool-clerk")) == [f"Quittance {FIRST} : duplicata n° 1"]
    assert done(desk("receipt show", FIRST))[-1] == "Duplicatas : 1"
    shown = done(desk("receipt show", SECOND))
    assert shown[0].startswith(f"Quittance {SECOND}, caisse till-1, {day} ")
    assert shown[2:] == [
        "Entrée plein tarif 2 4,50 € 9,00 €",
        "Total 9,00 €, dont TVA 1,50 €.",
        "billets locaux : 10,00 (1 × 10,00)",
        "espèces en euros : 1,00 €",
        "À rendre : 1,00 en billets locaux (1 × 1,00) et 1,00 €.",
        f"Corrigée par : {MINUS}",
    ]
    assert done(desk("receipt show", FOURTH))[4:] == [
        "Total 17,00 €, dont TVA 2,00 €.",
        "carte : 12,00 € (0042)",
        "chèque : 5,00 € (991)",
        "Rien à rendre.",
    ]
    assert done(desk("receipt show", MINUS))[-1] == f"Annule : {SECOND}"
    assert done(desk("receipt list"))[3] == f"{MINUS} {day} till-1 -2 × Entrée plein tarif -9,00 € {SECOND}"
    listed = desk("receipt list", f"--from {today()} --until {today()} --json").json()
    assert [each["total_cents"] for each in listed] == [1_20, 9_00, -9_00, 17_00, 4_50, 4_50]
    assert done(desk("receipt list", "--until 2026-01-01")) == ["Quittance Jour Caisse Prestations Total Annule"]

    # The X and the Z say the same; between them lie blind counts, one of which lacks a coin.
    totals = [
        "Jour Mois Année Depuis le début",
        *(f"{name} {' '.join([amount] * 4)}" for name, amount in (("Quittances", "6"), ("Encaissé", "36,20 €"))),
        *(f"{name} {' '.join([amount] * 4)}" for name, amount in (("Rendu", "9,00 €"), ("Total", "27,20 €"))),
        *(f"{name} {' '.join([amount] * 4)}" for name, amount in (("carte", "12,00 €"), ("chèque", "5,00 €"))),
        *(f"{name} {' '.join([amount] * 4)}" for name, amount in (("espèces en euros", "5,20 €"), ("billets locaux", "5,00 €"))),
    ]
    assert done(desk("day x")) == [f"Lecture intermédiaire (X) de {POOL}, {day}", *totals]
    assert desk("day x", "--json").json()["perpetual"]["taken_cents"] == 36_20
    assert refused(desk("session close", "till-1 --by pool-clerk")) == "Comptez la caisse till-1 avant de fermer sa session."
    coins = "--euro 10x2 --euro 5x4 --euro 1x8 --euro 0,50x2 --euro 0,20x1"
    assert done(desk("session count", f"till-1 --note 1x15 --note 2x3 --note 5x3 {coins} --by pool-clerk")) == [
        "Caisse till-1 : 85,20 € comptés. Fermez ensuite sa session."
    ]
    assert refused(desk("session close", "till-1 --by pool-clerk")) == (
        "85,20 ont été comptés et 86,20 attendus, soit un écart de -1,00 : indiquez pourquoi."
    )
    assert refused(desk("day close", "--by pool-clerk")) == (
        "Des sessions sont encore ouvertes sur les caisses till-1 et till-2 : fermez-les avant la journée."
    )
    closing = "till-1 --reason 'une pièce perdue' --key k-2 --by pool-clerk"
    for _ in range(2):
        assert done(desk("session close", closing)) == [
            "La session de la caisse till-1 est fermée.",
            "Compté 85,20 €, attendu 86,20 €, écart -1,00 €.",
            "Reste dans la caisse : 36,00 en billets locaux et 49,20 €.",
        ]
    done(desk("session count", "till-2 --note 1x4 --note 5x1 --euro 5x5 --card 12,00 --cheque 5,00 --by pool-deputy"))
    assert done(desk("session close", "till-2 --by pool-deputy"))[1] == "Compté 51,00 €, attendu 51,00 €, écart 0,00 €."

    # The evening.
    assert done(desk("envelope propose"))[1:] == ["till-1 1 × 5,00 5,00 31,00", "till-2 0,00 9,00"]
    assert done(desk("envelope fill", "till-1 --note 5x1 --by pool-clerk")) == [
        f"Enveloppe {ENVELOPE} : 5,00 ajoutés, 5,00 en tout."
    ]
    assert done(desk("envelope list"))[1:] == [f"{ENVELOPE} à remettre 5,00"]
    assert done(desk("envelope hand", f"{ENVELOPE} --carrier 'Ane Etxeberri' --by pool-clerk")) == [
        f"L’enveloppe {ENVELOPE} part avec Ane Etxeberri : 5,00 en billets locaux."
    ]
    assert done(desk("safe to", "till-2 5,00 --by pool-deputy")) == [
        "Recettes dans la caisse till-2 : 0,00 € ; au coffre : 5,00 €."
    ]
    assert done(desk("safe from", "till-2 1,00 --by pool-head")) == [
        "Recettes dans la caisse till-2 : 1,00 € ; au coffre : 4,00 €."
    ]
    assert done(desk("day close", "--by pool-clerk")) == [
        f"Z PISC-{YEAR}-Z0001 de {POOL}, {day}",
        *totals,
        "Écarts de la journée : -1,00 €.",
        f"Visa à donner au plus tard le {due_on}.",
    ]
    assert refused(desk("day seal", "--by pool-clerk")) == (
        f"pool-clerk n’est, le {day}, ni régisseur ni mandataire suppléant de la régie {POOL}."
    )
    assert done(desk("day seal", "--by pool-head")) == [f"La journée du {day} de la régie {POOL} a reçu son visa."]
    sealed = desk("day show", "--json").json()
    assert (sealed["day"], sealed["state"]) == (str(today()), "sealed")
    assert [(each["till"], each["clerk"], each["state"]) for each in sealed["sessions"]] == [
        ("till-1", "pool-clerk", "closed"),
        ("till-2", "pool-deputy", "closed"),
    ]
    assert (
        refused(desk("period close", f"{YEAR} --by pool-head")) == f"La période {YEAR} n’est pas finie : elle se clôture après."
    )

    # On to the Treasury: pay-ins, the association's count, its bank's line, the confirmation, the title and the report.
    assert done(desk("pay-in", "4,00 --slip V-1 --by pool-head")) == ["Versé : 4,00 € ; reste à la régie : 0,00 €."]
    assert done(desk("pay-in-other", "cheque 5,00 --slip C-1 --by pool-head")) == ["Versé : 5,00 € ; reste à la régie : 12,00 €."]
    assert refused(desk("envelope count", f"{ENVELOPE} --note 2x2 --by operator")) == (
        "4,00 ont été comptés et 5,00 déclarés : indiquez pourquoi."
    )
    assert done(desk("envelope count", f"{ENVELOPE} --note 2x2 --reason 'autre billet' --by operator")) == [
        f"Enveloppe {ENVELOPE} : 4,00 comptés, écart -1,00.",
        f"L’association doit 4,00 € : c’est la remise {REMITTANCE}.",
    ]
    assert done(desk("remittance list"))[1:] == [f"{REMITTANCE} billets {day} 4,00 € 0,00 € 0,00 € due"]
    bank = Bank(RESERVE_NOTES)
    ((due, cents),) = due_to(world, TOWN)
    imported(world, bank.cfonb(1, 1, (1, -cents, "VIR COMMUNE")))
    explained(world, line_of(world, -cents), PartGiven("transfer_made", cents, transfer_due_id=due))
    assert done(desk("remittance confirm", f"{REMITTANCE} 3,00 --by treasurer")) == [
        f"Remise {REMITTANCE} : 3,00 € confirmés, 1,00 € encore réclamés."
    ]
    (owed,) = desk("remittance list", "--json").json()
    assert [owed[f"{name}_cents"] for name in ("amount", "paid", "confirmed")] == [4_00, 4_00, 3_00]
    assert done(desk("takings account", "2026-114 --service entry=9,00 --by signer")) == [
        "Titre 2026-114 : 9,00 € pris en compte ; versé et pas encore pris en compte : 3,00 €."
    ]
    assert done(desk("float lower", "10,00 --by pool-head")) == [
        "Fonds de caisse 140,00 € : 99,20 € en euros et 40,00 en billets locaux."
    ]
    assert done(desk("float exchange-back", "till-1 --note 1x5 --by pool-head")) == [
        "Fonds de caisse 140,00 € : 104,20 € en euros et 35,00 en billets locaux."
    ]
    file = tmp_path / "regie.json"
    assert done(desk("report", f"--from {today()} --until {today()} --output {file}")) == [
        f"L’état de la régie {POOL} est dans {file}."
    ]
    report = json.loads(file.read_text(encoding="utf-8"))
    assert (report["total_cents"], report["booked_notes_cents"], report["notes_are_revenue"]) == (27_20, 5_00, True)
    assert report["takings_cents"] == {"notes": 5_00, "digital": 0, "euros": 5_20, "card": 12_00, "cheque": 5_00, "to_refund": 0}
    assert done(desk("chain")) == ["La chaîne des 6 quittances est intacte."]
    (put,) = desk("envelope list", "--json").json()
    assert (put["declared_cents"], put["counted_cents"], put["remittance"]) == (5_00, 4_00, REMITTANCE)
    check_invariants(world.database)


def test_a_till_is_handed_over_by_a_password_that_is_read_from_a_file(
    world: World, desk: Typed, database: Database, tmp_path: Path
) -> None:
    set_password(database, "pool-deputy", PASSWORD, world.actor("administrator"))
    right, wrong = tmp_path / "right", tmp_path / "wrong"
    right.write_text(f"{PASSWORD}\n", encoding="utf-8")
    wrong.write_text("not the password at all\n", encoding="utf-8")
    at_work(desk)
    taking = f"till-1 --to pool-deputy {NOTES} {COINS} --by pool-clerk"
    assert "mot de passe" in refused(desk("session take-over", f"{taking} --password-file {wrong}"))
    assert desk("day show", "--json").json()["sessions"][0]["clerk"] == "pool-clerk"
    assert done(desk("session take-over", f"{taking} --password-file {right}")) == [
        "pool-deputy tient la caisse till-1.",
        "Compté 90,00 €, attendu 90,00 €, écart 0,00 €.",
    ]
    assert "pool-clerk" in refused(desk("receipt take", "till-1 --service entry-child --euros 1,20 --by pool-clerk"))
    assert done(desk("receipt take", "till-1 --service entry-child --euros 2,00 --by pool-deputy"))[1] == "À rendre : 0,80 €."


def test_a_refund_leaves_the_till_only_where_the_charter_lets_it(desk: Typed) -> None:
    at_work(desk)
    done(desk("receipt take", "till-1 --service entry --service lesson --euros 16,50 --by pool-clerk"))
    assert done(desk("receipt cancel", f"till-1 {FIRST} --row 1 --reason 'un de moins' --by pool-clerk")) == [
        f"Quittance {SECOND} : -4,50 €, dont TVA -0,75 €.",
        "À rendre : 4,50 €.",
    ]
    assert SECOND in refused(desk("receipt refund", f"till-1 {SECOND} --by pool-clerk"))
    assert FIRST in refused(desk("receipt cancel", f"till-1 {FIRST} --row 1 --reason encore --by pool-clerk"))
    assert refused(desk("takings refund", "4,50 --by treasurer"))


def test_what_was_paid_by_card_goes_back_by_card(desk: Typed) -> None:
    at_work(desk)
    done(desk("receipt take", "till-1 --service entry --service lesson --card 12,00:0042 --euros 4,50 --by pool-clerk"))
    assert done(desk("receipt cancel", f"till-1 {FIRST} --reason erreur --by pool-clerk")) == [
        f"Quittance {SECOND} : -16,50 €, dont TVA -2,75 €.",
        "À rendre : 4,50 € et 12,00 € par la carte, le chèque ou le compte qui a payé.",
    ]
    assert done(desk("receipt show", SECOND))[4:] == [
        "Total -16,50 €, dont TVA -2,75 €.",
        "carte : -12,00 € (0042)",
        "À rendre : 4,50 € et 12,00 € par la carte, le chèque ou le compte qui a payé.",
        f"Annule : {FIRST}",
    ]


def test_digital_units_are_asked_for_shown_and_taken_back(desk: Typed, typed: Typed, tmp_path: Path) -> None:
    at_work(desk)
    code = tmp_path / "code.svg"
    asking = f"till-1 --service lesson --digital 10,00 --note 2x1 --output {code} --json --by pool-clerk"
    asked = desk("payment-request ask", asking).json()
    assert (asked["amount_cents"], asked["currency"]) == (10_00, "EUS")
    assert code.read_bytes().lstrip().startswith(b"<")
    first, until = done(typed(f"payment-request show {asked['reference']}"))
    assert first == f"Demande {asked['reference']} de {POOL} : 10,00 EUS, en attente"
    assert re.fullmatch(r"Elle peut être approuvée jusqu’au \d\d/\d\d/\d{4} \d\d:\d\d\.", until)
    assert done(desk("payment-request withdraw", f"{asked['reference']} --by pool-clerk")) == [
        f"La demande {asked['reference']} est retirée."
    ]
    assert typed(f"payment-request show {asked['reference']} --json").json()["state"] == "withdrawn"
    assert refused(desk("payment-request withdraw", f"{asked['reference']} --by pool-clerk"))
    assert refused(typed("payment-request show 7Q4"))


def test_digital_takings_are_redeemed_by_the_association(world: World, desk: Typed) -> None:
    assert refused(desk("digital redeem", "--by operator")) == f"La régie {POOL} ne détient aucune unité numérique à rendre."
    at_work(desk)
    world.enrol("E00001", "Maite Etxe")
    world.fund("E00001", 50_00)
    world.add("maite", f"{BOOK}:E00001", "member")
    asked = desk("payment-request ask", "till-1 --service lesson --digital 12,00 --json --by pool-clerk").json()
    world.do(approve_payments, ApprovePayment(world.actor("maite"), POOL, asked["reference"]))
    assert done(desk("receipt show", FIRST))[3:] == [
        "Total 12,00 €, dont TVA 2,00 €.",
        f"unités numériques : 12,00 ({asked['reference']})",
        "Rien à rendre.",
    ]
    assert done(desk("digital redeem", "--by operator")) == [f"L’association doit 12,00 € : c’est la remise {REMITTANCE}."]
    check_invariants(world.database)


def test_what_was_paid_elsewhere_is_recorded_by_its_transaction(database: Database, typed: Typed) -> None:
    Museum.opened(World.create(database, today()))
    asking = "till-1 --service entry --digital 8,00 --json --by museum-clerk"
    reference = typed(f"payment-request ask {MUSEUM}", asking).json()["reference"]
    confirmed = typed(f"payment-request confirm-elsewhere {MUSEUM} {reference} CY-1 --by museum-clerk")
    assert done(confirmed)[1:] == ["Rien à rendre."]
    assert refused(typed(f"payment-request confirm-elsewhere {MUSEUM} {reference} CY-2 --by museum-clerk"))


def an_earlier_day(database: Database, on: date) -> str:
    """A day on which one entry was paid with 4.50 euros; answers the number of its receipt."""
    counter = Counter.ready(database, on)
    counter.open_day()
    counter.open_till()
    number = str(counter.receipt("entry", euros_cents=4_50)["number"])
    counter.count(CountGiven(NOTES_LEFT, (*COINS_LEFT, (200, 2), (50, 1))))
    counter.close_till()
    counter.close_day()
    return number


def test_a_receipt_of_an_earlier_day_is_refunded_by_the_town(database: Database, typed: Typed) -> None:
    number = an_earlier_day(database, today() - timedelta(days=1))
    done(typed(f"day open {POOL} --by pool-clerk"))
    done(typed(f"session open {POOL} till-1 {NOTES} {COINS} --euro 2x2 --euro 0,50x1 --by pool-clerk"))
    first, *more = done(typed(f"receipt cancel {POOL} till-1 {number} --reason erreur --by pool-clerk"))
    assert first.endswith(" : -4,50 €, dont TVA -0,75 €.")
    assert more == ["Rien à rendre.", "La collectivité rembourse 4,50 € : rien ne sort de la caisse."]
    minus = first.split()[1]
    assert POOL in refused(typed(f"receipt refund {POOL} till-1 {minus} --by pool-clerk"))
    # The town refunds from what was paid in.
    assert "4.50" in refused(typed(f"takings refund {POOL} 4,50 --by treasurer"))
    done(typed(f"safe to {POOL} till-1 4,50 --by pool-clerk"))
    done(typed(f"pay-in {POOL} 4,50 --by pool-head"))
    assert done(typed(f"takings refund {POOL} 4,50 --by treasurer")) == [
        "Remboursé par la collectivité : 4,50 € ; reste à rembourser : 0,00 €."
    ]


def test_a_month_that_is_over_is_closed(database: Database, typed: Typed) -> None:
    an_earlier_day(database, MONDAY)
    closing = f"period close {POOL} 2026-01 --by pool-head"
    assert done(typed(closing)) == [
        f"2026-01 est clos à la régie {POOL} ; journées : 1.",
        "Période Depuis le début",
        "Quittances 1 1",
        "Encaissé 4,50 € 4,50 €",
        "Rendu 0,00 € 0,00 €",
        "Total 4,50 € 4,50 €",
        "espèces en euros 4,50 € 4,50 €",
    ]
    assert "2026-01" in refused(typed(closing))
    assert refused(typed(f"period close {POOL} 2026-01-05 --by pool-head"))


@pytest.mark.parametrize(
    ("words", "more", "told"),
    [
        ("session open", "till-1 --note 5xtwo --by pool-clerk", "5xtwo ne dit pas combien de billets ou de pièces"),
        ("session count", "till-1 --euro 5x-2 --by pool-clerk", "5x-2 ne dit pas combien de billets ou de pièces"),
        ("envelope fill", "till-1 --note -5x2 --by pool-clerk", "-5x2 ne dit pas combien de billets ou de pièces"),
        ("receipt take", "till-1 --service entry=two --by pool-clerk", "entry=two ne nomme pas une prestation"),
        ("receipt take", "till-1 --service entry --card 4,50 --by pool-clerk", "4,50 n’est pas un paiement par carte"),
        ("takings account", "2026-114 --service entry --by signer", "entry ne dit pas combien d’une prestation"),
        ("receipt take", "till-1 --by pool-clerk", "--service manque."),
        ("day open", "", "--by manque."),
    ],
)
def test_what_cannot_be_understood_is_told_before_any_book_is_opened(typed: Typed, words: str, more: str, told: str) -> None:
    assert refused(typed(f"{words} {POOL}", more), 2).startswith(told)


def test_what_the_desk_does_not_know_is_refused(desk: Typed, typed: Typed) -> None:
    assert refused(typed("day open bayonne-tower --by pool-clerk"))
    assert refused(desk("session count", "till-1 --by pool-clerk")) == (
        f"Personne ne tient la caisse till-1 de la régie {POOL} : ouvrez-y d’abord une session."
    )
    done(desk("day open", "--by pool-clerk"))
    opening = "till-1 --by pool-clerk"
    assert "3,00" in refused(desk("session open", f"{opening} --note 3x1"))
    assert "0,03" in refused(desk("session open", f"{opening} --euro 0,03x1"))
    assert "till-9" in refused(desk("session open", "till-9 --by pool-clerk"))
    refusal = desk("session open", f"{opening} --note 3x1 --json")
    assert (refusal.code, refusal.json()["code"]) == (1, "piece_unknown")
    for reading in ("day show", "day x", "envelope propose", "envelope list", "remittance list", "receipt list"):
        assert refused(typed(f"{reading} bayonne-tower"))
