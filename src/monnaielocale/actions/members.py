"""Members (adhérents): they enter under the number that people write."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.actors import Actor
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.members import MemberAlreadyExists, MemberLeft, check_member, checked_iban, name_key
from ..domain.refusals import Refusal
from ..domain.text import clean_text
from ..store.conventions import BookKept, books_of
from ..store.database import Database
from ..store.members import MemberKnown, Members, members_of
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each, require_association
from .perform import Outcome, action, perform

SET_SIZE = 1000


@dataclass(frozen=True, slots=True)
class EnrolMember:
    """A person, association, business or public body becomes a member; the IBAN is where euros are sent to them."""

    actor: Actor
    book: str
    number: str
    kind: str
    name: str
    on: date
    iban: str = ""
    identifier: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class MemberEnrolled:
    """The member is in the books; `already_known` when they were before, under the same name."""

    member_id: UUID
    number: str
    already_known: bool


@action("enrol_members")
def enrol_members(work: UnitOfWork, items: Sequence[EnrolMember]) -> list[MemberEnrolled | Refusal]:
    """Members enter; one who is there already under the same name is answered as known.

    Refusals: RoleMissing, ActsForAnother, MemberNumberUnfit, MemberKindUnknown, MemberNameMissing, MemberIbanWrong,
    MemberAlreadyExists, MemberLeft, TextUnacceptable, TextTooLong.
    """
    books = books_of(work, (item.book for item in items))
    members = members_of(work, ((item.book, item.number) for item in items))
    return decide_each(items, lambda item: _enrol(work, item, books[item.book], members))


def enrol_in_sets(database: Database, items: Sequence[EnrolMember]) -> Iterator[Outcome]:
    """Any number of members, a thousand in each transaction; answers them in order."""
    for start in range(0, len(items), SET_SIZE):
        yield from perform(database, enrol_members, items[start : start + SET_SIZE])


def _enrol(work: UnitOfWork, item: EnrolMember, book: BookKept, members: Members) -> MemberEnrolled:
    require_association(item.actor, book)
    name = clean_text(item.name, max_length=120)
    check_member(item.number, item.kind, name)
    iban = checked_iban(item.number, item.iban)
    known = members.get((item.book, item.number))
    if known is not None:
        if known.left_on is not None:
            raise MemberLeft(member=item.number, left_on=known.left_on)
        if (known.kind, name_key(known.name)) != (item.kind, name_key(name)):
            raise MemberAlreadyExists(member=item.number, name=known.name)
        return MemberEnrolled(known.id, item.number, True)
    identifier = clean_text(item.identifier, max_length=40)
    member_id, event_id = new_id(), new_id()
    # The chain can never forget, so it holds the number and not the name.
    details = {"number": item.number, "kind": item.kind}
    work.post(Event(event_id, item.book, "member_enrolled", item.actor.person_id, item.on, (), details))
    work.insert(
        "party",
        {
            "id": member_id,
            "code": f"{item.book}:{item.number}",
            "kind": item.kind,
            "name": name,
            "name_key": name_key(name),
            "identifier": identifier,
            "iban": iban,
            "recorded_at": work.now(item.book),
        },
    )
    work.insert(
        "member", {"id": member_id, "book_id": book.id, "number": item.number, "joined_on": item.on, "event_id": event_id}
    )
    members[item.book, item.number] = MemberKnown(
        member_id, item.book, item.number, name, item.kind, iban, identifier, item.on, None
    )
    return MemberEnrolled(member_id, item.number, False)
