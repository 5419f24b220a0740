"""Commands about the float of a desk, and about notes that one till lends another."""

from typing import Annotated, Any

from ...actions.floats import (
    ExchangeFloat,
    ExchangeFloatBack,
    LowerFloat,
    MoveNotesBetweenTills,
    ReceiveFloat,
    exchange_floats,
    exchange_floats_back,
    lower_floats,
    move_notes_between_tills,
    receive_floats,
)
from ...actions.perform import perform_one
from ...domain.money import cents_from_text
from ...store.people import actor_of
from ...words import say
from ..answers import tell, tell_done, tell_json
from ..arguments import AsJson, By, Key, On, day
from ..databases import open_database
from ..teaching import argument, command, group
from .given import Amount, Desk, Notes, Till, pieces
from .told import euros, units

float_commands = group("float", say("The float of a desk, for giving change: in euros and in local notes."))
till_commands = group("till", say("The tills of a desk."))


@command(
    float_commands,
    "receive",
    say("Receive the float from the public accountant or raise it, up to what the charter says."),
    "desk float receive bayonne-pool 100,00 --by pool-head",
)
def receive(desk: Desk, amount: Amount, by: By, on: On = "", key: Key = "", as_json: AsJson = False) -> None:
    """Receive the float."""
    cents = cents_from_text(amount)
    with open_database() as database:
        done = perform_one(database, receive_floats, ReceiveFloat(actor_of(database, by), desk, cents, day(on), key))
    _tell_held(done, as_json)


@command(
    float_commands,
    "lower",
    say("Give a part of the float back to the public accountant."),
    "desk float lower bayonne-pool 20,00 --by pool-head",
)
def lower(desk: Desk, amount: Amount, by: By, on: On = "", key: Key = "", as_json: AsJson = False) -> None:
    """Lower the float."""
    cents = cents_from_text(amount)
    with open_database() as database:
        done = perform_one(database, lower_floats, LowerFloat(actor_of(database, by), desk, cents, day(on), key))
    _tell_held(done, as_json)


@command(
    float_commands,
    "exchange",
    say("Exchange euros of the float for local notes, which go into a till."),
    "desk float exchange bayonne-pool till-1 --note 1x20 --note 5x6 --by pool-head",
)
def exchange(desk: Desk, till: Till, by: By, notes: Notes = None, on: On = "", key: Key = "", as_json: AsJson = False) -> None:
    """Exchange the float for notes."""
    moved = pieces(notes)
    with open_database() as database:
        item = ExchangeFloat(actor_of(database, by), desk, till, moved, day(on), key)
        done = perform_one(database, exchange_floats, item)
    _tell_held(done, as_json)


@command(
    float_commands,
    "exchange-back",
    say("Give local notes of the float, out of a till, back to the association for the euros that it got for them."),
    "desk float exchange-back bayonne-pool till-1 --note 5x6 --by pool-head",
)
def exchange_back(
    desk: Desk, till: Till, by: By, notes: Notes = None, on: On = "", key: Key = "", as_json: AsJson = False
) -> None:
    """Exchange notes of the float back."""
    moved = pieces(notes)
    with open_database() as database:
        item = ExchangeFloatBack(actor_of(database, by), desk, till, moved, day(on), key)
        done = perform_one(database, exchange_floats_back, item)
    _tell_held(done, as_json)


def _tell_held(done: dict[str, Any], as_json: bool) -> None:
    if as_json:
        tell_json(done)
        return
    held = {"advance": euros(done["advance_cents"]), "euros": euros(done["euro_cents"]), "notes": units(done["notes_cents"])}
    tell(say("Float {advance}: {euros} in euros and {notes} in local notes.", **held))


@command(
    till_commands,
    "lend",
    say("Bring local notes from one till to another, for change."),
    "desk till lend bayonne-pool till-1 till-2 --note 1x10 --by pool-clerk",
)
def lend(
    desk: Desk,
    till: Till,
    to_till: Annotated[str, argument(say("OTHER-TILL"), say("The till that the notes are brought to."))],
    by: By,
    notes: Notes = None,
    on: On = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Bring notes from till to till."""
    moved = pieces(notes)
    with open_database() as database:
        item = MoveNotesBetweenTills(actor_of(database, by), desk, till, to_till, moved, day(on), key)
        done = perform_one(database, move_notes_between_tills, item)
    told = {"amount": units(done["amount_cents"]), "from_till": done["from_till"], "to_till": done["to_till"]}
    tell_done(done, as_json, say("{amount} in local notes went from till {from_till} to till {to_till}.", **told))
