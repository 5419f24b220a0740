"""A desk as a clerk would keep it on paper: what lies in each till, who has it, what was sold and given back."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Notes = Counter[int]
PRICES = {"entry-child": 1_20, "entry": 4_50, "lesson": 12_00, "ten-entries": 38_00}


class No(Exception):
    """The books must refuse, with one of these codes."""

    def __init__(self, *codes: str) -> None:
        super().__init__(*codes)
        self.codes = codes


def worth(notes: Notes) -> int:
    """Cents of notes together."""
    return sum(denomination * count for denomination, count in notes.items())


def composable(notes: Notes) -> set[int]:
    """Every amount that some of the notes make."""
    amounts = {0}
    for denomination, count in notes.items():
        amounts = {amount + denomination * taken for amount in amounts for taken in range(count + 1)}
    return amounts


@dataclass(slots=True)
class Taken:
    """A receipt and what is left of it: its lines not yet cancelled, and what each means brought in and did not give back."""

    lines: dict[int, str]
    notes: int = 0
    euros: int = 0
    digital: int = 0
    card: int = 0
    day: int = 0


@dataclass(slots=True)
class Till:
    """What lies in a till; the books hold `takings` of its euros as such."""

    notes: Notes = field(default_factory=Counter)
    euros: int = 0
    float_euros: int = 0
    card: int = 0
    clerk: str = ""
    counted: tuple[Notes, int, int] | None = None

    @property
    def total(self) -> int:
        """Everything in it."""
        return worth(self.notes) + self.euros + self.card


@dataclass(slots=True)
class Desk:
    """The whole desk; a day is a number, and `today` may be later than the day that is open."""

    tills: dict[str, Till]
    wallet: int
    open_day: int | None = None
    last_day: int = -1
    today: int = 0
    revenue: Counter[str] = field(default_factory=Counter)
    difference: int = 0
    to_refund: int = 0
    receipts: dict[str, Taken] = field(default_factory=dict)
    numbers: int = 0
    papers: int = 0
    day_total: int = 0
    ever_total: int = 0

    def enough(self, held: int, cents: int) -> None:
        """Nothing leaves where it is not."""
        if cents > held:
            raise No("balance_too_low")

    def open(self) -> None:
        """A day is opened on the day itself."""
        if self.open_day is not None:
            raise No("earlier_day_open")
        if self.last_day >= self.today:
            raise No("day_closed")
        self.open_day, self.last_day, self.day_total = self.today, self.today, 0

    def check_day(self) -> None:
        """The desk works today."""
        if self.last_day < 0:
            raise No("day_not_open")
        if self.open_day is None:
            raise No("day_closed")
        if self.open_day < self.today:
            raise No("day_is_over")

    def begin(self, name: str, clerk: str, found: Notes, euros: int) -> int:
        """A clerk takes a till with what they found; answers the difference."""
        self.check_day()
        till = self.tills[name]
        faults = ["till_in_use"] * bool(till.clerk)
        faults += ["clerk_in_session"] * any(other.clerk == clerk for other in self.tills.values())
        if faults:
            raise No(*faults)
        off = self._found(till, found, euros, 0)
        till.clerk, till.counted = clerk, None
        return off

    def _found(self, till: Till, notes: Notes, euros: int, card: int) -> int:
        """What a count changes: the till holds what was found, and the desk answers for the difference."""
        off = worth(notes) + euros + card - till.total
        takings = till.euros - till.float_euros
        till.float_euros -= max(till.euros - euros - takings, 0)
        till.notes, till.euros, till.card = notes, euros, card
        self.difference -= off
        return off

    def working(self, name: str, clerk: str) -> Till:
        """A till whose clerk works at it now."""
        self.check_day()
        till = self.tills[name]
        if not till.clerk:
            raise No("session_closed", "session_unknown")
        if till.counted is not None:
            raise No("session_counted")
        if till.clerk != clerk:
            raise No("session_of_another")
        return till

    def change(self, till: Till, price: int, given: Notes, euros: int) -> tuple[int, int]:
        """The change rule as it is published: as few notes back as possible, and no more euros than were given."""
        back = worth(given) + euros - price
        held = composable(till.notes + given)
        possible = [notes for notes in sorted(held) if notes <= worth(given) and 0 <= back - notes <= euros]
        if not possible:
            raise No("tender_too_low", "change_needs_euros", "change_needs_more")
        return possible[0], back - possible[0]

    def sold(self, services: Iterable[str], taken: Taken) -> int:
        """A receipt is in the journal; answers its total."""
        sold = list(services)
        self.revenue.update({service: PRICES[service] * sold.count(service) for service in set(sold)})
        total = sum(map(PRICES.__getitem__, sold))
        self.day_total += total
        self.ever_total += total
        taken.day = self.last_day
        return total

    def given_back(self, till: Till, taken: Taken, owed: int) -> tuple[int, int, int, int]:
        """What a cancellation gives back on its day, in notes, euros, digital units and card."""
        exact = taken.digital + taken.card + taken.euros
        possible = [amount for amount in sorted(composable(till.notes)) if owed - exact <= amount <= min(owed, taken.notes)]
        if not possible:
            raise No("refund_not_composable")
        notes = possible[0]
        digital = min(taken.digital, owed - notes)
        card = min(taken.card, owed - notes - digital)
        return notes, owed - notes - digital - card, digital, card

    def close(self) -> None:
        """The Z."""
        if self.open_day is None:
            raise No("day_closed", "day_not_open")
        if any(till.clerk for till in self.tills.values()):
            raise No("sessions_not_closed")
        self.open_day = None

    def balances(self) -> dict[str, int]:
        """What the desk's book says of it, where this model knows."""
        known: dict[str, Any] = {f"revenue:{service}": cents for service, cents in self.revenue.items()}
        known |= {f"till.euro:{name}": till.euros - till.float_euros for name, till in self.tills.items()}
        known |= {"till_difference": self.difference, "to_refund": self.to_refund}
        return {code: cents for code, cents in known.items() if cents}
