"""Commands at the counter beside the ordinary day: takeovers, refunds, digital payments, and what cannot be understood."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.payment_requests import ApprovePayment, approve_payments
from monnaielocale.store.database import Database
from monnaielocale.store.people import set_password
from tests.cli.typing_at_desk import COINS, FIRST, NOTES, PASSWORD, REMITTANCE, SECOND, Typed, at_work, done, refused, today
from tests.counter import COINS as COINS_LEFT
from tests.counter import NOTES as NOTES_LEFT
from tests.counter import Counter
from tests.desks import POOL
from tests.invariants import check_invariants
from tests.museum import MUSEUM, Museum
from tests.world import BOOK, MONDAY, World


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
