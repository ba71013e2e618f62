"""Which format a file is in, by its content: a calendar, FHIR, or else a table."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import BinaryIO

from postroom.appointments.calendars import read_calendar
from postroom.appointments.fhir import read_fhir
from postroom.appointments.importing import read_table
from postroom.appointments.values import Kind, Row
from postroom.kit.tables import NotATable
from postroom.practice.models import Practice, Source

MOST_MB = 20  # of a file that is held in memory whole: a calendar, FHIR
_MOST = MOST_MB << 20
_BOM = b"\xef\xbb\xbf"
_CALENDAR = re.compile(rb"\s*BEGIN\s*:\s*VCALENDAR\s", re.IGNORECASE)


def read_book(
    practice: Practice,
    file: BinaryIO,
    kind: Kind,
    *,
    now: datetime,
    mapping: Mapping[str, str] | None = None,
) -> Iterable[Row]:
    """The rows of a seekable file; walk them as often as you like, while the file is open.

    Raises NotATable; what is wrong in a row is in it.
    """
    zone = practice.zone
    calendar, json = _begins_like(file)
    if not calendar and not json:
        return read_table(file, kind, zone=zone, mapping=mapping)
    if kind == Source.DUE:
        raise NotATable("no-due")
    data = file.read(_MOST + 1)
    if len(data) > _MOST:
        raise NotATable("size", most=str(MOST_MB))
    rows = read_calendar(data, zone=zone, now=now) if calendar else read_fhir(data, zone=zone)
    if not rows:
        raise NotATable("no-events")
    return rows


def refuse_early(practice: Practice, file: BinaryIO, kind: Kind, *, now: datetime) -> None:
    """Raises NotATable for what is wrong at first sight; a calendar takes longer to read."""
    if kind == Source.DUE or not any(_begins_like(file)):
        read_book(practice, file, kind, now=now)


def is_calendar(data: bytes) -> bool:
    """Does it begin like an iCalendar object (RFC 5545, 3.4)?"""
    return _CALENDAR.match(data[:1024].removeprefix(_BOM)) is not None


def _begins_like(file: BinaryIO) -> tuple[bool, bool]:
    """A calendar, JSON; the file is at its beginning again."""
    file.seek(0)
    start = file.read(1024).removeprefix(_BOM)
    file.seek(0)
    return _CALENDAR.match(start) is not None, start.lstrip()[:1] in (b"{", b"[")
