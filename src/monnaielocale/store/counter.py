"""What people at a desk look up: the evening's envelope before it is filled."""

from ..domain.desks.envelopes import Proposal, proposed_for_tills
from ..domain.desks.postings import FLOAT_NOTES
from .database import Connection
from .remittances import drawers_of
from .unit_of_work import UnitOfWork


def evening_envelope(connection: Connection, book: str) -> dict[str, Proposal]:
    """What to put aside out of each till of a desk that holds notes, so that the desk keeps its float in the smallest ones."""
    work = UnitOfWork(connection)
    rows = work.rows("float_in_notes", book=book, account=FLOAT_NOTES)
    return proposed_for_tills(drawers_of(work, book), rows[0].cents if rows else 0)
