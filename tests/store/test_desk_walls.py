"""What desks send to the association, by the database alone: plain statements of the application's role are refused."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import psycopg
import pytest

from monnaielocale.domain.desks.staff import HeadOrDeputyNeeded, NotNamedToCollect
from monnaielocale.domain.explaining.facts import PartGiven
from monnaielocale.domain.identifiers import new_id
from monnaielocale.domain.ledger import Entry, Event, credit, debit, move
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.check import check
from monnaielocale.store.database import Database
from monnaielocale.store.faults import RefusedByTheBooks, refusal_of
from monnaielocale.store.temporary import named
from monnaielocale.store.unit_of_work import unit_of_work
from tests.bank_files import Bank, imported, on
from tests.desks import POOL, STAFF, TILL, Pool
from tests.invariants import check_invariants
from tests.matching import due_to, explained, line_of
from tests.world import BOOK, RESERVE_NOTES, TOWN, World

# Envelopes 1 to 4: counted, paid and confirmed in part; counted and not paid; on its way; open.
OF = {number: f"(SELECT id FROM envelope WHERE number = 'PISC-2026-E000{number}')" for number in (1, 2, 3, 4)}
EVENT = "(SELECT id FROM event WHERE kind = '{}' ORDER BY recorded_at DESC LIMIT 1)"
PERSON = "(SELECT id FROM person WHERE login = '{}')"
DESK = "(SELECT book_id FROM desk)"
CLERK, OPERATOR, TREASURER = (PERSON.format(login) for login in ("pool-clerk", "operator", "treasurer"))


@pytest.fixture(scope="module")
def pool(server_url: str, template: str) -> Iterator[Pool]:
    """Built once: what is refused changes nothing."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        pool = sending(Database(named(server_url, name)))
        yield pool
        check_invariants(pool.world.database)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def sending(database: Database) -> Pool:
    world = World.create(database, on(20))
    world.move_notes("printed", (100, 100_00), (500, 100_00))
    world.move_notes("sold", (100, 50_00), (500, 50_00), slip="slip 1")
    pool = Pool.opened(world)
    pool.take((500, 8), (100, 3), euros=50_00)
    for count in (2, 2):
        envelope = str(pool.fill((500, count))["envelope"])
        pool.hand(envelope)
        pool.count(envelope, (500, count))
    pool.hand(str(pool.fill((500, 1))["envelope"]))
    pool.fill((500, 1))
    bank = Bank(RESERVE_NOTES)
    imported(world, bank.cfonb(1, 2, (1, 100_00, "VERSEMENT"), (2, -10_00, "VIR COMMUNE")))
    (due, _), *_ = due_to(world, TOWN)
    explained(world, line_of(world, -10_00), PartGiven("transfer_made", 10_00, transfer_due_id=due))
    pool.confirm("PISC-2026-R0001", 6_00)
    return pool


def written(pool: Pool, statement: str) -> Refusal | None:
    with pool.world.database.connect("writer") as connection, pytest.raises(psycopg.IntegrityError) as refused:
        connection.execute(statement)
    return refusal_of(refused.value)


PREPARED, HANDED, COUNTED, CONFIRMED = (
    EVENT.format(kind) for kind in ("envelope_prepared", "envelope_handed", "envelope_counted", "remittance_confirmed")
)


