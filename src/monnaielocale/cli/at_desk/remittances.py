"""Commands about euros that the association owes for a desk's notes and digital units, until they are in the town's accounts."""

from typing import Annotated, Any

from ...actions.perform import perform_one
from ...actions.remittances import ConfirmRemittance, RedeemDigitalTakings, confirm_remittances, redeem_digital_takings
from ...actions.takings import AccountForTakings, RefundByTown, account_for_takings, pay_refunds_by_town
from ...domain.money import cents_from_text
from ...store.desks import desk_with, desks_of
from ...store.people import actor_of
from ...store.remittances import RemittanceKept, remittances_page
from ...store.unit_of_work import UnitOfWork
from ...words import say, shown, word
from ..answers import tell_done, tell_json, tell_table
from ..arguments import ArgumentRefused, AsJson, By, Key, On, day
from ..databases import open_database
from ..teaching import argument, command, group, option
from .given import Amount, Desk
from .told import euros

remittance_commands = group("remittance", say("What the association owes for a desk's takings, at face value."))
digital_commands = group("digital", say("Digital units that a desk took."))
takings_commands = group("takings", say("Takings that left the desk, in the town's accounts."))


class TakingsNotUnderstood(ArgumentRefused):
    """{written} does not say what of a service: write its code, an equals sign and the amount, like entry=45,00."""

    code = "takings_not_understood"


@command(
    remittance_commands,
    "list",
    say("List what the association owes or owed for a desk, and how far it was paid and confirmed."),
    "desk remittance list bayonne-pool",
)
def list_all(desk: Desk, as_json: AsJson = False) -> None:
    """List the remittances of a desk."""
    with open_database() as database, database.reading() as connection:
        desk_with(desks_of(UnitOfWork(connection), [desk]), desk)
        found = remittances_page(connection, desk, limit=None)
    if as_json:
        tell_json([_as_data(each) for each in found])
        return
    headings = [say("Remittance"), say("Form"), say("Due on"), say("Amount"), say("Paid"), say("Confirmed"), say("State")]
    tell_table(headings, [_row(each) for each in found], right=(3, 4, 5))


def _as_data(kept: RemittanceKept) -> dict[str, Any]:
    told = kept.remittance
    return {
        "remittance": told.number,
        "form": told.form.value,
        "envelope": kept.envelope,
        "due_on": kept.due_on.isoformat(),
        "amount_cents": told.owed_cents,
        "paid_cents": told.paid_cents,
        "confirmed_cents": told.confirmed_cents,
        "state": told.state.value,
    }


def _row(kept: RemittanceKept) -> list[str]:
    told = kept.remittance
    amounts = [euros(cents) for cents in (told.owed_cents, told.paid_cents, told.confirmed_cents)]
    return [told.number, word("form", told.form), shown(kept.due_on), *amounts, word("state", told.state)]


@command(
    remittance_commands,
    "confirm",
    say("Confirm, as the public accountant, that euros of a remittance arrived: no more than the bank showed to be sent."),
    "desk remittance confirm bayonne-pool PISC-2026-R0003 20,00 --by claire",
)
def confirm(
    desk: Desk,
    remittance: Annotated[str, argument(say("REMITTANCE"), say("The number of the remittance, like PISC-2026-R0003."))],
    amount: Amount,
    by: By,
    on: On = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Confirm a remittance."""
    cents = cents_from_text(amount)
    with open_database() as database:
        item = ConfirmRemittance(actor_of(database, by), desk, remittance, cents, day(on), key)
        done = perform_one(database, confirm_remittances, item)
    told = {"confirmed": euros(done["confirmed_cents"]), "claim": euros(done["claim_cents"])}
    words = say("Remittance {remittance}: {confirmed} confirmed, {claim} still claimed.", remittance=done["remittance"], **told)
    tell_done(done, as_json, words)


@command(
    digital_commands,
    "redeem",
    say("Take back all digital units of a desk, as the association does, and owe the public body euros at face value."),
    "desk digital redeem bayonne-pool --by opale",
)
def redeem(desk: Desk, by: By, on: On = "", key: Key = "", as_json: AsJson = False) -> None:
    """Redeem digital takings."""
    with open_database() as database:
        item = RedeemDigitalTakings(actor_of(database, by), desk, day(on), key)
        done = perform_one(database, redeem_digital_takings, item)
    told = {"remittance": done["remittance"], "amount": euros(done["amount_cents"])}
    tell_done(done, as_json, say("The association owes {amount} as remittance {remittance}.", **told))


@command(
    takings_commands,
    "account",
    say("Take what was paid in into the town's accounts, service by service, under a revenue title."),
    "desk takings account bayonne-pool 2026-114 --service entry=45,00 --service lesson=12,00 --by bixente",
)
def account(
    desk: Desk,
    title: Annotated[str, argument(say("TITLE"), say("The number of the revenue title."))],
    takings: Annotated[list[str], option("--service", say("CODE=AMOUNT"), say("What of a service is taken in."))],
    by: By,
    on: On = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Account for takings."""
    parts = tuple(_part(each) for each in takings)
    with open_database() as database:
        item = AccountForTakings(actor_of(database, by), desk, title, parts, day(on), key)
        done = perform_one(database, account_for_takings, item)
    told = {"amount": euros(done["amount_cents"]), "left": euros(done["paid_in_cents"])}
    words = say("Title {title}: {amount} taken into the accounts; paid in and not yet taken: {left}.", title=title, **told)
    tell_done(done, as_json, words)


def _part(written: str) -> tuple[str, int]:
    service, sign, amount = written.partition("=")
    if not sign or not service.strip() or not amount.strip():
        raise TakingsNotUnderstood(written=written[:80])
    return service.strip(), cents_from_text(amount)


@command(
    takings_commands,
    "refund",
    say("Record that the town paid a refund from its own account that the desk had left to it."),
    "desk takings refund bayonne-pool 4,50 --by claire",
)
def refund(desk: Desk, amount: Amount, by: By, on: On = "", key: Key = "", as_json: AsJson = False) -> None:
    """Record a refund of the town."""
    cents = cents_from_text(amount)
    with open_database() as database:
        item = RefundByTown(actor_of(database, by), desk, cents, day(on), key)
        done = perform_one(database, pay_refunds_by_town, item)
    told = {"amount": euros(done["amount_cents"]), "left": euros(done["to_refund_cents"])}
    tell_done(done, as_json, say("Refunded by the town: {amount}; still to refund: {left}.", **told))
