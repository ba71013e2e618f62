"""After a gap, when the clock jumped or Postroom stood still, what came due meanwhile does not pour
out: it waits until somebody has said whether it is still to go (RELIABILITY 1.2).

    due after a gap, and more than a few ──→ asked about ──→ waits as any other, and leaves
                                                 └─────────→ taken back
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Max, Min, QuerySet

from postroom.outbox import rules
from postroom.outbox.models import Message
from postroom.practice import audit, events
from postroom.practice.jobs import claim_slot, last_beat
from postroom.practice.models import Member, Practice

BEAT = "sending"
BEAT_EVERY = timedelta(minutes=1)
TOGETHER = 500  # rows of one statement


@dataclass(frozen=True)
class Question:
    """What is asked: of how many, when the oldest should have left, and the youngest, so that an
    answer speaks of those alone that its giver has seen."""

    count: int
    oldest: datetime
    until: datetime


class Beat:
    """When this worker last saw that sending goes on; its lanes take nothing after a gap."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.at: datetime | None = None

    def strike(self) -> None:
        """To be called all the time. After a gap, also one before this worker was started, ask
        about what has come due; where another worker went on meanwhile, there was none."""
        now = self.clock()
        if self.at and timedelta(0) <= now - self.at < BEAT_EVERY:
            return
        known = [at for at in (self.at, last_beat(BEAT)) if at]
        if rules.is_gap(max(known, default=None), now):
            ask(now)
        claim_slot(BEAT, now.isoformat(timespec="milliseconds"))
        self.at = now

    def is_steady(self, now: datetime) -> bool:
        """Whether there was no gap that nobody has looked at."""
        return self.at is not None and not rules.is_gap(self.at, now)


@transaction.atomic
def ask(now: datetime) -> int:
    """Of each practice with more than a few messages due, ask about them; how many."""
    due = Message.objects.due(now).exclude(reason=rules.CATCH_UP)
    of_each = due.values("practice").annotate(count=Count("pk"))
    asked = 0
    for practice in of_each.filter(count__gt=rules.AT_ONCE).values_list("practice", flat=True):
        rows = due.filter(practice=practice)
        count = rows.update(reason=rules.CATCH_UP, reason_data={"asked": now.isoformat()})
        audit.record(practice, "ask", "sending", practice, by=None, now=now, data={"count": count})
        events.tell(practice, events.SENDING, [0], now=now)
        asked += count
    return asked


def question(rows: QuerySet[Message]) -> Question | None:
    """What is asked about these messages, if anything."""
    found = asked_about(rows).aggregate(Count("pk"), Min("due"), Max("not_before"))
    if not found["pk__count"]:
        return None
    return Question(found["pk__count"], found["due__min"], found["not_before__max"])


def asked_about(rows: QuerySet[Message], until: datetime | None = None) -> QuerySet[Message]:
    """Those that wait for an answer; with `until`, that should have left by then."""
    found = rows.filter(state=Message.QUEUED, reason=rules.CATCH_UP)
    return found.filter(not_before__lte=until) if until else found


@transaction.atomic
def let_go(practice: Practice, rows: QuerySet[Message], *, by: Member | None, now: datetime) -> int:
    """These leave after all, as they would have; how many. Trying again counts from now."""
    ids = list(asked_about(rows).values_list("pk", flat=True))
    done = 0
    for start in range(0, len(ids), TOGETHER):
        some = Message.objects.filter(pk__in=ids[start : start + TOGETHER])
        done += asked_about(some).update(reason="", reason_data={}, due=now)
    deeds = [audit.Deed("send_now", "message", pk) for pk in ids]
    audit.record_all(practice.pk, deeds, by=by, now=now)
    events.tell(practice.pk, events.SENDING, [0], now=now)
    return done
