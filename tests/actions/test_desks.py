"""A desk begins: who opens it and who is named for it, and its float, which moves two books in one event."""

from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from monnaielocale.actions.appointments import NameForDesk, RankUnknown, name_for_desks
from monnaielocale.actions.conventions import BookOfAnother, load_convention
from monnaielocale.actions.desks import DeskAlreadyOpen, OpenDesk, open_desks
from monnaielocale.actions.floats import ExchangeFloat, LowerFloat, ReceiveFloat, exchange_floats, lower_floats, receive_floats
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.domain.actors import ActsForAnother, RoleMissing
from monnaielocale.domain.conventions.convention import NoConventionInForce
from monnaielocale.domain.conventions.desks import DeskNotInConvention
from monnaielocale.domain.desks.bundles import PieceUnknown
from monnaielocale.domain.desks.charters import FloatBeyondCharter, TillUnknown
from monnaielocale.domain.desks.staff import AppointmentReversed, HeadOrDeputyNeeded, HeadsOverlap
from monnaielocale.domain.ledger import BalanceTooLow
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.people import PersonUnknown
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.check import check
from monnaielocale.store.database import Database
from monnaielocale.store.desks import DeskUnknown
from monnaielocale.store.faults import refusal_of
from monnaielocale.store.journal import BookUnknown
from tests.desks import POOL, STAFF, TILL, Pool
from tests.invariants import check_invariants
from tests.world import BOOK, CONVENTIONS, MONDAY, TOWN, World

NOTES = ((100, 10), (500, 4))


@pytest.fixture
def world(database: Database) -> World:
    world = World.create(database)
    world.move_notes("printed", (100, 100_00), (500, 100_00))
    return world


@pytest.fixture
def pool(world: World) -> Pool:
    return Pool.opened(world)


def held(world: World, book: str) -> dict[str, int]:
    """Natural balances of a book that are not zero."""
    return Pool(world).held(book)


def test_a_town_opens_a_desk_that_the_convention_lists(world: World) -> None:
    assert Pool(world).open() == {"book": POOL, "desk": "pool", "label": "Piscine municipale", "tills": ["till-1", "till-2"]}
    with pytest.raises(DeskAlreadyOpen):
        Pool(world).open()
    with pytest.raises(DeskNotInConvention, match="gestion de fait"):
        Pool(world).open(desk="sauna")
    assert Pool(world).open(desk="parking")["book"] == "bayonne-parking"
    check_invariants(world.database)


def test_nobody_opens_a_desk_but_the_signer_of_its_town(world: World) -> None:
    for login in ("operator", "preparer", "treasurer", "administrator"):
        with pytest.raises(RoleMissing):
            Pool(world).open(by=login)
    world.load("grenoble-cairn.toml")
    world.add("grenoble-signer", "grenoble", "town_signer")
    with pytest.raises(ActsForAnother):
        Pool(world).open(by="grenoble-signer")
    assert world.count("book") == 2


def test_a_desk_opens_only_under_a_convention_that_holds(world: World) -> None:
    world.on = date(2018, 1, 1)
    with pytest.raises(NoConventionInForce):
        Pool(world).open()


def test_a_desk_does_not_take_the_book_of_another(world: World) -> None:
    other = (CONVENTIONS / "grenoble-cairn.toml").read_text(encoding="utf-8").replace('book = "cairn"', f'book = "{POOL}"')
    load_convention(world.database, world.actor("administrator"), other.encode(), world.on)
    with pytest.raises(BookOfAnother):
        Pool(world).open()
    Pool(world).open(desk="parking")
    opening = OpenDesk(world.actor("signer"), "bayonne-parking", BOOK, TOWN, "pool", world.on)
    with pytest.raises(BookOfAnother):
        world.do(open_desks, opening)


def test_people_are_named_by_their_town_one_head_at_a_time(pool: Pool) -> None:
    world = pool.world
    with pytest.raises(HeadsOverlap):
        pool.name("pool-deputy", "head")
    with pytest.raises(RankUnknown):
        pool.name("pool-clerk", "boss")
    with pytest.raises(PersonUnknown):
        pool.name("operator", "clerk")
    with pytest.raises(AppointmentReversed):
        pool.name("pool-clerk", "deputy", ends_on=world.on - timedelta(days=1))
    with pytest.raises(RoleMissing):
        pool.name("pool-clerk", "deputy", by="pool-head")
    with pytest.raises(DeskUnknown):
        world.do(name_for_desks, NameForDesk(world.actor("signer"), BOOK, "pool-clerk", "clerk", world.on, world.on))
    with pytest.raises(BookUnknown):
        world.do(name_for_desks, NameForDesk(world.actor("signer"), "bayonne-spa", "pool-clerk", "clerk", world.on, world.on))
    assert world.count("desk_appointment") == len(STAFF)


