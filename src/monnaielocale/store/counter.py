"""What people at a desk look up: the evening's envelope before it is filled, and the receipt journal."""

from datetime import date

from ..domain.desks.envelopes import Proposal, proposed_for_tills
from ..domain.desks.postings import FLOAT_NOTES
from ..domain.desks.receipt_chain import receipt_from_canonical
from ..domain.desks.receipts import Receipt
from .database import Connection
from .remittances import drawers_of
from .unit_of_work import UnitOfWork


def evening_envelope(connection: Connection, book: str) -> dict[str, Proposal]:
    """What to put aside out of each till of a desk that holds notes, so that the desk keeps its float in the smallest ones."""
    work = UnitOfWork(connection)
    rows = work.rows("float_in_notes", book=book, account=FLOAT_NOTES)
    return proposed_for_tills(drawers_of(work, book), rows[0].cents if rows else 0)


def receipt_journal(
    connection: Connection, book: str, first_on: date | None = None, last_on: date | None = None
) -> list[tuple[Receipt, bytes]]:
    """The receipt journal (journal à souches) of a desk, whole or of some days: each receipt with its link, in their order."""
    rows = UnitOfWork(connection).rows("receipt_journal", book=book, first_on=first_on, last_on=last_on)
    return [(receipt_from_canonical(row.canonical.encode()), bytes(row.link)) for row in rows]
