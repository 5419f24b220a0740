"""Bank files enter the books: each movement once, whatever the file, its format, or how often it is given."""

from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.statements import BankAccountNeeded, BankAccountUnknown, StatementNotInEuros, import_statements
from monnaielocale.domain.actors import ActsForAnother, RoleMissing
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import Event, PeriodClosed
from monnaielocale.domain.statements.bank import BankAccountName, Movement
from monnaielocale.domain.statements.continuity import StatementOpensElsewhere, StatementWithoutBalances
from monnaielocale.formats.bank.faults import StatementFormatUnknown, StatementUnbalanced
from monnaielocale.store.database import Database
from monnaielocale.store.unit_of_work import unit_of_work
from tests.bank_files import Bank, as_camt, as_cfonb, brought, imported, importing, lines_in_books, on
from tests.invariants import check_invariants
from tests.world import BOOK, COLLECTION, RESERVE_DIGITAL, RESERVE_NOTES, World


@pytest.fixture
def world(database: Database) -> World:
    return World.create(database, on(20))


def close_books(world: World, until: date) -> None:
    accountant = world.actor("accountant")
    with unit_of_work(world.database) as work:
        work.lock([BOOK])
        event = Event(new_id(), BOOK, "books_closed", accountant.person_id, world.on)
        work.post(event)
        work.insert("book_closing", {"book_id": work.head(BOOK).id, "closed_until": until, "event_id": event.id})


def test_every_new_line_is_in_the_books_at_once(world: World) -> None:
    data = Bank().cfonb(5, 9, (5, 30000, "VIR TRESORERIE"), (6, -1250, "FRAIS"), (9, 4200, "VIR DUPOND"))
    answer = imported(world, data, "janvier.txt")
    assert answer["outcome"] == "imported"
    assert answer["accounts"] == [
        {
            "iban": COLLECTION,
            "new": 3,
            "known": 0,
            "first_on": "2026-01-05",
            "last_on": "2026-01-09",
            "closing_cents": 32950,
            "held": None,
            "doubtful_days": [],
        }
    ]
    assert world.balance(f"bank:{COLLECTION}") == 32950
    assert world.balance("received_unattributed.digital") == -34200
    assert world.balance("paid_unattributed.digital") == 1250
    with world.database.reading() as connection:
        kept = connection.execute("SELECT name, content FROM document JOIN statement_file ON document_sha256 = sha256").fetchone()
        days = connection.execute("SELECT business_on, acted_by FROM event WHERE kind = 'bank_line' ORDER BY number").fetchall()
    assert kept == ("janvier.txt", data)
    assert days == [(on(day), world.actor("operator").person_id) for day in (5, 6, 9)]
    check_invariants(world.database)


def test_t10_two_identical_lines_of_a_day_are_two_lines_and_importing_again_leaves_two(world: World) -> None:
    data = Bank().cfonb(5, 5, (5, 30000, "VIR TRESORERIE"), (5, 30000, "VIR TRESORERIE"))
    imported(world, data)
    assert lines_in_books(world) == [(on(5), 30000, 1), (on(5), 30000, 2)]
    events, documents = world.count("event"), world.count("document")
    again = imported(world, data, "encore.txt")
    assert (again["outcome"], brought(again)) == ("known", (0, 2))
    assert lines_in_books(world) == [(on(5), 30000, 1), (on(5), 30000, 2)]
    assert (world.count("event"), world.count("document")) == (events, documents)
    check_invariants(world.database)


def test_the_same_file_twice_in_one_batch_is_imported_once(world: World) -> None:
    data = Bank().cfonb(5, 5, (5, 30000, "VIR"))
    first, second = perform(world.database, import_statements, [importing(world, data), importing(world, data)])
    assert isinstance(first, Answer) and isinstance(second, Answer)
    assert (first.content["outcome"], second.content["outcome"]) == ("imported", "known")
    assert second.content["file_id"] == first.content["file_id"]
    assert len(lines_in_books(world)) == 1


def test_statements_of_one_batch_continue_each_other(world: World) -> None:
    bank = Bank()
    files = [bank.cfonb(day, day, (day, 1000, "VIR")) for day in (5, 6, 7)]
    answers = perform(world.database, import_statements, [importing(world, data) for data in files])
    assert [answer.content["outcome"] for answer in answers if isinstance(answer, Answer)] == ["imported"] * 3
    assert world.balance(f"bank:{COLLECTION}") == 3000
    check_invariants(world.database)


