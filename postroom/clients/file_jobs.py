"""What every import of an uploaded file has in common: it is stopped, forgotten, fails in words,
and lists its problems. Beside the upload lie the problems found in it, a line of JSON each."""

import json
import logging
from collections.abc import Callable, Collection
from datetime import datetime
from itertools import islice

from django.db import OperationalError, transaction

from postroom.clients import uploads
from postroom.clients.importing import Problem
from postroom.kit.tables import NotATable
from postroom.practice import audit, longwork
from postroom.practice.models import Job, Member

Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


def stop(job: Job, *, by: Member, now: datetime) -> bool:
    """What is imported stays. False when it was over already."""
    with transaction.atomic():
        stopped = longwork.stop(job, now=now)
        if stopped:
            audit.record(job.practice_id, "stop_import", "job", job.pk, by=by, now=now)
    return stopped


def discard(job: Job) -> None:
    """Forget a file that was not imported."""
    if Job.objects.filter(pk=job.pk, state=Job.DRAFT).delete()[0]:
        uploads.drop(job.data["key"])


def advance(job_id: int, go_on: Callable[[Job, Clock], None], *, clock: Clock) -> None:
    """Go on with an import for a while; harmless when somebody else does, or nothing is left."""
    job = longwork.take(job_id, now=clock())
    if job is None:
        return
    try:
        go_on(job, clock)
    except longwork.Lost:
        log.info("import %s was stopped, or is another worker's", job_id)
    except OperationalError:
        raise  # the database is busy or away: the task is tried again
    except (NotATable, OSError) as error:
        _fail(job, getattr(error, "code", "file"), getattr(error, "data", {}), clock)
    except Exception:
        log.exception("import %s failed", job_id)
        _fail(job, "unexpected", {}, clock)


def problems(job: Job, kind: str, most: int | None = None) -> list[Problem]:
    """The errors or the warnings of a checked file, by row; none when it is too old."""
    try:
        with uploads.path(job.data["key"], "problems").open(encoding="utf-8") as lines:
            found = (json.loads(line) for line in lines)
            return list(islice((Problem(*rest) for what, *rest in found if what == kind), most))
    except OSError:
        return []


def note_problems(key: str, errors: Collection[Problem], warnings: Collection[Problem]) -> int:
    """How many rows are imported although there is something to say about them."""
    bad = {problem.row for problem in errors}
    told = [problem for problem in warnings if problem.row not in bad]
    with uploads.writing(key, "problems") as file:
        for kind, found in (("error", errors), ("warning", told)):
            for each in found:
                line = [kind, each.row, each.column, each.code, dict(each.data)]
                file.write(json.dumps(line).encode() + b"\n")
    return len({problem.row for problem in told})


def _fail(job: Job, code: str, data: dict[str, str], clock: Clock) -> None:
    try:
        longwork.fail(job, {**job.result, "trouble": code, "data": data}, now=clock())
    except longwork.Lost:
        log.info("import %s was stopped before it failed", job.pk)
