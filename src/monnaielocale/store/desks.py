"""Service desks as the books hold them: which there are, and who is named for each."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.desks.staff import Appointment, Rank, Staff
from ..domain.refusals import Refusal
from .database import Connection
from .unit_of_work import UnitOfWork


class DeskUnknown(Refusal):
    """There is no service desk with the book {book}."""

    code = "desk_unknown"


@dataclass(frozen=True, slots=True)
class DeskKept:
    """A desk with its own book and the association's book that follows its notes."""

    book: str
    book_id: int
    code: str
    public_body_id: UUID
    public_body: str
    issuer_book: str
    opened_on: date
    issuer_book_id: int
    issuer_id: UUID


def desks_of(work: UnitOfWork, books: Iterable[str]) -> dict[str, DeskKept]:
    """The desks of these books, by the codes of the books; a book that is no desk's is absent."""
    return work.recall("desk", books, lambda asked: {row.book: DeskKept(*row) for row in work.rows("desks_by_book", books=asked)})


def desk_with(desks: dict[str, DeskKept], book: str) -> DeskKept:
    """The desk of a book; DeskUnknown."""
    if book not in desks:
        raise DeskUnknown(book=book)
    return desks[book]


def staffs_of(work: UnitOfWork, desks: Iterable[DeskKept]) -> dict[str, Staff]:
    """Who was ever named for each desk, by the code of its book."""

    def ask(books: list[str]) -> dict[str, Staff]:
        named: dict[str, list[Appointment]] = {book: [] for book in books}
        for row in work.rows("desk_appointments", books=books):
            named[row.book].append(Appointment(row.person_id, Rank(row.rank), row.starts_on, row.ends_on, row.id))
        return {book: Staff(book, tuple(appointments)) for book, appointments in named.items()}

    return work.recall("staff", (desk.book for desk in desks), ask)


@dataclass(frozen=True, slots=True)
class DeskSeen:
    """A desk as a list shows it."""

    book: str
    code: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class PersonOfDesk:
    """Somebody who is or was named for a desk."""

    appointment_id: UUID
    login: str
    name: str
    rank: str
    starts_on: date
    ends_on: date | None


def desks_page(connection: Connection, after: str, most: int) -> list[DeskSeen]:
    """The desks that may be seen, by the codes of their books, after one of them."""
    return [DeskSeen(*row) for row in UnitOfWork(connection).rows("desks_seen", after=after, most=most)]


def people_of_desk(connection: Connection, book: str) -> list[PersonOfDesk]:
    """Everyone who was ever named for a desk: a few in a year, not thousands."""
    return [PersonOfDesk(*row) for row in UnitOfWork(connection).rows("desk_people", book=book)]


def logins_of(work: UnitOfWork, people: Iterable[UUID]) -> dict[UUID, str]:
    """The logins of persons, by their identifiers."""
    return {row.id: row.login for row in work.rows("logins_by_person", people=list(set(people)))}
