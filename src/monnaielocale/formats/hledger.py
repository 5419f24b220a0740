"""Any book as an hledger journal, so that people can check our books with a program that we did not write.

Our codes become hledger's names under a root that says what they are: `assets:` and `liabilities:` for euro accounts whose
natural side is debit or credit, `income:` for redemption fees, `equity:` for the association's own euros, and `register:` for
units of the local currency, which are a memorandum and stay out of the balance sheet. The role keeps its dots as one part of
the name, and each part of the key is one more: `to_credit:bayonne:2026-01-1` is `liabilities:to_credit:bayonne:2026-01-1`.
Signs that hledger would read otherwise are written as %XX, so that two accounts never share a name.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from ..domain.chart import DEBIT, EURO, account
from ..domain.money import cents_from_text, decimal_text
from ..domain.refusals import Refusal

_ROOTS_OF_ROLES = {"operating": "equity", "redemption_fees": "income"}
_TYPES = {"assets": "A", "equity": "E", "income": "R", "liabilities": "L"}
_KEPT = frozenset("-_./")
_BALANCE = re.compile(r'(?P<amount>-?[\d.]+)(?: (?:"(?P<quoted>[^"]+)"|(?P<bare>[A-Za-z]+)))?', re.ASCII)


class BalancesUnreadable(Refusal):
    """These are not balances as hledger writes them in CSV."""

    code = "balances_unreadable"


@dataclass(frozen=True, slots=True)
class JournalLine:
    """One account of the chart and cents, debit positive."""

    account: str
    cents: int


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One entry of a book under its number, with the kind of the event that wrote it."""

    number: int
    business_on: date
    label: str
    event: str
    lines: tuple[JournalLine, ...]


@dataclass(frozen=True, slots=True)
class JournalBook:
    """A book to write down: its entries in order, and the balances that its accounts are said to have in the end.

    The balances come from where the books keep them and not from the entries: hledger compares the two. `numbers` are those of
    the French chart for euro accounts, by the account's code.
    """

    title: str
    unit_currency: str
    entries: tuple[JournalEntry, ...]
    balances: tuple[JournalLine, ...]
    numbers: Mapping[str, str] = field(default_factory=dict)


def write_journal(book: JournalBook) -> bytes:
    """The journal in UTF-8: declarations, one transaction for each entry, and the final balances as assertions.

    `hledger check --strict` accepts it when every entry balances and the balances agree with the entries to the cent.
    """
    codes = sorted({line.account for entry in book.entries for line in entry.lines} | {line.account for line in book.balances})
    parts = [f"; {_plain(book.title)}", "decimal-mark .", *_commodities(book)]
    parts.extend(_account_directive(code, book.numbers.get(code)) for code in codes)
    parts.extend(_transaction(entry, book.unit_currency) for entry in book.entries)
    if book.balances:
        parts.append(_assertions(book))
    return ("\n".join(parts) + "\n").encode("utf-8", "replace")


def account_name(code: str) -> str:
    """The hledger name of an account of the chart; AccountUnknown when it has none."""
    role = account(code).role
    root = "register" if role.money == "units" else _ROOTS_OF_ROLES.get(role.name.partition(".")[0])
    root = root or ("assets" if role.side == DEBIT else "liabilities")
    return ":".join([root, *map(_escaped, code.split(":"))])


def _escaped(part: str) -> str:
    """Letters, figures and a few harmless signs as they are, every other as the %XX of its bytes."""
    return "".join(
        character if character.isalnum() or character in _KEPT else "".join(f"%{byte:02X}" for byte in _bytes(character))
        for character in part
    )


def _bytes(character: str) -> bytes:
    return character.encode("utf-8", "surrogatepass")


def _commodities(book: JournalBook) -> list[str]:
    return [f"commodity 1000.00 {_symbol(currency)}" for currency in (EURO, book.unit_currency)]


def _symbol(currency: str) -> str:
    """A commodity's symbol; one that is not made of letters alone stands between quotation marks."""
    bare = _plain(currency).replace('"', "")
    return bare if bare.isascii() and bare.isalpha() else f'"{bare}"'


def _account_directive(code: str, number: str | None) -> str:
    name = account_name(code)
    tags = {"type": _TYPES.get(name.partition(":")[0]), "number": number}
    written = ", ".join(f"{tag}: {value}" for tag, value in tags.items() if value)
    return f"account {name}  ; {written}" if written else f"account {name}"


def _transaction(entry: JournalEntry, unit_currency: str) -> str:
    head = f"{entry.business_on.isoformat()} ({entry.number}) {_plain(entry.label)}  ; event: {_plain(entry.event)}"
    return "\n".join(["", head, *(_posting(line, unit_currency) for line in entry.lines)])


def _posting(line: JournalLine, unit_currency: str) -> str:
    return f"    {account_name(line.account)}  {_amount(line, unit_currency)}"


def _amount(line: JournalLine, unit_currency: str) -> str:
    return f"{decimal_text(line.cents)} {_symbol(account(line.account).currency(unit_currency))}"


def _assertions(book: JournalBook) -> str:
    """A transaction that moves nothing, on the last day and after all others, and states each balance."""
    last_on = max((entry.business_on for entry in book.entries), default=date(1970, 1, 1))
    lines = [f"\n{last_on.isoformat()} * final balances"]
    for line in book.balances:
        currency = _symbol(account(line.account).currency(book.unit_currency))
        lines.append(f"    {account_name(line.account)}  0.00 {currency} == {_amount(line, book.unit_currency)}")
    return "\n".join(lines)


def _plain(text: str) -> str:
    """One line of text without the signs by which hledger would end it or read a tag: line breaks, `;`, `|`, `,` and `:`."""
    words = "".join(" " if character in ";|,:" or not character.isprintable() else character for character in text).split()
    return " ".join(words)


Balances = Mapping[str, Mapping[str, int]]


def final_balances(book: JournalBook) -> Balances:
    """What hledger should answer for a book: cents by account name and currency, without accounts that hold nothing."""
    found: dict[str, dict[str, int]] = {}
    for line in book.balances:
        if line.cents:
            found.setdefault(account_name(line.account), {})[account(line.account).currency(book.unit_currency)] = line.cents
    return found


def parse_balances(text: str) -> Balances:
    """The answer of `hledger balance -N --flat -O csv` as cents by account name and currency, debit positive.

    Accounts that hold nothing are left out. Raises BalancesUnreadable.
    """
    found: dict[str, dict[str, int]] = {}
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise BalancesUnreadable() from error
    if not rows or rows[0] != ["account", "balance"]:
        raise BalancesUnreadable()
    for row in rows[1:]:
        if len(row) != 2:
            raise BalancesUnreadable()
        cents = {currency: amount for currency, amount in _amounts(row[1]) if amount}
        if cents:
            found[row[0]] = cents
    return found


def _amounts(written: str) -> Iterable[tuple[str, int]]:
    for part in written.split(", "):
        read = _BALANCE.fullmatch(part)
        if read is None:
            raise BalancesUnreadable()
        currency = read["quoted"] or read["bare"]
        try:
            amount = cents_from_text(read["amount"])
        except Refusal as refusal:
            raise BalancesUnreadable() from refusal
        # Only nothing at all has no currency.
        if amount and not currency:
            raise BalancesUnreadable()
        yield currency or "", amount
