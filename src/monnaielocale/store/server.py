"""A PostgreSQL of our own, for whoever has no server: started by the first command that needs it, stopped by the last.

A data directory holds `cluster/` (PostgreSQL's files), `password` (0600), two lock files and, where its path is short enough,
`socket/`. The server listens on that private socket only, asks for the password (SCRAM) and checksums its pages.

Several processes may use one data directory. Each holds a shared lock on `users.lock`; the one that leaves last stops the
server. The kernel frees these locks, so a process that is killed never counts as a user; when the last one is killed the server
survives it, and the next command joins that server and stops it on leaving.
"""

import atexit
import contextlib
import os
import re
import secrets
import shlex
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from monnaielocale.domain.refusals import Refusal
from monnaielocale.store.account import Account, account_for, may_serve, owner_of
from monnaielocale.store.binaries import Binaries, find_binaries, readable_copy

if sys.platform != "win32":
    import fcntl

ROLE = "monnaielocale"
DATABASE = "monnaielocale"
PORT = 5432
START_TIMEOUT_SECONDS = 60
CRASH_TIMEOUT_SECONDS = 30
# A socket's address has 104 bytes on macOS and 108 on Linux, and PostgreSQL adds a file name of 18 and a zero byte.
LONGEST_SOCKET_DIRECTORY = 84
# What a shell and PostgreSQL's list of directories both leave alone once quoted.
PLAIN_PATH = re.compile(r"[\w/.@+ -]+", re.ASCII)
OUR_FILES = {"cluster", "password", "starting.lock"}
LOG = "server.log"
TEMPORARY = Path("/tmp")
LEFT_BY_A_CRASH = ("lock file", "shared memory block")


class DataDirectoryUnusable(Refusal):
    """The data folder {folder} cannot be used: {reason}."""

    code = "data_directory_unusable"


class ServerNotStarted(Refusal):
    """The database in {folder} does not start: {reason}."""

    code = "database_server_not_started"


class ServerUnsupported(Refusal):
    """This system cannot start a database by itself. Give the address of a PostgreSQL server in DATABASE_URL."""

    code = "database_server_unsupported"


class DatabaseSettings(Protocol):
    """The settings that say which database to use."""

    @property
    def database_url(self) -> str | None: ...

    @property
    def data(self) -> Path: ...


@contextlib.contextmanager
def database_url(settings: DatabaseSettings) -> Iterator[str]:
    """The address of the database for as long as the block lasts: the one that was given, else that of our own server."""
    if settings.database_url:
        yield settings.database_url
        return
    with EmbeddedServer(settings.data / "postgresql") as server:
        yield server.create_database(DATABASE)


