"""The command that serves, as a process: how it starts or refuses to, what it logs, and how it stops."""

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from monnaielocale.cli.serve import _listening
from monnaielocale.store.database import Database
from tests.conftest import copied
from tests.invariants import check_invariants
from tests.serve_command import PATIENCE, environment, serving
from tests.serving import PASSWORD, prepared
from tests.world import MEMBER_IBAN, World

PUBLISHED = Path(__file__).parent.parent / "samples" / "keys" / "published.pem"
# What a shell without job control does to a command that it starts in the background.
IN_THE_BACKGROUND = ("sh", "-c", "trap '' INT; exec \"$@\"", "sh")
PAYMENT = {"payer": "E00001", "payee": "E00002", "amount_cents": 12345, "label": "Bread of Maddi", "on": "2026-01-05"}


@pytest.fixture(scope="module")
def world(server_url: str, template: str) -> Iterator[World]:
    """The invented world, whose people can log in, with a member who has units to spend."""
    with copied(server_url, template) as database:
        world = prepared(database)
        world.enrol("E00001", "Maddi Urruty", iban=MEMBER_IBAN)
        world.enrol("E00002", "Boulangerie Arto Gorria", "business")
        world.fund("E00001", 10_000_000)
        yield world


def refused(folder: Path, *arguments: str, **settings: str) -> str:
    """What the command says that refuses to serve, after nothing was served."""
    command = [sys.executable, "-W", "error", "-m", "monnaielocale", "serve", *arguments]
    done = subprocess.run(
        command, env=environment(folder, **settings), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "http://" not in done.stdout
    return done.stderr


def pay(client: httpx2.Client, key: str, **changed: Any) -> httpx2.Response:
    return client.post("/v1/payments", json=PAYMENT | changed, headers={"Idempotency-Key": key})


def test_without_a_database_it_serves_one_of_its_own_and_leaves_nothing_running() -> None:
    # A folder of pytest's own would be closed to the account that runs PostgreSQL for root.
    with TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o711)
        with serving(folder) as running:
            port = running.url.rpartition(":")[2]
            assert httpx2.get(f"{running.url}/healthz").json() == {"status": "ok"}
            assert httpx2.get(f"{running.url}/readyz").json() == {"status": "ok"}
            assert "monnaielocale" in httpx2.get(f"{running.url}/docs").text
            ask = [sys.executable, "-m", "monnaielocale", "ready", "--port", port]
            assert subprocess.run(ask, env=environment(folder), capture_output=True, check=False).returncode == 0
            assert running.stop() == 0
            assert subprocess.run(ask, env=environment(folder), capture_output=True, check=False).returncode == 1
        assert not (folder / "data" / "postgresql" / "cluster" / "postmaster.pid").exists()
        assert "Traceback" not in running.logged


@pytest.mark.parametrize("by", [(), IN_THE_BACKGROUND], ids=["by itself", "in the background"])
def test_ctrl_c_while_it_starts_or_serves_leaves_nothing_either(world: World, tmp_path: Path, by: tuple[str, ...]) -> None:
    with serving(tmp_path, by=by, DATABASE_URL=world.database.url) as running:
        assert running.stop(signal.SIGINT) == 0
    assert "Traceback" not in running.logged


def test_a_payment_in_flight_is_answered_before_it_stops(server_url: str, template: str, tmp_path: Path) -> None:
    with copied(server_url, template) as database:
        world = prepared(database)
        world.enrol("E00001", "Maddi Urruty")
        world.enrol("E00002", "Boulangerie Arto Gorria", "business")
        world.fund("E00001", 100_000)
        with serving(tmp_path, DATABASE_URL=database.url) as running, ThreadPoolExecutor() as together:
            client = running.login("operator", PASSWORD)
            make_slow(database)
            flying = together.submit(pay, client, "in-flight")
            wait_until_asleep(database)
            running.process.send_signal(signal.SIGTERM)
            answer = flying.result(PATIENCE)
            assert answer.status_code == 201, answer.text
            assert running.process.wait(PATIENCE) == 0
        assert world.wallet("E00002") == PAYMENT["amount_cents"]
        check_invariants(database)


