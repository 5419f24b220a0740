"""A desk of the invented world: the pool of Bayonne, opened under its convention, with people named for it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from monnaielocale.actions.appointments import EndAppointment, NameForDesk, end_appointments, name_for_desks
from monnaielocale.actions.desks import open_desk
from monnaielocale.actions.envelopes import FillEnvelope, HandEnvelope, fill_envelopes, hand_envelopes
from monnaielocale.actions.floats import ExchangeFloat, ReceiveFloat, exchange_floats, receive_floats
from monnaielocale.actions.remittances import (
    ConfirmRemittance,
    CountEnvelope,
    RedeemDigitalTakings,
    confirm_remittances,
    count_envelopes,
    redeem_digital_takings,
)
from monnaielocale.actions.safes import (
    MoveToSafe,
    PayIn,
    PayInOtherMeans,
    move_to_safes,
    pay_in,
    pay_in_other_means,
)
from monnaielocale.domain.desks import postings
from monnaielocale.domain.desks.bundles import Bundle
from monnaielocale.domain.desks.postings import Place, Taken
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import Event
from monnaielocale.store.unit_of_work import unit_of_work
from tests.world import BOOK, CONVENTIONS, TOWN, World

POOL = "bayonne-pool"
TILL = "till-1"
# Who works at the pool: login and rank.
STAFF = (("pool-head", "head"), ("pool-deputy", "deputy"), ("pool-clerk", "clerk"))


def with_refunds() -> bytes:
    """The convention under a charter of the pool that lets refunds leave the till."""
    text = (CONVENTIONS / "bayonne-eusko.toml").read_text(encoding="utf-8")
    return text.replace("refunds_leave_till = false", "refunds_leave_till = true").encode()


@dataclass(slots=True)
class Pool:
    """The pool in a world."""

    world: World

    @classmethod
    def opened(cls, world: World) -> "Pool":
        """The town opens the desk and names its people."""
        pool = cls(world)
        pool.open()
        for login, rank in STAFF:
            world.add(login, TOWN, "desk_clerk")
            pool.name(login, rank)
        return pool

    def open(self, *, desk: str = "pool", by: str = "signer") -> dict[str, Any]:
        """The town opens one of its desks."""
        world = self.world
        opened = open_desk(world.database, world.actor(by), issuer_book=BOOK, public_body=TOWN, desk=desk, on=world.on)
        return opened.content

    def name(self, login: str, rank: str, by: str = "signer", **days: Any) -> dict[str, Any]:
        """The town names somebody for the pool, from today on unless the days say otherwise."""
        given = {"starts_on": self.world.on, "on": self.world.on} | days
        return self.world.do(name_for_desks, NameForDesk(self.world.actor(by), POOL, login, rank, **given))

    def end(self, login: str, rank: str, ends_on: date, by: str = "signer") -> dict[str, Any]:
        """The town ends an appointment."""
        item = EndAppointment(self.world.actor(by), POOL, login, rank, ends_on, self.world.on)
        return self.world.do(end_appointments, item)

    def receive(self, cents: int, by: str = "pool-head", key: str = "") -> dict[str, Any]:
        """The float is handed over."""
        return self.world.do(receive_floats, ReceiveFloat(self.world.actor(by), POOL, cents, self.world.on, key))

    def exchange(self, *notes: tuple[int, int], till: str = TILL, by: str = "pool-head") -> dict[str, Any]:
        """Euros of the float become notes in a till: (denomination in cents, how many)."""
        return self.world.do(exchange_floats, ExchangeFloat(self.world.actor(by), POOL, till, notes, self.world.on))

    def take(
        self, *notes: tuple[int, int], euros: int = 0, digital: tuple[tuple[str, int], ...] = (), other: int = 0, till: str = TILL
    ) -> None:
        """Takings for entries: notes of the public (denomination in cents, how many), euros, units of wallets, other means."""
        taken = Taken(Bundle.of(dict(notes)), euros_cents=euros, payers=digital, other_cents=other)
        price = taken.notes_cents + euros + taken.digital_cents + other
        both = postings.receipt_taken(self.world.on, Place(POOL, till), revenues=[("entry", price)], taken=taken)
        # Units leave a member's wallet when the member says so.
        kind, login = ("payment_approved", "maite") if digital else ("receipt_taken", "pool-clerk")
        with unit_of_work(self.world.database) as work:
            work.lock([POOL])
            entries = both.entries(desk_book=POOL, issuer_book=BOOK)
            work.post(Event(new_id(), POOL, kind, self.world.actor(login).person_id, self.world.on, entries))

    def leave_to_town(self, cents: int) -> None:
        """Revenue of an earlier day was too much: the town owes it back to the payer."""
        both = postings.receipt_taken(
            self.world.on, Place(POOL, TILL), revenues=[("entry", -cents)], taken=Taken(to_refund_cents=cents)
        )
        with unit_of_work(self.world.database) as work:
            work.lock([POOL])
            entries = both.entries(desk_book=POOL, issuer_book=BOOK)
            work.post(Event(new_id(), POOL, "receipt_cancelled", self.world.actor("pool-head").person_id, self.world.on, entries))

    def pay_everything_in(self, by: str = "pool-head") -> None:
        """All takings in euros and by other means reach the public accountant."""
        head, world = self.world.actor(by), self.world
        for code, cents in self.held().items():
            if code.startswith("till.euro:"):
                world.do(move_to_safes, MoveToSafe(head, POOL, code.partition(":")[2], cents, world.on))
        safe, other = (self.held().get(code, 0) for code in ("safe.euro", "other_means"))
        if safe:
            world.do(pay_in, PayIn(head, POOL, safe, world.on))
        if other:
            world.do(pay_in_other_means, PayInOtherMeans(head, POOL, "card", other, world.on))

    def fill(self, *notes: tuple[int, int], till: str = TILL, by: str = "pool-clerk", key: str = "") -> dict[str, Any]:
        """The evening: notes out of a till into the envelope, (denomination in cents, how many)."""
        item = FillEnvelope(self.world.actor(by), POOL, ((till, notes),), self.world.on, key)
        return self.world.do(fill_envelopes, item)

    def hand(self, envelope: str, carrier: str = "Peio Harispe", by: str = "pool-clerk", key: str = "") -> dict[str, Any]:
        """The envelope leaves."""
        return self.world.do(hand_envelopes, HandEnvelope(self.world.actor(by), POOL, envelope, carrier, self.world.on, key))

    def count(
        self, envelope: str, *notes: tuple[int, int], reason: str = "", by: str = "operator", key: str = ""
    ) -> dict[str, Any]:
        """The association counts."""
        item = CountEnvelope(self.world.actor(by), POOL, envelope, notes, self.world.on, reason, key)
        return self.world.do(count_envelopes, item)

    def redeem_digital(self, by: str = "operator", key: str = "") -> dict[str, Any]:
        """The association takes the desk's digital units back."""
        return self.world.do(redeem_digital_takings, RedeemDigitalTakings(self.world.actor(by), POOL, self.world.on, key))

    def confirm(self, remittance: str, cents: int, by: str = "treasurer", key: str = "") -> dict[str, Any]:
        """The Treasury confirms euros."""
        item = ConfirmRemittance(self.world.actor(by), POOL, remittance, cents, self.world.on, key)
        return self.world.do(confirm_remittances, item)

    def held(self, book: str = POOL) -> dict[str, int]:
        """Natural balances of a book that are not zero."""
        with self.world.database.reading() as connection:
            rows = connection.execute(
                "SELECT account_balance.code, cents FROM account_balance JOIN book ON book.id = book_id"
                " WHERE book.code = %s AND cents <> 0",
                [book],
            )
            return dict(rows.fetchall())
