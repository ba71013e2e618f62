"""Finished tasks are kept a week, to be asked about, and then forgotten."""

from datetime import timedelta

from asgiref.sync import async_to_sync
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string

from postroom.kit.background import task
from postroom.kit.background.reaper import ROWS

KEPT = timedelta(days=7)


@task
def forget_finished_tasks() -> None:
    """For the timetable, once a day."""
    forget_finished(KEPT)


def forget_finished(kept: timedelta) -> None:
    """Delete what ended longer ago than this, in whole hours, well or badly."""
    if connection.vendor == "sqlite":
        rows = import_string(ROWS).objects
        rows.finished().filter(finished_at__lt=timezone.now() - kept).delete()
    else:
        from procrastinate.contrib.django import app  # not installed beside SQLite

        async_to_sync(app.job_manager.delete_old_jobs)(
            nb_hours=kept // timedelta(hours=1),
            include_failed=True,
            include_cancelled=True,
            include_aborted=True,
        )
