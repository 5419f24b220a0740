"""Commands about receipts: taken over the counter, entered from paper, shown and listed."""

from typing import Annotated, Any

from ...actions.perform import perform_one, plain
from ...actions.receipts import EnterPaperReceipt, TakeReceipt, enter_paper_receipts, take_receipts
from ...domain.desks import receipts as issued
from ...store.desks import desk_with, desks_of
from ...store.people import actor_of
from ...store.receipts import receipt_journal, receipt_kept
from ...store.unit_of_work import UnitOfWork
from ...words import say, shown, word
from ..answers import labelled, tell, tell_json, tell_table, working
from ..arguments import AsJson, By, Key, cents_or_none, day, day_or_none
from ..databases import open_database
from ..teaching import command, group, option
from .given import (
    Cards,
    Cheques,
    Desk,
    Euros,
    Notes,
    Receipt,
    Services,
    Till,
    Total,
    given_over,
    pieces,
    services,
    session_on,
)
from .told import euros, given_back, pieces_in_words, tell_receipt, units

receipt_commands = group("receipt", say("Receipts of a desk: taken, entered from paper, cancelled, printed again."))


@command(
    receipt_commands,
    "take",
    say("Take payment for services in your session: says what to give back, or what to ask for."),
    "desk receipt take bayonne-pool till-1 --service entry-child --note 5x1 --euros 0,20 --by pool-clerk",
    "desk receipt take bayonne-pool till-1 --service entry=2 --service locker-key@5,00 --card 14,00:0042 --by pool-clerk",
)
def take(
    desk: Desk,
    till: Till,
    asked: Services,
    by: By,
    notes: Notes = None,
    euros_given: Euros = "",
    cards: Cards = None,
    cheques: Cheques = None,
    total: Total = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Take a receipt."""
    wanted, given, declared = services(asked), given_over(notes, euros_given, cards, cheques), cents_or_none(total)
    with open_database() as database:
        session = session_on(database, desk, till)
        item = TakeReceipt(actor_of(database, by), desk, session, wanted, given, declared, key)
        done = perform_one(database, take_receipts, item)
    tell_receipt(done, as_json)


@command(
    receipt_commands,
    "late",
    say("Enter a receipt that was written by hand while the desk was cut off, under the series of paper receipts."),
    "desk receipt late bayonne-pool till-1 --paper 0017 --issued-on 2026-01-05 --service entry --note 5x1"
    " --change-euros 0,50 --by pool-clerk",
)
def late(
    desk: Desk,
    till: Till,
    paper: Annotated[str, option("--paper", say("NUMBER"), say("The number on the paper."))],
    issued_on: Annotated[str, option("--issued-on", say("DAY"), say("The day on the paper."))],
    asked: Services,
    by: By,
    notes: Notes = None,
    euros_given: Euros = "",
    cards: Cards = None,
    cheques: Cheques = None,
    change_notes: Annotated[
        list[str] | None,
        option("--change-note", say("WORTHxNUMBER"), say("Local notes that were given back; once for each denomination.")),
    ] = None,
    change_euros: Annotated[str, option("--change-euros", say("AMOUNT"), say("Euros that were given back."))] = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Enter a paper receipt."""
    wanted, given = services(asked), given_over(notes, euros_given, cards, cheques)
    back, back_cents = pieces(change_notes), cents_or_none(change_euros) or 0
    with open_database() as database:
        actor, session = actor_of(database, by), session_on(database, desk, till)
        item = EnterPaperReceipt(actor, desk, session, paper, day(issued_on), wanted, given, back, back_cents, key)
        done = perform_one(database, enter_paper_receipts, item)
    tell_receipt(done, as_json)


@command(
    receipt_commands,
    "list",
    say("List the receipt journal of a desk, of some days or whole, in the order of its chain."),
    "desk receipt list bayonne-pool",
    "desk receipt list bayonne-pool --from 2026-01-01 --until 2026-01-31 --json",
)
def list_all(
    desk: Desk,
    first_on: Annotated[str, option("--from", say("DAY"), say("The first day, if not all days are asked for."))] = "",
    last_on: Annotated[str, option("--until", say("DAY"), say("The last day, if not all days are asked for."))] = "",
    as_json: AsJson = False,
) -> None:
    """List the receipts."""
    first, last = day_or_none(first_on), day_or_none(last_on)
    with open_database() as database, database.reading() as connection, working(say("Reading the receipt journal")):
        desk_with(desks_of(UnitOfWork(connection), [desk]), desk)
        journal = receipt_journal(connection, desk, first, last)
    if as_json:
        tell_json([_as_data(receipt) | {"link": link.hex()} for receipt, link in journal])
        return
    headings = [say("Receipt"), say("Day"), say("Till"), say("Services"), say("Total"), say("Cancels")]
    tell_table(headings, [_row(receipt) for receipt, _ in journal], right=[4])


def _as_data(receipt: issued.Receipt) -> dict[str, Any]:
    data: dict[str, Any] = plain(receipt)
    return data | {"total_cents": receipt.total_cents}


def _row(receipt: issued.Receipt) -> list[str]:
    what = ", ".join(f"{line.quantity} × {line.label}" for line in receipt.lines)
    return [receipt.number, shown(receipt.business_on), receipt.till, what, euros(receipt.total_cents), receipt.cancels]


@command(
    receipt_commands,
    "show",
    say("Show a receipt as it was issued, with what was corrected of it."),
    "desk receipt show bayonne-pool PISC-2026-000042",
)
def show(desk: Desk, number: Receipt, as_json: AsJson = False) -> None:
    """Show one receipt."""
    with open_database() as database, database.reading() as connection:
        kept = receipt_kept(connection, desk, number)
    receipt, corrected_by = kept.receipt, [minus.receipt.number for minus in kept.minus]
    if as_json:
        tell_json(_as_data(receipt) | {"corrected_by": corrected_by, "copies": kept.copies})
        return
    tell(say("Receipt {receipt}, till {till}, {issued_at}", **_head(receipt)))
    headings = [say("Service"), say("Quantity"), say("Unit price"), say("Total")]
    rows = [[line.label, str(line.quantity), euros(line.unit_cents), euros(line.total_cents)] for line in receipt.lines]
    tell_table(headings, rows, right=(1, 2, 3))
    _tell_settled(receipt)
    if receipt.cancels:
        tell(labelled(say("Cancels"), receipt.cancels))
    if corrected_by:
        tell(labelled(say("Corrected by"), ", ".join(corrected_by)))
    if kept.copies:
        tell(labelled(say("Copies"), shown(kept.copies, "count")))


def _head(receipt: issued.Receipt) -> dict[str, Any]:
    return {"receipt": receipt.number, "till": receipt.till, "issued_at": receipt.issued_at}


def _tell_settled(receipt: issued.Receipt) -> None:
    """How a receipt was paid."""
    settlement = receipt.settlement
    vat = sum(each.vat_cents for each in receipt.vat)
    tell(say("Total {total}, of which VAT {vat}.", total=euros(receipt.total_cents), vat=euros(vat)))
    if settlement.notes_in:
        notes = settlement.notes_in
        tell(labelled(word("kind", "notes"), f"{units(notes.total_cents)} ({pieces_in_words(notes.pieces)})"))
    if settlement.euros_in_cents:
        tell(labelled(word("kind", "euros"), euros(settlement.euros_in_cents)))
    for paid in settlement.digital:
        tell(labelled(word("kind", "digital"), f"{units(paid.amount_cents)} ({paid.reference})"))
    for other in settlement.others:
        tell(labelled(word("kind", other.instrument), f"{euros(other.amount_cents)} ({other.reference})"))
    back_cents = max(-settlement.digital_cents - settlement.other_cents, 0)
    tell(given_back(settlement.notes_out.pieces, settlement.euros_out_cents, other_cents=back_cents))
