"""Tables as spreadsheets really save them, and files that are no tables at all."""

import io
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from monnaielocale.domain.files import RowFault, RowsRefused, TooManyRows
from monnaielocale.domain.money import cents_from_text
from monnaielocale.domain.refusals import Refusal
from monnaielocale.formats.tabular import (
    CellOutsideColumns,
    CsvQuotesBroken,
    EncodingUnknown,
    FileEmpty,
    FileIsNoTable,
    FileTooLarge,
    Table,
    TooManyColumns,
    WorkbookOldOrProtected,
    read_table,
)
from monnaielocale.formats.workbook import CellHoldsError, CellNotComputed, CellUnreadable, WorkbookTooLarge, WorkbookUnreadable

LIST = "Adhérent;Montant;Libellé\r\nE00058;1 234,56 €;Œuvre d'été\r\n"


def workbook(*rows: Sequence[Any]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    return saved(made)


def saved(made: Any) -> bytes:
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def with_sheet(xml: str) -> bytes:
    """A workbook whose first sheet holds these rows, written by hand."""
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return with_part(
        "xl/worksheets/sheet1.xml", f'<worksheet xmlns="{namespace}"><sheetData>{xml}</sheetData></worksheet>'.encode()
    )


def with_part(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["a"], ["b"]))) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, content if part == name else old.read(part))
    return target.getvalue()


HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>Montant</t></is></c></row>'


def amount_of(value: Any) -> str:
    return read_table(workbook(["Montant"], [value])).rows[0].cells[0]


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-15", "utf-8", "utf-8-sig", "utf-16"])
def test_a_french_list_is_read_in_every_encoding_that_spreadsheets_write(encoding: str) -> None:
    table = read_table(LIST.replace("1 234", "1\u00a0234").encode(encoding))
    assert table.header == ("Adhérent", "Montant", "Libellé")
    assert table.rows == ((2, ("E00058", "1\u00a0234,56 €", "Œuvre d'été")),)


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-15"])
@given(st.text("abcéèêàçùïôâûÉÈÀÇŒœ€ '()-,.0123456789", min_size=1).filter(lambda text: bool(text.strip())))
def test_french_text_survives_both_eight_bit_encodings(encoding: str, written: str) -> None:
    assert read_table(f"Libellé\n{written}\n".encode(encoding)).rows[0].cells == (written,)


def test_an_amount_with_no_break_spaces_is_the_same_in_old_and_new_encodings() -> None:
    old = read_table("Montant\n1\u00a0234,56 €\n".encode("cp1252"))
    new = read_table("Montant\n1\u202f234,56\u202f€\n".encode())
    assert [cents_from_text(table.rows[0].cells[0]) for table in (old, new)] == [123456, 123456]


@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_the_separator_is_found(delimiter: str) -> None:
    table = read_table(f'Nom{delimiter}Objet\n"Bidart{delimiter} Maite"{delimiter}x\n'.encode())
    assert table == Table(("Nom", "Objet"), ((2, (f"Bidart{delimiter} Maite", "x")),))  # type: ignore[arg-type]


def test_a_separator_inside_a_quoted_heading_does_not_count() -> None:
    assert read_table(b'"Nom; titre",Montant\nx,1\n').header == ("Nom; titre", "Montant")


def test_the_line_by_which_a_file_names_its_separator_is_no_row() -> None:
    assert read_table(b"sep=,\r\nNom,Montant\r\nx,1\r\n").rows == ((2, ("x", "1")),)


def test_rows_keep_the_number_that_the_spreadsheet_shows() -> None:
    table = read_table(b'\n;\nNom;Montant\n"two\nlines";1\n\n;;\n"a ""quoted"" one";2\n')
    assert [row.number for row in table.rows] == [4, 7]
    assert table.rows[1].cells == ('a "quoted" one', "2")


def test_short_rows_are_filled_and_blank_ends_are_cut() -> None:
    assert read_table(b"a;b;c;;\n1\n1;2;3;;;\n") == Table(("a", "b", "c"), ((2, ("1", "", "")), (3, ("1", "2", "3"))))  # type: ignore[arg-type]


def test_a_value_outside_the_columns_is_a_fault_because_a_separator_moved_the_cells() -> None:
    with pytest.raises(RowsRefused) as refused:
        read_table(b"Nom,Montant\nx,1,50\ny,2\nz,3,50\n")
    assert [(fault.row_number, fault.value) for fault in refused.value.faults] == [(2, "50"), (4, "50")]
    assert refused.value.faults[0].refusal == CellOutsideColumns()


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b" ; ;\n", "\ufeff".encode("utf-16-le")])
def test_an_empty_file_is_refused(data: bytes) -> None:
    with pytest.raises(FileEmpty):
        read_table(data)


