"""The contract of the task loop: the same claims on SQLite and on PostgreSQL."""

import time
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction
from django.utils import timezone

from postroom.kit.background import TaskResultDoesNotExist, TaskResultStatus, task_backends
from postroom.kit.background.procrastinate import ProcrastinateBackend
from postroom.kit.background.tidy import forget_finished
from postroom.kit.tests import background_tasks as tasks
from postroom.kit.tests.background_house import (
    ON_COMMITTED_ROWS,
    SOON,
    abandon,
    empty_queue,
    enqueue_path,
    outage,
    rows_of_the_engine,
    running_loop,
    state,
    wait_until,
)

pytestmark = ON_COMMITTED_ROWS


@pytest.fixture(autouse=True)
def _empty_queue(transactional_db):
    empty_queue()


@pytest.fixture
def page(tmp_path) -> Path:
    return tmp_path / "page"


def test_a_task_is_run_and_its_result_says_so(page):
    queued = tasks.note.enqueue(str(page), word="hello")
    assert queued.status == TaskResultStatus.READY
    with running_loop():
        wait_until(lambda: tasks.note.get_result(queued.id).is_finished)
    result = tasks.note.get_result(queued.id)
    assert result.status == TaskResultStatus.SUCCESSFUL
    assert (result.args, result.kwargs) == ([str(page)], {"word": "hello"})
    assert result.enqueued_at <= result.started_at <= result.finished_at
    assert result.attempts == 1
    assert tasks.read(page) == ["hello"]


def test_an_async_function_is_run(page):
    tasks.note_async.enqueue(str(page), "hello")
    with running_loop():
        wait_until(lambda: tasks.read(page) == ["hello"])


def test_a_task_can_be_enqueued_from_async_code(page):
    queued = async_to_sync(tasks.note.aenqueue)(str(page), "hello")
    with running_loop():
        wait_until(lambda: tasks.read(page) == ["hello"])
    assert async_to_sync(tasks.note.aget_result)(queued.id).id == queued.id


def test_a_task_enqueued_in_a_rolled_back_transaction_never_runs(page):
    with running_loop():
        with suppress(ZeroDivisionError), transaction.atomic():
            tasks.note.enqueue(str(page), "undone")
            raise ZeroDivisionError
        tasks.note.enqueue(str(page), "kept")
        wait_until(lambda: "kept" in tasks.read(page))
        time.sleep(0.3)
    assert tasks.read(page) == ["kept"]


def test_a_task_waits_for_its_callers_commit(page):
    with running_loop():
        with transaction.atomic():
            tasks.note.enqueue(str(page), "hello")
            time.sleep(0.4)
            assert tasks.read(page) == []
        wait_until(lambda: tasks.read(page) == ["hello"])


def test_a_delayed_task_runs_at_its_time(page):
    due = timezone.now() + timedelta(seconds=1.2)
    with running_loop():
        tasks.note_time.using(run_after=due).enqueue(str(page))
        wait_until(lambda: tasks.read(page) != [])
    late = float(tasks.read(page)[0]) - due.timestamp()
    assert 0 <= late < 2


def test_a_higher_priority_goes_first_and_equals_keep_their_order(page):
    for priority in (-100, 0, 100):
        for nth in (1, 2):
            tasks.note.using(priority=priority).enqueue(str(page), f"{priority}/{nth}")
    with running_loop():
        wait_until(lambda: len(tasks.read(page)) == 6)
    assert tasks.read(page) == ["100/1", "100/2", "0/1", "0/2", "-100/1", "-100/2"]


def test_every_queue_is_worked_off(page, settings):
    default = settings.TASKS["default"] | {"QUEUES": ["default", "slow"]}
    settings.TASKS = {"default": default}
    tasks.note.using(queue_name="slow").enqueue(str(page), "hello")
    with running_loop():
        wait_until(lambda: tasks.read(page) == ["hello"])


def test_a_failing_task_is_tried_again_then_fails_and_the_loop_goes_on(page):
    failing = tasks.fail.enqueue(str(page))
    tasks.note.enqueue(str(page), "hello")
    with running_loop():
        wait_until(lambda: tasks.fail.get_result(failing.id).is_finished)
    assert tasks.fail.get_result(failing.id).status == TaskResultStatus.FAILED
    assert sorted(tasks.read(page)) == ["failed"] * (SOON.most + 1) + ["hello"]


