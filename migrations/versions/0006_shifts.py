"""Clerks' sessions at desks: each on one device, with a short code."""

from monnaielocale.migrations.sql import run_sql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables and the rights on them, and who may begin a shift."""
    run_sql(__file__, "tables", "walls")


def downgrade() -> None:
    """Drop all of it."""
    run_sql(__file__, "down")
