"""Refusals kept as plain data, with every fault of every row, and made whole again to be said in the language of who reads.

What is kept names the sentence and the values, never its words in some language.
"""

from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from .files import RowFault
from .money import Money
from .refusals import Refusal, every_refusal

Known = Mapping[tuple[str, str], type[Refusal]]


def kept_whole(refusal: Refusal) -> dict[str, Any]:
    """A refusal as JSON can hold it: its code, its sentence, its values, and its faults when it has several."""
    values = {name: _kept(value) for name, value in refusal.values.items() if name != "faults"}
    kept = {"code": refusal.code, "msgid": refusal.template(), "values": values}
    faults = getattr(refusal, "faults", None)
    return kept if faults is None else kept | {"faults": [_kept_fault(fault) for fault in faults]}


def refusal_kept(kept: Mapping[str, Any]) -> Refusal:
    """The refusal that was kept; one whose sentence the program no longer knows says only that the request was refused."""
    return _made(kept, {(kind.code, kind.template()): kind for kind in every_refusal()})


def _kept_fault(fault: RowFault) -> dict[str, Any]:
    place = {"row_number": fault.row_number, "column": _clean(fault.column), "value": _clean(fault.value)}
    return place | {"refusal": kept_whole(fault.refusal)}


def _kept(value: Any) -> Any:
    if isinstance(value, Enum):
        return _kept(value.value)
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, Money):
        return {"amount_cents": value.cents, "currency": value.currency}
    if isinstance(value, datetime):
        return {"instant": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, Refusal):
        return {"refusal": kept_whole(value)}
    if isinstance(value, set | frozenset):
        return [_kept(each) for each in sorted(value)]
    if isinstance(value, list | tuple):
        return [_kept(each) for each in value]
    return _clean(str(value))


def _clean(text: str) -> str:
    """The text without what the database cannot hold: the null character, and halves of characters."""
    return text.replace("\0", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def _made(kept: Mapping[str, Any], known: Known) -> Refusal:
    kind = known.get((kept["code"], kept["msgid"]), Refusal)
    values = {name: _value(value, known) for name, value in kept["values"].items()}
    # Some refusals are raised with their faults instead of their values: what they were made of is what they are made of again.
    refusal = kind.__new__(kind)
    Refusal.__init__(refusal, **values)
    if "faults" in kept:
        faults = tuple(_fault(each, known) for each in kept["faults"])
        refusal.values["faults"] = faults
        refusal.faults = faults  # type: ignore[attr-defined]
    return refusal


def _fault(kept: Mapping[str, Any], known: Known) -> RowFault:
    return RowFault(kept["row_number"], kept["column"], kept["value"], _made(kept["refusal"], known))


def _value(kept: Any, known: Known) -> Any:
    if isinstance(kept, list):
        return tuple(_value(each, known) for each in kept)
    if not isinstance(kept, dict):
        return kept
    if "refusal" in kept:
        return _made(kept["refusal"], known)
    if "instant" in kept:
        return datetime.fromisoformat(kept["instant"])
    return date.fromisoformat(kept["day"]) if "day" in kept else Money(kept["amount_cents"], kept["currency"])