REMITTANCE = "INSERT INTO remittance SELECT gen_random_uuid(),"
CONFIRMATION = "INSERT INTO remittance_confirmation SELECT"
# A transfer of five to the town that belongs to no remittance; it is written in the same statement, and refused with it.
TRANSFER = f"""WITH due AS (
    INSERT INTO transfer_due
    SELECT gen_random_uuid(), book_id, kind, form, party_id, iban, 500, NULL, NULL, '', '{{}}', {COUNTED}
      FROM transfer_due LIMIT 1
    RETURNING id, event_id) """


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        (f"INSERT INTO envelope VALUES (gen_random_uuid(), {DESK}, 2026, 5, 'X', '2026-01-20', {PREPARED})", "envelope_open"),
        (f"INSERT INTO envelope VALUES (gen_random_uuid(), {DESK}, 2026, 6, 'X', '2026-01-20', {PREPARED})", "envelope_number"),
        (f"INSERT INTO envelope VALUES (gen_random_uuid(), {DESK}, 2026, 0, 'X', '2026-01-20', {PREPARED})", "envelope_number"),
        (f"INSERT INTO envelope VALUES (gen_random_uuid(), {DESK}, 2027, 1, 'X', '2026-01-20', {PREPARED})", "envelope_number"),
        (f"INSERT INTO envelope VALUES (gen_random_uuid(), {DESK}, 2026, 4, 'X', '2026-01-20', {PREPARED})",
         "envelope_book_id_year_ordinal_key"),
        (f"INSERT INTO envelope_note VALUES ({OF[3]}, {PREPARED}, '{TILL}', 500, 1, '2026-01-20')", "envelope_handed"),
        (f"INSERT INTO envelope_note VALUES ({OF[4]}, {PREPARED}, '{TILL}', 100, 5, '2026-01-20')", "envelope_notes"),
        (f"INSERT INTO envelope_note VALUES ({OF[4]}, {PREPARED}, 'till-2', 500, 1, '2026-01-20')", "envelope_notes"),
        (f"INSERT INTO envelope_note VALUES ({OF[4]}, {HANDED}, '{TILL}', 500, 1, '2026-01-20')", "envelope_notes"),
        (f"INSERT INTO envelope_note VALUES ({OF[4]}, {PREPARED}, '{TILL}', 500, -1, '2026-01-20')", "envelope_note_count_check"),
        (f"INSERT INTO envelope_handing VALUES ({OF[4]}, 'Peio', '2026-01-20', now(), {CLERK}, {PREPARED})", "event_act"),
        (f"INSERT INTO envelope_handing VALUES ({OF[4]}, 'Peio', '2026-01-20', now(), {OPERATOR}, {HANDED})", "event_act"),
        (f"INSERT INTO envelope_handing VALUES ({OF[4]}, '', '2026-01-20', now(), {CLERK}, {HANDED})", "envelope_carrier"),
        (f"INSERT INTO envelope_handing VALUES ({OF[3]}, 'Peio', '2026-01-20', now(), {CLERK}, {HANDED})", "envelope_handing_pk"),
        (f"INSERT INTO envelope_count VALUES ({OF[4]}, '', '2026-01-20', now(), {OPERATOR}, {COUNTED})", "envelope_not_handed"),
        (f"INSERT INTO envelope_count VALUES ({OF[3]}, '', '2026-01-20', now(), {OPERATOR}, {HANDED})", "event_act"),
        (f"INSERT INTO envelope_count VALUES ({OF[3]}, '', '2026-01-20', now(), {CLERK}, {COUNTED})", "event_act"),
        (f"INSERT INTO envelope_count VALUES ({OF[2]}, '', '2026-01-20', now(), {OPERATOR}, {COUNTED})", "envelope_count_pk"),
        (f"{REMITTANCE} book_id, year, 3, 'X', form, envelope_id, amount_cents, transfer_due_id, due_on, event_id FROM remittance"
         " LIMIT 1", "remittance_envelope_id_key"),
        (f"{REMITTANCE} book_id, year, 3, 'X', 'digital', NULL, amount_cents, transfer_due_id, due_on, event_id FROM remittance"
         " LIMIT 1", "remittance_transfer_due_id_key"),
        (f"{REMITTANCE} {DESK}, 2026, 3, 'X', 'notes', {OF[3]}, 500, id, '2026-01-20', event_id FROM due", "remittance_due"),
        (f"{REMITTANCE} {DESK}, 2026, 3, 'X', 'notes', {OF[3]}, 600, id, '2026-01-20', event_id FROM due", "remittance_due"),
        (f"{REMITTANCE} {DESK}, 2026, 3, 'X', 'digital', NULL, 500, id, '2026-01-20', event_id FROM due", "remittance_due"),
        (f"{REMITTANCE} {DESK}, 2026, 4, 'X', 'notes', {OF[3]}, 500, id, '2026-01-20', event_id FROM due", "remittance_number"),
        (f"{CONFIRMATION} {CONFIRMED}, id, 1, '2026-01-20', {TREASURER} FROM remittance LIMIT 1", "remittance_confirmation_pk"),
        (f"{CONFIRMATION} {HANDED}, id, 1, '2026-01-20', {TREASURER} FROM remittance LIMIT 1", "event_act"),
    ],
)  # fmt: skip
def test_no_paper_stands_without_what_it_says(pool: Pool, statement: str, rule: str) -> None:
    told = TRANSFER + statement if statement.endswith("FROM due") else statement
    assert written(pool, told) == RefusedByTheBooks(rule=rule)


