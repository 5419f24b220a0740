"""Conventions from the command line: checked without a database, loaded and listed with one."""

from pathlib import Path

from tests.cli.conftest import Command


def test_a_good_convention_is_said_to_be_correct(command: Command, conventions: Path) -> None:
    answered = command("convention", "check", str(conventions / "bayonne-eusko.toml"), str(conventions / "grenoble-cairn.toml"))
    assert answered.code == 0, answered.errors
    assert answered.output.count("correct, avec") == 2


def test_a_good_convention_as_json(command: Command, conventions: Path) -> None:
    answered = command("convention", "check", str(conventions / "bayonne-eusko.toml"), "--json").json()
    assert [one["valid"] for one in answered] == [True]
    assert answered[0]["convention"] == "bayonne-eusko"
    assert all(len(version["sha256"]) == 64 for version in answered[0]["versions"])


def spoilt(conventions: Path, folder: Path) -> tuple[Path, int]:
    """A convention whose currency code is misspelt, and the line of that."""
    lines = (conventions / "bayonne-eusko.toml").read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("[versions.currency]"))
    at = next(number for number in range(at, len(lines)) if lines[number].startswith("code"))
    lines[at] = lines[at].replace("code", "coed", 1)
    path = folder / "fausse.toml"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path, at + 1


def test_a_fault_is_shown_with_its_line_and_its_key(command: Command, conventions: Path, tmp_path: Path) -> None:
    path, line = spoilt(conventions, tmp_path)
    answered = command("convention", "check", str(conventions / "grenoble-cairn.toml"), str(path))
    assert answered.code == 1
    assert "grenoble-cairn.toml" in answered.output
    assert f"ligne {line}, " in answered.errors
    assert "coed" in answered.errors
    assert "s’agit-il de code" in answered.errors


def test_faults_as_json(command: Command, conventions: Path, tmp_path: Path) -> None:
    path, line = spoilt(conventions, tmp_path)
    answered = command("convention", "check", str(path), "--json")
    assert answered.code == 1
    found = answered.json()[0]
    assert (found["valid"], found["code"]) == (False, "convention_faults")
    fault = next(fault for fault in found["faults"] if fault["code"] == "key_misspelt")
    assert (fault["line"], fault["key"].endswith("coed")) == (line, True)


def test_a_convention_is_loaded_once_and_listed(books: Command, conventions: Path) -> None:
    assert books("user", "add", "alba", "--name", "Alba", "--role", "administrator").code == 0
    load = ["convention", "load", str(conventions / "bayonne-eusko.toml"), "--by", "alba", "--on", "2026-01-05"]
    first = books(*load, "--json")
    assert first.code == 0, first.output
    assert first.json()["loaded"] and not first.json()["unchanged"]
    again = books(*load)
    assert again.code == 0
    assert "déjà connue" in again.output
    listed = books("convention", "list", "--json").json()
    assert [(one["book"], one["public_body"], one["convention"]) for one in listed] == [("eusko", "bayonne", "bayonne-eusko")]
    assert "bayonne-eusko" in books("convention", "list").output
