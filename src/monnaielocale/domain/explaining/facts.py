"""What a bank line may be for, and the facts against which a match is checked."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from uuid import UUID

from ..chart import Form
from .faults import LineUnknown


class PartKind(StrEnum):
    """What a part of a bank line is for."""

    ALLOCATION = "allocation"
    TO_RETURN = "to_return"
    TOP_UP = "top_up"
    DUES = "dues"
    GIFT = "gift"
    GRANT = "grant"
    CHARGE = "charge"
    OWN_MONEY_OUT = "own_money_out"
    OWN_TRANSFER = "own_transfer"
    CASH_PAID_IN = "cash_paid_in"
    TRANSFER_MADE = "transfer_made"
    RECALL = "recall"
    RECALL_MISSING = "recall_missing"
    DEBT_RECOVERED = "debt_recovered"


def unknown_payer(book: str) -> str:
    """The code of the party to which a book owes euros whose sender nobody knows."""
    return f"{book}:unknown-payer"


@dataclass(frozen=True, slots=True)
class PartGiven:
    """Cents of a line and what they are for. `party` is a member's number or a town's code; cents are always positive."""

    kind: str
    amount_cents: int
    payment_id: UUID | None = None
    party: str = ""
    transfer_due_id: UUID | None = None
    other_line_id: UUID | None = None
    note: str = ""


@dataclass(slots=True)
class LineFacts:
    """A bank line: what of it nobody has explained yet, and the lines it is already paired with as an own transfer.

    `lone_cents` were explained as an own transfer before its other side was seen.
    """

    id: UUID
    iban: str
    form: Form
    booked_on: date
    amount_cents: int
    open_cents: int
    paired_with: frozenset[UUID] = frozenset()
    lone_cents: int = 0
    label: str = ""
    counterparty: str = ""


@dataclass(slots=True)
class PaymentFacts:
    """A row of a run: what it still waits for, what waits to be credited, and what was credited and is missing.

    `state` is empty for a signed run that takes euros, else `not signed`, `cancelled` or `closed`.
    """

    id: UUID
    run_id: UUID
    run: str
    row: int
    public_body: str
    party: str
    state: str
    open_cents: int
    held_cents: int
    missing_cents: int


@dataclass(slots=True)
class DueFacts:
    """A transfer that the association must make; `form` is that of the units given back or of the euros kept."""

    id: UUID
    kind: str
    form: Form
    party: str
    amount_cents: int
    open: bool


@dataclass(frozen=True, slots=True)
class PartyFacts:
    """A town, a member or the unknown payer, under the key that account codes use."""

    id: UUID
    key: str
    member: bool = False
    left_on: date | None = None
    iban: str = ""


@dataclass(slots=True)
class GrantFacts:
    """A support grant (subvention de soutien) that a town agreed with the association, and how many instalments arrived."""

    party: str
    label: str
    instalments_cents: tuple[int, ...]
    received: int

    @property
    def next_cents(self) -> int | None:
        """The instalment that is due next; None when all arrived."""
        return self.instalments_cents[self.received] if self.received < len(self.instalments_cents) else None


@dataclass(slots=True)
class Facts:
    """What a batch of matches in one book may refer to."""

    book: str
    lines: dict[UUID, LineFacts] = field(default_factory=dict)
    payments: dict[UUID, PaymentFacts] = field(default_factory=dict)
    dues: dict[UUID, DueFacts] = field(default_factory=dict)
    parties: dict[str, PartyFacts] = field(default_factory=dict)
    grants: dict[tuple[str, str], GrantFacts] = field(default_factory=dict)

    def line(self, line_id: UUID) -> LineFacts:
        """The line, or LineUnknown."""
        if line_id not in self.lines:
            raise LineUnknown(line=line_id, book=self.book)
        return self.lines[line_id]

    def keep(self, trial: "Facts") -> None:
        """Take over what a match changed."""
        for mine, tried in (
            (self.lines, trial.lines),
            (self.payments, trial.payments),
            (self.dues, trial.dues),
            (self.grants, trial.grants),
        ):
            mine.update(tried)  # type: ignore[arg-type]

    def trial(self, line_id: UUID, parts: Iterable[PartGiven]) -> "Facts":
        """Copies of everything that the parts may change; parties are shared since nothing changes them."""
        given = list(parts)
        lines = {line_id, *(part.other_line_id for part in given if part.other_line_id)}
        payments = {part.payment_id for part in given if part.payment_id}
        dues = {part.transfer_due_id for part in given if part.transfer_due_id}
        grants = {key for key in self.grants if any(part.party == key[0] for part in given)}
        return Facts(
            self.book,
            {one: replace(self.lines[one]) for one in lines if one in self.lines},
            {one: replace(self.payments[one]) for one in payments if one in self.payments},
            {one: replace(self.dues[one]) for one in dues if one in self.dues},
            self.parties,
            {one: replace(self.grants[one]) for one in grants},
        )

    def take_back(self, line_id: UUID, parts: Iterable[PartGiven]) -> None:
        """Put the facts back as they were before a match that is undone, where this batch knows them."""
        for part in parts:
            if line_id in self.lines:
                self.lines[line_id].open_cents += part.amount_cents
            payment = self.payments.get(part.payment_id) if part.payment_id else None
            if payment and part.kind == PartKind.ALLOCATION:
                payment.open_cents += part.amount_cents
                payment.held_cents -= part.amount_cents
            elif payment and part.kind == PartKind.RECALL:
                payment.held_cents += part.amount_cents
            elif payment:
                payment.missing_cents += part.amount_cents
            if part.transfer_due_id in self.dues:
                self.dues[part.transfer_due_id].open = True
            if (part.party, part.note) in self.grants and part.kind == PartKind.GRANT:
                self.grants[part.party, part.note].received -= 1
