"""Business dates that nobody named."""

from datetime import date
from typing import Self


class AssumedDay(date):
    """The day on which something was asked, for a request that named none.

    It is recorded like any other; but the same request sent again after midnight is still the same request, so what compares
    requests by what they show of themselves sees no day here.
    """

    __slots__ = ()

    @classmethod
    def of(cls, day: date) -> Self:
        """The same day, as one that nobody named."""
        return cls(day.year, day.month, day.day)

    def __repr__(self) -> str:
        return "AssumedDay()"
