"""Receipts of a desk (quittances): taken, entered from paper, cancelled, printed again, and the journal that links them all."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query
from pydantic import AwareDatetime, Field

from monnaielocale.actions.cancels import (
    CancelReceipt,
    NothingToRefund,
    PayRefund,
    PrintDuplicate,
    RefundAlreadyPaid,
    cancel_receipts,
    pay_refunds,
    print_duplicates,
)
from monnaielocale.actions.receipts import (
    EnterPaperReceipt,
    Given,
    OtherGiven,
    ServiceAsked,
    TakeReceipt,
    enter_paper_receipts,
    take_receipts,
)
from monnaielocale.domain.desks.change import ChangeNeedsEuros, TenderTooLow
from monnaielocale.domain.desks.charters import Instrument, InstrumentNotAccepted, ServiceNotInCharter
from monnaielocale.domain.desks.corrections import PaperReceiptKnown, ReceiptAlreadyCancelled
from monnaielocale.domain.desks.receipt_chain import duplicate_mark
from monnaielocale.domain.desks.receipts import QUANTITY_MAX, Receipt, ReceiptTotalDiffers, Series
from monnaielocale.domain.desks.sessions import SessionCounted, SessionOfAnother
from monnaielocale.domain.desks.settlements import REFERENCE_LENGTH_MAX, TenderDiffers
from monnaielocale.store.desks import DeskUnknown
from monnaielocale.store.receipts import JournalEntry, ReceiptUnknown, chain_of_desk, journal_page, receipt_kept
from monnaielocale.store.tills import SessionUnknown
from monnaielocale.words import explain

from .. import places
from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..fields import Body, Cents, CentsOrZero, Code, Count, Day, Reason, Shape, text
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..paths import RECEIPT_NUMBER
from ..pieces import Counted, PiecesShown, pieces_of, pieces_shown
from ..subjects import SubjectRouter
from .desk_cash import COLLECTS
from .desks import UNKNOWN, DeskInPath, desk_seen

SERVICES_MOST = 200
OTHERS_MOST = 20
ROWS_MOST = 200
router = SubjectRouter(prefix="/desks/{desk}", tags=["receipts"], route_class=StrictRoute)
_DESK = "bayonne-pool"
_NUMBER = "PISC-2026-000042"
_AT_TILL = (
    DeskUnknown(book=_DESK),
    SessionUnknown(desk=_DESK),
    SessionOfAnother(till="till-1", login="maite"),
    SessionCounted(till="till-1"),
    ServiceNotInCharter(desk=_DESK, service="sauna"),
)
REFUSED_TAKING = refusing(
    *_AT_TILL,
    InstrumentNotAccepted(desk=_DESK, kind="cheque"),
    ReceiptTotalDiffers(total="12.50", declared="12.00"),
    TenderTooLow(missing="0.20"),
    ChangeNeedsEuros(extra_euros="0.20"),
)
REFUSED_PAPER = refusing(*_AT_TILL, PaperReceiptKnown(paper="0017"), TenderDiffers(kept="5.00", price="4.50"))
_CORRECTED = (DeskUnknown(book=_DESK), ReceiptUnknown(desk=_DESK, receipt=_NUMBER))
REFUSED_CANCELLING = refusing(*_CORRECTED, SessionUnknown(desk=_DESK), ReceiptAlreadyCancelled(receipt=_NUMBER))
REFUSED_REFUND = refusing(
    *_CORRECTED, SessionUnknown(desk=_DESK), NothingToRefund(receipt=_NUMBER), RefundAlreadyPaid(receipt=_NUMBER)
)
REFUSED_COPY = refusing(*_CORRECTED)

ReceiptInPath = Annotated[str, Path(pattern=r"^[A-Z0-9-]{1,40}$", description="The number of the receipt.", examples=[_NUMBER])]
Means = Literal["card", "cheque"]
RowOfReceipt = Annotated[int, Field(strict=True, ge=1, le=ROWS_MOST, examples=[1])]


class ServiceOfReceipt(Body):
    """A service of the charter; the price of a unit is said only where the tariff leaves it free."""

    service: Annotated[Code, Field(examples=["entry-adult"])]
    quantity: Annotated[int, Field(strict=True, ge=1, le=QUANTITY_MAX, examples=[2])] = 1
    unit_cents: CentsOrZero | None = None

    def asked(self) -> ServiceAsked:
        """The same for an action."""
        return ServiceAsked(self.service, self.quantity, self.unit_cents)


class OtherMeansGiven(Body):
    """A card payment or a cheque, with the number of its slip or of the cheque; no change is given on it."""

    instrument: Means
    amount_cents: Cents
    reference: Annotated[str, *text(most=REFERENCE_LENGTH_MAX, least=1), Field(description="Its number.", examples=["0042"])]


class MoneyGiven(Body):
    """What the payer gives over the counter."""

    notes: Counted = Field(default_factory=list)
    euros_cents: CentsOrZero = 0
    others: Annotated[list[OtherMeansGiven], Field(max_length=OTHERS_MOST, default_factory=list)]

    def given(self) -> Given:
        """The same for an action."""
        others = tuple(OtherGiven(each.instrument, each.amount_cents, each.reference) for each in self.others)
        return Given(pieces_of(self.notes), self.euros_cents, others)


Services = Annotated[list[ServiceOfReceipt], Field(min_length=1, max_length=SERVICES_MOST)]


class ReceiptAsked(Body):
    """Services and what is given for them; a total that the program announces must be ours."""

    session_id: UUID
    services: Services
    given: MoneyGiven
    total_cents: CentsOrZero | None = None


class PaperReceiptAsked(Body):
    """A receipt of the paper receipt book, as it was written by hand."""

    session_id: UUID
    paper_number: Annotated[str, *text(most=40, least=1), Field(description="The number on the paper.", examples=["0017"])]
    issued_on: Day
    services: Services
    given: MoneyGiven
    change_notes: Counted = Field(default_factory=list)
    change_euros_cents: CentsOrZero = 0


class CancellationAsked(Body):
    """Why, in which session, and which lines, counted from 1; none named is all that is left."""

    session_id: UUID
    reason: Reason
    rows: Annotated[
        list[Annotated[int, Field(strict=True, ge=1, le=ROWS_MOST)]], Field(max_length=ROWS_MOST, default_factory=list)
    ]


class RefundAsked(Body):
    """In which session the refund leaves the till."""

    session_id: UUID


class ReceiptTakenShown(Shape):
    """The receipt, and the change to give back."""

    event_id: UUID
    number: str
    business_on: Day
    till: Code
    total_cents: int
    vat_cents: int
    change_notes: list[PiecesShown]
    change_notes_cents: CentsOrZero
    change_euros_cents: CentsOrZero
    to_refund_cents: CentsOrZero
    link: Annotated[str, Field(description="The hash that links the receipt to those before it.")]


class RefundGiven(Shape):
    """What was given back for a minus receipt."""

    event_id: UUID
    receipt: str
    refunded_cents: CentsOrZero
    notes: list[PiecesShown]
    euros_cents: CentsOrZero


class DuplicatePrintedShown(Shape):
    """A copy, with the mark to print on it."""

    event_id: UUID
    receipt: str
    copy_number: Count
    mark: Annotated[str, Field(description="What is printed across the copy.", examples=["DUPLICATA n° 1"])]


class LineShown(Shape):
    """One service on a receipt."""

    service: Code
    label: str
    quantity: int
    unit_cents: CentsOrZero
    total_cents: int
    vat_basis_points: int
    vat_exemption: str
    cancelled: bool = False


class VatShown(Shape):
    """What came to one rate or exemption, and the VAT in it."""

    basis_points: int
    exemption: str
    including_cents: int
    vat_cents: int


class OtherMeansShown(Shape):
    """A card payment or a cheque."""

    instrument: Instrument
    amount_cents: int
    reference: str


class DigitalShown(Shape):
    """Digital units, under the reference of their payment request."""

    reference: str
    amount_cents: int


class ReceiptShown(Shape):
    """A receipt as it was issued; nothing of it ever changes."""

    number: str
    series: Series
    till: Code
    business_on: Day
    issued_at: AwareDatetime
    lines: list[LineShown]
    vat: list[VatShown]
    notes_in: list[PiecesShown]
    notes_out: list[PiecesShown]
    euros_in_cents: CentsOrZero
    euros_out_cents: CentsOrZero
    digital: list[DigitalShown]
    others: list[OtherMeansShown]
    to_refund_cents: CentsOrZero
    total_cents: int
    cancels: Annotated[str, Field(description="The receipt that a minus receipt corrects.")]
    reason: str
    paper_number: str | None
    paper_on: Day | None


class ReceiptInJournal(ReceiptShown):
    """A receipt in the journal, with its place in the chain of the desk and its link."""

    place: Count
    link: str


class ReceiptWithCorrections(ReceiptShown):
    """A receipt, the minus receipts that corrected it, and how many copies of it were printed."""

    corrected_by: list[str]
    copies: Count


class JournalPage(Shape):
    """The receipts of the desk in their order, and where the next page begins."""

    items: list[ReceiptInJournal]
    next: str | None


class ChainShown(Shape):
    """The chain of the desk's receipts, computed again from the first."""

    receipts: Count
    link: Annotated[str | None, Field(description="The last link; nothing when there is no receipt.")]
    whole: bool
    first_broken: Annotated[str | None, Field(description="The first receipt that does not follow the one before it.")]


