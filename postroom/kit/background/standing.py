"""How the queue of tasks stands: what waits, since when, and what was given up."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Min, Q
from django.utils.module_loading import import_string

from postroom.kit.background import TaskResultStatus
from postroom.kit.background.procrastinate import JOBS, RUN
from postroom.kit.background.reaper import ROWS

AT_ONCE = datetime(9999, 1, 1, tzinfo=UTC)  # the date that django_tasks_db gives what may run now


@dataclass(frozen=True)
class Standing:
    """`oldest`: when the task that has waited longest was asked for. `failed`: given up for good,
    as far as finished tasks are kept (a week)."""

    waiting: int
    oldest: datetime | None
    failed: int


def standing(*, path: str = "", now: datetime, later: bool = False) -> Standing:
    """Of all tasks, or of the one with this dotted path. `later`: also those that are not to be
    run yet, such as after a failure."""
    look = _on_sqlite if connection.vendor == "sqlite" else _on_postgresql
    return look(path, now, later)


def _on_sqlite(path: str, now: datetime, later: bool) -> Standing:
    rows = import_string(ROWS).objects.order_by()
    if path:
        rows = rows.filter(task_path=path)
    ready = rows.filter(status=TaskResultStatus.READY)
    if not later:
        ready = ready.filter(Q(run_after__lte=now) | Q(run_after__gte=AT_ONCE))
    failed = rows.filter(status=TaskResultStatus.FAILED).count()
    return _said(ready, "enqueued_at", failed)


def _on_postgresql(path: str, now: datetime, later: bool) -> Standing:
    rows = import_string(JOBS).objects.filter(task_name=RUN)
    if path:
        rows = rows.filter(args__path=path)
    ready = rows.filter(status="todo")
    if not later:
        ready = ready.filter(Q(scheduled_at=None) | Q(scheduled_at__lte=now))
    failed = rows.filter(status="failed").count()
    return _said(ready, "procrastinateevent__at", failed)


def _said(ready: Any, asked: str, failed: int) -> Standing:
    return Standing(ready.count(), ready.aggregate(oldest=Min(asked))["oldest"], failed)
