"""A server is killed while it runs a job, at any moment: after its restart the job was done once, and nobody asked again."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from uuid import UUID

import psycopg
import pytest

from monnaielocale.actions.enrolment import EnrolFromFile, enrol_from_files
from monnaielocale.actions.jobs import percent, start_job
from monnaielocale.domain.progress import Step
from monnaielocale.store.database import Database
from monnaielocale.store.jobs import BEGUN, JobShown, job_of
from tests.flows.crashing import ROOT
from tests.invariants import check_invariants
from tests.world import BOOK, TOWN, World

MEMBERS = 3_000
PATIENCE_SECONDS = 120.0
# What an attempt may tell, in the order in which it does.
ORDER = [BEGUN, *Step]


@contextmanager
def server(database: Database, dies: str = "never") -> Iterator[subprocess.Popen[bytes]]:
    """A process that runs jobs, killed when the block ends if it did not die before."""
    command = [sys.executable, "-m", "tests.flows.job_process", database.url, dies]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE) as process:
        try:
            yield process
        finally:
            process.kill()


def enrolment(world: World, count: int = MEMBERS) -> EnrolFromFile:
    """A list of many members, each with a mandate."""
    heading = "Adhérent;Nom;Type;Mandat;Part;Début"
    rows = [f"E{number:05d};Member {number};particulier;indemnité;totalité;01/01/2026" for number in range(1, count + 1)]
    data = "\n".join([heading, *rows]).encode()
    return EnrolFromFile(world.actor("operator"), BOOK, TOWN, "adherents.csv", data, world.on)


def asked(world: World) -> UUID:
    return start_job(world.database, enrol_from_files, enrolment(world)).id


def shown(world: World, job_id: UUID) -> JobShown:
    with world.database.reading() as connection:
        found = job_of(connection, world.actor("operator").person_id, job_id)
    assert found is not None
    return found


def ended(world: World, job_id: UUID) -> JobShown:
    """The job once it has ended."""
    until = monotonic() + PATIENCE_SECONDS
    while (job := shown(world, job_id)).ended_at is None:
        assert monotonic() < until, job
        sleep(0.05)
    return job


def told(world: World, job_id: UUID) -> list[tuple[str, int, int]]:
    with world.database.reading() as connection:
        rows = connection.execute("SELECT step, done, total FROM job_progress WHERE job_id = %s ORDER BY position", [job_id])
        return list(rows.fetchall())


def attempts(world: World, job_id: UUID) -> list[list[tuple[str, int, int]]]:
    """What each attempt told."""
    found: list[list[tuple[str, int, int]]] = []
    for one in told(world, job_id):
        if one[0] == BEGUN:
            found.append([])
        found[-1].append(one)
    return found


def wait_until_told(world: World, job_id: UUID, count: int) -> None:
    until = monotonic() + PATIENCE_SECONDS
    while len(told(world, job_id)) < count and shown(world, job_id).ended_at is None:
        assert monotonic() < until
        sleep(0.002)


def assert_done_once(world: World, job_id: UUID) -> None:
    job = ended(world, job_id)
    assert job.state == "done"
    assert job.outcome is not None
    assert (len(job.outcome["members"]), len(job.outcome["mandates"])) == (MEMBERS, MEMBERS)
    assert (world.count("member"), world.count("collection_mandate")) == (MEMBERS, MEMBERS)
    assert (world.count("job_end"), percent(job)) == (1, 100)
    for attempt in attempts(world, job_id):
        places = [(ORDER.index(step), done) for step, done, _ in attempt]
        assert places == sorted(places)
    check_invariants(world.database)


def test_a_server_killed_at_any_moment_of_a_job_does_it_once_after_its_restart(database: Database) -> None:
    world = World.create(database)
    job_id = asked(world)
    moments = random.Random(20260105)
    for _ in range(4):
        count = len(told(world, job_id)) + moments.randrange(1, 12)
        with server(database) as process:
            wait_until_told(world, job_id, count)
            sleep(moments.random() / 20)
            process.kill()
    assert shown(world, job_id).attempts >= 1
    with server(database):
        assert_done_once(world, job_id)


@pytest.mark.parametrize("dies", ["committing", "ending"])
def test_a_server_that_dies_around_its_commit_does_the_job_once(database: Database, dies: str) -> None:
    """Before the first of these moments nothing is done, and after it everything is: the job must not be done again."""
    world = World.create(database)
    job_id = asked(world)
    with server(database, dies) as process:
        process.wait(PATIENCE_SECONDS)
    with psycopg.connect(database.url, autocommit=True) as watching:
        wait_until_alone(watching)
    assert shown(world, job_id).ended_at is None
    assert world.count("member") in ((0, MEMBERS) if dies == "committing" else (MEMBERS,))
    with server(database):
        assert_done_once(world, job_id)


def wait_until_alone(watching: psycopg.Connection) -> None:
    """A server notices that its client died once it has done what it was sent."""
    others = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )
    while watching.execute(others).fetchone() != (0,):
        sleep(0.01)


def test_two_servers_and_a_death_leave_one_effect(database: Database) -> None:
    world = World.create(database)
    job_id = asked(world)
    with server(database) as first, server(database):
        wait_until_told(world, job_id, 3)
        first.kill()
        assert_done_once(world, job_id)
    assert shown(world, job_id).attempts <= 2


def test_a_server_told_to_stop_finishes_its_job(database: Database) -> None:
    world = World.create(database)
    job_id = asked(world)
    with server(database) as process:
        wait_until_told(world, job_id, 2)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(PATIENCE_SECONDS) == 0
    assert_done_once(world, job_id)
    assert shown(world, job_id).attempts == 1
