"""T3 at a desk: a process that dies between any two writes of what moves two books leaves all of it or nothing."""

from collections.abc import Iterator

import psycopg
import pytest

from monnaielocale.actions.appointments import EndAppointment, NameForDesk, end_appointments, name_for_desks
from monnaielocale.actions.desks import OpenDesk, open_desks
from monnaielocale.actions.envelopes import FillEnvelope, HandEnvelope, fill_envelopes, hand_envelopes
from monnaielocale.actions.floats import (
    ExchangeFloat,
    ExchangeFloatBack,
    LowerFloat,
    MoveNotesBetweenTills,
    ReceiveFloat,
    exchange_floats,
    exchange_floats_back,
    lower_floats,
    move_notes_between_tills,
    receive_floats,
)
from monnaielocale.actions.remittances import (
    ConfirmRemittance,
    CountEnvelope,
    RedeemDigitalTakings,
    confirm_remittances,
    count_envelopes,
    redeem_digital_takings,
)
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
from monnaielocale.actions.takings import (
    AccountForTakings,
    RefundByTown,
    account_for_takings,
    pay_refunds_by_town,
)
from monnaielocale.domain.explaining.facts import PartGiven
from monnaielocale.store.database import Database
from monnaielocale.store.queries import query
from tests.bank_files import Bank, imported, on
from tests.desks import POOL, STAFF, TILL, Pool
from tests.flows.crashing import Crasher
from tests.flows.test_crash import AT_DESKS, Perilous, actions_of
from tests.invariants import check_invariants
from tests.matching import due_to, explained, line_of
from tests.world import BOOK, RESERVE_NOTES, TOWN, World

OTHER_TILL = "till-2"


@pytest.fixture(scope="module")
def crasher() -> Iterator[Crasher]:
    with Crasher() as found:
        yield found


def test_t3_at_a_desk_a_process_killed_between_any_two_writes_leaves_all_or_nothing(database: Database, crasher: Crasher) -> None:
    world = World.create(database, on(20))
    world.move_notes("printed", (100, 100_00), (500, 100_00))
    world.move_notes("sold", (100, 50_00), (500, 50_00), slip="slip 1")
    pool = Pool(world)
    with psycopg.connect(database.url, autocommit=True) as watching:
        perilous = Perilous(world, crasher, watching)
        _opening(perilous)
        _float(perilous)
        _takings(perilous, pool)
        _remittance(perilous, pool)
    check_invariants(database)
    assert set(perilous.writes) == actions_of(AT_DESKS)
    assert min(perilous.writes.values()) >= 3


def _opening(perilous: Perilous) -> None:
    world, signer = perilous.world, perilous.world.actor("signer")
    with world.database.connect("writer") as connection:
        book = {"book": POOL, "public_body_id": signer.party_id, "issuer_book": BOOK}
        connection.execute(query("add_desk_book"), book)
    perilous.do(open_desks, OpenDesk(signer, POOL, BOOK, TOWN, "pool", world.on))
    for login, rank in STAFF:
        world.add(login, TOWN, "desk_clerk")
        perilous.do(name_for_desks, NameForDesk(signer, POOL, login, rank, world.on, world.on))
    world.add("pool-helper", TOWN, "desk_clerk")
    perilous.do(name_for_desks, NameForDesk(signer, POOL, "pool-helper", "clerk", world.on, world.on))
    perilous.do(end_appointments, EndAppointment(signer, POOL, "pool-helper", "clerk", world.on, world.on))


def _float(perilous: Perilous) -> None:
    world, head = perilous.world, perilous.world.actor("pool-head")
    perilous.do(receive_floats, ReceiveFloat(head, POOL, 150_00, world.on))
    perilous.do(lower_floats, LowerFloat(head, POOL, 20_00, world.on))
    perilous.do(exchange_floats, ExchangeFloat(head, POOL, TILL, ((100, 10), (500, 2)), world.on))
    perilous.do(exchange_floats_back, ExchangeFloatBack(head, POOL, TILL, ((500, 1),), world.on))
    perilous.do(move_notes_between_tills, MoveNotesBetweenTills(head, POOL, TILL, OTHER_TILL, ((100, 3),), world.on))


def _takings(perilous: Perilous, pool: Pool) -> None:
    world, head = perilous.world, perilous.world.actor("pool-head")
    pool.take((500, 4), euros=40_00, other=8_00)
    perilous.do(move_to_safes, MoveToSafe(head, POOL, TILL, 35_00, world.on))
    perilous.do(move_from_safes, MoveFromSafe(head, POOL, OTHER_TILL, 5_00, world.on))
    perilous.do(pay_in, PayIn(head, POOL, 30_00, world.on))
    perilous.do(pay_in_other_means, PayInOtherMeans(head, POOL, "card", 8_00, world.on))
    perilous.do(account_for_takings, AccountForTakings(world.actor("signer"), POOL, "T-1", (("entry", 20_00),), world.on))
    pool.leave_to_town(2_00)
    perilous.do(pay_refunds_by_town, RefundByTown(world.actor("treasurer"), POOL, 2_00, world.on))


def _remittance(perilous: Perilous, pool: Pool) -> None:
    world, clerk, operator = perilous.world, perilous.world.actor("pool-clerk"), perilous.world.actor("operator")
    filling = FillEnvelope(clerk, POOL, ((TILL, ((500, 3),)), (OTHER_TILL, ((100, 1),))), world.on)
    envelope = perilous.do(fill_envelopes, filling)["envelope"]
    perilous.do(hand_envelopes, HandEnvelope(clerk, POOL, envelope, "Peio Harispe", world.on))
    counting = CountEnvelope(operator, POOL, envelope, ((500, 3),), world.on, "One note of 1 missing")
    remittance = perilous.do(count_envelopes, counting)["remittance"]
    bank = Bank(RESERVE_NOTES)
    imported(world, bank.cfonb(1, 2, (1, 100_00, "VERSEMENT"), (2, -15_00, "VIR COMMUNE")))
    (due, _), *_ = due_to(world, TOWN)
    explained(world, line_of(world, -15_00), PartGiven("transfer_made", 15_00, transfer_due_id=due))
    confirming = ConfirmRemittance(world.actor("treasurer"), POOL, remittance, 10_00, world.on)
    perilous.do(confirm_remittances, confirming)
    world.enrol("E00001", "Maite Etxeberria")
    world.add("maite", f"{BOOK}:E00001", "member")
    world.fund("E00001", 10_00)
    pool.take(digital=(("wallet:E00001", 4_00),))
    perilous.do(redeem_digital_takings, RedeemDigitalTakings(operator, POOL, world.on))
