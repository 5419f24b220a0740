"""Digital payments at a desk: asked for under a reference, approved by the payer in time; the receipt is numbered on approval."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from secrets import token_bytes
from typing import Any
from uuid import UUID

from ..domain import chart
from ..domain.actors import Actor, ActsForAnother
from ..domain.conventions.convention import Wallets
from ..domain.conventions.rules import check_wallets_here
from ..domain.desks.days import check_day_takes_receipts
from ..domain.desks.payment_requests import (
    ENTROPY_BYTES,
    Approved,
    PaymentRequest,
    RequestReferenceUnfit,
    TransactionNumberKnown,
    WalletsKeptHere,
    Withdrawn,
    check_approval,
    check_pending,
    checked_transaction_number,
    lasting,
    new_request,
    read_reference,
    request_reference,
    request_text,
)
from ..domain.desks.sessions import Session, check_still_taking
from ..domain.desks.settlements import DigitalPaid
from ..domain.members import MemberLeft
from ..domain.postings import ELSEWHERE
from ..domain.refusals import Refusal
from ..store.payment_requests import RequestKept, WalletOwned, request_with, requests_of, transactions_known, wallets_of
from ..store.receipt_heads import ReceiptHeads
from ..store.unit_of_work import UnitOfWork
from .at_desk import AtDesk
from .deciding import decide_each
from .desks import Held
from .issuing import Given, Issued, OtherGiven, ReceiptTaken, ServiceAsked, begin, issue, priced, settled_now, taken
from .perform import action, plain
from .receipts import in_session

NOTHING_GIVEN = Given()


@dataclass(frozen=True, slots=True)
class RequestPayment:
    """A clerk asks for `digital_cents` of the price of services; the rest, if any, is given over the counter."""

    actor: Actor
    book: str
    session_id: UUID
    services: tuple[ServiceAsked, ...]
    digital_cents: int
    given: Given = NOTHING_GIVEN
    lasts_seconds: int = 300
    declared_cents: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class PaymentRequested:
    """What the desk shows: `text` is what its square code holds, and names nobody."""

    event_id: UUID
    reference: str
    amount_cents: int
    currency: str
    expires_at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class ApprovePayment:
    """A member approves a request from their own account; `book` is the desk's."""

    actor: Actor
    book: str
    reference: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmElsewhere:
    """The clerk records the transaction by which another system, where the accounts are kept, was paid."""

    actor: Actor
    book: str
    reference: str
    transaction_number: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class WithdrawRequest:
    """The clerk takes a request back."""

    actor: Actor
    book: str
    reference: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class RequestGone:
    """The request can no longer be approved."""

    event_id: UUID
    reference: str


