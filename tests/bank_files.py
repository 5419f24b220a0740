"""What an invented bank sends: statements of one account, one after the other, each opening where the last one closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from monnaielocale.actions.statements import ImportStatement, import_statements
from monnaielocale.domain.statements.bank import BankAccountName, Movement, Statement
from monnaielocale.formats.bank.camt053_writer import write_camt053
from monnaielocale.formats.bank.cfonb120_writer import write_cfonb120
from tests.world import BOOK, COLLECTION, World

Line = tuple[int, int, str]


def on(day: int, month: int = 1) -> date:
    return date(2026, month, day)


@dataclass(slots=True)
class Bank:
    """One account as its bank sees it; a line is (day of January, cents, label)."""

    iban: str = COLLECTION
    balance_cents: int = 0
    until: int = 0

    def statement(self, first: int, last: int, *lines: Line | Movement, month: int = 1, opening: int | None = None) -> Statement:
        """The next statement, or with an opening balance of its own one that need not follow."""
        movements = tuple(
            line if isinstance(line, Movement) else Movement(on(line[0], month), line[1], line[2]) for line in lines
        )
        opens = self.balance_cents if opening is None else opening
        closes = opens + sum(movement.amount_cents for movement in movements)
        if opening is None:
            self.balance_cents, self.until = closes, last
        name = BankAccountName(iban=self.iban)
        return Statement(name, "EUR", on(first, month), on(last, month), opens, closes, movements)

    def cfonb(self, first: int, last: int, *lines: Line | Movement, month: int = 1) -> bytes:
        """The next statement as a CFONB120 file."""
        return write_cfonb120([self.statement(first, last, *lines, month=month)])


def seen(world: World, bank: Bank, *lines: Line) -> None:
    """The account's next days in January, in one file that ends with the last of the lines."""
    imported(world, bank.cfonb(bank.until + 1, lines[-1][0], *lines))


def importing(world: World, data: bytes, name: str = "releve.txt", *, by: str = "operator", **given: Any) -> ImportStatement:
    return ImportStatement(world.actor(by), BOOK, name, data, world.on, **given)


def imported(world: World, data: bytes, name: str = "releve.txt", **given: Any) -> dict[str, Any]:
    """Import a file; answers what became of it."""
    return world.do(import_statements, importing(world, data, name, **given))


def as_cfonb(*statements: Statement) -> bytes:
    return write_cfonb120(statements)


def as_camt(*statements: Statement) -> bytes:
    return write_camt053(statements)


def brought(answer: dict[str, Any], account: int = 0) -> tuple[int, int]:
    """How many lines of a file were new and how many were known, for one of its accounts."""
    found = answer["accounts"][account]
    return found["new"], found["known"]


def lines_in_books(world: World) -> Sequence[tuple[date, int, int]]:
    """Every bank line: day, cents and occurrence."""
    with world.database.reading() as connection:
        rows = connection.execute(
            "SELECT booked_on, amount_cents, occurrence FROM bank_line ORDER BY booked_on, amount_cents, occurrence"
        ).fetchall()
    return [(row[0], row[1], row[2]) for row in rows]
