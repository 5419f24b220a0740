"""CFONB120 statements: what banks send is read to the cent, what is wrong is refused with its line."""

from datetime import date
from pathlib import Path

import pytest

from monnaielocale.domain.money import Money
from monnaielocale.domain.statements.bank import Movement
from monnaielocale.formats.bank import faults as faults
from monnaielocale.formats.bank.cfonb120 import read_cfonb120
from monnaielocale.formats.bank.statements import read_statement_file
from tests.cfonb_records import BANK, BRANCH, CLOSING, NUMBER, OPENING, RECEIPT, balance, complement, file_of, movement

SAMPLES = Path(__file__).parent.parent / "samples" / "cfonb120"


def only_movement(*complements: str, written: str = RECEIPT) -> Movement:
    return read_cfonb120(file_of(OPENING, written, *complements, CLOSING)).statements[0].movements[0]


def test_the_two_accounts_of_a_real_file_balance() -> None:
    file = read_statement_file((SAMPLES / "pennylane_example.txt").read_bytes())
    assert file.format == "cfonb120"
    assert [
        (str(one.account), one.opening_cents, one.closing_cents, len(one.movements), one.covers_from, one.closing_on)
        for one in file.statements
    ] == [
        ("FR7615589000009876543210088", -19040, -24121, 3, date(2019, 5, 16), date(2019, 5, 16)),
        ("FR7618706000000012345678954", -24121, -16372, 3, date(2019, 5, 17), date(2019, 5, 17)),
    ]


def test_a_real_movement_keeps_its_counterparty_references_and_unknown_complements() -> None:
    first = read_statement_file((SAMPLES / "pennylane_example.txt").read_bytes()).statements[0].movements[0]
    assert first == Movement(
        booked_on=date(2019, 5, 16),
        value_on=date(2019, 5, 16),
        amount_cents=-3221,
        label="PRLV SEPA TEST CABINET",
        counterparty="INTERNET SFR",
        details=(
            "MENSUEAUHTR13133",
            "MENSUEAUHTR13DUP",
            "PURPOSE",
            "AAA INTERNETA AAA",
            "AAA INTERNETA ABB",
            "BBB INTERNETE BBB",
            "CCC INTERNETI CCC",
            "N Y EXAMPLE WITH EMPTY SPACE",
            "2'C EXAMPLE WITH OTHER COMBINATIONS",
        ),
        references=("REFERENCE", "OTHER REFERENCE"),
        bank_code="B1",
        place="3",
    )


def test_a_bank_code_that_changes_inside_an_account_is_remarked_once() -> None:
    file = read_statement_file((SAMPLES / "pennylane_example.txt").read_bytes())
    assert faults.BankCodeDiffers(line=19, expected="15589", found="15489") in file.warnings
    assert sum(isinstance(remark, faults.BankCodeDiffers) for remark in file.warnings) == 1


def test_movements_booked_before_the_statement_are_kept_and_remarked() -> None:
    file = read_statement_file((SAMPLES / "pennylane_example.txt").read_bytes())
    late = [remark for remark in file.warnings if isinstance(remark, faults.MovementsOutsidePeriod)]
    assert [remark.values["count"] for remark in late] == [1, 2]


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("invalid_date", faults.StatementDateUnreadable(line=1, written="  CART")),
        ("new_statement_without_previous_ended", faults.StatementOpenedTwice(line=6, opened_line=1)),
        ("operation_out_of_statement", faults.MovementOutsideStatement(line=1)),
    ],
)
def test_bad_files_of_others_are_refused_with_the_line(name: str, refusal: faults.StatementUnreadable) -> None:
    with pytest.raises(type(refusal)) as refused:
        read_statement_file((SAMPLES / f"pennylane_bad_{name}.txt").read_bytes())
    assert refused.value == refusal


