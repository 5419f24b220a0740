"""What each role sees of every table when the database itself decides: whatever a query asks, rows of others stay out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.proof import backing_proof
from monnaielocale.formats.summary import RunSummary
from monnaielocale.store.database import Connection, Database
from monnaielocale.store.proof import proof_facts
from monnaielocale.store.summary import run_summary
from monnaielocale.store.tables import METADATA
from monnaielocale.store.temporary import named
from monnaielocale.store.visits import NotForYou, Right, as_reader_for, visit
from monnaielocale.words import explain, word
from tests.visited import MAITE, Visited, visited
from tests.world import BOOK, MEMBER_IBAN

NOBODY_SEES = {
    "person_password", "idempotency_key", "login_session", "login_session_end", "access_token", "refresh_token",
    "refresh_token_use", "login_attempt", "login_shift", "login_shift_act",
}  # fmt: skip
OWN = "(SELECT id FROM person WHERE login = %(login)s)"
MINE = "(SELECT party_id FROM person WHERE login = %(login)s)"
BOOKS = f"(SELECT id FROM book WHERE party_id = {MINE})"
RUNS = f"(SELECT id FROM payment_run WHERE public_body_id = {MINE})"
PAYMENTS = f"(SELECT id FROM payment WHERE run_id IN {RUNS})"
MANDATES = f"(SELECT id FROM collection_mandate WHERE public_body_id = {MINE})"
BENEFICIARIES = f"(SELECT member_id FROM collection_mandate WHERE public_body_id = {MINE})"
# Confirmed matches with a part that pays the town, and of their lines those whose match was not undone.
MATCHES = f"""(SELECT part.match_id FROM match_part AS part JOIN match_act ON match_act.match_id = part.match_id
                WHERE part.payment_id IN {PAYMENTS} AND match_act.act = 'confirmed')"""
LINES = f"""(SELECT match.line_id FROM match WHERE match.id IN {MATCHES}
                AND NOT EXISTS (SELECT 1 FROM match_act WHERE match_id = match.id AND act = 'undone'))"""
TOWN_EVENTS = f"""(SELECT event_id FROM run_act WHERE run_id IN {RUNS}
     UNION SELECT event_id FROM crediting WHERE run_id IN {RUNS}
     UNION SELECT event_id FROM transfer_due WHERE run_id IN {RUNS} OR party_id = {MINE}
     UNION SELECT event_id FROM mandate_act WHERE mandate_id IN {MANDATES}
     UNION SELECT event_id FROM convention_version JOIN convention ON convention.id = convention_id
            WHERE public_body_id = {MINE})"""
WALLET = f"""(SELECT account.id FROM account JOIN member ON account.code = 'wallet:' || member.number
               AND account.book_id = member.book_id WHERE member.id = {MINE})"""
MEMBER_PAYMENTS = f"(SELECT id FROM payment WHERE member_id = {MINE})"
ENTRIES = f"(SELECT book_id, entry_number FROM entry_line WHERE account_id IN {WALLET})"
MEMBER_EVENTS = f"""(SELECT event_id FROM entry WHERE (book_id, number) IN {ENTRIES}
     UNION SELECT event_id FROM mandate_act JOIN collection_mandate AS mandate ON mandate.id = mandate_id
            WHERE member_id = {MINE}
     UNION SELECT event_id FROM transfer_due WHERE party_id = {MINE}
     UNION SELECT event_id FROM member WHERE id = {MINE}
     UNION SELECT event_id FROM member_departure WHERE member_id = {MINE})"""

JOBS = {
    "job": f"person_id = {OWN}",
    "job_progress": f"job_id IN (SELECT id FROM job WHERE person_id = {OWN})",
    "job_end": f"job_id IN (SELECT id FROM job WHERE person_id = {OWN})",
}
OWN_JOBS_DOCUMENTS = f"sha256 IN (SELECT document_sha256 FROM job WHERE person_id = {OWN})"
EVERYTHING = {table: "true" for table in METADATA.tables if table not in NOBODY_SEES} | JOBS | {
    # The document of another's job belongs to nothing else.
    "document": f"name <> 'list.csv' OR {OWN_JOBS_DOCUMENTS}",
}  # fmt: skip


def _in_book(expression: str) -> str:
    return f"({expression}) IN {BOOKS}"


def _by_run(column: str) -> str:
    return _in_book(f"SELECT book_id FROM payment_run WHERE payment_run.id = {column}")


_OF_PAYMENT = "SELECT book_id FROM payment JOIN payment_run ON payment_run.id = run_id WHERE payment.id = payment_id"
_OF_CREDIT = (
    "SELECT book_id FROM payment_credit AS credit JOIN payment ON payment.id = payment_id"
    " JOIN payment_run ON payment_run.id = run_id WHERE credit.id = credit_id"
)
SERVED = f"(SELECT book_id FROM desk WHERE issuer_book_id IN {BOOKS})"


def _sent_by(desks: str) -> dict[str, str]:
    """Envelopes and remittances of desks, with all that happened to them."""
    papers = dict.fromkeys(("envelope", "remittance"), f"book_id IN {desks}")
    steps = ("envelope_note", "envelope_handing", "envelope_count", "envelope_count_note")
    of_envelope = f"envelope_id IN (SELECT id FROM envelope WHERE book_id IN {desks})"
    confirmed = f"remittance_id IN (SELECT id FROM remittance WHERE book_id IN {desks})"
    return papers | dict.fromkeys(steps, of_envelope) | {"remittance_confirmation": confirmed}


def _at_counters(desks: str) -> dict[str, str]:
    """What happens at the counters of desks."""
    days = ("desk_day", "desk_day_closing", "desk_day_seal", "desk_period_closing", "till_session", "till_session_act")
    papers = ("receipt", "receipt_line", "receipt_vat", "receipt_cancelled_line", "receipt_refund", "receipt_duplicate")
    return dict.fromkeys((*days, *papers, "payment_request", "payment_request_act"), f"book_id IN {desks}")


# Staff of an association, and their auditor: everything of their own book, and of the desks that they serve that there are such
# desks, with what moved their own book.
ASSOCIATION = JOBS | {
    table: f"book_id IN {BOOKS}"
    for table, declared in METADATA.tables.items()
    if "book_id" in declared.columns
} | {
    "book": f"id IN {BOOKS} OR id IN {SERVED}",
    "desk": f"issuer_book_id IN {BOOKS}",
    "event": f"book_id IN {BOOKS} OR id IN (SELECT event_id FROM entry WHERE book_id IN {BOOKS})",
    "party": f"""id = {MINE} OR id IN (SELECT id FROM member WHERE book_id IN {BOOKS})
                 OR id IN (SELECT public_body_id FROM convention WHERE book_id IN {BOOKS})""",
    "person": f"""party_id = {MINE} OR party_id IN (SELECT id FROM member WHERE book_id IN {BOOKS})
                  OR party_id IN (SELECT public_body_id FROM convention WHERE book_id IN {BOOKS}) OR login = 'administrator'""",
    "person_role": f"(SELECT party_id FROM person WHERE person.id = person_id) = {MINE}",
    "member_departure": _in_book("SELECT book_id FROM member WHERE member.id = member_id"),
    "account_day": _in_book("SELECT book_id FROM account WHERE account.id = account_id"),
    "convention_version": _in_book("SELECT book_id FROM convention WHERE convention.id = convention_id"),
    "convention_version_end": _in_book(
        "SELECT book_id FROM convention_version AS version JOIN convention ON convention.id = convention_id"
        " WHERE version.id = version_id"
    ),
    "document": f"""sha256 IN (SELECT document_sha256 FROM payment_run WHERE book_id IN {BOOKS}
                         UNION SELECT document_sha256 FROM statement_file WHERE book_id IN {BOOKS}
                         UNION SELECT document_sha256 FROM book_opening WHERE book_id IN {BOOKS}
                         UNION SELECT document_sha256 FROM mandate_act JOIN collection_mandate AS mandate
                                   ON mandate.id = mandate_id WHERE book_id IN {BOOKS}) OR {OWN_JOBS_DOCUMENTS}""",
    "mandate_act": _in_book("SELECT book_id FROM collection_mandate AS mandate WHERE mandate.id = mandate_id"),
    "run_act": _by_run("run_id"),
    "payment": _by_run("run_id"),
    "crediting": _by_run("run_id"),
    "payment_credit": _in_book(_OF_PAYMENT),
    "credit_taken_back": _in_book(_OF_CREDIT),
    "credit_confirmed_elsewhere": _in_book(_OF_CREDIT),
    "bank_account_mapping": _in_book("SELECT book_id FROM bank_account WHERE bank_account.id = bank_account_id"),
    "bank_statement": _in_book("SELECT book_id FROM statement_file AS file WHERE file.id = file_id"),
    "bank_line_text": _in_book("SELECT book_id FROM bank_line WHERE bank_line.id = line_id"),
    "match_part": _in_book("SELECT book_id FROM match WHERE match.id = match_id"),
    "match_act": _in_book("SELECT book_id FROM match WHERE match.id = match_id"),
} | _sent_by(SERVED) | {"payment_request_act": f"book_id IN {SERVED}"}  # fmt: skip
# Staff of a town: its mandates and runs, and everything in the books of its desks.
TOWN = JOBS | dict.fromkeys(("batch", "entry", "entry_line", "account", "desk", "desk_appointment"), f"book_id IN {BOOKS}") | {
    "account_day": _in_book("SELECT book_id FROM account WHERE account.id = account_id"),
    "book": f"id IN (SELECT book_id FROM convention WHERE public_body_id = {MINE}) OR id IN {BOOKS}",
    "convention": f"public_body_id = {MINE}",
    "convention_version": f"convention_id IN (SELECT id FROM convention WHERE public_body_id = {MINE})",
    "convention_version_end": f"""version_id IN (SELECT version.id FROM convention_version AS version
                                      JOIN convention ON convention.id = convention_id WHERE public_body_id = {MINE})""",
    "party": f"""id = {MINE} OR id IN {BENEFICIARIES}
                 OR id IN (SELECT book.party_id FROM book JOIN convention ON book_id = book.id WHERE public_body_id = {MINE})""",
    "person": f"party_id = {MINE} OR id IN (SELECT acted_by FROM event WHERE id IN {TOWN_EVENTS})",
    "event": f"id IN {TOWN_EVENTS} OR book_id IN {BOOKS}",
    "person_role": f"(SELECT party_id FROM person WHERE person.id = person_id) = {MINE}",
    "member": f"id IN {BENEFICIARIES}",
    "member_departure": f"member_id IN {BENEFICIARIES}",
    "collection_mandate": f"public_body_id = {MINE}",
    "mandate_act": f"mandate_id IN {MANDATES}",
    "payment_run": f"public_body_id = {MINE}",
    "run_act": f"run_id IN {RUNS}",
    "payment": f"run_id IN {RUNS}",
    "crediting": f"run_id IN {RUNS}",
    "payment_credit": f"payment_id IN {PAYMENTS}",
    "credit_taken_back": f"credit_id IN (SELECT id FROM payment_credit WHERE payment_id IN {PAYMENTS})",
    "credit_confirmed_elsewhere": f"credit_id IN (SELECT id FROM payment_credit WHERE payment_id IN {PAYMENTS})",
    "transfer_due": f"payment_id IN {PAYMENTS} OR party_id = {MINE}",
    "match": f"id IN {MATCHES}",
    "match_act": f"match_id IN (SELECT match_id FROM match_part WHERE payment_id IN {PAYMENTS})",
    "match_part": f"payment_id IN {PAYMENTS}",
    "bank_line": f"id IN {LINES}",
    "bank_line_text": f"line_id IN {LINES}",
    "document": f"""sha256 IN (SELECT document_sha256 FROM payment_run WHERE public_body_id = {MINE}
                         UNION SELECT document_sha256 FROM mandate_act WHERE mandate_id IN {MANDATES})""",
} | _sent_by(BOOKS) | _at_counters(BOOKS)  # fmt: skip
MEMBER = JOBS | {
    "book": f"id = (SELECT book_id FROM member WHERE id = {MINE})",
    "party": f"""id = {MINE} OR id = (SELECT book.party_id FROM book JOIN member ON book_id = book.id WHERE member.id = {MINE})
                 OR id IN (SELECT public_body_id FROM collection_mandate WHERE member_id = {MINE})""",
    "person": f"id = {OWN}",
    "person_role": f"person_id = {OWN}",
    "member": f"id = {MINE}",
    "member_departure": f"member_id = {MINE}",
    "collection_mandate": f"member_id = {MINE}",
    "mandate_act": f"mandate_id IN (SELECT id FROM collection_mandate WHERE member_id = {MINE})",
    "document": f"""sha256 IN (SELECT document_sha256 FROM mandate_act JOIN collection_mandate AS mandate
                                   ON mandate.id = mandate_id WHERE member_id = {MINE})""",
    "payment": f"member_id = {MINE}",
    "payment_credit": f"payment_id IN {MEMBER_PAYMENTS}",
    "crediting": f"id IN (SELECT crediting_id FROM payment_credit WHERE payment_id IN {MEMBER_PAYMENTS})",
    "credit_taken_back": f"credit_id IN (SELECT id FROM payment_credit WHERE payment_id IN {MEMBER_PAYMENTS})",
    "match_part": f"payment_id IN {MEMBER_PAYMENTS}",
    "match_act": f"match_id IN (SELECT match_id FROM match_part WHERE payment_id IN {MEMBER_PAYMENTS})",
    "transfer_due": f"party_id = {MINE}",
    "account": f"id IN {WALLET}",
    "account_day": f"account_id IN {WALLET}",
    "entry_line": f"account_id IN {WALLET}",
    "entry": f"(book_id, number) IN {ENTRIES}",
    "event": f"id IN {MEMBER_EVENTS}",
}  # fmt: skip
# Whoever is named for a desk sees that desk and who else is named for it, and is otherwise nobody's staff.
POOL_DESK = "(SELECT book_id FROM desk WHERE code = 'pool')"
DESK = (
    JOBS
    | {
        "book": f"id IN {POOL_DESK}",
        "desk": f"book_id IN {POOL_DESK}",
        "desk_appointment": f"book_id IN {POOL_DESK}",
        "party": f"id = {MINE}",
        "person": f"id = {OWN}",
        "person_role": f"person_id = {OWN}",
    }
    | _sent_by(POOL_DESK)
    | _at_counters(POOL_DESK)
)
_NAMES = ("person", "person_role", "party", "book", "convention", "convention_version", "convention_version_end")
ADMINISTRATOR = dict.fromkeys(_NAMES, "true") | JOBS
SEEN_BY: dict[str, dict[str, str]] = {
    "operator": ASSOCIATION,
    "accountant": ASSOCIATION,
    "eusko-auditor": ASSOCIATION,
    "cairn-operator": ASSOCIATION,
    "cairn-accountant": ASSOCIATION,
    "auditor": EVERYTHING,
    "administrator": ADMINISTRATOR,
    "preparer": TOWN,
    "signer": TOWN,
    "treasurer": TOWN,
    "bayonne-auditor": TOWN,
    "biarritz-preparer": TOWN,
    "grenoble-signer": TOWN,
    "grenoble-treasurer": TOWN,
    "pool-head": DESK,
    "pool-clerk": DESK,
    "maite": MEMBER,
    "peio": MEMBER,
    "shop": MEMBER,
}


@pytest.fixture(scope="module")
def built(server_url: str, template: str) -> Iterator[Visited]:
    """The world, built once: nothing here writes in it."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield visited(Database(named(server_url, name)))
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def person(built: Visited, login: str) -> UUID:
    return built.world.actor(login).person_id


