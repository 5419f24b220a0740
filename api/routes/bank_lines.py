"""Bank lines: what each is for, proposed by the program or a person and confirmed by a second person."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Query
from pydantic import Field

from monnaielocale.actions.matches import (
    ConfirmMatch,
    ProposeMatch,
    RejectMatch,
    UndoMatch,
    confirm_matches,
    propose_matches,
    reject_matches,
    undo_matches,
)
from monnaielocale.actions.matching import MatchLines, match_lines
from monnaielocale.domain.chart import Form
from monnaielocale.domain.explaining.facts import PartGiven, PartKind
from monnaielocale.domain.explaining.faults import LineUnknown, MatchUnknown
from monnaielocale.domain.explaining.reasons_kept import reason_of
from monnaielocale.formats.run_files import PAYMENTS_MAX
from monnaielocale.store.matches import LineKept, LineState, MatchKept, line_kept, lines_page, matches_of_lines
from monnaielocale.store.unit_of_work import UnitOfWork
from monnaielocale.words import explain

from ..access import Anyone, Asking, Keyed
from ..bodies import StrictRoute
from ..fields import Balance, Body, BookAsked, Cents, CentsOrZero, Count, Day, Iban, Note, Reason, Shape, text
from ..jobs import ACCEPTED, Prefer, shown_as, within_or_job
from ..openapi import refusing
from ..paging import Cursor, Limit, cursor_of, page
from ..places import day_and_id
from ..sight import of_the_books
from ..subjects import SubjectRouter
from .payment_runs import Dated

# A line may pay every payment of the largest run.
PARTS_BYTES = 2 * 1024 * 1024
router = SubjectRouter(prefix="/bank-lines", tags=["bank lines"], route_class=StrictRoute)
_NO_LINE = refusing(LineUnknown(line=UUID(int=0), book="eusko"))
_NO_MATCH = refusing(MatchUnknown(match=UUID(int=0), book="eusko"))

LineId = Annotated[UUID, Path(description="The identifier of the bank line.", examples=["01a20b32-801f-7740-a8ab-93fa47375bbe"])]
StateAsked = Annotated[LineState | None, Query(description="Only lines that are explained so far.")]
Party = Annotated[str, *text(most=80), Field(description="A member's number or the code of a public body.", examples=["E00042"])]


class AllocationPart(Body):
    """Cents of the line for one payment of a run."""

    payment_id: UUID
    amount_cents: Cents


class AllocationAsked(Dated):
    """The payments of runs that a line, or a part of it, pays."""

    payments: Annotated[list[AllocationPart], Field(min_length=1, max_length=PAYMENTS_MAX)]
    note: Note = ""


class PartAsked(Body):
    """Cents of the line and what they are for; each kind names what it needs and nothing else."""

    kind: PartKind
    amount_cents: Cents
    payment_id: UUID | None = None
    party: Party = ""
    transfer_due_id: UUID | None = None
    other_line_id: UUID | None = None


class ExplanationAsked(Dated):
    """What a line, or a part of it, is for."""

    parts: Annotated[list[PartAsked], Field(min_length=1, max_length=PAYMENTS_MAX)]
    note: Note = ""


class ReturnAsked(Dated):
    """Euros to send back, to a party or to an unknown payer."""

    amount_cents: Cents
    party: Party = ""
    note: Note = ""


class MatchNamed(Dated):
    """A match of the line, by its identifier."""

    match_id: UUID


class MatchRejected(MatchNamed):
    """A match to put aside, and why."""

    reason: Annotated[str, *text(most=200)] = ""


class MatchUndone(MatchNamed):
    """A match to undo, and why: it stays in the books."""

    reason: Reason


class MatchChanged(Shape):
    """Where a match stands now, and the transfers that its confirmation made due."""

    match_id: UUID
    line_id: UUID
    kind: str
    state: str
    event_id: UUID
    transfers_due: list[UUID]


class PartOfMatch(Shape):
    """Cents of the line and what they are for."""

    kind: PartKind
    amount_cents: Cents
    payment_id: UUID | None
    party: str
    transfer_due_id: UUID | None
    other_line_id: UUID | None
    note: str


class Match(Shape):
    """An explanation of a line: by the program, with its reason in words, or by a person, with their note."""

    match_id: UUID
    line_id: UUID
    origin: str
    kind: str
    state: str
    reason: str
    proposed_by: UUID
    parts: list[PartOfMatch]


class Line(Shape):
    """A movement of a bank account; `open_cents` of it are not explained."""

    line_id: UUID
    iban: Iban
    form: Form
    state: LineState
    booked_on: Day
    value_on: Day | None
    amount_cents: Balance
    open_cents: CentsOrZero
    label: str
    counterparty: str
    details: list[str]
    references: list[str]
    proposals: list[UUID]


class LinesPage(Shape):
    """Bank lines in the order of days, and where the next page begins."""

    items: list[Line]
    next: str | None


class LineWithMatches(Line):
    """A bank line with every match that was ever made for it, the oldest first."""

    matches: list[Match]


class Proposals(Shape):
    """The matches of a line that wait for a second person, the oldest first."""

    items: list[Match]


class MatchFound(Shape):
    """A match that the program made, and its reason in words."""

    match_id: UUID
    line_id: UUID
    kind: str
    amount_cents: Cents
    reason: str


class LineToJudge(Shape):
    """A line about which the program says something, and a person must choose."""

    line_id: UUID
    kind: str
    reason: str


class LinesMatched(Shape):
    """What one look at all lines brought; `waiting` have a proposal from before, `unknown` have none."""

    confirmed: list[MatchFound]
    proposed: list[MatchFound]
    undecided: list[LineToJudge]
    waiting: Count
    unknown: Count


def matched_of(done: dict[str, Any]) -> LinesMatched:
    """What a look at the lines brought, in the caller's language."""
    found = {name: [_with_words(one) for one in done[name]] for name in ("confirmed", "proposed", "undecided")}
    return LinesMatched.model_validate(done | found)


