"""Writing down who did what, in the same commit as the deed."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postroom.practice.models import AuditEvent, Member


@dataclass(frozen=True)
class Deed:
    """One line of the audit; `data` holds ids and names of fields, never content."""

    action: str
    kind: str
    id: int
    data: dict[str, Any] = field(default_factory=dict)


def record(
    practice_id: int,
    action: str,
    kind: str,
    id: int,
    *,
    by: Member | None,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> AuditEvent:
    """Write one line; `by` None is Postroom itself."""
    return record_all(practice_id, [Deed(action, kind, id, data or {})], by=by, now=now)[0]


def record_all(
    practice_id: int, deeds: Iterable[Deed], *, by: Member | None, now: datetime
) -> list[AuditEvent]:
    """Write many lines at once."""
    return AuditEvent.objects.bulk_create(
        AuditEvent(
            practice_id=practice_id,
            at=now,
            member=by,
            who=by.name if by else "",
            action=deed.action,
            object_kind=deed.kind,
            object_id=deed.id,
            data=deed.data,
        )
        for deed in deeds
    )
