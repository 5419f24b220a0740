"""What a bank line is proposed to pay, told as the desk of the association sees it."""

import random
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.domain.matching.propose import (
    OpenLine,
    OpenPayment,
    OpenRun,
    OpenTransfer,
    Proposal,
    TopUpMember,
    propose,
)
from monnaielocale.domain.references import run_reference
from tests.yardstick import yardsticks

PAY_DAY = date(2026, 1, 28)
COLLECTION, RESERVE = "FR7630006000011234567890189", "FR1420041010050500013M02606"
SHOP = "DE89370400440532013000"
PEOPLE = ["Maider Etcheverry", "Peio Duhalde", "Anne-Marie d'Arrigo", "Xabi Iturbide", "Léa Hélène Bidart", "Jon Aguer"]


class Town:
    """A town's runs and payments, numbered as they come."""

    def __init__(self) -> None:
        self.runs: list[OpenRun] = []
        self.payments: list[OpenPayment] = []

    def run(self, *amounts: int, town: str = "Bayonne", people: Sequence[str] = PEOPLE, orders: Sequence[str] = ()) -> OpenRun:
        number = len(self.runs) + 1
        reference = run_reference(f"{town[:3]}PAY202601L{number}")
        run = OpenRun(UUID(int=number), reference, town, sum(amounts) or 100_000)
        self.runs.append(run)
        for position, cents in enumerate(amounts):
            count = len(self.payments) + 1
            self.payments.append(
                OpenPayment(
                    id=UUID(int=1_000_000 + count),
                    run_id=run.id,
                    public_body=town,
                    amount_cents=cents,
                    expected_on=PAY_DAY,
                    member_number=f"E{count:05d}",
                    member_name=people[position % len(people)] if people else "",
                    payment_order=orders[position] if orders else "",
                )
            )
        return run

    def ids(self, *positions: int) -> list[UUID]:
        return [self.payments[position].id for position in positions]


_numbers = iter(range(2_000_000, 9_000_000))


def line(cents: int, *texts: str, day: int = 0, account: str = COLLECTION, **others: str) -> OpenLine:
    return OpenLine(UUID(int=next(_numbers)), account, PAY_DAY + timedelta(days=day), cents, texts, **others)


def of(town: Town, *lines: OpenLine, **others: Sequence[object]) -> list[Proposal]:
    answers = {one.line_id: one for one in propose(lines, town.payments, town.runs, **others)}  # type: ignore[arg-type]
    return [answers[one.id] for one in lines]


def paid(proposal: Proposal) -> dict[UUID, int]:
    return dict(proposal.parts)


def test_the_exact_run_with_its_exact_reference_is_paid_automatically() -> None:
    town = Town()
    run = town.run(30_000, 20_000, 10_000)
    [proposal] = of(town, line(60_000, "VIR TRESORERIE " + run.reference[:11], run.reference[11:] + " JANV"))
    assert (proposal.kind, proposal.certainty, proposal.rest_cents) == ("allocation", "automatic", 0)
    assert paid(proposal) == dict(zip(town.ids(0, 1, 2), (30_000, 20_000, 10_000), strict=True))
    assert str(proposal.reason) == f"The reference {run.reference} and the amount are exactly those of the payment run."


def test_a_second_line_like_the_run_is_proposed_as_paid_twice() -> None:
    town = Town()
    run = town.run(30_000, 20_000)
    first, second = of(town, line(50_000, run.reference), line(50_000, run.reference, day=3))
    assert first.certainty == "automatic"
    assert (second.kind, second.certainty, second.parts, second.rest_cents) == ("paid_twice", "proposed", (), 50_000)


def test_a_line_for_a_run_funded_long_ago_is_proposed_as_paid_twice_or_to_be_returned() -> None:
    town = Town()
    run = town.run()
    twice, other = of(town, line(100_000, run.reference), line(99_000, run.reference))
    assert (twice.kind, other.kind, other.rest_cents) == ("paid_twice", "overpayment", 99_000)


def test_several_references_that_sum_to_the_line_are_paid_automatically() -> None:
    town = Town()
    one, two = town.run(30_000, 20_000), town.run(10_000, town="Anglet")
    [proposal] = of(town, line(60_000, f"{one.reference} {two.reference}"))
    assert (proposal.certainty, len(proposal.parts), proposal.run_ids) == ("automatic", 3, (one.id, two.id))


