"""Envelopes of notes and what the association owes for them: their tables, who does what, and what two books say of one thing."""

from monnaielocale.migrations.sql import run_sql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, then the rights on them, what each person sees and may do, and the rules of the documents."""
    run_sql(__file__, "tables", "rights", "policies", "roles", "walls", "positions")


def downgrade() -> None:
    """Drop all of it; what it took the place of stands again."""
    run_sql(__file__, "down")
