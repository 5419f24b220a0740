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
from tests.sights import NOBODY_SEES, SEEN_BY
from tests.visited import MAITE, Visited, visited
from tests.world import BOOK, MEMBER_IBAN


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
    views = {"account_balance", "live_match", "bank_line_position", "transfer_due_position", "payment_position", "desk_staff"}
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
        transfers = connection.execute("SELECT party_id, iban_of_transfer(id) IS NOT NULL FROM transfer_due").fetchall()
    # A town reads where its own euros go, and not those of its beneficiaries.
    own = built.world.actor(login).party_id
    assert all(told == (party == own or not login.endswith("preparer")) for party, told in transfers)


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