def test_what_shows_that_confirmed_euros_were_sent_is_not_undone(pool: Pool) -> None:
    undoing = (
        "INSERT INTO match_act SELECT match_id, 9, 'undone', '2026-01-20', acted_by, event_id FROM match_act"
        " WHERE match_id IN (SELECT match_id FROM match_part WHERE transfer_due_id IS NOT NULL) LIMIT 1"
    )
    assert written(pool, undoing) == RefusedByTheBooks(rule="remittance_confirmed")


def posted(pool: Pool, kind: str, login: str, *entries: tuple[str, Entry], book: str = POOL) -> Refusal | None:
    """What the database says, when the transaction ends, to an event that the program would never write."""
    try:
        with unit_of_work(pool.world.database) as work:
            work.lock([POOL])
            work.post(Event(new_id(), book, kind, pool.world.actor(login).person_id, pool.world.on, entries))
    except psycopg.IntegrityError as error:
        return refusal_of(error)
    return None


DRAWER, ENVELOPE = f"notes.drawer:{POOL}:{TILL}:100", f"notes.envelope:{POOL}:100"


def two_books(pool: Pool) -> dict[str, tuple[str, str, str, Entry]]:
    day = pool.world.on
    takings = Entry(day, "notes without notes", (debit("values.notes", 1_00), credit("revenue:entry", 1_00)))
    unsaid = Entry(day, "notes without takings", move("notes.public:100", DRAWER, 1_00))
    digital = Entry(day, "units without units", (debit("digital_received", 1_00), credit("revenue:entry", 1_00)))
    put = Entry(day, "an envelope without notes", (debit("values.envelope", 1_00), credit("values.notes", 1_00)))
    sent = Entry(day, "notes without an envelope", move(DRAWER, ENVELOPE, 1_00))
    paid = Entry(day, "a claim that nobody confirmed", (debit("paid_in", 1_00), credit("claim_on_issuer", 1_00)))
    claimed = Entry(day, "a claim that nobody owes", (debit("claim_on_issuer", 1_00), credit("remittance_difference", 1_00)))
    return {
        "takings": ("receipt_taken", "pool-clerk", POOL, takings),
        "notes": ("receipt_taken", "pool-clerk", BOOK, unsaid),
        "digital": ("receipt_taken", "pool-clerk", POOL, digital),
        "envelope": ("envelope_prepared", "pool-clerk", POOL, put),
        "envelope's notes": ("envelope_prepared", "pool-clerk", BOOK, sent),
        "confirmation": ("remittance_confirmed", "treasurer", POOL, paid),
        "claim": ("envelope_counted", "operator", POOL, claimed),
    }


@pytest.mark.parametrize("case", ["takings", "notes", "digital", "envelope", "envelope's notes", "confirmation", "claim"])
def test_at_the_end_of_a_transaction_both_books_say_the_same_of_a_desk(pool: Pool, case: str) -> None:
    kind, login, book, entry = two_books(pool)[case]
    before = pool.held(), pool.held(BOOK)
    home = BOOK if kind == "envelope_counted" else POOL
    assert posted(pool, kind, login, (book, entry), book=home) == RefusedByTheBooks(rule="desk_position")
    assert (pool.held(), pool.held(BOOK)) == before


def test_an_envelope_that_nobody_wrote_down_is_refused_even_when_both_books_agree(pool: Pool) -> None:
    kind, login, _, put = two_books(pool)["envelope"]
    sent = two_books(pool)["envelope's notes"][3]
    assert posted(pool, kind, login, (POOL, put), (BOOK, sent)) == RefusedByTheBooks(rule="desk_position")


