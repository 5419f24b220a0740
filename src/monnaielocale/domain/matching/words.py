"""Words of names and of bank charges, compared without accents, case or order."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ..references import plain_text

_WORD = re.compile(r"[A-Z0-9]+")
_TITLES = frozenset({"M", "MR", "MME", "MLLE", "MONSIEUR", "MADAME", "DE", "DU", "DES", "LA", "LE", "LES", "ET"})
CHARGE_WORDS = frozenset({"COMMISSION", "COMMISSIONS", "FRAIS", "COTISATION", "COTIS", "ABONNEMENT", "AGIOS", "TENUE"})


def words_in(texts: Sequence[str]) -> frozenset[str]:
    """All words of the texts, and those that the bank cut between two of them."""
    split = [_WORD.findall(plain_text(text)) for text in texts]
    cut = (before[-1] + after[0] for before, after in pairwise(split) if before and after)
    return frozenset([word for words in split for word in words]) | frozenset(cut)


def name_words(name: str) -> frozenset[str]:
    """The words that must all stand in a text for it to name somebody: two letters or more, without titles and articles."""
    return frozenset(word for word in _WORD.findall(plain_text(name)) if len(word) > 1 and word not in _TITLES)


def charge_words(texts: Iterable[str]) -> list[str]:
    """The bank's words for a charge in the texts, in order of the alphabet."""
    return sorted(CHARGE_WORDS & words_in(tuple(texts)))


class NameIndex:
    """Positions by name, found in a text by the longest word of each name."""

    def __init__(self, names: Sequence[str]) -> None:
        self._by_word: dict[str, list[tuple[frozenset[str], int]]] = {}
        for position, name in enumerate(names):
            words = name_words(name)
            if words and max(map(len, words)) > 2:
                self._by_word.setdefault(max(words, key=lambda word: (len(word), word)), []).append((words, position))

    def named_in(self, texts: Sequence[str]) -> list[int]:
        """The positions of all names whose every word is in the texts, ascending."""
        words = words_in(texts)
        return sorted(position for word in words for name, position in self._by_word.get(word, ()) if name <= words)