def test_some_of_several_references_are_proposed_when_only_they_fit() -> None:
    town = Town()
    one, two, three = town.run(30_000, 20_000), town.run(11_000, 5_000), town.run(13_000, 3_000)
    [proposal] = of(town, line(50_000 + 16_000, f"{one.reference} {two.reference} {three.reference}"))
    assert (proposal.kind, proposal.parts) == ("ambiguous", ())
    town.payments[-1] = OpenPayment(UUID(int=77), three.id, "Bayonne", 4_000, PAY_DAY)
    [proposal] = of(town, line(66_000, f"{one.reference} {two.reference} {three.reference}"))
    assert (proposal.certainty, proposal.run_ids) == ("proposed", (one.id, two.id))


def test_one_payment_of_the_run_is_proposed_never_in_proportion() -> None:
    town = Town()
    run = town.run(30_000, 20_000, 10_000)
    [proposal] = of(town, line(20_000, run.reference))
    assert (proposal.certainty, paid(proposal)) == ("proposed", {town.ids(1)[0]: 20_000})
    assert "for Peio Duhalde" in str(proposal.reason)


def test_the_only_combination_of_the_run_s_payments_is_proposed() -> None:
    town = Town()
    run = town.run(30_001, 20_010, 10_100, 5_000, 2_222, 1_111)
    [proposal] = of(town, line(30_001 + 5_000 + 2_222, run.reference))
    assert sorted(paid(proposal)) == sorted(town.ids(0, 3, 4))


def test_a_run_without_its_suspended_orders_is_proposed_naming_them() -> None:
    town = Town()
    run = town.run(*(10_000 + 2**number for number in range(13)), people=[f"Person {chr(65 + n)}{n}x" for n in range(13)])
    suspended = 10_000 + 2**7 + 10_000 + 2**2
    [proposal] = of(town, line(run.total_cents - suspended, run.reference))
    assert set(paid(proposal)) == {one.id for one in town.payments} - set(town.ids(2, 7))
    assert "without Person C2x, Person H7x" in str(proposal.reason)


def test_several_combinations_are_left_to_a_person() -> None:
    town = Town()
    run = town.run(10_000, 20_000, 5_000, 25_000, 1_000, 99_000)
    [proposal] = of(town, line(30_000, run.reference))
    assert (proposal.kind, proposal.parts, proposal.run_ids) == ("ambiguous", (), (run.id,))
    assert "several combinations" in str(proposal.reason)


def test_an_amount_that_no_combination_makes_names_the_run_only() -> None:
    town = Town()
    run = town.run(10_000, 20_000)
    [proposal] = of(town, line(29_999, run.reference))
    assert (proposal.kind, proposal.parts, proposal.rest_cents) == ("run_named", (), 29_999)
    assert "0.01 EUR less" in str(proposal.reason)


def test_a_part_of_the_only_open_payment_is_proposed_and_the_rest_later() -> None:
    town = Town()
    run = town.run(30_000)
    first, second = of(town, line(10_000, run.reference), line(20_000, run.reference, day=9))
    assert paid(first) == {town.ids(0)[0]: 10_000}
    assert paid(second) == {town.ids(0)[0]: 20_000}
    assert second.certainty == "proposed"


def test_more_than_the_run_pays_it_all_and_keeps_the_rest_to_return() -> None:
    town = Town()
    run = town.run(30_000)
    [proposal] = of(town, line(35_000, run.reference))
    assert (proposal.kind, proposal.certainty, proposal.rest_cents) == ("overpayment", "proposed", 5_000)
    assert paid(proposal) == {town.ids(0)[0]: 30_000}


def test_one_transfer_for_three_runs_is_found_with_one_reference_or_with_none() -> None:
    town = Town()
    runs = [town.run(30_010, 20_000), town.run(11_100, 5_000), town.run(13_000, 1_000)]
    town.run(64_000, 1, town="Anglet")
    total = sum(run.total_cents for run in runs)
    [named] = of(town, line(total, runs[1].reference))
    [bare] = of(town, line(total, "VIREMENT TRESORERIE"))
    assert set(named.run_ids) == set(bare.run_ids) == {run.id for run in runs}
    assert (named.rest_cents, bare.rest_cents, named.certainty, bare.certainty) == (0, 0, "proposed", "proposed")


def test_several_combinations_of_runs_are_left_to_a_person() -> None:
    town = Town()
    for amounts in ((10_000, 1), (20_000, 2), (20_001, 2), (10_000, 0)):
        town.run(*(cents for cents in amounts if cents))
    [proposal] = of(town, line(30_003, "VIREMENT"))
    assert proposal.kind == "ambiguous"


