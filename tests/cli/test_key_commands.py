"""The keys that sign access tokens are made and listed by commands, and changed without anybody being logged out."""

import json
import stat
from pathlib import Path

import pytest

from monnaielocale.api.keys import load_keys
from monnaielocale.cli.app import run
from monnaielocale.settings import Settings


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of an installation that needs no database for this."""
    for name in ("KEYS", "SIGNING_KEY_FILE", "FORMER_KEY_FILE"):
        monkeypatch.delenv(f"MONNAIELOCALE_{name}", raising=False)
    monkeypatch.setenv("MONNAIELOCALE_DATA", str(tmp_path))
    return tmp_path


def uses(capsys: pytest.CaptureFixture[str]) -> list[tuple[str, str]]:
    capsys.readouterr()
    assert run(["key", "list", "--json"]) == 0
    return [(Path(one["file"]).name, one["use"]) for one in json.loads(capsys.readouterr().out)]


def test_a_key_is_added_the_one_before_is_still_accepted_and_older_ones_are_not(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert uses(capsys) == []
    for _ in range(3):
        assert run(["key", "add"]) == 0
    assert uses(capsys) == [("0003.pem", "signs"), ("0002.pem", "verifies"), ("0001.pem", "retired")]
    ring = load_keys(Settings(data=data))
    assert len(ring.verifying) == 2
    run(["key", "list"])
    told = capsys.readouterr().out
    assert ring.signing.key_id in told
    assert "signe et est acceptée" in told and "n’est plus acceptée" in told


def test_tokens_signed_before_the_change_stay_good(data: Path) -> None:
    before = load_keys(Settings(data=data)).signing
    assert run(["key", "add"]) == 0
    after = load_keys(Settings(data=data))
    assert after.signing.key_id != before.key_id
    assert before.key_id in after.verifying


def test_no_command_shows_a_key_or_leaves_it_readable(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["key", "add"])
    run(["key", "list"])
    run(["key", "list", "--json"])
    told = capsys.readouterr()
    (kept,) = (data / "keys").iterdir()
    secret = "".join(kept.read_text(encoding="ascii").splitlines()[1:-1])
    assert secret[:40] not in told.out + told.err
    assert "PRIVATE" not in told.out + told.err
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_key_that_others_can_read_is_refused_by_name(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["key", "add"])
    (kept,) = (data / "keys").iterdir()
    kept.chmod(0o644)
    assert run(["key", "list"]) == 1
    assert str(kept) in capsys.readouterr().err


def test_where_the_settings_name_the_files_nothing_is_added(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["key", "add"])
    (kept,) = (data / "keys").iterdir()
    monkeypatch.setenv("MONNAIELOCALE_SIGNING_KEY_FILE", str(kept))
    assert uses(capsys) == [("0001.pem", "signs")]
    assert run(["key", "add"]) == 1
    assert "réglages" in capsys.readouterr().err
    assert len(list((data / "keys").iterdir())) == 1
