"""What a note said before: who changed what, and when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy, pgettext_lazy

from postroom.clients.models import Client, Patient
from postroom.register.kinds import NAMES, in_words
from postroom.register.models import Entry

FIELDS = {
    "direction": pgettext_lazy("of a call", "Which way"),
    "at": pgettext_lazy("of a call", "When"),
    "subject": gettext_lazy("Summary"),
    "body": gettext_lazy("What was said"),
    "sender_name": gettext_lazy("With whom"),
    "clients": gettext_lazy("With regards to"),
    "patients": pgettext_lazy("patients of a note", "Who of theirs"),
    "files": gettext_lazy("Attachments"),
}


@dataclass(frozen=True)
class Was:
    """A field as it was: a moment is given as such, for the page to write it."""

    name: str
    words: str
    at: datetime | None = None


@dataclass(frozen=True)
class Version:
    """`who` changed the note then; `was` is what they changed, as it had been."""

    at: datetime
    who: str
    was: list[Was]


def versions(entry: Entry, clients: Collection[int] | None = None) -> list[Version]:
    """The changes of a note, the newest first; of records, those of `clients` alone are named."""
    rows = entry.earlier.select_related("by").order_by("-version")
    return [
        Version(row.at, row.by.name if row.by else "", list(_was(entry, row.said, clients)))
        for row in rows
    ]


def _was(entry: Entry, said: dict[str, Any], clients: Collection[int] | None) -> Any:
    for name, value in said.items():
        if name == "details":
            yield from _details(value, entry.details)
        elif name == "at":
            yield Was(str(FIELDS[name]), "", parse_datetime(value))
        elif name in FIELDS:
            yield Was(str(FIELDS[name]), _words(entry, name, value, clients))


def _details(was: dict[str, Any], now: dict[str, Any]) -> Any:
    for name, words in NAMES.items():
        if was.get(name) != now.get(name):
            yield Was(str(words), in_words(name, was.get(name)) or "–")


def _words(entry: Entry, name: str, value: Any, clients: Collection[int] | None) -> str:
    if name == "clients":
        rows = Client.objects.filter(practice=entry.practice_id, pk__in=value)
        if clients is not None:
            rows = rows.filter(pk__in=clients)
        # By their numbers: who reads this may no longer open them all.
        return ", ".join(rows.order_by("pk").values_list("ref", flat=True))
    if name == "patients":
        found = Patient.objects.filter(practice=entry.practice_id, pk__in=value)
        if clients is not None:
            found = found.filter(client__in=clients)
        return ", ".join(found.order_by("pk").values_list("name", flat=True)) or "–"
    if name == "direction":
        return str(dict(Entry.DIRECTIONS).get(value, value))
    return str(value) or "–"