def test_every_field_is_read_at_its_place() -> None:
    written = movement(
        "0000000001250{",
        interbank="B1",
        reject="04",
        value="030326",
        label="L" + "x" * 29 + "R",
        entry="0012345",
        reference="R" + "y" * 14 + "S",
    )
    assert only_movement(written=written) == Movement(
        booked_on=date(2026, 3, 2),
        value_on=date(2026, 3, 3),
        amount_cents=12500,
        label="L" + "x" * 29 + "R",
        references=("R" + "y" * 14 + "S", "0012345"),
        bank_code="B1",
        place="2",
        reject_code="04",
        is_reversal=True,
    )


def test_a_complement_has_seventy_characters_of_text() -> None:
    assert only_movement(complement("LIB", "a" * 70)).details == ("a" * 70,)
    assert only_movement(complement("LIB", "a" * 72)).details == ("a" * 70,)


def test_the_client_reference_is_cut_from_its_purpose_after_35_characters() -> None:
    told = only_movement(complement("RCN", "E2E-2026-0001".ljust(35) + "aide de mars"))
    assert (told.references, told.details) == (("E2E-2026-0001",), ("aide de mars",))


def test_the_counterparty_follows_the_direction_of_the_money() -> None:
    both = (complement("NBE", "ASSOCIATION"), complement("NPY", "TRESOR PUBLIC"))
    assert (only_movement(*both).counterparty, only_movement(*both).details) == ("TRESOR PUBLIC", ("NBE ASSOCIATION",))
    closing = balance("07", "0000000008750{", on="020326")
    paid = read_cfonb120(file_of(OPENING, movement("0000000001250}"), *both, closing)).statements[0].movements[0]
    assert (paid.counterparty, paid.details) == ("ASSOCIATION", ("NPY TRESOR PUBLIC",))


def test_a_reference_that_says_nothing_is_left_out() -> None:
    assert only_movement(complement("RCN", "NOTPROVIDED"), complement("REF", "RF18539007547034")).references == (
        "RF18539007547034",
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "", "\n\n", "\n\x20\x20\n"])
def test_line_ends_do_not_matter(end: str) -> None:
    (statement,) = read_statement_file(file_of(OPENING, RECEIPT, complement("LIB", "aide"), CLOSING, end=end)).statements
    assert [line.amount_cents for line in statement.movements] == [12500]


