"""How a receipt is issued: priced and settled by the desk's rules, numbered and chained, written in both books as one event."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from ..domain import chart
from ..domain.actors import Actor
from ..domain.desks import postings
from ..domain.desks.charters import Charter, Instrument
from ..domain.desks.postings import DIGITAL, OTHER, TO_REFUND, VALUES
from ..domain.desks.receipt_chain import canonical_receipt, chained_canonical, receipt_number
from ..domain.desks.receipts import Asked, Paper, Receipt, ReceiptLine, Series, VatTotal, priced_lines, revenues, vat_totals
from ..domain.desks.sessions import Session
from ..domain.desks.settlements import DigitalPaid, OtherMeans, Settlement, Tender, settled
from ..domain.ledger import Event
from ..domain.refusals import Refusal
from ..store.receipt_heads import ReceiptHeads, receipt_heads
from .at_desk import AtDesk, Pieces, bundle, place_of
from .desks import Held


class MeansUnfit(Refusal):
    """{written} is not a means of payment: the means are {known}."""

    code = "means_unfit"


@dataclass(frozen=True, slots=True)
class ServiceAsked:
    """A service with its quantity; the price of a unit in cents is said only where the tariff leaves it free."""

    service: str
    quantity: int = 1
    unit_cents: int | None = None


@dataclass(frozen=True, slots=True)
class OtherGiven:
    """A `card` payment or a `cheque` in cents, with the number of its slip or of the cheque."""

    instrument: str
    amount_cents: int
    reference: str


@dataclass(frozen=True, slots=True)
class Given:
    """What the payer gives over the counter: local notes as (denomination in cents, how many), euros in cents, other means."""

    notes: Pieces = ()
    euros_cents: int = 0
    others: tuple[OtherGiven, ...] = ()

    def tender(self, digital: tuple[DigitalPaid, ...] = ()) -> Tender:
        """The same for the rules of the desk; MeansUnfit and PiecesNegative."""
        return Tender(bundle(self.notes), self.euros_cents, digital, tuple(map(_other, self.others)))


def _other(given: OtherGiven) -> OtherMeans:
    if given.instrument not in tuple(Instrument):
        raise MeansUnfit(written=given.instrument[:40], known=", ".join(Instrument))
    return OtherMeans(Instrument(given.instrument), given.amount_cents, given.reference.strip())


@dataclass(frozen=True, slots=True)
class ReceiptTaken:
    """The receipt, with the change to give back; amounts in cents, notes as (denomination in cents, how many)."""

    event_id: UUID
    number: str
    business_on: date
    till: str
    total_cents: int
    vat_cents: int
    change_notes: Pieces
    change_notes_cents: int
    change_euros_cents: int
    to_refund_cents: int
    link: str


@dataclass(frozen=True, slots=True)
class Body:
    """What a receipt says beside its number and its place."""

    lines: tuple[ReceiptLine, ...]
    vat: tuple[VatTotal, ...]
    settlement: Settlement
    series: Series = Series.TILL
    cancels: str = ""
    cancels_number: int | None = None
    cancelled_lines: tuple[int, ...] = ()
    reason: str = ""
    paper: Paper | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A receipt in its place."""

    receipt: Receipt
    chain_number: int
    link: bytes
    event: Event

    def answer(self) -> ReceiptTaken:
        """What the clerk is told."""
        receipt = self.receipt
        return ReceiptTaken(
            self.event.id,
            receipt.number,
            receipt.business_on,
            receipt.till,
            receipt.total_cents,
            sum(each.vat_cents for each in receipt.vat),
            receipt.settlement.notes_out.pieces,
            receipt.settlement.notes_out.total_cents,
            receipt.settlement.euros_out_cents,
            receipt.settlement.to_refund_cents,
            self.link.hex(),
        )


def begin(desks: AtDesk) -> ReceiptHeads:
    """Where the receipts of the batch's desks stand, with every account loaded that they usually move."""
    for book in desks.known.desks:
        _preload(desks, book)
    return receipt_heads(desks.work, {book: desks.today(book) for book in desks.known.desks})


def _preload(desks: AtDesk, book: str) -> None:
    desk = desks.known.desks[book]
    loaded = desks.known.conventions.get((desk.issuer_book, desk.public_body))
    sessions = desks.unclosed(book)
    if loaded is None or not sessions:
        return
    try:
        held = desks.known.as_agreed(book, sessions[0].business_on)
    except Refusal:
        # Whoever asks for something at this desk will be told.
        return
    places = [place_of(held, session.till) for session in sessions]
    denominations = held.version.currency.denominations_cents
    services = {tariff.service for tariff in held.charter.tariffs}
    own = [VALUES, DIGITAL, OTHER, TO_REFUND, *(place.euros for place in places), *map(chart.revenue, services)]
    followed = [place.drawer(each) for place in places for each in denominations]
    desks.work.state(book, own)
    desks.work.state(desk.issuer_book, [*followed, *(chart.notes("public", each) for each in denominations)])


