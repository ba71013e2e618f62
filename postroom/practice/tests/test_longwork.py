from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from postroom.kit.background import task_backends
from postroom.practice import longwork
from postroom.practice.models import Job

TASK = "postroom.clients.tasks.advance_import"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=5)
LATE = NOW + longwork.LEASE + timedelta(seconds=1)


@pytest.fixture
def asked(monkeypatch):
    """The jobs whose task was asked for, instead of a queue."""
    found = []
    backend = type(task_backends["default"])
    monkeypatch.setattr(
        backend, "enqueue", lambda self, task, args, kwargs: found.append((task.name, *args))
    )
    return found


@pytest.fixture
def job(cast):
    return draft(cast)


def draft(cast, practice=None, kind="count"):
    return longwork.draft(
        practice or cast.practice, kind, TASK, by=None, source=None, data={"up to": 3}, now=NOW
    )


def started(job):
    longwork.start(job, "one", data={}, now=NOW)
    return job


def test_a_started_job_is_asked_for_once_it_is_committed(
    job, asked, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        started(job)
        assert asked == []
    assert [found[1] for found in asked] == [job.pk]
    assert (job.state, job.stage, job.data["up to"]) == (Job.WAITING, "one", 3)


def test_of_one_kind_a_practice_has_one_under_way(cast, job):
    started(job)
    with pytest.raises(longwork.Busy):
        started(draft(cast))
    started(draft(cast, kind="other"))
    started(draft(cast, practice=cast.other))
    longwork.stop(job, now=NOW)
    started(draft(cast))


def test_only_a_draft_is_started(job):
    started(job)
    with pytest.raises(longwork.Lost):
        longwork.start(job, "one", data={}, now=NOW)


def test_one_worker_takes_a_job(job):
    started(job)
    mine = longwork.take(job.pk, now=NOW)
    assert (mine.state, mine.started_at) == (Job.RUNNING, NOW)
    assert longwork.take(job.pk, now=SOON) is None


def test_a_job_whose_worker_is_silent_is_another_workers(job):
    started(job)
    mine = longwork.take(job.pk, now=NOW)
    theirs = longwork.take(job.pk, now=LATE)
    assert theirs is not None
    with pytest.raises(longwork.Lost):
        longwork.beat(mine, now=LATE, done=1)
    longwork.beat(theirs, now=LATE, done=2)
    job.refresh_from_db()
    assert job.done == 2


def test_what_was_written_for_a_lost_job_is_rolled_back_with_it(cast, job):
    started(job)
    mine = longwork.take(job.pk, now=NOW)
    longwork.stop(job, now=SOON)
    with pytest.raises(longwork.Lost), transaction.atomic():
        cast.practice.groups.create(name="Never")
        longwork.beat(mine, now=SOON, done=1)
    assert not cast.practice.groups.exists()


def test_a_paused_job_waits_for_its_turn_and_goes_on_where_it_was(
    job, asked, django_capture_on_commit_callbacks
):
    started(job)
    mine = longwork.take(job.pk, now=NOW)
    longwork.beat(mine, now=NOW, done=2, total=3)
    with django_capture_on_commit_callbacks(execute=True):
        longwork.pause(mine, now=SOON)
    assert [found[1] for found in asked] == [job.pk]
    again = longwork.take(job.pk, now=SOON)
    assert (again.done, again.total, again.started_at) == (2, 3, NOW)


def test_a_job_can_be_put_down_and_started_again(job):
    started(job)
    longwork.put_down(longwork.take(job.pk, now=NOW), "looked", {"seen": 3})
    job.refresh_from_db()
    assert (job.state, job.stage, job.result) == (Job.DRAFT, "looked", {"seen": 3})
    longwork.start(job, "two", data={"more": 1}, now=SOON)
    assert (job.state, job.stage, job.started_at, job.data["up to"]) == (
        Job.WAITING, "two", None, 3,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("end", "state"), [(longwork.finish, Job.DONE), (longwork.fail, Job.FAILED)]
)
def test_a_job_ends_with_what_came_of_it(job, end, state):
    started(job)
    end(longwork.take(job.pk, now=NOW), {"seen": 3}, now=SOON)
    job.refresh_from_db()
    assert (job.state, job.result, job.ended_at) == (state, {"seen": 3}, SOON)
    assert not longwork.stop(job, now=SOON)
    assert longwork.take(job.pk, now=LATE) is None


def test_the_clock_wakes_what_nobody_works_on(cast, job, asked):
    started(job)
    resting = started(draft(cast, kind="resting"))
    alive = started(draft(cast, kind="alive"))
    longwork.take(job.pk, now=NOW)
    longwork.pause(longwork.take(resting.pk, now=NOW), now=NOW)
    longwork.take(alive.pk, now=LATE)
    draft(cast, kind="never started")
    assert longwork.resume(now=SOON) == 0
    assert longwork.resume(now=LATE) == 2
    assert {found[1] for found in asked} == {job.pk, resting.pk}
