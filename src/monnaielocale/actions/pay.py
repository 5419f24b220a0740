"""Wallet-to-wallet payments between members."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain import chart, postings
from ..domain.actors import Actor
from ..domain.identifiers import new_ids
from ..domain.ledger import Event
from ..domain.members import MemberLeft, MemberUnknown, PayeeIsPayer
from ..domain.money import AmountNotPositive, decimal_text
from ..domain.refusals import Refusal
from ..store.arrays import array
from ..store.journal import OpenBook
from ..store.unit_of_work import Read, Row, UnitOfWork
from .deciding import ASSOCIATION
from .perform import action


@dataclass(frozen=True, slots=True)
class WalletPayment:
    """A member pays another from wallet to wallet; numbers are member numbers, the amount is in cents."""

    actor: Actor
    book: str
    payer: str
    payee: str
    amount_cents: int
    on: date
    label: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class WalletPaid:
    """The payment is in the books."""

    event_id: UUID
    payer: str
    payee: str
    amount_cents: int


def _reads(items: Sequence[WalletPayment]) -> list[Read]:
    numbers: dict[str, set[str]] = {}
    for item in items:
        numbers.setdefault(item.book, set()).update((item.payer, item.payee))
    return [
        ("wallets_to_pay", {"book": book, "numbers": array("text", sorted(asked))}) for book, asked in sorted(numbers.items())
    ]


def _knows(book: OpenBook, items: Sequence[WalletPayment]) -> bool:
    numbers = {number for item in items for number in (item.payer, item.payee)}
    return numbers <= book.facts.keys() and all(chart.wallet(number) in book.state.positions for number in numbers)


@action("pay_between_wallets", reads=_reads, knows=_knows, keeps=True)
def pay_between_wallets(work: UnitOfWork, items: Sequence[WalletPayment], read: list[list[Row]]) -> list[WalletPaid | Refusal]:
    """Members pay each other; the payer is the person who asks, or an operator of the association acts for them.

    Refusals: AmountNotPositive, PayeeIsPayer, MemberUnknown, MemberLeft, ActsForAnother, BalanceTooLow, PeriodClosed.
    """
    for rows in read:
        for row in rows:
            work.facts(row.book)[row.member_number] = row
        known = [(chart.wallet(row.member_number), row.account_id, row.line_number, row.cents) for row in rows if row.account_id]
        if known:
            work.journal.know(rows[0].book, known)
    outcomes: list[WalletPaid | Refusal] = []
    for item, event_id in zip(items, new_ids(len(items)), strict=True):
        try:
            outcomes.append(_pay(work, event_id, item, work.facts(item.book)))
        except Refusal as refusal:
            outcomes.append(refusal)
    return outcomes


def _pay(work: UnitOfWork, event_id: UUID, item: WalletPayment, members: dict[str, Row]) -> WalletPaid:
    if item.amount_cents <= 0:
        raise AmountNotPositive(amount=decimal_text(item.amount_cents))
    if item.payer == item.payee:
        raise PayeeIsPayer(member=item.payer)
    for number in (item.payer, item.payee):
        member = members.get(number)
        if member is None:
            raise MemberUnknown(member=number)
        if member.left_on is not None:
            raise MemberLeft(member=number, left_on=member.left_on)
    payer = members[item.payer]
    if not item.actor.roles.isdisjoint(ASSOCIATION):
        item.actor.require_party(payer.keeper_id, payer.member_id)
    else:
        item.actor.require("member")
        item.actor.require_party(payer.member_id)
    entry = postings.paid_between_wallets(
        item.on, payer=chart.wallet(item.payer), payee=chart.wallet(item.payee), cents=item.amount_cents
    )
    details = {"label": item.label} if item.label else {}
    event = Event(event_id, item.book, "wallet_payment", item.actor.person_id, item.on, ((item.book, entry),), details)
    work.post(event)
    return WalletPaid(event_id, item.payer, item.payee, item.amount_cents)
