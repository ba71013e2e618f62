"""The register as a list for a spreadsheet: what the filters show and its reader may read.

A short list is written while the browser waits. A long one is a job: it goes on when the page is
left, lies in the folder of uploads for a week, and is given to nobody but who asked for it.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from postroom.clients import uploads
from postroom.clients.models import Client
from postroom.kit.sheets import csv_lines, workbook
from postroom.practice import audit, longwork
from postroom.practice.models import Job, Member
from postroom.practice.rules import READ, RESOLVE
from postroom.practice.words import words_of
from postroom.register import listing
from postroom.register.filters import Wanted, wanted_of
from postroom.register.list_words import DIRECTIONS, kind_of, person, standing
from postroom.register.models import Entry, EntryClient

KIND, TASK = "export.register", "postroom.register.tasks.advance_export"
CSV, XLSX = "csv", "xlsx"
TYPES = {
    CSV: "text/csv; charset=utf-8",
    XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
AT_ONCE = 2_000  # rows that are written while the browser waits
FILE = "export"
Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


def headings(member: Member) -> list[str]:
    words = words_of(member.practice)
    return [
        _("Number"),
        _("Date"),
        _("Kind"),
        _("Direction"),
        words.clients,
        _("Numbers of the %(clients_word)s") % words.within(),
        *([words.patients] if words.patients else []),
        _("With whom"),
        _("Address or number"),
        _("Subject or summary"),
        _("How it begins"),
        _("Files"),
        _("Person"),
        _("State"),
    ]


def rows(
    member: Member, wanted: Wanted, told: Callable[[int], None] = lambda done: None
) -> Iterator[list[Any]]:
    """The heading, then a line for each entry; `told` how many are through."""
    zone, done = ZoneInfo(member.practice.time_zone), 0
    with_patients = bool(words_of(member.practice).patients)
    yield headings(member)
    for entries in listing.every(member, wanted):
        for entry in entries:
            yield _line(entry, zone, with_patients)
        done += len(entries)
        told(done)


def lines(member: Member, wanted: Wanted) -> Iterator[str]:
    """As CSV, with the mark that keeps a spreadsheet program from spoiling accents."""
    yield "\ufeff"
    yield from csv_lines(rows(member, wanted))


def into(file: BinaryIO, member: Member, wanted: Wanted) -> None:
    """As a workbook."""
    workbook(file, _("Register"), rows(member, wanted))


def begin(member: Member, wanted: Wanted, ending: str, *, now: datetime) -> Job:
    """Have a long list written. Raises longwork.Busy, OSError."""
    key = uploads.keep_raw(BytesIO())
    data = {"key": key, "query": wanted.query(), "format": ending}
    data["language"] = translation.get_language() or ""
    with transaction.atomic():
        job = longwork.draft(
            member.practice, KIND, TASK, by=member, source=None, data=data, now=now
        )
        longwork.start(job, "write", data={}, now=now)
    return job


def note(member: Member, wanted: Wanted, ending: str, *, now: datetime) -> None:
    """Write in the audit what is taken out of the house; of what was searched only that it was:
    often that is a name, and the audit outlives whom it names."""
    practice = member.practice_id
    data: dict[str, Any] = {"format": ending, **replace(wanted, q="").said}
    if wanted.q:
        data["searched"] = True
    audit.record(practice, "export_register", "practice", practice, by=member, now=now, data=data)


def advance(job_id: int, *, clock: Clock) -> None:
    """Write the list; harmless when somebody else does, or nothing is left to do."""
    job = longwork.take(job_id, now=clock())
    if job is None:
        return
    try:
        count, sight = _write(job, clock)
        longwork.finish(job, {"rows": count, **sight}, now=clock())
    except longwork.Lost:
        log.info("export %s was stopped, or is another worker's", job_id)
    except OperationalError:
        raise  # the database is busy or away: the task is tried again
    except Exception:
        log.exception("export %s failed", job_id)
        longwork.fail(job, {"trouble": "unexpected"}, now=clock())


def drop_all(practice: int) -> int:
    """Forget all that was written, or is being written, of this practice's register: somebody who
    stands in it is erased. How many."""
    jobs = list(Job.objects.filter(practice=practice, kind=KIND))
    for job in jobs:
        _drop(job)
    return len(jobs)


def is_open(job: Job, member: Member) -> bool:
    """Whether this member may still open what a list that was written names: no record on which
    there is anything was closed to them since, and they file for the practice as they did."""
    if not (member.active and member.may(READ)):
        return False
    if job.result.get("resolves", True) and not member.may(RESOLVE):
        return False
    since = _closed(member).exclude(pk__in=job.result.get("closed", ()))
    theirs = EntryClient.objects.filter(
        Q(client__in=since) | Q(client__in=since.values("merged_into"))
    )
    return not theirs.exists()


def drop_closed() -> int:
    """Forget lists that are no longer their member's to open; how many."""
    jobs = Job.objects.filter(kind=KIND, state=Job.DONE).select_related("member__role")
    closed = [job for job in jobs if job.member is None or not is_open(job, job.member)]
    for job in closed:
        _drop(job)
    return len(closed)


def _closed(member: Member) -> QuerySet[Client]:
    """The clients closed to this member, and those merged into them, whose entries they have."""
    closed = Client.objects.closed_to(member)
    return Client.objects.filter(Q(pk__in=closed) | Q(merged_into__in=closed))


def path_of(job: Job) -> Path:
    return uploads.path(job.data["key"], FILE)


def _drop(job: Job) -> None:
    Job.objects.filter(pk=job.pk).delete()
    uploads.drop(job.data["key"])


def _write(job: Job, clock: Clock) -> tuple[int, dict[str, Any]]:
    """How many rows, and by what sight: which records were closed to the member, and whether they
    file. What the member may read is asked anew. Raises longwork.Lost."""
    if job.member is None or not job.member.active:
        raise PermissionError
    member = Member.objects.select_related("practice", "role").get(pk=job.member.pk)
    wanted = wanted_of(dict(parse_qsl(job.data["query"])))
    closed = sorted(_closed(member).values_list("pk", flat=True))
    sight = {"closed": closed, "resolves": member.may(RESOLVE)}
    count = 0

    def told(done: int) -> None:
        nonlocal count
        count = done
        longwork.beat(job, now=clock(), done=done)

    with translation.override(job.data["language"]), uploads.writing(job.data["key"], FILE) as file:
        table = rows(member, wanted, told)
        if job.data["format"] == XLSX:
            workbook(cast("BinaryIO", file), _("Register"), table)
        else:
            file.write("\ufeff".encode())
            file.writelines(line.encode() for line in csv_lines(table))
    return count, sight


def _line(entry: Entry, zone: ZoneInfo, with_patients: bool) -> list[Any]:
    clients = list(entry.clients.all())
    return [
        entry.pk,
        f"{entry.at.astimezone(zone):%Y-%m-%d %H:%M}",
        kind_of(entry),
        str(DIRECTIONS.get(entry.direction, "")),
        ", ".join(client.name for client in clients),
        ", ".join(client.ref for client in clients),
        *([", ".join(one.name for one in entry.patients.all())] if with_patients else []),
        entry.sender_name,
        entry.sender_norm or entry.details.get("number", ""),
        entry.subject,
        entry.snippet,
        entry.files or "",
        person(entry),
        standing(entry).text,
    ]