def test_t11_overlapping_statements_bring_each_movement_once(world: World) -> None:
    bank = Bank()
    imported(world, bank.cfonb(5, 7, (5, 30000, "VIR A"), (6, 500, "VIR B"), (7, 700, "VIR C")))
    overlap = bank.statement(6, 8, (6, 500, "VIR B"), (7, 700, "VIR C"), (8, 700, "VIR D"), opening=30000)
    answer = imported(world, as_cfonb(overlap))
    assert (answer["outcome"], brought(answer)) == ("imported", (1, 2))
    assert lines_in_books(world) == [(on(5), 30000, 1), (on(6), 500, 1), (on(7), 700, 1), (on(8), 700, 1)]
    assert world.balance(f"bank:{COLLECTION}") == 31900
    check_invariants(world.database)


def test_t23_a_cfonb_file_and_a_camt_of_the_same_days_bring_each_movement_once_and_the_second_adds_its_texts(
    world: World,
) -> None:
    bank = Bank()
    lines = (
        Movement(on(5), 30000, "VIR TRESORERIE"),
        Movement(on(6), 30000, "VIR TRESORERIE BAYONNE"),
        Movement(on(6), 30000, "VIR TRESORERIE ANGLET"),
    )
    statement = bank.statement(5, 6, *lines)
    imported(world, as_cfonb(statement))
    told = replace(lines[1], details=("INDEMNITES JANVIER",), counterparty="TRESORERIE DE BAYONNE", references=("BORD-12",))
    answer = imported(world, as_camt(replace(statement, movements=(lines[0], told, lines[2]))), "camt.xml")
    assert (answer["outcome"], answer["format"], brought(answer)) == ("imported", "camt.053.001.08", (0, 3))
    assert lines_in_books(world) == [(on(5), 30000, 1), (on(6), 30000, 1), (on(6), 30000, 2)]
    with world.database.reading() as connection:
        texts = connection.execute(
            "SELECT line.occurrence, more.counterparty, more.references_given FROM bank_line_text AS more"
            " JOIN bank_line AS line ON line.id = more.line_id WHERE more.counterparty <> ''"
        ).fetchall()
    assert texts == [(1, "TRESORERIE DE BAYONNE", ["BORD-12"])]
    check_invariants(world.database)


def test_t23_half_a_day_then_the_whole_day_with_a_twin_bring_each_movement_once(world: World) -> None:
    bank = Bank()
    imported(world, bank.cfonb(5, 6, (5, 100, "VIR"), (6, 30000, "VIR TRESORERIE")))
    whole = bank.statement(6, 6, (6, 30000, "VIR TRESORERIE"), (6, 30000, "VIR TRESORERIE"), (6, 900, "VIR"), opening=100)
    answer = imported(world, as_cfonb(whole))
    assert (answer["outcome"], brought(answer)) == ("imported", (2, 1))
    assert lines_in_books(world) == [(on(5), 100, 1), (on(6), 900, 1), (on(6), 30000, 1), (on(6), 30000, 2)]
    assert world.balance(f"bank:{COLLECTION}") == 61000
    check_invariants(world.database)


def test_t23_half_a_day_given_after_the_whole_day_brings_nothing_and_the_last_balance_stays(world: World) -> None:
    bank = Bank()
    imported(world, bank.cfonb(5, 6, (5, 100, "VIR"), (6, 30000, "VIR TRESORERIE"), (6, 900, "VIR")))
    half = Bank().statement(5, 6, (5, 100, "VIR"), (6, 30000, "VIR TRESORERIE"))
    answer = imported(world, as_cfonb(half))
    assert (answer["outcome"], brought(answer)) == ("imported", (0, 2))
    assert world.balance(f"bank:{COLLECTION}") == 31000
    check_invariants(world.database)


def test_a_gap_holds_the_file_without_its_lines_and_the_missing_statement_lets_it_in(world: World) -> None:
    bank = Bank()
    imported(world, bank.cfonb(5, 5, (5, 100, "VIR")))
    missing = bank.cfonb(6, 7, (6, 250, "VIR"))
    later = bank.cfonb(8, 9, (8, 400, "VIR"))
    held = imported(world, later, "trou.txt")
    assert held["outcome"] == "held"
    account = held["accounts"][0]
    assert account["held"]["code"] == "statement_missing"
    assert account["held"]["values"]["missing"] == {"amount_cents": 250, "currency": "EUR"}
    assert account["doubtful_days"] == ["2026-01-06", "2026-01-07"]
    assert world.balance(f"bank:{COLLECTION}") == 100
    with world.database.reading() as connection:
        kept = connection.execute(
            "SELECT outcome, held, explanation #>> ARRAY[%s, 'reason', 'code'] FROM statement_file AS file"
            " JOIN bank_statement AS its ON its.file_id = file.id WHERE held",
            [COLLECTION],
        ).fetchall()
    assert kept == [("held", True, "statement_missing")]
    events = world.count("event")
    again = imported(world, later, "trou.txt")
    assert (again["outcome"], again["file_id"], world.count("event")) == ("held", held["file_id"], events)
    imported(world, missing)
    assert imported(world, later, "trou.txt")["outcome"] == "imported"
    assert world.balance(f"bank:{COLLECTION}") == 750
    assert imported(world, later)["outcome"] == "known"
    check_invariants(world.database)


