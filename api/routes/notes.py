"""Printed notes: what is done with them, and where each of them is."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from monnaielocale.actions.notes import MoveNotes, move_notes
from monnaielocale.domain.members import MemberUnknown
from monnaielocale.domain.notes import NotesKind, NotesNotWhole, SlipMissing
from monnaielocale.store.notes import notes_held

from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..fields import Body, BookAsked, Cents, Count, Day, MemberNumber, Shape, text
from ..openapi import refusing
from ..sight import of_the_books
from ..subjects import SubjectRouter

DENOMINATIONS_MOST = 50
router = SubjectRouter(prefix="/notes", tags=["notes"], route_class=StrictRoute)
_NOT_MOVED = refusing(MemberUnknown(member="E00042"), NotesNotWhole(amount="15.00", denomination="20.00"), SlipMissing())

Slip = Annotated[str, *text(most=40), Field(description="The number of the cash slip, for a sale.", examples=["B-0012"])]


class NotesCounted(Body):
    """So much in notes of one denomination."""

    denomination_cents: Annotated[Cents, Field(examples=[2000])]
    amount_cents: Annotated[Cents, Field(examples=[40000])]


class NotesAsked(Body):
    """What is done with which notes; an exchange names the member, a sale its cash slip."""

    kind: NotesKind
    notes: Annotated[list[NotesCounted], Field(min_length=1, max_length=DENOMINATIONS_MOST)]
    member: MemberNumber | None = None
    slip: Slip = ""
    on: Day | None = None


class NotesMoved(Shape):
    """What was done with how much."""

    event_id: UUID
    kind: NotesKind
    amount_cents: Cents


class NotesPlace(Shape):
    """Notes of one denomination at one place, such as `vault` or `public`; `key` names the desk of a drawer or an envelope."""

    place: str
    key: str
    denomination_cents: Cents
    count: Count
    amount_cents: Cents


class NotesPlaces(Shape):
    """Every printed note that was not destroyed."""

    items: list[NotesPlace]


@router.post("", status_code=201, responses=_NOT_MOVED)
async def move_printed_notes(body: NotesAsked, who: Keyed, book: BookAsked = None) -> NotesMoved:
    """Record what is done with notes, such as printed, sold, lost, found, put on account, sorted again or destroyed."""
    counted = tuple((each.denomination_cents, each.amount_cents) for each in body.notes)
    day, member = who.day(body.on), body.member or ""
    item = MoveNotes(who.actor, who.book(book), str(body.kind), counted, day, member, body.slip, who.key)
    return NotesMoved(**await who.ask(move_notes, item))


@router.get("")
def list_notes(who: Anyone, book: BookAsked = None) -> NotesPlaces:
    """Where printed notes are, by place and denomination."""
    of_the_books(who)
    code = who.book(book)
    with who.visit() as connection:
        held = notes_held(connection, code)
    return NotesPlaces(items=[NotesPlace.model_validate(each, from_attributes=True) for each in held])