def test_a_task_that_fails_once_succeeds_at_its_second_attempt(page):
    failing = tasks.fail_once.enqueue(str(page))
    with running_loop():
        wait_until(lambda: tasks.fail_once.get_result(failing.id).is_finished)
    result = tasks.fail_once.get_result(failing.id)
    assert result.status == TaskResultStatus.SUCCESSFUL
    assert result.attempts == 2
    assert tasks.read(page) == ["attempt 1", "attempt 2"]


def test_a_task_that_exits_does_not_end_the_worker(page):
    leaving = tasks.leave.enqueue(str(page))
    tasks.note.enqueue(str(page), "hello")
    with running_loop():
        wait_until(lambda: tasks.leave.get_result(leaving.id).is_finished)
    assert "hello" in tasks.read(page)


def test_a_row_cannot_call_what_is_not_a_task(page):
    forged = enqueue_path("os.getcwd")
    unknown = enqueue_path("postroom.no_such_module.task")
    tasks.note.enqueue(str(page), "hello")
    with running_loop():
        wait_until(lambda: state(forged) == state(unknown) == "failed")
    assert tasks.read(page) == ["hello"]


def test_stop_finishes_the_current_task_and_begins_no_other(page):
    tasks.slow.enqueue(str(page), 0.7)
    waiting = tasks.note.enqueue(str(page), "next")
    with running_loop() as loop:
        wait_until(lambda: tasks.read(page) == ["begun"])
        loop.stop()
        loop.join(60)
        assert tasks.read(page) == ["begun", "done"]
    assert tasks.note.get_result(waiting.id).status == TaskResultStatus.READY


def test_stop_at_once_after_start_stops(page):
    with running_loop() as loop:
        loop.stop()
        loop.join(60)
        assert not loop.is_alive()


def test_the_loop_outlives_an_outage_of_the_database(page):
    with running_loop():
        tasks.note.enqueue(str(page), "before")
        wait_until(lambda: tasks.read(page) == ["before"])
        with outage():
            tasks.note.enqueue(str(page), "after")
        wait_until(lambda: tasks.read(page) == ["before", "after"])


def test_what_a_dead_worker_left_is_run(page):
    left = tasks.note.enqueue(str(page), "hello")
    abandon(left.id, starts=1)
    with running_loop():
        wait_until(lambda: tasks.read(page) == ["hello"])


def test_a_task_that_kills_every_worker_is_given_up(page):
    killer = tasks.note.enqueue(str(page), "hello")
    abandon(killer.id, starts=SOON.starts)
    with running_loop():
        wait_until(lambda: state(killer.id) == "failed")
    assert tasks.read(page) == []


def test_arguments_that_are_not_json_are_refused_at_once(page):
    with pytest.raises(TypeError):
        tasks.note.enqueue(str(page), object())


def test_an_idle_worker_leaves_no_rows_behind():
    with running_loop():
        time.sleep(3.2)  # its reaper comes each second
    assert rows_of_the_engine() <= 2


def test_finished_tasks_are_forgotten_and_waiting_ones_kept(page):
    done = tasks.note.enqueue(str(page), "hello")
    failed = enqueue_path("os.getcwd")
    with running_loop():
        wait_until(lambda: state(failed) == "failed" and tasks.read(page) == ["hello"])
        wait_until(lambda: tasks.note.get_result(done.id).is_finished)
    waiting = tasks.note.enqueue(str(page), "later")
    forget_finished(timedelta(days=1))
    assert tasks.note.get_result(done.id).is_finished
    time.sleep(0.01)
    forget_finished(timedelta(0))
    with pytest.raises(TaskResultDoesNotExist):
        tasks.note.get_result(done.id)
    assert rows_of_the_engine() <= 2  # the waiting one, and perhaps a reaper
    assert tasks.note.get_result(waiting.id).status == TaskResultStatus.READY


@pytest.mark.parametrize("result_id", ["999999999", "not-an-id"])
def test_an_unknown_result_does_not_exist(result_id):
    with pytest.raises(TaskResultDoesNotExist):
        task_backends["default"].get_result(result_id)


def test_the_backend_for_postgresql_refuses_any_other_database():
    found = [error.id for error in ProcrastinateBackend("default", {}).check()]
    assert found == (
        [] if connection.vendor == "postgresql" else ["postroom.E001", "postroom.E002"]
    )
