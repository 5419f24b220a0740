"""Random days at a desk, in PostgreSQL and on paper: equal after each step, with every invariant.

`HYPOTHESIS_PROFILE=thorough` tries many more and longer ones.
"""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from monnaielocale.actions.at_desk import CountGiven
from monnaielocale.actions.cancels import CancelReceipt, PrintDuplicate, cancel_receipts, print_duplicates
from monnaielocale.actions.desk_days import CloseDay, OpenDay, close_days, open_days
from monnaielocale.actions.issuing import Given, OtherGiven, ServiceAsked
from monnaielocale.actions.payment_requests import ApprovePayment, RequestPayment, approve_payments, request_payments
from monnaielocale.actions.perform import Action, Answer, perform
from monnaielocale.actions.receipts import EnterPaperReceipt, TakeReceipt, enter_paper_receipts, take_receipts
from monnaielocale.actions.till_sessions import (
    CloseSession,
    CountTill,
    OpenSession,
    TakeOverTill,
    close_sessions,
    count_tills,
    open_sessions,
    take_over_tills,
)
from monnaielocale.domain.actors import Actor
from monnaielocale.store.database import Database
from tests.counter import NOTES
from tests.desks import POOL
from tests.flows.databases import Copies
from tests.flows.desk_model import PRICES, Desk, No, Notes, Taken, Till, worth
from tests.flows.desk_worlds import WALLET, begun
from tests.invariants import check_invariants
from tests.world import BOOK, MONDAY, World

