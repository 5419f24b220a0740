"""Service desks (régies de recettes) begin: the public body opens one and names its people."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.actors import Actor
from ..domain.conventions.convention import ConventionVersion
from ..domain.desks.bundles import NOTHING, Bundle
from ..domain.desks.charters import Charter
from ..domain.desks.postings import BothBooks
from ..domain.desks.staff import Staff
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.money import require_positive
from ..domain.refusals import Refusal
from ..store.conventions import Conventions, convention_with, conventions_of
from ..store.database import Database
from ..store.desks import DeskKept, desk_with, desks_of, staffs_of
from ..store.queries import query
from ..store.unit_of_work import Row, UnitOfWork, unit_of_work
from .conventions import BookOfAnother
from .deciding import ASSOCIATION, DatedItem, ask_for_rights, decide_each
from .perform import Answer, action, perform

OPENS, COLLECTS = "town_signer", "desk_clerk"


class DeskAlreadyOpen(Refusal):
    """The desk {desk} was opened on {opened_on}."""

    code = "desk_already_open"


@dataclass(frozen=True, slots=True)
class OpenDesk:
    """A desk of the convention between a public body and the association that keeps `issuer_book` begins."""

    actor: Actor
    book: str
    issuer_book: str
    public_body: str
    desk: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class DeskOpened:
    """The desk has a book of its own, under this code."""

    book: str
    desk: str
    label: str
    tills: tuple[str, ...]


def desk_book(public_body: str, desk: str) -> str:
    """The code of a desk's book, under which the association's book names its drawers as well."""
    return f"{public_body}-{desk}"


def open_desk(
    database: Database, actor: Actor, *, issuer_book: str, public_body: str, desk: str, on: date, key: str = ""
) -> Answer:
    """Open a desk that the convention lists, with a book of its own; answers what `DeskOpened` says.

    Refusals: RoleMissing, ActsForAnother, PartyNotOfConvention, those of a convention that does not hold on this day,
    DeskNotInConvention, BookOfAnother, DeskAlreadyOpen, KeyReused.
    """
    item = OpenDesk(actor, desk_book(public_body, desk), issuer_book, public_body, desk, on, key)
    with unit_of_work(database) as work:
        # The book comes before everything that is locked or recorded in it.
        conventions = conventions_of(work, [issuer_book])
        _charter(conventions, item)
        loaded = convention_with(conventions, issuer_book, public_body)
        book = {"book": item.book, "public_body_id": loaded.public_body_id, "issuer_book": issuer_book}
        work.connection.execute(query("add_desk_book"), book)
        _book(work.rows("books_by_code", books=[item.book, issuer_book]), item)
        # The database says, before a book stays without a desk, whether the person may open one in it.
        ask_for_rights(work, actor, "desk_opened", item.book)
    outcome = perform(database, open_desks, [item])[0]
    if isinstance(outcome, Refusal):
        raise outcome.__cause__ or outcome
    return outcome


@action("open_desk")
def open_desks(work: UnitOfWork, items: Sequence[OpenDesk]) -> list[DeskOpened | Refusal]:
    """Public bodies open desks; see `open_desk`, which makes the book first."""
    conventions = conventions_of(work, (item.issuer_book for item in items))
    rows = work.rows("books_by_code", books=sorted({code for item in items for code in (item.book, item.issuer_book)}))
    opened = {book: desk.opened_on for book, desk in desks_of(work, (item.book for item in items)).items()}

    def decide(item: OpenDesk) -> DeskOpened:
        charter = _charter(conventions, item)
        books = _book(rows, item)
        if item.book in opened:
            raise DeskAlreadyOpen(desk=item.desk, opened_on=opened[item.book])
        details = {"desk": item.desk, "public_body": item.public_body, "followed_in": item.issuer_book, "label": charter.label}
        event = Event(new_id(), item.book, "desk_opened", item.actor.person_id, item.on, (), details)
        work.post(event)
        row = {"book_id": books[item.book].id, "issuer_book_id": books[item.issuer_book].id, "code": item.desk}
        work.insert("desk", row | {"public_body_id": item.actor.party_id, "opened_on": item.on, "event_id": event.id})
        opened[item.book] = item.on
        return DeskOpened(item.book, item.desk, charter.label, charter.tills)

    return decide_each(items, decide)


def _charter(conventions: Conventions, item: OpenDesk) -> Charter:
    """What the convention says of the desk, for somebody who may open it."""
    item.actor.require(OPENS)
    loaded = convention_with(conventions, item.issuer_book, item.public_body)
    item.actor.require_party(loaded.public_body_id)
    return loaded.convention.version_for(item.on).desk(item.desk)


def _book(rows: Sequence[Row], item: OpenDesk) -> dict[str, Row]:
    """The desk's book and the association's; BookOfAnother when the desk's code names a book that is not its own."""
    books: dict[str, Row] = {row.code: row for row in rows}
    own = books[item.book]
    if (own.code, own.kind, own.party_id) != (desk_book(item.public_body, item.desk), "desk", item.actor.party_id):
        raise BookOfAnother(book=item.book)
    return books


