"""Money in whole cents, and the two ways people write it."""

import re
from dataclasses import dataclass
from decimal import Decimal

from .refusals import Refusal

CENTS_MAX = 2**63 - 1
_SPACES = str.maketrans("", "", " \u00a0\u202f\u2009")
_WRITTEN = re.compile(r"(?P<sign>[-+\u2212]?)(?P<units>\d{1,17})(?:[.,](?P<cents>\d{1,2}))?", re.ASCII)


class AmountUnreadable(Refusal):
    """{written} is not an amount: write it like 1 234,56, with two decimals at most."""

    code = "amount_unreadable"


class AmountNotPositive(Refusal):
    """The amount must be more than zero, not {amount}."""

    code = "amount_not_positive"


class AmountTooLarge(Refusal):
    """The amount {written} is larger than any amount that the books can hold."""

    code = "amount_too_large"


class CurrenciesDiffer(Refusal):
    """{left} and {right} are not in the same currency."""

    code = "currencies_differ"


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An amount in whole cents of one currency. Parity between euro and local units is exactly one, never a rate."""

    cents: int
    currency: str = "EUR"

    def __post_init__(self) -> None:
        if type(self.cents) is not int:
            raise TypeError(f"cents must be a whole number, not {self.cents!r}")
        if not -CENTS_MAX <= self.cents <= CENTS_MAX:
            raise AmountTooLarge(written=str(self.cents))

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + self._same(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - self._same(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.cents, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.cents < self._same(other)

    def __le__(self, other: "Money") -> bool:
        return self.cents <= self._same(other)

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        return f"{decimal_text(self.cents)} {self.currency}"

    def _same(self, other: "Money") -> int:
        if self.currency != other.currency:
            raise CurrenciesDiffer(left=str(self), right=str(other))
        return other.cents


def require_positive(cents: int) -> None:
    """AmountNotPositive unless something is left to move."""
    if cents <= 0:
        raise AmountNotPositive(amount=decimal_text(cents))


def decimal_text(cents: int) -> str:
    """1234.56 for 123456: the plain form for files and programs, never for staff."""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def decimal_of(cents: int) -> Decimal:
    """The same amount as a Decimal with two places, for spreadsheets and display libraries."""
    return Decimal(cents).scaleb(-2)


def cents_from_text(written: str) -> int:
    """Whole cents of an amount as French people and programs write it.

    Accepts a comma or a point, ordinary, no-break (U+00A0), narrow no-break (U+202F) and thin spaces between groups, and a
    trailing or leading euro sign. Refuses more than two decimals rather than rounding (AmountUnreadable), and what 64 bits
    cannot hold (AmountTooLarge).
    """
    bare = written.strip().removesuffix("\u20ac").removeprefix("\u20ac").removesuffix("EUR").translate(_SPACES)
    found = _WRITTEN.fullmatch(bare)
    if not found:
        raise AmountUnreadable(written=written[:80])
    cents = int(found["units"]) * 100 + int((found["cents"] or "0").ljust(2, "0"))
    if cents > CENTS_MAX:
        raise AmountTooLarge(written=written[:80])
    return -cents if found["sign"] in ("-", "\u2212") else cents
