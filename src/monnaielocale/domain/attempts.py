"""How long somebody waits who tried to log in too often: the wait doubles with each try, and always ends."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from .refusals import Refusal

FREE_TRIES_OF_A_LOGIN = 5
# A town hall goes out through one address.
FREE_TRIES_OF_AN_ADDRESS = 50
LONGEST_WAIT_SECONDS = 15 * 60
# Tries older than this are forgotten: a guesser is left with about a hundred a day.
REMEMBERED_FOR = timedelta(days=1)
# For so long after a person was admitted from an address, strangers' tries elsewhere do not make them wait there.
KNOWN_FOR = timedelta(days=30)


class TooManyAttempts(Refusal):
    """Too many attempts to log in: try again in {retry_after_seconds} seconds."""

    code = "too_many_attempts"


@dataclass(frozen=True, slots=True)
class Tries:
    """How often something was tried in vain, and when last."""

    number: int
    last_at: datetime | None

    def check(self, now: datetime, *, free: int) -> None:
        """TooManyAttempts while the wait after the last try is not over; the first tries are free."""
        if self.last_at is None or self.number < free:
            return
        wait = min(2 ** min(self.number - free, 20), LONGEST_WAIT_SECONDS)
        left = self.last_at + timedelta(seconds=wait) - now
        if left > timedelta():
            raise TooManyAttempts(retry_after_seconds=-(-left // timedelta(seconds=1)))
