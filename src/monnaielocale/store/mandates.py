"""Collection mandates as actions need them, and their history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from ..domain.payments.mandates import Mandate, MandateNotSigned, MandateState, MandateUnknown, mandate_state
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
    """One act in a mandate's history: what, on which day, by whom and when it was recorded, with its document if it has one.

    Who acted is '' for those to whom it is not shown.
    """

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


@dataclass(frozen=True, slots=True)
class MandateSeen:
    """A mandate as a list shows it, with the name of its beneficiary."""

    member_name: str
    mandate: Mandate


def mandates_page(
    connection: Connection,
    book: str,
    after: str,
    most: int,
    *,
    on: date,
    state: MandateState | None = None,
    member: str | None = None,
    public_body: str | None = None,
) -> list[MandateSeen]:
    """Mandates of a book by number, after one of them: of a member, of a public body, in a state on a day."""
    found: list[MandateSeen] = []
    # What a mandate's state is follows from its days by a rule of the domain: mandates are read until enough are in it.
    at_once = most if state is None else max(most, 1000)
    while len(found) < most:
        read = _seen(connection, book=book, after=after, most=at_once, number=None, member=member, public_body=public_body)
        found += [one for one in read if state is None or mandate_state(one.mandate, on) is state]
        if len(read) < at_once:
            break
        after = read[-1].mandate.number
    return found[:most]


def mandate_seen(connection: Connection, book: str, number: str) -> MandateSeen:
    """One mandate; MandateUnknown."""
    found = _seen(connection, book=book, after="", most=1, number=number, member=None, public_body=None)
    if not found:
        raise MandateUnknown(mandate=number)
    return found[0]


def _seen(connection: Connection, **asked: Any) -> list[MandateSeen]:
    return [MandateSeen(row[0], Mandate(*row[1:])) for row in UnitOfWork(connection).rows("mandates_page", **asked)]


@dataclass(frozen=True, slots=True)
class SignedDocument:
    """A signed document as it came, and its fingerprint."""

    name: str
    content: bytes
    sha256: bytes


def mandate_document(connection: Connection, book: str, number: str) -> SignedDocument:
    """The document by which a mandate was signed; MandateUnknown, MandateNotSigned."""
    rows = UnitOfWork(connection).rows("mandate_document", book=book, number=number)
    if not rows:
        mandate_seen(connection, book, number)
        raise MandateNotSigned(mandate=number)
    return SignedDocument(*rows[0])


def beneficiaries_in(connection: Connection, document: SignedDocument) -> int:
    """How many beneficiaries signed in one document: a scan may hold the mandates of many. The connection is a reader's."""
    return int(UnitOfWork(connection).rows("beneficiaries_in_document", document=document.sha256)[0].beneficiaries)


__all__ = [
    "MandateActKnown",
    "MandateSeen",
    "Mandates",
    "SignedDocument",
    "act_row",
    "beneficiaries_in",
    "known_mandate",
    "last_mandate_numbers",
    "mandate_document",
    "mandate_history",
    "mandate_row",
    "mandate_seen",
    "mandates_by_number",
    "mandates_of_members",
    "mandates_page",
]
