"""The opening of a book (reprise des soldes): prepared by one person from a file, booked by a second one's signature."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from ..domain import postings
from ..domain.actors import Actor
from ..domain.chart import account
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.money import decimal_text
from ..domain.openings import BookAlreadyOpened, OpeningFacts, OpeningUnknown, checked_opening
from ..domain.refusals import Refusal
from ..formats.opening_files import OpeningRow, read_opening_rows
from ..formats.tabular import read_table
from ..store.conventions import BookKept, books_of, conventions_of
from ..store.documents import DocumentGiven, keep_documents
from ..store.openings import (
    OpeningPrepared,
    Parties,
    bank_forms,
    books_begun,
    opening_facts,
    openings_prepared,
    parties_of_books,
)
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each, require_association
from .perform import action


@dataclass(frozen=True, slots=True)
class PrepareOpening:
    """The balances of a file, as they stood at the beginning of the day `on`."""

    actor: Actor
    book: str
    file_name: str
    data: bytes = field(repr=False)
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class OpeningReady:
    """The opening waits for a second person's signature; what the file says besides its balances is noticed."""

    opening_id: UUID
    accounts: int
    circulation_digital_cents: int
    circulation_notes_cents: int
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignOpening:
    """A second person books what the first one prepared."""

    actor: Actor
    book: str
    opening_id: UUID
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class BookOpened:
    """The balances are in the books, and nothing can be dated before them."""

    event_id: UUID
    opening_id: UUID
    business_on: date


class _Known:
    """What openings of a batch are checked against; a book signed for is begun for those after it."""

    def __init__(self, work: UnitOfWork, books: Sequence[str]) -> None:
        self.books = books_of(work, books)
        self.begun = books_begun(work, books)
        self.parties = parties_of_books(work, books)
        self._conventions = conventions_of(work, books)
        self._forms = bank_forms(work, books)

    def facts(self, book: str, on: date) -> OpeningFacts:
        """BookAlreadyOpened, or what the balances must agree with."""
        if book in self.begun:
            raise BookAlreadyOpened(book=book)
        return opening_facts(self._conventions, self.parties, self._forms, book=book, on=on)


@action("prepare_opening")
def prepare_openings(work: UnitOfWork, items: Sequence[PrepareOpening]) -> list[OpeningReady | Refusal]:
    """Read opening balances and check all that can be checked before anything is booked; nothing is booked yet.

    Refusals: RoleMissing, ActsForAnother, BookAlreadyOpened, what reading the file refuses, RowsRefused with every fault of the
    rows or of the whole (see `openings.checked_opening`), and those of a convention that does not hold.
    """
    known = _Known(work, [item.book for item in items])
    return decide_each(items, lambda item: _prepare(work, item, known))


def _prepare(work: UnitOfWork, item: PrepareOpening, known: _Known) -> OpeningReady:
    book = known.books[item.book]
    require_association(item.actor, book)
    facts = known.facts(item.book, item.on)
    read = read_opening_rows(read_table(item.data, file_name=item.file_name))
    balances = checked_opening(read.rows, facts)
    opening_id = new_id()
    digest = sha256(item.data).digest()
    details = {"opening": str(opening_id), "file": digest.hex(), "accounts": len(balances)}
    event = Event(new_id(), item.book, "opening_prepared", item.actor.person_id, item.on, (), details)
    work.post(event)
    keep_documents(work, item.book, [DocumentGiven(item.file_name, item.data)])
    work.insert(
        "book_opening",
        {
            "id": opening_id,
            "book_id": book.id,
            "business_on": item.on,
            "document_sha256": digest,
            "balances": balances,
            "prepared_by": item.actor.person_id,
            "event_id": event.id,
        },
    )
    return OpeningReady(
        opening_id,
        len(balances),
        balances.get("circulation.digital", 0),
        balances.get("circulation.notes", 0),
        tuple(str(notice) for notice in read.notices),
    )


@action("sign_opening")
def sign_openings(work: UnitOfWork, items: Sequence[SignOpening]) -> list[BookOpened | Refusal]:
    """The association's accountant, who is not the person who prepared it, books an opening: once in a book, and before all else.

    What was owed becomes transfers due, so that it can be paid. Refusals: RoleMissing, ActsForAnother, OpeningUnknown,
    SecondPersonNeeded, BookAlreadyOpened, PeriodClosed, and RowsRefused when what was true at the preparation no longer is.
    """
    known = _Known(work, [item.book for item in items])
    openings = openings_prepared(work, known.books, (item.opening_id for item in items))
    return decide_each(items, lambda item: _sign(work, item, known, openings))


def _sign(work: UnitOfWork, item: SignOpening, known: _Known, openings: dict[tuple[str, UUID], OpeningPrepared]) -> BookOpened:
    book = known.books[item.book]
    require_association(item.actor, book, "association_accountant")
    opening = openings.get((item.book, item.opening_id))
    if opening is None:
        raise OpeningUnknown(opening=item.opening_id, book=item.book)
    item.actor.require_other_than(opening.prepared_by)
    facts = known.facts(item.book, opening.business_on)
    rows = [OpeningRow(0, code, account(code).denomination_cents, cents) for code, cents in opening.balances.items()]
    balances = checked_opening(rows, facts)
    entry = postings.opening(opening.business_on, balances)
    details = {"opening": str(opening.id), "signed_on": item.on.isoformat()}
    event = Event(new_id(), item.book, "opening", item.actor.person_id, opening.business_on, ((item.book, entry),), details)
    work.post(event)
    signature = {"book_id": book.id, "opening_id": opening.id, "signed_by": item.actor.person_id, "event_id": event.id}
    work.insert("book_opening_signature", signature)
    work.insert("transfer_due", *_transfers_due(book, balances, known.parties, event.id))
    _close_what_came_before(work, book, opening.business_on, event.id)
    known.begun.add(item.book)
    return BookOpened(event.id, opening.id, opening.business_on)


def _transfers_due(book: BookKept, balances: dict[str, int], parties: Parties, event_id: UUID) -> Iterator[dict[str, Any]]:
    for code, cents in balances.items():
        named = account(code)
        role, _, form = named.role.name.partition(".")
        if role in ("redemption_due", "to_return") and cents:
            party = parties[book.code][named.key]
            yield {
                "id": new_id(),
                "book_id": book.id,
                "kind": "redemption" if role == "redemption_due" else "return",
                "form": form,
                "party_id": party.id,
                "iban": party.iban,
                "amount_cents": cents,
                "payment_id": None,
                "run_id": None,
                "reason": "",
                "details": {"opening": decimal_text(cents)},
                "event_id": event_id,
            }


def _close_what_came_before(work: UnitOfWork, book: BookKept, opened_on: date, event_id: UUID) -> None:
    """The opening is the beginning: the books are closed until the day before it."""
    until = opened_on - timedelta(days=1)
    closed = work.head(book.code).closed_until
    if closed is None or closed < until:
        work.insert("book_closing", {"book_id": book.id, "closed_until": until, "event_id": event_id})
