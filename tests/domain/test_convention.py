"""Versions of a convention: which one applies, and what freezes it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.domain.chart import AccountUnknown, Form
from monnaielocale.domain.conventions import rules as rules
from monnaielocale.domain.conventions.convention import (
    Convention,
    ConventionEnded,
    ConventionSuspended,
    ConventionSuspendedUntilAmended,
    ConventionVersion,
    ConventionVersionChanged,
    NoConventionInForce,
    VersionChange,
    VersionEndChanged,
    check_unchanged,
    ending_to_record,
    version_changes,
    version_from_canonical,
    with_ending,
)
from monnaielocale.domain.conventions.reading import read_convention
from monnaielocale.domain.desks.charters import Instrument, PayInRhythm, Vat
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.payments.periods import Period

SHIPPED = Path(__file__).parents[2] / "conventions"
SAMPLE = (Path(__file__).parent / "convention_sample.toml").read_text(encoding="utf-8")


def shipped(name: str) -> Convention:
    return read_convention((SHIPPED / f"{name}.toml").read_bytes())


@pytest.fixture(scope="module")
def bayonne() -> Convention:
    return shipped("bayonne-eusko")


@pytest.fixture(scope="module")
def grenoble() -> ConventionVersion:
    return shipped("grenoble-cairn").versions[0]


@pytest.fixture(scope="module")
def chevreuse() -> ConventionVersion:
    return shipped("chevreuse-racine").versions[0]


@pytest.fixture
def sample() -> Convention:
    return read_convention(SAMPLE.encode())


def test_each_file_bears_the_name_of_its_convention() -> None:
    files = sorted(SHIPPED.glob("*.toml"))
    assert [file.stem for file in files] == [read_convention(file.read_bytes()).code for file in files]
    assert len(files) == 3


@pytest.mark.parametrize(
    ("period", "label"),
    [
        ("2018-02", "Convention of 10 January 2018"),
        ("2018-05", "Convention of 10 January 2018"),
        ("2018-05-03", "Convention of 10 January 2018"),
        ("2018-06-07", "Avenant of 7 June 2018"),
        ("2018-07", "Avenant of 7 June 2018"),
        ("2026", "Avenant of 7 June 2018"),
    ],
)
def test_the_rules_are_those_in_force_on_the_first_day_of_the_period(bayonne: Convention, period: str, label: str) -> None:
    assert bayonne.version_for(Period.parse(period)).label == label


def test_an_avenant_signed_in_june_does_not_cover_the_month_of_june(bayonne: Convention) -> None:
    with pytest.raises(ConventionSuspendedUntilAmended) as refused:
        bayonne.version_for(Period.parse("2018-06"))
    assert str(refused.value) == (
        "Convention of 10 January 2018 of the convention bayonne-eusko was suspended on 2018-05-04 and "
        "Avenant of 7 June 2018 is in force only from 2018-06-07: nothing covers what begins on 2018-06-01."
    )


def test_nothing_is_covered_on_the_very_day_of_the_suspension(bayonne: Convention) -> None:
    with pytest.raises(ConventionSuspended):
        bayonne.version_for(date(2018, 5, 4))


def test_a_suspended_version_carries_nothing_out_whatever_the_period(bayonne: Convention) -> None:
    february = bayonne.version_for(Period.parse("2018-02"))
    rules.check_carried_out(february, date(2018, 5, 3))
    with pytest.raises(ConventionSuspended) as refused:
        rules.check_carried_out(february, date(2018, 5, 4))
    assert refused.value.values["suspended_on"] == date(2018, 5, 4)


def test_nothing_is_covered_before_the_first_version(bayonne: Convention) -> None:
    with pytest.raises(NoConventionInForce) as refused:
        bayonne.version_for(Period.parse("2018-01"))
    assert refused.value.values == {
        "convention": "bayonne-eusko",
        "in_force_on": date(2018, 1, 10),
        "day": date(2018, 1, 1),
    }


def test_a_convention_covers_its_last_day_and_nothing_later(bayonne: Convention) -> None:
    last = with_ending(bayonne.versions[-1], suspended_on=None, ended_on=date(2026, 12, 31))
    ended = Convention((*bayonne.versions[:-1], last))
    assert ended.version_for(date(2026, 12, 31)) == last
    with pytest.raises(ConventionEnded, match="ended on 2026-12-31"):
        ended.version_for(Period.parse("2027-01"))


def test_a_suspension_without_an_amendment_names_its_day() -> None:
    alone = Convention((shipped("bayonne-eusko").versions[0],))
    with pytest.raises(ConventionSuspended, match="suspended since 2018-05-04") as refused:
        alone.version_for(Period.parse("2018-07"))
    assert type(refused.value) is ConventionSuspended


def test_comments_spaces_and_the_order_of_keys_do_not_thaw_a_version(sample: Convention) -> None:
    text = SAMPLE.replace(
        'wallets = "here"\nuncreditable = "beneficiary"', '# moved\nuncreditable="beneficiary"\nwallets  =  "here"'
    )
    text = text.replace('["whole", "ceiling"]', '["ceiling", "whole"]').replace("50_00", "5000")
    text = text.replace("FR76 9999 9000 0100 0000 0000 115", "fr7699999000010000000000115")
    assert text != SAMPLE
    assert [each.sha256 for each in read_convention(text.encode()).versions] == [each.sha256 for each in sample.versions]


def test_a_version_comes_back_whole_from_what_the_books_keep(sample: Convention) -> None:
    first = sample.versions[0]
    kept = version_from_canonical(first.canonical)
    assert with_ending(kept, suspended_on=first.suspended_on, ended_on=first.ended_on) == replace(first, sources=())


def test_a_loaded_version_that_changed_is_refused_with_its_keys(sample: Convention) -> None:
    loaded = sample.versions[0].canonical
    text = SAMPLE.replace("pay_day = 28", "pay_day = 27", 1).replace("within_days = 2\n", "within_days = 3\n", 1)
    changed = read_convention(text.encode()).versions[0]
    assert changed.sha256 != sample.versions[0].sha256
    with pytest.raises(ConventionVersionChanged) as refused:
        check_unchanged(loaded, changed)
    assert refused.value.values["keys"] == "crediting.within_days, kinds.official_allowance.pay_day"
    assert refused.value.values["changes"] == (
        VersionChange("crediting.within_days", 2, 3),
        VersionChange("kinds.official_allowance.pay_day", 28, 27),
    )


def test_the_same_version_loaded_again_is_no_change(sample: Convention) -> None:
    check_unchanged(sample.versions[0].canonical, sample.versions[0])


def test_a_key_that_comes_or_goes_is_a_change(sample: Convention) -> None:
    without = read_convention(
        SAMPLE.replace("pay_day = 28\n", "", 1).replace('"kinds.official_allowance.pay_day"', "# ").encode()
    )
    changes = version_changes(sample.versions[0].canonical, without.versions[0].canonical)
    assert changes == [VersionChange("kinds.official_allowance.pay_day", 28, None)]


def test_a_suspension_may_be_said_later_but_only_once(sample: Convention) -> None:
    first = sample.versions[0]
    loaded = version_from_canonical(first.canonical)
    check_unchanged(loaded.canonical, first)
    assert ending_to_record(loaded, first) == (date(2026, 5, 4), date(2026, 5, 31))
    assert ending_to_record(first, first) == (None, None)
    assert ending_to_record(replace(first, ended_on=None), first) == (None, date(2026, 5, 31))
    for again in (replace(first, suspended_on=date(2026, 5, 5)), replace(first, suspended_on=None)):
        with pytest.raises(VersionEndChanged, match="suspended_on = 2026-05-04"):
            ending_to_record(first, again)


def test_the_nearest_source_speaks_for_a_value(sample: Convention) -> None:
    first = sample.versions[0]
    assert first.source_of("kinds.official_allowance.pay_day") == "S: council of Port-Clair, vote 2"
    assert first.source_of("kinds.grant.period") == "illustrative"
    assert first.source_of("bank_accounts[1].iban") == "illustrative: invented numbers"
    assert first.source_of('account_numbers."circulation.digital"') == "illustrative"
    assert first.source_of("suspended_on") == "illustrative"
    assert first.source_of("label") is None


def test_bayonne_pays_all_four_kinds_in_every_share(bayonne: Convention) -> None:
    today = bayonne.version_for(Period.parse("2026-01"))
    for kind in ("official_allowance", "staff_pay", "grant", "supplier_invoice"):
        for share_mode, share_cents in (("whole", None), ("fixed", 100_00), ("ceiling", 1)):
            rules.check_mandate(
                today, kind, share_mode=share_mode, share_cents=share_cents, starts_on=date(2026, 1, 1), ends_on=None
            )


def test_an_eusko_business_pays_five_percent_and_a_town_nothing(bayonne: Convention) -> None:
    today = bayonne.versions[-1]
    assert rules.redemption_fee(today, "business", 1000_00) == 50_00
    assert rules.redemption_fee(today, "public_body", 1000_00) == 0
    assert [rules.redemption_fee(today, "business", cents) for cents in (9, 10, 29, 30)] == [0, 1, 1, 2]


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 10**15), st.integers(0, 10_000))
def test_a_fee_is_the_nearest_cent_and_never_more_than_the_amount(amount_cents: int, basis_points: int) -> None:
    text = SAMPLE.replace("fee_basis_points = 500", f"fee_basis_points = {basis_points}")
    fee_cents = rules.redemption_fee(read_convention(text.encode()).versions[0], "business", amount_cents)
    assert 0 <= fee_cents <= amount_cents
    assert -5_000 < fee_cents * 10_000 - amount_cents * basis_points <= 5_000


def test_a_fee_is_refused_to_those_not_listed_and_on_nothing(grenoble: ConventionVersion) -> None:
    for who in ("leaving_member", "passer-by"):
        with pytest.raises(rules.RedemptionNotAllowed):
            rules.redemption_fee(grenoble, who, 100)
    for amount_cents in (0, -100):
        with pytest.raises(AmountNotPositive):
            rules.redemption_fee(grenoble, "business", amount_cents)


def test_a_mandate_of_grenoble_lasts_six_months_or_has_no_end(grenoble: ConventionVersion) -> None:
    def mandate(ends_on: date | None) -> None:
        rules.check_mandate(
            grenoble, "staff_pay", share_mode="fixed", share_cents=50_00, starts_on=date(2026, 1, 1), ends_on=ends_on
        )

    mandate(None)
    mandate(date(2026, 6, 30))
    with pytest.raises(rules.MandateTooShort) as refused:
        mandate(date(2026, 6, 29))
    assert refused.value.values == {"minimum_months": 6, "earliest_on": date(2026, 6, 30)}


def test_grenoble_pays_on_the_28th_into_accounts_kept_elsewhere(grenoble: ConventionVersion) -> None:
    assert rules.expected_on(grenoble, "staff_pay", Period.parse("2026-02")) == date(2026, 2, 28)
    assert rules.credited_account(grenoble, "C00012") == "wallets_elsewhere.pending"
    with pytest.raises(rules.WalletsKeptElsewhere):
        rules.check_wallets_here(grenoble)
    with pytest.raises(rules.KindNotAllowed):
        rules.expected_on(grenoble, "grant", Period.parse("2026"))


def test_bayonne_keeps_wallets_here_and_expects_no_day_for_a_grant(bayonne: Convention) -> None:
    today = bayonne.versions[-1]
    rules.check_wallets_here(today)
    assert rules.credited_account(today, "E00058") == "wallet:E00058"
    assert rules.expected_on(today, "grant", Period.parse("2026")) is None


def test_shares_and_minimum_are_refused_by_name(sample: Convention) -> None:
    def mandate(share_mode: str, share_cents: int | None) -> None:
        rules.check_mandate(
            sample.versions[0],
            "official_allowance",
            share_mode=share_mode,
            share_cents=share_cents,
            starts_on=date(2026, 1, 1),
            ends_on=None,
        )

    mandate("ceiling", 50_00)
    mandate("whole", None)
    with pytest.raises(rules.ShareBelowMinimum, match=r"49\.99 is below the agreed minimum of 50\.00"):
        mandate("ceiling", 49_99)
    with pytest.raises(rules.ShareModeNotAllowed):
        mandate("fixed", 50_00)


def test_a_month_fits_monthly_pay_and_a_year_or_a_day_what_is_paid_once(sample: Convention) -> None:
    first = sample.versions[0]
    rules.check_period(first, "official_allowance", Period.parse("2026-01"))
    for once in ("2026", "2026-01-15"):
        rules.check_period(first, "grant", Period.parse(once))
        with pytest.raises(rules.PeriodNotOfKind):
            rules.check_period(first, "official_allowance", Period.parse(once))
    with pytest.raises(rules.PeriodNotOnce):
        rules.check_period(first, "grant", Period.parse("2026-01"))


def test_who_enters_and_who_signs(bayonne: Convention) -> None:
    first, today = bayonne.versions
    rules.check_may_enter(today, "issuer")
    with pytest.raises(rules.RunNotEnteredBy):
        rules.check_may_enter(first, "issuer")
    rules.check_may_sign(today, "association_accountant")
    for role in ("public_accountant", "town_preparer", ""):
        with pytest.raises(rules.RunNotSignedBy):
            rules.check_may_sign(today, role)


def test_euros_arrive_on_the_collection_account_else_on_the_reserve(bayonne: Convention, chevreuse: ConventionVersion) -> None:
    first, today = bayonne.versions
    assert rules.arrival_account(today, Form.DIGITAL).iban == "FR7699999000010000000000309"
    assert rules.arrival_account(first, Form.DIGITAL) == rules.reserve_account(first, Form.DIGITAL)
    assert rules.reserve_account(today, Form.NOTES).iban == "FR7699999000010000000000212"
    with pytest.raises(rules.NoReserveForForm):
        rules.arrival_account(chevreuse, Form.DIGITAL)


def test_the_account_number_is_the_agreed_one_else_the_usual(bayonne: Convention) -> None:
    today = bayonne.versions[-1]
    assert rules.account_number(today, "circulation.notes") == "463300"
    assert rules.account_number(today, "bank") == "512"
    for role in ("wallet", "notes.vault", "nowhere"):
        with pytest.raises(AccountUnknown):
            rules.account_number(today, role)


def test_a_notes_denomination_that_was_never_issued_is_refused(chevreuse: ConventionVersion) -> None:
    rules.check_denomination(chevreuse, 3_00)
    with pytest.raises(rules.DenominationUnknown, match=r"no note of 2\.00 racine"):
        rules.check_denomination(chevreuse, 2_00)


def test_the_park_agreed_no_payment_so_none_is_allowed(chevreuse: ConventionVersion) -> None:
    for kind in ("official_allowance", "staff_pay", "grant", "supplier_invoice"):
        with pytest.raises(rules.KindNotAllowed):
            rules.rules_for_kind(chevreuse, kind)
    assert rules.crediting_due_on(chevreuse, date(2026, 1, 1)) is None


def test_the_charter_of_a_desk_holds_as_long_as_its_version(sample: Convention) -> None:
    charter = sample.versions[0].desk("pool")
    assert (charter.valid_from, charter.valid_until) == (date(2026, 1, 1), date(2026, 5, 3))
    assert [(tariff.service, tariff.unit_cents(None if tariff.price.is_fixed else 200)) for tariff in charter.tariffs] == [
        ("entry", 450),
        ("entry", 480),
        ("locker", 200),
    ]
    assert charter.tariff_on("entry", date(2026, 5, 1)).vat == Vat(2000)
    assert charter.tariff_on("locker", date(2026, 5, 1)).vat == Vat(exemption="no VAT on what makes up for a loss")
    assert not charter.instruments & {Instrument.CHEQUE} and charter.pay_in is PayInRhythm.WEEK