@contextmanager
def visiting(built: Visited, login: str) -> Iterator[Connection]:
    with built.world.database.connect("visitor") as connection, visit(connection, person(built, login)):
        yield connection


def rows_of(connection: Connection, table: str, condition: str = "true", **values: Any) -> set[Any]:
    """The keys of the rows of a table that a connection sees."""
    keys = sql.SQL(", ").join(sql.Identifier(column.name) for column in METADATA.tables[table].primary_key.columns)
    statement = sql.SQL("SELECT {} FROM {} WHERE ").format(keys, sql.Identifier(table)) + sql.SQL(condition)
    return set(connection.execute(statement, values or None).fetchall())


@pytest.mark.parametrize("login", SEEN_BY)
def test_each_person_sees_exactly_what_is_theirs(built: Visited, login: str) -> None:
    wrong = {}
    with visiting(built, login) as seen, built.world.database.reading() as all_seen:
        for table in sorted(METADATA.tables.keys() - NOBODY_SEES):
            found = rows_of(seen, table)
            expected = rows_of(all_seen, table, SEEN_BY[login].get(table, "false"), login=login)
            if found != expected:
                wrong[table] = f"{len(found - expected)} too many, {len(expected - found)} missing of {len(expected)}"
    assert not wrong


def test_the_world_has_in_every_table_rows_that_somebody_does_not_see(built: Visited) -> None:
    """Else the tables above would prove nothing."""
    with built.world.database.reading() as connection:
        empty = {table for table in METADATA.tables.keys() - NOBODY_SEES if not rows_of(connection, table)}
    assert not empty


