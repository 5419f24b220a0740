"""Payment lists as towns send them: accepted whole, or refused with every fault named."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.files import (
    ColumnMissing,
    ColumnRepeated,
    CountDiffers,
    NoRows,
    RowFault,
    RowsRefused,
    TooManyRows,
    TotalDiffers,
    ValueMissing,
)
from monnaielocale.domain.money import CENTS_MAX, AmountNotPositive, AmountTooLarge, AmountUnreadable, decimal_text
from monnaielocale.domain.refusals import Refusal
from monnaielocale.domain.text import TextTooLong, TextUnacceptable
from monnaielocale.formats.run_files import (
    CentsExpected,
    KeyNotExpected,
    RowAfterTotal,
    RowIsNoObject,
    RunRow,
    RunRows,
    TextExpected,
    read_run_rows,
)
from monnaielocale.formats.tabular import read_table
from tests.yardstick import yardsticks

HEADER = "Adhérent;Bénéficiaire;Montant;Objet;N° de mandat;Libellé\n"


def run_of(text: str, **declared: Any) -> RunRows:
    return read_run_rows(read_table(text.encode()), **declared)


def faults_of(source: str | list[Any]) -> tuple[RowFault, ...]:
    with pytest.raises(RowsRefused) as refused:
        run_of(source) if isinstance(source, str) else read_run_rows(source)
    assert refused.value.values["faults"] == refused.value.faults
    assert refused.value.values["count"] == len(refused.value.faults)
    return refused.value.faults


def test_a_list_gives_its_payments_in_order_with_their_rows() -> None:
    run = run_of(f"{HEADER}e 00058;Maite Bidart;1 234,56 €;Indemnité;M-12;Janvier\n\nE00059;;300;;;\n")
    assert run == RunRows(
        rows=(
            RunRow(2, "E00058", "Maite Bidart", 123456, "Indemnité", "M-12", "Janvier"),
            RunRow(4, "E00059", "", 30000, "", "", ""),
        ),
        total_cents=153456,
    )


@pytest.mark.parametrize(
    "header",
    [
        "adhérent;montant",
        "ADHERENT;MONTANT",
        "N° d'adhérent;Montant (€)",
        "Numéro d’adhérent;Montant en euros",
        "No adhérent;montant net",
        "member_number;amount",
        "Member number;Amount (EUR)",
    ],
)
def test_headings_are_known_in_all_their_usual_forms(header: str) -> None:
    assert run_of(f"{header}\nE1;5\n").rows == (RunRow(2, "E1", "", 500, "", "", ""),)


@pytest.mark.parametrize("heading", ["Mandat de paiement", "n° mandat", "N° de mandat", "numéro de mandat", "Payment order"])
def test_the_payment_order_is_known_in_all_its_usual_forms(heading: str) -> None:
    assert run_of(f"Adhérent;Montant;{heading}\nE1;5;1234\n").rows[0].payment_order == "1234"


@pytest.mark.parametrize(
    "data", ["1 234,56 €".replace(" ", "\u00a0").encode("cp1252"), "1\u202f234,56\u202f€".encode(), b"1234.56", b"1234,56 EUR"]
)
def test_old_and_new_encodings_give_the_same_amount(data: bytes) -> None:
    assert read_run_rows(read_table(b"member;montant\nE00058;" + data + b"\n")).total_cents == 123456


def test_a_large_grant_is_an_ordinary_payment() -> None:
    assert run_of("Adhérent;Montant\nE1;125 000,00\nE2;10 000,00\n").total_cents == 13500000


def test_an_unknown_column_is_left_aside_and_said() -> None:
    run = run_of("Adhérent;Service;Montant\nE1;Culture;5\n")
    assert [str(notice) for notice in run.notices] == ["The column Service is not known and was left aside."]


def test_a_missing_column_is_named_with_the_headings_found() -> None:
    with pytest.raises(ColumnMissing) as refused:
        run_of("Adhérent;Nom\nE1;x\n")
    assert refused.value.values == {"column": "montant", "headings": "Adhérent, Nom"}


def test_a_column_named_twice_is_refused() -> None:
    with pytest.raises(ColumnRepeated) as refused:
        run_of("Adhérent;Montant;Amount\nE1;5;6\n")
    assert refused.value.values == {"headings": "Montant, Amount"}


def test_all_faults_of_all_rows_are_told_at_once() -> None:
    text = f"{HEADER}E1;Ok;5;;;\n;Nobody;12,345;;;\nE3;{'x' * 201};0;a\u202eb;;\nE4;;-5;;;\nE5;;;;;\n"
    assert faults_of(text) == (
        RowFault(3, "Adhérent", "", ValueMissing()),
        RowFault(3, "Montant", "12,345", AmountUnreadable(written="12,345")),
        RowFault(4, "Bénéficiaire", "x" * 80, TextTooLong(written="x" * 80, most=200)),
        RowFault(4, "Montant", "0", AmountNotPositive(amount="0.00")),
        RowFault(4, "Objet", "a\ufffdb", TextUnacceptable(written="a\ufffdb", character="U+202E")),
        RowFault(5, "Montant", "-5", AmountNotPositive(amount="-5.00")),
        RowFault(6, "Montant", "", ValueMissing()),
    )


def test_a_list_without_a_payment_is_refused() -> None:
    for text in ("Adhérent;Montant\n", "Adhérent;Montant\nTotal;0\n"):
        with pytest.raises(NoRows):
            run_of(text)
    with pytest.raises(NoRows):
        read_run_rows([])


def test_more_than_ten_thousand_payments_are_refused() -> None:
    text = "Adhérent;Montant\n" + "E1;1\n" * 10_000
    assert len(run_of(f"{text}Total;10000\n").rows) == 10_000
    with pytest.raises(TooManyRows):
        run_of(f"{text}E1;1\n")
    with pytest.raises(TooManyRows):
        read_run_rows([{"member_number": "E1", "amount_cents": 1}] * 10_001)


@pytest.mark.parametrize("total", ["Total;;12 345,67", "TOTAL :;;12345,67", ";Total général;12345,67", "Totaux;;", ";total;"])
def test_a_total_row_is_no_payment(total: str) -> None:
    run = run_of(f"Adhérent;Nom;Montant\nE1;x;12 000,00\nE2;y;345,67\n{total}\n")
    assert (len(run.rows), run.total_cents) == (2, 1234567)


def test_a_wrong_total_row_is_refused_with_both_sums() -> None:
    with pytest.raises(TotalDiffers) as refused:
        run_of("Adhérent;Nom;Montant\nE1;x;12 000,00\nTotal;;12 000,01\n")
    assert refused.value.values == {"declared": "12000.01", "recomputed": "12000.00"}


def test_a_member_named_total_is_a_member() -> None:
    run = run_of("Nom;Adhérent;Montant\nTotal Rénovation;E1;5\n")
    assert run.rows[0].name == "Total Rénovation"
    assert faults_of("Nom;Adhérent;Montant\nTotalité;;5\n")[0].refusal == ValueMissing()


def test_a_row_below_the_total_is_refused() -> None:
    assert faults_of("Adhérent;Montant\nE1;5\nTotal;5\nE2;7\n") == (RowFault(4, "", "E2", RowAfterTotal()),)


def test_what_the_sender_declares_is_compared() -> None:
    text = "Adhérent;Montant\nE1;5\nE2;7\n"
    assert run_of(text, declared_total_cents=1200, declared_count=2).total_cents == 1200
    with pytest.raises(TotalDiffers) as total:
        run_of(text, declared_total_cents=1201, declared_count=2)
    assert total.value.values == {"declared": "12.01", "recomputed": "12.00"}
    with pytest.raises(CountDiffers) as lines:
        run_of(text, declared_total_cents=1200, declared_count=3)
    assert lines.value.values == {"declared": 3, "recomputed": 2}


def test_a_program_sends_whole_cents() -> None:
    sent = [{"member_number": " e00058 ", "amount_cents": 123456, "name": None, "label": "Janvier"}]
    assert read_run_rows(sent, declared_total_cents=123456).rows == (RunRow(1, "E00058", "", 123456, "", "", "Janvier"),)


def test_all_faults_of_a_program_are_told_at_once() -> None:
    known = "member_number, amount_cents, name, subject, payment_order, label"
    sent = [
        {"member_number": "E1", "amount_cents": True},
        {"member_number": "E2", "amount_cents": 7.0},
        {"member_number": "E3", "amount_cents": "7"},
        {"member_number": "E4", "amount_cents": -1},
        {"member_number": 5, "amount_cents": 10**5000},
        {"member_number": "\ud800", "amount": 5},
        ["E7"],
        {},
    ]
    assert faults_of(sent) == (
        RowFault(1, "amount_cents", "True", CentsExpected()),
        RowFault(2, "amount_cents", "7.0", CentsExpected()),
        RowFault(3, "amount_cents", "7", CentsExpected()),
        RowFault(4, "amount_cents", "-1", AmountNotPositive(amount="-0.01")),
        RowFault(5, "member_number", "5", TextExpected()),
        RowFault(5, "amount_cents", "int", AmountTooLarge(written="…")),
        RowFault(6, "amount", "5", KeyNotExpected(known=known)),
        RowFault(6, "member_number", "\ufffd", TextUnacceptable(written="\ufffd", character="U+D800")),
        RowFault(6, "amount_cents", "", ValueMissing()),
        RowFault(7, "", "list", RowIsNoObject()),
        RowFault(8, "member_number", "", ValueMissing()),
        RowFault(8, "amount_cents", "", ValueMissing()),
    )


def test_a_sum_that_the_books_cannot_hold_is_refused() -> None:
    with pytest.raises(AmountTooLarge):
        read_run_rows([{"member_number": "E1", "amount_cents": CENTS_MAX}] * 2)


def test_ten_thousand_payments_are_read_in_a_blink() -> None:
    rows = "".join(f"E{number:05d};Élu numéro {number};1\u00a0234,56 €;Indemnité;M{number};Janvier\n" for number in range(10_000))
    data = (HEADER + rows).encode("cp1252")
    assert yardsticks(lambda: read_run_rows(read_table(data))) < 15
    run = read_run_rows(read_table(data))
    assert run.total_cents == 1_234_560_000


texts = st.text(st.characters(codec="utf-8"), max_size=30)
payments = st.lists(st.tuples(st.from_regex(r"\A[A-Z][0-9]{1,6}\Z"), texts, st.integers(1, 10**12)), min_size=1, max_size=20)


@given(payments)
def test_a_list_that_we_write_is_read_back(rows: list[tuple[str, str, int]]) -> None:
    text = "Adhérent;Montant\n" + "".join(f"{member};{decimal_text(cents).replace('.', ',')}\n" for member, _, cents in rows)
    run = run_of(text, declared_total_cents=sum(row[2] for row in rows), declared_count=len(rows))
    assert [(row.member_number, row.amount_cents) for row in run.rows] == [(row[0], row[2]) for row in rows]


keys = texts | st.sampled_from(["member_number", "amount_cents"])
values = st.none() | st.integers() | texts | st.floats() | st.booleans()


@given(st.lists(st.none() | st.integers() | st.dictionaries(keys, values)))
def test_whatever_a_program_sends_gives_payments_or_a_refusal(sent: list[Any]) -> None:
    try:
        run = read_run_rows(sent)
    except Refusal as refusal:
        str(refusal).encode()
    else:
        assert all(row.amount_cents > 0 and row.member_number for row in run.rows)


@given(st.text(";,\t\"\r\n aé€1'=TotalE", max_size=80))
def test_whatever_stands_in_a_file_gives_payments_or_a_refusal(body: str) -> None:
    try:
        run = run_of(f"Adhérent;Montant\n{body}")
    except Refusal as refusal:
        str(refusal).encode()
    else:
        assert run.total_cents == sum(row.amount_cents for row in run.rows) > 0
