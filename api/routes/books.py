"""Books: who keeps them, how they were opened, until when they are closed, and the proof that what circulates is backed."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Path, Query, UploadFile
from pydantic import Field

from monnaielocale.actions.closings import CloseBooks, close_books
from monnaielocale.actions.openings import PrepareOpening, SignOpening, prepare_openings, sign_openings
from monnaielocale.actions.proof import proof_as_data
from monnaielocale.domain.actors import SecondPersonNeeded
from monnaielocale.domain.closings import ClosingInFuture, ClosingNotLater
from monnaielocale.domain.files import RowFault, RowsRefused
from monnaielocale.domain.openings import BookAlreadyOpened, OpeningUnbalanced, OpeningUnknown
from monnaielocale.domain.proof import backing_proof
from monnaielocale.formats.opening_files import write_opening_rows
from monnaielocale.store.books import BookSeen, OpeningSeen, book_seen, books_page, closed_until, opening_seen, openings_page
from monnaielocale.store.entries import EntryUnknown
from monnaielocale.store.proof import EventUnknown, proof_facts
from monnaielocale.store.visits import NotForYou, as_reader_for
from monnaielocale.words import say

from .. import places
from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..fields import (
    Balance,
    BalanceGiven,
    Body,
    BookAsked,
    Cents,
    CentsOrZero,
    Code,
    Count,
    Currency,
    Day,
    FileName,
    Name,
    Number,
    Shape,
)
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..sight import BOOKS, TOWN, of_the_books
from ..subjects import SubjectRouter
from ..uploads import FORM_BYTES, content_of

MOST_BALANCES = 12_000
router = SubjectRouter(tags=["books"], route_class=StrictRoute)

BookCode = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_-]{0,39}$", description="The code of the book.", examples=["eusko"])]
EventAsked = Annotated[
    int | None,
    Query(ge=1, le=2**63 - 1, description="As the books stood after this event; the last one unless given.", examples=[42]),
]
EntryAsked = Annotated[
    int | None,
    Query(
        ge=1,
        le=2**63 - 1,
        description="As the books stood after this entry, which also counts what desks wrote; a proof names both.",
        examples=[57],
    ),
]
OpeningId = Annotated[UUID, Path(description="The identifier of the opening.", examples=["01a20b32-801f-7740-a8ab-93fa47375bbe"])]
REFUSED_PROOF = refusing(NotForYou(), EventUnknown(book="eusko", event=42), EntryUnknown(book="eusko", entry=57))
NO_OPENING = refusing(OpeningUnknown(opening=UUID(int=0), book="eusko"))
REFUSED_OPENING = refusing(
    BookAlreadyOpened(book="eusko"), RowsRefused((RowFault(0, "", "", OpeningUnbalanced(currency="EUR", difference="0.01")),))
)
REFUSED_SIGNATURE = refusing(
    OpeningUnknown(opening=UUID(int=0), book="eusko"), BookAlreadyOpened(book="eusko"), SecondPersonNeeded(login="maite")
)
REFUSED_CLOSING = refusing(ClosingNotLater(closed_until=date(2026, 1, 31)), ClosingInFuture(until=date(2026, 2, 28)))
AccountCode = Annotated[
    str,
    Field(
        strict=True,
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="An account as the chart names it; printed notes without their denomination.",
        examples=["circulation.digital"],
    ),
]


DocumentName = Annotated[
    str | None,
    Field(description="What is written on the document; it may name people, and is not shown to towns."),
]


class BookShown(Shape):
    """A book with its local currency, and the association that keeps it."""

    book: Code
    currency: Currency
    keeper: Code
    keeper_name: Name


class BooksPage(Shape):
    """Books by code, and where the next page begins."""

    items: list[BookShown]
    next: str | None


class BalanceAsked(Body):
    """The balance of one account in its natural sense; printed notes by denomination."""

    account: AccountCode
    denomination_cents: Cents | None = None
    balance_cents: BalanceGiven


class OpeningAsked(Body):
    """The balances of a book as they stood at the beginning of a day."""

    balances: Annotated[list[BalanceAsked], Field(min_length=1, max_length=MOST_BALANCES)]
    on: Day | None = None


class OpeningReadyShown(Shape):
    """An opening that waits for a second person's signature."""

    opening_id: UUID
    accounts: Count
    circulation_digital_cents: CentsOrZero
    circulation_notes_cents: CentsOrZero
    notices: list[str]


