"""How the story is told: numbered acts, short sentences, small tables, refusals as people see them, and progress."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from textwrap import wrap
from typing import Any, TypeVar

from rich.console import Console
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ..domain.files import RowsRefused
from ..domain.money import Money
from ..domain.refusals import Refusal
from ..words import explain, say, shown

Told = TypeVar("Told")
FAULTS_SHOWN = 6


class Teller:
    """Writes the story on a console; what comes from files or people is never taken for markup."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._act = 0

    def part(self, subject: str) -> None:
        """The next part of the story, by what it is about."""
        self.console.print()
        self.tell(subject)

    def act(self, title: str) -> None:
        """The next act, under its number."""
        self._act += 1
        self.console.print()
        self.console.print(Rule(Text(say("Act {number}. {title}", number=self._act, title=title), "bold"), align="left"))

    def tell(self, sentence: str) -> None:
        """A sentence of the story."""
        self._wrapped(Text(sentence), "")

    def refused(self, refusal: Refusal) -> None:
        """What the person is told who asked for something that may not be."""
        self._wrapped(Text.assemble((say("Refused:"), "bold red"), " ", explain(refusal)), "  ")
        if isinstance(refusal, RowsRefused):
            self._faults(refusal)

    def held(self, verdict: str, *, holds: bool) -> None:
        """Whether something that must be true is."""
        mark = Text(say("yes") if holds else say("NO"), "bold green" if holds else "bold red")
        self._wrapped(Text.assemble(mark, "  ", verdict), "  ")

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """A small table; amounts are given as Money and stand to the right, as numbers do."""
        listed = [list(row) for row in rows]
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        for place, heading in enumerate(headings):
            values = [row[place] for row in listed if row[place] != ""]
            figures = bool(values) and all(isinstance(value, Money | int) for value in values)
            table.add_column(Text(heading), justify="right" if figures else "left", no_wrap=figures)
        for row in listed:
            table.add_row(*(Text(shown(value, "count" if isinstance(value, int) else "label")) for value in row))
        self.console.print(Padding(table, (0, 0, 0, 2), expand=False))

    def progress(self, what: str, steps: Sequence[Told]) -> Iterator[Told]:
        """The steps one by one, with a bar for whoever watches; elsewhere the bar is written once, when it is full."""
        with self.counting(what, len(steps)) as advance:
            for step in steps:
                yield step
                advance(1)

    @contextmanager
    def counting(self, what: str, total: int) -> Iterator[Any]:
        """A bar that is advanced by whoever works: yields the function that advances it by so many."""
        columns = (TextColumn("  {task.description}", markup=False), BarColumn(bar_width=30), MofNCompleteColumn())
        with Progress(*columns, console=self.console) as bar:
            task = bar.add_task(what, total=total)
            yield lambda done: bar.advance(task, done)

    def _wrapped(self, text: Text, margin: str) -> None:
        """The text in lines as wide as the console, broken at ordinary spaces only: French puts others where no line may end."""
        lines = wrap(text.plain, self.console.width, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False)
        whole = Text("\n".join(lines))
        for span in text.spans:
            whole.stylize(span.style, span.start + len(margin), span.end + len(margin))
        self.console.print(whole, soft_wrap=True)

    def _faults(self, refusal: RowsRefused) -> None:
        headings = (say("Row"), say("Column"), say("Value"), say("Reason"))
        shown_faults = refusal.faults[:FAULTS_SHOWN]
        # A value that was read as an amount is shown as amounts are.
        rows = ((str(one.row_number), one.column, shown(one.value), explain(one.refusal)) for one in shown_faults)
        self.table(headings, rows)
