"""Figures: what we measured, what the reference did in the same minute, and their ratio."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One ratio: `reach` is the ratio that we want, above it or below it according to `higher_is_better`."""

    name: str
    ours: float
    reference: float
    unit: str
    higher_is_better: bool
    reach: float | None = None

    @property
    def ratio(self) -> float:
        """Ours by the reference's."""
        return self.ours / self.reference

    @property
    def reached(self) -> bool | None:
        """Whether the ratio is where we want it; None when nothing was promised."""
        if self.reach is None:
            return None
        return self.ratio >= self.reach if self.higher_is_better else self.ratio <= self.reach

    def as_data(self) -> dict[str, Any]:
        """The figure as JSON can hold it."""
        rounded = {"ours": round(self.ours, 4), "reference": round(self.reference, 4), "ratio": round(self.ratio, 3)}
        return {**asdict(self), **rounded, "reached": self.reached}


def paired(ours: Callable[[], float], reference: Callable[[], float], *, rounds: int) -> tuple[float, float]:
    """The two measured in turn, so that a machine that slows down slows both: the round with the median ratio."""
    measured = []
    for _ in range(rounds):
        theirs = reference()
        mine = ours()
        measured.append((mine / theirs, mine, theirs))
    ratio = median(one[0] for one in measured)
    _, mine, theirs = min(measured, key=lambda one: abs(one[0] - ratio))
    return mine, theirs