settings.register_profile("usual_desk", max_examples=5, stateful_step_count=12)
settings.register_profile("middle_desk", max_examples=25, stateful_step_count=20)
settings.register_profile("thorough_desk", max_examples=300, stateful_step_count=60)
SETTINGS = settings(
    settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual") + "_desk"),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
CLERKS, TILLS = ("pool-clerk", "pool-deputy"), ("till-1", "till-2")
clerks, tills, places = st.sampled_from(CLERKS), st.sampled_from(TILLS), st.integers(0, 1_000)
services = st.lists(st.sampled_from(sorted(PRICES)), min_size=1, max_size=3)
handful = st.dictionaries(st.sampled_from((100, 200, 500, 1000)), st.integers(1, 3), max_size=3).map(Counter)
# Most counts find what is there.
off = st.sampled_from((0, 0, 0, -1, 1))


def pieces(notes: Notes) -> tuple[tuple[int, int], ...]:
    return tuple(sorted((denomination, count) for denomination, count in notes.items() if count))


class Days(RuleBasedStateMachine):
    """Two clerks, two tills, one member who pays from an account; anything may be tried at any time."""

    copies: ClassVar[Copies]
    built: ClassVar[Callable[[Database], None]] = begun

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.database = self.stack.enter_context(self.copies.of(type(self).built))
        world = World(self.database)
        self.people = {login: world.actor(login) for login in (*CLERKS, "maite", "pool-head")}
        self.model = Desk({TILLS[0]: Till(Counter(dict(NOTES))), TILLS[1]: Till()}, WALLET)
        self.sessions: dict[str, UUID] = {}
        self.asked: list[tuple[Action[Any], Any, dict[str, Any]]] = []
        self.steps = 0

    def teardown(self) -> None:
        self.stack.close()

    @property
    def head(self) -> Actor:
        """Who is the head today."""
        return self.people["pool-head"]

    def on(self, day: int) -> date:
        return MONDAY + timedelta(days=day)

    def do(self, act: Action[Any], item: Any, expect: Callable[[], Any]) -> tuple[dict[str, Any], Any] | None:
        """The answer of the books and of the model; None when both refuse."""
        self.steps += 1
        moment = datetime(MONDAY.year, MONDAY.month, MONDAY.day, 10, tzinfo=UTC) + timedelta(days=self.model.today)
        self.database.ahead = moment + timedelta(minutes=self.steps) - datetime.now(UTC)
        keyed = type(item)(**{name: getattr(item, name) for name in type(item).__slots__} | {"key": f"step {self.steps}"})
        before = self.written()
        outcome = perform(self.database, act, [keyed])[0]
        try:
            expected = expect()
        except No as no:
            assert not isinstance(outcome, Answer), f"{act.name} must be refused: {no.codes}"
            assert outcome.code in no.codes, f"{outcome.code}: {outcome}, not {no.codes}"
            assert self.written() == before
            return None
        assert isinstance(outcome, Answer), f"{act.name}: {outcome!r} {outcome}"
        self.asked.append((act, keyed, outcome.content))
        return outcome.content, expected

    def written(self) -> tuple[Any, ...]:
        """How much there is in the books: what is refused adds nothing."""
        with self.database.reading() as connection:
            counts = "SELECT (SELECT count(*) FROM event), (SELECT count(*) FROM batch), (SELECT count(*) FROM idempotency_key)"
            return tuple(connection.execute(counts).fetchone() or ())

    def session(self, till: str) -> UUID:
        return self.sessions.get(till, UUID(int=0))

    def number(self, paper: bool = False) -> str:
        """What the next receipt is called."""
        if paper:
            self.model.papers += 1
            return f"PISC-2026-P{self.model.papers:06d}"
        self.model.numbers += 1
        return f"PISC-2026-{self.model.numbers:06d}"

    @rule(clerk=clerks)
    def open_day(self, clerk: str) -> None:
        item = OpenDay(self.people[clerk], POOL, self.on(self.model.today))
        self.do(open_days, item, self.model.open)

    @rule(till=tills, clerk=clerks, note=off, coins=off)
    def open_till(self, till: str, clerk: str, note: int, coins: int) -> None:
        held = self.model.tills[till]
        found, euros = self.finding(held, note, coins)
        count = CountGiven(pieces(found), ((1, euros),) if euros else ())
        item = OpenSession(self.people[clerk], POOL, till, count, 0, "found otherwise")
        if done := self.do(open_sessions, item, lambda: self.model.begin(till, clerk, found, euros)):
            answer, difference = done
            assert answer["difference_cents"] == difference
            self.sessions[till] = UUID(answer["session_id"])

    def finding(self, till: Till, note: int, coins: int) -> tuple[Notes, int]:
        """What a count finds: what is there, a note more or less, ten cents more or less."""
        found = till.notes.copy()
        found[100] = max(found[100] + note, 0)
        takings = till.euros - till.float_euros
        return +found, till.euros + (max(10 * coins, -takings))

    @rule(till=tills, clerk=clerks, sold=services, notes=handful, euros=st.integers(0, 60), card=st.booleans())
    def receipt(self, till: str, clerk: str, sold: list[str], notes: Notes, euros: int, card: bool) -> None:
        price = sum(PRICES[service] for service in sold)
        cents, by_card = euros * 10, price // 2 if card else 0
        others = (OtherGiven("card", by_card, f"S-{self.steps}"),) if by_card else ()
        item = self.taking(till, clerk, sold, Given(pieces(notes), cents, others))
        self.take(item, till, clerk, sold, notes, cents, by_card)

    @rule(till=tills, clerk=clerks, sold=services, how=st.sampled_from(("euros", "notes", "change")))
    def exact_receipt(self, till: str, clerk: str, sold: list[str], how: str) -> None:
        """What usually happens: exactly what is asked for, or a little more in notes."""
        price = sum(PRICES[service] for service in sold)
        whole = price // 100 + (how == "change")
        notes: Notes = Counter() if how == "euros" else Counter({100: whole})
        cents = price if how == "euros" else price % 100
        self.take(self.taking(till, clerk, sold, Given(pieces(notes), cents)), till, clerk, sold, notes, cents, 0)

    def taking(self, till: str, clerk: str, sold: list[str], given: Given) -> TakeReceipt:
        asked = tuple(map(ServiceAsked, sold))
        return TakeReceipt(self.people[clerk], POOL, self.session(till), asked, given)

    def take(
        self, item: TakeReceipt, till: str, clerk: str, sold: list[str], notes: Notes, cents: int, card: int, digital: int = 0
    ) -> None:
        def expect() -> tuple[int, int]:
            held = self.model.working(till, clerk)
            price = sum(PRICES[service] for service in sold)
            return self.model.change(held, price - card - digital, notes, cents)

        if done := self.do(take_receipts, item, expect):
            answer, change = done
            assert (answer["change_notes_cents"], answer["change_euros_cents"]) == change
            assert answer["number"] == self.number()
            self.booked(answer, till, sold, notes, cents, card, digital)

    def booked(
        self, answer: dict[str, Any], till: str, sold: list[str], notes: Notes, cents: int, card: int, digital: int
    ) -> None:
        """The till after a receipt, with the notes that the books chose to give back."""
        held, back = self.model.tills[till], Counter(dict(map(tuple, answer["change_notes"])))
        held.notes = held.notes + notes - back
        kept = cents - answer["change_euros_cents"]
        held.euros += kept
        held.card += card
        taken = Taken(dict(enumerate(sold, 1)), worth(notes) - worth(back), kept, digital, card)
        assert answer["total_cents"] == self.model.sold(sold, taken)
        self.model.receipts[answer["number"]] = taken

    @rule(sold=services, euros=st.booleans(), late=st.booleans())
    def pay_digitally(self, sold: list[str], euros: bool, late: bool) -> None:
        """From the account of a member at whatever till is open, half of it in euros or all of it, in time or not."""
        price = sum(PRICES[service] for service in sold)
        cents = price // 2 if euros else 0
        digital = price - cents
        till = next((name for name, held in self.model.tills.items() if held.clerk and held.counted is None), TILLS[0])
        clerk = self.model.tills[till].clerk or CLERKS[0]
        asked = tuple(map(ServiceAsked, sold))
        request = RequestPayment(self.people[clerk], POOL, self.session(till), asked, digital, Given((), cents), 3_600)
        if not (done := self.do(request_payments, request, lambda: self.model.working(till, clerk))):
            return
        reference = done[0]["reference"]
        self.steps += 90 * late

        def expect() -> None:
            if late:
                raise No("request_expired")
            if self.model.wallet < digital:
                raise No("balance_below_request")
            self.model.wallet -= digital

        if approved := self.do(approve_payments, ApprovePayment(self.people["maite"], POOL, reference), expect):
            assert approved[0]["number"] == self.number()
            self.booked(approved[0], till, sold, Counter(), cents, 0, digital)

    @rule(sold=services)
    def enter_paper(self, sold: list[str]) -> None:
        """A receipt written by hand yesterday, paid exactly."""
        price = sum(PRICES[service] for service in sold)
        till, clerk = TILLS[0], CLERKS[0]
        asked, yesterday = tuple(map(ServiceAsked, sold)), self.on(self.model.today) - timedelta(days=1)
        number = f"C-{self.steps}"
        item = EnterPaperReceipt(self.people[clerk], POOL, self.session(till), number, yesterday, asked, Given((), price))
        if done := self.do(enter_paper_receipts, item, lambda: self.model.working(till, clerk)):
            assert done[0]["number"] == self.number(paper=True)
            self.booked(done[0], till, sold, Counter(), price, 0, 0)

    @precondition(lambda self: self.model.receipts)
    @rule(place=places, till=tills, clerk=clerks, row=st.sampled_from((0, 0, 1, 2)))
    def cancel(self, place: int, till: str, clerk: str, row: int) -> None:
        """A whole receipt, or one of its lines; on its day the same means go back, later the officer refunds."""
        number = sorted(self.model.receipts)[place % len(self.model.receipts)]
        taken = self.model.receipts[number]
        rows = (row,) if row else ()

        def expect() -> tuple[list[int], tuple[int, int, int, int]]:
            held = self.model.working(till, clerk)
            if not taken.lines:
                raise No("receipt_already_cancelled")
            chosen = [row] if row else sorted(taken.lines)
            if any(each not in taken.lines for each in chosen):
                raise No("line_not_on_receipt", "line_already_cancelled")
            owed = sum(PRICES[taken.lines[each]] for each in chosen)
            back = (0, 0, 0, 0)
            if taken.day == self.model.open_day:
                back = self.model.given_back(held, taken, owed)
                self.check_back(held, back)
            return chosen, back

        item = CancelReceipt(self.people[clerk], POOL, self.session(till), number, "by mistake", rows)
        if done := self.do(cancel_receipts, item, expect):
            answer, (chosen, back) = done
            assert answer["number"] == self.number()
            self.undone(answer, till, taken, chosen, back)

    def check_back(self, held: Till, back: tuple[int, int, int, int]) -> None:
        """What goes back in notes, euros, digital units and by card is there."""
        self.model.enough(held.euros - held.float_euros, back[1])

    def undone(self, answer: dict[str, Any], till: str, taken: Taken, chosen: list[int], back: tuple[int, int, int, int]) -> None:
        gone = [taken.lines.pop(row) for row in chosen]
        owed = sum(map(PRICES.__getitem__, gone))
        assert (answer["change_notes_cents"], answer["change_euros_cents"]) == back[:2]
        self.given_back(till, taken, Counter(dict(map(tuple, answer["change_notes"]))), back)
        self.model.to_refund += answer["to_refund_cents"]
        assert answer["to_refund_cents"] == (0 if taken.day == self.model.open_day else owed)
        self.model.day_total -= owed
        self.model.ever_total -= owed
        for service in gone:
            self.model.revenue[service] -= PRICES[service]

    def given_back(self, till: str, taken: Taken, pieces_back: Notes, back: tuple[int, int, int, int]) -> None:
        """What the payer of a receipt got back, by the same means."""
        (notes, euros, digital, card), held = back, self.model.tills[till]
        held.notes, held.euros, held.card = held.notes - pieces_back, held.euros - euros, held.card - card
        taken.notes, taken.euros = taken.notes - notes, taken.euros - euros
        taken.digital, taken.card = taken.digital - digital, taken.card - card
        self.model.wallet += digital

    @precondition(lambda self: self.model.receipts)
    @rule(place=places)
    def print_again(self, place: int) -> None:
        number = sorted(self.model.receipts)[place % len(self.model.receipts)]
        self.do(print_duplicates, PrintDuplicate(self.head, POOL, number), lambda: None)

    @rule(till=tills, to=clerks, note=off)
    def take_over(self, till: str, to: str, note: int) -> None:
        held = self.model.tills[till]
        found, euros = self.finding(held, note, 0)
        count = CountGiven(pieces(found), ((1, euros),) if euros else (), held.card)
        leaving = held.clerk or CLERKS[0]

        def expect() -> int:
            self.model.working(till, leaving)
            if to == leaving:
                raise No("takeover_by_oneself")
            if any(other.clerk == to for other in self.model.tills.values()):
                raise No("clerk_in_session")
            difference = self.model._found(held, found, euros, held.card)
            held.clerk = to
            return difference

        item = TakeOverTill(self.people[leaving], POOL, self.session(till), to, count, "found otherwise")
        if done := self.do(take_over_tills, item, expect):
            assert done[0]["difference_cents"] == done[1]

    @rule(till=tills, note=off, coins=off)
    def count_and_close(self, till: str, note: int, coins: int) -> None:
        """Also after midnight, by the clerk or by the head."""
        held = self.model.tills[till]
        found, euros = self.finding(held, note, coins)
        by = self.head if note else self.people[held.clerk or CLERKS[0]]
        count = CountGiven(pieces(found), ((1, euros),) if euros else (), held.card)

        def counting() -> None:
            if not held.clerk:
                raise No("session_closed", "session_unknown")
            held.counted = found, euros, held.card

        if not self.do(count_tills, CountTill(by, POOL, self.session(till), count), counting):
            return

        def closing() -> int:
            difference = self.model._found(held, found, euros, held.card)
            held.clerk, held.counted, held.card = "", None, 0
            return difference

        done = self.do(close_sessions, CloseSession(by, POOL, self.session(till), "nobody knows"), closing)
        assert done and done[0]["difference_cents"] == done[1]
        assert (done[0]["left_notes_cents"], done[0]["left_euros_cents"]) == (worth(held.notes), held.euros)

    @precondition(lambda self: self.model.last_day >= 0)
    @rule(clerk=clerks)
    def close_day(self, clerk: str) -> None:
        item = CloseDay(self.people[clerk], POOL, self.on(self.model.last_day))
        if done := self.do(close_days, item, self.model.close):
            totals = done[0]["totals"]
            found = [totals[part]["taken_cents"] - totals[part]["given_back_cents"] for part in ("day", "perpetual")]
            assert found == [self.model.day_total, self.model.ever_total]

    @initialize()
    def morning(self) -> None:
        """The first till is open, so that chance has something to do there."""
        self.open_day(CLERKS[0])
        self.open_till(TILLS[0], CLERKS[0], 0, 0)

    @rule(note=off, again=st.booleans())
    def night(self, note: int, again: bool) -> None:
        """Everything is closed, and perhaps the next day begins."""
        for till in TILLS:
            self.count_and_close(till, note, 0)
        self.close_day(CLERKS[1])
        self.midnight()
        if again:
            self.morning()

    @rule()
    def midnight(self) -> None:
        self.model.today += 1

    @rule(place=places)
    def click_again(self, place: int) -> None:
        """T9: what was asked is answered again, and nothing happens."""
        if self.asked:
            act, item, content = self.asked[place % len(self.asked)]
            outcome = perform(self.database, act, [item])[0]
            assert isinstance(outcome, Answer) and outcome.replayed and outcome.content == content

    @invariant()
    def the_books_say_what_the_model_says(self) -> None:
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT book.code, account.code, cents FROM account_balance AS account JOIN book ON book.id = book_id"
                " WHERE cents <> 0"
            ).fetchall()
        own = {code: cents for book, code, cents in rows if book == POOL}
        known = {code: cents for code, cents in own.items() if code.startswith(("revenue:", "till.euro:", "till_diff", "to_ref"))}
        assert known == self.model.balances()
        drawers = {code: cents for book, code, cents in rows if book == BOOK and code.startswith("notes.drawer")}
        held = {
            f"notes.drawer:{POOL}:{name}:{denomination}": denomination * count
            for name, till in self.model.tills.items()
            for denomination, count in till.notes.items()
            if count
        }
        assert drawers == held
        assert next((cents for book, code, cents in rows if (book, code) == (BOOK, "wallet:E00001")), 0) == self.model.wallet

    @invariant()
    def every_rule_holds(self) -> None:
        check_invariants(self.database)


