"""Bringing many appointments or due dates up to date with rows, in few queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from postroom.appointments.matching import whose
from postroom.appointments.models import Appointment, DueItem
from postroom.appointments.values import Row
from postroom.kit.rows import update_each
from postroom.practice.models import Source

Thing = Appointment | DueItem
MODELS: dict[str, type[Appointment] | type[DueItem]] = {
    Source.APPOINTMENTS: Appointment,
    Source.DUE: DueItem,
}
WHEN = {Source.APPOINTMENTS: "start", Source.DUE: "due_on"}
FIELDS = {
    Source.APPOINTMENTS: (
        *("client_ref", "client", "patient_ref", "patient", "subject", "practitioner_name"),
        *("practitioner", "start", "end", "state", "booked_at", "imported_at", "gone_at"),
    ),
    Source.DUE: (
        *("client_ref", "client", "patient_ref", "patient", "kind", "due_on", "done_on"),
        *("imported_at", "gone_at"),
    ),
}
# What a row may tell; the rest of FIELDS is found by us.
_FOUND = ("client", "patient", "practitioner", "imported_at", "gone_at")
BATCH = 500


@dataclass
class Changes:
    """What a batch of rows changes."""

    new: list[Any] = field(default_factory=list)
    changed: list[Any] = field(default_factory=list)
    unchanged: int = 0
    unknown: int = 0  # rows that name a client we do not have yet


def plan(source: Source, rows: Sequence[Row], now: datetime) -> Changes:
    """What these rows change; reads only."""
    model = MODELS[source.kind]
    refs = [row.ref for row in rows]
    kept: dict[str, Any] = {}
    for start in range(0, len(refs) if source.pk else 0, BATCH):
        found = model.objects.filter(source=source, ref__in=refs[start : start + BATCH])
        kept |= {thing.ref: thing for thing in found}
    known = whose(source.practice_id, rows, [thing.client_ref for thing in kept.values()])
    changes = Changes()
    for row in rows:
        thing = kept.get(row.ref)
        new = thing is None
        thing = thing or model(practice_id=source.practice_id, source_id=source.pk, ref=row.ref)
        before = _facts(thing, source.kind)
        for name, value in row.values.items():
            setattr(thing, name, value)
        thing.client_ref, client = known.client_of(row, thing.client_ref)
        # One told by its address alone stays, should the address be told no longer.
        thing.client_id = client or (None if thing.client_ref else thing.client_id)
        thing.patient_id = known.patient_of(thing.client_id, thing.patient_ref)
        if isinstance(thing, Appointment):
            thing.practitioner_id = known.member_of(thing.practitioner_name)
        thing.gone_at = None
        changes.unknown += bool(thing.client_ref) and thing.client_id is None
        if new:
            changes.new.append(thing)
        elif _facts(thing, source.kind) != before:
            changes.changed.append(thing)
        else:
            changes.unchanged += 1
    for thing in (*changes.new, *changes.changed):
        thing.imported_at = now
    return changes


def apply(source: Source, changes: Changes) -> None:
    """Write the changes. Call within a transaction."""
    model = MODELS[source.kind]
    model._default_manager.bulk_create(changes.new, batch_size=BATCH)
    update_each(changes.changed, FIELDS[source.kind])


def gone(
    source: Source, refs: set[str], since: datetime | date, until: datetime | date | None
) -> list[int]:
    """The rows of this time that the source had and has no longer."""
    when = WHEN[source.kind]
    rows = MODELS[source.kind]._default_manager.filter(source=source, gone_at=None)
    rows = rows.filter(**{f"{when}__gte": since})
    if until is not None:
        rows = rows.filter(**{f"{when}__lt": until})
    return [pk for pk, ref in rows.values_list("pk", "ref").iterator() if ref not in refs]


def mark_gone(kind: str, ids: Sequence[int], now: datetime) -> int:
    """Say of these rows that their source has them no longer; how many there were."""
    model, marked = MODELS[kind], 0
    for start in range(0, len(ids), BATCH):
        batch = model._default_manager.filter(pk__in=ids[start : start + BATCH], gone_at=None)
        marked += batch.update(gone_at=now)
    return marked


def _facts(thing: Any, kind: str) -> tuple[Any, ...]:
    told = (name for name in FIELDS[kind] if name not in _FOUND)
    found = (thing.client_id, thing.patient_id, getattr(thing, "practitioner_id", None))
    return (*(getattr(thing, name) for name in told), *found, thing.gone_at)
