"""Opening balances: every account of the chart in its natural sense, notes by denomination."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monnaielocale.domain.chart import AccountUnknown, account
from monnaielocale.domain.files import ColumnMissing, NoRows, RowFault, RowsRefused, ValueMissing
from monnaielocale.domain.money import AmountNotPositive, AmountUnreadable
from monnaielocale.domain.refusals import Refusal
from monnaielocale.formats.opening_files import (
    AccountIbanWrong,
    AccountRepeated,
    DenominationMissing,
    DenominationNotWanted,
    NotWholeNotes,
    OpeningBelowZero,
    OpeningRow,
    OpeningRows,
    read_opening_rows,
)
from monnaielocale.formats.tabular import read_table

HEADER = "Compte;Coupure;Solde\n"
IBAN = "FR7699999000011234567890152"


def opening_of(body: str, header: str = HEADER) -> OpeningRows:
    return read_opening_rows(read_table((header + body).encode()))


def faults_of(body: str) -> tuple[RowFault, ...]:
    with pytest.raises(RowsRefused) as refused:
        opening_of(body)
    return refused.value.faults


def test_balances_are_read_in_their_natural_sense() -> None:
    body = (
        "bank:FR76 9999 9000 0112 3456 7890 152;;101 234,56 €\n"
        "circulation.digital;;100 000,00\n"
        "Wallet:e 00058;;1 234,56\n"
        "notes.vault;20;400\n"
        "notes.drawer:piscine:1;5;50,00\n"
        "operating.digital;;-12,50\n"
        "to_return.digital:bayonne;;0\n"
    )
    assert opening_of(body).rows == (
        OpeningRow(2, f"bank:{IBAN}", None, 10123456),
        OpeningRow(3, "circulation.digital", None, 10000000),
        OpeningRow(4, "wallet:E00058", None, 123456),
        OpeningRow(5, "notes.vault:2000", 2000, 40000),
        OpeningRow(6, "notes.drawer:piscine:1:500", 500, 5000),
        OpeningRow(7, "operating.digital", None, -1250),
        OpeningRow(8, "to_return.digital:bayonne", None, 0),
    )


def test_every_code_that_is_read_is_an_account_of_the_chart() -> None:
    rows = opening_of(f"bank:{IBAN};;1\nnotes.public;2;2\nissuance.notes:200;;2\n").rows
    assert [account(row.account).denomination_cents for row in rows] == [None, 200, 200]
    assert rows[2].denomination_cents == 200


def test_all_faults_of_all_rows_are_told_at_once() -> None:
    body = (
        "caisse;;5\n"
        "bank:FR7699999000011234567890153;;5\n"
        "notes.vault;;20\n"
        "notes.vault;20;30\n"
        "notes.vault;-5;30\n"
        "circulation.digital;20;40\n"
        "wallet:E1;;-0,01\n"
        "wallet:E2;;1,234\n"
        ";;5\n"
        "wallet:E3;;5\n"
        "wallet:e3;;6\n"
        "circulation.notes;;\n"
        "wallet:;;5\n"
    )
    assert faults_of(body) == (
        RowFault(2, "Compte", "caisse", AccountUnknown(account="caisse")),
        RowFault(3, "Compte", "bank:FR7699999000011234567890153", AccountIbanWrong(iban="FR7699999000011234567890153")),
        RowFault(4, "Coupure", "", DenominationMissing()),
        RowFault(5, "Solde", "30", NotWholeNotes(amount="30.00", denomination="20.00")),
        RowFault(6, "Coupure", "-5", AmountNotPositive(amount="-5.00")),
        RowFault(7, "Coupure", "20", DenominationNotWanted()),
        RowFault(8, "Solde", "-0,01", OpeningBelowZero(amount="-0.01")),
        RowFault(9, "Solde", "1,234", AmountUnreadable(written="1,234")),
        RowFault(10, "Compte", "", ValueMissing()),
        RowFault(12, "Compte", "wallet:e3", AccountRepeated(first_row=11)),
        RowFault(13, "Solde", "", ValueMissing()),
        RowFault(14, "Compte", "wallet:", AccountUnknown(account="wallet:")),
    )


def test_one_denomination_twice_is_refused_and_two_are_not() -> None:
    assert len(opening_of("notes.vault;20;20\nnotes.vault;10;20\n").rows) == 2
    assert faults_of("notes.vault;20;20\nnotes.vault;20,00;40\n")[0].refusal == AccountRepeated(first_row=2)


def test_a_list_without_notes_needs_no_denominations() -> None:
    assert opening_of("circulation.digital;5\n", header="account;balance\n").rows[0].amount_cents == 500


def test_a_list_needs_its_columns_and_rows() -> None:
    with pytest.raises(ColumnMissing) as refused:
        opening_of("5\n", header="Solde\n")
    assert refused.value.values["column"] == "compte"
    with pytest.raises(NoRows):
        opening_of("")


words = st.sampled_from(["bank:", "wallet:", "notes.vault", ":", ";", "\n", "²", "1", "20", "-5", "FR", "٣", " ", "é"])


@given(st.lists(words, max_size=20).map("".join))
def test_whatever_stands_in_a_list_gives_balances_or_a_refusal(body: str) -> None:
    try:
        rows = opening_of(body).rows
    except Refusal as refusal:
        str(refusal).encode()
    else:
        assert all(account(row.account).code == row.account for row in rows)