def test_a_half_covered_day_that_balances_do_not_settle_is_held_with_the_day_named(world: World) -> None:
    bank = Bank()
    imported(world, bank.cfonb(5, 6, (5, 100, "VIR"), (6, 300, "VIR"), (6, 300, "VIR"), (6, -300, "PRLV")))
    doubtful = bank.statement(6, 7, (6, 300, "VIR"), (6, -300, "PRLV"), (7, 50, "VIR"), opening=400)
    held = imported(world, as_cfonb(doubtful))
    assert (held["outcome"], held["accounts"][0]["doubtful_days"]) == ("held", ["2026-01-06"])
    assert world.balance(f"bank:{COLLECTION}") == 400
    check_invariants(world.database)


def test_a_file_of_several_accounts_is_held_whole_when_one_of_them_does_not_fit(world: World) -> None:
    collection, reserve = Bank(), Bank(RESERVE_DIGITAL)
    imported(world, as_cfonb(collection.statement(5, 5, (5, 100, "VIR")), reserve.statement(5, 5, (5, 200, "VIR"))))
    fits = collection.statement(6, 6, (6, 300, "VIR"))
    missing = reserve.statement(6, 6, (6, 400, "VIR"), opening=999)
    held = imported(world, as_cfonb(fits, missing))
    assert held["outcome"] == "held"
    assert [(one["iban"], bool(one["held"])) for one in held["accounts"]] == [(COLLECTION, False), (RESERVE_DIGITAL, True)]
    assert world.balance(f"bank:{COLLECTION}") == 100
    assert world.balance(f"bank:{RESERVE_DIGITAL}") == 200
    answer = imported(world, as_cfonb(fits, reserve.statement(6, 6, (6, 400, "VIR"))))
    assert [brought(answer, account) for account in (0, 1)] == [(1, 0), (1, 0)]
    check_invariants(world.database)


def test_each_account_moves_the_euros_of_its_own_form(world: World) -> None:
    imported(world, Bank(RESERVE_NOTES).cfonb(5, 5, (5, 100, "VERSEMENT"), (5, -30, "FRAIS")))
    assert world.balance("received_unattributed.notes") == -100
    assert world.balance("paid_unattributed.notes") == 30
    assert world.balance("received_unattributed.digital") == 0
    check_invariants(world.database)


def test_two_statements_of_one_account_in_one_file_continue_each_other_and_share_a_line(world: World) -> None:
    bank = Bank()
    first = bank.statement(5, 6, (5, 100, "VIR"), (6, 200, "VIR UN"))
    second = bank.statement(6, 7, (6, 200, "VIR DEUX"), (7, 400, "VIR"), opening=100)
    answer = imported(world, as_cfonb(second, first))
    assert brought(answer) == (3, 1)
    assert world.balance(f"bank:{COLLECTION}") == 700
    with world.database.reading() as connection:
        assert connection.execute("SELECT label FROM bank_line_text").fetchall() == [("VIR DEUX",)]
    check_invariants(world.database)


def test_the_first_statement_opens_where_the_books_open(world: World) -> None:
    bank = Bank(balance_cents=5000)
    with pytest.raises(StatementOpensElsewhere):
        imported(world, bank.cfonb(5, 5, (5, 100, "VIR")))
    assert world.count("statement_file") == 0


def test_an_account_that_no_convention_names_is_refused(world: World) -> None:
    with pytest.raises(BankAccountUnknown) as refused:
        imported(world, Bank("FR7630006000011234567890189").cfonb(5, 5, (5, 100, "VIR")))
    assert "FR7630006000011234567890189" in str(refused.value)
    assert world.count("document") == world.count("bank_line") == 0


def test_a_statement_in_another_currency_is_refused(world: World) -> None:
    with pytest.raises(StatementNotInEuros):
        imported(world, as_camt(replace(Bank().statement(5, 5, (5, 100, "VIR")), currency="CHF")))


def test_a_statement_that_does_not_add_up_is_refused(world: World) -> None:
    wrong = replace(Bank().statement(5, 5, (5, 100, "VIR")), closing_cents=101)
    with pytest.raises(StatementUnbalanced):
        imported(world, as_cfonb(wrong))


def test_only_the_association_imports_its_statements(world: World) -> None:
    data = Bank().cfonb(5, 5, (5, 100, "VIR"))
    with pytest.raises(RoleMissing):
        imported(world, data, by="preparer")
    world.load("chevreuse-racine.toml")
    with world.database.reading() as connection:
        other = connection.execute("SELECT code FROM party WHERE kind = 'issuer' AND code <> 'euskal-moneta'").fetchone()
    assert other is not None
    world.add("stranger", other[0], "association_operator")
    with pytest.raises(ActsForAnother):
        imported(world, data, by="stranger")
    assert world.count("bank_line") == 0


