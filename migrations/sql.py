"""Run the SQL files that lie beside a migration."""

from pathlib import Path

from alembic import op


def run_sql(migration: str, *parts: str) -> None:
    """Execute `NNNN_name.<part>.sql` for each part, as it stands: percent signs and colons are not parameters."""
    beside = Path(migration)
    cursor = op.get_bind().connection.cursor()
    for part in parts:
        cursor.execute(beside.with_suffix(f".{part}.sql").read_text(encoding="utf-8"))
