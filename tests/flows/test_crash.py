"""T3: the process is killed between any two writes of each action: all of it happened or nothing, and once."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from time import sleep
from typing import Any
from uuid import UUID

import psycopg
import pytest

import monnaielocale.actions
from monnaielocale.actions.closings import CloseBooks, close_books
from monnaielocale.actions.conventions import LoadVersions, load_versions
from monnaielocale.actions.crediting import (
    CreditRun,
    ReturnUncreditable,
    TakeBackCredit,
    credit_runs,
    return_uncreditable,
    take_back_credits,
)
from monnaielocale.actions.credits_elsewhere import confirm_credits_elsewhere
from monnaielocale.actions.enrolment import EnrolFromFile, enrol_from_files
from monnaielocale.actions.mandates import (
    AcceptMandate,
    EndMandate,
    RevokeMandate,
    SignMandate,
    accept_mandates,
    draft_mandates,
    end_mandates,
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
from monnaielocale.actions.openings import PrepareOpening, SignOpening, prepare_openings, sign_openings
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Action, Answer, perform
from monnaielocale.actions.redemptions import MemberDeparts, Redeem, depart_members, redeem
from monnaielocale.actions.reversals import ReverseEvent, reverse_events
from monnaielocale.actions.runs import (
    AccountForRun,
    CancelRun,
    CloseRun,
    SignRun,
    account_for_runs,
    cancel_runs,
    close_runs,
    open_runs,
    sign_runs,
)
from monnaielocale.actions.statements import ImportStatement, import_statements
from monnaielocale.store.database import Connection, Database
from monnaielocale.store.faults import OutcomeUnknown
from monnaielocale.store.unit_of_work import UnitOfWork
from tests.bank_files import Bank, imported, on
from tests.flows.crashing import Crasher
from tests.flows.elsewhere import CAIRN, Elsewhere
from tests.invariants import check_invariants
from tests.matching import allocation, explained, line_of, payments_of
from tests.towns import SCAN, drafting, list_of, mandate_in_force, opening, run_signed
from tests.world import BOOK, COLLECTION, CONVENTIONS, MEMBER_IBAN, TOWN, World, csv

Kept = dict[str, int]
# What happens at desks is killed in a story of its own.
AT_DESKS = frozenset({"appointments", "desks", "envelopes", "floats", "remittances", "safes", "takings"})
AT_COUNTERS = frozenset({"cancels", "desk_days", "handovers", "payment_requests", "receipts", "till_sessions"})


@pytest.fixture(scope="module")
def crasher() -> Iterator[Crasher]:
    with Crasher() as found:
        yield found


def kept(connection: psycopg.Connection) -> Kept:
    """How many rows every table holds."""
    tables = [row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()]
    counts = " UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in sorted(tables))
    return dict(connection.execute(counts.encode()).fetchall())


class Perilous:
    """A world in which every action is attempted by processes that are killed, each one write later than the one before."""

    def __init__(self, world: World, crasher: Crasher, watching: psycopg.Connection) -> None:
        self.world = world
        self.crasher = crasher
        self.watching = watching
        self.writes: dict[str, int] = {}
        self._keys = count(1)

    def do(self, act: Action[Any], item: Any) -> dict[str, Any]:
        """What the caller is answered at last, who asks again under the same key: it was done once, by a process that died.

        An action that was shown to survive is carried out at once when the story needs it again.
        The last process dies when the COMMIT is sent and not answered. A server that notices it in time may drop even that.
        """
        if act.name in self.writes:
            return self.world.do(act, item)
        item = replace(item, key=f"key {next(self._keys)} of {act.name}")
        before, write = kept(self.watching), 0
        while (after := kept(self.watching)) == before:
            write += 1
            assert write < 40, f"{act.name} is never done"
            self.crasher.kill(self.world.database, self.watching, act, item, dies_at=write)
        first, again = (perform(self.world.database, act, [item])[0] for _ in range(2))
        assert isinstance(first, Answer) and first.replayed, f"{act.name}, killed at write {write}: {first}"
        assert again == first
        assert kept(self.watching) == after, act.name
        assert after["idempotency_key"] == before["idempotency_key"] + 1
        self.writes[act.name] = write
        return first.content


def test_t3_a_process_killed_between_any_two_writes_leaves_all_or_nothing(database: Database, crasher: Crasher) -> None:
    world = World.create(database, on(20))
    with psycopg.connect(database.url, autocommit=True) as watching:
        perilous = Perilous(world, crasher, watching)
        _beginnings(perilous)
        run = _town_pays(perilous)
        check_invariants(database)
        _crediting(perilous, run)
        _units_and_notes(perilous)
        _the_other_system(perilous)
    check_invariants(database)
    assert set(perilous.writes) == actions_of(every_module() - AT_DESKS - AT_COUNTERS)
    assert min(perilous.writes.values()) >= 3


def every_module() -> set[str]:
    """The names of all modules of actions."""
    return {found.name for found in pkgutil.iter_modules(monnaielocale.actions.__path__)}


def actions_of(modules: Iterable[str]) -> set[str]:
    """The names of the actions that modules declare."""
    found = (importlib.import_module(f"monnaielocale.actions.{name}") for name in modules)
    return {value.name for module in found for value in vars(module).values() if isinstance(value, Action)}


def _beginnings(perilous: Perilous) -> None:
    """The book opens; members enter and give mandates."""
    world = perilous.world
    operator, second, accountant = (world.actor(login) for login in ("operator", "second-operator", "accountant"))
    balances = csv([(f"bank:{COLLECTION}", 500_00), ("operating.digital", 500_00)])
    opening_id = perilous.do(prepare_openings, PrepareOpening(operator, BOOK, "opening.csv", balances, on(5)))["opening_id"]
    perilous.do(sign_openings, SignOpening(accountant, BOOK, UUID(opening_id), on(5)))
    for number in ("E00001", "E00002", "E00003"):
        perilous.do(enrol_members, EnrolMember(operator, BOOK, number, "business", f"Member {number}", world.on, MEMBER_IBAN))
        mandate = perilous.do(draft_mandates, drafting(world, number))["mandate"]
        perilous.do(sign_mandates, SignMandate(operator, BOOK, mandate, "mandate.pdf", SCAN, world.on, world.on))
        perilous.do(accept_mandates, AcceptMandate(second, BOOK, mandate, world.on))
    spare = world.do(draft_mandates, drafting(world, "E00003", subject="Adjointe"))["mandate"]
    perilous.do(end_mandates, EndMandate(operator, BOOK, spare, world.on, "wrong subject", world.on))
    listed = (
        "Adhérent;Nom;Type;Mandat;Part;Début;Signé le\nE00004;Ane Etxeberri;particulier;indemnité;totalité;01/01/2026;02/01/2026"
    )
    perilous.do(
        enrol_from_files,
        EnrolFromFile(operator, BOOK, TOWN, "adherents.csv", listed.encode(), world.on, "mandates.pdf", SCAN + b"!"),
    )


def _town_pays(perilous: Perilous) -> str:
    """Three payments are ordered and paid in one transfer; other lines are explained, wrongly at first."""
    world = perilous.world
    operator, second = world.actor("operator"), world.actor("second-operator")
    rows = [(number, "", "100,00") for number in ("E00001", "E00002", "E00003")]
    given_up = perilous.do(open_runs, opening(world, list_of(*rows), list_number="9"))["run"]
    perilous.do(cancel_runs, CancelRun(world.actor("preparer"), BOOK, given_up, "wrong list", world.on))
    run = str(world.do(open_runs, opening(world, list_of(*rows)))["run"])
    perilous.do(sign_runs, SignRun(world.actor("signer"), BOOK, run, world.on))
    bank = Bank(balance_cents=500_00)
    lines = ((15, 300_00, f"DRFIP {run}"), (15, 40_00, "VIR MEMBRE"), (15, -3_00, "FRAIS"))
    perilous.do(import_statements, ImportStatement(operator, BOOK, "releve.txt", bank.cfonb(6, 15, *lines), world.on))
    perilous.do(match_lines, MatchLines(operator, BOOK, world.on))
    line = line_of(world, 40_00)
    for party in ("E00001", "E00002"):
        proposal = ProposeMatch(operator, BOOK, line, (PartGiven("top_up", 40_00, party=party),), world.on)
        match = UUID(perilous.do(propose_matches, proposal)["match_id"])
        perilous.do(confirm_matches, ConfirmMatch(second, BOOK, match, world.on))
        if party == "E00001":
            perilous.do(undo_matches, UndoMatch(operator, BOOK, match, "another member", world.on))
    wrong = world.do(propose_matches, ProposeMatch(operator, BOOK, line_of(world, -3_00), (PartGiven("charge", 1_00),), world.on))
    perilous.do(reject_matches, RejectMatch(second, BOOK, UUID(wrong["match_id"]), world.on))
    return run


def _crediting(perilous: Perilous, run: str) -> None:
    """A mandate is revoked, the others are credited, one of them wrongly; the rest goes back."""
    world = perilous.world
    operator, accountant = world.actor("operator"), world.actor("accountant")
    perilous.do(revoke_mandates, RevokeMandate(operator, BOOK, "M-000003", world.on, "in writing", world.on))
    perilous.do(credit_runs, CreditRun(operator, BOOK, run, world.on))
    wrong = payments_of(world, run)[1]
    perilous.do(take_back_credits, TakeBackCredit(accountant, BOOK, wrong, "wrong person", world.on))
    perilous.do(return_uncreditable, ReturnUncreditable(operator, BOOK, run, world.on))
    perilous.do(account_for_runs, AccountForRun(operator, BOOK, run, world.on))
    assert (world.wallet("E00001"), world.wallet("E00002"), world.wallet("E00003")) == (100_00, 40_00, 0)
    assert (world.balance("to_return.digital:E00002"), world.balance("to_return.digital:E00003")) == (-100_00, -100_00)


def _units_and_notes(perilous: Perilous) -> None:
    """Members pay, redeem and leave; notes are printed; a payment is reversed; a run is closed, then the books are."""
    world = perilous.world
    operator, accountant = world.actor("operator"), world.actor("accountant")
    paid = perilous.do(pay_between_wallets, WalletPayment(operator, BOOK, "E00001", "E00002", 10_00, world.on))
    perilous.do(reverse_events, ReverseEvent(operator, BOOK, UUID(paid["event_id"]), "wrong member", world.on))
    perilous.do(redeem, Redeem(operator, BOOK, "E00001", 20_00, world.on))
    perilous.do(move_notes, MoveNotes(operator, BOOK, "printed", ((5_00, 500_00), (10_00, 100_00)), world.on))
    perilous.do(depart_members, MemberDeparts(operator, BOOK, "E00002", world.on, "moved away", "transfer", "E00001"))
    assert (world.wallet("E00001"), world.wallet("E00002")) == (120_00, 0)
    rest = run_signed(world, ("E00001", "", "30,00"), list_number="2")
    bank = Bank(balance_cents=world.balance(f"bank:{COLLECTION}"))
    importing_rest = ImportStatement(operator, BOOK, "releve2.txt", bank.cfonb(16, 18, (18, 10_00, "DRFIP")), world.on)
    world.do(import_statements, importing_rest)
    (payment,) = payments_of(world, rest)
    explained(world, line_of(world, 10_00), allocation(payment, 10_00))
    perilous.do(revoke_mandates, RevokeMandate(operator, BOOK, "M-000001", world.on, "in writing", world.on))
    perilous.do(return_uncreditable, ReturnUncreditable(operator, BOOK, rest, world.on))
    perilous.do(close_runs, CloseRun(accountant, BOOK, rest, "order withdrawn", world.on))
    perilous.do(close_books, CloseBooks(accountant, BOOK, on(19), world.on))


def _the_other_system(perilous: Perilous) -> None:
    """A convention is loaded, with wallets elsewhere; credits are ordered and confirmed."""
    world = perilous.world
    elsewhere = Elsewhere.beside(world)
    run = elsewhere.run_signed(50_00, 60_00)
    elsewhere.paid(run, 110_00, 15)
    operator = world.actor("cairn-operator")
    perilous.do(credit_runs, CreditRun(operator, CAIRN, run, world.on))
    confirmations = ((reference, f"T{at}") for at, (reference, _) in enumerate(elsewhere.orders()))
    perilous.do(confirm_credits_elsewhere, elsewhere.confirming(*confirmations))
    assert elsewhere.balance("wallets_elsewhere") == 110_00
    known = (CONVENTIONS / "grenoble-cairn.toml").read_text("utf-8")
    amended = known + known[known.index("[[versions]]") :].replace(
        "in_force_on = 2019-08-30", "in_force_on = 2027-01-01"
    ).replace("30 August 2019", "2027")
    perilous.do(load_versions, LoadVersions(world.actor("administrator"), CAIRN, amended.encode(), world.on))


def terminate(database: Database, connection: Connection) -> None:
    """An administrator ends the connection on the server's side."""
    with psycopg.connect(database.url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.info.backend_pid])


