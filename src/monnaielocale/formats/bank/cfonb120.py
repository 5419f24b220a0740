"""CFONB120, the usual format of French bank statements (relevé de compte): records of 120 characters at fixed positions.

01 gives the opening balance, 04 a movement, 05 a complement of the movement above, 07 the closing balance. A file holds one or
several accounts, with or without line breaks; where there is none, line numbers count records. Source: CFONB, "Relevé de compte
sur support informatique", and the files that banks really send.

The date of 01 is the day whose closing balance opens the statement: the statement before covers that day. So `covers_from` is
the day after, except where opening and closing carry the same date, when the statement covers that day. Movements booked earlier,
which banks do send, stay in and are remarked upon.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from io import BytesIO, TextIOWrapper

from ...domain.money import CENTS_MAX
from ...domain.statements.bank import BankAccountName, Movement, Statement, StatementFile, StatementRemark
from ..text import is_utf8, plain
from . import faults as faults
from .cfonb120_complements import Complement, complement_of, told_by
from .checks import LINES_MAX, MOVEMENTS_MAX, STATEMENTS_MAX, check_balances, remarks_on
from .identity import french_iban

WIDTH = 120
_READ_MAX = 512
_AMOUNT_END = 104
_IDENTITY_END = 32
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\ufffd]")
_LOOKS_LIKE = re.compile(rb"(?:\xef\xbb\xbf)?[\r\n]*0[1457][0-9A-Z ]{5}(?![;,\t|])")
# The last character carries the last digit and the sign; the French national set (ISO 646-FR) shows the braces as é and è.
_LAST = {
    **{character: (digit, 1) for digit, character in enumerate("{ABCDEFGHI")},
    **{character: (digit, -1) for digit, character in enumerate("}JKLMNOPQR")},
    "é": (0, 1),
    "è": (0, -1),
}


def looks_like_cfonb120(data: bytes) -> bool:
    """True when the file starts like one of the four kinds of records, be it the wrong one."""
    return _LOOKS_LIKE.match(data[:4096].lstrip(b" \r\n")) is not None


def read_cfonb120(data: bytes) -> StatementFile:
    """The statements of a CFONB120 file. Blank currency and decimals mean euros and two.

    Refuses any fault of structure with the number of its line, and a statement whose balances and movements do not add up
    (subclasses of StatementUnreadable).
    """
    reader = _Reader()
    for line, record in _records(data):
        reader.take(line, record)
    return reader.result()


def _records(data: bytes) -> Iterator[tuple[int, str]]:
    """Each record with its line number, padded to 120 characters. Blank lines are passed over."""
    # The end-of-file mark of old systems (0x1A) is no record; trailing spaces may belong to the last one.
    body = data.rstrip(b"\x1a\r\n")
    encoding = "utf-8-sig" if is_utf8(body) else "cp1252"
    stream = TextIOWrapper(BytesIO(body), encoding=encoding, errors="replace", newline=None)
    unbroken = b"\n" not in body and b"\r" not in body
    line = 0
    while written := stream.read(WIDTH) if unbroken else stream.readline(_READ_MAX):
        line += 1
        if line > LINES_MAX:
            raise faults.StatementTooLong(limit=LINES_MAX)
        record = written.rstrip(" \n")
        if record:
            yield line, _padded(line, record, whole=unbroken or written.endswith("\n") or len(written) < _READ_MAX)


def _padded(line: int, record: str, *, whole: bool) -> str:
    if len(record) > WIDTH or not whole:
        raise faults.StatementLineTooLong(line=line)
    if _FORBIDDEN.search(record):
        raise faults.StatementCharacterForbidden(line=line)
    code = record[:2]
    if code not in ("01", "04", "05", "07"):
        raise faults.StatementRecordUnknown(line=line, written=code)
    if len(record) < (_IDENTITY_END if code == "05" else _AMOUNT_END):
        raise faults.StatementLineTruncated(line=line, length=len(record))
    return record.ljust(WIDTH)


@dataclass(slots=True)
class _OpenMovement:
    line: int
    record: str
    complements: list[Complement] = field(default_factory=list)


@dataclass(slots=True)
class _OpenStatement:
    line: int
    bank: str
    branch: str
    number: str
    currency: str
    decimals: int
    opening_on: date
    opening_cents: int
    movements: list[Movement] = field(default_factory=list)
    last: _OpenMovement | None = None
    empty_movements: int = 0
    banks: set[str] = field(default_factory=set)

    @property
    def account(self) -> BankAccountName:
        iban = french_iban(bank=self.bank, branch=self.branch, number=self.number)
        return BankAccountName(iban=iban, bank=self.bank, branch=self.branch, number=self.number)


class _Reader:
    """Takes records one by one and keeps what the next one may complete."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self.remarks: list[StatementRemark] = []
        self.open: _OpenStatement | None = None
        self.movements = 0

    def take(self, line: int, record: str) -> None:
        {"01": self._opening, "04": self._movement, "05": self._complement, "07": self._closing}[record[:2]](line, record)

    def result(self) -> StatementFile:
        if self.open is not None:
            raise faults.StatementNotClosed(account=str(self.open.account), line=self.open.line)
        if not self.statements:
            raise faults.StatementEmpty()
        return StatementFile(format="cfonb120", statements=tuple(self.statements), warnings=tuple(self.remarks))

    def _opening(self, line: int, record: str) -> None:
        if self.open is not None:
            raise faults.StatementOpenedTwice(line=line, opened_line=self.open.line)
        if len(self.statements) == STATEMENTS_MAX:
            raise faults.StatementTooLong(limit=STATEMENTS_MAX)
        given_decimals = _decimals(line, record)
        decimals = 2 if given_decimals is None else given_decimals
        self.open = _OpenStatement(
            line=line,
            bank=record[2:7].strip(),
            branch=record[11:16].strip(),
            number=record[21:32].strip(),
            currency=record[16:19].strip() or "EUR",
            decimals=decimals,
            opening_on=_day(line, record[34:40]),
            opening_cents=_cents(line, record, decimals),
            banks={record[2:7].strip()},
        )

    def _movement(self, line: int, record: str) -> None:
        if self.open is None:
            raise faults.MovementOutsideStatement(line=line)
        self._check_account(self.open, line, record)
        self._finish_movement(self.open)
        self.movements += 1
        if self.movements > MOVEMENTS_MAX:
            raise faults.StatementTooLong(limit=MOVEMENTS_MAX)
        self.open.last = _OpenMovement(line, record)

    def _complement(self, line: int, record: str) -> None:
        if self.open is None or self.open.last is None:
            raise faults.ComplementWithoutMovement(line=line)
        self._check_account(self.open, line, record)
        complement = complement_of(record)
        if complement is not None:
            self.open.last.complements.append(complement)

    def _closing(self, line: int, record: str) -> None:
        if self.open is None:
            raise faults.ClosingWithoutOpening(line=line)
        self._check_account(self.open, line, record)
        self._finish_movement(self.open)
        statement = _closed(self.open, line, record)
        check_balances(statement)
        self.statements.append(statement)
        self.remarks.extend(remarks_on(statement))
        if self.open.empty_movements:
            self.remarks.append(faults.EmptyMovementsIgnored(count=self.open.empty_movements, account=str(statement.account)))
        self.open = None

    def _check_account(self, opened: _OpenStatement, line: int, record: str) -> None:
        """Branch and account name the account; real files carry another bank code here and there, which is only remarked."""
        bank, branch, number = record[2:7].strip(), record[11:16].strip(), record[21:32].strip()
        if (branch, number) != (opened.branch, opened.number):
            raise faults.StatementAccountChanged(
                line=line, expected=f"{opened.branch} {opened.number}", found=f"{branch} {number}".strip()
            )
        currency = record[16:19].strip()
        if currency and currency != opened.currency:
            raise faults.StatementCurrencyDiffers(place=str(line), expected=opened.currency, found=currency)
        if bank not in opened.banks:
            opened.banks.add(bank)
            self.remarks.append(faults.BankCodeDiffers(line=line, expected=opened.bank, found=bank))

    def _finish_movement(self, opened: _OpenStatement) -> None:
        """The movement above is complete once another movement or the closing balance follows."""
        if opened.last is None:
            return
        movement = _movement_of(opened.last, opened.decimals)
        opened.last = None
        if movement.amount_cents:
            opened.movements.append(movement)
        else:
            opened.empty_movements += 1


