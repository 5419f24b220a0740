"""A day of the pool told by commands alone, from the float to the Treasury; every figure that is printed is one of the books."""

import json
from datetime import timedelta
from pathlib import Path

from monnaielocale.domain.explaining.facts import PartGiven
from tests.bank_files import Bank, imported
from tests.cli.typing_at_desk import (
    COINS,
    ENVELOPE,
    FIFTH,
    FIRST,
    FOURTH,
    MINUS,
    NOTES,
    REMITTANCE,
    SECOND,
    YEAR,
    Typed,
    done,
    refused,
    today,
)
from tests.desks import POOL
from tests.invariants import check_invariants
from tests.matching import due_to, explained, line_of
from tests.world import RESERVE_NOTES, TOWN, World


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
    assert done(desk("receipt duplicate", f"{FIRST} --by pool-clerk")) == [f"{FIRST} : DUPLICATA n° 1"]
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