KINDS = {
    "envelope_prepared": {"pool-head", "pool-clerk"},
    "envelope_handed": {"pool-head", "pool-clerk"},
    "envelope_counted": {"operator", "accountant"},
    "digital_takings_redeemed": {"operator", "accountant"},
    "remittance_confirmed": {"treasurer"},
    "refund_paid_by_town": {"treasurer"},
    "takings_accounted": {"signer"},
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_database_itself_knows_whose_each_step_is(pool: Pool, kind: str) -> None:
    allowed = set()
    for login in (
        "pool-head",
        "pool-clerk",
        "operator",
        "accountant",
        "signer",
        "preparer",
        "treasurer",
        "auditor",
        "administrator",
    ):
        with pool.world.database.connect("writer") as connection:
            try:
                asked = [[pool.world.actor(login).person_id], [kind], POOL]
                connection.execute("SELECT check_rights(%s, %s, (SELECT id FROM book WHERE code = %s))", asked)
                allowed.add(login)
            except psycopg.IntegrityError:
                pass
    assert allowed == KINDS[kind]


OF_HEAD_OR_DEPUTY = (
    "desk_day_sealed",
    "desk_period_closed",
    "float_received",
    "float_lowered",
    "float_exchanged",
    "float_exchanged_back",
    "from_the_safe",
    "paid_in",
    "other_means_paid_in",
    "desk_handed_over",
    "desk_taken_over",
)
OF_ANYBODY_NAMED = (
    "desk_day_opened",
    "desk_day_closed",
    "till_session_opened",
    "till_session_taken_over",
    "till_session_counted",
    "till_session_closed",
    "receipt_taken",
    "receipt_entered_late",
    "receipt_cancelled",
    "receipt_duplicated",
    "receipt_refunded",
    "payment_requested",
    "payment_request_withdrawn",
    "payment_confirmed_elsewhere",
    "notes_between_tills",
    "to_the_safe",
    "envelope_prepared",
    "envelope_handed",
)
LEFT_OPEN = ("till_session_counted", "till_session_closed")
NAMED = {kind: {"pool-head", "pool-deputy"} for kind in OF_HEAD_OR_DEPUTY} | {
    kind: {"pool-head", "pool-deputy", "pool-clerk"} for kind in OF_ANYBODY_NAMED
}


def let_by(pool: Pool, kind: str, days: timedelta) -> set[str]:
    """Who of the public body's people may do something at the pool so many days after it opened, as the database alone says."""
    may = set()
    for login, _ in STAFF:
        with pool.world.database.connect("owner") as connection:
            asked = [POOL, [pool.world.actor(login).person_id], [kind], [pool.world.on + days]]
            try:
                connection.execute("SELECT check_named((SELECT id FROM book WHERE code = %s), %s, %s, %s)", asked)
                may.add(login)
            except psycopg.IntegrityError as error:
                assert isinstance(refusal_of(error), NotNamedToCollect | HeadOrDeputyNeeded)
    return may


@pytest.mark.parametrize("kind", NAMED)
def test_the_database_itself_knows_who_is_named_for_a_desk(pool: Pool, kind: str) -> None:
    assert let_by(pool, kind, timedelta()) == NAMED[kind]
    assert let_by(pool, kind, timedelta(days=-1)) == (NAMED[kind] if kind in LEFT_OPEN else set())


def test_every_act_of_the_staff_of_a_desk_asks_for_a_rank(pool: Pool) -> None:
    with pool.world.database.connect("owner") as connection:
        asked = "SELECT kind FROM event_role GROUP BY kind HAVING array_agg(role) = ARRAY['desk_clerk']"
        assert {kind for (kind,) in connection.execute(asked)} == set(NAMED)


def test_the_books_take_nothing_from_somebody_who_is_not_named(pool: Pool) -> None:
    world = pool.world
    world.add("pool-visitor", TOWN, "desk_clerk")
    safe = Entry(world.on, "to the safe", move(f"till.euro:{TILL}", "safe.euro", 1_00))
    paid = Entry(world.on, "paid in", move(f"till.euro:{TILL}", "paid_in", 1_00))
    before = pool.held()
    unnamed = NotNamedToCollect(login="pool-visitor", desk=POOL, day=world.on)
    assert posted(pool, "to_the_safe", "pool-visitor", (POOL, safe)) == unnamed
    assert posted(pool, "paid_in", "pool-clerk", (POOL, paid)) == HeadOrDeputyNeeded(login="pool-clerk", desk=POOL, day=world.on)
    assert pool.held() == before


@pytest.mark.parametrize(
    ("statement", "rules"),
    [
        ("UPDATE envelope_note SET note_count = note_count + 1 WHERE envelope_id = {4}", {"desks", "envelopes"}),
        ("UPDATE envelope_note SET note_count = 5, denomination_cents = 100 WHERE envelope_id = {4}", {"envelopes"}),
        ("DELETE FROM envelope_handing WHERE envelope_id = {3}", {"envelopes"}),
        ("UPDATE remittance_confirmation SET amount_cents = amount_cents - 1", {"desks", "claims"}),
        ("DELETE FROM remittance WHERE envelope_id = {2}", {"desks"}),
    ],
)
def test_the_check_finds_what_was_altered_behind_its_back(database: Database, statement: str, rules: set[str]) -> None:
    sending(database)
    assert check(database) == []
    with database.connect("owner") as connection:
        connection.execute("SET ROLE NONE")
        connection.execute("SET session_replication_role = replica")
        connection.execute(statement.format("", *(OF[number] for number in sorted(OF))))
    assert {finding.rule for finding in check(database)} == rules
