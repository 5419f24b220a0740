"""Each event of a service desk in both books, read as an accountant reads it."""

from datetime import date
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain import chart
from monnaielocale.domain.chart import Form, account
from monnaielocale.domain.desks import postings
from monnaielocale.domain.desks.bundles import NOTHING, Bundle
from monnaielocale.domain.desks.postings import BothBooks, Counted, Place, Taken

MONDAY = date(2026, 1, 5)
POOL = Place("pool", "1")
CENTS = st.integers(1, 10**10)
NOTES = st.dictionaries(st.sampled_from((100, 200, 500, 1000, 2000)), st.integers(1, 300), min_size=1).map(Bundle.of)
SOME_OR_NONE = st.one_of(st.just(NOTHING), NOTES)


def shown(books: BothBooks) -> str:
    parts = [("desk", books.desk), ("issuer", books.issuer)]
    return "\n".join(f"{book}: {entry}" for book, entry in parts if entry) + "\n"


def test_a_receipt_fills_the_till_and_the_drawer() -> None:
    """Entry 12.50: digital 3.00, card 2.00, and 10 eusko with 0.50 euro, of which 3 eusko are given back."""
    taken = Taken(
        notes_in=Bundle.of({1000: 1}),
        notes_out=Bundle.of({100: 1, 200: 1}),
        euros_cents=50,
        payers=(("wallet:E00058", 300),),
        other_cents=200,
    )
    books = postings.receipt_taken(MONDAY, POOL, revenues=[("entry", 1000), ("locker", 250)], taken=taken)
    assert shown(books) == dedent("""\
        desk: 2026-01-05 receipt taken
          Dr values.notes 7.00
          Dr till.euro:1 0.50
          Dr digital_received 3.00
          Dr other_means 2.00
          Cr revenue:entry 10.00
          Cr revenue:locker 2.50
        issuer: 2026-01-05 receipt taken
          Cr notes.public:1000 10.00
          Dr notes.drawer:pool:1:1000 10.00
          Cr notes.drawer:pool:1:100 1.00
          Dr notes.public:100 1.00
          Cr notes.drawer:pool:1:200 2.00
          Dr notes.public:200 2.00
          Cr wallet:E00058 3.00
          Dr wallet:pool 3.00
    """)


def test_a_receipt_in_euros_concerns_the_desk_alone() -> None:
    books = postings.receipt_taken(MONDAY, POOL, revenues=[("entry", 450)], taken=Taken(euros_cents=450))
    assert books.issuer is None
    assert shown(books) == dedent("""\
        desk: 2026-01-05 receipt taken
          Dr till.euro:1 4.50
          Cr revenue:entry 4.50
    """)


def test_a_receipt_of_nothing_moves_no_book() -> None:
    books = postings.receipt_taken(MONDAY, POOL, revenues=[("school", 0)], taken=Taken())
    assert books.entries(desk_book="grenoble-pool", issuer_book="cairn") == ()


def test_a_minus_receipt_gives_back_the_same_means() -> None:
    taken = Taken(notes_out=Bundle.of({500: 1}), euros_cents=-50, payers=(("wallet:E00058", -100),))
    books = postings.receipt_taken(MONDAY, POOL, revenues=[("entry", -650)], taken=taken)
    assert shown(books) == dedent("""\
        desk: 2026-01-05 receipt taken
          Cr values.notes 5.00
          Cr till.euro:1 0.50
          Cr digital_received 1.00
          Dr revenue:entry 6.50
        issuer: 2026-01-05 receipt taken
          Cr notes.drawer:pool:1:500 5.00
          Dr notes.public:500 5.00
          Dr wallet:E00058 1.00
          Cr wallet:pool 1.00
    """)


def test_after_the_closing_a_minus_receipt_leaves_it_to_the_authorising_officer() -> None:
    books = postings.receipt_taken(MONDAY, POOL, revenues=[("entry", -650)], taken=Taken(to_refund_cents=650))
    assert shown(books) == dedent("""\
        desk: 2026-01-05 receipt taken
          Dr revenue:entry 6.50
          Cr to_refund 6.50
    """)


def test_the_town_pays_a_refund() -> None:
    assert shown(postings.refund_paid_by_town(MONDAY, 650)) == dedent("""\
        desk: 2026-01-05 refund paid by the town
          Dr to_refund 6.50
          Cr paid_in 6.50
    """)