def test_a_payment_order_or_a_member_number_with_the_exact_amount_is_proposed() -> None:
    town = Town()
    town.run(30_000, 30_000, 30_000, orders=["2026-00451", "2026-00452", "2026-00453"])
    by_order, by_member = of(town, line(30_000, "MANDAT 2026 00452"), line(30_000, "ALLOC E00003"))
    assert paid(by_order) == {town.ids(1)[0]: 30_000}
    assert paid(by_member) == {town.ids(2)[0]: 30_000}
    assert {by_order.certainty, by_member.certainty} == {"proposed"}


def test_one_transfer_for_two_named_orders_is_proposed() -> None:
    town = Town()
    town.run(30_000, 12_000, 30_000, orders=["2026-00451", "2026-00452", "2026-00453"])
    [proposal] = of(town, line(42_000, "MANDATS 2026-00451 ET 2026-00452"))
    assert set(paid(proposal)) == set(town.ids(0, 1))


def test_a_name_is_found_without_accents_case_or_order() -> None:
    town = Town()
    town.run(30_000, 30_000, 30_000, 30_000, 30_000)
    hyphen, accent = of(town, line(30_000, "VIR M ARRIGO D ANNE MARIE"), line(30_000, "Vir bidart", "Helene LEA"))
    assert (paid(hyphen), paid(accent)) == ({town.ids(2)[0]: 30_000}, {town.ids(4)[0]: 30_000})
    assert "names Anne-Marie d'Arrigo and the amount is exact" in str(hyphen.reason)


def test_a_line_that_names_one_person_is_never_proposed_to_another() -> None:
    town = Town()
    town.run(30_000, 40_000)
    [proposal] = of(town, line(40_000, "VIR MAIDER ETCHEVERRY"))
    assert (proposal.kind, proposal.parts) == ("unknown", ())
    assert str(proposal.reason) == "The line names Maider Etcheverry, but no open payment of theirs has this amount."


def test_a_named_payment_that_two_lines_pay_is_shown_as_perhaps_paid_twice() -> None:
    town = Town()
    town.run(30_000, 40_000)
    first, second = of(town, line(30_000, "MAIDER ETCHEVERRY"), line(30_000, "MAIDER ETCHEVERRY", day=1))
    assert (first.kind, second.kind, second.parts) == ("allocation", "paid_twice", ())


def test_forty_staff_transfers_on_three_days_without_any_reference() -> None:
    town = Town()
    amounts = [150_000 + 37 * number for number in range(36)] + [180_000, 180_000, 180_000, 199_900]
    town.run(*amounts, people=())
    lines = [line(cents, "VIR SEPA DRFIP PAIE", day=number % 3) for number, cents in enumerate(amounts)]
    proposals = of(town, *lines)
    assert Counter(payment for one in proposals for payment in paid(one)) == Counter(one.id for one in town.payments)
    assert {one.certainty for one in proposals} == {"proposed"}
    assert str(proposals[37].reason) == "3 equal lines without a reference meet 3 equal open payments: one each."
    assert str(proposals[0].reason) == (
        "Without a reference, the amount is that of one open payment only, for E00001, due on 2026-01-28."
    )


def test_fewer_equal_lines_than_equal_payments_are_left_to_a_person() -> None:
    town = Town()
    town.run(180_000, 180_000, 180_000, people=())
    proposals = of(town, line(180_000, "PAIE"), line(180_000, "PAIE", day=1))
    assert {(one.kind, one.parts) for one in proposals} == {("ambiguous", ())}
    assert "3 open payments or runs have this amount" in str(proposals[0].reason)


def test_equal_lines_with_the_reference_meet_equally_many_payments() -> None:
    town = Town()
    run = town.run(30_000, 30_000, 7_000)
    both = of(town, line(30_000, run.reference), line(30_000, run.reference))
    assert Counter(payment for one in both for payment in paid(one)) == Counter(town.ids(0, 1))
    [alone] = of(town, line(30_000, run.reference))
    assert (alone.kind, alone.parts) == ("ambiguous", ())


def test_equal_payments_of_different_towns_are_not_mixed_up() -> None:
    town = Town()
    town.run(30_000, people=())
    town.run(30_000, town="Anglet", people=())
    assert {one.kind for one in of(town, line(30_000, "VIR"), line(30_000, "VIR"))} == {"ambiguous"}


