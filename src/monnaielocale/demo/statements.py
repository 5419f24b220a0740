"""The acts in which the bank speaks: statements, what their lines are for, creditings, a revocation, and euros on the road."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from ..actions.crediting import CreditRun, ReturnUncreditable, credit_runs, return_uncreditable
from ..actions.mandates import RevokeMandate, revoke_mandates
from ..actions.matches import ConfirmMatch, PartGiven, ProposeMatch, confirm_matches, propose_matches
from ..actions.matching import MatchLines, match_lines
from ..actions.runs import AccountForRun, account_for_runs
from ..actions.statements import ImportStatement, import_statements
from ..domain.actors import SecondPersonNeeded
from ..domain.explaining.facts import PartKind
from ..domain.explaining.reasons_kept import reason_of
from ..domain.money import Money
from ..store.mandates import mandates_of_members
from ..store.matches import LineKept, unexplained_lines
from ..store.unit_of_work import UnitOfWork
from ..words import explain, say, word
from . import cast, make_files, movements
from .beginnings import send_a_list_again
from .cast import BOOK, PaymentList
from .proofs import show_proof
from .story import Story, euros, told_on

PAID_IN_JANUARY = (cast.STAFF_LIST, cast.SCHOOL_LIST, cast.OFFICIAL_LIST)


def january_statements(story: Story) -> None:
    """The Treasury pays a thousand people in one transfer, an official too much, and forty one by one."""
    story.teller.act(say("The Treasury's euros arrive"))
    story.teller.tell(told_on(cast.REVOCATION_DAY, say("The bank's first file, CFONB120, until that evening:")))
    _import(story, make_files.JANUARY, cast.REVOCATION_DAY)
    proposed = _match(story, cast.REVOCATION_DAY)
    story.teller.tell(say("Ane asked for these proposals and cannot confirm them herself:"))
    first = ConfirmMatch(story.people["ane"], BOOK, proposed[0], cast.REVOCATION_DAY)
    story.refuse(SecondPersonNeeded, confirm_matches, first)
    _confirm(story, proposed, cast.REVOCATION_DAY)
    story.teller.tell(say("Bixente confirms all {count} of them.", count=len(proposed)))


def revocation_and_creditings(story: Story) -> None:
    """A mandate is revoked when the town has already paid; the others are credited."""
    story.teller.act(say("A mandate revoked too late for the town, and the creditings"))
    who = cast.REVOKES.member
    told = say("{name} revokes in writing. The town has paid since yesterday; nothing is credited yet.", name=who.name)
    story.teller.tell(told_on(cast.REVOCATION_DAY, told))
    number = _mandate_of(story, who.number)
    reason = say("Letter received")
    day = cast.REVOCATION_DAY
    story.do(revoke_mandates, RevokeMandate(story.people["ane"], BOOK, number, day, reason, day))
    story.teller.tell(told_on(cast.CREDITING_DAY, say("The bank's second file brings the last of the forty transfers.")))
    _import(story, make_files.JANUARY_END, cast.CREDITING_DAY)
    _confirm(story, _match(story, cast.CREDITING_DAY), cast.CREDITING_DAY)
    _explain_unknown_payer(story)
    credited = _credit(story, PAID_IN_JANUARY, cast.CREDITING_DAY)
    aside = credited[0]["set_aside"][0]
    told = say(
        "Row {row} is set aside: {reason}. Its {amount} go back as the convention says, by transfer to the beneficiary.",
        row=aside["row"],
        reason=word("set_aside", aside["reason"]),
        amount=euros(aside["amount_cents"]),
    )
    story.teller.tell(told)
    again = ReturnUncreditable(story.people["ane"], BOOK, cast.STAFF_LIST.reference, cast.CREDITING_DAY)
    returned = story.do(return_uncreditable, again)
    story.judge(
        "revoked_payment_returned",
        say("The revoked payment is not credited and its euros are due back."),
        returned["amount_cents"] == cast.REVOKES.amount_cents,
    )


def charge_shows_in_the_proof(story: Story) -> None:
    """The bank's charge took euros that stand behind units: the proof says so, and why."""
    story.teller.act(say("The backing proof after the bank's charge"))
    proof = show_proof(story, cast.CREDITING_DAY)
    missing = cast.OWN_EUROS_CENTS - cast.CHARGE_CENTS
    story.judge(
        "charge_is_the_only_cause",
        say("The charge is the only cause of the difference: the association owes its reserve {amount}.", amount=euros(-missing)),
        [(cause.kind, cause.amount_cents) for form in proof.forms for cause in form.causes] == [("operating", missing)],
    )


