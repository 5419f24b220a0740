"""What moves at a desk beside its receipts: its float, euros on their way to the public accountant, refunds."""

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from monnaielocale.actions.cancels import PayRefund, pay_refunds
from monnaielocale.actions.floats import (
    ExchangeFloat,
    ExchangeFloatBack,
    LowerFloat,
    MoveNotesBetweenTills,
    ReceiveFloat,
    exchange_floats,
    exchange_floats_back,
    lower_floats,
    move_notes_between_tills,
    receive_floats,
)
from monnaielocale.actions.issuing import ServiceAsked
from monnaielocale.actions.payment_requests import RequestPayment, WithdrawRequest, request_payments, withdraw_requests
from monnaielocale.actions.safes import (
    MoveFromSafe,
    MoveToSafe,
    PayIn,
    PayInOtherMeans,
    move_from_safes,
    move_to_safes,
    pay_in,
    pay_in_other_means,
)
from monnaielocale.actions.takings import AccountForTakings, RefundByTown, account_for_takings, pay_refunds_by_town
from monnaielocale.domain.actors import Actor
from monnaielocale.store.database import Database
from tests.bank_files import Bank, imported, on
from tests.counter import NOTES
from tests.desks import POOL
from tests.flows.desk_model import PRICES, No, Notes, Taken, Till, worth
from tests.flows.desk_purse import FLOAT_MOST, FLOAT_NOTES_MOST, Purse, Refund
from tests.flows.desk_worlds import HEIR, WALLET, begun_lenient
from tests.flows.test_desk_machine import CLERKS, TILLS, Days, pieces, places, tills
from tests.world import RESERVE_NOTES, World

# The notes that there are, as many euros of each: so many were printed, two thirds of them sold.
KINDS = (100, 200, 500, 1000)
PRINTED, SOLD = 3_000_00, 2_000_00
amounts = st.sampled_from((1_00, 5_00, 12_00, 40_00))
few = st.dictionaries(st.sampled_from((100, 200, 500, 1000)), st.integers(1, 2), min_size=1, max_size=2).map(Counter)


