"""Named queries: each `.sql` file holds queries that begin with `-- name: sentence`."""

import re
from functools import cache
from importlib.resources import files

_QUERY = re.compile(r"^-- (?P<name>[a-z_0-9]+): (?P<sentence>.+)$", re.MULTILINE)


@cache
def _all_queries() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted(files(__package__).iterdir(), key=lambda item: item.name):
        if not file.name.endswith(".sql"):
            continue
        sql = file.read_text(encoding="utf-8")
        starts = list(_QUERY.finditer(sql))
        for start, end in zip(starts, [*(later.start() for later in starts[1:]), len(sql)], strict=True):
            assert start["name"] not in found, f"two queries are named {start['name']}"
            found[start["name"]] = sql[start.end() : end].strip().rstrip(";")
    return found


def query(name: str) -> str:
    """The SQL of a named query; parameters are written %(name)s."""
    return _all_queries()[name]


def query_names() -> list[str]:
    """Every named query."""
    return sorted(_all_queries())
