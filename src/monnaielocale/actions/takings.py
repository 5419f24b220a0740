"""Takings that left the desk enter the town's accounts, and the town pays refunds that the desk left to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain import chart
from ..domain.actors import Actor
from ..domain.desks import postings
from ..domain.desks.postings import PAID_IN, TO_REFUND
from ..domain.desks.remittances import TITLE_LENGTH_MAX, RevenueTitleMissing, TakingsBeyondRevenue
from ..domain.money import decimal_text, require_positive
from ..domain.refusals import Refusal
from ..domain.text import clean_text
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each
from .desks import DesksHeld, post_at_desk
from .perform import action


@dataclass(frozen=True, slots=True)
class AccountForTakings:
    """Takings enter the town's accounts under a revenue title (titre de recettes): (service, cents) each."""

    actor: Actor
    book: str
    title: str
    takings: tuple[tuple[str, int], ...]
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class TakingsAccounted:
    """What was taken into the accounts, and what was paid in and is not yet; in cents."""

    event_id: UUID
    title: str
    amount_cents: int
    paid_in_cents: int


@dataclass(frozen=True, slots=True)
class RefundByTown:
    """The town paid a refund from its own account that the desk had left to it; the amount is in cents."""

    actor: Actor
    book: str
    amount_cents: int
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class RefundPaid:
    """The refund, and what of refunds is still to be paid; in cents."""

    event_id: UUID
    amount_cents: int
    to_refund_cents: int


@action("account_for_takings")
def account_for_takings(work: UnitOfWork, items: Sequence[AccountForTakings]) -> list[TakingsAccounted | Refusal]:
    """The authorising officer takes what was paid in into the town's accounts, service by service.

    Refusals: RoleMissing, DeskUnknown, ActsForAnother, RevenueTitleMissing, TextTooLong, AmountNotPositive, TakingsBeyondRevenue,
    BalanceTooLow when more is accounted for than was paid in, PeriodClosed.
    """
    known = DesksHeld.load(work, [item.book for item in items])

    def decide(item: AccountForTakings) -> TakingsAccounted:
        known.for_town(item.actor, item.book, "town_signer")
        title = clean_text(item.title, max_length=TITLE_LENGTH_MAX)
        if not title:
            raise RevenueTitleMissing()
        parts: dict[str, int] = {}
        for service, cents in item.takings:
            require_positive(cents)
            parts[service] = parts.get(service, 0) + cents
        require_positive(sum(parts.values()))
        _check_takings(work, item.book, parts)
        details = {"title": title, "takings": [list(part) for part in parts.items()]}
        event_id = post_at_desk(work, item, "takings_accounted", postings.taken_into_accounts(item.on, parts.items()), details)
        left = work.state(item.book, [PAID_IN]).balance(PAID_IN)
        return TakingsAccounted(event_id, title, sum(parts.values()), left)

    return decide_each(items, decide)


def _check_takings(work: UnitOfWork, book: str, parts: dict[str, int]) -> None:
    for service, cents in parts.items():
        revenue = chart.revenue(service)
        taken = work.state(book, [revenue]).balance(revenue)
        if cents > taken:
            told = {"taken": decimal_text(taken), "asked": decimal_text(cents)}
            raise TakingsBeyondRevenue(service=service[:40], **told)


@action("pay_refund_by_town")
def pay_refunds_by_town(work: UnitOfWork, items: Sequence[RefundByTown]) -> list[RefundPaid | Refusal]:
    """The public accountant paid refunds that the authorising officer had ordered.

    Refusals: RoleMissing, DeskUnknown, ActsForAnother, AmountNotPositive, BalanceTooLow, PeriodClosed.
    """
    known = DesksHeld.load(work, [item.book for item in items])

    def decide(item: RefundByTown) -> RefundPaid:
        known.for_town(item.actor, item.book, "public_accountant")
        require_positive(item.amount_cents)
        both = postings.refund_paid_by_town(item.on, item.amount_cents)
        event_id = post_at_desk(work, item, "refund_paid_by_town", both, {"amount_cents": item.amount_cents})
        return RefundPaid(event_id, item.amount_cents, work.state(item.book, [TO_REFUND]).balance(TO_REFUND))

    return decide_each(items, decide)
