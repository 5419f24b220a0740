"""Commands about members and their collection mandates."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ..actions.enrolment import EnrolFromFile, enrol_from_files
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
from ..actions.pay import WalletPayment, pay_between_wallets
from ..actions.perform import perform_one
from ..actions.redemptions import MemberDeparts, Redeem, depart_members, redeem
from ..domain.conventions.convention import PaymentKind, ShareMode
from ..domain.files import Notice
from ..domain.money import Money, cents_from_text, decimal_text
from ..store.conventions import NoConvention
from ..store.database import Database
from ..store.exports import all_conventions
from ..store.people import actor_of
from ..words import explain, say
from .answers import tell, tell_done, tell_json, working
from .arguments import ArgumentRefused, AsJson, Book, By, File, Key, On, Why, cents_or_none, day, day_or_none, read_file
from .databases import chosen_book, open_database
from .teaching import alone, argument, command, group, option

member = group("member", say("Members of the association."))
mandate = group("mandate", say("Collection mandates, by which beneficiaries let the association receive a public body's euros."))
app = alone(member, mandate)


class BodyNeeded(ArgumentRefused):
    """Several public bodies pay in this book, {bodies}: name one with --body."""

    code = "body_needed"


class TransferToMissing(ArgumentRefused):
    """Say with --transfer-to which member receives what the account still holds."""

    code = "transfer_to_missing"


Body = Annotated[str, option("--body", say("CODE"), say("The public body that pays."))]
Number = Annotated[str, argument(say("MEMBER"), say("The number of the member."))]
Units = Annotated[str, argument(say("AMOUNT"), say("How much, in local currency."))]
Mandate = Annotated[str, argument(say("MANDATE"), say("The number of the mandate."))]


@command(
    member,
    "enrol",
    say("Enrol the members of a list with their mandates; the list is accepted whole, or every fault of every row is shown."),
    "member enrol adherents.xlsx --by opale",
    "member enrol elus.csv --body bayonne --document mandats-signes.pdf --by opale",
)
def enrol(
    file: File,
    by: By,
    body: Annotated[str, option("--body", say("CODE"), say("The public body that pays; needed when there are several."))] = "",
    document: Annotated[Path | None, option("--document", say("FILE"), say("The scan of the mandates that are signed."))] = None,
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Enrol members from a list."""
    data, scan = read_file(file), read_file(document) if document else b""
    name = document.name if document else ""
    with open_database() as database, working(say("Enrolling the members")):
        actor, code = actor_of(database, by), chosen_book(database, book)
        payer = body or _only_public_body(database, code)
        item = EnrolFromFile(actor, code, payer, file.name, data, day(on), name, scan)
        done = perform_one(database, enrol_from_files, item)
    if as_json:
        tell_json(done)
        return
    for notice in done["notices"]:
        tell(explain(Notice(notice["message"], notice["values"])))
    tell(
        say(
            "Members new {members}, known {members_known}; mandates new {mandates}, known {mandates_known}, signed {signed}",
            **{name: len(done[name]) for name in ("members", "members_known", "mandates", "mandates_known", "signed")},
        )
    )


def _only_public_body(database: Database, book: str) -> str:
    """The public body of the book's only convention; NoConvention, and BodyNeeded when there are others."""
    with database.reading() as connection:
        bodies = sorted({one.public_body for one in all_conventions(connection) if one.book == book})
    if not bodies:
        raise NoConvention(book=book)
    if len(bodies) > 1:
        raise BodyNeeded(bodies=bodies)
    return bodies[0]


@command(
    member,
    "pay",
    say("Pay from one member's account to another's; with a key, a request sent twice is carried out once."),
    "member pay E00058 Z00012 25,00 --by opale",
    "member pay E00058 Z00012 25,00 --key ticket-4711 --by opale",
)
def pay(
    payer: Annotated[str, argument(say("PAYER"), say("The number of the member who pays."))],
    payee: Annotated[str, argument(say("PAYEE"), say("The number of the member who is paid."))],
    amount: Units,
    by: By,
    key: Key = "",
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Pay between two wallets."""
    cents = cents_from_text(amount)
    with open_database() as database:
        item = WalletPayment(actor_of(database, by), chosen_book(database, book), payer, payee, cents, day(on), key=key)
        done = perform_one(database, pay_between_wallets, item)
    paid = decimal_text(done["amount_cents"])
    tell_done(done, as_json, say("{payer} paid {amount} to {payee}", payer=done["payer"], amount=paid, payee=done["payee"]))


@command(
    member,
    "redeem",
    say("Take units back from a member, who is owed euros for them less the fee of the convention."),
    "member redeem Z00012 150,00 --by opale",
)
def redeem_units(number: Number, amount: Units, by: By, on: On = "", book: Book = "", as_json: AsJson = False) -> None:
    """Redeem units of a member."""
    cents = cents_from_text(amount)
    with open_database() as database:
        item = Redeem(actor_of(database, by), chosen_book(database, book), number, cents, day(on))
        done = perform_one(database, redeem, item)
    if as_json:
        tell_json(done)
        return
    tell(
        say(
            "Member {member}: {amount} taken back, fee {fee}, {owed} to send",
            member=done["member"],
            amount=decimal_text(done["amount_cents"]),
            fee=Money(done["fee_cents"]),
            owed=Money(done["owed_cents"]),
        )
    )
    if done["invoiced_fee_cents"]:
        tell(say("Fee to invoice apart: {fee}", fee=Money(done["invoiced_fee_cents"])))


@command(
    member,
    "leave",
    say("Record that a member leaves, and what becomes of what their account still holds."),
    'member leave E00058 --reason "déménagement" --by opale',
    'member leave Z00012 --reason "cessation d’activité" --remainder redeem --by opale',
    'member leave E00058 --reason "décès" --remainder transfer --transfer-to E00059 --by opale',
)
def leave(
    number: Number,
    why: Why,
    by: By,
    remainder: Annotated[
        str,
        typer.Option(
            "--remainder",
            metavar=say("CHOICE"),
            help=say("What becomes of what the account still holds, one of: {codes}.", codes="refuse, redeem, transfer"),
        ),
    ] = "refuse",
    transfer_to: Annotated[str, option("--transfer-to", say("MEMBER"), say("The member who receives it."))] = "",
    on: On = "",
    book: Book = "",
    as_json: AsJson = False,
) -> None:
    """Record a departure."""
    if remainder == "transfer" and not transfer_to:
        raise TransferToMissing()
    with open_database() as database:
        actor, code = actor_of(database, by), chosen_book(database, book)
        done = perform_one(database, depart_members, MemberDeparts(actor, code, number, day(on), why, remainder, transfer_to))
    if as_json:
        tell_json(done)
        return
    tell(say("Member {member} left.", member=done["number"]))
    if done["owed_cents"]:
        tell(say("{owed} to send to them", owed=Money(done["owed_cents"])))
    if done["transferred_cents"]:
        tell(say("{amount} passed to {member}", amount=decimal_text(done["transferred_cents"]), member=transfer_to))


@command(
    mandate,
    "draft",
    say("Draft a collection mandate for a member."),
    "mandate draft E00058 --body bayonne --kind official_allowance --share fixed --amount 150,00 --from 2026-01-01 --by opale",
)
def draft(
    number: Number,
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
