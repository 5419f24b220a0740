"""PostgreSQL's programs are found where systems keep them, and the wheel's serve when the system has none."""

from pathlib import Path

import pytest

from monnaielocale.store import binaries
from monnaielocale.store.binaries import BINARIES_VARIABLE, BinariesMissing, BinariesUnusable, find_binaries, system_folders


def programs(folder: Path, version: str, *, names: tuple[str, ...] = binaries.NEEDED_PROGRAMS) -> Path:
    """A folder of programs that only know how to say their version."""
    folder.mkdir(parents=True)
    for name in names:
        program = folder / name
        program.write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {version}'\n")
        program.chmod(0o755)
    return folder


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A root folder that stands for the whole system, without PATH, and without the variable that forces a folder."""
    monkeypatch.delenv(BINARIES_VARIABLE, raising=False)
    monkeypatch.setattr(binaries, "system_folders", lambda: system_folders(tmp_path, {"PATH": str(tmp_path / "path")}))
    return tmp_path


def test_the_newest_supported_version_of_the_system_is_chosen(only: Path) -> None:
    for version in ("14.20", "15.18", "17.9", "99.1"):
        programs(only / "usr/lib/postgresql" / version.partition(".")[0] / "bin", version)
    assert find_binaries().version == "17.9"
    assert find_binaries(major=15).version == "15.18"


def test_a_client_without_the_server_is_not_enough(only: Path) -> None:
    programs(only / "usr/lib/postgresql/17/bin", "17.9", names=("psql", "pg_ctl"))
    assert find_binaries().from_wheel


def test_the_bindir_of_pg_config_is_looked_at(only: Path) -> None:
    unusual = programs(only / "srv/postgres/bin", "16.4")
    programs(only / "path", "16.4", names=("pg_config",))
    (only / "path/pg_config").write_text(f"#!/bin/sh\necho '{unusual}'\n")
    assert find_binaries().folder == unusual


def test_a_link_on_the_path_is_followed_to_the_folder_of_all_programs(only: Path) -> None:
    unusual = programs(only / "srv/postgres/bin", "16.4")
    (only / "path").mkdir()
    (only / "path/postgres").symlink_to(unusual / "postgres")
    assert find_binaries().folder == unusual


def test_the_wheel_serves_when_the_system_has_no_server(only: Path) -> None:
    assert not list(only.iterdir())
    found = find_binaries()
    assert found.from_wheel
    assert found.major == 18


def test_the_variable_forces_a_folder(only: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs(only / "usr/lib/postgresql/17/bin", "17.9")
    monkeypatch.setenv(BINARIES_VARIABLE, str(programs(only / "mine", "16.1")))
    assert find_binaries().version == "16.1"


@pytest.mark.parametrize("version", ["14.20", "19.0", "18", "nonsense"])
def test_a_forced_folder_of_another_version_is_refused(only: Path, version: str) -> None:
    with pytest.raises(BinariesUnusable) as refused:
        find_binaries(forced=programs(only / "mine", version))
    assert "mine" in str(refused.value)


def test_a_forced_folder_that_cannot_read_the_cluster_is_refused(only: Path) -> None:
    with pytest.raises(BinariesUnusable, match="PostgreSQL 15"):
        find_binaries(major=15, forced=programs(only / "mine", "17.9"))


def test_a_program_that_does_not_run_is_passed_over(only: Path) -> None:
    broken = programs(only / "usr/lib/postgresql/17/bin", "17.9")
    (broken / "postgres").write_text("#!/bin/sh\nexit 3\n")
    (programs(only / "usr/lib/postgresql/16/bin", "16.9") / "postgres").write_bytes(b"\x00\x01 not a program")
    assert find_binaries().from_wheel


def test_no_programs_of_the_version_that_the_cluster_needs(only: Path) -> None:
    with pytest.raises(BinariesMissing) as refused:
        find_binaries(major=17)
    assert str(refused.value).startswith("PostgreSQL 17 was not found on this computer.")
    assert not list(only.iterdir())
