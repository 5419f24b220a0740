"""The float of a desk (fonds de caisse): handed over by the public accountant, given back, exchanged for local notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks import postings
from ..domain.desks.bundles import Bundle
from ..domain.desks.postings import ADVANCE, FLOAT_EURO, FLOAT_NOTES, BothBooks, Place
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.money import AmountNotPositive, decimal_text
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
        _require_positive(item.amount_cents)
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
        held = _held(known, item.actor, item.book, item.on)
        _require_positive(item.amount_cents)
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
        loaded = known.conventions[held.desk.issuer_book, held.desk.public_body]
        currency = loaded.convention.version_for(item.on).currency
        notes = Bundle.of(dict(item.notes)).checked(currency.denominations_cents)
        _require_positive(notes.total_cents)
        held.charter.require_float_in_notes(_balance(work, item.book, FLOAT_NOTES) + notes.total_cents)
        both = postings.float_exchanged(item.on, Place(item.book, item.till), notes)
        return _post(work, held, item, "float_exchanged", both)

    return decide_each(items, decide)


def _held(known: DesksHeld, actor: Actor, book: str, on: date) -> Held:
    held = known.on(actor, book, on)
    held.staff.require_head_or_deputy(actor, on)
    return held


def _require_positive(cents: int) -> None:
    if cents <= 0:
        raise AmountNotPositive(amount=decimal_text(cents))


def _post(work: UnitOfWork, held: Held, item: ReceiveFloat | LowerFloat | ExchangeFloat, kind: str, both: BothBooks) -> FloatHeld:
    entries = both.entries(desk_book=item.book, issuer_book=held.desk.issuer_book)
    details = {"till": item.till, "notes": [list(pieces) for pieces in item.notes]} if isinstance(item, ExchangeFloat) else {}
    event = Event(new_id(), item.book, kind, item.actor.person_id, item.on, entries, details)
    work.post(event)
    return FloatHeld(event.id, *(_balance(work, item.book, code) for code in (ADVANCE, FLOAT_EURO, FLOAT_NOTES)))


def _balance(work: UnitOfWork, book: str, code: str) -> int:
    return work.state(book, [code]).balance(code)
