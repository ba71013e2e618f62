"""Long work that goes on when its page is left, when it is stopped half way and after a crash.

    draft --start--> waiting --take--> running --finish--> done
      ^                 |                 |---- fail ----> failed
      |                 +------ stop -----+---- stop ----> stopped
      +---------------- put_down ---------+

A job is taken by changing its row, and kept by its heartbeat: whoever writes for it says so in
the same transaction (`beat`), so that work which was stopped, or which somebody else took over
from a worker thought dead, is rolled back with it. Of one kind, a practice has one job under way.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from postroom.kit.background.calls import find_task
from postroom.practice.models import Job, Member, Practice, Source

LEASE = timedelta(seconds=30)  # a worker silent for so long is dead
UNDER_WAY = (Job.WAITING, Job.RUNNING)


class Busy(Exception):
    """Another job of this kind is under way in this practice."""


class Lost(Exception):
    """The job was stopped, or is another worker's by now: roll back and leave it."""


def draft(
    practice: Practice,
    kind: str,
    task: str,
    *,
    by: Member | None,
    source: Source | None,
    data: dict[str, Any],
    now: datetime,
) -> Job:
    """A job being prepared. `task` is the path of the task that takes its id and advances it."""
    data = {**data, "task": task}
    job = Job.objects.create(
        practice=practice, kind=kind, member=by, source=source, data=data,
        state=Job.DRAFT, created_at=now,
    )  # fmt: skip
    job.refresh_from_db()  # data as JSON has it
    return job


def start(job: Job, stage: str, *, data: dict[str, Any], now: datetime) -> None:
    """Have a draft worked on. Raises Busy, and Lost when it is no draft any more."""
    try:
        with transaction.atomic():
            drafts = Job.objects.filter(pk=job.pk, state=Job.DRAFT)
            started = drafts.update(
                state=Job.WAITING, stage=stage, done=0, total=0, started_at=None, beat_at=now,
                data={**job.data, **data}, result={},
            )  # fmt: skip
            if not started:
                raise Lost
            _enqueue_on_commit(job)
    except IntegrityError as error:  # the constraint `one_job_at_a_time`
        raise Busy from error
    job.refresh_from_db()


def take(job_id: int, *, now: datetime) -> Job | None:
    """The job, now ours; None when there is nothing to do for it, or somebody else does it."""
    free = Q(state=Job.WAITING) | Q(state=Job.RUNNING, beat_at=None)
    dead = Q(state=Job.RUNNING, beat_at__lt=now - LEASE)
    mine = Job.objects.filter(free | dead, pk=job_id)
    if not mine.update(state=Job.RUNNING, beat_at=now):
        return None
    Job.objects.filter(pk=job_id, started_at=None).update(started_at=now)
    return Job.objects.select_related("practice", "member", "source").get(pk=job_id)


def beat(job: Job, *, now: datetime, **changes: Any) -> None:
    """Say that we live and how far we are. Raises Lost.

    Call it last in the transaction that does the work: then either both are there or neither.
    """
    _change(job, {"beat_at": now, **changes})


def pause(job: Job, *, now: datetime) -> None:
    """Let others have their turn: the job goes on by its own task, in the queue behind theirs."""
    with transaction.atomic():
        _change(job, {"beat_at": None})
        _enqueue_on_commit(job)


def put_down(job: Job, stage: str, result: dict[str, Any]) -> None:
    """What was asked for is done, and a person decides how it goes on. Raises Lost."""
    _change(job, {"state": Job.DRAFT, "stage": stage, "result": result, "beat_at": None})


def finish(job: Job, result: dict[str, Any], *, now: datetime) -> None:
    """Raises Lost."""
    changes = {"state": Job.DONE, "result": result, "beat_at": None, "ended_at": now}
    _change(job, changes)


def fail(job: Job, result: dict[str, Any], *, now: datetime) -> None:
    """`result` says why. Raises Lost."""
    changes = {"state": Job.FAILED, "result": result, "beat_at": None, "ended_at": now}
    _change(job, changes)


def stop(job: Job, *, now: datetime) -> bool:
    """End it where it is; what is written stays. False when it was over already."""
    going = Job.objects.filter(pk=job.pk, state__in=UNDER_WAY)
    return bool(going.update(state=Job.STOPPED, beat_at=None, ended_at=now))


def resume(*, now: datetime) -> int:
    """Wake what nobody works on although it is under way; how many. For the clock."""
    late = Q(beat_at=None, started_at__lt=now - LEASE) | Q(beat_at__lt=now - LEASE)
    jobs = Job.objects.filter(late, state__in=UNDER_WAY)
    return _enqueue_all(jobs)


def _enqueue_all(jobs: Iterable[Job]) -> int:
    found = list(jobs)
    for job in found:
        _enqueue(job.data["task"], job.pk)
    return len(found)


def _change(job: Job, changes: dict[str, Any]) -> None:
    ours = Job.objects.filter(pk=job.pk, state=Job.RUNNING, beat_at=job.beat_at)
    if not ours.update(**changes):
        raise Lost
    for name, value in changes.items():
        setattr(job, name, value)


def _enqueue_on_commit(job: Job) -> None:
    transaction.on_commit(partial(_enqueue, job.data["task"], job.pk))


def _enqueue(task: str, job_id: int) -> None:
    find_task(task).enqueue(job_id)
