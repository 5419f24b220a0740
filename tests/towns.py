"""What towns and beneficiaries do in the invented world: mandates in force, and runs of payments."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from monnaielocale.actions.mandates import (
    AcceptMandate,
    DraftMandate,
    SignMandate,
    accept_mandates,
    draft_mandates,
    sign_mandates,
)
from monnaielocale.actions.perform import Action, Answer, perform
from monnaielocale.actions.runs import OpenRun, SignRun, open_runs, sign_runs
from tests.world import BOOK, TOWN, World

SCAN = b"%PDF-1.7 a signed mandate"
NEW_YEAR = date(2026, 1, 1)


def drafting(world: World, member: str, cents: int | None = None, *, by: str = "operator", **given: Any) -> DraftMandate:
    """A mandate to draft: the whole allowance, or at most so many cents of it, from New Year on until revoked."""
    terms: dict[str, Any] = {
        "public_body": TOWN,
        "kind": "official_allowance",
        "share_mode": "whole" if cents is None else "ceiling",
        "share_cents": cents,
        "starts_on": NEW_YEAR,
        "ends_on": None,
    }
    return DraftMandate(world.actor(by), BOOK, member=member, on=world.on, **terms | given)


def each_done(world: World, act: Action[Any], items: Iterable[Any]) -> list[dict[str, Any]]:
    """What every item did; the first refusal is raised."""
    done = []
    for outcome in perform(world.database, act, list(items)):
        if not isinstance(outcome, Answer):
            raise outcome
        done.append(outcome.content)
    return done


def mandates_in_force(world: World, *drafts: DraftMandate) -> list[str]:
    """The mandates drafted and signed by an operator, and accepted by another; answers their numbers."""
    numbers = [done["mandate"] for done in each_done(world, draft_mandates, drafts)]
    operator, second = world.actor("operator"), world.actor("second-operator")
    each_done(
        world, sign_mandates, (SignMandate(operator, BOOK, number, "mandate.pdf", SCAN, world.on, world.on) for number in numbers)
    )
    each_done(world, accept_mandates, (AcceptMandate(second, BOOK, number, world.on) for number in numbers))
    return numbers


def mandate_in_force(world: World, member: str, cents: int | None = None, **given: Any) -> str:
    """One mandate in force; answers its number."""
    return mandates_in_force(world, drafting(world, member, cents, **given))[0]


Row = tuple[str, str, str]


def list_of(*rows: Row, total: str | None = None) -> bytes:
    """A town's list as its spreadsheet saves it: member number, name and amount as people write them."""
    lines = ["Adhérent;Bénéficiaire;Montant", *(";".join(row) for row in rows)]
    if total is not None:
        lines.append(f"Total;;{total}")
    return "\r\n".join(lines).encode("cp1252")


def opening(world: World, data: bytes, *, by: str = "preparer", **given: Any) -> OpenRun:
    """The list of January's allowances, to open as a run."""
    said: dict[str, Any] = {
        "public_body": TOWN,
        "kind": "official_allowance",
        "period": "2026-01",
        "list_number": "1",
        "file_name": "indemnites.csv",
    }
    return OpenRun(world.actor(by), BOOK, data=data, on=world.on, **said | given)


def run_opened(world: World, *rows: Row, by: str = "preparer", **given: Any) -> str:
    """A run checked and not yet signed; answers its reference."""
    return str(world.do(open_runs, opening(world, list_of(*rows), by=by, **given))["run"])


def run_signed(world: World, *rows: Row, signer: str = "signer", **given: Any) -> str:
    """A run that awaits the town's euros; answers its reference."""
    reference = run_opened(world, *rows, **given)
    world.do(sign_runs, SignRun(world.actor(signer), BOOK, reference, world.on))
    return reference
