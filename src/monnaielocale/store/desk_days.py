"""Days of desks and their closings: what a Z continues, and what receipts come to, added up by the database."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from ..domain.chain import ZERO
from ..domain.desks.charters import Instrument, Vat
from ..domain.desks.days import DayClosing, DeskDay, closing_from_canonical, paris_day
from ..domain.desks.receipts import VatTotal
from ..domain.desks.totals import TO_REFUND, Cumulated, Totals, cumulated
from ..domain.payments.periods import Period
from .arrays import array
from .database import Connection
from .unit_of_work import UnitOfWork


@dataclass(slots=True)
class DayHead:
    """What the next Z of a desk continues."""

    previous: DayClosing | None
    link: bytes
    last_receipt: int
    year_number: int


def day_heads(work: UnitOfWork, days: Mapping[str, date]) -> dict[str, DayHead]:
    """What the Zs of these days continue, by the codes of the desks' books."""
    books, years = array("text", days), array("integer", (day.year for day in days.values()))
    return {
        row.book: DayHead(
            None if row.canonical is None else closing_from_canonical(row.canonical.encode()),
            row.link or ZERO,
            row.last_receipt,
            row.year_number,
        )
        for row in work.rows("closings_before", books=books, years=years)
    }


def totals_after(work: UnitOfWork, afters: Mapping[str, int]) -> dict[str, Totals]:
    """What the receipts of desks come to after places in their chains, by the codes of their books, in three questions."""
    asked = {"books": array("text", afters), "afters": array("bigint", afters.values())}
    services: dict[str, list[tuple[str, int]]] = {book: [] for book in afters}
    for row in work.rows("totals_by_service", **asked):
        services[row.book].append((row.service, row.cents))
    vat: dict[str, list[VatTotal]] = {book: [] for book in afters}
    for row in work.rows("totals_by_vat", **asked):
        vat[row.book].append(VatTotal(Vat(row.basis_points, row.exemption), row.including_cents, row.vat_cents))
    return {
        row.book: Totals.of_sums(
            receipts=row.receipts,
            taken_cents=row.taken_cents,
            given_back_cents=row.given_back_cents,
            means=_means(row),
            services=services[row.book],
            vat=vat[row.book],
        )
        for row in work.rows("totals_by_means", **asked)
    }


def _means(row: Any) -> list[tuple[str, int]]:
    return [*((each.value, getattr(row, each.value)) for each in Instrument), (TO_REFUND, -row.to_refund)]


def differences_of(work: UnitOfWork, days: Mapping[str, date]) -> dict[str, int]:
    """What the counts of days found more or less than expected, in cents, by the codes of the desks' books."""
    rows = work.rows("differences_of_days", books=array("text", days), days=array("date", days.values()))
    return {row.book: row.cents for row in rows}


def days_known(work: UnitOfWork, days: Iterable[tuple[str, date]]) -> dict[tuple[str, date], DeskDay]:
    """Days of desks by (code of the book, date); those that were never opened are absent."""
    asked = sorted(set(days))
    books, dates = array("text", (book for book, _ in asked)), array("date", (day for _, day in asked))
    return {
        (row.book, row.business_on): DeskDay(
            row.book, row.business_on, row.closed_at, row.closed_by, row.sealed_at, row.sealed_by
        )
        for row in work.rows("desk_days_known", books=books, days=dates)
    }


def closings_of(work: UnitOfWork, periods: Sequence[tuple[str, Period]]) -> dict[str, list[DayClosing]]:
    """The Zs of a period of each desk in their order, after the last one before it."""
    rows = work.rows(
        "closings_of_periods",
        books=array("text", (book for book, _ in periods)),
        firsts=array("date", (period.first_on for _, period in periods)),
        lasts=array("date", (period.last_on for _, period in periods)),
    )
    by_book = groupby(rows, key=lambda row: row.book)
    return {book: [closing_from_canonical(row.canonical.encode()) for row in theirs] for book, theirs in by_book}


def open_days_of(work: UnitOfWork, books: Iterable[str]) -> dict[str, list[date]]:
    """The days of desks that have no Z, by the codes of their books."""
    found: dict[str, list[date]] = {}
    for row in work.rows("days_without_closing", books=sorted(set(books))):
        found.setdefault(row.book, []).append(row.business_on)
    return found


def closed_periods(work: UnitOfWork, books: Iterable[str]) -> set[tuple[str, date, date]]:
    """Which periods of desks are closed, as (code of the book, first day, last day)."""
    rows = work.rows("periods_closed", books=sorted(set(books)))
    return {(row.book, row.first_on, row.last_on) for row in rows}


def interim_report(connection: Connection, book: str, at: datetime) -> Cumulated:
    """The X of a desk: what it took since its last Z, and the totals with it; asked at any time, it changes nothing."""
    work = UnitOfWork(connection)
    day = paris_day(at)
    head = day_heads(work, {book: day}).get(book)
    after = head.last_receipt if head else 0
    totals = totals_after(work, {book: after}).get(book, Totals())
    previous = head.previous.totals if head and head.previous else None
    return cumulated(previous, day, totals)


__all__ = [
    "DayHead",
    "closed_periods",
    "closings_of",
    "day_heads",
    "days_known",
    "differences_of",
    "interim_report",
    "open_days_of",
    "totals_after",
]
