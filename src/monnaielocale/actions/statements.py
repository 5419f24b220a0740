"""Bank statements enter the books: every new line at once, whatever it is for; explaining it comes later.

A file is one document: all its statements continue what the books know, or the whole file is held with the doubtful days
named and none of its lines is written.
"""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import Any

from ..domain.chart import EURO
from ..domain.explaining.reasons_kept import kept_refusal
from ..domain.identifiers import new_id
from ..domain.ledger import PeriodClosed
from ..domain.progress import Step, tell
from ..domain.refusals import Refusal
from ..domain.statements.bank import Statement, StatementFile
from ..domain.statements.continuity import Continuation, Held, StatementWithoutBalances, continue_statements, lines_wanted_from
from ..formats.bank.csv_mapping import CsvMapping
from ..formats.bank.faults import StatementFormatUnknown
from ..formats.bank.statements import read_statement_file
from ..store.bank import BankAccountKept, FileKept, bank_accounts_of, files_known, known_accounts, latest_mappings, named_account
from ..store.conventions import books_of
from ..store.unit_of_work import UnitOfWork
from .deciding import require_association
from .perform import action
from .statement_batch import (
    AccountImported,
    FileRead,
    ImportStatement,
    KnownBank,
    StatementsImported,
    StatementWritten,
    account_imported,
    advance,
    file_event,
    keep_file,
    line_rows,
    notices_of,
    remarks_of,
    statement_row,
    text_rows,
)


class BankAccountUnknown(Refusal):
    """The account {account} is not a bank account of the book {book}: no convention names it."""

    code = "bank_account_unknown"


class BankAccountNeeded(Refusal):
    """This file does not say which account it is of, and it can be read as one of {accounts}: name the bank account."""

    code = "bank_account_needed"


class StatementNotInEuros(Refusal):
    """The statement of account {account} is in {currency}: the books hold euros only."""

    code = "statement_not_in_euros"


@action("import_statement")
def import_statements(work: UnitOfWork, items: Sequence[ImportStatement]) -> list[StatementsImported | Refusal]:
    """Read bank files and write what is new in them; each file is accepted whole, held whole, or refused whole.

    Refusals: RoleMissing, ActsForAnother, what is wrong with the file, BankAccountUnknown, BankAccountNeeded,
    StatementNotInEuros, StatementWithoutBalances, StatementOpensElsewhere, PeriodClosed.
    """
    books = sorted({item.book for item in items})
    digests = [sha256(item.data).digest() for item in items]
    known = KnownBank(
        books_of(work, books), bank_accounts_of(work, books), latest_mappings(work, books), files_known(work, books, digests)
    )
    read: list[FileRead | Refusal] = []
    for done, (item, digest) in enumerate(zip(items, digests, strict=True)):
        tell(Step.READING, done, len(items))
        try:
            read.append(_read(item, digest, known))
        except Refusal as refusal:
            read.append(refusal)
    wanted: dict[BankAccountKept, date] = {}
    for one in read:
        if isinstance(one, FileRead):
            for account, statements in one.by_account.items():
                wanted[account] = min(wanted.get(account, date.max), lines_wanted_from(statements))
    known.by_account = known_accounts(work, wanted)
    outcomes: list[StatementsImported | Refusal] = []
    for one in read:
        try:
            outcomes.append(one if isinstance(one, Refusal) else _import(work, one, known))
        except Refusal as refusal:
            outcomes.append(refusal)
    rows = [{"bank_account_id": account, "mapping": mapping} for account, mapping in known.new_mappings.items()]
    work.insert("bank_account_mapping", *({**row, "recorded_at": work.now(books[0])} for row in rows))
    return outcomes


def _read(item: ImportStatement, digest: bytes, known: KnownBank) -> FileRead:
    require_association(item.actor, known.books[item.book])
    mine = [account for account in known.accounts if account.book == item.book]
    file, mapping = _read_file(item, mine, known)
    by_account: dict[BankAccountKept, list[Statement]] = {}
    for statement in file.statements:
        account = named_account(mine, statement.account)
        if account is None:
            raise BankAccountUnknown(account=str(statement.account), book=item.book)
        if statement.currency != EURO:
            raise StatementNotInEuros(account=account.iban, currency=statement.currency)
        if statement.opening_cents is None or statement.closing_cents is None:
            raise StatementWithoutBalances(closing_on=statement.closing_on)
        by_account.setdefault(account, []).append(statement)
    return FileRead(item, digest, file, mapping, by_account)


def _read_file(
    item: ImportStatement, accounts: Sequence[BankAccountKept], known: KnownBank
) -> tuple[StatementFile, CsvMapping | None]:
    """The file, and the declaration of columns by which it was read if it is a CSV file.

    Without a declaration, those remembered for the book's accounts are tried; when several accounts fit, one must be named.
    """
    if item.csv_mapping is not None:
        mapping = CsvMapping.from_dict(item.csv_mapping)
        return _read_as(item, mapping), mapping
    try:
        return read_statement_file(item.data), None
    except StatementFormatUnknown as unknown:
        remembered = [
            CsvMapping.from_dict(known.mappings[account.id])
            for account in accounts
            if account.id in known.mappings and item.iban in ("", account.iban)
        ]
        found: list[tuple[StatementFile, CsvMapping]] = []
        refused: list[Refusal] = [unknown]
        for mapping in remembered:
            try:
                found.append((_read_as(item, mapping), mapping))
            except Refusal as refusal:
                refused.append(refusal)
        if len(found) > 1:
            raise BankAccountNeeded(accounts=", ".join(mapping.account for _, mapping in found)) from None
        if not found:
            raise refused[-1] from None
        return found[0]


