"""Commands about payment runs: importing the town's list, signing, crediting, accounting for it."""

from typing import Annotated, Any

from ..actions.crediting import CreditRun, ReturnUncreditable, credit_runs, return_uncreditable
from ..actions.perform import perform_one, plain
from ..actions.runs import (
    AccountForRun,
    CancelRun,
    CloseRun,
    OpenRun,
    SignRun,
    account_for_runs,
    cancel_runs,
    close_runs,
    open_runs,
    sign_runs,
)
from ..domain.conventions.convention import PaymentKind
from ..domain.files import Notice
from ..domain.money import Money
from ..domain.payments.run_states import PaymentFacts, RunFacts, payment_state, run_state
from ..store.crediting import all_credit_orders
from ..store.exports import all_runs, run_with_payments
from ..store.people import actor_of
from ..store.runs import run_slip
from ..store.unit_of_work import UnitOfWork
from ..words import explain, say, shown, word
from .answers import labelled, tell, tell_done, tell_json, tell_table, working
from .arguments import AsJson, Book, By, File, On, Run, Why, cents_or_none, day, read_file
from .databases import chosen_book, open_database
from .teaching import alone, command, group, option

run_commands = group("run", say("Payment runs: the lists of payments that a public body sends together."))
app = alone(run_commands)