def overlap_and_repetition(story: Story) -> None:
    """Another format overlaps what is known, brings what is new, and the same files again change nothing."""
    story.teller.act(say("Overlapping files, and the same files again"))
    told = say("A camt.053 file covers the 29th and 30th once more, twins included, and goes on to 2 February:")
    story.teller.tell(told_on(cast.OVERLAP_DAY, told))
    _import(story, make_files.OVERLAP, cast.OVERLAP_DAY)
    _match(story, cast.OVERLAP_DAY)
    dues = [PartGiven(PartKind.DUES, cast.DUES_CENTS, party="E00105")]
    _explain(story, _line_of(story, cast.DUES_CENTS), dues, cast.OVERLAP_DAY)
    told = say("The member's dues, {amount}, make good the bank's charge.", amount=euros(cast.DUES_CENTS))
    story.teller.tell(told)
    _credit(story, [cast.GRANT_LIST], cast.OVERLAP_DAY)
    story.teller.tell(say("Ane imports the three files again, and Denis sends his list again:"))
    before = story.prove(cast.OVERLAP_DAY).event
    names = (make_files.JANUARY, make_files.JANUARY_END, make_files.OVERLAP)
    outcomes = [_given(story, name, cast.OVERLAP_DAY)["outcome"] for name in names]
    rows = [(name, word("outcome", outcome)) for name, outcome in zip(names, outcomes, strict=True)]
    repeated = send_a_list_again(story)
    story.teller.table((say("File"), say("Answer")), [*rows, (cast.STAFF_LIST.file_name, word("outcome", "known"))])
    after = story.prove(cast.OVERLAP_DAY).event
    story.judge(
        "same_files_change_nothing",
        say("The same files again change nothing: the last event is still number {event}.", event=after),
        repeated and before == after and set(outcomes) == {"known"},
    )


def february_on_the_road(story: Story) -> None:
    """An order paid a month late, euros sent back, and the transfer to the reserve that has left and not arrived."""
    story.teller.act(say("February: a late order, and euros on the road"))
    story.teller.tell(told_on(cast.ON_THE_ROAD_DAY, say("February's file brings the order that the Treasury had suspended.")))
    _import(story, make_files.FEBRUARY, cast.ON_THE_ROAD_DAY)
    _confirm(story, _match(story, cast.ON_THE_ROAD_DAY), cast.ON_THE_ROAD_DAY)
    _credit(story, [cast.INVOICE_LIST], cast.ON_THE_ROAD_DAY)
    moved = movements.moved_cents()
    told = say("{amount} left the collection account for the reserve and no statement has shown them there:", amount=euros(moved))
    story.teller.tell(told)
    parts = [PartGiven(PartKind.OWN_TRANSFER, moved)]
    line = _line_of(story, -moved)
    _explain(story, line, parts, cast.ON_THE_ROAD_DAY)
    story.on_the_road = line.id
    proof = show_proof(story, cast.ON_THE_ROAD_DAY)
    story.judge(
        "on_the_road_names_its_document",
        say("Every unit is backed while the euros are on the road, and their document is named."),
        proof.holds and [item.amount_cents for form in proof.forms for item in form.on_the_road] == [moved],
    )


def march_arrival(story: Story) -> None:
    """The euros arrive on the reserve, and the town is given its account of each run."""
    story.teller.act(say("March: the euros arrived, and the account given to the town"))
    moved = movements.moved_cents()
    told = say("The bank's file shows the arrival; Ane names the line that it left by, Bixente confirms.")
    story.teller.tell(told_on(cast.ARRIVAL_DAY, told))
    _import(story, make_files.MARCH, cast.ARRIVAL_DAY)
    left = story.on_the_road
    parts = [PartGiven(PartKind.OWN_TRANSFER, moved, other_line_id=left)]
    _explain(story, _line_of(story, moved), parts, cast.ARRIVAL_DAY)
    proof = show_proof(story, cast.ARRIVAL_DAY)
    road = [item for form in proof.forms for item in form.on_the_road]
    story.judge(
        "every_unit_is_backed",
        say("Every unit is backed by a euro of its reserve, to the cent, and nothing is on the road."),
        proof.holds and not road,
    )
    opened = sum(cents for _, cents in cast.HOLDERS)
    told = say("The units in circulation are those of the opening and what was paid for, {amount} more.", amount=euros(moved))
    circulation = {form.form.value: form.circulation_cents for form in proof.forms}
    story.judge("circulation_is_what_was_paid", told, circulation["digital"] == opened + moved)
    items = [AccountForRun(story.people["claire"], BOOK, one.reference, cast.ARRIVAL_DAY) for one in cast.LISTS]
    accounted = [answer["state"] for answer in story.do_all(account_for_runs, items)]
    story.judge(
        "runs_accounted_for",
        say("The town is given its account of all {count} runs.", count=len(accounted)),
        set(accounted) == {"accounted_for"},
    )
    _tell_what_is_due(story)


