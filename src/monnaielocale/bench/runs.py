"""A run from upload to credit, against a bare COPY of the very rows that it wrote."""

from collections.abc import Callable
from time import perf_counter
from typing import Any

import psycopg
from psycopg import sql

from ..actions.crediting import CreditRun, credit_runs
from ..actions.matching import MatchLines, match_lines
from ..actions.perform import Action, perform_one
from ..actions.runs import OpenRun, SignRun, open_runs, sign_runs
from ..actions.statements import ImportStatement, import_statements
from ..domain.statements.bank import BankAccountName, Movement, Statement
from ..formats.bank.cfonb120_writer import write_cfonb120
from .figures import Figure
from .world import BOOK, COLLECTION, ON, TOWN, BenchWorld

REACH = 25.0
# The tables that hold a row for each payment of a run.
HOT_TABLES = ("payment", "match_part", "payment_credit", "entry_line", "account_day")


def measure_run(world: BenchWorld, *, lines: int, progress: Callable[[str], None]) -> Figure:
    """Seconds from the upload of a list to the last wallet credited, by the seconds in which COPY writes the same rows."""
    progress(f"a run of {lines} lines")
    before = _counts(world)
    ours = _from_upload_to_credit(world, lines)
    written = {table: count - before[table] for table, count in _counts(world).items()}
    progress(f"COPY of {sum(written.values())} rows")
    reference = _copy(world, written)
    return Figure(f"a run of {lines} lines, upload to credit", ours, reference, "seconds", False, REACH)


def _from_upload_to_credit(world: BenchWorld, lines: int) -> float:
    amounts = [(world.number(at), 10_000 + at) for at in range(lines)]
    total = sum(cents for _, cents in amounts)
    rows = ["adhérent;montant", *(f"{number};{cents // 100},{cents % 100:02}" for number, cents in amounts)]
    data = "\r\n".join(rows).encode("cp1252")
    operator, preparer, signer = (world.actor(login) for login in ("operator", "preparer", "signer"))
    begun = perf_counter()
    opening = OpenRun(preparer, BOOK, TOWN, "staff_pay", "2026-01", "1", "paie.csv", data, ON)
    reference = _do(world, open_runs, opening)["run"]
    _do(world, sign_runs, SignRun(signer, BOOK, reference, ON))
    movement = Movement(ON, total, f"VIR TRESORERIE {reference}")
    account = BankAccountName(COLLECTION, COLLECTION[4:9], COLLECTION[9:14], COLLECTION[14:25])
    statement = Statement(account, "EUR", ON, ON, 0, total, (movement,))
    file = ImportStatement(operator, BOOK, "releve.txt", write_cfonb120([statement]), ON)
    _do(world, import_statements, file)
    _do(world, match_lines, MatchLines(operator, BOOK, ON))
    credited = _do(world, credit_runs, CreditRun(operator, BOOK, reference, ON))
    seconds = perf_counter() - begun
    assert credited["credited_count"] == lines, credited
    return seconds


def _do(world: BenchWorld, act: Action[Any], item: Any) -> dict[str, Any]:
    return perform_one(world.database, act, item)


def _counts(world: BenchWorld) -> dict[str, int]:
    with world.database.reading() as connection:
        found = {}
        for table in HOT_TABLES:
            row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
            found[table] = int(row[0]) if row else 0
        return found


def _copy(world: BenchWorld, written: dict[str, int]) -> float:
    """COPY as many rows of each table, as the table holds them, into empty tables with the same indexes."""
    seconds = 0.0
    with psycopg.connect(world.database.url, autocommit=True) as connection:
        for table, count in written.items():
            names = {"table": sql.Identifier(table), "bare": sql.Identifier(f"bare_{table}"), "count": sql.Literal(count)}
            rows = sql.SQL("COPY (SELECT * FROM {table} ORDER BY ctid DESC LIMIT {count}) TO STDOUT").format(**names)
            with connection.cursor().copy(rows) as reading:
                data = b"".join(bytes(block) for block in reading)
            connection.execute(sql.SQL("CREATE TABLE {bare} (LIKE {table} INCLUDING INDEXES)").format(**names))
            begun = perf_counter()
            with connection.cursor().copy(sql.SQL("COPY {bare} FROM STDIN").format(**names)) as writing:
                writing.write(data)
            seconds += perf_counter() - begun
    return seconds