@contextmanager
def fuse(points: Callable[[Connection, str, int], None]) -> Iterator[None]:
    """Every unit of work of this process calls back at each of its writes."""
    begin = UnitOfWork.__init__

    def armed(work: UnitOfWork, connection: Connection, *known: Any) -> None:
        begin(work, connection, *known)
        met = count(1)
        work.fault_point = lambda point: points(connection, point, next(met))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UnitOfWork, "__init__", armed)
        yield


def _credited_world(database: Database) -> tuple[World, CreditRun]:
    world = World.create(database, on(20))
    for number in ("E00001", "E00002"):
        world.enrol(number, f"Member {number}")
        mandate_in_force(world, number)
    run = run_signed(world, ("E00001", "", "100,00"), ("E00002", "", "50,00"))
    imported(world, Bank().cfonb(1, 15, (15, 150_00, f"DRFIP {run}")))
    world.do(match_lines, MatchLines(world.actor("operator"), BOOK, world.on))
    return world, CreditRun(world.actor("operator"), BOOK, run, world.on, "credit-january")


@pytest.mark.parametrize("write", range(1, 6))
def test_t3_a_connection_ended_by_the_server_leaves_all_or_nothing(database: Database, write: int) -> None:
    """The journal with the key, the crediting, its payments, the COMMIT; the fifth write there is not."""
    world, item = _credited_world(database)
    before = _kept_now(database)

    def end_at(connection: Connection, _: str, met: int) -> None:
        if met == write:
            terminate(database, connection)

    with fuse(end_at):
        outcome = perform(database, credit_runs, [item])[0]
    if write < 5:
        assert outcome == OutcomeUnknown()
        assert _kept_now(database) == before
    again = perform(database, credit_runs, [item])[0]
    assert isinstance(again, Answer)
    assert again.replayed == (write == 5)
    assert (world.wallet("E00001"), world.wallet("E00002")) == (100_00, 50_00)
    check_invariants(database)


