"""Long work says what it does and how far it is, to people who watch and to nobody else."""

import io
import sys

import pytest

from monnaielocale.cli.answers import remember_json, working
from monnaielocale.domain.progress import Step, is_followed, tell
from monnaielocale.words import FRENCH, speak


class Terminal(io.StringIO):
    """Somebody watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _french() -> None:
    speak(FRENCH)
    remember_json(False)


def test_people_see_the_step_and_how_much_of_it_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    with working("Import"):
        tell(Step.CHECKING, 250, 10_000)
    assert "contrôle des lignes" in terminal.getvalue()
    assert "250 / 10\u202f000" in terminal.getvalue()


def test_a_program_that_reads_the_output_is_shown_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    unwatched = io.StringIO()
    monkeypatch.setattr(sys, "stderr", unwatched)
    with working("Import") as begin:
        assert not is_followed()
        begin("step")
    assert unwatched.getvalue() == ""
