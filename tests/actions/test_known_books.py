"""A writer who keeps its connection writes on what it knows of the book, for as long as nobody else writes there."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from time import sleep

import psycopg
import pytest

from monnaielocale.actions.closings import CloseBooks, close_books
from monnaielocale.actions.collector import Collector
from monnaielocale.actions.pay import WalletPayment, pay_between_wallets
from monnaielocale.actions.perform import Answer, KeyReused, Unforeseen
from monnaielocale.actions.redemptions import MemberDeparts, depart_members
from monnaielocale.actions.writer import Told, Writer
from monnaielocale.domain.ledger import BalanceTooLow, BookState, PeriodClosed, Position
from monnaielocale.domain.members import MemberLeft
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store import journal
from monnaielocale.store.database import Database
from monnaielocale.store.faults import BusyBook, OutcomeUnknown
from monnaielocale.store.journal import Head, KnownBooks, OpenBook
from tests.invariants import check_invariants
from tests.world import BOOK, MONDAY, World


@dataclass
class Desk:
    """Somebody who writes payments of Maite to Peio, batch after batch, on one connection."""

    world: World
    writer: Writer[WalletPayment]

    def payment(self, cents: int, key: str = "", payee: str = "E00002") -> WalletPayment:
        return WalletPayment(self.world.actor("operator"), BOOK, "E00001", payee, cents, MONDAY, key=key)

    def write(self, *items: WalletPayment) -> list[Told]:
        carried = self.writer.decide(items)
        if carried is None:
            return self.writer.perform(items)
        self.writer.send(carried)
        (outcomes,) = self.writer.finish()
        return outcomes

    def pay(self, cents: int, key: str = "", payee: str = "E00002") -> Told:
        return self.write(self.payment(cents, key, payee))[0]

    def send(self, *items: WalletPayment) -> None:
        """Decide payments on what is known, which must be enough, and send them."""
        carried = self.writer.decide(items)
        assert carried is not None
        self.writer.send(carried)

    def cut(self, *, but: int = 0) -> None:
        """An administrator ends all connections on the server's side, but one."""
        with psycopg.connect(self.world.database.url, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), %s)",
                [but],
            )


def types(batches: list[list[Told]]) -> list[list[type]]:
    """What the items of batches were told, as types."""
    return [[type(outcome) for outcome in batch] for batch in batches]


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    """Maite holds 20.00; one payment of 1.00 was made."""
    world = World.create(database)
    for number, name in (("E00001", "Maite Etxeberria"), ("E00002", "Peio Ibarra"), ("E00003", "Ana Uriarte")):
        world.enrol(number, name)
    world.fund("E00001", 20_00)
    desk = Desk(world, Writer(database, pay_between_wallets))
    assert not desk.writer.carries_on()
    assert isinstance(desk.pay(1_00, "first"), Answer)
    yield desk
    desk.writer.close()
    check_invariants(database)


def test_what_follows_is_written_at_once(desk: Desk) -> None:
    for cents in (2_00, 3_00):
        desk.send(desk.payment(cents))
        assert types(desk.writer.finish()) == [[Answer]]
    assert (desk.world.wallet("E00001"), desk.world.wallet("E00002")) == (14_00, 6_00)
    with desk.world.database.reading() as connection:
        moments = connection.execute("SELECT recorded_at FROM batch ORDER BY number").fetchall()
    assert moments == sorted(moments)


def test_a_batch_is_sent_behind_one_that_is_on_its_way(desk: Desk) -> None:
    desk.send(desk.payment(19_00))
    desk.send(replace(desk.payment(20_00), payer="E00002", payee="E00001"))
    desk.send(desk.payment(5_00), desk.payment(6_00))
    assert [types(desk.writer.finish()) for _ in range(3)] == [[[Answer]], [[Answer]], [[Answer, Answer]]]
    assert (desk.world.wallet("E00001"), desk.world.wallet("E00002")) == (9_00, 11_00)
    assert isinstance(desk.pay(1_00), Answer)


def test_batches_fall_with_the_one_that_they_were_decided_on(desk: Desk) -> None:
    """Somebody else takes the money first: what is on its way is refused, and decided again in its order."""
    back = replace(desk.payment(18_00), payer="E00002", payee="E00001")
    desk.world.pay("E00001", "E00003", 18_00)
    desk.send(desk.payment(19_00))
    desk.send(back)
    desk.send(desk.payment(1_00))
    outcomes = desk.writer.finish()
    assert outcomes[:1] == [[BalanceTooLow(account="wallet:E00001", balance="1.00 EUS", amount="19.00 EUS")]]
    assert types(outcomes) == [[BalanceTooLow], [BalanceTooLow], [Answer]]
    assert (desk.world.wallet("E00001"), desk.world.wallet("E00002")) == (0, 2_00)


