"""The float of a desk (fonds de caisse): handed over by the public accountant, given back, exchanged for local notes and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks import postings
from ..domain.desks.charters import TillsAreOne
from ..domain.desks.postings import ADVANCE, FLOAT_EURO, FLOAT_NOTES, BothBooks, Place
from ..domain.money import require_positive
from ..domain.refusals import Refusal
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each
from .desks import DesksHeld, Held
from .perform import action


@dataclass(frozen=True, slots=True)
class ReceiveFloat:
    """The public accountant hands over the float or raises it, in euros; the amount is in cents."""

    actor: Actor
    book: str
    amount_cents: int
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class LowerFloat:
    """Part of the float in euros goes back to the public accountant; the amount is in cents."""

    actor: Actor
    book: str
    amount_cents: int
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeFloat:
    """Euros of the float become local notes in a till; `notes` says how many of each denomination in cents."""

    actor: Actor
    book: str
    till: str
    notes: tuple[tuple[int, int], ...]
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class ExchangeFloatBack:
    """Local notes of the float, out of a till, become euros again; `notes` says how many of each denomination in cents."""

    actor: Actor
    book: str
    till: str
    notes: tuple[tuple[int, int], ...]
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class MoveNotesBetweenTills:
    """A till helps another out with notes for change; `notes` says how many of each denomination in cents."""

    actor: Actor
    book: str
    from_till: str
    to_till: str
    notes: tuple[tuple[int, int], ...]
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class NotesBetweenTills:
    """What went from one till to the other; the amount is in cents."""

    event_id: UUID
    from_till: str
    to_till: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class FloatHeld:
    """The float after the act: what the public accountant handed over, and of it what lies in euros and in notes."""

    event_id: UUID
    advance_cents: int
    euro_cents: int
    notes_cents: int


@action("receive_float")
def receive_floats(work: UnitOfWork, items: Sequence[ReceiveFloat]) -> list[FloatHeld | Refusal]:
    """The head or a deputy receives the float, up to what the charter says.

    Refusals: those of `DesksHeld.on`, HeadOrDeputyNeeded, AmountNotPositive, FloatBeyondCharter, PeriodClosed.
    """
    known = DesksHeld.load(work, [item.book for item in items])

    def decide(item: ReceiveFloat) -> FloatHeld:
        held = _held(known, item.actor, item.book, item.on)
        require_positive(item.amount_cents)
        held.charter.require_float(_balance(work, item.book, ADVANCE) + item.amount_cents)
        return _post(work, held, item, "float_received", postings.float_received(item.on, item.amount_cents))

    return decide_each(items, decide)


@action("lower_float")
def lower_floats(work: UnitOfWork, items: Sequence[LowerFloat]) -> list[FloatHeld | Refusal]:
    """The head or a deputy gives a part of the float back.

    Refusals: those of `DesksHeld.on`, HeadOrDeputyNeeded, AmountNotPositive, BalanceTooLow, PeriodClosed.
    """
    known = DesksHeld.load(work, [item.book for item in items])

    def decide(item: LowerFloat) -> FloatHeld:
        held = _held(known, item.actor, item.book, item.on, collecting=False)
        require_positive(item.amount_cents)
        return _post(work, held, item, "float_lowered", postings.float_lowered(item.on, item.amount_cents))

    return decide_each(items, decide)


@action("exchange_float")
def exchange_floats(work: UnitOfWork, items: Sequence[ExchangeFloat]) -> list[FloatHeld | Refusal]:
    """The head or a deputy exchanges euros of the float for notes from the association's vault, for giving change.

    Refusals: those of `DesksHeld.on`, HeadOrDeputyNeeded, TillUnknown, PiecesNegative, PieceUnknown, AmountNotPositive,
    FloatBeyondCharter, BalanceTooLow, PeriodClosed.
    """
    known = DesksHeld.load(work, [item.book for item in items])

    def decide(item: ExchangeFloat) -> FloatHeld:
        held = _held(known, item.actor, item.book, item.on)
        held.charter.require_till(item.till)
        notes = held.notes(item.notes)
        held.charter.require_float_in_notes(_balance(work, item.book, FLOAT_NOTES) + notes.total_cents)
        both = postings.float_exchanged(item.on, Place(item.book, item.till), notes)
        return _post(work, held, item, "float_exchanged", both)

    return decide_each(items, decide)


@action("exchange_float_back")
def exchange_floats_back(work: UnitOfWork, items: Sequence[ExchangeFloatBack]) -> list[FloatHeld | Refusal]:
    """The head or a deputy gives notes of the float back to the association for the euros that it got for them.

    Refusals: those of `DesksHeld.on`, HeadOrDeputyNeeded, TillUnknown, PiecesNegative, PieceUnknown, AmountNotPositive,
    BalanceTooLow, PeriodClosed.
    """
    known = DesksHeld.load(work, [item.book for item in items])

    def decide(item: ExchangeFloatBack) -> FloatHeld:
        held = _held(known, item.actor, item.book, item.on, collecting=False)
        held.charter.require_till(item.till)
        both = postings.float_exchanged_back(item.on, Place(item.book, item.till), held.notes(item.notes))
        return _post(work, held, item, "float_exchanged_back", both)

    return decide_each(items, decide)


@action("move_notes_between_tills")
def move_notes_between_tills(work: UnitOfWork, items: Sequence[MoveNotesBetweenTills]) -> list[NotesBetweenTills | Refusal]:
    """Somebody named for the desk brings notes from one of its tills to another.

    Refusals: those of `DesksHeld.on`, NotNamedToCollect, TillUnknown, TillsAreOne, PiecesNegative, PieceUnknown,
    AmountNotPositive, BalanceTooLow, PeriodClosed.
    """
    known = DesksHeld.load(work, [item.book for item in items])

    def decide(item: MoveNotesBetweenTills) -> NotesBetweenTills:
        held = known.on(item.actor, item.book, item.on)
        held.staff.require_collector(item.actor, item.on)
        for till in (item.from_till, item.to_till):
            held.charter.require_till(till)
        if item.from_till == item.to_till:
            raise TillsAreOne(till=item.to_till)
        notes = held.notes(item.notes)
        source, target = Place(item.book, item.from_till), Place(item.book, item.to_till)
        both = postings.notes_between_tills(item.on, source, target, notes)
        details = {"from_till": item.from_till, "to_till": item.to_till, "notes": [list(pieces) for pieces in notes.pieces]}
        event_id = held.post(work, item, "notes_between_tills", both, details)
        return NotesBetweenTills(event_id, item.from_till, item.to_till, notes.total_cents)

    return decide_each(items, decide)


def _held(known: DesksHeld, actor: Actor, book: str, on: date, *, collecting: bool = True) -> Held:
    held = known.on(actor, book, on, collecting=collecting)
    held.staff.require_head_or_deputy(actor, on)
    return held


FloatItem = ReceiveFloat | LowerFloat | ExchangeFloat | ExchangeFloatBack


def _post(work: UnitOfWork, held: Held, item: FloatItem, kind: str, both: BothBooks) -> FloatHeld:
    details: dict[str, Any] = {}
    if isinstance(item, ExchangeFloat | ExchangeFloatBack):
        details = {"till": item.till, "notes": [list(pieces) for pieces in item.notes]}
    event_id = held.post(work, item, kind, both, details)
    return FloatHeld(event_id, *(_balance(work, item.book, code) for code in (ADVANCE, FLOAT_EURO, FLOAT_NOTES)))


def _balance(work: UnitOfWork, book: str, code: str) -> int:
    return work.state(book, [code]).balance(code)
