"""A writer who keeps its connection writes on what it knows of the book, for as long as nobody else writes there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

import pytest

from monnaielocale.actions.closings import CloseBooks, close_books
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Answer, KeyReused, Outcome, perform
from monnaielocale.actions.redemptions import MemberDeparts, depart_members
from monnaielocale.domain.ledger import BalanceTooLow, PeriodClosed
from monnaielocale.domain.members import MemberLeft
from monnaielocale.store.database import Connection, Database
from monnaielocale.store.faults import OutcomeUnknown
from monnaielocale.store.journal import KnownBooks
from tests.flows.test_crash import fuse, terminate
from tests.invariants import check_invariants
from tests.world import BOOK, MONDAY, World


@dataclass
class Writer:
    """Somebody who writes payments of Maite to Peio, batch after batch, on one connection."""

    world: World
    connection: Connection
    known: KnownBooks = field(default_factory=KnownBooks)

    def payment(self, cents: int, key: str = "", payee: str = "E00002") -> WalletPayment:
        return WalletPayment(self.world.actor("operator"), BOOK, "E00001", payee, cents, MONDAY, key=key)

    def write(self, *items: WalletPayment) -> list[Outcome]:
        return perform(self.world.database, pay_between_wallets, items, connection=self.connection, known=self.known)

    def pay(self, cents: int, key: str = "", payee: str = "E00002") -> Outcome:
        return self.write(self.payment(cents, key, payee))[0]

    def carries_on(self, write: Callable[[], object]) -> bool:
        """Whether something was written on what was known, with nothing read."""
        before = self.known.book(BOOK)
        write()
        return before is not None and self.known.book(BOOK) is before


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    """Maite holds 20.00; the writer made one payment of 1.00."""
    world = World.create(database)
    for number, name in (("E00001", "Maite Etxeberria"), ("E00002", "Peio Ibarra"), ("E00003", "Ana Uriarte")):
        world.enrol(number, name)
    world.fund("E00001", 20_00)
    with database.connect("writer") as connection:
        writer = Writer(world, connection)
        assert not writer.carries_on(lambda: writer.pay(1_00, "first"))
        yield writer
    check_invariants(database)


def test_what_follows_is_written_at_once(writer: Writer) -> None:
    for cents in (2_00, 3_00):
        assert writer.carries_on(lambda cents=cents: writer.pay(cents))  # type: ignore[misc]
    assert (writer.world.wallet("E00001"), writer.world.wallet("E00002")) == (14_00, 6_00)
    with writer.world.database.reading() as connection:
        moments = connection.execute("SELECT recorded_at FROM batch ORDER BY number").fetchall()
    assert moments == sorted(moments)


def test_what_somebody_else_wrote_meanwhile_is_read(writer: Writer) -> None:
    writer.world.pay("E00001", "E00003", 18_00)
    assert writer.pay(2_00) == BalanceTooLow(account="wallet:E00001", balance="1.00 EUS", amount="2.00 EUS")
    writer.world.pay("E00003", "E00001", 1_00)
    assert isinstance(writer.pay(2_00), Answer)
    assert (writer.world.wallet("E00001"), writer.world.wallet("E00002")) == (0, 3_00)


def test_a_member_who_left_meanwhile_is_not_paid(writer: Writer) -> None:
    leaving = MemberDeparts(writer.world.actor("operator"), BOOK, "E00002", MONDAY, "Moved away", "transfer", "E00001")
    writer.world.do(depart_members, leaving)
    assert writer.pay(1_00) == MemberLeft(member="E00002", left_on=MONDAY)


def test_books_closed_meanwhile_take_no_payment(writer: Writer) -> None:
    writer.world.do(close_books, CloseBooks(writer.world.actor("accountant"), BOOK, MONDAY, MONDAY))
    assert writer.pay(1_00) == PeriodClosed(closed_until=MONDAY, business_on=MONDAY)
    later = replace(writer.payment(1_00), on=date(2026, 1, 6))
    assert isinstance(writer.write(later)[0], Answer)
    assert writer.carries_on(lambda: writer.write(later))
    assert isinstance(writer.pay(1_00), PeriodClosed)


def test_a_key_used_before_is_answered_as_before(writer: Writer) -> None:
    assert isinstance(writer.pay(2_00, "second"), Answer)
    for key, cents in (("first", 1_00), ("second", 2_00)):
        again = writer.pay(cents, key)
        assert isinstance(again, Answer) and again.replayed
        assert writer.pay(cents + 1, key) == KeyReused(key=key)
    assert writer.world.wallet("E00002") == 3_00


def test_a_payment_done_before_is_not_refused_for_want_of_money(writer: Writer) -> None:
    assert isinstance(writer.pay(19_00, "all"), Answer)
    again = writer.pay(19_00, "all")
    assert isinstance(again, Answer) and again.replayed


def test_a_refused_payment_leaves_the_others_of_its_batch(writer: Writer) -> None:
    outcomes = writer.write(writer.payment(19_00), writer.payment(1_00), writer.payment(1_00, "first"))
    assert [type(outcome) for outcome in outcomes] == [Answer, BalanceTooLow, Answer]
    assert (writer.world.wallet("E00001"), writer.world.wallet("E00002")) == (0, 20_00)


def test_a_wallet_is_opened_by_its_first_payment(writer: Writer) -> None:
    assert not writer.carries_on(lambda: writer.pay(1_00, payee="E00003"))
    assert writer.carries_on(lambda: writer.pay(1_00, payee="E00003"))
    assert writer.world.wallet("E00003") == 2_00


def test_equal_keys_in_one_batch_have_one_effect(writer: Writer) -> None:
    same = writer.payment(1_00, "twice")
    one, two = writer.write(same, same)
    assert isinstance(one, Answer) and isinstance(two, Answer)
    assert (one.content, one.replayed, two.replayed) == (two.content, False, True)
    assert writer.world.wallet("E00002") == 2_00


def test_a_connection_that_is_lost_leaves_all_or_nothing(writer: Writer) -> None:
    with fuse(lambda connection, _, __: terminate(writer.world.database, connection)):
        assert writer.pay(2_00, "lost") == OutcomeUnknown()
    assert writer.known.book(BOOK) is None
    with writer.world.database.connect("writer") as writer.connection:
        again = writer.pay(2_00, "lost")
        assert isinstance(again, Answer) and not again.replayed
    assert writer.world.wallet("E00002") == 3_00
