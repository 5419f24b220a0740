"""Members give units back for euros (reconversion), and members leave."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from ..domain import chart, postings
from ..domain.actors import Actor
from ..domain.conventions.convention import ConventionVersion
from ..domain.conventions.rules import check_wallets_here
from ..domain.identifiers import new_id
from ..domain.ledger import Entry, Event
from ..domain.members import (
    DepartureReasonMissing,
    IbanMissing,
    PayeeIsPayer,
    RemainderUnknown,
    WalletNotEmpty,
)
from ..domain.money import Money
from ..domain.redemptions import RedemptionTerms, redemption_terms
from ..domain.refusals import Refusal
from ..domain.text import clean_text
from ..store.conventions import BookKept, Conventions, books_of, conventions_of, rules_of_book
from ..store.members import MemberKnown, Members, members_of, present_member
from ..store.unit_of_work import UnitOfWork
from .deciding import ASSOCIATION, decide_each, require_association
from .perform import action


@dataclass(frozen=True, slots=True)
class Redeem:
    """A member gives back units of their wallet; the amount is in cents."""

    actor: Actor
    book: str
    member: str
    amount_cents: int
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The units are gone and the euros are owed; a fee that is invoiced apart is not taken from them."""

    event_id: UUID
    member: str
    amount_cents: int
    fee_cents: int
    owed_cents: int
    invoiced_fee_cents: int
    transfer_due_id: UUID | None


@dataclass(frozen=True, slots=True)
class MemberDeparts:
    """A member leaves. What their wallet still holds is redeemed, transferred to another member, or a reason to refuse."""

    actor: Actor
    book: str
    number: str
    on: date
    reason: str
    remainder: str = "refuse"
    transfer_to: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class MemberDeparted:
    """The member left; `owed_cents` are euros to send to them, `transferred_cents` units that another member received."""

    event_id: UUID
    number: str
    owed_cents: int = 0
    transferred_cents: int = 0
    transfer_due_id: UUID | None = None


@action("redeem")
def redeem(work: UnitOfWork, items: Sequence[Redeem]) -> list[Redeemed | Refusal]:
    """Units become euros owed, as the convention allows; asked by the member or by the association.

    Refusals: MemberUnknown, MemberLeft, RoleMissing, ActsForAnother, RedemptionNotAllowed, AmountNotPositive,
    WalletsKeptElsewhere, IbanMissing, BalanceTooLow, PeriodClosed, and those of a convention that does not hold.
    """
    books = books_of(work, (item.book for item in items))
    conventions = conventions_of(work, books)
    members = members_of(work, ((item.book, item.member) for item in items))
    return decide_each(items, lambda item: _redeem(work, item, books[item.book], conventions, members))


def _redeem(work: UnitOfWork, item: Redeem, book: BookKept, conventions: Conventions, members: Members) -> Redeemed:
    member = present_member(members, item.book, item.member)
    if item.actor.roles.intersection(ASSOCIATION):
        require_association(item.actor, book)
    else:
        item.actor.require("member")
        item.actor.require_party(member.id)
    terms = redemption_terms(rules_here(conventions, item.book, item.on), member.kind, item.amount_cents)
    entry = _redemption(item.on, member, terms)
    details = {"member": member.number, "amount_cents": terms.amount_cents, "fee_cents": terms.fee_cents}
    if terms.invoiced_fee_cents:
        details["invoiced_fee_cents"] = terms.invoiced_fee_cents
    event = Event(new_id(), item.book, "redemption", item.actor.person_id, item.on, ((item.book, entry),), details)
    work.post(event)
    due = _insert_transfer_due(work, book, member, terms.owed_cents, event.id)
    return Redeemed(event.id, member.number, terms.amount_cents, terms.fee_cents, terms.owed_cents, terms.invoiced_fee_cents, due)


def rules_here(conventions: Conventions, book: str, on: date) -> ConventionVersion:
    """The rules of a book whose members' accounts are kept in it; WalletsKeptElsewhere otherwise."""
    version = rules_of_book(conventions, book, on)
    check_wallets_here(version)
    return version


