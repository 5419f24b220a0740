"""Desks change hands: what one head leaves to the next, drawn up and accepted."""

from monnaielocale.migrations.sql import run_sql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables with the rights on them, and what a handover may be."""
    run_sql(__file__, "tables", "walls")


def downgrade() -> None:
    """Drop all of it."""
    run_sql(__file__, "down")
