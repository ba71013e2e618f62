"""How an entry of any kind looks on a timeline: its icon, and one line of what it is."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from postroom.register import kinds
from postroom.register.models import Entry
from postroom.register.words import Pill

KINDS = dict(Entry.KINDS)
CALLED = {Entry.IN: gettext_lazy("they called"), Entry.OUT: gettext_lazy("we called")}
WENT = {
    Entry.IN: pgettext_lazy("an entry", "received"),
    Entry.OUT: pgettext_lazy("an entry", "sent"),
}
STATUS = {
    Entry.WAITING_TO_GO: ("blue", "clock"),
    Entry.SENT: ("green", "check"),
    Entry.NOT_SENT: ("red", "circle-alert"),
    Entry.UNCERTAIN: ("amber", "triangle-alert"),
}


@dataclass(frozen=True)
class Look:
    """`kind` in words, for who does not see the icon; `said`: what it is, besides its subject."""

    icon: str
    tone: str
    kind: str
    said: str
    pill: Pill | None


def look(entry: Entry) -> Look:
    icon, tone = kinds.look(entry)
    return Look(icon, tone, str(KINDS[entry.kind]), " · ".join(_said(entry)), _pill(entry))


def _said(entry: Entry) -> Iterator[str]:
    """«they called · Ines Okafor · 4 min»."""
    author = entry.author.name if entry.author else str(entry.details.get("by", ""))
    if author and entry.direction == Entry.OUT and entry.kind in (Entry.EMAIL, Entry.SMS):
        yield _("sent by %(name)s") % {"name": author}
    else:
        yield from (words for words in (_way(entry), author) if words)
    if place := entry.details.get("place"):
        yield str(place)
    minutes = entry.details.get("minutes")
    if isinstance(minutes, int) and minutes > 0:
        yield ngettext("%(n)d min", "%(n)d min", minutes) % {"n": minutes}


def _way(entry: Entry) -> str:
    ways = CALLED if entry.kind == Entry.PHONE else WENT
    return str(ways.get(entry.direction, ""))


def _pill(entry: Entry) -> Pill | None:
    if entry.status:
        tone, icon = STATUS[entry.status]
        return Pill(entry.get_status_display(), tone, icon)
    return Pill(entry.get_automatic_display(), "", "bot") if entry.automatic else None
