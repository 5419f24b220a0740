"""The command that shows what an account held."""

from datetime import datetime
from typing import Annotated

import typer

from ..actions.perform import plain
from ..domain.money import Money
from ..store.accounts import account_kept, balance_at, balance_on, lines_of
from ..words import PARIS, say, shown, word
from .answers import tell, tell_json, tell_table
from .arguments import AsJson, Book, DayNotUnderstood, day
from .databases import chosen_book, open_database
from .teaching import argument, command, option

LINES_AT_ONCE = 100

app = typer.Typer()


@command(
    app,
    "account",
    say("Show what an account holds: now, at the end of a business day, or as recorded at an instant."),
    "account wallet:E00058 --on 2026-01-31",
    "account circulation.digital --at 2026-01-31T18:00 --json",
)
def show_account(
    code: Annotated[str, argument(say("ACCOUNT"), say("The code of the account, such as wallet:E00058."))],
    on: Annotated[str, option("--on", say("DAY"), say("The balance at the end of this business day."))] = "",
    at: Annotated[str, option("--at", say("INSTANT"), say("The balance as recorded at this instant, in Paris."))] = "",
    after: Annotated[int, option("--after", say("NUMBER"), say("Show the lines after this one."))] = 0,
    book: Book = "",
    as_json: AsJson = False,
) -> int:
    """Show the balance that was asked for, and the lines of the account."""
    moment = _instant(at)
    with open_database() as database, database.reading() as connection:
        kept = account_kept(connection, chosen_book(database, book), code)
        cents = balance_on(connection, kept, day(on)) if on else balance_at(connection, kept, moment)
        lines = lines_of(connection, kept, after=after, most=LINES_AT_ONCE)
    if as_json:
        content = {"account": code, "currency": kept.currency, "balance_cents": cents, "lines": plain(lines)}
        tell_json(content)
        return 0
    tell(say("{account} holds {balance}", account=code, balance=Money(cents, kept.currency)))
    rows = [
        [
            str(line.number),
            shown(line.business_on),
            word("entry", line.label),
            *(shown(Money(one, kept.currency)) for one in amounts),
        ]
        for line in lines
        for amounts in [(line.amount_cents, line.balance_cents)]
    ]
    tell_table([say("Line"), say("Day"), say("Entry"), say("Amount"), say("Balance")], rows, right=[0, 3, 4])
    return 0


def _instant(written: str) -> datetime:
    """An instant as 2026-01-31T18:00 in Paris, or with its own offset; now when none is given. DayNotUnderstood."""
    if not written:
        return datetime.now(PARIS)
    try:
        found = datetime.fromisoformat(written)
    except ValueError:
        raise DayNotUnderstood(written=written) from None
    return found if found.tzinfo else found.replace(tzinfo=PARIS)
