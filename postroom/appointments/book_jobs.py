"""A file of appointments or due dates, brought in by the worker: see `practice.longwork`.

    bring --> check --> draft checked --write--> write --> done

Between the two a person sees what would happen. A worker that dies is followed by another, which
begins anew: what is in already is recognised by its reference.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, BinaryIO, cast

from django.db import transaction

from postroom.appointments.actions import Report, bring_in, source_named
from postroom.appointments.formats import read_book, refuse_early
from postroom.appointments.importing import TableBook
from postroom.appointments.values import Kind, Row
from postroom.appointments.words import in_column
from postroom.clients import file_jobs, uploads
from postroom.clients.file_jobs import Clock
from postroom.practice import audit, longwork
from postroom.practice.models import Job, Member, Practice

TASK = "postroom.appointments.tasks.advance_import"
CHECK, CHECKED, WRITE = "check", "checked", "write"
# A calendar is read at about 1 MB a second, and nothing can be said meanwhile.
READING = timedelta(minutes=5)


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


def advance(job_id: int, *, clock: Clock) -> None:
    """Do what is asked of an import; harmless when somebody else does, or nothing is left."""
    file_jobs.advance(job_id, _advance, clock=clock)


def bad_rows(job: Job, kind: str, heading: str, *, now: datetime) -> bytes:
    """The rows with problems as a CSV file; of a calendar or of FHIR, what is wrong alone.

    Raises OSError when the file is gone.
    """
    told: dict[int, list[str]] = defaultdict(list)
    for problem in file_jobs.problems(job, kind):
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
    warned = file_jobs.note_problems(job.data["key"], report.errors, report.warnings)
    rows = sum(report.counts[name] for name in ("created", "updated", "unchanged", "skipped"))
    return {**report.counts, "rows": rows, "bad": report.skipped, "warned": warned}
