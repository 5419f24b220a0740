"""The REST API: parse, call one action, shape the answer. No rule, no SQL and no commit is written here."""