@router.post("/receipts", status_code=201, responses=REFUSED_TAKING)
async def take_receipt(desk: DeskInPath, body: ReceiptAsked, who: Keyed) -> ReceiptTakenShown:
    """Take payment for services: the change is told, or what to ask for. A double click under one key is one receipt."""
    who.require(COLLECTS)
    services = tuple(each.asked() for each in body.services)
    item = TakeReceipt(who.actor, desk, body.session_id, services, body.given.given(), body.total_cents, who.key)
    return receipt_answered(await who.ask(take_receipts, item))


@router.post("/receipts/paper", status_code=201, responses=REFUSED_PAPER)
async def enter_paper_receipt(desk: DeskInPath, body: PaperReceiptAsked, who: Keyed) -> ReceiptTakenShown:
    """Enter a receipt that was written by hand while the desk was cut off, under the series of paper receipts."""
    who.require(COLLECTS)
    item = EnterPaperReceipt(
        who.actor,
        desk,
        body.session_id,
        body.paper_number,
        body.issued_on,
        tuple(each.asked() for each in body.services),
        body.given.given(),
        pieces_of(body.change_notes),
        body.change_euros_cents,
        who.key,
    )
    return receipt_answered(await who.ask(enter_paper_receipts, item))


def receipt_answered(done: dict[str, Any]) -> ReceiptTakenShown:
    """A receipt that an action issued."""
    return ReceiptTakenShown(**{**done, "change_notes": pieces_shown(done["change_notes"])})


