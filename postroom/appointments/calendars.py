"""Reading an iCalendar file or feed as a book of appointments (RFC 5545).

    VEVENT ── UID ────────────────→ one row, its reference the UID
    VEVENT with RRULE or RDATE ───→ a row for each day within the window, UID/day
    VEVENT with RECURRENCE-ID ────→ takes the place of the row of that day

Times stand on the wall of the event's own zone, so that a weekly 09:00 stays 09:00 in summer.
"""

import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar
from icalendar.error import GloballyUniqueTZIDGuessed
from icalendar.timezone import tzp

from postroom.appointments.repeating import Patience, Wall, on_wall, times
from postroom.appointments.rules import localised, plain_ref, short_ref
from postroom.appointments.values import CUT, LIMITS, LONGEST, Row
from postroom.clients.importing import Problem
from postroom.kit.addresses import normalise_email
from postroom.kit.tables import NotATable
from postroom.kit.text import clean

BEFORE, AFTER = timedelta(days=35), timedelta(days=365)  # the window of what repeats: 400 days
MOST = 50_000  # rows of one file
# «Client: 4182» on a line of its own, or X-POSTROOM-CLIENT, names the client.
_NAMED = re.compile(
    r"(?im)^[ \t]*(?:client|dossier|patient id)\b[^:\n]{0,20}:[ \t]*(\S[^\n,;]{0,63})"
)
_ONE_AT_A_TIME = Lock()
_BROKEN = (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError)


def read_calendar(data: bytes, *, zone: ZoneInfo, now: datetime) -> list[Row]:
    """The appointments of a calendar, what repeats from 35 days ago to a year ahead.

    `zone` is the practice's own, for times that name none. Raises NotATable: calendar, many.
    """
    try:
        calendars = parsed(data)
    except _BROKEN as error:
        raise NotATable("calendar") from error
    rows = _rows(calendars, zone, now)
    found: dict[str, Row] = {}
    unread = []
    for row in islice(rows, MOST + 1):
        if row.errors:
            unread.append(row)
        else:
            found[row.ref] = row  # the later word on one reference counts
    if len(found) + len(unread) > MOST:
        raise NotATable("many", most=str(MOST))
    return sorted([*found.values(), *unread], key=lambda row: row.number)