@action("request_payment")
def request_payments(work: UnitOfWork, items: Sequence[RequestPayment]) -> list[PaymentRequested | Refusal]:
    """Desks ask for digital units. That the rest can be settled is checked now, and once more on approval.

    Refusals: those of `in_session`, those of `priced_lines`, those of `settled`, AmountNotPositive, RequestTimeUnfit.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    begin(desks)

    def decide(item: RequestPayment) -> PaymentRequested:
        held, session = in_session(desks, item.actor, item.book, item.session_id)
        lines = priced(held.charter, item.services, desks.today(item.book), item.declared_cents)
        moment, reference = desks.moment(item.book), request_reference(token_bytes(ENTROPY_BYTES))
        request = new_request(
            reference, item.book, item.digital_cents, requested_at=moment, expires_at=moment + lasting(item.lasts_seconds)
        )
        settled_now(desks, held, session, lines, item.given.tender((DigitalPaid(reference, item.digital_cents),)))
        return _ask(desks, held, item, request)

    return decide_each(items, decide)


def _ask(desks: AtDesk, held: Held, item: RequestPayment, request: PaymentRequest) -> PaymentRequested:
    details = {"reference": request.reference, "amount_cents": request.amount_cents}
    event = desks.post(held, "payment_requested", item.actor, desks.today(item.book), details=details)
    desks.work.insert(
        "payment_request",
        {
            "reference": request.reference,
            "book_id": held.desk.book_id,
            "session_id": item.session_id,
            "amount_cents": request.amount_cents,
            "requested_at": request.requested_at,
            "expires_at": request.expires_at,
            "draft": {"services": plain(item.services), "given": plain(item.given)},
            "event_id": event.id,
        },
    )
    currency = held.version.currency.code
    text = request_text(request, currency)
    return PaymentRequested(event.id, request.reference, request.amount_cents, currency, request.expires_at, text)


@action("approve_payment")
def approve_payments(work: UnitOfWork, items: Sequence[ApprovePayment]) -> list[ReceiptTaken | Refusal]:
    """Members approve requests from their own accounts; whether in time is decided under the lock, and the receipt is issued.

    Refusals: RoleMissing, RequestReferenceUnfit, RequestUnknown, DeskUnknown, WalletsKeptElsewhere, ActsForAnother, MemberLeft,
    those of `check_approval`, those of a day that takes no receipts, SessionUnknown, those of `check_still_taking`, those of
    `settled`, BalanceTooLow, PeriodClosed.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    heads = begin(desks)
    requests = requests_of(work, _references(items))
    wallets = wallets_of(work, (item.actor.party_id for item in items if item.actor.party_id))

    def decide(item: ApprovePayment) -> ReceiptTaken:
        item.actor.require("member")
        kept = request_with(requests, item.book, read_reference(item.reference))
        held = desks.known.as_agreed(item.book, desks.today(item.book))
        check_wallets_here(held.version)
        payer = _own_wallet(item.actor, held, wallets)
        balance_cents = work.state(held.desk.issuer_book, [payer]).balance(payer)
        check_approval(kept.request, kept.facts, desks.moment(item.book), wallet_cents=balance_cents)
        session = _still_open(desks, kept, item.book)
        return _paid(desks, heads, held, session, kept, "payment_approved", item.actor, payer).answer()

    return decide_each(items, decide)


def _references(items: Iterable[ApprovePayment | ConfirmElsewhere | WithdrawRequest]) -> Iterator[str]:
    """The references that are some; whoever wrote another is told when it is their turn."""
    for item in items:
        with suppress(RequestReferenceUnfit):
            yield read_reference(item.reference)


def _own_wallet(actor: Actor, held: Held, wallets: dict[UUID, WalletOwned]) -> str:
    """The account of the person who approves, with the association that the desk works with."""
    wallet = wallets.get(actor.party_id) if actor.party_id else None
    if wallet is None or wallet.book != held.desk.issuer_book:
        raise ActsForAnother(login=actor.login)
    if wallet.left_on is not None:
        raise MemberLeft(member=wallet.number, left_on=wallet.left_on)
    return chart.wallet(wallet.number)


def _still_open(desks: AtDesk, kept: RequestKept, book: str) -> Session:
    check_day_takes_receipts(book, desks.days.get(book), today=desks.today(book))
    session = desks.session(book, kept.session_id).session
    check_still_taking(session)
    return session


def _paid(
    desks: AtDesk,
    heads: ReceiptHeads,
    held: Held,
    session: Session,
    kept: RequestKept,
    kind: str,
    actor: Actor,
    payer: str,
    transaction_number: str = "",
) -> Issued:
    """The receipt of a request that is paid, and the act that says so."""
    book, reference = held.desk.book, kept.request.reference
    services, given = _drafted(kept.draft)
    lines = priced(held.charter, services, desks.today(book), None)
    paid = DigitalPaid(reference, kept.request.amount_cents, payer)
    settlement = settled_now(desks, held, session, lines, given.tender((paid,)))
    issued = issue(desks, heads, held, session, taken(lines, settlement), kind=kind, actor=actor)
    moment = desks.moment(book)
    number = transaction_number or None
    _acted(desks, held, kept, "approved", actor, issued.event.id, payer=payer, number=number, chain_number=issued.chain_number)
    kept.facts = (*kept.facts, Approved(moment, payer, transaction_number))
    return issued


def _drafted(draft: dict[str, Any]) -> tuple[tuple[ServiceAsked, ...], Given]:
    """The services and what was given over the counter, as the request was made with them."""
    given = draft["given"]
    notes = tuple((denomination, count) for denomination, count in given["notes"])
    others = tuple(OtherGiven(**each) for each in given["others"])
    return tuple(ServiceAsked(**each) for each in draft["services"]), Given(notes, given["euros_cents"], others)