def test_a_line_of_a_closed_day_takes_the_day_of_the_import_and_names_its_own(world: World) -> None:
    bank = Bank()
    imported(world, bank.cfonb(5, 5, (5, 100, "VIR")))
    close_books(world, on(10))
    imported(world, bank.cfonb(6, 12, (9, 200, "VIR"), (12, 400, "VIR")))
    with world.database.reading() as connection:
        days = connection.execute(
            "SELECT event.business_on, event.details ->> 'booked_on', line.booked_on FROM event"
            " JOIN bank_line AS line ON line.event_id = event.id ORDER BY event.number"
        ).fetchall()
    assert days == [(on(5), "2026-01-05", on(5)), (on(20), "2026-01-09", on(9)), (on(12), "2026-01-12", on(12))]
    world.on = on(10)
    with pytest.raises(PeriodClosed):
        imported(world, bank.cfonb(13, 13, (13, 1, "VIR")))
    check_invariants(world.database)


CSV = "Date;Libellé;Montant;Solde\n05/01/2026;VIR TRESORERIE;300,00;300,00\n06/01/2026;FRAIS;-12,50;287,50\n"
COLUMNS = {"booked_on": "Date", "labels": ["Libellé"], "amount": "Montant", "balance": "Solde"}


def test_the_columns_of_a_csv_file_are_declared_once_and_remembered_for_the_account(world: World) -> None:
    with pytest.raises(StatementFormatUnknown):
        imported(world, CSV.encode())
    answer = imported(world, CSV.encode(), csv_mapping={"account": COLLECTION, **COLUMNS})
    assert (answer["format"], brought(answer)) == ("csv", (2, 0))
    more = "Date;Libellé;Montant;Solde\n07/01/2026;VIR;100,00;387,50\n"
    assert brought(imported(world, more.encode())) == (1, 0)
    assert world.count("bank_account_mapping") == 1
    assert world.balance(f"bank:{COLLECTION}") == 38750
    check_invariants(world.database)


def test_a_csv_file_that_two_accounts_could_have_sent_asks_which(world: World) -> None:
    imported(world, CSV.encode(), csv_mapping={"account": COLLECTION, **COLUMNS})
    other = CSV.replace("VIR TRESORERIE", "VIR DE COLLECTE")
    imported(world, other.encode(), csv_mapping={"account": RESERVE_DIGITAL, **COLUMNS})
    more = b"Date;Libell\xc3\xa9;Montant;Solde\n07/01/2026;VIR;100,00;387,50\n"
    with pytest.raises(BankAccountNeeded):
        imported(world, more)
    answer = imported(world, more, iban=RESERVE_DIGITAL)
    assert [one["iban"] for one in answer["accounts"]] == [RESERVE_DIGITAL]
    check_invariants(world.database)


def test_a_csv_file_without_balances_needs_them_to_be_given(world: World) -> None:
    bare = b"Date;Libelle;Montant\n05/01/2026;VIR;300,00\n"
    columns = {"account": COLLECTION, "booked_on": "Date", "labels": ["Libelle"], "amount": "Montant"}
    with pytest.raises(StatementWithoutBalances):
        imported(world, bare, csv_mapping=columns)
    assert brought(imported(world, bare, csv_mapping=columns, opening_cents=0, closing_cents=30000)) == (1, 0)
    check_invariants(world.database)


def test_an_account_named_by_its_bank_identity_is_recognised(world: World) -> None:
    statement = Bank().statement(5, 5, (5, 100, "VIR"))
    name = BankAccountName(None, bank=COLLECTION[4:9], branch=COLLECTION[9:14], number=COLLECTION[14:25])
    assert brought(imported(world, as_cfonb(replace(statement, account=name)))) == (1, 0)


def test_five_thousand_lines_are_one_transaction(world: World) -> None:
    lines = [(5 + number % 5, 100 + number // 5, f"VIR {number}") for number in range(5000)]
    data = Bank().cfonb(5, 9, *sorted(lines))
    answer = imported(world, data)
    assert brought(answer) == (5000, 0)
    assert brought(imported(world, data)) == (0, 5000)
    with world.database.reading() as connection:
        batches = connection.execute("SELECT count(DISTINCT batch_number) FROM event WHERE kind = 'bank_line'").fetchone()
        stored = connection.execute("SELECT sha256 FROM document ORDER BY received_at DESC LIMIT 1").fetchone()
    assert batches == (1,)
    assert stored == (sha256(data).digest(),)
    assert world.balance(f"bank:{COLLECTION}") == sum(cents for _, cents, _ in lines)
