"""Jobs: asked for once, run by one process, with the rights of the moment, ended with what the request would have been told."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event
from typing import Any
from uuid import UUID, uuid4

import pytest

from monnaielocale.actions import jobs
from monnaielocale.actions.crediting import CreditRun, credit_runs
from monnaielocale.actions.job_requests import document_marks, item_of, request_of
from monnaielocale.actions.jobs import KINDS, Ran, TooManyJobs, percent, run_job, start_job
from monnaielocale.actions.matching import MatchLines, match_lines
from monnaielocale.actions.perform import KeyReused
from monnaielocale.actions.runner import Runner
from monnaielocale.actions.runs import OpenRun, open_runs
from monnaielocale.domain.actors import RoleMissing
from monnaielocale.domain.files import RowsRefused
from monnaielocale.domain.kept_refusals import refusal_kept
from monnaielocale.domain.progress import Step
from monnaielocale.store.database import Database
from monnaielocale.store.jobs import BEGUN, POSTPONED, JobShown, claim_job, job_of, jobs_of, jobs_unended, tell_job_progress
from monnaielocale.store.people import withdraw_role
from monnaielocale.store.unit_of_work import UnitOfWork
from tests.invariants import check_invariants
from tests.towns import list_of, mandate_in_force, opening
from tests.world import BOOK, MEMBER_IBAN, World


@pytest.fixture
def world(database: Database) -> World:
    found = World.create(database)
    for number in ("E00001", "E00002"):
        found.enrol(number, f"Member {number}", iban=MEMBER_IBAN)
        mandate_in_force(found, number)
    return found


def january(world: World, **given: Any) -> OpenRun:
    return opening(world, list_of(("E00001", "", "100,00"), ("E00002", "", "50,00")), **given)


def started(world: World, item: OpenRun) -> UUID:
    return start_job(world.database, open_runs, item).id


def shown(world: World, job_id: UUID, login: str = "preparer") -> JobShown:
    with world.database.reading() as connection:
        found = job_of(connection, world.actor(login).person_id, job_id)
    assert found is not None
    return found


def told(world: World, job_id: UUID) -> list[tuple[str, int, int]]:
    """What a job told of its progress, in order."""
    with world.database.reading() as connection:
        rows = connection.execute("SELECT step, done, total FROM job_progress WHERE job_id = %s ORDER BY position", [job_id])
        return list(rows.fetchall())


def test_a_job_waits_runs_and_ends_with_what_the_action_answered(world: World) -> None:
    job = start_job(world.database, open_runs, january(world))
    assert (job.state, percent(job), job.attempts) == ("waiting", 0, 0)
    assert world.count("payment_run") == 0
    assert run_job(world.database, job.id) is Ran.ENDED
    ended = shown(world, job.id)
    assert (ended.state, percent(ended), ended.attempts) == ("done", 100, 1)
    assert ended.outcome is not None
    assert (ended.outcome["payment_count"], ended.outcome["total_cents"]) == (2, 150_00)
    assert world.count("payment_run") == 1
    check_invariants(world.database)


def test_a_job_tells_each_step_of_its_work_in_order(world: World) -> None:
    job_id = started(world, january(world))
    run_job(world.database, job_id)
    steps = told(world, job_id)
    assert steps[0] == (BEGUN, 0, 0)
    assert [step for step, *_ in dict.fromkeys((step,) for step, *_ in steps)] == [BEGUN, "reading", "checking", "writing"]
    assert ("checking", 2, 2) in steps


def test_a_job_run_again_is_not_done_again(world: World) -> None:
    job_id = started(world, january(world))
    assert [run_job(world.database, job_id) for _ in range(2)] == [Ran.ENDED, Ran.ENDED]
    assert world.count("payment_run") == 1
    assert run_job(world.database, uuid4()) is Ran.ENDED


def test_a_list_with_faults_is_refused_with_each_of_them_and_leaves_nothing(world: World) -> None:
    rows = list_of(("E00001", "", "12,345"), ("E99999", "", "50,00"), ("E00002", "", "50,00"))
    job_id = started(world, opening(world, rows, key="list 1"))
    run_job(world.database, job_id)
    ended = shown(world, job_id)
    assert ended.state == "refused"
    assert ended.outcome is not None
    refused = refusal_kept(ended.outcome)
    assert isinstance(refused, RowsRefused)
    assert [(fault.row_number, fault.refusal.code) for fault in refused.faults] == [
        (2, "amount_unreadable"),
        (3, "member_unknown"),
    ]
    assert world.count("payment_run") == 0


def test_the_same_request_under_the_same_key_is_the_same_job(world: World) -> None:
    item = january(world, key="january")
    job_id = started(world, item)
    assert started(world, item) == job_id
    run_job(world.database, job_id)
    assert started(world, item) == job_id
    with pytest.raises(KeyReused):
        started(world, replace(item, list_number="2"))
    assert started(world, replace(item, key="")) != job_id
    assert started(world, replace(item, actor=world.add("preparer-2", "bayonne", "town_preparer"))) != job_id


def test_many_who_ask_at_once_under_one_key_get_one_job(world: World) -> None:
    item, together = january(world, key="january"), Barrier(4)

    def ask() -> UUID:
        together.wait(10)
        return started(world, item)

    with ThreadPoolExecutor(4) as pool:
        found = {future.result() for future in [pool.submit(ask) for _ in range(4)]}
    assert len(found) == 1
    assert world.count("job") == 1


def test_a_refused_job_leaves_its_key_free(world: World) -> None:
    item = opening(world, list_of(("E99999", "", "50,00")), key="january")
    run_job(world.database, refused := started(world, item))
    assert shown(world, refused).state == "refused"
    corrected = started(world, january(world, key="january"))
    assert corrected != refused
    run_job(world.database, corrected)
    assert shown(world, corrected).state == "done"


def test_what_was_done_within_a_request_is_answered_to_the_job_under_the_same_key(world: World) -> None:
    item = january(world, key="january")
    done = world.do(open_runs, item)
    run_job(world.database, job_id := started(world, item))
    assert shown(world, job_id).outcome == done
    assert world.count("payment_run") == 1


def test_who_lacks_the_role_cannot_even_leave_a_file(world: World) -> None:
    before = world.count("document")
    with pytest.raises(RoleMissing):
        started(world, january(world, by="treasurer"))
    assert (world.count("job"), world.count("document")) == (0, before)


def test_a_right_withdrawn_meanwhile_refuses_the_job(world: World) -> None:
    job_id = started(world, january(world))
    withdraw_role(world.database, "preparer", "town_preparer", world.actor("administrator"))
    run_job(world.database, job_id)
    ended = shown(world, job_id)
    assert ended.state == "refused"
    assert ended.outcome is not None
    assert refusal_kept(ended.outcome) == RoleMissing(login="preparer", roles="town_preparer, association_operator")
    assert world.count("payment_run") == 0


def test_nobody_keeps_more_jobs_waiting_than_the_limit(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "JOBS_WAITING_MAX", 2)
    first = started(world, january(world, key="1"))
    started(world, january(world))
    with pytest.raises(TooManyJobs) as refused:
        started(world, january(world))
    assert refused.value.values == {"count": 2}
    assert started(world, january(world, key="1")) == first
    run_job(world.database, first)
    started(world, january(world, list_number="2"))


def test_a_claimed_job_is_run_by_nobody_else_until_the_claim_ends(world: World) -> None:
    job_id = started(world, january(world))
    with world.database.connect("writer", autocommit=True) as other:
        assert claim_job(other, job_id)
        assert run_job(world.database, job_id) is Ran.TAKEN
        assert world.count("payment_run") == 0
    assert run_job(world.database, job_id) is Ran.ENDED


def test_two_runners_never_run_the_same_job(world: World) -> None:
    ids = [started(world, january(world, list_number=str(number))) for number in range(6)]
    with Runner(world.database, every_seconds=0.05) as first, Runner(world.database, every_seconds=0.05) as second:
        for _ in range(600):
            first.wake()
            second.wake()
            with world.database.reading() as connection:
                if not jobs_unended(connection):
                    break
            Event().wait(0.05)
    assert [shown(world, job_id).state for job_id in ids] == ["done"] * 6
    assert [shown(world, job_id).attempts for job_id in ids] == [1] * 6
    assert world.count("payment_run") == 6


def test_a_job_that_finds_its_book_busy_is_postponed_and_done_later(world: World) -> None:
    job_id = started(world, january(world))
    with world.database.connect("writer") as holder:
        UnitOfWork(holder).lock([BOOK])
        assert run_job(world.database, job_id) is Ran.POSTPONED
        assert shown(world, job_id).state == "waiting"
    assert run_job(world.database, job_id) is Ran.ENDED
    ended = shown(world, job_id)
    assert (ended.state, ended.attempts) == ("done", 2)


def test_a_job_abandoned_when_the_process_stops_leaves_nothing_and_is_done_later(world: World) -> None:
    job_id = started(world, january(world))
    with pytest.raises(jobs.Abandoned):
        run_job(world.database, job_id, stopping=lambda: True)
    assert (shown(world, job_id).state, world.count("payment_run")) == ("waiting", 0)
    assert run_job(world.database, job_id) is Ran.ENDED
    assert world.count("payment_run") == 1


def test_a_job_that_dies_again_and_again_is_given_up(world: World) -> None:
    job_id = started(world, january(world))
    with world.database.connect("writer", autocommit=True) as connection:
        for position in range(1, 9):
            tell_job_progress(connection, job_id, position, BEGUN if position != 3 else POSTPONED, 0, 0)
    run_job(world.database, job_id)
    ended = shown(world, job_id)
    assert ended.outcome is not None
    assert (ended.state, ended.outcome["code"]) == ("refused", "job_given_up")


def test_a_job_given_up_whose_effect_is_there_is_answered(world: World) -> None:
    job_id = started(world, january(world))
    done = world.do(open_runs, january(world, key=str(job_id)))
    with world.database.connect("writer", autocommit=True) as connection:
        for position in range(1, 9):
            tell_job_progress(connection, job_id, position, BEGUN, 0, 0)
    run_job(world.database, job_id)
    assert (shown(world, job_id).state, shown(world, job_id).outcome) == ("done", done)


def test_a_person_sees_their_own_jobs_page_by_page(world: World) -> None:
    ids = [started(world, january(world, list_number=str(number))) for number in range(5)]
    start_job(world.database, match_lines, MatchLines(world.actor("operator"), BOOK, world.on))
    person = world.actor("preparer").person_id
    with world.database.reading() as connection:
        first = jobs_of(connection, person, most=3)
        rest = jobs_of(connection, person, before=(first[-1].recorded_at, first[-1].id), most=3)
        foreign = job_of(connection, world.actor("operator").person_id, ids[0])
    assert [job.id for job in [*first, *rest]] == ids[::-1]
    assert foreign is None


def test_percent_counts_each_step_the_same_and_never_says_all_before_the_end(world: World) -> None:
    job = start_job(world.database, credit_runs, CreditRun(world.actor("operator"), BOOK, "RF18LRD2026010001", world.on))
    seen = [percent(replace(job, step=step, done=done, total=4)) for step in ("checking", "writing") for done in (0, 2, 4)]
    assert seen == [0, 25, 50, 50, 75, 99]
    assert percent(replace(job, step=BEGUN, done=0, total=0)) == 0
    assert percent(replace(job, action="of a newer program", step="writing", done=1, total=2)) == 0


def test_each_kind_of_job_declares_steps_in_their_order() -> None:
    order = list(Step)
    for kind in KINDS.values():
        assert list(kind.steps) == sorted(kind.steps, key=order.index)


def test_a_request_comes_back_as_it_was_asked(world: World) -> None:
    rows = ({"member_number": "E00001", "amount_cents": 100, "label": ["odd", {"deep": None}]}, {"amount_cents": 1.0})
    item = january(world, rows=rows, declared_count=2, key="k")
    request, documents = request_of(item)
    assert set(document_marks(request)) == documents.keys()
    assert item_of(OpenRun, request, documents, item.actor, "k") == item
    assert repr(item_of(OpenRun, request, documents, item.actor, "k")) == repr(item)


def test_a_request_with_a_value_that_would_come_back_as_another_is_a_mistake_of_ours(world: World) -> None:
    with pytest.raises(TypeError):
        request_of(january(world, kind=Step.READING))
