"""Explaining bank lines in the invented world: what is proposed, confirmed and undone, and where the euros then stand."""

from typing import Any
from uuid import UUID

from monnaielocale.actions.crediting import CreditRun, credit_runs
from monnaielocale.actions.matches import (
    ConfirmMatch,
    MatchLines,
    PartGiven,
    ProposeMatch,
    RejectMatch,
    UndoMatch,
    confirm_matches,
    match_lines,
    propose_matches,
    reject_matches,
    undo_matches,
)
from monnaielocale.store.database import Database
from tests.bank_files import on
from tests.towns import drafting, mandates_in_force, run_signed
from tests.world import BOOK, TOWN, World

MAITE, PEIO, ANA = "E00001", "E00002", "E00003"
NAMES = {MAITE: "Maite Etxeberria", PEIO: "Peio Harispe", ANA: "Ana Duhalde"}
RECEIVED, PAID = "received_unattributed.digital", "paid_unattributed.digital"


def officials(database: Database) -> World:
    """The world on 20 January, with three officials who gave a mandate."""
    world = World.create(database, on(20))
    for number, name in NAMES.items():
        world.enrol(number, name)
    mandates_in_force(world, *(drafting(world, number) for number in NAMES))
    return world


def run_of(world: World, *rows: tuple[str, str], list_number: str = "1", period: str = "2026-01") -> str:
    """A signed run of allowances: (member, amount as written)."""
    given = [(member, NAMES[member], amount) for member, amount in rows]
    return run_signed(world, *given, list_number=list_number, period=period)


def credited(world: World, run: str) -> None:
    """The association credits what a run may give now."""
    world.do(credit_runs, CreditRun(world.actor("operator"), BOOK, run, world.on))


def to_credit(run: str) -> str:
    """The account of a run's euros that wait to be credited."""
    return f"to_credit:{TOWN}:{run}"


def matched(world: World, *, by: str = "operator") -> dict[str, Any]:
    """What the program makes of all open lines."""
    return world.do(match_lines, MatchLines(world.actor(by), BOOK, world.on))


def proposed(world: World, line: UUID, *parts: PartGiven, by: str = "operator", note: str = "") -> UUID:
    """A person explains a line; answers the match that waits for a second person."""
    answer = world.do(propose_matches, ProposeMatch(world.actor(by), BOOK, line, parts, world.on, note))
    return UUID(answer["match_id"])


def confirmed(world: World, match: UUID | str, *, by: str = "second-operator") -> dict[str, Any]:
    """The second person confirms."""
    return world.do(confirm_matches, ConfirmMatch(world.actor(by), BOOK, UUID(str(match)), world.on))


def explained(world: World, line: UUID, *parts: PartGiven) -> UUID:
    """A line explained by one person and confirmed by another; answers the match."""
    match = proposed(world, line, *parts)
    confirmed(world, match)
    return match


def rejected(world: World, match: UUID | str, *, by: str = "operator") -> dict[str, Any]:
    return world.do(reject_matches, RejectMatch(world.actor(by), BOOK, UUID(str(match)), world.on))


def undone(world: World, match: UUID | str, reason: str = "wrong run", *, by: str = "operator") -> dict[str, Any]:
    return world.do(undo_matches, UndoMatch(world.actor(by), BOOK, UUID(str(match)), reason, world.on))


def line_of(world: World, cents: int, occurrence: int = 1) -> UUID:
    """The bank line of so many cents."""
    with world.database.reading() as connection:
        rows = connection.execute(
            "SELECT id FROM bank_line WHERE amount_cents = %s ORDER BY booked_on, occurrence, id", [cents]
        ).fetchall()
    return UUID(str(rows[occurrence - 1][0]))


def payments_of(world: World, run: str) -> list[UUID]:
    """The payments of a run in the order of its rows."""
    with world.database.reading() as connection:
        rows = connection.execute(
            "SELECT payment.id FROM payment JOIN payment_run AS run ON run.id = payment.run_id"
            " WHERE run.reference = %s ORDER BY row_number",
            [run],
        ).fetchall()
    return [UUID(str(row[0])) for row in rows]


def allocation(payment: UUID, cents: int) -> PartGiven:
    return PartGiven("allocation", cents, payment_id=payment)


def due_to(world: World, party: str) -> list[tuple[UUID, int]]:
    """Transfers still due to a party, with their cents."""
    with world.database.reading() as connection:
        rows = connection.execute(
            "SELECT due.id, due.open_cents FROM transfer_due_position AS due JOIN party ON party.id = due.party_id"
            " WHERE due.open_cents > 0 AND (party.code = %s OR party.code = %s) ORDER BY due.id",
            [party, f"{BOOK}:{party}"],
        ).fetchall()
    return [(UUID(str(row[0])), int(row[1])) for row in rows]


def held(world: World, account: str) -> int:
    """A balance on the credit side, positive: what is owed or kept."""
    return -world.balance(account)
