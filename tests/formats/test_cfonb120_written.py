"""CFONB120 statements: accounts named as banks do, and what is written is what is read again."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.domain.statements.bank import BankAccountName, Movement, Statement
from monnaielocale.formats.bank import faults as faults
from monnaielocale.formats.bank.cfonb120_writer import write_cfonb120
from monnaielocale.formats.bank.identity import french_iban, iban_or_none
from monnaielocale.formats.bank.statements import read_statement_file, statement_as_json
from tests.cfonb_records import BANK, BRANCH, CLOSING, NUMBER, OPENING, RECEIPT, balance, file_of, movement

SAMPLES = Path(__file__).parent.parent / "samples" / "cfonb120"


def test_the_iban_follows_from_the_french_bank_identity() -> None:
    assert french_iban(bank="20041", branch="01005", number="0500013M026") == "FR1420041010050500013M02606"
    assert french_iban(bank="30002", branch="00550", number="0000157845Z") == "FR7030002005500000157845Z02"
    assert french_iban(bank="2004A", branch="01005", number="0500013M026") is None
    assert french_iban(bank="20041", branch="01005", number="0500013m026") is None
    assert french_iban(bank="20041", branch="0100", number="0500013M026") is None


@given(st.from_regex(r"[0-9]{10}[0-9A-Z]{11}", fullmatch=True))
def test_every_iban_made_of_a_french_identity_has_right_check_digits(digits: str) -> None:
    iban = french_iban(bank=digits[:5], branch=digits[5:10], number=digits[10:])
    assert iban is not None
    assert iban_or_none(iban) == iban
    assert len(iban) == 27


def test_an_account_that_is_not_french_keeps_the_banks_own_digits() -> None:
    own = {"account": "ABC-1      "}
    data = file_of(balance("01", "0000000010000{", **own), balance("07", "0000000010000{", on="020326", **own))
    (statement,) = read_statement_file(data).statements
    assert (statement.account.iban, statement.account.number) == (None, "ABC-1")


TEXTS = st.text("ABCDEFGHIJ klmnopq0123456789éàçôÉ/-.", max_size=60).map(lambda text: " ".join(text.split()))
DAYS = st.dates(date(2020, 1, 2), date(2030, 12, 31))


@st.composite
def statements(draw: st.DrawFn) -> Statement:
    first = draw(DAYS)
    references = TEXTS.map(lambda text: text[:16].strip()).filter(lambda text: text != "" and text.strip("0") != "")
    movements = draw(
        st.lists(
            st.builds(
                Movement,
                booked_on=DAYS,
                value_on=st.none() | DAYS,
                amount_cents=st.integers(-(10**9), 10**9).filter(bool),
                label=TEXTS.map(lambda text: text[:31].strip()),
                counterparty=TEXTS,
                details=st.lists(TEXTS.filter(bool), max_size=3).map(tuple),
                references=st.lists(references, max_size=3, unique=True).map(tuple),
                bank_code=st.sampled_from(("", "05", "B1")),
            ),
            max_size=5,
        )
    )
    opening_cents = draw(st.integers(-(10**11), 10**11))
    number = draw(st.from_regex(r"[0-9A-Z]{11}", fullmatch=True))
    return Statement(
        account=BankAccountName(french_iban(bank=BANK, branch=BRANCH, number=number), BANK, BRANCH, number),
        currency="EUR",
        covers_from=first,
        closing_on=first + timedelta(days=draw(st.integers(0, 40))),
        opening_cents=opening_cents,
        closing_cents=opening_cents + sum(line.amount_cents for line in movements),
        movements=tuple(movements),
    )


def without_places(statement: Statement) -> Statement:
    return replace(statement, movements=tuple(replace(line, place="") for line in statement.movements))


@settings(max_examples=60, deadline=None)
@given(st.lists(statements(), min_size=1, max_size=3), st.booleans())
def test_what_is_written_is_read_again(written: list[Statement], line_breaks: bool) -> None:
    read = read_statement_file(write_cfonb120(written, line_breaks=line_breaks))
    assert [without_places(statement) for statement in read.statements] == written


@settings(max_examples=80, deadline=None)
@given(statements(), st.data())
def test_a_file_with_one_digit_of_an_amount_changed_is_refused(written: Statement, data: st.DataObject) -> None:
    content = bytearray(write_cfonb120([written]))
    lines = [start for start in range(0, len(content), 122) if content[start : start + 2] != b"05"]
    place = data.draw(st.sampled_from(lines)) + data.draw(st.integers(90, 102))
    content[place] = ord(data.draw(st.sampled_from("0123456789").filter(lambda digit: ord(digit) != content[place])))
    with pytest.raises(faults.StatementUnreadable):
        read_statement_file(bytes(content))


def test_long_texts_go_on_in_complements() -> None:
    line = Movement(booked_on=date(2026, 3, 2), amount_cents=5, label="x" * 40, references=("R" * 20,), details=("d" * 75,))
    statement = Statement(
        account=BankAccountName("FR1420041010050500013M02606"),
        currency="EUR",
        covers_from=date(2026, 3, 2),
        closing_on=date(2026, 3, 2),
        opening_cents=0,
        closing_cents=5,
        movements=(line,),
    )
    (read,) = read_statement_file(write_cfonb120([statement])).statements
    assert (read.movements[0].label, read.movements[0].details) == ("x" * 31, ("x" * 9, "d" * 70, "d" * 5))
    assert read.movements[0].references == ("R" * 20,)
    assert read.account == BankAccountName("FR1420041010050500013M02606", "20041", "01005", "0500013M026")


@pytest.mark.parametrize(
    "change",
    [
        {"account": BankAccountName("DE89370400440532013000")},
        {"opening_cents": None},
        {"closing_cents": None},
        {"opening_cents": 10**15},
    ],
)
def test_what_the_format_cannot_carry_is_not_written(change: dict[str, object]) -> None:
    statement = read_statement_file(file_of(OPENING, RECEIPT, CLOSING)).statements[0]
    with pytest.raises(faults.StatementUnwritable):
        write_cfonb120([replace(statement, **change)])  # type: ignore[arg-type]


def test_what_was_read_can_be_shown_as_json() -> None:
    file = read_statement_file(file_of(OPENING, movement("0000000001250{", label="VIR TRESOR"), CLOSING))
    assert statement_as_json(file) == {
        "format": "cfonb120",
        "warnings": [],
        "accounts": [
            {
                "iban": "FR7030002005500000157845Z02",
                "bank": BANK,
                "branch": BRANCH,
                "number": NUMBER,
                "currency": "EUR",
                "statement": "",
                "opening": {"amount_cents": 100000},
                "closing": {"on": "2026-03-02", "amount_cents": 112500},
                "covers_from": "2026-03-02",
                "closing_on": "2026-03-02",
                "movements": [
                    {
                        "booked_on": "2026-03-02",
                        "value_on": None,
                        "amount_cents": 12500,
                        "label": "VIR TRESOR",
                        "details": [],
                        "counterparty": "",
                        "references": [],
                        "bank_code": "",
                        "reject_code": "",
                        "is_reversal": False,
                        "place": "2",
                    }
                ],
            }
        ],
    }
