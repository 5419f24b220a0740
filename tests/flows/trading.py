"""What every random operation needs: the books and the model side by side, and each operation tried on both."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

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
    SignMandate,
    accept_mandates,
    draft_mandates,
    sign_mandates,
)
from monnaielocale.actions.matches import (
    ConfirmMatch,
    PartGiven,
    ProposeMatch,
    confirm_matches,
    propose_matches,
)
from monnaielocale.actions.members import EnrolMember, enrol_members
from monnaielocale.actions.notes import MoveNotes, move_notes
from monnaielocale.actions.perform import Action, Answer, perform
from monnaielocale.actions.runs import SignRun, sign_runs
from monnaielocale.actions.statements import ImportStatement, import_statements
from monnaielocale.domain.statements.bank import BankAccountName, Movement, Statement
from monnaielocale.formats.bank.cfonb120_writer import write_cfonb120
from monnaielocale.store.database import Database
from tests.flows.databases import Copies
from tests.flows.facts import TOWN, Due, Mandate, Match, No, Part, Payment, Undoable
from tests.flows.model import Book
from tests.invariants import check_invariants
from tests.towns import NEW_YEAR, SCAN
from tests.world import BOOK, COLLECTION, MEMBER_IBAN, RESERVE_DIGITAL, RESERVE_NOTES, World

TODAY = date(2026, 12, 31)
LOGINS = ("operator", "second-operator", "accountant", "preparer", "signer")
MEMBERS = tuple(f"E{number:05d}" for number in range(1, 6))
CENTS = st.sampled_from((1, 5_00, 20_00, 33_33, 100_00, 250_00))
MEMBER = st.sampled_from(MEMBERS)
NOTES_KINDS = (
    "printed", "sold", "lost", "found", "counterfeit", "sorted_again", "destroyed", "put_on_account", "withdrawn",
)  # fmt: skip
# One of what there is, whatever there is by then.
PLACE = st.integers(0, 10_000)
ROWS = st.lists(st.tuples(st.sampled_from(MEMBERS[:4]), CENTS), min_size=1, max_size=3)
HOW_MUCH = st.sampled_from(("all", "all", "all", "half", "more"))
ON_PAYMENT = ("allocation", "recall", "recall_missing")


def begun(database: Database) -> None:
    """Four members hold units and gave a mandate, and the public holds notes; both the books and the model know it."""
    World.create(database, NEW_YEAR)
    first = Trading.__new__(Trading)
    with first.opened(database):
        first.begin()
    Trading.start = first.model, first.ids, first.day, first.steps


class Trading(RuleBasedStateMachine):
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

    @rule(member=MEMBER, kind=st.sampled_from(("person", "business")))
    def enrol(self, member: str, kind: str) -> None:
        item = EnrolMember(self.people["operator"], BOOK, member, kind, f"Member {member}", TODAY, MEMBER_IBAN)
        self.do(enrol_members, item, lambda: self.model.enrol(member, kind))

    def keep_event(self, done: tuple[dict[str, Any], Undoable] | None) -> None:
        if done:
            self.model.events[done[0]["event_id"]] = done[1]

    @rule(kind=st.sampled_from(NOTES_KINDS), denomination=st.sampled_from((5_00, 20_00)), count=st.integers(1, 20), member=MEMBER)
    def notes(self, kind: str, denomination: int, count: int, member: str) -> None:
        cents, named = denomination * count, member if kind in ("put_on_account", "withdrawn") else ""
        slip = f"slip {self.steps}" if kind == "sold" else ""
        item = MoveNotes(self.people["operator"], BOOK, kind, ((denomination, cents),), TODAY, named, slip)
        self.keep_event(self.do(move_notes, item, lambda: self.model.notes(kind, denomination, cents, named)))

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

    def sign_run_named(self, run: str) -> None:
        item = SignRun(self.people["signer"], BOOK, run, TODAY)
        self.do(sign_runs, item, lambda: self.model.sign_run(self.model.runs[run]))

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

    def credit_named(self, run: str) -> None:
        item = CreditRun(self.people["operator"], BOOK, run, TODAY)
        self.do(credit_runs, item, lambda: self.model.credit_run(self.model.runs[run]))

    def return_named(self, run: str) -> None:
        item = ReturnUncreditable(self.people["operator"], BOOK, run, TODAY)
        if done := self.do(return_uncreditable, item, lambda: self.model.return_uncreditable(self.model.runs[run])):
            for due, made in zip(done[1], done[0]["returned"], strict=True):
                self.due(due, made["transfer_due_id"])

    def take_back_named(self, run: str, row: int) -> None:
        item = TakeBackCredit(self.people["accountant"], BOOK, self.ids[f"{run} {row}"], "wrong person", TODAY)
        self.do(take_back_credits, item, lambda: self.model.take_back(self.model.runs[run].payments[row]))

    def wrongly_credited(self) -> list[tuple[str, int]]:
        return [
            (name, row)
            for name, run in self.model.runs.items()
            for row, payment in enumerate(run.payments)
            if payment.credited and not payment.was_taken_back
        ]
