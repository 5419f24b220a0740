"""What every action at an open desk begins with: the desks of a batch, their last days, the sessions, and the moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ..domain.actors import Actor
from ..domain.desks.bundles import Bundle
from ..domain.desks.counts import Contents, TillCount, should_hold
from ..domain.desks.days import DeskDay, check_day_takes_receipts, paris_day
from ..domain.desks.postings import Place
from ..domain.desks.sessions import Session, SessionState
from ..domain.identifiers import new_id
from ..domain.ledger import Entry, Event
from ..store.tills import SessionKept, drawer, latest_days, session_with, sessions_of, slips_of, till_euros
from ..store.unit_of_work import UnitOfWork
from .desks import DesksHeld, Held

Pieces = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class CountGiven:
    """A count as it is sent: (denomination in cents, how many) of notes and of euros; card slips and cheques in cents."""

    notes: Pieces = ()
    euros: Pieces = ()
    card_cents: int = 0
    cheque_cents: int = 0

    def checked(self, held: Held) -> TillCount:
        """The count in notes and coins that exist; PiecesNegative, PieceUnknown and AmountNotPositive."""
        notes, euros = bundle(self.notes), bundle(self.euros)
        counted = TillCount(notes, euros, self.card_cents, self.cheque_cents)
        return counted.checked(held.version.currency.denominations_cents)


def bundle(pieces: Pieces) -> Bundle:
    """Pieces as they are sent; what is said of one denomination twice is added up."""
    counts: dict[int, int] = {}
    for denomination, count in pieces:
        counts[denomination] = counts.get(denomination, 0) + count
    return Bundle.of(counts)


@dataclass(slots=True)
class AtDesk:
    """The desks that a batch names, as they stand under the lock and as the batch moves them."""

    work: UnitOfWork
    known: DesksHeld
    days: dict[str, DeskDay]
    sessions: dict[str, dict[UUID, SessionKept]]
    _today: dict[str, date] = field(default_factory=dict)

    @classmethod
    def load(cls, work: UnitOfWork, books: Sequence[str]) -> "AtDesk":
        """Everything for all items, in a handful of questions."""
        known = DesksHeld.load(work, books)
        return cls(work, known, latest_days(work, known.desks), sessions_of(work, known.desks))

    def on(self, actor: Actor, book: str, day: date) -> Held:
        """A desk on a day, for somebody who collects for its public body; see `DesksHeld.on`."""
        return self.known.on(actor, book, day)

    def moment(self, book: str) -> datetime:
        """The instant of everything that this batch does at a desk."""
        return self.work.moment(book)

    def today(self, book: str) -> date:
        """The day in Paris at that instant."""
        if book not in self._today:
            self._today[book] = paris_day(self.moment(book))
        return self._today[book]

    def working(self, actor: Actor, book: str) -> Held:
        """A desk whose day takes receipts now; those of `on`, DayNotOpen, DayClosed and DayIsOver."""
        today = self.today(book)
        held = self.on(actor, book, today)
        check_day_takes_receipts(book, self.days.get(book), today=today)
        return held

    def session(self, book: str, session_id: UUID) -> SessionKept:
        """A session of the desk's last day; SessionUnknown."""
        return session_with(self.sessions, book, session_id)

    def unclosed(self, book: str) -> list[Session]:
        """The sessions of a desk that are not closed."""
        return [kept.session for kept in self.sessions[book].values() if kept.session.state is not SessionState.CLOSED]

    def drawer(self, held: Held, till: str) -> Bundle:
        """The notes in a till, by the association's book."""
        denominations = held.version.currency.denominations_cents
        return drawer(self.work, held.desk.issuer_book, held.desk.book, till, denominations)

    def contents(self, held: Held, kept: SessionKept, slips: tuple[int, int]) -> Contents:
        """What the till of a session should hold."""
        till, (card_cents, cheque_cents) = kept.session.till, slips
        return should_hold(
            kept.session.base,
            notes=self.drawer(held, till),
            euros_cents=till_euros(self.work, held.desk.book, till) - kept.booked_euros_cents,
            card_cents=card_cents,
            cheque_cents=cheque_cents,
        )

    def slips(self, asked: Sequence[tuple[str, UUID]]) -> dict[UUID, tuple[int, int]]:
        """Card slips and cheques that came into the tills of these sessions since their last counts, in one question."""
        kept = [(book, self.sessions[book][each]) for book, each in asked if each in self.sessions.get(book, {})]
        return slips_of(self.work, kept)

    def post(
        self,
        held: Held,
        kind: str,
        actor: Actor,
        on: date,
        *,
        entries: tuple[tuple[str, Entry], ...] = (),
        details: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> Event:
        """An event of the desk, checked and kept for writing."""
        event = Event(new_id(), held.desk.book, kind, actor.person_id, on, entries, dict(details or {}), reason=reason)
        self.work.post(event)
        return event


def place_of(held: Held, till: str) -> Place:
    """A till of a desk, as the books name it."""
    return Place(held.desk.book, till)
