"""Writing down who did what, in the same commit as the deed, and who read what.

A row is only ever added. `sealing` chains the rows afterwards; nothing here waits for it.
"""

import ipaddress
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError
from django.utils import timezone

from postroom.kit.rows import insert_each
from postroom.practice.models import AuditEvent, Member

log = logging.getLogger(__name__)

READ = "read"  # a letter, a record: shown on a page
DOWNLOAD = "download"  # a letter as it came, a file
READS = (READ, DOWNLOAD)
# From where the request came that is being answered: door.py says so, for every deed of it.
_network: ContextVar[str] = ContextVar("network", default="")
ONE_READING = timedelta(hours=1)  # the parts of a page belong to the page for so long


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
) -> AuditEvent:
    """Write one line; `by` None is Postroom itself, or `who`: a program by its token's name.

    From where it was done is known by itself, while a request is answered (`acting_from`).
    """
    deeds = [Deed(action, kind, id, data or {})]
    return record_all(practice_id, deeds, by=by, now=now, who=who)[0]


def record_all(
    practice_id: int,
    deeds: Iterable[Deed],
    *,
    by: Member | None,
    now: datetime,
    who: str = "",
) -> list[AuditEvent]:
    """Write many lines at once."""
    lines = [_line(practice_id, deed, by, now, who) for deed in deeds]
    insert_each(lines)
    return lines


def read(request: Any, kind: str, id: int, *, action: str = READ, **data: Any) -> None:
    """This member is about to be shown a client's correspondence: one line for each time.

    A commit of its own, before the answer. Where nothing can be written, the disk being full,
    people go on reading (RELIABILITY R7) and the process's own log says who read what.
    """
    if request.method == "HEAD":
        return
    member, deed = request.member, Deed(action, kind, id, data)
    try:
        _line(member.practice_id, deed, member, timezone.now(), "").save(force_insert=True)
    except OperationalError:
        log.critical(
            "Not in the audit: member %s, %s, %s %s, %s",
            *(member.pk, action, kind, id, _network.get()),
            exc_info=True,
        )


def read_part(request: Any, kind: str, id: int) -> None:
    """A part of a page that was written down when it was opened; alone, it is a reading."""
    since = timezone.now() - ONE_READING
    opened = AuditEvent.objects.filter(
        practice=request.practice, object_kind=kind, object_id=id, at__gte=since
    )
    if not opened.filter(member=request.member, action=READ).exists():
        read(request, kind, id)


@contextmanager
def acting_from(address: str) -> Iterator[None]:
    """What is done within comes from this address; what is none is left out."""
    try:
        network = str(ipaddress.ip_address(address))[:45]
    except ValueError:
        network = ""
    before = _network.set(network)
    try:
        yield
    finally:
        _network.reset(before)


def _line(practice_id: int, deed: Deed, by: Member | None, now: datetime, who: str) -> AuditEvent:
    return AuditEvent(
        practice_id=practice_id,
        at=now,
        member=by,
        who=by.name if by else who[:120],
        action=deed.action,
        object_kind=deed.kind,
        object_id=deed.id,
        data=deed.data,
        network=_network.get(),
    )
