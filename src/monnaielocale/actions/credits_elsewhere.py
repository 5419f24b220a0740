"""Wallets kept in another system: its confirmations turn ordered credits into credits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ..domain import postings
from ..domain.actors import Actor
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.payments.crediting import ConfirmationDiffers, ConfirmationsUnknown
from ..domain.refusals import Refusal
from ..store.conventions import books_of
from ..store.crediting import CreditOrdered, credits_ordered
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each, require_association
from .perform import action


@dataclass(frozen=True, slots=True)
class ConfirmCreditsElsewhere:
    """What the other system says it did: (our reference, its transaction number) for each credit; one document, whole or not."""

    actor: Actor
    book: str
    confirmations: tuple[tuple[str, str], ...]
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class CreditsConfirmed:
    """How many credits are now in wallets, and how many had been confirmed before."""

    confirmed_count: int
    confirmed_cents: int
    already_confirmed_count: int


@action("confirm_credits_elsewhere")
def confirm_credits_elsewhere(work: UnitOfWork, items: Sequence[ConfirmCreditsElsewhere]) -> list[CreditsConfirmed | Refusal]:
    """The other system confirms credits: late, in part or twice, each counts once.

    Refusals: RoleMissing, ActsForAnother, ConfirmationsUnknown (all unknown references at once), ConfirmationDiffers.
    """
    books = books_of(work, (item.book for item in items))
    asked = [reference for item in items for reference, _ in item.confirmations]
    ordered = credits_ordered(work, books, asked)

    def decide(item: ConfirmCreditsElsewhere) -> CreditsConfirmed:
        require_association(item.actor, books[item.book])
        return _confirm(work, item, ordered)

    return decide_each(items, decide)


def _confirm(work: UnitOfWork, item: ConfirmCreditsElsewhere, ordered: dict[tuple[str, str], CreditOrdered]) -> CreditsConfirmed:
    unknown = sorted({reference for reference, _ in item.confirmations if (item.book, reference) not in ordered})
    if unknown:
        raise ConfirmationsUnknown(references=", ".join(unknown))
    new: dict[str, str] = {}
    for reference, number in item.confirmations:
        known = ordered[item.book, reference].transaction_number or new.get(reference)
        if known not in (None, number):
            raise ConfirmationDiffers(reference=reference, known=known, given=number)
        if ordered[item.book, reference].transaction_number is None:
            new[reference] = number
    cents = sum(ordered[item.book, reference].amount_cents for reference in new)
    if new:
        entry = postings.credit_confirmed_elsewhere(item.on, cents)
        event = Event(
            new_id(), item.book, "credits_confirmed_elsewhere", item.actor.person_id, item.on, ((item.book, entry),),
            {"count": len(new)},
        )  # fmt: skip
        work.post(event)
        for reference, number in new.items():
            found = ordered[item.book, reference]
            row = {"credit_id": found.id, "transaction_number": number, "event_id": event.id}
            work.insert("credit_confirmed_elsewhere", row)
            ordered[item.book, reference] = CreditOrdered(found.id, item.book, reference, found.amount_cents, number)
    return CreditsConfirmed(len(new), cents, len({reference for reference, _ in item.confirmations}) - len(new))
