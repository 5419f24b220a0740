"""Facts about lines, payments and transfers due, and the matches that were made of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from ..domain.chart import Form
from ..domain.explaining.facts import (
    DueFacts,
    Facts,
    GrantFacts,
    LineFacts,
    PartGiven,
    PartyFacts,
    PaymentFacts,
    unknown_payer,
)
from ..domain.explaining.faults import LineUnknown
from ..domain.explaining.proposals import expected_on
from ..domain.matching.propose import OpenLine, OpenPayment, OpenRun, OpenTransfer, TopUpMember
from ..domain.refusals import Refusal
from .bank import joined_texts
from .conventions import Conventions, conventions_of
from .database import Connection
from .unit_of_work import Row, UnitOfWork


@dataclass(slots=True)
class MatchKept:
    """A match as it was proposed, with everything that was done to it; `acts` grows while a batch acts on it."""

    id: UUID
    line_id: UUID
    origin: str
    kind: str
    reason: dict[str, Any]
    proposed_by: UUID
    parts: tuple[PartGiven, ...]
    acts: list[str] = field(default_factory=list)
    confirmed_event_id: UUID | None = None

    @property
    def state(self) -> str:
        """`proposed`, `confirmed`, `rejected` or `undone`: the last act says it."""
        return self.acts[-1] if self.acts else "proposed"


@dataclass(frozen=True, slots=True)
class UseSince:
    """A later event that used what a match gave."""

    number: int
    kind: str
    business_on: date


class LineState(StrEnum):
    """How far a bank line is explained; a part of it may be while the rest waits."""

    UNEXPLAINED = "unexplained"
    PROPOSED = "proposed"
    EXPLAINED = "explained"


@dataclass(frozen=True, slots=True)
class LineKept:
    """A bank line, with the proposals that wait for a second person; the cents that nobody explained are positive."""

    id: UUID
    iban: str
    form: Form
    booked_on: date
    value_on: date | None
    amount_cents: int
    open_cents: int
    label: str
    counterparty: str
    details: tuple[str, ...]
    references: tuple[str, ...]
    proposals: tuple[UUID, ...]

    @property
    def state(self) -> LineState:
        """Explained once nothing of it is open; proposed while something waits for a second person."""
        if not self.open_cents:
            return LineState.EXPLAINED
        return LineState.PROPOSED if self.proposals else LineState.UNEXPLAINED


@dataclass(frozen=True, slots=True)
class OpenWorld:
    """Everything that is open in a book on both sides of a match."""

    lines: tuple[OpenLine, ...]
    payments: tuple[OpenPayment, ...]
    runs: tuple[OpenRun, ...]
    members: tuple[TopUpMember, ...]
    transfers: tuple[OpenTransfer, ...]
    own_ibans: tuple[str, ...]


def facts_about(work: UnitOfWork, book: str, given: Iterable[tuple[UUID, Sequence[PartGiven]]], on: date) -> Facts:
    """The facts that matches of these lines with these parts refer to; what is unknown is left out."""
    matches = list(given)
    parts = [part for _, each in matches for part in each]
    lines = {line_id for line_id, _ in matches} | {part.other_line_id for part in parts if part.other_line_id}
    facts = Facts(book)
    facts.lines = {row.id: _line(row) for row in work.rows("lines_by_id", book=book, ids=list(lines))}
    add_payments(work, facts, {part.payment_id for part in parts if part.payment_id})
    dues = [part.transfer_due_id for part in parts if part.transfer_due_id]
    if dues:
        facts.dues = {row.id: _due(row) for row in work.rows("dues_by_id", book=book, ids=dues)}
    add_parties(work, facts, {part.party for part in parts} | {payment.party for payment in facts.payments.values()})
    if any(part.kind == "grant" for part in parts):
        facts.grants = _grants(work, book, on)
    return facts


def add_payments(work: UnitOfWork, facts: Facts, payments: Iterable[UUID]) -> None:
    """The facts about more payments."""
    wanted = [payment for payment in payments if payment not in facts.payments]
    if wanted:
        facts.payments.update({row.id: _payment(row) for row in work.rows("payments_by_id", book=facts.book, ids=wanted)})


def add_parties(work: UnitOfWork, facts: Facts, keys: Iterable[str]) -> None:
    """The facts about more parties, and always about the unknown payer."""
    wanted = sorted({key for key in keys if key} | {unknown_payer(facts.book)})
    for row in work.rows("parties_of_book", book=facts.book, keys=wanted):
        facts.parties[row.key] = PartyFacts(row.id, row.key, row.is_member, row.left_on, row.iban)


def matches_by_id(work: UnitOfWork, book: str, ids: Iterable[UUID]) -> dict[UUID, MatchKept]:
    """The matches of a book with these identifiers."""
    return {row.id: _match(row) for row in work.rows("matches_by_id", book=book, ids=list(ids))}


def matches_of_lines(work: UnitOfWork, book: str, lines: Iterable[UUID]) -> dict[UUID, list[MatchKept]]:
    """Every match that was ever made for these lines, by line, the oldest first."""
    found: dict[UUID, list[MatchKept]] = {}
    for row in work.rows("matches_of_lines", book=book, lines=list(lines)):
        found.setdefault(row.line_id, []).append(_match(row))
    return found


def open_world(work: UnitOfWork, book: str, own_ibans: Iterable[str]) -> OpenWorld:
    """What of lines, payments and transfers due is open in a book, ready to be matched."""
    return OpenWorld(
        tuple(map(_open_line, work.rows("open_lines", book=book))),
        tuple(map(_open_payment, work.rows("open_payments", book=book))),
        tuple(OpenRun(row.id, row.reference, row.public_body, row.total_cents) for row in work.rows("runs_awaited", book=book)),
        tuple(TopUpMember(row.number, row.name) for row in work.rows("members_present", book=book)),
        tuple(OpenTransfer(row.id, row.amount_cents, row.party_name, row.iban) for row in work.rows("dues_open", book=book)),
        tuple(own_ibans),
    )


def entries_of_events(work: UnitOfWork, book: str, events: Iterable[UUID]) -> dict[UUID, list[tuple[str, int]]]:
    """The accounts that each event moved in a book, in cents, debit positive."""
    found: dict[UUID, list[tuple[str, int]]] = {}
    for row in work.rows("lines_of_events", book=book, events=list(events)):
        found.setdefault(row.event_id, []).append((row.code, row.amount_cents))
    return found


def uses_of_payments(work: UnitOfWork, payments: Iterable[UUID]) -> dict[UUID, UseSince]:
    """The last event that took each payment's euros out of those to credit, a crediting before anything else."""
    wanted = list(payments)
    rows = work.rows("uses_of_payments", payments=wanted) if wanted else []
    return {row.payment_id: UseSince(row.number, row.event_kind, row.business_on) for row in rows}


