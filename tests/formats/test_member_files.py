"""Lists of members and mandates as an association's spreadsheet writes them."""

import io
from datetime import date

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.conventions.convention import PaymentKind, ShareMode
from monnaielocale.domain.files import ColumnMissing, NoRows, RowFault, RowsRefused, TooManyRows, ValueMissing
from monnaielocale.domain.members import MemberIbanWrong, MemberNumberUnfit
from monnaielocale.domain.money import AmountNotPositive
from monnaielocale.domain.payments.mandates import MandateDatesReversed, ShareAmountMissing, ShareAmountNotWanted
from monnaielocale.domain.refusals import Refusal
from monnaielocale.formats.columns import DayUnreadable, WordUnknown
from monnaielocale.formats.member_files import (
    MandateRow,
    MemberFile,
    MemberRow,
    MemberRowsDiffer,
    RowSaysNothing,
    read_member_rows,
)
from monnaielocale.formats.tabular import read_table
from tests.yardstick import yardsticks

HEADER = "Adhérent;Nom;Type;IBAN;Mandat;Part;Montant;Objet;Début;Fin;Signé le\n"
IBAN = "FR7699999000011234567890152"
FIRST = MemberRow(2, "E00058", "Maite Bidart", "person", IBAN)


def file_of(body: str, header: str = HEADER) -> MemberFile:
    return read_member_rows(read_table((header + body).encode("cp1252")))


def faults_of(body: str, header: str = HEADER) -> tuple[RowFault, ...]:
    with pytest.raises(RowsRefused) as refused:
        file_of(body, header)
    return refused.value.faults


def test_a_row_gives_a_member_and_a_mandate() -> None:
    written = (
        "e 00058;Maite Bidart;Personne;FR76 9999 9000 0112 3456 7890 152;"
        "Indemnité;Plafond;300,00 €;Adjointe;01/01/2026;31.12.2026;2025-12-15\n"
    )
    assert file_of(written) == MemberFile(
        members=(FIRST,),
        mandates=(
            MandateRow(
                row_number=2,
                member_number="E00058",
                kind=PaymentKind.OFFICIAL_ALLOWANCE,
                share_mode=ShareMode.CEILING,
                share_cents=30000,
                subject="Adjointe",
                starts_on=date(2026, 1, 1),
                ends_on=date(2026, 12, 31),
                signed_on=date(2025, 12, 15),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("indemnité d'élu", PaymentKind.OFFICIAL_ALLOWANCE),
        ("PAIE", PaymentKind.STAFF_PAY),
        ("Rémunération", PaymentKind.STAFF_PAY),
        ("subvention", PaymentKind.GRANT),
        ("Facture", PaymentKind.SUPPLIER_INVOICE),
        ("official_allowance", PaymentKind.OFFICIAL_ALLOWANCE),
        ("staff_pay", PaymentKind.STAFF_PAY),
        ("grant", PaymentKind.GRANT),
        ("supplier_invoice", PaymentKind.SUPPLIER_INVOICE),
    ],
)
def test_kinds_of_payment_are_known_in_both_languages(word: str, kind: PaymentKind) -> None:
    assert file_of(f"E1;;;;{word};totalité;;;01/01/2026;;\n").mandates[0].kind is kind


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Personne physique", "person"),
        ("association", "association"),
        ("Société", "business"),
        ("Mairie", "public_body"),
        ("public_body", "public_body"),
    ],
)
def test_kinds_of_member_are_known_in_both_languages(word: str, kind: str) -> None:
    assert file_of(f"E1;Ostatu;{word};;;;;;;;\n").members == (MemberRow(2, "E1", "Ostatu", kind, ""),)


@pytest.mark.parametrize(
    ("word", "amount", "mode", "cents"),
    [
        ("totalité", "", ShareMode.WHOLE, None),
        ("Fixe", "150", ShareMode.FIXED, 15000),
        ("jusqu'à", "1 000,50", ShareMode.CEILING, 100050),
    ],
)
def test_shares_are_whole_fixed_or_have_a_ceiling(word: str, amount: str, mode: ShareMode, cents: int | None) -> None:
    mandate = file_of(f"E1;;;;paie;{word};{amount};;01/01/2026;;\n").mandates[0]
    assert (mandate.share_mode, mandate.share_cents) == (mode, cents)