class OnDay(Body):
    """The business date; today unless given."""

    on: Day | None = None


class BookOpenedShown(Shape):
    """The balances are in the books."""

    event_id: UUID
    opening_id: UUID
    business_on: Day


class OpeningShown(Shape):
    """An opening as it was prepared, and the signature that booked it, when there is one."""

    opening_id: UUID
    business_on: Day
    prepared_at: datetime
    prepared_by: str | None
    file_name: FileName
    sha256: str
    accounts: Count
    circulation_digital_cents: CentsOrZero
    circulation_notes_cents: CentsOrZero
    signed_at: datetime | None
    signed_by: str | None


class OpeningBalanceShown(Shape):
    """The balance of one account in its natural sense."""

    account: str
    balance_cents: Balance


class OpeningWithBalances(OpeningShown):
    """An opening with each of its balances, for the person who is going to sign it."""

    balances: list[OpeningBalanceShown]


class OpeningsPage(Shape):
    """Openings in the order in which they were prepared, and where the next page begins."""

    items: list[OpeningShown]
    next: str | None


class ClosingAsked(Body):
    """The last day that is closed from now on."""

    closed_until: Day
    on: Day | None = None


class ClosingShown(Shape):
    """Until which day a book is closed: nothing is dated that day or before any more."""

    book: Code
    closed_until: Day | None
    event_id: UUID | None = None


class StatedShown(Shape):
    """What the statements of a bank account say."""

    iban: str
    purpose: str
    form: str
    stated_cents: Balance
    books_cents: Balance
    known_until: Day | None
    held: str


class OwedShown(Shape):
    """What of the euros is owed to others than holders."""

    role: str
    amount_cents: Balance


class RoadShown(Shape):
    """Euros on the road since a day, with the one document that shows them."""

    kind: str
    amount_cents: Balance
    document: DocumentName
    since: Day
    age_days: int


class EvidenceShown(Shape):
    """A document behind a cause: an unexplained bank line, a charge, a person who owes."""

    form: str
    kind: str
    amount_cents: Balance
    document: DocumentName
    since: Day


class CauseShown(Shape):
    """Why the difference is not zero, with its share of it."""

    kind: str
    reason: str
    amount_cents: Balance
    documents: list[EvidenceShown]


class FormShown(Shape):
    """The proof of one form: euros at the bank, less those owed to others, plus those on the road, less what circulates."""

    bank_cents: Balance
    owed_to_others_cents: Balance
    reserve_cents: Balance
    on_the_road_cents: Balance
    circulation_cents: Balance
    difference_cents: Balance
    accounts: list[StatedShown]
    owed: list[OwedShown]
    on_the_road: list[RoadShown]
    causes: list[CauseShown]


class ProofShown(Shape):
    """The backing proof on a day, as of an event: asked again with both, it is identical."""

    book: Code
    on: Day
    event: Number
    entry: Annotated[int, Field(ge=0, description="The last entry that the proof saw.")]
    holds: bool
    forms: dict[str, FormShown]


@router.get("/books")
def list_books(who: Anyone, limit: Limit = 100, cursor: Cursor = None) -> BooksPage:
    """The books that you may name."""
    with who.visit() as connection:
        seen, last = page(books_page(connection, places.code(cursor), limit + 1), limit)
    return BooksPage(items=[_book(one) for one in seen], next=cursor_of(last.code) if last else None)


@router.get("/books/{book}")
def show_book(book: BookCode, who: Anyone) -> BookShown:
    """One book."""
    code = who.book(book)
    with who.visit() as connection:
        return _book(book_seen(connection, code))


@router.post("/books/{book}/opening", status_code=201, max_body_size=4 * 1024 * 1024, responses=REFUSED_OPENING)
async def prepare_opening(book: BookCode, body: OpeningAsked, who: Keyed) -> OpeningReadyShown:
    """Check the first balances of a book; nothing is booked before another person signs."""
    data = write_opening_rows((one.account, one.denomination_cents, one.balance_cents) for one in body.balances)
    item = PrepareOpening(who.actor, who.book(book), "balances.csv", data, who.day(body.on), who.key)
    return OpeningReadyShown(**await who.ask(prepare_openings, item))


