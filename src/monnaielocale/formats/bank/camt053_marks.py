"""XML elements as plain values: what a statement's readers look up by local name, whatever the namespace and its prefix."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from lxml import etree  # type: ignore[import-untyped]

from ..text import plain


class Mark:
    """One element with its text, its currency if it is an amount, and its children by local name in the order of the file."""

    __slots__ = ("children", "currency", "text")

    def __init__(self, text: str, children: "Mapping[str, list[Mark]]", currency: str | None = None) -> None:
        self.text = text
        self.children = children
        self.currency = currency

    def every(self, name: str, *further: str) -> "Sequence[Mark]":
        """The elements that this path of local names leads to, in the order of the file."""
        found = self.children.get(name, ())
        for step in further:
            found = [below for mark in found for below in mark.children.get(step, ())]
        return found

    def first(self, name: str, *further: str) -> "Mark | None":
        """The first element that the path leads to."""
        found = self.every(name, *further) if further else self.children.get(name)
        return found[0] if found else None

    def text_at(self, name: str, *further: str) -> str:
        """The text of the first element that the path leads to, made plain; empty when there is none."""
        found = self.every(name, *further) if further else self.children.get(name)
        return plain(found[0].text) if found else ""


# Most elements have no children: they share this mapping, which nobody can change.
_NO_CHILDREN: Mapping[str, list[Mark]] = MappingProxyType({})


def mark_of(element: etree._Element) -> Mark:
    """The element and all that it contains, in one pass. The parser bounds the depth."""
    if not len(element):
        return Mark(element.text or "", _NO_CHILDREN)
    children: dict[str, list[Mark]] = {}
    for child in element:
        name = _local(child.tag)
        mark = mark_of(child)
        if name == "Amt":
            mark.currency = child.get("Ccy")
        children.setdefault(name, []).append(mark)
    return Mark(element.text or "", children)


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return _local(element.tag)


@lru_cache(maxsize=1024)
def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