shown_as(match_lines, matched_of)


@router.get("")
def list_bank_lines(
    who: Anyone, book: BookAsked = None, state: StateAsked = None, limit: Limit = 100, cursor: Cursor = None
) -> LinesPage:
    """List bank lines in the order of days: all, or those unexplained, proposed or explained."""
    of_the_books(who)
    code, after = who.book(book), day_and_id(cursor)
    with who.visit() as connection:
        shown, last = page(lines_page(connection, code, after=after, limit=limit + 1, state=state), limit)
    following = cursor_of(last.booked_on.isoformat(), str(last.id)) if last else None
    return LinesPage(items=[Line(**_line(line)) for line in shown], next=following)


@router.post("/search", responses=ACCEPTED)
async def search_matches(who: Keyed, body: Dated | None = None, book: BookAsked = None, prefer: Prefer = None) -> LinesMatched:
    """Look again at every line that is not explained: what is exact is booked, the rest is proposed."""
    item = MatchLines(who.actor, who.book(book), who.day(body.on if body else None), who.key)
    return matched_of(await within_or_job(who, match_lines, item, prefer=prefer))


@router.get("/{line_id:uuid}", responses=_NO_LINE)
def show_bank_line(line_id: LineId, who: Anyone, book: BookAsked = None) -> LineWithMatches:
    """One bank line with its matches."""
    line, matches = _seen(who, book, line_id)
    return LineWithMatches(**_line(line), matches=[_match(one) for one in matches])


@router.get("/{line_id}/proposals", responses=_NO_LINE)
def list_proposals(line_id: LineId, who: Anyone, book: BookAsked = None) -> Proposals:
    """What is proposed for a line and waits for a second person, with the reason in words."""
    _, matches = _seen(who, book, line_id)
    return Proposals(items=[_match(one) for one in matches if one.state == "proposed"])


@router.post("/{line_id}/allocate", status_code=201, max_body_size=PARTS_BYTES, responses=_NO_LINE)
async def allocate_bank_line(line_id: LineId, body: AllocationAsked, who: Keyed, book: BookAsked = None) -> MatchChanged:
    """Propose that a line pays payments of runs; another person confirms it."""
    parts = tuple(PartGiven(str(PartKind.ALLOCATION), one.amount_cents, one.payment_id) for one in body.payments)
    return await _proposed(who, book, line_id, parts, body, body.note)


