"""Commands about members and their collection mandates."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from ..actions.mandates import (
    AcceptMandate,
    DraftMandate,
    EndMandate,
    RevokeMandate,
    SignMandate,
    accept_mandates,
    draft_mandates,
    end_mandates,
    revoke_mandates,
    sign_mandates,
)
from ..actions.members import EnrolMember, enrol_in_sets
from ..actions.perform import Outcome, perform, perform_one
from ..domain.actors import Actor
from ..domain.convention import PaymentKind, ShareMode
from ..domain.files import Notice
from ..domain.refusals import Refusal
from ..formats.member_files import MemberFile, read_member_rows
from ..formats.tabular import read_table
from ..store.database import Database
from ..store.people import actor_of
from ..words import explain, refusal_as_problem, say
from .answers import labelled, tell, tell_done, tell_error, tell_json, working
from .arguments import ArgumentRefused, AsJson, Book, By, File, On, Why, cents_or_none, day, day_or_none, read_file
from .databases import chosen_book, open_database
from .teaching import alone, argument, command, group, option

member = group("member", say("Members of the association."))
mandate = group("mandate", say("Collection mandates, by which beneficiaries let the association receive a public body's euros."))
app = alone(member, mandate)

SET_SIZE = 1000


class BodyNeeded(ArgumentRefused):
    """The list holds mandates: name the public body that pays with --body."""

    code = "body_needed"


Body = Annotated[str, option("--body", say("CODE"), say("The public body that pays."))]
Mandate = Annotated[str, argument(say("MANDATE"), say("The number of the mandate."))]


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row of a list."""

    row_number: int
    outcome: Outcome


@command(
    member,
    "enrol",
    say("Enrol the members of a list, and draft the mandates that it states; a row that cannot be is refused alone."),
    "member enrol adherents.xlsx --by opale",
    "member enrol elus.csv --body bayonne --by opale",
)
def enrol(file: File, by: By, body: Body = "", on: On = "", book: Book = "", as_json: AsJson = False) -> int:
    """Enrol members from a list."""
    listed = read_member_rows(read_table(read_file(file), file_name=file.name))
    if listed.mandates and not body:
        raise BodyNeeded()
    with open_database() as database, working(say("Enrolling the members")):
        actor, code = actor_of(database, by), chosen_book(database, book)
        members = _enrolled(database, actor, code, listed, day(on))
        mandates = list(_drafted(database, actor, code, listed, body, day(on)))
    refused = [one for one in (*members, *mandates) if isinstance(one.outcome, Refusal)]
    if as_json:
        tell_json({"members": list(map(_as_data, members)), "mandates": list(map(_as_data, mandates))})
    else:
        _tell_enrolled(listed.notices, members, mandates, refused)
    return 1 if refused else 0


def _enrolled(database: Database, actor: Actor, book: str, listed: MemberFile, on: date) -> list[RowOutcome]:
    items = [EnrolMember(actor, book, row.member_number, row.kind, row.name, on, row.iban) for row in listed.members]
    outcomes = enrol_in_sets(database, items)
    return [RowOutcome(row.row_number, outcome) for row, outcome in zip(listed.members, outcomes, strict=True)]


def _drafted(database: Database, actor: Actor, book: str, listed: MemberFile, body: str, on: date) -> Iterator[RowOutcome]:
    items = [
        DraftMandate(
            actor,
            book,
            body,
            row.member_number,
            row.kind,
            row.share_mode,
            row.share_cents,
            row.starts_on,
            row.ends_on,
            on,
            row.subject,
        )
        for row in listed.mandates
    ]
    for start in range(0, len(items), SET_SIZE):
        outcomes = perform(database, draft_mandates, items[start : start + SET_SIZE])
        for row, outcome in zip(listed.mandates[start : start + SET_SIZE], outcomes, strict=True):
            yield RowOutcome(row.row_number, outcome)


def _as_data(one: RowOutcome) -> dict[str, Any]:
    done = refusal_as_problem(one.outcome) if isinstance(one.outcome, Refusal) else one.outcome.content
    return {"row_number": one.row_number, **done}


def _tell_enrolled(
    notices: Iterable[Notice], members: Sequence[RowOutcome], mandates: Sequence[RowOutcome], refused: Sequence[RowOutcome]
) -> None:
    for notice in notices:
        tell(explain(notice))
    new = [one for one in members if not isinstance(one.outcome, Refusal) and not one.outcome.content["already_known"]]
    drafted = [one for one in mandates if not isinstance(one.outcome, Refusal)]
    values = {"new": len(new), "members": len(members), "drafted": len(drafted), "mandates": len(mandates)}
    tell(say("New members {new} of {members}, mandates drafted {drafted} of {mandates}", **values))
    for one in refused:
        assert isinstance(one.outcome, Refusal)
        tell_error(labelled(say("row {row}", row=one.row_number), explain(one.outcome)))


