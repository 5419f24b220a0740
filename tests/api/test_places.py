"""Cursors that nobody but a page has written, and those that somebody else has."""

import json
from base64 import urlsafe_b64encode
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monnaielocale.api import places
from monnaielocale.api.paging import CursorUnfit, cursor_of
from monnaielocale.api.routes.run_summaries import NotAcceptable, SummaryFormat, accepted

READERS = (places.day_and_id, places.identifier, places.number, places.code)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=300), lambda inner: st.lists(inner, max_size=3)
)


def read(cursor: str) -> list[Any]:
    """What each reader makes of a cursor; nothing but CursorUnfit is raised."""
    found = []
    for reader in READERS:
        try:
            found.append(reader(cursor))
        except CursorUnfit:
            continue
    return found


def test_a_place_comes_back_as_it_was_written() -> None:
    assert places.day_and_id(cursor_of("2026-01-31", str(UUID(int=7)))) == (date(2026, 1, 31), UUID(int=7))
    assert places.identifier(cursor_of(str(UUID(int=7)))) == UUID(int=7)
    assert places.number(cursor_of(41)) == 41
    assert places.code(cursor_of("wallet:E00042")) == "wallet:E00042"


def test_the_first_page_has_no_cursor() -> None:
    assert [reader(None) for reader in READERS] == [None, None, 0, ""]


@pytest.mark.parametrize("place", [[-1], [2**63], [True], [1.0], ["\x00"], ["x" * 201], ["2026-13-01", str(UUID(int=7))], []])
def test_a_place_that_no_page_gave_is_refused(place: list[Any]) -> None:
    assert read(cursor_of(*place)) == []


@given(JSON)
@example(float("nan"))
@example(["\ud800"])
def test_whatever_stands_in_a_cursor_is_a_place_or_refused(content: Any) -> None:
    for found in read(urlsafe_b64encode(json.dumps(content).encode()).decode()):
        assert isinstance(found, UUID | int | str | tuple)
        assert not isinstance(found, str) or found.isprintable()
        assert not isinstance(found, int) or 0 <= found < 2**63


@given(st.text(max_size=500))
def test_whatever_is_sent_as_a_cursor_is_a_place_or_refused(cursor: str) -> None:
    read(cursor)


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("text/*", "csv"),
        ("text/csv, application/json;q=0.9", "csv"),
        ("application/json, text/csv", "json"),
        ("*/*;q=0.1, text/csv;q=0.2", "csv"),
        ("application/*", "json"),
        ("application/json;q=0, */*", "csv"),
        ("TEXT/CSV", "csv"),
    ],
)
def test_the_form_is_the_one_that_is_wanted_most(header: str, form: str) -> None:
    assert accepted(header) == form


@pytest.mark.parametrize("header", ["image/png", "application/json;q=0", "*/*;q=0.0", "text/csv;q=much", "json"])
def test_a_form_that_is_not_written_is_refused(header: str) -> None:
    with pytest.raises(NotAcceptable):
        accepted(header)


@given(st.text(max_size=600))
def test_whatever_is_accepted_is_one_form_or_refused(header: str) -> None:
    try:
        assert accepted(header) in SummaryFormat
    except NotAcceptable:
        return