def _read_as(item: ImportStatement, mapping: CsvMapping) -> StatementFile:
    return read_statement_file(item.data, csv_mapping=mapping, opening_cents=item.opening_cents, closing_cents=item.closing_cents)


def _import(work: UnitOfWork, read: FileRead, known: KnownBank) -> StatementsImported:
    before = known.files.get((read.item.book, read.digest))
    if before is not None and before.outcome == "imported":
        accounts = tuple(
            account_imported(account, statements, known=sum(len(one.movements) for one in statements))
            for account, statements in read.by_account.items()
        )
        return StatementsImported("known", before.id, read.file.format, accounts, remarks_of(read))
    fits: dict[BankAccountKept, tuple[Continuation, ...]] = {}
    doubts: dict[BankAccountKept, Held] = {}
    for account, statements in read.by_account.items():
        found = continue_statements(known.by_account[account.id], statements)
        if isinstance(found, Held):
            doubts[account] = found
        else:
            fits[account] = found
    if doubts:
        return _hold(work, read, known, before, doubts)
    return _write(work, read, known, fits)


def _hold(
    work: UnitOfWork, read: FileRead, known: KnownBank, before: FileKept | None, doubts: dict[BankAccountKept, Held]
) -> StatementsImported:
    """Keep a file that does not fit, without its lines. Given again, it is tried again, and kept once."""
    accounts = tuple(
        account_imported(
            account,
            statements,
            held=kept_refusal(doubts[account].reason) if account in doubts else None,
            days=doubts[account].days if account in doubts else (),
        )
        for account, statements in read.by_account.items()
    )
    if before is not None:
        return StatementsImported("held", before.id, read.file.format, accounts, remarks_of(read))
    file_id = new_id()
    event = file_event(read, file_id, "statement_held")
    work.post(event)
    explanation = {
        account.iban: {"reason": kept_refusal(held.reason), "doubtful_days": [day.isoformat() for day in held.days]}
        for account, held in doubts.items()
    }
    keep_file(work, read, known, file_id, event, outcome="held", explanation=explanation)
    for account, statements in read.by_account.items():
        work.insert("bank_statement", *(statement_row(new_id(), file_id, account, one, held=True) for one in statements))
    return StatementsImported("held", file_id, read.file.format, accounts, remarks_of(read), event.id)


def _write(
    work: UnitOfWork, read: FileRead, known: KnownBank, fits: dict[BankAccountKept, tuple[Continuation, ...]]
) -> StatementsImported:
    """Write a file that fits: an event per new line, and what the file adds to the texts of known ones."""
    item, file_id = read.item, new_id()
    written = [
        StatementWritten(
            account, continuation, new_id(), [(movement, occurrence, new_id()) for movement, occurrence in continuation.new]
        )
        for account, continuations in fits.items()
        for continuation in continuations
    ]
    closed_until = work.head(item.book).closed_until
    if closed_until is not None and item.on <= closed_until:
        raise PeriodClosed(closed_until=closed_until, business_on=item.on)
    # From here on nothing refuses: a line of a closed day takes the day of the import.
    event = file_event(read, file_id, "statement_imported")
    work.post(event)
    lines: list[dict[str, Any]] = []
    total = sum(len(one.lines) for one in written)
    for one in written:
        lines.extend(line_rows(work, item, known, one, closed_until, before=len(lines), total=total))
    keep_file(work, read, known, file_id, event, outcome="imported", explanation=notices_of(fits))
    statements = [
        statement_row(one.statement_id, file_id, one.account, one.continuation.statement, held=False, new_lines=len(one.lines))
        for one in written
    ]
    work.insert("bank_statement", *statements)
    work.insert("bank_line", *lines)
    work.insert("bank_line_text", *text_rows(written))
    _remember_columns(read, known)
    for account, continuations in fits.items():
        advance(known, account, continuations, written)
    accounts = tuple(
        account_imported(
            account,
            read.by_account[account],
            new=sum(len(one.new) for one in continuations),
            known=sum(len(one.known) for one in continuations),
        )
        for account, continuations in fits.items()
    )
    return StatementsImported("imported", file_id, read.file.format, accounts, remarks_of(read), event.id)


def _remember_columns(read: FileRead, known: KnownBank) -> None:
    if read.mapping is None or read.file.format != "csv":
        return
    for account in read.by_account:
        if known.mappings.get(account.id) != read.mapping.as_dict():
            known.mappings[account.id] = known.new_mappings[account.id] = read.mapping.as_dict()


__all__ = ["AccountImported", "ImportStatement", "StatementsImported", "import_statements"]
