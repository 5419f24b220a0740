"""Ring 4: the command line."""

import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from monnaielocale import __doc__ as purpose
from monnaielocale import __version__

app = typer.Typer(name="monnaielocale", help=purpose, no_args_is_help=True, pretty_exceptions_enable=False)


def show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        typer.echo(f"monnaielocale {__version__}")
        raise typer.Exit


@app.callback()
def every_command(
    version: Annotated[bool, typer.Option("--version", callback=show_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    """Options that come before any command."""


def leave_when_told(number: int, _frame: FrameType | None) -> None:
    """A stop asked by the system unwinds like Ctrl-C, so that open work is given back and our own server is left."""
    sys.exit(128 + number)


def main() -> None:
    """Run the command that was typed."""
    signal.signal(signal.SIGTERM, leave_when_told)
    app()
