"""CSV statements: read by declared columns, with every fault of every row told at once."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.domain.files import ColumnMissing, ColumnRepeated, RowFault, ValueMissing
from monnaielocale.domain.money import AmountUnreadable, Money
from monnaielocale.domain.statements.bank import BankAccountName, Movement, StatementFile
from monnaielocale.formats.bank import faults as faults
from monnaielocale.formats.bank.csv_balances import BalanceBroken
from monnaielocale.formats.bank.csv_mapping import CsvMapping, MappingRefused
from monnaielocale.formats.bank.csv_rows import AmountInBothColumns, CreditNegative, RowTooWide, StatementDayUnreadable
from monnaielocale.formats.bank.csv_statement import StatementRowsRefused
from monnaielocale.formats.bank.statements import read_statement_file
from monnaielocale.formats.text import TextEncodingUnknown

IBAN = "FR1420041010050500013M02606"
SIGNED = CsvMapping(account=IBAN, booked_on="Date", labels=("Libellé",), amount="Montant")
TWO_COLUMNS = CsvMapping(
    account=IBAN,
    booked_on="Date",
    value_on="Date valeur",
    labels=("Libellé", "Détail"),
    debit="Débit",
    credit="Crédit",
    reference="Référence",
    counterparty="Tiers",
)
WITH_BALANCE = replace(SIGNED, balance="Solde")


def read(text: str, mapping: CsvMapping = SIGNED, encoding: str = "utf-8", **balances: int) -> StatementFile:
    return read_statement_file(text.encode(encoding), csv_mapping=mapping, **balances)


def rows(*lines: str, head: str = "Date;Libellé;Montant") -> str:
    return "\r\n".join((head, *lines)) + "\r\n"


def faults_of(text: str, mapping: CsvMapping = SIGNED) -> list[RowFault]:
    with pytest.raises(StatementRowsRefused) as refused:
        read(text, mapping)
    assert refused.value.values["count"] == len(refused.value.faults)
    return list(refused.value.faults)


def test_a_french_export_is_read_column_by_column() -> None:
    text = (
        "Compte courant;;;;;;;\n"
        "\n"
        "Date;Date valeur;Libellé;Détail;Débit;Crédit;Référence;Tiers\n"
        '31/12/2026;02/01/2027;"VIR ""VILLE""; aide";décembre;;1 234,56;RF18539007547034;Trésor public\n'
        "31.12.26;;FRAIS;;-12,00;;;\n"
        "2026-12-30;;PRELEVEMENT;;0,50;0,00;;\n"
    )
    file = read(text, TWO_COLUMNS)
    (statement,) = file.statements
    assert (file.format, statement.account) == ("csv", BankAccountName(IBAN, "20041", "01005", "0500013M026"))
    assert (statement.covers_from, statement.closing_on) == (date(2026, 12, 30), date(2026, 12, 31))
    assert (statement.opening_cents, statement.closing_cents) == (None, None)
    assert statement.movements == (
        Movement(
            booked_on=date(2026, 12, 31),
            value_on=date(2027, 1, 2),
            amount_cents=123456,
            label='VIR "VILLE"; aide',
            details=("décembre",),
            references=("RF18539007547034",),
            counterparty="Trésor public",
            place="4",
        ),
        Movement(booked_on=date(2026, 12, 31), amount_cents=-1200, label="FRAIS", place="5"),
        Movement(booked_on=date(2026, 12, 30), amount_cents=-50, label="PRELEVEMENT", place="6"),
    )
    assert [remark.code for remark in file.warnings] == ["balances_not_checked"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", "\t", "|", ","])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encoding_delimiter_and_line_ends_are_found(encoding: str, delimiter: str, end: str) -> None:
    text = end.join(
        (delimiter.join(("Date", "Libellé", "Montant")), delimiter.join(("31/12/2026", "été à Noël", '"1\u00a0234,56"')))
    )
    (line,) = read(text, encoding=encoding).statements[0].movements
    assert (line.label, line.amount_cents, line.place) == ("été à Noël", 123456, "2")


def test_narrow_spaces_of_french_amounts_are_read() -> None:
    assert read(rows("31/12/2026;x;1\u202f234,56 €")).statements[0].movements[0].amount_cents == 123456


def test_a_declared_encoding_and_delimiter_are_used() -> None:
    mapping = replace(SIGNED, encoding="iso8859-15", delimiter=";")
    assert read(rows("31/12/2026;5 €;1,00"), mapping, "iso8859-15").statements[0].movements[0].label == "5 €"
    with pytest.raises(TextEncodingUnknown):
        read(rows("31/12/2026;x;1,00"), replace(SIGNED, encoding="utf-8"), "cp1252")
    with pytest.raises(ColumnMissing):
        read(rows("31/12/2026;x;1,00"), replace(SIGNED, delimiter=","))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_wide_encodings_are_refused(encoding: str) -> None:
    with pytest.raises(TextEncodingUnknown):
        read(rows("31/12/2026;x;1,00"), encoding=encoding)


def test_headings_are_compared_without_case_marks_and_double_spaces() -> None:
    assert len(read(rows("31/12/2026;x;1,00", head='"DATE" ; libellé;  "Montant"')).statements[0].movements) == 1


def test_the_order_of_a_date_is_the_declared_one() -> None:
    american = replace(SIGNED, date_orders=("month_first",))
    assert read(rows("12/31/2026;x;1,00"), american).statements[0].covers_from == date(2026, 12, 31)
    assert read(rows("03/04/2026;x;1,00"), american).statements[0].covers_from == date(2026, 3, 4)
    assert read(rows("03/04/2026;x;1,00")).statements[0].covers_from == date(2026, 4, 3)
    assert read(rows("20260403 10:15;x;1,00")).statements[0].covers_from == date(2026, 4, 3)


def test_all_faults_of_all_rows_are_told_at_once() -> None:
    text = rows("31/02/2026;x;1,00", "01/03/2026;x;1,234", ";x;", "", "02/03/2026;a;b;3,00", "02/03/2026;ok;3,00", "1/3/26")
    assert faults_of(text) == [
        RowFault(2, "Date", "31/02/2026", StatementDayUnreadable(written="31/02/2026")),
        RowFault(3, "Montant", "1,234", AmountUnreadable(written="1,234")),
        RowFault(4, "Date", "", ValueMissing()),
        RowFault(4, "Montant", "", ValueMissing()),
        RowFault(6, "", "3,00", RowTooWide()),
        RowFault(6, "Montant", "b", AmountUnreadable(written="b")),
        RowFault(8, "Montant", "", ValueMissing()),
    ]


def test_debit_and_credit_columns_exclude_each_other() -> None:
    head = "Date;Date valeur;Libellé;Détail;Débit;Crédit;Référence;Tiers"
    text = rows("1/3/2026;;x;;1,00;2,00;;", "1/3/2026;;x;;;;;", "1/3/2026;;x;;;-2,00;;", "1/3/2026;32/1/2026;x;;a;;;", head=head)
    assert faults_of(text, TWO_COLUMNS) == [
        RowFault(2, "Débit", "1,00", AmountInBothColumns()),
        RowFault(3, "Débit", "", ValueMissing()),
        RowFault(4, "Crédit", "-2,00", CreditNegative(written="-2,00")),
        RowFault(5, "Date valeur", "32/1/2026", StatementDayUnreadable(written="32/1/2026")),
        RowFault(5, "Débit", "a", AmountUnreadable(written="a")),
    ]


ASCENDING = ("01/03/2026;a;10,00;110,00", "02/03/2026;b;-5,00;105,00", "02/03/2026;c;-5,00;100,00")


@pytest.mark.parametrize("lines", [ASCENDING, ASCENDING[::-1]])
def test_balances_come_from_the_running_balance_whichever_way_it_runs(lines: tuple[str, ...]) -> None:
    file = read(rows(*lines, head="Date;Libellé;Montant;Solde"), WITH_BALANCE)
    assert (file.statements[0].opening_cents, file.statements[0].closing_cents) == (10000, 10000)
    assert [line.label for line in file.statements[0].movements] == [line.split(";")[1] for line in lines]
    assert file.warnings == ()


def test_rows_without_running_balance_are_passed_over() -> None:
    lines = ("01/03/2026;a;10,00;", "02/03/2026;b;-5,00;105,00", "03/03/2026;c;1,00;")
    (statement,) = read(rows(*lines, head="Date;Libellé;Montant;Solde"), WITH_BALANCE).statements
    assert (statement.opening_cents, statement.closing_cents) == (10000, 10600)


def test_a_break_of_the_running_balance_names_its_row() -> None:
    lines = ("01/03/2026;a;10,00;110,00", "02/03/2026;b;-5,00;104,00", "03/03/2026;c;1,00;105,00")
    found = faults_of(rows(*lines, head="Date;Libellé;Montant;Solde"), WITH_BALANCE)
    assert found == [RowFault(3, "Solde", "104.00", BalanceBroken(expected=Money(10500), found=Money(10400)))]


def test_one_row_gives_both_balances() -> None:
    (statement,) = read(rows("01/03/2026;a;10,00;110,00", head="Date;Libellé;Montant;Solde"), WITH_BALANCE).statements
    assert (statement.opening_cents, statement.closing_cents) == (10000, 11000)


def test_balances_may_be_given_and_must_agree() -> None:
    text = rows("01/03/2026;a;10,00")
    given_both = read(text, opening_cents=10000, closing_cents=11000)
    assert (given_both.statements[0].opening_cents, given_both.warnings) == (10000, ())
    with pytest.raises(faults.StatementUnbalanced):
        read(text, opening_cents=10000, closing_cents=11001)
    with pytest.raises(faults.StatementUnbalanced):
        read(
            rows("01/03/2026;a;10,00;110,00", head="Date;Libellé;Montant;Solde"),
            WITH_BALANCE,
            opening_cents=0,
            closing_cents=1000,
        )


def test_a_row_of_zero_is_left_out_and_remarked() -> None:
    file = read(rows("01/03/2026;a;10,00", "01/03/2026;b;0,00"))
    assert [line.label for line in file.statements[0].movements] == ["a"]
    assert "empty_movements_ignored" in [remark.code for remark in file.warnings]
    shown = read(rows("01/03/2026;a;10,00;110,00", "02/03/2026;b;0,00;110,00", head="Date;Libellé;Montant;Solde"), WITH_BALANCE)
    assert "empty_movements_ignored" in [remark.code for remark in shown.warnings]


def test_missing_and_repeated_columns_are_named() -> None:
    with pytest.raises(ColumnMissing) as missing:
        read(rows("x", head="Date;Libellé;Valeur"))
    assert missing.value.values == {"column": "Montant", "headings": "Date, Libellé, Valeur"}
    with pytest.raises(ColumnRepeated):
        read(rows("x", head="Date;Libellé;Montant;Montant"))


def test_a_quotation_mark_never_closed_is_refused_and_swallows_nothing() -> None:
    with pytest.raises(faults.StatementRowDamaged) as refused:
        read(rows("01/03/2026;a;1,00", '02/03/2026;"b;2,00', "03/03/2026;c;3,00"))
    assert refused.value.values == {"row_number": 3}


def test_headings_without_rows_are_no_statement() -> None:
    with pytest.raises(faults.StatementEmpty):
        read(rows())


def test_a_csv_file_needs_its_columns_named() -> None:
    with pytest.raises(faults.StatementFormatUnknown):
        read_statement_file(rows("01/03/2026;a;1,00").encode())


def test_a_mapping_does_not_hide_the_other_formats() -> None:
    with pytest.raises(faults.ClosingWithoutOpening):
        read_statement_file(("07" + "30002" + " " * 97 + "{").encode(), csv_mapping=SIGNED)


def test_a_mapping_is_kept_as_json() -> None:
    for mapping in (
        SIGNED,
        TWO_COLUMNS,
        WITH_BALANCE,
        replace(SIGNED, delimiter="\t", encoding="cp1252", date_orders=("day_first",)),
    ):
        assert CsvMapping.from_dict(json.loads(json.dumps(mapping.as_dict()))) == mapping
    assert CsvMapping.from_dict({**SIGNED.as_dict(), "account": "FR14 2004 1010 0505 0001 3M02 606"}) == SIGNED


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"account": "FR1520041010050500013M02606"}, "account"),
        ({"account": 5}, "account"),
        ({"booked_on": " "}, "booked_on"),
        ({"labels": []}, "labels"),
        ({"labels": "Libellé"}, "labels"),
        ({"labels": [5]}, "labels"),
        ({"amount": None}, "amount"),
        ({"debit": "Débit", "credit": "Crédit"}, "amount"),
        ({"amount": None, "debit": "Débit"}, "debit"),
        ({"reference": 5}, "columns"),
        ({"delimiter": "x"}, "delimiter"),
        ({"encoding": "utf-7"}, "encoding"),
        ({"encoding": {}}, "encoding"),
        ({"date_orders": []}, "date_orders"),
        ({"date_orders": ["%d"]}, "date_orders"),
        ({"currency": "EURO"}, "currency"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_mapping_that_cannot_be_used_names_what_is_wrong(change: dict[str, object], field: str) -> None:
    with pytest.raises(MappingRefused) as refused:
        CsvMapping.from_dict({**SIGNED.as_dict(), **change})
    assert refused.value.values == {"field": field}
    with pytest.raises(MappingRefused):
        CsvMapping.from_dict({})


LINES = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.integers(-(10**9), 10**9).filter(bool),
        st.text("abcé ;\"'", max_size=12).map(lambda text: text.strip()),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=80, deadline=None)
@given(LINES, st.integers(-(10**9), 10**9), st.booleans(), st.sampled_from(("utf-8", "cp1252")))
def test_any_export_gives_back_its_movements_and_balances(
    lines: list[tuple[int, int, str]], opening: int, newest_first: bool, encoding: str
) -> None:
    day, balance, written = date(2026, 1, 1), opening, []
    for days, cents, label in lines:
        day, balance = day + timedelta(days=days), balance + cents
        amounts = [
            f"{'-' if value < 0 else ''}{abs(value) // 100:,}".replace(",", " ") + f",{abs(value) % 100:02d}"
            for value in (cents, balance)
        ]
        quoted = label.replace('"', '""')
        written.append(f'{day:%d/%m/%Y};"{quoted}";{amounts[0]};{amounts[1]}')
    if newest_first:
        written.reverse()
    (statement,) = read(rows(*written, head="Date;Libellé;Montant;Solde"), WITH_BALANCE, encoding).statements
    in_time = statement.movements[::-1] if newest_first else statement.movements
    assert [line.amount_cents for line in in_time] == [cents for _, cents, _ in lines]
    assert [line.label for line in in_time] == [" ".join(label.split()) for _, _, label in lines]
    if len({days for days, _, _ in lines[1:]} - {0}) > 0:
        assert (statement.opening_cents, statement.closing_cents) == (opening, balance)
    assert statement.closing_cents is not None and statement.opening_cents is not None
    assert statement.closing_cents - statement.opening_cents == sum(cents for _, cents, _ in lines)