def test_nobody_named_sees_nothing(built: Visited) -> None:
    with built.world.database.connect("visitor") as connection:
        for _ in range(2):
            seen = {table for table in METADATA.tables.keys() - NOBODY_SEES if rows_of(connection, table)}
            assert seen == set()
            connection.rollback()
            # The name of the visit before is gone with its transaction.
            with visit(connection, person(built, "auditor")):
                assert rows_of(connection, "event")


def test_a_stranger_and_a_person_without_roles_see_nothing_of_others(built: Visited) -> None:
    with built.world.database.connect("visitor") as connection, visit(connection, new_id()):
        assert not {table for table in METADATA.tables.keys() - NOBODY_SEES if rows_of(connection, table)}


def test_every_table_is_closed_and_has_a_policy_or_is_seen_by_nobody(built: Visited) -> None:
    with built.world.database.connect("owner") as connection:
        closed = {row[0] for row in connection.execute("SELECT relname FROM pg_class WHERE relrowsecurity")}
        policies = connection.execute("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public'").fetchall()
        readable = {
            row[0]
            for row in connection.execute(
                "SELECT table_name FROM information_schema.column_privileges WHERE grantee = 'monnaielocale_visitor'"
            )
        }
    views = {"account_balance", "live_match", "bank_line_position", "transfer_due_position", "payment_position"}
    tables = set(METADATA.tables)
    assert closed == tables
    assert {table for table, name in policies if name == "program"} == tables
    assert {table for table, name in policies if name == "visitor"} == tables - NOBODY_SEES
    assert readable == (tables - NOBODY_SEES) | views


