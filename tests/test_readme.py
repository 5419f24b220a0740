"""The README keeps its promises: what it names exists, and what we depend on is explained."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def names_of(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=;~ ]", requirement)[0].lower() for requirement in requirements}


def test_each_dependency_earns_its_line() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    table = README.partition("## Dependencies")[2].partition("## Licence")[0]
    rows = "\n".join(line.split("|")[1] for line in table.splitlines() if line.startswith("| "))
    explained = set(re.findall(r"[a-z][a-z0-9-]+", rows)) - {"library"}
    assert explained == names_of(project["dependencies"])
    for name in names_of(project["optional-dependencies"]["test"]):
        assert name in table, name


def test_everything_that_it_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert target.startswith("http") or (ROOT / target).exists(), target


def test_every_command_that_it_shows_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert {"demo", "test", "bench"} <= shown <= targets


def test_the_name_that_nobody_owns_is_never_a_dependency() -> None:
    for file in ("pyproject.toml", "requirements.lock", "requirements-run.lock"):
        assert "decimal-utils" not in (ROOT / file).read_text(encoding="utf-8").replace("_", "-").lower()
