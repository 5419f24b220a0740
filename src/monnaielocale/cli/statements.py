"""Commands about bank statements: reading a file as it is, and bringing it into the books."""

import json
from pathlib import Path
from typing import Annotated, Any

from ..domain.explaining.reasons_kept import reason_of
from ..domain.money import Money
from ..domain.statements.bank import Statement, StatementFile
from ..formats.bank.csv_mapping import CsvMapping, MappingRefused
from ..formats.bank.statements import read_statement_file, statement_as_json
from ..words import explain, say, shown, word
from .answers import labelled, tell, tell_json, tell_table, working
from .arguments import AsJson, Book, By, File, On, cents_or_none, day, read_file
from .teaching import alone, command, group, option

statement_commands = group("statement", say("Bank statements: CFONB120, camt.053, or CSV once its columns are declared."))
app = alone(statement_commands)

Mapping = Annotated[
    Path | None,
    option("--mapping", say("FILE"), say("The declaration of a CSV file's columns, in JSON.")),
]
Opening = Annotated[
    str,
    option("--opening-balance", say("AMOUNT"), say("For a CSV file that shows no balance.")),
]
Closing = Annotated[
    str,
    option("--closing-balance", say("AMOUNT"), say("For a CSV file that shows no balance.")),
]


def read_mapping(path: Path | None) -> dict[str, Any] | None:
    """The declaration of columns in a JSON file; MappingRefused when it is not one."""
    if path is None:
        return None
    try:
        mapping = json.loads(read_file(path))
    except (ValueError, RecursionError):
        raise MappingRefused(field=path.name) from None
    if not isinstance(mapping, dict):
        raise MappingRefused(field=path.name)
    return mapping


@command(
    statement_commands,
    "read",
    say("Read a bank statement and show what it holds. No database is needed and nothing is kept."),
    "statement read releve.xml --json",
)
def read(
    file: File, mapping: Mapping = None, opening_balance: Opening = "", closing_balance: Closing = "", as_json: AsJson = False
) -> None:
    """Show what a file holds."""
    declared = read_mapping(mapping)
    found = read_statement_file(
        read_file(file),
        csv_mapping=CsvMapping.from_dict(declared) if declared is not None else None,
        opening_cents=cents_or_none(opening_balance),
        closing_cents=cents_or_none(closing_balance),
    )
    if as_json:
        remarks = [{"code": remark.code, "message": explain(remark)} for remark in found.warnings]
        tell_json({**statement_as_json(found), "warnings": remarks})
    else:
        _tell_file(found)


def _tell_file(found: StatementFile) -> None:
    for remark in found.warnings:
        tell(explain(remark))
    for statement in found.statements:
        tell(
            say(
                "Account {account}, from {covers_from} to {closing_on}",
                account=str(statement.account),
                covers_from=statement.covers_from,
                closing_on=statement.closing_on,
            )
        )
        _tell_movements(statement)


def _tell_movements(statement: Statement) -> None:
    def money(cents: int | None) -> str:
        return say("not stated") if cents is None else shown(Money(cents, statement.currency))

    rows = [[shown(one.booked_on), money(one.amount_cents), one.label, one.counterparty] for one in statement.movements]
    opening = [shown(statement.covers_from), money(statement.opening_cents), say("opening balance"), ""]
    closing = [shown(statement.closing_on), money(statement.closing_cents), say("closing balance"), ""]
    tell_table([say("Date"), say("Amount"), say("Label"), say("Counterparty")], [opening, *rows, closing], right=[1])
    tell("")


@command(
    statement_commands,
    "import",
    say("Bring a bank statement into the books, each movement once, and explain the lines that can be; a doubtful file is held."),
    "statement import releve.xml --by opale",
    "statement import releve.csv --mapping colonnes.json --opening-balance 1250,00 --closing-balance 900,50 --by opale",
)
def import_file(
    file: File,
    by: By,
    mapping: Mapping = None,
    iban: Annotated[
        str,
        option("--account", "IBAN", say("The bank account, for a file that does not say.")),
    ] = "",
    opening_balance: Opening = "",
    closing_balance: Closing = "",
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> int:
    """Import a statement and look for what its lines are for."""
    # What works on the books is imported here, so that reading a file does not wait for it.
    from ..actions.matching import MatchLines, match_lines
    from ..actions.perform import perform_one
    from ..actions.statement_batch import ImportStatement
    from ..actions.statements import import_statements
    from ..store.people import actor_of
    from .databases import chosen_book, open_database

    data, declared, moment = read_file(file), read_mapping(mapping), day(on)
    opening, closing = cents_or_none(opening_balance), cents_or_none(closing_balance)
    with open_database() as database, working(say("Importing the statement")):
        actor, code = actor_of(database, by), chosen_book(database, book)
        item = ImportStatement(actor, code, file.name, data, moment, declared, iban, opening, closing)
        done = perform_one(database, import_statements, item)
        matched = perform_one(database, match_lines, MatchLines(actor, code, moment))
    if as_json:
        tell_json({"statement": done, "matches": matched})
    else:
        _tell_imported(done)
        tell_matched(matched)
    return 1 if done["outcome"] == "held" else 0


def _tell_imported(done: dict[str, Any]) -> None:
    tell(say("{format} file: {outcome}", format=done["format"], outcome=word("outcome", done["outcome"])))
    for account in done["accounts"]:
        tell(
            say(
                "Account {account}: {new} new movements, {known} known",
                account=account["iban"],
                new=account["new"],
                known=account["known"],
            )
        )
        if account["held"]:
            tell(f"  {explain(reason_of(account['held']))}")
    for remark in done["remarks"]:
        tell(f"  {explain(reason_of(remark))}")


def tell_matched(matched: dict[str, Any]) -> None:
    """What one look at the unexplained lines brought."""
    for made in matched["confirmed"]:
        tell(f"✓ {_made(made)}")
    for made in matched["proposed"]:
        tell(f"? {_made(made)}")
    for line in matched["undecided"]:
        tell(f"? {explain(reason_of(line['reason']))}")
    tell(
        say(
            "Lines explained {confirmed}, proposed {proposed}, to choose {undecided}, waiting {waiting}, unknown {unknown}",
            confirmed=len(matched["confirmed"]),
            proposed=len(matched["proposed"]),
            undecided=len(matched["undecided"]),
            waiting=matched["waiting"],
            unknown=matched["unknown"],
        )
    )


def _made(made: dict[str, Any]) -> str:
    amount = shown(Money(made["amount_cents"]))
    return f"{amount}  {labelled(word('kind', made['kind']), explain(reason_of(made['reason'])))}"
