"""Reversals (contre-passations): the only way to correct. Whole events, once, with a reason, by the action that owns them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from .ledger import AlreadyReversed, Entry
from .notes import NotesKind
from .refusals import Refusal

REVERSAL = "reversal"
REVERSIBLE = frozenset({"wallet_payment", "redemption", *(f"notes_{kind}" for kind in NotesKind)})
# Events that another action undoes, since it also moves the state of their document.
UNDONE_BY: Mapping[str, str] = {
    "match_confirmed": "undo the match",
    "run_credited": "take back a credit",
    "run_checked": "cancel the run",
    "run_signed": "cancel the run",
    "mandate_drafted": "end the mandate",
    "mandate_signed": "end the mandate",
    "mandate_accepted": "end the mandate, or record that the beneficiary revoked it",
    "receipt_taken": "cancel the receipt",
    "receipt_entered_late": "cancel the receipt",
    "payment_approved": "cancel the receipt",
    "payment_confirmed_elsewhere": "cancel the receipt",
}


class ReversalReasonMissing(Refusal):
    """Say why this is reversed."""

    code = "reversal_reason_missing"


class ReversedElsewhere(Refusal):
    """Events of the kind {kind} are undone by their own action: {undone_by}."""

    code = "reversed_elsewhere"


class NotReversible(Refusal):
    """Events of the kind {kind} cannot be reversed: correct them by a new event."""

    code = "not_reversible"


class ReversedTooEarly(Refusal):
    """The event is of {business_on}: its reversal cannot be dated {on}."""

    code = "reversed_too_early"


class LaterEventDepends(Refusal):
    """Event {number} ({kind}) of {business_on} depends on this one: undo it first."""

    code = "later_event_depends"


@dataclass(frozen=True, slots=True)
class EventRecorded:
    """An event as the books hold it, with its entries by book."""

    id: UUID
    book: str
    number: int
    kind: str
    business_on: date
    reversed: bool
    entries: tuple[tuple[str, Entry], ...]


@dataclass(frozen=True, slots=True)
class Dependent:
    """A later event that rests on an earlier one."""

    id: UUID
    number: int
    kind: str
    business_on: date

    def refusal(self) -> LaterEventDepends:
        """What the reversal of the earlier one is answered."""
        return LaterEventDepends(number=self.number, kind=self.kind, business_on=self.business_on, event=self.id)


def mirrored(event: EventRecorded, on: date) -> tuple[tuple[str, Entry], ...]:
    """The entries of the reversal: every line with its side exchanged, in every book.

    Refuses with AlreadyReversed, ReversedElsewhere, NotReversible and ReversedTooEarly.
    """
    if event.kind in UNDONE_BY:
        raise ReversedElsewhere(kind=event.kind, undone_by=UNDONE_BY[event.kind])
    if event.kind not in REVERSIBLE:
        raise NotReversible(kind=event.kind)
    if event.reversed:
        raise AlreadyReversed()
    if on < event.business_on:
        raise ReversedTooEarly(business_on=event.business_on, on=on)
    return tuple((book, entry.reversed(on, REVERSAL)) for book, entry in event.entries)
