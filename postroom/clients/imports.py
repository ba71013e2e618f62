"""Bringing the clients up to date with a list (XP-38): repeatable, by reference.

What is common to an import that a person watches (`import_jobs`) and one that a command runs.
"""

from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import Any

from django.db import transaction

from postroom.clients import bulk
from postroom.clients.checking import Check, checked
from postroom.clients.importing import Problem, Row
from postroom.clients.models import Client
from postroom.clients.words import sentence
from postroom.practice import audit
from postroom.practice.models import Member, Practice, Source

CHUNK = 1_000  # rows of a transaction: other writers wait for about half a second
MANY_GONE = 2  # one in so many of a source's clients gone at once wants a second word
FEW = 20  # of so few clients, any number may go


class TooManyGone(Exception):
    """More than half of a source's clients are not in the list: is it a whole one?"""

    def __init__(self, gone: int, held: int) -> None:
        super().__init__(gone, held)
        self.gone, self.held = gone, held


@dataclass
class Counts:
    """What became of the rows; of a client merged into another, nothing becomes."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    merged: int = 0

    def add(self, other: "Counts") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)

    @property
    def rows(self) -> int:
        return sum(vars(self).values())


@dataclass(frozen=True)
class Report:
    """What an import did, or would do. All counts but `gone` add up to the rows of the file."""

    created: int
    updated: int
    unchanged: int
    merged: int
    skipped: int
    gone: int
    errors: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    dry_run: bool

    def as_dict(self) -> dict[str, Any]:
        """For programs: counts, and problems with their sentences."""
        told = dict(vars(self))
        told["errors"] = [_told(problem) for problem in self.errors]
        told["warnings"] = [_told(problem) for problem in self.warnings]
        return told


def import_clients(
    practice: Practice,
    rows: Iterable[Row],
    *,
    by: Member | None,
    now: datetime,
    source: Source | None = None,
    gone_too: bool = False,
    sure: bool = False,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: Callable[[str, int], None] = lambda stage, rows: None,
) -> Report:
    """Bring the clients up to date with the rows.

    With one bad row nothing is imported, unless `skip_bad`. All rows are read first and put
    aside on disk, then written a thousand to a transaction: killed half way, run it again.
    `gone_too`: those of the source whom the rows do not name are marked as gone; raises
    TooManyGone when they are most of them, unless `sure`. `progress` is told the stage ("read",
    "write") and how many rows are through.
    """
    with TemporaryFile("w+", encoding="utf-8") as aside:
        check = checked(practice.pk, rows, aside, lambda done: progress("read", done))
        counts = Counts()
        if check.errors and not skip_bad:
            return _report(check, counts, 0, dry_run)
        gone = missing(source, check) if source and gone_too else []
        if source and gone and not sure and not dry_run:
            refuse_many(len(gone), held_by(source))
        good = check.good_rows()
        while chunk := list(islice(good, CHUNK)):
            with nullcontext() if dry_run else transaction.atomic():
                counts.add(bring(practice.pk, chunk, source, by=by, now=now, dry_run=dry_run))
            if not dry_run:
                bulk.keep_statistics(-(-counts.rows // CHUNK))
            progress("write", counts.rows)
        if not dry_run:
            mark_gone(practice.pk, gone, by=by, now=now)
            if source:
                Source.objects.filter(pk=source.pk).update(fresh_at=now)
        return _report(check, counts, len(gone), dry_run)


def bring(
    practice_id: int,
    rows: list[Row],
    source: Source | None,
    *,
    by: Member | None,
    now: datetime,
    dry_run: bool,
) -> Counts:
    """Plan some rows and write them, in the caller's transaction; a dry run only plans."""
    changes = bulk.plan(practice_id, rows, source.pk if source else None)
    created = sum(change.new for change in changes)
    merged = sum(change.merged for change in changes)
    updated = sum(map(bool, changes)) - created
    data = {"created": created, "updated": updated}
    if not dry_run:
        bulk.apply(practice_id, changes, now)
    if not dry_run and any(data.values()):
        audit.record(
            practice_id, "import_clients", "practice", practice_id, by=by, now=now, data=data
        )
    return Counts(created, updated, len(rows) - created - updated - merged, merged)


def source_named(practice: Practice, name: str) -> Source:
    """The source of clients of this name, made when it is new."""
    source, _ = Source.objects.get_or_create(practice=practice, kind=Source.CLIENTS, name=name)
    return source


def missing(source: Source, check: Check) -> list[int]:
    """The source's clients whom no row names.

    Nobody as long as a row's reference cannot be read: it might be theirs.
    """
    if check.nameless or not check.rows:
        return []
    return [pk for pk, ref in _held(source).values_list("pk", "ref") if ref not in check.refs]


def held_by(source: Source) -> int:
    """How many clients the source had at the last import."""
    return _held(source).count()


def refuse_many(gone: int, held: int) -> None:
    """Raises TooManyGone: a list cut off half way is not half of the clients leaving."""
    if gone >= FEW and gone * MANY_GONE > held:
        raise TooManyGone(gone, held)


def mark_gone(practice_id: int, clients: list[int], *, by: Member | None, now: datetime) -> None:
    """They are no longer in their source; their correspondence stays where it is."""
    for start in range(0, len(clients), CHUNK):
        with transaction.atomic():
            some = Client.objects.filter(pk__in=clients[start : start + CHUNK], gone_at=None)
            if count := some.update(gone_at=now):
                data = {"gone": count}
                audit.record(
                    practice_id, "mark_gone", "practice", practice_id, by=by, now=now, data=data
                )


def _held(source: Source) -> Any:
    return Client.objects.filter(source=source, gone_at=None, merged_into=None)


def _report(check: Check, counts: Counts, gone: int, dry_run: bool) -> Report:
    return Report(
        **vars(counts),
        skipped=check.rows - counts.rows,
        gone=gone,
        errors=tuple(check.errors),
        warnings=tuple(check.warnings),
        dry_run=dry_run,
    )


def _told(problem: Problem) -> dict[str, Any]:
    return asdict(problem) | {"sentence": sentence(problem)}
