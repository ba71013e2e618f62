"""What the tests of the background engine share, on either database."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from postroom.kit.background.rules import Pace, Retries
from postroom.kit.background.worker import TaskLoop

FAST = Pace(
    sqlite_poll=0.05,
    standby=0.1,
    postgres_poll=0.1,
    heartbeat=0.5,
    stalled_after=1.5,
    reap_every=1,
    finish_within=1.0,
    restart=0.2,
)
SOON = Retries(most=2, first=timedelta(seconds=0.2), factor=2, starts=4)
# Naming the apps lets Django's flush between tests cascade: on PostgreSQL the search table refers
# to the entries, and a plain TRUNCATE refuses.
ON_COMMITTED_ROWS = pytest.mark.django_db(transaction=True, available_apps=settings.INSTALLED_APPS)
ROOT = Path(settings.HOUSE).parent


def empty_queue() -> None:
    """Procrastinate's tables are not Django's, so no flush between tests empties them."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in ("periodic_defers", "jobs", "workers"):
                cursor.execute(f"DELETE FROM procrastinate_{table}")


def give_up() -> None:
    """Every task has failed for good."""
    table, failed = (
        ("procrastinate_jobs", "failed")
        if connection.vendor == "postgresql"
        else ("django_tasks_database_dbtaskresult", "FAILED")
    )
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET status = %s", [failed])


@contextmanager
def running_loop(pace: Pace = FAST, retries: Retries = SOON) -> Iterator[TaskLoop]:
    loop = TaskLoop(pace=pace, retries=retries)
    loop.start()
    try:
        yield loop
    finally:
        loop.stop()
        loop.join(60)
        assert not loop.is_alive()


@contextmanager
def process(module: str, *args: str, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another Python process on the test database."""
    env = os.environ | {
        "DJANGO_SETTINGS_MODULE": "postroom.settings",
        "POSTROOM_DATABASE_URL": database_url(),
    }
    with log.open("ab") as file:
        child = subprocess.Popen(
            [sys.executable, "-m", module, *args], cwd=ROOT, env=env, stdout=file, stderr=file
        )
    try:
        yield child
    finally:
        child.kill()
        child.wait()


@contextmanager
def worker_process(log: Path, patience: float = 30.0) -> Iterator[subprocess.Popen[bytes]]:
    with process("postroom.kit.tests.background_worker", str(patience), log=log) as child:
        yield child


def database_url() -> str:
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    user, password = quote(known["USER"], safe=""), quote(known["PASSWORD"], safe="")
    return f"postgres://{user}:{password}@{known['HOST']}:{known['PORT']}/{known['NAME']}"


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.02)


def enqueue_path(path: str) -> str:
    """A row that names any function; its id."""
    if connection.vendor == "sqlite":
        rows = import_string("django_tasks_db.models.DBTaskResult").objects
        call = {"args": [], "kwargs": {}}
        row = rows.create(task_path=path, args_kwargs=call, backend_name="default")
        return str(row.id)
    app = import_string("procrastinate.contrib.django.app")
    call = {"args": [], "kwargs": {}, "path": path, "backend": "default"}
    return str(app.configure_task("postroom.run").defer(**call))


def rows_of_the_engine() -> int:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return int(import_string("django_tasks_db.models.DBTaskResult").objects.count())
        cursor.execute("SELECT count(*) FROM procrastinate_jobs")
        return int(cursor.fetchone()[0])


def state(result_id: str) -> str:
    """The engine's own word for where a task is, also for one that cannot be imported."""
    if connection.vendor == "sqlite":
        rows = import_string("django_tasks_db.models.DBTaskResult").objects
        return str(rows.get(pk=result_id).status).lower()
    jobs = import_string("procrastinate.contrib.django.models.ProcrastinateJob").objects
    return str(jobs.get(pk=result_id).status)


def abandon(result_id: str, starts: int) -> None:
    """As if the worker of this task had been killed at its nth start."""
    if connection.vendor == "sqlite":
        rows = import_string("django_tasks_db.models.DBTaskResult").objects
        rows.filter(pk=result_id).update(status="RUNNING", worker_ids=["dead"] * starts)
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s WHERE id = %s",
            [starts - 1, result_id],
        )


@contextmanager
def outage() -> Iterator[None]:
    """The database fails whoever is using it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            yield
        else:
            table = import_string("django_tasks_db.models.DBTaskResult")._meta.db_table
            cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
            try:
                time.sleep(0.5)
            finally:
                cursor.execute(f"ALTER TABLE {table}_away RENAME TO {table}")
            yield