def _acted(
    desks: AtDesk,
    held: Held,
    kept: RequestKept,
    act: str,
    actor: Actor,
    event_id: UUID,
    *,
    payer: str = "",
    number: str | None = None,
    chain_number: int | None = None,
) -> None:
    issuer = desks.work.head(held.desk.issuer_book)
    desks.work.insert(
        "payment_request_act",
        {
            "reference": kept.request.reference,
            "book_id": held.desk.book_id,
            "issuer_book_id": issuer.id,
            "act": act,
            "acted_at": desks.moment(held.desk.book),
            "acted_by": actor.person_id,
            "payer": payer,
            "transaction_number": number,
            "chain_number": chain_number,
            "event_id": event_id,
        },
    )


@action("confirm_elsewhere")
def confirm_elsewhere(work: UnitOfWork, items: Sequence[ConfirmElsewhere]) -> list[ReceiptTaken | Refusal]:
    """Requests are paid in the system where the accounts are kept; its transaction number pays one request of an association.

    Refusals: those of `in_session`, RequestReferenceUnfit, RequestUnknown, WalletsKeptHere, TransactionNumberMissing,
    TransactionNumberKnown, those of `check_pending`, those of `settled`, BalanceTooLow, PeriodClosed.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    heads = begin(desks)
    requests = requests_of(work, _references(items))
    asked = [(item, desks.known.desks.get(item.book)) for item in items]
    numbers = [(desk.issuer_book, "".join(item.transaction_number.split())) for item, desk in asked if desk]
    known = transactions_known(work, numbers)

    def decide(item: ConfirmElsewhere) -> ReceiptTaken:
        kept = _of_own_session(desks, requests, item)
        held, session = in_session(desks, item.actor, item.book, kept.session_id)
        if held.version.wallets is Wallets.HERE:
            raise WalletsKeptHere(currency=held.version.currency.name)
        number = checked_transaction_number(item.transaction_number)
        if (held.desk.issuer_book, number) in known:
            raise TransactionNumberKnown(number=number)
        check_pending(kept.request, kept.facts, desks.moment(item.book))
        kind = "payment_confirmed_elsewhere"
        issued = _paid(desks, heads, held, session, kept, kind, item.actor, ELSEWHERE, number)
        known.add((held.desk.issuer_book, number))
        return issued.answer()

    return decide_each(items, decide)


def _of_own_session(desks: AtDesk, requests: dict[str, RequestKept], item: ConfirmElsewhere | WithdrawRequest) -> RequestKept:
    """A request of the desk, for somebody who collects there."""
    desks.working(item.actor, item.book)
    return request_with(requests, item.book, read_reference(item.reference))


@action("withdraw_request")
def withdraw_requests(work: UnitOfWork, items: Sequence[WithdrawRequest]) -> list[RequestGone | Refusal]:
    """Desks take requests back that are neither approved nor expired.

    Refusals: those of `in_session`, RequestReferenceUnfit, RequestUnknown, those of `check_pending`.
    """
    desks = AtDesk.load(work, [item.book for item in items])
    requests = requests_of(work, _references(items))

    def decide(item: WithdrawRequest) -> RequestGone:
        kept = _of_own_session(desks, requests, item)
        held, _ = in_session(desks, item.actor, item.book, kept.session_id)
        moment = desks.moment(item.book)
        check_pending(kept.request, kept.facts, moment)
        details = {"reference": kept.request.reference}
        event = desks.post(held, "payment_request_withdrawn", item.actor, desks.today(item.book), details=details)
        _acted(desks, held, kept, "withdrawn", item.actor, event.id)
        kept.facts = (*kept.facts, Withdrawn(moment))
        return RequestGone(event.id, kept.request.reference)

    return decide_each(items, decide)


__all__ = [
    "ApprovePayment",
    "ConfirmElsewhere",
    "PaymentRequested",
    "RequestGone",
    "RequestPayment",
    "WithdrawRequest",
    "approve_payments",
    "confirm_elsewhere",
    "request_payments",
    "withdraw_requests",
]
