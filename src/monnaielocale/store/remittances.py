"""Envelopes and remittances of desks: as actions decide on them, and as both sides are shown them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from ..domain.chart import Form, account
from ..domain.desks.bundles import Bundle
from ..domain.desks.envelopes import (
    DayNotes,
    Envelope,
    EnvelopeConfirmed,
    EnvelopeCounted,
    EnvelopeFact,
    EnvelopePaid,
    EnvelopeUnknown,
    Handed,
    envelope_from,
)
from ..domain.desks.remittances import Remittance, RemittanceUnknown
from .database import Connection
from .unit_of_work import Row, UnitOfWork


@dataclass(frozen=True, slots=True)
class EnvelopeKept:
    """An envelope with what stands beside it: when it was opened, handed over and counted, and the remittance made of it."""

    id: UUID
    book: str
    envelope: Envelope
    opened_on: date
    handed_on: date | None = None
    counted_on: date | None = None
    remittance: str | None = None


@dataclass(frozen=True, slots=True)
class RemittanceKept:
    """A remittance with its envelope, if it is of notes, and the day since which it is owed."""

    id: UUID
    book: str
    remittance: Remittance
    envelope: str | None
    due_on: date


@dataclass(slots=True)
class Numbers:
    """How far the numbers of envelopes and of remittances have come, by (desk's book, what, year)."""

    known: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def next(self, book: str, what: str, year: int) -> int:
        """The number after the last one, which it is from now on."""
        self.known[book, what, year] = self.known.get((book, what, year), 0) + 1
        return self.known[book, what, year]


def numbers_of(work: UnitOfWork, books: Iterable[str]) -> Numbers:
    """How far the numbers of these desks have come."""
    rows = work.rows("last_ordinals", books=sorted(set(books)))
    return Numbers({(row.book, row.what, row.year): row.ordinal for row in rows})


class Envelopes:
    """The envelopes that a batch names, and those of its desks that the association has not counted."""

    def __init__(self, kept: Iterable[EnvelopeKept]) -> None:
        self._kept = {(each.book, each.envelope.number): each for each in kept}

    def named(self, book: str, number: str) -> EnvelopeKept:
        """One envelope; EnvelopeUnknown."""
        found = self._kept.get((book, number))
        if found is None:
            raise EnvelopeUnknown(desk=book, envelope=number[:40])
        return found

    def open_at(self, book: str) -> EnvelopeKept | None:
        """The envelope of a desk that is not yet handed over, if there is one."""
        return next((each for each in self._kept.values() if each.book == book and each.envelope.handed is None), None)

    def uncounted_at(self, book: str) -> list[EnvelopeKept]:
        """The envelopes of a desk that the association has not counted, by number."""
        found = (each for each in self._kept.values() if each.book == book and each.envelope.counted is None)
        return sorted(found, key=lambda each: each.envelope.number)

    def keep(self, changed: EnvelopeKept) -> None:
        """The envelope as an item of the batch left it."""
        self._kept[changed.book, changed.envelope.number] = changed


def envelopes_of(work: UnitOfWork, books: Iterable[str], numbers: Iterable[str] = ()) -> Envelopes:
    """The envelopes of these numbers, and those that the association has not counted."""
    asked = {"books": sorted(set(books)), "numbers": sorted(set(numbers)), "after": None, "limit": None}
    return Envelopes(_envelopes(work, work.rows("envelopes", **asked)))


def envelopes_page(connection: Connection, book: str, *, after: str | None = None, limit: int = 100) -> list[EnvelopeKept]:
    """The envelopes of a desk by number, after one of them, as far as the connection sees them."""
    work = UnitOfWork(connection)
    return _envelopes(work, work.rows("envelopes", books=[book], numbers=None, after=after, limit=limit))


def _envelopes(work: UnitOfWork, rows: Sequence[Row]) -> list[EnvelopeKept]:
    ids = [row.id for row in rows]
    put = work.rows("envelope_notes", envelopes=ids) if ids else []
    found = work.rows("envelope_count_notes", envelopes=ids) if ids else []
    days = {
        envelope: tuple(DayNotes(on, _bundle(notes)) for on, notes in groupby(each, key=lambda row: row.put_on))
        for envelope, each in groupby(put, key=lambda row: row.envelope_id)
    }
    counted = {envelope: _bundle(each) for envelope, each in groupby(found, key=lambda row: row.envelope_id)}
    return [_envelope(row, days.get(row.id, ()), counted.get(row.id, Bundle())) for row in rows]


def _bundle(rows: Iterable[Any]) -> Bundle:
    return Bundle.of({row.denomination_cents: row.note_count for row in rows})


def _envelope(row: Row, days: tuple[DayNotes, ...], counted: Bundle) -> EnvelopeKept:
    facts: list[EnvelopeFact] = []
    if row.handed_at is not None:
        facts.append(Handed(row.handed_at, row.handed_by, row.carrier))
    if row.counted_at is not None:
        facts.append(EnvelopeCounted(row.counted_at, row.counted_by, counted, row.reason))
        facts.append(EnvelopePaid(row.counted_on, row.paid_cents))
        facts.append(EnvelopeConfirmed(row.counted_on, row.confirmed_cents))
    envelope = envelope_from(row.number, days, facts)
    return EnvelopeKept(row.id, row.book, envelope, row.opened_on, row.handed_on, row.counted_on, row.remittance)


def remittances_of(work: UnitOfWork, books: Iterable[str], numbers: Iterable[str]) -> dict[tuple[str, str], RemittanceKept]:
    """The remittances of these numbers, by (desk's book, number)."""
    asked = {"books": sorted(set(books)), "numbers": sorted(set(numbers)), "after": None, "limit": None}
    return {(each.book, each.remittance.number): each for each in map(_remittance, work.rows("remittances", **asked))}


def remittance_with(remittances: dict[tuple[str, str], RemittanceKept], book: str, number: str) -> RemittanceKept:
    """One of the remittances; RemittanceUnknown."""
    found = remittances.get((book, number))
    if found is None:
        raise RemittanceUnknown(desk=book, remittance=number[:40])
    return found


def remittances_page(
    connection: Connection, book: str, *, after: str | None = None, limit: int | None = 100
) -> list[RemittanceKept]:
    """The remittances of a desk by number, after one of them, as far as the connection sees them; all of them without a limit."""
    rows = UnitOfWork(connection).rows("remittances", books=[book], numbers=None, after=after, limit=limit)
    return [_remittance(row) for row in rows]


def _remittance(row: Row) -> RemittanceKept:
    told = Remittance(row.number, Form(row.form), row.amount_cents, row.paid_cents, row.confirmed_cents)
    return RemittanceKept(row.id, row.book, told, row.envelope, row.due_on)


def ibans_of(work: UnitOfWork, parties: Iterable[UUID]) -> dict[UUID, str]:
    """Where the euros of public bodies are sent; empty where nobody said it yet."""
    return {row.id: row.iban for row in work.rows("iban_of_public_bodies", parties=list(set(parties)))}


def drawers_of(work: UnitOfWork, book: str) -> dict[str, Bundle]:
    """The notes in each drawer of a desk, by the code of the till."""
    cents: dict[str, dict[int, int]] = {}
    for row in work.rows("drawers_of_desks", books=[book]):
        till = account(row.account).key.partition(":")[2]
        cents.setdefault(till, {})[row.denomination_cents] = row.cents
    return {till: Bundle.of_cents(held) for till, held in cents.items()}


__all__ = [
    "EnvelopeKept",
    "Envelopes",
    "Numbers",
    "RemittanceKept",
    "drawers_of",
    "envelopes_of",
    "envelopes_page",
    "ibans_of",
    "numbers_of",
    "remittance_with",
    "remittances_of",
    "remittances_page",
]
