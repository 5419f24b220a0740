"""Entries (écritures) as they were written, with their lines."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query

from monnaielocale.domain.chart import AccountUnknown
from monnaielocale.store.entries import EntryShown, EntryUnknown, entries_page, entry_shown
from monnaielocale.words import word

from ..access import Anyone
from ..bodies import StrictRoute
from ..fields import Balance, BookAsked, Currency, Day, Number, Shape
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..places import NUMBER_MOST
from ..places import number as number_place
from ..sight import of_the_books
from ..subjects import SubjectRouter

router = SubjectRouter(prefix="/entries", tags=["entries"], route_class=StrictRoute)
_NO_ACCOUNT = refusing(AccountUnknown(account="wallet:E00042"))
_NO_ENTRY = refusing(EntryUnknown(book="eusko", entry=42))

AccountAsked = Annotated[
    str | None,
    Query(
        pattern=r"^[a-z_.]{1,60}(:[A-Za-z0-9._/-]{1,80}){0,3}$",
        description="Only entries that moved this account.",
        examples=["circulation.digital"],
    ),
]
FromAsked = Annotated[Day | None, Query(alias="from", description="Only entries of this business day or later.")]
ToAsked = Annotated[Day | None, Query(alias="to", description="Only entries of this business day or earlier.")]
EntryNumber = Annotated[int, Path(ge=1, le=NUMBER_MOST, description="The number of the entry in its book.", examples=[42])]


class EntryLine(Shape):
    """One account moved by an entry: above zero in debit, below zero in credit."""

    account: str
    amount_cents: Balance
    currency: Currency


class Entry(Shape):
    """An entry with its lines, debits first; they sum to zero in each currency."""

    number: Number
    event_id: UUID
    event_number: Number
    kind: str
    business_on: Day
    recorded_at: datetime
    label: str
    lines: list[EntryLine]


class EntriesPage(Shape):
    """Entries in the order of their numbers, and where the next page begins."""

    items: list[Entry]
    next: str | None


@router.get("", responses=_NO_ACCOUNT)
def list_entries(
    who: Anyone,
    book: BookAsked = None,
    account: AccountAsked = None,
    from_on: FromAsked = None,
    to_on: ToAsked = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> EntriesPage:
    """List entries in the order of their numbers: all, those of an account, those of a span of days."""
    of_the_books(who)
    code, after = who.book(book), number_place(cursor)
    asked: dict[str, Any] = {"account": account, "from_on": from_on, "to_on": to_on}
    with who.visit() as connection:
        shown, last = page(entries_page(connection, code, after=after, limit=limit + 1, **asked), limit)
    return EntriesPage(items=[_entry(one) for one in shown], next=cursor_of(last.number) if last else None)


@router.get("/{number}", responses=_NO_ENTRY)
def show_entry(number: EntryNumber, who: Anyone, book: BookAsked = None) -> Entry:
    """One entry."""
    of_the_books(who)
    code = who.book(book)
    with who.visit() as connection:
        return _entry(entry_shown(connection, code, number))


def _entry(shown: EntryShown) -> Entry:
    return Entry(
        number=shown.number,
        event_id=shown.event_id,
        event_number=shown.event_number,
        kind=shown.kind,
        business_on=shown.business_on,
        recorded_at=shown.recorded_at,
        label=word("entry", shown.label),
        lines=[EntryLine.model_validate(line, from_attributes=True) for line in shown.lines],
    )
