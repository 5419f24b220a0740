"""Commands about digital payments at a desk: asked for under a reference, shown, taken back, or confirmed elsewhere."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from ...actions.payment_requests import (
    ConfirmElsewhere,
    RequestPayment,
    WithdrawRequest,
    confirm_elsewhere,
    request_payments,
    withdraw_requests,
)
from ...actions.perform import perform_one, plain
from ...domain.desks.payment_requests import read_reference
from ...domain.money import Money, cents_from_text
from ...formats.square_code import square_png, square_svg
from ...store.payment_requests import request_shown
from ...store.people import actor_of
from ...words import say, shown
from ..answers import tell, tell_done, tell_json
from ..arguments import AsJson, By, Key, cents_or_none, write_file
from ..databases import open_database
from ..teaching import argument, command, group, option
from .given import Cards, Cheques, Desk, Euros, Notes, Services, Till, Total, given_over, services, session_on
from .told import tell_receipt

request_commands = group("payment-request", say("Digital payments that a desk asks for and the payer approves."))

Reference = Annotated[str, argument(say("REFERENCE"), say("The reference of the payment request."))]


@command(
    request_commands,
    "ask",
    say("Ask for digital units for services; the rest, if any, is given over the counter."),
    "desk payment-request ask bayonne-pool till-1 --service entry --digital 4,50 --by pool-clerk",
    "desk payment-request ask bayonne-pool till-1 --service lesson --digital 10,00 --note 2x1 --output code.svg --by pool-clerk",
)
def ask(
    desk: Desk,
    till: Till,
    asked: Services,
    digital: Annotated[str, option("--digital", say("AMOUNT"), say("How much is asked for in digital units."))],
    by: By,
    notes: Notes = None,
    euros_given: Euros = "",
    cards: Cards = None,
    cheques: Cheques = None,
    total: Total = "",
    seconds: Annotated[int, option("--seconds", say("NUMBER"), say("How long it may be approved: 300 unless given."))] = 300,
    output: Annotated[Path | None, option("--output", say("FILE"), say("Where to write the square code: .svg or .png."))] = None,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Ask for digital units."""
    wanted, given, declared = services(asked), given_over(notes, euros_given, cards, cheques), cents_or_none(total)
    cents = cents_from_text(digital)
    with open_database() as database:
        actor, session = actor_of(database, by), session_on(database, desk, till)
        item = RequestPayment(actor, desk, session, wanted, cents, given, seconds, declared, key)
        done = perform_one(database, request_payments, item)
    if output is not None:
        write_file(output, (square_png if output.suffix.lower() == ".png" else square_svg)(done["text"]))
    amount = Money(done["amount_cents"], done["currency"])
    until = datetime.fromisoformat(done["expires_at"])
    told = say("Request {reference}: {amount} until {until}.", reference=done["reference"], amount=amount, until=until)
    tell_done(done, as_json, told)


@command(
    request_commands,
    "show",
    say("Show what a payment request asks, and where it stands."),
    "desk payment-request show 7Q4KX0M2ZB",
)
def show(reference: Reference, as_json: AsJson = False) -> None:
    """Show a payment request."""
    with open_database() as database, database.reading() as connection:
        found = request_shown(connection, read_reference(reference))
    state = found.state(datetime.now(UTC))
    if as_json:
        tell_json(plain(found) | {"state": state.value})
        return
    named = {"reference": found.reference, "desk": found.book, "amount": Money(found.amount_cents, found.currency)}
    tell(say("Request {reference} of {desk}: {amount}, {state}", state=state, **named))
    tell(say("It may be approved until {until}.", until=shown(found.expires_at)))


@command(
    request_commands,
    "withdraw",
    say("Take a payment request back that is neither approved nor expired."),
    "desk payment-request withdraw bayonne-pool 7Q4KX0M2ZB --by pool-clerk",
)
def withdraw(desk: Desk, reference: Reference, by: By, key: Key = "", as_json: AsJson = False) -> None:
    """Withdraw a payment request."""
    with open_database() as database:
        done = perform_one(database, withdraw_requests, WithdrawRequest(actor_of(database, by), desk, reference, key))
    tell_done(done, as_json, say("Request {reference} is taken back.", reference=done["reference"]))


@command(
    request_commands,
    "confirm-elsewhere",
    say("Record by which transaction a request was paid in another system, where the accounts are kept there."),
    "desk payment-request confirm-elsewhere museum 7Q4KX0M2ZB T-20260131-77 --by museum-clerk",
)
def confirm(
    desk: Desk,
    reference: Reference,
    transaction: Annotated[str, argument(say("TRANSACTION"), say("The number of the transaction in the other system."))],
    by: By,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Confirm a payment made elsewhere."""
    with open_database() as database:
        item = ConfirmElsewhere(actor_of(database, by), desk, reference, transaction, key)
        done = perform_one(database, confirm_elsewhere, item)
    tell_receipt(done, as_json)