@pytest.mark.parametrize("table", sorted(NOBODY_SEES))
def test_what_nobody_sees_is_not_even_asked(built: Visited, table: str) -> None:
    with visiting(built, "auditor") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        rows_of(connection, table)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO party SELECT gen_random_uuid(), 'x', 'person', 'X', 'x', '', '', now()",
        "UPDATE event SET reason = 'x'",
        "DELETE FROM person_role",
        "SELECT lock_books(ARRAY['eusko'])",
        "SELECT held_roles(id) FROM person",
        "SELECT iban FROM party",
        "SELECT iban FROM transfer_due",
        "SELECT reason FROM member_departure",
    ],
)
def test_a_visitor_neither_writes_nor_reads_what_is_kept_from_towns(built: Visited, statement: str) -> None:
    for read_only in (True, False):
        with built.world.database.connect("visitor") as connection:
            connection.read_only = read_only
            connection.execute("SELECT set_config('monnaielocale.person', %s, true)", [str(person(built, "operator"))])
            with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)):
                connection.execute(statement)


@pytest.mark.parametrize(
    ("login", "iban", "reasons"),
    [
        ("operator", MEMBER_IBAN, 1),
        ("auditor", MEMBER_IBAN, 1),
        ("maite", MEMBER_IBAN, 0),
        ("peio", None, 0),
        ("preparer", None, 0),
        ("biarritz-preparer", None, 0),
        ("administrator", None, 0),
        ("cairn-operator", None, 0),
    ],
)
def test_an_account_number_and_the_reason_of_a_departure_are_told_to_those_they_concern(
    built: Visited, login: str, iban: str | None, reasons: int
) -> None:
    maite = built.world.actor("maite").party_id
    with visiting(built, login) as connection:
        assert connection.execute("SELECT iban_of_party(%s)", [maite]).fetchone() == (iban,)
        told = connection.execute("SELECT count(reason_of_departure(member_id)) FROM member_departure").fetchone()
        assert told == (reasons,)
        transfers = connection.execute("SELECT count(*), count(iban_of_transfer(id)) FROM transfer_due").fetchone()
    assert transfers is not None
    assert transfers[1] == (0 if login.endswith("preparer") else transfers[0])


