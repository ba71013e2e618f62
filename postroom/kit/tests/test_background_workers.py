"""Real worker processes, killed and stopped."""

import signal
from collections import Counter

import pytest

from postroom.kit.background import TaskResultStatus
from postroom.kit.tests import background_tasks as tasks
from postroom.kit.tests.background_house import (
    ON_COMMITTED_ROWS,
    empty_queue,
    wait_until,
    worker_process,
)

pytestmark = ON_COMMITTED_ROWS


@pytest.fixture(autouse=True)
def _empty_queue(transactional_db):
    empty_queue()


def test_a_task_killed_in_the_middle_is_run_again_by_the_next_worker(tmp_path):
    page, log = tmp_path / "page", tmp_path / "log"
    queued = tasks.slow_at_first.enqueue(str(page))
    with worker_process(log) as first:
        wait_until(lambda: tasks.read(page) == ["begun"])
        first.kill()
        first.wait()
    with worker_process(log):
        wait_until(lambda: tasks.slow_at_first.get_result(queued.id).is_finished)
    result = tasks.slow_at_first.get_result(queued.id)
    assert result.status == TaskResultStatus.SUCCESSFUL
    assert result.attempts == 2
    assert tasks.read(page) == ["begun", "begun", "done"]


def test_a_worker_that_waits_takes_over_from_a_killed_one(tmp_path):
    page, log = tmp_path / "page", tmp_path / "log"
    tasks.slow_at_first.enqueue(str(page))
    with worker_process(log) as first:
        wait_until(lambda: tasks.read(page) == ["begun"])
        with worker_process(log):
            first.kill()
            first.wait()
            wait_until(lambda: "done" in tasks.read(page))
    assert tasks.read(page) == ["begun", "begun", "done"]


def test_a_worker_does_not_take_a_task_from_a_living_one(tmp_path):
    page, log = tmp_path / "page", tmp_path / "log"
    tasks.slow.enqueue(str(page), 3.0)  # longer than a worker may be silent
    with worker_process(log), worker_process(log):
        wait_until(lambda: "done" in tasks.read(page))
    assert tasks.read(page) == ["begun", "done"]


def test_two_workers_run_each_task_once(tmp_path):
    page, log = tmp_path / "page", tmp_path / "log"
    words = [f"task{n}" for n in range(60)]
    for word in words:
        tasks.note_process.enqueue(str(page), word)
    with worker_process(log), worker_process(log):
        wait_until(lambda: len(tasks.read(page)) >= len(words))
    assert Counter(line.split()[0] for line in tasks.read(page)) == Counter(words)


def test_sigterm_finishes_the_current_task(tmp_path):
    page, log = tmp_path / "page", tmp_path / "log"
    queued = tasks.slow.enqueue(str(page), 0.8)
    with worker_process(log) as worker:
        wait_until(lambda: tasks.read(page) == ["begun"])
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    assert tasks.slow.get_result(queued.id).status == TaskResultStatus.SUCCESSFUL
    assert tasks.read(page) == ["begun", "done"]


def test_a_task_that_outlasts_the_stop_is_run_again_by_the_next_worker(tmp_path):
    page, log = tmp_path / "page", tmp_path / "log"
    tasks.slow_at_first.enqueue(str(page))
    with worker_process(log, patience=2.0) as worker:
        wait_until(lambda: tasks.read(page) == ["begun"])
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0
    with worker_process(log):
        wait_until(lambda: "done" in tasks.read(page))
    assert tasks.read(page) == ["begun", "begun", "done"]
