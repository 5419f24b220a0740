"""Transfers that the association has to make (virements à faire), and what became of them."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from .database import Connection
from .unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class TransferShown:
    """Euros owed to a party, a member by number or anyone else by code; `open_cents` is zero once the bank showed the transfer.

    `given_cents` are the units that a redemption took back; the rest of the fields say for which payment euros go back, and why.
    """

    id: UUID
    kind: str
    form: str
    party: str
    party_name: str
    iban: str
    amount_cents: int
    open_cents: int
    run: str | None
    row_number: int | None
    reason: str
    due_on: date
    event_id: UUID
    given_cents: int | None


def transfers_page(
    connection: Connection,
    book: str,
    *,
    after: UUID | None = None,
    limit: int = 100,
    kind: str | None = None,
    members_only: bool = False,
    party: UUID | None = None,
    still_open: bool | None = None,
) -> list[TransferShown]:
    """Transfers of a book in the order in which they fell due, after one of them.

    Those of one kind, to members and to no public body, to one party, open or made.
    """
    asked = {"book": book, "after": after, "limit": limit, "kind": kind, "members": members_only, "party": party}
    return [TransferShown(*row) for row in UnitOfWork(connection).rows("transfers_page", **asked, open=still_open)]