@router.post("/{line_id}/explain", status_code=201, max_body_size=PARTS_BYTES, responses=_NO_LINE)
async def explain_bank_line(line_id: LineId, body: ExplanationAsked, who: Keyed, book: BookAsked = None) -> MatchChanged:
    """Propose what a line is for, a top-up, dues, a charge, in one or several parts; another person confirms it."""
    parts = tuple(
        PartGiven(str(one.kind), one.amount_cents, one.payment_id, one.party, one.transfer_due_id, one.other_line_id)
        for one in body.parts
    )
    return await _proposed(who, book, line_id, parts, body, body.note)


@router.post("/{line_id}/return", status_code=201, responses=_NO_LINE)
async def return_bank_line(line_id: LineId, body: ReturnAsked, who: Keyed, book: BookAsked = None) -> MatchChanged:
    """Propose to send euros of a line back; once another person confirmed it, a transfer is due."""
    parts = (PartGiven(str(PartKind.TO_RETURN), body.amount_cents, party=body.party),)
    return await _proposed(who, book, line_id, parts, body, body.note)


@router.post("/{line_id}/confirm", responses=_NO_MATCH)
async def confirm_match(line_id: LineId, body: MatchNamed, who: Keyed, book: BookAsked = None) -> MatchChanged:
    """Confirm a proposed match as a second person: it is booked at once."""
    item = ConfirmMatch(who.actor, who.book(book), body.match_id, who.day(body.on), who.key, line_id)
    return MatchChanged(**await who.ask(confirm_matches, item))


@router.post("/{line_id}/reject", responses=_NO_MATCH)
async def reject_match(line_id: LineId, body: MatchRejected, who: Keyed, book: BookAsked = None) -> MatchChanged:
    """Put a proposed match aside: the program does not propose it again."""
    item = RejectMatch(who.actor, who.book(book), body.match_id, who.day(body.on), body.reason, who.key, line_id)
    return MatchChanged(**await who.ask(reject_matches, item))


@router.post("/{line_id}/undo", responses=_NO_MATCH)
async def undo_match(line_id: LineId, body: MatchUndone, who: Keyed, book: BookAsked = None) -> MatchChanged:
    """Undo a confirmed match by its mirror entry; refused once its euros were used, with the event that used them."""
    item = UndoMatch(who.actor, who.book(book), body.match_id, body.reason, who.day(body.on), who.key, line_id)
    return MatchChanged(**await who.ask(undo_matches, item))


async def _proposed(
    who: Asking, book: str | None, line_id: UUID, parts: tuple[PartGiven, ...], dated: Dated, note: str
) -> MatchChanged:
    item = ProposeMatch(who.actor, who.book(book), line_id, parts, who.day(dated.on), note, who.key)
    return MatchChanged(**await who.ask(propose_matches, item))


def _seen(who: Asking, book: str | None, line_id: UUID) -> tuple[LineKept, list[MatchKept]]:
    of_the_books(who)
    code = who.book(book)
    with who.visit() as connection:
        line = line_kept(connection, code, line_id)
        return line, matches_of_lines(UnitOfWork(connection), code, [line_id]).get(line_id, [])


def _line(line: LineKept) -> dict[str, Any]:
    return {
        "line_id": line.id,
        "iban": line.iban,
        "form": line.form,
        "state": line.state,
        "booked_on": line.booked_on,
        "value_on": line.value_on,
        "amount_cents": line.amount_cents,
        "open_cents": line.open_cents,
        "label": line.label,
        "counterparty": line.counterparty,
        "details": list(line.details),
        "references": list(line.references),
        "proposals": list(line.proposals),
    }


def _match(match: MatchKept) -> Match:
    return Match(
        match_id=match.id,
        line_id=match.line_id,
        origin=match.origin,
        kind=match.kind,
        state=match.state,
        # The program's reason is a sentence of the catalogue; a person's note is said as it was written.
        reason=str(match.reason["msgid"]) if match.origin == "person" else explain(reason_of(match.reason)),
        proposed_by=match.proposed_by,
        parts=[PartOfMatch.model_validate(part, from_attributes=True) for part in match.parts],
    )


def _with_words(made: dict[str, Any]) -> dict[str, Any]:
    return made | {"reason": explain(reason_of(made["reason"]))}