def test_positions_of_what_is_seen_are_the_whole_truth(built: Visited) -> None:
    """A view that adds up rows says the same to whoever sees its payment or transfer, since it sees all that is added up."""
    whole: dict[str, dict[Any, Any]] = {}
    with built.world.database.reading() as connection:
        for view, column in (("payment_position", "payment_id"), ("transfer_due_position", "id")):
            rows = connection.execute(f"SELECT {column}, {view}::text FROM {view}").fetchall()
            whole[view] = dict(rows)
    for login in SEEN_BY:
        with visiting(built, login) as connection:
            for view, column in (("payment_position", "payment_id"), ("transfer_due_position", "id")):
                for key, told in connection.execute(f"SELECT {column}, {view}::text FROM {view}").fetchall():
                    assert whole[view][key] == told, (login, view)


def test_a_town_reads_the_account_of_its_run_and_of_no_other(built: Visited) -> None:
    def summary(connection: Connection, run: str) -> RunSummary:
        return run_summary(connection, book=BOOK, reference=run, explain=explain, word=word)

    with built.world.database.reading() as connection:
        expected = summary(connection, built.biarritz)
    assert [len(expected.payments), len(expected.bank_lines)] == [2, 1]
    for login in ("biarritz-preparer", "operator", "eusko-auditor", "auditor"):
        with visiting(built, login) as connection:
            assert summary(connection, built.biarritz) == expected
    for login in ("preparer", "maite", "cairn-operator", "administrator"):
        with visiting(built, login) as connection, pytest.raises(Exception, match=built.biarritz):
            summary(connection, built.biarritz)


