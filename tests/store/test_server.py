"""The embedded server starts by itself, keeps what it was told through crashes, is shared by processes and leaves with the last.

Root lends an ordinary account to PostgreSQL; the cases that need another account exist only when the tests are run by root.
"""

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import psycopg
import pytest

from monnaielocale.store import binaries
from monnaielocale.store.binaries import BinariesUnusable, inspect, readable_copy
from monnaielocale.store.server import DataDirectoryUnusable, EmbeddedServer, ServerNotStarted, database_url

IS_ROOT = os.geteuid() == 0
NOBODY = 65534
SYSTEM = sorted({found.folder for found in map(inspect, binaries.system_folders()) if found})
WHEEL = sorted(binaries.wheel_folders(), key=lambda folder: (len(str(folder)), folder))
HOSTILE_NAME = 'l\'eusko $(touch trap) `id` "à" %41, 10 %'


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that other accounts may pass through, as one of pytest's own may not."""
    with TemporaryDirectory(prefix="ml ") as made:
        Path(made).chmod(0o711)
        yield Path(made)


def ask(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def postmaster(server: EmbeddedServer) -> int:
    return int((server.cluster / "postmaster.pid").read_text().splitlines()[0])


def is_running(process: int) -> bool:
    """A killed process stays listed until its parent buries it, which some containers never do."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    listed = Path(f"/proc/{process}/stat")
    return not (listed.exists() and listed.read_text().rpartition(")")[2].split()[0] == "Z")


def wait_for(condition: object, *, timeout_seconds: float = 30) -> None:
    deadline = time.monotonic() + timeout_seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "this did not happen in time"
        time.sleep(0.05)


def child(script: str, *arguments: object, account: int | None = None) -> subprocess.Popen[str]:
    """A Python process that has imported the launcher and then, if told, becomes another account.

    It imports first because that account may be unable to read this environment.
    """
    become = f"os.setgroups([]); os.setgid({account}); os.setuid({account})" if account else "pass"
    head = dedent(f"""
        import codecs, os, sys
        import psycopg
        from pathlib import Path
        from monnaielocale.store.server import EmbeddedServer
        for encoding in ("ascii", "latin-1", "utf-8", "idna"):
            codecs.lookup(encoding)
        {become}
    """)
    command = [sys.executable, "-c", head + dedent(script), *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/")


def told(process: subprocess.Popen[str], answer: str = "") -> str:
    output, errors = process.communicate(answer, timeout=120)
    assert process.returncode == 0, errors
    return output.strip()


@pytest.mark.parametrize("programs", [*SYSTEM, *WHEEL], ids=str)
def test_a_server_is_made_and_answers(folder: Path, programs: Path) -> None:
    with EmbeddedServer(folder / "books", programs) as server:
        url = server.create_database("books")
        assert ask(url, "SELECT current_database()") == "books"
        assert str(ask(url, "SHOW server_version")).startswith(server.version)
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert ask(url, f"SHOW {setting}") == "on"
        assert ask(url, "SHOW listen_addresses") == ""
        assert ask(url, "SHOW server_encoding") == "UTF8"
        assert ask(url, "SELECT string_agg(w, '' ORDER BY w) FROM (VALUES ('é'), ('z'), ('A'), ('a')) AS t(w)") == "Aazé"
    assert not (server.cluster / "postmaster.pid").exists()


def test_nobody_enters_without_the_password_and_only_its_owner_reads_it(folder: Path) -> None:
    with EmbeddedServer(folder / "books") as server:
        secret = (server.directory / "password").read_text()
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            ask(server.url("postgres").replace(secret, "guessed"), "SELECT 1")
        assert stat.S_IMODE((server.directory / "password").stat().st_mode) == 0o600
        assert stat.S_IMODE((server.directory / "socket").stat().st_mode) == 0o700
        assert stat.S_IMODE(server.cluster.stat().st_mode) == 0o700
        assert not list(server.directory.glob("initdb-*"))


@pytest.mark.parametrize("name", [HOSTILE_NAME, "long " * 30], ids=["odd", "long"])
def test_a_folder_of_any_name_serves(folder: Path, name: str) -> None:
    with EmbeddedServer(folder / name) as server:
        url, socket = server.create_database('odd "name" é?&'), server._socket_directory_in_use()
        assert ask(url, "SELECT current_database()") == 'odd "name" é?&'
        assert socket is not None
        assert socket.parent == Path("/tmp")
    assert not socket.exists()
    assert [path.name for path in folder.iterdir()] == [name]
    with EmbeddedServer(folder / name) as server:
        assert ask(server.url('odd "name" é?&'), "SELECT 1") == 1


@pytest.mark.parametrize("name", ["books", HOSTILE_NAME], ids=["plain", "odd"])
def test_what_was_committed_survives_the_death_of_the_server(folder: Path, name: str) -> None:
    with EmbeddedServer(folder / name) as server:
        url = server.create_database("books")
        with psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1250 AS amount_cents")
        busy = psycopg.connect(url)
        os.kill(postmaster(server), signal.SIGKILL)
        server.start()
        busy.close()
        assert ask(url, "SELECT amount_cents FROM kept") == 1250


def test_the_number_of_a_dead_server_may_name_another_program(folder: Path) -> None:
    """After a reboot, or in a container started again, the number that PostgreSQL left is soon another program's."""
    with EmbeddedServer(folder / "books") as server:
        url = server.create_database("books")
        mark = (server.cluster / "postmaster.pid").read_text()
    account = {"user": server._account.uid} if IS_ROOT else {}
    with subprocess.Popen(["sleep", "60"], **account) as other:  # type: ignore[call-overload]
        left = server.cluster / "postmaster.pid"
        left.write_text("\n".join([str(other.pid), *mark.splitlines()[1:]]) + "\n")
        server._account.give(left)
        try:
            with server:
                assert ask(url, "SELECT 1") == 1
        finally:
            other.kill()


def test_two_processes_share_one_server_and_the_last_one_stops_it(folder: Path) -> None:
    with EmbeddedServer(folder / "books") as first:
        started = postmaster(first)
        script = """
            with EmbeddedServer(Path(sys.argv[1])) as server:
                print((server.cluster / "postmaster.pid").read_text().split()[0], flush=True)
                sys.stdin.read()
        """
        second = child(script, first.directory)
        assert second.stdout is not None
        assert int(second.stdout.readline()) == started
        first.stop()
        assert is_running(started)
        told(second)
        assert not is_running(started)
        first.start()
        third = child("with EmbeddedServer(Path(sys.argv[1])) as server: print(server.version)", first.directory)
        assert told(third) == first.version
        assert ask(first.url("postgres"), "SELECT 1") == 1


def test_many_processes_start_at_once(folder: Path) -> None:
    script = """
        with EmbeddedServer(Path(sys.argv[1])) as server:
            with psycopg.connect(server.create_database("books")) as connection:
                print(connection.execute("SELECT 1").fetchone()[0])
    """
    processes = [child(script, folder / "books") for _ in range(4)]
    assert [told(process) for process in processes] == ["1"] * 4
    assert not (folder / "books/cluster/postmaster.pid").exists()


def test_a_server_that_outlives_its_killed_user_is_joined_and_stopped_by_the_next(folder: Path) -> None:
    script = """
        server = EmbeddedServer(Path(sys.argv[1]))
        server.start()
        print("started", flush=True)
        sys.stdin.read()
    """
    killed = child(script, folder / "books")
    assert killed.stdout is not None
    assert killed.stdout.readline() == "started\n"
    killed.kill()
    killed.communicate()
    with EmbeddedServer(folder / "books") as server:
        left = postmaster(server)
        assert ask(server.url("postgres"), "SELECT 1") == 1
    wait_for(lambda: not is_running(left))


def test_a_process_that_ends_without_a_word_leaves_no_server(folder: Path) -> None:
    assert told(child("server = EmbeddedServer(Path(sys.argv[1])); server.start(); print(server.version)", folder / "books"))
    assert not (folder / "books/cluster/postmaster.pid").exists()


def test_an_interrupted_creation_is_begun_again(folder: Path) -> None:
    (folder / "books/cluster.new/base").mkdir(parents=True)
    (folder / "books/starting.lock").touch()
    (folder / "books").chmod(0o711)
    with EmbeddedServer(folder / "books") as server:
        assert ask(server.url("postgres"), "SELECT 1") == 1
    assert not (folder / "books/cluster.new").exists()


def test_a_folder_with_other_files_is_refused_and_left_alone(folder: Path) -> None:
    (folder / "letters").mkdir()
    (folder / "letters/to the mayor.txt").touch()
    with pytest.raises(DataDirectoryUnusable, match="files that are not ours"):
        EmbeddedServer(folder / "letters").start()
    assert [path.name for path in (folder / "letters").iterdir()] == ["to the mayor.txt"]


def test_a_file_in_place_of_the_folder_is_refused(folder: Path) -> None:
    (folder / "books").touch()
    with pytest.raises(DataDirectoryUnusable):
        EmbeddedServer(folder / "books").start()


def test_a_cluster_without_its_password_is_refused(folder: Path) -> None:
    with EmbeddedServer(folder / "books") as server:
        pass
    (server.directory / "password").unlink()
    with pytest.raises(DataDirectoryUnusable, match="password file is missing"):
        server.start()


def test_a_cluster_is_only_opened_by_its_own_version(folder: Path) -> None:
    old, new = WHEEL[0], WHEEL[-1]
    with EmbeddedServer(folder / "books", old):
        pass
    with pytest.raises(BinariesUnusable):
        EmbeddedServer(folder / "books", new).start()
    with EmbeddedServer(folder / "books") as server:
        assert (server.cluster / "PG_VERSION").read_text().strip() == server.version.partition(".")[0]


def test_a_server_that_cannot_start_says_why_at_once(folder: Path) -> None:
    with EmbeddedServer(folder / "books") as server:
        pass
    with (server.cluster / "postgresql.conf").open("a") as configuration:
        configuration.write("shared_buffers = 'plenty'\n")
    before = time.monotonic()
    with pytest.raises(ServerNotStarted, match="shared_buffers"):
        server.start()
    assert time.monotonic() - before < 10


@dataclass(frozen=True)
class Chosen:
    database_url: str | None
    data: Path


def test_the_address_that_was_given_comes_first(folder: Path) -> None:
    with database_url(Chosen("postgresql://desk@db.example/books", folder / "data")) as url:
        assert url == "postgresql://desk@db.example/books"
    assert not list(folder.iterdir())


def test_without_an_address_the_embedded_server_answers(folder: Path) -> None:
    for _ in range(2):
        with database_url(Chosen(None, folder / "data")) as url:
            assert ask(url, "SELECT current_database()") == "monnaielocale"
    assert [path.name for path in (folder / "data").iterdir()] == ["postgresql"]


if IS_ROOT:

    @pytest.mark.parametrize("programs", [*SYSTEM, *WHEEL], ids=str)
    def test_an_ordinary_user_runs_the_server_as_themselves(folder: Path, programs: Path) -> None:
        found = inspect(programs)
        assert found is not None
        if found.from_wheel:
            # The environment that runs these tests may be closed to other accounts.
            found = readable_copy(found, folder / "programs")
        home = folder / "home"
        home.mkdir()
        os.chown(home, NOBODY, NOBODY)
        script = """
            with EmbeddedServer(Path(sys.argv[1]), Path(sys.argv[2])) as server:
                with psycopg.connect(server.create_database("books")) as connection:
                    print(connection.execute("SELECT 1").fetchone()[0])
        """
        assert told(child(script, home / "books", found.folder, account=NOBODY)) == "1"
        assert {path.lstat().st_uid for path in home.rglob("*")} == {NOBODY}
        assert stat.S_IMODE((home / "books").stat().st_mode) == 0o700

        # Root then works on that user's books, and leaves nothing that the user could not open.
        with EmbeddedServer(home / "books", found.folder) as server:
            assert ask(server.url("books"), "SELECT 1") == 1
        assert {path.lstat().st_uid for path in home.rglob("*")} == {NOBODY}
        assert told(child(script, home / "books", found.folder, account=NOBODY)) == "1"

    def test_root_lends_an_ordinary_account(folder: Path) -> None:
        with EmbeddedServer(folder / "books") as server:
            assert server._account.uid != 0
            assert server.cluster.stat().st_uid == server._account.uid
            assert server.directory.stat().st_uid == 0

    def test_root_copies_programs_that_the_lent_account_may_not_read(folder: Path) -> None:
        found = inspect(WHEEL[-1])
        assert found is not None
        closed = readable_copy(found, folder / "closed")
        (folder / "closed").chmod(0o700)
        for path in (folder / "closed").rglob("*"):
            if not path.is_symlink():
                path.chmod(0o700)
        for _ in range(2):
            with EmbeddedServer(folder / "books", closed.folder) as server:
                assert ask(server.url("postgres"), "SELECT 1") == 1
                assert server._binaries.folder.is_relative_to(server.directory)

    def test_programs_that_cannot_be_copied_are_refused_by_name(folder: Path) -> None:
        closed = folder / "closed/bin"
        closed.mkdir(parents=True)
        for name in binaries.NEEDED_PROGRAMS:
            (closed / name).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 17.2'\n")
            (closed / name).chmod(0o755)
        (folder / "closed").chmod(0o700)
        with pytest.raises(BinariesUnusable, match="closed/bin"):
            EmbeddedServer(folder / "books", closed).start()

    def test_a_folder_that_the_lent_account_may_not_enter_is_refused(folder: Path) -> None:
        (folder / "private").mkdir(mode=0o700)
        with pytest.raises(DataDirectoryUnusable, match="may not enter it"):
            EmbeddedServer(folder / "private/books").start()

    def test_the_folder_of_another_account_is_refused_to_an_ordinary_user(folder: Path) -> None:
        with EmbeddedServer(folder / "books"):
            pass
        script = """
            try:
                EmbeddedServer(Path(sys.argv[1])).start()
            except Exception as refused:
                print(type(refused).__name__, refused)
        """
        assert "belongs to the account root" in told(child(script, folder / "books", account=NOBODY))
