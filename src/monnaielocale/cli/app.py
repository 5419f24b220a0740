"""The command line as a whole: every command under its name, and what becomes of a refusal or of a mistyped command."""

from importlib import import_module
from typing import Annotated, Any

import typer

from .. import __version__
from ..domain.refusals import Refusal
from ..words import say
from .answers import remember_json, tell, tell_error, tell_refusal
from .arguments import ArgumentRefused
from .teaching import Group, flag, mistake_in_words, say_panels

REFUSED, MISTYPED, INTERRUPTED = 1, 2, 130

# Where each command is written. A module is imported when one of its commands is asked for: reading a bank file, which needs no
# database, does not wait for all that a database needs.
SUBJECTS = {
    "migrate": "books",
    "user": "people",
    "convention": "conventions",
    "opening": "openings",
    "member": "members",
    "mandate": "members",
    "run": "runs",
    "statement": "statements",
    "match": "matches",
    "account": "accounts",
    "notes": "notes",
    "desk": "desks",
    "event": "events",
    "proof": "books",
    "check": "books",
    "close": "books",
    "export": "books",
    "key": "keys",
    "serve": "serve",
    "ready": "serve",
    "demo": "demo",
    "bench": "bench",
}


class Subjects(Group):
    """All commands, each from the module of its subject."""

    def list_commands(self, _ctx: Any) -> list[str]:
        """Every command, in the order in which an installation meets them."""
        return list(SUBJECTS)

    def get_command(self, _ctx: Any, cmd_name: str) -> Any:
        """The command of that name, or None."""
        if cmd_name not in SUBJECTS:
            return None
        module = import_module(f".{SUBJECTS[cmd_name]}", __package__)
        return typer.main.get_group(module.app).commands[cmd_name]


say_panels()
app = typer.Typer(
    name="monnaielocale",
    help=say("Double-entry books for French local currencies and the town payments made in them."),
    cls=Subjects,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    subcommand_metavar=say("COMMAND [ARGUMENTS]..."),
)


def show_version(wanted: bool) -> None:
    """Print the version and leave."""
    if wanted:
        tell(f"monnaielocale {__version__}")
        raise typer.Exit


@app.callback()
def every_command(
    version: Annotated[bool, flag("--version", say("Show the version."), callback=show_version, is_eager=True)] = False,
) -> None:
    """Options that come before any command."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command; answers 0 when it was done, 1 when it was refused, 2 when it was mistyped."""
    remember_json(False)
    try:
        code: Any = typer.main.get_command(app)(arguments, prog_name="monnaielocale", standalone_mode=False)
    except Refusal as refusal:
        tell_refusal(refusal)
        return MISTYPED if isinstance(refusal, ArgumentRefused) else REFUSED
    except typer.TyperException as mistake:
        return _tell_mistake(mistake)
    except typer.Abort:
        return INTERRUPTED
    return code if isinstance(code, int) else 0


def _tell_mistake(mistake: typer.TyperException) -> int:
    context = getattr(mistake, "ctx", None)
    if type(mistake).__name__ == "NoArgsIsHelpError":
        tell(mistake.format_message())
        return MISTYPED
    tell_error(f"monnaielocale: {mistake_in_words(mistake)}")
    if context is not None:
        tell_error(say("Help: {command} --help", command=context.command_path))
    return MISTYPED
