"""Every command teaches: what it does, its options in French, and an example that can be typed."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from monnaielocale.cli.app import SUBJECTS, Subjects, app, run
from tests.cli.conftest import Command


def every_command() -> Iterator[tuple[str, ...]]:
    """The words under which each command is typed."""
    root: Any = typer.main.get_command(app)
    assert isinstance(root, Subjects)
    for name in SUBJECTS:
        yield from _commands_in((name,), root.get_command(None, name))


def _commands_in(words: tuple[str, ...], found: Any) -> Iterator[tuple[str, ...]]:
    """The command itself, or those of a group, which may be in groups of their own."""
    if not hasattr(found, "commands"):
        yield words
        return
    for name, inner in found.commands.items():
        yield from _commands_in((*words, name), inner)


@pytest.mark.parametrize("words", list(every_command()), ids=" ".join)
def test_the_help_of_a_command_holds_an_example_of_it(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run([*words, "--help"]) == 0
    page = capsys.readouterr().out
    assert f"$ monnaielocale {' '.join(words)}" in page
    assert "Exemple" in page
    assert "Affiche cette aide." in page
    assert not re.search(r"\b(Show|Options:|Arguments:|Usage:.*COMMAND\b)", page)


def test_every_option_is_explained() -> None:
    root: Any = typer.main.get_command(app)
    for words in every_command():
        found = root
        for word in words:
            found = found.get_command(None, word)
        silent = [parameter.name for parameter in found.params if not parameter.help]
        assert not silent, f"{' '.join(words)}: {silent}"


@pytest.mark.parametrize("words", [words for words in every_command() if words[0] == "desk"], ids=" ".join)
def test_the_examples_of_a_desk_are_understood_as_far_as_the_database(
    words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")
    root: Any = typer.main.get_command(app)
    for word in words:
        root = root.get_command(None, word)
    examples = [shlex.split(line) for line in root.epilog.splitlines() if line.startswith("$ monnaielocale ")]
    assert examples
    for example in examples:
        assert run(example[2:]) == 1, example
        assert "La base de données est injoignable" in "".join(capsys.readouterr())


def test_the_first_page_names_every_command(command: Command) -> None:
    page = command("--help")
    assert page.code == 0
    assert all(name in page.output for name in SUBJECTS)
    assert "partie double" in page.output


def test_help_is_said_in_english_where_english_is_asked_for(command: Command) -> None:
    page = command("statement", "read", "--help", language="en")
    assert "Read a bank statement and show what it holds." in page.output
    assert "Example:" in page.output


def test_nothing_typed_shows_the_first_page(command: Command) -> None:
    answered = command()
    assert answered.code == 2
    assert "statement" in answered.output


def test_the_version_is_shown(command: Command) -> None:
    assert re.fullmatch(r"monnaielocale \d+\.\d+\.\d+\n", command("--version").output)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (["statemnt"], "Il n’y a pas de commande statemnt."),
        (["statement", "red"], "Il n’y a pas de commande red."),
        (["statement", "read"], "FICHIER manque."),
        (["proof", "--bok", "eusko"], "Il n’y a pas d’option --bok."),
        (["proof", "--book"], "--book demande une valeur."),
        (["proof", "eusko"], "Il y a un argument de trop\u00a0: eusko."),
        (["proof", "--event", "x"], "--event est inutilisable"),
        (["run", "sign", "RF1"], "--by manque."),
    ],
)
def test_a_mistyped_command_is_answered_in_french(typed: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(typed) == 2
    told_on = capsys.readouterr()
    assert told in told_on.err
    assert told_on.out == ""


def test_a_wrong_setting_is_named(command: Command) -> None:
    answered = command("--version", language="français")
    assert answered.code == 2
    assert "MONNAIELOCALE_LANGUAGE" in answered.errors
