"""The command about printed notes."""

from typing import Annotated

from ..actions.notes import MoveNotes, move_notes
from ..actions.perform import perform_one
from ..domain.money import cents_from_text, decimal_text
from ..domain.notes import NotesKind
from ..store.people import actor_of
from ..words import say
from .answers import tell_done
from .arguments import ArgumentRefused, AsJson, Book, By, On, day
from .databases import chosen_book, open_database
from .teaching import alone, argument, command, group, option

notes = group("notes", say("Printed notes, by denomination."))
app = alone(notes)


class NotesNotUnderstood(ArgumentRefused):
    """{written} does not say which notes: write the denomination and the amount, like 20=400."""

    code = "notes_not_understood"


@command(
    notes,
    "move",
    say("Record what is done with notes: printed, sold, lost, exchanged with a member's account, sorted again or destroyed."),
    "notes move printed --notes 20=4000 --notes 10=3000 --by opale",
    "notes move sold --notes 20=400 --notes 10=150,00 --slip B-0012 --by opale",
    "notes move put_on_account --notes 5=35 --member E00058 --by opale",
)
def move(
    kind: Annotated[str, argument(say("KIND"), say("One of: {codes}.", codes=", ".join(NotesKind)))],
    moved: Annotated[
        list[str],
        option("--notes", say("DENOMINATION=AMOUNT"), say("How much in which notes; once for each denomination.")),
    ],
    by: By,
    member: Annotated[str, option("--member", say("NUMBER"), say("The member whose account the notes go to or come from."))] = "",
    slip: Annotated[str, option("--slip", say("NUMBER"), say("The number of the cash slip, for a sale."))] = "",
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Record a decision about notes."""
    by_denomination = tuple(_notes(each) for each in moved)
    with open_database() as database:
        actor, code = actor_of(database, by), chosen_book(database, book)
        done = perform_one(database, move_notes, MoveNotes(actor, code, kind, by_denomination, day(on), member, slip))
    amount = decimal_text(done["amount_cents"])
    tell_done(done, as_json, say("{kind}: {amount} in local currency", kind=f"notes_{done['kind']}", amount=amount))


def _notes(written: str) -> tuple[int, int]:
    """Denomination and amount in cents, of 20=400; NotesNotUnderstood, AmountUnreadable, AmountTooLarge."""
    denomination, sign, amount = written.partition("=")
    if not sign:
        raise NotesNotUnderstood(written=written)
    return cents_from_text(denomination), cents_from_text(amount)
