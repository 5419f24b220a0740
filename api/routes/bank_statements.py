"""Bank statements: a file is imported whole, or held whole with the doubtful days named, and its lines are looked at."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Query

from monnaielocale.actions.matching import MatchLines, match_lines
from monnaielocale.actions.statements import ImportStatement, import_statements
from monnaielocale.domain.explaining.reasons_kept import reason_of
from monnaielocale.formats.bank.csv_mapping import MappingRefused
from monnaielocale.store.bank import StatementKept, statements_page
from monnaielocale.words import explain

from ..access import Anyone, Keyed
from ..bodies import StrictRoute
from ..fields import Balance, BookAsked, Count, Day, Iban, Shape
from ..forms import BalanceGiven, DayGiven, StatementFileGiven
from ..jobs import ACCEPTED, Prefer, shown_as, within_or_job
from ..paging import Cursor, Limit, cursor_of, page
from ..places import identifier
from ..sight import of_the_books
from ..strict_json import read_json
from ..subjects import SubjectRouter
from ..uploads import FORM_BYTES, content_of
from .bank_lines import LinesMatched, matched_of

MAPPING_LENGTH_MAX = 10_000
router = SubjectRouter(prefix="/bank-statements", tags=["bank statements"], route_class=StrictRoute)


class Outcome(StrEnum):
    """What became of a file: its lines are in the books, it waits, or it was imported before and nothing was done again."""

    IMPORTED = "imported"
    HELD = "held"
    KNOWN = "known"


class KeptAs(StrEnum):
    """How a statement is kept."""

    IMPORTED = "imported"
    HELD = "held"


MappingGiven = Annotated[
    str,
    Form(
        max_length=MAPPING_LENGTH_MAX,
        description="For a CSV file the first time: its columns, as JSON. They are remembered for the account.",
        examples=['{"account": "FR7699999000010000000000309", "booked_on": "Date", "labels": ["Libellé"], "amount": "Montant"}'],
    ),
]
AccountGiven = Annotated[Iban, Form(description="The bank account, for a file that does not say.")]
OutcomeAsked = Annotated[KeptAs | None, Query(description="Only statements that are kept so.")]


class AccountImported(Shape):
    """What a file brought for one account; of one that is held, why in words, and on which days to look."""

    iban: Iban
    new: Count
    known: Count
    first_on: Day
    last_on: Day
    closing_cents: Balance
    held: str | None
    doubtful_days: list[Day]


class StatementImported(Shape):
    """What became of a file, with remarks about it in words."""

    outcome: Outcome
    file_id: UUID
    format: str
    accounts: list[AccountImported]
    remarks: list[str]
    event_id: UUID | None


class StatementAnswered(Shape):
    """What became of a file, and what a look at all lines that are not explained then brought."""

    statement: StatementImported
    matches: LinesMatched


class Statement(Shape):
    """A statement of one account as its file brought it; of one that is held, why in words, and on which days to look."""

    statement_id: UUID
    file_id: UUID
    file_name: str
    format: str
    outcome: KeptAs
    iban: Iban
    covers_from: Day
    closing_on: Day
    opening_cents: Balance
    closing_cents: Balance
    new_lines: Count
    held: str | None
    doubtful_days: list[Day]


class StatementsPage(Shape):
    """Statements, the latest first, and where the next page begins."""

    items: list[Statement]
    next: str | None


def imported_of(done: dict[str, Any]) -> StatementImported:
    """What became of a file, in the caller's language."""
    accounts = [one | {"held": _in_words(one["held"])} for one in done["accounts"]]
    remarks = [explain(reason_of(remark)) for remark in done["remarks"]]
    return StatementImported.model_validate(done | {"accounts": accounts, "remarks": remarks})


shown_as(import_statements, imported_of)


@router.post("", status_code=201, max_body_size=FORM_BYTES, responses=ACCEPTED)
async def import_statement(
    who: Keyed,
    file: StatementFileGiven,
    csv_mapping: MappingGiven = "",
    iban: AccountGiven = "",
    opening_cents: BalanceGiven = None,
    closing_cents: BalanceGiven = None,
    on: DayGiven = None,
    book: BookAsked = None,
    prefer: Prefer = None,
) -> StatementAnswered:
    """Bring a statement into the books, each movement once, and explain the lines that can be; a doubtful file is held.

    The lines of a file that is imported by a job are looked at when `POST /v1/bank-lines/search` asks for it.
    """
    (name, data), code, day = content_of(file), who.book(book), who.day(on)
    mapping = mapping_of(csv_mapping)
    item = ImportStatement(who.actor, code, name, data, day, mapping, iban, opening_cents, closing_cents, who.key)
    done = await within_or_job(who, import_statements, item, size_bytes=len(data), prefer=prefer)
    if done["outcome"] != Outcome.IMPORTED:
        who.response.status_code = 200
    matched = await who.ask(match_lines, MatchLines(who.actor, code, day, who.key))
    return StatementAnswered(statement=imported_of(done), matches=matched_of(matched))


@router.get("")
def list_statements(
    who: Anyone, book: BookAsked = None, outcome: OutcomeAsked = None, limit: Limit = 100, cursor: Cursor = None
) -> StatementsPage:
    """List statements that were imported or held, the latest first."""
    of_the_books(who)
    code, after = who.book(book), identifier(cursor)
    with who.visit() as connection:
        shown, last = page(statements_page(connection, code, after=after, limit=limit + 1, outcome=outcome), limit)
    return StatementsPage(items=[_statement(one) for one in shown], next=cursor_of(str(last.id)) if last else None)


def mapping_of(written: str) -> dict[str, Any] | None:
    """The columns of a CSV file as a form declares them; MappingRefused, and what `read_json` refuses."""
    if not written:
        return None
    mapping = read_json(written.encode("utf-8", "replace"))
    if not isinstance(mapping, dict):
        raise MappingRefused(field="csv_mapping")
    return mapping


def _statement(kept: StatementKept) -> Statement:
    return Statement(
        statement_id=kept.id,
        file_id=kept.file_id,
        file_name=kept.file_name,
        format=kept.format,
        outcome=KeptAs(kept.outcome),
        iban=kept.iban,
        covers_from=kept.covers_from,
        closing_on=kept.closing_on,
        opening_cents=kept.opening_cents,
        closing_cents=kept.closing_cents,
        new_lines=kept.new_lines,
        held=_in_words(kept.held),
        doubtful_days=list(kept.doubtful_days),
    )


def _in_words(held: dict[str, Any] | None) -> str | None:
    return explain(reason_of(held)) if held else None
