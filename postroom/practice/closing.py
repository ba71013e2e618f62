"""Which days the practice is closed: weekdays, public holidays, days of its own (MODEL 21)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

import holidays
from django.db import transaction
from django.utils.translation import gettext as _

from postroom.practice import audit, rules
from postroom.practice.actions import Refused
from postroom.practice.holiday_names import translated
from postroom.practice.models import ClosedDay, Member, Practice

LONGEST_REGION = 8  # characters: Practice.region


@dataclass(frozen=True)
class Holiday:
    """A public holiday; `opened` is the practice's own row that says it works that day."""

    day: date
    name: str
    opened: ClosedDay | None = None


def closed_on(practice: Practice, day: date) -> bool:
    """Whether the practice is closed on this day."""
    own = dict(practice.closed_days.filter(day=day).values_list("day", "open"))
    holidays = public_holidays(practice.country, practice.region, day.year, practice.language)
    return rules.is_closed(day, practice.closed_weekdays, dict(holidays), own)


def holidays_of(practice: Practice, years: Iterable[int], language: str) -> list[Holiday]:
    """The public holidays where the practice is, by day, with what it made of each."""
    opened = {row.day: row for row in practice.closed_days.filter(open=True)}
    return [
        Holiday(day, name, opened.get(day))
        for year in years
        for day, name in public_holidays(practice.country, practice.region, year, language)
    ]


@lru_cache(maxsize=256)
def public_holidays(
    country: str, region: str, year: int, language: str
) -> tuple[tuple[date, str], ...]:
    """Day and name of each, in the language where it is known; none for an unknown country."""
    known = _country(country)
    if known is None:
        return ()
    spoken = next((one for one in known.supported_languages if one[:2] == language[:2]), None)
    found = holidays.country_holidays(
        country,
        subdiv=region if region in known.subdivisions else None,
        years=year,
        language=spoken,
    )
    days = sorted((day, name) for day, name in found.items() if day.year == year)
    return tuple((day, name if spoken else translated(name, language)) for day, name in days)


@lru_cache(maxsize=64)
def regions(country: str) -> tuple[tuple[str, str], ...]:
    """Code and name of the country's parts that have holidays of their own, by name."""
    known = _country(country)
    if known is None:
        return ()
    names: dict[str, str] = {}
    for name, code in known.subdivisions_aliases.items():
        if len(name) > len(names.get(code, "")):
            names[code] = name
    parts = ((code, names.get(code, code)) for code in known.subdivisions)
    # France's «Zone A» to «Zone C» are about schools alone.
    short = (p for p in parts if len(p[0]) <= LONGEST_REGION and not p[0].startswith("Zone "))
    return tuple(sorted(short, key=lambda part: part[1]))


@transaction.atomic
def set_weekdays(
    practice: Practice, weekdays: list[int], *, by: Member | None, now: datetime
) -> bool:
    """The days of every week on which the practice is closed (Monday is 0)."""
    if sorted(weekdays) == sorted(practice.closed_weekdays):
        return False
    practice.closed_weekdays = sorted(weekdays)
    practice.save(update_fields=["closed_weekdays"])
    data = {"fields": ["closed_weekdays"]}
    audit.record(practice.pk, "change", "practice", practice.pk, by=by, now=now, data=data)
    return True


@transaction.atomic
def close(
    practice: Practice, day: date, name: str, *, by: Member | None, now: datetime
) -> ClosedDay:
    """A day of the practice's own on which it is closed. Raises Refused when it is one."""
    if practice.closed_days.filter(day=day, open=False).exists():
        raise Refused(_("This day is in the list already."))
    return _set(practice, day, name, open=False, by=by, now=now)


@transaction.atomic
def open_anyway(practice: Practice, day: date, *, by: Member | None, now: datetime) -> ClosedDay:
    """The practice works on this public holiday."""
    return _set(practice, day, "", open=True, by=by, now=now)


@transaction.atomic
def forget(row: ClosedDay, *, by: Member | None, now: datetime) -> None:
    """The day is again what its weekday and the public holidays say."""
    data = {"day": row.day.isoformat(), "open": row.open}
    audit.record(row.practice_id, "remove", "closed_day", row.pk, by=by, now=now, data=data)
    row.delete()


def _set(
    practice: Practice, day: date, name: str, *, open: bool, by: Member | None, now: datetime
) -> ClosedDay:
    row, _created = ClosedDay.objects.update_or_create(
        practice=practice, day=day, defaults={"name": name, "open": open}
    )
    data = {"day": day.isoformat(), "open": open}
    audit.record(practice.pk, "add", "closed_day", row.pk, by=by, now=now, data=data)
    return row


def _country(code: str) -> type[holidays.HolidayBase] | None:
    return getattr(holidays, code, None) if code in _KNOWN else None


_KNOWN = frozenset(holidays.list_supported_countries(include_aliases=False))
