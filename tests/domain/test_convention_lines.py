"""The line finder against documents whose lines are known because the test itself wrote them."""

import json
import tomllib
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.domain.conventions.lines import Path, key_text, toml_lines


def lines_of(text: str) -> dict[str, int]:
    tomllib.loads(text)
    return {key_text(path): line for path, line in toml_lines(text).items()}


def test_tables_arrays_of_tables_and_dotted_keys_are_found() -> None:
    text = """\
    # A convention
    code = "a"

    [[versions]]
    label = "first"
    kinds.grant.period = "once"   # dotted

    [versions.currency]
    code = "EUS"

    [[versions.bank_accounts]]
    iban = "x"
    [[versions.bank_accounts]]
    iban = "y"

    [[versions]]
    label = "second"
    [versions.currency]
    code = "EUS"
    """
    assert lines_of(dedent(text)) == {
        "code": 2,
        "versions": 4,
        "versions[1]": 4,
        "versions[1].label": 5,
        "versions[1].kinds": 6,
        "versions[1].kinds.grant": 6,
        "versions[1].kinds.grant.period": 6,
        "versions[1].currency": 8,
        "versions[1].currency.code": 9,
        "versions[1].bank_accounts": 11,
        "versions[1].bank_accounts[1]": 11,
        "versions[1].bank_accounts[1].iban": 12,
        "versions[1].bank_accounts[2]": 13,
        "versions[1].bank_accounts[2].iban": 14,
        "versions[2]": 16,
        "versions[2].label": 17,
        "versions[2].currency": 18,
        "versions[2].currency.code": 19,
    }


def test_lists_and_inline_tables_over_several_lines_are_found() -> None:
    text = 'list = [\n  1, # one ]\n  "]", {a = "}", b = [\n    2]},\n]\nlast = 1979-05-27 07:32:00\n'
    assert lines_of(text) == {
        "list": 1,
        "list[1]": 2,
        "list[2]": 3,
        "list[3]": 3,
        "list[3].a": 3,
        "list[3].b": 3,
        "list[3].b[1]": 4,
        "last": 6,
    }


@pytest.mark.parametrize(
    "string",
    [
        '"[table]\\" # = "',
        "'[table]\\'",
        '"""\n[table]\nkey = "x"\n"""',
        '"""ends in quotes"""""',
        '"""\\""" still inside"""',
        "'''\n[[table]]\n''''",
        '""',
        "''",
        '""""""',
    ],
)
def test_a_string_hides_what_it_holds(string: str) -> None:
    text = f"before = {string}\nafter = 1\n"
    assert lines_of(text) == {"before": 1, "after": 2 + string.count("\n")}


def test_windows_line_ends_count_once() -> None:
    assert lines_of("a = 1\r\n\r\nb = 2\r\n") == {"a": 1, "b": 3}


def test_quoted_keys_are_the_keys_that_the_parser_gives() -> None:
    text = '[ "a.b" . \'c d\' ]\n"e\\u00e9\\"" = 1\n'
    assert lines_of(text) == {'"a.b"': 1, '"a.b"."c d"': 1, '"a.b"."c d"."eé\\""': 2}


class Writer:
    """Writes a document in TOML and notes on which line each thing begins."""

    def __init__(self, layout: list[bool]) -> None:
        self.text = ""
        self.lines: dict[Path, int] = {}
        self.layout = layout

    def chance(self) -> bool:
        self.layout.append(self.layout.pop(0))
        return self.layout[-1]

    def note(self, path: Path) -> None:
        self.lines.setdefault(path, self.text.count("\n") + 1)

    def table(self, table: dict[str, Any], path: Path, header: str) -> None:
        later = {key: value for key, value in table.items() if not self.plain(value) and self.chance()}
        for key, value in table.items():
            if key not in later:
                if self.chance():
                    self.text += "# [not.a.table] key = 1\n"
                self.note((*path, key))
                self.text += f"{json.dumps(key)} = "
                self.value(value, (*path, key))
                self.text += "\n"
        for key, value in later.items():
            name = f"{header}.{json.dumps(key)}" if header else json.dumps(key)
            for number, each in enumerate(value if isinstance(value, list) else [value]):
                self.note((*path, key))
                here: Path = (*path, key, number) if isinstance(value, list) else (*path, key)
                self.note(here)
                self.text += f"[[{name}]]\n" if isinstance(value, list) else f"[{name}]\n"
                self.table(each, here, name)

    @staticmethod
    def plain(value: Any) -> bool:
        tables = value if isinstance(value, list) else [value]
        return not tables or not all(isinstance(each, dict) for each in tables)

    def value(self, value: Any, path: Path) -> None:
        if isinstance(value, list):
            self.text += "["
            for number, each in enumerate(value):
                self.text += "\n" if self.chance() else " "
                self.note((*path, number))
                self.value(each, (*path, number))
                self.text += ", # ]\n" if self.chance() else ","
            self.text += "]"
        elif isinstance(value, dict):
            self.text += "{"
            for number, (key, each) in enumerate(value.items()):
                self.text += ", " if number else ""
                self.note((*path, key))
                self.text += f"{json.dumps(key)} = "
                self.value(each, (*path, key))
            self.text += "}"
        else:
            self.text += self.string(value) if isinstance(value, str) else str(value).lower()

    def string(self, value: str) -> str:
        if self.chance() and "\\" not in value and '"""' not in value and not value.endswith('"') and value.isprintable():
            return f'"""\n{value}"""'
        return json.dumps(value)


TEXTS = st.text(alphabet="ab[]{}=#.,\"'\\\n é", max_size=6)
VALUES = st.recursive(
    TEXTS | st.integers(-5, 5) | st.booleans(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(TEXTS, VALUES, max_size=4), st.lists(st.booleans(), min_size=7, max_size=7))
def test_every_key_of_any_document_is_found_on_its_line(document: dict[str, Any], layout: list[bool]) -> None:
    writer = Writer(layout)
    writer.table(document, (), "")
    assert tomllib.loads(writer.text) == document
    assert toml_lines(writer.text) == writer.lines
