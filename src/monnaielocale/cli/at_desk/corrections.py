"""Commands about receipts once they are issued: cancelled, refunded from the till, printed again."""

from typing import Annotated

from ...actions.cancels import CancelReceipt, PayRefund, PrintDuplicate, cancel_receipts, pay_refunds, print_duplicates
from ...actions.perform import perform_one
from ...domain.desks.receipt_chain import duplicate_mark
from ...store.people import actor_of
from ...words import explain, say
from ..answers import labelled, tell, tell_done, tell_json
from ..arguments import AsJson, By, Key, Why
from ..databases import open_database
from ..teaching import command, option
from .given import Desk, Receipt, Till, session_on
from .receipts import receipt_commands
from .told import euros, given_back, tell_receipt


@command(
    receipt_commands,
    "cancel",
    say("Cancel a receipt, once, whole or by line: on its open day the same means go back, later the town refunds."),
    'desk receipt cancel bayonne-pool till-1 PISC-2026-000042 --reason "erreur de tarif" --by pool-clerk',
    'desk receipt cancel bayonne-pool till-1 PISC-2026-000042 --row 2 --reason "un enfant de moins" --by pool-clerk',
)
def cancel(
    desk: Desk,
    till: Till,
    number: Receipt,
    why: Why,
    by: By,
    rows: Annotated[
        list[int] | None,
        option("--row", say("NUMBER"), say("A line of the receipt, counted from 1; all that is left unless given.")),
    ] = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Cancel a receipt."""
    with open_database() as database:
        actor, session = actor_of(database, by), session_on(database, desk, till)
        item = CancelReceipt(actor, desk, session, number, why, tuple(rows or ()), key)
        done = perform_one(database, cancel_receipts, item)
    tell_receipt(done, as_json)


@command(
    receipt_commands,
    "refund",
    say("Give back from a till what a minus receipt left to be refunded, where the charter lets refunds leave it."),
    "desk receipt refund bayonne-pool till-1 PISC-2026-000043 --by pool-clerk",
)
def refund(desk: Desk, till: Till, number: Receipt, by: By, key: Key = "", as_json: AsJson = False) -> None:
    """Give a refund from a till."""
    with open_database() as database:
        item = PayRefund(actor_of(database, by), desk, session_on(database, desk, till), number, key)
        done = perform_one(database, pay_refunds, item)
    if as_json:
        tell_json(done)
        return
    tell(say("Refund of {receipt}: {amount}.", receipt=done["receipt"], amount=euros(done["refunded_cents"])))
    other = done["refunded_cents"] - done["euros_cents"] - sum(worth * count for worth, count in done["notes"])
    tell(given_back(done["notes"], done["euros_cents"], other_cents=other))


@command(
    receipt_commands,
    "duplicate",
    say("Record that a receipt is printed again: each copy is a numbered duplicate."),
    "desk receipt duplicate bayonne-pool PISC-2026-000042 --by pool-clerk",
)
def duplicate(desk: Desk, number: Receipt, by: By, key: Key = "", as_json: AsJson = False) -> None:
    """Number a copy."""
    with open_database() as database:
        done = perform_one(database, print_duplicates, PrintDuplicate(actor_of(database, by), desk, number, key))
    mark = explain(duplicate_mark(done["copy_number"]))
    tell_done(done | {"mark": mark}, as_json, labelled(done["receipt"], mark))


# Whoever imports the group from here gets all its commands.
__all__ = ["receipt_commands"]
