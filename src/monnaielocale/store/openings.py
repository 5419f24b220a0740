"""What an opening is checked against, and openings as they were prepared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ..domain.chart import Form
from ..domain.openings import OpeningFacts
from .conventions import Conventions, rules_of_book
from .unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class PartyOfBook:
    """Somebody whom account codes of a book name, with the IBAN that euros are sent to ('' when none is known)."""

    id: UUID
    key: str
    iban: str
    is_member: bool


@dataclass(frozen=True, slots=True)
class OpeningPrepared:
    """Balances that one person entered: natural cents by account."""

    id: UUID
    book: str
    business_on: date
    balances: dict[str, int]
    prepared_by: UUID


Parties = dict[str, dict[str, PartyOfBook]]


def books_begun(work: UnitOfWork, books: Iterable[str]) -> set[str]:
    """The books that were opened, or in which something was booked."""
    return {row.code for row in work.rows("books_begun", books=sorted(set(books)))}


def openings_prepared(
    work: UnitOfWork, books: Iterable[str], openings: Iterable[UUID]
) -> dict[tuple[str, UUID], OpeningPrepared]:
    """The openings asked for, by (book, opening); those that do not exist are left out."""
    rows = work.rows("openings_by_id", books=sorted(set(books)), openings=list(openings))
    return {(row.book, row.id): OpeningPrepared(row.id, row.book, row.business_on, row.balances, row.prepared_by) for row in rows}


def parties_of_books(work: UnitOfWork, books: Iterable[str]) -> Parties:
    """The members still there and the towns of each book, by the key that account codes use; a member's number goes first."""
    asked = sorted(set(books))
    found: Parties = {book: {} for book in asked}
    for row in work.rows("parties_of_books", books=asked):
        if row.is_member or row.account_key not in found[row.book]:
            found[row.book][row.account_key] = PartyOfBook(row.id, row.account_key, row.iban, row.is_member)
    return found


def bank_forms(work: UnitOfWork, books: Iterable[str]) -> dict[str, dict[str, Form]]:
    """The form of currency that each bank account of each book stands behind, by IBAN."""
    asked = sorted(set(books))
    found: dict[str, dict[str, Form]] = {book: {} for book in asked}
    for row in work.rows("bank_accounts_of_books", books=asked):
        found[row.book][row.iban] = Form(row.form)
    return found


def opening_facts(
    conventions: Conventions, parties: Parties, forms: dict[str, dict[str, Form]], *, book: str, on: date
) -> OpeningFacts:
    """What an opening of a book on a day is checked against."""
    mine = parties[book].values()
    members = frozenset(party.key for party in mine if party.is_member)
    towns = frozenset(party.key for party in mine if not party.is_member)
    return OpeningFacts(rules_of_book(conventions, book, on), forms[book], members, towns)
