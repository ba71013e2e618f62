"""Where a letter stands among those that wait: its number, its neighbours, what came since."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from postroom.practice.models import Member
from postroom.register.models import Entry, EntryQuerySet
from postroom.register.paging import MOST, SIZE, Page, cut, newer, older, shown

NEW = 20  # arrivals are counted this far


@dataclass(frozen=True)
class Place:
    """`number` and `total` are words ("3", "200+"); the neighbours are ids."""

    number: str
    total: str
    previous: int | None
    next: int | None


def waiting(member: Member) -> EntryQuerySet:
    """What this member may file, the newest first."""
    return Entry.objects.waiting_for(member).order_by("-at", "-pk")


def page(rows: EntryQuerySet, before: Entry | None, size: int = SIZE) -> Page:
    if before is not None:
        rows = rows.filter(older(before.at, before.pk))
    return cut(list(rows[: size + 1]), key=lambda entry: entry.pk, size=size)


def place(rows: EntryQuerySet, entry: Entry) -> Place:
    """Where one of `rows` stands: one question, if it is among those that are counted."""
    ids = list(rows.values_list("pk", flat=True)[: MOST + 1])
    total = shown(len(ids))
    if entry.pk in ids[:MOST]:
        at = ids.index(entry.pk)
        return Place(shown(at + 1), total, *_beside(ids, at))
    above = rows.filter(newer(entry.at, entry.pk)).order_by("at", "pk")
    previous = above.values_list("pk", flat=True).first()
    return Place(shown(MOST + 1), total, previous, _below(rows, entry))


def following(rows: EntryQuerySet, entry: Entry) -> int | None:
    """What is shown once `entry` is filed: the next one down, or else the top of the list."""
    below = _below(rows, entry)
    return below if below is not None else rows.values_list("pk", flat=True).first()


def arrived(rows: EntryQuerySet, since: int, made: datetime) -> int:
    """How many came after this id, or were put back after the list was made (at most NEW)."""
    came = rows.filter(Q(pk__gt=since) | Q(filed_at__gt=made))
    return len(came.values_list("pk")[:NEW])


def newest(rows: EntryQuerySet) -> int:
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def _beside(ids: list[int], at: int) -> tuple[int | None, int | None]:
    return (ids[at - 1] if at else None, ids[at + 1] if at + 1 < len(ids) else None)


def _below(rows: EntryQuerySet, entry: Entry) -> int | None:
    return rows.filter(older(entry.at, entry.pk)).values_list("pk", flat=True).first()
