"""Conventions as they were loaded, rebuilt from their frozen content; and the books with the party that keeps each of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from uuid import UUID

from ..domain.conventions.convention import Convention, ConventionVersion, version_from_canonical, with_ending
from ..domain.conventions.rules import PartyNotOfConvention
from ..domain.refusals import Refusal
from .database import Connection
from .unit_of_work import Row, UnitOfWork


class ConventionUnknown(Refusal):
    """There is no convention {convention}."""

    code = "convention_unknown"


class NoConvention(Refusal):
    """No convention was loaded for the book {book}."""

    code = "no_convention"


@dataclass(frozen=True, slots=True)
class LoadedConvention:
    """A convention of the books, with the identifiers that documents refer to."""

    id: UUID
    book: str
    public_body_id: UUID
    public_body: str
    convention: Convention
    version_ids: dict[date, UUID] = field(default_factory=dict)

    def id_of(self, version: ConventionVersion) -> UUID:
        """The identifier under which a version was recorded."""
        return self.version_ids[version.in_force_on]


Conventions = dict[tuple[str, str], LoadedConvention]


def conventions_of(work: UnitOfWork, books: Iterable[str]) -> Conventions:
    """Every convention of the books, by (book, code of the public body)."""

    def ask(asked: list[str]) -> dict[str, list[LoadedConvention]]:
        rows = work.rows("convention_versions", books=asked)
        found: dict[str, list[LoadedConvention]] = {book: [] for book in asked}
        for _, versions in groupby(rows, key=lambda row: row.convention_id):
            loaded = _loaded(list(versions))
            found[loaded.book].append(loaded)
        return found

    known = work.recall("conventions", books, ask)
    return {(each.book, each.public_body): each for loaded in known.values() for each in loaded}


def conventions_page(connection: Connection, after: str, most: int) -> list[LoadedConvention]:
    """The conventions that may be seen, by code, after one of them: there are a few in a database, not thousands."""
    seen = sorted(_seen(connection), key=lambda one: one.convention.code)
    return [one for one in seen if one.convention.code > after][:most]


def convention_seen(connection: Connection, code: str) -> LoadedConvention:
    """One convention by its code; ConventionUnknown."""
    found = next((one for one in _seen(connection) if one.convention.code == code), None)
    if found is None:
        raise ConventionUnknown(convention=code)
    return found


def _seen(connection: Connection) -> Iterable[LoadedConvention]:
    work = UnitOfWork(connection)
    return conventions_of(work, [row.code for row in work.rows("all_books")]).values()


def convention_with(conventions: Conventions, book: str, public_body: str) -> LoadedConvention:
    """The convention of a book with a public body; PartyNotOfConvention when there is none."""
    found = conventions.get((book, public_body))
    if found is None:
        raise PartyNotOfConvention(party=public_body, convention=book)
    return found


def rules_of_book(conventions: Conventions, book: str, on: date) -> ConventionVersion:
    """The association's own rules on a day, for what concerns no public body: notes, and units given back by members.

    An association states them in each of its conventions; the version that came into force last is its last word.
    NoConvention when the book has none; the refusal of the latest convention when none holds on that day.
    """
    mine = [each.convention for (code, _), each in conventions.items() if code == book]
    if not mine:
        raise NoConvention(book=book)
    refused: list[tuple[date, Refusal]] = []
    holding: list[ConventionVersion] = []
    for convention in mine:
        try:
            holding.append(convention.version_for(on))
        except Refusal as refusal:
            refused.append((convention.versions[-1].in_force_on, refusal))
    if not holding:
        raise max(refused, key=lambda each: each[0])[1]
    return max(holding, key=lambda version: version.in_force_on)


def _loaded(rows: list[Row]) -> LoadedConvention:
    versions = tuple(
        with_ending(version_from_canonical(row.content), suspended_on=row.suspended_on, ended_on=row.ended_on) for row in rows
    )
    first = rows[0]
    return LoadedConvention(
        first.convention_id,
        first.book,
        first.public_body_id,
        first.public_body,
        Convention(versions),
        {row.in_force_on: row.version_id for row in rows},
    )


@dataclass(frozen=True, slots=True)
class BookKept:
    """A book and the association that keeps it."""

    id: int
    code: str
    unit_currency: str
    party_id: UUID
    party_code: str


def books_of(work: UnitOfWork, books: Iterable[str]) -> dict[str, BookKept]:
    """The books by their codes; the caller holds their locks, so they are all there."""
    return {
        row.code: BookKept(row.id, row.code, row.unit_currency, row.party_id, row.party_code)
        for row in work.rows("books_by_code", books=sorted(set(books)))
    }


__all__ = [
    "BookKept",
    "ConventionUnknown",
    "Conventions",
    "LoadedConvention",
    "NoConvention",
    "books_of",
    "convention_seen",
    "convention_with",
    "conventions_of",
    "conventions_page",
    "rules_of_book",
]
