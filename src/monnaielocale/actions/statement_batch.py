"""A file of bank statements as it is decided, and the rows that it becomes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from ..domain import postings
from ..domain.actors import Actor
from ..domain.explaining.reasons_kept import kept_reason, kept_refusal
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.progress import Step, counted
from ..domain.statements.bank import Movement, Statement, StatementFile
from ..domain.statements.continuity import Continuation, KnownAccount, known_after, texts_of
from ..formats.bank.csv_mapping import CsvMapping
from ..store.bank import BankAccountKept, FileKept
from ..store.conventions import BookKept
from ..store.documents import DocumentGiven, keep_documents
from ..store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ImportStatement:
    """A bank file as it came.

    A CSV file says neither what its columns are nor whose they are: `csv_mapping` declares them (see CsvMapping), and the columns
    last used for each account are remembered; `iban` says which account it is of; balances in cents are for a file without them.
    """

    actor: Actor
    book: str
    file_name: str
    data: bytes = field(repr=False)
    on: date
    csv_mapping: dict[str, Any] | None = None
    iban: str = ""
    opening_cents: int | None = None
    closing_cents: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class AccountImported:
    """What a file brought for one bank account; balances in cents, `held` why it waits, `doubtful_days` where to look."""

    iban: str
    new: int
    known: int
    first_on: date
    last_on: date
    closing_cents: int
    held: dict[str, Any] | None = None
    doubtful_days: tuple[date, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementsImported:
    """What became of a file: `imported`, `held`, or `known` when the same file was imported before, which changes nothing."""

    outcome: str
    file_id: UUID
    format: str
    accounts: tuple[AccountImported, ...]
    remarks: tuple[dict[str, Any], ...] = ()
    event_id: UUID | None = None


@dataclass(slots=True)
class FileRead:
    """A file that was read: its statements by account."""

    item: ImportStatement
    digest: bytes
    file: StatementFile
    mapping: CsvMapping | None
    by_account: dict[BankAccountKept, list[Statement]]


@dataclass(slots=True)
class KnownBank:
    """What the books know, with what this batch adds to it."""

    books: dict[str, BookKept]
    accounts: list[BankAccountKept]
    mappings: dict[UUID, dict[str, Any]]
    files: dict[tuple[str, bytes], FileKept]
    by_account: dict[UUID, KnownAccount] = field(default_factory=dict)
    new_mappings: dict[UUID, dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class StatementWritten:
    """A statement as it is written: its identifier and those of its new lines."""

    account: BankAccountKept
    continuation: Continuation
    statement_id: UUID
    lines: list[tuple[Movement, int, UUID]]


def line_rows(
    work: UnitOfWork,
    item: ImportStatement,
    known: KnownBank,
    written: StatementWritten,
    closed_until: date | None,
    *,
    before: int,
    total: int,
) -> Iterator[dict[str, Any]]:
    account = written.account
    for movement, occurrence, line_id in counted(Step.RECORDING, written.lines, before=before, total=total):
        late = closed_until is not None and movement.booked_on <= closed_until
        on = item.on if late else movement.booked_on
        entry = postings.statement_line(on, iban=account.iban, form=account.form, cents=movement.amount_cents)
        details = {"line": str(line_id), "booked_on": movement.booked_on.isoformat(), "label": movement.label}
        event = Event(new_id(), item.book, "bank_line", item.actor.person_id, on, ((item.book, entry),), details)
        work.post(event)
        yield {
            "id": line_id,
            "book_id": known.books[item.book].id,
            "bank_account_id": account.id,
            "statement_id": written.statement_id,
            "booked_on": movement.booked_on,
            "value_on": movement.value_on,
            "amount_cents": movement.amount_cents,
            "occurrence": occurrence,
            **_texts(movement),
            "place": movement.place,
            "event_id": event.id,
        }


def _texts(movement: Movement) -> dict[str, Any]:
    return {
        "label": movement.label,
        "counterparty": movement.counterparty,
        "details": list(movement.details),
        "references_given": list(movement.references),
    }


def text_rows(written: Sequence[StatementWritten]) -> list[dict[str, Any]]:
    """What the file says of known lines beyond what they said; such a line may be new in an earlier statement of the file."""
    fresh = {
        (one.account.id, movement.booked_on, movement.amount_cents, occurrence): line_id
        for one in written
        for movement, occurrence, line_id in one.lines
    }
    return [
        {
            "line_id": line.id or fresh[one.account.id, line.booked_on, line.amount_cents, line.occurrence],
            "statement_id": one.statement_id,
            **_texts(movement),
        }
        for one in written
        for line, movement in one.continuation.known
        if not set(texts_of(movement)) <= set(line.texts)
    ]


def advance(
    known: KnownBank, account: BankAccountKept, continuations: Sequence[Continuation], written: Sequence[StatementWritten]
) -> None:
    """What the books know of an account after a file, for the next file of the batch."""
    after = known.by_account[account.id]
    for continuation in continuations:
        after = known_after(after, continuation)
    ids = {
        (movement.booked_on, movement.amount_cents, occurrence): line_id
        for one in written
        if one.account is account
        for movement, occurrence, line_id in one.lines
    }
    lines = tuple(
        line if line.id else replace(line, id=ids[line.booked_on, line.amount_cents, line.occurrence]) for line in after.lines
    )
    known.by_account[account.id] = KnownAccount(after.closing_cents, after.closing_on, lines)


def file_event(read: FileRead, file_id: UUID, kind: str) -> Event:
    details = {"file": str(file_id), "name": read.item.file_name, "sha256": read.digest.hex()}
    return Event(new_id(), read.item.book, kind, read.item.actor.person_id, read.item.on, (), details)


def keep_file(
    work: UnitOfWork, read: FileRead, known: KnownBank, file_id: UUID, event: Event, *, outcome: str, explanation: dict[str, Any]
) -> None:
    keep_documents(work, read.item.book, [DocumentGiven(read.item.file_name, read.item.data)])
    work.insert(
        "statement_file",
        {
            "id": file_id,
            "book_id": known.books[read.item.book].id,
            "document_sha256": read.digest,
            "format": read.file.format,
            "outcome": outcome,
            "explanation": explanation,
            "imported_by": read.item.actor.person_id,
            "event_id": event.id,
        },
    )
    known.files[read.item.book, read.digest] = FileKept(file_id, read.item.book, read.digest, outcome)


def notices_of(fits: dict[BankAccountKept, tuple[Continuation, ...]]) -> dict[str, Any]:
    return {
        account.iban: {"notices": [kept_reason(notice) for one in continuations for notice in one.notices]}
        for account, continuations in fits.items()
        if any(one.notices for one in continuations)
    }


def statement_row(
    statement_id: UUID, file_id: UUID, account: BankAccountKept, statement: Statement, *, held: bool, new_lines: int = 0
) -> dict[str, Any]:
    return {
        "id": statement_id,
        "file_id": file_id,
        "bank_account_id": account.id,
        "covers_from": statement.covers_from,
        "closing_on": statement.closing_on,
        "opening_cents": statement.opening_cents,
        "closing_cents": statement.closing_cents,
        "new_lines": new_lines,
        "held": held,
    }


def account_imported(
    account: BankAccountKept,
    statements: Sequence[Statement],
    *,
    new: int = 0,
    known: int = 0,
    held: dict[str, Any] | None = None,
    days: tuple[date, ...] = (),
) -> AccountImported:
    last = max(statements, key=lambda one: (one.closing_on, one.covers_from))
    first_on = min(one.covers_from for one in statements)
    assert last.closing_cents is not None
    return AccountImported(account.iban, new, known, first_on, last.closing_on, last.closing_cents, held, days)


def remarks_of(read: FileRead) -> tuple[dict[str, Any], ...]:
    return tuple(kept_refusal(remark) for remark in read.file.warnings)
