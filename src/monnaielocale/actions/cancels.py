"""Receipts are cancelled by minus receipts, refunds leave a till where the charter lets them, and copies are numbered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks import postings
from ..domain.desks.charters import Instrument
from ..domain.desks.corrections import cancelled, refund_from_till
from ..domain.desks.days import DayState
from ..domain.desks.receipts import Receipt
from ..domain.desks.settlements import Settlement
from ..domain.refusals import Refusal
from ..store.receipt_heads import ReceiptHeads
from ..store.receipts import (
    MinusKept,
    ReceiptKept,
    Receipts,
    payers_of,
    receipt_with,
    receipts_in_place,
    receipts_of,
    settlement_kept,
)
from ..store.unit_of_work import UnitOfWork
from .at_desk import AtDesk, Pieces, place_of
from .deciding import decide_each
from .issuing import Body, ReceiptTaken, begin, issue, with_payers
from .perform import action
from .receipts import in_session


class NothingToRefund(Refusal):
    """{receipt} leaves nothing to refund."""

    code = "nothing_to_refund"


class RefundAlreadyPaid(Refusal):
    """The refund of {receipt} was already given."""

    code = "refund_already_paid"


@dataclass(frozen=True, slots=True)
class CancelReceipt:
    """A clerk cancels a receipt, or the lines `rows` of it, counted from 1; none named is all that is left."""

    actor: Actor
    book: str
    session_id: UUID
    receipt: str
    reason: str
    rows: tuple[int, ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class PayRefund:
    """What a minus receipt left to be refunded is given back from a till; `receipt` is the number of the minus receipt."""

    actor: Actor
    book: str
    session_id: UUID
    receipt: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class RefundPaid:
    """What was given back, in cents."""

    event_id: UUID
    receipt: str
    refunded_cents: int
    notes: Pieces
    euros_cents: int


@dataclass(frozen=True, slots=True)
class PrintDuplicate:
    """Somebody named for the desk prints a receipt again."""

    actor: Actor
    book: str
    receipt: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class DuplicatePrinted:
    """The copy has a number, which is printed on it."""

    event_id: UUID
    receipt: str
    copy_number: int


@action("cancel_receipt")
def cancel_receipts(work: UnitOfWork, items: Sequence[CancelReceipt]) -> list[ReceiptTaken | Refusal]:
    """Receipts are cancelled once, whole or by line: on their open day the same means go back, later the officer refunds.

    Refusals: those of `in_session`, ReceiptUnknown, those of `corrections.cancelled`, BalanceTooLow, PeriodClosed.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    heads = begin(desks)
    receipts = receipts_of(work, ((item.book, item.receipt) for item in items))
    payers = payers_of(work, (kept.receipt for kept in receipts.values()))
    return decide_each(items, lambda item: _cancel(desks, heads, receipts, payers, item))


def _cancel(desks: AtDesk, heads: ReceiptHeads, receipts: Receipts, payers: dict[str, str], item: CancelReceipt) -> ReceiptTaken:
    held, session = in_session(desks, item.actor, item.book, item.session_id)
    kept = receipt_with(receipts, item.book, item.receipt)
    original = _with_payers(kept.receipt, payers)
    day = desks.days[item.book]
    correction = cancelled(
        original,
        [_with_payers(minus.receipt, payers) for minus in kept.minus],
        rows=item.rows or None,
        reason=item.reason,
        day_is_open=day.on == original.business_on and day.state is DayState.OPEN,
        drawer=desks.drawer(held, session.till),
    )
    body = Body(
        correction.lines,
        correction.vat,
        correction.settlement,
        cancels=original.number,
        cancels_number=kept.chain_number,
        cancelled_lines=correction.cancelled_lines,
        reason=correction.reason,
    )
    issued = issue(desks, heads, held, session, body, kind="receipt_cancelled", actor=item.actor)
    place = {"book_id": held.desk.book_id, "chain_number": kept.chain_number, "cancelled_by": issued.chain_number}
    desks.work.insert("receipt_cancelled_line", *(place | {"place": position} for position in correction.cancelled_lines))
    kept.minus.append(MinusKept(issued.chain_number, issued.receipt, None))
    return issued.answer()


