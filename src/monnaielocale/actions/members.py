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
    before = members.get((item.book, item.number))
    member = checked_member(item, before)
    if before is None:
        members[item.book, item.number] = keep_member(work, item.actor, member, book)
    return MemberEnrolled(member.id, item.number, before is not None)


def checked_member(item: EnrolMember, before: MemberKnown | None) -> MemberKnown:
    """The member that an item describes, new unless `before` is the same; refuses as `enrol_members` says, and writes nothing."""
    name = clean_text(item.name, max_length=120)
    check_member(item.number, item.kind, name)
    iban = checked_iban(item.number, item.iban)
    if before is not None:
        if before.left_on is not None:
            raise MemberLeft(member=item.number, left_on=before.left_on)
        if (before.kind, name_key(before.name)) != (item.kind, name_key(name)):
            raise MemberAlreadyExists(member=item.number, name=before.name)
        return before
    identifier = clean_text(item.identifier, max_length=40)
    return MemberKnown(new_id(), item.book, item.number, name, item.kind, iban, identifier, item.on, None)


def keep_member(work: UnitOfWork, actor: Actor, member: MemberKnown, book: BookKept) -> MemberKnown:
    """Post a new member and keep the rows."""
    event_id = new_id()
    # The chain can never forget, so it holds the number and not the name.
    details = {"number": member.number, "kind": member.kind}
    work.post(Event(event_id, member.book, "member_enrolled", actor.person_id, member.joined_on, (), details))
    work.insert(
        "party",
        {
            "id": member.id,
            "code": f"{member.book}:{member.number}",
            "kind": member.kind,
            "name": member.name,
            "name_key": name_key(member.name),
            "identifier": member.identifier,
            "iban": member.iban,
            "recorded_at": work.now(member.book),
        },
    )
    row = {"id": member.id, "book_id": book.id, "number": member.number, "joined_on": member.joined_on, "event_id": event_id}
    work.insert("member", row)
    return member
