"""What a bank says: accounts, movements and statements, whatever the format of the file that carried them."""

from dataclasses import dataclass, field
from datetime import date


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
    """One booked line of a statement. Cents are positive when euros arrive and negative when they leave."""

    booked_on: date
    amount_cents: int
    label: str
    value_on: date | None = None
    counterparty: str = ""
    details: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    bank_code: str = ""
    place: str = ""


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


@dataclass(frozen=True, slots=True)
class StatementFile:
    """All statements of one file, with what its reader noticed and could forgive."""

    format: str
    statements: tuple[Statement, ...]
    warnings: tuple[str, ...] = field(default=())
