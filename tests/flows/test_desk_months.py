"""Random weeks of the ledger with a desk at work, in PostgreSQL and on paper: equal after each step.

The town pays a shop through the association, members top up, pay each other and redeem, notes are printed, sold and destroyed;
meanwhile the days of the smaller machine go on at the desk, its float changes, euros and notes move, envelopes leave and are
counted, the association's euros arrive, and days and months are closed. `HYPOTHESIS_PROFILE=thorough` tries more and longer ones.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from monnaielocale.actions.desk_days import ClosePeriod, SealDay, close_periods, seal_days
from monnaielocale.actions.envelopes import FillEnvelope, HandEnvelope, fill_envelopes, hand_envelopes
from monnaielocale.actions.matches import PartGiven
from monnaielocale.actions.remittances import (
    ConfirmRemittance,
    CountEnvelope,
    RedeemDigitalTakings,
    confirm_remittances,
    count_envelopes,
    redeem_digital_takings,
)
from monnaielocale.domain.notes import NotesKind
from tests.desks import POOL, Pool
from tests.flows.databases import Copies
from tests.flows.desk_model import PRICES, No, Notes, worth
from tests.flows.desk_moves import KINDS, few
from tests.flows.desk_museum import Museums
from tests.flows.desk_purse import Sent
from tests.flows.desk_worlds import HEIR, begun_strict
from tests.flows.test_crash import AT_COUNTERS, AT_DESKS, actions_of
from tests.flows.test_desk_machine import CLERKS, SETTINGS, TILLS, off, pieces, places, tills
from tests.matching import explained
from tests.world import BOOK, TOWN


class Months(Museums):
    """The same desk with envelopes, the association and its bank, and the ends of days and months."""

    # Notes on their way to the association, and its euros on their way back.

    @rule(till=tills, notes=few)
    def fill(self, till: str, notes: Notes) -> None:
        def expect() -> str:
            self.model.enough(self.model.values, worth(notes))
            self.model.out_of(self.model.tills[till], notes)
            number = self.model.open_envelope() or f"PISC-2026-E{len(self.model.envelopes) + 1:04d}"
            self.model.envelopes.setdefault(number, Sent()).notes.update(notes)
            return number

        item = FillEnvelope(self.people[CLERKS[0]], POOL, ((till, pieces(notes)),), self.now)
        if answer := self.act(fill_envelopes, item, expect):
            assert answer["declared_cents"] == worth(self.model.envelopes[answer["envelope"]].notes)

    def some_envelope(self, place: int) -> str:
        return f"PISC-2026-E{place % (len(self.model.envelopes) + 1) + 1:04d}"

    @rule(place=places)
    def hand(self, place: int) -> None:
        number = self.some_envelope(place)

        def expect() -> None:
            sent = self.model.envelope(number)
            if sent.handed:
                raise No("envelope_already_handed")
            sent.handed = True

        self.act(hand_envelopes, HandEnvelope(self.people[CLERKS[0]], POOL, number, "Peio Harispe", self.now), expect)

    @rule(place=places, change=off)
    def count_envelope(self, place: int, change: int) -> None:
        """The association finds what was declared, or a note of one more or less."""
        number = self.some_envelope(place)
        found = Counter(self.model.envelopes[number].notes if number in self.model.envelopes else {})
        found[100] = max(found[100] + change, 0)
        found = +found

        def expect() -> str | None:
            sent = self.model.envelope(number)
            if not sent.handed:
                raise No("envelope_not_handed")
            if sent.counted:
                raise No("envelope_already_counted")
            sent.counted = True
            self.model.lost_on_the_way += worth(sent.notes) - worth(found)
            self.model.move(sent.notes, target="public")
            self.model.move(found, "public", "returned")
            self.model.circulating -= worth(found)
            return self.model.owe(worth(found), of_notes=True) if found else None

        item = CountEnvelope(self.people["operator"], POOL, number, pieces(found), self.now, "counted twice")
        if done := self.do(count_envelopes, item, expect):
            assert done[0]["remittance"] == done[1]

    @rule()
    def redeem_digital(self) -> None:
        def expect() -> str:
            if not self.model.digital:
                raise No("no_digital_takings")
            cents, self.model.digital = self.model.digital, 0
            self.model.on_accounts -= cents
            return self.model.owe(cents, of_notes=False)

        if done := self.do(redeem_digital_takings, RedeemDigitalTakings(self.people["operator"], POOL, self.now), expect):
            assert done[0]["remittance"] == done[1]

    @rule(place=places)
    def association_pays(self, place: int) -> None:
        """What is owed for notes leaves the association's bank account, as its statement shows."""
        owed = [number for number, each in self.model.remittances.items() if each.of_notes and not each.paid]
        day = self.bank.until + 1
        if not owed or day > 28:
            return
        number = owed[place % len(owed)]
        cents, label = self.model.remittances[number].cents, f"VIR {self.steps}"
        lines = ((day, 500_00, f"VERSEMENT {self.steps}"), (day, -cents, label))
        self.statement(self.bank, day, *lines)
        with self.database.reading() as connection:
            due = connection.execute("SELECT transfer_due_id FROM remittance WHERE number = %s", [number]).fetchone()
            line = connection.execute("SELECT id FROM bank_line WHERE label = %s", [label]).fetchone()
        assert due and line
        explained(self.world, line[0], PartGiven("transfer_made", cents, transfer_due_id=due[0]))
        self.model.remittances[number].paid = cents

    @rule(place=places, half=st.booleans())
    def confirm(self, place: int, half: bool) -> None:
        number = f"PISC-2026-R{place % (len(self.model.remittances) + 1) + 1:04d}"
        owed = self.model.remittances.get(number)
        cents = max((owed.cents // 2 if half else owed.cents - owed.confirmed) if owed else 1_00, 1)

        def expect() -> None:
            if owed is None:
                raise No("remittance_unknown")
            if owed.confirmed + cents > owed.paid:
                raise No("remittance_confirmed_beyond")
            owed.confirmed += cents
            self.model.claim -= cents
            self.model.paid_in += cents

        self.act(confirm_remittances, ConfirmRemittance(self.people["treasurer"], POOL, number, cents, self.now), expect)

    # Days and months.

    def close_day(self, clerk: str) -> None:
        before = self.model.open_day
        super().close_day(clerk)
        if before is not None and self.model.open_day is None:
            self.model.closed_days[before] = False

    @rule(back=st.integers(0, 3))
    def seal(self, back: int) -> None:
        day = max(self.model.today - back, 0)

        def expect() -> None:
            if day == self.model.open_day:
                raise No("day_not_closed")
            if day not in self.model.closed_days:
                raise No("day_not_open")
            if self.model.closed_days[day]:
                raise No("day_already_sealed")
            self.model.closed_days[day] = True

        self.act(seal_days, SealDay(self.head, POOL, self.on(day)), expect)

    @rule(period=st.sampled_from(("2026-01", "2026-02", "2026")))
    def close_period(self, period: str) -> None:
        def within(day: int) -> bool:
            return str(self.on(day)).startswith(period)

        def expect() -> int:
            if period in self.model.closed_periods:
                raise No("period_already_closed")
            if str(self.now)[: len(period)] <= period:
                raise No("period_not_over")
            if self.model.open_day is not None and within(self.model.open_day):
                raise No("days_of_period_open")
            self.model.closed_periods.add(period)
            return sum(map(within, self.model.closed_days))

        if done := self.do(close_periods, ClosePeriod(self.head, POOL, period), expect):
            assert done[0]["days"] == done[1]

    @rule()
    def month_ends(self) -> None:
        """Nobody works until the first of the next month."""
        first = (self.now.replace(day=1) + timedelta(days=32)).replace(day=1)
        if first.month <= 3:
            self.model.today += (first - self.now).days

    # What always holds.

    @invariant()
    def every_account_holds_what_the_model_says(self) -> None:
        assert Pool(self.world).held() == self.model.everything()

    def association_holds(self) -> dict[str, int]:
        """What the association's accounts hold, all of them."""
        with self.database.reading() as connection:
            return dict(
                connection.execute(
                    "SELECT account.code, cents FROM account_balance AS account JOIN book ON book.id = book_id"
                    " WHERE book.code = %s",
                    [BOOK],
                ).fetchall()
            )

    @invariant()
    def every_note_is_where_the_model_says(self) -> None:
        """Invariants 3 and 5: all that was printed is somewhere, per denomination, and no place holds less than nothing."""
        held = self.association_holds()
        for each in KINDS:
            lie = {code: cents for code, cents in held.items() if code.startswith("notes.") and code.endswith(f":{each}")}
            assert held[f"issuance.notes:{each}"] == sum(lie.values()) and min(lie.values()) >= 0
            known = {place: each * notes[each] for place, notes in self.model.lie.items()}
            assert {place: lie.get(f"notes.{place}:{each}", 0) for place in known} == known
            drawn = {name: lie.get(f"notes.drawer:{POOL}:{name}:{each}", 0) for name in TILLS}
            assert drawn == {name: each * till.notes[each] for name, till in self.model.tills.items()}
            sent = sum(lie.get(f"notes.{place}:{POOL}:{each}", 0) for place in ("envelope", "transit_in"))
            assert sent == each * self.model.on_the_way[each]
        in_use = ("notes.public", "notes.drawer", "notes.envelope", "notes.transit_in")
        assert held["circulation.notes"] == sum(cents for code, cents in held.items() if code.startswith(in_use))
        assert held["circulation.notes"] == self.model.circulating

    @invariant()
    def every_unit_is_on_an_account(self) -> None:
        """Invariants 2 and 5, of digital units."""
        held = self.association_holds()
        wallets = {code: cents for code, cents in held.items() if code.startswith("wallet:") and cents}
        mine = {"wallet:E00001": self.model.wallet, "wallet:E00002": self.other_wallet, f"wallet:{POOL}": self.model.digital}
        assert wallets == {code: cents for code, cents in mine.items() if cents} and min(wallets.values(), default=0) >= 0
        assert held["issuance.digital"] == held["circulation.digital"] == sum(wallets.values()) == self.model.on_accounts

    @invariant()
    def both_books_say_the_same_of_the_desk(self) -> None:
        """Invariant 7: notes in drawers and envelopes, digital units, and what the association owes."""
        held, own = self.association_holds(), self.model.everything()
        of_desk = dict.fromkeys(("drawer", "envelope", "transit_in"), 0)
        for code, cents in held.items():
            for place in of_desk:
                of_desk[place] += cents if code.startswith(f"notes.{place}:{POOL}:") else 0
        assert own.get("values.notes", 0) + own.get("float.notes", 0) == of_desk["drawer"]
        assert own.get("values.envelope", 0) == of_desk["envelope"] + of_desk["transit_in"]
        assert own.get("digital_received", 0) == held.get(f"wallet:{POOL}", 0)
        owed = sum(cents for code, cents in held.items() if code.startswith("redemption_due.") and code.endswith(f":{TOWN}"))
        unconfirmed = sum(each.paid - each.confirmed for each in self.model.remittances.values())
        assert own.get("claim_on_issuer", 0) == owed + unconfirmed


class StrictMonths(Months):
    """The same under the charter as it is published, which lets no refund leave a till."""

    refunds_leave_till = False
    built = begun_strict


@pytest.fixture(scope="module")
def own_copies(server_url: str, template: str) -> Iterator[Copies]:
    with ExitStack() as stack:
        yield Copies(server_url, template, stack)


def test_the_books_and_the_model_agree_after_each_of_everything_that_happens_at_a_desk(own_copies: Copies) -> None:
    Months.copies = own_copies
    run_state_machine_as_test(Months, settings=SETTINGS)


def test_a_month_of_every_operation_in_its_usual_order(own_copies: Copies) -> None:
    """Chance may never pay an envelope; here everything happens, and the model is asked after each step."""
    Months.copies = own_copies
    months = Months()
    note, two = Counter({100: 1}), Counter({1000: 1, 200: 1})

    def step(name: str, *given: Any) -> None:
        getattr(months, name)(*given)
        months.the_books_say_what_the_model_says()
        months.every_account_holds_what_the_model_says()
        months.every_note_is_where_the_model_says()
        months.every_unit_is_on_an_account()
        months.both_books_say_the_same_of_the_desk()
        months.visitors_paid_what_the_model_says()

    for kind in NotesKind:
        step("decide_on_notes", kind, 100, 3)
    step("pay_a_member", True, 3_00)
    step("pay_a_member", False, 1_00)
    step("town_pays", 40_00)
    step("top_up", 5_00)
    step("redeem", 12_00)
    step("reverse", 0)
    step("lower_float", 5_00)
    step("receive_float", 5_00)
    step("exchange_back", TILLS[0], note)
    step("exchange", TILLS[0], note)
    step("help_out", TILLS[0], TILLS[1], note)
    step("open_day", CLERKS[0])
    step("open_till", TILLS[0], CLERKS[0], 0, 0)
    step("open_till", TILLS[1], CLERKS[1], 0, 0)
    step("receipt", TILLS[0], CLERKS[0], ["lesson"], two, 0, False)
    step("receipt", TILLS[0], CLERKS[0], ["ten-entries"], Counter(), 190, True)
    step("exact_receipt", TILLS[1], CLERKS[1], ["ten-entries"], "euros")
    step("pay_digitally", ["lesson"], False, False)
    step("ask_and_withdraw")
    step("refund_from_till", 0, TILLS[0])
    step("enter_paper", ["entry"])
    step("print_again", 0)
    step("to_the_safe", TILLS[1], 12_00)
    step("from_the_safe", TILLS[0], 1_00)
    step("pay_euros_in", 5_00)
    step("pay_cards_in", 12_00)
    step("take_into_accounts", "lesson", 5_00)
    step("fill", TILLS[0], Counter({1000: 1}))
    step("count_and_close", TILLS[1], 0, 0)
    step("take_over", TILLS[0], CLERKS[1], 0)
    step("count_and_close", TILLS[0], 0, 0)
    step("close_day", CLERKS[0])
    step("seal", 0)
    step("hand", 0)
    step("count_envelope", 0, -1)
    step("redeem_digital")
    step("association_pays", 0)
    step("confirm", 0, True)
    step("midnight")
    step("open_day", CLERKS[0])
    step("open_till", TILLS[0], CLERKS[0], 0, 0)
    step("exact_receipt", TILLS[0], CLERKS[0], ["lesson"], "notes")
    step("cancel", 1, TILLS[0], CLERKS[0], 0)
    step("refund_from_till", len(months.model.receipts), TILLS[0])
    step("cancel", 0, TILLS[0], CLERKS[0], 0)
    step("refund_from_till", len(months.model.receipts) + 1, TILLS[0])
    step("refund_from_till", len(months.model.receipts) + 1, TILLS[0])
    step("refund_by_town", 1_00)
    step("change_heads")
    step("change_heads")
    step("count_and_close", TILLS[0], -1, 0)
    step("close_day", CLERKS[0])
    step("draw_up_handover", HEIR, False, 0, 0)
    step("pay_everything_in")
    step("draw_up_handover", HEIR, True, -1, 1)
    step("draw_up_handover", HEIR, False, 0, 0)
    step("visit_museum", "entry", True)
    step("visit_museum", "entry", True)
    step("midnight")
    step("visit_museum", "entry-reduced", False)
    step("accept_handover", 0, HEIR)
    step("accept_handover", 1, HEIR)
    step("month_ends")
    step("close_period", "2026-01")
    months.model.today += 365
    step("close_period", "2026")
    months.every_rule_holds()
    months.teardown()
    # Desks are opened before anything happens at them.
    beside = {"move_notes", "pay_between_wallets", "redeem", "reverse_event"}
    assert {act.name for act, _, _ in months.asked} == (actions_of(AT_DESKS | AT_COUNTERS) - {"open_desk"}) | beside


def test_a_refund_stays_out_of_the_till_where_the_charter_says_so(own_copies: Copies) -> None:
    Months.copies = own_copies
    months = StrictMonths()
    months.morning()
    months.exact_receipt(TILLS[0], CLERKS[0], ["lesson"], "notes")
    months.night(0, True)
    months.cancel(0, TILLS[0], CLERKS[0], 0)
    (refund,) = months.model.owing.values()
    months.refund_from_till(1, TILLS[0])
    assert not refund.paid and months.model.to_refund == refund.cents == PRICES["lesson"]
    months.every_account_holds_what_the_model_says()
    months.teardown()
