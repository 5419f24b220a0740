"""References built for runs, and found again in what banks write."""

import string
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649

from monnaielocale.domain.references import (
    known_references_in,
    member_numbers_in,
    payment_orders_in,
    references_in,
    run_reference,
    run_seed,
)

JANUARY = run_seed(public_body="BAY", kind="staff_pay", period="2026-01", list_number="1")
LETTERS = string.ascii_uppercase + string.digits
SEEDS = st.text(LETTERS, min_size=1, max_size=21)


def test_a_run_reference_is_readable_and_its_check_digits_are_right() -> None:
    reference = run_reference(JANUARY)
    assert reference[4:] == "BAYPAY202601L1"
    assert iso11649.is_valid(reference)


def test_each_part_of_a_run_identity_changes_its_reference() -> None:
    identity: dict[str, Any] = {"public_body": "BAY", "kind": "staff_pay", "period": "2026-01", "list_number": "1"}
    others: list[dict[str, Any]] = [
        {"public_body": "ANG"},
        {"kind": "grant"},
        {"period": "2026-02"},
        {"list_number": "11"},
        {"list_number": "A-1"},
        {"list_number": "A1"},
        {"attempt": 2},
        {"public_body": "communaute-pays-basque"},
        {"public_body": "communaute-pays-basque", "list_number": "2"},
    ]
    references = {run_reference(run_seed(**(identity | other))) for other in others}
    assert len(references | {run_reference(JANUARY)}) == len(others) + 1
    assert all(len(reference) <= 25 and iso11649.is_valid(reference) for reference in references)


@given(st.text(min_size=1).filter(lambda text: any(sign in LETTERS for sign in text.upper() if sign.isascii())))
def test_any_seed_gives_a_valid_reference_of_at_most_25_characters(seed: str) -> None:
    reference = run_reference(seed)
    assert iso11649.is_valid(reference)
    assert len(reference) <= 25
    assert reference == run_reference(seed)


def test_a_reference_is_found_when_a_person_typed_it() -> None:
    reference = run_reference("BAYPAY2026011")
    typed = f"virement {reference[:4].lower()} bay-pay 2026 011"
    assert references_in([typed]) == (reference,)
    assert known_references_in([typed], {reference}) == (reference,)


def test_a_reference_cut_across_two_lines_is_found() -> None:
    reference = run_reference(JANUARY)
    texts = ["VIR SEPA RECU TRESORERIE " + reference[:9], reference[9:] + " JANVIER"]
    assert known_references_in(texts, {reference}) == (reference,)
    assert references_in(texts) == (reference,)


def test_a_reference_with_a_wrong_digit_is_not_found() -> None:
    reference = run_reference(JANUARY)
    wrong = reference[:-1] + "2"
    assert known_references_in([wrong], {reference}) == ()
    assert reference not in references_in([wrong])


def test_letters_glued_behind_a_known_reference_do_not_hide_it() -> None:
    first, second = run_reference(JANUARY), run_reference("BAYIND202601L1")
    assert known_references_in([f"{first}ET{second}MERCI"], [second, first]) == (first, second)


@given(st.lists(SEEDS, min_size=1, max_size=3, unique=True), st.randoms(), st.text(LETTERS.replace("R", ""), max_size=8))
def test_known_references_are_found_however_they_are_cut_and_spaced(seeds: list[str], random: Random, glued: str) -> None:
    references = [run_reference(seed) for seed in seeds]
    signs = "".join(random.choice([str.lower, str.upper])(reference) for reference in references)
    written = "".join(sign + random.choice(["", "", " ", "-", ". ", "/"]) for sign in signs)
    cut = random.randrange(len(written))
    found = known_references_in(["VIR ", written[:cut], written[cut:] + glued], set(references))
    assert set(references) <= set(found) or any(a != b and a in b for a in references for b in references)


def test_member_numbers_are_words_of_their_own() -> None:
    texts = ["recharge e00058 et E00059.", "REF E000601 XE12345678", "IBAN FR7612345", "Z_P00007"]
    assert member_numbers_in(texts) == ("E00058", "E00059", "P00007")


def test_payment_orders_are_found_whatever_separates_their_parts() -> None:
    known = ["2026-00451", "77", "1203", "0098877"]
    assert payment_orders_in(["MANDAT 2026 00451 BUDGET PRINCIPAL"], known) == ("2026-00451",)
    assert payment_orders_in(["mdt n\u00b0 77 du 12/03"], known) == ("77",)
    assert payment_orders_in(["98877"], known) == ("0098877",)


def test_a_short_payment_order_is_not_read_from_a_bare_number() -> None:
    assert payment_orders_in(["le 77 rue des Halles"], ["77"]) == ()
    assert payment_orders_in(["FACTURE 12034"], ["1203"]) == ()
