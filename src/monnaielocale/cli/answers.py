"""What a command answers: sentences and tables for people on the standard output, or one JSON document for programs."""

import json
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from rich import box
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from ..domain.conventions.faults import ConventionFault
from ..domain.files import RowFault
from ..domain.progress import Step, followed_by
from ..domain.refusals import Refusal
from ..words import explain, refusal_as_problem, say, shown, word

# Where nobody watches there is no width to respect: a file or another program gets whole lines.
UNWATCHED_WIDTH = 1000
_json: ContextVar[bool] = ContextVar("json", default=False)


def remember_json(wanted: bool) -> bool:
    """Keep what --json said, for the answer and for a refusal."""
    _json.set(wanted)
    return wanted


def json_wanted() -> bool:
    """The command was asked for JSON."""
    return _json.get()


def tell_json(content: Any) -> None:
    """One JSON document on the standard output."""
    json.dump(content, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


def tell(text: str) -> None:
    """A sentence on the standard output."""
    _console(error=False).print(seen(text), markup=False, highlight=False, soft_wrap=True)


def tell_done(done: Any, as_json: bool, text: str) -> None:
    """What was done: the sentence, or the whole answer of the action as JSON."""
    if as_json:
        tell_json(done)
    else:
        tell(text)


def tell_error(text: str) -> None:
    """A sentence on the error output."""
    _console(error=True).print(seen(text), markup=False, highlight=False, soft_wrap=True)


def tell_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """A table on the standard output; the columns at the places `right` hold amounts."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for place, heading in enumerate(headings):
        table.add_column(Text(seen(heading)), justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(seen(cell)) for cell in row))
    _console(error=False).print(table)


def tell_refusal(refusal: Refusal) -> None:
    """Why nothing was done: in words on the error output, or as JSON where JSON was asked for."""
    if json_wanted():
        tell_json(refusal_as_problem(refusal))
        return
    tell_error(f"monnaielocale: {explain(refusal)}")
    for fault in getattr(refusal, "faults", ()):
        tell_error(f"  {fault_in_words(fault)}")


def fault_in_words(fault: Any) -> str:
    """One fault of a file: its place, what was found there, and why it cannot stay."""
    if isinstance(fault, ConventionFault):
        place = say("line {line}, {key}", line=fault.line, key=fault.key) if fault.key else say("line {line}", line=fault.line)
        return _fault(place, fault.value, fault.reason)
    if isinstance(fault, RowFault):
        place = say("row {row}, {column}", row=fault.row_number, column=fault.column)
        return _fault(place if fault.column else say("row {row}", row=fault.row_number), fault.value, fault.refusal)
    return explain(fault) if isinstance(fault, Refusal) else str(fault)


def labelled(label: str, text: str) -> str:
    """A text after what it is about, with the colon as the language sets it."""
    return say("{place}: {reason}", place=label, reason=text)


def _fault(place: str, value: str, reason: Refusal) -> str:
    if not value:
        return labelled(place, explain(reason))
    return say("{place}, {value}: {reason}", place=place, value=value, reason=explain(reason))


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Show what long work does and how far it is, where somebody watches the error output."""
    console = _console(error=True)
    if not console.is_terminal or json_wanted():
        yield lambda _: None
        return
    far = TextColumn("{task.fields[far]}")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), far, TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(what, total=None, far="")

        def begin(step: str) -> None:
            progress.update(task, description=labelled(what, step) if step else what)

        def follow(step: Step, done: int, total: int) -> None:
            told = f"{shown(done, 'count')} / {shown(total, 'count')}"
            progress.update(task, description=labelled(what, word("step", step)), completed=done, total=total, far=told)

        with followed_by(follow):
            yield begin


def seen(text: str) -> str:
    """The text without signs by which a file could command the terminal."""
    return "".join("\ufffd" if unicodedata.category(sign) in ("Cc", "Cf", "Co", "Cs") and sign != "\n" else sign for sign in text)


def _console(*, error: bool) -> Console:
    """A console on the output as it is now, as wide as the terminal."""
    stream = sys.stderr if error else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else UNWATCHED_WIDTH)
