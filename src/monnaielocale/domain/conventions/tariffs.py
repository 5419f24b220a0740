"""What the tariffs of a desk must be together: one possible price and one VAT each, and one price of a service on a day."""

from collections.abc import Iterator, Sequence, Set
from datetime import date
from typing import Any

from ..desks.charters import TariffsOverlap, overlaps
from ..refusals import Refusal
from . import faults
from .lines import Path

BOUNDS = {"least_cents", "most_cents"}
TariffFault = tuple[Path, Refusal, object]


def tariff_faults(tariffs: list[dict[str, Any]], written: Sequence[Set[str]]) -> Iterator[TariffFault]:
    """Each fault with the row and the key where it stands, the reason and the value.

    A key that was itself faulty is `written` in the file and absent from its tariff: it is not said to be missing as well.
    """
    for number, (tariff, keys) in enumerate(zip(tariffs, written, strict=True)):
        yield from (((number, *where), reason, value) for where, reason, value in _faults_of(tariff, keys))
    dated: dict[str, list[int]] = {}
    for number, tariff in enumerate(tariffs):
        if {"service", "valid_from"} <= tariff.keys():
            dated.setdefault(tariff["service"], []).append(number)
    for service, numbers in dated.items():
        for place, day in overlaps([_days(tariffs[number]) for number in numbers]).items():
            yield (numbers[place], "valid_from"), TariffsOverlap(service=service, day=day), day


def _faults_of(tariff: dict[str, Any], written: Set[str]) -> Iterator[TariffFault]:
    if len(BOUNDS & written) != (0 if "price_cents" in written else 2):
        yield (), faults.PriceNotOne(), tariff.get("service", "")
    elif tariff.keys() >= BOUNDS and tariff["most_cents"] < tariff["least_cents"]:
        yield ("most_cents",), faults.BoundsCrossed(least_cents=tariff["least_cents"]), tariff["most_cents"]
    if ("vat_basis_points" in written) == ("vat_exemption" in written):
        yield (), faults.VatNotOne(), tariff.get("service", "")
    begun, ended = tariff.get("valid_from"), tariff.get("valid_until")
    if begun and ended and ended < begun:
        early = faults.TariffEndsBeforeBegun(valid_from=date.fromisoformat(begun))
        yield ("valid_until",), early, ended


def _days(tariff: dict[str, Any]) -> tuple[date, date | None]:
    ended = tariff.get("valid_until")
    return date.fromisoformat(tariff["valid_from"]), date.fromisoformat(ended) if ended else None
