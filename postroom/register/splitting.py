"""Taking a conversation apart where its subject changed, and putting it together again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from postroom.practice import audit
from postroom.practice.models import Member
from postroom.register.joining import current
from postroom.register.models import Entry, StoredMail, Thread, ThreadEntry


class NothingToSplit(Exception):
    """The entry is the first of its conversation that one may read, or in none."""


class NothingToRejoin(Exception):
    """Its conversation was not taken apart from another."""


@transaction.atomic
def split(entry: Entry, *, by: Member, now: datetime) -> Thread:
    """A conversation of its own for this entry and those that came after it; later answers to
    them follow. Raises NothingToSplit."""
    place = ThreadEntry.objects.filter(entry=entry).first()
    if place is None:
        raise NothingToSplit
    there = ThreadEntry.objects.filter(thread=place.thread_id)
    following = Q(at__gt=place.at) | Q(at=place.at, entry__gte=entry.pk)
    following |= Q(entry__in=_copies(entry))
    earlier = list(there.exclude(following).values_list("entry", flat=True))
    if not Entry.objects.readable_by(by).filter(pk__in=earlier).exists():
        raise NothingToSplit
    thread = Thread.objects.create(practice_id=entry.practice_id, split_from_id=place.thread_id)
    count = there.filter(following).update(thread=thread)
    data = {"count": count}
    audit.record(entry.practice_id, "split", "entry", entry.pk, by=by, now=now, data=data)
    return thread


@transaction.atomic
def rejoin(entry: Entry, *, by: Member, now: datetime) -> Thread:
    """Undo the split that made this entry's conversation. Raises NothingToRejoin."""
    place = ThreadEntry.objects.filter(entry=entry).select_related("thread__split_from").first()
    if place is None or place.thread.split_from is None:
        raise NothingToRejoin
    apart, whole = place.thread, current(place.thread.split_from)
    count = ThreadEntry.objects.filter(thread=apart).update(thread=whole)
    Thread.objects.filter(pk=apart.pk).update(merged_into=whole, split_from=None)
    data = {"count": count}
    audit.record(entry.practice_id, "rejoin", "entry", entry.pk, by=by, now=now, data=data)
    return whole


def _copies(entry: Entry) -> list[int]:
    """The same letter in other mailboxes: it goes where this one goes."""
    mails = StoredMail.objects.filter(practice=entry.practice_id)
    folds = list(mails.filter(entry=entry).exclude(fold_key="").values_list("fold_key", flat=True))
    return list(mails.filter(fold_key__in=folds).values_list("entry", flat=True)) if folds else []
