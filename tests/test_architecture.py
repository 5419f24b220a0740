"""The rings: imports go inwards only, the inner rings touch neither the world nor the clock, and SQL stays in its ring."""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "src" / "monnaielocale"
API = ROOT / "api"
LONGEST_FILE = 450


@dataclass(frozen=True, slots=True)
class Ring:
    """What one folder may import: which of our own folders, and which libraries."""

    own: frozenset[str]
    libraries: frozenset[str]


RINGS = {
    "domain": Ring(frozenset({"domain"}), frozenset({"stdnum"})),
    "formats": Ring(frozenset({"domain", "formats"}), frozenset({"stdnum", "lxml", "openpyxl", "segno", "xlsxwriter"})),
    "store": Ring(
        frozenset({"domain", "formats", "store", "migrations"}),
        frozenset({"psycopg", "sqlalchemy", "sqlmodel", "alembic", "pwdlib"}),
    ),
    "actions": Ring(frozenset({"domain", "formats", "store", "actions"}), frozenset({"psycopg"})),
}
# What reads the clock, the disk, the network or chance: an inner ring is given values instead.
WORLDLY_MODULES = frozenset(
    {"asyncio", "http", "logging", "multiprocessing", "os", "pathlib", "random", "secrets", "shutil", "socket"}
    | {"sqlite3", "subprocess", "tempfile", "threading", "time", "urllib"}
)
# An identifier is made of the moment and of chance; it decides nothing.
MAKES_IDENTIFIERS = PACKAGE / "domain" / "identifiers.py"
# A spreadsheet stores binary numbers, even for dates: one module turns them into decimals and lets none out.
READS_BINARY_NUMBERS = PACKAGE / "formats" / "workbook.py"
CLOCKS = frozenset({"now", "today", "utcnow"})
MONEY_NAME = re.compile(r"amount|cents|money|price|balance|total", re.IGNORECASE)
SQL_STATEMENT = re.compile(
    r"\s*(SELECT\s.+\sFROM\s|INSERT\s+INTO\s|UPDATE\s+\S+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX|FUNCTION)\s|WITH\s+\w+\s+AS\s*\()",
    re.DOTALL,
)


def modules(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.py") if "cache" not in path.parent.name)


CODE = modules(PACKAGE) + modules(API)


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def where(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def imports(path: Path) -> Iterator[tuple[ast.AST, str]]:
    """Each imported module with its full name; a name taken from our package's root counts as the module it may be."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            home = API.parent if API in path.parents else PACKAGE.parent
            inside = ".".join(path.relative_to(home).parts[: -node.level]) if node.level else ""
            name = ".".join(part for part in (inside, node.module) if part)
            yield from ((node, f"{name}.{alias.name}" if name == "monnaielocale" else name) for alias in node.names)


@pytest.mark.parametrize("ring", RINGS)
def test_a_ring_imports_only_what_lies_inwards(ring: str) -> None:
    wrong = []
    for path in modules(PACKAGE / ring):
        for node, name in imports(path):
            first, *rest = name.split(".")
            allowed = (
                rest[:1] and rest[0] in RINGS[ring].own
                if first == "monnaielocale"
                else first in sys.stdlib_module_names or first in RINGS[ring].libraries
            )
            if not allowed:
                wrong.append(f"{where(path, node)} imports {name}")
    assert not wrong


@pytest.mark.parametrize("ring", ["domain", "formats"])
def test_the_inner_ring_touches_neither_the_world_nor_the_clock(ring: str) -> None:
    wrong = []
    for path in set(modules(PACKAGE / ring)) - {MAKES_IDENTIFIERS}:
        wrong += [f"{where(path, node)} imports {name}" for node, name in imports(path) if name.split(".")[0] in WORLDLY_MODULES]
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CLOCKS:
                wrong.append(f"{where(path, node)} reads the clock")
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "open":
                wrong.append(f"{where(path, node)} opens a file")
    assert not wrong


def test_money_is_never_a_float() -> None:
    wrong = []
    for path in set(modules(PACKAGE)) - {READS_BINARY_NUMBERS}:
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "float":
                names = {found.id for found in ast.walk(node) if isinstance(found, ast.Name)}
                names |= {found.attr for found in ast.walk(node) if isinstance(found, ast.Attribute)}
                if path.relative_to(PACKAGE).parts[0] in RINGS or any(map(MONEY_NAME.search, names)):
                    wrong.append(f"{where(path, node)} makes a float")
            declared = node.target if isinstance(node, ast.AnnAssign) else node if isinstance(node, ast.arg) else None
            annotation = getattr(node, "annotation", None)
            if declared is not None and annotation is not None and "float" in ast.unparse(annotation):
                name = declared.arg if isinstance(declared, ast.arg) else ast.unparse(declared)
                if MONEY_NAME.search(name):
                    wrong.append(f"{where(path, node)} declares {name} a float")
    assert not wrong


def test_only_the_api_and_the_command_line_know_the_api() -> None:
    wrong = []
    for path in modules(PACKAGE):
        if path.relative_to(PACKAGE).parts[0] not in ("cli", "bench", "demo"):
            wrong += [where(path, node) for node, name in imports(path) if name.startswith("monnaielocale.api")]
    assert not wrong


def test_sql_stays_in_its_ring() -> None:
    # The bench compares the books with bare SQL, which is written there.
    outside = [path for path in modules(PACKAGE) if path.relative_to(PACKAGE).parts[0] not in ("store", "bench")] + modules(API)
    wrong = [
        where(path, node)
        for path in outside
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_STATEMENT.match(node.value)
    ]
    assert not wrong


def test_one_module_alone_handles_signed_tokens() -> None:
    assert {path for path in CODE for _, name in imports(path) if name.split(".")[0] == "jose"} == {API / "tokens.py"}


def test_only_the_command_line_prints() -> None:
    wrong = [
        where(path, node)
        for path in CODE
        if PACKAGE / "cli" not in path.parents
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert not wrong


def test_a_file_can_be_read_in_one_sitting() -> None:
    folders = [PACKAGE, API, ROOT / "migrations", ROOT / "conventions", ROOT / "tests"]
    lengths = {path.relative_to(ROOT): len(path.read_bytes().splitlines()) for folder in folders for path in modules(folder)}
    assert not {str(path): length for path, length in lengths.items() if length > LONGEST_FILE}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT 1 AS a FROM b ",
        "\n  INSERT INTO line (a) VALUES (1)",
        "UPDATE run SET state = 1",
        "DELETE FROM run ",
        "WITH a AS (SELECT 1)",
    ],
)
def test_a_statement_is_recognised(statement: str) -> None:
    assert SQL_STATEMENT.match(statement)


@pytest.mark.parametrize("sentence", ["Select a file from the list", "Update the run", "UPDATED", "DELETE", "With care"])
def test_a_sentence_is_not_taken_for_a_statement(sentence: str) -> None:
    assert not SQL_STATEMENT.match(sentence)
