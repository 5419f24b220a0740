"""Matches of a batch as they are decided, book by book, and the rows that they become."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.actors import Actor
from ..domain.chart import Form
from ..domain.explaining.explanations import Explanation, explain
from ..domain.explaining.facts import Facts, PartGiven, PartKind, PartyFacts, unknown_payer
from ..domain.identifiers import new_id
from ..domain.ledger import Event
from ..domain.members import name_key
from ..store.conventions import BookKept
from ..store.matches import MatchKept
from ..store.unit_of_work import UnitOfWork

UNKNOWN_PAYER_NAME = "Payeur inconnu"
# Rows are written table by table, a table after those that it refers to.
TABLES = ("party", "match", "match_part", "match_act", "transfer_due")


@dataclass(slots=True)
class BookMatches:
    """What a batch knows and adds in one book."""

    work: UnitOfWork
    book: BookKept
    facts: Facts
    matches: dict[UUID, MatchKept] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def propose(self, match: MatchKept, explanation: Explanation, event: Event) -> None:
        """Keep a match that holds, whether or not it is confirmed at once."""
        self._pay_unknown(explanation.parts)
        self.matches[match.id] = match
        self._add(
            "match",
            id=match.id,
            book_id=self.book.id,
            line_id=match.line_id,
            origin=match.origin,
            kind=match.kind,
            reason=match.reason,
            proposed_by=match.proposed_by,
            event_id=event.id,
        )
        for position, part in enumerate(explanation.parts, start=1):
            party = self.facts.parties.get(part.party)
            self._add(
                "match_part",
                match_id=match.id,
                position=position,
                kind=str(part.kind),
                amount_cents=part.amount_cents,
                payment_id=part.payment_id,
                party_id=party.id if party else None,
                transfer_due_id=part.transfer_due_id,
                other_line_id=part.other_line_id,
                note=part.note,
            )

    def confirm(self, match: MatchKept, explanation: Explanation, event: Event, actor: Actor) -> tuple[UUID, ...]:
        """Keep that a match was confirmed, its effect on the facts, and the transfers that it makes due."""
        self.facts.keep(explanation.after)
        self._pay_unknown(explanation.parts)
        self.act(match, "confirmed", event, actor)
        match.confirmed_event_id = event.id
        return tuple(self._due(match, explanation, part, event) for part in explanation.parts if part.kind == PartKind.TO_RETURN)

    def act(self, match: MatchKept, act: str, event: Event, actor: Actor) -> None:
        """Keep what was done to a match."""
        match.acts.append(act)
        self._add(
            "match_act",
            match_id=match.id,
            position=len(match.acts),
            act=act,
            acted_on=event.business_on,
            acted_by=actor.person_id,
            event_id=event.id,
        )

    def write(self) -> None:
        """Hand the rows over, each table once."""
        for table in TABLES:
            self.work.insert(table, *self.rows.get(table, ()))

    def _due(self, match: MatchKept, explanation: Explanation, part: PartGiven, event: Event) -> UUID:
        party = self.facts.parties[part.party]
        line = explanation.line
        due_id = new_id()
        self._add(
            "transfer_due",
            id=due_id,
            book_id=self.book.id,
            kind="return",
            form=str(Form(line.form)),
            party_id=party.id,
            iban=party.iban,
            amount_cents=part.amount_cents,
            run_id=self._run_of(match, explanation.parts),
            reason=part.note or "return",
            details={"line": str(line.id), "counterparty": line.counterparty, "label": line.label},
            event_id=event.id,
        )
        return due_id

    def _run_of(self, match: MatchKept, parts: Iterable[PartGiven]) -> UUID | None:
        """The run whose euros these were, where there is one: the town reads of them in its account of the run."""
        paid = {
            self.facts.payments[part.payment_id].run_id for part in parts if part.kind == PartKind.ALLOCATION and part.payment_id
        }
        runs = paid or {UUID(run) for run in match.reason.get("run_ids", ())}
        return runs.pop() if len(runs) == 1 else None

    def _pay_unknown(self, parts: Sequence[PartGiven]) -> None:
        """The unknown payer becomes a party of the book with the first euros that go back to them."""
        code = unknown_payer(self.book.code)
        if code in self.facts.parties or all(part.party != code for part in parts):
            return
        self.facts.parties[code] = PartyFacts(new_id(), code)
        self._add(
            "party",
            id=self.facts.parties[code].id,
            code=code,
            kind="person",
            name=UNKNOWN_PAYER_NAME,
            name_key=name_key(UNKNOWN_PAYER_NAME),
            recorded_at=self.work.now(self.book.code),
        )

    def _add(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append(row)


def match_kind(parts: Sequence[PartGiven]) -> str:
    """The kind that all parts share, else `mixed`."""
    kinds = {str(part.kind) for part in parts}
    return kinds.pop() if len(kinds) == 1 else "mixed"


def confirming_event(held: BookMatches, match: MatchKept, on: date, actor: Actor) -> tuple[Explanation, Event]:
    """Check a match against what holds now and post its entry; a Refusal leaves everything as it was."""
    explanation = explain(held.facts, match.line_id, match.parts, on)
    details = {"match": str(match.id), "line": str(match.line_id), "kind": match.kind}
    entries = ((held.book.code, explanation.entry),)
    event = Event(new_id(), held.book.code, "match_confirmed", actor.person_id, on, entries, details)
    held.work.post(event)
    return explanation, event


def event_without_money(held: BookMatches, kind: str, match: MatchKept, on: date, actor: Actor, reason: str = "") -> Event:
    """Post that something was done to a match that moves nothing."""
    details = {"match": str(match.id), "line": str(match.line_id), "kind": match.kind}
    event = Event(new_id(), held.book.code, kind, actor.person_id, on, (), details, reason=reason)
    held.work.post(event)
    return event