@pytest.mark.parametrize("tail", [b"", b"\n", b"\r\n", b"\x1a", b"\r\n\x1a", b"\n\n\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_an_old_end_of_file_mark_is_no_record(tail: bytes, end: str) -> None:
    assert len(read_statement_file(file_of(OPENING, RECEIPT, CLOSING, end=end) + tail).statements) == 1


def test_short_lines_are_padded_when_nothing_is_lost() -> None:
    short = [line.rstrip() for line in (OPENING, RECEIPT, complement("LIB", "aide"), CLOSING)]
    assert read_statement_file(file_of(*short)).statements == read_statement_file(file_of(*short, end="\r\n")).statements
    unbroken = "".join((OPENING, RECEIPT, CLOSING)).rstrip().encode()
    assert read_statement_file(unbroken).statements[0].closing_cents == 112500


def test_a_file_without_line_breaks_is_never_cut_at_the_wrong_place() -> None:
    shifted = (OPENING + RECEIPT[:-1] + CLOSING).encode()
    with pytest.raises(faults.StatementRecordUnknown) as refused:
        read_statement_file(shifted)
    assert refused.value == faults.StatementRecordUnknown(line=3, written="7" + BANK[0])


def test_blank_currency_and_decimals_mean_euros_and_two() -> None:
    blank = {"currency": "   ", "decimals": " "}
    data = file_of(
        balance("01", "0000000010000{", **blank),
        movement("0000000001250{", **blank),
        balance("07", "0000000011250{", on="020326", **blank),
    )
    (statement,) = read_statement_file(data).statements
    assert (statement.currency, statement.opening_cents, statement.closing_cents) == ("EUR", 100000, 112500)


@pytest.mark.parametrize(
    ("decimals", "amount", "cents"),
    [("0", "0000000000125{", 125000), ("3", "0000000000125{", 125), ("2", "0000000000125{", 1250)],
)
def test_the_number_of_decimals_is_honoured(decimals: str, amount: str, cents: int) -> None:
    opening = balance("01", "0000000000000{", decimals=decimals)
    closing = balance("07", amount, decimals=decimals, on="020326")
    (statement,) = read_statement_file(file_of(opening, movement(amount, decimals=decimals), closing)).statements
    assert statement.closing_cents == cents


@pytest.mark.parametrize(
    ("last", "cents"), [*zip("{ABCDEFGHI", range(120, 130), strict=True), *zip("}JKLMNOPQR", range(-120, -130, -1), strict=True)]
)
def test_the_last_character_carries_digit_and_sign(last: str, cents: int) -> None:
    closing = balance("07", f"000000000001{2}{last}", on="020326")
    data = file_of(balance("01", "0000000000000{"), movement(f"000000000001{2}{last}"), closing)
    assert read_statement_file(data).statements[0].closing_cents == cents


@pytest.mark.parametrize("opened_on", ["010326", "020326"])
def test_a_statement_covers_the_days_after_its_opening_balance_or_its_only_day(opened_on: str) -> None:
    (statement,) = read_statement_file(file_of(balance("01", "0000000010000{", on=opened_on), RECEIPT, CLOSING)).statements
    assert (statement.covers_from, statement.closing_on) == (date(2026, 3, 2), date(2026, 3, 2))


def test_a_movement_of_zero_is_left_out_and_remarked() -> None:
    file = read_statement_file(file_of(OPENING, movement("0000000000000{"), complement("LIB", "information"), RECEIPT, CLOSING))
    assert [line.amount_cents for line in file.statements[0].movements] == [12500]
    assert [remark.code for remark in file.warnings] == ["empty_movements_ignored"]


def test_accents_are_read_in_both_encodings() -> None:
    lines = (OPENING, movement("0000000001250{", label="AIDE SOCIÉTÉ CRÉÉE À ÉTÉ 5€"), CLOSING)
    for encoding in ("cp1252", "utf-8", "utf-8-sig"):
        (statement,) = read_statement_file("\n".join(lines).encode(encoding)).statements
        assert statement.movements[0].label == "AIDE SOCIÉTÉ CRÉÉE À ÉTÉ 5€"


def test_a_statement_that_does_not_add_up_is_refused_with_both_amounts() -> None:
    with pytest.raises(faults.StatementUnbalanced) as refused:
        read_statement_file(file_of(OPENING, RECEIPT, balance("07", "0000000011250A", on="020326")))
    assert refused.value.values == {
        "account": "FR7030002005500000157845Z02",
        "expected": Money(112500),
        "found": Money(112501),
    }


OTHER = {"account": "98765432100"}
BROKEN = {
    "movement before opening": ((RECEIPT, OPENING, CLOSING), faults.MovementOutsideStatement(line=1)),
    "opening twice": ((OPENING, OPENING, CLOSING), faults.StatementOpenedTwice(line=2, opened_line=1)),
    "never closed": ((OPENING, RECEIPT), faults.StatementNotClosed(account="FR7030002005500000157845Z02", line=1)),
    "closing without opening": ((CLOSING,), faults.ClosingWithoutOpening(line=1)),
    "movement after closing": ((OPENING, RECEIPT, CLOSING, RECEIPT), faults.MovementOutsideStatement(line=4)),
    "complement before movement": ((OPENING, complement("LIB", "x"), CLOSING), faults.ComplementWithoutMovement(line=2)),
    "complement after closing": ((OPENING, RECEIPT, CLOSING, complement("LIB", "x")), faults.ComplementWithoutMovement(line=4)),
    "bad date": (
        (OPENING, movement("0000000001250{", on="02O326"), CLOSING),
        faults.StatementDateUnreadable(line=2, written="02O326"),
    ),
    "impossible date": (
        (OPENING, movement("0000000001250{", on="310226"), CLOSING),
        faults.StatementDateUnreadable(line=2, written="310226"),
    ),
    "impossible value date": (
        (OPENING, movement("0000000001250{", value="320326"), CLOSING),
        faults.StatementDateUnreadable(line=2, written="320326"),
    ),
    "amount without sign": (
        (OPENING, movement("00000000012500"), CLOSING),
        faults.StatementAmountUnreadable(line=2, written="00000000012500"),
    ),
    "amount with letters": (
        (OPENING, movement("00000000X1250{"), CLOSING),
        faults.StatementAmountUnreadable(line=2, written="00000000X1250{"),
    ),
    "amount below the cent": (
        (OPENING, movement("0000000001250A", decimals="3"), CLOSING),
        faults.StatementAmountUnreadable(line=2, written="0000000001250A"),
    ),
    "decimals": (
        (balance("01", "0000000010000{", decimals="X"), CLOSING),
        faults.StatementDecimalsUnreadable(line=1, written="X"),
    ),
    "other currency": (
        (OPENING, movement("0000000001250{", currency="USD"), CLOSING),
        faults.StatementCurrencyDiffers(place="2", expected="EUR", found="USD"),
    ),
    "closing of another account": (
        (OPENING, RECEIPT, balance("07", "0000000011250{", on="020326", **OTHER)),
        faults.StatementAccountChanged(line=3, expected=f"{BRANCH} {NUMBER}", found=f"{BRANCH} 98765432100"),
    ),
    "movement of another account": (
        (OPENING, movement("0000000001250{", **OTHER), CLOSING),
        faults.StatementAccountChanged(line=2, expected=f"{BRANCH} {NUMBER}", found=f"{BRANCH} 98765432100"),
    ),
    "truncated movement": ((OPENING, RECEIPT[:103], CLOSING), faults.StatementLineTruncated(line=2, length=103)),
    "truncated complement": ((OPENING, RECEIPT, "05" + BANK, CLOSING), faults.StatementLineTruncated(line=3, length=7)),
    "too long": ((OPENING, RECEIPT + "x", CLOSING), faults.StatementLineTooLong(line=2)),
    "far too long": ((OPENING, RECEIPT + " " * 5000 + "x", CLOSING), faults.StatementLineTooLong(line=2)),
    "unknown record": ((OPENING, "02" + RECEIPT[2:], CLOSING), faults.StatementRecordUnknown(line=2, written="02")),
    "backwards": (
        (balance("01", "0000000010000{", on="030326"), RECEIPT, CLOSING),
        faults.StatementPeriodImpossible(place="3", opening_on=date(2026, 3, 3), closing_on=date(2026, 3, 2)),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_each_fault_of_structure_names_its_line(case: str) -> None:
    records, refusal = BROKEN[case]
    with pytest.raises(type(refusal)) as refused:
        read_statement_file(file_of(*records))
    assert refused.value == refusal
    assert str(refused.value)


@pytest.mark.parametrize("garbage", [b"\x00", b"\x07", b"\x81", b"\x9d", b"\x1a"])
def test_a_character_that_is_no_text_is_refused_with_its_line(garbage: bytes) -> None:
    broken = bytearray(file_of(OPENING, RECEIPT, CLOSING))
    broken[121 + 50 : 121 + 51] = garbage
    with pytest.raises(faults.StatementCharacterForbidden) as refused:
        read_statement_file(bytes(broken))
    assert refused.value.values == {"line": 2}


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    with pytest.raises(faults.StatementDateUnreadable) as refused:
        read_statement_file(file_of("", OPENING, "", movement("0000000001250{", on="999999"), CLOSING, end="\r\n"))
    assert refused.value.values["line"] == 4


@pytest.mark.parametrize("empty", [b"", b"\n\n", b"   ", b"\x1a", b"\xef\xbb\xbf\r\n"])
def test_an_empty_file_holds_no_statement(empty: bytes) -> None:
    with pytest.raises(faults.StatementEmpty):
        read_statement_file(empty)
