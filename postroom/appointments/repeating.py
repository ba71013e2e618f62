"""When something that repeats takes place (RFC 5545, 3.3.10), on its own wall.

The library walks a rule that never comes (the 30th of February) to the end of the year 9999,
which takes it ten seconds. So a rule is walked as late as the calendar allows: weekdays and leap
years come again every 400 years, and little is left to walk after the window. And a file has
only so many such rules walked.
"""

from dataclasses import dataclass
from datetime import MAXYEAR, date, datetime, time, tzinfo
from itertools import islice
from typing import Any

from dateutil.rrule import rrulestr

CYCLE = 400  # years
STEPS = 40_000  # times walked through for one rule: a hundred years of every day
PATIENCE = 5  # rules of one file that never come
# Once an hour or oftener is no appointment, and could keep us walking for ever.
TOO_OFTEN = {"HOURLY", "MINUTELY", "SECONDLY"}
NOT_FOLLOWED = {"BYHOUR", "BYMINUTE", "BYSECOND", "BYEASTER"}


@dataclass(frozen=True)
class Wall:
    """Where an event stands: its first time, in its own zone."""

    naive: datetime
    zone: tzinfo
    all_day: bool


@dataclass
class Patience:
    """How many more rules that never come are walked to their end."""

    left: int = PATIENCE


def times(
    rule: Any, wall: Wall, first: datetime, last: datetime, patience: Patience
) -> list[datetime]:
    """The times of a rule from `first` to `last`. Raises ValueError for one we do not follow."""
    if wall.naive > last:
        return []
    years = (MAXYEAR - last.year) // CYCLE * CYCLE
    text, until = _text(rule, wall, years)
    if until is not None and until < wall.naive:
        return []
    if not patience.left:
        raise ValueError("patience")
    found, came = [], False
    for later in islice(iter(rrulestr(text, dtstart=_moved(wall.naive, years))), STEPS):
        naive, came = _moved(later, -years), True
        if naive > last:
            break
        if naive >= first:
            found.append(naive)
    if not came:
        patience.left -= 1
    return found


def on_wall(value: date | datetime, wall: Wall) -> datetime:
    """A day or moment as it stands on the wall of the event."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time() if wall.all_day else wall.naive.time())
    return value.astimezone(wall.zone).replace(tzinfo=None) if value.tzinfo else value


def _text(rule: Any, wall: Wall, years: int) -> tuple[str, datetime | None]:
    """The rule for a start so many years later, its UNTIL on the event's own wall."""
    if {str(each).upper() for each in rule.get("FREQ", [""])} & {*TOO_OFTEN, ""}:
        raise ValueError("FREQ")
    parts = rule.to_ical().decode().split(";")
    names = {part.partition("=")[0].upper() for part in parts}
    if names & NOT_FOLLOWED:
        raise ValueError("BY")
    until = None
    for each in rule.get("UNTIL", []):
        until = on_wall(each, wall)
        if not isinstance(each, datetime):
            until = datetime.combine(until, time.max)
    parts = [part for part in parts if not part.upper().startswith("UNTIL=")]
    if until is not None and until.year + years <= MAXYEAR:
        parts.append(f"UNTIL={_moved(until, years):%Y%m%dT%H%M%S}")
    return ";".join(parts), until


def _moved(moment: datetime, years: int) -> datetime:
    return moment.replace(year=moment.year + years)