def confirmations_of(work: UnitOfWork, transfers: Iterable[UUID]) -> dict[UUID, UseSince]:
    """The last confirmation by the Treasury that the euros of each transfer arrived; one that nobody confirmed is left out."""
    wanted = list(transfers)
    rows = work.rows("confirmations_of_transfers", transfers=wanted) if wanted else []
    return {row.transfer_due_id: UseSince(row.number, row.event_kind, row.business_on) for row in rows}


def dues_made_by(work: UnitOfWork, events: Iterable[UUID]) -> dict[UUID, list[tuple[UUID, UseSince | None]]]:
    """The transfers that events made due, by event, each with the event that settled it."""
    found: dict[UUID, list[tuple[UUID, UseSince | None]]] = {}
    for row in work.rows("dues_made_by", events=list(events)):
        use = UseSince(row.number, row.event_kind, row.business_on) if row.number is not None else None
        found.setdefault(row.made_by, []).append((row.id, use))
    return found


def last_use_of_account(work: UnitOfWork, book: str, account: str) -> UseSince | None:
    """The last event that took something from an account."""
    rows = work.rows("last_use_of_account", book=book, account=account)
    return UseSince(rows[0].number, rows[0].event_kind, rows[0].business_on) if rows else None


# What tells a state: whether a line is explained, and whether something is proposed for it.
_ASKED: dict[LineState, tuple[bool, bool | None]] = {
    LineState.EXPLAINED: (True, None),
    LineState.PROPOSED: (False, True),
    LineState.UNEXPLAINED: (False, False),
}


def lines_page(
    connection: Connection, book: str, *, after: tuple[date, UUID] | None = None, limit: int = 100, state: str | None = None
) -> list[LineKept]:
    """Bank lines in the order of days, after a place: (day, identifier) of the last line seen."""
    explained, proposed = (None, None) if state is None else _ASKED[LineState(state)]
    return _lines(connection, book, after=after, limit=limit, explained=explained, proposed=proposed)


