"""Judgement on what a book of appointments says: times, states, names. Pure."""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from postroom.kit.text import fold

STALE = timedelta(hours=24)  # older data are said to be old (MG-28)
LONGEST_REF = 128
_EARLIEST, _LATEST = 1900, 2200

# fmt: off
STATES: dict[str, tuple[str, ...]] = {
    "booked": (
        "booked", "scheduled", "planned", "pending", "proposed", "waitlist", "open", "active",
        "prevu", "planifie", "pris", "reserve", "programme", "en attente", "a venir",
    ),
    "confirmed": ("confirmed", "confirme", "accepted", "accepte"),
    "arrived": (
        "arrived", "checked in", "in progress", "arrive", "present", "en salle d attente",
        "en cours", "in waiting room",
    ),
    "done": (
        "done", "completed", "complete", "finished", "fulfilled", "seen", "attended", "closed",
        "termine", "fait", "realise", "vu", "honore", "effectue", "cloture",
    ),
    "missed": (
        "missed", "no show", "noshow", "did not attend", "dna", "absent", "manque", "non honore",
        "non venu", "lapin",
    ),
    "cancelled": (
        "cancelled", "canceled", "annule", "supprime", "deleted", "reporte", "entered in error",
    ),
}
# fmt: on
_BY_WORD = {word: state for state, words in STATES.items() for word in words}
_PUNCTUATION = re.compile(r"[\W_]+")
# «réalisée», «annulé(e)»: the ending says nothing.
_ENDING = re.compile(r" ?\be$|(?<=[a-z])ee$")


def state_of(text: str) -> str | None:
    """The state a word names, in English or French; None for a word we do not know."""
    word = _PUNCTUATION.sub(" ", fold(text)).strip()
    masculine = _ENDING.sub(lambda found: "e" if found[0] == "ee" else "", word)
    return _BY_WORD.get(word) or _BY_WORD.get(masculine.strip())


@dataclass(frozen=True)
class Moment:
    """A moment in UTC. `odd`: the local time did not exist ("gap") or came twice ("twice")."""

    at: datetime
    odd: str = ""


def localised(naive: datetime, zone: tzinfo) -> Moment:
    """A time on the wall as a moment. One the clocks skip comes later by the gap, a doubled one
    is the first (PEP 495, fold=0)."""
    at = naive.replace(tzinfo=zone, fold=0)
    utc = at.astimezone(UTC)
    if not isinstance(zone, ZoneInfo):
        return Moment(utc)  # a file's own zone does not know PEP 495, so it cannot be asked
    if utc.astimezone(zone).replace(tzinfo=None) != naive:
        return Moment(utc, "gap")
    return Moment(utc, "twice" if at.utcoffset() != at.replace(fold=1).utcoffset() else "")


_DATE = r"(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
_DAY_FIRST = r"(?P<d>\d{1,2})(?P<sep>[/.-])(?P<m>\d{1,2})(?P=sep)(?P<y>\d{4})"
_TIME = (
    r"(?P<h>\d{1,2})(?:[:hH.](?P<min>\d{2})?(?::(?P<s>\d{2})(?:[.,]\d+)?)?)"
    r"\s*(?P<half>[AaPp]\.?[Mm]\.?)?"
)
_OFFSET = r"\s*(?P<offset>Z|[+-]\d{2}:?\d{2})?"
_DATES = [re.compile(pattern) for pattern in (_DATE, _DAY_FIRST)]
_TIMES = re.compile(_TIME)
_BOTH = [re.compile(rf"{pattern}(?:T|\s+|,\s*){_TIME}{_OFFSET}") for pattern in (_DATE, _DAY_FIRST)]


def day_of(text: str) -> date | None:
    """A date as 2026-11-26 or 26/11/2026 (the day comes first), a midnight behind it ignored."""
    for pattern in (*_DATES, *_BOTH):
        if found := pattern.fullmatch(text):
            return _date(found)
    return None


def time_of(text: str) -> time | None:
    """A time of day: 9:20, 09:20:00, 9h20, 9h, 2:30 pm."""
    found = _TIMES.fullmatch(text)
    return _time(found) if found else None


def moment_of(text: str, zone: ZoneInfo, day: date | None = None) -> Moment | None:
    """Date and time, or with `day` a time alone. An offset in the text counts before `zone`."""
    if day is not None:
        clock = time_of(text)
        return localised(datetime.combine(day, clock), zone) if clock else None
    for pattern in _BOTH:
        if found := pattern.fullmatch(text):
            on, clock = _date(found), _time(found)
            if on is None or clock is None:
                return None
            if offset := found["offset"]:
                return Moment(_at_offset(datetime.combine(on, clock), offset))
            return localised(datetime.combine(on, clock), zone)
    return None


def _date(found: re.Match[str]) -> date | None:
    try:
        on = date(int(found["y"]), int(found["m"]), int(found["d"]))
    except ValueError:
        return None
    return on if _EARLIEST <= on.year < _LATEST else None


def _time(found: re.Match[str]) -> time | None:
    hour, half = int(found["h"]), (found["half"] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        return time(hour, int(found["min"] or 0), int(found["s"] or 0))
    except ValueError:
        return None


def _at_offset(naive: datetime, offset: str) -> datetime:
    if offset == "Z":
        return naive.replace(tzinfo=UTC)
    hours, minutes = int(offset[1:3]), int(offset[-2:])
    ahead = timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1)
    return (naive - ahead).replace(tzinfo=UTC)


def plain_ref(text: str) -> str:
    """A reference without what a system puts around it: «urn:uuid:…», «Patient/…»."""
    return " ".join(text.split()).removeprefix("urn:uuid:").removeprefix("Patient/")


def short_ref(*parts: str) -> str:
    """One reference made of several parts; cut with a digest where it would be too long."""
    whole = "/".join(parts)
    if len(whole) <= LONGEST_REF:
        return whole
    digest = hashlib.sha256(whole.encode()).hexdigest()
    return f"{whole[: LONGEST_REF - 33]}~{digest[:32]}"


def is_stale(fresh_at: datetime | None, now: datetime) -> bool:
    """Are the data too old to be trusted (MG-28)?"""
    return fresh_at is None or now - fresh_at > STALE
