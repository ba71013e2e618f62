"""Bringing in notes that another system wrote down (AK-102): repeatable, each comes once."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from postroom.clients.importing import Problem
from postroom.clients.models import Client, Patient
from postroom.kit.rows import insert_each
from postroom.kit.text import fold
from postroom.practice import audit, events
from postroom.practice.models import Member, Practice
from postroom.register import noting, rules, search
from postroom.register.models import NoteSource, Tombstone
from postroom.register.note_rows import NoteRow
from postroom.register.note_words import sentence
from postroom.register.noting import Said

CHUNK = 500  # rows of a transaction


@dataclass
class Report:
    """What an import did, or would do; created, unchanged, removed and skipped are all rows of the
    file. `removed` had been here, and were removed or erased: they do not come back (PE-37)."""

    created: int = 0
    unchanged: int = 0
    removed: int = 0
    skipped: int = 0
    dry_run: bool = False
    errors: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """For programs: counts, and problems with their sentences."""
        told = dict(vars(self))
        for name in ("errors", "warnings"):
            told[name] = [asdict(one) | {"sentence": sentence(one)} for one in told[name]]
        return told


def import_notes(
    practice: Practice,
    rows: Iterable[NoteRow],
    *,
    by: Member | None,
    now: datetime,
    dry_run: bool = False,
    skip_bad: bool = False,
    progress: Callable[[str, int], None] = lambda stage, rows: None,
) -> Report:
    """Put each row on its client's record, once however often it is brought.

    With one bad row nothing is imported, unless `skip_bad`. `rows` are walked twice: first all are
    read, then written 500 to a transaction; killed half way, run it again.
    """
    report = _checked(practice, rows, lambda done: progress("read", done))
    report.dry_run = dry_run
    if dry_run or (report.errors and not skip_bad):
        return report
    report.created = report.unchanged = report.removed = 0
    written, waiting = 0, iter(rows)
    while chunk := list(islice(waiting, CHUNK)):
        with transaction.atomic():
            created, known, removed = _write(practice, _known(practice, chunk), by=by, now=now)
            report.created += created
            report.unchanged += known
            report.removed += removed
            written += len(chunk)
            progress("write", written)
    return report


def _checked(practice: Practice, rows: Iterable[NoteRow], told: Callable[[int], None]) -> Report:
    """The first walk: what is wrong, and what would come in."""
    report, walked, waiting = Report(), 0, iter(rows)
    keys: set[str] = set()
    while chunk := list(islice(waiting, CHUNK)):
        walked += len(chunk)
        found = _known(practice, chunk)
        for row in found.rows:
            report.errors += row.errors
            report.warnings += row.warnings
            report.skipped += bool(row.errors)
        good = [row.key for row in found.rows if not row.errors]
        gone = Tombstone.objects.among(practice.pk, good)
        held = _held(practice, good) | keys | gone
        new = {key for key in good if key not in held}
        removed = sum(key in gone for key in good)
        report.created += len(new)
        report.removed += removed
        report.unchanged += len(good) - len(new) - removed
        keys.update(good)
        told(walked)
    return report


@dataclass(frozen=True)
class _Known:
    """Rows, and whom they name."""

    rows: list[NoteRow]
    clients: dict[str, Client]
    patients: dict[tuple[int, str], Patient]


def _known(practice: Practice, rows: list[NoteRow]) -> _Known:
    """Rows whose client is not here are bad; the record a client was merged into counts."""
    refs = {row.client for row in rows}
    found = Client.objects.filter(practice=practice, ref__in=refs).select_related("merged_into")
    clients = {one.ref: one.merged_into or one for one in found}
    ids = {client.pk for client in clients.values()}
    named = any(row.patient for row in rows)
    patients = Patient.objects.filter(practice=practice, client__in=ids) if named else []
    told = []
    for row in rows:
        if not row.errors and row.client not in clients:
            unknown = Problem(row.number, row.client_column, "nobody", {"text": row.client})
            row = replace(row, errors=(unknown,))
        told.append(row)
    return _Known(told, clients, {(one.client_id, fold(one.name)): one for one in patients})


def _write(
    practice: Practice, known: _Known, *, by: Member | None, now: datetime
) -> tuple[int, int, int]:
    """How many came in, how many were here already, and how many were removed here before; in the
    caller's transaction."""
    keys = [row.key for row in known.rows if not row.errors]
    gone = Tombstone.objects.among(practice.pk, keys)
    removed = sum(key in gone for key in keys)
    held = _held(practice, keys) | gone
    new = {row.key: row for row in known.rows if not row.errors and row.key not in held}
    if not new:
        return 0, len(keys) - removed, removed
    members = {fold(member.name): member for member in practice.members.order_by("-pk")}
    authors = [members.get(fold(row.author)) for row in new.values()]
    entries = noting.put(
        practice,
        [_said(row, known, author) for row, author in zip(new.values(), authors, strict=True)],
        by=by,
        now=now,
        noted=noting.IMPORTED,
        reason=rules.NOTE_IMPORTED,
        authors=authors,
    )
    insert_each(
        NoteSource(practice=practice, key=key, entry=entry)
        for key, entry in zip(new, entries, strict=True)
    )
    search.index(noting.words_of(entry) for entry in entries)
    data = {"created": len(entries)}
    audit.record(practice.pk, "bring_notes", "practice", practice.pk, by=by, now=now, data=data)
    events.tell(practice.pk, events.ENTRY_NEW, [entries[-1].pk], now=now)
    return len(entries), len(keys) - removed - len(entries), removed


def _said(row: NoteRow, known: _Known, author: Member | None) -> Said:
    assert row.at is not None
    client = known.clients[row.client]
    patient = known.patients.get((client.pk, fold(row.patient))) if row.patient else None
    return Said(
        kind=row.kind,
        at=row.at,
        body=row.text,
        subject=row.subject,
        direction=row.direction if row.kind not in ("meeting", "note") else "",
        who=row.who,
        details={"by": row.author} if row.author and author is None else {},
        clients=(client,),
        patients=(patient,) if patient else (),
    )


def _held(practice: Practice, keys: list[str]) -> set[str]:
    rows = NoteSource.objects.filter(practice=practice, key__in=keys)
    return set(rows.values_list("key", flat=True))