def _closed(opened: _OpenStatement, line: int, record: str) -> Statement:
    decimals = _decimals(line, record)
    closing_cents = _cents(line, record, opened.decimals if decimals is None else decimals)
    closing_on = _day(line, record[34:40])
    if closing_on < opened.opening_on:
        raise faults.StatementPeriodImpossible(place=str(line), opening_on=opened.opening_on, closing_on=closing_on)
    return Statement(
        account=opened.account,
        currency=opened.currency,
        covers_from=min(opened.opening_on + timedelta(days=1), closing_on),
        closing_on=closing_on,
        opening_cents=opened.opening_cents,
        closing_cents=closing_cents,
        movements=tuple(opened.movements),
    )


def _movement_of(source: _OpenMovement, decimals: int) -> Movement:
    line, record = source.line, source.record
    own_decimals = _decimals(line, record)
    amount_cents = _cents(line, record, decimals if own_decimals is None else own_decimals)
    told = told_by(source.complements, arriving=amount_cents > 0)
    given = (plain(record[104:120]), _unless_zero(record[81:88]), *told.references)
    reject_code = _unless_zero(record[40:42])
    return Movement(
        booked_on=_day(line, record[34:40]),
        value_on=_optional_day(line, record[42:48]),
        amount_cents=amount_cents,
        label=plain(record[48:79]),
        counterparty=told.counterparty,
        details=told.details,
        references=tuple(dict.fromkeys(reference for reference in given if reference)),
        bank_code=record[32:34].strip(),
        place=str(line),
        reject_code=reject_code,
        is_reversal=reject_code != "",
    )