def test_an_amount_expected_long_before_is_not_proposed() -> None:
    town = Town()
    town.run(30_000, people=())
    near, far = line(30_000, "VIR", day=60), line(30_000, "VIR", day=63)
    assert [one.kind for one in of(town, near)] == ["allocation"]
    assert [one.kind for one in of(town, far)] == ["unknown"]


def test_a_suspended_order_paid_a_month_later_finds_its_place() -> None:
    town = Town()
    run = town.run(30_000, 20_000, 10_000)
    later = OpenRun(UUID(int=50), run_reference("BAYPAY202602L1"), "Bayonne", 5_000)
    town.runs.append(later)
    first, second = of(town, line(50_000, run.reference), line(10_000, "VIR", day=31))
    assert (set(paid(first)), set(paid(second))) == (set(town.ids(0, 1)), set(town.ids(2)))


def test_a_member_number_without_a_payment_is_a_top_up() -> None:
    town = Town()
    town.run(30_000)
    members = [TopUpMember("E00777", "Kattalin Sala")]
    [proposal] = of(town, line(5_000, "recharge e00777"), top_ups=members)
    assert (proposal.kind, proposal.certainty, proposal.member_number) == ("top_up", "proposed", "E00777")


def test_a_move_to_the_reserve_is_paired_and_not_mistaken_for_the_town() -> None:
    town = Town()
    run = town.run(30_000, 20_000)
    arrived, out = line(50_000, "TRESORERIE " + run.reference, day=1), line(-50_000, "VIR RESERVE", day=1)
    moved = line(50_000, "VIR " + run.reference, day=0, account=RESERVE)
    received, left, reserve = of(town, arrived, out, moved)
    assert received.certainty == "automatic"
    assert (left.kind, reserve.kind) == ("own_transfer", "own_transfer")
    assert (left.other_line_id, reserve.other_line_id) == (moved.id, out.id)


def test_a_line_from_our_own_account_never_pays_a_run() -> None:
    town = Town()
    run = town.run(30_000)
    [proposal] = of(town, line(30_000, run.reference, iban=RESERVE), own_ibans=[RESERVE])
    assert (proposal.kind, proposal.other_line_id) == ("own_transfer", None)


def test_a_move_takes_at_most_five_days() -> None:
    town = Town()
    out, near, far = line(-50_000), line(50_000, day=5, account=RESERVE), line(50_000, day=6, account=RESERVE)
    assert [one.kind for one in of(town, out, near)] == ["own_transfer", "own_transfer"]
    assert [one.kind for one in of(town, out, far)] == ["unknown", "unknown"]


def test_a_transfer_due_is_seen_by_its_identifier_its_account_or_its_name() -> None:
    transfers = [
        OpenTransfer(UUID(int=1), 9_500, "Boulangerie Ogia", SHOP, ("RED-2026-0001-1",)),
        OpenTransfer(UUID(int=2), 9_500, "Librairie Elkar Lekua", "", ("RED-2026-0002-1",)),
        OpenTransfer(UUID(int=3), 9_500, "Cave Itsas", SHOP, ("RED-2026-0003-1", "RED-2026-0003-2")),
    ]
    by_identifier, by_account, by_name, none = of(
        Town(),
        line(-9_500, "VIR EMIS red 2026 0003 2"),
        line(-9_500, "VIR EMIS", iban=SHOP),
        line(-9_500, "VIR LIBRAIRIE ELKAR LEKUA"),
        line(-9_400, "VIR RED-2026-0001-1"),
        transfers=transfers,
    )
    assert (by_identifier.transfer_id, by_identifier.certainty) == (UUID(int=3), "automatic")
    assert (by_account.transfer_id, by_account.certainty) == (UUID(int=1), "proposed")
    assert (by_name.transfer_id, by_name.certainty) == (UUID(int=2), "proposed")
    assert (none.kind, none.transfer_id) == ("unknown", None)


def test_transfers_due_to_different_parties_on_one_account_are_left_to_a_person() -> None:
    transfers = [OpenTransfer(UUID(int=number), 9_500, name, SHOP) for number, name in enumerate(["Ogia", "Itsas"], start=1)]
    assert [one.kind for one in of(Town(), line(-9_500, "VIR", iban=SHOP), transfers=transfers)] == ["ambiguous"]


