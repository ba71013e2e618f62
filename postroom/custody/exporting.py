"""Handing over: an entry, its conversation, a record, a family's, or all that is kept of a client,
as a file.

Long work of the member who asked: it goes on when the page is left, and after a restart. What
was made lies on the shelf for seven days, for who asked alone. Nothing of it is in the job's row
but numbers.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import QuerySet

from postroom.clients.models import Client, Group
from postroom.custody import shelf, writing
from postroom.custody.sheets import readable
from postroom.custody.writing import Order
from postroom.practice import audit, longwork
from postroom.practice.models import Job, Member, Practice
from postroom.practice.rules import AUDIT
from postroom.register.conversing import whole
from postroom.register.models import Entry, EntryClient

ENTRY, TALK, CLIENT, GROUP = "entry", "conversation", "client", "group"
OF_ENTRY = (ENTRY, TALK)  # `pk` is an entry's
KIND = "export-"  # and the member's number: each may have one under way
TASK = "postroom.custody.tasks.advance_export"
WRITE = "write"
SLICE = 10.0  # seconds, after which other tasks have their turn
VOLUME = timedelta(minutes=5)  # a volume of paper may take on a busy machine, and not look dead
LOOKED_AT = 500  # entries of one question
NOTED = 200  # entries of a conversation that the audit names
Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What somebody wants handed over."""

    what: str  # ENTRY, TALK, CLIENT or GROUP; of a conversation, `pk` is one of its entries
    pk: int
    format: str
    language: str
    reads: bool = False


def ask(asked: Asked, *, by: Member, now: datetime) -> Job:
    """Begin. Raises longwork.Busy while another of this member's is under way, OSError."""
    clients, entries, closed = chosen(by.practice, asked, by)
    key, expected = shelf.new(entries)
    data = {
        **vars(asked),
        "key": key,
        "expected": expected,
        "closed": closed,
        "clients": [client.pk for client in clients],
    }
    try:
        with transaction.atomic():
            kind = f"{KIND}{by.pk}"
            job = longwork.draft(by.practice, kind, TASK, by=by, source=None, data=data, now=now)
            longwork.start(job, WRITE, data={}, now=now)
            Job.objects.filter(pk=job.pk).update(total=expected)
            _note(by.practice, asked, entries, by=by, now=now)
    except BaseException:
        shelf.drop(key)
        raise
    return job


def write_now(
    practice: Practice, asked: Asked, here: Path, *, now: datetime, who: str
) -> Iterator[dict[str, Any]]:
    """The same at once into a folder, for who runs the server: the marks as they come."""
    clients, entries, _closed = chosen(practice, asked, None)
    expected = shelf.plan(here, entries)
    order = _order(practice, asked, clients, None, now, expected, 0)
    _note(practice, asked, entries, by=None, now=now, who=who)
    mark: dict[str, Any] = {}
    while "file" not in mark:
        mark = writing.advance(order, here, mark)
        yield mark


def chosen(
    practice: Practice, asked: Asked, member: Member | None
) -> tuple[list[Client], list[int], int]:
    """Whose it is, the ids of the entries from the oldest on, and how many are not this member's
    to read."""
    if asked.what in OF_ENTRY:
        mine = readable(practice, member)
        ids = [mine.get(pk=asked.pk).pk]
        if asked.what == TALK:  # letters of it that are not theirs to read are not even counted
            ids = whole(mine, asked.pk)
        every: QuerySet[Client] = Client.objects.filter(practice=practice)
        named = every if member is None else Client.objects.open_to(member)
        placements = EntryClient.objects.filter(entry__in=ids)
        return list(named.filter(pk__in=placements.values("client")).order_by("name", "pk")), ids, 0
    clients = list(_clients(practice, asked, member))
    placed = EntryClient.objects.filter(practice=practice, client__in=clients)
    all_of_it = placed.values_list("entry", flat=True).distinct().count()
    mine = readable(practice, member).filter(pk__in=placed.values("entry")).order_by("at", "pk")
    ids = list(mine.values_list("pk", flat=True))
    return clients, ids, all_of_it - len(ids)


def advance(job_id: int, *, clock: Clock) -> None:
    """Go on for a while; harmless when somebody else does, or nothing is left."""
    job = longwork.take(job_id, now=clock())
    if job is None:
        return
    try:
        _advance(job, clock)
    except longwork.Lost:
        log.info("export %s was stopped, or is another worker's", job_id)
    except OperationalError:
        raise  # the database is busy or away: the task is tried again
    except Exception as error:
        log.exception("export %s failed", job_id)
        trouble = "disk" if isinstance(error, OSError) else "unexpected"
        try:
            longwork.fail(job, {"trouble": trouble}, now=clock())
        except longwork.Lost:
            log.info("export %s was stopped before it failed", job_id)


def exports(member: Member, now: datetime) -> QuerySet[Job]:
    """What this member has asked for within the week."""
    mine = Job.objects.filter(practice=member.practice_id, kind=f"{KIND}{member.pk}")
    return mine.filter(member=member, created_at__gt=now - shelf.KEPT).order_by("-id")


def needs_right(job: Job) -> bool:
    """Whether more than reading is needed for it: all but an entry and its conversation."""
    return job.data["what"] not in OF_ENTRY


def is_open(job: Job, member: Member) -> bool:
    """Whether this member may still open all that is in what was made: the records, and each
    entry (XP-23)."""
    if not _may(job, member):
        return False
    mine, ids = Entry.objects.readable_by(member), shelf.planned_all(job.data["key"])
    if job.data["what"] in OF_ENTRY:
        ids = list({job.data["pk"], *ids})
    for start in range(0, len(ids), LOOKED_AT):
        some = ids[start : start + LOOKED_AT]
        if mine.filter(pk__in=some).count() < len(some):
            return False
    return True


