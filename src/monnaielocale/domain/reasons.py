"""Why the program proposes or notices something, kept as a sentence to translate and the values it names."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Reason:
    """An English sentence with values in braces, and those values: amounts as Money, days as dates, else text or numbers."""

    msgid: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.msgid.format(**self.values)
