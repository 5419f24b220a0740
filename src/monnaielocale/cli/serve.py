"""The command that serves the REST API."""

import os
import secrets
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from rich.console import Console

from ..api import logs
from ..api.serving import LONGEST_QUEUE, configuration
from ..api.tokens import Tokens
from ..demo.beginnings import PEOPLE
from ..demo.market.cast import PEOPLE as GRENOBLE
from ..demo.run import play
from ..domain.refusals import Refusal
from ..settings import Settings
from ..store.database import Database, migrate
from ..store.people import actor_of, set_password
from ..store.server import database_url
from ..store.temporary import temporary_database
from ..words import say, word
from .answers import tell, tell_table, working
from .databases import DatabaseNotPrepared, reachable
from .installation import settings
from .teaching import command, flag, option

app = typer.Typer()


class AddressTaken(Refusal):
    """Nothing can listen on {address}: {reason}."""

    code = "address_taken"


@command(
    app,
    "serve",
    say("Serve the REST API on the database of the books, or on that of the demonstration with people to log in as."),
    "serve --demo",
    "serve --host 0.0.0.0 --port 8000 --workers 2",
)
def serve(
    host: Annotated[
        str, option("--host", say("ADDRESS"), say("The address to listen on; this computer alone unless given."))
    ] = "127.0.0.1",
    port: Annotated[int, option("--port", say("NUMBER"), say("The port to listen on; 0 takes a free one."))] = 8000,
    workers: Annotated[int, option("--workers", say("NUMBER"), say("How many processes serve."))] = 1,
    demo: Annotated[bool, flag("--demo", say("Serve the books of the demonstration, which are gone afterwards."))] = False,
) -> int:
    """Serve until told to stop; what was accepted is finished first."""
    found = settings()
    Tokens.from_settings(found)
    # Told to stop, by SIGTERM as by Ctrl+C: whatever was opened is closed, and nothing went wrong. A shell has what it starts in
    # the background ignore the latter; the server would not, and so it is not ignored while it starts.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.default_int_handler)
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        listener = stack.enter_context(_listening(host, port))
        url = stack.enter_context(_told(found) if demo else _database(found))
        os.environ["DATABASE_URL"] = url
        if workers > 1:
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = stack.enter_context(TemporaryDirectory(prefix="monnaielocale-figures-"))
        shown = f"[{host}]" if ":" in host else host
        address = f"http://{shown}:{listener.getsockname()[1]}"
        tell(say("The API answers at {address}/v1; its description is at {address}/docs.", address=address))
        sys.stdout.flush()
        return _run(listener, workers)
    return 0


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that holds the address before anything else is started; AddressTaken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # The event loop sends at once what it writes on sockets that say that they are of TCP. On others the system may hold the body
    # of an answer back until the client has acknowledged its head, which a client does after forty milliseconds.
    with socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
        except (OSError, OverflowError) as problem:
            raise AddressTaken(address=f"{host}:{port}", reason=getattr(problem, "strerror", None) or str(problem)) from problem
        # Whoever reads the address may connect at once: they wait here until the service takes them.
        listener.listen(LONGEST_QUEUE)
        listener.set_inheritable(True)
        yield listener


@contextmanager
def _database(found: Settings) -> Iterator[str]:
    """The database of the books; one of our own is brought up to date, somebody else's is expected to be."""
    with database_url(found) as url:
        if found.database_url is None:
            with working(say("Bringing the database up to date")):
                migrate(url)
        with reachable(url) as connection:
            prepared = connection.execute("SELECT to_regclass('login_session')").fetchone()
        if prepared is None or prepared[0] is None:
            raise DatabaseNotPrepared()
        yield url


@contextmanager
def _told(found: Settings) -> Iterator[str]:
    """The demonstration's books in a database of their own, whose people get passwords that are shown once."""
    with temporary_database(found, "monnaielocale_demo") as database:
        with working(say("Telling the demonstration")):
            play(database, Console(file=sys.stderr, quiet=True))
        _let_in(database)
        yield database.url


def _let_in(database: Database) -> None:
    administrator = actor_of(database, "nekane")
    rows = []
    for login in ("nekane", *(person[0] for person in (*PEOPLE, *GRENOBLE))):
        password = secrets.token_urlsafe(12)
        set_password(database, login, password, administrator)
        roles = sorted(actor_of(database, login).roles)
        rows.append([login, password, ", ".join(word("role", role) for role in roles)])
    tell_table([say("Login"), say("Password"), say("Roles")], rows)


def _run(listener: socket.socket, workers: int) -> int:
    import uvicorn
    from uvicorn.config import STARTUP_FAILURE
    from uvicorn.supervisors import Multiprocess

    config = configuration(workers=workers)
    if workers > 1:
        logs.configure()
        several = Multiprocess(config, sockets=[listener])
        several.run()
        return 1 if any(process.exitcode == STARTUP_FAILURE for process in several.processes) else 0

    class Server(uvicorn.Server):
        """May be told to stop before it listens: then it starts, and stops in good order."""

        told_early = False

        def remember(self, *_: object) -> None:
            self.told_early = True

        async def main_loop(self) -> None:
            self.should_exit = self.should_exit or self.told_early
            await super().main_loop()

    server = Server(config)
    # The server's own handlers stand while it serves. Afterwards it passes on the signal that ended it, which needs nothing more.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, server.remember)
    server.run(sockets=[listener])
    return 0 if server.started else 1


@command(app, "ready", say("Ask a service on this computer whether it can work; the exit code says it."), "ready --port 8000")
def ready(
    port: Annotated[int, option("--port", say("NUMBER"), say("The port where it listens."))] = 8000,
) -> int:
    """Ask /readyz."""
    from http.client import HTTPConnection, HTTPException

    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        status = connection.getresponse().status
    except (OSError, HTTPException):
        status = 0
    finally:
        connection.close()
    tell(say("The service is ready.") if status == 200 else say("The service is not ready."))
    return 0 if status == 200 else 1
