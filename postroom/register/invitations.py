"""Calendar invitations in letters (RFC 5545, 5546): what, when, where and who asks.

Nothing is answered and nothing entered in a book: the words are a stranger's, and only shown.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from postroom.appointments.calendars import parsed
from postroom.kit.text import clean

LONGEST = 200_000  # bytes of a calendar that is read
TEXT = 300  # characters of a title, a place, a name
FEW = 5  # events shown of one file
TYPES = ("text/calendar", "application/ics", "text/x-vcalendar")

ASKED, CHANGED, CANCELLED, ANSWERED, TOLD = "asked", "changed", "cancelled", "answered", "told"
_BROKEN = (ValueError, TypeError, KeyError, AttributeError, OverflowError, IndexError)


@dataclass(frozen=True)
class Invitation:
    """`starts` and `ends` are moments; of an `all_day` event, midnights on the practice's wall,
    `ends` that of its last day. `answer` is accepted, declined, tentative or ''."""

    state: str
    title: str
    starts: datetime | None
    ends: datetime | None
    all_day: bool
    repeats: bool
    where: str
    organiser: str
    who: str = ""
    answer: str = ""


def is_calendar(media_type: str, name: str) -> bool:
    return media_type in TYPES or name.lower().endswith(".ics")


def invitations(data: bytes, *, zone: ZoneInfo) -> list[Invitation]:
    """The events of a calendar file, at most FEW; none where it cannot be read.

    `zone` is the practice's own, for times that name none, or one that nobody knows.
    """
    if len(data) > LONGEST:
        return []
    try:
        calendars = parsed(data)
    except _BROKEN:
        return []
    found = []
    for calendar in calendars:
        method = str(calendar.get("METHOD", "")).upper()
        for event in calendar.walk("VEVENT"):
            try:
                found.append(_invitation(event, method, zone))
            except _BROKEN:
                continue  # the file is there to be downloaded
    return found[:FEW]


def _invitation(event: Any, method: str, zone: ZoneInfo) -> Invitation:
    starts, all_day = _moment(event.get("DTSTART"), zone)
    ends, _ = _moment(event.get("DTEND"), zone)
    if ends is None and starts is not None and "DURATION" in event:
        ends = starts + event["DURATION"].dt
    if all_day and starts is not None:
        # DTEND is the day after the last one (RFC 5545 3.6.1).
        ends = max(starts, ends - timedelta(days=1)) if ends else starts
    state = _state(event, method)
    who = _listed(event.get("ATTENDEE"))[:1] if state == ANSWERED else []
    return Invitation(
        state=state,
        title=_line(event.get("SUMMARY")),
        starts=starts,
        ends=ends,
        all_day=all_day,
        repeats="RRULE" in event or "RDATE" in event,
        where=_line(event.get("LOCATION")),
        organiser=_person(event.get("ORGANIZER")),
        who=_person(who[0]) if who else "",
        answer=_answer(who[0]) if who else "",
    )


def _state(event: Any, method: str) -> str:
    if method == "CANCEL" or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return CANCELLED
    if method == "REPLY":
        return ANSWERED
    if method == "REQUEST":
        return CHANGED if int(str(event.get("SEQUENCE", 0)) or 0) > 0 else ASKED
    return TOLD


def _moment(prop: Any, zone: ZoneInfo) -> tuple[datetime | None, bool]:
    """The moment meant, and whether it is a whole day."""
    if prop is None:
        return None, False
    value = _listed(prop)[0].dt
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)), False
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=zone), True
    raise ValueError(str(value))


def _answer(guest: Any) -> str:
    said = str(getattr(guest, "params", {}).get("PARTSTAT", "")).lower()
    return said if said in ("accepted", "declined", "tentative") else ""


def _person(prop: Any) -> str:
    """The name and, always, the address: a name can be anybody's."""
    if prop is None:
        return ""
    address = str(prop)
    if address[:7].lower() == "mailto:":
        address = address[7:]
    name = _line(getattr(prop, "params", {}).get("CN"))
    address = _line(address)
    return f"{name} ‹{address}›" if name and name != address else address


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _line(value: Any) -> str:
    return " ".join(clean(str(value)).split())[:TEXT] if value is not None else ""
