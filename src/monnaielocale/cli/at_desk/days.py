"""Commands about the day of a desk: opened, looked at (X), closed for good (Z), sealed; and the closings of months and years."""

from datetime import UTC, datetime
from typing import Annotated

from ...actions.desk_days import CloseDay, ClosePeriod, OpenDay, SealDay, close_days, close_periods, open_days, seal_days
from ...actions.perform import perform_one, plain
from ...store.desk_days import interim_report
from ...store.desks import desk_with, desks_of, logins_of
from ...store.people import actor_of
from ...store.tills import latest_days, sessions_of
from ...store.unit_of_work import UnitOfWork
from ...words import say, shown, word
from ..answers import tell, tell_done, tell_json, tell_table, working
from ..arguments import AsJson, By, Key, On, day
from ..databases import open_database
from ..teaching import argument, command, group
from .given import Desk
from .told import euros, tell_report, tell_totals

day_commands = group("day", say("The day of a desk: opened, closed for good by the Z, sealed."))
period_commands = group("period", say("The months and years of a desk."))


@command(day_commands, "open", say("Open the day of a desk, which is today."), "desk day open bayonne-pool --by pool-clerk")
def open_day(desk: Desk, by: By, on: On = "", key: Key = "", as_json: AsJson = False) -> None:
    """Open a day."""
    with open_database() as database:
        done = perform_one(database, open_days, OpenDay(actor_of(database, by), desk, day(on), key))
    tell_done(done, as_json, say("The desk {desk} is open on {day}.", desk=desk, day=day(done["business_on"])))


@command(
    day_commands,
    "show",
    say("Show who works on which till, and whether the desk's last day is open, closed or sealed."),
    "desk day show bayonne-pool",
)
def show_day(desk: Desk, as_json: AsJson = False) -> None:
    """Show the last day of a desk with its sessions."""
    with open_database() as database, database.reading() as connection:
        work = UnitOfWork(connection)
        desk_with(desks_of(work, [desk]), desk)
        last = latest_days(work, [desk]).get(desk)
        sessions = [kept.session for kept in sessions_of(work, [desk])[desk].values()]
        logins = logins_of(work, (session.clerk_id for session in sessions))
    if as_json:
        told = [
            {
                "session_id": str(session.session_id),
                "till": session.till,
                "clerk": logins[session.clerk_id],
                "opened_at": session.opened_at.isoformat(),
                "state": session.state.value,
            }
            for session in sessions
        ]
        tell_json({"day": plain(last.on) if last else None, "state": last.state.value if last else None, "sessions": told})
    elif last is None:
        tell(say("The desk {desk} has not opened any day yet.", desk=desk))
    else:
        tell(say("{desk}, {day}: {state}", desk=desk, day=last.on, state=last.state))
        headings = [say("Till"), say("Clerk"), say("Opened at"), say("State")]
        rows = [[one.till, logins[one.clerk_id], shown(one.opened_at), word("state", one.state)] for one in sessions]
        tell_table(headings, rows)


@command(
    day_commands,
    "x",
    say("Show what the desk took since its last Z (X); asked at any time, it changes nothing."),
    "desk day x bayonne-pool",
)
def show_interim(desk: Desk, as_json: AsJson = False) -> None:
    """Show the interim report."""
    with open_database() as database, database.reading() as connection:
        desk_with(desks_of(UnitOfWork(connection), [desk]), desk)
        report = interim_report(connection, desk, datetime.now(UTC))
    if as_json:
        tell_json(plain(report))
        return
    tell(say("Interim report (X) of {desk}, {day}", desk=desk, day=report.on))
    tell_report(plain(report))


@command(
    day_commands,
    "close",
    say("Close a day for good (Z), once every session is closed; also after midnight."),
    "desk day close bayonne-pool --by pool-clerk",
    "desk day close bayonne-pool --on 2026-01-05 --by pool-clerk",
)
def close_day(desk: Desk, by: By, on: On = "", key: Key = "", as_json: AsJson = False) -> None:
    """Close a day."""
    with open_database() as database, working(say("Closing the day")):
        done = perform_one(database, close_days, CloseDay(actor_of(database, by), desk, day(on), key))
    if as_json:
        tell_json(done)
        return
    tell(say("Z {number} of {desk}, {day}", number=done["number"], desk=desk, day=day(done["business_on"])))
    tell_report(done["totals"])
    tell(say("Differences of the day: {amount}.", amount=euros(done["difference_cents"])))
    tell(say("To be sealed by {day}.", day=day(done["seal_due_on"])))


@command(
    day_commands,
    "seal",
    say("Seal a closed day, as its head or a deputy does within the delay of the charter."),
    "desk day seal bayonne-pool --on 2026-01-05 --by pool-head",
)
def seal_day(desk: Desk, by: By, on: On = "", key: Key = "", as_json: AsJson = False) -> None:
    """Seal a day."""
    with open_database() as database:
        done = perform_one(database, seal_days, SealDay(actor_of(database, by), desk, day(on), key))
    tell_done(done, as_json, say("The day {day} of the desk {desk} is sealed.", day=day(done["business_on"]), desk=desk))


@command(
    period_commands,
    "close",
    say("Close a month or a year of a desk, once all its days are closed."),
    "desk period close bayonne-pool 2026-01 --by pool-head",
)
def close_period(
    desk: Desk,
    period: Annotated[str, argument(say("PERIOD"), say("A month or a year: 2026-01, 2026."))],
    by: By,
    key: Key = "",
    as_json: AsJson = False,
) -> None:
    """Close a period."""
    with open_database() as database, working(say("Closing the period")):
        done = perform_one(database, close_periods, ClosePeriod(actor_of(database, by), desk, period, key))
    if as_json:
        tell_json(done)
        return
    tell(say("{period} of the desk {desk} is closed; days: {count}.", period=period, desk=desk, count=done["days"]))
    tell_totals([(say("Period"), done["totals"]), (say("Since the beginning"), done["perpetual"])])
