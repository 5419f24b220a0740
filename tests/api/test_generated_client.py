"""A client that a generator makes from the description of the API works, with nothing left out and nothing added by hand."""

import importlib
import importlib.util
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.api.conftest import running
from tests.serving import PASSWORD, Api

PACKAGE = "monnaielocale_generated_client"


@pytest.fixture(scope="module")
def served_world(server_url: str, world_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with running(server_url, world_template, tmp_path_factory.mktemp("data")) as api:
        yield api


@pytest.fixture(scope="module")
def generated(served_world: Api, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The client, generated from what the server says of itself; a warning would be a route or a shape left out."""
    folder = tmp_path_factory.mktemp("client")
    description = folder / "openapi.json"
    description.write_bytes(httpx2.get(f"{served_world.url}/v1/openapi.json").content)
    # A generator is told which kinds of content are bytes that it hands on; pictures are.
    pictures = dict.fromkeys(("image/svg+xml", "image/png"), "application/octet-stream")
    told = {"post_hooks": [], "content_type_overrides": pictures}
    (folder / "config.yml").write_text(json.dumps(told), encoding="utf-8")
    command = [str(Path(sys.executable).with_name("openapi-python-client")), "generate", "--meta", "none", "--fail-on-warning"]
    command += ["--path", str(description), "--output-path", str(folder / PACKAGE), "--config", str(folder / "config.yml")]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr
    assert "Warning" not in made.stdout
    sys.path.insert(0, str(folder))
    yield PACKAGE
    sys.path.remove(str(folder))


def part(generated: str, name: str) -> Any:
    """A module of the generated client."""
    return importlib.import_module(f"{generated}.{name}")


@pytest.fixture
def call(generated: str, served_world: Api) -> Iterator[Callable[..., Any]]:
    """Call an operation as a person: call("operator", "members.enrol_member", body=...)."""
    clients: dict[str, Any] = {}
    made = ExitStack()

    def client(login: str) -> Any:
        if login not in clients:
            given = log_in(generated, served_world, login, PASSWORD).parsed
            clients[login] = part(generated, "client").AuthenticatedClient(base_url=served_world.url, token=given.access_token)
            made.callback(clients[login].get_httpx_client().close)
        return clients[login]

    def calling(login: str, operation: str, *path: str, **given: Any) -> Any:
        answer = part(generated, f"api.{operation}").sync_detailed(*path, client=client(login), **given)
        assert answer.status_code < 400, answer.content
        return answer.parsed

    with made:
        yield calling


def log_in(generated: str, api: Api, login: str, password: str) -> Any:
    """What the client makes of the answer to a login."""
    stranger = part(generated, "client").Client(base_url=api.url)
    asked = part(generated, "models.login_asked").LoginAsked(login=login, password=password)
    try:
        return part(generated, "api.token.log_in_with_password").sync_detailed(client=stranger, body=asked)
    finally:
        stranger.get_httpx_client().close()


def test_every_operation_is_in_the_client(generated: str, served_world: Api) -> None:
    description = json.loads(httpx2.get(f"{served_world.url}/v1/openapi.json").content)
    folder = Path(importlib.import_module(generated).__file__ or "").parent
    modules = {path.stem for path in (folder / "api").rglob("*.py")}
    operations = {operation["operationId"] for path in description["paths"].values() for operation in path.values()}
    assert operations <= modules


def test_the_client_enrols_pays_and_reads(generated: str, call: Callable[..., Any]) -> None:
    member = part(generated, "models.member_asked").MemberAsked
    kind = part(generated, "models.member_asked_kind") if _has(generated, "models.member_asked_kind") else None
    person = kind.MemberAskedKind("person") if kind else "person"
    for number, name in (("E00001", "Ane Etxe"), ("E00002", "Peio Ibarra")):
        enrolled = call(
            "operator",
            "members.enrol_member",
            body=member(number=number, kind=person, name=name),
            idempotency_key=uuid4().hex,
        )
        assert (enrolled.number, enrolled.already_known) == (number, False)
    shown = call("operator", "members.show_member", "E00002")
    assert shown.name == "Peio Ibarra"
    assert call("auditor", "books.list_books").items[0].book == "eusko"
    assert call("operator", "accounts.list_accounts", role="wallet").items == []


def test_the_client_understands_a_refusal(generated: str, served_world: Api) -> None:
    answer = log_in(generated, served_world, "operator", "not the password")
    assert answer.status_code == 401
    assert (answer.parsed.code, answer.parsed.status) == ("login_refused", 401)
    assert re.search(r"\w", answer.parsed.detail)


def _has(generated: str, name: str) -> bool:
    return importlib.util.find_spec(f"{generated}.{name}") is not None
