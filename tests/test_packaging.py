"""What is installed is what is in the repository, from locked dependencies, and its command runs anywhere."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import psycopg
import pytest

ROOT = Path(__file__).parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
# Where the folders outside src/ go.
MAPPED = {
    "src/monnaielocale": "monnaielocale",
    "api": "monnaielocale/api",
    "conventions": "monnaielocale/conventions",
    "migrations": "monnaielocale/migrations",
}
NEWEST = max(path.name for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))[:4]
COMMANDS = [["--help"], ["--version"]]
PINNED = re.compile(r"(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>[^\s;]+)( ; (?P<marker>[^\\]+))?( \\)?")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def product_files() -> Iterator[tuple[str, str]]:
    """Each file of the product: where it is kept, and where it is installed."""
    for folder, place in MAPPED.items():
        for path in sorted((ROOT / folder).rglob("*")):
            inside = path.relative_to(ROOT / folder)
            if path.is_file() and not any("cache" in part for part in inside.parts):
                yield f"{folder}/{inside.as_posix()}", f"{place}/{inside.as_posix()}"


def test_the_list_of_packages_is_that_of_the_folders() -> None:
    initial = [PurePosixPath(place) for _, place in product_files() if place.endswith("/__init__.py")]
    assert sorted(PROJECT["tool"]["setuptools"]["packages"]) == sorted(".".join(path.parent.parts) for path in initial)


def test_every_folder_with_code_is_a_package() -> None:
    folders = {PurePosixPath(kept).parent for kept, _ in product_files() if kept.endswith(".py")}
    assert not [str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()]


def locked(name: str) -> dict[str, str]:
    """The versions of a lock file, once each of its lines is known to be a pinned package, a hash or a remark."""
    versions: dict[str, str] = {}
    hashes: dict[str, int] = {}
    current = ""
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.lstrip().startswith("#"):
            continue
        pin = PINNED.fullmatch(line)
        if pin:
            current = pin["name"]
            assert current not in versions
            versions[current], hashes[current] = pin["version"], 0
        else:
            assert HASH.fullmatch(line), f"{name}: {line}"
            hashes[current] += 1
    assert all(hashes.values()), f"{name}: packages without a hash"
    return versions


def needed(requirements: list[str]) -> set[str]:
    return {re.split(r"[\[<>=!~ ;]", requirement)[0] for requirement in requirements}


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-run.lock"])
def test_a_lock_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"https?:|index|@|file:|git\+", text)


def test_the_lock_holds_every_dependency() -> None:
    project = PROJECT["project"]
    wanted = needed(project["dependencies"]) | needed(project["optional-dependencies"]["test"])
    assert wanted | needed(PROJECT["build-system"]["requires"]) <= locked("requirements.lock").keys()


def test_the_lock_for_running_is_the_same_without_the_tests_tools() -> None:
    full, running = locked("requirements.lock"), locked("requirements-run.lock")
    assert running.items() <= full.items()
    assert needed(PROJECT["project"]["dependencies"]) | {"setuptools"} <= running.keys()
    assert not needed(PROJECT["project"]["optional-dependencies"]["test"]) & running.keys()


def test_what_builds_is_locked_as_what_was_asked() -> None:
    assert PROJECT["dependency-groups"]["build"] == PROJECT["build-system"]["requires"]


def run(*command: str | Path, folder: Path) -> str:
    """Run a program in a folder without anything of this process's Python environment."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "COV_", "COVERAGE"))}
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel that was built from that archive alone."""
    folder = tmp_path_factory.mktemp("built")
    # The build writes beside its sources, and other tests read them at the same time: it works on a copy.
    copy = folder / "copy"
    listed = (
        run("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", folder=ROOT)
        if (ROOT / ".git").exists()
        else ""
    )
    kept = listed.split("\0")[:-1] or [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()]
    for name in kept:
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, copy, folder=folder)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The programs' folder of a fresh environment that holds the wheel and borrows this environment's libraries."""
    environment = tmp_path_factory.mktemp("with space") / "fresh"
    run(sys.executable, "-m", "venv", environment, folder=built)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    (wheel,) = built.glob("*.whl")
    run(programs / "python", "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel, folder=built)
    place = run(programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=built).strip()
    # A line in a .pth file adds a folder without reading the .pth files in it, so that our own editable installation stays out.
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    (Path(place) / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n", encoding="utf-8")
    return programs


def test_the_wheel_holds_every_file_of_the_product_and_nothing_else(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert held == {place for _, place in product_files()}


def test_the_wheel_carries_its_licence(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = [name for name in archive.namelist() if name.endswith("/licenses/LICENSE")]
        assert b"Apache License" in archive.read(licence)


def test_the_source_archive_can_test_and_build_itself(built: Path) -> None:
    (sources,) = built.glob("*.tar.gz")
    with tarfile.open(sources) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    assert {kept for kept, _ in product_files()} <= held
    others = (
        "Makefile",
        "requirements.lock",
        "requirements-run.lock",
        "LICENSE",
        "README.md",
        ".ci/run",
        "tests/test_packaging.py",
    )
    assert not set(others) - held


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_the_installed_command_runs_from_another_folder(installed: Path, tmp_path: Path, arguments: list[str]) -> None:
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8"}
    command = [str(installed / "monnaielocale"), *arguments]
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "monnaielocale" in done.stdout
    assert not done.stderr


def test_the_installed_command_migrates_and_tells_the_story(
    installed: Path, tmp_path: Path, server_url: str, empty_database: str
) -> None:
    """The wheel alone holds the migrations, the conventions, the words and the files of the story."""
    for url, arguments, answer in (
        (empty_database, ["migrate"], ""),
        (server_url, ["demo", "--output", "story", "--language", "en"], "story"),
    ):
        environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "LANG": "C.UTF-8", "DATABASE_URL": url}
        command = [str(installed / "monnaielocale"), *arguments]
        done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert answer in done.stdout
    with psycopg.connect(empty_database) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(NEWEST,)]
    proof = json.loads((tmp_path / "story" / "proof.json").read_text(encoding="utf-8"))
    assert [form["difference_cents"] for form in proof["forms"].values()] == [0, 0]


def test_the_installed_package_is_the_one_that_is_used(installed: Path, tmp_path: Path) -> None:
    script = "import monnaielocale as m, monnaielocale.migrations as s, monnaielocale.conventions as c; "
    script += "print(m.__file__, *s.__path__, *c.__path__)"
    places = run(installed / "python", "-c", script, folder=tmp_path)
    assert str(ROOT) not in places
    assert places.count("fresh") == 3
