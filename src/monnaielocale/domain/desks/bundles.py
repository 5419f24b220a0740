"""Notes and coins held together, and which amounts can be counted out of them.

A bundle says how many pieces there are of each denomination. The books of printed notes hold cents by denomination; a bundle
turns into those and back.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from math import gcd

from ..money import decimal_text
from ..refusals import Refusal

EURO_PIECES_CENTS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000)


class PieceUnknown(Refusal):
    """There is no note or coin of {denomination}: count those of {known}."""

    code = "piece_unknown"


class PiecesNegative(Refusal):
    """{count} notes or coins of {denomination} cannot be counted: write zero or more."""

    code = "pieces_negative"


class PiecesNotWhole(Refusal):
    """{amount} is not a whole number of notes or coins of {denomination}."""

    code = "pieces_not_whole"


class PiecesLacking(Refusal):
    """There are {held} notes or coins of {denomination}: {asked} cannot be taken."""

    code = "pieces_lacking"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Notes of one currency, or coins and notes in euros: (denomination in cents, number), the smallest denomination first."""

    pieces: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, counts: Mapping[int, int]) -> "Bundle":
        """The bundle of so many pieces of each denomination in cents; PiecesNegative."""
        for denomination, count in counts.items():
            if count < 0:
                raise PiecesNegative(denomination=decimal_text(denomination), count=count)
        return cls(tuple((denomination, count) for denomination, count in sorted(counts.items()) if count))

    @classmethod
    def of_cents(cls, cents_by_denomination: Mapping[int, int]) -> "Bundle":
        """The bundle that the books write as cents by denomination; PiecesNotWhole and PiecesNegative."""
        for denomination, cents in cents_by_denomination.items():
            if cents % denomination:
                raise PiecesNotWhole(amount=decimal_text(cents), denomination=decimal_text(denomination))
        return cls.of({denomination: cents // denomination for denomination, cents in cents_by_denomination.items()})

    @property
    def total_cents(self) -> int:
        """What the pieces are worth together."""
        return sum(denomination * count for denomination, count in self.pieces)

    @property
    def count(self) -> int:
        """How many pieces there are."""
        return sum(count for _, count in self.pieces)

    @property
    def counts(self) -> dict[int, int]:
        """The number of pieces by denomination in cents."""
        return dict(self.pieces)

    @property
    def cents_by_denomination(self) -> dict[int, int]:
        """The cents in each denomination, as the books of printed notes hold them."""
        return {denomination: denomination * count for denomination, count in self.pieces}

    def checked(self, known_cents: Iterable[int]) -> "Bundle":
        """The same bundle; PieceUnknown when one of its denominations does not exist."""
        known = sorted(known_cents)
        for denomination, _ in self.pieces:
            if denomination not in known:
                told = ", ".join(map(decimal_text, known))
                raise PieceUnknown(denomination=decimal_text(denomination), known=told)
        return self

    def __add__(self, other: "Bundle") -> "Bundle":
        counts = self.counts
        for denomination, count in other.pieces:
            counts[denomination] = counts.get(denomination, 0) + count
        return Bundle.of(counts)

    def __sub__(self, other: "Bundle") -> "Bundle":
        """What is left when the other bundle is taken out; PiecesLacking when it is not all there."""
        counts = self.counts
        for denomination, count in other.pieces:
            held = counts.get(denomination, 0)
            if held < count:
                raise PiecesLacking(denomination=decimal_text(denomination), held=held, asked=count)
            counts[denomination] = held - count
        return Bundle.of(counts)

    def __bool__(self) -> bool:
        return bool(self.pieces)

    def __str__(self) -> str:
        return " + ".join(f"{count} × {decimal_text(denomination)}" for denomination, count in self.pieces) or "0"


NOTHING = Bundle()


@dataclass(frozen=True, slots=True)
class Sums:
    """The amounts that can be counted out of a bundle, up to a limit; bit n of `bits` stands for n steps of `step_cents`.

    The step is the largest amount of which every denomination is a multiple, so that a drawer of hundreds of notes takes a few
    hundred bits and every amount is tried at once.
    """

    step_cents: int
    bits: int

    def smallest(self, least_cents: int, most_cents: int) -> int | None:
        """The smallest of the amounts from least to most cents, both included, or None."""
        first, last = -(-max(least_cents, 0) // self.step_cents), most_cents // self.step_cents
        if last < first:
            return None
        window = (self.bits >> first) & ((1 << (last - first + 1)) - 1)
        return (first + (window & -window).bit_length() - 1) * self.step_cents if window else None

    def largest(self, most_cents: int) -> int | None:
        """The largest of the amounts up to most cents, or None when even zero is too much."""
        if most_cents < 0:
            return None
        return ((self.bits & ((1 << (most_cents // self.step_cents + 1)) - 1)).bit_length() - 1) * self.step_cents


def sums(bundle: Bundle, most_cents: int) -> Sums:
    """Every amount up to `most_cents` that some of the pieces make together."""
    step = _step(bundle)
    most = max(most_cents, 0) // step
    bits, mask = 1, (1 << (most + 1)) - 1
    for denomination, count in bundle.pieces:
        for packet in _packets(min(count, most * step // denomination)):
            bits |= (bits << packet * denomination // step) & mask
    return Sums(step, bits)


def endless_sums(denominations_cents: Iterable[int], most_cents: int) -> Sums:
    """Every amount up to `most_cents` that notes of these denominations make, as many of each as one likes."""
    return sums(Bundle.of({each: max(most_cents, 0) // each for each in denominations_cents}), most_cents)


def fewest_pieces(bundle: Bundle, amount_cents: int) -> Bundle | None:
    """The amount in as few pieces as possible; among equals, with as few of the smallest pieces, then of the next ones.

    None when the pieces do not make the amount.
    """
    return _chosen(bundle, amount_cents, fewest=True)


def smallest_pieces(bundle: Bundle, amount_cents: int) -> Bundle | None:
    """The amount with as many of the smallest pieces as possible, then of the next ones; None when the pieces do not make it."""
    return _chosen(bundle, amount_cents, fewest=False)


def _step(bundle: Bundle) -> int:
    """The largest amount of which every denomination is a multiple."""
    return reduce(gcd, (denomination for denomination, _ in bundle.pieces), 0) or 1


def _packets(count: int) -> Iterable[int]:
    """Packets of pieces such that some of them together make any number of pieces up to the count, and no other."""
    size = 1
    while count:
        size = min(size, count)
        yield size
        count -= size
        size *= 2


def _chosen(bundle: Bundle, amount_cents: int, *, fewest: bool) -> Bundle | None:
    """The cheapest choice of pieces that makes the amount.

    The cost of a choice is one number. Its digits say how many pieces of each denomination were taken, the smallest first, so
    that comparing costs is comparing choices and the cost of the best choice says what it is. A leading digit counts all pieces
    when they are to be few; when small ones are wanted, the more of them the lower the cost.
    """
    step = _step(bundle)
    if amount_cents < 0 or amount_cents % step or amount_cents > bundle.total_cents:
        return None
    digit = bundle.count.bit_length()
    ones = {denomination: 1 << digit * place for place, (denomination, _) in enumerate(reversed(bundle.pieces))}
    every = 1 << digit * len(ones)
    unreached = every << digit + 1
    size = amount_cents // step
    costs = [0] + [unreached] * size
    for denomination, count in bundle.pieces:
        one = ones[denomination] + every if fewest else -ones[denomination]
        for packet in _packets(min(count, amount_cents // denomination)):
            shift, more = packet * denomination // step, packet * one
            costs[shift:] = [
                without if without < (taken := before + more) else taken
                for without, before in zip(costs[shift:], costs[: size + 1 - shift], strict=True)
            ]
    best = abs(costs[size])
    if best > unreached >> 1:
        return None
    return Bundle.of({denomination: best // one & (1 << digit) - 1 for denomination, one in ones.items()})
