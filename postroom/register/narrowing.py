"""What a search and a record's timeline are narrowed by: read from the address, and put back."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import Q

from postroom.kit.text import clean
from postroom.register.models import Entry
from postroom.register.paging import number

AUTO, HAND = "auto", "hand"
LONGEST = 200  # characters of what is typed
DIRECTIONS = (Entry.IN, Entry.OUT)


@dataclass(frozen=True)
class Narrowing:
    """A field that narrows nothing is empty. `until` is a day, this one too."""

    q: str = ""
    client: int | None = None
    group: int | None = None  # of a family's page: one of its groups
    kind: str = ""
    direction: str = ""
    patient: int | None = None
    member: int | None = None
    how: str = ""  # AUTO: written by a machine, sent by itself; HAND: by a person
    files: bool = False
    since: date | None = None
    until: date | None = None
    bare: bool = False  # without attachments

    def query(self, **changes: Any) -> str:
        """The address's part that says so; "" for nothing."""
        wanted = replace(self, **changes)
        said = {one.name: getattr(wanted, one.name) for one in fields(wanted)}
        return urlencode({name: _written(value) for name, value in said.items() if value})

    @property
    def narrows(self) -> bool:
        return replace(self, q="") != Narrowing()

    def entries(self, path: str = "") -> Q:
        """The same of an entry at this path of a query; days, client, group and patient apart."""
        asked = Q()
        for name in ("kind", "direction"):
            if value := getattr(self, name):
                asked &= Q(**{f"{path}{name}": value})
        if self.files:
            asked &= Q(**{f"{path}files__gt": 0})
        if self.bare:
            asked &= Q(**{f"{path}files": 0})
        if self.member:
            asked &= Q(**{f"{path}author": self.member}) | Q(**{f"{path}filed_by": self.member})
        if self.how:
            sent = ~Q(**{f"{path}status": ""}) & Q(**{f"{path}author": None})
            by_itself = ~Q(**{f"{path}automatic": ""}) | sent
            asked &= by_itself if self.how == AUTO else ~by_itself
        return asked

    def span(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """From when on, and before when, by the clock on the practice's wall."""
        until = self.until + timedelta(days=1) if self.until and self.until < date.max else None
        return _midnight(self.since, zone), _midnight(until, zone)


def narrowing_of(said: Mapping[str, str]) -> Narrowing:
    """What an address asks for; what makes no sense narrows nothing."""
    return Narrowing(
        q=clean(said.get("q", "")).strip("\n\t")[:LONGEST],
        client=number(said.get("client")),
        kind=_one_of(dict(Entry.KINDS), said.get("kind", "")),
        direction=_one_of(DIRECTIONS, said.get("direction", "")),
        patient=number(said.get("patient")),
        member=number(said.get("member")),
        how=_one_of((AUTO, HAND), said.get("how", "")),
        files=said.get("files", "") == "1",
        bare=said.get("bare", "") == "1",
        since=_day(said.get("since", "")),
        until=_day(said.get("until", "")),
    )


def _written(value: Any) -> str:
    if value is True:
        return "1"
    return value.isoformat() if isinstance(value, date) else str(value)


def _one_of(known: Any, text: str) -> str:
    return text if text in known else ""


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year >= 1900 else None


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None
