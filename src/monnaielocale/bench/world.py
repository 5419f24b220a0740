"""The books that the benchmarks write in: one association, one town, members with mandates, all by the real actions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any
from uuid import UUID

from ..actions.conventions import load_convention
from ..actions.mandates import AcceptMandate, DraftMandate, SignMandate, accept_mandates, draft_mandates, sign_mandates
from ..actions.members import EnrolMember, enrol_members
from ..actions.openings import PrepareOpening, SignOpening, prepare_openings, sign_openings
from ..actions.perform import Action, perform, perform_one
from ..domain.actors import Actor
from ..domain.refusals import Refusal
from ..store.database import Database
from ..store.people import actor_of, add_person

BOOK, TOWN, ISSUER = "eusko", "bayonne", "euskal-moneta"
COLLECTION = "FR7699999000010000000000309"
RESERVE = "FR7699999000010000000000115"
ON = date(2026, 1, 5)
WALLET_CENTS = 1_000_000


@dataclass(frozen=True, slots=True)
class BenchWorld:
    """A database with people, and members E00001 to E0nnnn whose wallets hold enough."""

    database: Database
    members: int

    def actor(self, login: str) -> Actor:
        """Someone who acts."""
        return actor_of(self.database, login)

    def number(self, at: int) -> str:
        """The number of a member, counted from 0."""
        return f"E{at % self.members + 1:05}"


def make_world(database: Database, members: int) -> BenchWorld:
    """Load the convention, enrol members and open the book with a wallet for each."""
    administrator = add_person(database, login="administrator", name="Administrator", roles=["administrator"])
    convention = files("monnaielocale.conventions").joinpath("bayonne-eusko.toml").read_bytes()
    load_convention(database, administrator, convention, ON)
    for login, party, role in (
        ("operator", ISSUER, "association_operator"),
        ("accountant", ISSUER, "association_accountant"),
        ("preparer", TOWN, "town_preparer"),
        ("signer", TOWN, "town_signer"),
    ):
        add_person(database, login=login, name=login.title(), party=party, roles=[role], given_by=administrator)
    world = BenchWorld(database, members)
    operator = world.actor("operator")
    enrolling = [EnrolMember(operator, BOOK, world.number(at), "person", f"Member {at}", ON) for at in range(members)]
    done(database, enrol_members, enrolling)
    total = members * WALLET_CENTS
    rows = ["compte;coupure;solde", *(f"wallet:{world.number(at)};;{WALLET_CENTS // 100}" for at in range(members))]
    rows += [f"{account};;{total // 100}" for account in (f"bank:{RESERVE}", "circulation.digital", "issuance.digital")]
    opening = PrepareOpening(operator, BOOK, "opening.csv", "\n".join(rows).encode(), ON)
    prepared = perform_one(database, prepare_openings, opening)
    signing = SignOpening(world.actor("accountant"), BOOK, UUID(prepared["opening_id"]), ON)
    perform_one(database, sign_openings, signing)
    return world


def give_mandates(world: BenchWorld) -> None:
    """Each member gives a mandate for the whole of their pay; drafted, signed and accepted in sets."""
    operator, accountant = world.actor("operator"), world.actor("accountant")
    numbers = [f"M-{at:06}" for at in range(world.members)]
    drafts = [
        DraftMandate(operator, BOOK, TOWN, world.number(at), "staff_pay", "whole", None, ON, None, ON, "", number)
        for at, number in enumerate(numbers)
    ]
    done(world.database, draft_mandates, drafts)
    signings = [SignMandate(operator, BOOK, number, "mandate.pdf", b"signed", ON, ON) for number in numbers]
    done(world.database, sign_mandates, signings)
    done(world.database, accept_mandates, [AcceptMandate(accountant, BOOK, number, ON) for number in numbers])


def done(database: Database, act: Action[Any], items: Sequence[Any]) -> list[dict[str, Any]]:
    """What an action did for each of many items, a thousand at a time; the first refusal is raised."""
    contents = []
    for start in range(0, len(items), 1000):
        for outcome in perform(database, act, items[start : start + 1000]):
            if isinstance(outcome, Refusal):
                raise outcome
            contents.append(outcome.content)
    return contents