def test_a_refund_leaves_the_till_where_the_charter_lets_it() -> None:
    given_back = Taken(notes_out=Bundle.of({500: 1}), euros_cents=-150)
    assert shown(postings.refund_paid_from_till(MONDAY, POOL, given_back)) == dedent("""\
        desk: 2026-01-05 refund paid from the till
          Cr values.notes 5.00
          Cr till.euro:1 1.50
          Dr to_refund 6.50
        issuer: 2026-01-05 refund paid from the till
          Cr notes.drawer:pool:1:500 5.00
          Dr notes.public:500 5.00
    """)


def test_the_float_comes_from_the_public_accountant_and_goes_back() -> None:
    assert shown(postings.float_received(MONDAY, 10000)) == dedent("""\
        desk: 2026-01-05 float received
          Dr float.euro 100.00
          Cr float_advance 100.00
    """)
    assert shown(postings.float_lowered(MONDAY, 2000)) == dedent("""\
        desk: 2026-01-05 float lowered
          Dr float_advance 20.00
          Cr float.euro 20.00
    """)


def test_fifty_euros_of_the_float_become_fifty_in_notes() -> None:
    assert shown(postings.float_exchanged(MONDAY, POOL, Bundle.of({100: 10, 500: 8}))) == dedent("""\
        desk: 2026-01-05 float exchanged
          Dr float.notes 50.00
          Cr float.euro 50.00
        issuer: 2026-01-05 float exchanged
          Dr cash_in_hand.notes 50.00
          Cr circulation.notes 50.00
          Cr notes.vault:100 10.00
          Dr notes.drawer:pool:1:100 10.00
          Cr notes.vault:500 40.00
          Dr notes.drawer:pool:1:500 40.00
    """)


def test_notes_of_the_float_become_euros_again() -> None:
    assert shown(postings.float_exchanged_back(MONDAY, POOL, Bundle.of({500: 2}))) == dedent("""\
        desk: 2026-01-05 float exchanged back
          Dr float.euro 10.00
          Cr float.notes 10.00
        issuer: 2026-01-05 float exchanged back
          Dr circulation.notes 10.00
          Cr cash_in_hand.notes 10.00
          Cr notes.drawer:pool:1:500 10.00
          Dr notes.returned:500 10.00
    """)


def test_a_till_helps_another_out_with_change() -> None:
    assert shown(postings.notes_between_tills(MONDAY, POOL, Place("pool", "2"), Bundle.of({100: 3}))) == dedent("""\
        issuer: 2026-01-05 notes between tills
          Cr notes.drawer:pool:1:100 3.00
          Dr notes.drawer:pool:2:100 3.00
    """)


def test_euros_go_to_the_safe_and_to_the_public_accountant() -> None:
    assert shown(postings.to_the_safe(MONDAY, POOL, 30000)) == dedent("""\
        desk: 2026-01-05 to the safe
          Dr safe.euro 300.00
          Cr till.euro:1 300.00
    """)
    assert shown(postings.from_the_safe(MONDAY, POOL, 5000)) == dedent("""\
        desk: 2026-01-05 from the safe
          Dr till.euro:1 50.00
          Cr safe.euro 50.00
    """)
    assert shown(postings.paid_in(MONDAY, 25000)) == dedent("""\
        desk: 2026-01-05 paid in
          Dr paid_in 250.00
          Cr safe.euro 250.00
    """)


def test_cards_and_cheques_reach_the_public_accountant() -> None:
    assert shown(postings.other_means_paid_in(MONDAY, 4200)) == dedent("""\
        desk: 2026-01-05 other means paid in
          Dr paid_in 42.00
          Cr other_means 42.00
    """)


def test_a_note_is_missing_at_the_count() -> None:
    books = postings.count_differs(MONDAY, POOL, Counted(missing_notes=Bundle.of({100: 1})))
    assert shown(books) == dedent("""\
        desk: 2026-01-05 count differs
          Dr till_difference 1.00
          Cr values.notes 1.00
        issuer: 2026-01-05 count differs
          Cr notes.drawer:pool:1:100 1.00
          Dr notes.public:100 1.00
    """)


def test_more_is_missing_than_was_taken_and_the_float_lacks_it() -> None:
    counted = Counted(missing_notes=Bundle.of({1000: 1}), missing_euros_cents=300, float_notes_cents=400, float_euros_cents=100)
    assert shown(postings.count_differs(MONDAY, POOL, counted)) == dedent("""\
        desk: 2026-01-05 count differs
          Dr till_difference 13.00
          Cr values.notes 6.00
          Cr float.notes 4.00
          Cr till.euro:1 2.00
          Cr float.euro 1.00
        issuer: 2026-01-05 count differs
          Cr notes.drawer:pool:1:1000 10.00
          Dr notes.public:1000 10.00
    """)


