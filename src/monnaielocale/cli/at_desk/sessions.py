"""Commands about sessions on tills: opened with a count, handed over, counted blindly, closed with what differs and why."""

from typing import Annotated, Any

from ...actions.perform import perform_one
from ...actions.till_sessions import (
    CloseSession,
    CountTill,
    OpenSession,
    TakeOverTill,
    close_sessions,
    count_tills,
    open_sessions,
    take_over_tills,
)
from ...store.people import actor_of
from ...store.sessions import prove_password
from ...words import say
from ..answers import tell, tell_done, tell_json
from ..arguments import AsJson, By, Key, PasswordFile, cents_or_none, password_typed
from ..databases import open_database
from ..teaching import command, group, option
from .given import CardSum, ChequeSum, Coins, Desk, Notes, Till, WhyDiffers, counted, session_on
from .told import euros, pieces_in_words, units

session_commands = group("session", say("Clerks' sessions on the tills of a desk."))
# Where a wrong password is tried, for those who look at attempts.
COMMAND_LINE = "command line"


@command(
    session_commands,
    "open",
    say("Open a session on a till with what you counted in it."),
    "desk session open bayonne-pool till-1 --note 1x20 --note 2x5 --euro 5x4 --euro 0,50x10 --float 25,00 --by pool-clerk",
)
def open_session(
    desk: Desk,
    till: Till,
    by: By,
    notes: Notes = None,
    coins: Coins = None,
    cards: CardSum = "",
    cheques: ChequeSum = "",
    float_put: Annotated[
        str,
        option(
            "--float",
            say("AMOUNT"),
            say("Euros of the float put into the till since its last session; below zero for what was taken out."),
        ),
    ] = "",
    why: WhyDiffers = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Open a session."""
    count, float_cents = counted(notes, coins, cards, cheques), cents_or_none(float_put) or 0
    with open_database() as database:
        item = OpenSession(actor_of(database, by), desk, till, count, float_cents, why, key)
        done = perform_one(database, open_sessions, item)
    _tell_started(done, by, as_json)


@command(
    session_commands,
    "take-over",
    say("Hand a till over to another clerk; both sign the count, the other one with their password."),
    "desk session take-over bayonne-pool till-1 --to pool-deputy --note 1x20 --euro 5x4 --by pool-clerk",
)
def take_over(
    desk: Desk,
    till: Till,
    taken_by: Annotated[str, option("--to", say("LOGIN"), say("Who takes the till over."))],
    by: By,
    notes: Notes = None,
    coins: Coins = None,
    cards: CardSum = "",
    cheques: ChequeSum = "",
    why: WhyDiffers = "",
    password_file: PasswordFile = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Hand a till over."""
    count = counted(notes, coins, cards, cheques)
    with open_database() as database:
        actor, session = actor_of(database, by), session_on(database, desk, till)
        password = password_typed(password_file, confirmed=False)
        prove_password(database, login=taken_by, password=password, address=COMMAND_LINE)
        item = TakeOverTill(actor, desk, session, taken_by, count, why, key)
        done = perform_one(database, take_over_tills, item)
    _tell_started(done, taken_by, as_json)


def _tell_started(done: dict[str, Any], login: str, as_json: bool) -> None:
    if as_json:
        tell_json(done)
        return
    tell(say("{login} has till {till}.", login=login, till=done["till"]))
    _tell_compared(done)


def _tell_compared(done: dict[str, Any]) -> None:
    named = {name: euros(done[f"{name}_cents"]) for name in ("counted", "expected", "difference")}
    tell(say("Counted {counted}, expected {expected}, difference {difference}.", **named))


@command(
    session_commands,
    "count",
    say("Count a till at the end of its session, before anybody is told what should be there."),
    "desk session count bayonne-pool till-1 --note 1x12 --note 5x3 --euro 5x4 --euro 0,20x3 --card 12,00 --by pool-clerk",
)
def count_session(
    desk: Desk,
    till: Till,
    by: By,
    notes: Notes = None,
    coins: Coins = None,
    cards: CardSum = "",
    cheques: ChequeSum = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Count a till."""
    count = counted(notes, coins, cards, cheques)
    with open_database() as database:
        item = CountTill(actor_of(database, by), desk, session_on(database, desk, till), count, key)
        done = perform_one(database, count_tills, item)
    amount = euros(done["counted_cents"])
    tell_done(done, as_json, say("Till {till}: {amount} counted. Close its session next.", till=done["till"], amount=amount))


@command(
    session_commands,
    "close",
    say("Close a counted session: the difference is shown and explained, and an envelope is proposed."),
    "desk session close bayonne-pool till-1 --by pool-clerk",
    'desk session close bayonne-pool till-1 --reason "une pièce perdue" --by pool-clerk',
)
def close_session(desk: Desk, till: Till, by: By, why: WhyDiffers = "", key: Key = "", as_json: AsJson = False) -> None:
    """Close a session."""
    with open_database() as database:
        item = CloseSession(actor_of(database, by), desk, session_on(database, desk, till), why, key)
        done = perform_one(database, close_sessions, item)
    if as_json:
        tell_json(done)
        return
    tell(say("The session on till {till} is closed.", till=done["till"]))
    _tell_compared(done)
    left = {"notes": units(done["left_notes_cents"]), "euros": euros(done["left_euros_cents"])}
    tell(say("Left in the till: {notes} in local notes and {euros}.", **left))
    if done["envelope_cents"]:
        put = {"amount": units(done["envelope_cents"]), "pieces": pieces_in_words(done["envelope_notes"])}
        tell(say("Proposed for the envelope: {amount} ({pieces}).", **put))
