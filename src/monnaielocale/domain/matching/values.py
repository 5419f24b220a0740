"""What is open on both sides of a match, and what the program proposes for a bank line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from ..reasons import Reason

Kind = Literal[
    "allocation",
    "overpayment",
    "paid_twice",
    "run_named",
    "ambiguous",
    "top_up",
    "own_transfer",
    "transfer_made",
    "charge",
    "unknown",
]
Certainty = Literal["automatic", "proposed"]


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A bank line, or what of it nothing explains yet: positive cents arrived, negative cents left.

    `texts` are the label and its complements in the bank's order; `account` is ours, `iban` the other party's where known.
    """

    id: UUID
    account: str
    booked_on: date
    amount_cents: int
    texts: tuple[str, ...] = ()
    counterparty: str = ""
    iban: str = ""

    @property
    def all_texts(self) -> tuple[str, ...]:
        return (*self.texts, self.counterparty)


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A payment run that awaits or has received its euros. One without open payments is funded."""

    id: UUID
    reference: str
    public_body: str
    total_cents: int


@dataclass(frozen=True, slots=True)
class OpenPayment:
    """A payment of a signed run, or what of it no line has paid yet, in positive cents."""

    id: UUID
    run_id: UUID
    public_body: str
    amount_cents: int
    expected_on: date
    member_number: str = ""
    member_name: str = ""
    payment_order: str = ""
    period: str = ""


@dataclass(frozen=True, slots=True)
class TopUpMember:
    """A member who may buy units by transfer, under the number printed on the local account sheet."""

    member_number: str
    member_name: str = ""


@dataclass(frozen=True, slots=True)
class OpenTransfer:
    """A transfer due (virement à faire) that no statement has shown yet, with the identifiers of its attempts."""

    id: UUID
    amount_cents: int
    party_name: str = ""
    iban: str = ""
    end_to_end_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the program makes of one line: its kind, the payments it pays, and why in words.

    `parts` are payments with cents, never more than the line or the payment; `rest_cents` of the line stay unexplained, or are
    to be returned after an overpayment. Only an exact reference with an exact amount is `automatic`; all else waits for a person.
    """

    line_id: UUID
    kind: Kind
    certainty: Certainty
    reason: Reason
    parts: tuple[tuple[UUID, int], ...] = ()
    rest_cents: int = 0
    run_ids: tuple[UUID, ...] = ()
    other_line_id: UUID | None = None
    transfer_id: UUID | None = None
    member_number: str = ""


Candidates = tuple[OpenPayment, ...]


def line_order(line: OpenLine) -> tuple[object, ...]:
    """The order in which lines are looked at, whatever the order in which they came."""
    return (line.booked_on, line.amount_cents, line.account, line.texts, line.counterparty, str(line.id))


def payment_order(payment: OpenPayment) -> tuple[object, ...]:
    """The order in which payments are filled, whatever the order in which they came."""
    who = (payment.member_number, payment.member_name, payment.payment_order)
    return (payment.expected_on, str(payment.run_id), *who, payment.amount_cents, str(payment.id))


class OpenItems:
    """The payments still open while the lines of one pass are matched; what one line takes, no other line is offered."""

    def __init__(self, payments: Sequence[OpenPayment], runs: Sequence[OpenRun]) -> None:
        self.payments = sorted((one for one in payments if one.amount_cents > 0), key=payment_order)
        self.runs = {run.id: run for run in sorted(runs, key=lambda run: (run.reference, str(run.id)))}
        self._open: dict[UUID, int] = {payment.id: payment.amount_cents for payment in self.payments}
        self._by_run: dict[UUID, dict[UUID, OpenPayment]] = {run_id: {} for run_id in self.runs}
        for payment in self.payments:
            self._by_run.setdefault(payment.run_id, {})[payment.id] = payment
        self._run_cents = {run_id: sum(one.amount_cents for one in mine.values()) for run_id, mine in self._by_run.items()}

    def open_cents(self, payment: OpenPayment) -> int:
        return self._open[payment.id]

    def of_run(self, run_id: UUID) -> Candidates:
        return tuple(self._by_run.get(run_id, {}).values())

    def count_of_run(self, run_id: UUID) -> int:
        return len(self._by_run.get(run_id, {}))

    def open_runs(self) -> list[UUID]:
        """The runs that still await euros, in the order of their references."""
        return [run_id for run_id in self.runs if self._run_cents[run_id]]

    def run_cents(self, run_id: UUID) -> int:
        return self._run_cents.get(run_id, 0)

    def sum_cents(self, payments: Sequence[OpenPayment]) -> int:
        return sum(self._open[payment.id] for payment in payments)

    def take(self, payments: Sequence[OpenPayment], at_most_cents: int) -> tuple[tuple[UUID, int], ...]:
        """Fill the payments one after the other; answers the parts taken."""
        parts = []
        for payment in payments:
            cents = min(self._open[payment.id], at_most_cents)
            if cents > 0:
                at_most_cents -= cents
                self._spend(payment, cents)
                parts.append((payment.id, cents))
        return tuple(parts)

    def _spend(self, payment: OpenPayment, cents: int) -> None:
        self._open[payment.id] -= cents
        self._run_cents[payment.run_id] -= cents
        if not self._open[payment.id]:
            del self._by_run[payment.run_id][payment.id]


@dataclass(slots=True)
class Pass:
    """One pass over all lines: what is open, and the proposal of each line that has one already."""

    items: OpenItems
    lines: list[OpenLine]
    proposals: dict[UUID, Proposal]

    def undecided(self, wanted: Callable[[OpenLine], bool]) -> list[OpenLine]:
        return [line for line in self.lines if line.id not in self.proposals and wanted(line)]

    def put(self, proposal: Proposal) -> None:
        assert proposal.line_id not in self.proposals, "a line has one proposal"
        self.proposals[proposal.line_id] = proposal

    def allocate(
        self,
        line: OpenLine,
        payments: Sequence[OpenPayment],
        reason: Reason,
        *,
        kind: Kind = "allocation",
        certainty: Certainty = "proposed",
    ) -> None:
        """Propose the payments for the line, which takes them from the other lines of this pass."""
        parts = self.items.take(payments, line.amount_cents)
        rest_cents = line.amount_cents - sum(cents for _, cents in parts)
        run_ids = tuple(dict.fromkeys(payment.run_id for payment in payments))
        self.put(Proposal(line.id, kind, certainty, reason, parts, rest_cents, run_ids))

    def leave(self, line: OpenLine, kind: Kind, reason: Reason, *, run_ids: tuple[UUID, ...] = ()) -> None:
        """Say something of the line that gives it no payment."""
        self.put(Proposal(line.id, kind, "proposed", reason, (), abs(line.amount_cents), run_ids))
