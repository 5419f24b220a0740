"""Payment requests as the books hold them, and as whoever reads their reference is shown them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg.rows import namedtuple_row

from ..domain.desks.payment_requests import (
    Approved,
    PaymentRequest,
    RequestFact,
    RequestState,
    RequestUnknown,
    Withdrawn,
    state_at,
)
from .arrays import array
from .database import Connection
from .queries import query
from .unit_of_work import UnitOfWork


@dataclass(slots=True)
class RequestKept:
    """A request with the receipt that it will become, and what happened to it."""

    request: PaymentRequest
    session_id: UUID
    draft: dict[str, Any]
    facts: tuple[RequestFact, ...] = ()


@dataclass(frozen=True, slots=True)
class WalletOwned:
    """A member's account here."""

    book: str
    number: str
    left_on: date | None


@dataclass(frozen=True, slots=True)
class RequestShown:
    """What whoever reads a reference is shown; `act` is None for as long as nothing happened."""

    reference: str
    book: str
    public_body: str
    desk: str
    currency: str
    amount_cents: int
    requested_at: datetime
    expires_at: datetime
    act: str | None

    @property
    def request(self) -> PaymentRequest:
        """The request itself."""
        return PaymentRequest(self.reference, self.book, self.amount_cents, self.requested_at, self.expires_at)

    def state(self, at: datetime) -> RequestState:
        """Where it stands at a moment: what was done with it counts, and only then the time."""
        if self.act is not None:
            return RequestState(self.act)
        return state_at(self.request, (), at)


def requests_of(work: UnitOfWork, references: Iterable[str]) -> dict[str, RequestKept]:
    """Payment requests by their references; those that do not exist are left out."""
    found = {}
    for row in work.rows("requests_by_reference", references=array("text", sorted(set(references)))):
        request = PaymentRequest(row.reference, row.book, row.amount_cents, row.requested_at, row.expires_at)
        facts: tuple[RequestFact, ...] = ()
        if row.act == "approved":
            facts = (Approved(row.acted_at, row.payer, row.transaction_number or ""),)
        elif row.act == "withdrawn":
            facts = (Withdrawn(row.acted_at),)
        found[row.reference] = RequestKept(request, row.session_id, row.draft, facts)
    return found


def request_with(requests: dict[str, RequestKept], book: str, reference: str) -> RequestKept:
    """A request of a desk; RequestUnknown."""
    found = requests.get(reference)
    if found is None or found.request.desk != book:
        raise RequestUnknown(reference=reference[:40])
    return found


def wallets_of(work: UnitOfWork, members: Iterable[UUID]) -> dict[UUID, WalletOwned]:
    """The accounts of members, by the identifiers of the members."""
    rows = work.rows("wallets_of_members", members=array("uuid", sorted(set(members))))
    return {row.id: WalletOwned(row.book, row.number, row.left_on) for row in rows}


def transactions_known(work: UnitOfWork, numbers: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Which transaction numbers, by the book of the association, already paid a request."""
    asked = sorted(set(numbers))
    books, given = array("text", (book for book, _ in asked)), array("text", (number for _, number in asked))
    return {(row.book, row.transaction_number) for row in work.rows("transactions_known", books=books, numbers=given)}


def request_shown(connection: Connection, reference: str) -> RequestShown:
    """A request as anybody who has its reference may see it, on a visitor's connection; RequestUnknown."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        row = cursor.execute(query("request_shown"), {"reference": reference}).fetchone()
    if row is None:
        raise RequestUnknown(reference=reference[:40])
    return RequestShown(*row)


__all__ = [
    "RequestKept",
    "RequestShown",
    "WalletOwned",
    "request_shown",
    "request_with",
    "requests_of",
    "transactions_known",
    "wallets_of",
]
