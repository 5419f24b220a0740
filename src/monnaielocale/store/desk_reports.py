"""A desk in a period, as the Treasury looks at it, read at one moment."""

from datetime import date

from ..formats.desk_report import (
    DeskReport,
    Holding,
    MoveToTreasury,
    RateTaken,
    ReceiptInJournal,
    RemittanceOwed,
    ServiceTaken,
)
from .conventions import convention_with, conventions_of
from .database import Connection
from .desks import desk_with, desks_of
from .remittances import remittances_page
from .unit_of_work import UnitOfWork


def desk_report(connection: Connection, book: str, first_on: date, last_on: date) -> DeskReport:
    """The desk with this book in a period, its first and its last day included, as far as the connection sees it; DeskUnknown."""
    work = UnitOfWork(connection)
    desk = desk_with(desks_of(work, [book]), book)
    convention = convention_with(conventions_of(work, [desk.issuer_book]), desk.issuer_book, desk.public_body).convention
    asked = {"book_id": desk.book_id, "first_on": first_on, "last_on": last_on}
    booked = work.rows("receipts_booked", **asked)[0]
    owed = [each for each in remittances_page(connection, book, limit=None) if first_on <= each.due_on <= last_on]
    return DeskReport(
        desk=book,
        label=convention.version_with_desk(desk.code, last_on).desk(desk.code).label,
        public_body=desk.public_body,
        first_on=first_on,
        last_on=last_on,
        receipts=tuple(ReceiptInJournal(*row) for row in work.rows("journal_of_receipts", **asked)),
        services=tuple(ServiceTaken(*row) for row in work.rows("takings_by_service", **asked)),
        rates=tuple(RateTaken(*row) for row in work.rows("takings_by_rate", **asked)),
        holdings=tuple(Holding(*row) for row in work.rows("desk_holdings", **asked)),
        moves=tuple(MoveToTreasury(*row) for row in work.rows("moves_to_treasury", **asked)),
        remittances=tuple(
            RemittanceOwed(
                each.remittance.number,
                each.remittance.form.value,
                each.envelope or "",
                each.due_on,
                each.remittance.owed_cents,
                each.remittance.paid_cents,
                each.remittance.confirmed_cents,
            )
            for each in owed
        ),
        booked_revenue_cents=booked.revenue_cents,
        booked_notes_cents=booked.notes_cents,
    )
