"""Reasons and refusals as they are kept in a document: the sentence and its values, to be said later in any language."""

from datetime import date
from typing import Any

from ..money import Money
from ..reasons import Reason
from ..refusals import Refusal


def kept_reason(reason: Reason) -> dict[str, Any]:
    """A reason as JSON can hold it."""
    return {"msgid": reason.msgid, "values": _kept_values(reason.values)}


def kept_refusal(refusal: Refusal) -> dict[str, Any]:
    """A refusal that was recorded instead of raised, with its code."""
    return {"code": refusal.code, "msgid": refusal.template(), "values": _kept_values(refusal.values)}


def reason_of(kept: dict[str, Any]) -> Reason:
    """The reason that was kept; a refusal that was kept becomes the reason with the same sentence."""
    return Reason(kept["msgid"], {name: _value_of(value) for name, value in kept["values"].items()})


def _kept_values(values: Any) -> dict[str, Any]:
    return {name: _kept(value) for name, value in values.items()}


def _kept(value: Any) -> Any:
    if isinstance(value, Money):
        return {"amount_cents": value.cents, "currency": value.currency}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    return value if isinstance(value, int) else str(value)


def _value_of(value: Any) -> Any:
    if isinstance(value, dict):
        if "day" in value:
            return date.fromisoformat(value["day"])
        return Money(value["amount_cents"], value["currency"])
    return value
