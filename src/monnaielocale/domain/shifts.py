"""A clerk's session at a desk: it lasts the shift, locks when nobody uses it, and opens again with a short code on its device.

A password typed at a counter is seen by those who wait; the short code opens nothing but a session that the password began, on
the one device that keeps the session's key, and only for a few tries.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from .refusals import Refusal

SHIFT_LIFETIME = timedelta(hours=12)
CODE_DIGITS_LEAST, CODE_DIGITS_MOST = 4, 8
TRIES_MAX = 5
# Each look at a busy session would otherwise be a row of its own.
SEEN_EVERY = timedelta(seconds=15)


class ShortCodeUnfit(Refusal):
    """A short code has {least} to {most} digits, neither all the same nor one after the other."""

    code = "short_code_unfit"


class ShortCodeWrong(Refusal):
    """The short code is wrong. Tries left: {left}; after that, log in with the password."""

    code = "short_code_wrong"


class SessionLocked(Refusal):
    """The session is locked: open it again with your short code on the device on which it began."""

    code = "session_locked"


class ShiftAlreadyBegun(Refusal):
    """This session is already that of a shift."""

    code = "shift_already_begun"


def checked_code(code: str) -> str:
    """The short code itself; ShortCodeUnfit when it is none or one of those that everybody tries first."""
    fits = CODE_DIGITS_LEAST <= len(code) <= CODE_DIGITS_MOST and code.isascii() and code.isdigit()
    steps = {int(later) - int(earlier) for earlier, later in pairwise(code)} if fits else {0}
    if len(steps) == 1 and steps <= {-1, 0, 1}:
        raise ShortCodeUnfit(least=CODE_DIGITS_LEAST, most=CODE_DIGITS_MOST)
    return code


@dataclass(frozen=True, slots=True)
class Shift:
    """The shift of a session as its facts leave it: `seen_at` is the last request in it, `locked_at` when its clerk locked it."""

    idle: timedelta
    ends_at: datetime
    seen_at: datetime
    locked_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether the shift has ended: then the password is asked for again."""
        return now >= self.ends_at

    def is_locked(self, now: datetime) -> bool:
        """Whether the short code is asked for: the clerk locked the session, or nobody used it for too long."""
        return now >= self.seen_at + self.idle or (self.locked_at is not None and self.locked_at >= self.seen_at)

    def is_worth_seeing(self, now: datetime) -> bool:
        """Whether a request at this moment is worth remembering: long enough after the last one that was."""
        return now - self.seen_at >= min(SEEN_EVERY, self.idle / 4)
