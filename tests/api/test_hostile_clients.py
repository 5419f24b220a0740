"""Clients that are slow, that vanish or that mean harm: each loses its connection, and everybody else is answered meanwhile."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from time import monotonic, sleep
from typing import Any

import pytest
import uvicorn

from monnaielocale.api.connections import Connection
from monnaielocale.api.serving import configuration
from tests.api.small_api import APP
from tests.invariants import check_invariants
from tests.serving import Api

# Far more than any of this takes; only a fault reaches it.
PATIENCE = 60.0
HALF_A_HEAD = b"POST /v1/payments HTTP/1.1\r\nHost: here\r\nContent-Ty"
ASK = b"GET /v1/payments/E00042 HTTP/1.1\r\nHost: here\r\n\r\n"


class Hurried(Connection):  # type: ignore[misc]
    """The same connections in a hurry, so that tests need not wait."""

    head_seconds = 1.0
    listening_seconds = 1.0
    connections_most = 250


@contextmanager
def small(**changed: Any) -> Iterator[int]:
    """The small application, served as the real one is; answers the port."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listening:
        server = uvicorn.Server(configuration(**{"app": APP, "http": Hurried, "lifespan": "off"} | changed))
        running = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        running.start()
        port = listening.getsockname()[1]
        try:
            yield port
        finally:
            server.should_exit = True
            running.join(PATIENCE)
            assert not running.is_alive()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with small() as found:
        yield found


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def read(client: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One answer: its status, its headers and its body."""
    told = b""
    while b"\r\n\r\n" not in told:
        some = client.recv(65536)
        assert some, f"hung up after {told!r}"
        told += some
    head, _, body = told.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    while len(body) < int(headers.get("content-length", 0)):
        body += client.recv(65536)
    return int(first.split()[1]), headers, body


def hung_up(client: socket.socket) -> bool:
    """The server closed the connection; what it may have said before is passed over."""
    with suppress(ConnectionError):
        while client.recv(65536):
            pass
    return True


def answered(port: int) -> bool:
    """An honest client asks, and is answered."""
    with connected(port) as client:
        client.sendall(ASK)
        return read(client)[0] == 200


def test_an_answer_comes_in_one_piece(port: int) -> None:
    with connected(port) as client:
        for _ in range(20):
            client.sendall(ASK)
            head, _, body = client.recv(65536).partition(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            assert 0 < len(body) == length


def test_two_hundred_clients_that_stop_in_the_middle_of_a_request_are_sent_away(port: int) -> None:
    with ExitStack() as stack:
        stalled = [stack.enter_context(connected(port)) for _ in range(200)]
        for client in stalled:
            client.sendall(HALF_A_HEAD)
        assert all(answered(port) for _ in range(20))
        assert all(hung_up(client) for client in stalled)
    assert answered(port)


def test_a_client_that_says_nothing_is_sent_away(port: int) -> None:
    with connected(port) as client:
        assert hung_up(client)


def test_a_head_that_comes_byte_by_byte_has_no_more_time_than_any_other(port: int) -> None:
    with connected(port) as client, suppress(ConnectionError):
        until = monotonic() + PATIENCE
        for byte in b"X-Long: " + b"a" * 100_000:
            client.sendall(HALF_A_HEAD if byte == b"X"[0] else bytes([byte]))
            sleep(0.02)
            assert monotonic() < until, "this client was never sent away"


def test_a_client_may_ask_again_on_the_same_connection_but_not_keep_it_by_empty_lines(port: int) -> None:
    with connected(port) as client:
        for _ in range(3):
            client.sendall(ASK)
            assert read(client)[0] == 200
        with suppress(ConnectionError):
            until = monotonic() + PATIENCE
            while monotonic() < until:
                client.sendall(b"\r\n")
                sleep(0.05)
            raise AssertionError("this client was never sent away")


@pytest.mark.parametrize(
    "head",
    [
        b"".join(b"X-%d: 1\r\n" % number for number in range(5000)),
        b"X-Long: " + b"a" * 1_000_000,
        b"X-Long: " + b"a" * 40_000 + b"\r\nX-Longer: " + b"a" * 40_000,
    ],
    ids=["thousands of headers", "one endless header", "two long ones"],
)
def test_a_head_without_measure_is_refused_in_words(port: int, head: bytes) -> None:
    with connected(port) as client:
        with suppress(ConnectionError):
            client.sendall(b"GET /v1/payments/E00042 HTTP/1.1\r\nHost: here\r\n")
            for start in range(0, len(head), 10_000):
                client.sendall(head[start : start + 10_000])
                sleep(0.01)
        with suppress(ConnectionError):
            status, headers, body = read(client)
            assert (status, json.loads(body)["code"]) == (431, "head_too_large")
            assert headers["content-type"] == "application/problem+json"
        assert hung_up(client)
    assert answered(port)


def test_a_few_too_many_headers_are_refused_with_the_limit(port: int) -> None:
    with connected(port) as client:
        client.sendall(ASK.removesuffix(b"\r\n") + b"X-One: 1\r\n" * 100 + b"\r\n")
        status, _, body = read(client)
        assert status == 431
        assert json.loads(body)["values"] == {"most_lines": 100, "most_bytes": 65536}


@pytest.mark.parametrize(
    "garbage",
    [
        b"\x00" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET /v1/payments/E00042 HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"PUNCH / HTTP/1.1\r\n\r\n",
        b"POST /v1/payments HTTP/1.1\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
        b"POST /v1/payments HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/payments HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET http://[ HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_alone_and_after_a_good_request(port: int, garbage: bytes) -> None:
    for before in (b"", ASK):
        with connected(port) as client:
            client.sendall(before + garbage)
            told = b""
            with suppress(ConnectionError):
                while some := client.recv(65536):
                    told += some
            assert b"Traceback" not in told
            assert b" 500 " not in told
    assert answered(port)


def test_hundreds_of_requests_sent_at_once_are_answered_in_their_order(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"".join(ASK.replace(b"E00042", b"E%05d" % number) for number in range(300)))
        told = b""
        while told.count(b'"payer"') < 300:
            some = client.recv(65536)
            assert some
            told += some
        places = [told.index(b"E%05d" % number) for number in range(300)]
        assert places == sorted(places)


def test_a_client_that_does_not_take_its_answers_is_sent_away() -> None:
    gone = threading.Event()

    class Watched(Hurried):
        """Tells when a client is gone."""

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            gone.set()

    with small(http=Watched) as port, connected(port) as client:
        client.sendall(b"GET /v1/openapi.json HTTP/1.1\r\nHost: here\r\n\r\n" * 1000)
        assert gone.wait(PATIENCE), "this client was never sent away"
        assert answered(port)


def test_where_there_are_too_many_whoever_was_silent_longest_makes_room() -> None:
    class Crowded(Connection):  # type: ignore[misc]
        """Patient, and full with twenty."""

        connections_most = 20

    with small(http=Crowded) as port, ExitStack() as stack:
        silent = [stack.enter_context(connected(port)) for _ in range(60)]
        for client in silent:
            with suppress(ConnectionError):
                client.sendall(HALF_A_HEAD)
        assert all(answered(port) for _ in range(5))
        assert all(hung_up(client) for client in silent[:40])


@pytest.mark.parametrize("told", [True, False], ids=["with its length", "in pieces of unknown number"])
def test_two_hundred_megabytes_are_refused_before_they_are_sent(port: int, told: bool) -> None:
    size, piece = 200 * 1024 * 1024, b" " * 65536
    framing = b"Content-Length: %d" % size if told else b"Transfer-Encoding: chunked"
    with connected(port) as client:
        client.sendall(b"POST /v1/payments HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\n" + framing + b"\r\n\r\n")
        sent, client_is_told = 0, False
        client.settimeout(0.01)
        while sent < size and not client_is_told:
            with suppress(TimeoutError, ConnectionError):
                client.sendall(piece if told else b"%x\r\n%s\r\n" % (len(piece), piece))
            sent += len(piece)
            with suppress(TimeoutError):
                client_is_told = bool(client.recv(1, socket.MSG_PEEK))
        client.settimeout(PATIENCE)
        status, _, body = read(client)
        assert (status, json.loads(body)["code"]) == (413, "body_too_large")
        assert sent < 20 * 1024 * 1024
    assert answered(port)


def test_who_was_answered_cannot_go_on_sending_the_same_request(port: int) -> None:
    with connected(port) as client:
        client.sendall(b"POST /v1/payments HTTP/1.1\r\nHost: here\r\nContent-Length: 209715200\r\n\r\n")
        assert read(client)[0] == 413
        until = monotonic() + PATIENCE
        with suppress(ConnectionError):
            while monotonic() < until:
                client.sendall(b" ")
                sleep(0.02)
            raise AssertionError("this client was never sent away")


def raw_payment(api: Api, name: str, cents: int = 100) -> tuple[bytes, bytes]:
    """The head and the body of a payment between two members, under a key."""
    token = api.login("operator")["access_token"]
    body = json.dumps({"payer": "E00001", "payee": "E00002", "amount_cents": cents, "on": "2026-01-05"}).encode()
    lines = (
        "POST /v1/payments HTTP/1.1",
        "Host: here",
        f"Authorization: Bearer {token}",
        "Content-Type: application/json",
        f"Idempotency-Key: {name}",
        f"Content-Length: {len(body)}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode(), body


@pytest.fixture
def funded(api: Api) -> Api:
    """Two members, one of whom holds a hundred units."""
    api.world.enrol("E00001", "Maddi Urruty")
    api.world.enrol("E00002", "Xan Goyeneche")
    api.world.fund("E00001", 10_000)
    return api


def test_who_vanishes_before_the_answer_has_paid_once_and_asking_again_says_so(funded: Api) -> None:
    head, body = raw_payment(funded, "vanished-0")
    port = int(funded.url.rpartition(":")[2])
    for number in range(40):
        with connected(port) as client:
            client.sendall(head.replace(b"vanished-0", b"vanished-%d" % number) + body)
            # Half of them leave without a word, half slam the door.
            if number % 2:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        if number % 10 == 0:
            assert funded.as_("operator").get("/v1/token").status_code == 204
    payment = {"payer": "E00001", "payee": "E00002", "amount_cents": 100, "on": "2026-01-05"}
    for number in range(40):
        again = funded.as_("operator").post("/v1/payments", headers={"Idempotency-Key": f"vanished-{number}"}, json=payment)
        assert again.status_code == 201, again.text
    assert funded.world.wallet("E00002") == 4_000
    check_invariants(funded.world.database)


def test_a_payment_that_comes_byte_by_byte_is_made_while_others_are_answered(funded: Api) -> None:
    head, body = raw_payment(funded, "slowly")
    with connected(int(funded.url.rpartition(":")[2])) as client:
        client.sendall(head)
        for place in range(len(body)):
            client.sendall(body[place : place + 1])
            if place % 20 == 0:
                assert funded.as_("operator").get("/v1/token").status_code == 204
        assert read(client)[0] == 201
    assert funded.world.wallet("E00002") == 100


def test_half_a_payment_is_no_payment(funded: Api) -> None:
    head, body = raw_payment(funded, "half")
    with connected(int(funded.url.rpartition(":")[2])) as client:
        client.sendall(head + body[:-1])
    payment = {"payer": "E00001", "payee": "E00002", "amount_cents": 100, "on": "2026-01-05"}
    first = funded.as_("operator").post("/v1/payments", headers={"Idempotency-Key": "half"}, json=payment)
    assert first.status_code == 201
    assert "Idempotency-Replayed" not in first.headers
    assert funded.world.wallet("E00002") == 100


@pytest.mark.parametrize("written", ["nowhere", "203.0.113.7:99999", "::::", "203.0.113.7, nobody", "é" * 300])
def test_where_a_client_says_that_it_comes_from_fails_nothing(funded: Api, written: str) -> None:
    told = {b"X-Forwarded-For": written.encode()}
    assert funded.stranger.get("/metrics", headers=told).status_code == 403
    login = funded.stranger.post("/v1/token", headers=told, json={"login": "operator", "password": "wrong"})
    assert login.status_code == 401, login.text
