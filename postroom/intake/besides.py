"""How stands what is not a mailbox: folders of dropped files, calendar feeds, long work."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from postroom.appointments.models import Look
from postroom.connections.models import DropFolder
from postroom.intake.conditions import (
    AFTER_INTERVAL,
    AMBER,
    GREY,
    LATE,
    LATELY,
    RED,
    Condition,
    worst,
)
from postroom.practice.models import Job, Practice, Source


@dataclass(frozen=True)
class Drop:
    folder: DropFolder
    conditions: tuple[Condition, ...]

    @property
    def tone(self) -> str:
        return worst(self.conditions)


@dataclass(frozen=True)
class Feed:
    source: Source
    looked_at: datetime | None
    conditions: tuple[Condition, ...]

    @property
    def tone(self) -> str:
        return worst(self.conditions)


@dataclass(frozen=True)
class Work:
    job: Job
    condition: Condition


def drops(practice: Practice, now: datetime) -> tuple[Drop, ...]:
    return tuple(
        Drop(folder, tuple(_drop(folder, now)))
        for folder in practice.drop_folders.order_by("name", "pk")
    )


def _drop(folder: DropFolder, now: datetime) -> Iterator[Condition]:
    limit = max(LATE, timedelta(minutes=folder.minutes) + AFTER_INTERVAL)
    if not folder.active:
        yield Condition("drop-off", GREY)
    elif folder.trouble:
        since = folder.trouble_since or now
        yield Condition(
            "drop-trouble",
            since=since,
            facts={"path": folder.path},
            detail=folder.trouble_detail,
            alarm=now - since >= LATE,
        )
    elif folder.checked_at is None:
        yield Condition("drop-never", GREY)
    elif now - folder.checked_at >= limit:
        yield Condition("drop-late", RED, since=folder.checked_at, alarm=True)


def feeds(practice: Practice, now: datetime) -> tuple[Feed, ...]:
    """The calendar feeds that are looked at."""
    looks = Look.objects.filter(practice=practice).exclude(source__url_sealed="")
    return tuple(
        Feed(look.source, look.at, tuple(_feed(look, now)))
        for look in looks.select_related("source").order_by("source__name", "pk")
    )


def _feed(look: Look, now: datetime) -> Iterator[Condition]:
    late = look.next_at is not None and now - look.next_at >= LATE
    if look.source.trouble:
        since = look.trouble_since or now
        lasts = late or now - since >= LATE
        yield Condition(
            "feed-trouble",
            RED if lasts else AMBER,
            since=since,
            again_at=look.next_at,
            facts={"why": look.source.trouble},
            detail=look.trouble_detail,
            alarm=lasts,
        )
    elif late:
        yield Condition("feed-late", RED, since=look.next_at, alarm=True)
    elif look.at is None:
        yield Condition("feed-never", GREY)


def work(practice: Practice, now: datetime) -> tuple[Work, ...]:
    jobs = practice.jobs.order_by("-id")
    under_way = jobs.filter(state__in=(Job.WAITING, Job.RUNNING))
    failed = jobs.filter(state=Job.FAILED, ended_at__gt=now - LATELY)[:20]
    found = []
    for job in under_way:
        since = job.beat_at or job.created_at
        if now - since >= LATE:
            found.append(Work(job, Condition("work-stuck", since=since, alarm=True)))
    found += [Work(job, Condition("work-failed", GREY, since=job.ended_at)) for job in failed]
    return tuple(found)
