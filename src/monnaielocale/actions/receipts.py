"""Receipts (quittances) over the counter, one after another at each till, and those of the paper receipt book entered later."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks.change import Change
from ..domain.desks.corrections import checked_paper
from ..domain.desks.receipts import Series
from ..domain.desks.sessions import Session, check_taking
from ..domain.desks.settlements import settled_on_paper
from ..domain.refusals import Refusal
from ..store.receipt_heads import ReceiptHeads
from ..store.receipts import papers_known
from ..store.unit_of_work import UnitOfWork
from .at_desk import AtDesk, Pieces, bundle
from .deciding import decide_each
from .desks import Held
from .issuing import Given, OtherGiven, ReceiptTaken, ServiceAsked, begin, issue, priced, settled_now, taken
from .perform import action


@dataclass(frozen=True, slots=True)
class TakeReceipt:
    """A clerk takes payment for services in their session; `declared_cents` is a total that the caller announces, if any.

    Digital units are not given here: they are asked for by a payment request.
    """

    actor: Actor
    book: str
    session_id: UUID
    services: tuple[ServiceAsked, ...]
    given: Given
    declared_cents: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class EnterPaperReceipt:
    """A receipt of the paper receipt book is entered in the open day, with its number and day, and what was given back then."""

    actor: Actor
    book: str
    session_id: UUID
    paper_number: str
    issued_on: date
    services: tuple[ServiceAsked, ...]
    given: Given
    change_notes: Pieces = ()
    change_euros_cents: int = 0
    key: str = ""


@action("take_receipt", keeps=True)
def take_receipts(work: UnitOfWork, items: Sequence[TakeReceipt]) -> list[ReceiptTaken | Refusal]:
    """Clerks take payments, for any number of desks and tills at once.

    Refusals: those of `in_session`, those of `priced_lines`, MeansUnfit, those of `settled` with what to ask for,
    BalanceTooLow, PeriodClosed.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    heads = begin(desks)

    def decide(item: TakeReceipt) -> ReceiptTaken:
        held, session = in_session(desks, item.actor, item.book, item.session_id)
        lines = priced(held.charter, item.services, desks.today(item.book), item.declared_cents)
        settlement = settled_now(desks, held, session, lines, item.given.tender())
        body = taken(lines, settlement)
        return issue(desks, heads, held, session, body, kind="receipt_taken", actor=item.actor).answer()

    return decide_each(items, decide)


@action("enter_paper_receipt")
def enter_paper_receipts(work: UnitOfWork, items: Sequence[EnterPaperReceipt]) -> list[ReceiptTaken | Refusal]:
    """Receipts that were written by hand while the desk was cut off are entered under a series of their own.

    Refusals: those of `in_session`, PaperNumberMissing, PaperReceiptKnown, PaperDateUnfit, those of `priced_lines` on the day of
    the paper, those of `settled_on_paper`, BalanceTooLow, PeriodClosed.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    heads = begin(desks)
    known = papers_known(work, ((item.book, item.paper_number.strip()) for item in items))
    return decide_each(items, lambda item: _enter(desks, heads, known, item))


def _enter(desks: AtDesk, heads: ReceiptHeads, known: dict[str, set[str]], item: EnterPaperReceipt) -> ReceiptTaken:
    held, session = in_session(desks, item.actor, item.book, item.session_id)
    papers = known.setdefault(item.book, set())
    paper = checked_paper(item.paper_number, item.issued_on, day=desks.today(item.book), known=papers)
    then = desks.on(item.actor, item.book, item.issued_on).charter
    lines = priced(then, item.services, item.issued_on, None)
    settlement = settled_on_paper(
        then,
        price_cents=sum(line.total_cents for line in lines),
        tender=item.given.tender(),
        change=Change(bundle(item.change_notes), item.change_euros_cents),
        denominations_cents=held.version.currency.denominations_cents,
    )
    body = taken(lines, settlement, series=Series.PAPER, paper=paper)
    issued = issue(desks, heads, held, session, body, kind="receipt_entered_late", actor=item.actor)
    papers.add(paper.number)
    return issued.answer()


def in_session(desks: AtDesk, actor: Actor, book: str, session_id: UUID) -> tuple[Held, Session]:
    """The desk and the person's session there, on a day that takes receipts now.

    Refuses with those of `AtDesk.working`, NotNamedToCollect, SessionUnknown and those of `check_taking`.
    """
    held = desks.working(actor, book)
    held.staff.require_collector(actor, desks.today(book))
    session = desks.session(book, session_id).session
    check_taking(session, actor)
    return held, session


__all__ = [
    "EnterPaperReceipt",
    "Given",
    "OtherGiven",
    "ReceiptTaken",
    "ServiceAsked",
    "TakeReceipt",
    "enter_paper_receipts",
    "in_session",
    "take_receipts",
]
