"""What a faulty file is answered: every fault at once, with its line, its key and its reason."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.domain.conventions import faults as reasons
from monnaielocale.domain.conventions.convention import Convention
from monnaielocale.domain.conventions.faults import ConventionFault, ConventionFaults
from monnaielocale.domain.conventions.reading import MOST_BYTES, read_convention
from monnaielocale.domain.desks.charters import TariffsOverlap
from monnaielocale.domain.refusals import Refusal, every_refusal
from tests.yardstick import yardsticks

SAMPLE = (Path(__file__).parent / "convention_sample.toml").read_text(encoding="utf-8")


def faults_of(text: str | bytes) -> list[ConventionFault]:
    with pytest.raises(ConventionFaults) as refused:
        read_convention(text.encode() if isinstance(text, str) else text)
    assert refused.value.values["count"] == len(refused.value.faults)
    return list(refused.value.faults)


def line_of(text: str, words: str) -> int:
    return text[: text.index(words)].count("\n") + 1


@pytest.mark.parametrize(
    ("before", "after", "key", "value", "reason"),
    [
        (
            "pay_day = 28",
            "pay_dey = 28",
            "kinds.official_allowance.pay_dey",
            "pay_dey",
            reasons.KeyMisspelt(suggestion="pay_day"),
        ),
        ("pay_day = 28", "colour = 28", "kinds.official_allowance.colour", "colour", reasons.KeyUnknown()),
        ("pay_day = 28", "pay_day = 32", "kinds.official_allowance.pay_day", "32", reasons.NumberOutOfRange(least=1, most=31)),
        ("pay_day = 28", "pay_day = 28.0", "kinds.official_allowance.pay_day", "28.0", reasons.NotWholeNumber()),
        ("pay_day = 28", "pay_day = true", "kinds.official_allowance.pay_day", "True", reasons.NotWholeNumber()),
        ("minimum_cents = 50_00", "minimum_cents = -1", "kinds.official_allowance.minimum_cents", "-1", None),
        (
            "minimum_cents = 50_00",
            'minimum_cents = "50"',
            "kinds.official_allowance.minimum_cents",
            "50",
            reasons.NotWholeNumber(),
        ),
        ("in_force_on = 2026-01-01", 'in_force_on = "2026-01-01"', "in_force_on", "2026-01-01", reasons.NotDay()),
        ("in_force_on = 2026-01-01", "in_force_on = 2026-01-01T00:00:00", "in_force_on", "2026-01-01T00:00:00", reasons.NotDay()),
        ('"ceiling"]', '"cieling"]', "kinds.official_allowance.share_modes[2]", "cieling", None),
        ('"ceiling"]', '"whole"]', "kinds.official_allowance.share_modes[2]", "whole", reasons.ListedTwice()),
        ('["whole", "ceiling"]', '"whole"', "kinds.official_allowance.share_modes", "whole", reasons.NotList()),
        ('["whole", "ceiling"]', "[]", "kinds.official_allowance.share_modes", "", reasons.ListEmpty()),
        ('["town_signer"]', '["public_accountant"]', "runs.signed_by[1]", None, reasons.PublicAccountantNeverSigns()),
        ("0000 115", "0000 116", "bank_accounts[1].iban", None, reasons.IbanWrong()),
        ('"999000011"', '"999000012"', "parties.issuer.siren", "999000012", reasons.SirenWrong()),
        ('siren = "999000011"', 'rna = "641999999"', "parties.issuer.rna", "641999999", reasons.RnaWrong()),
        ('code = "EMB"', 'code = "EUR"', "currency.code", "EUR", reasons.CurrencyCodeUnfit()),
        ('code = "les-embruns"', 'code = "Les Embruns"', "parties.issuer.code", "Les Embruns", reasons.CodeUnfit()),
        ('name = "Les Embruns"', 'name = ""', "parties.issuer.name", "", reasons.TextEmptyOrTooLong(most=120)),
        ('name = "Les Embruns"', 'name = "a\\u202Eb"', "parties.issuer.name", None, reasons.TextHoldsControls()),
        ('name = "Les Embruns"', 'name = "a\\u0000b"', "parties.issuer.name", None, reasons.TextHoldsControls()),
        ('"463400"', '"46"', 'account_numbers."circulation.digital"', "46", reasons.AccountNumberUnfit()),
        ('wallets = "here"', 'wallets = ["here"]', "wallets", None, reasons.NotText()),
        (
            '"circulation.digital" = "463400"',
            '"circulation.digitel" = "463400"',
            'account_numbers."circulation.digitel"',
            "circulation.digitel",
            reasons.KeyMisspelt(suggestion="circulation.digital"),
        ),
        ("suspended_on = 2026-05-04", "suspended_on = 2026-06-08", "suspended_on", "2026-06-08", None),
        ("suspended_on = 2026-05-04", "suspended_on = 2025-05-04", "suspended_on", "2025-05-04", None),
        ('period = "once"', 'period = "once"\npay_day = 3', "kinds.grant.pay_day", "3", reasons.PayDayNeedsMonths()),
        ("[25_000_00, 17_000_00]", "[25_000_00, 0]", "support_grants[1].instalments_cents[2]", "0", None),
    ],
)
def test_a_fault_is_explained_on_its_line(before: str, after: str, key: str, value: str | None, reason: Refusal | None) -> None:
    text = SAMPLE.replace(before, after, 1)
    assert text != SAMPLE
    fault = faults_of(text)[0]
    assert (fault.line, fault.key) == (line_of(text, after.rpartition("\n")[2]), f"versions[1].{key}")
    assert value is None or fault.value == value
    assert reason is None or fault.reason == reason
    assert "{" not in str(fault.reason)


OVERLAP = TariffsOverlap(service="entry", day=date(2026, 4, 30))


@pytest.mark.parametrize(
    ("before", "after", "key", "value", "reason"),
    [
        ('prefix = "POOL"', 'prefix = "pool"', "prefix", "pool", reasons.PrefixUnfit()),
        ('"till-2"]', '"till-1"]', "tills[2]", "till-1", reasons.ListedTwice()),
        ('"euros", "card"]', '"euros", "cart"]', "instruments[4]", "cart", None),
        ('"euros", "card"]', '"euros", "euros"]', "instruments[4]", "euros", reasons.ListedTwice()),
        ("ceiling_cents = 400_00", "ceiling_cents = 400.00", "cash_ceiling_cents", "400.0", reasons.NotWholeNumber()),
        ('pay_in = "week"', 'pay_in = "year"', "pay_in", "year", reasons.ChoiceUnknown(choices="week, fortnight, month")),
        ("seal_within_days = 3", "seal_within_days = 400", "seal_within_days", "400", None),
        ("collect_within_days = 31", "collect_within_days = false", "collect_within_days", "False", reasons.NotWholeNumber()),
        ("claim_within_days = 45", "claim_within_days = -1", "claim_within_days", "-1", None),
        ("idle_minutes = 10", "idle_minutes = 0", "idle_minutes", "0", reasons.NumberOutOfRange(least=1, most=480)),
        ("_till = false", '_till = "no"', "refunds_leave_till", "no", reasons.NotTrueOrFalse()),
        ("_till = false", "_till = 0", "refunds_leave_till", "0", reasons.NotTrueOrFalse()),
        ('service = "entry"', 'service = "Entry"', "tariffs[1].service", "Entry", reasons.CodeUnfit()),
        ("price_cents = 4_50", "price_cents = -1", "tariffs[1].price_cents", "-1", None),
        ("vat_basis_points = 2000", "vat_basis_points = 10000", "tariffs[1].vat_basis_points", "10000", None),
        ('account = "70631"', 'account = "60631"', "tariffs[1].revenue_account", "60631", reasons.RevenueAccountUnfit()),
        ("valid_until = 2026-04-30", 'valid_until = "April"', "tariffs[1].valid_until", "April", reasons.NotDay()),
        ("most_cents = 5_00", "most_cents = 49", "tariffs[3].most_cents", "49", reasons.BoundsCrossed(least_cents=50)),
        (
            "valid_until = 2026-04-30",
            "valid_until = 2025-12-31",
            "tariffs[1].valid_until",
            "2025-12-31",
            reasons.TariffEndsBeforeBegun(valid_from=date(2026, 1, 1)),
        ),
        ("valid_from = 2026-05-01", "valid_from = 2026-04-30", "tariffs[2].valid_from", "2026-04-30", OVERLAP),
    ],
)
def test_a_fault_of_a_charter_is_explained_on_its_line(
    before: str, after: str, key: str, value: str, reason: Refusal | None
) -> None:
    text = SAMPLE.replace(before, after, 1)
    fault = faults_of(text)[0]
    assert (fault.line, fault.key, fault.value) == (line_of(text, after), f"versions[1].desks[1].{key}", value)
    assert reason is None or fault.reason == reason
    assert "{" not in str(fault.reason)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("least_cents = 50\n", "", reasons.PriceNotOne()),
        ("least_cents = 50\nmost_cents = 5_00\n", "", reasons.PriceNotOne()),
        ("least_cents = 50\n", "least_cents = 50\nprice_cents = 1_00\n", reasons.PriceNotOne()),
        ('vat_exemption = "no VAT on what makes up for a loss"\n', "", reasons.VatNotOne()),
        ("vat_exemption =", "vat_basis_points = 550\nvat_exemption =", reasons.VatNotOne()),
    ],
)
def test_a_tariff_has_one_price_and_one_vat(before: str, after: str, reason: Refusal) -> None:
    text = SAMPLE.replace(before, after, 1)
    (fault,) = faults_of(text)
    assert (fault.key, fault.value, fault.reason) == ("versions[1].desks[1].tariffs[3]", "locker", reason)
    assert fault.line == line_of(text, 'service = "locker"') - 1


def test_two_desks_do_not_number_alike() -> None:
    desk = SAMPLE[SAMPLE.index("[[versions.desks]]") : SAMPLE.index("[versions.sources]")]
    second = desk.replace('code = "pool"', 'code = "sauna"')
    text = SAMPLE.replace(desk, desk + second)
    (fault,) = faults_of(text)
    assert (fault.key, fault.value, fault.reason) == ("versions[1].desks[2].prefix", "POOL", reasons.ListedTwice())


def test_all_faults_come_at_once_in_the_order_of_the_lines() -> None:
    text = (
        SAMPLE.replace("pay_day = 28", "pay_day = 0", 1)
        .replace('wallets = "here"', 'wallets = "hear"')
        .replace("0000 115", "0000 11")
    )
    text = text.replace('book = "embrun" }', 'book = "brume" }')
    assert [(fault.line, fault.key, fault.reason.code) for fault in faults_of(text)] == [
        (line_of(text, '"hear"'), "versions[1].wallets", "choice_misspelt"),
        (line_of(text, "0000 11"), "versions[1].bank_accounts[1].iban", "iban_wrong"),
        (line_of(text, "pay_day = 0"), "versions[1].kinds.official_allowance.pay_day", "number_out_of_range"),
        (line_of(text, '"brume"'), "versions[2].parties.issuer.book", "amendment_of_another"),
    ]


def test_a_missing_key_is_said_where_it_should_stand() -> None:
    text = SAMPLE.replace('purpose = "reserve"\n', "", 1)
    (fault,) = faults_of(text)
    assert (fault.key, fault.reason) == ("versions[1].bank_accounts[2].purpose", reasons.KeyMissing())
    assert fault.line == line_of(text, 'iban = "FR76 9999 9000 0100 0000 0000 212"') - 1


def test_a_version_without_a_reserve_is_refused() -> None:
    (fault,) = faults_of(SAMPLE.replace('purpose = "reserve"', 'purpose = "collection"', 1))
    assert (fault.key, fault.reason) == ("versions[1].bank_accounts", reasons.ReserveAbsent())


def test_one_bank_account_does_not_stand_twice() -> None:
    (fault,) = faults_of(SAMPLE.replace("0000 115", "0000 212", 1))
    assert (fault.key, fault.reason) == ("versions[1].bank_accounts[2].iban", reasons.ListedTwice())


def test_an_association_has_one_register_number() -> None:
    for edit in ("", 'siren = "999000011"\nrna = "W641999999"\n'):
        (fault,) = faults_of(SAMPLE.replace('siren = "999000011"\n', edit, 1))
        assert (fault.key, fault.reason) == ("versions[1].parties.issuer", reasons.IdentifierNotOne())


def test_a_version_that_allows_payments_says_who_enters_and_signs_them() -> None:
    text = SAMPLE.replace('[versions.runs]\nentered_by = ["public_body"]\nsigned_by = ["town_signer"]\n', "", 1)
    text = text.replace('runs = "illustrative"\n', "", 1)
    (fault,) = faults_of(text)
    assert (fault.key, fault.reason) == ("versions[1].runs", reasons.KeyMissingForPayments())


def test_versions_stand_in_the_order_of_their_days() -> None:
    (fault,) = faults_of(SAMPLE.replace("in_force_on = 2026-06-07", "in_force_on = 2026-01-01"))
    assert (fault.key, fault.value, fault.reason.code) == ("versions[2].in_force_on", "2026-01-01", "versions_out_of_order")


@pytest.mark.parametrize("stop", ["suspended_on = 2026-05-04", "ended_on = 2026-05-31"])
def test_a_version_stops_no_later_than_its_amendment(stop: str) -> None:
    key = stop.split()[0]
    (fault,) = faults_of(SAMPLE.replace(stop, f"{key} = 2026-07-01"))
    assert (fault.key, fault.reason.code) == (f"versions[1].{key}", "ends_after_amendment")


class TestSources:
    def test_a_value_without_a_source_is_a_fault(self) -> None:
        text = SAMPLE.replace('wallets = "illustrative"\n', "", 1)
        (fault,) = faults_of(text)
        assert (fault.line, fault.key) == (line_of(text, 'wallets = "here"'), "versions[1].wallets")
        assert fault.reason == reasons.SourceMissing()

    def test_each_value_of_a_table_needs_its_source(self) -> None:
        text = SAMPLE.replace('redemption = "illustrative"\n', "", 1)
        assert [fault.key for fault in faults_of(text)] == ["versions[1].redemption.business.fee_basis_points"]

    @pytest.mark.parametrize("source", ['"we know it"', '"S:"', '"S: "', '"Illustrative"', '"illustrative because"'])
    def test_a_source_names_a_publication_or_is_illustrative(self, source: str) -> None:
        (fault,) = faults_of(SAMPLE.replace('wallets = "illustrative"', f"wallets = {source}", 1))
        assert (fault.key, fault.reason) == ("versions[1].sources.wallets", reasons.SourceUnreadable())

    def test_a_source_can_be_read_by_everyone(self) -> None:
        (fault,) = faults_of(SAMPLE.replace('wallets = "illustrative"', 'wallets = "S: a\\u001B[31mb"', 1))
        assert (fault.value, fault.reason) == ("S: a\\u001B[31mb", reasons.TextHoldsControls())

    def test_a_source_of_nothing_is_a_fault(self) -> None:
        text = SAMPLE.replace(
            'wallets = "illustrative"', 'wallets = "illustrative"\nwallet = "illustrative"\nmoon = "illustrative"', 1
        )
        assert [(fault.key, fault.reason) for fault in faults_of(text)] == [
            ("versions[1].sources.wallet", reasons.SourceMisspelt(suggestion="wallets")),
            ("versions[1].sources.moon", reasons.SourceOfNothing()),
        ]

    def test_a_version_without_any_source_is_told_so_once(self) -> None:
        head, _, tail = SAMPLE.partition("[versions.sources]")
        (fault,) = faults_of(head + tail[tail.index("[[versions]]") :])
        assert (fault.key, fault.reason) == ("versions[1].sources", reasons.KeyMissing())


class TestUnreadableFiles:
    @pytest.mark.parametrize(
        ("text", "line"),
        [
            ("a = 1\nb 2\n", 2),
            ("a = 1\n\na = 2\n", 3),
            ("[a]\n[a]\n", 2),
            ('x = "unclosed', 1),
            ("x = \n", 1),
            ('a = """\n\n', 1),
        ],
    )
    def test_toml_that_is_not_well_formed_is_said_with_its_line(self, text: str, line: int) -> None:
        (fault,) = faults_of(text)
        assert (fault.line, fault.reason.code) == (line, "toml_unreadable")

    def test_what_is_shown_of_a_file_cannot_steer_a_terminal(self) -> None:
        for fault in faults_of('"\\u001B[2J" = "\\u001B[2J"'):
            assert fault.key.isprintable() and fault.value.isprintable()

    def test_an_empty_file_has_no_versions(self) -> None:
        (fault,) = faults_of("")
        assert (fault.line, fault.key, fault.reason) == (1, "versions", reasons.KeyMissing())

    @pytest.mark.parametrize(
        "text", ["versions = 1", "versions = []", "versions = [1]", "[versions]\nlabel = 'x'", "versions = [{}]"]
    )
    def test_versions_are_tables(self, text: str) -> None:
        assert faults_of(text)

    def test_a_file_in_another_encoding_is_refused_with_the_line(self) -> None:
        (fault,) = faults_of("# one\nname = 'é'\n".encode("cp1252"))
        assert (fault.line, fault.reason) == (2, reasons.ConventionNotUtf8())

    def test_a_byte_order_mark_is_forgiven(self) -> None:
        assert read_convention(b"\xef\xbb\xbf" + SAMPLE.encode()).code == "port-clair-embrun"

    def test_windows_line_ends_are_forgiven(self) -> None:
        assert read_convention(SAMPLE.replace("\n", "\r\n").encode()) == read_convention(SAMPLE.encode())

    @pytest.mark.parametrize(
        "hostile",
        [
            b"a" * (MOST_BYTES + 1),
            b"a" + b".a" * 60_000 + b" = 1",
            b"a = " + b"[" * 900,
            b"a = " + b"[\n" * 60_000,
            b"a = " + b"{a = " * 190,
            b"a = " + b"9" * 5_000,
            b'a = "\x00"',
            b"\x00",
            b"\xff\xfe",
            b"\n".join(b"k%d = 1" % number for number in range(10_000)),
            b"[[versions]]\n" * 9_000,
            b"[[versions]]\n" + b"[[versions.bank_accounts]]\n" * 4_000,
            b"[[versions]]\n[[versions.desks]]\n" + b"[[versions.desks.tariffs]]\nservice='a'\nvalid_from=2026-01-01\n" * 2_000,
            b"[[versions]]\n[versions.currency]\ndenominations_cents = [" + b"7,\n" * 30_000 + b"]",
            b"[[versions]]\n[versions.sources]\n" + b"\n".join(b"k%d = 1" % number for number in range(9_000)),
        ],
        ids=range(15),
    )
    def test_a_hostile_file_is_refused_in_good_time(self, hostile: bytes) -> None:
        assert yardsticks(lambda: faults_of(hostile)) < 100
        assert faults_of(hostile)

    @settings(max_examples=150, deadline=None)
    @given(st.data())
    def test_any_damage_is_answered_with_faults_or_a_convention(self, data: st.DataObject) -> None:
        damaged = bytearray(SAMPLE.encode())
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, len(damaged) - 1))
            damaged[at : at + data.draw(st.integers(0, 12))] = data.draw(
                st.binary(max_size=4) | st.sampled_from([b"[", b"]", b'"', b"=", b"\n"])
            )
        try:
            assert isinstance(read_convention(bytes(damaged)), Convention)
        except ConventionFaults as refused:
            lines = bytes(damaged).count(b"\n") + 1
            assert refused.faults
            assert all(1 <= fault.line <= lines and str(fault.reason) for fault in refused.faults)


def test_every_reason_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in every_refusal()]
    assert len(codes) == len(set(codes))
