"""The evening's envelope and its road: filled day by day, handed over, counted, owed, paid, confirmed, accounted for."""

from datetime import timedelta
from typing import Any

import pytest

from monnaielocale.actions.envelopes import FillEnvelope, HandEnvelope, fill_envelopes, hand_envelopes
from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.remittances import CountEnvelope, count_envelopes
from monnaielocale.actions.takings import (
    AccountForTakings,
    RefundByTown,
    account_for_takings,
    pay_refunds_by_town,
)
from monnaielocale.domain.actors import ActsForAnother, RoleMissing
from monnaielocale.domain.desks.bundles import Bundle, PiecesNegative, PieceUnknown
from monnaielocale.domain.desks.charters import TillUnknown
from monnaielocale.domain.desks.envelopes import (
    CarrierMissing,
    EnvelopeAlreadyCounted,
    EnvelopeAlreadyHanded,
    EnvelopeEmpty,
    EnvelopeNotHanded,
    EnvelopeUnknown,
    proposed_for_tills,
)
from monnaielocale.domain.desks.staff import NotNamedToCollect
from monnaielocale.domain.ledger import BalanceTooLow
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.desks import DeskUnknown
from monnaielocale.store.remittances import drawers_of, envelopes_page
from monnaielocale.store.unit_of_work import UnitOfWork
from tests.bank_files import on
from tests.desks import POOL, TILL, Pool
from tests.invariants import check_invariants
from tests.world import BOOK, TOWN

OTHER_TILL = "till-2"
FIRST = "PISC-2026-E0001"


@pytest.fixture
def pool(evening: Pool) -> Pool:
    """The pool in the evening."""
    return evening


def test_an_envelope_is_filled_day_by_day_in_both_books(pool: Pool) -> None:
    before, there = pool.held(), pool.held(BOOK)
    answer = pool.fill((500, 2), (100, 1))
    assert (answer["envelope"], answer["added_cents"], answer["declared_cents"]) == (FIRST, 11_00, 11_00)
    pool.world.on += timedelta(days=1)
    answer = pool.fill((500, 1), (500, 1))
    assert (answer["envelope"], answer["added_cents"], answer["declared_cents"]) == (FIRST, 10_00, 21_00)
    assert pool.held() == before | {"values.notes": 21_00, "values.envelope": 21_00}
    del there[f"notes.drawer:{POOL}:{TILL}:500"]
    assert pool.held(BOOK) == there | {
        f"notes.drawer:{POOL}:{TILL}:100": 11_00,
        f"notes.envelope:{POOL}:100": 1_00,
        f"notes.envelope:{POOL}:500": 20_00,
    }
    with pool.world.database.reading() as connection:
        (kept,) = envelopes_page(connection, POOL)
    assert [(day.on.day, str(day.notes)) for day in kept.envelope.days] == [(20, "1 × 1.00 + 2 × 5.00"), (21, "2 × 5.00")]
    assert (kept.opened_on.day, kept.envelope.state.value) == (20, "prepared")
    check_invariants(pool.world.database)


def test_the_proposal_leaves_the_float_in_the_smallest_notes_and_can_be_followed(pool: Pool) -> None:
    with pool.world.database.reading() as connection:
        drawers = drawers_of(UnitOfWork(connection), POOL)
    assert drawers == {TILL: Bundle.of({100: 12, 500: 4, 2000: 1}), OTHER_TILL: Bundle.of({100: 5})}
    proposals = proposed_for_tills(drawers, pool.held()["float.notes"])
    assert proposals[TILL].envelope == Bundle.of({100: 2, 500: 4, 2000: 1})
    assert not proposals[OTHER_TILL].envelope
    pool.fill(*proposals[TILL].envelope.pieces)
    assert "values.notes" not in pool.held()
    check_invariants(pool.world.database)


