"""Commands about takings that leave the tills: euros to the safe and back, and to the public accountant, and other means."""

from typing import Annotated, Any

from ...actions.perform import perform_one
from ...actions.safes import (
    MoveFromSafe,
    MoveToSafe,
    PayIn,
    PayInOtherMeans,
    move_from_safes,
    move_to_safes,
    pay_in,
    pay_in_other_means,
)
from ...domain.desks.charters import OTHER_MEANS
from ...domain.money import cents_from_text
from ...store.people import actor_of
from ...words import say
from ..answers import tell_done
from ..arguments import AsJson, By, Key, On, day
from ..databases import open_database
from ..teaching import argument, command, group
from .given import Amount, Desk, Slip, Till
from .group import desks
from .told import euros

safe_commands = group("safe", say("The safe of a desk."))


@command(
    safe_commands,
    "to",
    say("Put takings in euros from a till into the safe; the float stays in the till."),
    "desk safe to bayonne-pool till-1 120,00 --by pool-clerk",
)
def to_safe(desk: Desk, till: Till, amount: Amount, by: By, on: On = "", key: Key = "", as_json: AsJson = False) -> None:
    """Move euros to the safe."""
    cents = cents_from_text(amount)
    with open_database() as database:
        done = perform_one(database, move_to_safes, MoveToSafe(actor_of(database, by), desk, till, cents, day(on), key))
    _tell_moved(done, as_json)


@command(
    safe_commands,
    "from",
    say("Take euros out of the safe for a till."),
    "desk safe from bayonne-pool till-1 20,00 --by pool-head",
)
def from_safe(desk: Desk, till: Till, amount: Amount, by: By, on: On = "", key: Key = "", as_json: AsJson = False) -> None:
    """Move euros out of the safe."""
    cents = cents_from_text(amount)
    with open_database() as database:
        done = perform_one(database, move_from_safes, MoveFromSafe(actor_of(database, by), desk, till, cents, day(on), key))
    _tell_moved(done, as_json)


def _tell_moved(done: dict[str, Any], as_json: bool) -> None:
    told = {"till": done["till"], "takings": euros(done["till_cents"]), "safe": euros(done["safe_cents"])}
    tell_done(done, as_json, say("Takings in till {till}: {takings}; in the safe: {safe}.", **told))


@command(
    desks,
    "pay-in",
    say("Pay euros of the safe in to the public accountant: at the ceiling of the charter, and at least once a month."),
    "desk pay-in bayonne-pool 300,00 --slip V-12 --by pool-head",
)
def pay_in_euros(
    desk: Desk, amount: Amount, by: By, slip: Slip = "", on: On = "", key: Key = "", as_json: AsJson = False
) -> None:
    """Pay euros in."""
    cents = cents_from_text(amount)
    with open_database() as database:
        done = perform_one(database, pay_in, PayIn(actor_of(database, by), desk, cents, day(on), slip, key))
    _tell_paid_in(done, as_json)


@command(
    desks,
    "pay-in-other",
    say("Hand cheques over to the public accountant, or record the card payments that reached them."),
    "desk pay-in-other bayonne-pool cheque 38,00 --slip C-03 --by pool-head",
)
def pay_in_other(
    desk: Desk,
    means: Annotated[str, argument(say("MEANS"), say("One of: {codes}.", codes=", ".join(sorted(OTHER_MEANS))))],
    amount: Amount,
    by: By,
    slip: Slip = "",
    on: On = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Pay other means in."""
    cents = cents_from_text(amount)
    with open_database() as database:
        item = PayInOtherMeans(actor_of(database, by), desk, means, cents, day(on), slip, key)
        done = perform_one(database, pay_in_other_means, item)
    _tell_paid_in(done, as_json)


def _tell_paid_in(done: dict[str, Any], as_json: bool) -> None:
    told = {"amount": euros(done["amount_cents"]), "left": euros(done["left_cents"])}
    tell_done(done, as_json, say("Paid in: {amount}; left at the desk: {left}.", **told))
