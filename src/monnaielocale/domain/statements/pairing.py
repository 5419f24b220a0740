"""Which of several twins is which, by what the bank wrote: the only use of texts in a line's identity."""

import re
from collections.abc import Sequence

from ..references import plain_text

_WORD = re.compile(r"[A-Z0-9]{2,}")


def pair_by_texts(known: Sequence[tuple[str, ...]], written: Sequence[tuple[str, ...]], count: int) -> list[tuple[int, int]]:
    """The `count` most alike pairs of a known and a written twin, as positions; among equals the first with the first."""
    known_words, written_words = [_words(texts) for texts in known], [_words(texts) for texts in written]
    ranked = sorted(
        (-_likeness(mine, theirs), one, other)
        for one, mine in enumerate(known_words)
        for other, theirs in enumerate(written_words)
    )
    pairs: dict[int, int] = {}
    for _, one, other in ranked:
        if len(pairs) == count:
            break
        if one not in pairs.values() and other not in pairs:
            pairs[other] = one
    return sorted((one, other) for other, one in pairs.items())


def _words(texts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_WORD.findall(plain_text(" ".join(texts))))


def _likeness(mine: frozenset[str], theirs: frozenset[str]) -> int:
    """Words in common per thousand words of both: whole, so that equal cases are equal on every machine."""
    return 1000 * len(mine & theirs) // len(mine | theirs) if mine or theirs else 0
