"""CFONB120 files for rehearsals and tests. A bank writes the real ones."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ...domain.statements.bank import BankAccountName, Movement, Statement
from .faults import StatementUnwritable
from .identity import french_parts

_POSITIVE, _NEGATIVE = "{ABCDEFGHI", "}JKLMNOPQR"
_CENTS_MAX = 10**14 - 1
_LABEL_WIDTH, _REFERENCE_WIDTH, _COMPLEMENT_WIDTH = 31, 16, 70


def write_cfonb120(statements: Sequence[Statement], *, line_breaks: bool = True) -> bytes:
    """The statements as one file in Windows-1252, for rehearsals and tests; characters that it lacks become question marks.

    The opening balance carries the day before `covers_from`. Texts too long for their field go on in complements. Refuses an
    account without French identity, a missing balance, and an amount of more than 14 figures (StatementUnwritable).
    """
    records = [record for statement in statements for record in _records(statement)]
    end = "\r\n" if line_breaks else ""
    return "".join(f"{record}{end}" for record in records).encode("cp1252", errors="replace")


def _records(statement: Statement) -> Iterator[str]:
    account = _account(statement.account)
    opening_on = statement.covers_from - timedelta(days=1)
    currency = statement.currency
    yield _balance("01", account, currency, opening_on, statement.opening_cents)
    for movement in statement.movements:
        yield _movement(account, currency, movement)
        for code, text in _complements(movement):
            start = _start("05", account, currency, movement.bank_code)
            yield _filled(f"{start}{_day(movement.booked_on)}{'':5}{code}{text}")
    yield _balance("07", account, currency, statement.closing_on, statement.closing_cents)


def _account(account: BankAccountName) -> BankAccountName:
    parts = french_parts(account.iban or "") or (account.bank, account.branch, account.number)
    if [len(part) for part in parts] != [5, 5, 11]:
        raise StatementUnwritable(account=str(account), field="account")
    return BankAccountName(iban=account.iban, bank=parts[0], branch=parts[1], number=parts[2])


def _start(code: str, account: BankAccountName, currency: str, bank_code: str = "") -> str:
    return f"{code}{account.bank}{'':4}{account.branch}{currency:3.3}2 {account.number}{bank_code:2.2}".ljust(34)


def _balance(code: str, account: BankAccountName, currency: str, on: date, cents: int | None) -> str:
    if cents is None:
        raise StatementUnwritable(account=str(account), field="opening_cents" if code == "01" else "closing_cents")
    return _filled(f"{_start(code, account, currency)}{_day(on)}{'':50}{_amount(account, cents)}")


def _movement(account: BankAccountName, currency: str, movement: Movement) -> str:
    value_on = _day(movement.value_on) if movement.value_on else " " * 6
    reference = next((text for text in movement.references[:1] if len(text) <= _REFERENCE_WIDTH), "")
    start = _start("04", account, currency, movement.bank_code)
    label = f"{movement.label[:_LABEL_WIDTH]:31}"
    amount = _amount(account, movement.amount_cents)
    return _filled(f"{start}{_day(movement.booked_on)}{movement.reject_code:2.2}{value_on}{label}  {'':7}  {amount}{reference}")


def _complements(movement: Movement) -> Iterator[tuple[str, str]]:
    if movement.label[_LABEL_WIDTH:]:
        yield from _cut("LIB", movement.label[_LABEL_WIDTH:])
    for reference in movement.references:
        if reference != movement.references[0] or len(reference) > _REFERENCE_WIDTH:
            yield from _cut("REF", reference)
    yield from _cut("NPY" if movement.amount_cents > 0 else "NBE", movement.counterparty)
    for detail in movement.details:
        yield from _cut("LIB", detail)


def _cut(code: str, text: str) -> Iterator[tuple[str, str]]:
    for start in range(0, len(text), _COMPLEMENT_WIDTH):
        yield code, text[start : start + _COMPLEMENT_WIDTH]


def _amount(account: BankAccountName, cents: int) -> str:
    if abs(cents) > _CENTS_MAX:
        raise StatementUnwritable(account=str(account), field="amount_cents")
    last = (_NEGATIVE if cents < 0 else _POSITIVE)[abs(cents) % 10]
    return f"{abs(cents) // 10:013d}{last}"


def _day(on: date) -> str:
    return on.strftime("%d%m%y")


def _filled(record: str) -> str:
    return record.ljust(120)
