"""Commands by which a desk changes hands: drawn up by the head who leaves, accepted by the one who begins."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

from ...actions.handovers import AcceptHandover, DrawUpHandover, accept_handovers, draw_up_handovers
from ...actions.perform import perform_one
from ...domain.desks.days import paris_day
from ...formats.handover import handover_as_data, handover_sheets
from ...formats.spreadsheets import write_csv, write_xlsx
from ...store.desks import desk_with, desks_of
from ...store.handovers import HandoverKept, handover_with, handovers_page
from ...store.people import actor_of
from ...store.unit_of_work import UnitOfWork
from ...words import PARIS, say, shown, word
from ..answers import tell, tell_done, tell_json, tell_table
from ..arguments import AsJson, By, Key, write_file
from ..databases import open_database
from ..teaching import argument, command, group, option
from .given import Coins, Desk, Notes, WhyDiffers, counted
from .told import euros

handover_commands = group("handover", say("A desk that passes from one head to the next."))
HANDOVERS_MOST = 10_000

HandoverGiven = Annotated[str, argument(say("HANDOVER"), say("The number of the handover, like PISC-PV0002."))]


@command(
    handover_commands,
    "draw-up",
    say("Draw up what passes to the next head: the day is closed, takings are paid in, and what is left is counted."),
    "desk handover draw-up bayonne-pool maia --note 1x20 --note 5x4 --euro 10x11 --by pool-head",
)
def draw_up(
    desk: Desk,
    successor: Annotated[str, argument(say("LOGIN"), say("The login of the next head."))],
    by: By,
    notes: Notes = None,
    coins: Coins = None,
    why: WhyDiffers = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Draw a handover up."""
    found = counted(notes, coins, "", "")
    with open_database() as database:
        item = DrawUpHandover(actor_of(database, by), desk, successor, found, why, key)
        done = perform_one(database, draw_up_handovers, item)
    told = {"counted": euros(done["counted_cents"]), "difference": euros(done["difference_cents"])}
    tell_done(
        done, as_json, say("Handover {handover}: {counted} counted, difference {difference}.", handover=done["handover"], **told)
    )


@command(
    handover_commands,
    "accept",
    say("Accept a desk as its next head, from your first day on."),
    "desk handover accept bayonne-pool PISC-PV0002 --by maia",
    'desk handover accept bayonne-pool PISC-PV0002 --reservations "coffre ouvert sans moi" --by maia',
)
def accept(
    desk: Desk,
    handover: HandoverGiven,
    by: By,
    reservations: Annotated[
        str, option("--reservations", say("TEXT"), say("What the head who begins does not answer for."))
    ] = "",
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Accept a handover."""
    with open_database() as database:
        done = perform_one(database, accept_handovers, AcceptHandover(actor_of(database, by), desk, handover, reservations, key))
    tell_done(done, as_json, say("{login} answers for the desk {desk} from now on.", login=by, desk=desk))


@command(
    handover_commands,
    "show",
    say("Write a handover, as XLSX, CSV or JSON by the name of the file."),
    "desk handover show bayonne-pool PISC-PV0002 --output remise.xlsx",
)
def show(
    desk: Desk,
    handover: HandoverGiven,
    output: Annotated[
        Path | None,
        option("--output", say("FILE"), say("Where to write: .xlsx, .csv or .json; else JSON as output.")),
    ] = None,
) -> None:
    """Write a handover."""
    with open_database() as database, database.reading() as connection:
        desk_with(desks_of(UnitOfWork(connection), [desk]), desk)
        kept = handover_with(connection, desk, handover)
    write_file(output, _written(kept, output.suffix.lower() if output else ".json"))
    if output is not None:
        tell(say("Handover {handover} is in {file}.", handover=kept.number, file=str(output)))


def _written(kept: HandoverKept, suffix: str) -> bytes:
    if suffix == ".json":
        return json.dumps(handover_as_data(kept.document, kept.canonical) | _as_data(kept), ensure_ascii=False, indent=2).encode()
    accepted_on = paris_day(kept.accepted_at) if kept.accepted_at else None
    heads = {"outgoing": kept.outgoing, "incoming": kept.incoming}
    sheets = handover_sheets(kept.document, kept.canonical, **heads, accepted_on=accepted_on, say=say, word=word)
    return write_csv(sheets[0]) if suffix == ".csv" else write_xlsx(sheets, created_at=datetime.now(PARIS))


@command(
    handover_commands,
    "list",
    say("List how a desk passed from head to head."),
    "desk handover list bayonne-pool",
)
def list_all(desk: Desk, as_json: AsJson = False) -> None:
    """The handovers of a desk."""
    with open_database() as database, database.reading() as connection:
        desk_with(desks_of(UnitOfWork(connection), [desk]), desk)
        found = handovers_page(connection, desk, after=0, limit=HANDOVERS_MOST)
    if as_json:
        tell_json([_as_data(each) for each in found])
        return
    headings = [say("Handover"), say("Head who leaves"), say("Head who begins"), say("Begins on"), say("Accepted on")]
    rows = [
        [
            each.number,
            each.outgoing,
            each.incoming,
            shown(each.begins_on),
            shown(paris_day(each.accepted_at)) if each.accepted_at else "",
        ]
        for each in found
    ]
    tell_table(headings, rows)


def _as_data(kept: HandoverKept) -> dict[str, Any]:
    return {
        "handover": kept.number,
        "drawn_at": kept.drawn_at.isoformat(),
        "outgoing": kept.outgoing,
        "incoming": kept.incoming,
        "begins_on": kept.begins_on.isoformat(),
        "accepted_at": kept.accepted_at.isoformat() if kept.accepted_at else None,
        "reservations": kept.reservations,
    }