def test_an_empty_file_named_xlsx_is_empty_and_not_damaged() -> None:
    with pytest.raises(FileEmpty):
        read_table(b"", file_name="list.xlsx")


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), WorkbookOldOrProtected),
        (b"\x89PNG\r\n\x1a\n\x00\x00", FileIsNoTable),
        (b"a\x00;b\x00", FileIsNoTable),
        (b"\xff\xfea", EncodingUnknown),
        (b"Nom\n\x81\x8d\n", EncodingUnknown),
        (b"PK\x03\x04 and nothing more", WorkbookUnreadable),
    ],
)
def test_a_file_that_is_no_table_is_refused_by_what_it_is(data: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read_table(data, file_name="list.csv")


def test_a_quotation_mark_that_is_never_closed_does_not_swallow_the_rest() -> None:
    with pytest.raises(CsvQuotesBroken) as refused:
        read_table(b'Nom;Montant\nx;1\n"y;2\nz;3\n')
    assert refused.value.values == {"row_number": 3}


def test_limits_are_told() -> None:
    with pytest.raises(FileTooLarge):
        read_table(b"a" * (20 * 1024 * 1024 + 1))
    with pytest.raises(TooManyRows):
        read_table(b"a\n" + b"1\n" * 12_001)
    with pytest.raises(TooManyColumns):
        read_table(b";".join([b"a"] * 65))
    with pytest.raises(TooManyColumns):
        read_table(b"a;b\n" + b";".join([b"1"] * 65))
    assert len(read_table(b"a\n" + b"1\n" * 12_000 + b"\n" * 50_000).rows) == 12_000


def test_a_workbook_gives_text_numbers_and_dates() -> None:
    rows: list[list[Any]] = [
        ["Nom", "Montant", "Le", "Vrai"],
        ["Élu", 22.1, date(2026, 1, 31), True],
        [None] * 4,
        ["x", 3, datetime(2026, 1, 31, 9, 5), False],
    ]
    table = read_table(workbook(*rows))
    assert table.header == ("Nom", "Montant", "Le", "Vrai")
    assert table.rows == (
        (2, ("Élu", "22.1", "2026-01-31", "true")),
        (4, ("x", "3", "2026-01-31 09:05:00", "false")),
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (22.1, "22.1"),
        (0.1 + 0.2, "0.3"),
        (1234.5600000000001, "1234.56"),
        (1234.5599999999999, "1234.56"),
        (-0.0, "0"),
        (-12.5, "-12.5"),
        (125000, "125000"),
        (125000.0, "125000"),
        (1e15, "1000000000000000"),
        (12.345, "12.345"),
        (22.123, "22.123"),
        (12.00001, "12.00001"),
    ],
)
def test_only_the_noise_of_binary_fractions_is_taken_away(number: float, text: str) -> None:
    assert amount_of(number) == text


@given(st.integers(-(10**14), 10**14))
@settings(max_examples=25)
def test_an_amount_stored_as_a_binary_number_is_read_to_the_cent(cents: int) -> None:
    assert cents_from_text(amount_of(cents / 100)) == cents


@pytest.mark.parametrize("written", ["22.100000000000001", "22.1", "2.21E1", "22.0999999999999996"])
def test_the_number_is_read_as_the_file_writes_it(written: str) -> None:
    table = read_table(with_sheet(f'{HEADER}<row r="2"><c r="A2"><v>{written}</v></c></row>'))
    assert table.rows[0].cells == ("22.1",)


def test_every_cell_without_a_value_is_named() -> None:
    cells = {
        2: "<c r='A2'><f>B2*2</f></c>",
        3: "<c r='A3' t='e'><v>#REF!</v></c>",
        4: "<c r='A4'><v>1e999</v></c>",
        5: "<c r='A5' t='str'><f>IF(B5,B5,\"\")</f><v></v></c>",
        6: "<c r='A6'><f>1+1</f><v>2</v></c>",
        7: "<c r='A7'><v>nan</v></c>",
    }
    sheet = HEADER + "".join(f'<row r="{number}">{cell}</row>' for number, cell in cells.items())
    with pytest.raises(RowsRefused) as refused:
        read_table(with_sheet(sheet))
    assert refused.value.faults == (
        RowFault(2, "A", "", CellNotComputed()),
        RowFault(3, "A", "", CellHoldsError(error="#REF!")),
        RowFault(4, "A", "", CellUnreadable(written="1e999")),
        RowFault(7, "A", "", CellUnreadable(written="nan")),
    )


