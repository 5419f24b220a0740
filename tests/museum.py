"""A desk whose visitors' accounts are kept in another system: the museum of Grenoble, with one till and one clerk."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from monnaielocale.actions.appointments import NameForDesk, name_for_desks
from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.crediting import CreditRun, credit_runs
from monnaielocale.actions.desk_days import OpenDay, open_days
from monnaielocale.actions.desks import open_desk
from monnaielocale.actions.issuing import ServiceAsked
from monnaielocale.actions.payment_requests import ConfirmElsewhere, RequestPayment, confirm_elsewhere, request_payments
from monnaielocale.actions.till_sessions import OpenSession, open_sessions
from tests.flows.elsewhere import CAIRN, GRENOBLE, Elsewhere
from tests.world import World

MUSEUM = "grenoble-museum"
CLERK = "museum-clerk"
# What visitors have on their accounts elsewhere, in cents.
CREDITED = 50_00


@dataclass(slots=True)
class Museum:
    """The museum with an open till, in a world whose clock is moved to the world's day."""

    world: World
    elsewhere: Elsewhere
    session: UUID

    @classmethod
    def opened(cls, world: World, paid_on: int = 15) -> "Museum":
        """Units are credited in the other system for what the town paid; the museum opens its day and its till without float."""
        elsewhere = Elsewhere.beside(world)
        run = elsewhere.run_signed(CREDITED)
        elsewhere.paid(run, CREDITED, paid_on)
        world.do(credit_runs, CreditRun(world.actor("cairn-operator"), CAIRN, run, world.on))
        ((reference, _),) = elsewhere.orders()
        elsewhere.confirm((reference, "T-1"))
        moment = datetime(world.on.year, world.on.month, world.on.day, 10, tzinfo=UTC)
        world.database.ahead = moment - datetime.now(UTC)
        signer = world.actor("grenoble-signer")
        open_desk(world.database, signer, issuer_book=CAIRN, public_body=GRENOBLE, desk="museum", on=world.on)
        world.add(CLERK, GRENOBLE, "desk_clerk")
        world.do(name_for_desks, NameForDesk(signer, MUSEUM, CLERK, "head", world.on, world.on))
        clerk = world.actor(CLERK)
        world.do(open_days, OpenDay(clerk, MUSEUM, world.on))
        session = world.do(open_sessions, OpenSession(clerk, MUSEUM, "till-1", CountGiven()))["session_id"]
        return cls(world, elsewhere, UUID(session))

    def ask(self, cents: int, *services: str) -> str:
        """A payment request; answers its reference."""
        asked = tuple(map(ServiceAsked, services))
        item = RequestPayment(self.world.actor(CLERK), MUSEUM, self.session, asked, cents)
        return str(self.world.do(request_payments, item)["reference"])

    def confirming(self, reference: str, number: str) -> ConfirmElsewhere:
        """What `confirm` asks for."""
        return ConfirmElsewhere(self.world.actor(CLERK), MUSEUM, reference, number)

    def confirm(self, reference: str, number: str) -> dict[str, Any]:
        """The clerk records the other system's transaction number."""
        return self.world.do(confirm_elsewhere, self.confirming(reference, number))
