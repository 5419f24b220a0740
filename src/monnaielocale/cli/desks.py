"""Commands about service desks (régies de recettes)."""

from typing import Annotated

from ..actions.appointments import EndAppointment, NameForDesk, end_appointments, name_for_desks
from ..actions.desks import DesksHeld, open_desk
from ..actions.perform import perform_one
from ..domain.desks.alarms import Alarm
from ..domain.desks.charters import Tariff, holds
from ..domain.desks.staff import Rank
from ..domain.money import Money
from ..store.alarms import alarms_of_desks
from ..store.desks import desk_with, desks_of, desks_page, people_of_desk
from ..store.people import actor_of
from ..store.receipts import chain_of_desk
from ..store.unit_of_work import UnitOfWork
from ..words import explain, say, shown, word
from .answers import tell, tell_done, tell_json, tell_table
from .arguments import AsJson, Book, By, On, day, day_or_none
from .at_desk.corrections import receipt_commands
from .at_desk.days import day_commands, period_commands
from .at_desk.envelopes import envelope_commands
from .at_desk.floats import float_commands, till_commands
from .at_desk.given import Desk
from .at_desk.group import desks
from .at_desk.handovers import handover_commands
from .at_desk.remittances import digital_commands, remittance_commands, takings_commands
from .at_desk.requests import request_commands
from .at_desk.safes import safe_commands
from .at_desk.sessions import session_commands
from .books import export_desk
from .databases import chosen_book, open_database
from .teaching import alone, argument, command, option

app = alone(desks)
for each in (
    day_commands,
    session_commands,
    receipt_commands,
    request_commands,
    float_commands,
    till_commands,
    safe_commands,
    envelope_commands,
    remittance_commands,
    digital_commands,
    takings_commands,
    period_commands,
    handover_commands,
):
    desks.add_typer(each)

DESKS_MOST = 10_000