def _redemption(on: date, member: MemberKnown, terms: RedemptionTerms) -> Entry:
    if terms.owed_cents and not member.iban:
        raise IbanMissing(member=member.number)
    wallet = chart.wallet(member.number)
    return postings.redeemed(on, wallet=wallet, party=member.number, cents=terms.amount_cents, fee_cents=terms.fee_cents)


def _insert_transfer_due(work: UnitOfWork, book: BookKept, member: MemberKnown, cents: int, event_id: UUID) -> UUID | None:
    """A fee may take all of a cent or two; then nothing is left to send."""
    if not cents:
        return None
    due = new_id()
    work.insert(
        "transfer_due",
        {
            "id": due,
            "book_id": book.id,
            "kind": "redemption",
            "form": "digital",
            "party_id": member.id,
            "iban": member.iban,
            "amount_cents": cents,
            "payment_id": None,
            "run_id": None,
            "reason": "",
            "details": {},
            "event_id": event_id,
        },
    )
    return due


@action("depart_member")
def depart_members(work: UnitOfWork, items: Sequence[MemberDeparts]) -> list[MemberDeparted | Refusal]:
    """Members leave with an empty wallet. Their mandates stay as they are, and nothing is credited on them any more.

    Refusals: RoleMissing, ActsForAnother, MemberUnknown, MemberLeft, DepartureReasonMissing, RemainderUnknown, WalletNotEmpty,
    RedemptionNotAllowed, WalletsKeptElsewhere, IbanMissing, PayeeIsPayer, PeriodClosed.
    """
    books = books_of(work, (item.book for item in items))
    conventions = conventions_of(work, books)
    named = [(item.book, number) for item in items for number in (item.number, item.transfer_to) if number]
    members = members_of(work, named)
    return decide_each(items, lambda item: _depart(work, item, books[item.book], conventions, members))


def _depart(work: UnitOfWork, item: MemberDeparts, book: BookKept, conventions: Conventions, members: Members) -> MemberDeparted:
    require_association(item.actor, book)
    member = present_member(members, item.book, item.number)
    reason = clean_text(item.reason, max_length=200)
    if not reason:
        raise DepartureReasonMissing(member=item.number)
    if item.remainder not in ("refuse", "redeem", "transfer"):
        raise RemainderUnknown(remainder=item.remainder[:40])
    wallet = chart.wallet(member.number)
    left_cents = work.state(item.book, [wallet]).balance(wallet)
    owed_cents = transferred_cents = 0
    entry: Entry | None = None
    if left_cents and item.remainder == "refuse":
        raise WalletNotEmpty(member=item.number, balance=str(Money(left_cents, book.unit_currency)))
    if left_cents and item.remainder == "redeem":
        version = rules_here(conventions, item.book, item.on)
        terms = redemption_terms(version, member.kind, left_cents, leaving=True)
        entry, owed_cents = _redemption(item.on, member, terms), terms.owed_cents
    elif left_cents:
        heir = present_member(members, item.book, item.transfer_to)
        if heir.number == member.number:
            raise PayeeIsPayer(member=member.number)
        payee = chart.wallet(heir.number)
        entry, transferred_cents = postings.paid_between_wallets(item.on, payer=wallet, payee=payee, cents=left_cents), left_cents
    details: dict[str, Any] = {"member": member.number, "remainder_cents": left_cents}
    if transferred_cents:
        details["transferred_to"] = item.transfer_to
    entries = ((item.book, entry),) if entry else ()
    event = Event(new_id(), item.book, "member_departed", item.actor.person_id, item.on, entries, details)
    work.post(event)
    work.insert("member_departure", {"member_id": member.id, "left_on": item.on, "reason": reason, "event_id": event.id})
    due = _insert_transfer_due(work, book, member, owed_cents, event.id)
    members[item.book, member.number] = replace(member, left_on=item.on)
    return MemberDeparted(event.id, member.number, owed_cents, transferred_cents, due)
