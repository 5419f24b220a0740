"""Collection mandates as actions need them, and their history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from ..domain.payments.mandates import Mandate, MandateUnknown
from .database import Connection
from .queries import query
from .unit_of_work import Row, UnitOfWork

Mandates = dict[tuple[str, str], Mandate]


def mandates_by_number(work: UnitOfWork, numbers: Iterable[tuple[str, str]]) -> Mandates:
    """The mandates asked for by (book, number); those that do not exist are left out."""
    asked = sorted(set(numbers))
    if not asked:
        return {}
    rows = work.rows("mandates_by_number", books=[book for book, _ in asked], numbers=[number for _, number in asked])
    return {(row.book, row.number): _mandate(row) for row in rows}


def mandates_of_members(work: UnitOfWork, members: Iterable[tuple[str, str]]) -> dict[tuple[str, str], list[Mandate]]:
    """Every mandate of the members asked for by (book, member number), the first to begin first."""
    asked = sorted(set(members))
    found: dict[tuple[str, str], list[Mandate]] = {}
    if asked:
        rows = work.rows("mandates_of_members", books=[book for book, _ in asked], members=[member for _, member in asked])
        for row in rows:
            found.setdefault((row.book, row.member), []).append(_mandate(row))
    return found


def _mandate(row: Row) -> Mandate:
    return Mandate(*row[1:])


def known_mandate(mandates: Mapping[tuple[str, str], Mandate], book: str, number: str) -> Mandate:
    """The mandate, or MandateUnknown."""
    found = mandates.get((book, number))
    if found is None:
        raise MandateUnknown(mandate=number)
    return found


def last_mandate_numbers(work: UnitOfWork, books: Iterable[str]) -> dict[str, int]:
    """The highest number M-000001 that each book knows, zero when it has none."""
    asked = sorted(set(books))
    return dict.fromkeys(asked, 0) | {row.book: row.last or 0 for row in work.rows("last_mandate_numbers", books=asked)}


def mandate_row(mandate: Mandate, **identifiers: Any) -> dict[str, Any]:
    """The row of a new mandate; `identifiers` are those of its book, public body, member and convention version."""
    return {
        "id": mandate.id,
        "number": mandate.number,
        "kind": mandate.kind,
        "subject": mandate.subject,
        "share_mode": mandate.share_mode,
        "share_cents": mandate.share_cents,
        "period_kind": mandate.period_kind,
        "starts_on": mandate.starts_on,
        "ends_on": mandate.ends_on,
        **identifiers,
    }


def act_row(
    mandate: Mandate, act: str, acted_on: date, *, acted_by: UUID, event_id: UUID, reason: str = "", document: bytes | None = None
) -> dict[str, Any]:
    """The row of the next act on a mandate; `mandate` is as it was before, `document` a fingerprint."""
    before = (mandate.signed_on, mandate.accepted_on, mandate.ended_on, mandate.revoked_on)
    return {
        "mandate_id": mandate.id,
        "position": 1 if act == "drafted" else 2 + sum(day is not None for day in before),
        "act": act,
        "acted_on": acted_on,
        "acted_by": acted_by,
        "reason": reason,
        "document_sha256": document,
        "event_id": event_id,
    }


@dataclass(frozen=True, slots=True)
class MandateActKnown:
    """One act in a mandate's history: what, on which day, by whom and when it was recorded, with its document if it has one."""

    act: str
    acted_on: date
    reason: str
    login: str
    person: str
    recorded_at: datetime
    event_id: UUID
    document_name: str | None
    document_sha256: bytes | None


def mandate_history(connection: Connection, book: str, number: str) -> list[MandateActKnown]:
    """Everything that happened to a mandate, in the order in which it was recorded; MandateUnknown."""
    with connection.cursor(row_factory=class_row(MandateActKnown)) as cursor:
        found = cursor.execute(query("mandate_history"), {"book": book, "number": number}).fetchall()
    if not found:
        raise MandateUnknown(mandate=number)
    return found


__all__ = [
    "MandateActKnown",
    "Mandates",
    "act_row",
    "known_mandate",
    "last_mandate_numbers",
    "mandate_history",
    "mandate_row",
    "mandates_by_number",
    "mandates_of_members",
]