@command(
    run_commands,
    "import",
    say("Read and check a list of payments. It becomes a run that awaits its signature, or every fault of every row is shown."),
    "run import janvier.xlsx --body bayonne --kind official_allowance --period 2026-01 --list 1 --by maite",
)
def import_list(
    file: File,
    body: Annotated[str, option("--body", say("CODE"), say("The public body that pays."))],
    kind: Annotated[
        str,
        option("--kind", say("KIND"), say("One of: {codes}.", codes=", ".join(PaymentKind))),
    ],
    period: Annotated[
        str,
        option("--period", say("PERIOD"), say("A month, a year or a day: 2026-01, 2026, 2026-01-31.")),
    ],
    list_number: Annotated[
        str,
        option("--list", say("NUMBER"), say("The number that the public body gives the list.")),
    ],
    by: By,
    total: Annotated[str, option("--total", say("AMOUNT"), say("The total as the sender counted it."))] = "",
    count: Annotated[
        int | None,
        option("--count", say("NUMBER"), say("How many payments the sender counted.")),
    ] = None,
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Open a run from a list."""
    data, total_cents = read_file(file), cents_or_none(total)
    with open_database() as database, working(say("Checking the list")):
        code = chosen_book(database, book)
        item = OpenRun(
            actor_of(database, by),
            code,
            body,
            kind,
            period,
            list_number,
            file.name,
            data,
            day(on),
            declared_total_cents=total_cents,
            declared_count=count,
        )
        done = perform_one(database, open_runs, item)
    if as_json:
        tell_json(done)
        return
    amount = Money(done["total_cents"])
    tell(
        say(
            "Run {run}: {count} payments, {amount}, {state}",
            run=done["run"],
            count=done["payment_count"],
            amount=amount,
            state=done["state"],
        )
    )
    for notice in done["notices"]:
        tell(f"  {explain(Notice(notice['message'], notice['values']))}")


@command(run_commands, "list", say("List the runs of a book, the latest first."), "run list")
def list_all(book: Book = "", as_json: AsJson = False) -> None:
    """List the runs."""
    with open_database() as database:
        code = chosen_book(database, book)
        with database.reading() as connection:
            runs = all_runs(connection, code)
    if as_json:
        tell_json([_run_as_data(run) for run in runs])
        return
    headings = [
        say("Reference"),
        say("Public body"),
        say("Kind"),
        say("Period"),
        say("List"),
        say("Payments"),
        say("Total"),
        say("State"),
    ]
    tell_table(headings, [_run_row(run) for run in runs], right=[5, 6])


def _run_row(run: RunFacts) -> list[str]:
    kind, state = word("kind", run.kind), word("state", run_state(run))
    count, total = shown(run.payment_count, "count"), shown(Money(run.total_cents))
    return [run.reference, run.public_body, kind, run.period, run.list_number, count, total, state]


def _run_as_data(run: RunFacts) -> dict[str, Any]:
    names = ("book", "reference", "public_body", "kind", "period", "list_number", "attempt", "payment_count", "total_cents")
    days = ("checked_on", "signed_on", "cancelled_on", "closed_on", "accounted_on")
    data = {name: plain(getattr(run, name)) for name in (*names, *days)}
    return data | {"state": str(run_state(run)), "euros": plain(run.euros)}


@command(
    run_commands, "show", say("Show a run with each of its payments, and why one is set aside."), "run show RF18LRD2026010001"
)
def show(reference: Run, book: Book = "", as_json: AsJson = False) -> None:
    """Show one run."""
    with open_database() as database:
        code = chosen_book(database, book)
        with database.reading() as connection:
            run, payments = run_with_payments(connection, code, reference)
    if as_json:
        tell_json(_run_as_data(run) | {"payments": [_payment_as_data(run, payment) for payment in payments]})
        return
    tell(
        say(
            "Run {run}, {kind} of {public_body} for {period}, list {list_number}: {state}",
            run=run.reference,
            kind=run.kind,
            public_body=run.public_body,
            period=run.period,
            list_number=run.list_number,
            state=run_state(run),
        )
    )
    headings = [say("Row"), say("Member"), say("Amount"), say("Received"), say("Credited"), say("Sent back"), say("State")]
    tell_table(headings, [_payment_row(run, payment) for payment in payments], right=[0, 2, 3, 4, 5])


def _payment_row(run: RunFacts, payment: PaymentFacts) -> list[str]:
    state, reason = payment_state(run, payment)
    euros = payment.euros
    credited = euros.credited_cents - euros.taken_back_cents
    amounts = [shown(Money(cents)) for cents in (euros.asked_cents, euros.funded_cents, credited, euros.returned_cents)]
    words = word("state", state)
    return [str(payment.row_number), payment.member, *amounts, f"{words}, {explain(reason)}" if reason else words]


def _payment_as_data(run: RunFacts, payment: PaymentFacts) -> dict[str, Any]:
    state, reason = payment_state(run, payment)
    names = ("id", "row_number", "member", "mandate", "subject", "payment_order", "label", "euros")
    data = {name: plain(getattr(payment, name)) for name in names}
    return data | {"state": str(state), "reason": explain(reason) if reason else ""}


@command(
    run_commands,
    "slip",
    say("Show what the public body copies on its payment orders for a run: the account, the reference, the amount and the day."),
    "run slip RF18LRD2026010001",
)
def slip(reference: Run, book: Book = "", as_json: AsJson = False) -> None:
    """Show the payment slip of a run."""
    with open_database() as database:
        code = chosen_book(database, book)
        with database.reading() as connection:
            found = run_slip(UnitOfWork(connection), code, reference)
    if as_json:
        tell_json(plain(found))
        return
    lines = [
        (say("Public body"), found.public_body),
        (say("Payments"), shown(found.payment_count, "count")),
        (say("Amount"), shown(Money(found.total_cents))),
        (say("Account holder"), found.account_holder),
        (say("IBAN"), found.iban),
        (say("Reference"), found.reference),
    ]
    if found.expected_on:
        lines.append((say("Expected on"), shown(found.expected_on)))
    for label, value in lines:
        tell(labelled(label, value))


@command(
    run_commands,
    "sign",
    say("Sign a run, as a second person whom the convention lets sign."),
    "run sign RF18LRD2026010001 --by bixente",
)
def sign(reference: Run, by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Sign a run."""
    with open_database() as database:
        item = SignRun(actor_of(database, by), chosen_book(database, book), reference, day(on))
        _tell_changed(perform_one(database, sign_runs, item), as_json)


@command(
    run_commands,
    "cancel",
    say("Cancel a run before any euros arrived; its list number is free again."),
    'run cancel RF18LRD2026010001 --reason "liste en double" --by maite',
)
def cancel(reference: Run, why: Why, by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Cancel a run."""
    with open_database() as database:
        item = CancelRun(actor_of(database, by), chosen_book(database, book), reference, why, day(on))
        _tell_changed(perform_one(database, cancel_runs, item), as_json)


@command(
    run_commands,
    "close",
    say("Close a run with what is left of it, once everything that arrived is credited or going back."),
    'run close RF18LRD2026010001 --reason "mandat suspendu" --by claire',
)
def close(reference: Run, why: Why, by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Close a run."""
    with open_database() as database:
        item = CloseRun(actor_of(database, by), chosen_book(database, book), reference, why, day(on))
        _tell_changed(perform_one(database, close_runs, item), as_json)


@command(
    run_commands,
    "account",
    say("Record that the association gave the public body its account of a run, once everything of it is settled."),
    "run account RF18LRD2026010001 --by opale",
)
def account(reference: Run, by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Account for a run."""
    with open_database() as database:
        item = AccountForRun(actor_of(database, by), chosen_book(database, book), reference, day(on))
        _tell_changed(perform_one(database, account_for_runs, item), as_json)


def _tell_changed(done: dict[str, Any], as_json: bool) -> None:
    tell_done(done, as_json, say("Run {run}: {state}", run=done["run"], state=done["state"]))


@command(
    run_commands,
    "credit",
    say("Credit every payment of a run whose euros are on a bank statement and whose mandate still allows it."),
    "run credit RF18LRD2026010001 --by opale",
)
def credit(reference: Run, by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Credit a run."""
    with open_database() as database, working(say("Crediting the run")):
        item = CreditRun(actor_of(database, by), chosen_book(database, book), reference, day(on))
        done = perform_one(database, credit_runs, item)
    if as_json:
        tell_json(done)
        return
    amount = Money(done["credited_cents"])
    tell(say("Run {run}: {count} payments credited, {amount}", run=done["run"], count=done["credited_count"], amount=amount))
    for aside in done["set_aside"]:
        values = {"row": aside["row"], "member": aside["member"], "amount": Money(aside["amount_cents"])}
        tell(f"  {say('Row {row}, {member}, {amount} set aside:', **values)} {word('set_aside', aside['reason'])}")


@command(
    run_commands,
    "orders",
    say("List the credits that another system has to carry out and has not confirmed, each with its reference."),
    "run orders --book cairn",
    "run orders --book cairn --json",
)
def orders(book: Book = "", as_json: AsJson = False) -> None:
    """List the credits ordered elsewhere."""
    with open_database() as database:
        code = chosen_book(database, book)
        with database.reading() as connection:
            found = all_credit_orders(connection, code)
    if as_json:
        tell_json(plain(found))
        return
    headings = [say("Reference"), say("Member"), say("Amount"), say("Ordered on")]
    rows = [[one.reference, one.member, shown(Money(one.amount_cents)), shown(one.ordered_on)] for one in found]
    tell_table(headings, rows, right=[2])


@command(
    run_commands,
    "return",
    say("Send back, as the convention says, the euros of a run that cannot be credited: they become transfers due."),
    "run return RF18LRD2026010001 --by opale",
)
def send_back(reference: Run, by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Send back what cannot be credited."""
    with open_database() as database:
        item = ReturnUncreditable(actor_of(database, by), chosen_book(database, book), reference, day(on))
        done = perform_one(database, return_uncreditable, item)
    tell_done(done, as_json, say("Run {run}: the euros that cannot be credited are now transfers due.", run=reference))
