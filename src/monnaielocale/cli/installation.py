"""The settings of this installation, or which of them cannot be used."""

from pydantic import ValidationError

from ..domain.refusals import Refusal
from ..settings import Settings


class SettingRefused(Refusal):
    """The setting {name} cannot be used: {written}."""

    code = "setting_refused"


def settings() -> Settings:
    """The settings of the installation; SettingRefused names the first that cannot be used."""
    try:
        return Settings()
    except ValidationError as problem:
        first = problem.errors()[0]
        name = str(first["loc"][0]).upper()
        named = name if name == "DATABASE_URL" else f"MONNAIELOCALE_{name}"
        raise SettingRefused(name=named, written=str(first["input"])) from problem
