"""The migrations go up, down and up again, and end with the schema that the tables declare."""

from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import create_engine
from sqlmodel import SQLModel

import monnaielocale.migrations
from monnaielocale.store.database import migrate, migrate_down
from monnaielocale.store.tables import METADATA

CATALOGUE = {
    "columns": """
        SELECT table_name, column_name, data_type, is_nullable, column_default
          FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
           AND table_name NOT IN (SELECT viewname FROM pg_views WHERE schemaname = 'public')
         ORDER BY 1, 2
    """,
    "constraints": """
        SELECT conrelid::regclass::text, conname, pg_get_constraintdef(pg_constraint.oid)
          FROM pg_constraint JOIN pg_namespace ON pg_namespace.oid = connamespace AND nspname = 'public'
         WHERE conrelid::regclass::text <> 'alembic_version' AND contype <> 't' ORDER BY 1, 2
    """,
    "indexes": """
        SELECT tablename, indexdef FROM pg_indexes
         WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY 1, 2
    """,
    "views": "SELECT viewname, definition FROM pg_views WHERE schemaname = 'public' ORDER BY 1",
    "triggers": "SELECT tgrelid::regclass::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
    "functions": "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
    "policies": """
        SELECT tablename, policyname, cmd, roles::text, qual, with_check FROM pg_policies
         WHERE schemaname = 'public' ORDER BY 1, 2
    """,
    "row security": "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND rowsecurity ORDER BY 1",
    "column grants": """
        SELECT table_name, column_name, grantee, privilege_type FROM information_schema.column_privileges
         WHERE table_schema = 'public' AND table_name <> 'alembic_version' AND grantee <> 'monnaielocale_owner'
         ORDER BY 1, 2, 3, 4
    """,
    "grants": """
        SELECT table_name, grantee, privilege_type FROM information_schema.table_privileges
         WHERE table_schema = 'public' AND table_name <> 'alembic_version' AND grantee <> 'monnaielocale_owner' ORDER BY 1, 2, 3
    """,
}


def catalogue(keywords: str) -> dict[str, list[Any]]:
    with psycopg.connect(keywords) as connection:
        return {name: connection.execute(sql).fetchall() for name, sql in CATALOGUE.items()}


def test_up_down_up_leaves_the_same_schema(empty_database: str) -> None:
    url = empty_database
    migrate(url)
    first = catalogue(empty_database)
    migrate(url)
    assert catalogue(empty_database) == first
    migrate_down(url)
    assert {name: rows for name, rows in catalogue(empty_database).items() if rows} == {}
    migrate(url)
    assert catalogue(empty_database) == first
    assert first["triggers"] and first["functions"] and first["grants"] and first["views"]
    assert first["policies"] and first["row security"]


def test_the_migrated_tables_are_the_declared_tables(empty_database: str, database: Any) -> None:
    engine = create_engine(empty_database.replace("postgresql://", "postgresql+psycopg://"))
    SQLModel.metadata.create_all(engine)
    engine.dispose()
    declared, migrated = catalogue(empty_database), catalogue(database.url)
    for name in ("columns", "constraints", "indexes"):
        assert declared[name] == migrated[name], name


def test_every_amount_and_number_has_64_bits() -> None:
    narrow = [
        f"{table.name}.{column.name}"
        for table in METADATA.tables.values()
        for column in table.columns
        if column.name.endswith(("_cents", "_number")) or column.name == "number"
        if str(column.type) not in ("BIGINT", "TEXT")
    ]
    assert narrow == ["payment.row_number"]


def test_each_migration_has_its_sql_beside_it() -> None:
    folder = Path(monnaielocale.migrations.__file__).parent / "versions"
    for migration in folder.glob("[0-9]*.py"):
        assert migration.with_suffix(".down.sql").exists()