def test_a_bank_charge_is_known_by_its_words() -> None:
    charge, other = of(Town(), line(-1_250, "COTISATION MENSUELLE", "Frais de tenue"), line(-1_250, "ACHAT CB"))
    assert (charge.kind, charge.certainty, other.kind) == ("charge", "proposed", "unknown")
    assert str(charge.reason) == "The bank's words for a charge: cotisation, frais, tenue."


SMALL = st.sampled_from([100, 200, 300, 300, 500, 800])
TOWNS = st.sampled_from(["Bayonne", "Anglet"])
RUNS = st.lists(st.tuples(st.lists(SMALL, min_size=1, max_size=6), TOWNS), min_size=1, max_size=4)
HINT = st.sampled_from(["", "reference", "reference", "name", "number", "two"])
LINES = st.lists(st.tuples(st.integers(1, 30), HINT, st.integers(0, 3), st.integers(-3, 90), st.booleans()), max_size=10)


@given(RUNS, LINES, st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_whatever_arrives_nothing_is_paid_beyond_line_or_payment_and_order_does_not_matter(
    runs: list[tuple[list[int], str]], wanted: list[tuple[int, str, int, int, bool]], shuffler: random.Random
) -> None:
    town = Town()
    for amounts, name in runs:
        town.run(*amounts, town=name)
    lines = [_made(town, *one) for one in wanted]
    proposals = propose(lines, town.payments, town.runs)
    assert sorted(one.line_id for one in proposals) == sorted(one.id for one in lines)
    arrived = {one.id: one.amount_cents for one in lines}
    spent: Counter[UUID] = Counter()
    for proposal in proposals:
        parts = sum(cents for _, cents in proposal.parts)
        assert all(cents > 0 for _, cents in proposal.parts)
        if proposal.kind != "own_transfer":
            assert parts + proposal.rest_cents == abs(arrived[proposal.line_id])
        if proposal.certainty == "automatic":
            whole = sum(one.amount_cents for one in town.payments if one.run_id in proposal.run_ids)
            assert whole == parts == arrived[proposal.line_id]
        assert str(proposal.reason)
        spent.update(paid(proposal))
    assert all(spent[one.id] <= one.amount_cents for one in town.payments)
    assert not set(spent) - {one.id for one in town.payments}
    mixed: list[list[object]] = [list(lines), list(town.payments), list(town.runs)]
    for one in mixed:
        shuffler.shuffle(one)
    assert propose(*mixed) == proposals  # type: ignore[arg-type]


def _made(town: Town, hundreds: int, hint: str, which: int, day: int, leaves: bool) -> OpenLine:
    run, payment = town.runs[which % len(town.runs)], town.payments[which % len(town.payments)]
    texts = {
        "": "VIR",
        "reference": run.reference,
        "name": payment.member_name,
        "number": payment.member_number,
        "two": f"{run.reference}{town.runs[0].reference}",
    }
    cents = run.total_cents if hundreds > 24 else hundreds * 100
    return line(-cents if leaves else cents, texts[hint], day=day, account=RESERVE if leaves else COLLECTION)


def test_a_thousand_lines_meet_ten_thousand_payments_in_good_time() -> None:
    town, chance = Town(), random.Random(7)
    for number in range(100):
        names = [f"Prenom{chance.randrange(400)} Famille{chance.randrange(900)}" for _ in range(100)]
        town.run(*(chance.randrange(5_000, 250_000) for _ in range(100)), town=f"T{number % 7}", people=names)
    lines = []
    for number in range(1_000):
        run, payment = chance.choice(town.runs), chance.choice(town.payments)
        texts = [run.reference, payment.member_name, payment.member_number, "VIR SEPA", "VIR SEPA"][number % 5]
        cents = [run.total_cents - payment.amount_cents, payment.amount_cents, chance.randrange(5_000, 9_000_000)][number % 3]
        lines.append(line(max(cents, 1), texts, day=number % 20))
    assert yardsticks(lambda: propose(lines, town.payments, town.runs)) < 60
    assert len(propose(lines, town.payments, town.runs)) == 1_000


def test_ten_thousand_equal_payments_do_not_slow_the_search() -> None:
    town = Town()
    run = town.run(*[30_000] * 10_000, people=["Maider Etcheverry"])
    lines = [line(30_000 * (1 + number % 4), [run.reference, "ETCHEVERRY MAIDER", "VIR"][number % 3]) for number in range(1_000)]
    assert yardsticks(lambda: propose(lines, town.payments, town.runs)) < 60
