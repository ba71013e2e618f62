"""The trace of a letter that went from one record to another, as the audit keeps it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from postroom.clients.models import Client
from postroom.practice.models import AuditEvent, Member
from postroom.register.models import Entry

MOST = 10  # of one letter, the newest


@dataclass(frozen=True)
class Move:
    """Names are empty where the reader may not open the record."""

    source: str
    target: str
    who: str
    at: datetime


def moves(member: Member, entry: Entry) -> list[Move]:
    """Each time the letter was moved, the newest first; one that was undone is told as well."""
    lines = AuditEvent.objects.filter(
        practice=entry.practice_id, object_kind="entry", object_id=entry.pk, action="move"
    )
    rows = list(lines.order_by("-id")[:MOST])
    wanted = {pk for row in rows for pk in (*_ids(row, "gone"), *_ids(row, "clients"))}
    named = _names(member, wanted) if wanted else {}
    return [
        Move(_said(_ids(row, "gone"), named), _said(_ids(row, "clients"), named), row.who, row.at)
        for row in rows
    ]


def _names(member: Member, clients: Iterable[int]) -> dict[int, str]:
    mine = Client.objects.open_to(member).filter(pk__in=clients)
    return dict(mine.values_list("pk", "name"))


def _ids(row: AuditEvent, name: str) -> list[int]:
    return list(row.data.get(name, ()))


def _said(ids: Iterable[int], named: dict[int, str]) -> str:
    return ", ".join(named[pk] for pk in ids if pk in named)
