"""Days and till sessions as the books hold them: the last day of each desk, its sessions, and what lies in the tills."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ..domain import chart
from ..domain.desks.bundles import Bundle
from ..domain.desks.counts import TillCount
from ..domain.desks.days import DeskDay
from ..domain.desks.sessions import Session, SessionEnded, SessionFact, SessionOpened, TakenOver, TillCounted, session_from
from ..domain.refusals import Refusal
from .arrays import array
from .unit_of_work import Row, UnitOfWork


class SessionUnknown(Refusal):
    """Desk {desk} has no such session on its last day."""

    code = "session_unknown"


@dataclass(slots=True)
class SessionKept:
    """A session of a desk's last day. Since its last count that both sides know, at which the books held `booked_euros_cents` in
    the till and `after_receipt` was the desk's last receipt, it took and gave what the books say."""

    session: Session
    acts: int
    booked_euros_cents: int
    after_receipt: int


@dataclass(frozen=True, slots=True)
class TillLeft:
    """What the last session of a till left in it, and what the books held there then."""

    count: TillCount
    booked_euros_cents: int

    @property
    def float_euros_cents(self) -> int:
        """The euros that are no takings."""
        return self.count.euros.total_cents - self.booked_euros_cents


def count_kept(count: TillCount) -> dict[str, Any]:
    """A count as its column holds it."""
    pieces = {"notes": count.notes.pieces, "euros": count.euros.pieces}
    return pieces | {"card_cents": count.card_cents, "cheque_cents": count.cheque_cents}


def count_from(kept: Mapping[str, Any]) -> TillCount:
    """The count that a column holds."""
    return TillCount(Bundle.of(dict(kept["notes"])), Bundle.of(dict(kept["euros"])), kept["card_cents"], kept["cheque_cents"])


def latest_days(work: UnitOfWork, books: Iterable[str]) -> dict[str, DeskDay]:
    """The last day of each desk, by the code of its book; a desk that never opened one is absent."""

    def ask(asked: list[str]) -> dict[str, DeskDay]:
        rows = work.rows("desk_days_latest", books=asked)
        return {
            row.book: DeskDay(row.book, row.business_on, row.closed_at, row.closed_by, row.sealed_at, row.sealed_by)
            for row in rows
        }

    return work.recall("latest day", books, ask)


def sessions_of(work: UnitOfWork, books: Iterable[str]) -> dict[str, dict[UUID, SessionKept]]:
    """The sessions of the last day of each desk, by the codes of their books, in the order in which they were opened."""

    def ask(asked: list[str]) -> dict[str, dict[UUID, SessionKept]]:
        acts: dict[UUID, list[Row]] = {}
        for row in work.rows("till_session_acts", books=asked):
            acts.setdefault(row.session_id, []).append(row)
        found: dict[str, dict[UUID, SessionKept]] = {book: {} for book in asked}
        for row in work.rows("till_sessions_of_day", books=asked):
            found[row.book][row.id] = _session(row, acts.get(row.id, []))
        return found

    return work.recall("sessions", books, ask)


def _session(row: Row, acts: Sequence[Row]) -> SessionKept:
    opened = SessionOpened(row.id, row.till, row.clerk_id, row.business_on, row.opened_at, count_from(row.count))
    # The last count that both sides know is the opening's or the last takeover's: a blind count is not known to be right.
    base = next((act for act in reversed(acts) if act.act == "taken_over"), row)
    session = session_from(opened, map(_fact, acts))
    return SessionKept(session, len(acts), base.booked_euros_cents, base.after_receipt)


def _fact(act: Row) -> SessionFact:
    match act.act:
        case "taken_over":
            return TakenOver(act.acted_at, act.acted_by, act.clerk_id, count_from(act.count))
        case "counted":
            return TillCounted(act.acted_at, act.acted_by, count_from(act.count))
        case _:
            return SessionEnded(act.acted_at, act.acted_by, act.reason)


def session_with(sessions: Mapping[str, Mapping[UUID, SessionKept]], book: str, session_id: UUID) -> SessionKept:
    """A session of the desk's last day; SessionUnknown."""
    found = sessions.get(book, {}).get(session_id)
    if found is None:
        raise SessionUnknown(desk=book)
    return found


def tills_left(work: UnitOfWork, tills: Iterable[tuple[str, str]]) -> dict[tuple[str, str], TillLeft]:
    """What was left in tills, by (book, till); a till that never had a session is absent."""
    asked = sorted(set(tills))
    books, names = array("text", (book for book, _ in asked)), array("text", (till for _, till in asked))
    return {
        (row.book, row.till): TillLeft(count_from(row.count), row.booked_euros_cents)
        for row in work.rows("tills_left", books=books, tills=names)
    }


def slips_of(work: UnitOfWork, sessions: Iterable[tuple[str, SessionKept]]) -> dict[UUID, tuple[int, int]]:
    """Card slips and cheques that came into tills since their last counts, in cents, by session."""
    asked = list(sessions)
    if not asked:
        return {}
    rows = work.rows(
        "session_slips",
        books=array("text", (book for book, _ in asked)),
        sessions=array("uuid", (kept.session.session_id for _, kept in asked)),
        afters=array("bigint", (kept.after_receipt for _, kept in asked)),
        since=array("timestamptz", (kept.session.base_at for _, kept in asked)),
    )
    return {row.session_id: (row.card_cents, row.cheque_cents) for row in rows}


def drawer(work: UnitOfWork, issuer_book: str, desk_book: str, till: str, denominations_cents: Iterable[int]) -> Bundle:
    """The notes that a till holds by the association's book, as this transaction has moved them so far."""
    codes = {each: chart.drawer(desk_book, till, each) for each in denominations_cents}
    state = work.state(issuer_book, list(codes.values()))
    return Bundle.of_cents({each: state.balance(code) for each, code in codes.items()})


def till_euros(work: UnitOfWork, desk_book: str, till: str) -> int:
    """The takings in euros that the desk's book holds in a till, in cents."""
    code = chart.till_euro(till)
    return work.state(desk_book, [code]).balance(code)


__all__ = [
    "SessionKept",
    "SessionUnknown",
    "TillLeft",
    "count_from",
    "count_kept",
    "drawer",
    "latest_days",
    "session_with",
    "sessions_of",
    "slips_of",
    "till_euros",
    "tills_left",
]
