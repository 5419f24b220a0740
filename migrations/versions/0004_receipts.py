"""Desks at work: days, sessions on tills, receipts in their chain, closings and payment requests."""

from monnaielocale.migrations.sql import run_sql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, then the rights on them, what each person sees and may do, and what the tables themselves refuse."""
    run_sql(__file__, "tables", "rights", "policies", "walls", "rules")


def downgrade() -> None:
    """Drop all of it; what it took the place of stands again."""
    run_sql(__file__, "down")
