"""Notes and euros move at a desk without a receipt: exchanged back, between tills, to and from the safe, paid in."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from monnaielocale.actions.floats import (
    ExchangeFloatBack,
    MoveNotesBetweenTills,
    exchange_floats_back,
    move_notes_between_tills,
)
from monnaielocale.actions.perform import Action, Answer, perform
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
from monnaielocale.domain.actors import Actor, RoleMissing
from monnaielocale.domain.desks.bundles import PiecesNegative, PieceUnknown
from monnaielocale.domain.desks.charters import TillsAreOne, TillUnknown
from monnaielocale.domain.desks.settlements import NotAnotherMeans
from monnaielocale.domain.desks.staff import HeadOrDeputyNeeded, NotNamedToCollect
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import BalanceTooLow, BookState, Entry, Event, credit, debit, move
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Database
from monnaielocale.store.faults import RefusedByTheBooks, refusal_of
from monnaielocale.store.unit_of_work import unit_of_work
from tests.desks import POOL, TILL, Pool
from tests.invariants import check_invariants
from tests.world import BOOK, TOWN, World

OTHER_TILL = "till-2"


@pytest.fixture
def pool(database: Database) -> Pool:
    """A pool with its float, ten notes of 1 and four of 5 in a till, and takings: 12 in notes, 30 in euros, 8 by card."""
    world = World.create(database)
    world.move_notes("printed", (100, 100_00), (500, 100_00))
    world.move_notes("sold", (100, 50_00), (500, 50_00), slip="slip 1")
    pool = Pool.opened(world)
    pool.receive(150_00)
    pool.exchange((100, 10), (500, 4))
    pool.take((100, 2), (500, 2), euros=30_00, other=8_00)
    return pool


def to_safe(pool: Pool, cents: int, till: str = TILL, by: str = "pool-clerk", key: str = "") -> dict[str, Any]:
    return pool.world.do(move_to_safes, MoveToSafe(pool.world.actor(by), POOL, till, cents, pool.world.on, key))


def between(pool: Pool, *notes: tuple[int, int], tills: tuple[str, str] = (TILL, OTHER_TILL), by: str = "pool-clerk") -> Any:
    item = MoveNotesBetweenTills(pool.world.actor(by), POOL, *tills, notes, pool.world.on)
    return pool.world.do(move_notes_between_tills, item)


def back(pool: Pool, *notes: tuple[int, int], till: str = TILL, by: str = "pool-head") -> dict[str, Any]:
    return pool.world.do(exchange_floats_back, ExchangeFloatBack(pool.world.actor(by), POOL, till, notes, pool.world.on))


def test_notes_of_the_float_become_euros_again_in_both_books(pool: Pool) -> None:
    before, there = pool.held(), pool.held(BOOK)
    answer = back(pool, (100, 3), (500, 1))
    assert (answer["advance_cents"], answer["euro_cents"], answer["notes_cents"]) == (150_00, 128_00, 22_00)
    assert pool.held() == before | {"float.euro": 128_00, "float.notes": 22_00}
    assert pool.held(BOOK) == there | {
        f"notes.drawer:{POOL}:{TILL}:100": 9_00,
        f"notes.drawer:{POOL}:{TILL}:500": 25_00,
        "notes.returned:100": 3_00,
        "notes.returned:500": 5_00,
        "circulation.notes": there["circulation.notes"] - 8_00,
        "cash_in_hand.notes": there["cash_in_hand.notes"] - 8_00,
    }
    check_invariants(pool.world.database)


def test_takings_are_not_exchanged_as_if_they_were_the_float(pool: Pool) -> None:
    with pytest.raises(BalanceTooLow, match=r"float\.notes"):
        back(pool, (500, 6), (100, 1))


def test_one_till_helps_another_out(pool: Pool) -> None:
    before, there = pool.held(), pool.held(BOOK)
    assert between(pool, (100, 2), (500, 1), (100, 1))["amount_cents"] == 8_00
    assert pool.held() == before
    assert pool.held(BOOK) == there | {
        f"notes.drawer:{POOL}:{TILL}:100": 9_00,
        f"notes.drawer:{POOL}:{TILL}:500": 25_00,
        f"notes.drawer:{POOL}:{OTHER_TILL}:100": 3_00,
        f"notes.drawer:{POOL}:{OTHER_TILL}:500": 5_00,
    }
    check_invariants(pool.world.database)


@pytest.mark.parametrize(
    ("notes", "tills", "refusal"),
    [
        (((100, 1),), (TILL, TILL), TillsAreOne),
        (((100, 1),), (TILL, "till-9"), TillUnknown),
        (((100, 1),), ("till-9", TILL), TillUnknown),
        (((300, 1),), (TILL, OTHER_TILL), PieceUnknown),
        (((100, 2), (100, -1)), (TILL, OTHER_TILL), PiecesNegative),
        ((), (TILL, OTHER_TILL), AmountNotPositive),
        (((100, 13),), (TILL, OTHER_TILL), BalanceTooLow),
        (((100, 1),), (OTHER_TILL, TILL), BalanceTooLow),
    ],
)
def test_notes_that_cannot_go_to_another_till_stay(pool: Pool, notes: Any, tills: Any, refusal: type[Refusal]) -> None:
    before = pool.held(BOOK)
    with pytest.raises(refusal):
        between(pool, *notes, tills=tills)
    assert pool.held(BOOK) == before


def test_euros_go_to_the_safe_and_are_paid_in(pool: Pool) -> None:
    world = pool.world
    before = pool.held()
    answer = to_safe(pool, 25_00)
    assert (answer["till_cents"], answer["safe_cents"]) == (5_00, 25_00)
    answer = world.do(move_from_safes, MoveFromSafe(world.actor("pool-head"), POOL, OTHER_TILL, 4_00, world.on))
    assert (answer["till_cents"], answer["safe_cents"]) == (4_00, 21_00)
    paid = world.do(pay_in, PayIn(world.actor("pool-deputy"), POOL, 20_00, world.on, "slip 12"))
    assert (paid["amount_cents"], paid["left_cents"], paid["paid_in_cents"]) == (20_00, 1_00, 20_00)
    paid = world.do(pay_in_other_means, PayInOtherMeans(world.actor("pool-head"), POOL, "card", 8_00, world.on))
    assert (paid["left_cents"], paid["paid_in_cents"]) == (0, 28_00)
    del before["other_means"]
    assert pool.held() == before | {
        f"till.euro:{TILL}": 5_00,
        f"till.euro:{OTHER_TILL}": 4_00,
        "safe.euro": 1_00,
        "paid_in": 28_00,
    }
    check_invariants(world.database)


def test_nothing_leaves_a_till_or_a_safe_that_is_not_there(pool: Pool) -> None:
    world, head = pool.world, pool.world.actor("pool-head")
    with pytest.raises(BalanceTooLow):
        to_safe(pool, 30_01)
    with pytest.raises(BalanceTooLow):
        to_safe(pool, 1, OTHER_TILL)
    to_safe(pool, 10_00)
    too_much: list[tuple[Action[Any], Any]] = [
        (move_from_safes, MoveFromSafe(head, POOL, TILL, 10_01, world.on)),
        (pay_in, PayIn(head, POOL, 10_01, world.on)),
        (pay_in_other_means, PayInOtherMeans(head, POOL, "cheque", 8_01, world.on)),
    ]
    for act, item in too_much:
        with pytest.raises(BalanceTooLow):
            world.do(act, item)
    for cents in (0, -1):
        nothing: list[tuple[Action[Any], Any]] = [
            (move_to_safes, MoveToSafe(head, POOL, TILL, cents, world.on)),
            (move_from_safes, MoveFromSafe(head, POOL, TILL, cents, world.on)),
            (pay_in, PayIn(head, POOL, cents, world.on)),
            (pay_in_other_means, PayInOtherMeans(head, POOL, "card", cents, world.on)),
        ]
        for act, item in nothing:
            with pytest.raises(AmountNotPositive):
                world.do(act, item)
    with pytest.raises(TillUnknown):
        to_safe(pool, 1, "till-9")
    for instrument in ("euros", "notes", "gold"):
        with pytest.raises(NotAnotherMeans):
            world.do(pay_in_other_means, PayInOtherMeans(head, POOL, instrument, 1, world.on))


ACTS: dict[str, tuple[Action[Any], Callable[[Pool, Actor], Any], bool]] = {
    "exchange back": (
        exchange_floats_back,
        lambda pool, by: ExchangeFloatBack(by, POOL, TILL, ((100, 1),), pool.world.on),
        True,
    ),
    "between tills": (
        move_notes_between_tills,
        lambda pool, by: MoveNotesBetweenTills(by, POOL, TILL, OTHER_TILL, ((100, 1),), pool.world.on),
        False,
    ),
    "to the safe": (move_to_safes, lambda pool, by: MoveToSafe(by, POOL, TILL, 1_00, pool.world.on), False),
    "from the safe": (move_from_safes, lambda pool, by: MoveFromSafe(by, POOL, TILL, 50, pool.world.on), True),
    "pay in": (pay_in, lambda pool, by: PayIn(by, POOL, 10, pool.world.on), True),
    "pay in others": (pay_in_other_means, lambda pool, by: PayInOtherMeans(by, POOL, "card", 1, pool.world.on), True),
}


def test_what_only_the_head_or_a_deputy_does_no_clerk_does(pool: Pool) -> None:
    world = pool.world
    world.add("stranger", TOWN, "desk_clerk")
    to_safe(pool, 10_00)
    for act, item, heads in ACTS.values():
        for login in ("signer", "operator", "treasurer"):
            with pytest.raises(RoleMissing):
                world.do(act, item(pool, world.actor(login)))
        with pytest.raises(HeadOrDeputyNeeded if heads else NotNamedToCollect):
            world.do(act, item(pool, world.actor("stranger")))
        if heads:
            with pytest.raises(HeadOrDeputyNeeded):
                world.do(act, item(pool, world.actor("pool-clerk")))
        world.do(act, item(pool, world.actor("pool-deputy")))
    check_invariants(world.database)


def test_each_move_is_made_once_however_often_it_is_asked(pool: Pool) -> None:
    assert to_safe(pool, 10_00, key="evening") == to_safe(pool, 10_00, key="evening")
    assert pool.held()["safe.euro"] == 10_00


def test_a_batch_sees_what_its_earlier_items_left(pool: Pool) -> None:
    items = [MoveToSafe(pool.world.actor("pool-clerk"), POOL, TILL, 20_00, pool.world.on) for _ in range(2)]
    first, second = perform(pool.world.database, move_to_safes, items)
    assert isinstance(first, Answer)
    assert isinstance(second, BalanceTooLow)


def posted(pool: Pool, kind: str, *entries: tuple[str, Entry]) -> Refusal | None:
    """What the database alone says to an event that the program would never write."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BookState, "check", lambda *_: None)
        head = pool.world.actor("pool-head")
        try:
            with unit_of_work(pool.world.database) as work:
                work.lock([POOL])
                work.post(Event(new_id(), POOL, kind, head.person_id, pool.world.on, entries))
        except psycopg.IntegrityError as error:
            return refusal_of(error)
    return None