def make_slow(database: Database) -> None:
    """From now on the database takes its time over each event."""
    with psycopg.connect(database.url) as connection:
        connection.execute(
            "CREATE FUNCTION take_time() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(3); RETURN NULL; END'"
        )
        connection.execute("CREATE TRIGGER zz AFTER INSERT ON event FOR EACH STATEMENT EXECUTE FUNCTION take_time()")


def wait_until_asleep(database: Database) -> None:
    """A batch is in the database now."""
    until = monotonic() + PATIENCE
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
    with psycopg.connect(database.url, autocommit=True) as connection:
        while connection.execute(asked).fetchone() == (0,):
            assert monotonic() < until
            sleep(0.02)


def test_several_processes_serve_and_a_key_has_one_effect_across_them(world: World, tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2", DATABASE_URL=world.database.url) as running:
        before = world.wallet("E00002")
        first = running.login("operator", PASSWORD)
        headers = dict(first.headers)
        key = uuid4().hex

        def once(_: int) -> httpx2.Response:
            # A connection of its own each time, so that either process takes it.
            with httpx2.Client(base_url=running.url, headers=headers, timeout=PATIENCE) as client:
                return pay(client, key, amount_cents=100)

        with ThreadPoolExecutor(8) as together:
            answers = list(together.map(once, range(40)))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["event_id"] for answer in answers}) == 1
        assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1
        assert world.wallet("E00002") == before + 100
        until = monotonic() + PATIENCE
        # A request is counted when its answer was sent, which may be a moment after it was read here.
        while answered_by(running.url) < 40:
            assert monotonic() < until
        assert answered_by(running.url) == 40
        assert running.stop() == 0
        pids = {line["event"] for line in running.lines() if line["event"].startswith("Started server process")}
        assert len(pids) == 2
        assert not alive(pids), "no process is left"


def alive(told: set[str]) -> list[int]:
    found = []
    for each in told:
        with suppress(ProcessLookupError):
            pid = int(re.sub(r"\D", "", each))
            os.kill(pid, 0)
            found.append(pid)
    return found


def answered_by(url: str) -> int:
    """How many payments were made, as whichever process tells it."""
    told = httpx2.get(f"{url}/metrics").text
    found = re.findall(r'http_requests_total\{method="POST",route="/v1/payments",status="201"\} ([0-9.]+)', told)
    return sum(int(float(number)) for number in found)


def test_a_process_that_dies_is_replaced(world: World, tmp_path: Path) -> None:
    with serving(tmp_path, "--workers", "2", DATABASE_URL=world.database.url) as running:
        until = monotonic() + PATIENCE
        while running.logged.count("Application startup complete") < 2:
            assert monotonic() < until, running.logged
            sleep(0.1)
        victim = next(line["event"] for line in running.lines() if line["event"].startswith("Started server process"))
        os.kill(int(re.sub(r"\D", "", victim)), signal.SIGKILL)
        running.wait_for_log("died")
        until = monotonic() + PATIENCE
        while running.logged.count("Application startup complete") < 3:
            assert monotonic() < until, running.logged
            sleep(0.1)
        assert httpx2.get(f"{running.url}/readyz").status_code == 200
        assert running.stop() == 0


