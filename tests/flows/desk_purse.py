"""What a desk holds beside its tills, as its head would keep it on paper: the float, the safe, envelopes, claims and dues."""

from collections import Counter
from dataclasses import dataclass, field

from tests.flows.desk_model import Desk, No, Notes, Taken, Till, worth

FLOAT_MOST, FLOAT_NOTES_MOST = 150_00, 50_00


@dataclass(slots=True)
class Sent:
    """An envelope: what is declared in it, and how far it came."""

    notes: Notes = field(default_factory=Counter)
    handed: bool = False
    counted: bool = False


@dataclass(slots=True)
class Owed:
    """A remittance: euros that the association owes, and how far they came."""

    cents: int
    of_notes: bool
    paid: int = 0
    confirmed: int = 0


@dataclass(slots=True)
class Refund:
    """What a cancellation left to be refunded of a receipt."""

    taken: Taken
    cents: int
    paid: bool = False


@dataclass(slots=True)
class Head:
    """Somebody is the head from a day on, and until another when they leave."""

    login: str
    starts: int
    ends: int | None = None


@dataclass(slots=True)
class Passed:
    """A handover: for whom, from which day on, and whether they signed."""

    number: str
    incoming: str
    begins: int
    accepted: bool = False


@dataclass(slots=True)
class Purse(Desk):
    """A desk with all that it holds; the notes of its float and those it took lie in the same tills."""

    advance: int = 150_00
    float_euro: int = 110_00
    float_notes: int = 40_00
    safe: int = 0
    other: int = 0
    digital: int = 0
    paid_in: int = 0
    claim: int = 0
    lost_on_the_way: int = 0
    accounted: Counter[str] = field(default_factory=Counter)
    envelopes: dict[str, Sent] = field(default_factory=dict)
    remittances: dict[str, Owed] = field(default_factory=dict)
    # Where the notes are that lie neither in tills nor in envelopes, and what the association owes for all that is in use.
    lie: dict[str, Notes] = field(default_factory=dict)
    circulating: int = 0
    on_accounts: int = 0
    # By day: whether it is sealed.
    closed_days: dict[int, bool] = field(default_factory=dict)
    closed_periods: set[str] = field(default_factory=set)
    # Minus receipts that left something to be refunded.
    owing: dict[str, Refund] = field(default_factory=dict)
    heads: list[Head] = field(default_factory=lambda: [Head("pool-head", 0)])
    handovers: list[Passed] = field(default_factory=list)

    @property
    def drawers(self) -> Notes:
        """The notes in all tills."""
        return sum((till.notes for till in self.tills.values()), Counter())

    @property
    def values(self) -> int:
        """What the notes are worth that were taken; the others are the float's."""
        return worth(self.drawers) - self.float_notes

    def out_of(self, till: Till, notes: Notes) -> None:
        """Notes leave a till that holds them."""
        if any(till.notes[each] < count for each, count in notes.items()):
            raise No("balance_too_low")
        till.notes = till.notes - notes

    def move(self, notes: Notes, source: str = "", target: str = "") -> None:
        """Notes go from one place to another; a place without a name is the printer or the fire."""
        if source:
            if any(self.lie[source][each] < count for each, count in notes.items()):
                raise No("balance_too_low")
            self.lie[source].subtract(notes)
        if target:
            self.lie[target].update(notes)

    def _found(self, till: Till, notes: Notes, euros: int, card: int) -> int:
        """Missing takings are missing first; the float lacks the rest."""
        missing = max(worth(till.notes) - worth(notes), 0)
        self.float_notes -= max(missing - self.values, 0)
        # What lacks is spent somewhere, and what is too much came from there.
        self.lie["public"].update(till.notes)
        self.lie["public"].subtract(notes)
        self.other += card - till.card
        return super(Purse, self)._found(till, notes, euros, card)  # A class with slots is made twice.

    @property
    def head(self) -> Head:
        """Who is the head today; there is always one."""
        return next(each for each in self.heads if each.starts <= self.today and (each.ends is None or each.ends >= self.today))

    def open_envelope(self) -> str | None:
        """The envelope that is being filled."""
        return next((number for number, sent in self.envelopes.items() if not sent.handed), None)

    def envelope(self, number: str) -> Sent:
        """One of them."""
        if number not in self.envelopes:
            raise No("envelope_unknown")
        return self.envelopes[number]

    def owe(self, cents: int, *, of_notes: bool) -> str:
        """The association owes euros for what it took back; answers the remittance's number."""
        self.claim += cents
        number = f"PISC-2026-R{len(self.remittances) + 1:04d}"
        self.remittances[number] = Owed(cents, of_notes)
        return number

    @property
    def on_the_way(self) -> Notes:
        """The notes in envelopes that nobody has counted."""
        return sum((sent.notes for sent in self.envelopes.values() if not sent.counted), Counter())

    def balances(self) -> dict[str, int]:
        """The same without the revenue that the town took into its accounts."""
        known = super(Purse, self).balances()  # As above.
        for service, cents in self.accounted.items():
            known[f"revenue:{service}"] = known.get(f"revenue:{service}", 0) - cents
        return {code: cents for code, cents in known.items() if cents}

    def everything(self) -> dict[str, int]:
        """What every account of the desk's book holds, in cents; those that hold nothing are left out."""
        held = self.balances() | {
            "float_advance": self.advance,
            "float.euro": self.float_euro,
            "float.notes": self.float_notes,
            "safe.euro": self.safe,
            "values.notes": self.values,
            "values.envelope": worth(self.on_the_way),
            "digital_received": self.digital,
            "other_means": self.other,
            "claim_on_issuer": self.claim,
            "remittance_difference": self.lost_on_the_way,
            "paid_in": self.paid_in,
        }
        return {code: cents for code, cents in held.items() if cents}
