"""XML elements as plain values: what a statement's readers look up by local name, whatever the namespace and its prefix."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree  # type: ignore[import-untyped]

from .text import plain


@dataclass(slots=True)
class Mark:
    """One element with its text, its currency if it is an amount, and its children by local name in the order of the file."""

    text: str = ""
    currency: str | None = None
    children: "dict[str, list[Mark]]" = field(default_factory=dict)

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
        found = self.first(name, *further)
        return plain(found.text) if found is not None and found.text else ""


def mark_of(element: etree._Element) -> Mark:
    """The element and all that it contains, in one pass. The parser bounds the depth."""
    children: dict[str, list[Mark]] = {}
    for child in element:
        children.setdefault(_local(child.tag), []).append(mark_of(child))
    return Mark(element.text or "", element.get("Ccy"), children)


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace."""
    return _local(element.tag)


@lru_cache(maxsize=1024)
def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]