def _unless_zero(written: str) -> str:
    """The text of a field that banks fill with zeros when it says nothing."""
    return plain(written) if written.strip(" 0") else ""


def _decimals(line: int, record: str) -> int | None:
    written = record[19]
    if written == " ":
        return None
    if written not in "0123456789":
        raise faults.StatementDecimalsUnreadable(line=line, written=written)
    return int(written)


def _cents(line: int, record: str, decimals: int) -> int:
    """Whole cents of the 14 characters of an amount. Refuses what is not whole cents rather than rounding."""
    written = record[90:104]
    digits = written[:13].lstrip(" ")
    if written[13] not in _LAST or not re.fullmatch(r"[0-9]*", digits):
        raise faults.StatementAmountUnreadable(line=line, written=written)
    digit, sign = _LAST[written[13]]
    cents, lost = divmod(int(f"{digits}{digit}") * 100, int("1".ljust(decimals + 1, "0")))
    if lost or cents > CENTS_MAX:
        raise faults.StatementAmountUnreadable(line=line, written=written)
    return sign * cents


def _day(line: int, written: str) -> date:
    """A day written DDMMYY; years 80 to 99 belong to the last century, when the format was young."""
    if not re.fullmatch(r"[0-9]{6}", written):
        raise faults.StatementDateUnreadable(line=line, written=written)
    year = int(written[4:])
    try:
        return date(year + (1900 if year >= 80 else 2000), int(written[2:4]), int(written[:2]))
    except ValueError:
        raise faults.StatementDateUnreadable(line=line, written=written) from None


def _optional_day(line: int, written: str) -> date | None:
    return None if not written.strip(" 0") else _day(line, written)
