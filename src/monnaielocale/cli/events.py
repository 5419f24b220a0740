"""Commands about events: who did what in a book, and the reversal of what should not have been done."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from ..actions.perform import perform_one, plain
from ..actions.reversals import ReverseEvent, reverse_events
from ..domain.money import Money
from ..store.events import EventShown, LineShown, event_kept, events_after
from ..store.people import actor_of
from ..words import say, shown, word
from .answers import labelled, tell, tell_done, tell_json, tell_table
from .arguments import AsJson, Book, By, On, Why, day, identifier
from .databases import chosen_book, open_database
from .teaching import alone, argument, command, group, option

EVENTS_AT_ONCE = 100

events = group("event", say("Events: who did what in a book."))
app = alone(events)

Event = Annotated[str, argument(say("EVENT"), say("The number of the event, or its identifier."))]


@command(
    events,
    "list",
    say("List the events of a book in their order, with who did them and what they wrote."),
    "event list",
    "event list --after 100 --json",
)
def list_events(
    after: Annotated[int, option("--after", say("NUMBER"), say("Show the events after this one."))] = 0,
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """List a page of events."""
    with open_database() as database:
        code = chosen_book(database, book)
        with database.reading() as connection:
            found = events_after(connection, code, after=after, most=EVENTS_AT_ONCE)
    if as_json:
        tell_json(plain(found))
        return
    _tell_events(code, found)
    if len(found) == EVENTS_AT_ONCE:
        tell(say("For what follows: --after {number}", number=found[-1].number))


@command(
    events,
    "show",
    say("Show who did what, when and why, and the lines that it wrote."),
    "event show 128",
    "event show 01980000-0000-7000-8000-000000000003 --json",
)
def show_event(event: Event, book: Book = "", as_json: AsJson = False) -> None:
    """Show one event."""
    asked = _asked(event)
    with open_database() as database:
        code = chosen_book(database, book)
        with database.reading() as connection:
            found = event_kept(connection, code, asked)
    if as_json:
        tell_json(plain(found))
        return
    _tell_events(code, [found])
    tell(say("Identifier {event}, recorded on {recorded_at}", event=found.id, recorded_at=found.recorded_at))
    if found.reason:
        tell(labelled(say("Reason"), found.reason))
    if found.reverses is not None:
        tell(say("It reverses event {number}.", number=found.reverses))
    if found.reversed_by is not None:
        tell(say("It was reversed by event {number}.", number=found.reversed_by))


@command(
    events,
    "reverse",
    say("Reverse a payment between members, a redemption not yet paid, or a decision about notes, by its mirror entry."),
    'event reverse 128 --reason "montant mal saisi" --by opale',
)
def reverse(event: Event, why: Why, by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Reverse an event."""
    asked = _asked(event)
    with open_database() as database:
        actor, code = actor_of(database, by), chosen_book(database, book)
        with database.reading() as connection:
            found = event_kept(connection, code, asked)
        done = perform_one(database, reverse_events, ReverseEvent(actor, code, found.id, why, day(on)))
    tell_done(done, as_json, say("Event {number} ({kind}) is reversed.", number=found.number, kind=found.kind))


def _asked(written: str) -> UUID | int:
    """A number in the book or an identifier; IdentifierUnreadable."""
    return int(written) if written.isascii() and written.isdigit() and len(written) <= 18 else identifier(written)


def _tell_events(book: str, found: Sequence[EventShown]) -> None:
    headings = [say("Number"), say("Day"), say("Event"), say("Who"), say("Account"), say("Debit"), say("Credit")]
    rows = [row for event in found for row in _rows(book, event)]
    tell_table(headings, rows, right=[0, 5, 6])


def _rows(book: str, event: EventShown) -> list[list[str]]:
    """A row for each line of the event; who and when stand in the first, which is there even when no money moved."""
    head = [str(event.number), shown(event.business_on), word("event", event.kind), event.login]
    lines = [_line(book, line) for line in sorted(event.lines, key=lambda line: line.amount_cents < 0)] or [["", "", ""]]
    return [[*(head if at == 0 else [""] * len(head)), *line] for at, line in enumerate(lines)]


def _line(book: str, line: LineShown) -> list[str]:
    account = line.account if line.book == book else labelled(line.book, line.account)
    amount = shown(Money(abs(line.amount_cents), line.currency))
    return [account, amount, ""] if line.amount_cents > 0 else [account, "", amount]