@command(
    mandate,
    "draft",
    say("Draft a collection mandate for a member."),
    "mandate draft E00058 --body bayonne --kind official_allowance --share fixed --amount 150,00 --from 2026-01-01 --by opale",
)
def draft(
    number: Annotated[str, argument(say("MEMBER"), say("The number of the member."))],
    body: Body,
    kind: Annotated[
        str,
        option("--kind", say("KIND"), say("One of: {codes}.", codes=", ".join(PaymentKind))),
    ],
    starts: Annotated[str, option("--from", say("DAY"), say("The first day of the mandate."))],
    by: By,
    ends: Annotated[str, option("--until", say("DAY"), say("The last day, if one is agreed."))] = "",
    share: Annotated[
        str, typer.Option("--share", metavar=say("SHARE"), help=say("One of: {codes}.", codes=", ".join(ShareMode)))
    ] = ShareMode.WHOLE.value,
    amount: Annotated[str, option("--amount", say("AMOUNT"), say("For a fixed share or a ceiling."))] = "",
    subject: Annotated[
        str,
        option("--subject", say("TEXT"), say("The grant or invoice that it is for, if only one.")),
    ] = "",
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Draft a mandate."""
    with open_database() as database:
        item = DraftMandate(
            actor_of(database, by),
            chosen_book(database, book),
            body,
            number,
            kind,
            share,
            cents_or_none(amount),
            day(starts),
            day_or_none(ends),
            day(on),
            subject,
        )
        _tell_changed(perform_one(database, draft_mandates, item), as_json)


@command(
    mandate,
    "sign",
    say("Keep the document by which the beneficiary signed a mandate."),
    "mandate sign M-000001 --document mandat-signe.pdf --signed-on 2026-01-03 --by opale",
)
def sign(
    number: Mandate,
    document: Annotated[Path, option("--document", say("FILE"), say("The signed document."))],
    signed_on: Annotated[str, option("--signed-on", say("DAY"), say("When it was signed."))],
    by: By,
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Keep the signed document."""
    data = read_file(document)
    with open_database() as database:
        actor, code = actor_of(database, by), chosen_book(database, book)
        item = SignMandate(actor, code, number, document.name, data, day(signed_on), day(on))
        _tell_changed(perform_one(database, sign_mandates, item), as_json)


@command(mandate, "accept", say("Accept a signed mandate for the association."), "mandate accept M-000001 --by claire")
def accept(number: Mandate, by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Accept a mandate."""
    with open_database() as database:
        item = AcceptMandate(actor_of(database, by), chosen_book(database, book), number, day(on))
        _tell_changed(perform_one(database, accept_mandates, item), as_json)


@command(
    mandate,
    "end",
    say("End a mandate on a day that was agreed."),
    'mandate end M-000001 --ended-on 2026-06-30 --reason "fin de mandat électif" --by opale',
)
def end(
    number: Mandate,
    ended_on: Annotated[str, option("--ended-on", say("DAY"), say("The last day of the mandate."))],
    why: Why,
    by: By,
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """End a mandate."""
    with open_database() as database:
        item = EndMandate(actor_of(database, by), chosen_book(database, book), number, day(ended_on), why, day(on))
        _tell_changed(perform_one(database, end_mandates, item), as_json)


@command(
    mandate,
    "revoke",
    say("Record that the beneficiary took a mandate back, which is always possible for what is not yet credited."),
    'mandate revoke M-000001 --revoked-on 2026-03-15 --reason "courrier du 15 mars" --by opale',
)
def revoke(
    number: Mandate,
    revoked_on: Annotated[str, option("--revoked-on", say("DAY"), say("When it was taken back."))],
    why: Why,
    by: By,
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Revoke a mandate."""
    with open_database() as database:
        item = RevokeMandate(actor_of(database, by), chosen_book(database, book), number, day(revoked_on), why, day(on))
        _tell_changed(perform_one(database, revoke_mandates, item), as_json)


def _tell_changed(done: dict[str, Any], as_json: bool) -> None:
    tell_done(done, as_json, say("Mandate {mandate}: {state}", mandate=done["mandate"], state=done["state"]))
