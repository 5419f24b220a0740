"""One entry of a camt.053 statement (écriture): a movement with the texts and references of all its transactions."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import chain
from zoneinfo import ZoneInfo

from ...domain.money import CENTS_MAX
from ...domain.statements.bank import Movement
from ..text import plain
from .camt053_marks import Mark
from .faults import StatementCurrencyDiffers, StatementFieldUnreadable

PARIS = ZoneInfo("Europe/Paris")
_AMOUNT = re.compile(r"\+?(?P<units>\d{1,18})(?:\.(?P<cents>\d{0,2})0*)?", re.ASCII)
_DAY = re.compile(r"(?P<day>\d{4}-\d{2}-\d{2})(?:Z|[-+]\d{2}:\d{2})?", re.ASCII)
_YEARS = range(1980, 2200)
_SIGNS = {"CRDT": 1, "DBIT": -1}
_NO_REFERENCE = ("NOTPROVIDED", "NOT PROVIDED", "NONREF")
_TRANSACTION_REFERENCES = ("AcctSvcrRef", "PmtInfId", "InstrId", "EndToEndId", "TxId", "MndtId", "ChqNb")


def day_of(written: str) -> date | None:
    """The day of a date, or the day that an instant is in France; None when it is neither. A time without zone is French time."""
    only_day = _DAY.fullmatch(written)
    try:
        if only_day:
            found = date.fromisoformat(only_day["day"])
        else:
            instant = datetime.fromisoformat(written)
            found = (instant.astimezone(PARIS) if instant.tzinfo else instant).date()
    except (ValueError, OverflowError):
        return None
    return found if found.year in _YEARS else None


def first_day(element: Mark) -> date | None:
    """The day of a choice between Dt and DtTm, or of an element that holds the day itself as in old versions."""
    written = element.text_at("Dt") or element.text_at("DtTm") or plain(element.text)
    return day_of(written)


def signed_cents(element: Mark, *, place: str, currency: str) -> int:
    """Whole cents of Amt with the sign of CdtDbtInd, which already tells the direction of a reversal.

    Refuses more than two significant decimals rather than rounding (StatementFieldUnreadable), and another currency than the
    account's (StatementCurrencyDiffers).
    """
    amount = element.first("Amt")
    written = "" if amount is None else amount.text.strip()
    found = _AMOUNT.fullmatch(written)
    cents = int(found["units"]) * 100 + int((found["cents"] or "0").ljust(2, "0")) if found else CENTS_MAX + 1
    if amount is None or cents > CENTS_MAX:
        raise StatementFieldUnreadable(place=place, field="Amt", written=written[:80])
    given = (amount.currency or currency).strip()
    if given != currency:
        raise StatementCurrencyDiffers(place=place, expected=currency, found=given[:80])
    direction = element.text_at("CdtDbtInd")
    if direction not in _SIGNS:
        raise StatementFieldUnreadable(place=place, field="CdtDbtInd", written=direction[:80])
    return _SIGNS[direction] * cents


def is_booked(entry: Mark) -> bool:
    """False for announced, pending and informative entries. An entry without status is booked."""
    return (entry.text_at("Sts") or entry.text_at("Sts", "Cd") or entry.text_at("Sts", "Prtry") or "BOOK") == "BOOK"


def movement_of(entry: Mark, *, place: str, currency: str) -> Movement:
    """The movement of a booked entry; refuses an unreadable amount, direction or date (StatementFieldUnreadable)."""
    amount_cents = signed_cents(entry, place=place, currency=currency)
    transactions = list(entry.every("NtryDtls", "TxDtls"))
    names = _distinct(name for transaction in transactions for name in _names(transaction, arriving=amount_cents > 0))
    texts = _distinct(chain([entry.text_at("AddtlNtryInf")], *(_texts(transaction) for transaction in transactions)))
    return Movement(
        booked_on=_day_at(entry, "BookgDt", place=place),
        value_on=_day_at(entry, "ValDt", place=place) if entry.first("ValDt") is not None else None,
        amount_cents=amount_cents,
        label=texts[0] if texts else "",
        counterparty=names[0] if names else "",
        details=(*texts[1:], *names[1:]),
        references=_distinct(_references(entry, transactions)),
        bank_code=_bank_code(entry),
        place=place,
        reject_code=next((code for transaction in transactions if (code := _reject_code(transaction))), ""),
        is_reversal=entry.text_at("RvslInd") in ("true", "1"),
    )


def _day_at(entry: Mark, field: str, *, place: str) -> date:
    element = entry.first(field)
    found = None if element is None else first_day(element)
    if element is None or found is None:
        raise StatementFieldUnreadable(place=place, field=field, written="" if element is None else _inner_text(element)[:80])
    return found


def _inner_text(element: Mark) -> str:
    return plain(" ".join(mark.text for mark in (element, *element.every("Dt"), *element.every("DtTm"))))


def _distinct(found: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in found if value))


def _names(transaction: Mark, *, arriving: bool) -> Iterator[str]:
    """The other party: the debtor of euros that arrive, the creditor of euros that leave, then those on whose behalf they act."""
    parties = transaction.first("RltdPties")
    if parties is not None:
        for party in ("Dbtr", "UltmtDbtr") if arriving else ("Cdtr", "UltmtCdtr"):
            yield parties.text_at(party, "Nm") or parties.text_at(party, "Pty", "Nm")


def _texts(transaction: Mark) -> Iterator[str]:
    for unstructured in transaction.every("RmtInf", "Ustrd"):
        yield plain(unstructured.text)
    for additional in transaction.every("RmtInf", "Strd", "AddtlRmtInf"):
        yield plain(additional.text)
    yield transaction.text_at("AddtlTxInf")
    for reason in transaction.every("RtrInf", "AddtlInf"):
        yield plain(reason.text)


def _references(entry: Mark, transactions: list[Mark]) -> Iterator[str]:
    given = chain(
        (entry.text_at("NtryRef"), entry.text_at("AcctSvcrRef")),
        (batch.text_at("PmtInfId") for batch in entry.every("NtryDtls", "Btch")),
        chain.from_iterable(_transaction_references(transaction) for transaction in transactions),
    )
    return (reference for reference in given if reference.upper() not in _NO_REFERENCE)


def _transaction_references(transaction: Mark) -> Iterator[str]:
    given = transaction.first("Refs")
    if given is not None:
        yield from (given.text_at(field) for field in _TRANSACTION_REFERENCES if field in given.children)
    for structured in transaction.every("RmtInf", "Strd"):
        yield structured.text_at("CdtrRefInf", "Ref")
        yield from (plain(number.text) for number in structured.every("RfrdDocInf", "Nb"))


def _bank_code(entry: Mark) -> str:
    """The bank's own code, in France the interbank operation code, else the ISO one."""
    code = entry.first("BkTxCd")
    if code is None:
        return ""
    proprietary = code.text_at("Prtry", "Cd")
    iso = (code.text_at("Domn", "Cd"), code.text_at("Domn", "Fmly", "Cd"), code.text_at("Domn", "Fmly", "SubFmlyCd"))
    return proprietary or "/".join(part for part in iso if part)


def _reject_code(transaction: Mark) -> str:
    return transaction.text_at("RtrInf", "Rsn", "Cd") or transaction.text_at("RtrInf", "Rsn", "Prtry")
