"""What a convention says of the service desks (régies de recettes) that take local currency."""

from dataclasses import dataclass
from typing import Any

from ..desks.charters import TillUnknown
from ..money import decimal_text
from ..refusals import Refusal


class DeskNotInConvention(Refusal):
    """{version} of the convention {convention} has no desk {desk}: to collect there would be unauthorised management (gestion
    de fait)."""

    code = "desk_not_in_convention"


class FloatBeyondCharter(Refusal):
    """The charter gives desk {desk} a float of {agreed}: {asked} would be more."""

    code = "float_beyond_charter"


@dataclass(frozen=True, slots=True)
class DeskRules:
    """What is agreed for one desk: its tills, and its float in euros and in local notes, in cents."""

    code: str
    label: str
    tills: tuple[str, ...]
    float_euro_cents: int
    float_notes_cents: int

    @property
    def float_cents(self) -> int:
        """The whole float, as the public accountant hands it over in euros before a part of it is exchanged."""
        return self.float_euro_cents + self.float_notes_cents

    def require_till(self, till: str) -> None:
        """TillUnknown unless the desk has this till."""
        if till not in self.tills:
            raise TillUnknown(desk=self.code, till=till[:40], known=self.tills)

    def require_float(self, advance_cents: int) -> None:
        """FloatBeyondCharter when the public accountant would have handed over more than agreed."""
        self._require(advance_cents, self.float_cents)

    def require_float_in_notes(self, notes_cents: int) -> None:
        """FloatBeyondCharter when more of the float would be in local notes than agreed."""
        self._require(notes_cents, self.float_notes_cents)

    def _require(self, cents: int, agreed_cents: int) -> None:
        if cents > agreed_cents:
            raise FloatBeyondCharter(desk=self.code, agreed=decimal_text(agreed_cents), asked=decimal_text(cents))


def desk_rules(content: dict[str, Any]) -> DeskRules:
    """The rules of a desk from the canonical content of a version."""
    return DeskRules(
        content["code"], content["label"], tuple(content["tills"]), content["float_euro_cents"], content["float_notes_cents"]
    )