def test_a_batch_does_not_continue_one_that_somebody_else_wrote_in_its_place(desk: Desk) -> None:
    """Its number is right once somebody else wrote a batch instead of the one that it was decided on: it is decided again."""
    carried = desk.writer.decide([desk.payment(2_00, "not sent")])
    desk.world.pay("E00002", "E00003", 1_00)
    assert carried is not None
    desk.send(desk.payment(3_00, "behind"))
    assert types(desk.writer.finish()) == [[Answer]]
    assert (desk.world.wallet("E00001"), desk.world.wallet("E00002")) == (16_00, 3_00)


def test_what_somebody_else_wrote_meanwhile_is_read(desk: Desk) -> None:
    desk.world.pay("E00001", "E00003", 18_00)
    assert desk.pay(2_00) == BalanceTooLow(account="wallet:E00001", balance="1.00 EUS", amount="2.00 EUS")
    desk.world.pay("E00003", "E00001", 1_00)
    assert isinstance(desk.pay(2_00), Answer)
    assert (desk.world.wallet("E00001"), desk.world.wallet("E00002")) == (0, 3_00)


def test_a_member_who_left_meanwhile_is_not_paid(desk: Desk) -> None:
    leaving = MemberDeparts(desk.world.actor("operator"), BOOK, "E00002", MONDAY, "Moved away", "transfer", "E00001")
    desk.world.do(depart_members, leaving)
    assert desk.pay(1_00) == MemberLeft(member="E00002", left_on=MONDAY)


def test_books_closed_meanwhile_take_no_payment(desk: Desk) -> None:
    desk.world.do(close_books, CloseBooks(desk.world.actor("accountant"), BOOK, MONDAY, MONDAY))
    assert desk.pay(1_00) == PeriodClosed(closed_until=MONDAY, business_on=MONDAY)
    later = replace(desk.payment(1_00), on=date(2026, 1, 6))
    assert isinstance(desk.write(later)[0], Answer)
    assert isinstance(desk.write(later)[0], Answer)
    assert isinstance(desk.pay(1_00), PeriodClosed)


def test_a_key_used_before_is_answered_as_before(desk: Desk) -> None:
    assert isinstance(desk.pay(2_00, "second"), Answer)
    for key, cents in (("first", 1_00), ("second", 2_00)):
        again = desk.pay(cents, key)
        assert isinstance(again, Answer) and again.replayed
        assert desk.pay(cents + 1, key) == KeyReused(key=key)
    assert desk.world.wallet("E00002") == 3_00


def test_a_payment_done_before_is_not_refused_for_want_of_money(desk: Desk) -> None:
    assert isinstance(desk.pay(19_00, "all"), Answer)
    again = desk.pay(19_00, "all")
    assert isinstance(again, Answer) and again.replayed


def test_a_refused_payment_leaves_the_others_of_its_batch(desk: Desk) -> None:
    outcomes = desk.write(desk.payment(19_00), desk.payment(1_00), desk.payment(1_00, "first"))
    assert [type(outcome) for outcome in outcomes] == [Answer, BalanceTooLow, Answer]
    assert (desk.world.wallet("E00001"), desk.world.wallet("E00002")) == (0, 20_00)


def test_a_wallet_is_opened_by_its_first_payment(desk: Desk) -> None:
    assert desk.writer.decide([desk.payment(1_00, payee="E00003")]) is None
    assert isinstance(desk.pay(1_00, payee="E00003"), Answer)
    assert desk.writer.decide([desk.payment(1_00, payee="E00003")]) is not None
    assert isinstance(desk.writer.perform([desk.payment(1_00, payee="E00003")])[0], Answer)
    assert desk.world.wallet("E00003") == 2_00


def test_equal_keys_in_one_batch_have_one_effect(desk: Desk) -> None:
    same = desk.payment(1_00, "twice")
    one, two = desk.write(same, same)
    assert isinstance(one, Answer) and isinstance(two, Answer)
    assert (one.content, one.replayed, two.replayed) == (two.content, False, True)
    assert desk.world.wallet("E00002") == 2_00


def test_a_connection_that_is_lost_leaves_all_or_nothing(desk: Desk) -> None:
    desk.cut()
    assert desk.pay(2_00, "lost") == OutcomeUnknown()
    again = desk.pay(2_00, "lost")
    assert isinstance(again, Answer) and not again.replayed
    assert desk.world.wallet("E00002") == 3_00