def test_a_formula_that_was_computed_gives_its_value_and_an_empty_result_is_blank() -> None:
    sheet = f"{HEADER}<row r='2'><c r='A2' t='str'><f>X</f><v></v></c></row><row r='3'><c r='A3'><f>1+1</f><v>2</v></c></row>"
    assert read_table(with_sheet(sheet)).rows == ((3, ("2",)),)


def test_a_formula_written_by_a_program_and_never_computed_is_named() -> None:
    with pytest.raises(RowsRefused) as refused:
        read_table(workbook(["Nom", "Montant"], ["x", "=SUM(A1:A9)"]))
    assert [(fault.row_number, fault.column) for fault in refused.value.faults] == [(2, "B")]


def test_only_the_first_sheet_counts() -> None:
    made = openpyxl.Workbook()
    made.active.append(["Nom"])
    made.active.append(["first"])
    made.create_sheet("zwei").append(["=1"])
    assert read_table(saved(made)).rows == ((2, ("first",)),)


def test_a_list_formatted_down_to_the_last_row_is_read_at_once() -> None:
    sheet = f"{HEADER}<row r='2'><c r='A2'><v>1</v></c></row><row r='1048576'><c r='XFD1048576' s='0'/></row>"
    assert read_table(with_sheet(sheet)).rows == ((2, ("1",)),)


@pytest.mark.parametrize(
    "rows",
    [
        "<row r='1048577'><c><v>1</v></c></row>",
        "<row r='99999999999999999999'><c><v>1</v></c></row>",
        "<row r='0'/>",
        "<row r='1'><c r='A1'><v>1</v></c></row>",
        "<row r='2'><c r='B2'><v>1</v></c><c r='A2'><v>2</v></c></row>",
        "<row r='2'><c r='A2' t='s'><v>99</v></c></row>",
        "<row r='2'><c r='A2'><v>1",
        "<row r='x'/>",
    ],
)
def test_a_damaged_sheet_is_refused_and_no_row_is_lost_in_silence(rows: str) -> None:
    with pytest.raises(WorkbookUnreadable):
        read_table(with_sheet(HEADER + rows))


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read() -> None:
    bomb = with_part("xl/styles.xml", b" " * (65 * 1024 * 1024))
    assert len(bomb) < 200_000
    with pytest.raises(WorkbookTooLarge):
        read_table(bomb)


def test_a_workbook_whose_entities_explode_is_refused() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    bomb = f'<!DOCTYPE x [<!ENTITY e0 "ha">{entities}]><worksheet><sheetData>&e11;</sheetData></worksheet>'
    with pytest.raises(WorkbookUnreadable):
        read_table(with_part("xl/worksheets/sheet1.xml", bomb.encode()))


def check_any_bytes(data: bytes) -> None:
    try:
        table = read_table(data)
    except Refusal as refusal:
        str(refusal).encode()
    else:
        assert table.header and all(len(row.cells) == len(table.header) for row in table.rows)
        assert all("".join(row.cells).strip() for row in table.rows)


@given(st.binary() | st.text(";,\t\"\r\n aé€1'=", max_size=60).map(lambda text: text.encode("utf-8")))
@example(b'"' + b"x" * 200_000 + b'"')
@example(b"\xff\xfe\x00\xd8")
@example(b"a\rb\r")
@example(b"PK\x03\x04")
def test_any_bytes_give_a_table_or_a_refusal(data: bytes) -> None:
    check_any_bytes(data)


SAMPLE = workbook(["Adhérent", "Montant"], ["E00058", 22.1], ["E00059", date(2026, 1, 31)])


@given(st.integers(0, len(SAMPLE) - 1), st.binary(min_size=1, max_size=4))
@settings(max_examples=60)
def test_a_damaged_workbook_gives_a_table_or_a_refusal(place: int, damage: bytes) -> None:
    check_any_bytes(SAMPLE[:place] + damage + SAMPLE[place + len(damage) :])
    check_any_bytes(SAMPLE[:place])


@given(st.text("<>/crv t='sn1A\"&;f", max_size=40))
@settings(max_examples=60)
def test_any_sheet_gives_a_table_or_a_refusal(xml: str) -> None:
    check_any_bytes(with_sheet(HEADER + xml))
    check_any_bytes(with_sheet(f"{HEADER}<row r='2'>{xml}</row>"))
