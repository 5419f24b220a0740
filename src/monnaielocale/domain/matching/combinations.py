"""Which few of many amounts sum exactly to another one, and whether there is only one answer.

The search is exact, gives the same answer for the same order of amounts, and is bounded: the more amounts there are, the fewer of
them are combined. What was searched is part of the answer, so that nobody takes "none found" for "none exists".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations, islice

# How many amounts may be at hand for combinations of each size to be searched: about ten thousand steps at most.
SEARCHED_UP_TO = {1: 100_000, 2: 2_000, 3: 120, 4: 60, 5: 40}
SIZE_MAX = 5


@dataclass(frozen=True, slots=True)
class Search:
    """The combinations found, as positions, two at most; and the largest size searched, where one was found or not."""

    found: tuple[tuple[int, ...], ...]
    size_searched: int


class Amounts:
    """Positive amounts in cents among which combinations are sought, several times for one preparation."""

    def __init__(self, cents: Sequence[int]) -> None:
        assert all(amount > 0 for amount in cents), "only positive amounts are combined"
        self.cents = tuple(cents)
        self.total_cents = sum(self.cents)

    @cached_property
    def _singles(self) -> dict[int, list[int]]:
        singles: dict[int, list[int]] = {}
        for position, amount in enumerate(self.cents):
            singles.setdefault(amount, []).append(position)
        return singles

    @cached_property
    def _sorted(self) -> list[int]:
        return sorted(self.cents)

    @cached_property
    def _pairs(self) -> dict[int, list[tuple[int, int]]]:
        pairs: dict[int, list[tuple[int, int]]] = {}
        for one, other in combinations(range(len(self.cents)), 2):
            pairs.setdefault(self.cents[one] + self.cents[other], []).append((one, other))
        return pairs

    def search(self, target_cents: int, *, at_least: int = 1, at_most: int = SIZE_MAX) -> Search:
        """The first two combinations of `at_least` to `at_most` amounts that sum to the target, fewest amounts first."""
        size_searched = max(size for size, count in SEARCHED_UP_TO.items() if len(self.cents) <= count or size == 1)
        sizes = range(at_least, min(at_most, size_searched) + 1)
        found = (combination for size in sizes for combination in self._of_size(size, target_cents))
        return Search(tuple(islice(found, 2)), min(at_most, size_searched))

    def _of_size(self, size: int, target: int) -> Iterator[tuple[int, ...]]:
        if target <= 0 or target > self.total_cents or size > len(self.cents):
            return
        if size == 1:
            yield from ((position,) for position in self._singles.get(target, ()))
        elif size == 2:
            yield from self._two(target)
        else:
            yield from self._more(size, target)

    def _two(self, target: int) -> Iterator[tuple[int, ...]]:
        for one, amount in enumerate(self.cents):
            yield from ((one, other) for other in self._singles.get(target - amount, ()) if other > one)

    def _more(self, size: int, target: int) -> Iterator[tuple[int, ...]]:
        """The first amounts are tried one by one, the last two are looked up among all pairs."""
        if not sum(self._sorted[:size]) <= target <= sum(self._sorted[-size:]):
            return
        firsts = combinations(range(len(self.cents)), size - 2)
        for first, cents in zip(firsts, combinations(self.cents, size - 2), strict=True):
            for pair in self._pairs.get(target - sum(cents), ()):
                if pair[0] > first[-1]:
                    yield (*first, *pair)


def some_or_all_but_some(amounts: Amounts, target_cents: int, *, at_least: int = 2) -> Search:
    """Combinations of up to five amounts, or of all but up to five, that sum to the target."""
    everything = range(len(amounts.cents))
    some = amounts.search(target_cents, at_least=at_least)
    left_out = amounts.search(amounts.total_cents - target_cents)
    remaining = (tuple(position for position in everything if position not in out) for out in map(frozenset, left_out.found))
    distinct = dict.fromkeys([*some.found, *(rest for rest in remaining if len(rest) >= at_least)])
    return Search(tuple(islice(distinct, 2)), some.size_searched)
