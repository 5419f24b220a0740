"""Random sequences of all operations, against the books in PostgreSQL and against the small model, equal after each step.

`HYPOTHESIS_PROFILE=thorough` tries many more and longer ones.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from datetime import date, timedelta
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from monnaielocale.actions.closings import CloseBooks, close_books
from monnaielocale.actions.crediting import (
    CreditRun,
    ReturnUncreditable,
    TakeBackCredit,
    credit_runs,
    return_uncreditable,
    take_back_credits,
)
from monnaielocale.actions.mandates import (
    AcceptMandate,
    DraftMandate,
    RevokeMandate,
    SignMandate,
    accept_mandates,
    draft_mandates,
    revoke_mandates,
    sign_mandates,
)
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
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.notes import MoveNotes, move_notes
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Action, Answer, perform
from monnaielocale.actions.redemptions import MemberDeparts, Redeem, depart_members, redeem
from monnaielocale.actions.reversals import ReverseEvent, reverse_events
from monnaielocale.actions.runs import CancelRun, OpenRun, SignRun, cancel_runs, open_runs, sign_runs
from monnaielocale.actions.statements import ImportStatement, import_statements
from monnaielocale.domain.statements.bank import BankAccountName, Movement, Statement
from monnaielocale.formats.bank.cfonb120_writer import write_cfonb120
from monnaielocale.store.database import Database
from tests.flows.databases import Copies
from tests.flows.model import SIGNS, TOWN, Book, Due, Mandate, Match, No, Part, Payment, Undoable
from tests.invariants import check_invariants
from tests.towns import NEW_YEAR, SCAN, list_of
from tests.world import BOOK, COLLECTION, MEMBER_IBAN, RESERVE_DIGITAL, RESERVE_NOTES, World

settings.register_profile("usual", max_examples=25, stateful_step_count=30)
settings.register_profile("thorough", max_examples=1000, stateful_step_count=100)
SETTINGS = settings(
    settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)

TODAY = date(2026, 3, 31)
LOGINS = ("operator", "second-operator", "accountant", "preparer", "signer")
MEMBERS = tuple(f"E{number:05d}" for number in range(1, 6))
CENTS = st.sampled_from((1, 5_00, 20_00, 33_33, 100_00, 250_00))
MEMBER = st.sampled_from(MEMBERS)
NOTES_KINDS = ("printed", "sold", "lost", "sorted_again", "destroyed", "put_on_account", "withdrawn")
# One of what there is, whatever there is by then.
PLACE = st.integers(0, 10_000)
ROWS = st.lists(st.tuples(st.sampled_from(MEMBERS[:4]), CENTS), min_size=1, max_size=3)
HOW_MUCH = st.sampled_from(("all", "all", "all", "half", "more"))
ON_PAYMENT = ("allocation", "recall", "recall_missing")


def begun(database: Database) -> None:
    """Four members hold units and gave a mandate, and the public holds notes; both the books and the model know it."""
    World.create(database, NEW_YEAR)
    first = Trade.__new__(Trade)
    with first.opened(database):
        first.begin()
    Trade.start = first.model, first.ids, first.day, first.steps


class Trade(RuleBasedStateMachine):
    """One book, three bank accounts, a town, five members."""

    copies: ClassVar[Copies]
    start: ClassVar[tuple[Book, dict[str, UUID], date, int]]
    checks: ClassVar[int] = 0
    ids: dict[str, UUID]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        database = self.stack.enter_context(self.copies.of(begun))
        self.stack.enter_context(self.opened(database))
        self.model, self.ids, self.day, self.steps = deepcopy(self.start)

    @contextmanager
    def opened(self, database: Database) -> Iterator[None]:
        """The books and an empty model."""
        self.database = database
        world = World(database, TODAY)
        self.people = {login: world.actor(login) for login in LOGINS}
        self.model = Book({COLLECTION: ("digital", 0), RESERVE_DIGITAL: ("digital", 0), RESERVE_NOTES: ("notes", 0)})
        self.ids = {}
        self.day, self.steps = NEW_YEAR, 0
        self.closed: date | None = None
        self.asked: list[tuple[Action[Any], Any, dict[str, Any]]] = []
        with database.connect("writer") as self.writing, database.connect("reader", autocommit=True) as self.watching:
            yield

    def teardown(self) -> None:
        with self.stack:
            check_invariants(self.database)

    # How an operation is tried on both.

    def do(self, act: Action[Any], item: Any, expect: Callable[[], Any]) -> tuple[dict[str, Any], Any] | None:
        """The answer of the books and of the model; None when both refuse, with a code that the model allows."""
        self.steps += 1
        keyed = type(item)(**{**{name: getattr(item, name) for name in type(item).__slots__}, "key": f"step {self.steps}"})
        outcome = perform(self.database, act, [keyed], connection=self.writing)[0]
        try:
            expected = expect()
        except No as no:
            assert not isinstance(outcome, Answer), f"{act.name} must be refused: {no.codes}"
            assert outcome.code in no.codes, f"{outcome.code}: {outcome}, not {no.codes}"
            return None
        assert isinstance(outcome, Answer), f"{act.name}: {outcome!r} {outcome}"
        assert not outcome.replayed
        self.asked.append((act, keyed, outcome.content))
        return outcome.content, expected

    def rows(self, statement: str, *parameters: Any) -> list[Any]:
        return self.watching.execute(statement.encode(), parameters).fetchall()

    def one_of(self, names: Any, place: int) -> Any:
        given = list(names)
        return given[place % len(given)]

    def due(self, due: Due, due_id: str) -> str:
        self.model.dues[due_id] = due
        self.ids[due_id] = UUID(due_id)
        return due_id

    # Members and units.

    def begin(self) -> None:
        for member, kind in zip(MEMBERS, ("person", "business", "person", "business"), strict=False):
            self.enrol(member, kind)
            self.mandate(member, None)
        self.import_lines(COLLECTION, [(200_00, f"first {member}") for member in MEMBERS[:4]])
        for member in MEMBERS[:4]:
            self.explain_as(f"first {member}", Part("top_up", 200_00, member), confirm=True)
        for kind in ("printed", "sold", "put_on_account"):
            self.notes(kind, 20_00, {"printed": 40, "sold": 20, "put_on_account": 5}[kind], MEMBERS[0])

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

    @rule(member=MEMBER, kind=st.sampled_from(("person", "business")))
    def enrol(self, member: str, kind: str) -> None:
        item = EnrolMember(self.people["operator"], BOOK, member, kind, f"Member {member}", TODAY, MEMBER_IBAN)
        self.do(enrol_members, item, lambda: self.model.enrol(member, kind))

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

    def keep_event(self, done: tuple[dict[str, Any], Undoable] | None) -> None:
        if done:
            self.model.events[done[0]["event_id"]] = done[1]

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

    @rule(kind=st.sampled_from(NOTES_KINDS), denomination=st.sampled_from((5_00, 20_00)), count=st.integers(1, 20), member=MEMBER)
    def notes(self, kind: str, denomination: int, count: int, member: str) -> None:
        cents, named = denomination * count, member if kind in ("put_on_account", "withdrawn") else ""
        slip = f"slip {self.steps}" if kind == "sold" else ""
        item = MoveNotes(self.people["operator"], BOOK, kind, ((denomination, cents),), TODAY, named, slip)
        self.keep_event(self.do(move_notes, item, lambda: self.model.notes(kind, denomination, cents, named)))

    @precondition(lambda self: self.model.events)
    @rule(place=PLACE)
    def reverse(self, place: int) -> None:
        event = self.one_of(self.model.events, place)
        item = ReverseEvent(self.people["operator"], BOOK, UUID(event), "a mistake", TODAY)
        self.do(reverse_events, item, lambda: self.model.reverse(self.model.events[event]))

    # What the town orders.

    @rule(member=MEMBER, share=st.sampled_from((None, 100_00, 300_00)))
    def mandate(self, member: str, share: int | None) -> None:
        """Drafted, signed and accepted, unless another one stands."""
        operator, second = self.people["operator"], self.people["second-operator"]
        mode = "whole" if share is None else "ceiling"
        draft = DraftMandate(operator, BOOK, TOWN, member, "official_allowance", mode, share, NEW_YEAR, None, TODAY)
        done = self.do(draft_mandates, draft, lambda: self.model.present(member))
        if not done:
            return
        number = done[0]["mandate"]
        self.do(sign_mandates, SignMandate(operator, BOOK, number, "mandate.pdf", SCAN, TODAY, TODAY), lambda: None)
        stands = self.model.active_mandate(member)

        def expect() -> None:
            if stands:
                raise No("mandate_overlaps")
            self.model.mandates[number] = Mandate(member, share)

        self.do(accept_mandates, AcceptMandate(second, BOOK, number, TODAY), expect)

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

    def sign_run_named(self, run: str) -> None:
        item = SignRun(self.people["signer"], BOOK, run, TODAY)
        self.do(sign_runs, item, lambda: self.model.sign_run(self.model.runs[run]))

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

    def import_lines(self, iban: str, cents: list[tuple[int, str]]) -> None:
        opening = self.model.banks[iban][1]
        movements = tuple(Movement(self.day, each, label) for each, label in cents)
        closing = opening + sum(each for each, _ in cents)
        given = Statement(BankAccountName(iban=iban), "EUR", self.day, self.day, opening, closing, movements)
        item = ImportStatement(self.people["operator"], BOOK, "releve.txt", write_cfonb120([given]), TODAY)

        def expect() -> None:
            for each, label in cents:
                self.model.arrive(label, iban, each)

        done = self.do(import_statements, item, expect)
        assert done and done[0]["outcome"] == "imported"
        for line, label in self.rows("SELECT id, label FROM bank_line"):
            self.ids[label] = line

    def expected_alone(self) -> set[str]:
        """Lines that carry a run's reference and make exactly what is open of it: the program explains them by itself."""
        found: dict[str, list[str]] = {}
        for name, line in self.model.lines.items():
            run = name.rpartition(" ")[2]
            if run in self.model.runs and line.open == line.cents == self.model.runs[run].open and line.open:
                found.setdefault(run, []).append(name)
        said_no = {match.line for match in self.model.matches.values() if match.state in ("rejected", "undone")}
        busy = {match.line for match in self.model.matches.values() if match.state == "proposed"}
        return (
            {names[0] for run, names in found.items() if len(names) == 1 and not self.model.runs[run].cancelled} - said_no - busy
        )

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

    def keep_match(self, match_id: str) -> Match:
        """A match that the program made, as the books keep it."""
        named = {identifier: name for name, identifier in self.ids.items()}
        found = self.rows(
            "SELECT match.line_id, part.kind, part.amount_cents, part.payment_id, part.transfer_due_id, party.code"
            " FROM match JOIN match_part AS part ON part.match_id = match.id LEFT JOIN party ON party.id = part.party_id"
            " WHERE match.id = %s ORDER BY position",
            match_id,
        )
        parts = []
        for _, kind, cents, payment, due, party in found:
            run, _, row = named[payment].rpartition(" ") if payment else ("", "", "0")
            what = run or (named[due] if due else "") or (party or "").rpartition(":")[2]
            parts.append(Part(kind, cents, what, int(row)))
        self.model.matches[match_id] = Match(named[found[0][0]], tuple(parts))
        return self.model.matches[match_id]

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

    def explain_as(self, name: str, part: Part, *, confirm: bool) -> None:
        item = ProposeMatch(self.people["operator"], BOOK, self.ids[name], (self.given(part),), TODAY)
        if done := self.do(propose_matches, item, lambda: self.model.propose(name, (part,))):
            match_id = done[0]["match_id"]
            self.model.matches[match_id] = Match(name, (part,))
            if confirm:
                self.confirm_named(match_id)

    def possible(self, kind: str) -> bool:
        if kind in ON_PAYMENT:
            return bool(self.model.runs)
        return kind != "transfer_made" or bool(self.model.dues)

    def wanted(self, kind: str, what: int) -> int:
        """The cents that such a part may have in full; nothing where any amount will do or none."""
        if kind == "transfer_made":
            return self.model.dues[self.one_of(self.model.dues, what)].cents
        if kind in ON_PAYMENT:
            payment = self.payment(what)[1]
            waiting = {"allocation": payment.asked - payment.allocated, "recall": payment.held}
            return waiting.get(kind, payment.missing - payment.missing_recalled)
        return self.model.own["owed_by", self.one_of(self.model.members, what)] if kind == "debt_recovered" else 0

    def payment(self, what: int) -> tuple[tuple[str, int], Payment]:
        """One of all payments, with its run and row."""
        every = [((name, row), payment) for name, run in self.model.runs.items() for row, payment in enumerate(run.payments)]
        return every[what % len(every)]

    def part(self, kind: str, cents: int, what: int) -> Part:
        if kind in ON_PAYMENT:
            return Part(kind, cents, *self.payment(what)[0])
        if kind == "transfer_made":
            return Part(kind, cents, self.one_of(self.model.dues, what))
        if kind in ("top_up", "debt_recovered"):
            return Part(kind, cents, self.one_of(self.model.members, what))
        return Part(kind, cents, TOWN if kind == "to_return" else "")

    def given(self, part: Part) -> PartGiven:
        if part.kind in ON_PAYMENT:
            payment = self.model.runs[part.what].payments[part.row]
            party = payment.member if part.kind == "recall_missing" else ""
            return PartGiven(part.kind, part.cents, payment_id=self.ids[f"{part.what} {part.row}"], party=party)
        if part.kind == "transfer_made":
            return PartGiven(part.kind, part.cents, transfer_due_id=self.ids[part.what])
        return PartGiven(part.kind, part.cents, party=part.what)

    def confirm_named(self, match_id: str) -> None:
        match = self.model.matches[match_id]
        item = ConfirmMatch(self.people["second-operator"], BOOK, UUID(match_id), TODAY)
        if done := self.do(confirm_matches, item, lambda: self.model.confirm(match)):
            answer, dues = done
            match.dues = tuple(self.due(due, each) for due, each in zip(dues, answer["transfers_due"], strict=True))

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

    def credit_named(self, run: str) -> None:
        item = CreditRun(self.people["operator"], BOOK, run, TODAY)
        self.do(credit_runs, item, lambda: self.model.credit_run(self.model.runs[run]))

    @precondition(lambda self: self.model.runs)
    @rule(place=PLACE)
    def return_uncreditable(self, place: int) -> None:
        self.return_named(self.one_of(self.model.runs, place))

    def return_named(self, run: str) -> None:
        item = ReturnUncreditable(self.people["operator"], BOOK, run, TODAY)
        if done := self.do(return_uncreditable, item, lambda: self.model.return_uncreditable(self.model.runs[run])):
            for due, made in zip(done[1], done[0]["returned"], strict=True):
                self.due(due, made["transfer_due_id"])

    @precondition(lambda self: self.model.runs)
    @rule(place=PLACE)
    def take_back(self, place: int) -> None:
        self.take_back_named(*self.payment(place)[0])

    def take_back_named(self, run: str, row: int) -> None:
        item = TakeBackCredit(self.people["accountant"], BOOK, self.ids[f"{run} {row}"], "wrong person", TODAY)
        self.do(take_back_credits, item, lambda: self.model.take_back(self.model.runs[run].payments[row]))

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

    def wrongly_credited(self) -> list[tuple[str, int]]:
        return [
            (name, row)
            for name, run in self.model.runs.items()
            for row, payment in enumerate(run.payments)
            if payment.credited and not payment.was_taken_back
        ]

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


def test_the_books_and_the_model_agree_after_each_of_random_operations(copies: Copies) -> None:
    Trade.copies = copies
    run_state_machine_as_test(Trade, settings=SETTINGS)
