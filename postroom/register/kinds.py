"""What is written by hand: each kind, its own fields (AK-101..104), its icon and its words."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.utils import formats
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from postroom.register.models import Entry

METHODS = [
    ("post", pgettext_lazy("letter", "Post")),
    ("email", _("Email")),
    ("special", _("Special delivery")),
    ("collected", _("Collected")),
]


@dataclass(frozen=True)
class Kind:
    """`fields` are kept in Entry.details; `tone` is the colour of its icon."""

    key: str
    log: Promise  # the button that begins one
    icon: str
    tone: str
    both_ways: bool = False  # received or sent
    fields: tuple[str, ...] = ()


BY_HAND = {
    kind.key: kind
    for kind in (
        Kind(
            Entry.PHONE,
            _("Log a call"),
            "phone",
            "call",
            both_ways=True,
            fields=("number", "minutes", "call_back"),
        ),
        Kind(
            Entry.MEETING,
            _("Meeting note"),
            "users",
            "meet",
            fields=("place", "present", "minutes"),
        ),
        Kind(
            Entry.LETTER,
            _("Letter"),
            "file-text",
            "letter",
            both_ways=True,
            fields=(
                *("method", "tracking", "received_on", "action", "actioned_on"),
                "address",
            ),
        ),
        Kind(Entry.NOTE, _("File note"), "notebook-pen", "letter"),
        Kind(
            Entry.SMS,
            _("SMS, noted by hand"),
            "message-square-text",
            "sms",
            both_ways=True,
            fields=("number",),
        ),
    )
}
NAMES: dict[str, Promise] = {
    "number": _("Telephone number"),
    "minutes": _("Minutes"),
    "call_back": _("To call back"),
    "place": _("Where"),
    "present": _("Who was there"),
    "method": _("How"),
    "tracking": _("Tracking number"),
    "received_on": _("Received on"),
    "action": _("What is to be done"),
    "actioned_on": _("Done on"),
    "address": pgettext_lazy("of a letter", "Address"),
}
DAYS = ("received_on", "actioned_on")  # kept as 2026-11-26
LOOKS = {
    Entry.EMAIL: ("mail", "email"),
    **{kind.key: (kind.icon, kind.tone) for kind in BY_HAND.values()},
}


def look(entry: Entry) -> tuple[str, str]:
    """The icon of an entry's kind, and its colour; a file that came by itself is a file."""
    if entry.kind == Entry.LETTER and not entry.is_noted:
        return "file", "letter"
    return LOOKS[entry.kind]


def telling(entry: Entry) -> list[tuple[str, str]]:
    """The fields of its kind that say something: name and words."""
    kind = BY_HAND.get(entry.kind)
    told = [
        (str(NAMES[name]), words)
        for name in (kind.fields if kind else ())
        if (words := in_words(name, entry.details.get(name)))
    ]
    if reason := entry.details.get("in_spite_of") and entry.details.get("reason"):
        told.append((gettext("Sent in spite of a warning"), str(reason)))
    return told


def in_words(name: str, value: Any) -> str:
    """What a field of Entry.details says; "" where it says nothing."""
    if value in (None, "", False):
        return ""
    if value is True:
        return gettext("yes")
    if name == "method":
        return str(dict(METHODS).get(value, value))
    if name in DAYS:
        with suppress(ValueError):
            if day := parse_date(str(value)):
                return formats.date_format(day, "DATE_FORMAT")
    return str(value)
