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
    EnvelopeDifferenceUnexplained,
    EnvelopeEmpty,
    EnvelopeNotHanded,
    EnvelopeUnknown,
    proposed_for_tills,
)
from monnaielocale.domain.desks.remittances import (
    NoDigitalTakings,
    RemittanceConfirmedBeyond,
    RemittanceUnknown,
    RevenueTitleMissing,
    TakingsBeyondRevenue,
)
from monnaielocale.domain.desks.staff import NotNamedToCollect
from monnaielocale.domain.explaining.facts import PartGiven
from monnaielocale.domain.ledger import BalanceTooLow
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.database import Database
from monnaielocale.store.desks import DeskUnknown
from monnaielocale.store.faults import RefusedByTheBooks
from monnaielocale.store.remittances import drawers_of, envelopes_page, remittances_page
from monnaielocale.store.unit_of_work import UnitOfWork
from monnaielocale.store.visits import visit
from tests.bank_files import Bank, imported, on
from tests.desks import POOL, TILL, Pool
from tests.invariants import check_invariants
from tests.matching import due_to, explained, line_of, undone
from tests.world import BOOK, RESERVE_DIGITAL, RESERVE_NOTES, TOWN, World

OTHER_TILL = "till-2"
FIRST = "PISC-2026-E0001"
ONE_SHORT = ((500, 3), (2000, 1))


@pytest.fixture
def pool(database: Database) -> Pool:
    """A pool with its float in two tills and takings in notes: 12 × 1, 4 × 5 and 1 × 20 in the first, 5 × 1 in the second."""
    world = World.create(database, on(20))
    world.move_notes("printed", (100, 100_00), (500, 100_00), (2000, 100_00))
    world.move_notes("sold", (100, 50_00), (500, 50_00), (2000, 40_00), slip="slip 1")
    pool = Pool.opened(world)
    pool.receive(150_00)
    pool.exchange((100, 10))
    pool.exchange((100, 5), till=OTHER_TILL)
    pool.take((100, 2), (500, 4), (2000, 1))
    return pool


def handed(pool: Pool) -> str:
    """An envelope with 1 × 5 of one day, 3 × 5 less one and 1 × 20 of the next, on its way."""
    pool.fill((500, 2))
    pool.world.on += timedelta(days=1)
    number = str(pool.fill((500, 2), (2000, 1))["envelope"])
    pool.hand(number)
    return number


def paid(pool: Pool, cents: int, bank: Bank) -> Any:
    """The association's bank shows that it sent euros to the town; answers the match that says so."""
    day = bank.until + 1
    imported(pool.world, bank.cfonb(day, day, (day, -cents, "VIR COMMUNE")))
    (due, _), *_ = due_to(pool.world, TOWN)
    return explained(pool.world, line_of(pool.world, -cents), PartGiven("transfer_made", cents, transfer_due_id=due))


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


def test_a_full_envelope_becomes_euros_at_face_value(pool: Pool) -> None:
    number = handed(pool)
    before, there = pool.held(), pool.held(BOOK)
    answer = pool.count(number, (500, 4), (2000, 1))
    assert (answer["counted_cents"], answer["difference_cents"], answer["remittance"]) == (40_00, 0, "PISC-2026-R0001")
    assert answer["invoiced_fee_cents"] == 0
    del before["values.envelope"]
    assert pool.held() == before | {"claim_on_issuer": 40_00}
    for denomination in (500, 2000):
        del there[f"notes.transit_in:{POOL}:{denomination}"]
    assert pool.held(BOOK) == there | {
        "notes.returned:500": 20_00,
        "notes.returned:2000": 20_00,
        "circulation.notes": there["circulation.notes"] - 40_00,
        f"redemption_due.notes:{TOWN}": 40_00,
    }
    assert due_to(pool.world, TOWN)[0][1] == 40_00
    check_invariants(pool.world.database)


def test_one_note_short_is_a_difference_in_both_books(pool: Pool) -> None:
    number = handed(pool)
    with pytest.raises(EnvelopeDifferenceUnexplained):
        pool.count(number, *ONE_SHORT)
    there = pool.held(BOOK)
    answer = pool.count(number, *ONE_SHORT, reason="One note of 5 missing")
    assert (answer["counted_cents"], answer["difference_cents"]) == (35_00, -5_00)
    now = pool.held(BOOK)
    assert (pool.held()["claim_on_issuer"], pool.held()["remittance_difference"]) == (35_00, 5_00)
    assert now["notes.public:500"] == there["notes.public:500"] + 5_00
    assert now["circulation.notes"] == there["circulation.notes"] - 35_00
    check_invariants(pool.world.database)