def priced(charter: Charter, services: Iterable[ServiceAsked], day: date, declared_cents: int | None) -> tuple[ReceiptLine, ...]:
    """The lines for the services asked for; see `priced_lines`."""
    asked = [Asked(each.service, each.quantity, each.unit_cents) for each in services]
    return priced_lines(charter, asked, day, declared_cents)


def settled_now(desks: AtDesk, held: Held, session: Session, lines: tuple[ReceiptLine, ...], tender: Tender) -> Settlement:
    """What is kept and given back, from what the till really holds; see `settled`."""
    return settled(
        held.charter,
        price_cents=sum(line.total_cents for line in lines),
        tender=tender,
        drawer=lambda: desks.drawer(held, session.till),
        denominations_cents=held.version.currency.denominations_cents,
    )


def taken(lines: tuple[ReceiptLine, ...], settlement: Settlement, **more: Any) -> Body:
    """The body of an ordinary receipt."""
    return Body(lines, vat_totals(lines), settlement, **more)


def issue(desks: AtDesk, heads: ReceiptHeads, held: Held, session: Session, body: Body, *, kind: str, actor: Actor) -> Issued:
    """Number the receipt, write it in both books and chain it; a Refusal leaves the numbers as they were.

    Refuses with BalanceTooLow and PeriodClosed.
    """
    book, day, moment = held.desk.book, desks.today(held.desk.book), desks.moment(held.desk.book)
    head = heads[book]
    receipt = Receipt(
        desk=book,
        number=receipt_number(held.charter.prefix, day.year, head.numbers[body.series] + 1, body.series),
        series=body.series,
        till=session.till,
        session_id=session.session_id,
        clerk_id=session.clerk_id,
        business_on=day,
        issued_at=moment,
        lines=body.lines,
        vat=body.vat,
        settlement=body.settlement,
        cancels=body.cancels,
        cancelled_lines=body.cancelled_lines,
        reason=body.reason,
        paper=body.paper,
    )
    canonical = canonical_receipt(receipt)
    link = chained_canonical(head.link, canonical)
    both = postings.receipt_taken(day, place_of(held, session.till), revenues=revenues(body.lines), taken=body.settlement.taken())
    entries = both.entries(desk_book=book, issuer_book=held.desk.issuer_book)
    details: Mapping[str, Any] = {"receipt": receipt.number, "link": link.hex()}
    event = desks.post(held, kind, actor, day, entries=entries, details=details, reason=body.reason)
    # From here on nothing refuses.
    head.chain_number += 1
    head.link = link
    head.numbers[body.series] += 1
    issued = Issued(receipt, head.chain_number, link, event)
    _write(desks, held, issued, canonical.decode("ascii"), body.cancels_number, head.numbers[body.series])
    return issued


def _write(desks: AtDesk, held: Held, issued: Issued, canonical: str, cancels: int | None, series_number: int) -> None:
    receipt, settlement, work = issued.receipt, issued.receipt.settlement, desks.work
    place = {"book_id": held.desk.book_id, "chain_number": issued.chain_number}
    card = sum(paid.amount_cents for paid in settlement.others if paid.instrument is Instrument.CARD)
    work.insert(
        "receipt",
        {
            **place,
            "number": receipt.number,
            "series": receipt.series.value,
            "year": receipt.business_on.year,
            "series_number": series_number,
            "till": receipt.till,
            "session_id": receipt.session_id,
            "clerk_id": receipt.clerk_id,
            "business_on": receipt.business_on,
            "issued_at": receipt.issued_at,
            "total_cents": receipt.total_cents,
            "notes_cents": settlement.notes_cents,
            "euros_cents": settlement.euros_cents,
            "digital_cents": settlement.digital_cents,
            "card_cents": card,
            "cheque_cents": settlement.other_cents - card,
            "to_refund_cents": settlement.to_refund_cents,
            "cancels": cancels,
            "paper_number": receipt.paper.number if receipt.paper else None,
            "canonical": canonical,
            "link": issued.link,
            "event_id": issued.event.id,
        },
    )
    work.insert("receipt_line", *(_line(place, at, line) for at, line in enumerate(receipt.lines)))
    work.insert("receipt_vat", *(_rate(place, rate) for rate in receipt.vat))


def _line(place: dict[str, int], at: int, line: ReceiptLine) -> dict[str, Any]:
    return {
        **place,
        "place": at,
        "service": line.service,
        "label": line.label,
        "quantity": line.quantity,
        "unit_cents": line.unit_cents,
        "total_cents": line.total_cents,
        "vat_basis_points": line.vat.basis_points,
        "vat_exemption": line.vat.exemption,
        "revenue_account": line.revenue_account,
    }


def _rate(place: dict[str, int], rate: VatTotal) -> dict[str, Any]:
    told = {"basis_points": rate.vat.basis_points, "exemption": rate.vat.exemption}
    return place | told | {"including_cents": rate.including_cents, "vat_cents": rate.vat_cents}


def with_payers(settlement: Settlement, payers: Mapping[str, str]) -> Settlement:
    """The settlement of a receipt read from its journal, which does not tell from which accounts digital units came."""
    return replace(settlement, digital=tuple(replace(paid, payer=payers.get(paid.reference, "")) for paid in settlement.digital))
