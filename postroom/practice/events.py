"""Saying that something changed, so that open pages and the worker hear of it.

An event is a row of the same commit: nothing is said that did not happen, nothing that
happened is unsaid. Whoever misses one finds the change in the rows themselves.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from postroom.kit.rows import insert_each
from postroom.practice.models import Event

ENTRY_NEW = "entry.new"
ENTRY_FILING = "entry.filing"  # where an entry is filed has changed: the server follows
ACCOUNT = "account"  # an account's settings or state changed
MEMBER = "member"  # a member or an invitation came, changed or went
NOTICE = "notice"  # something to be told of began or ended
MESSAGE = "message"  # a message was queued, or what became of it has changed
SENDING = "sending"  # a sending account, or a hold, has changed
CHECK = "check"  # somebody wants an account looked at now

KEPT = timedelta(days=1)


def tell(practice_id: int, kind: str, ids: Iterable[int], *, now: datetime) -> None:
    """One event for each id, in the caller's transaction."""
    insert_each(Event(practice_id=practice_id, at=now, kind=kind, object_id=id) for id in ids)


def sweep(now: datetime) -> int:
    """Drop what is older than a day; how many rows went."""
    return Event.objects.filter(at__lt=now - KEPT).delete()[0]
