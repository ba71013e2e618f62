"""The Date header as a moment (RFC 5322 3.3, and what else is seen)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_MONTHS = {
    name: n + 1
    for n, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())  # noqa: SIM905
}
_USUAL = re.compile(
    r"(?:[A-Za-z]{2,9}\.?,?\s+)?(\d{1,2})[ -]([A-Za-z]{3})[a-z]{0,6}\.?[ -](\d{4}),?\s+"
    r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?\s*(?:(?:UTC|GMT)?([+-])(\d{2}):?(\d{2})\b|(UTC?|GMT|Z)\b)"
)
_COMMENT = re.compile(r"\([^()]*\)")
DATE_LIMIT = 200


def parse(value: str) -> datetime | None:
    """The moment in UTC, None when it cannot be known. No zone at all counts as UTC."""
    value = value.strip()[:DATE_LIMIT]
    try:
        moment = _usual(value) or _odd(value)
        return moment.astimezone(UTC) if moment else None
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def _usual(value: str) -> datetime | None:
    match = _USUAL.match(value)
    if not match or match[2].lower() not in _MONTHS:
        return None
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes, _ = match.groups()
    offset = timedelta(hours=int(zone_hours or 0), minutes=int(zone_minutes or 0))
    zone = timezone(-offset if sign == "-" else offset) if offset else UTC
    # A leap second is the last second of its minute here.
    seconds = min(int(second or 0), 59)
    return datetime(
        int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), seconds, tzinfo=zone
    )


def _odd(value: str) -> datetime | None:
    for _ in range(3):
        value = _COMMENT.sub(" ", value)
    value = " ".join(value.split())
    if parts := parsedate_tz(value):
        year, month, day, hour, minute, second = parts[:6]
        zone = timezone(timedelta(seconds=parts[9] or 0))
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