def _with_payers(receipt: Receipt, payers: dict[str, str]) -> Receipt:
    return replace(receipt, settlement=with_payers(receipt.settlement, payers))


@action("pay_refund")
def pay_refunds(work: UnitOfWork, items: Sequence[PayRefund]) -> list[RefundPaid | Refusal]:
    """Refunds leave a till after the closing, where the charter lets them.

    Refusals: those of `in_session`, ReceiptUnknown, NothingToRefund, RefundAlreadyPaid, those of `refund_from_till`,
    BalanceTooLow, PeriodClosed.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    begin(desks)
    minus = receipts_of(work, ((item.book, item.receipt) for item in items))
    originals = receipts_in_place(work, ((book, kept.cancels) for (book, _), kept in minus.items() if kept.cancels))
    payers = payers_of(work, (kept.receipt for kept in originals.values()))
    return decide_each(items, lambda item: _refund(desks, minus, originals, payers, item))


def _refund(desks: AtDesk, minus: Receipts, originals: Receipts, payers: dict[str, str], item: PayRefund) -> RefundPaid:
    held, session = in_session(desks, item.actor, item.book, item.session_id)
    kept = receipt_with(minus, item.book, item.receipt)
    owed = kept.receipt.settlement.to_refund_cents
    if not owed:
        raise NothingToRefund(receipt=item.receipt)
    original = originals[item.book, kept.receipt.cancels]
    own = next(each for each in original.minus if each.chain_number == kept.chain_number)
    if own.refunded is not None:
        raise RefundAlreadyPaid(receipt=item.receipt)
    drawer = desks.drawer(held, session.till)
    settlement = refund_from_till(held.charter, *_before(original, payers), owed, drawer)
    both = postings.refund_paid_from_till(desks.today(item.book), place_of(held, session.till), settlement.taken())
    entries = both.entries(desk_book=item.book, issuer_book=held.desk.issuer_book)
    event = desks.post(
        held, "receipt_refunded", item.actor, desks.today(item.book), entries=entries, details={"receipt": item.receipt}
    )
    card = sum(paid.amount_cents for paid in settlement.others if paid.instrument is Instrument.CARD)
    desks.work.insert(
        "receipt_refund",
        {
            "book_id": held.desk.book_id,
            "chain_number": kept.chain_number,
            "session_id": session.session_id,
            "paid_at": desks.moment(item.book),
            "card_cents": card,
            "cheque_cents": settlement.other_cents - card,
            "settlement": settlement_kept(settlement),
            "event_id": event.id,
        },
    )
    own.refunded = settlement
    return RefundPaid(event.id, item.receipt, owed, settlement.notes_out.pieces, settlement.euros_out_cents)


def _before(original: ReceiptKept, payers: dict[str, str]) -> tuple[Settlement, list[Settlement]]:
    """What a receipt brought in, and what its minus receipts and their refunds gave back already."""
    given = [each.receipt.settlement for each in original.minus]
    given += [each.refunded for each in original.minus if each.refunded is not None]
    return with_payers(original.receipt.settlement, payers), [with_payers(each, payers) for each in given]


@action("print_duplicate")
def print_duplicates(work: UnitOfWork, items: Sequence[PrintDuplicate]) -> list[DuplicatePrinted | Refusal]:
    """Receipts are printed again, each copy a numbered DUPLICATA.

    Refusals: those of `AtDesk.on`, NotNamedToCollect, ReceiptUnknown.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    receipts = receipts_of(work, ((item.book, item.receipt) for item in items))

    def decide(item: PrintDuplicate) -> DuplicatePrinted:
        today = desks.today(item.book)
        held = desks.on(item.actor, item.book, today)
        held.staff.require_collector(item.actor, today)
        kept = receipt_with(receipts, item.book, item.receipt)
        copy = kept.copies + 1
        details = {"receipt": item.receipt, "copy": copy}
        event = desks.post(held, "receipt_duplicated", item.actor, today, details=details)
        row = {"book_id": held.desk.book_id, "chain_number": kept.chain_number, "copy_number": copy}
        act = {"printed_at": desks.moment(item.book), "printed_by": item.actor.person_id, "event_id": event.id}
        work.insert("receipt_duplicate", row | act)
        kept.copies = copy
        return DuplicatePrinted(event.id, item.receipt, copy)

    return decide_each(items, decide)
