"""The one door by which bank statements come in: the format is recognised from the bytes, never from the file's name."""

from typing import Any

from ...domain.statements.bank import Statement, StatementFile
from .camt053 import looks_like_xml, read_camt053
from .cfonb120 import looks_like_cfonb120, read_cfonb120
from .checks import STATEMENT_BYTES_MAX
from .csv_mapping import CsvMapping
from .csv_statement import read_statement_csv
from .faults import StatementEmpty, StatementFormatUnknown, StatementTooLarge


def read_statement_file(
    data: bytes,
    *,
    csv_mapping: CsvMapping | None = None,
    opening_cents: int | None = None,
    closing_cents: int | None = None,
) -> StatementFile:
    """The statements of a CFONB120, camt.053 or, where its columns are declared, CSV file.

    Balances in cents may be given for a CSV file that shows none. Refuses a file that is too large (StatementTooLarge), empty
    (StatementEmpty), of no known format (StatementFormatUnknown) or faulty (StatementUnreadable, RowsRefused and others), always
    by a Refusal and never by another exception, within bounded time and memory.
    """
    if len(data) > STATEMENT_BYTES_MAX:
        raise StatementTooLarge(size_bytes=len(data), limit_bytes=STATEMENT_BYTES_MAX)
    if not data.removeprefix(b"\xef\xbb\xbf").strip(b" \t\r\n\x1a"):
        raise StatementEmpty()
    if looks_like_xml(data):
        return read_camt053(data)
    if looks_like_cfonb120(data):
        return read_cfonb120(data)
    if csv_mapping is None:
        raise StatementFormatUnknown()
    return read_statement_csv(data, csv_mapping, opening_cents=opening_cents, closing_cents=closing_cents)


def statement_as_json(file: StatementFile) -> dict[str, Any]:
    """What was read, in the plain values of JSON: days as ISO 8601, amounts in cents, balances null where the file gives none."""
    return {
        "format": file.format,
        "warnings": [{"code": remark.code, "message": str(remark)} for remark in file.warnings],
        "accounts": [_account(statement) for statement in file.statements],
    }


def _account(statement: Statement) -> dict[str, Any]:
    opening, closing = statement.opening_cents, statement.closing_cents
    return {
        "iban": statement.account.iban,
        "bank": statement.account.bank,
        "branch": statement.account.branch,
        "number": statement.account.number,
        "currency": statement.currency,
        "statement": statement.number,
        "opening": None if opening is None else {"amount_cents": opening},
        "closing": None if closing is None else {"on": statement.closing_on.isoformat(), "amount_cents": closing},
        "covers_from": statement.covers_from.isoformat(),
        "closing_on": statement.closing_on.isoformat(),
        "movements": [
            {
                "booked_on": movement.booked_on.isoformat(),
                "value_on": movement.value_on.isoformat() if movement.value_on else None,
                "amount_cents": movement.amount_cents,
                "label": movement.label,
                "details": list(movement.details),
                "counterparty": movement.counterparty,
                "references": list(movement.references),
                "bank_code": movement.bank_code,
                "reject_code": movement.reject_code,
                "is_reversal": movement.is_reversal,
                "place": movement.place,
            }
            for movement in statement.movements
        ],
    }
