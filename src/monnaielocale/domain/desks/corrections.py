"""Corrections of receipts: a minus receipt, once for each line, that gives back the same means or leaves it to the officer.

Nothing is struck out. Before the day's closing (Z) a minus receipt gives back what was given; after it, it corrects revenue and
the authorising officer refunds, unless the charter lets refunds leave the till. Late entries from the paper receipt book are
here too: they put right what the program could not know.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from ..money import decimal_text
from ..refusals import Refusal
from ..text import clean_text
from .bundles import NOTHING, Bundle, fewest_pieces, sums
from .charters import Charter
from .receipts import Paper, Receipt, ReceiptLine, VatTotal, vat_totals
from .settlements import DigitalPaid, OtherMeans, Settlement

REASON_LENGTH_MAX = 200


class MinusReceiptNotCancellable(Refusal):
    """{receipt} is itself a correction and cannot be cancelled: issue a new receipt."""

    code = "minus_receipt_not_cancellable"


class ReceiptAlreadyCancelled(Refusal):
    """{receipt} was already cancelled."""

    code = "receipt_already_cancelled"


class LineAlreadyCancelled(Refusal):
    """Line {row} of {receipt} was already cancelled."""

    code = "line_already_cancelled"


class LineNotOnReceipt(Refusal):
    """{receipt} has no line {row}."""

    code = "line_not_on_receipt"


class CancellationReasonMissing(Refusal):
    """Say why the receipt is cancelled."""

    code = "cancellation_reason_missing"


class RefundNotComposable(Refusal):
    """{amount} of this refund was paid in local notes, and the drawer cannot give that amount: get other notes first."""

    code = "refund_not_composable"


class RefundStaysOut(Refusal):
    """The day is closed and the charter of desk {desk} lets no refund leave the till: the authorising officer refunds."""

    code = "refund_stays_out"


class PaperNumberMissing(Refusal):
    """Say the number on the paper receipt."""

    code = "paper_number_missing"


class PaperReceiptKnown(Refusal):
    """The paper receipt {paper} was already entered."""

    code = "paper_receipt_known"


class PaperDateUnfit(Refusal):
    """A paper receipt of {issued_on} cannot be entered on {day}, which comes before it."""

    code = "paper_date_unfit"


Paid = TypeVar("Paid", DigitalPaid, OtherMeans)


@dataclass(frozen=True, slots=True)
class Correction:
    """What a minus receipt says: lines with negative quantities, their VAT, what is given back, and which lines it corrects."""

    lines: tuple[ReceiptLine, ...]
    vat: tuple[VatTotal, ...]
    settlement: Settlement
    cancelled_lines: tuple[int, ...]
    reason: str


def cancelled(
    original: Receipt,
    earlier: Sequence[Receipt],
    *,
    rows: Iterable[int] | None,
    reason: str,
    day_is_open: bool,
    drawer: Bundle,
) -> Correction:
    """The correction of a receipt, or of some of its lines; `rows` are positions from 1, None for all that is left.

    `earlier` are the minus receipts that it has already. `day_is_open` says whether the day of the original still is. Refuses
    with MinusReceiptNotCancellable, ReceiptAlreadyCancelled, LineAlreadyCancelled, LineNotOnReceipt, CancellationReasonMissing
    and RefundNotComposable.
    """
    told = clean_text(reason, max_length=REASON_LENGTH_MAX)
    if not told:
        raise CancellationReasonMissing()
    gone = {position for minus in earlier for position in minus.cancelled_lines}
    chosen = _chosen(original, gone, rows)
    lines = tuple(replace(original.lines[position], quantity=-original.lines[position].quantity) for position in chosen)
    owed = -sum(line.total_cents for line in lines)
    if day_is_open:
        settlement = given_back(original.settlement, [minus.settlement for minus in earlier], owed, drawer)
    else:
        settlement = Settlement(to_refund_cents=owed)
    return Correction(lines, _vat_given_back(original, gone, chosen), settlement, chosen, told)


def _chosen(original: Receipt, gone: Container[int], rows: Iterable[int] | None) -> tuple[int, ...]:
    """The positions of the lines to cancel, from 0."""
    if original.cancels:
        raise MinusReceiptNotCancellable(receipt=original.number)
    left = [position for position in range(len(original.lines)) if position not in gone]
    if not left:
        raise ReceiptAlreadyCancelled(receipt=original.number)
    if rows is None:
        return tuple(left)
    chosen = sorted(set(rows))
    for row in chosen:
        if not 1 <= row <= len(original.lines):
            raise LineNotOnReceipt(receipt=original.number, row=row)
        if row - 1 not in left:
            raise LineAlreadyCancelled(receipt=original.number, row=row)
    if not chosen:
        raise LineNotOnReceipt(receipt=original.number, row=0)
    return tuple(row - 1 for row in chosen)


def _vat_given_back(original: Receipt, gone: Container[int], chosen: Container[int]) -> tuple[VatTotal, ...]:
    """The VAT that the original no longer has, rate by rate: all corrections of a receipt together undo its VAT to the cent."""
    kept = [line for position, line in enumerate(original.lines) if position not in gone]
    left = {
        each.vat: each
        for each in vat_totals(
            line for position, line in enumerate(original.lines) if position not in gone and position not in chosen
        )
    }
    undone = []
    for before in vat_totals(kept):
        after = left.get(before.vat, VatTotal(before.vat, 0, 0))
        changed = VatTotal(before.vat, after.including_cents - before.including_cents, after.vat_cents - before.vat_cents)
        if changed.including_cents or changed.vat_cents or before.vat not in left:
            undone.append(changed)
    return tuple(undone)


def given_back(original: Settlement, earlier: Iterable[Settlement], owed_cents: int, drawer: Bundle) -> Settlement:
    """The same means, up to what each brought in and has not given back yet.

    Local notes are few, as for change: first digital units return to their payers, then cards and cheques, then euros; notes are
    given for the rest, in the smallest amount that the drawer composes. RefundNotComposable when it cannot.
    """
    before = tuple(earlier)
    digital, others = _digital_left(original, before), _others_left(original, before)
    euros = original.euros_cents + sum(each.euros_cents for each in before)
    notes = original.notes_cents + sum(each.notes_cents for each in before)
    exact = sum(paid.amount_cents for paid in digital) + sum(paid.amount_cents for paid in others) + euros
    most = min(owed_cents, notes)
    in_notes = sums(drawer, most).smallest(owed_cents - exact, most)
    if in_notes is None:
        raise RefundNotComposable(amount=decimal_text(max(owed_cents - exact, 0)))
    rest = owed_cents - in_notes
    to_payers = tuple(_taken_from(digital, rest))
    rest += sum(paid.amount_cents for paid in to_payers)
    to_others = tuple(_taken_from(others, rest))
    rest += sum(paid.amount_cents for paid in to_others)
    pieces = fewest_pieces(drawer, in_notes) or NOTHING
    return Settlement(notes_out=pieces, euros_out_cents=rest, digital=to_payers, others=to_others)


def refund_from_till(
    charter: Charter, original: Settlement, earlier: Iterable[Settlement], owed_cents: int, drawer: Bundle
) -> Settlement:
    """What leaves the till for a refund after the closing, where the charter allows it; else RefundStaysOut."""
    if not charter.refunds_leave_till:
        raise RefundStaysOut(desk=charter.desk)
    return given_back(original, earlier, owed_cents, drawer)


def checked_paper(number: str, issued_on: date, *, day: date, known: Container[str]) -> Paper:
    """The paper receipt behind a late entry; PaperNumberMissing, PaperReceiptKnown and PaperDateUnfit."""
    told = clean_text(number, max_length=REASON_LENGTH_MAX)
    if not told:
        raise PaperNumberMissing()
    if told in known:
        raise PaperReceiptKnown(paper=told)
    if issued_on > day:
        raise PaperDateUnfit(issued_on=issued_on, day=day)
    return Paper(told, issued_on)


def _digital_left(original: Settlement, earlier: Sequence[Settlement]) -> list[DigitalPaid]:
    """What each approved payment brought in and has not given back."""
    back = [paid for each in earlier for paid in each.digital]
    return [
        replace(paid, amount_cents=paid.amount_cents + sum(one.amount_cents for one in back if one.reference == paid.reference))
        for paid in original.digital
    ]


def _others_left(original: Settlement, earlier: Sequence[Settlement]) -> list[OtherMeans]:
    """What each card payment or cheque brought in and has not given back."""
    back = [paid for each in earlier for paid in each.others]
    return [
        replace(
            paid,
            amount_cents=paid.amount_cents
            + sum(one.amount_cents for one in back if (one.instrument, one.reference) == (paid.instrument, paid.reference)),
        )
        for paid in original.others
    ]


def _taken_from(left: Iterable[Paid], cents: int) -> Iterator[Paid]:
    """Negative payments that give back up to so many cents, the first payment first."""
    for paid in left:
        part = min(paid.amount_cents, cents)
        cents -= part
        if part:
            yield replace(paid, amount_cents=-part)