def test_there_is_too_much_in_the_till() -> None:
    books = postings.count_differs(MONDAY, POOL, Counted(surplus_notes=Bundle.of({200: 1}), surplus_euros_cents=10))
    assert shown(books) == dedent("""\
        desk: 2026-01-05 count differs
          Cr till_difference 2.10
          Dr values.notes 2.00
          Dr till.euro:1 0.10
        issuer: 2026-01-05 count differs
          Cr notes.public:200 2.00
          Dr notes.drawer:pool:1:200 2.00
    """)


def test_a_cheque_is_missing() -> None:
    assert shown(postings.count_differs(MONDAY, POOL, Counted(missing_other_cents=4200))) == dedent("""\
        desk: 2026-01-05 count differs
          Dr till_difference 42.00
          Cr other_means 42.00
    """)


def test_two_small_notes_in_the_place_of_a_large_one_move_the_notes_alone() -> None:
    counted = Counted(missing_notes=Bundle.of({1000: 1}), surplus_notes=Bundle.of({500: 2}))
    assert shown(postings.count_differs(MONDAY, POOL, counted)) == dedent("""\
        issuer: 2026-01-05 count differs
          Cr notes.drawer:pool:1:1000 10.00
          Dr notes.public:1000 10.00
          Cr notes.public:500 10.00
          Dr notes.drawer:pool:1:500 10.00
    """)


def test_the_evening_envelope_comes_from_every_till() -> None:
    books = postings.envelope_prepared(MONDAY, "pool", {"1": Bundle.of({1000: 1}), "2": Bundle.of({100: 1, 1000: 2})})
    assert shown(books) == dedent("""\
        desk: 2026-01-05 envelope prepared
          Dr values.envelope 31.00
          Cr values.notes 31.00
        issuer: 2026-01-05 envelope prepared
          Cr notes.drawer:pool:1:1000 10.00
          Dr notes.envelope:pool:1000 30.00
          Cr notes.drawer:pool:2:100 1.00
          Dr notes.envelope:pool:100 1.00
          Cr notes.drawer:pool:2:1000 20.00
    """)


def test_the_envelope_leaves_with_its_carrier() -> None:
    assert shown(postings.handed_to_carrier(MONDAY, "pool", Bundle.of({1000: 3}))) == dedent("""\
        issuer: 2026-01-05 handed to the carrier
          Cr notes.envelope:pool:1000 30.00
          Dr notes.transit_in:pool:1000 30.00
    """)


def test_the_association_counts_one_note_short() -> None:
    books = postings.counted_by_association(
        MONDAY, "pool", public_body="grenoble", declared=Bundle.of({1000: 3, 100: 1}), counted=Bundle.of({1000: 3})
    )
    assert shown(books) == dedent("""\
        desk: 2026-01-05 counted by the association
          Dr claim_on_issuer 30.00
          Dr remittance_difference 1.00
          Cr values.envelope 31.00
        issuer: 2026-01-05 counted by the association
          Dr circulation.notes 30.00
          Cr redemption_due.notes:grenoble 30.00
          Cr notes.transit_in:pool:100 1.00
          Dr notes.public:100 1.00
          Cr notes.transit_in:pool:1000 30.00
          Dr notes.returned:1000 30.00
    """)


def test_the_association_counts_more_than_was_declared() -> None:
    books = postings.counted_by_association(
        MONDAY, "pool", public_body="grenoble", declared=Bundle.of({1000: 1}), counted=Bundle.of({1000: 1, 500: 1})
    )
    assert shown(books) == dedent("""\
        desk: 2026-01-05 counted by the association
          Dr claim_on_issuer 15.00
          Cr remittance_difference 5.00
          Cr values.envelope 10.00
        issuer: 2026-01-05 counted by the association
          Dr circulation.notes 15.00
          Cr redemption_due.notes:grenoble 15.00
          Cr notes.transit_in:pool:1000 10.00
          Cr notes.public:500 5.00
          Dr notes.returned:500 5.00
          Dr notes.returned:1000 10.00
    """)


def test_digital_takings_become_euros_owed() -> None:
    assert shown(postings.digital_takings_redeemed(MONDAY, "pool", public_body="grenoble", cents=300)) == dedent("""\
        desk: 2026-01-05 digital takings redeemed
          Dr claim_on_issuer 3.00
          Cr digital_received 3.00
        issuer: 2026-01-05 digital takings redeemed
          Dr circulation.digital 3.00
          Cr redemption_due.digital:grenoble 3.00
          Cr wallet:pool 3.00
          Dr issuance.digital 3.00
    """)


