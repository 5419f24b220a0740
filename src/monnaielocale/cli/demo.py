"""The command that tells the demonstration."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ..demo.run import run_demo
from ..words import say, speak
from .answers import tell_json
from .arguments import AsJson
from .installation import settings
from .teaching import command, option

# Where nobody watches, tables are as wide as a page.
UNWATCHED_WIDTH = 120

app = typer.Typer()


@command(
    app,
    "demo",
    say("Tell the whole story on files that the program holds, in a database of its own, and check everything it claims."),
    "demo --output build/demo",
)
def demo(
    output: Annotated[
        Path, option("--output", say("FOLDER"), say("Where the proof, the account of each run and the journal are written."))
    ] = Path("build/demo"),
    language: Annotated[str, option("--language", say("LANGUAGE"), say("The language of the story: fr or en."))] = "",
    as_json: AsJson = False,
) -> int:
    """Tell the story; the exit code says whether everything that had to be true was."""
    found = settings()
    if language:
        speak(language)
    # A program that asks for JSON gets it alone on the standard output; whoever watches follows the story beside it.
    stream = sys.stderr if as_json else sys.stdout
    result = run_demo(found, output, Console(file=stream, width=None if stream.isatty() else UNWATCHED_WIDTH))
    if as_json:
        tell_json(result)
    return 0 if result["holds"] else 1