@router.post(f"/receipts/{RECEIPT_NUMBER}/cancel", status_code=201, responses=REFUSED_CANCELLING)
async def cancel_receipt(desk: DeskInPath, number: ReceiptInPath, body: CancellationAsked, who: Keyed) -> ReceiptTakenShown:
    """Cancel a receipt, once, whole or by line: on its open day the same means go back, later the town refunds."""
    who.require(COLLECTS)
    item = CancelReceipt(who.actor, desk, body.session_id, number, body.reason, tuple(body.rows), who.key)
    return receipt_answered(await who.ask(cancel_receipts, item))


@router.post(f"/receipts/{RECEIPT_NUMBER}/refund", status_code=201, responses=REFUSED_REFUND)
async def refund_from_till(desk: DeskInPath, number: ReceiptInPath, body: RefundAsked, who: Keyed) -> RefundGiven:
    """Give back from a till what a minus receipt left to be refunded, where the charter lets refunds leave it."""
    who.require(COLLECTS)
    done = await who.ask(pay_refunds, PayRefund(who.actor, desk, body.session_id, number, who.key))
    return RefundGiven(**{**done, "notes": pieces_shown(done["notes"])})


@router.post(f"/receipts/{RECEIPT_NUMBER}/duplicates", status_code=201, responses=REFUSED_COPY)
async def print_duplicate(desk: DeskInPath, number: ReceiptInPath, who: Keyed) -> DuplicatePrintedShown:
    """Print a receipt again: each copy is a numbered DUPLICATA."""
    who.require(COLLECTS)
    done = await who.ask(print_duplicates, PrintDuplicate(who.actor, desk, number, who.key))
    return DuplicatePrintedShown(**done, mark=explain(duplicate_mark(done["copy_number"])))