@pytest.mark.parametrize(
    ("notes", "till", "refusal"),
    [
        ((), TILL, EnvelopeEmpty),
        (((500, 1),), "till-9", TillUnknown),
        (((300, 1),), TILL, PieceUnknown),
        (((500, -1), (100, 9)), TILL, PiecesNegative),
        (((500, 5),), TILL, BalanceTooLow),
        (((100, 12), (500, 4), (2000, 1)), TILL, BalanceTooLow),
    ],
)
def test_what_cannot_go_into_an_envelope_leaves_nothing(pool: Pool, notes: Any, till: str, refusal: type[Refusal]) -> None:
    before = pool.held(), pool.held(BOOK)
    with pytest.raises(refusal):
        pool.fill(*notes, till=till)
    assert (pool.held(), pool.held(BOOK), pool.world.count("envelope")) == (*before, 0)


def test_two_tills_fill_one_envelope_in_one_batch(pool: Pool) -> None:
    clerk, on_day = pool.world.actor("pool-clerk"), pool.world.on
    pool.world.do(
        fill_envelopes, FillEnvelope(clerk, POOL, ((TILL, ((500, 1),)), (OTHER_TILL, ((100, 2),)), (TILL, ((500, 1),))), on_day)
    )
    items = [FillEnvelope(clerk, POOL, ((till, ((100, 1),)),), on_day) for till in (TILL, OTHER_TILL)]
    outcomes = perform(pool.world.database, fill_envelopes, items)
    assert [outcome.content["declared_cents"] for outcome in outcomes if isinstance(outcome, Answer)] == [13_00, 14_00]
    assert pool.world.count("envelope") == 1
    check_invariants(pool.world.database)


def test_the_envelope_is_handed_to_a_named_carrier_once(pool: Pool) -> None:
    pool.fill((500, 2))
    with pytest.raises(CarrierMissing):
        pool.hand(FIRST, " ")
    with pytest.raises(EnvelopeUnknown):
        pool.hand("PISC-2026-E0002")
    before, there = pool.held(), pool.held(BOOK)
    assert pool.hand(FIRST, "  Peio Harispe ")["carrier"] == "Peio Harispe"
    assert pool.held() == before
    del there[f"notes.envelope:{POOL}:500"]
    assert pool.held(BOOK) == there | {f"notes.transit_in:{POOL}:500": 10_00}
    with pytest.raises(EnvelopeAlreadyHanded):
        pool.hand(FIRST)
    assert pool.fill((500, 1))["envelope"] == "PISC-2026-E0002"
    check_invariants(pool.world.database)


def test_an_envelope_of_the_next_year_begins_its_numbers_again(pool: Pool) -> None:
    pool.fill((500, 1))
    pool.hand(FIRST)
    pool.world.on = on(20).replace(year=2027)
    assert pool.fill((500, 1))["envelope"] == "PISC-2027-E0001"
    pool.hand("PISC-2027-E0001")
    assert pool.fill((500, 1))["envelope"] == "PISC-2027-E0002"


def test_an_envelope_is_counted_once_and_after_it_left(pool: Pool) -> None:
    pool.fill((500, 2))
    with pytest.raises(EnvelopeNotHanded):
        pool.count(FIRST, (500, 2))
    pool.hand(FIRST)
    with pytest.raises(PieceUnknown):
        pool.count(FIRST, (300, 2))
    pool.count(FIRST, (500, 2))
    with pytest.raises(EnvelopeAlreadyCounted):
        pool.count(FIRST, (500, 2))
    with pytest.raises(EnvelopeUnknown):
        pool.count("PISC-2026-E0009")