def line_kept(connection: Connection, book: str, line_id: UUID) -> LineKept:
    """One bank line of a book; LineUnknown."""
    for found in _lines(connection, book, line_id=line_id, limit=1):
        return found
    raise LineUnknown(line=line_id, book=book)


def unexplained_lines(
    connection: Connection, book: str, after: tuple[date, UUID] | None = None, limit: int = 100
) -> list[LineKept]:
    """Lines of which something waits for an explanation, in the order of days, after a place as in `lines_page`."""
    return _lines(connection, book, after=after, limit=limit, explained=False)


def _lines(
    connection: Connection,
    book: str,
    *,
    limit: int,
    after: tuple[date, UUID] | None = None,
    line_id: UUID | None = None,
    explained: bool | None = None,
    proposed: bool | None = None,
) -> list[LineKept]:
    after_on, after_id = after or (None, None)
    asked = {"book": book, "id": line_id, "limit": limit, "explained": explained, "proposed": proposed}
    return [
        LineKept(
            row.id,
            row.iban,
            Form(row.form),
            row.booked_on,
            row.value_on,
            row.amount_cents,
            row.open_cents,
            row.label,
            row.counterparty,
            tuple(row.details),
            tuple(row.references_given),
            tuple(row.proposals),
        )
        for row in UnitOfWork(connection).rows("lines_page", **asked, after_on=after_on, after_id=after_id)
    ]


def _line(row: Row) -> LineFacts:
    return LineFacts(
        row.id,
        row.iban,
        Form(row.form),
        row.booked_on,
        row.amount_cents,
        row.open_cents,
        frozenset(row.paired_with),
        row.lone_cents,
        row.label,
        row.counterparty,
    )


def _open_line(row: Row) -> OpenLine:
    sign = 1 if row.amount_cents > 0 else -1
    texts = joined_texts([(row.label, row.details, row.references_given, ""), *row.later_texts])
    return OpenLine(row.id, row.iban, row.booked_on, sign * row.open_cents, texts, row.counterparty)


def _payment(row: Row) -> PaymentFacts:
    return PaymentFacts(
        row.id,
        row.run_id,
        row.reference,
        row.row_number,
        row.public_body,
        row.member_number,
        row.state,
        row.open_cents,
        row.held_cents,
        row.missing_cents,
    )


def _open_payment(row: Row) -> OpenPayment:
    day = expected_on(first_on=row.period_first_on, last_on=row.period_last_on, signed_on=row.signed_on)
    return OpenPayment(
        row.id,
        row.run_id,
        row.public_body,
        row.open_cents,
        day,
        row.member_number,
        row.member_name,
        row.payment_order,
        row.period,
    )


def _due(row: Row) -> DueFacts:
    return DueFacts(row.id, row.kind, Form(row.form), row.party, row.amount_cents, row.open_cents > 0)


def _match(row: Row) -> MatchKept:
    parts = tuple(
        PartGiven(
            part["kind"],
            part["amount_cents"],
            _identifier(part["payment_id"]),
            part["party"],
            _identifier(part["transfer_due_id"]),
            _identifier(part["other_line_id"]),
            part["note"],
        )
        for part in row.parts or ()
    )
    return MatchKept(
        row.id, row.line_id, row.origin, row.kind, row.reason, row.proposed_by, parts, list(row.acts), row.confirmed_event_id
    )


def _identifier(written: str | None) -> UUID | None:
    return UUID(written) if written else None


def _grants(work: UnitOfWork, book: str, on: date) -> dict[tuple[str, str], GrantFacts]:
    """Support grants that are agreed on a day, with how many of their instalments arrived."""
    received = {(row.party, row.label): row.received for row in work.rows("grants_received", book=book)}
    return {
        (town, grant.label): GrantFacts(town, grant.label, grant.instalments_cents, received.get((town, grant.label), 0))
        for town, grant in _agreed(conventions_of(work, [book]), on)
    }


def _agreed(conventions: Conventions, on: date) -> Iterable[tuple[str, Any]]:
    for (_, town), loaded in conventions.items():
        try:
            version = loaded.convention.version_for(on)
        except Refusal:
            continue
        yield from ((town, grant) for grant in version.support_grants)
