"""Settings come from the environment, and name a folder that the platform expects when nothing is said."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from monnaielocale.settings import Settings, default_data_directory


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "MONNAIELOCALE_DATA", "MONNAIELOCALE_LANGUAGE", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)


def test_nothing_said_means_our_own_server_in_french() -> None:
    settings = Settings()
    assert settings.database_url is None
    assert settings.language == "fr"
    assert settings.data == default_data_directory()


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk:secret@db.example/books")
    monkeypatch.setenv("MONNAIELOCALE_DATA", "/srv/town books")
    monkeypatch.setenv("MONNAIELOCALE_LANGUAGE", "en")
    settings = Settings()
    assert settings.database_url == "postgresql://desk:secret@db.example/books"
    assert settings.data == Path("/srv/town books")
    assert settings.language == "en"


def test_the_address_with_its_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://desk:secret@db.example/books")
    assert "secret" not in repr(Settings())


def test_an_empty_address_is_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "")
    assert Settings().database_url is None


def test_a_language_is_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONNAIELOCALE_LANGUAGE", "../../etc")
    with pytest.raises(ValidationError):
        Settings()


def test_data_goes_where_the_desktop_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/home/clerk/data")
    assert default_data_directory() == Path("/home/clerk/data/monnaielocale")


def test_root_keeps_data_where_the_account_it_lends_can_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert default_data_directory() == Path("/var/lib/monnaielocale")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr("pathlib.Path.home", lambda: Path("/home/clerk"))
    assert default_data_directory().is_relative_to("/home/clerk")