@router.get("/receipts", responses=UNKNOWN)
def list_receipts(
    desk: DeskInPath,
    who: Anyone,
    on: Annotated[Day | None, Query(description="The receipts of one day; of all days unless given.")] = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> JournalPage:
    """The receipt journal of the desk (journal à souches), in the order of its chain."""
    with desk_seen(who, desk) as connection:
        entries, last = page(journal_page(connection, desk, places.number(cursor), limit + 1, on), limit)
    items = [_in_journal(entry) for entry in entries]
    return JournalPage(items=items, next=cursor_of(last.chain_number) if last else None)


@router.get(f"/receipts/{RECEIPT_NUMBER}", responses=REFUSED_COPY)
def show_receipt(desk: DeskInPath, number: ReceiptInPath, who: Anyone) -> ReceiptWithCorrections:
    """One receipt with what was corrected of it."""
    with desk_seen(who, desk) as connection:
        kept = receipt_kept(connection, desk, number)
    cancelled = {place for minus in kept.minus for place in minus.receipt.cancelled_lines}
    return ReceiptWithCorrections(
        **_shown(kept.receipt, cancelled), corrected_by=[minus.receipt.number for minus in kept.minus], copies=kept.copies
    )


@router.get("/chain", responses=UNKNOWN)
def show_receipt_chain(desk: DeskInPath, who: Anyone) -> ChainShown:
    """Compute the chain of the desk's receipts again: nobody altered one, took one out or put one in."""
    with desk_seen(who, desk) as connection:
        seen = chain_of_desk(connection, desk)
    return ChainShown(
        receipts=seen.receipt_count, link=seen.link, whole=seen.first_broken is None, first_broken=seen.first_broken
    )


def _in_journal(entry: JournalEntry) -> ReceiptInJournal:
    return ReceiptInJournal(**_shown(entry.receipt, set()), place=entry.chain_number, link=entry.link.hex())


def _shown(receipt: Receipt, cancelled: set[int]) -> dict[str, Any]:
    settlement, paper = receipt.settlement, receipt.paper
    return {
        "number": receipt.number,
        "series": receipt.series,
        "till": receipt.till,
        "business_on": receipt.business_on,
        "issued_at": receipt.issued_at,
        "lines": [
            LineShown(
                service=line.service,
                label=line.label,
                quantity=line.quantity,
                unit_cents=line.unit_cents,
                total_cents=line.total_cents,
                vat_basis_points=line.vat.basis_points,
                vat_exemption=line.vat.exemption,
                cancelled=place in cancelled,
            )
            for place, line in enumerate(receipt.lines)
        ],
        "vat": [
            VatShown(
                basis_points=each.vat.basis_points,
                exemption=each.vat.exemption,
                including_cents=each.including_cents,
                vat_cents=each.vat_cents,
            )
            for each in receipt.vat
        ],
        "notes_in": pieces_shown(settlement.notes_in.pieces),
        "notes_out": pieces_shown(settlement.notes_out.pieces),
        "euros_in_cents": settlement.euros_in_cents,
        "euros_out_cents": settlement.euros_out_cents,
        "digital": [DigitalShown(reference=paid.reference, amount_cents=paid.amount_cents) for paid in settlement.digital],
        "others": [
            OtherMeansShown(instrument=paid.instrument, amount_cents=paid.amount_cents, reference=paid.reference)
            for paid in settlement.others
        ],
        "to_refund_cents": settlement.to_refund_cents,
        "total_cents": receipt.total_cents,
        "cancels": receipt.cancels,
        "reason": receipt.reason,
        "paper_number": paper.number if paper else None,
        "paper_on": paper.issued_on if paper else None,
    }
