"""The system account that runs the server: PostgreSQL refuses to run as root, so root lends it an ordinary one."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import pwd

ACCOUNTS_LENT_BY_ROOT = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A system account, by its numbers."""

    uid: int
    gid: int

    @property
    def is_lent(self) -> bool:
        """Whether this is another account than the one we run as."""
        return self.uid != os.geteuid()

    @property
    def name(self) -> str:
        """The account's name, or its number when the system does not know it."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)

    def run(
        self, *command: str, environ: Mapping[str, str], folder: Path = Path("/"), timeout_seconds: float = 180
    ) -> tuple[int, str]:
        """Run a program as this account and answer its exit status and all it wrote."""
        # A file and not a pipe: a server that keeps the pipe open would make us wait for its end.
        with tempfile.TemporaryFile() as output:
            status = subprocess.run(
                command,
                env=dict(environ),
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=timeout_seconds,
                check=False,
                user=self.uid if self.is_lent else None,
                group=self.gid if self.is_lent else None,
                extra_groups=[] if self.is_lent else None,
            ).returncode
            output.seek(0)
            return status, output.read().decode(errors="replace").strip()

    def can_enter(self, folder: Path) -> bool:
        """Whether the account may pass through every folder on the way to this one."""
        status, _ = self.run("/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder), environ={})
        return status == 0

    def can_run(self, program: str) -> bool:
        """Whether the account may read and start the program."""
        try:
            status, _ = self.run(program, "--version", environ={})
        except OSError:
            return False
        return status == 0

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or folder that we created."""
        if self.is_lent:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)


def owner_of(path: Path) -> Account:
    """The account that owns a file or folder."""
    found = path.stat()
    return Account(found.st_uid, found.st_gid)


def account_for(data_directory: Path) -> Account:
    """The account that runs the server of an existing data directory.

    An ordinary user runs it. Root runs it as the owner of the cluster or of the directory, else as postgres, else as nobody.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    for path in (data_directory / "cluster", data_directory):
        if path.exists() and owner_of(path).uid != 0:
            return owner_of(path)
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    lent = next((known[name] for name in ACCOUNTS_LENT_BY_ROOT if name in known), None)
    return Account(lent.pw_uid, lent.pw_gid) if lent else Account(65534, 65534)


def may_serve(process: Path, account: Account, cluster: Path) -> bool:
    """Whether a folder of /proc is that of a living PostgreSQL process of this account and cluster, as far as we may see."""
    try:
        owner, line = process.stat().st_uid, (process / "stat").read_text(errors="replace")
        name, _, state = line.partition("(")[2].rpartition(")")
        # A process that has ended stays listed as Z until its parent buries it, which some containers never do.
        if owner != account.uid or not name.startswith("post") or state.strip()[:1] in ("Z", "X"):
            return False
        return (process / "cwd").samefile(cluster)
    except PermissionError:
        return True
    except OSError:
        return False
