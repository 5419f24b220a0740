"""Commands about the opening of a book: its first balances, prepared by one person and signed by another."""

from datetime import date
from typing import Annotated

from ..actions.openings import PrepareOpening, SignOpening, prepare_openings, sign_openings
from ..actions.perform import perform_one
from ..domain.money import Money
from ..store.people import actor_of
from ..words import say
from .answers import tell, tell_done, tell_json
from .arguments import AsJson, Book, By, File, On, day, identifier, read_file
from .databases import chosen_book, open_database
from .teaching import alone, argument, command, group

opening_commands = group("opening", say("The opening balances of a book."))
app = alone(opening_commands)


@command(
    opening_commands,
    "prepare",
    say("Check opening balances as they stand at the beginning of a day; nothing is booked before a second person signs."),
    "opening prepare soldes.xlsx --on 2026-01-01 --by opale",
)
def prepare(file: File, by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Prepare an opening."""
    data = read_file(file)
    with open_database() as database:
        item = PrepareOpening(actor_of(database, by), chosen_book(database, book), file.name, data, day(on))
        done = perform_one(database, prepare_openings, item)
    if as_json:
        tell_json(done)
        return
    digital, notes = Money(done["circulation_digital_cents"]), Money(done["circulation_notes_cents"])
    tell(
        say(
            "Opening {opening}: {count} balances; in circulation {digital} on accounts and {notes} in notes",
            opening=done["opening_id"],
            count=done["accounts"],
            digital=digital,
            notes=notes,
        )
    )


@command(
    opening_commands,
    "sign",
    say("Book an opening that another person prepared; once in a book, and before all else."),
    "opening sign 01980000-0000-7000-8000-000000000003 --by claire",
)
def sign(
    opening: Annotated[str, argument(say("OPENING"), say("The identifier of the opening."))],
    by: By,
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Sign an opening."""
    with open_database() as database:
        item = SignOpening(actor_of(database, by), chosen_book(database, book), identifier(opening), day(on))
        done = perform_one(database, sign_openings, item)
    tell_done(done, as_json, say("The book is opened on {on}.", on=date.fromisoformat(done["business_on"])))
