"""What the first page tells of the moment: what is open, what came in today, who comes today."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postroom.practice.models import Member
from postroom.register.inboxes import mine, shared, still_open
from postroom.register.models import Conversation, Entry
from postroom.web.context import MANY, Item, at_least, bounded


@dataclass(frozen=True)
class Open:
    """An inbox with what nobody has closed: words with a number, and since when."""

    item: Item
    words: str
    oldest: datetime


@dataclass(frozen=True)
class CameIn:
    """What was received since midnight; each a bounded count in words, "" for none."""

    all: str
    filed: str  # on records, by itself or by hand
    waiting: str


def open_talks(member: Member, post: list[Item]) -> list[Open]:
    """The inboxes of the navigation in which something is open: it has counted them already."""
    talks = {"my-inbox": mine, "shared-inbox": shared}
    found = [
        (item, _oldest(still_open(member, talks[item.key](member))))
        for item in post
        if item.key in talks and item.count
    ]
    return [Open(item, _words(item), at) for item, at in found if at]


def came_in(member: Member, now: datetime) -> CameIn:
    """Of what one may read, as far as it is counted."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Entry.objects.readable_by(member).filter(direction=Entry.IN, at__gte=midnight)
    newest = rows.filter(at__lt=midnight + timedelta(days=1)).order_by("-at", "-pk")
    filings = Counter(newest.values_list("filing", flat=True)[: MANY + 1])
    return CameIn(
        bounded(sum(filings.values())),
        bounded(filings[Entry.RESOLVED]),
        bounded(sum(filings[filing] for filing in Entry.WAITING)),
    )


def _oldest(talks: QuerySet[Conversation]) -> datetime | None:
    return talks.order_by("last_at", "pk").values_list("last_at", flat=True).first()


def _words(item: Item) -> str:
    number, count = {"n": item.count}, at_least(item.count)
    if item.key == "my-inbox":
        return (
            ngettext("%(n)s open message of your own", "%(n)s open messages of your own", count)
            % number
        )
    return (
        ngettext(
            "%(n)s open message in the shared inbox",
            "%(n)s open messages in the shared inbox",
            count,
        )
        % number
    )


def came_in_words(came: CameIn) -> str:
    """«12 messages came in today: 9 filed, 3 waiting»."""
    if not came.all:
        return _("Nothing has come in today yet.")
    number = int(came.all.rstrip("+"))
    all_ = ngettext("%(n)s message came in today", "%(n)s messages came in today", number)
    parts = []
    if came.filed:
        parts.append(_("%(n)s filed") % {"n": came.filed})
    if came.waiting:
        parts.append(_("%(n)s waiting") % {"n": came.waiting})
    return " · ".join([all_ % {"n": came.all}, *parts])
