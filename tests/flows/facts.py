"""What the model of the trade knows: mandates, payments, runs, lines, obligations and matches."""

from collections.abc import Mapping
from dataclasses import dataclass

TOWN = "bayonne"
Position = tuple[str, ...]


class No(Exception):
    """What the books must refuse, by the codes that are right."""

    def __init__(self, *codes: str) -> None:
        super().__init__(*codes)
        self.codes = codes


@dataclass
class Mandate:
    member: str
    share: int | None
    revoked: bool = False


@dataclass
class Payment:
    """One row of a run and all its euros."""

    member: str
    mandate: str
    asked: int
    allocated: int = 0
    recalled: int = 0
    credited: int = 0
    taken: int = 0
    missing: int = 0
    missing_recalled: int = 0
    returned: int = 0
    was_taken_back: bool = False

    @property
    def held(self) -> int:
        return self.allocated - self.recalled - self.credited + self.taken - self.returned


@dataclass
class Run:
    payments: list[Payment]
    signed: bool = False
    cancelled: bool = False

    @property
    def open(self) -> int:
        return sum(payment.asked - payment.allocated for payment in self.payments)


@dataclass
class Line:
    """A bank line: `open` is what of its absolute amount nobody explained."""

    iban: str
    form: str
    cents: int
    label: str
    open: int


@dataclass
class Due:
    """A transfer that the association must make."""

    kind: str
    form: str
    party: str
    cents: int
    open: bool = True


@dataclass(frozen=True)
class Part:
    """Cents of a line and what they are for: `what` is a member, a town, a due or (run, row)."""

    kind: str
    cents: int
    what: str = ""
    row: int = 0


@dataclass
class Match:
    line: str
    parts: tuple[Part, ...]
    state: str = "proposed"
    dues: tuple[str, ...] = ()


@dataclass
class Undoable:
    """An event that a reversal mirrors: the positions it moved, and the transfer that it made due."""

    moved: Mapping[Position, int]
    due: str = ""
    reversed: bool = False


SIGNS = {
    "allocation": 1,
    "to_return": 1,
    "top_up": 1,
    "dues": 1,
    "gift": 1,
    "cash_paid_in": 1,
    "debt_recovered": 1,
    "charge": -1,
    "own_money_out": -1,
    "transfer_made": -1,
    "recall": -1,
    "recall_missing": -1,
    "own_transfer": 0,
}
UNFLOORED = {"operating", "transfers"}
OTHER = {"digital": "notes", "notes": "digital"}
