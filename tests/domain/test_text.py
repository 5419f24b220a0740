"""Texts as people paste them: what is put right, and what is refused because nobody could see it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.text import TextTooLong, TextUnacceptable, clean_text, shown_text


def test_accents_written_in_two_characters_are_composed() -> None:
    assert clean_text("E\u0301lu de Bayonne", max_length=40) == "Élu de Bayonne"


def test_no_break_spaces_become_ordinary_spaces_and_ends_are_cut() -> None:
    assert clean_text("\u00a0Anne\u202fMarie \u00a0", max_length=40) == "Anne Marie"


@pytest.mark.parametrize(
    ("written", "character"),
    [
        ("Ama\u0000ia", "U+0000"),
        ("Ama\nia", "U+000A"),
        ("Ama\tia", "U+0009"),
        ("Ama\x7fia", "U+007F"),
        ("Ama\ud800ia", "U+D800"),
        ("Ama\u202eia", "U+202E"),
        ("Ama\u2066ia", "U+2066"),
        ("Ama\u200bia", "U+200B"),
        ("Ama\u2028ia", "U+2028"),
        ("Ama\ufeffia", "U+FEFF"),
        ("Ama\ue000ia", "U+E000"),
    ],
)
def test_what_cannot_be_seen_is_refused_and_named(written: str, character: str) -> None:
    with pytest.raises(TextUnacceptable) as refused:
        clean_text(written, max_length=40)
    assert refused.value.values == {"written": "Ama\ufffdia", "character": character}


def test_a_text_is_counted_after_it_was_put_right() -> None:
    assert clean_text("  e\u0301e\u0301  ", max_length=2) == "éé"
    with pytest.raises(TextTooLong) as refused:
        clean_text("ééé", max_length=2)
    assert refused.value.values["most"] == 2


def test_the_refusal_of_a_long_text_shows_its_beginning_only() -> None:
    with pytest.raises(TextTooLong) as refused:
        clean_text("x" * 10_000, max_length=200)
    assert len(str(refused.value)) < 200


def test_blank_stays_blank() -> None:
    assert clean_text(" \u00a0\r\n", max_length=1) == ""


@given(st.text(st.characters(exclude_categories=())))
def test_a_clean_text_is_stored_as_it_is_and_cleaning_it_again_changes_nothing(written: str) -> None:
    try:
        cleaned = clean_text(written, max_length=50)
    except TextUnacceptable as refusal:
        str(refusal).encode("utf-8")
        return
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert cleaned.isprintable() and len(cleaned) <= 50
    assert clean_text(cleaned, max_length=50) == cleaned


@given(st.text(st.characters(exclude_categories=())))
def test_any_text_can_be_shown(written: str) -> None:
    shown = shown_text(written)
    assert shown.isprintable() and len(shown) <= 80


def test_every_space_of_unicode_becomes_an_ordinary_one() -> None:
    spaces = [character for character in map(chr, range(0x110000)) if unicodedata.category(character) == "Zs"]
    assert {clean_text(f"a{space}b", max_length=3) for space in spaces} == {"a b"}
