"""Verbs of the book: bring it in, mark what is gone, add and remove feeds."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

from django.db import transaction

from postroom.appointments import bulk
from postroom.appointments.calendars import BEFORE
from postroom.appointments.feeds import seal
from postroom.appointments.models import Look
from postroom.appointments.values import Row
from postroom.appointments.words import sentence
from postroom.clients.importing import Problem
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice, Source

CHUNK = 2_000
KEPT = 10_000  # problems remembered; a file with more is another kind of file
SOURCE = "source"  # the event: a source was brought up to date, or its feed was changed


@dataclass(frozen=True)
class Report:
    """What an import did, or would do. The first four add up to the rows."""

    created: int
    updated: int
    unchanged: int
    skipped: int
    gone: int  # of the source, no longer in it
    unknown: int  # rows whose client we do not have yet
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    dry_run: bool

    @property
    def counts(self) -> dict[str, int]:
        """The numbers alone."""
        names = ("created", "updated", "unchanged", "skipped", "gone", "unknown")
        return {name: getattr(self, name) for name in names}

    def as_dict(self) -> dict[str, Any]:
        """For programs: counts, and problems with their sentences."""
        return {
            **self.counts,
            "errors": [_told(problem) for problem in self.errors],
            "warnings": [_told(problem) for problem in self.warnings],
            "dry_run": self.dry_run,
        }


def source_named(practice: Practice, kind: str, name: str, *, dry_run: bool = False) -> Source:
    """The source of this kind and name, made where there is none yet; for a dry run not saved."""
    known = Source.objects.filter(practice=practice, kind=kind, name=name).first()
    if known or dry_run:
        return known or Source(practice=practice, kind=kind, name=name)
    return Source.objects.get_or_create(practice=practice, kind=kind, name=name)[0]


def bring_in(
    source: Source,
    rows: Iterable[Row],
    *,
    by: Member | None,
    now: datetime,
    way: str = Look.FILE,
    dry_run: bool = False,
    skip_bad: bool = False,
    mark_gone: bool = False,
    who: str = "",
    progress: Callable[[str, int], None] = lambda stage, rows: None,
) -> Report:
    """Bring a source's appointments or due dates up to date with the rows, by reference.

    With one bad row nothing is imported, unless `skip_bad`. `rows` are walked twice: first all
    are read, then written 2,000 to a transaction; killed half way, run it again. With
    `mark_gone`, what the source had in the rows' time and has no longer is marked gone. `who`
    names a program in the audit, where no member did it.
    """
    check = _checked(source, rows, lambda done: progress("read", done))
    if check.errors and not skip_bad:
        return check.report(dry_run=dry_run)
    good = (row for row in rows if not row.errors)
    while chunk := list(islice(good, CHUNK)):
        with nullcontext() if dry_run else transaction.atomic():
            if not dry_run:
                Source.objects.select_for_update().get(pk=source.pk)
            changes = bulk.plan(source, chunk, now)
            check.count(changes)
            if not dry_run and (changes.new or changes.changed):
                bulk.apply(source, changes)
                data = {"created": len(changes.new), "updated": len(changes.changed)}
                _record(source, f"import_{source.kind}", by, now, data, who)
        progress("write", check.written)
    if mark_gone and source.pk and check.first is not None:
        missing = bulk.gone(source, check.refs, *_period(source, check, way, now))
        check.gone = len(missing)
        if missing and not dry_run:
            with transaction.atomic():
                check.gone = bulk.mark_gone(source.kind, missing, now)
                _record(source, f"gone_{source.kind}", by, now, {"gone": check.gone}, who)
    report = check.report(dry_run=dry_run)
    if not dry_run:
        _note(source, report, way, now)
    return report


@transaction.atomic
def take_away(
    source: Source,
    refs: Iterable[str],
    *,
    by: Member | None,
    now: datetime,
    who: str = "",
) -> int:
    """Mark these rows gone, as their source said; how many there were."""
    rows = bulk.MODELS[source.kind]._default_manager.filter(source=source, ref__in=list(refs))
    marked = bulk.mark_gone(source.kind, list(rows.values_list("pk", flat=True)), now)
    if marked:
        _record(source, f"gone_{source.kind}", by, now, {"gone": marked}, who)
    return marked


def knows(source: Source, ref: str) -> bool:
    """Has the source ever told of this reference?"""
    return bulk.MODELS[source.kind]._default_manager.filter(source=source, ref=ref).exists()


@transaction.atomic
def save_feed(
    practice: Practice, name: str, url: str, minutes: int, *, by: Member | None, now: datetime
) -> Source:
    """Look at this address from now on, every so many minutes; at once for the first time."""
    source = source_named(practice, Source.APPOINTMENTS, name)
    source.url_sealed, source.minutes, source.trouble = seal(source, url), minutes, ""
    source.save(update_fields=["url_sealed", "minutes", "trouble"])
    Look.objects.update_or_create(
        source=source,
        defaults={
            "practice": practice,
            "next_at": now,
            "failures": 0,
            "etag": "",
            "last_modified": "",
            "trouble_detail": "",
            "trouble_since": None,
        },
    )
    _record(source, "save_feed", by, now, {"minutes": minutes})
    events.tell(practice.pk, SOURCE, [source.pk], now=now)
    return source


@transaction.atomic
def remove_feed(source: Source, *, by: Member | None, now: datetime) -> None:
    """Look at the feed no more and forget its address; what came from it stays."""
    Source.objects.filter(pk=source.pk).update(url_sealed="", minutes=0, trouble="")
    Look.objects.filter(source=source).update(
        next_at=None, etag="", last_modified="", trouble_detail="", trouble_since=None
    )
    _record(source, "remove_feed", by, now, {})
    events.tell(source.practice_id, SOURCE, [source.pk], now=now)


@transaction.atomic
def look_now(source: Source, *, now: datetime) -> None:
    """Ask the worker to look at the feed at once, also after failures."""
    Look.objects.filter(source=source).update(next_at=now)


@transaction.atomic
def feed_unchanged(look: Look, *, now: datetime) -> None:
    """The feed is as we have it: the data are as fresh as this look."""
    well = {"failures": 0, "trouble_detail": "", "trouble_since": None}
    Look.objects.filter(pk=look.pk).update(at=now, **well)
    Source.objects.filter(pk=look.source_id).update(fresh_at=now, trouble="")
    events.tell(look.practice_id, SOURCE, [look.source_id], now=now)


@transaction.atomic
def feed_failed(look: Look, code: str, detail: str, *, next_at: datetime, now: datetime) -> None:
    """The feed could not be read; what came before stays, and grows old."""
    look.failed(code, detail, next_at, now)
    events.tell(look.practice_id, SOURCE, [look.source_id], now=now)


# --- bringing in ----------------------------------------------------------------------------


@dataclass
class _Check:
    """What is known of the rows after the first walk, and of their writing after the second."""

    rows: int = 0
    bad: int = 0
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    refs: set[str] = field(default_factory=set)
    first: Any = None  # the earliest and the latest of the rows
    last: Any = None
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    gone: int = 0
    unknown: int = 0

    @property
    def written(self) -> int:
        return self.created + self.updated + self.unchanged

    def count(self, changes: bulk.Changes) -> None:
        self.created += len(changes.new)
        self.updated += len(changes.changed)
        self.unchanged += changes.unchanged
        self.unknown += changes.unknown

    def report(self, *, dry_run: bool) -> Report:
        return Report(
            created=self.created,
            updated=self.updated,
            unchanged=self.unchanged,
            skipped=self.rows - self.written,
            gone=self.gone,
            unknown=self.unknown,
            errors=tuple(self.errors),
            warnings=tuple(self.warnings),
            dry_run=dry_run,
        )


def _checked(source: Source, rows: Iterable[Row], progress: Callable[[int], None]) -> _Check:
    check, when = _Check(), bulk.WHEN[source.kind]
    for row in rows:
        check.rows += 1
        if len(check.errors) < KEPT:
            check.errors += row.errors
        if len(check.warnings) < KEPT:
            check.warnings += row.warnings
        if not row.errors:
            check.refs.add(row.ref)
            at = row.values[when]
            check.first = at if check.first is None else min(check.first, at)
            check.last = at if check.last is None else max(check.last, at)
        if check.rows % CHUNK == 0:
            progress(check.rows)
    progress(check.rows)
    return check


def _period(
    source: Source, check: _Check, way: str, now: datetime
) -> tuple[datetime | date, datetime | date | None]:
    """The time of which the rows are all there is: whole days for a file; for a feed all that
    is to come, and before that from its first row on, as far as what repeats is told."""
    if way == Look.FEED:
        return max(now - BEFORE, min(check.first, now)), None
    if source.kind == Source.DUE:
        return check.first, check.last + timedelta(days=1)
    zone = source.practice.zone
    first, last = (moment.astimezone(zone).date() for moment in (check.first, check.last))
    return (
        datetime.combine(first, time(), zone),
        datetime.combine(last + timedelta(days=1), time(), zone),
    )


@transaction.atomic
def _note(source: Source, report: Report, way: str, now: datetime) -> None:
    """How fresh the source is now, and what came of it."""
    Source.objects.filter(pk=source.pk).update(fresh_at=now, trouble="")
    facts: Mapping[str, Any] = {"way": way, "at": now, "counts": report.counts}
    if way == Look.FEED:
        facts = {**facts, "failures": 0, "trouble_detail": "", "trouble_since": None}
    Look.objects.update_or_create(
        source=source, defaults=facts, create_defaults={**facts, "practice": source.practice}
    )
    events.tell(source.practice_id, SOURCE, [source.pk], now=now)


def _record(
    source: Source,
    action: str,
    by: Member | None,
    now: datetime,
    data: dict[str, Any],
    who: str = "",
) -> None:
    audit.record(
        source.practice_id,
        action,
        "source",
        source.pk,
        by=by,
        now=now,
        data=data,
        who=who,
    )


def _told(problem: Problem) -> dict[str, Any]:
    return asdict(problem) | {"sentence": sentence(problem)}
