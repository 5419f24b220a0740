"""Payments from wallet to wallet between members."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.domain.ledger import BalanceTooLow
from monnaielocale.domain.members import MemberLeft, MemberUnknown
from monnaielocale.domain.refusals import Refusal

from ..access import Asking, Keyed
from ..bodies import StrictRoute
from ..fields import Body, BookAsked, Cents, Day, Label, MemberNumber, Shape
from ..logs import tell_refused_parts
from ..openapi import refusing
from ..problems import problem_of
from ..sight import ASSOCIATION
from ..subjects import SubjectRouter

MOST_AT_ONCE = 1000
NOT_PAID = refusing(
    MemberUnknown(member="E00101"),
    MemberLeft(member="E00042", left_on=date(2026, 2, 20)),
    BalanceTooLow(account="wallet:E00042", balance="2.00", amount="12.50"),
)
router = SubjectRouter(prefix="/payments", tags=["payments"], route_class=StrictRoute)


class PaymentAsked(Body):
    """A payment: from whose wallet to whose, and how much."""

    payer: MemberNumber
    payee: MemberNumber
    amount_cents: Cents
    label: Label = ""
    on: Day | None = None


class PaymentMade(Shape):
    """A payment in the books."""

    event_id: UUID
    payer: MemberNumber
    payee: MemberNumber
    amount_cents: Cents


class PaymentsAsked(Body):
    """Several independent payments; each has its own answer."""

    payments: Annotated[list[PaymentAsked], Field(min_length=1, max_length=MOST_AT_ONCE)]


class PaymentAnswer(Shape):
    """What became of one payment: what was made, or the problem that refused it."""

    payment: PaymentMade | None = None
    problem: dict[str, Any] | None = None


class PaymentsAnswered(Shape):
    """The answers, in the order of the payments."""

    answers: list[PaymentAnswer]


@router.post("", status_code=201, responses=NOT_PAID)
async def pay_from_wallet(body: PaymentAsked, who: Keyed, book: BookAsked = None) -> PaymentMade:
    """Pay from wallet to wallet: a member from their own, the association for anyone."""
    who.require("member", *ASSOCIATION)
    return PaymentMade(**await who.ask(pay_between_wallets, _item(body, who, who.book(book), who.key)))


@router.post("/batch")
async def pay_from_wallets(body: PaymentsAsked, who: Keyed, book: BookAsked = None) -> PaymentsAnswered:
    """Make up to 1,000 independent payments; one that is refused leaves the others as they are."""
    who.require("member", *ASSOCIATION)
    code = who.book(book)
    items = [_item(each, who, code, f"{who.key}/{number}") for number, each in enumerate(body.payments)]
    answers = [_answer(each) for each in await who.ask_all(pay_between_wallets, items)]
    tell_refused_parts(answer.problem for answer in answers if answer.problem)
    return PaymentsAnswered(answers=answers)


def _item(body: PaymentAsked, who: Asking, book: str, key: str) -> WalletPayment:
    on: date = who.day(body.on)
    return WalletPayment(who.actor, book, body.payer, body.payee, body.amount_cents, on, body.label, key)


def _answer(outcome: Any) -> PaymentAnswer:
    if isinstance(outcome, Refusal):
        return PaymentAnswer(problem=problem_of(outcome))
    return PaymentAnswer(payment=PaymentMade(**outcome.content))
