"""Help that teaches: what each command does, in the reader's language, and an example to copy."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from ..words import say

Function = TypeVar("Function", bound=Callable[..., Any])


def _say_help(option: Any) -> Any:
    if option is not None:
        option.help = say("Show this help.")
        option.metavar = ""
    return option


class Command(TyperCommand):
    """A command whose own `--help` is said in the reader's language."""

    def get_help_option(self, ctx: Any) -> Any:
        return _say_help(super().get_help_option(ctx))


class Group(TyperGroup):
    """A group of commands whose own `--help` is said in the reader's language."""

    def get_help_option(self, ctx: Any) -> Any:
        return _say_help(super().get_help_option(ctx))


def group(name: str, text: str) -> typer.Typer:
    """A group of commands about one subject."""
    return typer.Typer(name=name, help=text, cls=Group, subcommand_metavar=say("COMMAND [ARGUMENTS]..."))


def alone(*groups: typer.Typer) -> typer.Typer:
    """The groups of one module, which is imported only when one of them is asked for."""
    app = typer.Typer()
    for each in groups:
        app.add_typer(each)
    return app


def command(app: typer.Typer, name: str, text: str, *examples: str) -> Callable[[Function], Function]:
    """Declare a command with what it does and at least one example of how it is typed."""
    assert examples, f"{name} has no example"
    shown = "\n\n".join([say("Example:"), *(f"$ monnaielocale {example}" for example in examples)])
    return app.command(name, help=text, epilog=shown, cls=Command)


def option(name: str, metavar: str, text: str) -> Any:
    """An option with what its value is and what it is for; Typer would show an empty default as if it were a value."""
    return typer.Option(name, metavar=metavar, help=text, show_default=False)


def flag(name: str, text: str, **given: Any) -> Any:
    """An option without a value, which is there or not."""
    return typer.Option(name, metavar="", help=text, **given)


def argument(metavar: str, text: str) -> Any:
    """An argument with what it is."""
    return typer.Argument(metavar=metavar, help=text, show_default=False)


def say_panels() -> None:
    """The headings of help pages, which Typer keeps in English."""
    from typer import rich_utils

    rich_utils.ARGUMENTS_PANEL_TITLE = say("Arguments")
    rich_utils.OPTIONS_PANEL_TITLE = say("Options")
    rich_utils.COMMANDS_PANEL_TITLE = say("Commands")
    rich_utils.REQUIRED_LONG_STRING = f"[{say('required')}]"
    rich_utils.DEFAULT_STRING = f"[{say('default')}: {{}}]"


_Mistake = tuple[re.Pattern[str], Callable[[str], str]]
_MISTAKES: tuple[_Mistake, ...] = (
    (re.compile(r"No such command '(?P<given>.*)'\."), lambda given: say("There is no command {given}.", given=given)),
    (
        re.compile(r"Got unexpected extra arguments?\(?s?\)? \((?P<given>.*)\)"),
        lambda given: say("There is one argument too many: {given}.", given=given),
    ),
    (re.compile(r"Option '(?P<given>.*)' requires an argument\."), lambda given: say("{given} needs a value.", given=given)),
    (re.compile(r"Option '(?P<given>.*)' does not take a value\."), lambda given: say("{given} takes no value.", given=given)),
    (re.compile(r"No such option: (?P<given>\S+)"), lambda given: say("There is no option {given}.", given=given)),
)


def mistake_in_words(problem: Any) -> str:
    """What was typed wrong; Typer knows only English and gives a sentence."""
    message = str(problem.format_message())
    parameter = getattr(problem, "param", None)
    if parameter is not None:
        named = " / ".join(parameter.opts) if parameter.opts[0].startswith("-") else parameter.metavar or parameter.name
        if type(problem).__name__ == "MissingParameter":
            return say("{parameter} is missing.", parameter=named)
        return say("{parameter} cannot be used: {detail}", parameter=named, detail=str(problem.message))
    for pattern, words in _MISTAKES:
        if found := pattern.match(message):
            return words(found["given"])
    return message
