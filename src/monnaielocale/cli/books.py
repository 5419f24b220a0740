"""Commands about whole books: the schema, the backing proof, the check of every invariant, and exports."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from ..actions.closings import CloseBooks, close_books
from ..actions.perform import perform_one
from ..actions.proof import proof_as_data, prove_backing
from ..domain import chart
from ..domain.chart import by_form
from ..domain.desks.alarms import Alarm
from ..domain.money import Money
from ..domain.proof import FormProof, Proof
from ..formats.desk_report import report_as_data, report_sheets
from ..formats.hledger import write_journal
from ..formats.spreadsheets import write_csv, write_xlsx
from ..formats.summary import summary_as_data, summary_sheets
from ..store.alarms import alarms_of_desks
from ..store.check import Finding, check
from ..store.database import migrate
from ..store.desk_reports import desk_report
from ..store.exports import journal_of
from ..store.people import actor_of
from ..store.queries import query_names
from ..store.server import database_url
from ..store.summary import run_summary
from ..words import PARIS, explain, say, shown, word
from .answers import tell, tell_done, tell_json, tell_table, working
from .arguments import AsJson, Book, By, On, Run, day, write_file
from .databases import chosen_book, open_database, reachable
from .installation import settings
from .teaching import argument, command, group, option

app = typer.Typer()
export = group("export", say("Write books for other programs."))
app.add_typer(export)


@command(app, "migrate", say("Create the database of the books, or bring it up to date; again, nothing changes."), "migrate")
def migrate_database() -> None:
    """Bring the schema up to date."""
    with database_url(settings()) as url:
        with reachable(url):
            pass
        with working(say("Bringing the database up to date")):
            migrate(url)
    tell(say("The database is up to date."))


@command(
    app,
    "proof",
    say("Prove on a day that every unit in circulation is backed by euros that the bank's statements show."),
    "proof --on 2026-01-31",
)
def prove(
    on: On = "",
    event: Annotated[
        int | None,
        option("--event", say("NUMBER"), say("As the books stood after this event.")),
    ] = None,
    entry: Annotated[
        int | None,
        option("--entry", say("NUMBER"), say("As the books stood after this entry, with what desks wrote by then.")),
    ] = None,
    book: Book = "",
    as_json: AsJson = False,
) -> int:
    """Show the backing proof; the exit code says whether it holds."""
    asked_on = day(on)
    with open_database() as database:
        proof = prove_backing(database, book=chosen_book(database, book), on=asked_on, event=event, entry=entry)
    if as_json:
        tell_json(proof_as_data(proof))
    else:
        _tell_proof(proof)
    return 0 if proof.holds else 1


def _tell_proof(proof: Proof) -> None:
    tell(say("Backing of the book {book} on {on}, as of event {event}", book=proof.book, on=proof.on, event=proof.event))
    for form in proof.forms:
        tell("")
        tell_table([word("form", form.form), say("Euros")], _proof_rows(form, proof.on), right=[1])
        for cause in form.causes:
            tell(f"  {shown(Money(cause.amount_cents))}  {say(cause.reason)}")
            for document in cause.documents:
                tell(f"    {shown(Money(document.amount_cents))}  {shown(document.since)}  {document.document}")
    tell("")
    tell(say("Every unit is backed.") if proof.holds else say("The proof does not hold: see the difference and its causes."))


def _proof_rows(form: FormProof, on: date) -> list[list[str]]:
    rows: list[tuple[str, int]] = []
    for account in form.accounts:
        if account.known_until is None:
            stated = say("{iban}, without a statement", iban=account.iban)
        else:
            stated = say("{iban}, statement until {known_until}", iban=account.iban, known_until=account.known_until)
        rows.append((stated, account.stated_cents))
    for role, cents in form.owed:
        title = chart.ROLES[role if role in chart.ROLES else by_form(role, form.form)].title
        rows.append((say("owed to others: {title}", title=say(title)), -cents))
    for item in form.on_the_road:
        age = (on - item.since).days
        rows.append((say("on the road: {document}, age in days {age}", document=item.document, age=age), item.amount_cents))
    rows.append((say("in circulation"), -form.circulation_cents))
    rows.append((say("difference"), form.difference_cents))
    return [[label, shown(Money(cents))] for label, cents in rows]


@command(
    app,
    "check",
    say(
        "Check every invariant of the books, the chain that seals them and what keeps them safe; say what fails, with its query."
    ),
    "check",
)
def check_books(as_json: AsJson = False) -> int:
    """Check everything; the exit code says whether all of it holds."""
    with open_database() as database, working(say("Checking the books")) as step:
        findings = check(database, progress=lambda name: step(word("rule", name.removeprefix("check_"))))
        with database.reading() as connection:
            alarms = alarms_of_desks(connection, datetime.now(PARIS).date())
    rules = [name.removeprefix("check_") for name in query_names() if name.startswith("check_")] + ["chain"]
    if as_json:
        told = [_alarm_as_data(alarm) for alarm in alarms]
        tell_json({"holds": not findings, "rules": [_rule_as_data(rule, findings) for rule in rules], "alarms": told})
    else:
        _tell_findings(rules, findings)
        for alarm in alarms:
            tell(f"! {alarm.desk}: {explain(alarm.told)}")
    return 1 if findings else 0


def _alarm_as_data(alarm: Alarm) -> dict[str, Any]:
    """What should be looked after at a desk; it breaks no rule."""
    since_on = alarm.since_on.isoformat() if alarm.since_on else None
    return {"desk": alarm.desk, "kind": alarm.kind.value, "words": explain(alarm.told), "since_on": since_on}


def _rule_as_data(rule: str, findings: list[Finding]) -> dict[str, Any]:
    failing = [one for one in findings if one.rule == rule]
    data: dict[str, Any] = {"rule": rule, "words": word("rule", rule), "holds": not failing}
    return data if not failing else data | {"found": [one.found for one in failing], "query": failing[0].query}


def _tell_findings(rules: list[str], findings: list[Finding]) -> None:
    for rule in rules:
        failing = [one for one in findings if one.rule == rule]
        tell(f"{'✗' if failing else '✓'} {word('rule', rule)}")
        for one in failing:
            tell(f"    {one.found}")
        if failing:
            tell(f"    {say('The query that shows it:')}")
            tell("\n".join(f"      {line}" for line in failing[0].query.splitlines()))
    tell(say("All of it holds.") if not findings else say("What fails is marked ✗."))


@command(
    export,
    "hledger",
    say("Write a book as an hledger journal, whose last transaction asserts every balance."),
    "export hledger --book eusko --output eusko.journal",
)
def export_hledger(
    book: Book = "",
    output: Annotated[
        Path | None,
        option("--output", say("FILE"), say("Where to write; else the standard output.")),
    ] = None,
) -> None:
    """Write the journal of a book."""
    with open_database() as database, working(say("Writing the journal")):
        code = chosen_book(database, book)
        with database.reading() as connection:
            journal = journal_of(connection, code)
        write_file(output, write_journal(journal))
    if output is not None:
        tell(say("{count} entries of the book {book} are in {file}.", count=len(journal.entries), book=code, file=str(output)))


@command(
    export,
    "run",
    say("Write the account of a run that is given to the public body, as XLSX, CSV or JSON by the name of the file."),
    "export run RF18LRD2026010001 --output reddition.xlsx",
)
def export_run(
    reference: Run,
    output: Annotated[Path, option("--output", say("FILE"), say("Where to write: .xlsx, .csv or .json."))],
    book: Book = "",
) -> None:
    """Write the account of a run."""
    with open_database() as database:
        code = chosen_book(database, book)
        with database.reading() as connection:
            summary = run_summary(connection, book=code, reference=reference, explain=explain, word=word)
    sheets = summary_sheets(summary, say=say, word=word)
    match output.suffix.lower():
        case ".csv":
            content = write_csv(sheets[1])
        case ".json":
            content = json.dumps(summary_as_data(summary), ensure_ascii=False, indent=2).encode()
        case _:
            content = write_xlsx(sheets, created_at=datetime.now(PARIS))
    write_file(output, content)
    tell(say("The account of run {run} is in {file}.", run=reference, file=str(output)))


@command(
    export,
    "desk",
    say("Write what the Treasury looks at: a desk in a period, as XLSX, CSV or JSON by the name of the file."),
    "export desk bayonne-pool --from 2026-01-01 --until 2026-01-31 --output regie.xlsx",
)
def export_desk(
    desk: Annotated[str, argument(say("DESK"), say("The code of the desk's book, like bayonne-pool."))],
    first_on: Annotated[str, option("--from", say("DAY"), say("The first day."))],
    last_on: Annotated[str, option("--until", say("DAY"), say("The last day; today unless given."))] = "",
    output: Annotated[
        Path | None,
        option("--output", say("FILE"), say("Where to write: .xlsx, .csv or .json; else JSON as output.")),
    ] = None,
) -> None:
    """Write the report of a desk."""
    with open_database() as database, database.reading() as connection:
        report = desk_report(connection, desk, day(first_on), day(last_on))
    sheets = report_sheets(report, say=say, word=word)
    match output.suffix.lower() if output else ".json":
        case ".csv":
            content = write_csv(sheets[0])
        case ".json":
            content = json.dumps(report_as_data(report), ensure_ascii=False, indent=2).encode()
        case _:
            content = write_xlsx(sheets, created_at=datetime.now(PARIS))
    write_file(output, content)
    if output is not None:
        tell(say("The report of the desk {desk} is in {file}.", desk=desk, file=str(output)))


@command(
    app,
    "close",
    say("Close the books until a day: nothing is dated that day or before any more."),
    "close 2026-01-31 --by claire",
)
def close(
    until: Annotated[str, argument(say("DAY"), say("The last day that is closed."))],
    by: By,
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Close the books a little further."""
    with open_database() as database:
        item = CloseBooks(actor_of(database, by), chosen_book(database, book), day(until), day(on))
        done = perform_one(database, close_books, item)
    tell_done(done, as_json, say("The books are closed until {until}.", until=item.until))
