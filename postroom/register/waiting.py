"""Where a letter stands among those that wait: its number, its neighbours, what came since."""

from dataclasses import dataclass

from postroom.practice.models import Member
from postroom.register.models import Entry, EntryQuerySet
from postroom.register.paging import MOST, SIZE, Page, bounded, cut, newer, older, shown

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
    rows = Entry.objects.readable_by(member).waiting()
    return rows.order_by("-at", "-pk")


def page(rows: EntryQuerySet, before: Entry | None) -> Page:
    if before is not None:
        rows = rows.filter(older(before.at, before.pk))
    return cut(list(rows[: SIZE + 1]), key=lambda entry: entry.pk)


def place(rows: EntryQuerySet, entry: Entry) -> Place:
    above = rows.filter(newer(entry.at, entry.pk)).order_by("at", "pk")
    ids = list(above.values_list("pk", flat=True)[:MOST])
    return Place(
        number=shown(len(ids) + 1),
        total=bounded(rows),
        previous=ids[0] if ids else None,
        next=_below(rows, entry),
    )


def following(rows: EntryQuerySet, entry: Entry) -> int | None:
    """What is shown once `entry` is filed: the next one down, or else the top of the list."""
    below = _below(rows, entry)
    return below if below is not None else rows.values_list("pk", flat=True).first()


def arrived(rows: EntryQuerySet, since: int) -> int:
    """How many came after this id (at most NEW)."""
    return len(rows.filter(pk__gt=since).values_list("pk")[:NEW])


def newest(rows: EntryQuerySet) -> int:
    return rows.order_by("-pk").values_list("pk", flat=True).first() or 0


def _below(rows: EntryQuerySet, entry: Entry) -> int | None:
    return rows.filter(older(entry.at, entry.pk)).values_list("pk", flat=True).first()