def parsed(data: bytes) -> list[Any]:
    """The calendars of a file. Raises what the library raises for a broken one.

    The library keeps a file's own time zones for the whole process: without this, one
    calendar's «Customized Time Zone» would be every later one's (icalendar.timezone.tzp)."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        # «/vendor.example/Europe/Berlin» is read as Europe/Berlin, which is what we want.
        warnings.simplefilter("ignore", GloballyUniqueTZIDGuessed)
        tzp.use_default()
        return list(Calendar.from_ical(data, multiple=True))


def _rows(calendars: Iterable[Any], zone: ZoneInfo, now: datetime) -> Iterator[Row]:
    """What repeats first, then its exceptions, which replace single days of it."""
    events = []
    for calendar in calendars:
        called_off = str(calendar.get("METHOD", "")).upper() == "CANCEL"
        events += [(event, called_off) for event in calendar.walk("VEVENT")]
    patience = Patience()
    numbered = list(enumerate(events, 1))
    numbered.sort(key=lambda each: "RECURRENCE-ID" in each[1][0])
    for number, (event, called_off) in numbered:
        try:
            yield from _Reading(number, event, zone, patience, called_off=called_off).rows(now)
        except _BROKEN:
            yield Row(number, errors=(Problem(number, "VEVENT", "resource"),))


class _Reading:
    """One event being read."""

    def __init__(
        self, number: int, event: Any, zone: ZoneInfo, patience: Patience, *, called_off: bool
    ) -> None:
        self.number, self.event, self.zone = number, event, zone
        self.patience, self.called_off = patience, called_off
        self.warnings: list[Problem] = []

    def rows(self, now: datetime) -> Iterator[Row]:
        if "DTSTART" not in self.event:
            yield Row(self.number, errors=(Problem(self.number, "DTSTART", "empty"),))
            return
        start = self.start(self.event["DTSTART"])
        length = self.length_or_none(start)
        row = self.row()
        uid = self.uid(start)
        if "RECURRENCE-ID" in self.event:
            day = self.start(self.event["RECURRENCE-ID"])
            yield self.at(row, start, start.naive, length, short_ref(uid, _stamp(day, day.naive)))
        elif "RRULE" in self.event or "RDATE" in self.event:
            for naive in self.days(start, now):
                yield self.at(row, start, naive, length, short_ref(uid, _stamp(start, naive)))
        else:
            yield self.at(row, start, start.naive, length, short_ref(uid))

    def row(self) -> Row:
        """All but when: whose, what about, with whom, in which state."""
        values: dict[str, Any] = {
            "subject": _line(self.event.get("SUMMARY"))[: CUT["subject"]],
            "state": self.state(),
        }
        told = str(self.event.get("X-POSTROOM-CLIENT", "")) or self.named()
        if told := plain_ref(clean(told))[: LIMITS["client"]]:
            values["client_ref"] = told
        organiser = self.event.get("ORGANIZER")
        if organiser is not None:
            name = _line(getattr(organiser, "params", {}).get("CN"))
            values["practitioner_name"] = name[: CUT["practitioner"]]
        if "CREATED" in self.event:
            values["booked_at"] = self.moment(self.start(self.event["CREATED"]))
        return Row(self.number, values=values, hints=tuple(self.guests()))

    def at(self, row: Row, start: Wall, naive: datetime, length: timedelta | None, ref: str) -> Row:
        moment = localised(naive, start.zone)
        told = list(self.warnings)
        if moment.odd:
            local = moment.at.astimezone(start.zone)
            data = {"text": f"{naive:%Y-%m-%d %H:%M}", "read": f"{local:%Y-%m-%d %H:%M}"}
            told.append(Problem(self.number, "DTSTART", moment.odd, data))
        end = None
        if length is not None:
            # A day is a day on the wall, however many hours the clocks give it.
            on_wall = localised(naive + length, start.zone).at
            end = on_wall if start.all_day else moment.at + length
        values = {**row.values, "start": moment.at, "end": end}
        return replace(row, ref=ref, values=values, warnings=tuple(told))

    def start(self, prop: Any) -> Wall:
        prop = _listed(prop)[0]
        value = prop.dt
        if isinstance(value, datetime):
            if value.tzinfo is None and (name := prop.params.get("TZID")):
                known = any(each.data.get("text") == name for each in self.warnings)
                if not known:
                    data = {"text": str(name)[:80]}
                    self.warnings.append(Problem(self.number, "TZID", "zone", data))
            return Wall(value.replace(tzinfo=None), value.tzinfo or self.zone, all_day=False)
        if isinstance(value, date):
            return Wall(datetime.combine(value, time()), self.zone, all_day=True)
        raise ValueError(str(value))

    def moment(self, start: Wall) -> datetime:
        return localised(start.naive, start.zone).at

    def length(self, start: Wall) -> timedelta | None:
        length: timedelta | None
        if "DTEND" in self.event:
            end = self.start(self.event["DTEND"])
            length = (
                end.naive - start.naive if start.all_day else self.moment(end) - self.moment(start)
            )
        elif "DURATION" in self.event:
            length = self.event["DURATION"].dt
        else:
            length = timedelta(days=1) if start.all_day else None
        return length if length is None or timedelta(0) <= length <= LONGEST else None

    def length_or_none(self, start: Wall) -> timedelta | None:
        """An end that cannot be read is no reason to lose the appointment."""
        try:
            return self.length(start)
        except _BROKEN:
            return None

    def uid(self, start: Wall) -> str:
        """RFC 5545 demands one; an event without is known by what it is and when."""
        uid = clean(str(self.event.get("UID", ""))).strip()
        return uid or short_ref(
            "no-uid", _stamp(start, start.naive), _line(self.event.get("SUMMARY"))
        )

    def state(self) -> str:
        """CONFIRMED only says that the event is certain (3.8.1.11): most have it."""
        status = str(self.event.get("STATUS", "")).upper()
        return "cancelled" if status == "CANCELLED" or self.called_off else "booked"

    def named(self) -> str:
        for field in ("DESCRIPTION", "COMMENT", "SUMMARY"):
            if found := _NAMED.search(str(self.event.get(field, ""))):
                return found[1]
        return ""

    def guests(self) -> Iterator[tuple[str, str]]:
        """The addresses invited: one of them may be a client's."""
        for guest in _listed(self.event.get("ATTENDEE"))[:20]:
            address = str(guest)
            if address[:7].lower() == "mailto:" and (norm := normalise_email(address[7:])):
                yield "email", norm

    def days(self, start: Wall, now: datetime) -> list[datetime]:
        """When it takes place within the window, on the event's own wall."""
        first, last = (
            (now + shift).astimezone(start.zone).replace(tzinfo=None) for shift in (-BEFORE, AFTER)
        )
        found = set(self.of_rule(start, first, last))
        found |= {naive for naive in self.dates("RDATE", start) if first <= naive <= last}
        if first <= start.naive <= last:
            found.add(start.naive)  # always counts as the first (3.8.5.3)
        return sorted(found - set(self.dates("EXDATE", start)))

    def of_rule(self, start: Wall, first: datetime, last: datetime) -> list[datetime]:
        found = []
        for rule in _listed(self.event.get("RRULE")):
            try:
                found += times(rule, start, first, last, self.patience)
            except _BROKEN:
                text = rule.to_ical().decode("utf-8", "replace")[:80]
                self.warnings.append(Problem(self.number, "RRULE", "repeats", {"text": text}))
        return found

    def dates(self, field: str, start: Wall) -> list[datetime]:
        found = []
        try:
            for dates in _listed(self.event.get(field)):
                for each in dates.dts:
                    # Of a period, its start.
                    value = each.dt[0] if isinstance(each.dt, tuple) else each.dt
                    found.append(on_wall(value, start))
        except _BROKEN:
            self.warnings.append(Problem(self.number, field, "repeats", {"text": field}))
        return found


def _stamp(start: Wall, naive: datetime) -> str:
    """Which day of something that repeats; the same for the rule and for its exception."""
    if start.all_day:
        return f"{naive:%Y%m%d}"
    return f"{naive.replace(tzinfo=start.zone).astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _line(value: Any) -> str:
    return " ".join(clean(str(value)).split()) if value is not None else ""
