"""Commands about envelopes of local notes: proposed and filled in the evening, handed on, counted by the association."""

from typing import Annotated, Any

from ...actions.envelopes import FillEnvelope, HandEnvelope, fill_envelopes, hand_envelopes
from ...actions.perform import perform_one
from ...actions.remittances import CountEnvelope, count_envelopes
from ...store.counter import evening_envelope
from ...store.desks import desk_with, desks_of
from ...store.people import actor_of
from ...store.remittances import EnvelopeKept, envelopes_page
from ...store.unit_of_work import UnitOfWork
from ...words import say, word
from ..answers import tell, tell_done, tell_json, tell_table
from ..arguments import AsJson, By, Key, On, day
from ..databases import open_database
from ..teaching import argument, command, group, option
from .given import Desk, Notes, Till, WhyDiffers, pieces
from .told import euros, pieces_in_words, units

envelope_commands = group("envelope", say("Envelopes of local notes, from the drawers to the association."))
ENVELOPES_MOST = 10_000

Envelope = Annotated[str, argument(say("ENVELOPE"), say("The number of the envelope, like PISC-2026-E0007."))]


@command(
    envelope_commands,
    "propose",
    say("Say what to put aside out of each till, so that the desk keeps its float in the smallest notes."),
    "desk envelope propose bayonne-pool",
)
def propose(desk: Desk, as_json: AsJson = False) -> None:
    """Propose the evening's envelope."""
    with open_database() as database, database.reading() as connection:
        desk_with(desks_of(UnitOfWork(connection), [desk]), desk)
        proposals = sorted(evening_envelope(connection, desk).items())
    if as_json:
        tell_json([{"till": till, "notes": each.envelope.pieces, "left": each.left.pieces} for till, each in proposals])
        return
    headings = [say("Till"), say("To put aside"), say("Amount"), say("Stays in the till")]
    rows = [
        [till, pieces_in_words(each.envelope.pieces), units(each.envelope.total_cents), units(each.left.total_cents)]
        for till, each in proposals
    ]
    tell_table(headings, rows, right=(2, 3))


@command(
    envelope_commands,
    "fill",
    say("Put the evening's notes of a till into the desk's open envelope, or into a new one; the float stays."),
    "desk envelope fill bayonne-pool till-1 --note 5x2 --note 10x1 --by pool-clerk",
)
def fill(desk: Desk, till: Till, by: By, notes: Notes = None, on: On = "", key: Key = "", as_json: AsJson = False) -> None:
    """Fill an envelope."""
    put = pieces(notes)
    with open_database() as database:
        item = FillEnvelope(actor_of(database, by), desk, ((till, put),), day(on), key)
        done = perform_one(database, fill_envelopes, item)
    told = {"envelope": done["envelope"], "added": units(done["added_cents"]), "declared": units(done["declared_cents"])}
    tell_done(done, as_json, say("Envelope {envelope}: {added} added, {declared} in all.", **told))


@command(
    envelope_commands,
    "hand",
    say("Hand an envelope to the person who carries it to the association."),
    'desk envelope hand bayonne-pool PISC-2026-E0007 --carrier "Ane Etxeberri" --by pool-clerk',
)
def hand(
    desk: Desk,
    envelope: Envelope,
    carrier: Annotated[str, option("--carrier", say("NAME"), say("Who carries it."))],
    by: By,
    on: On = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Hand an envelope over."""
    with open_database() as database:
        item = HandEnvelope(actor_of(database, by), desk, envelope, carrier, day(on), key)
        done = perform_one(database, hand_envelopes, item)
    told = {"envelope": done["envelope"], "amount": units(done["declared_cents"]), "carrier": done["carrier"]}
    tell_done(done, as_json, say("Envelope {envelope} leaves with {carrier}: {amount} in local notes.", **told))


@command(
    envelope_commands,
    "count",
    say("Count an envelope, as the association does, and owe the public body what was found."),
    "desk envelope count bayonne-pool PISC-2026-E0007 --note 5x2 --note 10x1 --by opale",
    'desk envelope count bayonne-pool PISC-2026-E0007 --note 5x2 --reason "un billet manque" --by opale',
)
def count(
    desk: Desk,
    envelope: Envelope,
    by: By,
    notes: Notes = None,
    why: WhyDiffers = "",
    on: On = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Count an envelope."""
    found = pieces(notes)
    with open_database() as database:
        item = CountEnvelope(actor_of(database, by), desk, envelope, found, day(on), why, key)
        done = perform_one(database, count_envelopes, item)
    if as_json:
        tell_json(done)
        return
    told = {"counted": units(done["counted_cents"]), "difference": units(done["difference_cents"])}
    tell(say("Envelope {envelope}: {counted} counted, difference {difference}.", envelope=done["envelope"], **told))
    if done["remittance"]:
        told = {"remittance": done["remittance"], "amount": euros(done["counted_cents"])}
        tell(say("The association owes {amount} as remittance {remittance}.", **told))


@command(
    envelope_commands,
    "list",
    say("List the envelopes of a desk, from the drawers to the euros."),
    "desk envelope list bayonne-pool",
)
def list_all(desk: Desk, as_json: AsJson = False) -> None:
    """The envelopes of a desk, as both sides see them."""
    with open_database() as database, database.reading() as connection:
        desk_with(desks_of(UnitOfWork(connection), [desk]), desk)
        found = envelopes_page(connection, desk, limit=ENVELOPES_MOST)
    if as_json:
        tell_json([_as_data(each) for each in found])
        return
    headings = [say("Envelope"), say("State"), say("Declared"), say("Counted"), say("Remittance")]
    tell_table(headings, [_row(each) for each in found], right=(2, 3))


def _as_data(kept: EnvelopeKept) -> dict[str, Any]:
    envelope = kept.envelope
    return {
        "envelope": envelope.number,
        "state": envelope.state.value,
        "declared_cents": envelope.declared.total_cents,
        "counted_cents": envelope.counted.notes.total_cents if envelope.counted else None,
        "remittance": kept.remittance,
    }


def _row(kept: EnvelopeKept) -> list[str]:
    envelope = kept.envelope
    found = units(envelope.counted.notes.total_cents) if envelope.counted else ""
    declared = units(envelope.declared.total_cents)
    return [envelope.number, word("state", envelope.state), declared, found, kept.remittance or ""]