def test_a_connection_that_is_lost_after_the_write_is_answered_with_what_was_done(desk: Desk) -> None:
    desk.send(desk.payment(2_00, "done"))
    while desk.world.wallet("E00002") != 3_00:
        sleep(0.005)
    desk.cut()
    assert types(desk.writer.finish()) == [[Answer]]
    assert desk.world.wallet("E00002") == 3_00


def test_a_connection_that_is_lost_with_two_batches_on_it_is_answered_with_what_was_done_of_both(desk: Desk) -> None:
    with psycopg.connect(desk.world.database.url) as other:
        desk.send(desk.payment(2_00, "done"))
        while desk.world.wallet("E00002") != 3_00:
            sleep(0.005)
        other.execute("SELECT FROM book FOR UPDATE")
        desk.send(desk.payment(4_00, "waits"), desk.payment(5_00))
        desk.send(desk.payment(1_00, "behind"))
        desk.cut(but=other.info.backend_pid)
    assert types(desk.writer.finish()) == [[Answer]]
    assert [desk.writer.finish() for _ in range(2)] == [[[OutcomeUnknown(), OutcomeUnknown()]], [[OutcomeUnknown()]]]
    assert desk.world.wallet("E00002") == 3_00
    assert isinstance(desk.pay(1_00, "behind"), Answer)


def opened(code: str, accounts: int) -> dict[str, OpenBook]:
    head = Head(1, code, "EUS", 0, b"", 0, 0, datetime(2026, 1, 5, tzinfo=UTC), None)
    return {code: OpenBook(head, BookState(code, "EUS", positions={str(at): Position() for at in range(accounts)}))}


def test_what_is_known_of_a_book_outlives_batches_in_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "KNOWN_POSITIONS", 10)
    known = KnownBooks()
    pool, baths, market = opened("pool", 4), opened("baths", 5), opened("market", 3)
    known.keep(pool)
    known.keep(baths)
    known.keep(pool)
    assert known.book("baths") is baths["baths"]
    known.keep(market)
    assert [known.book(code) is not None for code in ("pool", "baths", "market")] == [True, False, True]
    known.keep(opened("town", 11))
    assert not known.any()


def test_a_book_that_somebody_holds_is_busy(desk: Desk) -> None:
    with psycopg.connect(desk.world.database.url) as other:
        other.execute("SELECT FROM book FOR UPDATE")
        assert desk.pay(1_00, "held") == BusyBook()
    assert isinstance(desk.pay(1_00, "held"), Answer)


def test_a_text_that_cannot_be_written_concerns_its_own_payment(desk: Desk) -> None:
    half = replace(desk.payment(1_00), label="\ud800")
    outcomes = desk.write(desk.payment(2_00), half)
    assert isinstance(outcomes[0], Answer) and isinstance(outcomes[1], Unforeseen)
    assert desk.world.wallet("E00002") == 3_00


def test_callers_of_a_collector_go_on_when_its_connection_is_lost_between_two_batches(desk: Desk) -> None:
    with Collector(desk.world.database, pay_between_wallets) as clerk:
        for _ in range(3):
            assert isinstance(clerk.submit(desk.payment(1_00)).result(60), Answer)
        desk.cut()
        assert clerk.submit(desk.payment(1_00, "lost")).result(60) == OutcomeUnknown()
        assert isinstance(clerk.submit(desk.payment(1_00, "lost")).result(60), Answer)
    assert desk.world.wallet("E00002") == 5_00


def test_what_the_database_refuses_at_the_commit_was_not_done(desk: Desk) -> None:
    """Some walls are looked at when the transaction ends, after the batch has answered."""
    with psycopg.connect(desk.world.database.url) as owner:
        owner.execute(
            "CREATE FUNCTION fall() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN PERFORM refuse('falling_wall', 'it falls'); RETURN NULL; END $$"
        )
        owner.execute(
            "CREATE CONSTRAINT TRIGGER falls AFTER INSERT ON batch DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION fall()"
        )
    desk.send(desk.payment(2_00))
    desk.send(desk.payment(1_00))
    told = desk.writer.finish()
    with psycopg.connect(desk.world.database.url) as owner:
        owner.execute("DROP TRIGGER falls ON batch")
        owner.execute("DROP FUNCTION fall")
    assert [isinstance(outcome, Refusal) for batch in told for outcome in batch] == [True, True]
    assert desk.world.wallet("E00002") == 1_00
