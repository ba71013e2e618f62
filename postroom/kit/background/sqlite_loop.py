"""Working off django_tasks_db's rows, one after another, by one process.

More SQLite workers are slower, not faster (measured: 335 tasks a second with one, 187 with two),
so a second worker stands by and takes over when the first has gone.
"""

import fcntl
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import close_old_connections, connection
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.models import DBTaskResult

from postroom.kit.background import TaskResultStatus, task_finished, task_started
from postroom.kit.background.calls import call
from postroom.kit.background.reaper import put_back_on_sqlite
from postroom.kit.background.rules import Pace, Retries

logger = logging.getLogger(__name__)


def work(alias: str, stopping: threading.Event, pace: Pace, retries: Retries) -> None:
    """Run tasks until asked to stop. Raises DatabaseError and OSError."""
    worker_id = get_random_string(32)
    with _alone(stopping, pace.standby) as ours:
        if ours:
            put_back_on_sqlite(alias, retries)
        while not stopping.is_set():
            close_old_connections()
            row = _claim(alias, worker_id)
            if row is None:
                stopping.wait(pace.sqlite_poll)
            else:
                _run(row, retries)


@contextmanager
def _alone(stopping: threading.Event, standby: float) -> Iterator[bool]:
    """Wait to be the one worker of this database; False when asked to stop before."""
    path = Path(f"{connection.settings_dict['NAME']}.worker")
    told = False
    with path.open("a") as file:
        while not stopping.is_set():
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if not told:
                    logger.warning("Another worker runs this database's tasks; standing by.")
                told = True
                stopping.wait(standby)
            else:
                yield True
                return
        yield False


def _claim(alias: str, worker_id: str) -> Any:
    """The next row, now RUNNING, or None.

    Reading first keeps an idle worker from taking SQLite's write lock five times a second.
    """
    row = DBTaskResult.objects.ready().filter(backend_name=alias).first()
    if row is None:
        return None
    row.status = TaskResultStatus.RUNNING
    row.started_at = timezone.now()
    row.worker_ids = [*row.worker_ids, worker_id]
    taken = DBTaskResult.objects.filter(pk=row.pk, status=TaskResultStatus.READY).update(
        status=row.status, started_at=row.started_at, worker_ids=row.worker_ids
    )
    return row if taken else None


def _run(row: Any, retries: Retries) -> None:
    try:
        result = row.task_result
        sender = type(result.task.get_backend())
        task_started.send(sender, task_result=result)
        # Recorded inside the try: a return value that is not JSON is the task's failure.
        row.set_successful(call(result))
    except BaseException as error:
        wait = retries.wait_after(len(row.worker_ids))
        if wait is None:
            logger.exception("Task %s failed for good.", row.task_path)
            row.set_failed(error)
        else:
            logger.warning("Task %s failed; again in %s.", row.task_path, wait, exc_info=True)
            _run_again(row, wait)
            return
    _tell_finished(row)


def _run_again(row: Any, wait: timedelta) -> None:
    row.status = TaskResultStatus.READY
    row.run_after = timezone.now() + wait
    row.save(update_fields=["status", "run_after"])


def _tell_finished(row: Any) -> None:
    try:
        result = row.task_result
    except Exception:
        return  # the row names no task: said when it was run
    task_finished.send(type(result.task.get_backend()), task_result=result)
