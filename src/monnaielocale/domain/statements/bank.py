"""What a bank says: accounts, movements and statements, whatever the format of the file that carried them."""

from dataclasses import dataclass
from datetime import date

from ..refusals import Refusal


@dataclass(frozen=True, slots=True)
class BankAccountName:
    """How a file names an account: an IBAN when it has or implies one, else the bank's own digits (RIB)."""

    iban: str | None
    bank: str = ""
    branch: str = ""
    number: str = ""

    def __str__(self) -> str:
        return self.iban or " ".join(part for part in (self.bank, self.branch, self.number) if part)


@dataclass(frozen=True, slots=True)
class Movement:
    """One booked line of a statement. Cents are positive when euros arrive and negative when they leave.

    `place` says where in its file the line stands: its line or row, or statement/entry. `is_reversal` and `reject_code` are set
    when the bank marks the line as one that undoes another (rejet, retour de fonds).
    """

    booked_on: date
    amount_cents: int
    label: str
    value_on: date | None = None
    counterparty: str = ""
    details: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    bank_code: str = ""
    place: str = ""
    reject_code: str = ""
    is_reversal: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One account's movements between two balances (relevé de compte).

    `covers_from` is the first and `closing_on` the last day whose movements the statement lists. A balance is None where the file
    states none. Movements stand in the order of the file.
    """

    account: BankAccountName
    currency: str
    covers_from: date
    closing_on: date
    opening_cents: int | None
    closing_cents: int | None
    movements: tuple[Movement, ...] = ()
    number: str = ""


class StatementRemark(Refusal):
    """The reader noticed something unusual in this statement."""

    # A remark is told and translated like a refusal, but its reader forgave: it is listed, never raised.
    code = "statement_remark"


@dataclass(frozen=True, slots=True)
class StatementFile:
    """All statements of one file, with what its reader noticed and could forgive."""

    format: str
    statements: tuple[Statement, ...]
    warnings: tuple[StatementRemark, ...] = ()
