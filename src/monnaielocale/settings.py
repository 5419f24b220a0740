"""What the installation decides, read from the environment once per command."""

import os
import sys
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def default_data_directory() -> Path:
    """Where the platform keeps an application's data: the user's own folder, /var/lib for root."""
    if os.environ.get("XDG_DATA_HOME"):
        return Path(os.environ["XDG_DATA_HOME"]) / "monnaielocale"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "monnaielocale"
    if os.geteuid() == 0:
        return Path("/var/lib/monnaielocale")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "monnaielocale"
    return Path.home() / ".local" / "share" / "monnaielocale"


class Settings(BaseSettings):
    """Settings of one installation; every name but DATABASE_URL starts with MONNAIELOCALE_."""

    model_config = SettingsConfigDict(env_prefix="MONNAIELOCALE_", env_ignore_empty=True, frozen=True, populate_by_name=True)

    database_url: str | None = Field(default=None, validation_alias="DATABASE_URL", repr=False)
    data: Path = Field(default_factory=default_data_directory)
    language: str = Field(default="fr", pattern=r"^[a-z]{2,3}$")
    # The folder of the keys that sign access tokens; without one, a folder in `data` that the first start fills.
    keys: Path | None = None
    # Or the files themselves, such as secrets of containers: the key that signs, and the one before, which still verifies.
    signing_key_file: Path | None = None
    former_key_file: Path | None = None
    token_issuer: str = Field(default="monnaielocale", pattern=r"^[!-~]{1,200}$")
    token_audience: str = Field(default="monnaielocale-api", pattern=r"^[!-~]{1,200}$")
    metrics_token: SecretStr | None = None
