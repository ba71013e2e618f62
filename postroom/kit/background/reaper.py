"""Tasks whose worker was killed are given to another worker.

SQLite: the worker that holds the database's lock file is the only one, so whatever is RUNNING
when a worker takes the lock was left by a dead one. No clock, no heartbeat, no process id: the
kernel drops the lock with the process, also across containers.

PostgreSQL: workers are many and far apart. One that has not written its heartbeat for 30 s is
dead, and its jobs go back to the queue.

A task that was started often enough without ever coming back is the likely killer: it fails.
"""

import logging
from datetime import timedelta

from asgiref.sync import async_to_sync
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from postroom.kit.background import TaskResultStatus
from postroom.kit.background.procrastinate import JOBS
from postroom.kit.background.rules import Retries

logger = logging.getLogger(__name__)

ROWS = "django_tasks_db.models.DBTaskResult"  # not on PostgreSQL: by name


class WorkerDied(Exception):
    """The worker was killed each time this task ran."""


def put_back_on_sqlite(alias: str, retries: Retries) -> int:
    """Make ready what a dead worker left RUNNING; the caller holds the lock. How many rows."""
    rows = import_string(ROWS).objects
    put_back = 0
    for row in rows.filter(status=TaskResultStatus.RUNNING, backend_name=alias):
        starts = len(row.worker_ids)
        if not retries.may_start_again(starts):
            row.set_failed(WorkerDied(f"{starts} starts"))
            logger.error("Task %s killed its worker %d times: given up.", row.task_path, starts)
            continue
        rows.filter(pk=row.pk).update(status=TaskResultStatus.READY)
        logger.warning("Task %s was cut short with its worker: put back.", row.task_path)
        put_back += 1
    return put_back


def put_back_on_postgresql(stalled_after: float, retries: Retries) -> int:
    """Make ready the jobs of workers silent for so many seconds. How many jobs.

    Rows are locked while they are judged: with `get_stalled_jobs` and then `retry_job`, two
    reapers at once could take a job back from the worker to which the other had just given it.
    """
    jobs = import_string(JOBS).objects
    silent = Q(worker__last_heartbeat__lt=Now() - timedelta(seconds=stalled_after))
    stalled = jobs.filter(Q(worker=None) | silent, status="doing")
    put_back = 0
    with transaction.atomic():
        for job in stalled.select_for_update(of=["self"], skip_locked=True):
            name, starts = job.args.get("path", job.task_name), job.attempts + 1
            if not retries.may_start_again(starts):
                async_to_sync(app.job_manager.finish_job_by_id_async)(job.id, Status.FAILED, False)
                logger.error("Task %s killed its worker %d times: given up.", name, starts)
                continue
            app.job_manager.retry_job_by_id(job.id, retry_at=timezone.now())
            logger.warning("Task %s was cut short with its worker: put back.", name)
            put_back += 1
    return put_back
