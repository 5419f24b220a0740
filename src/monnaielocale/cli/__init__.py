"""Ring 4: the command line."""

import signal
import sys
from types import FrameType

from ..domain.refusals import Refusal
from ..words import speak


def leave_when_told(number: int, _frame: FrameType | None) -> None:
    """A stop asked by the system unwinds like Ctrl-C, so that open work is given back and our own server is left."""
    sys.exit(128 + number)


def main() -> None:
    """Run the command that was typed, in the language of the settings."""
    signal.signal(signal.SIGTERM, leave_when_told)
    # Commands say their help when they are imported, so the language is known first.
    from .answers import tell_refusal
    from .installation import settings

    try:
        speak(settings().language)
    except Refusal as refusal:
        tell_refusal(refusal)
        sys.exit(2)
    from .app import run

    sys.exit(run())
