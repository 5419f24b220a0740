"""What is typed at the pool in tests, and what commands answer, with ordinary spaces."""

import re
from collections.abc import Callable
from datetime import date, datetime

from monnaielocale.words import PARIS
from tests.cli.conftest import Answered

PASSWORD = "a password that is long enough"
# What the head puts into the first till: forty units in notes and fifty euros.
NOTES = "--note 1x20 --note 2x5 --note 5x2"
COINS = "--euro 10x2 --euro 5x4 --euro 1x8 --euro 0,50x4"

Typed = Callable[..., Answered]


def today() -> date:
    """The day in Paris, on which alone a day is opened."""
    return datetime.now(PARIS).date()


YEAR = today().year
FIRST, SECOND, MINUS, FOURTH, FIFTH = (f"PISC-{YEAR}-{number:06d}" for number in range(1, 6))
ENVELOPE, REMITTANCE = f"PISC-{YEAR}-E0001", f"PISC-{YEAR}-R0001"


def plain(text: str) -> str:
    """A text with ordinary spaces, and one wherever a table has several."""
    return re.sub(r" {2,}", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


def done(answered: Answered) -> list[str]:
    """The lines of a command that was carried out, with ordinary spaces; the rule under a heading is left out."""
    assert (answered.code, answered.errors) == (0, ""), answered.errors
    return [line.strip() for line in plain(answered.output).splitlines() if not line.startswith("─")]


def refused(answered: Answered, code: int = 1) -> str:
    """Why a command was not carried out."""
    assert (answered.code, answered.output) == (code, ""), answered.output
    return plain(answered.errors).removeprefix("monnaielocale: ").strip()


def at_work(desk: Typed) -> None:
    """The float is there, the day is open, and the clerk has the first till."""
    done(desk("float receive", "150,00 --by pool-head"))
    done(desk("float exchange", f"till-1 {NOTES} --by pool-head"))
    done(desk("day open", "--by pool-clerk"))
    done(desk("session open", f"till-1 {NOTES} {COINS} --float 50,00 --by pool-clerk"))
