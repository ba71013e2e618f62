"""An import that a person prepares, watches and may leave: see `practice.longwork`.

    draft map --check--> read, compare --> draft checked --write--> write, gone --> done

Between the two a person sees what would happen. The good rows lie beside the upload, and how
many of them are written stands on the job in the same transaction as they: whoever goes on after
a crash neither leaves one out nor writes one twice.
"""

import json
import time
from datetime import datetime
from io import TextIOWrapper
from itertools import islice
from typing import BinaryIO

from django.db import transaction
from django.db.models import QuerySet

from postroom.clients import bulk, file_jobs, uploads
from postroom.clients.checking import checked, unpacked
from postroom.clients.file_jobs import Clock
from postroom.clients.headings import HEADINGS, Places, complete, proposed
from postroom.clients.imports import (
    CHUNK,
    Counts,
    bring,
    held_by,
    mark_gone,
    missing,
    refuse_many,
    source_named,
)
from postroom.practice import audit, longwork
from postroom.practice.models import Job, Member, Practice, Source

KIND = "import.clients"
TASK = "postroom.clients.tasks.advance_import"
MAP, READ, COMPARE, CHECKED, WRITE, GONE = "map", "read", "compare", "checked", "write", "gone"
SLICE = 10.0  # seconds, after which other tasks have their turn


def prepare(
    practice: Practice,
    file: BinaryIO,
    name: str,
    size: int,
    source_name: str,
    *,
    by: Member,
    now: datetime,
) -> Job:
    """Keep a file to be imported, its columns as they were read the last time. Raises NotATable."""
    kept = uploads.keep(file, size)
    with transaction.atomic():
        source = source_named(practice, source_name)
        places = proposed(kept.header, source.mapping)
        data = {"key": kept.key, "name": name[:200], "rows": kept.rows, "places": places}
        return longwork.draft(practice, KIND, TASK, by=by, source=source, data=data, now=now)


def check(job: Job, places: Places, gone_too: bool, *, now: datetime) -> None:
    """Have the file read and compared; the source remembers which column is which.

    Raises NotATable (missing), longwork.Busy, longwork.Lost, OSError when the file is gone.
    """
    with uploads.opened(job.data["key"]) as table:
        header = table.header
    complete(header, places)
    names = {field: [header[place] for place in places.get(field, ())] for field in HEADINGS}
    others = {place for found in places.values() for place in found}
    names["-"] = [name for place, name in enumerate(header) if place not in others and name]
    with transaction.atomic():
        longwork.start(job, READ, data={"places": places, "gone_too": gone_too}, now=now)
        _source_of(job).update(mapping=names)


def write(job: Job, *, sure: bool, by: Member, now: datetime) -> None:
    """Have what was checked imported, without its bad rows.

    Raises imports.TooManyGone unless `sure`, longwork.Busy, longwork.Lost.
    """
    if not sure:
        refuse_many(job.result["gone"], job.result["held"])
    checked_as = {"checked": job.result}
    with transaction.atomic():
        longwork.start(job, WRITE, data=checked_as, now=now)
        data = {"job": job.pk, "rows": job.data["rows"]}
        audit.record(job.practice_id, "start_import", "job", job.pk, by=by, now=now, data=data)


def advance(job_id: int, *, clock: Clock) -> None:
    """Go on with an import for a while; harmless when somebody else does, or nothing is left."""
    file_jobs.advance(job_id, _advance, clock=clock)


def _advance(job: Job, clock: Clock) -> None:
    if job.stage in (READ, COMPARE):
        _check(job, clock)
    else:
        _write(job, clock)


def _check(job: Job, clock: Clock) -> None:
    key = job.data["key"]

    def read(done: int) -> None:
        longwork.beat(job, now=clock(), stage=READ, done=done, total=job.data["rows"])

    with (
        uploads.opened(key) as table,
        TextIOWrapper(uploads.writing(key, "good"), encoding="utf-8") as good,
    ):
        rows = uploads.clients_of(table, job.data["places"], job.practice.country)
        check = checked(job.practice_id, rows, good, read)
    warned = file_jobs.note_problems(key, check.errors, check.warnings)
    counts = Counts()
    with uploads.path(key, "good").open(encoding="utf-8") as lines:
        total = check.rows - check.bad
        while chunk := [unpacked(line) for line in islice(lines, CHUNK)]:
            counts.add(
                bring(job.practice_id, chunk, job.source, by=None, now=clock(), dry_run=True)
            )
            longwork.beat(job, now=clock(), stage=COMPARE, done=counts.rows, total=total)
    source = job.source
    gone = missing(source, check) if source and job.data["gone_too"] else []
    with uploads.writing(key, "gone") as file:
        file.write(json.dumps(gone).encode())
    result = {
        **vars(counts),
        "rows": check.rows,
        "bad": check.bad,
        "warned": warned,
        "nameless": check.nameless,
        "gone": len(gone),
        "held": held_by(source) if source else 0,
    }
    longwork.put_down(job, CHECKED, result)


def _write(job: Job, clock: Clock) -> None:
    key, began = job.data["key"], time.monotonic()
    counts = Counts(**{name: job.result.get(name, 0) for name in vars(Counts())})
    total = job.data["checked"]["rows"] - job.data["checked"]["bad"]
    with uploads.path(key, "good").open(encoding="utf-8") as lines:
        for _ in islice(lines, job.done):
            pass
        while chunk := [unpacked(line) for line in islice(lines, CHUNK)]:
            with transaction.atomic():
                now = clock()
                counts.add(
                    bring(job.practice_id, chunk, job.source, by=job.member, now=now, dry_run=False)
                )
                longwork.beat(job, now=now, done=counts.rows, total=total, result=vars(counts))
            bulk.keep_statistics(-(-counts.rows // CHUNK))
            if time.monotonic() - began > SLICE:
                longwork.pause(job, now=clock())
                return
    gone = json.loads(uploads.path(key, "gone").read_text())
    longwork.beat(job, now=clock(), stage=GONE)
    mark_gone(job.practice_id, gone, by=job.member, now=clock())
    with transaction.atomic():
        now = clock()
        _source_of(job).update(fresh_at=now)
        told = {name: job.data["checked"][name] for name in ("rows", "bad", "warned")}
        longwork.finish(job, {**told, **vars(counts), "gone": len(gone)}, now=now)
    uploads.path(key, "good").unlink(missing_ok=True)


def _source_of(job: Job) -> QuerySet[Source]:
    return Source.objects.filter(pk=job.source_id or 0)
