"""The period that a payment is for: a month, or once for a grant or an invoice."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from ..refusals import Refusal

_YEAR = r"(?P<year>2[01]\d\d)"
_WRITTEN = (
    re.compile(rf"{_YEAR}(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?", re.ASCII),
    re.compile(rf"(?:(?P<day>\d\d)/)?(?P<month>\d\d)/{_YEAR}", re.ASCII),
)


class PeriodUnreadable(Refusal):
    """{written} is not a period: write a month like 2026-01, a year like 2026 or a day like 2026-01-31."""

    code = "period_unreadable"


class PeriodKind(StrEnum):
    """How often a payment comes back: each month, or once."""

    MONTH = "month"
    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Period:
    """Days that a payment is for, from the first to the last; a month, a calendar year or one single day."""

    first_on: date
    last_on: date

    def __post_init__(self) -> None:
        whole = (self.first_on, self.last_on)
        if whole not in (_day(self.first_on), _month(self.first_on), _year(self.first_on)):
            raise ValueError(f"{self.first_on} to {self.last_on} is neither a day, a month nor a year")

    @classmethod
    def parse(cls, written: str) -> "Period":
        """The period that people write as 2026-01 or 01/2026, as 2026, or as 2026-01-31 or 31/01/2026; else PeriodUnreadable."""
        bare = written.strip()
        found = next((match for pattern in _WRITTEN if (match := pattern.fullmatch(bare))), None)
        if found is None:
            raise PeriodUnreadable(written=written[:80])
        try:
            first = date(int(found["year"]), int(found["month"] or 1), int(found["day"] or 1))
        except ValueError:
            raise PeriodUnreadable(written=written[:80]) from None
        return cls(*(_day(first) if found["day"] else _month(first) if found["month"] else _year(first)))

    @classmethod
    def month_of(cls, day: date) -> "Period":
        """The month in which a day lies."""
        return cls(*_month(day))

    @property
    def kind(self) -> PeriodKind:
        """A month comes back; a year or a single day is the period of what is paid once."""
        return PeriodKind.MONTH if (self.first_on, self.last_on) == _month(self.first_on) else PeriodKind.ONCE

    def day_of_month(self, number: int) -> date:
        """The numbered day of the period's first month; the month's last day when it is shorter."""
        return self.first_on.replace(day=min(number, monthrange(self.first_on.year, self.first_on.month)[1]))

    def __str__(self) -> str:
        if self.kind is PeriodKind.MONTH:
            return f"{self.first_on:%Y-%m}"
        return self.first_on.isoformat() if self.first_on == self.last_on else str(self.first_on.year)


def months_later(day: date, months: int) -> date:
    """The same day of the month some months later; the month's last day when it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def end_after_months(starts_on: date, months: int) -> date:
    """The last day of a stretch of whole months that begins on a day: 30 June for six months from 1 January.

    A month without that day ends the stretch on its own last day (the rule of article 641 of the code de procédure civile).
    """
    later = months_later(starts_on, months)
    return later - timedelta(days=1) if later.day == starts_on.day else later


def _day(day: date) -> tuple[date, date]:
    return day, day


def _month(day: date) -> tuple[date, date]:
    return day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1])


def _year(day: date) -> tuple[date, date]:
    return date(day.year, 1, 1), date(day.year, 12, 31)