@router.post("/books/{book}/opening/import", status_code=201, max_body_size=FORM_BYTES, responses=REFUSED_OPENING)
async def import_opening(
    book: BookCode,
    who: Keyed,
    file: UploadFile,
    on: Annotated[Day | None, Form(description="The beginning of this day; today unless given.")] = None,
) -> OpeningReadyShown:
    """The same from a list as CSV or XLSX; every fault of every row is told at once."""
    name, data = content_of(file)
    item = PrepareOpening(who.actor, who.book(book), name, data, who.day(on), who.key)
    return OpeningReadyShown(**await who.ask(prepare_openings, item))


@router.get("/books/{book}/opening")
def list_openings(book: BookCode, who: Anyone, limit: Limit = 100, cursor: Cursor = None) -> OpeningsPage:
    """Openings that were prepared for a book, and the one that was signed."""
    of_the_books(who)
    code = who.book(book)
    with who.visit() as connection:
        seen, last = page(openings_page(connection, code, places.number(cursor), limit + 1), limit)
    return OpeningsPage(items=[OpeningShown(**_opening(one)) for one in seen], next=cursor_of(last.event) if last else None)


@router.get("/books/{book}/opening/{opening_id:uuid}", responses=NO_OPENING)
def show_opening(book: BookCode, opening_id: OpeningId, who: Anyone) -> OpeningWithBalances:
    """One opening with its balances."""
    of_the_books(who)
    code = who.book(book)
    with who.visit() as connection:
        seen = opening_seen(connection, code, opening_id)
    balances = [OpeningBalanceShown(account=account, balance_cents=cents) for account, cents in sorted(seen.balances.items())]
    return OpeningWithBalances(**_opening(seen), balances=balances)


@router.post("/books/{book}/opening/{opening_id}/sign", responses=REFUSED_SIGNATURE)
async def sign_opening(book: BookCode, opening_id: OpeningId, body: OnDay, who: Keyed) -> BookOpenedShown:
    """Book an opening that another person prepared: once in a book, and before all else."""
    item = SignOpening(who.actor, who.book(book), opening_id, who.day(body.on), who.key)
    return BookOpenedShown(**await who.ask(sign_openings, item))


@router.get("/books/{book}/closed-until")
def show_closing(book: BookCode, who: Anyone) -> ClosingShown:
    """Until which day a book is closed."""
    of_the_books(who)
    code = who.book(book)
    with who.visit() as connection:
        return ClosingShown(book=code, closed_until=closed_until(connection, code))


@router.post("/books/{book}/closed-until", responses=REFUSED_CLOSING)
async def close_until(book: BookCode, body: ClosingAsked, who: Keyed) -> ClosingShown:
    """Close a book a little further; it is never opened again."""
    code = who.book(book)
    item = CloseBooks(who.actor, code, body.closed_until, who.day(body.on), who.key)
    return ClosingShown(book=code, **await who.ask(close_books, item))


@router.get("/reserve-proof", responses=REFUSED_PROOF)
def prove_reserve(
    who: Anyone,
    book: BookAsked = None,
    on: Annotated[Day | None, Query(description="The business date; today unless given.")] = None,
    event: EventAsked = None,
    entry: EntryAsked = None,
) -> ProofShown:
    """Prove that every unit is backed by euros which the bank's statements show, or show the difference with its cause."""
    who.require(*BOOKS, *TOWN)
    code, day = who.book(book), who.day(on)
    with who.visit() as connection:
        reader = as_reader_for(connection, "proof", code)
        proof = backing_proof(proof_facts(reader, book=code, on=day, event=event, entry=entry))
    told = proof_as_data(proof, documents=who.actor.party_kind != "public_body")
    for form in told["forms"].values():
        form["causes"] = [cause | {"reason": say(cause["reason"])} for cause in form["causes"]]
    return ProofShown(**told)


def _book(seen: BookSeen) -> BookShown:
    return BookShown(book=seen.code, currency=seen.unit_currency, keeper=seen.keeper, keeper_name=seen.keeper_name)


def _opening(seen: OpeningSeen) -> dict[str, Any]:
    return {
        "opening_id": seen.id,
        "business_on": seen.business_on,
        "prepared_at": seen.prepared_at,
        "prepared_by": seen.prepared_by,
        "file_name": seen.file_name,
        "sha256": seen.document_sha256.hex(),
        "accounts": len(seen.balances),
        "circulation_digital_cents": seen.balances.get("circulation.digital", 0),
        "circulation_notes_cents": seen.balances.get("circulation.notes", 0),
        "signed_at": seen.signed_at,
        "signed_by": seen.signed_by,
    }
