"""The command that measures."""

import json
from pathlib import Path
from typing import Annotated

import typer

from ..bench.figures import Figure
from ..bench.run import measure
from ..words import say
from .answers import tell_error, tell_json, tell_table
from .arguments import AsJson
from .installation import settings
from .teaching import command, option

app = typer.Typer()


@command(
    app,
    "bench",
    say("Measure the books under load, as ratios against a peer or a limit on the same server in the same run."),
    "bench --output build/bench.json",
)
def bench(
    output: Annotated[Path, option("--output", say("FILE"), say("Where the figures are written, as JSON."))] = Path(
        "build/bench.json"
    ),
    payments: Annotated[int, option("--payments", say("NUMBER"), say("Wallet payments in each round."))] = 4000,
    rounds: Annotated[int, option("--rounds", say("NUMBER"), say("Rounds, of which the one with the median ratio counts."))] = 5,
    lines: Annotated[int, option("--lines", say("NUMBER"), say("Lines of the payment run."))] = 10_000,
    as_json: AsJson = False,
) -> int:
    """Measure, show and write every figure."""
    figures: list[Figure] = []
    # Figures are for developers: what is measured is named in English.
    for figure in measure(settings(), payments=payments, rounds=rounds, lines=lines, progress=tell_error):
        figures.append(figure)
    found = [figure.as_data() for figure in figures]
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if as_json:
        tell_json(found)
    else:
        tell_table(["name", "ours", "reference", "ratio", "reach", "unit"], [_row(each) for each in figures], right=(1, 2, 3, 4))
    return 0


def _row(figure: Figure) -> list[str]:
    sign = ">=" if figure.higher_is_better else "<="
    reach = f"{sign} {figure.reach:g}" if figure.reach is not None else ""
    return [figure.name, f"{figure.ours:.2f}", f"{figure.reference:.2f}", f"{figure.ratio:.2f}", reach, figure.unit]
