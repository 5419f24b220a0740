"""Service desks: their books and people, the lock of two books at once, and who may do what at a desk."""

from monnaielocale.migrations.sql import run_sql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables, then the rights on them, what each person sees and may do, and the lock of a desk's books."""
    run_sql(__file__, "tables", "rights", "policies", "walls", "lock")


def downgrade() -> None:
    """Drop all of it; what it took the place of stands again."""
    run_sql(__file__, "down")
