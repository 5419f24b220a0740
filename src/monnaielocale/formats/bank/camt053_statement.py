"""One statement of a camt.053 message while it is being read: its account, period, balances and movements."""

from lxml import etree  # type: ignore[import-untyped]

from ...domain.statements.bank import BankAccountName, Movement, Statement
from ..text import plain
from .camt053_entries import first_day, is_booked, movement_of, signed_cents
from .camt053_marks import Mark, local_name, mark_of
from .camt053_period import Balance, Period, days_covered, period_of
from .faults import (
    StatementAccountMissing,
    StatementBalancesContradict,
    StatementCurrencyDiffers,
    StatementFieldUnreadable,
    StatementPeriodImpossible,
)
from .identity import french_parts, iban_or_none

_READ = frozenset({"Ntry", "Bal", "Acct", "FrToDt", "Id", "ElctrncSeqNb"})
_OPENING, _PREVIOUS, _CLOSING, _INTERIM = "OPBD", "PRCD", "CLBD", "ITBD"


class StatementDraft:
    """Reads the children of a Stmt element as they arrive, in whatever order real files give them."""

    def __init__(self, element: etree._Element, *, order: int) -> None:
        self.element = element
        self.order = order
        self.account: BankAccountName | None = None
        self.currency = ""
        self.identity = ""
        self.number = ""
        self.period = Period()
        self.balances: list[Balance] = []
        self.movements: list[Movement] = []
        self.entries = 0
        self.pending = 0
        self.empty = 0
        self._last_read: etree._Element | None = None

    def absorb(self, *, last: etree._Element | None) -> None:
        """Reads the children that nobody read yet, up to `last` or all of them. The parser said that they are complete."""
        for child in self.element:
            if child is not self._last_read:
                self._child(child)
            if child is last:
                self._last_read = child
                return

    def statement(self) -> Statement:
        """The statement; refuses one without account or days, and a period that ends before it begins."""
        if self.account is None:
            raise StatementAccountMissing(statement=self.order)
        opening, closing = self._bounds()
        days = days_covered(self.period, opening=opening, closing=closing, booked=[line.booked_on for line in self.movements])
        if days is None:
            raise StatementFieldUnreadable(place=str(self.order), field="FrToDt", written="")
        if days[1] < days[0]:
            raise StatementPeriodImpossible(place=str(self.order), opening_on=days[0], closing_on=days[1])
        return Statement(
            account=self.account,
            currency=self.currency or "EUR",
            covers_from=days[0],
            closing_on=days[1],
            opening_cents=opening.cents if opening else None,
            closing_cents=closing.cents if closing else None,
            movements=tuple(self.movements),
            number=self.number or self.identity,
        )

    def _child(self, element: etree._Element) -> None:
        name = local_name(element)
        if name not in _READ:
            return
        mark = mark_of(element)
        if name == "Ntry":
            self._entry(mark)
        elif name == "Bal":
            self._balance(mark)
        elif name == "Acct":
            self._account(mark)
        elif name == "FrToDt":
            self.period = period_of(mark)
        elif name == "Id":
            self.identity = plain(mark.text)
        elif name == "ElctrncSeqNb":
            self.number = plain(mark.text)

    def _account(self, mark: Mark) -> None:
        currency = mark.text_at("Ccy")
        if currency and self.currency and currency != self.currency:
            raise StatementCurrencyDiffers(place=str(self.order), expected=currency, found=self.currency)
        self.currency = currency or self.currency
        written = mark.text_at("Id", "IBAN")
        iban = iban_or_none(written)
        if iban is not None:
            bank, branch, number = french_parts(iban) or ("", "", "")
            self.account = BankAccountName(iban=iban, bank=bank, branch=branch, number=number)
            return
        number = written or mark.text_at("Id", "Othr", "Id") or mark.text_at("Id", "PrtryAcct", "Id")
        if number:
            self.account = BankAccountName(iban=iban_or_none(number), number=number)

    def _currency_for(self, mark: Mark) -> str:
        """The account's currency; where the account names none, the first amount decides."""
        if not self.currency:
            amount = mark.first("Amt")
            self.currency = (amount.currency or "").strip()[:3] if amount is not None else ""
        return self.currency or "EUR"

    def _balance(self, mark: Mark) -> None:
        kind = mark.text_at("Tp", "CdOrPrtry", "Cd") or mark.text_at("Tp", "Cd")
        if kind not in (_OPENING, _PREVIOUS, _CLOSING, _INTERIM):
            return
        cents = signed_cents(mark, place=f"{self.order}/{kind}", currency=self._currency_for(mark))
        dated = mark.first("Dt")
        balance = Balance(kind=kind, cents=cents, on=None if dated is None else first_day(dated))
        if kind != _INTERIM and any(known.kind == kind and known.cents != cents for known in self.balances):
            raise StatementBalancesContradict(statement=self.order, balance=kind)
        self.balances.append(balance)

    def _entry(self, mark: Mark) -> None:
        self.entries += 1
        if not is_booked(mark):
            self.pending += 1
            return
        movement = movement_of(mark, place=f"{self.order}/{self.entries}", currency=self._currency_for(mark))
        if movement.amount_cents:
            self.movements.append(movement)
        else:
            self.empty += 1

    def _bounds(self) -> tuple[Balance | None, Balance | None]:
        """Opening and closing balance. A page of a longer statement ends, or begins, with an interim balance (ITBD)."""
        by_kind = {balance.kind: balance for balance in reversed(self.balances)}
        interim = [balance for balance in self.balances if balance.kind == _INTERIM]
        opening = by_kind.get(_OPENING) or by_kind.get(_PREVIOUS)
        closing = by_kind.get(_CLOSING)
        if opening is None and interim and (closing is not None or len(interim) > 1):
            opening = interim[0]
        if closing is None and interim and opening is not interim[-1] and opening is not None:
            closing = interim[-1]
        return opening, closing