def test_a_port_that_is_taken_is_refused_in_words(world: World, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = refused(tmp_path, "--port", port, DATABASE_URL=world.database.url)
    assert re.search(rf"Nothing can listen on 127\.0\.0\.1:{port}: Address already in use", told)


def weak() -> bytes:
    """A key that anybody finds by trying."""
    return ec.derive_private_key(12345, ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    ("content", "mode", "told"),
    [
        (PUBLISHED.read_bytes(), 0o600, "published example"),
        (weak(), 0o600, "can be guessed"),
        (
            ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
            0o644,
            "Others on this computer can read",
        ),
        (b"change me", 0o600, "one private key in PEM"),
    ],
    ids=["published", "weak", "exposed", "no key"],
)
def test_it_does_not_start_with_a_key_that_others_may_have(tmp_path: Path, content: bytes, mode: int, told: str) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(content)
    key.chmod(mode)
    nowhere = "postgresql://nobody@127.0.0.1:9/nothing"
    assert told in refused(tmp_path, "--port", "0", DATABASE_URL=nowhere, MONNAIELOCALE_SIGNING_KEY_FILE=str(key))


def test_it_does_not_start_without_books(empty_database: str, tmp_path: Path) -> None:
    assert "monnaielocale migrate" in refused(tmp_path, "--port", "0", DATABASE_URL=empty_database)
    told = refused(tmp_path, "--port", "0", DATABASE_URL="postgresql://nobody:a-secret@127.0.0.1:9/nothing")
    assert "cannot be reached" in told
    assert "a-secret" not in told


def test_the_log_tells_who_asked_what_and_names_nobody(world: World, tmp_path: Path) -> None:
    with serving(tmp_path, DATABASE_URL=world.database.url) as running:
        operator, treasurer = running.login("operator", PASSWORD), running.login("treasurer", PASSWORD)
        person = operator.post("/v1/token", json={"login": "operator", "password": PASSWORD}).json()["person"]["id"]
        assert pay(operator, "a-key").status_code == 201
        assert operator.get("/v1/members/E00001").json()["iban"] == MEMBER_IBAN
        assert operator.get("/v1/members", params={"q": "Maddi"}).status_code == 200
        assert operator.get("/v1/accounts/wallet:E00001").status_code in (200, 404)
        assert pay(treasurer, "another-key").status_code == 403
        assert pay(operator, "third-key", amount_cents=99_999_999_999).status_code in (409, 422)
        assert operator.get("/v1/nothing/E00001").status_code == 404
        assert operator.get("/v1/members/E00001", headers={"Authorization": "Bearer not.a.token"}).status_code == 401
        wrong = operator.post("/v1/token", json={"login": "Maddi Urruty", "password": "my dear password"})
        assert wrong.status_code == 401
        assert httpx2.get(f"{running.url}/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 403
        fail(world.database, operator)
        tokens = [client.headers["Authorization"].removeprefix("Bearer ") for client in (operator, treasurer)]
        assert running.stop() == 0
        lines, logged = running.lines(), running.logged
    personal = ["E00001", "E00002", "Maddi", "Urruty", "Arto", "Bread", MEMBER_IBAN, "12345", "123.45", "99999999999"]
    secret = [PASSWORD, "my dear password", "a-key", *tokens, *(part for token in tokens for part in token.split("."))]
    assert not [text for text in personal + secret if text in logged]
    asked = [line for line in lines if line["event"] in ("request", "access_refused", "request_failed")]
    for line in asked:
        assert re.fullmatch(r"[0-9a-f]{32}", line["request_id"])
        assert {"method", "route", "status", "milliseconds", "timestamp", "level"} <= line.keys()
    assert len({line["request_id"] for line in asked}) == len(asked), "one line for each request"
    paid = next(line for line in asked if line["route"] == "/v1/payments" and line["status"] == 201)
    assert paid["person"] == person
    assert {line["route"] for line in asked} >= {"/v1/members/{number}", "/v1/token", "/metrics", ""}
    access = [(line["status"], line["code"]) for line in asked if line["event"] == "access_refused"]
    assert access == [(403, "role_missing"), (401, "token_refused"), (401, "login_refused"), (403, "metrics_not_for_you")]
    (failed,) = [line for line in lines if line["event"] == "unforeseen"]
    assert (failed["failures"][0]["kind"], failed["failures"][0]["sqlstate"]) == ("psycopg.errors.DataCorrupted", "XX001")
    assert failed["failures"][0]["places"]


def fail(database: Database, client: httpx2.Client) -> None:
    """The database fails over something, and says on which row."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(
            "CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql "
            "AS 'BEGIN RAISE EXCEPTION ''the row of Maddi Urruty'' USING ERRCODE = ''XX001''; END'"
        )
        connection.execute("CREATE TRIGGER zz AFTER INSERT ON event FOR EACH STATEMENT EXECUTE FUNCTION stumble()")
    answer = pay(client, uuid4().hex)
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute("DROP TRIGGER zz ON event")
    assert answer.status_code == 500, answer.text
    assert "Maddi" not in answer.text
    assert "Traceback" not in answer.text


def test_metrics_are_given_to_this_computer_or_for_the_token(world: World, tmp_path: Path) -> None:
    elsewhere = {"X-Forwarded-For": "203.0.113.9"}
    with serving(tmp_path, DATABASE_URL=world.database.url) as running:
        told = httpx2.get(f"{running.url}/metrics").text
        assert "monnaielocale_backing_difference_cents" in told and "monnaielocale_desk_alarms" in told
        assert httpx2.get(f"{running.url}/metrics", headers=elsewhere).status_code == 403
    with serving(tmp_path, DATABASE_URL=world.database.url, MONNAIELOCALE_METRICS_TOKEN="watch-me") as running:
        assert httpx2.get(f"{running.url}/metrics").status_code == 403
        given = elsewhere | {"Authorization": "Bearer watch-me"}
        assert httpx2.get(f"{running.url}/metrics", headers=given).status_code == 200
        assert "watch-me" not in running.logged


def test_the_demonstration_is_served_with_people_who_can_log_in(server_url: str, tmp_path: Path) -> None:
    with serving(tmp_path, "--demo", DATABASE_URL=server_url) as running:
        told = "".join(running.said)
        shown = {words[0]: words[1] for line in told.splitlines() if len(words := line.split()) > 2}
        for login, role in (("ane", "association_operator"), ("denis", "town_preparer"), ("elorri", "town_signer")):
            client = running.login(login, shown[login])
            assert client.get("/v1/token").status_code == 204
            renewed = client.post("/v1/token", json={"login": login, "password": shown[login]}).json()
            assert role in renewed["person"]["roles"]
        proof = running.login("claire", shown["claire"]).get("/v1/reserve-proof", params={"on": "2026-03-02"}).json()
        assert proof["holds"] is True
        assert not [password for login, password in shown.items() if login in ("ane", "denis") and password in running.logged]
        assert running.stop() == 0
    with psycopg.connect(server_url) as connection:
        left = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE 'monnaielocale_demo%'").fetchall()
    assert left == []
    shutil.rmtree(tmp_path / "data", ignore_errors=True)


def test_no_answer_waits_for_the_client_to_acknowledge_what_came_before() -> None:
    async def delays() -> list[int]:
        met: asyncio.Queue[int] = asyncio.Queue()

        def meet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connection = writer.get_extra_info("socket")
            met.put_nowait(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            writer.close()

        with _listening("127.0.0.1", 0) as listener:
            async with await asyncio.start_server(meet, sock=listener):
                _, writer = await asyncio.open_connection(*listener.getsockname())
                writer.close()
                return [await met.get()]

    assert asyncio.run(delays()) != [0]


def test_what_stays_while_it_serves_is_not_looked_through_for_garbage(tmp_path: Path) -> None:
    """Else everybody waits a tenth of a second for it, now and then."""
    asks = "import gc; from monnaielocale.api.serving import application; app = application()"
    command = [sys.executable, "-c", f"{asks}; print(len(gc.get_objects()), gc.get_freeze_count())"]
    environ = environment(tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    looked_through, staying = map(int, done.stdout.split())
    assert 10 * looked_through < staying