def drop_closed() -> int:
    """Forget what was made and is no longer its member's to open; how many."""
    jobs = Job.objects.filter(kind__startswith=KIND, state=Job.DONE).select_related(
        "member__role", "member__practice"
    )
    closed = [job for job in jobs if job.member is None or not is_open(job, job.member)]
    for job in closed:
        drop(job)
    return len(closed)


def drop(job: Job) -> None:
    """Forget what was made, and that it was."""
    Job.objects.filter(pk=job.pk).delete()
    shelf.drop(job.data["key"])


def drop_of_clients(practice: int, clients: Iterable[int]) -> int:
    """Forget all that was made of these clients' data, also what is being made; how many."""
    gone = set(clients)
    jobs = list(Job.objects.filter(practice=practice, kind__startswith=KIND))
    found = [job for job in jobs if gone & set(job.data["clients"]) or _speaks_of(job, gone)]
    for job in found:
        drop(job)
    return len(found)


def tidy(now: datetime) -> int:
    """Forget what was made a week ago; how many."""
    old = list(Job.objects.filter(kind__startswith=KIND, created_at__lte=now - shelf.KEPT))
    for job in old:
        drop(job)
    known = Job.objects.filter(kind__startswith=KIND).values_list("data", flat=True)
    return len(old) + shelf.tidy((data["key"] for data in known), now)


def order_of(job: Job) -> Order:
    """What a job writes, as its rows are now."""
    data = job.data
    asked = Asked(data["what"], data["pk"], data["format"], data["language"], data["reads"])
    assert job.member is not None
    clients = list(Client.objects.filter(practice=job.practice, pk__in=data["clients"]))
    expected, closed = data["expected"], data["closed"]
    return _order(job.practice, asked, clients, job.member, job.created_at, expected, closed)


def title_of(practice: Practice, asked: Asked, clients: Iterable[Client]) -> str:
    """What it is called: the client, the family, or the subject of the one entry."""
    if asked.what in OF_ENTRY:
        subject = Entry.objects.filter(practice=practice, pk=asked.pk).values_list("subject")
        return str(next(iter(subject), ("",))[0])
    if asked.what == GROUP:
        name = Group.objects.filter(practice=practice, pk=asked.pk).values_list("name")
        return str(next(iter(name), ("",))[0])
    return next((client.name for client in clients), "")


def _speaks_of(job: Job, clients: set[int]) -> bool:
    """Whether single entries that were handed over are on the records of these clients, too."""
    if job.data["what"] not in OF_ENTRY:
        return False
    ids = [job.data["pk"], *shelf.planned_all(job.data["key"])]
    return EntryClient.objects.filter(client__in=clients, entry__in=ids).exists()


def _may(job: Job, member: Member) -> bool:
    """Whether they are here, have the right that it needs, and may open the records it is of."""
    if not member.active or (needs_right(job) and not member.may(AUDIT)):
        return False
    if job.data["what"] in OF_ENTRY:
        return True
    rows = Client.objects.filter(practice=job.practice_id, pk__in=job.data["clients"])
    kept = {into or pk for pk, into in rows.values_list("pk", "merged_into")}
    return Client.objects.open_to(member).filter(pk__in=kept).count() == len(kept)


def _advance(job: Job, clock: Clock) -> None:
    began, here = time.monotonic(), shelf.folder(job.data["key"])
    member = job.member
    if member is None or not _may(job, member):
        longwork.fail(job, {"trouble": "right"}, now=clock())
        return
    order, mark = order_of(job), job.result.get("mark", {})
    while "file" not in mark:
        longwork.beat(job, now=clock() + VOLUME)
        mark = writing.advance(order, here, mark)
        longwork.beat(job, now=clock(), done=mark.get("done", 0), result={"mark": mark})
        if "file" not in mark and time.monotonic() - began > SLICE:
            longwork.pause(job, now=clock())
            return
    counts = {name: mark.get(name, 0) for name in ("written", "files", "missing", "volumes")}
    size = (here / mark["file"]).stat().st_size
    longwork.finish(job, {**counts, "file": mark["file"], "size": size}, now=clock())


def _order(
    practice: Practice,
    asked: Asked,
    clients: Iterable[Client],
    by: Member | None,
    at: datetime,
    expected: int,
    closed: int,
) -> Order:
    return Order(
        practice=practice,
        format=asked.format,
        title=title_of(practice, asked, clients),
        clients=tuple(clients),
        language=asked.language,
        by=by,
        at=at,
        expected=expected,
        closed=closed,
        reads=asked.reads,
    )


def _clients(practice: Practice, asked: Asked, member: Member | None) -> QuerySet[Client]:
    """The clients of the order that this member may open."""
    rows: Any = Client.objects.filter(practice=practice, merged_into=None)
    if member is not None:
        rows = Client.objects.open_to(member)
    wanted = rows.filter(groups=asked.pk) if asked.what == GROUP else rows.filter(pk=asked.pk)
    return wanted.order_by("name", "pk")


def _note(
    practice: Practice, asked: Asked, entries: list[int], *, by: Member | None, now: datetime,
    who: str = "",
) -> None:  # fmt: skip
    data: dict[str, Any] = {"format": asked.format, "entries": len(entries)}
    if asked.what == TALK:
        data["conversation"] = entries[:NOTED]
    if asked.what in OF_ENTRY:
        audit.record(practice.pk, "export", "entry", asked.pk, by=by, now=now, data=data, who=who)
    elif asked.what == GROUP:
        audit.record(practice.pk, "export", "group", asked.pk, by=by, now=now, data=data, who=who)
    else:
        audit.record(practice.pk, "export", "client", asked.pk, by=by, now=now, data=data, who=who)
