"""What the association owes for a desk's notes and units: counted, paid as its bank shows, confirmed, accounted for."""

from datetime import timedelta
from typing import Any

import pytest

from monnaielocale.actions.perform import Answer, perform
from monnaielocale.actions.remittances import CountEnvelope, count_envelopes
from monnaielocale.actions.takings import (
    AccountForTakings,
    RefundByTown,
    account_for_takings,
    pay_refunds_by_town,
)
from monnaielocale.domain.desks.envelopes import (
    EnvelopeAlreadyCounted,
    EnvelopeDifferenceUnexplained,
    EnvelopeUnknown,
)
from monnaielocale.domain.desks.remittances import (
    NoDigitalTakings,
    RemittanceConfirmedBeyond,
    RemittanceUnknown,
    RevenueTitleMissing,
    TakingsBeyondRevenue,
)
from monnaielocale.domain.explaining.facts import PartGiven
from monnaielocale.domain.explaining.faults import MatchConfirmedByTreasury
from monnaielocale.domain.ledger import BalanceTooLow
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.store.remittances import envelopes_page, remittances_page
from monnaielocale.store.visits import visit
from tests.bank_files import Bank, imported
from tests.desks import POOL, Pool
from tests.invariants import check_invariants
from tests.matching import due_to, explained, line_of, undone
from tests.world import BOOK, RESERVE_DIGITAL, RESERVE_NOTES, TOWN

FIRST = "PISC-2026-E0001"
ONE_SHORT = ((500, 3), (2000, 1))


@pytest.fixture
def pool(evening: Pool) -> Pool:
    """The pool in the evening."""
    return evening


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
    with pytest.raises(MatchConfirmedByTreasury):
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
    pool.leave_to_town(3_00)
    refund = world.do(pay_refunds_by_town, RefundByTown(world.actor("treasurer"), POOL, 2_00, world.on))
    assert (refund["amount_cents"], refund["to_refund_cents"], pool.held()["paid_in"]) == (2_00, 1_00, 3_00)
    with pytest.raises(AmountNotPositive):
        world.do(pay_refunds_by_town, RefundByTown(world.actor("treasurer"), POOL, 0, world.on))
    check_invariants(world.database)


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