def test_two_heads_in_one_batch_are_one_too_many(world: World) -> None:
    Pool(world).open()
    signer = world.actor("signer")
    items = []
    for login in ("first", "second"):
        world.add(login, TOWN, "desk_clerk")
        items.append(NameForDesk(signer, POOL, login, "head", world.on, world.on))
    first, second = perform(world.database, name_for_desks, items)
    assert isinstance(first, Answer)
    assert isinstance(second, HeadsOverlap)


def test_the_float_is_received_and_partly_exchanged_in_both_books(pool: Pool) -> None:
    world = pool.world
    before = held(world, BOOK)
    assert pool.receive(150_00)["advance_cents"] == 150_00
    answer = pool.exchange(*NOTES)
    assert (answer["advance_cents"], answer["euro_cents"], answer["notes_cents"]) == (150_00, 120_00, 30_00)
    assert held(world, POOL) == {"float_advance": 150_00, "float.euro": 120_00, "float.notes": 30_00}
    assert held(world, BOOK) == before | {
        "notes.vault:100": 90_00,
        "notes.vault:500": 80_00,
        f"notes.drawer:{POOL}:{TILL}:100": 10_00,
        f"notes.drawer:{POOL}:{TILL}:500": 20_00,
        "circulation.notes": 30_00,
        "cash_in_hand.notes": 30_00,
    }
    assert world.do(lower_floats, LowerFloat(world.actor("pool-head"), POOL, 20_00, world.on))["euro_cents"] == 100_00
    check_invariants(world.database)


def test_one_event_has_one_moment_in_both_books(pool: Pool) -> None:
    """Also in the middle of the association's own work, and with several desks' acts in one batch."""
    world = pool.world
    pool.receive(150_00)
    world.move_notes("printed", (100, 10_00))
    head = world.actor("pool-head")
    items = [ExchangeFloat(head, POOL, till, ((100, 5),), world.on) for till in ("till-1", "till-2", TILL)]
    assert all(isinstance(outcome, Answer) for outcome in perform(world.database, exchange_floats, items))
    world.move_notes("printed", (100, 10_00))
    with world.database.reading() as connection:
        moments = connection.execute(
            "SELECT count(*), count(DISTINCT batch.recorded_at) FROM event JOIN entry ON entry.event_id = event.id"
            " JOIN batch ON batch.book_id = entry.book_id AND batch.number = entry.batch_number"
            " WHERE kind = 'float_exchanged'"
        ).fetchone()
    assert moments == (6, 1)
    check_invariants(world.database)


@pytest.mark.parametrize(
    ("notes", "till", "refusal"),
    [
        (((100, 51),), TILL, FloatBeyondCharter),
        (((100, 5),), "till-9", TillUnknown),
        (((300, 1),), TILL, PieceUnknown),
        ((), TILL, AmountNotPositive),
        (((2000, 1),), TILL, BalanceTooLow),
    ],
)
def test_an_exchange_that_cannot_be_leaves_nothing(pool: Pool, notes: Any, till: str, refusal: type[Refusal]) -> None:
    pool.receive(150_00)
    before = held(pool.world, BOOK), held(pool.world, POOL)
    with pytest.raises(refusal):
        pool.exchange(*notes, till=till)
    assert (held(pool.world, BOOK), held(pool.world, POOL)) == before
    check_invariants(pool.world.database)


def test_the_float_is_what_the_charter_says_and_not_more(pool: Pool) -> None:
    with pytest.raises(FloatBeyondCharter):
        pool.receive(150_01)
    pool.receive(100_00)
    with pytest.raises(FloatBeyondCharter):
        pool.receive(50_01)
    with pytest.raises(AmountNotPositive):
        pool.receive(0)
    with pytest.raises(BalanceTooLow):
        pool.world.do(lower_floats, LowerFloat(pool.world.actor("pool-head"), POOL, 100_01, pool.world.on))


