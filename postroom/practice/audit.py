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
    who: str = "",
    network: str = "",
) -> AuditEvent:
    """Write one line; `by` None is Postroom itself, or `who`: a program by its token's name."""
    deeds = [Deed(action, kind, id, data or {})]
    return record_all(practice_id, deeds, by=by, now=now, who=who, network=network)[0]


def record_all(
    practice_id: int,
    deeds: Iterable[Deed],
    *,
    by: Member | None,
    now: datetime,
    who: str = "",
    network: str = "",
) -> list[AuditEvent]:
    """Write many lines at once."""
    return AuditEvent.objects.bulk_create(
        AuditEvent(
            practice_id=practice_id,
            at=now,
            member=by,
            who=by.name if by else who[:120],
            action=deed.action,
            object_kind=deed.kind,
            object_id=deed.id,
            data=deed.data,
            network=network,
        )
        for deed in deeds
    )
