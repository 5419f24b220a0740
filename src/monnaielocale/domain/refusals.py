"""What the world may get wrong: each refusal is a class whose docstring is the sentence people read.

The docstring is a template in English and the key of its translation; the values named in braces are given by keyword when the
refusal is raised, and travel with it. A refusal knows neither HTTP nor SQL. `assert` is for our own mistakes.
"""

from typing import Any, ClassVar


class Refusal(Exception):
    """The request cannot be carried out."""

    code: ClassVar[str] = "refused"

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__()

    @classmethod
    def template(cls) -> str:
        """The sentence in English, with its values still named in braces."""
        return (cls.__doc__ or "").strip().split("\n\n")[0].replace("\n    ", " ")

    def __str__(self) -> str:
        return self.template().format(**self.values)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.values == getattr(other, "values", None)

    def __hash__(self) -> int:
        return hash((type(self), str(self)))


def every_refusal(base: type[Refusal] = Refusal) -> list[type[Refusal]]:
    """All refusals that the imported modules define, the base first: translations and status tables are checked against it."""
    return [base, *(found for child in base.__subclasses__() for found in every_refusal(child))]