def test_the_association_pays_and_the_treasury_confirms() -> None:
    assert shown(postings.association_pays(MONDAY, public_body="grenoble", form=Form.NOTES, cents=3000)) == dedent("""\
        issuer: 2026-01-05 association pays
          Dr redemption_due.notes:grenoble 30.00
          Cr paid_unattributed.notes 30.00
    """)
    assert shown(postings.treasury_confirms(MONDAY, 3000)) == dedent("""\
        desk: 2026-01-05 Treasury confirms
          Dr paid_in 30.00
          Cr claim_on_issuer 30.00
    """)


def test_the_takings_enter_the_accounts_of_the_town() -> None:
    assert shown(postings.taken_into_accounts(MONDAY, [("entry", 1000), ("locker", 250)])) == dedent("""\
        desk: 2026-01-05 takings taken into the accounts
          Dr revenue:entry 10.00
          Dr revenue:locker 2.50
          Cr paid_in 12.50
    """)


def test_entries_are_given_with_the_codes_of_their_books() -> None:
    books = postings.float_exchanged(MONDAY, POOL, Bundle.of({100: 1}))
    named = books.entries(desk_book="grenoble-pool", issuer_book="cairn")
    assert [book for book, _ in named] == ["grenoble-pool", "cairn"]


def balances(books: BothBooks) -> bool:
    """Euros and units sum to zero, an account stands once, and each entry is in the book that keeps its accounts."""
    for kept_in, entry in (("desk", books.desk), ("issuer", books.issuer)):
        if entry is None:
            continue
        roles = [account(line.account).role for line in entry.lines]
        euros = sum(line.cents for line, role in zip(entry.lines, roles, strict=True) if role.money == "euro")
        units = sum(line.cents for line, role in zip(entry.lines, roles, strict=True) if role.money == "units")
        assert (euros, units) == (0, 0), str(entry)
        assert len({line.account for line in entry.lines}) == len(entry.lines) >= 2
        assert {role.kept_in for role in roles} == {kept_in}
    return True


@given(SOME_OR_NONE, SOME_OR_NONE, st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9), st.integers(-(10**9), 10**9))
def test_every_receipt_balances_in_both_books(notes: Bundle, back: Bundle, euros: int, digital: int, other: int) -> None:
    payers = (("wallet:E00001", digital),)
    taken = Taken(notes_in=notes, notes_out=back, euros_cents=euros, payers=payers, other_cents=other)
    total = taken.notes_cents + euros + digital + other
    assert balances(postings.receipt_taken(MONDAY, POOL, revenues=[("a", total - 7), ("b", 7)], taken=taken))
    assert balances(postings.refund_paid_from_till(MONDAY, POOL, taken))


@given(NOTES, NOTES, CENTS, CENTS)
def test_every_other_event_balances_in_both_books(notes: Bundle, others: Bundle, cents: int, more: int) -> None:
    counted = Counted(missing_notes=notes, surplus_notes=others, missing_euros_cents=cents, float_euros_cents=min(cents, more))
    every = [
        postings.float_received(MONDAY, cents),
        postings.float_lowered(MONDAY, cents),
        postings.float_exchanged(MONDAY, POOL, notes),
        postings.float_exchanged_back(MONDAY, POOL, notes),
        postings.notes_between_tills(MONDAY, POOL, Place("pool", "2"), notes),
        postings.to_the_safe(MONDAY, POOL, cents),
        postings.from_the_safe(MONDAY, POOL, cents),
        postings.paid_in(MONDAY, cents),
        postings.other_means_paid_in(MONDAY, cents),
        postings.count_differs(MONDAY, POOL, counted),
        postings.envelope_prepared(MONDAY, "pool", {"1": notes, "2": others}),
        postings.handed_to_carrier(MONDAY, "pool", notes),
        postings.counted_by_association(MONDAY, "pool", public_body="grenoble", declared=notes, counted=others),
        postings.digital_takings_redeemed(MONDAY, "pool", public_body="grenoble", cents=cents),
        postings.association_pays(MONDAY, public_body="grenoble", form=Form.NOTES, cents=cents),
        postings.treasury_confirms(MONDAY, cents),
        postings.taken_into_accounts(MONDAY, [("entry", cents), ("locker", more)]),
        postings.refund_paid_by_town(MONDAY, cents),
    ]
    assert all(map(balances, every))


@pytest.mark.parametrize("code", ["till.euro", "revenue", "safe.euro:1", "float.notes:1"])
def test_a_desk_account_without_its_key_or_with_one_too_many_does_not_exist(code: str) -> None:
    with pytest.raises(chart.AccountUnknown):
        account(code)
