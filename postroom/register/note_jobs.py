"""A file of notes, brought in by the worker: see `practice.longwork`.

    bring --> check --> draft checked --write--> write --> done

Between the two a person sees what would happen. A worker that dies is followed by another, which
begins anew: what is in already is recognised.
"""

from collections import defaultdict
from datetime import datetime
from typing import BinaryIO
from zoneinfo import ZoneInfo

from django.db import transaction

from postroom.clients import file_jobs, uploads
from postroom.clients.file_jobs import Clock
from postroom.practice import audit, longwork
from postroom.practice.models import Job, Member, Practice
from postroom.register.note_importing import import_notes
from postroom.register.note_rows import NoteFile, read_notes
from postroom.register.note_words import in_column

KIND, TASK = "import.notes", "postroom.register.tasks.advance_notes"
CHECK, CHECKED, WRITE = "check", "checked", "write"


def bring(practice: Practice, file: BinaryIO, name: str, *, by: Member, now: datetime) -> Job:
    """Keep a file and have it checked. Raises NotATable, longwork.Busy, OSError; then nothing is
    kept."""
    _rows(practice, file)
    key = uploads.keep_raw(file)
    data = {"key": key, "name": name[:200]}
    try:
        with transaction.atomic():
            job = longwork.draft(practice, KIND, TASK, by=by, source=None, data=data, now=now)
            longwork.start(job, CHECK, data={}, now=now)
    except BaseException:
        uploads.drop(key)
        raise
    return job


def write(job: Job, *, by: Member, now: datetime) -> None:
    """Have what was checked imported, without its bad rows. Raises longwork.Busy, longwork.Lost."""
    with transaction.atomic():
        longwork.start(job, WRITE, data={"checked": job.result}, now=now)
        audit.record(job.practice_id, "start_import", "job", job.pk, by=by, now=now)


def advance(job_id: int, *, clock: Clock) -> None:
    """Do what is asked of an import; harmless when somebody else does, or nothing is left."""
    file_jobs.advance(job_id, _advance, clock=clock)


def bad_rows(job: Job, kind: str, heading: str) -> bytes:
    """The rows with problems as a CSV file. Raises OSError when the file is gone."""
    told: dict[int, list[str]] = defaultdict(list)
    for problem in file_jobs.problems(job, kind):
        told[problem.row].append(in_column(problem))
    with uploads.path(job.data["key"], uploads.RAW).open("rb") as file:
        return uploads.some_rows(_rows(job.practice, file).table, told, heading)


def _advance(job: Job, clock: Clock) -> None:
    writes = job.stage == WRITE

    def through(stage: str, done: int) -> None:
        of = {"total": job.data["checked"]["rows"]} if writes else {}
        if writes == (stage == "write"):
            of["done"] = done
        longwork.beat(job, now=clock(), **of)

    with uploads.path(job.data["key"], uploads.RAW).open("rb") as file:
        report = import_notes(
            job.practice,
            _rows(job.practice, file),
            by=job.member,
            now=clock(),
            dry_run=not writes,
            skip_bad=True,
            progress=through,
        )
    counts = {"created": report.created, "unchanged": report.unchanged, "bad": report.skipped}
    counts["removed"] = report.removed
    if writes:
        longwork.finish(job, {**job.data["checked"], **counts}, now=clock())
        return
    warned = file_jobs.note_problems(job.data["key"], report.errors, report.warnings)
    counts |= {"rows": sum(counts.values()), "warned": warned}
    longwork.put_down(job, CHECKED, counts)


def _rows(practice: Practice, file: BinaryIO) -> NoteFile:
    file.seek(0)
    return read_notes(file, zone=ZoneInfo(practice.time_zone))