def test_t3_a_connection_lost_after_the_commit_was_sent_is_answered_with_what_was_done(database: Database) -> None:
    world, item = _credited_world(database)

    def lose(connection: Connection, point: str, _: int) -> None:
        if point == "commit":
            connection.execute("COMMIT", prepare=False)
            connection.pgconn.pipeline_sync()
            while connection.pgconn.flush():
                pass
            _until_credited(world)
            terminate(database, connection)

    with fuse(lose):
        outcome = perform(database, credit_runs, [item])[0]
    assert isinstance(outcome, Answer) and outcome.replayed
    assert outcome.content["credited_cents"] == 150_00
    assert perform(database, credit_runs, [item])[0] == outcome
    assert (world.wallet("E00001"), world.wallet("E00002")) == (100_00, 50_00)
    check_invariants(database)


def _kept_now(database: Database) -> Kept:
    with psycopg.connect(database.url) as connection:
        return kept(connection)


def _until_credited(world: World) -> None:
    while not world.wallet("E00002"):
        sleep(0.005)


def test_t3_without_a_key_nobody_can_say_what_a_lost_connection_did(database: Database) -> None:
    world, item = _credited_world(database)
    with fuse(lambda connection, point, _: terminate(database, connection) if point == "commit" else None):
        assert perform(database, credit_runs, [replace(item, key="")])[0] == OutcomeUnknown()
    assert world.wallet("E00001") == 0
