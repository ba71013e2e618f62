"""Working off procrastinate's jobs.

                 thread of TaskLoop: procrastinate's event loop
                   fetch (told by NOTIFY) ── heartbeat ── reaper's slot, each 15 s
                              │
                 thread of OneThread: the tasks, one after another, on Django's connection

The worker has an app of its own. Giving the shared app the worker's connector, as procrastinate's
own command does, would make other threads of this process enqueue outside their transactions.
"""

import asyncio
import functools
import logging
import threading
from datetime import timedelta
from typing import Any

from django.db import close_old_connections
from django.utils import timezone
from procrastinate import App, JobContext, RetryDecision
from procrastinate.contrib.django.utils import connector_params
from procrastinate.jobs import Job
from procrastinate.psycopg_connector import PsycopgConnector
from procrastinate.retry import BaseRetryStrategy

from postroom.kit.background import TaskResultStatus, task_finished, task_started
from postroom.kit.background.calls import call
from postroom.kit.background.one_thread import OneThread
from postroom.kit.background.procrastinate import RUN, running_result
from postroom.kit.background.reaper import put_back_on_postgresql
from postroom.kit.background.rules import Pace, Retries

logger = logging.getLogger(__name__)

REAP = "postroom.reap"
ABOVE_ALL_TASKS = 101


def work(alias: str, stopping: threading.Event, pace: Pace, retries: Retries) -> None:
    """Run tasks until asked to stop. Returns early, or raises procrastinate's or psycopg's
    errors, when the database has gone away."""
    asyncio.run(_work(stopping, pace, retries))


async def _work(stopping: threading.Event, pace: Pace, retries: Retries) -> None:
    thread = OneThread("postroom-tasks")
    try:
        worker = asyncio.create_task(_worker(_app(thread, pace, retries), pace))
        while not (stopping.is_set() or worker.done()):
            await asyncio.wait({worker}, timeout=0.1)
        worker.cancel()  # to procrastinate: finish what has begun, fetch no more
        await asyncio.wait({worker})
        if not worker.cancelled():
            worker.result()
    finally:
        thread.shutdown()


async def _worker(app: App, pace: Pace) -> None:
    async with app.open_async():
        await app.run_worker_async(
            install_signal_handlers=False,
            fetch_job_polling_interval=pace.postgres_poll,
            shutdown_graceful_timeout=pace.finish_within,
            update_heartbeat_interval=pace.heartbeat,
            stalled_worker_timeout=pace.stalled_after,
        )


def _app(thread: OneThread, pace: Pace, retries: Retries) -> App:
    app = App(connector=PsycopgConnector(kwargs=connector_params(), min_size=1, max_size=4))

    async def run(context: JobContext, **_: Any) -> None:
        await _in(thread, _run, context.job, retries)

    async def reap(timestamp: int) -> None:
        await _in(thread, put_back_on_postgresql, pace.stalled_after, retries)
        await app.job_manager.delete_old_jobs(nb_hours=0, queue=REAP)  # the earlier ones of these

    app.task(name=RUN, pass_context=True, retry=_Again(retries, pace.stalled_after))(run)
    # The queueing lock lets one wait; a `lock` would stop all reaping if a reaper were killed.
    reaper = app.task(name=REAP, queue=REAP, queueing_lock=REAP, priority=ABOVE_ALL_TASKS)(reap)
    app.periodic(cron=f"* * * * * */{pace.reap_every}")(reaper)
    return app


async def _in(thread: OneThread, call: Any, *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(
        thread, functools.partial(_with_connection, call, *args)
    )


def _with_connection(call: Any, *args: Any) -> Any:
    close_old_connections()  # one that died while idle
    return call(*args)


def _run(job: Job, retries: Retries) -> None:
    path = str(job.task_kwargs["path"])
    try:
        result = running_result(job)
        sender = type(result.task.get_backend())
        task_started.send(sender, task_result=result)
        call(result)
    except BaseException:
        wait = retries.wait_after(job.attempts + 1)
        if wait is None:
            logger.exception("Task %s failed for good.", path)
        else:
            logger.warning("Task %s failed; again in %s.", path, wait, exc_info=True)
        raise
    object.__setattr__(result, "status", TaskResultStatus.SUCCESSFUL)
    task_finished.send(sender, task_result=result)


class _Again(BaseRetryStrategy):
    """When procrastinate gives a job another start."""

    def __init__(self, retries: Retries, left_behind: float) -> None:
        self.retries = retries
        self.left_behind = timedelta(seconds=left_behind)

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, asyncio.CancelledError):
            # Still running when its worker had to go: once this process has surely ended.
            wait: timedelta | None = self.left_behind
        else:
            wait = self.retries.wait_after(job.attempts + 1)
        return None if wait is None else RetryDecision(retry_at=timezone.now() + wait)
