"""The facts of a backing proof, as they stood at an event and a business date."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from psycopg.rows import namedtuple_row

from ..domain.chart import Form, by_form
from ..domain.proof import Evidence, ProofFacts, RoadItem, StatedBalance
from ..domain.refusals import Refusal
from .database import Connection
from .entries import EntryUnknown
from .journal import BookUnknown
from .queries import query


class EventUnknown(Refusal):
    """The book {book} has no event number {event}."""

    code = "event_unknown"


def proof_facts(connection: Connection, *, book: str, on: date, event: int | None = None, entry: int | None = None) -> ProofFacts:
    """Everything that the proof of a book needs, seen as of an event of the book and one of its entries, or of the last ones.

    What desks write in the book belongs to events of their own, so that the entry alone says how much of it was seen. Raises
    BookUnknown, EventUnknown and EntryUnknown.
    """

    def rows(name: str, **parameters: Any) -> list[Any]:
        with connection.cursor(row_factory=namedtuple_row) as cursor:
            return cursor.execute(query(name), parameters).fetchall()

    heads = rows("last_event", book=book, event=event)
    if not heads:
        if event is not None and rows("last_event", book=book, event=None):
            raise EventUnknown(book=book, event=event)
        raise BookUnknown(book=book)
    head = heads[0]
    if entry is not None and not 0 <= entry <= rows("last_event", book=book, event=None)[0].entry:
        raise EntryUnknown(book=book, entry=entry)
    last = head.entry if entry is None else entry
    seen = {"book_id": head.book_id, "event": head.event, "on_day": on, "entry": last, "recorded_at": head.recorded_at}
    balances = {row.code: row.cents for row in rows("euro_balances", **seen)}
    return ProofFacts(
        book=book,
        on=on,
        event=head.event,
        entry=last,
        balances=balances,
        banks=[_stated(row, balances) for row in rows("stated_balances", **seen)],
        departures=_on_the_way(rows("own_transfers", **seen)),
        cash=_cash(rows("cash_sales", **seen), balances),
        evidence=[
            Evidence(Form(row.form), row.kind, row.amount_cents, row.document, row.since)
            for row in rows("causes_of_difference", **seen)
        ],
    )


def _stated(row: Any, balances: Mapping[str, int]) -> StatedBalance:
    """The bank's word: a stated closing balance moved by younger lines; before any statement, only the books can speak."""
    books = balances.get(f"bank:{row.iban}", 0)
    stated = books if row.closing_on is None else row.closing_cents + row.moved_cents
    held = f"{row.file_name}, {row.closing_on}" if row.held else ""
    return StatedBalance(row.iban, row.purpose, Form(row.form), stated, books, row.known_until, held)


def _on_the_way(moves: list[Any]) -> list[RoadItem]:
    """Departures that have not arrived: no arrival is paired with them, nor is one left of the same amount on another account.

    An arrival seen days later is often explained without its departure, which was explained alone before.
    """
    departures = [move for move in moves if move.line_cents < 0]
    arrivals = [move for move in moves if move.line_cents > 0]
    named = {move.other_line_id: move for move in arrivals if move.other_line_id}
    by_id = {move.id: move for move in arrivals}
    met = {move.id: named.get(move.id) or by_id.get(move.other_line_id) for move in departures}
    alone = [move for move in arrivals if move.id not in {arrival.id for arrival in met.values() if arrival}]
    waiting = []
    for move in departures:
        alike = (one for one in alone if one.amount_cents == move.amount_cents and one.iban != move.iban)
        arrival = met[move.id] or next(alike, None)
        if arrival is None:
            waiting.append(move)
        elif arrival in alone:
            alone.remove(arrival)
    return [
        RoadItem(Form(move.form), "own_transfer", move.amount_cents, f"{move.iban} {move.booked_on} {move.label}", move.booked_on)
        for move in waiting
    ]


def _cash(sales: list[Any], balances: Mapping[str, int]) -> list[RoadItem]:
    """Cash in hand comes from the youngest sales, since the oldest are paid in first."""
    left, items = balances.get(by_form("cash_in_hand", Form.NOTES), 0), []
    for sale in sales:
        if left <= 0:
            break
        items.append(RoadItem(Form.NOTES, "cash", min(left, sale.amount_cents), sale.slip, sale.business_on))
        left -= sale.amount_cents
    return items