RIGHTS: tuple[tuple[Right, set[str]], ...] = (
    ("proof", {"operator", "accountant", "eusko-auditor", "auditor", "preparer", "signer", "treasurer", "bayonne-auditor",
               "biarritz-preparer"}),
    ("book", {"operator", "accountant", "eusko-auditor", "auditor"}),
)  # fmt: skip


@pytest.mark.parametrize(("right", "allowed"), RIGHTS)
def test_who_may_read_totals_of_a_whole_book_reads_as_the_reader_until_the_visit_ends(
    built: Visited, right: Right, allowed: set[str]
) -> None:
    with built.world.database.connect("visitor") as connection:
        for login in SEEN_BY:
            with visit(connection, person(built, login)):
                if login not in allowed:
                    with pytest.raises(NotForYou):
                        as_reader_for(connection, right, BOOK)
                else:
                    reader = as_reader_for(connection, right, BOOK)
                    backing_proof(proof_facts(reader, book=BOOK, on=built.world.on))
            assert connection.execute("SELECT current_user").fetchone() == ("monnaielocale_visitor",)
            connection.rollback()
        with visit(connection, person(built, "operator")), pytest.raises(NotForYou):
            as_reader_for(connection, right, "nowhere")


def test_a_visit_only_reads_and_sees_one_moment(built: Visited) -> None:
    with visiting(built, "operator") as connection:
        settings = connection.execute("SELECT current_setting('transaction_isolation'), current_setting('transaction_read_only')")
        assert settings.fetchone() == ("repeatable read", "on")


def test_a_role_taken_back_is_gone_at_once(built: Visited) -> None:
    with built.world.database.connect("owner") as connection:
        connection.execute(
            "INSERT INTO person_role SELECT id, 'association_operator', now(), false, %s FROM person WHERE login = 'operator'",
            [person(built, "administrator")],
        )
        connection.execute("SELECT set_config('monnaielocale.person', %s, true)", [str(person(built, "operator"))])
        connection.execute("SET LOCAL ROLE monnaielocale_visitor")
        assert not rows_of(connection, "event") and not rows_of(connection, "book")
        connection.rollback()


@pytest.mark.parametrize("login", ["operator", "auditor", "maite"])
def test_the_statement_of_one_account_is_an_index_look_up(built: Visited, login: str) -> None:
    """However many lines others have, and whoever looks: rights are asked once for the statement, not once for a line."""
    with built.world.database.connect("owner") as connection:
        connection.execute("ALTER TABLE entry_line DISABLE TRIGGER ALL")
        connection.execute(
            "INSERT INTO entry_line SELECT 1000 + n % 50, 1 + n / 50, 1, 1, 1, 1, '2026-01-05', now()"
            " FROM generate_series(1, 20000) n"
        )
        connection.execute("ANALYZE entry_line")
        connection.execute("SELECT set_config('monnaielocale.person', %s, true)", [str(person(built, login))])
        found = connection.execute("SELECT id FROM account WHERE code = %s", [f"wallet:{MAITE}"]).fetchone()
        connection.execute("SET LOCAL ROLE monnaielocale_visitor")
        plan = connection.execute(
            "EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) SELECT * FROM entry_line"
            " WHERE account_id = %s AND account_line_number > 0 ORDER BY account_line_number LIMIT 100",
            found,
        ).fetchall()
        connection.rollback()
    told = "\n".join(row[0] for row in plan)
    assert "Index Cond: ((account_id" in told and "Seq Scan" not in told, told
    assert "InitPlan" in told and "SubPlan" not in told, told
