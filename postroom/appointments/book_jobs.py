"""A file of appointments or due dates, brought in by the worker: see `practice.longwork`.

    bring --> check --> draft checked --write--> write --> done

Between the two a person sees what would happen. A worker that dies is followed by another, which
begins anew: what is in already is recognised by its reference.
"""

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, BinaryIO, cast

from django.db import OperationalError, transaction

from postroom.appointments.actions import Report, bring_in, source_named
from postroom.appointments.formats import read_book, refuse_early
from postroom.appointments.importing import TableBook
from postroom.appointments.values import Kind, Row
from postroom.appointments.words import in_column
from postroom.clients import uploads
from postroom.clients.importing import Problem
from postroom.kit.tables import NotATable
from postroom.practice import audit, longwork
from postroom.practice.models import Job, Member, Practice

TASK = "postroom.appointments.tasks.advance_import"
CHECK, CHECKED, WRITE = "check", "checked", "write"
# A calendar is read at about 1 MB a second, and nothing can be said meanwhile.
READING = timedelta(minutes=5)

Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


def kind_of(kind: str) -> str:
    """The kind of job that brings in this kind of data."""
    return f"import.{kind}"


def bring(
    practice: Practice,
    kind: Kind,
    file: BinaryIO,
    name: str,
    source: str,
    *,
    mark_gone: bool,
    by: Member,
    now: datetime,
) -> Job:
    """Keep a file and have it checked. Raises NotATable, longwork.Busy, OSError; then nothing is
    kept."""
    refuse_early(practice, file, kind, now=now)
    key = uploads.keep_raw(file)
    data = {"key": key, "name": name[:200], "of": kind, "source": source, "mark_gone": mark_gone}
    try:
        with transaction.atomic():
            job = longwork.draft(
                practice, kind_of(kind), TASK, by=by, source=None, data=data, now=now
            )
            longwork.start(job, CHECK, data={}, now=now)
    except BaseException:
        uploads.drop(key)
        raise
    return job


def write(job: Job, *, by: Member, now: datetime) -> None:
    """Have what was checked imported, without its bad rows. Raises longwork.Busy, longwork.Lost."""
    with transaction.atomic():
        longwork.start(job, WRITE, data={"checked": job.result}, now=now)
        data = {"job": job.pk, "name": job.data["source"]}
        audit.record(job.practice_id, "start_import", "job", job.pk, by=by, now=now, data=data)


def stop(job: Job, *, by: Member, now: datetime) -> bool:
    """What is imported stays. False when it was over already."""
    with transaction.atomic():
        stopped = longwork.stop(job, now=now)
        if stopped:
            audit.record(job.practice_id, "stop_import", "job", job.pk, by=by, now=now)
    return stopped


def discard(job: Job) -> None:
    """Forget a checked file that was not imported."""
    if Job.objects.filter(pk=job.pk, state=Job.DRAFT).delete()[0]:
        uploads.drop(job.data["key"])


def advance(job_id: int, *, clock: Clock) -> None:
    """Do what is asked of an import; harmless when somebody else does, or nothing is left."""
    job = longwork.take(job_id, now=clock())
    if job is None:
        return
    try:
        _advance(job, clock)
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


def bad_rows(job: Job, kind: str, heading: str, *, now: datetime) -> bytes:
    """The rows with problems as a CSV file; of a calendar or of FHIR, what is wrong alone.

    Raises OSError when the file is gone.
    """
    told: dict[int, list[str]] = defaultdict(list)
    for problem in problems(job, kind):
        told[problem.row].append(in_column(problem))
    with uploads.path(job.data["key"], uploads.RAW).open("rb") as file:
        rows = _rows(job, file, now)
        if isinstance(rows, TableBook):
            return uploads.some_rows(rows.table, told, heading)
    lines = ((str(number), " ".join(words)) for number, words in sorted(told.items()))
    return uploads.as_csv([("", heading), *lines])


def _advance(job: Job, clock: Clock) -> None:
    writes = job.stage == WRITE
    longwork.beat(job, now=clock() + READING)
    with uploads.path(job.data["key"], uploads.RAW).open("rb") as file:
        rows = _rows(job, file, clock())

        def through(stage: str, done: int) -> None:
            of = {"total": job.data["checked"]["rows"]} if writes else {}
            if writes == (stage == "write"):
                of["done"] = done
            longwork.beat(job, now=clock(), **of)

        source = source_named(job.practice, job.data["of"], job.data["source"], dry_run=not writes)
        report = bring_in(
            source,
            rows,
            by=job.member,
            now=clock(),
            dry_run=not writes,
            skip_bad=True,
            mark_gone=job.data["mark_gone"],
            progress=through,
        )
    if writes:
        longwork.finish(job, {**job.data["checked"], **report.counts}, now=clock())
    else:
        longwork.put_down(job, CHECKED, _result(job, report))


def _rows(job: Job, file: BinaryIO, now: datetime) -> Iterable[Row]:
    return read_book(job.practice, file, cast(Kind, job.data["of"]), now=now)


def _result(job: Job, report: Report) -> dict[str, Any]:
    """What would happen; and every problem beside the file."""
    bad = {problem.row for problem in report.errors}
    warnings = [problem for problem in report.warnings if problem.row not in bad]
    with uploads.writing(job.data["key"], "problems") as file:
        for kind, found in (("error", report.errors), ("warning", warnings)):
            for each in found:
                line = [kind, each.row, each.column, each.code, dict(each.data)]
                file.write(json.dumps(line).encode() + b"\n")
    rows = sum(report.counts[name] for name in ("created", "updated", "unchanged", "skipped"))
    warned = len({problem.row for problem in warnings})
    return {**report.counts, "rows": rows, "bad": report.skipped, "warned": warned}


def _fail(job: Job, code: str, data: dict[str, str], clock: Clock) -> None:
    try:
        longwork.fail(job, {**job.result, "trouble": code, "data": data}, now=clock())
    except longwork.Lost:
        log.info("import %s was stopped before it failed", job.pk)
