"""The Docker files: no secret has a default, nothing writes outside its place, and what runs has no rights it does not need."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from monnaielocale.api.serving import STOP_SECONDS

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
REQUIRED_WITHOUT_DEFAULT = re.compile(r"\$\{[A-Z_]+:\?[^}]+\}")
PINNED_IMAGE = re.compile(r"[a-z/]+:\d+\.\d+\S*")


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_whoever_starts_it_and_have_no_default(name: str) -> None:
    environment = SERVICES[name]["environment"]
    secrets = [key for key in environment if re.search("PASSWORD|SECRET|KEY|TOKEN", key)]
    assert secrets
    for key in secrets:
        assert REQUIRED_WITHOUT_DEFAULT.fullmatch(environment[key]), key


def test_no_address_holds_a_password() -> None:
    for service in SERVICES.values():
        for value in service["environment"].values():
            assert not re.search(r"://[^/@]*:[^/@]+@", str(value))


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_writes_nowhere_else_and_gains_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert any(place.split(":")[0] == "/tmp" for place in service["tmpfs"])
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")


def test_the_api_alone_is_reached_and_from_this_computer_alone() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "api": ["127.0.0.1:8000:8000"]
    }
    assert [name for name, service in SERVICES.items() if "outside" in service["networks"]] == ["api"]
    assert COMPOSE["networks"]["inside"]["internal"] is True


def test_the_api_starts_once_the_schema_is_up_to_date() -> None:
    api = SERVICES["api"]
    assert api["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert api["command"][0] == "serve"
    assert api["stop_grace_period"] == "60s" and STOP_SECONDS < 60
    assert api["volumes"] == ["keys:/var/lib/monnaielocale"]


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned_or_built_here(name: str) -> None:
    service = SERVICES[name]
    assert service.get("build") == "." or PINNED_IMAGE.fullmatch(service["image"])


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_that_stays_is_watched_and_one_that_ends_is_not_started_again(name: str) -> None:
    service = SERVICES[name]
    if service["restart"] == "no":
        assert "healthcheck" not in service
    else:
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["healthcheck"]["retries"] > 0


def test_the_schema_is_brought_up_to_date_once_the_database_answers() -> None:
    assert SERVICES["migrate"]["command"] == ["migrate"]
    assert SERVICES["migrate"]["depends_on"] == {"database": {"condition": "service_healthy"}}


def test_the_database_keeps_its_files_in_a_volume_and_checks_its_pages() -> None:
    database = SERVICES["database"]
    assert database["volumes"] == ["books:/var/lib/postgresql"]
    assert "books" in COMPOSE["volumes"]
    assert "--data-checksums" in database["environment"]["POSTGRES_INITDB_ARGS"]
    assert "fsync" not in str(database)


def test_the_image_installs_what_was_locked_and_runs_without_rights() -> None:
    assert "--require-hashes -r requirements-run.lock" in DOCKERFILE
    last_stage = DOCKERFILE.rpartition("\nFROM ")[2]
    user = re.search(r"^USER (\d+):(\d+)$", last_stage, re.MULTILINE)
    assert user
    assert int(user[1]) >= 1000
    assert last_stage.index("USER") < last_stage.index("ENTRYPOINT")


def test_the_image_is_made_of_named_versions() -> None:
    images = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert images
    assert all(re.fullmatch(r"python:3\.\d+(\.\d+)?-slim\S*", image) for image in images)


def test_only_what_the_image_is_made_of_is_sent_to_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line and not line.startswith("#")]
    assert kept[0] == "*"
    for line in kept:
        if line.startswith("!"):
            assert (ROOT / line[1:]).exists(), line
    assert "!.git" not in kept
