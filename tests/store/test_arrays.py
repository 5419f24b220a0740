"""Columns come back from PostgreSQL as what they were."""

import struct
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monnaielocale.store.arrays import array
from monnaielocale.store.database import Database

TEXT = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]))
COLUMNS = st.one_of(
    st.tuples(st.just("bigint"), st.lists(st.none() | st.integers(-(2**63), 2**63 - 1))),
    st.tuples(st.just("integer"), st.lists(st.none() | st.integers(-(2**31), 2**31 - 1))),
    st.tuples(st.just("smallint"), st.lists(st.none() | st.integers(-(2**15), 2**15 - 1))),
    st.tuples(st.just("text"), st.lists(TEXT)),
    st.tuples(st.just("text"), st.lists(st.none() | TEXT | st.just("NULL"))),
    st.tuples(st.just("uuid"), st.lists(st.none() | st.uuids())),
    st.tuples(st.just("date"), st.lists(st.none() | st.dates(date(1900, 1, 1), date(2999, 12, 31)))),
    st.tuples(st.just("boolean"), st.lists(st.none() | st.booleans())),
    st.tuples(st.just("bytea"), st.lists(st.none() | st.binary())),
    st.tuples(
        st.just("timestamptz"),
        st.lists(st.none() | st.datetimes(datetime(1900, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC))),
    ),
    st.tuples(st.just("jsonb"), st.lists(st.dictionaries(TEXT, TEXT | st.integers(-(2**53), 2**53)))),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(columns=st.lists(COLUMNS, min_size=20, max_size=20))
def test_what_goes_in_comes_out(database: Database, columns: list[tuple[str, list[Any]]]) -> None:
    with database.connect("reader") as connection:
        for kind, values in columns:
            row = connection.execute(f"SELECT %s::{kind}[]", [array(kind, values)]).fetchone()
            assert row is not None and row[0] == values


@pytest.mark.parametrize(
    ("kind", "value", "refused"),
    [
        ("smallint", 2**15, struct.error),
        ("integer", 2**31, struct.error),
        ("bigint", 2**63, struct.error),
        ("text", "\ud800", UnicodeError),
    ],
)
def test_what_does_not_fit_is_never_cut_to_fit(kind: str, value: Any, refused: type[Exception]) -> None:
    with pytest.raises(refused):
        array(kind, [value])
