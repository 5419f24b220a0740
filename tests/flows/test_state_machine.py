"""Random sequences of all operations, against the books in PostgreSQL and against the small model, equal after each step.

`HYPOTHESIS_PROFILE=thorough` tries many more and longer ones.
"""

import os
from copy import deepcopy
from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule, run_state_machine_as_test

from monnaielocale.actions.closings import CloseBooks, close_books
from monnaielocale.actions.mandates import (
    RevokeMandate,
    revoke_mandates,
)
from monnaielocale.actions.matches import (
    MatchLines,
    RejectMatch,
    UndoMatch,
    match_lines,
    reject_matches,
    undo_matches,
)
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.redemptions import MemberDeparts, Redeem, depart_members, redeem
from monnaielocale.actions.reversals import ReverseEvent, reverse_events
from monnaielocale.actions.runs import CancelRun, OpenRun, cancel_runs, open_runs
from tests.flows.databases import Copies
from tests.flows.facts import SIGNS, TOWN, Due, No, Part, Undoable
from tests.flows.trading import CENTS, HOW_MUCH, MEMBER, MEMBERS, ON_PAYMENT, PLACE, ROWS, TODAY, Trading, begun
from tests.invariants import check_invariants
from tests.towns import NEW_YEAR, list_of
from tests.world import BOOK, COLLECTION, RESERVE_DIGITAL, RESERVE_NOTES