def test_a_member_with_two_mandates_has_two_rows_and_is_one_member() -> None:
    rows = f"E00058;Maite Bidart;Personne;{IBAN};paie;fixe;100;;01/01/2026;;\n"
    silent = "E00058;;;;indemnité;totalité;;;01/01/2026;;\n"
    again = f"E00058;Maite Bidart;personne;{IBAN};subvention;totalité;;Fronton;01/01/2026;;\n"
    read = file_of(rows + silent + again)
    assert read.members == (FIRST,)
    assert [mandate.row_number for mandate in read.mandates] == [2, 3, 4]


def test_rows_that_say_two_things_of_one_member_are_named() -> None:
    rows = f"E1;Maite;personne;{IBAN};;;;;;;\nE1;Maité;association;;;;;;;;\n"
    assert faults_of(rows) == (
        RowFault(3, "Nom", "Maité", MemberRowsDiffer(first_row=2)),
        RowFault(3, "Type", "association", MemberRowsDiffer(first_row=2)),
    )


def test_all_faults_of_all_rows_are_told_at_once() -> None:
    rows = (
        ";Sans numéro;personne;;;;;;;;\n"
        "E2;Nom;mouton;FR7630006000011234567890188;cadeau;un peu;-5;;31/02/2026;1/1/26;hier\n"
        "E3;;;;paie;fixe;;;02/01/2026;01/01/2026;\n"
        "E4;;;;paie;totalité;12;;;;\n"
        "E5;;;;;;;;;;\n"
        "E 6!;Nom;;;;;;;;;\n"
        ";Encore;association;;;;;;;;\n"
    )
    assert [(fault.row_number, fault.column, type(fault.refusal)) for fault in faults_of(rows)] == [
        (2, "Adhérent", ValueMissing),
        (3, "Type", WordUnknown),
        (3, "IBAN", MemberIbanWrong),
        (3, "Mandat", WordUnknown),
        (3, "Part", WordUnknown),
        (3, "Montant", AmountNotPositive),
        (3, "Début", DayUnreadable),
        (3, "Fin", DayUnreadable),
        (3, "Signé le", DayUnreadable),
        (4, "Montant", ShareAmountMissing),
        (4, "Fin", MandateDatesReversed),
        (5, "Montant", ShareAmountNotWanted),
        (5, "Début", ValueMissing),
        (6, "Adhérent", RowSaysNothing),
        (7, "Adhérent", MemberNumberUnfit),
        (7, "Type", ValueMissing),
        (8, "Adhérent", ValueMissing),
    ]


def test_an_unknown_word_is_answered_with_the_known_ones() -> None:
    fault = faults_of("E1;;;;cadeau;totalité;;;01/01/2026;;\n")[0]
    assert str(fault.refusal) == "cadeau is not one of the words expected here: indemnité, paie, subvention, facture."


def test_a_member_without_a_column_for_their_kind_is_told_the_column_to_add() -> None:
    assert faults_of("E1;Maite\n", header="Adhérent;Nom\n") == (RowFault(2, "type d'adhérent", "", ValueMissing()),)


def test_a_list_needs_member_numbers_and_rows() -> None:
    with pytest.raises(ColumnMissing):
        file_of("Maite\n", header="Nom\n")
    with pytest.raises(NoRows):
        file_of("")
    with pytest.raises(TooManyRows):
        file_of("E1;x;pro;;;;;;;;\n" * 10_001)


def test_the_dates_of_a_workbook_are_read() -> None:
    made = openpyxl.Workbook()
    made.active.append(["Adhérent", "Mandat", "Part", "Montant", "Début", "Fin"])
    made.active.append(["E1", "paie", "fixe", 22.1, date(2026, 1, 1), date(2026, 6, 30)])
    target = io.BytesIO()
    made.save(target)
    mandate = read_member_rows(read_table(target.getvalue())).mandates[0]
    assert (mandate.share_cents, mandate.starts_on, mandate.ends_on) == (2210, date(2026, 1, 1), date(2026, 6, 30))


def test_a_thousand_employees_are_read_in_a_blink() -> None:
    rows = "".join(
        f"E{number:05d};Agent {number};personne;{IBAN};paie;plafond;300,00 €;;01/01/2026;;15/12/2025\n" for number in range(1_000)
    )
    assert yardsticks(lambda: file_of(rows)) < 10
    read = file_of(rows)
    assert (len(read.members), len(read.mandates)) == (1_000, 1_000)


@given(st.text(";\t\"\r\n aé€1'=/EFRpaietotalité²٣", max_size=120))
def test_whatever_stands_in_a_list_gives_members_or_a_refusal(body: str) -> None:
    try:
        read = read_member_rows(read_table((HEADER + body).encode()))
    except Refusal as refusal:
        str(refusal).encode()
    else:
        assert read.members or read.mandates
