"""Alembic's environment: one transaction per migration, waiting for locks a short time, as the role that owns the tables."""

from pathlib import Path

from alembic import context
from sqlalchemy import create_engine, pool, text

from monnaielocale.store.tables import METADATA

ROLES = Path(__file__).with_name("roles.sql").read_text(encoding="utf-8")


def run_migrations() -> None:
    """Prepare the roles, become the owner, and bring the schema to the revision asked for."""
    engine = create_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.connection.cursor().execute(ROLES)
        connection.execute(text("SET ROLE monnaielocale_owner"))
        connection.execute(text("SET lock_timeout = '10s'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=METADATA, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()


run_migrations()
