"""What we hand out is read by spreadsheets as what it is, and by nobody as a formula."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monnaielocale.domain.money import CENTS_MAX, cents_from_text
from monnaielocale.formats.spreadsheets import Sheet, SheetColumn, Value, write_csv, write_xlsx
from monnaielocale.formats.tabular import read_table

AT = datetime(2026, 2, 3, 10, 30, tzinfo=UTC)
COLUMNS = (
    SheetColumn("Bénéficiaire"),
    SheetColumn("Montant", "amount"),
    SheetColumn("Crédité le", "date"),
    SheetColumn("Nombre", "whole"),
)
ROWS: tuple[tuple[Value, ...], ...] = (
    ("Maite Bidart", 123456, date(2026, 1, 31), 3),
    ("Ostatu; fils", -5, None, None),
)
SHEET = Sheet("Janvier", COLUMNS, ROWS, totals=("Total", 123451, None, 3))
DANGEROUS = ["=1+1", "+33", "-5", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")']


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_a_csv_is_what_a_french_spreadsheet_reads() -> None:
    assert (
        write_csv(SHEET)
        == (
            "\ufeffBénéficiaire;Montant;Crédité le;Nombre\r\n"
            "Maite Bidart;1234,56;31/01/2026;3\r\n"
            '"Ostatu; fils";-0,05;;\r\n'
            "Total;1234,51;;3\r\n"
        ).encode()
    )


def test_a_workbook_holds_numbers_and_dates() -> None:
    sheet = opened(write_xlsx([SHEET], created_at=AT))["Janvier"]
    assert [cell.value for cell in sheet[1]] == ["Bénéficiaire", "Montant", "Crédité le", "Nombre"]
    assert [cell.value for cell in sheet[2]] == ["Maite Bidart", 1234.56, datetime(2026, 1, 31), 3]
    assert (sheet["B2"].number_format, sheet["C2"].number_format) == ("#,##0.00", "dd/mm/yyyy")
    assert [cell.value for cell in sheet[4]] == ["Total", 1234.51, None, 3]


def test_a_workbook_is_ready_to_read_and_to_print() -> None:
    sheet = opened(write_xlsx([SHEET], created_at=AT))["Janvier"]
    assert sheet.freeze_panes == "A2"
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet["A1"].font.bold and sheet["B4"].font.bold and not sheet["B2"].font.bold
    assert sheet.column_dimensions["A"].width > 12


def test_the_same_sheets_and_instant_give_the_same_bytes() -> None:
    first = write_xlsx([SHEET], created_at=AT)
    assert first == write_xlsx([SHEET], created_at=AT)
    assert first != write_xlsx([SHEET], created_at=AT.replace(year=2027))
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_becomes_a_formula(text: str) -> None:
    sheet = Sheet(text, (SheetColumn(text),), ((text,),), totals=(text,))
    rows = list(csv.reader(io.StringIO(write_csv(sheet).decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows == [[f"'{text}"]] * 3
    with zipfile.ZipFile(io.BytesIO(write_xlsx([sheet], created_at=AT))) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert [row.cells for row in read_table(write_xlsx([sheet], created_at=AT)).rows] == [(text,)] * 2
    assert not sheet_has_links(sheet)


def sheet_has_links(sheet: Sheet) -> bool:
    with zipfile.ZipFile(io.BytesIO(write_xlsx([sheet], created_at=AT))) as archive:
        return any("rels" in name and "sheet1" in name for name in archive.namelist())


def test_an_address_is_a_text_and_no_link() -> None:
    assert not sheet_has_links(Sheet("x", (SheetColumn("x"),), (("https://monnaie.example",),)))


def test_a_negative_amount_is_a_number_and_gets_no_apostrophe() -> None:
    assert b"\r\n-0,05\r\n" in write_csv(Sheet("x", (SheetColumn("Montant", "amount"),), ((-5,),)))


@given(st.lists(st.integers(-CENTS_MAX, CENTS_MAX), min_size=1, max_size=20))
@settings(max_examples=40)
def test_every_amount_is_read_back_to_the_cent(amounts: list[int]) -> None:
    sheet = Sheet("x", (SheetColumn("Montant", "amount"),), tuple((cents,) for cents in amounts))
    for data in (write_csv(sheet), write_xlsx([sheet], created_at=AT)):
        assert [cents_from_text(row.cells[0]) for row in read_table(data).rows] == amounts


@given(st.lists(st.text(st.characters(exclude_categories=["Cc"]), min_size=1, max_size=20), min_size=1, max_size=6))
@settings(max_examples=40)
def test_any_text_can_be_written(texts: list[str]) -> None:
    sheets = [Sheet(text, (SheetColumn("Texte"),), ((text,),)) for text in texts]
    workbook = opened(write_xlsx(sheets, created_at=AT))
    assert len(workbook.sheetnames) == len(texts) and all(0 < len(name) <= 31 for name in workbook.sheetnames)
    for sheet in sheets:
        write_csv(sheet).decode("utf-8")


def test_sheets_of_one_title_get_names_of_their_own() -> None:
    sheet = Sheet("Reddition de comptes : bordereau 2026/01", COLUMNS, ROWS)
    names = opened(write_xlsx([sheet, sheet, Sheet("''", COLUMNS, ()), Sheet("History", COLUMNS, ())], created_at=AT)).sheetnames
    assert names == ["Reddition de comptes - borderea", "Reddition de comptes - border 2", "3", "History 4"]
