"""Many letters in one act: filed to the same clients, set aside, or taken back again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction

from postroom.practice.models import Member
from postroom.register.filing import AlreadyFiled, NothingToUndo
from postroom.register.models import Entry
from postroom.register.paging import number

MOST = 200  # letters at once


@dataclass(frozen=True)
class Done:
    """What was done, and what somebody else was faster with."""

    entries: list[Entry]
    taken: int


def picked(values: Iterable[str]) -> dict[int, int]:
    """Id -> version of the letters ticked on a page («12:3»); what is no such pair is left out."""
    found: dict[int, int] = {}
    for value in values:
        pk, _colon, version = value.partition(":")
        entry, seen = number(pk), number(version)
        if entry is not None and seen is not None and len(found) < MOST:
            found[entry] = seen
    return found


def letters(member: Member, wanted: Mapping[int, int]) -> list[Entry]:
    """Those of the ticked letters that this member may read, the newest first."""
    rows = Entry.objects.readable_by(member).filter(pk__in=wanted)
    return list(rows.order_by("-at", "-pk"))


def do_all(
    entries: Iterable[Entry], wanted: Mapping[int, int], act: Callable[[Entry, int], object]
) -> Done:
    """`act(entry, version)` on each, all in one commit; what was filed meanwhile is left alone."""
    done = []
    with transaction.atomic():
        for entry in entries:
            try:
                act(entry, wanted[entry.pk])
            except (AlreadyFiled, NothingToUndo):
                continue
            done.append(entry)
    return Done(done, len(wanted) - len(done))
