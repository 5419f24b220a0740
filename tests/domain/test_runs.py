"""What a run's rows are checked for, how runs are told apart, and where a run and its payments stand."""

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.actors import AccountantMayNotDecide, Actor, RoleMissing
from monnaielocale.domain.conventions.reading import read_convention
from monnaielocale.domain.conventions.rules import RunNotSignedBy
from monnaielocale.domain.payments import run_states as states
from monnaielocale.domain.payments import runs
from monnaielocale.domain.payments.crediting import ReasonMissing, RunCancelled
from monnaielocale.domain.payments.mandates import Mandate
from monnaielocale.domain.payments.periods import Period
from monnaielocale.domain.payments.run_slips import slip_of
from monnaielocale.domain.payments.run_states import Euros, PaymentFacts, RunFacts

JANUARY = Period.parse("2026-01")
TODAY = date(2026, 1, 20)
SOMEBODY = UUID(int=7)


@dataclass(frozen=True)
class Row:
    row_number: int
    member_number: str
    amount_cents: int
    name: str = ""
    subject: str = ""
    payment_order: str = ""
    label: str = ""


@dataclass(frozen=True)
class Known:
    name: str
    left_on: date | None = None


def mandate(member: str, number: int, **changes: object) -> Mandate:
    plain = Mandate(
        UUID(int=number),
        f"M-{number:06d}",
        "bayonne",
        member,
        "official_allowance",
        "",
        "ceiling",
        30000,
        "month",
        date(2026, 1, 1),
        None,
        SOMEBODY,
        signed_on=date(2025, 12, 1),
        accepted_on=date(2025, 12, 2),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def context(**changes: object) -> runs.RunContext:
    plain = runs.RunContext(
        period=JANUARY,
        on=TODAY,
        minimum_cents=None,
        members={"E00001": Known("Ane Etxeberri"), "E00002": Known("Bixente Harispe")},
        mandates={"E00001": [mandate("E00001", 1)], "E00002": [mandate("E00002", 2, share_mode="whole", share_cents=None)]},
        asked_before={},
        headings={"member_number": "Adhérent", "amount": "Montant"},
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def codes(rows: list[Row], **changes: object) -> list[tuple[int, str, str]]:
    checked = runs.check_rows(rows, context(**changes))
    return [(fault.row_number, fault.column, fault.refusal.code) for fault in checked.faults]


def test_a_member_who_left_is_named_with_their_row() -> None:
    members = {"E00001": Known("Ane Etxeberri", left_on=date(2026, 1, 3))}
    assert codes([Row(2, "E00001", 100)], members=members) == [(2, "Adhérent", "member_left")]


def test_an_amount_below_the_agreed_minimum_is_a_fault() -> None:
    assert codes([Row(2, "E00001", 4999)], minimum_cents=5000) == [(2, "Montant", "amount_below_minimum")]
    assert codes([Row(2, "E00001", 5000)], minimum_cents=5000) == []


def test_what_could_not_be_read_is_not_judged_twice() -> None:
    assert codes([Row(2, "", 100), Row(3, "E00001", 0)]) == []
    assert [one.row.row_number for one in runs.check_rows([Row(3, "E00001", 1)], context()).rows] == [3]


def test_names_are_the_same_in_any_order_and_writing() -> None:
    assert runs.same_name("ETXEBERRI Ane", "Ane Etxeberri")
    assert runs.same_name("BEÑAT  d'Élissalde", "Beñat D'Elissalde")
    assert not runs.same_name("Ane Etxeberri", "Ane Marie Etxeberri")
    assert not runs.same_name("Ane Ane Etxeberri", "Ane Etxeberri Etxeberri")


def test_a_row_that_nothing_tells_from_another_is_a_fault() -> None:
    twice = [Row(2, "E00002", 100, payment_order="451"), Row(3, "E00002", 100, payment_order="451")]
    assert codes(twice) == [(3, "Adhérent", "row_repeated")]
    assert codes([Row(2, "E00002", 100, payment_order="451"), Row(3, "E00002", 100, payment_order="452")]) == []
    assert codes([Row(2, "E00002", 100, label="January"), Row(3, "E00002", 100, label="travel")]) == []


def test_t18_what_was_asked_before_in_the_period_counts_against_the_share() -> None:
    before = {(UUID(int=1), "2026-01"): 20000}
    assert codes([Row(2, "E00001", 10001)], asked_before=before) == [(2, "Montant", "share_used_up")]
    checked = runs.check_rows([Row(2, "E00001", 10000)], context(asked_before=before))
    assert checked.asked == {(UUID(int=1), "2026-01"): 30000}
    assert before == {(UUID(int=1), "2026-01"): 20000}


@given(st.lists(st.tuples(st.sampled_from(["E00001", "E00002", "E00003", ""]), st.integers(0, 20000)), max_size=25))
def test_rows_that_hold_are_within_every_share_and_the_others_have_a_fault(asked: list[tuple[str, int]]) -> None:
    rows = [Row(number, member, cents) for number, (member, cents) in enumerate(asked, 2)]
    checked = runs.check_rows(rows, context())
    kept = {one.row.row_number for one in checked.rows}
    faulty = {fault.row_number for fault in checked.faults}
    unreadable = {row.row_number for row in rows if not row.member_number or not row.amount_cents}
    assert kept.isdisjoint(faulty)
    assert kept | faulty | unreadable == {row.row_number for row in rows}
    assert sum(one.row.amount_cents for one in checked.rows if one.row.member_number == "E00001") <= 30000


CONTENTS = st.lists(
    st.builds(
        runs.RowContent,
        st.sampled_from(["E00001", "E00002"]),
        st.sampled_from(["", "Adjointe"]),
        st.sampled_from(["", "451"]),
        st.integers(1, 3),
        st.sampled_from(["", "janvier"]),
    ),
    max_size=6,
)


@given(CONTENTS, st.randoms())
def test_the_order_of_the_rows_says_nothing(contents: list[runs.RowContent], random: Random) -> None:
    shuffled = list(contents)
    random.shuffle(shuffled)
    assert runs.content_sha256(shuffled) == runs.content_sha256(contents)
    assert runs.run_differences(contents, shuffled) == []


@given(CONTENTS, CONTENTS)
def test_two_lists_are_the_same_or_their_differences_make_one_of_the_other(
    before: list[runs.RowContent], after: list[runs.RowContent]
) -> None:
    found = runs.run_differences(before, after)
    assert (runs.content_sha256(before) == runs.content_sha256(after)) == (not found)
    moved = sum((each.after_cents or 0) - (each.before_cents or 0) for each in found)
    assert moved == sum(each.amount_cents for each in after) - sum(each.amount_cents for each in before)


def test_a_list_number_has_one_form_only() -> None:
    assert runs.checked_list_number(" l  12 ") == "L 12"
    with pytest.raises(runs.ListNumberMissing):
        runs.checked_list_number("\u00a0")


def run(euros: Euros | None = None, **changes: object) -> RunFacts:
    plain = RunFacts(
        id=UUID(int=1),
        book="eusko",
        reference="RF48BAYONNEIND202601L1",
        public_body="bayonne",
        public_body_id=UUID(int=2),
        convention_version_id=UUID(int=3),
        kind="official_allowance",
        period="2026-01",
        period_first_on=date(2026, 1, 1),
        period_last_on=date(2026, 1, 31),
        list_number="1",
        attempt=1,
        payment_count=2,
        content_sha256=b"",
        document_sha256=b"",
        entered_for="public_body",
        prepared_by=SOMEBODY,
        euros=euros or Euros(1000),
        checked_on=TODAY,
        signed_on=TODAY,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("euros", "state"),
    [
        (Euros(1000), "awaiting_funds"),
        (Euros(1000, allocated_cents=400), "partly_funded"),
        (Euros(1000, allocated_cents=1000), "funded"),
        (Euros(1000, allocated_cents=1000, credited_cents=400), "partly_credited"),
        (Euros(1000, allocated_cents=1000, credited_cents=1000), "credited"),
        (Euros(1000, allocated_cents=1000, credited_cents=900, returned_cents=100), "credited"),
        (Euros(1000, allocated_cents=1000, credited_cents=1000, unconfirmed_cents=1), "partly_credited"),
        (Euros(1000, allocated_cents=1000, credited_cents=1000, taken_back_cents=1000), "funded"),
        (Euros(1000, allocated_cents=1000, recalled_cents=1000), "awaiting_funds"),
    ],
)
def test_a_run_stands_where_its_euros_stand(euros: Euros, state: str) -> None:
    assert states.run_state(run(euros)) == state


def test_what_was_decided_about_a_run_comes_before_its_euros() -> None:
    whole = Euros(1000, allocated_cents=1000, credited_cents=1000)
    assert states.run_state(run(whole, signed_on=None)) == "checked"
    assert states.run_state(run(cancelled_on=TODAY)) == "cancelled"
    assert states.run_state(run(whole, closed_on=TODAY)) == "closed"
    assert states.run_state(run(whole, closed_on=TODAY, accounted_on=TODAY)) == "accounted_for"


def payment(euros: Euros, **changes: object) -> PaymentFacts:
    plain = PaymentFacts(UUID(int=5), UUID(int=1), 2, "E00001", UUID(int=6), "M-000001", UUID(int=8), "", "", "", euros)
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("euros", "state"),
    [
        (Euros(500), "awaiting_funds"),
        (Euros(500, allocated_cents=1), "partly_funded"),
        (Euros(500, allocated_cents=500), "funded"),
        (Euros(500, allocated_cents=500, credited_cents=500, unconfirmed_cents=500), "ordered"),
        (Euros(500, allocated_cents=500, credited_cents=500), "credited"),
        (Euros(500, allocated_cents=500, credited_cents=300), "partly_credited"),
        (Euros(500, allocated_cents=500, returned_cents=500), "returned"),
    ],
)
def test_each_payment_has_its_own_state(euros: Euros, state: str) -> None:
    assert states.payment_state(run(), payment(euros)) == (state, None)


def test_a_mandate_revoked_since_sets_its_payment_aside_and_no_other() -> None:
    funded = Euros(500, allocated_cents=500)
    state, reason = states.payment_state(run(), payment(funded, revoked_on=TODAY))
    assert (state, reason and reason.code) == ("set_aside", "mandate_revoked")
    state, reason = states.payment_state(run(), payment(funded, left_on=TODAY))
    assert (state, reason and reason.code) == ("set_aside", "member_left")
    credited = Euros(500, allocated_cents=500, credited_cents=500)
    assert states.payment_state(run(), payment(credited, revoked_on=TODAY))[0] == "credited"


def test_a_payment_of_a_run_that_was_given_up_says_so() -> None:
    assert states.payment_state(run(cancelled_on=TODAY), payment(Euros(5)))[0] == "cancelled"
    assert states.payment_state(run(signed_on=None), payment(Euros(5)))[0] == "checked"
    assert states.payment_state(run(closed_on=TODAY), payment(Euros(5)))[0] == "not_paid"


def test_a_run_is_cancelled_only_before_euros_arrived() -> None:
    states.check_may_be_cancelled(run())
    for one, refusal in (
        (run(Euros(1000, allocated_cents=1)), states.RunFunded),
        (run(cancelled_on=TODAY), RunCancelled),
        (run(closed_on=TODAY), states.RunClosed),
        (run(closed_on=TODAY, accounted_on=TODAY), states.RunAccountedFor),
    ):
        with pytest.raises(refusal):
            states.check_may_be_cancelled(one)


def test_a_run_is_closed_once_nothing_waits_and_something_is_left() -> None:
    states.check_may_be_closed(run(Euros(1000, allocated_cents=600, credited_cents=500, returned_cents=100)))
    for one, refusal in (
        (run(Euros(1000, allocated_cents=600, credited_cents=500)), states.RunFundsWaiting),
        (run(), states.RunNotFunded),
        (run(signed_on=None), states.RunAwaitsSignature),
        (run(Euros(1000, allocated_cents=1000, credited_cents=1000)), states.RunFullySettled),
        (run(cancelled_on=TODAY), RunCancelled),
    ):
        with pytest.raises(refusal):
            states.check_may_be_closed(one)


def test_a_run_is_accounted_for_once_settled_or_closed() -> None:
    states.check_may_be_accounted_for(run(Euros(1000, allocated_cents=1000, credited_cents=1000)))
    states.check_may_be_accounted_for(run(Euros(1000, allocated_cents=5, credited_cents=5), closed_on=TODAY))
    for one, refusal in (
        (run(Euros(1000, allocated_cents=1000, credited_cents=999)), states.RunNotSettled),
        (run(Euros(1000, allocated_cents=1000, credited_cents=1000, unconfirmed_cents=3)), states.CreditsUnconfirmed),
        (run(signed_on=None), states.RunAwaitsSignature),
        (run(accounted_on=TODAY), states.RunAccountedFor),
        (run(cancelled_on=TODAY), RunCancelled),
    ):
        with pytest.raises(refusal):
            states.check_may_be_accounted_for(one)
    with pytest.raises(ReasonMissing):
        states.checked_reason("  ")


def signer(*roles: str) -> Actor:
    return Actor(SOMEBODY, "somebody", frozenset(roles))


def test_the_convention_says_who_signs_and_the_accountant_of_the_town_never_does(conventions: Path) -> None:
    bayonne = read_convention((conventions / "bayonne-eusko.toml").read_bytes()).versions[-1]
    assert states.check_signer(signer("town_signer", "member"), bayonne, run()) == "town_signer"
    listed = run(entered_for="issuer")
    assert states.check_signer(signer("association_accountant"), bayonne, listed) == "association_accountant"
    assert states.check_signer(signer("town_signer"), bayonne, listed) == "town_signer"
    for actor, refusal in (
        (signer("association_accountant"), states.RunSignedByTown),
        (signer("association_operator"), RunNotSignedBy),
        (signer("town_preparer"), RoleMissing),
        (signer("town_signer", "public_accountant"), AccountantMayNotDecide),
    ):
        with pytest.raises(refusal):
            states.check_signer(actor, bayonne, run())


def test_a_run_checked_under_other_rules_is_not_signed() -> None:
    states.check_may_be_signed(run(signed_on=None), UUID(int=3))
    with pytest.raises(states.RunRulesChanged):
        states.check_may_be_signed(run(signed_on=None), UUID(int=4))


def test_the_slip_of_february_expects_its_euros_on_its_own_pay_day(conventions: Path) -> None:
    grenoble = read_convention((conventions / "grenoble-cairn.toml").read_bytes()).versions[-1]
    february = run(period="2026-02", period_first_on=date(2026, 2, 1), period_last_on=date(2026, 2, 28))
    slip = slip_of(grenoble, february)
    assert (slip.total_cents, slip.expected_on) == (1000, date(2026, 2, 28))