@pytest.fixture(scope="module")
def own_copies(server_url: str, template: str) -> Iterator[Copies]:
    with ExitStack() as stack:
        yield Copies(server_url, template, stack)


def test_the_books_and_the_model_agree_after_each_of_random_operations_at_a_desk(own_copies: Copies) -> None:
    Days.copies = own_copies
    run_state_machine_as_test(Days, settings=SETTINGS)


def test_a_day_of_every_operation_in_its_usual_order(own_copies: Copies) -> None:
    """Chance may never close a day with receipts; here everything happens once."""
    Days.copies = own_copies
    days = Days()
    for day in range(2):
        days.open_day(CLERKS[0])
        days.open_till(TILLS[0], CLERKS[0], -1, 0)
        days.open_till(TILLS[1], CLERKS[1], 0, 0)
        days.exact_receipt(TILLS[0], CLERKS[0], ["lesson", "entry"], "notes")
        days.exact_receipt(TILLS[0], CLERKS[0], ["entry-child"], "change")
        days.exact_receipt(TILLS[1], CLERKS[1], ["entry-child", "lesson"], "euros")
        days.receipt(TILLS[0], CLERKS[0], ["lesson"], Counter({500: 1}), 20, True)
        days.pay_digitally(["entry"], False, False)
        days.pay_digitally(["entry"], True, True)
        days.enter_paper(["lesson"])
        for place in range(3):
            days.cancel(place, TILLS[0], CLERKS[0], place)
        days.print_again(1)
        days.the_books_say_what_the_model_says()
        days.count_and_close(TILLS[1], 1, 1)
        days.take_over(TILLS[0], CLERKS[1], 1)
        days.click_again(day)
        days.midnight()
        days.exact_receipt(TILLS[0], CLERKS[1], ["lesson"], "euros")
        days.count_and_close(TILLS[0], -1, -1)
        days.close_day(CLERKS[0])
        assert len(days.asked) >= 19 * (day + 1)
        days.the_books_say_what_the_model_says()
        days.every_rule_holds()
    days.teardown()