def test_the_database_lets_no_till_and_no_safe_fall_below_zero(pool: Pool) -> None:
    for kind, account in (("to_the_safe", f"till.euro:{TILL}"), ("paid_in", "safe.euro"), ("paid_in", "other_means")):
        entry = Entry(pool.world.on, "too much", (debit("paid_in", 900_00), credit(account, 900_00)))
        assert posted(pool, kind, (POOL, entry)) == RefusedByTheBooks(rule="balance_below_zero")
    drawer = f"notes.drawer:{POOL}:{TILL}:100"
    entry = Entry(pool.world.on, "too much", move(drawer, "notes.public:100", 900_00))
    assert posted(pool, "notes_between_tills", (BOOK, entry)) == RefusedByTheBooks(rule="balance_below_zero")


def test_the_database_lets_no_note_change_its_denomination(pool: Pool) -> None:
    drawers = [f"notes.drawer:{POOL}:{TILL}:{denomination}" for denomination in (100, 500)]
    entry = Entry(pool.world.on, "a note of five for five of one", move(drawers[0], drawers[1], 5_00))
    assert posted(pool, "notes_between_tills", (BOOK, entry)) == RefusedByTheBooks(rule="entry_denomination")


def test_the_database_lets_no_note_enter_circulation_without_the_debt_for_it(pool: Pool) -> None:
    entry = Entry(pool.world.on, "a gift", move("notes.vault:500", f"notes.drawer:{POOL}:{TILL}:500", 5_00))
    assert posted(pool, "float_exchanged", (BOOK, entry)) == RefusedByTheBooks(rule="entry_circulation")