def _given(story: Story, name: str, on: date) -> dict[str, Any]:
    """What becomes of a bank file."""
    item = ImportStatement(story.people["ane"], BOOK, name, story.files[name], on)
    return story.do(import_statements, item)


def _import(story: Story, name: str, on: date) -> None:
    """Import a file and show what it brought for each account."""
    answer = _given(story, name, on)
    rows = [
        (f"…{each['iban'][-7:]}", date.fromisoformat(each["last_on"]), each["new"], each["known"], euros(each["closing_cents"]))
        for each in answer["accounts"]
        if each["new"] or each["known"]
    ]
    headings = (say("Account"), say("Until"), say("New lines"), say("Known lines"), say("Closing balance"))
    story.teller.table(headings, rows)
    quiet = len(answer["accounts"]) - len(rows)
    if quiet:
        story.teller.tell(say("The {count} other accounts of the file did not move.", count=quiet))


def _match(story: Story, on: date) -> list[UUID]:
    """Let the program explain what it can, show it by reasons, and answer the proposals."""
    answer = story.do(match_lines, MatchLines(story.people["ane"], BOOK, on))
    rows: list[tuple[Any, ...]] = [
        (count, euros(cents), certainty, explain(reason_of(reason)))
        for certainty, made in ((say("allocated"), answer["confirmed"]), (say("proposed"), answer["proposed"]))
        for count, cents, reason in _by_reason(made)
    ]
    if answer["unknown"]:
        rows.append((answer["unknown"], "", say("to explain"), say("Nothing open explains these lines.")))
    story.teller.table((say("Lines"), say("Euros"), say("Outcome"), say("Reason in words")), rows)
    return [UUID(made["match_id"]) for made in answer["proposed"]]


def _by_reason(made: Sequence[dict[str, Any]]) -> list[tuple[int, int, dict[str, Any]]]:
    """Matches with the same kind of reason together: how many, their cents, and the first one's reason."""
    ordered = sorted(made, key=lambda each: str(each["reason"]["msgid"]))
    found = []
    for _, group in groupby(ordered, key=lambda each: str(each["reason"]["msgid"])):
        alike = list(group)
        found.append((len(alike), sum(each["amount_cents"] for each in alike), alike[0]["reason"]))
    return sorted(found, key=lambda each: -each[1])


def _confirm(story: Story, matches: Sequence[UUID], on: date) -> None:
    """A second person confirms proposals."""
    story.do_all(confirm_matches, [ConfirmMatch(story.people["bixente"], BOOK, match, on) for match in matches])


def _explain(story: Story, line: LineKept, parts: Sequence[PartGiven], on: date) -> None:
    """What the program cannot know, one person says and another confirms."""
    proposed = story.do(propose_matches, ProposeMatch(story.people["ane"], BOOK, line.id, tuple(parts), on))
    _confirm(story, [UUID(proposed["match_id"])], on)


def _line_of(story: Story, cents: int) -> LineKept:
    """The unexplained line of so many cents."""
    with story.database.reading() as connection:
        return next(line for line in unexplained_lines(connection, BOOK) if line.amount_cents == cents)


def _explain_unknown_payer(story: Story) -> None:
    told = say(
        "Nobody knows who sent {amount}. Ane keeps them to be sent back, Bixente confirms.", amount=euros(cast.UNKNOWN_CENTS)
    )
    story.teller.tell(told)
    _explain(story, _line_of(story, cast.UNKNOWN_CENTS), [PartGiven(PartKind.TO_RETURN, cast.UNKNOWN_CENTS)], cast.CREDITING_DAY)


def _mandate_of(story: Story, member: str) -> str:
    with story.database.reading() as connection:
        found = mandates_of_members(UnitOfWork(connection), [(BOOK, member)])
    return found[BOOK, member][0].number


def _credit(story: Story, lists: Sequence[PaymentList], on: date) -> list[dict[str, Any]]:
    """Credit runs one by one, and show what each crediting gave."""
    answers = []
    for one in lists:
        answers.append(story.do(credit_runs, CreditRun(story.people["ane"], BOOK, one.reference, on)))
    rows = [
        (answer["run"], answer["credited_count"], Money(answer["credited_cents"], "EUS"), len(answer["set_aside"]))
        for answer in answers
    ]
    story.teller.table((say("Run"), say("Credited"), say("Units"), say("Set aside")), rows)
    return answers


def _tell_what_is_due(story: Story) -> None:
    """What the association still has to send: it counts as owed to others, not as backing."""
    with story.database.reading() as connection:
        due = UnitOfWork(connection).rows("dues_open", book=BOOK)
    story.teller.tell(say("The association still has to send:"))
    story.teller.table((say("To"), say("Euros")), [(row.party_name, euros(row.open_cents)) for row in due])
