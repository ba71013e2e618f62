"""What is written by hand: each kind, its own fields (AK-101..104), its icon and its words."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

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
    methods = dict(METHODS)
    told = []
    for name in kind.fields if kind else ():
        value = entry.details.get(name)
        if value in (None, "", False):
            continue
        words = str(methods.get(value, value)) if name == "method" else str(value)
        if value is True:
            words = str(_("yes"))
        told.append((str(NAMES[name]), words))
    return told
