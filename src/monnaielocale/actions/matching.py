"""The program explains what it can: exact references and amounts at once, all else as proposals for two people to judge."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from ..domain.actors import Actor
from ..domain.explaining.explanations import Explanation, explain
from ..domain.explaining.facts import PartGiven
from ..domain.explaining.proposals import parts_of
from ..domain.explaining.reasons_kept import kept_reason, kept_refusal
from ..domain.identifiers import new_id
from ..domain.ledger import PeriodClosed
from ..domain.matching.propose import Proposal, propose
from ..domain.progress import Step, counted
from ..domain.refusals import Refusal
from ..store.bank import BankAccountKept, bank_accounts_of
from ..store.conventions import BookKept, books_of
from ..store.matches import MatchKept, OpenWorld, facts_about, matches_of_lines, open_world
from ..store.unit_of_work import UnitOfWork
from .deciding import decide_each, require_association
from .match_batch import BookMatches, confirming_event, event_without_money
from .perform import action


@dataclass(frozen=True, slots=True)
class MatchLines:
    """Look at every line of a book that is not explained."""

    actor: Actor
    book: str
    on: date
    key: str = ""


@dataclass(frozen=True, slots=True)
class MatchMade:
    """A match that the program confirmed or proposed, and why in words."""

    match_id: UUID
    line_id: UUID
    kind: str
    amount_cents: int
    reason: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LineUndecided:
    """A line about which the program says something, and a person must choose."""

    line_id: UUID
    kind: str
    reason: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LinesMatched:
    """What one look at the lines brought; `waiting` lines have a proposal from before, `unknown` ones have none."""

    confirmed: tuple[MatchMade, ...] = ()
    proposed: tuple[MatchMade, ...] = ()
    undecided: tuple[LineUndecided, ...] = ()
    waiting: int = 0
    unknown: int = 0


@action("match_lines")
def match_lines(work: UnitOfWork, items: Sequence[MatchLines]) -> list[LinesMatched | Refusal]:
    """Confirm what is exact, in the name of the person who asks, and propose the rest; asked again, nothing is repeated.

    Refusals: RoleMissing, ActsForAnother, PeriodClosed.
    """
    books = books_of(work, (item.book for item in items))
    accounts = bank_accounts_of(work, books)
    looked: dict[str, _Look] = {}

    def decide(item: MatchLines) -> LinesMatched:
        require_association(item.actor, books[item.book])
        if item.book in looked:
            return looked[item.book].again()
        looked[item.book] = _Look.at(work, books[item.book], accounts, item)
        return looked[item.book].decide()

    outcomes = decide_each(items, decide)
    for look in looked.values():
        look.held.write()
    return outcomes


_Parts = tuple[PartGiven, ...]
_Marks = frozenset[tuple[Any, ...]]


@dataclass(slots=True)
class _Look:
    """One look at all open lines of a book."""

    item: MatchLines
    held: BookMatches
    given: list[tuple[Proposal, _Parts]]
    earlier: dict[UUID, list[MatchKept]]
    confirmed: list[MatchMade] = field(default_factory=list)
    proposed: list[MatchMade] = field(default_factory=list)
    undecided: list[LineUndecided] = field(default_factory=list)
    waiting: int = 0
    unknown: int = 0

    @classmethod
    def at(cls, work: UnitOfWork, book: BookKept, accounts: Sequence[BankAccountKept], item: MatchLines) -> "_Look":
        world = open_world(work, book.code, (account.iban for account in accounts if account.book == book.code))
        given = _proposals(world)
        matches = [(proposal.line_id, parts) for proposal, parts in given]
        earlier = matches_of_lines(work, book.code, [line for line, _ in matches])
        known = [(match.line_id, match.parts) for each in earlier.values() for match in each]
        return cls(item, BookMatches(work, book, facts_about(work, book.code, matches + known, item.on)), given, earlier)

    def decide(self) -> LinesMatched:
        state = self.held.work.head(self.held.book.code)
        if state.closed_until is not None and self.item.on <= state.closed_until:
            raise PeriodClosed(closed_until=state.closed_until, business_on=self.item.on)
        for proposal, parts in counted(Step.RECORDING, self.given):
            self._take(proposal, parts)
        return LinesMatched(tuple(self.confirmed), tuple(self.proposed), tuple(self.undecided), self.waiting, self.unknown)

    def again(self) -> LinesMatched:
        """The answer to who asks the same in the same moment."""
        waiting = self.waiting + len(self.proposed)
        return LinesMatched(undecided=tuple(self.undecided), waiting=waiting, unknown=self.unknown)

    def _take(self, proposal: Proposal, parts: _Parts) -> None:
        if proposal.kind == "unknown":
            self.unknown += 1
        elif not parts:
            self.undecided.append(LineUndecided(proposal.line_id, proposal.kind, kept_reason(proposal.reason)))
        else:
            try:
                self._decide(proposal, parts)
            except Refusal as refusal:
                self.undecided.append(LineUndecided(proposal.line_id, proposal.kind, kept_refusal(refusal)))

    def _decide(self, proposal: Proposal, parts: _Parts) -> None:
        explanation = explain(self.held.facts, proposal.line_id, parts, self.item.on)
        earlier = self.earlier.get(proposal.line_id, [])
        repeated = {match.state for match in earlier if _marks(match.parts) == _marks(explanation.parts)}
        if repeated & {"rejected", "undone"}:
            # A person said no to exactly this.
            self.unknown += 1
        elif proposal.certainty == "automatic":
            self._confirm(proposal, explanation)
        elif any(self._still_possible(match) for match in earlier if match.state == "proposed"):
            self.waiting += 1
        else:
            self._propose(proposal, explanation)

    def _still_possible(self, match: MatchKept) -> bool:
        try:
            explain(self.held.facts, match.line_id, match.parts, self.item.on)
        except Refusal:
            return False
        return True

    def _confirm(self, proposal: Proposal, explanation: Explanation) -> None:
        match = self._match(proposal, explanation, "automatic")
        explanation, event = confirming_event(self.held, match, self.item.on, self.item.actor)
        self.held.propose(match, explanation, event)
        self.held.confirm(match, explanation, event, self.item.actor)
        self.confirmed.append(_made(match))

    def _propose(self, proposal: Proposal, explanation: Explanation) -> None:
        match = self._match(proposal, explanation, "program")
        event = event_without_money(self.held, "match_proposed", match, self.item.on, self.item.actor)
        self.held.propose(match, explanation, event)
        self.proposed.append(_made(match))

    def _match(self, proposal: Proposal, explanation: Explanation, origin: str) -> MatchKept:
        reason = {**kept_reason(proposal.reason), "run_ids": [str(run) for run in proposal.run_ids]}
        person = self.item.actor.person_id
        return MatchKept(new_id(), proposal.line_id, origin, proposal.kind, reason, person, explanation.parts)


def _proposals(world: OpenWorld) -> list[tuple[Proposal, _Parts]]:
    """What the program makes of each open line, as parts of a match."""
    towns = {run.id: run.public_body for run in world.runs}
    cents = {line.id: abs(line.amount_cents) for line in world.lines}
    return [
        (proposal, parts_of(proposal, cents[proposal.line_id], towns[proposal.run_ids[0]] if proposal.run_ids else ""))
        for proposal in propose(world.lines, world.payments, world.runs, world.members, world.transfers, world.own_ibans)
    ]


def _marks(parts: _Parts) -> _Marks:
    """What makes two matches of one line the same."""
    return frozenset(
        (str(part.kind), part.amount_cents, part.payment_id, part.party, part.transfer_due_id, part.other_line_id)
        for part in parts
    )


def _made(match: MatchKept) -> MatchMade:
    return MatchMade(match.id, match.line_id, match.kind, sum(part.amount_cents for part in match.parts), match.reason)


__all__ = ["LineUndecided", "LinesMatched", "MatchLines", "MatchMade", "match_lines"]
