"""An import that a person prepares, watches and may leave: see `practice.longwork`.

    draft map --check--> read, compare --> draft checked --write--> write, gone --> done

Between the two a person sees what would happen. The good rows lie beside the upload, and how
many of them are written stands on the job in the same transaction as they: whoever goes on after
a crash neither leaves one out nor writes one twice.
"""

import json
import logging
import time
from collections.abc import Callable
from datetime import datetime
from io import TextIOWrapper
from itertools import islice
from typing import BinaryIO

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from postroom.clients import bulk, uploads
from postroom.clients.checking import Check, checked, unpacked
from postroom.clients.headings import HEADINGS, Places, complete, proposed
from postroom.clients.importing import Problem
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
from postroom.kit.tables import NotATable
from postroom.practice import audit, longwork
from postroom.practice.models import Job, Member, Practice, Source

KIND = "import.clients"
TASK = "postroom.clients.tasks.advance_import"
MAP, READ, COMPARE, CHECKED, WRITE, GONE = "map", "read", "compare", "checked", "write", "gone"
SLICE = 10.0  # seconds, after which other tasks have their turn

Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


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


def stop(job: Job, *, by: Member, now: datetime) -> bool:
    """What is imported stays. False when it was over already."""
    with transaction.atomic():
        stopped = longwork.stop(job, now=now)
        if stopped:
            audit.record(job.practice_id, "stop_import", "job", job.pk, by=by, now=now)
    return stopped


def discard(job: Job) -> None:
    """Forget a draft and its file."""
    if Job.objects.filter(pk=job.pk, state=Job.DRAFT).delete()[0]:
        uploads.drop(job.data["key"])


def advance(job_id: int, *, clock: Clock) -> None:
    """Go on with an import for a while; harmless when somebody else does, or nothing is left."""
    job = longwork.take(job_id, now=clock())
    if job is None:
        return
    try:
        if job.stage in (READ, COMPARE):
            _check(job, clock)
        else:
            _write(job, clock)
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
            wanted = (Problem(*rest) for what, *rest in found if what == kind)
            return list(islice(wanted, most))
    except OSError:
        return []


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
    warned = _note_problems(key, check)
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


def _note_problems(key: str, check: Check) -> int:
    """How many rows are imported although there is something to say about them."""
    bad = {problem.row for problem in check.errors}
    warnings = [problem for problem in check.warnings if problem.row not in bad]
    with uploads.writing(key, "problems") as file:
        for kind, found in (("error", check.errors), ("warning", warnings)):
            for each in found:
                line = [kind, each.row, each.column, each.code, dict(each.data)]
                file.write(json.dumps(line).encode() + b"\n")
    return len({problem.row for problem in warnings})


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


def _fail(job: Job, code: str, data: dict[str, str], clock: Clock) -> None:
    try:
        longwork.fail(job, {**job.result, "trouble": code, "data": data}, now=clock())
    except longwork.Lost:
        log.info("import %s was stopped before it failed", job.pk)