class Moves(Days):
    """The desk of `Days` with its head, the association, its bank, and the town's officers."""

    model: Purse
    refunds_leave_till: ClassVar[bool] = True
    built: ClassVar[Callable[[Database], None]] = begun_lenient

    def __init__(self) -> None:
        super().__init__()
        self.model = Purse({TILLS[0]: Till(Counter(dict(NOTES))), TILLS[1]: Till()}, WALLET)
        self.model.lie = {
            "vault": Counter({each: (PRINTED - SOLD) // each for each in KINDS}),
            "public": Counter({each: SOLD // each for each in KINDS}),
            "transit_out": Counter(),
            # What the member put on their account.
            "returned": Counter({100: WALLET // 100}),
        }
        self.model.move(Counter(dict(NOTES)), "vault")
        self.model.circulating = len(KINDS) * SOLD + worth(Counter(dict(NOTES)))
        self.model.on_accounts = WALLET
        self.world = World(self.database)
        self.people |= {login: self.world.actor(login) for login in ("operator", "signer", "treasurer", HEIR)}
        self.bank = Bank(RESERVE_NOTES)

    @property
    def head(self) -> Actor:
        return self.people[self.model.head.login]

    @property
    def now(self) -> Any:
        return self.on(self.model.today)

    def statement(self, bank: Bank, day: int, *lines: tuple[int, int, str]) -> None:
        """The bank's statement of a day of January, which nobody explains before that day."""
        imported(self.world, bank.cfonb(day, day, *lines))
        self.world.on = max(self.world.on, on(day))

    def act(self, act: Any, item: Any, expect: Any) -> dict[str, Any] | None:
        """What was answered; None when the books and the model both refuse."""
        done = self.do(act, item, expect)
        return done[0] if done else None

    # What receipts bring beside what a till shows.

    def booked(
        self, answer: dict[str, Any], till: str, sold: list[str], notes: Notes, cents: int, card: int, digital: int
    ) -> None:
        super().booked(answer, till, sold, notes, cents, card, digital)
        self.model.move(notes, "public")
        self.model.move(Counter(dict(map(tuple, answer["change_notes"]))), target="public")
        self.model.other += card
        self.model.digital += digital

    def check_back(self, held: Till, back: tuple[int, int, int, int]) -> None:
        super().check_back(held, back)
        self.model.enough(self.model.values, back[0])
        self.model.enough(self.model.digital, back[2])
        self.model.enough(self.model.other, back[3])

    def undone(self, answer: dict[str, Any], till: str, taken: Taken, chosen: list[int], back: tuple[int, int, int, int]) -> None:
        super().undone(answer, till, taken, chosen, back)
        if answer["to_refund_cents"]:
            self.model.owing[answer["number"]] = Refund(taken, answer["to_refund_cents"])

    def given_back(self, till: str, taken: Taken, pieces_back: Notes, back: tuple[int, int, int, int]) -> None:
        super().given_back(till, taken, pieces_back, back)
        self.model.move(pieces_back, target="public")
        self.model.digital -= back[2]
        self.model.other -= back[3]

    # The float.

    @rule(cents=amounts)
    def receive_float(self, cents: int) -> None:
        def expect() -> None:
            if self.model.advance + cents > FLOAT_MOST:
                raise No("float_beyond_charter")
            self.model.advance += cents
            self.model.float_euro += cents

        self.act(receive_floats, ReceiveFloat(self.head, POOL, cents, self.now), expect)

    @rule(cents=amounts)
    def lower_float(self, cents: int) -> None:
        def expect() -> None:
            self.model.enough(self.model.float_euro, cents)
            self.model.advance -= cents
            self.model.float_euro -= cents

        self.act(lower_floats, LowerFloat(self.head, POOL, cents, self.now), expect)

    @rule(till=tills, notes=few)
    def exchange(self, till: str, notes: Notes) -> None:
        def expect() -> None:
            if self.model.float_notes + worth(notes) > FLOAT_NOTES_MOST:
                raise No("float_beyond_charter")
            self.model.enough(self.model.float_euro, worth(notes))
            self.model.float_euro -= worth(notes)
            self.model.float_notes += worth(notes)
            self.model.move(notes, "vault")
            self.model.tills[till].notes += notes
            self.model.circulating += worth(notes)

        self.act(exchange_floats, ExchangeFloat(self.head, POOL, till, pieces(notes), self.now), expect)

    @rule(till=tills, notes=few)
    def exchange_back(self, till: str, notes: Notes) -> None:
        def expect() -> None:
            self.model.enough(self.model.float_notes, worth(notes))
            self.model.out_of(self.model.tills[till], notes)
            self.model.float_euro += worth(notes)
            self.model.float_notes -= worth(notes)
            self.model.move(notes, target="returned")
            self.model.circulating -= worth(notes)

        self.act(exchange_floats_back, ExchangeFloatBack(self.head, POOL, till, pieces(notes), self.now), expect)

    @rule(source=tills, other=tills, notes=few)
    def help_out(self, source: str, other: str, notes: Notes) -> None:
        def expect() -> None:
            if source == other:
                raise No("tills_are_one")
            self.model.out_of(self.model.tills[source], notes)
            self.model.tills[other].notes += notes

        item = MoveNotesBetweenTills(self.head, POOL, source, other, pieces(notes), self.now)
        self.act(move_notes_between_tills, item, expect)

    # Euros on their way to the public accountant.

    @rule(till=tills, cents=amounts)
    def to_the_safe(self, till: str, cents: int) -> None:
        held = self.model.tills[till]

        def expect() -> None:
            self.model.enough(held.euros - held.float_euros, cents)
            held.euros -= cents
            self.model.safe += cents

        self.act(move_to_safes, MoveToSafe(self.people[CLERKS[0]], POOL, till, cents, self.now), expect)

    @rule(till=tills, cents=amounts)
    def from_the_safe(self, till: str, cents: int) -> None:
        def expect() -> None:
            self.model.enough(self.model.safe, cents)
            self.model.safe -= cents
            self.model.tills[till].euros += cents

        self.act(move_from_safes, MoveFromSafe(self.head, POOL, till, cents, self.now), expect)

    @rule(cents=amounts)
    def pay_euros_in(self, cents: int) -> None:
        def expect() -> None:
            self.model.enough(self.model.safe, cents)
            self.model.safe -= cents
            self.model.paid_in += cents

        self.act(pay_in, PayIn(self.head, POOL, cents, self.now), expect)

    @rule(cents=amounts)
    def pay_cards_in(self, cents: int) -> None:
        def expect() -> None:
            self.model.enough(self.model.other, cents)
            self.model.other -= cents
            self.model.paid_in += cents

        self.act(pay_in_other_means, PayInOtherMeans(self.head, POOL, "card", cents, self.now), expect)

    @rule()
    def pay_everything_in(self) -> None:
        """All that was taken in euros and by card reaches the public accountant."""
        for name, till in self.model.tills.items():
            if till.euros > till.float_euros:
                self.to_the_safe(name, till.euros - till.float_euros)
        if self.model.safe:
            self.pay_euros_in(self.model.safe)
        if self.model.other > 0:
            self.pay_cards_in(self.model.other)

    @rule(service=st.sampled_from(sorted(PRICES)), cents=amounts)
    def take_into_accounts(self, service: str, cents: int) -> None:
        def expect() -> None:
            if cents > self.model.revenue[service] - self.model.accounted[service]:
                raise No("takings_beyond_revenue")
            self.model.enough(self.model.paid_in, cents)
            self.model.paid_in -= cents
            self.model.accounted[service] += cents

        item = AccountForTakings(self.people["signer"], POOL, f"T-{self.steps}", ((service, cents),), self.now)
        self.act(account_for_takings, item, expect)

    @rule(cents=amounts)
    def refund_by_town(self, cents: int) -> None:
        def expect() -> None:
            self.model.enough(min(self.model.to_refund, self.model.paid_in), cents)
            self.model.to_refund -= cents
            self.model.paid_in -= cents

        self.act(pay_refunds_by_town, RefundByTown(self.people["treasurer"], POOL, cents, self.now), expect)

    @precondition(lambda self: self.model.receipts)
    @rule(place=places, till=tills)
    def refund_from_till(self, place: int, till: str) -> None:
        """What a cancellation of an earlier day left is given back, where the charter lets it."""
        numbers = [*sorted(self.model.receipts), *sorted(self.model.owing)]
        number = numbers[place % len(numbers)]
        clerk = self.model.tills[till].clerk or CLERKS[0]
        refund = self.model.owing.get(number)

        def expect() -> tuple[int, int, int, int]:
            held = self.model.working(till, clerk)
            if refund is None:
                raise No("nothing_to_refund")
            if refund.paid:
                raise No("refund_already_paid")
            if not self.refunds_leave_till:
                raise No("refund_stays_out")
            back = self.model.given_back(held, refund.taken, refund.cents)
            self.check_back(held, back)
            self.model.enough(self.model.to_refund, refund.cents)
            return back

        done = self.do(pay_refunds, PayRefund(self.people[clerk], POOL, self.session(till), number), expect)
        if done and refund:
            self.refunded(done[0], till, refund, done[1])

    def refunded(self, answer: dict[str, Any], till: str, refund: Refund, back: tuple[int, int, int, int]) -> None:
        """What the till gave back."""
        notes = Counter(dict(map(tuple, answer["notes"])))
        assert (answer["refunded_cents"], worth(notes), answer["euros_cents"]) == (refund.cents, *back[:2])
        self.given_back(till, refund.taken, notes, back)
        self.model.to_refund -= refund.cents
        refund.paid = True

    @rule()
    def ask_and_withdraw(self) -> None:
        """The payer walks away."""
        till = next((name for name, held in self.model.tills.items() if held.clerk and held.counted is None), TILLS[0])
        clerk = self.model.tills[till].clerk or CLERKS[0]
        asking = RequestPayment(self.people[clerk], POOL, self.session(till), (ServiceAsked("entry"),), PRICES["entry"])
        if asked := self.act(request_payments, asking, lambda: self.model.working(till, clerk)):
            self.act(withdraw_requests, WithdrawRequest(self.people[clerk], POOL, asked["reference"]), lambda: None)