def test_more_than_was_declared_is_owed_as_well(pool: Pool) -> None:
    number = handed(pool)
    answer = pool.count(number, (100, 1), (500, 4), (2000, 1), reason="One note of 1 too much")
    assert (answer["counted_cents"], answer["difference_cents"]) == (41_00, 1_00)
    assert pool.held()["remittance_difference"] == -1_00
    check_invariants(pool.world.database)


def test_an_envelope_in_which_nothing_is_owes_nothing(pool: Pool) -> None:
    number = handed(pool)
    answer = pool.count(number, reason="Stolen on the way")
    assert (answer["counted_cents"], answer["difference_cents"], answer["remittance"]) == (0, -40_00, None)
    assert due_to(pool.world, TOWN) == []
    assert pool.held()["remittance_difference"] == 40_00
    with pool.world.database.reading() as connection:
        assert [kept.envelope.state.value for kept in envelopes_page(connection, POOL)] == ["confirmed"]
    check_invariants(pool.world.database)


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


def test_several_envelopes_are_counted_in_one_batch_each_with_its_own_answer(pool: Pool) -> None:
    for _ in range(2):
        pool.hand(str(pool.fill((500, 1))["envelope"]))
    operator = pool.world.actor("operator")
    numbers = (FIRST, "PISC-2026-E0002", FIRST, "PISC-2026-E0003")
    items = [CountEnvelope(operator, POOL, number, ((500, 1),), pool.world.on) for number in numbers]
    first, second, again, unknown = perform(pool.world.database, count_envelopes, items)
    assert isinstance(first, Answer) and first.content["remittance"] == "PISC-2026-R0001"
    assert isinstance(second, Answer) and second.content["remittance"] == "PISC-2026-R0002"
    assert isinstance(again, EnvelopeAlreadyCounted)
    assert isinstance(unknown, EnvelopeUnknown)
    check_invariants(pool.world.database)


def test_the_euros_are_seen_on_the_bank_statement_and_confirmed_by_the_treasury(pool: Pool) -> None:
    number = handed(pool)
    pool.count(number, *ONE_SHORT, reason="One note of 5 missing")
    with pytest.raises(RemittanceConfirmedBeyond):
        pool.confirm("PISC-2026-R0001", 35_00)
    bank = Bank(RESERVE_NOTES)
    imported(pool.world, bank.cfonb(1, 1, (1, 200_00, "VERSEMENT")))
    match = paid(pool, 35_00, bank)
    assert f"redemption_due.notes:{TOWN}" not in pool.held(BOOK)
    assert [state_of(pool), pool.held()["claim_on_issuer"]] == ["paid", 35_00]
    answer = pool.confirm("PISC-2026-R0001", 30_00)
    assert (answer["confirmed_cents"], answer["claim_cents"]) == (30_00, 5_00)
    with pytest.raises(RemittanceConfirmedBeyond):
        pool.confirm("PISC-2026-R0001", 5_01)
    pool.confirm("PISC-2026-R0001", 5_00)
    assert "claim_on_issuer" not in pool.held()
    assert (pool.held()["paid_in"], state_of(pool)) == (35_00, "confirmed")
    with pytest.raises(RefusedByTheBooks, match="remittance_confirmed"):
        undone(pool.world, match)
    with pytest.raises(RemittanceUnknown):
        pool.confirm("PISC-2026-R0002", 1)
    with pytest.raises(AmountNotPositive):
        pool.confirm("PISC-2026-R0001", 0)
    check_invariants(pool.world.database)


def state_of(pool: Pool, number: str = FIRST) -> str:
    with pool.world.database.reading() as connection:
        return next(kept.envelope.state.value for kept in envelopes_page(connection, POOL) if kept.envelope.number == number)


