"""What should be looked after at desks: the facts that their alarms look at, under the charter that holds on the day."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from ..domain.desks.alarms import DIFFERENCES_WITHIN_DAYS, Alarm, DeskFacts, alarms
from ..domain.desks.charters import Charter
from ..domain.desks.days import DeskDay
from .conventions import convention_with, conventions_of
from .database import Connection
from .desks import desks_of
from .unit_of_work import UnitOfWork


def alarms_of_desks(connection: Connection, today: date, books: Iterable[str] | None = None) -> list[Alarm]:
    """Every alarm of the desks with these books, or of all that the connection sees, by desk and in the order of their kinds."""
    work = UnitOfWork(connection)
    asked = None if books is None else sorted(set(books))
    watched = [row.book for row in work.rows("desks_watched", books=asked)]
    facts = _facts(work, watched, today) if watched else {}
    return [alarm for charter in _charters(work, watched, today) for alarm in alarms(charter, facts[charter.desk], today)]


def _charters(work: UnitOfWork, books: list[str], today: date) -> list[Charter]:
    """The charter of each desk, also when it has stopped: what was taken under it is still to be looked after."""
    desks = desks_of(work, books)
    conventions = conventions_of(work, (desk.issuer_book for desk in desks.values()))
    found = []
    for book, desk in sorted(desks.items()):
        convention = convention_with(conventions, desk.issuer_book, desk.public_body).convention
        found.append(replace(convention.version_with_desk(desk.code, today).desk(desk.code), desk=book))
    return found


def _facts(work: UnitOfWork, books: list[str], today: date) -> dict[str, DeskFacts]:
    after = today - timedelta(days=DIFFERENCES_WITHIN_DAYS)
    days, envelopes, differences, claims, unsigned = (
        _by_book(work.rows(name, books=books, **given))
        for name, given in (
            ("days_not_sealed", {}),
            ("envelopes_waiting", {}),
            ("tills_that_differed", {"after": after}),
            ("claims_unpaid", {}),
            ("handovers_unsigned", {"today": today}),
        )
    )
    return {
        row.book: DeskFacts(
            cash_cents=row.cents,
            cash_since_on=row.since_on if row.cents else None,
            days=tuple(DeskDay(row.book, day.business_on, day.closed_at, day.closed_by) for day in days.get(row.book, ())),
            envelopes=tuple((each.number, each.opened_on) for each in envelopes.get(row.book, ())),
            differences=tuple((each.till, each.business_on) for each in differences.get(row.book, ())),
            claims=tuple((each.due_on, each.cents) for each in claims.get(row.book, ())),
            unsigned_since_on=next((each.starts_on for each in unsigned.get(row.book, ())), None),
        )
        for row in work.rows("cash_in_hand", books=books)
    }


def _by_book(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for row in rows:
        found.setdefault(row.book, []).append(row)
    return found
