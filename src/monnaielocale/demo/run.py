"""The whole story, act by act, on a database of its own."""

from importlib.resources import files as resources
from pathlib import Path
from typing import Any

from rich.console import Console

from ..settings import Settings
from ..store.database import Database
from ..store.temporary import temporary_database
from ..words import say
from .artefacts import check_everything, write_artefacts, write_result
from .beginnings import collect_mandates, credit_too_early, open_the_books, receive_lists
from .market.acts import market_day
from .statements import (
    charge_shows_in_the_proof,
    february_on_the_road,
    january_statements,
    march_arrival,
    overlap_and_repetition,
    revocation_and_creditings,
)
from .story import Story
from .telling import Teller

SUBJECT = (
    "Bayonne pays euros and its beneficiaries receive eusko, from January to March 2026. People, accounts and files are invented."
)
PAYING_OUT = (
    open_the_books,
    collect_mandates,
    receive_lists,
    credit_too_early,
    january_statements,
    revocation_and_creditings,
    charge_shows_in_the_proof,
    overlap_and_repetition,
    february_on_the_road,
    march_arrival,
)
ACTS = (*PAYING_OUT, market_day, check_everything)


def run_demo(settings: Settings, folder: Path, console: Console) -> dict[str, Any]:
    """Tell the story and leave its artefacts in a folder; answers what had to be true, and whether all of it was."""
    with temporary_database(settings, "monnaielocale_demo") as database:
        return tell_story(database, folder, console)


def tell_story(database: Database, folder: Path, console: Console) -> dict[str, Any]:
    """The same on a database that is empty and migrated."""
    story = play(database, console)
    write_artefacts(story, folder)
    result = write_result(story, folder)
    console.print()
    ending = (
        say("Everything that had to be true was.") if story.holds else say("Something that had to be true was not: see NO above.")
    )
    console.print(ending, style="bold green" if story.holds else "bold red", markup=False, highlight=False)
    return result


def play(database: Database, console: Console) -> Story:
    """Every act of the story, in a database that is empty and migrated; its books stay there."""
    story = Story(database, Teller(console), shipped_files())
    story.teller.tell(say(SUBJECT))
    for act in ACTS:
        act(story)
    return story


def shipped_files() -> dict[str, bytes]:
    """The files of the story, by name."""
    return {each.name: each.read_bytes() for each in (resources("monnaielocale.demo") / "files").iterdir() if each.is_file()}
