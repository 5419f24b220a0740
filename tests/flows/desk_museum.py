"""A second desk, whose visitors' accounts another system keeps: its transaction numbers pay there, each once."""

from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.desk_days import CloseDay, OpenDay, close_days, open_days
from monnaielocale.actions.issuing import ServiceAsked
from monnaielocale.actions.payment_requests import ConfirmElsewhere, RequestPayment, confirm_elsewhere, request_payments
from monnaielocale.actions.till_sessions import (
    CloseSession,
    CountTill,
    OpenSession,
    close_sessions,
    count_tills,
    open_sessions,
)
from tests.desks import Pool
from tests.flows.desk_model import No
from tests.flows.desk_succession import Succession
from tests.flows.desk_worlds import begun_with_museum
from tests.flows.elsewhere import CAIRN
from tests.museum import CLERK, CREDITED, MUSEUM

TICKETS = {"entry": 8_00, "entry-reduced": 5_00}


class Museums(Succession):
    """The pool with its heads, and the museum beside it."""

    built = begun_with_museum

    def __init__(self) -> None:
        super().__init__()
        self.people |= {CLERK: self.world.actor(CLERK)}
        self.museum_day = 0
        self.visited = 0
        self.transactions: set[str] = set()
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT session.id FROM till_session AS session JOIN book ON book.id = book_id WHERE code = %s", [MUSEUM]
            ).fetchone()
        assert row
        self.museum_session = UUID(str(row[0]))

    def new_day_at_museum(self) -> None:
        """The till and the day are closed, and those of today opened."""
        clerk, session = self.people[CLERK], self.museum_session
        if self.museum_day == self.model.today:
            return
        self.act(count_tills, CountTill(clerk, MUSEUM, session, CountGiven()), lambda: None)
        self.act(close_sessions, CloseSession(clerk, MUSEUM, session), lambda: None)
        self.act(close_days, CloseDay(clerk, MUSEUM, self.on(self.museum_day)), lambda: None)
        self.museum_day = self.model.today
        self.act(open_days, OpenDay(clerk, MUSEUM, self.now), lambda: None)
        opened = self.act(open_sessions, OpenSession(clerk, MUSEUM, "till-1", CountGiven()), lambda: None)
        assert opened
        self.museum_session = UUID(opened["session_id"])

    @rule(ticket=st.sampled_from(sorted(TICKETS)), again=st.booleans())
    def visit_museum(self, ticket: str, again: bool) -> None:
        """A visitor pays elsewhere; the clerk types the number of that payment, or by mistake that of another visitor."""
        self.new_day_at_museum()
        clerk, cents = self.people[CLERK], TICKETS[ticket]
        asking = RequestPayment(clerk, MUSEUM, self.museum_session, (ServiceAsked(ticket),), cents)
        asked = self.act(request_payments, asking, lambda: None)
        assert asked
        number = min(self.transactions, default="V-0") if again else f"V-{self.steps}"

        def expect() -> None:
            if number in self.transactions:
                raise No("transaction_number_known")
            self.model.enough(CREDITED, self.visited + cents)
            self.visited += cents
            self.transactions.add(number)

        self.act(confirm_elsewhere, ConfirmElsewhere(clerk, MUSEUM, asked["reference"], number), expect)

    @invariant()
    def visitors_paid_what_the_model_says(self) -> None:
        """Invariant 7, where wallets are kept elsewhere: what the museum took left them."""
        pool = Pool(self.world)
        own, association = pool.held(MUSEUM), pool.held(CAIRN)
        assert own.get("digital_received", 0) == association.get(f"wallet:{MUSEUM}", 0) == self.visited
        assert association.get("wallets_elsewhere", 0) == CREDITED - self.visited
        assert sum(cents for code, cents in own.items() if code.startswith("revenue:")) == self.visited
