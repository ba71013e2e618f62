"""Django's Tasks API on procrastinate's tables (PostgreSQL only).

Every task is one and the same procrastinate job, `RUN`, that carries the task's dotted path.
The job is written on Django's own connection: it is committed, or rolled back, with its caller.
Both sides count priorities from -100 to 100 with the higher first, so they pass unchanged.

Kept: the status, the times, the starts. Not kept, because procrastinate has no column for them:
a return value (None) and the traceback of a failure (in the log).
"""

from typing import Any

from django.apps import apps
from django.core import checks
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app
from procrastinate.jobs import Job

from postroom.kit.background import (
    BaseTaskBackend,
    Task,
    TaskResult,
    TaskResultDoesNotExist,
    TaskResultStatus,
    task_enqueued,
)
from postroom.kit.background.calls import find_task

RUN = "postroom.run"
JOBS = "procrastinate.contrib.django.models.ProcrastinateJob"  # not on SQLite: by name
UNKNOWN_WORKER = "unknown"  # procrastinate remembers the last worker only
STATUS = {
    "todo": TaskResultStatus.READY,
    "doing": TaskResultStatus.RUNNING,
    "succeeded": TaskResultStatus.SUCCESSFUL,
    "failed": TaskResultStatus.FAILED,
    "cancelled": TaskResultStatus.FAILED,
    "aborted": TaskResultStatus.FAILED,
}
FINAL = {"succeeded", "failed", "cancelled", "aborted"}


class ProcrastinateBackend(BaseTaskBackend):
    """`TASKS["default"]["BACKEND"]` on PostgreSQL; `aenqueue` and `aget_result` are inherited."""

    supports_defer = True
    supports_priority = True
    supports_async_task = True
    supports_get_result = True

    def enqueue(self, task: Task[Any, Any], args: Any, kwargs: Any) -> TaskResult:
        """Queue in the caller's transaction. Raises InvalidTaskError, or TypeError for arguments
        that are not JSON."""
        self.validate_task(task)
        job_id = app.configure_task(
            RUN, queue=task.queue_name, priority=task.priority, schedule_at=task.run_after
        ).defer(path=task.module_path, args=list(args), kwargs=dict(kwargs), backend=self.alias)
        result = _result(task, job_id, list(args), dict(kwargs), enqueued_at=timezone.now())
        task_enqueued.send(type(self), task_result=result)
        return result

    def get_result(self, result_id: str) -> TaskResult:
        """What became of a task. Raises TaskResultDoesNotExist, also once it is forgotten."""
        jobs = import_string(JOBS).objects
        try:
            job = jobs.get(id=int(result_id), task_name=RUN, args__backend=self.alias)
        except (ValueError, jobs.model.DoesNotExist) as error:
            raise TaskResultDoesNotExist(result_id) from error
        return result_of(job)

    def check(self, **kwargs: Any) -> list[Any]:
        found = []
        if connection.vendor != "postgresql":
            found.append(
                checks.Error(
                    "ProcrastinateBackend works on PostgreSQL only.",
                    "Use django_tasks_db.DatabaseBackend on SQLite.",
                    id="postroom.E001",
                )
            )
        if not apps.is_installed("procrastinate.contrib.django"):
            found.append(
                checks.Error(
                    "ProcrastinateBackend needs procrastinate's tables.",
                    "Add 'procrastinate.contrib.django' to INSTALLED_APPS.",
                    id="postroom.E002",
                )
            )
        return found


def result_of(job: Any) -> TaskResult:
    """The TaskResult of a ProcrastinateJob row. Raises what `find_task` raises."""
    events = list(job.procrastinateevent_set.order_by("at", "id").values_list("type", "at"))
    starts = [at for kind, at in events if kind == "started"]
    workers = [UNKNOWN_WORKER] * len(starts)
    if starts and job.worker_id:
        workers[-1] = str(job.worker_id)
    task = find_task(job.args["path"]).using(
        priority=job.priority,
        queue_name=job.queue_name,
        run_after=job.scheduled_at,
        backend=job.args["backend"],
    )
    return _result(
        task,
        job.id,
        job.args["args"],
        job.args["kwargs"],
        status=STATUS[job.status],
        enqueued_at=events[0][1] if events else None,
        started_at=starts[0] if starts else None,
        last_attempted_at=starts[-1] if starts else None,
        finished_at=events[-1][1] if events and job.status in FINAL else None,
        worker_ids=workers,
    )


def running_result(job: Job) -> TaskResult:
    """The TaskResult of a job just fetched, without a query. Raises what `find_task` raises."""
    now = timezone.now()
    call: dict[str, Any] = job.task_kwargs
    return _result(
        find_task(call["path"]).using(
            priority=job.priority, queue_name=job.queue, backend=call["backend"]
        ),
        job.id,
        call["args"],
        call["kwargs"],
        status=TaskResultStatus.RUNNING,
        started_at=now,
        last_attempted_at=now,
        worker_ids=[UNKNOWN_WORKER] * job.attempts + [str(job.worker_id)],
    )


def _result(
    task: Task[Any, Any], job_id: int | None, args: list[Any], kwargs: dict[str, Any], **known: Any
) -> TaskResult:
    facts: dict[str, Any] = {
        "status": TaskResultStatus.READY,
        "enqueued_at": None,
        "started_at": None,
        "last_attempted_at": None,
        "finished_at": None,
        "worker_ids": [],
        "errors": [],
    }
    return TaskResult(
        task=task, id=str(job_id), args=args, kwargs=kwargs, backend=task.backend, **facts | known
    )
