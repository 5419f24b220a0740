"""What a collection mandate covers, on which days, and how much."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.conventions.convention import ConventionVersion
from monnaielocale.domain.conventions.reading import read_convention
from monnaielocale.domain.conventions.rules import KindNotAllowed, MandateTooShort
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.payments import coverage as coverage
from monnaielocale.domain.payments import mandates as rules
from monnaielocale.domain.payments.mandates import Mandate, MandateState
from monnaielocale.domain.payments.periods import Period
from monnaielocale.domain.text import TextTooLong, TextUnacceptable

OPERATOR = UUID(int=1)
JANUARY = Period.parse("2026-01")
FEBRUARY = Period.parse("2026-02")
MID_JANUARY = date(2026, 1, 15)


def mandate(number: str = "M-000001", **changes: object) -> Mandate:
    """Ane lets the association collect 300.00 of her allowance, from 1 January, until revoked; accepted."""
    plain = Mandate(
        UUID(int=sum(number.encode())),
        number,
        "bayonne",
        "E00001",
        "official_allowance",
        "",
        "ceiling",
        30000,
        "month",
        date(2026, 1, 1),
        None,
        OPERATOR,
        signed_on=date(2025, 12, 10),
        accepted_on=date(2025, 12, 12),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def trouble(one: Mandate, period: Period = JANUARY, on: date = MID_JANUARY) -> str | None:
    refusal = coverage.trouble_in(one, period, on)
    return refusal.code if refusal else None


def version(conventions: Path, name: str = "bayonne-eusko.toml") -> ConventionVersion:
    return read_convention((conventions / name).read_bytes()).versions[-1]


def test_a_mandate_goes_from_drafted_to_active() -> None:
    whole = mandate(ends_on=date(2026, 6, 30))
    states = [
        rules.mandate_state(replace(whole, signed_on=None, accepted_on=None), date(2025, 12, 1)),
        rules.mandate_state(whole, date(2025, 12, 9)),
        rules.mandate_state(whole, date(2025, 12, 10)),
        rules.mandate_state(whole, date(2025, 12, 12)),
        rules.mandate_state(whole, date(2026, 1, 1)),
        rules.mandate_state(whole, date(2026, 6, 30)),
        rules.mandate_state(whole, date(2026, 7, 1)),
    ]
    assert states == ["drafted", "drafted", "signed", "accepted", "active", "active", "ended"]


def test_an_end_is_the_last_day_and_a_revocation_the_first_day_without() -> None:
    day = date(2026, 3, 31)
    assert rules.mandate_state(mandate(ended_on=day), day) is MandateState.ACTIVE
    assert rules.mandate_state(mandate(ended_on=day), day + timedelta(days=1)) is MandateState.ENDED
    assert rules.mandate_state(mandate(revoked_on=day), day) is MandateState.REVOKED
    assert rules.mandate_state(mandate(revoked_on=day), day - timedelta(days=1)) is MandateState.ACTIVE
    assert mandate(ended_on=day, revoked_on=day).last_on == day - timedelta(days=1)


def test_a_draft_that_was_taken_back_is_ended() -> None:
    draft = mandate(signed_on=None, accepted_on=None, ended_on=date(2026, 3, 31))
    assert rules.mandate_state(draft, date(2026, 1, 2)) is MandateState.ENDED


@given(st.lists(st.sampled_from(["signed", "accepted", "ended"]), unique=True), st.integers(0, 200))
def test_whatever_happened_to_a_mandate_once_revoked_it_stays_revoked(acts: list[str], days: int) -> None:
    revoked_on = date(2026, 2, 1)
    days_of = {f"{act}_on": date(2026, 1, 10) if act in acts else None for act in ("signed", "accepted", "ended")}
    one = replace(mandate(revoked_on=revoked_on), **days_of)  # type: ignore[arg-type]
    assert rules.mandate_state(one, revoked_on + timedelta(days=days)) is MandateState.REVOKED
    assert rules.mandate_state(one, revoked_on - timedelta(days=1)) is not MandateState.REVOKED


def test_t6_revoking_is_possible_in_arrears_and_in_every_state() -> None:
    months_ago = date(2025, 10, 1)
    for one in (
        mandate(),
        mandate(signed_on=None, accepted_on=None),
        mandate(ended_on=date(2026, 1, 10)),
        mandate(ends_on=date(2026, 1, 5)),
    ):
        rules.check_may_be_revoked(one, revoked_on=months_ago, on=MID_JANUARY)
    with pytest.raises(rules.MandateRevoked):
        rules.check_may_be_revoked(mandate(revoked_on=months_ago), revoked_on=months_ago, on=MID_JANUARY)
    with pytest.raises(rules.RevocationLater):
        rules.check_may_be_revoked(mandate(), revoked_on=MID_JANUARY + timedelta(days=1), on=MID_JANUARY)


def test_a_mandate_covers_the_periods_of_which_it_holds_a_day() -> None:
    assert trouble(mandate(starts_on=date(2026, 1, 31))) is None
    assert trouble(mandate(starts_on=date(2026, 2, 1))) == "mandate_not_begun"
    assert trouble(mandate(ends_on=date(2026, 1, 1))) is None
    assert trouble(mandate(starts_on=date(2025, 6, 1), ends_on=date(2025, 12, 31))) == "mandate_ended"
    assert trouble(mandate(starts_on=date(2025, 6, 1), ended_on=date(2025, 12, 31))) == "mandate_ended"


def test_a_mandate_not_accepted_covers_nothing() -> None:
    assert trouble(mandate(accepted_on=None)) == "mandate_not_accepted"
    assert trouble(mandate(accepted_on=date(2026, 1, 16))) == "mandate_not_accepted"


def test_a_revoked_mandate_covers_not_even_the_months_before() -> None:
    revoked = mandate(revoked_on=date(2026, 3, 10))
    assert trouble(revoked, on=date(2026, 3, 20)) == "mandate_revoked"
    assert trouble(revoked, Period.parse("2026-04"), on=date(2026, 3, 20)) == "mandate_revoked"


def test_the_mandate_for_a_subject_comes_before_the_one_for_all_subjects() -> None:
    everything = mandate("M-000001")
    deputy = mandate("M-000002", subject="Adjointe au maire")
    chosen = {
        subject: coverage.mandate_for(
            [everything, deputy], member="E00001", subject=subject, period=JANUARY, on=MID_JANUARY
        ).number
        for subject in ("", "Présidente", "ADJOINTE  AU MAIRE")
    }
    assert chosen == {"": "M-000001", "Présidente": "M-000001", "ADJOINTE  AU MAIRE": "M-000002"}


def test_a_revoked_mandate_for_a_subject_is_not_replaced_by_the_one_for_all_subjects() -> None:
    everything = mandate("M-000001")
    revoked = mandate("M-000002", subject="Adjointe", revoked_on=date(2026, 1, 2))
    with pytest.raises(rules.MandateRevoked):
        coverage.mandate_for([everything, revoked], member="E00001", subject="Adjointe", period=JANUARY, on=MID_JANUARY)
    ended = mandate("M-000002", subject="Adjointe", starts_on=date(2025, 1, 1), ends_on=date(2025, 12, 31))
    found = coverage.mandate_for([everything, ended], member="E00001", subject="Adjointe", period=JANUARY, on=MID_JANUARY)
    assert found is everything


def test_of_two_mandates_in_one_month_the_last_to_begin_is_taken() -> None:
    first = mandate("M-000001", ended_on=date(2026, 1, 14))
    second = mandate("M-000002", starts_on=date(2026, 1, 15))
    assert coverage.mandate_for([second, first], member="E00001", subject="", period=JANUARY, on=MID_JANUARY) is second
    revoked = mandate("M-000001", revoked_on=date(2026, 1, 10))
    assert coverage.mandate_for([revoked, second], member="E00001", subject="", period=JANUARY, on=MID_JANUARY) is second


def test_a_member_without_a_fitting_mandate_is_told_which_ones_there_are() -> None:
    with pytest.raises(coverage.MandateMissing):
        coverage.mandate_for([], member="E00001", subject="", period=JANUARY, on=MID_JANUARY)
    deputy = mandate(subject="Adjointe")
    with pytest.raises(coverage.MandateMissingForSubject) as refused:
        coverage.mandate_for([deputy], member="E00001", subject="", period=JANUARY, on=MID_JANUARY)
    assert refused.value.values["known"] == "Adjointe"


def test_t18_a_ceiling_is_for_all_payments_of_the_period_together() -> None:
    ceiling = mandate()
    coverage.check_share(ceiling, 30000, already_cents=0)
    coverage.check_share(ceiling, 10000, already_cents=20000)
    with pytest.raises(coverage.AmountAboveCeiling):
        coverage.check_share(ceiling, 35000, already_cents=0)
    with pytest.raises(coverage.ShareUsedUp):
        coverage.check_share(ceiling, 1, already_cents=30000)


def test_a_fixed_share_is_asked_for_exactly_and_once() -> None:
    fixed = mandate(share_mode="fixed")
    coverage.check_share(fixed, 30000, already_cents=0)
    with pytest.raises(coverage.AmountNotFixedShare):
        coverage.check_share(fixed, 29999, already_cents=0)
    with pytest.raises(coverage.ShareUsedUp):
        coverage.check_share(fixed, 30000, already_cents=30000)


@given(st.integers(1, 50_000), st.lists(st.integers(1, 50_000), max_size=12))
def test_accepted_payments_never_pass_the_ceiling(share_cents: int, amounts: list[int]) -> None:
    ceiling = mandate(share_cents=share_cents)
    already = 0
    for amount in amounts:
        try:
            coverage.check_share(ceiling, amount, already_cents=already)
        except (coverage.AmountAboveCeiling, coverage.ShareUsedUp):
            assert already + amount > share_cents
        else:
            already += amount
    assert already <= share_cents


def test_the_share_of_a_grant_is_for_the_whole_mandate_and_that_of_an_allowance_for_each_month() -> None:
    monthly, grant = mandate(), mandate(kind="grant", period_kind="once")
    assert coverage.share_period(monthly, JANUARY) != coverage.share_period(monthly, FEBRUARY)
    assert coverage.share_period(grant, Period.parse("2026")) == coverage.share_period(grant, Period.parse("2026-03-02"))


def test_the_whole_of_every_payment_has_no_limit() -> None:
    coverage.check_share(mandate(share_mode="whole", share_cents=None), 12_500_000, already_cents=99_999_999)


def terms(**changes: object) -> dict[str, object]:
    return {"share_mode": "fixed", "share_cents": 30000, "starts_on": date(2026, 1, 1), "ends_on": None} | changes


@pytest.mark.parametrize(
    ("kind", "changes", "refusal"),
    [
        ("official_allowance", {"share_mode": "half"}, rules.ShareModeUnknown),
        ("official_allowance", {"share_cents": None}, rules.ShareAmountMissing),
        ("official_allowance", {"share_mode": "whole"}, rules.ShareAmountNotWanted),
        ("official_allowance", {"share_cents": 0}, AmountNotPositive),
        ("official_allowance", {"ends_on": date(2025, 12, 31)}, rules.MandateDatesReversed),
        ("pension", {}, KindNotAllowed),
    ],
)
def test_terms_that_make_no_mandate_are_refused(
    conventions: Path, kind: str, changes: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        rules.check_terms(version(conventions), kind, **terms(**changes))  # type: ignore[arg-type]


def test_the_convention_of_grenoble_asks_for_six_months(conventions: Path) -> None:
    grenoble = version(conventions, "grenoble-cairn.toml")
    kind = next(each for each in grenoble.kinds if each.minimum_months)
    given_terms = terms(share_mode=next(iter(kind.share_modes - {"whole"})), share_cents=100_00)
    with pytest.raises(MandateTooShort):
        rules.check_terms(grenoble, kind.kind, **given_terms | {"ends_on": date(2026, 6, 29)})  # type: ignore[arg-type]
    rules.check_terms(grenoble, kind.kind, **given_terms | {"ends_on": date(2026, 6, 30)})  # type: ignore[arg-type]


def test_mandates_for_one_matter_do_not_overlap() -> None:
    signed = mandate("M-000002", accepted_on=None)
    with pytest.raises(rules.MandateOverlaps) as refused:
        rules.check_may_be_accepted(signed, [mandate("M-000001")])
    assert (refused.value.values["other"], refused.value.values["day"]) == ("M-000001", date(2026, 1, 1))
    for other in (
        mandate("M-000001", ended_on=date(2025, 12, 31), starts_on=date(2025, 1, 1)),
        mandate("M-000001", revoked_on=date(2026, 1, 1), starts_on=date(2025, 1, 1)),
        mandate("M-000001", accepted_on=None),
        mandate("M-000001", subject="Adjointe"),
        mandate("M-000001", public_body="biarritz"),
        mandate("M-000001", kind="staff_pay"),
        mandate("M-000001", member="E00002"),
        mandate("M-000001", starts_on=date(2026, 3, 1), revoked_on=date(2026, 3, 1)),
    ):
        rules.check_may_be_accepted(signed, [other, signed])


def test_a_mandate_is_accepted_once_and_after_its_signature() -> None:
    for one, refusal in (
        (mandate(), rules.MandateAlreadyAccepted),
        (mandate(signed_on=None, accepted_on=None), rules.MandateNotSigned),
        (mandate(accepted_on=None, revoked_on=date(2026, 1, 2)), rules.MandateRevoked),
        (mandate(accepted_on=None, ended_on=date(2026, 1, 2)), rules.MandateEnded),
    ):
        with pytest.raises(refusal):
            rules.check_may_be_accepted(one, [])


def test_a_signature_is_not_given_twice_nor_tomorrow() -> None:
    with pytest.raises(rules.MandateAlreadySigned):
        rules.check_may_be_signed(mandate(), signed_on=MID_JANUARY, on=MID_JANUARY)
    with pytest.raises(rules.SignatureLater):
        rules.check_may_be_signed(mandate(signed_on=None), signed_on=MID_JANUARY + timedelta(days=1), on=MID_JANUARY)


def test_an_end_lies_within_the_mandate() -> None:
    one = mandate(ends_on=date(2026, 6, 30))
    rules.check_may_end(one, date(2026, 1, 1))
    with pytest.raises(rules.MandateDatesReversed):
        rules.check_may_end(one, date(2025, 12, 31))
    with pytest.raises(rules.MandateEndsAlready):
        rules.check_may_end(one, date(2026, 7, 1))
    with pytest.raises(rules.MandateEnded):
        rules.check_may_end(mandate(ended_on=date(2026, 2, 1)), date(2026, 1, 15))


def test_numbers_subjects_and_documents_can_be_written_down() -> None:
    rules.check_number("2026-IND-7")
    for number in ("", "M 1", "é1", "-", "M" * 36):
        with pytest.raises(rules.MandateNumberUnfit):
            rules.check_number(number)
    assert rules.clean_subject(" Adjointe   au maire ") == "Adjointe au maire"
    with pytest.raises(TextTooLong):
        rules.clean_subject("x" * 121)
    with pytest.raises(TextUnacceptable):
        rules.clean_subject("Adjointe\x00")
    with pytest.raises(rules.DocumentMissing):
        rules.checked_document_name("mandate.pdf", b"")
    with pytest.raises(rules.DocumentTooLarge):
        rules.checked_document_name("mandate.pdf", bytes(rules.DOCUMENT_BYTES_MAX + 1))
