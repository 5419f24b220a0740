"""The books, their documents, and the rules that the database enforces itself."""

from monnaielocale.migrations.sql import run_sql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table, then what is asked of them, the rules, and the rights."""
    run_sql(__file__, "tables", "views", "rules", "journal", "rights")


def downgrade() -> None:
    """Drop all of it; the roles stay, since they belong to the whole server."""
    run_sql(__file__, "down")
