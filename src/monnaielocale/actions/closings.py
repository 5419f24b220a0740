"""The accountant closes the books until a date."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.actors import Actor
from ..domain.closings import check_closing
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.refusals import Refusal
from ..store.conventions import BookKept, books_of
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each, require_association
from .perform import action


@dataclass(frozen=True, slots=True)
class CloseBooks:
    """Nothing is dated `until` or before any more."""

    actor: Actor
    book: str
    until: date
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class BooksClosed:
    """The books are closed until that day."""

    event_id: UUID
    closed_until: date


@action("close_books")
def close_books(work: UnitOfWork, items: Sequence[CloseBooks]) -> list[BooksClosed | Refusal]:
    """Close the books a little further; only the association's accountant does.

    Refusals: RoleMissing, ActsForAnother, ClosingNotLater, ClosingInFuture.
    """
    books = books_of(work, (item.book for item in items))
    closed = {code: work.head(code).closed_until for code in books}
    return decide_each(items, lambda item: _close(work, item, books[item.book], closed))


def _close(work: UnitOfWork, item: CloseBooks, book: BookKept, closed: dict[str, date | None]) -> BooksClosed:
    require_association(item.actor, book, "association_accountant")
    check_closing(item.until, on=item.on, closed_until=closed[item.book])
    details = {"closed_until": item.until.isoformat()}
    event = Event(new_id(), item.book, "books_closed", item.actor.person_id, item.on, (), details)
    work.post(event)
    work.insert("book_closing", {"book_id": book.id, "closed_until": item.until, "event_id": event.id})
    closed[item.book] = item.until
    return BooksClosed(event.id, item.until)