@dataclass(frozen=True, slots=True)
class Held:
    """A desk with what is agreed for it on the item's day, the people named for it, and the local notes that exist."""

    desk: DeskKept
    charter: Charter
    staff: Staff
    version: ConventionVersion

    def notes(self, counts: Iterable[tuple[int, int]]) -> Bundle:
        """Notes that somebody says are moved; PiecesNegative, PieceUnknown, and AmountNotPositive for none at all."""
        notes = self.told(counts)
        require_positive(notes.total_cents)
        return notes

    def told(self, counts: Iterable[tuple[int, int]]) -> Bundle:
        """Notes as somebody says them, possibly none; a denomination said twice is added up. PiecesNegative and PieceUnknown."""
        told = sum((Bundle.of({denomination: count}) for denomination, count in counts), NOTHING)
        return told.checked(self.version.currency.denominations_cents)

    def post(self, work: UnitOfWork, item: DatedItem, kind: str, both: BothBooks, details: dict[str, Any]) -> UUID:
        """An event of the desk, with its entries in both books; answers its identifier."""
        entries = both.entries(desk_book=self.desk.book, issuer_book=self.desk.issuer_book)
        event = Event(new_id(), self.desk.book, kind, item.actor.person_id, item.on, entries, details)
        work.post(event)
        return event.id


@dataclass(frozen=True, slots=True)
class DesksHeld:
    """The desks that a batch names, with their conventions."""

    desks: dict[str, DeskKept]
    staffs: dict[str, Staff]
    conventions: Conventions
    _agreed: dict[tuple[str, date, bool], Held] = field(default_factory=dict)

    @classmethod
    def load(cls, work: UnitOfWork, books: Sequence[str]) -> "DesksHeld":
        """Everything for all items, in three questions."""
        desks = desks_of(work, books)
        staffs = staffs_of(work, desks.values())
        return cls(desks, staffs, conventions_of(work, (desk.issuer_book for desk in desks.values())))

    def on(self, actor: Actor, book: str, day: date, *, collecting: bool = True) -> Held:
        """A desk on a day, for somebody who collects for its public body.

        When nothing is collected, a charter will do that held before: what was taken under it still leaves the desk. Refuses with
        RoleMissing, DeskUnknown, ActsForAnother, what a convention that does not hold refuses with, and DeskNotInConvention.
        """
        actor.require(COLLECTS)
        actor.require_party(desk_with(self.desks, book).public_body_id)
        return self.as_agreed(book, day, collecting=collecting)

    def as_agreed(self, book: str, day: date, *, collecting: bool = True) -> Held:
        """A desk on a day, whoever looks: DeskUnknown, what a convention that does not hold refuses with, DeskNotInConvention."""
        asked = book, day, collecting
        if asked not in self._agreed:
            desk = desk_with(self.desks, book)
            convention = convention_with(self.conventions, desk.issuer_book, desk.public_body).convention
            version = convention.version_for(day) if collecting else convention.version_with_desk(desk.code, day)
            self._agreed[asked] = Held(desk, replace(version.desk(desk.code), desk=book), self.staffs[book], version)
        return self._agreed[asked]

    def for_town(self, actor: Actor, book: str, *roles: str) -> DeskKept:
        """A desk, for somebody of its public body who has one of the roles; RoleMissing, DeskUnknown and ActsForAnother."""
        actor.require(*roles)
        desk = desk_with(self.desks, book)
        actor.require_party(desk.public_body_id)
        return desk

    def for_association(self, actor: Actor, book: str, day: date) -> Held:
        """A desk, for somebody of the association that follows its notes; RoleMissing, DeskUnknown and ActsForAnother."""
        actor.require(*ASSOCIATION)
        desk = desk_with(self.desks, book)
        actor.require_party(desk.issuer_id)
        return self.as_agreed(book, day, collecting=False)


def post_at_desk(work: UnitOfWork, item: DatedItem, kind: str, both: BothBooks, details: dict[str, Any]) -> UUID:
    """An event that moves the desk's own book alone; answers its identifier."""
    assert both.desk is not None and both.issuer is None, f"{kind} moves the association's book as well"
    event = Event(new_id(), item.book, kind, item.actor.person_id, item.on, ((item.book, both.desk),), details)
    work.post(event)
    return event.id
