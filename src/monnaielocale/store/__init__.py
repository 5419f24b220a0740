"""Ring 2: PostgreSQL. Everything that is SQL lives here."""
