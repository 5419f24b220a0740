"""How the columns of one bank account's CSV statements are read, as people declare it once for each account."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ...domain.refusals import Refusal
from ..text import ENCODINGS
from .identity import iban_or_none

DELIMITERS = (";", ",", "\t", "|")
DATE_ORDERS = ("day_first", "month_first", "year_first")


class MappingRefused(Refusal):
    """The declaration of the columns cannot be used: {field} is missing or wrong."""

    code = "mapping_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvMapping:
    """The headings of the columns to read, and how the file is written where it cannot be guessed.

    Either `amount` (signed) or `debit` and `credit` are named. The first label is the movement's, further ones are its details.
    `balance` is the running balance after each movement. `date_orders` are tried in turn; `day_first` reads 31/12/2026 and
    31.12.26, `year_first` 2026-12-31 and 20261231. Refuses a mapping that cannot be used (MappingRefused).
    """

    account: str
    booked_on: str
    labels: tuple[str, ...]
    amount: str | None = None
    debit: str | None = None
    credit: str | None = None
    value_on: str | None = None
    reference: str | None = None
    counterparty: str | None = None
    balance: str | None = None
    currency: str = "EUR"
    delimiter: str | None = None
    encoding: str | None = None
    date_orders: tuple[str, ...] = ("day_first", "year_first")

    def __post_init__(self) -> None:
        if isinstance(self.account, str):
            object.__setattr__(self, "account", iban_or_none(self.account) or self.account)
        wrong = next((field for field, right in self._checks() if not right), None)
        if wrong is not None:
            raise MappingRefused(field=wrong)

    def _checks(self) -> tuple[tuple[str, bool], ...]:
        columns = (self.amount, self.debit, self.credit, self.value_on, self.reference, self.counterparty, self.balance)
        return (
            ("account", _is_text(self.account) and iban_or_none(self.account) == self.account),
            ("booked_on", _is_text(self.booked_on)),
            ("labels", isinstance(self.labels, tuple) and len(self.labels) > 0 and all(map(_is_text, self.labels))),
            ("columns", all(column is None or _is_text(column) for column in columns)),
            ("amount", (self.amount is None) != (self.debit is None and self.credit is None)),
            ("debit", (self.debit is None) == (self.credit is None)),
            ("currency", _is_text(self.currency) and len(self.currency) == 3),
            ("delimiter", self.delimiter is None or self.delimiter in DELIMITERS),
            ("encoding", self.encoding is None or self.encoding in tuple(ENCODINGS)),
            ("date_orders", isinstance(self.date_orders, tuple) and 0 < len(self.date_orders) <= 3),
            ("date_orders", all(order in DATE_ORDERS for order in self.date_orders)),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The headings that the file must have, each once."""
        named = (self.booked_on, *self.labels, self.amount, self.debit, self.credit, self.value_on, self.reference)
        return tuple(dict.fromkeys(name for name in (*named, self.counterparty, self.balance) if name is not None))

    def as_dict(self) -> dict[str, Any]:
        """The mapping as JSON can keep it."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> "CsvMapping":
        """The mapping that `as_dict` gave; refuses unknown or missing names (MappingRefused)."""
        known = {field.name for field in fields(cls)}
        unknown = next((name for name in kept if name not in known), None)
        if unknown is not None:
            raise MappingRefused(field=str(unknown)[:80])
        missing = next((name for name in ("account", "booked_on", "labels") if name not in kept), None)
        if missing is not None:
            raise MappingRefused(field=missing)
        values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
        return cls(**values)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value.strip()) <= 200
