"""Members as actions need them, and the obligations towards them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.members import MemberLeft, MemberUnknown, name_key
from .database import Connection
from .unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class MemberKnown:
    """A member of a book: the party, and the day on which they left, if they did."""

    id: UUID
    book: str
    number: str
    name: str
    kind: str
    iban: str
    identifier: str
    joined_on: date
    left_on: date | None


Members = dict[tuple[str, str], MemberKnown]


def members_of(work: UnitOfWork, numbers: Iterable[tuple[str, str]]) -> Members:
    """The members asked for by (book, number); those who do not exist are left out. One query for all of them."""
    asked = sorted(set(numbers))
    if not asked:
        return {}
    rows = work.rows("members_by_number", books=[book for book, _ in asked], numbers=[number for _, number in asked])
    return {
        (row.book, row.number): MemberKnown(
            row.id, row.book, row.number, row.name, row.kind, row.iban, row.identifier, row.joined_on, row.left_on
        )
        for row in rows
    }


def present_member(members: Members, book: str, number: str) -> MemberKnown:
    """The member, still there: MemberUnknown or MemberLeft otherwise."""
    member = members.get((book, number))
    if member is None:
        raise MemberUnknown(member=number)
    if member.left_on is not None:
        raise MemberLeft(member=number, left_on=member.left_on)
    return member


@dataclass(frozen=True, slots=True)
class MemberSeen:
    """A member as a list shows them; the IBAN and the reason of a departure are None for those whom they do not concern."""

    number: str
    kind: str
    name: str
    identifier: str
    joined_on: date
    left_on: date | None
    iban: str | None
    reason: str | None


def members_page(connection: Connection, book: str, after: str, most: int, *, sought: str = "") -> list[MemberSeen]:
    """Members of a book by number, after one of them: those whose number, or a word of whose name, begins with what is sought.

    The connection is a visitor's.
    """
    asked = {"number": None, "number_begins": sought.upper() or None, "word_begins": name_key(sought)}
    return _seen(connection, book=book, after=after, most=most, **asked)


def member_seen(connection: Connection, book: str, number: str) -> MemberSeen:
    """One member; MemberUnknown. The connection is a visitor's."""
    found = _seen(connection, book=book, after="", most=1, number=number, number_begins=None, word_begins="")
    if not found:
        raise MemberUnknown(member=number)
    return found[0]


def _seen(connection: Connection, **asked: Any) -> list[MemberSeen]:
    return [MemberSeen(*row) for row in UnitOfWork(connection).rows("members_page", **asked)]