class EmbeddedServer:
    """The server of one data directory, shared by all the processes that use the directory.

    Refuses with DataDirectoryUnusable, ServerNotStarted, BinariesMissing or BinariesUnusable.
    """

    def __init__(self, data_directory: Path, binaries: Path | None = None) -> None:
        self.directory = data_directory.absolute()
        self.cluster = self.directory / "cluster"
        self._forced_binaries = binaries
        self._users_lock: int | None = None
        self._password = ""
        self._account: Account
        self._binaries: Binaries

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def version(self) -> str:
        """The version of PostgreSQL that serves this directory, as in 18.4."""
        return self._binaries.version

    def start(self) -> None:
        """Join the server of the directory, creating or starting it when needed; again, to start it anew after a crash."""
        if sys.platform == "win32":
            raise ServerUnsupported()
        try:
            self._account = self._prepare_directory()
            with self._starting():
                self._binaries = self._usable_binaries()
                if not self.cluster.exists():
                    self._create_cluster()
                self._password = self._read_password()
                if self._users_lock is None:
                    self._users_lock = self._open_lock("users.lock")
                self._start_unless_answering()
                fcntl.flock(self._users_lock, fcntl.LOCK_SH)
        except BaseException as problem:
            self._leave()
            if isinstance(problem, OSError):
                raise DataDirectoryUnusable(folder=str(self.directory), reason=str(problem)) from problem
            raise
        # A command that ends without leaving its `with` block must not leave a server behind.
        atexit.unregister(self.stop)
        atexit.register(self.stop)

    def stop(self) -> None:
        """Leave the server, and stop it when no other process uses it; harmless when already left."""
        atexit.unregister(self.stop)
        if self._users_lock is None:
            return
        with self._starting():
            try:
                if self._is_only_user():
                    socket_directory = self._socket_directory_in_use()
                    self._pg_ctl("stop", "-m", "fast")
                    if socket_directory and socket_directory.parent == TEMPORARY:
                        shutil.rmtree(socket_directory, ignore_errors=True)
            finally:
                self._leave()

    def url(self, database: str = DATABASE) -> str:
        """The address of one database of this server, password included; the server must be started."""
        host = quote(str(self._socket_directory_in_use()), safe="")
        return f"postgresql://{ROLE}:{self._password}@/{quote(database, safe='')}?host={host}&port={PORT}"

    def create_database(self, name: str) -> str:
        """Create the database unless it exists, and answer its address."""
        with self._starting(), psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        return self.url(name)

    def _prepare_directory(self) -> Account:
        """Create the directory, or make sure that it is ours, and say which account runs the server."""
        for folder in reversed([self.directory, *self.directory.parents]):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                # Root's folders are passed through by the account that it lends; nothing in them can be listed.
                folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
        owner = owner_of(self.directory)
        if os.geteuid() not in (0, owner.uid):
            raise DataDirectoryUnusable(folder=str(self.directory), reason=f"it belongs to the account {owner.name}")
        present = {path.name for path in self.directory.iterdir()}
        if present and not present & OUR_FILES:
            raise DataDirectoryUnusable(folder=str(self.directory), reason="it holds files that are not ours")
        account = account_for(self.directory)
        if not account.can_enter(self.directory):
            reason = f"the account {account.name}, which runs PostgreSQL for root, may not enter it"
            raise DataDirectoryUnusable(folder=str(self.directory), reason=reason)
        return account

    def _usable_binaries(self) -> Binaries:
        """The programs of the cluster's own version, as a copy when the account may not read them where they are."""
        version_file = self.cluster / "PG_VERSION"
        major = int(version_file.read_text(encoding="ascii")) if version_file.exists() else None
        found = find_binaries(major, self._forced_binaries)
        if all(self._account.can_run(found.program(name)) for name in ("initdb", "postgres")):
            return found
        return readable_copy(found, self.directory / "binaries")

    def _create_cluster(self) -> None:
        """Make the cluster under another name first, so that an interrupted initdb leaves nothing that looks finished."""
        draft = self.directory / "cluster.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        self._account.give(draft)
        password = secrets.token_urlsafe(32)
        self._write_private("password", password)
        with tempfile.NamedTemporaryFile("w", dir=self.directory, prefix="initdb-", encoding="ascii") as password_file:
            password_file.write(password)
            password_file.flush()
            self._account.give(Path(password_file.name))
            status, output = self._account.run(
                self._binaries.program("initdb"),
                "--auth=scram-sha-256",
                f"--pwfile={password_file.name}",
                f"--username={ROLE}",
                "--data-checksums",
                "--encoding=UTF8",
                *self._locale_options(),
                environ=self._environ(draft),
                folder=draft,
            )
        if status != 0:
            raise ServerNotStarted(folder=str(self.directory), reason=output)
        draft.rename(self.cluster)

    def _locale_options(self) -> list[str]:
        """Order by code point everywhere; before 17 the C library knows C.UTF-8, except on macOS where C sorts the same."""
        if self._binaries.major >= 17:
            return ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        return ["--locale=C" if os.uname().sysname == "Darwin" else "--locale=C.UTF-8"]

    def _start_unless_answering(self) -> None:
        """Start the server and try again while children of a crashed one still hold its files."""
        deadline = time.monotonic() + CRASH_TIMEOUT_SECONDS
        while not self._answers():
            options = shlex.join(["-k", str(self._socket_directory()), "-h", "", "-p", str(PORT)])
            self._forget_dead_server()
            self._keep_log()
            status, output = self._pg_ctl("start", "-l", LOG, "-o", options)
            if status == 0:
                continue
            reason = output + "\n" + self._end_of_log()
            if time.monotonic() > deadline or not any(sign in reason for sign in LEFT_BY_A_CRASH):
                raise ServerNotStarted(folder=str(self.directory), reason=reason)
            time.sleep(0.2)

    def _answers(self) -> bool:
        """Whether a server of this cluster lets us in."""
        if self._socket_directory_in_use() is None:
            return False
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=10).close()
        except psycopg.OperationalError:
            return False
        return True

    def _forget_dead_server(self) -> None:
        """Remove the marks of a dead server when its number now names another program, or a process that nobody has buried.

        That happens after a reboot and in containers; PostgreSQL would wait for ever. Nothing is removed while a server of the
        cluster may be alive.
        """
        lines = self._pid_file_lines()
        processes = Path("/proc")
        if not lines or not (processes / lines[0]).exists() or not self._is_only_user():
            return
        if not any(may_serve(process, self._account, self.cluster) for process in processes.glob("[0-9]*")):
            socket_directory = self._socket_directory_in_use() or self.directory / "socket"
            (socket_directory / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)
            (self.cluster / "postmaster.pid").unlink(missing_ok=True)

    def _socket_directory(self) -> Path:
        """A private folder for the socket: in the data directory, or in /tmp when that path is too long or too odd."""
        folder, left = self.directory / "socket", self._socket_directory_in_use()
        if len(os.fsencode(folder)) > LONGEST_SOCKET_DIRECTORY or not PLAIN_PATH.fullmatch(str(folder)):
            if left and left.parent == TEMPORARY and left.is_dir() and owner_of(left).uid == self._account.uid:
                # The addresses given before a crash stay good after it.
                return left
            folder = Path(tempfile.mkdtemp(prefix="monnaielocale-", dir=TEMPORARY))
        folder.mkdir(mode=0o700, exist_ok=True)
        self._account.give(folder)
        return folder

    def _socket_directory_in_use(self) -> Path | None:
        """Where the running server listens, as its own mark says."""
        lines = self._pid_file_lines()
        return Path(lines[4]) if len(lines) > 4 and lines[4] else None

    def _pid_file_lines(self) -> list[str]:
        with contextlib.suppress(FileNotFoundError):
            return (self.cluster / "postmaster.pid").read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        return []

    def _pg_ctl(self, action: str, *options: str) -> tuple[int, str]:
        # PGDATA and not -D: pg_ctl pastes -D into a shell command, where a folder's name could be read as code.
        return self._account.run(
            self._binaries.program("pg_ctl"),
            action,
            "-w",
            "-t",
            str(START_TIMEOUT_SECONDS),
            *options,
            environ=self._environ(self.cluster),
            folder=self.cluster,
        )

    def _environ(self, cluster: Path) -> dict[str, str]:
        """The environment of the programs: nothing that PostgreSQL would take for a setting, and messages in English."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        return kept | {"PGDATA": str(cluster), "LC_ALL": "C", "HOME": str(cluster), "TZ": "UTC"}

    def _keep_log(self) -> None:
        """Begin a new log, and keep the one before it: it may say how the server died."""
        with contextlib.suppress(FileNotFoundError):
            (self.cluster / LOG).replace(self.cluster / f"{LOG}.before")

    def _end_of_log(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            return (self.cluster / LOG).read_text(errors="replace")[-2000:].strip()
        return ""

    def _read_password(self) -> str:
        try:
            return (self.directory / "password").read_text(encoding="ascii").strip()
        except FileNotFoundError as problem:
            raise DataDirectoryUnusable(folder=str(self.directory), reason="its password file is missing") from problem

    def _write_private(self, name: str, text: str) -> None:
        """Write a file of mode 0600 whole or not at all."""
        descriptor, draft = tempfile.mkstemp(dir=self.directory)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        self._give_to_owner(draft)
        Path(draft).replace(self.directory / name)

    def _give_to_owner(self, path: str | int) -> None:
        """What root creates in the folder of an ordinary user stays usable by that user."""
        owner = owner_of(self.directory)
        if owner.is_lent:
            os.chown(path, owner.uid, owner.gid)

    def _open_lock(self, name: str) -> int:
        descriptor = os.open(self.directory / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        self._give_to_owner(descriptor)
        return descriptor

    @contextlib.contextmanager
    def _starting(self) -> Iterator[None]:
        """One process at a time starts, stops or creates."""
        descriptor = self._open_lock("starting.lock")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _is_only_user(self) -> bool:
        """Whether no other process uses the server; asked under the starting lock, so that none can join meanwhile."""
        assert self._users_lock is not None
        try:
            fcntl.flock(self._users_lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _leave(self) -> None:
        if self._users_lock is not None:
            os.close(self._users_lock)
            self._users_lock = None