@command(
    desks,
    "open",
    say("Open a desk that the convention lists; it gets a book of its own."),
    "desk open pool --by bixente",
)
def open_one(
    desk: Annotated[str, argument(say("DESK"), say("The code of the desk in the convention."))],
    by: By,
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Open a desk of the public body for which the person acts."""
    with open_database() as database:
        actor, issuer_book = actor_of(database, by), chosen_book(database, book)
        opened = open_desk(database, actor, issuer_book=issuer_book, public_body=actor.party_code, desk=desk, on=day(on)).content
    tell_done(opened, as_json, say("The desk {label} is open: its book is {book}.", label=opened["label"], book=opened["book"]))


@command(
    desks,
    "name",
    say("Name somebody for a desk: its head, a deputy or a clerk, for a time."),
    "desk name bayonne-pool maia --rank clerk --from 2026-01-05 --by bixente",
)
def name(
    desk: Desk,
    login: Annotated[str, argument(say("LOGIN"), say("The login of the person."))],
    rank: Annotated[str, option("--rank", say("RANK"), say("One of: {codes}.", codes=", ".join(Rank)))],
    by: By,
    starts_on: Annotated[str, option("--from", say("DAY"), say("The first day; today unless given."))] = "",
    ends_on: Annotated[str, option("--until", say("DAY"), say("The last day, if it is known."))] = "",
    on: On = "",
    as_json: AsJson = False,
) -> None:
    """Name somebody of the public body for a desk."""
    with open_database() as database:
        item = NameForDesk(actor_of(database, by), desk, login, rank, day(starts_on), day(on), day_or_none(ends_on))
        named = perform_one(database, name_for_desks, item)
    told = say("{login} is named for the desk {desk} as {rank}.", login=login, desk=desk, rank=word("role", rank))
    tell_done(named, as_json, told)


@command(
    desks,
    "end",
    say("End somebody's appointment at a desk, or bring its end forward; what they did stays done."),
    "desk end bayonne-pool maia --rank clerk --until 2026-06-30 --by bixente",
)
def end(
    desk: Desk,
    login: Annotated[str, argument(say("LOGIN"), say("The login of the person."))],
    rank: Annotated[str, option("--rank", say("RANK"), say("One of: {codes}.", codes=", ".join(Rank)))],
    by: By,
    ends_on: Annotated[str, option("--until", say("DAY"), say("The last day; today unless given."))] = "",
    on: On = "",
    as_json: AsJson = False,
) -> None:
    """End an appointment."""
    with open_database() as database:
        item = EndAppointment(actor_of(database, by), desk, login, rank, day(ends_on), day(on))
        ended = perform_one(database, end_appointments, item)
    told = say("{login} is named for the desk {desk} until {day}.", login=login, desk=desk, day=item.ends_on)
    tell_done(ended, as_json, told)


@command(desks, "list", say("List the desks."), "desk list")
def list_all(as_json: AsJson = False) -> None:
    """List the desks with the days on which they opened."""
    with open_database() as database, database.reading() as connection:
        found = desks_page(connection, "", DESKS_MOST)
    if as_json:
        tell_json([{"book": one.book, "desk": one.code, "opened_on": one.opened_on.isoformat()} for one in found])
    else:
        tell_table([say("Book"), say("Opened on")], [[one.book, shown(one.opened_on)] for one in found])


@command(
    desks,
    "show",
    say("Show what a desk may collect on a day, at which prices, and who is named for it."),
    "desk show bayonne-pool",
    "desk show bayonne-pool --on 2026-01-05 --json",
)
def show(desk: Desk, on: On = "", as_json: AsJson = False) -> None:
    """Show a desk's charter as it holds on a day."""
    asked = day(on)
    with open_database() as database, database.reading() as connection:
        held = DesksHeld.load(UnitOfWork(connection), [desk]).as_agreed(desk, asked)
        people = people_of_desk(connection, desk)
    named = [one for one in people if holds(one.starts_on, one.ends_on, asked)]
    services = held.charter.services_on(asked)
    if as_json:
        tell_json(
            {
                "book": desk,
                "label": held.charter.label,
                "on": asked.isoformat(),
                "tills": list(held.charter.tills),
                "instruments": sorted(held.charter.instruments),
                "services": [_as_data(tariff) for tariff in services],
                "people": [{"login": one.login, "rank": one.rank} for one in named],
            }
        )
        return
    tell(say("{label} ({book}), {on}", label=held.charter.label, book=desk, on=asked))
    tell_table([say("Name"), say("Rank")], [[one.name, word("role", one.rank)] for one in named])
    headings = [say("Service"), say("Price from"), say("Price to")]
    prices = [(tariff.label, tariff.price.least_cents, tariff.price.most_cents) for tariff in services]
    tell_table(headings, [[label, *(shown(Money(cents, "EUR")) for cents in bounds)] for label, *bounds in prices], right=(1, 2))


def _as_data(tariff: Tariff) -> dict[str, str | int]:
    return {
        "service": tariff.service,
        "label": tariff.label,
        "least_cents": tariff.price.least_cents,
        "most_cents": tariff.price.most_cents,
        "vat_basis_points": tariff.vat.basis_points,
    }


@command(
    desks,
    "alarms",
    say("Say what should be looked after at a desk: the ceiling, pay-ins, days, envelopes, differences, claims."),
    "desk alarms bayonne-pool",
)
def alarms(desk: Desk, on: On = "", as_json: AsJson = False) -> int:
    """Every alarm of a desk; the exit code is 1 when there is one."""
    with open_database() as database, database.reading() as connection:
        desk_with(desks_of(UnitOfWork(connection), [desk]), desk)
        found = alarms_of_desks(connection, day(on), [desk])
    if as_json:
        tell_json([_alarm_as_data(each) for each in found])
    elif found:
        for each in found:
            tell(f"! {explain(each.told)}")
    else:
        tell(say("Nothing needs looking after at {desk}.", desk=desk))
    return 1 if found else 0


def _alarm_as_data(alarm: Alarm) -> dict[str, str | None]:
    since_on = alarm.since_on.isoformat() if alarm.since_on else None
    return {"kind": alarm.kind.value, "words": explain(alarm.told), "since_on": since_on}


@command(
    desks,
    "chain",
    say("Compute the chain of a desk's receipts again: nobody altered one, took one out or put one in."),
    "desk chain bayonne-pool",
)
def chain(desk: Desk, as_json: AsJson = False) -> int:
    """The chain of the receipts; the exit code is 1 when it is broken."""
    with open_database() as database, database.reading() as connection:
        desk_with(desks_of(UnitOfWork(connection), [desk]), desk)
        seen = chain_of_desk(connection, desk)
    if as_json:
        tell_json({"receipts": seen.receipt_count, "link": seen.link, "first_broken": seen.first_broken})
    elif seen.first_broken:
        tell(say("The chain is broken at receipt {receipt}.", receipt=seen.first_broken))
    else:
        tell(say("The chain of {count} receipts is whole.", count=seen.receipt_count))
    return 1 if seen.first_broken else 0


command(
    desks,
    "report",
    say("Write what the Treasury looks at: a desk in a period, as XLSX, CSV or JSON by the name of the file."),
    "desk report bayonne-pool --from 2026-01-01 --until 2026-01-31 --output regie.xlsx",
)(export_desk)
