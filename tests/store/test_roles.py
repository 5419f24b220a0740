"""A login without special rights migrates its own database and works as the four roles, once it was given them."""

from collections.abc import Iterator
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from monnaielocale.store.database import Database, migrate
from monnaielocale.store.temporary import named

ROLES = ("monnaielocale_owner", "monnaielocale_writer", "monnaielocale_reader", "monnaielocale_visitor")


@pytest.fixture
def own_database(server_url: str, template: str) -> Iterator[str]:
    """The address of an empty database that belongs to a new login; the roles are on the server since the template was made."""
    assert template
    login, password = f"login_{uuid4().hex[:12]}", uuid4().hex
    names = {
        "login": sql.Identifier(login),
        "password": sql.Literal(password),
        "roles": sql.SQL(", ").join(map(sql.Identifier, ROLES)),
    }
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {login} LOGIN PASSWORD {password}").format(**names))
        connection.execute(sql.SQL("GRANT {roles} TO {login}").format(**names))
        connection.execute(sql.SQL("CREATE DATABASE {login} OWNER {login}").format(**names))
        parts = urlsplit(named(server_url, login))
        yield urlunsplit(parts._replace(netloc=f"{login}:{password}@{parts.netloc.rpartition('@')[2]}"))
        connection.execute(sql.SQL("DROP DATABASE {login} WITH (FORCE)").format(**names))
        connection.execute(sql.SQL("DROP ROLE {login}").format(**names))


def test_an_ordinary_login_migrates_and_acts_as_each_role(own_database: str) -> None:
    migrate(own_database)
    migrate(own_database)
    for role, may_insert in (("owner", True), ("writer", True), ("reader", False), ("visitor", False)):
        with Database(own_database).connect(role) as connection:  # type: ignore[arg-type]
            found = connection.execute(
                "SELECT current_user, has_table_privilege('payment', 'INSERT'), has_table_privilege('payment', 'UPDATE')"
            ).fetchone()
        assert found == (f"monnaielocale_{role}", may_insert, role == "owner")
