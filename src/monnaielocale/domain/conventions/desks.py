"""What a convention says of the service desks (régies de recettes) that take local currency: each has its charter there."""

from datetime import date
from typing import Any

from ..desks.charters import Charter, Instrument, PayInRhythm, Price, Tariff, Vat, checked_charter
from ..refusals import Refusal


class DeskNotInConvention(Refusal):
    """{version} of the convention {convention} has no desk {desk}: to collect there would be unauthorised management (gestion
    de fait)."""

    code = "desk_not_in_convention"


def charter_from(content: dict[str, Any], valid_from: date) -> Charter:
    """The charter of a desk (acte constitutif) from the canonical content of a version that is in force from a day on."""
    return checked_charter(
        Charter(
            desk=content["code"],
            label=content["label"],
            prefix=content["prefix"],
            tills=tuple(content["tills"]),
            tariffs=tuple(_tariff(each) for each in content["tariffs"]),
            instruments=frozenset(Instrument(each) for each in content["instruments"]),
            float_euro_cents=content["float_euro_cents"],
            float_notes_cents=content["float_notes_cents"],
            cash_ceiling_cents=content["cash_ceiling_cents"],
            pay_in=PayInRhythm(content["pay_in"]),
            seal_within_days=content["seal_within_days"],
            collect_within_days=content["collect_within_days"],
            claim_within_days=content["claim_within_days"],
            idle_minutes=content["idle_minutes"],
            valid_from=valid_from,
            refunds_leave_till=content["refunds_leave_till"],
        )
    )


def _tariff(content: dict[str, Any]) -> Tariff:
    valid_until = content.get("valid_until")
    return Tariff(
        service=content["service"],
        label=content["label"],
        price=_price(content),
        vat=Vat(content.get("vat_basis_points", 0), content.get("vat_exemption", "")),
        revenue_account=content["revenue_account"],
        valid_from=date.fromisoformat(content["valid_from"]),
        valid_until=None if valid_until is None else date.fromisoformat(valid_until),
    )


def _price(content: dict[str, Any]) -> Price:
    if "price_cents" in content:
        return Price.fixed(content["price_cents"])
    return Price(content["least_cents"], content["most_cents"])
