"""Printed notes are made, sold, lost, exchanged with accounts, sorted and destroyed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ..domain import chart
from ..domain.actors import Actor
from ..domain.conventions.rules import check_wallets_here
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.notes import WITH_MEMBER, checked_kind, checked_notes, notes_entry
from ..domain.refusals import Refusal
from ..domain.text import clean_text
from ..store.conventions import BookKept, Conventions, books_of, conventions_of, rules_of_book
from ..store.members import Members, members_of, present_member
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each, require_association
from .perform import action


@dataclass(frozen=True, slots=True)
class MoveNotes:
    """Notes by denomination: (denomination in cents, cents in all). A sale has a cash slip; an exchange names the member."""

    actor: Actor
    book: str
    kind: str
    by_denomination: tuple[tuple[int, int], ...]
    on: date
    member: str = ""
    slip: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class NotesMoved:
    """What was done with how much."""

    event_id: UUID
    kind: str
    amount_cents: int


@action("move_notes")
def move_notes(work: UnitOfWork, items: Sequence[MoveNotes]) -> list[NotesMoved | Refusal]:
    """Record decisions about notes, in the denominations of the convention in force.

    Refusals: RoleMissing, ActsForAnother, those of `notes.checked_kind` and `notes.checked_notes`, WalletsKeptElsewhere,
    MemberUnknown, MemberLeft, BalanceTooLow, PeriodClosed, TextTooLong, and those of a convention that does not hold.
    """
    books = books_of(work, (item.book for item in items))
    conventions = conventions_of(work, books)
    members = members_of(work, ((item.book, item.member) for item in items if item.member))
    return decide_each(items, lambda item: _move(work, item, books[item.book], conventions, members))


def _move(work: UnitOfWork, item: MoveNotes, book: BookKept, conventions: Conventions, members: Members) -> NotesMoved:
    require_association(item.actor, book)
    slip = clean_text(item.slip, max_length=40)
    kind = checked_kind(item.kind, member=item.member, slip=slip)
    version = rules_of_book(conventions, item.book, item.on)
    notes = checked_notes(version, item.by_denomination)
    if kind in WITH_MEMBER:
        check_wallets_here(version)
        present_member(members, item.book, item.member)
    by_denomination = {str(denomination): cents for denomination, cents in notes.items()}
    details: dict[str, Any] = {"by_denomination": by_denomination}
    details.update({name: value for name, value in (("member", item.member), ("slip", slip)) if value})
    entry = notes_entry(kind, item.on, notes, chart.wallet(item.member))
    event = Event(new_id(), item.book, f"notes_{kind}", item.actor.person_id, item.on, ((item.book, entry),), details)
    work.post(event)
    amount_cents = sum(notes.values())
    work.insert(
        "notes_movement",
        {
            "id": new_id(),
            "book_id": book.id,
            "kind": str(kind),
            "by_denomination": by_denomination,
            "amount_cents": amount_cents,
            "slip": slip,
            "event_id": event.id,
        },
    )
    return NotesMoved(event.id, str(kind), amount_cents)
