"""The list of a payment run (bordereau de paiement): one row for each payment, from a spreadsheet or from a program."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..domain.files import CountDiffers, NoRows, Notice, RowFault, RowsRefused, TooManyRows, TotalDiffers, ValueMissing
from ..domain.money import CENTS_MAX, AmountNotPositive, AmountTooLarge, decimal_text
from ..domain.payments.mandates import SUBJECT_LENGTH_MAX
from ..domain.progress import Step, counted
from ..domain.refusals import Refusal
from ..domain.text import clean_text, shown_text
from .columns import Cells, Column, Faults, FoundColumns, find_columns, folded, read_cents, read_member_number
from .tabular import Table, TableRow

PAYMENTS_MAX = 10_000
COLUMNS = (
    Column(
        "member_number",
        ("adhérent", "n° d'adhérent", "n° adhérent bénéficiaire", "member", "member number", "beneficiary number"),
        required=True,
    ),
    Column("name", ("bénéficiaire", "nom", "nom du bénéficiaire", "nom et prénom", "name", "beneficiary", "beneficiary name")),
    Column("amount", ("montant", "montant net", "montant à payer", "somme", "amount"), required=True),
    Column("subject", ("objet", "subject")),
    Column(
        "payment_order",
        ("mandat de paiement", "mandat", "n° de mandat", "n° de mandat de paiement", "payment order", "payment order number"),
    ),
    Column("label", ("libellé", "label")),
)
_MAX_LENGTHS = {"name": 200, "subject": SUBJECT_LENGTH_MAX, "payment_order": 40, "label": 140}
_KEYS = ("member_number", "amount_cents", *_MAX_LENGTHS)


class RowAfterTotal(Refusal):
    """This row stands below the total: a list ends with its total."""

    code = "row_after_total"


class RowIsNoObject(Refusal):
    """Each payment is an object with a member number and an amount in cents."""

    code = "row_is_no_object"


class KeyNotExpected(Refusal):
    """A payment has no such key; it has {known}."""

    code = "key_not_expected"


class TextExpected(Refusal):
    """A text is expected here."""

    code = "text_expected"


class CentsExpected(Refusal):
    """A whole number of cents is expected here, such as 12345 for 123,45."""

    code = "cents_expected"


@dataclass(frozen=True, slots=True)
class RunRow:
    """One payment as the list states it; the name is compared later with the one that the association knows."""

    row_number: int
    member_number: str
    name: str
    amount_cents: int
    subject: str
    payment_order: str
    label: str


@dataclass(frozen=True, slots=True)
class RunRows:
    """All payments of a list, in its order, with their sum."""

    rows: tuple[RunRow, ...]
    total_cents: int
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class ExaminedRows:
    """A list as far as it can be read, with the faults of its rows: a value that has a fault is blank, or zero.

    `headings` tells under which heading the list holds each column, for what may be found wrong with it later.
    """

    rows: tuple[RunRow, ...]
    faults: tuple[RowFault, ...]
    headings: Mapping[str, str]
    stated_total_cents: int | None = None
    notices: tuple[Notice, ...] = ()


def examine_run_rows(source: Table | Sequence[object]) -> ExaminedRows:
    """The payments of a table, or of a program's list of objects whose `amount_cents` are whole numbers, with all their faults.

    Raises ColumnMissing, ColumnRepeated, NoRows and TooManyRows.
    """
    return _rows_of_table(source) if isinstance(source, Table) else _rows_of_objects(source)


def summed_run_rows(
    examined: ExaminedRows, *, declared_total_cents: int | None = None, declared_count: int | None = None
) -> RunRows:
    """The payments of a list without faults, once the total and count that were declared agree with its rows.

    Raises RowsRefused, TotalDiffers, CountDiffers and AmountTooLarge.
    """
    if examined.faults:
        raise RowsRefused(examined.faults)
    rows = examined.rows
    total = sum(row.amount_cents for row in rows)
    for declared in (examined.stated_total_cents, declared_total_cents):
        if declared is not None and declared != total:
            raise TotalDiffers(declared=decimal_text(declared), recomputed=decimal_text(total))
    if declared_count is not None and declared_count != len(rows):
        raise CountDiffers(declared=declared_count, recomputed=len(rows))
    if total > CENTS_MAX:
        raise AmountTooLarge(written=decimal_text(total))
    return RunRows(rows, total, examined.notices)


def read_run_rows(
    source: Table | Sequence[object], *, declared_total_cents: int | None = None, declared_count: int | None = None
) -> RunRows:
    """The payments of a table, or of a program's list of objects whose `amount_cents` are whole numbers.

    A total row at the end of a table, and the total and count that the sender declares apart, must agree with the rows. At most
    10,000 payments. Raises ColumnMissing, ColumnRepeated, NoRows, TooManyRows, RowsRefused with all faults of all rows,
    TotalDiffers, CountDiffers and AmountTooLarge.
    """
    examined = examine_run_rows(source)
    return summed_run_rows(examined, declared_total_cents=declared_total_cents, declared_count=declared_count)


def _rows_of_table(table: Table) -> ExaminedRows:
    columns = find_columns(table, COLUMNS)
    faults = Faults()
    end = next((place for place, row in enumerate(table.rows) if _is_total(row, columns)), len(table.rows))
    _check_count(end)
    rows = [_row_of_cells(Cells(row, columns, faults)) for row in counted(Step.READING, table.rows[:end])]
    stated = Cells(table.rows[end], columns, faults).read("amount", read_cents) if end < len(table.rows) else None
    for row in table.rows[end + 1 :]:
        faults.add(row.number, "", next(filter(str.strip, row.cells)), RowAfterTotal())
    headings = {column.name: columns.heading(column.name) for column in COLUMNS}
    return ExaminedRows(tuple(rows), tuple(faults.found), headings, stated, columns.notices())


def _is_total(row: TableRow, columns: FoundColumns) -> bool:
    """A row whose first value says so and that names no member: `Total;;12 345,67`."""
    label = next(cell.strip() for cell in row.cells if cell.strip())
    if folded(label.split()[0]) not in ("total", "totaux"):
        return False
    return Cells(row, columns, Faults()).written("member_number") in ("", label)


def _check_count(count: int) -> None:
    if not count:
        raise NoRows()
    if count > PAYMENTS_MAX:
        raise TooManyRows(most=PAYMENTS_MAX)


def _row_of_cells(cells: Cells) -> RunRow:
    return RunRow(
        cells.row.number,
        cells.read("member_number", read_member_number, required=True) or "",
        cells.text("name", _MAX_LENGTHS["name"]),
        cells.read("amount", _positive_cents, required=True) or 0,
        cells.text("subject", _MAX_LENGTHS["subject"]),
        cells.text("payment_order", _MAX_LENGTHS["payment_order"]),
        cells.text("label", _MAX_LENGTHS["label"]),
    )


def _positive_cents(written: str) -> int:
    return _positive(read_cents(written))


def _positive(cents: int) -> int:
    if cents <= 0:
        raise AmountNotPositive(amount=decimal_text(cents))
    return cents


def _rows_of_objects(objects: Sequence[object]) -> ExaminedRows:
    _check_count(len(objects))
    faults = Faults()
    rows = []
    for number, value in enumerate(counted(Step.READING, objects), 1):
        if isinstance(value, Mapping):
            rows.append(_row_of_object(number, value, faults))
        else:
            faults.add(number, "", _written(value), RowIsNoObject())
    headings = {column.name: "amount_cents" if column.name == "amount" else column.name for column in COLUMNS}
    return ExaminedRows(tuple(rows), tuple(faults.found), headings)


def _row_of_object(number: int, values: Mapping[Any, Any], faults: Faults) -> RunRow:
    for key in values:
        if key not in _KEYS:
            faults.add(number, _written(key), _written(values[key]), KeyNotExpected(known=", ".join(_KEYS)))
    texts = {}
    for key, most in _MAX_LENGTHS.items():
        texts[key] = _text_of(number, key, values.get(key), most, faults)
    member = "".join(_text_of(number, "member_number", values.get("member_number"), 40, faults, required=True).upper().split())
    return RunRow(number, member, amount_cents=_cents_of(number, values.get("amount_cents"), faults), **texts)


def _text_of(number: int, key: str, value: object, most: int, faults: Faults, *, required: bool = False) -> str:
    try:
        if value is not None and not isinstance(value, str):
            raise TextExpected()
        text = clean_text(value or "", max_length=most)
        if required and not text:
            raise ValueMissing()
    except Refusal as refusal:
        faults.add(number, key, _written(value), refusal)
        return ""
    return text


def _cents_of(number: int, value: object, faults: Faults) -> int:
    try:
        if value is None:
            raise ValueMissing()
        # True is a whole number to the language, and never an amount of money.
        if type(value) is not int:
            raise CentsExpected()
        # An integer of many thousand figures cannot even be written in a refusal.
        if not -CENTS_MAX <= value <= CENTS_MAX:
            raise AmountTooLarge(written="…")
        return _positive(value)
    except Refusal as refusal:
        faults.add(number, "amount_cents", _written(value), refusal)
        return 0


def _written(value: object) -> str:
    """A value of a program as text, cut short; never the whole of what may be very deep or very long."""
    if value is None:
        return ""
    if isinstance(value, str):
        return shown_text(value)
    if isinstance(value, bool | float) or (type(value) is int and abs(value) <= CENTS_MAX):
        return str(value)
    return type(value).__name__
