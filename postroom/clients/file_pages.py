"""What the pages of every import of an uploaded file have in common: how far it is, what is wrong
with the file, its bad rows to download."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from postroom.clients import file_jobs
from postroom.clients.importing import Problem
from postroom.clients.words import time_left
from postroom.practice import longwork
from postroom.practice.models import Job

SHOWN = 100  # problems on the page
BUSY = _("Another import is under way. Wait for it, or stop it.")
LOST = _("This import is not what it was any more. Look again.")
TOO_OLD = _("The file is no longer here: it is kept for a week.")
STOPPED = _("The import is stopped. What is in stays in.")
FORGOTTEN = _("The file is forgotten. Nothing was imported.")
_KNOWN = 0.05  # of the work done: before that nobody can say how long the rest takes


def progress(job: Job, stages: Mapping[str, Promise], now: datetime) -> dict[str, Any] | None:
    """How far it is, in words; None when it is not under way."""
    if job.state not in longwork.UNDER_WAY:
        return None
    left = None
    if job.started_at and job.total and job.done >= job.total * _KNOWN:
        gone = (now - job.started_at).total_seconds()
        left = gone * (job.total - job.done) / job.done
    title = stages.get(job.stage, next(iter(stages.values())))
    return {"title": title, "left": time_left(left)}


def what_is_wrong(job: Job, sentence: Callable[[Problem], str]) -> dict[str, Any]:
    """The first problems of a checked file, each with its words."""
    found = {kind: file_jobs.problems(job, kind, SHOWN) for kind in ("error", "warning")}
    return {
        "errors": [(problem, sentence(problem)) for problem in found["error"]],
        "warnings": [(problem, sentence(problem)) for problem in found["warning"]],
        "shown": SHOWN,
    }


def bad_rows(job: Job, content: bytes | str, kind: str, or_else: str) -> HttpResponse:
    """The rows with problems as a file to download, named for the one they are from."""
    name = slugify(job.data["name"].rpartition(".")[0]) or or_else
    answer = HttpResponse(content, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}-{kind}s.csv"'
    return answer
