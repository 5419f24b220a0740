"""Sessions, tokens and jobs, and who sees and does what: the database's own wall behind the program's."""

from monnaielocale.migrations.sql import run_sql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, then the rights on them, then what each person sees and may do."""
    run_sql(__file__, "tables", "rights", "policies", "walls")


def downgrade() -> None:
    """Drop all of it; the roles stay, since they belong to the whole server."""
    run_sql(__file__, "down")