def test_a_float_is_received_once_however_often_it_is_asked(pool: Pool) -> None:
    first, again = pool.receive(50_00, key="float"), pool.receive(50_00, key="float")
    assert first == again
    assert held(pool.world, POOL)["float_advance"] == 50_00


def test_only_the_head_or_a_deputy_touches_the_float(pool: Pool) -> None:
    world = pool.world
    with pytest.raises(HeadOrDeputyNeeded):
        pool.receive(10_00, by="pool-clerk")
    pool.receive(10_00, by="pool-deputy")
    for login in ("signer", "operator", "treasurer"):
        with pytest.raises(RoleMissing):
            pool.receive(10_00, by=login)
    world.load("grenoble-cairn.toml")
    world.add("tag-head", "grenoble", "desk_clerk")
    with pytest.raises(ActsForAnother):
        pool.receive(10_00, by="tag-head")
    with pytest.raises(DeskUnknown):
        world.do(receive_floats, ReceiveFloat(world.actor("pool-head"), BOOK, 1, world.on))


def test_an_appointment_ends(world: World) -> None:
    pool = Pool(world)
    pool.open()
    world.add("pool-head", TOWN, "desk_clerk")
    pool.name("pool-head", "head", ends_on=MONDAY)
    pool.receive(10_00)
    world.on = MONDAY + timedelta(days=1)
    with pytest.raises(HeadOrDeputyNeeded):
        pool.receive(10_00)


KINDS = {
    "desk_opened": {"signer"},
    "desk_person_named": {"signer"},
    "desk_appointment_ended": {"signer"},
    "float_received": {"pool-head", "pool-clerk"},
    "float_exchanged": {"pool-head", "pool-clerk"},
    "wallet_payment": {"operator"},
    "gift_to_myself": set(),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_database_itself_knows_who_acts_at_a_desk(pool: Pool, kind: str) -> None:
    world = pool.world
    world.load("grenoble-cairn.toml")
    world.add("grenoble-signer", "grenoble", "town_signer")
    world.add("tag-head", "grenoble", "desk_clerk")
    allowed = set()
    everybody = ("signer", "pool-head", "pool-clerk", "operator", "treasurer", "administrator", "grenoble-signer", "tag-head")
    for login in everybody:
        with world.database.connect("writer") as connection:
            try:
                asked = [[world.actor(login).person_id], [kind], POOL]
                connection.execute("SELECT check_rights(%s, %s, (SELECT id FROM book WHERE code = %s))", asked)
                allowed.add(login)
            except psycopg.IntegrityError as error:
                assert isinstance(refusal_of(error), RoleMissing | ActsForAnother)
    assert allowed == KINDS[kind]


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (
            "INSERT INTO desk_appointment SELECT book_id, gen_random_uuid(), (SELECT id FROM person WHERE login = 'operator'),"
            " 'clerk', starts_on, NULL, event_id FROM desk_appointment LIMIT 1",
            "desk_person",
        ),
        (
            "INSERT INTO desk_appointment SELECT book_id, gen_random_uuid(), person_id, 'head', starts_on, NULL, event_id"
            " FROM desk_appointment LIMIT 1",
            "desk_heads",
        ),
        (
            "INSERT INTO desk SELECT issuer_book_id, book_id, public_body_id, 'other', opened_on, event_id FROM desk",
            "desk_books",
        ),
    ],
)
def test_the_database_refuses_what_no_desk_may_be(pool: Pool, statement: str, rule: str) -> None:
    with pool.world.database.connect("writer") as connection, pytest.raises(psycopg.IntegrityError) as refused:
        connection.execute(statement)
    assert refused.value.diag.constraint_name == rule


def test_the_check_finds_notes_that_the_two_books_tell_apart(pool: Pool) -> None:
    pool.receive(150_00)
    pool.exchange((100, 5))
    with pool.world.database.connect("owner") as connection:
        connection.execute("ALTER TABLE entry_line DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE entry_line SET balance_after_cents = 400 FROM account WHERE account.id = account_id AND role = 'float.notes'"
        )
        connection.execute("ALTER TABLE entry_line ENABLE TRIGGER USER")
    assert f"desk {POOL}: 400 of notes in its book, 500 in that of the association" in [
        finding.found for finding in check(pool.world.database) if finding.rule == "desks"
    ]
