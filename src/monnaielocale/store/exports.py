"""Whole books and lists as exports and commands need them, read at one moment."""

from collections.abc import Iterable
from datetime import date
from itertools import groupby

from ..domain.chart import account
from ..domain.conventions.rules import account_number
from ..domain.payments.run_states import PaymentFacts, RunFacts
from ..formats.hledger import JournalBook, JournalEntry, JournalLine
from .conventions import LoadedConvention, conventions_of
from .database import Connection
from .journal import BookUnknown
from .queries import query
from .runs import known_run, payments_of_runs, run_facts
from .unit_of_work import UnitOfWork


def journal_of(connection: Connection, book: str) -> JournalBook:
    """A book with all its entries, and the balances as its accounts keep them; BookUnknown."""
    work = UnitOfWork(connection)
    heads = work.rows("book_to_export", book=book)
    if not heads:
        raise BookUnknown(book=book)
    head = heads[0]
    lines = groupby(work.rows("entries_to_export", book_id=head.id), key=lambda row: row.number)
    entries = []
    for number, written in lines:
        of_entry = list(written)
        first = of_entry[0]
        moved = tuple(JournalLine(row.code, row.amount_cents) for row in of_entry)
        entries.append(JournalEntry(number, first.business_on, first.label, first.kind, moved))
    balances = tuple(JournalLine(row.code, row.cents) for row in work.rows("balances_to_export", book_id=head.id))
    codes = {line.account for entry in entries for line in entry.lines} | {line.account for line in balances}
    numbers = _chart_numbers(work, book, codes, max((entry.business_on for entry in entries), default=date.max))
    return JournalBook(f"{head.name}, {head.code}", head.unit_currency, tuple(entries), balances, numbers)


def _chart_numbers(work: UnitOfWork, book: str, codes: Iterable[str], on: date) -> dict[str, str]:
    """The number of each euro account in the French chart, as the version says that came into force last by a day."""
    loaded = conventions_of(work, [book]).values()
    begun = [version for each in loaded for version in each.convention.versions if version.in_force_on <= on]
    version = max(begun, key=lambda each: each.in_force_on, default=None)
    roles = {code: account(code).role for code in codes}
    euros = ((code, role) for code, role in roles.items() if role.money == "euro")
    return {code: account_number(version, role.name) if version else role.number for code, role in euros}


def all_books(connection: Connection) -> list[str]:
    """The codes of all books, in the order in which they were opened."""
    return [str(row[1]) for row in connection.execute(query("all_books")).fetchall()]


def issuer_books(connection: Connection) -> list[str]:
    """The codes of the books of associations, without those of service desks."""
    return [str(row[0]) for row in connection.execute(query("issuer_books")).fetchall()]


def all_conventions(connection: Connection) -> list[LoadedConvention]:
    """Every convention of every book."""
    return list(conventions_of(UnitOfWork(connection), all_books(connection)).values())


def all_runs(connection: Connection, book: str) -> list[RunFacts]:
    """Every run of a book with what happened to it, the latest first."""
    work = UnitOfWork(connection)
    references = [row.reference for row in work.rows("runs_to_list", book=book)]
    facts = run_facts(work, ((book, reference) for reference in references))
    return [facts[book, reference] for reference in references]


def run_with_payments(connection: Connection, book: str, reference: str) -> tuple[RunFacts, list[PaymentFacts]]:
    """A run and its payments in the order of its list; RunUnknown."""
    work = UnitOfWork(connection)
    run = known_run(run_facts(work, [(book, reference)]), book, reference)
    return run, payments_of_runs(work, [run.id]).get(run.id, [])
