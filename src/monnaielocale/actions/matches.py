"""Bank lines are explained: by the program where reference and amount are exact, else by one person and confirmed by another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.actors import Actor
from ..domain.explaining.explanations import explain
from ..domain.explaining.facts import Facts, PartGiven, PartKind
from ..domain.explaining.faults import (
    MatchAlreadyConfirmed,
    MatchAlreadyRejected,
    MatchAlreadyUndone,
    MatchConfirmedByTreasury,
    MatchCreditedSince,
    MatchNotConfirmed,
    MatchUnknown,
    MatchUsedSince,
)
from ..domain.identifiers import new_id
from ..domain.ledger import BalanceTooLow, Entry, Event, Line
from ..domain.payments.crediting import ReasonMissing
from ..domain.refusals import Refusal
from ..store.conventions import books_of
from ..store.matches import (
    MatchKept,
    UseSince,
    confirmations_of,
    dues_made_by,
    entries_of_events,
    facts_about,
    last_use_of_account,
    matches_by_id,
    uses_of_payments,
)
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each, require_association
from .match_batch import BookMatches, confirming_event, event_without_money, match_kind
from .matching import LinesMatched, LineUndecided, MatchLines, MatchMade, match_lines
from .perform import action


@dataclass(frozen=True, slots=True)
class ProposeMatch:
    """A person says what a bank line is for, in parts; another person confirms it."""

    actor: Actor
    book: str
    line_id: UUID
    parts: tuple[PartGiven, ...]
    on: date
    note: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmMatch:
    """A second person confirms a proposed match, which books it.

    Here as in the items below, `line_id` is the line that the person sees it at: a match of another line is refused.
    """

    actor: Actor
    book: str
    match_id: UUID
    on: date
    key: str = ""
    line_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RejectMatch:
    """A proposed match is put aside: the program does not propose it again."""

    actor: Actor
    book: str
    match_id: UUID
    on: date
    reason: str = ""
    key: str = ""
    line_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class UndoMatch:
    """A confirmed match is undone by its mirror entry; other matches of the same line stay."""

    actor: Actor
    book: str
    match_id: UUID
    reason: str
    on: date
    key: str = ""
    line_id: UUID | None = None


_OnMatch = ConfirmMatch | RejectMatch | UndoMatch


@dataclass(frozen=True, slots=True)
class MatchChanged:
    """Where a match stands now; `transfers_due` are those that its confirmation made."""

    match_id: UUID
    line_id: UUID
    kind: str
    state: str
    event_id: UUID
    transfers_due: tuple[UUID, ...] = ()


@action("propose_match")
def propose_matches(work: UnitOfWork, items: Sequence[ProposeMatch]) -> list[MatchChanged | Refusal]:
    """Keep what people say of bank lines, when it could be booked as it stands.

    Refusals: RoleMissing, ActsForAnother, PeriodClosed and all of explanation_refusals about lines and parts.
    """
    books = _open(work, items, lambda item: (item.line_id, item.parts))

    def decide(item: ProposeMatch) -> MatchChanged:
        held = books[item.book]
        require_association(item.actor, held.book)
        explanation = explain(held.facts, item.line_id, item.parts, item.on)
        kind = match_kind(explanation.parts)
        reason: dict[str, Any] = {"msgid": item.note, "values": {}}
        match = MatchKept(new_id(), item.line_id, "person", kind, reason, item.actor.person_id, explanation.parts)
        event = event_without_money(held, "match_proposed", match, item.on, item.actor)
        held.propose(match, explanation, event)
        return _changed(match, event)

    return _written(books, decide_each(items, decide))


@action("confirm_match")
def confirm_matches(work: UnitOfWork, items: Sequence[ConfirmMatch]) -> list[MatchChanged | Refusal]:
    """Book proposed matches that still hold: one event with one entry each.

    Refusals: RoleMissing, ActsForAnother, MatchUnknown, SecondPersonNeeded, MatchAlreadyConfirmed, MatchAlreadyRejected,
    MatchAlreadyUndone, BalanceTooLow, PeriodClosed, and all of explanation_refusals about what changed since the proposal.
    """
    books = _open_matches(work, items)

    def decide(item: ConfirmMatch) -> MatchChanged:
        held = books[item.book]
        require_association(item.actor, held.book)
        match = _proposed(held, item)
        item.actor.require_other_than(match.proposed_by)
        explanation, event = confirming_event(held, match, item.on, item.actor)
        return _changed(match, event, held.confirm(match, explanation, event, item.actor))

    return _written(books, decide_each(items, decide))


@action("reject_match")
def reject_matches(work: UnitOfWork, items: Sequence[RejectMatch]) -> list[MatchChanged | Refusal]:
    """Put proposed matches aside, also those that are no longer possible.

    Refusals: RoleMissing, ActsForAnother, MatchUnknown, MatchAlreadyConfirmed, MatchAlreadyRejected, MatchAlreadyUndone.
    """
    books = _open_matches(work, items)

    def decide(item: RejectMatch) -> MatchChanged:
        held = books[item.book]
        require_association(item.actor, held.book)
        match = _proposed(held, item)
        event = event_without_money(held, "match_rejected", match, item.on, item.actor, item.reason.strip())
        held.act(match, "rejected", event, item.actor)
        return _changed(match, event)

    return _written(books, decide_each(items, decide))


@action("undo_match")
def undo_matches(work: UnitOfWork, items: Sequence[UndoMatch]) -> list[MatchChanged | Refusal]:
    """Take confirmed matches back, unless something later used what they gave.

    Refusals: RoleMissing, ActsForAnother, ReasonMissing, MatchUnknown, MatchNotConfirmed, MatchAlreadyRejected,
    MatchAlreadyUndone, MatchCreditedSince, MatchConfirmedByTreasury, MatchUsedSince, PeriodClosed.
    """
    books = _open_matches(work, items)
    later = {book: _Later.of(work, held) for book, held in books.items()}

    def decide(item: UndoMatch) -> MatchChanged:
        held = books[item.book]
        require_association(item.actor, held.book)
        if not item.reason.strip():
            raise ReasonMissing()
        match = _confirmed(held, item)
        later[item.book].check_unused(held.facts, match)
        event = _mirror(work, held, later[item.book], match, item)
        held.act(match, "undone", event, item.actor)
        held.facts.take_back(match.line_id, match.parts)
        return _changed(match, event)

    return _written(books, decide_each(items, decide))


@dataclass(frozen=True, slots=True)
class _Later:
    """What the confirmed matches of a batch wrote, and what later events made of it."""

    entries: dict[UUID, list[tuple[str, int]]]
    payments: dict[UUID, UseSince]
    dues: dict[UUID, list[tuple[UUID, UseSince | None]]]
    remittances: dict[UUID, UseSince]

    @classmethod
    def of(cls, work: UnitOfWork, held: BookMatches) -> "_Later":
        events = [match.confirmed_event_id for match in held.matches.values() if match.confirmed_event_id]
        payments = {part.payment_id for match in held.matches.values() for part in match.parts if part.payment_id}
        transfers = {part.transfer_due_id for match in held.matches.values() for part in match.parts if part.transfer_due_id}
        entries = entries_of_events(work, held.book.code, events)
        return cls(entries, uses_of_payments(work, payments), dues_made_by(work, events), confirmations_of(work, transfers))

    def check_unused(self, facts: Facts, match: MatchKept) -> None:
        """MatchCreditedSince, MatchConfirmedByTreasury or MatchUsedSince when euros of the match were credited, confirmed by the
        public accountant who got them, returned, recalled or sent on."""
        needed: dict[UUID, int] = {}
        for part in match.parts:
            if part.transfer_due_id in self.remittances:
                raise _used(self.remittances[part.transfer_due_id])
            if part.kind == PartKind.ALLOCATION and part.payment_id:
                needed[part.payment_id] = needed.get(part.payment_id, 0) + part.amount_cents
        for payment, cents in needed.items():
            if facts.payments[payment].held_cents < cents:
                raise _used(self.payments[payment])
        assert match.confirmed_event_id is not None
        for _, use in self.dues.get(match.confirmed_event_id, ()):
            if use is not None:
                raise _used(use)


_USES: dict[str, type[MatchUsedSince]] = {
    "run_credited": MatchCreditedSince,
    "credit_ordered": MatchCreditedSince,
    "remittance_confirmed": MatchConfirmedByTreasury,
}


def _used(use: UseSince) -> MatchUsedSince:
    refused = _USES.get(use.kind, MatchUsedSince)
    return refused(event_number=use.number, event_kind=use.kind, business_on=use.business_on)


def _mirror(work: UnitOfWork, held: BookMatches, later: _Later, match: MatchKept, item: UndoMatch) -> Event:
    """Post the same lines with their sides exchanged; what an account no longer holds, a later event took from it."""
    assert match.confirmed_event_id is not None
    lines = tuple(Line(code, -cents) for code, cents in later.entries[match.confirmed_event_id])
    details = {"match": str(match.id), "line": str(match.line_id), "kind": match.kind}
    event = Event(
        new_id(),
        held.book.code,
        "match_undone",
        item.actor.person_id,
        item.on,
        ((held.book.code, Entry(item.on, "match undone", lines)),),
        details,
        reverses=match.confirmed_event_id,
        reason=item.reason.strip(),
    )
    try:
        work.post(event)
    except BalanceTooLow as refusal:
        use = last_use_of_account(work, held.book.code, refusal.values["account"])
        if use is None:
            raise
        raise _used(use) from refusal
    return event


def _open(work: UnitOfWork, items: Sequence[Any], given: Any) -> dict[str, BookMatches]:
    """The books of a batch with the facts that its items refer to."""
    codes = sorted({item.book for item in items})
    kept = books_of(work, codes)
    return {
        code: BookMatches(
            work,
            kept[code],
            facts_about(
                work,
                code,
                [given(item) for item in items if item.book == code],
                max(item.on for item in items if item.book == code),
            ),
        )
        for code in codes
    }


def _open_matches(work: UnitOfWork, items: Sequence[Any]) -> dict[str, BookMatches]:
    """The books of a batch with the matches that its items name, and the facts that those refer to."""
    codes = sorted({item.book for item in items})
    matches = {code: matches_by_id(work, code, {item.match_id for item in items if item.book == code}) for code in codes}
    kept = books_of(work, codes)
    books = {}
    for code in codes:
        given = [(match.line_id, match.parts) for match in matches[code].values()]
        facts = facts_about(work, code, given, max(item.on for item in items if item.book == code))
        books[code] = BookMatches(work, kept[code], facts, matches[code])
    return books


def _known(held: BookMatches, item: _OnMatch) -> MatchKept:
    match = held.matches.get(item.match_id)
    if match is None or item.line_id not in (None, match.line_id):
        raise MatchUnknown(match=item.match_id, book=held.book.code)
    return match


_SETTLED: dict[str, type[Refusal]] = {
    "confirmed": MatchAlreadyConfirmed,
    "rejected": MatchAlreadyRejected,
    "undone": MatchAlreadyUndone,
    "proposed": MatchNotConfirmed,
}


def _proposed(held: BookMatches, item: _OnMatch) -> MatchKept:
    match = _known(held, item)
    if match.state != "proposed":
        raise _SETTLED[match.state]()
    return match


def _confirmed(held: BookMatches, item: _OnMatch) -> MatchKept:
    match = _known(held, item)
    if match.state != "confirmed":
        raise _SETTLED[match.state]()
    return match


def _changed(match: MatchKept, event: Event, transfers_due: tuple[UUID, ...] = ()) -> MatchChanged:
    return MatchChanged(match.id, match.line_id, match.kind, match.state, event.id, transfers_due)


def _written(books: dict[str, BookMatches], outcomes: list[Any]) -> list[Any]:
    for held in books.values():
        held.write()
    return outcomes


__all__ = [
    "ConfirmMatch",
    "LineUndecided",
    "LinesMatched",
    "MatchChanged",
    "MatchLines",
    "MatchMade",
    "PartGiven",
    "ProposeMatch",
    "RejectMatch",
    "UndoMatch",
    "confirm_matches",
    "match_lines",
    "propose_matches",
    "reject_matches",
    "undo_matches",
]
