"""What every statement must satisfy, whatever the format of its file, and the limits within which a file is read."""

from collections.abc import Iterator

from ...domain.money import Money
from ...domain.statements.bank import Statement, StatementRemark
from .faults import BalancesNotChecked, MovementsOutsidePeriod, StatementUnbalanced

STATEMENT_BYTES_MAX = 20_000_000
MOVEMENTS_MAX = 15_000
STATEMENTS_MAX = 1_000
LINES_MAX = 400_000


def check_balances(statement: Statement) -> None:
    """Opening balance + movements = closing balance, when the file gives both. Refuses otherwise (StatementUnbalanced)."""
    if statement.opening_cents is None or statement.closing_cents is None:
        return
    expected = statement.opening_cents + sum(movement.amount_cents for movement in statement.movements)
    if expected != statement.closing_cents:
        raise StatementUnbalanced(
            account=str(statement.account),
            expected=Money(expected, statement.currency),
            found=Money(statement.closing_cents, statement.currency),
        )


def remarks_on(statement: Statement) -> Iterator[StatementRemark]:
    """What is unusual about a statement and must be shown to whoever imports it."""
    account = str(statement.account)
    outside = sum(not statement.covers_from <= movement.booked_on <= statement.closing_on for movement in statement.movements)
    if outside:
        yield MovementsOutsidePeriod(
            count=outside, account=account, covers_from=statement.covers_from, closing_on=statement.closing_on
        )
    if statement.opening_cents is None or statement.closing_cents is None:
        yield BalancesNotChecked(account=account)
