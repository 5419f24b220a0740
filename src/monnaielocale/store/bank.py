"""What the books know of their bank accounts: statements, lines, and how each account's CSV files are read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ..domain import chart
from ..domain.chart import Form, account
from ..domain.statements.bank import BankAccountName
from ..domain.statements.continuity import KnownAccount, KnownLine
from .database import Connection
from .unit_of_work import Row, UnitOfWork


@dataclass(frozen=True, slots=True)
class BankAccountKept:
    """A bank account of a book."""

    id: UUID
    book: str
    iban: str
    purpose: str
    form: Form


@dataclass(frozen=True, slots=True)
class FileKept:
    """What became of a file that was given before."""

    id: UUID
    book: str
    sha256: bytes
    outcome: str


def bank_accounts_of(work: UnitOfWork, books: Iterable[str]) -> list[BankAccountKept]:
    """The bank accounts of the books, by IBAN."""
    return [
        BankAccountKept(row.id, row.book, row.iban, row.purpose, Form(row.form))
        for row in work.rows("bank_accounts_of_books", books=sorted(set(books)))
    ]


def named_account(accounts: Iterable[BankAccountKept], name: BankAccountName) -> BankAccountKept | None:
    """The account that a file names: by IBAN, else by the bank identity in it (RIB), which France and Monaco write alike."""
    for kept in accounts:
        if name.iban == kept.iban:
            return kept
        rib = name.iban[4:] if name.iban else f"{name.bank}{name.branch}{name.number}"
        if kept.iban[:2] in ("FR", "MC") and (not name.iban or name.iban[:2] in ("FR", "MC")) and kept.iban[4:25] == rib[:21]:
            return kept
    return None


def files_known(work: UnitOfWork, books: Iterable[str], digests: Iterable[bytes]) -> dict[tuple[str, bytes], FileKept]:
    """What became of files with these fingerprints: an import outweighs a time when the file was held."""
    rows = work.rows("statement_files_known", books=sorted(set(books)), digests=list(digests))
    found: dict[tuple[str, bytes], FileKept] = {}
    for row in sorted(rows, key=lambda row: row.outcome == "imported"):
        found[row.book, row.document_sha256] = FileKept(row.id, row.book, row.document_sha256, row.outcome)
    return found


def known_accounts(work: UnitOfWork, wanted: Mapping[BankAccountKept, date]) -> dict[UUID, KnownAccount]:
    """What the books know of each account: balance, last day, and its lines from the wanted day on."""
    ids = [kept.id for kept in wanted]
    last_days = {row.bank_account_id: row.closing_on for row in work.rows("last_days", accounts=ids)}
    lines: dict[UUID, list[KnownLine]] = {}
    for row in work.rows("lines_since", accounts=ids, days=list(wanted.values())):
        texts = [(row.label, row.details, row.references_given, row.counterparty), *row.later_texts]
        known = KnownLine(row.booked_on, row.amount_cents, row.occurrence, joined_texts(texts), row.id)
        lines.setdefault(row.bank_account_id, []).append(known)
    found = {}
    for kept in wanted:
        code = chart.bank(kept.iban)
        cents = account(code).natural(work.state(kept.book, [code]).positions[code].cents)
        found[kept.id] = KnownAccount(cents, last_days.get(kept.id), tuple(lines.get(kept.id, ())))
    return found


def joined_texts(written: Sequence[Any]) -> tuple[str, ...]:
    """All that files wrote about one line, each text once: label, details, references and the other party of each file."""
    found: dict[str, None] = {}
    for label, details, references, counterparty in written:
        found.update(dict.fromkeys(text for text in (label, *details, *references, counterparty) if text))
    return tuple(found)


def latest_mappings(work: UnitOfWork, books: Iterable[str]) -> dict[UUID, dict[str, Any]]:
    """The columns last used for the CSV files of each account, by the account's identifier."""
    return {row.bank_account_id: row.mapping for row in work.rows("latest_mappings", books=sorted(set(books)))}


@dataclass(frozen=True, slots=True)
class StatementKept:
    """A statement of one account as its file brought it; when it is held, why and which days are doubtful."""

    id: UUID
    file_id: UUID
    file_name: str
    format: str
    outcome: str
    iban: str
    covers_from: date
    closing_on: date
    opening_cents: int
    closing_cents: int
    new_lines: int
    held: dict[str, Any] | None
    doubtful_days: tuple[date, ...]


def statements_page(
    connection: Connection, book: str, *, after: UUID | None = None, limit: int = 100, outcome: str | None = None
) -> list[StatementKept]:
    """Statements of a book, the latest first, after one of them."""
    rows = UnitOfWork(connection).rows("statements_page", book=book, before=after, limit=limit, outcome=outcome)
    return [_statement(row) for row in rows]


def _statement(row: Row) -> StatementKept:
    told: dict[str, Any] = row.explanation or {}
    return StatementKept(
        row.id,
        row.file_id,
        row.file_name,
        row.format,
        row.outcome,
        row.iban,
        row.covers_from,
        row.closing_on,
        row.opening_cents,
        row.closing_cents,
        row.new_lines,
        told.get("reason"),
        tuple(date.fromisoformat(day) for day in told.get("doubtful_days", ())),
    )
