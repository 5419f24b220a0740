"""Commands about matches: what bank lines are for, proposed by the program or a person and confirmed by another."""

from typing import Annotated, Any

from ..actions.matches import (
    ConfirmMatch,
    ProposeMatch,
    RejectMatch,
    UndoMatch,
    confirm_matches,
    propose_matches,
    reject_matches,
    undo_matches,
)
from ..actions.matching import MatchLines, match_lines
from ..actions.perform import Answer, perform, perform_one, plain
from ..domain.explaining.facts import PartGiven, PartKind
from ..domain.explaining.reasons_kept import reason_of
from ..domain.money import Money, cents_from_text
from ..domain.refusals import Refusal
from ..store.matches import LineKept, MatchKept, matches_by_id, unexplained_lines
from ..store.people import actor_of
from ..store.unit_of_work import UnitOfWork
from ..words import explain, refusal_as_problem, say, shown, word
from .answers import labelled, tell, tell_error, tell_json, working
from .arguments import AsJson, Book, By, On, Why, day, identifier
from .databases import chosen_book, open_database
from .statements import tell_matched
from .teaching import alone, argument, command, group, option

match_commands = group("match", say("Matches: what each bank line is for, confirmed by a second person."))
app = alone(match_commands)

Match = Annotated[str, argument(say("MATCH"), say("The identifier of the match."))]


@command(
    match_commands, "list", say("List the bank lines that wait for an explanation, with what is proposed for them."), "match list"
)
def list_waiting(book: Book = "", as_json: AsJson = False) -> None:
    """List lines and proposals."""
    with open_database() as database:
        code = chosen_book(database, book)
        with database.reading() as connection:
            lines = unexplained_lines(connection, code, limit=10_000)
            proposals = [one for line in lines for one in line.proposals]
            matches = matches_by_id(UnitOfWork(connection), code, proposals) if proposals else {}
    if as_json:
        tell_json([plain(line) | {"proposals": [_match_as_data(matches[one]) for one in line.proposals]} for line in lines])
        return
    for line in lines:
        _tell_line(line, [matches[one] for one in line.proposals])
    tell(say("{count} lines wait for an explanation.", count=len(lines)))


def _match_as_data(match: MatchKept) -> dict[str, Any]:
    data: dict[str, Any] = plain(match)
    return data | {"state": match.state, "words": _reason_in_words(match)}


def _reason_in_words(match: MatchKept) -> str:
    """The program's reason is a sentence of the catalogue; a person's note is said as it was written."""
    return str(match.reason["msgid"]) if match.origin == "person" else explain(reason_of(match.reason))


def _tell_line(line: LineKept, proposals: list[MatchKept]) -> None:
    amount = shown(Money(line.amount_cents))
    tell(f"{line.id}  {shown(line.booked_on)}  {amount}  {' '.join(filter(None, (line.label, line.counterparty)))}")
    for match in proposals:
        reason = _reason_in_words(match)
        kind = word("kind", match.kind)
        tell(f"    {match.id}  {labelled(kind, reason) if reason else kind}")


@command(
    match_commands,
    "search",
    say("Look again at every line that is not explained: what is exact is booked, the rest is proposed."),
    "match search --by opale",
)
def search(by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Look for explanations."""
    with open_database() as database, working(say("Looking at the lines")):
        item = MatchLines(actor_of(database, by), chosen_book(database, book), day(on))
        done = perform_one(database, match_lines, item)
    tell_json(done) if as_json else tell_matched(done)


@command(
    match_commands,
    "propose",
    say("Say what a bank line, or a part of it, is for; another person confirms it."),
    "match propose 01980000-0000-7000-8000-000000000001 --kind dues --amount 25,00 --by opale",
)
def propose(
    line: Annotated[str, argument(say("LINE"), say("The identifier of the bank line."))],
    kind: Annotated[
        str,
        option("--kind", say("KIND"), say("One of: {codes}.", codes=", ".join(PartKind))),
    ],
    amount: Annotated[str, option("--amount", say("AMOUNT"), say("How much of the line."))],
    by: By,
    payment: Annotated[str, option("--payment", "ID", say("The payment that it pays."))] = "",
    party: Annotated[
        str,
        option("--party", say("CODE"), say("A member's number or a public body's code.")),
    ] = "",
    transfer: Annotated[str, option("--transfer", "ID", say("The transfer due that it makes."))] = "",
    other_line: Annotated[str, option("--other-line", "ID", say("The other side of an own transfer."))] = "",
    note: Annotated[str, option("--note", say("TEXT"), say("A word about it."))] = "",
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Propose a match of one part."""
    part = PartGiven(
        kind,
        cents_from_text(amount),
        identifier(payment) if payment else None,
        party,
        identifier(transfer) if transfer else None,
        identifier(other_line) if other_line else None,
    )
    with open_database() as database:
        actor, code = actor_of(database, by), chosen_book(database, book)
        done = perform_one(database, propose_matches, ProposeMatch(actor, code, identifier(line), (part,), day(on), note))
    _tell_changed(done, as_json)


@command(
    match_commands,
    "confirm",
    say("Confirm proposed matches, as a second person; each is booked at once, and one that no longer holds is refused alone."),
    "match confirm 01980000-0000-7000-8000-000000000002 --by claire",
)
def confirm(
    matches: Annotated[list[str], argument(say("MATCH..."), say("The matches to confirm."))],
    by: By,
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> int:
    """Confirm matches."""
    asked = [identifier(match) for match in matches]
    with open_database() as database:
        actor, code, moment = actor_of(database, by), chosen_book(database, book), day(on)
        outcomes = perform(database, confirm_matches, [ConfirmMatch(actor, code, match, moment) for match in asked])
    if as_json:
        tell_json([one.content if isinstance(one, Answer) else refusal_as_problem(one) for one in outcomes])
    else:
        for match, outcome in zip(asked, outcomes, strict=True):
            if isinstance(outcome, Refusal):
                tell_error(labelled(str(match), explain(outcome)))
            else:
                _tell_changed(outcome.content, as_json)
    return 1 if any(isinstance(one, Refusal) for one in outcomes) else 0


@command(
    match_commands,
    "reject",
    say("Put a proposed match aside: the program does not propose it again."),
    "match reject 01980000-0000-7000-8000-000000000002 --by claire",
)
def reject(match: Match, by: By, why: Why = "", on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Reject a match."""
    with open_database() as database:
        item = RejectMatch(actor_of(database, by), chosen_book(database, book), identifier(match), day(on), why)
        _tell_changed(perform_one(database, reject_matches, item), as_json)


@command(
    match_commands,
    "undo",
    say("Undo a confirmed match by its mirror entry; refused once its euros were used, with the event that used them."),
    'match undo 01980000-0000-7000-8000-000000000002 --reason "mauvais adhérent" --by claire',
)
def undo(match: Match, why: Why, by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Undo a match."""
    with open_database() as database:
        item = UndoMatch(actor_of(database, by), chosen_book(database, book), identifier(match), why, day(on))
        _tell_changed(perform_one(database, undo_matches, item), as_json)


def _tell_changed(done: dict[str, Any], as_json: bool) -> None:
    if as_json:
        tell_json(done)
    else:
        tell(say("Match {match}: {state}", match=done["match_id"], state=done["state"]))