def test_digital_takings_become_euros_without_notes(pool: Pool) -> None:
    world = pool.world
    world.enrol("E00001", "Maite Etxeberria")
    world.add("maite", f"{BOOK}:E00001", "member")
    world.fund("E00001", 30_00)
    with pytest.raises(NoDigitalTakings):
        pool.redeem_digital()
    pool.take(digital=(("wallet:E00001", 12_00),))
    before, there = pool.held(), pool.held(BOOK)
    answer = pool.redeem_digital()
    assert (answer["amount_cents"], answer["remittance"]) == (12_00, "PISC-2026-R0001")
    del before["digital_received"]
    assert pool.held() == before | {"claim_on_issuer": 12_00}
    del there[f"wallet:{POOL}"]
    assert pool.held(BOOK) == there | {
        "issuance.digital": 18_00,
        "circulation.digital": 18_00,
        f"redemption_due.digital:{TOWN}": 12_00,
    }
    bank = Bank(RESERVE_DIGITAL)
    imported(world, bank.cfonb(1, 1, (1, 50_00, "VIR")))
    paid(pool, 12_00, bank)
    pool.confirm("PISC-2026-R0001", 12_00)
    with pool.world.database.reading() as connection:
        (kept,) = remittances_page(connection, POOL)
    assert (kept.envelope, kept.remittance.form, kept.remittance.state) == (None, "digital", "confirmed")
    check_invariants(world.database)


def test_takings_enter_the_accounts_of_the_town_no_further_than_they_were_paid_in(pool: Pool) -> None:
    world, signer = pool.world, pool.world.actor("signer")
    number = handed(pool)
    pool.count(number, (500, 4), (2000, 1))
    bank = Bank(RESERVE_NOTES)
    imported(world, bank.cfonb(1, 1, (1, 200_00, "VERSEMENT")))
    paid(pool, 40_00, bank)
    pool.confirm("PISC-2026-R0001", 40_00)

    def accounted(*takings: tuple[str, int], title: str = "T-2026-17") -> dict[str, Any]:
        return world.do(account_for_takings, AccountForTakings(signer, POOL, title, takings, world.on))

    assert pool.held()["revenue:entry"] == 42_00
    with pytest.raises(BalanceTooLow):
        accounted(("entry", 40_01))
    with pytest.raises(TakingsBeyondRevenue):
        accounted(("entry", 30_00), ("entry", 12_01))
    with pytest.raises(TakingsBeyondRevenue):
        accounted(("sauna", 1))
    with pytest.raises(RevenueTitleMissing):
        accounted(("entry", 1), title=" ")
    for takings in ((), (("entry", 0),)):
        with pytest.raises(AmountNotPositive):
            accounted(*takings)
    answer = accounted(("entry", 30_00), ("entry", 5_00))
    assert (answer["amount_cents"], answer["paid_in_cents"]) == (35_00, 5_00)
    assert (pool.held()["revenue:entry"], pool.held()["paid_in"]) == (7_00, 5_00)
    with pytest.raises(BalanceTooLow):
        world.do(pay_refunds_by_town, RefundByTown(world.actor("treasurer"), POOL, 1, world.on))
    check_invariants(world.database)


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


def test_both_sides_see_every_step_and_others_nothing(pool: Pool) -> None:
    world = pool.world
    world.load("grenoble-cairn.toml")
    for login, party, role in (
        ("cairn-operator", "le-cairn", "association_operator"),
        ("grenoble-signer", "grenoble", "town_signer"),
        ("stranger", TOWN, "desk_clerk"),
    ):
        world.add(login, party, role)
    number = handed(pool)
    pool.count(number, *ONE_SHORT, reason="One note of 5 missing")
    bank = Bank(RESERVE_NOTES)
    imported(world, bank.cfonb(1, 1, (1, 200_00, "VERSEMENT")))
    paid(pool, 35_00, bank)
    pool.confirm("PISC-2026-R0001", 30_00)
    pool.fill((100, 1))
    with world.database.reading() as connection:
        everything = envelopes_page(connection, POOL), remittances_page(connection, POOL)
    first, second = (kept.envelope for kept in everything[0])
    assert (first.state.value, first.paid_cents, first.confirmed_cents) == ("paid", 35_00, 30_00)
    assert first.handed and first.handed.carrier == "Peio Harispe"
    assert (first.difference_cents, first.counted and first.counted.reason) == (-5_00, "One note of 5 missing")
    assert second.state.value == "prepared"
    for login in ("signer", "treasurer", "pool-head", "pool-clerk", "operator", "accountant", "auditor"):
        with world.database.connect("visitor") as connection, visit(connection, world.actor(login).person_id):
            assert (envelopes_page(connection, POOL), remittances_page(connection, POOL)) == everything, login
    for login in ("cairn-operator", "grenoble-signer", "stranger", "administrator"):
        with world.database.connect("visitor") as connection, visit(connection, world.actor(login).person_id):
            assert (envelopes_page(connection, POOL), remittances_page(connection, POOL)) == ([], []), login


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