settings.register_profile("usual", max_examples=25, stateful_step_count=30)
settings.register_profile("thorough", max_examples=1000, stateful_step_count=100)
SETTINGS = settings(
    settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


class Trade(Trading):
    """Every operation, in any order."""

    @rule(rows=ROWS, how_far=st.integers(1, 5), revoked=st.sampled_from((False, False, False, True)), place=PLACE)
    def town_pays(self, rows: list[tuple[str, int]], how_far: int, revoked: bool, place: int) -> None:
        """The usual way of a run, as far as it goes this time: signed, paid, matched, credited, and what is left returned."""
        before = set(self.model.runs)
        self.open_run(rows, True)
        for run in set(self.model.runs) - before:
            if how_far > 1:
                self.day += timedelta(days=1)
                self.import_lines(COLLECTION, [(self.model.runs[run].open, f"L{self.steps} {run}")])
            if how_far > 2:
                self.match()
            if revoked:
                self.revoke(place)
            if how_far > 3:
                self.credit_named(run)
            if how_far > 4:
                self.return_named(run)

    @rule(payer=MEMBER, payee=MEMBER, cents=CENTS, early=st.booleans())
    def pay(self, payer: str, payee: str, cents: int, early: bool) -> None:
        """Now and then dated in a period that may be closed."""
        on = self.closed if early and self.closed else TODAY
        item = WalletPayment(self.people["operator"], BOOK, payer, payee, cents, on)

        def expect() -> Undoable:
            if on == TODAY:
                return self.model.pay(payer, payee, cents)
            self.model.check_pair(payer, payee)
            raise No("period_closed")

        self.keep_event(self.do(pay_between_wallets, item, expect))

    @rule(member=MEMBER, cents=CENTS)
    def redeem(self, member: str, cents: int) -> None:
        item = Redeem(self.people["operator"], BOOK, member, cents, TODAY)
        if done := self.do(redeem, item, lambda: self.model.redeem(member, cents)):
            answer, (event, owed) = done
            if owed:
                event.due = self.due(Due("redemption", "digital", member, owed), answer["transfer_due_id"])
            self.keep_event((answer, event))

    @rule(member=st.sampled_from(MEMBERS[2:]), remainder=st.sampled_from(("refuse", "redeem", "transfer")), heir=MEMBER)
    def depart(self, member: str, remainder: str, heir: str) -> None:
        item = MemberDeparts(self.people["operator"], BOOK, member, TODAY, "moved away", remainder, heir)
        if done := self.do(depart_members, item, lambda: self.model.depart(member, remainder, heir)):
            answer, owed = done
            assert answer["owed_cents"] == owed
            if owed:
                self.due(Due("redemption", "digital", member, owed), answer["transfer_due_id"])

    @precondition(lambda self: self.model.events)
    @rule(place=PLACE)
    def reverse(self, place: int) -> None:
        event = self.one_of(self.model.events, place)
        item = ReverseEvent(self.people["operator"], BOOK, UUID(event), "a mistake", TODAY)
        self.do(reverse_events, item, lambda: self.model.reverse(self.model.events[event]))

    @rule(place=PLACE)
    def revoke(self, place: int) -> None:
        """In arrears: it covers nothing that is not yet credited, not even January."""
        standing = [number for number, one in self.model.mandates.items() if not one.revoked]
        if not standing:
            return
        number = self.one_of(standing, place)

        def expect() -> None:
            self.model.mandates[number].revoked = True

        item = RevokeMandate(self.people["operator"], BOOK, number, NEW_YEAR, "in writing", TODAY)
        self.do(revoke_mandates, item, expect)

    @rule(rows=ROWS, sign=st.booleans())
    def open_run(self, rows: list[tuple[str, int]], sign: bool) -> None:
        data = list_of(*((member, "", f"{cents // 100},{cents % 100:02d}") for member, cents in rows))
        item = OpenRun(
            self.people["preparer"], BOOK, TOWN, "official_allowance", "2026-01", str(self.steps), "liste.csv", data, TODAY
        )
        if done := self.do(open_runs, item, lambda: self.model.open_run(rows)):
            reference = done[0]["run"]
            self.model.runs[reference] = done[1]
            found = self.rows(
                "SELECT payment.id FROM payment JOIN payment_run AS run ON run.id = run_id WHERE reference = %s"
                " ORDER BY row_number",
                reference,
            )
            self.ids.update({f"{reference} {row}": payment for row, (payment,) in enumerate(found)})
            if sign:
                self.sign_run_named(reference)

    @precondition(lambda self: self.model.runs)
    @rule(place=PLACE)
    def sign_run(self, place: int) -> None:
        self.sign_run_named(self.one_of(self.model.runs, place))

    @precondition(lambda self: self.model.runs)
    @rule(place=PLACE)
    def cancel_run(self, place: int) -> None:
        run = self.one_of(self.model.runs, place)
        item = CancelRun(self.people["preparer"], BOOK, run, "wrong list", TODAY)
        self.do(cancel_runs, item, lambda: self.model.cancel_run(self.model.runs[run]))

    # What the bank says, and what it is for.

    @rule(
        iban=st.sampled_from((COLLECTION, COLLECTION, COLLECTION, RESERVE_DIGITAL, RESERVE_NOTES)),
        amounts=st.lists(st.tuples(st.sampled_from((1, 1, -1)), CENTS), min_size=0, max_size=3),
        pays_run=st.booleans(),
        place=PLACE,
    )
    def statement(self, iban: str, amounts: list[tuple[int, int]], pays_run: bool, place: int) -> None:
        """The next day of an account; the town may pay what is open of a run, under its reference."""
        self.day += timedelta(days=1)
        cents = [(sign * each, f"L{self.steps} line {at}") for at, (sign, each) in enumerate(amounts)]
        waiting = [name for name, run in self.model.runs.items() if run.signed and not run.cancelled and run.open]
        if pays_run and waiting and iban != RESERVE_NOTES:
            name = self.one_of(waiting, place)
            cents.append((self.model.runs[name].open, f"L{self.steps} {name}"))
        self.import_lines(iban, cents)

    @rule()
    def match(self) -> None:
        """What the program confirms and proposes must be possible, and it misses nothing that is exact."""
        expected = self.expected_alone()
        done = self.do(match_lines, MatchLines(self.people["operator"], BOOK, TODAY), lambda: None)
        assert done
        for made in done[0]["confirmed"]:
            match = self.keep_match(made["match_id"])
            self.model.confirm(match)
            expected.discard(match.line)
        for made in done[0]["proposed"]:
            match = self.keep_match(made["match_id"])
            self.model.propose(match.line, match.parts)
        assert not expected

    @rule(
        kind=st.sampled_from(sorted(SIGNS)),
        iban=st.sampled_from((COLLECTION, COLLECTION, RESERVE_DIGITAL, RESERVE_NOTES)),
        cents=CENTS,
        what=PLACE,
        how_much=HOW_MUCH,
        leaves=st.booleans(),
        confirm=st.sampled_from((True, True, False)),
    )
    def explain(self, kind: str, iban: str, cents: int, what: int, how_much: str, leaves: bool, confirm: bool) -> None:
        """A line comes and somebody says what it is for, mostly what it may be for; mostly another person confirms at once."""
        if not self.possible(kind):
            return
        sign = SIGNS[kind] or (-1 if leaves else 1)
        wanted = self.wanted(kind, what)
        self.day += timedelta(days=1)
        label = f"L{self.steps} {kind}"
        self.import_lines(iban, [(sign * (wanted or cents), label)])
        asked = {"all": wanted or cents, "half": max((wanted or cents) // 2, 1), "more": (wanted or cents) + 1}[how_much]
        self.explain_as(label, self.part(kind, asked, what), confirm=confirm)

    @precondition(lambda self: any(line.open for line in self.model.lines.values()))
    @rule(line=PLACE, kind=st.sampled_from(sorted(SIGNS)), what=PLACE, cents=CENTS, confirm=st.booleans())
    def explain_more(self, line: int, kind: str, what: int, cents: int, confirm: bool) -> None:
        """Somebody says that what is left of some line is for something, which may be nonsense."""
        if self.possible(kind):
            name = self.one_of([name for name, each in self.model.lines.items() if each.open], line)
            self.explain_as(name, self.part(kind, min(cents, self.model.lines[name].open), what), confirm=confirm)

    @precondition(lambda self: self.model.matches)
    @rule(place=PLACE)
    def confirm(self, place: int) -> None:
        self.confirm_named(self.one_of(self.model.matches, place))

    @precondition(lambda self: self.model.matches)
    @rule(place=PLACE)
    def reject(self, place: int) -> None:
        match_id = self.one_of(self.model.matches, place)
        match = self.model.matches[match_id]

        def expect() -> None:
            if match.state != "proposed":
                raise No(f"match_already_{match.state}")
            match.state = "rejected"

        self.do(reject_matches, RejectMatch(self.people["operator"], BOOK, UUID(match_id), TODAY), expect)

    @precondition(lambda self: self.model.matches)
    @rule(place=PLACE)
    def undo(self, place: int) -> None:
        match_id = self.one_of(self.model.matches, place)
        item = UndoMatch(self.people["operator"], BOOK, UUID(match_id), "a mistake", TODAY)
        self.do(undo_matches, item, lambda: self.model.undo(self.model.matches[match_id]))

    # What becomes of the town's euros.

    @precondition(lambda self: self.model.runs)
    @rule(place=PLACE)
    def credit_run(self, place: int) -> None:
        self.credit_named(self.one_of(self.model.runs, place))

    @precondition(lambda self: self.model.runs)
    @rule(place=PLACE)
    def return_uncreditable(self, place: int) -> None:
        self.return_named(self.one_of(self.model.runs, place))

    @precondition(lambda self: self.model.runs)
    @rule(place=PLACE)
    def take_back(self, place: int) -> None:
        self.take_back_named(*self.payment(place)[0])

    @precondition(lambda self: any(self.wrongly_credited()))
    @rule(place=PLACE, payee=MEMBER, recovered=st.booleans())
    def recall(self, place: int, payee: str, recovered: bool) -> None:
        """A member spends half of what they hold, then their credit proves wrong and the bank takes all its euros back."""
        run, row = self.one_of(self.wrongly_credited(), place)
        payment = self.model.runs[run].payments[row]
        self.pay(payment.member, payee, max(self.model.wallet(payment.member) // 2, 1), False)
        self.take_back_named(run, row)
        held, missing, label = payment.held, payment.missing - payment.missing_recalled, f"L{self.steps} recall"
        if held + missing == 0:
            return
        self.day += timedelta(days=1)
        back = [(missing, f"{label} paid")] if recovered and missing else []
        self.import_lines(COLLECTION, [(-held - missing, label), *back])
        for kind, cents in (("recall", held), ("recall_missing", missing)):
            if cents:
                self.explain_as(label, Part(kind, cents, run, row), confirm=True)
        for cents, name in back:
            self.explain_as(name, Part("debt_recovered", cents, payment.member), confirm=True)

    # The books themselves.

    @precondition(lambda self: self.closed != self.day)
    @rule()
    def close(self) -> None:
        """Until the last day of a statement: what comes later is dated later."""
        until = self.day

        def expect() -> None:
            if self.closed is not None and until <= self.closed:
                raise No("closing_not_later")
            self.closed = until

        self.do(close_books, CloseBooks(self.people["accountant"], BOOK, until, TODAY), expect)

    @precondition(lambda self: self.asked)
    @rule(place=PLACE)
    def ask_again(self, place: int) -> None:
        """The same request under its key, however much happened since: the same answer, and no other effect."""
        act, item, content = self.one_of(self.asked, place)
        outcome = perform(self.database, act, [item], connection=self.writing)[0]
        assert isinstance(outcome, Answer) and outcome.replayed
        assert outcome.content == content

    @invariant()
    def balances_are_equal(self) -> None:
        rows = self.rows("SELECT code, cents FROM account_balance WHERE cents <> 0 ORDER BY code")
        assert dict(rows) == dict(sorted(self.model.balances().items()))

    @invariant()
    def sometimes_every_rule_is_asked(self) -> None:
        type(self).checks += 1
        if self.checks % 50 == 0:
            check_invariants(self.database)


def _prepare(trade: Trade) -> None:
    """Payments that wait for euros, that hold some, and whose wrong credit is partly spent; cash, and a transfer due."""
    payer, payee = MEMBERS[1], MEMBERS[2]
    trade.open_run([(MEMBERS[0], 12_34)], True)
    trade.town_pays([(payer, 100_00), (MEMBERS[0], 33_33)], 4, False, 0)
    trade.town_pays([(MEMBERS[0], 5_00)], 3, False, 0)
    wrong = trade.wrongly_credited()[0]
    trade.redeem(payer, 50)
    trade.pay(payer, payee, trade.model.wallet(payer) - 1_00, False)
    trade.take_back_named(*wrong)
    trade.notes("sold", 20_00, 2, "")


def _place(trade: Trade, kind: str) -> int:
    """Where there is a payment, a transfer or a debt that such a part may have."""
    places = range(40) if kind in (*ON_PAYMENT, "transfer_made", "debt_recovered") else ()
    return next((place for place in places if trade.wanted(kind, place)), 0)


def test_each_explanation_on_each_account_is_booked_and_undone_as_the_model_says(copies: Copies) -> None:
    """Chance may never pay a run into the reserve of the notes; here everything happens once on each account."""
    with copies.of(begun) as database:
        trade = Trade.__new__(Trade)
        with trade.opened(database):
            trade.model, trade.ids, trade.day, trade.steps = deepcopy(Trade.start)
            for iban in trade.model.banks:
                _prepare(trade)
                trade.explain("recall_missing", iban, 0, _place(trade, "recall_missing"), "half", True, True)
                for kind, leaves in [(kind, SIGNS[kind] < 0) for kind in sorted(SIGNS)] + [("own_transfer", True)]:
                    what = _place(trade, kind)
                    trade.explain(kind, iban, 20_00, what, "all", leaves, True)
                    trade.balances_are_equal()
                    trade.undo(len(trade.model.matches) - 1)
                    trade.balances_are_equal()
                trade.recall(0, MEMBERS[2], False)
                trade.balances_are_equal()
            done = {match.parts[0].kind for match in trade.model.matches.values() if match.state in ("confirmed", "undone")}
            assert done == set(SIGNS)
        check_invariants(database)


def test_the_books_and_the_model_agree_after_each_of_random_operations(copies: Copies) -> None:
    Trade.copies = copies
    run_state_machine_as_test(Trade, settings=SETTINGS)
