"""Commands about conventions: checking a file before anything else, loading it, listing what is in force."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from ..actions.conventions import load_convention
from ..domain.conventions.convention import Convention
from ..domain.conventions.reading import read_convention
from ..domain.refusals import Refusal
from ..store.exports import all_conventions
from ..store.people import actor_of
from ..words import explain, refusal_as_problem, say, shown
from .answers import fault_in_words, labelled, tell, tell_error, tell_json, tell_table
from .arguments import AsJson, By, File, On, day, read_file
from .databases import open_database
from .teaching import alone, argument, command, group

convention_commands = group("convention", say("Conventions between a public body and an association."))
app = alone(convention_commands)


@dataclass(frozen=True, slots=True)
class Checked:
    """A file with what it holds, or why it cannot be loaded."""

    file: str
    read: Convention | Refusal


@command(
    convention_commands,
    "check",
    say("Check the files of conventions without a database; every fault is shown with its line and its key."),
    "convention check conventions/bayonne-eusko.toml",
)
def check(
    files: Annotated[list[Path], argument(say("FILE..."), say("The files to check."))],
    as_json: AsJson = False,
) -> int:
    """Check conventions."""
    checked = [Checked(str(path), _read(read_file(path))) for path in files]
    if as_json:
        tell_json([_checked_as_data(one) for one in checked])
    else:
        for one in checked:
            _tell_checked(one)
    return 1 if any(isinstance(one.read, Refusal) for one in checked) else 0


def _read(data: bytes) -> Convention | Refusal:
    try:
        return read_convention(data)
    except Refusal as refusal:
        return refusal


def _checked_as_data(checked: Checked) -> dict[str, Any]:
    if isinstance(checked.read, Refusal):
        return {"file": checked.file, "valid": False, **refusal_as_problem(checked.read)}
    return {"file": checked.file, "valid": True, **_convention_as_data(checked.read)}


def _convention_as_data(convention: Convention) -> dict[str, Any]:
    return {
        "convention": convention.code,
        "versions": [
            {
                "label": version.label,
                "in_force_on": version.in_force_on.isoformat(),
                "suspended_on": version.suspended_on.isoformat() if version.suspended_on else None,
                "ended_on": version.ended_on.isoformat() if version.ended_on else None,
                "sha256": version.sha256.hex(),
            }
            for version in convention.versions
        ],
    }


def _tell_checked(checked: Checked) -> None:
    if isinstance(checked.read, Convention):
        labels = [version.label for version in checked.read.versions]
        tell(say("{file}: correct, with {versions}.", file=checked.file, versions=labels))
        return
    tell_error(labelled(checked.file, explain(checked.read)))
    for fault in getattr(checked.read, "faults", ()):
        tell_error(f"  {fault_in_words(fault)}")


@command(
    convention_commands,
    "load",
    say("Load a convention with its parties, its book and its bank accounts; loaded again, nothing changes."),
    "convention load conventions/bayonne-eusko.toml --by alba",
)
def load(file: File, by: By, on: On = "", as_json: AsJson = False) -> None:
    """Load a convention."""
    data = read_file(file)
    with open_database() as database:
        done = load_convention(database, actor_of(database, by), data, day(on))
    if as_json:
        tell_json(done)
        return
    tell(say("Convention {convention}, book {book}.", convention=done["convention"], book=done["book"]))
    for labels, text in (
        (done["loaded"], say("new")),
        (done["ended"], say("ends recorded")),
        (done["unchanged"], say("known already")),
    ):
        for label in labels:
            tell(f"  {labelled(label, text)}")


@command(convention_commands, "list", say("List the conventions with their versions."), "convention list")
def list_all(as_json: AsJson = False) -> None:
    """List the conventions."""
    with open_database() as database, database.reading() as connection:
        loaded = all_conventions(connection)
    if as_json:
        tell_json([{"book": one.book, "public_body": one.public_body, **_convention_as_data(one.convention)} for one in loaded])
        return
    headings = [say("Convention"), say("Version"), say("In force from"), say("Suspended on"), say("Ended on")]
    tell_table(
        headings,
        [
            [one.convention.code, version.label, *map(shown, (version.in_force_on, version.suspended_on, version.ended_on))]
            for one in loaded
            for version in one.convention.versions
        ],
    )