def test_each_step_is_its_own_peoples(pool: Pool) -> None:
    world = pool.world
    world.add("stranger", TOWN, "desk_clerk")
    world.load("grenoble-cairn.toml")
    world.add("cairn-operator", "le-cairn", "association_operator")
    world.add("grenoble-treasurer", "grenoble", "public_accountant")
    with pytest.raises(NotNamedToCollect):
        pool.fill((500, 1), by="stranger")
    pool.fill((500, 1))
    with pytest.raises(NotNamedToCollect):
        pool.hand(FIRST, by="stranger")
    for login in ("signer", "operator"):
        with pytest.raises(RoleMissing):
            pool.hand(FIRST, by=login)
    pool.hand(FIRST)
    for login in ("pool-head", "signer", "treasurer"):
        with pytest.raises(RoleMissing):
            pool.count(FIRST, (500, 1), by=login)
    with pytest.raises(ActsForAnother):
        pool.count(FIRST, (500, 1), by="cairn-operator")
    with pytest.raises(DeskUnknown):
        world.do(count_envelopes, CountEnvelope(world.actor("operator"), BOOK, FIRST, ((500, 1),), world.on))
    pool.count(FIRST, (500, 1))
    for login in ("pool-head", "signer", "operator"):
        with pytest.raises(RoleMissing):
            pool.confirm("PISC-2026-R0001", 1, by=login)
    with pytest.raises(ActsForAnother):
        pool.confirm("PISC-2026-R0001", 1, by="grenoble-treasurer")
    for login in ("treasurer", "pool-head", "operator"):
        with pytest.raises(RoleMissing):
            taking = AccountForTakings(world.actor(login), POOL, "T-1", (("entry", 1),), world.on)
            world.do(account_for_takings, taking)
    for login in ("signer", "pool-head"):
        with pytest.raises(RoleMissing):
            world.do(pay_refunds_by_town, RefundByTown(world.actor(login), POOL, 1, world.on))
    with pytest.raises(RoleMissing):
        pool.redeem_digital(by="pool-head")


def test_each_step_happens_once_however_often_it_is_asked(pool: Pool) -> None:
    assert pool.fill((500, 2), key="a") == pool.fill((500, 2), key="a")
    assert pool.hand(FIRST, key="b") == pool.hand(FIRST, key="b")
    assert pool.count(FIRST, (500, 2), key="c") == pool.count(FIRST, (500, 2), key="c")
    assert pool.held()["claim_on_issuer"] == 10_00


def test_what_was_collected_leaves_the_desk_after_the_convention_was_suspended(pool: Pool) -> None:
    world = pool.world
    begun, source = "in_force_on = 2018-06-07", 'crediting = "S: euskalmoneta.org, FAQ'
    suspended = (begun, f"{begun}\nsuspended_on = 2026-01-21"), (source, f'suspended_on = "illustrative"\n{source}')
    world.load_edited("bayonne-eusko.toml", *suspended)
    world.on = on(22)
    with pytest.raises(Refusal, match="suspended"):
        pool.exchange((100, 1))
    pool.fill((500, 4))
    pool.hand(FIRST)
    assert pool.count(FIRST, (500, 4))["remittance"] == "PISC-2026-R0001"
    check_invariants(world.database)


def test_pages_of_envelopes_follow_their_numbers(pool: Pool) -> None:
    for _ in range(3):
        pool.hand(str(pool.fill((500, 1))["envelope"]))
    with pool.world.database.reading() as connection:
        first = envelopes_page(connection, POOL, limit=2)
        rest = envelopes_page(connection, POOL, after=first[-1].envelope.number, limit=2)
    assert [kept.envelope.number[-1] for kept in (*first, *rest)] == ["1", "2", "3"]


def test_handing_in_a_batch_sees_what_the_item_before_did(pool: Pool) -> None:
    pool.fill((500, 1))
    clerk = pool.world.actor("pool-clerk")
    items = [HandEnvelope(clerk, POOL, FIRST, "Peio Harispe", pool.world.on) for _ in range(2)]
    first, second = perform(pool.world.database, hand_envelopes, items)
    assert isinstance(first, Answer)
    assert isinstance(second, EnvelopeAlreadyHanded)
