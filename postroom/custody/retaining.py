"""How long a practice keeps what: off until somebody says so, tried dry, and never unseen.

Each night what is older than its kind is kept goes, with all that hangs on it, as in an erasure.
What waits for a person, what is under hold, and what lies unfiled in a member's own mailbox does
not. More than usual waits for a person, and no run erases more than was counted before it.
"""

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import OperationalError, transaction
from django.db.models import Count, Min, Q, QuerySet

from postroom.custody import erasing, holding
from postroom.custody.models import Retention
from postroom.custody.rules import RUNS, may_go, months_before
from postroom.outbox import erasing as outbox
from postroom.practice import audit, longwork
from postroom.practice.models import Job, Member, Practice
from postroom.register.models import Conversation, Entry, EntryClient

KIND = "retention"
TASK = "postroom.custody.tasks.advance_retention"
ASKS, ERASE, SWEEP = "asks", "erase", "sweep"
SLICE = 10.0  # seconds, after which other tasks have their turn
Clock = Callable[[], datetime]
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Due:
    """What is too old of one kind: everything before `until`; `held` is kept by a hold. `apart` of
    the count were sent and kept out of the register."""

    kind: str
    months: int
    until: datetime
    count: int
    clients: int
    oldest: datetime | None
    held: int
    apart: int = 0


def due(practice: Practice, months: Mapping[str, int], *, now: datetime) -> list[Due]:
    """A dry run: what would go if kinds were kept for so many months. Nothing is changed."""
    return [_due(practice, kind, n, now) for kind, n in sorted(months.items()) if n]


def settings_of(practice: Practice) -> dict[str, int]:
    """The months of each kind that is not kept for ever."""
    return dict(practice.retentions.values_list("kind", "months"))


@transaction.atomic
def save(
    practice: Practice, months: Mapping[str, int], agreed: Mapping[str, int], *, by: Member,
    now: datetime,
) -> bool:  # fmt: skip
    """Keep kinds for so many months, others for ever; `agreed` is what somebody saw would go.
    Whether anything changed."""
    before = settings_of(practice)
    wanted = {kind: n for kind, n in months.items() if n}
    if wanted == before:
        return False
    practice.retentions.exclude(kind__in=wanted).delete()
    for kind, n in wanted.items():
        if before.get(kind) != n:
            given = {"months": n, "agreed": agreed.get(kind, 0), "by": by, "at": now}
            Retention.objects.update_or_create(practice=practice, kind=kind, defaults=given)
    changes = {
        kind: [before.get(kind, 0), wanted.get(kind, 0)]
        for kind in sorted({*before, *wanted})
        if before.get(kind) != wanted.get(kind)
    }
    Job.objects.filter(practice=practice, kind=KIND, state=Job.DRAFT).delete()
    audit.record(
        practice.pk, "retention", "practice", practice.pk, by=by, now=now,
        data={"changes": changes},
    )  # fmt: skip
    return True


def run_all(now: datetime) -> int:
    """Tonight's run of every practice that does not keep all for ever; how many began or ask."""
    practices = Practice.objects.filter(retentions__isnull=False).distinct().order_by("pk")
    return sum(run(practice, now=now) is not None for practice in practices)


def run(practice: Practice, *, now: datetime) -> Job | None:
    """Begin a run, or ask for one if it is more than usual; None when there is nothing to do."""
    found = [one for one in due(practice, settings_of(practice), now=now) if one.count]
    jobs = Job.objects.filter(practice=practice, kind=KIND)
    if not found or jobs.filter(state__in=longwork.UNDER_WAY).exists():
        return None
    agreed = dict(practice.retentions.values_list("kind", "agreed"))
    before = list(jobs.filter(state=Job.DONE).order_by("-id").values_list("result", flat=True))
    usual = {
        one.kind: [said["erased"].get(one.kind, 0) for said in reversed(before[:RUNS])]
        for one in found
    }
    sure = all(may_go(one.count, agreed.get(one.kind, 0), usual[one.kind]) for one in found)
    plan = {one.kind: [one.until.isoformat(), one.count] for one in found}
    with transaction.atomic():
        jobs.filter(state=Job.DRAFT).delete()  # of another night: the numbers are others now
        job = longwork.draft(
            practice, KIND, TASK, by=None, source=None, data={"plan": plan}, now=now
        )
        if sure:
            _start(job, by=None, now=now)
        else:
            Job.objects.filter(pk=job.pk).update(stage=ASKS)
            job.stage = ASKS
    return job


def confirm(job: Job, *, by: Member, now: datetime) -> None:
    """A person says that so many may go. Raises longwork.Busy, longwork.Lost."""
    with transaction.atomic():
        _start(job, by=by, now=now)
        Job.objects.filter(pk=job.pk).update(member=by)


def decline(job: Job, *, by: Member, now: datetime) -> bool:
    """A person says no: nothing goes, until the next night asks again. False if it was over."""
    with transaction.atomic():
        gone = Job.objects.filter(pk=job.pk, state=Job.DRAFT).delete()[0]
        if gone:
            audit.record(
                job.practice_id, "decline_retention", "practice", job.practice_id, by=by, now=now
            )
    return bool(gone)


def advance(job_id: int, *, clock: Clock) -> None:
    """Go on for a while; harmless when somebody else does, or nothing is left."""
    job = longwork.take(job_id, now=clock())
    if job is None:
        return
    try:
        if job.stage == ERASE:
            _erase(job, clock)
        else:
            _finish(job, clock)
    except longwork.Lost:
        log.info("retention %s is another worker's", job_id)
    except OperationalError:
        raise  # the database is busy or away: the task is tried again
    except Exception:
        log.exception("retention %s failed", job_id)
        longwork.fail(job, {**job.result, "trouble": "unexpected"}, now=clock())


def too_old(practice: Practice, kind: str, until: datetime) -> QuerySet[Entry]:
    """The entries of a kind before that moment that are nobody's open business."""
    settled = Q(filing__in=(Entry.RESOLVED, Entry.IGNORED)) | Q(filing=Entry.UNFILED, owner=None)
    handled = Q(conversation=None) | Q(conversation__state=Conversation.CLOSED)
    rows = Entry.objects.filter(practice=practice, kind=kind, at__lt=until)
    return rows.filter(settled, handled)


def _due(practice: Practice, kind: str, months: int, now: datetime) -> Due:
    until = months_before(now, months)
    old = too_old(practice, kind, until)
    going = holding.not_held(old)
    said = going.order_by().aggregate(oldest=Min("at"))
    count = going.count()
    placed = EntryClient.objects.filter(entry__in=going.order_by().values("pk"))
    clients = placed.values("client").distinct().count()
    found = Due(kind, months, until, count, clients, said["oldest"], old.count() - count)
    return _with_messages(practice, found) if kind == Entry.EMAIL else found


def _with_messages(practice: Practice, found: Due) -> Due:
    old = outbox.too_old(practice.pk, found.until)
    going = holding.messages_not_held(practice.pk, old)
    said = going.order_by().aggregate(n=Count("pk"), oldest=Min("due"))
    oldest = min(filter(None, (found.oldest, said["oldest"])), default=None)
    held = found.held + old.count() - said["n"]
    n = found.count + said["n"]
    return replace(found, count=n, oldest=oldest, held=held, apart=said["n"])


def _start(job: Job, *, by: Member | None, now: datetime) -> None:
    plan = job.data["plan"]
    longwork.start(job, ERASE, data={}, now=now)
    total = sum(n for _, n in plan.values())
    Job.objects.filter(pk=job.pk).update(total=total)
    data = {"kinds": {kind: n for kind, (_, n) in plan.items()}}
    audit.record(
        job.practice_id, "start_retention", "practice", job.practice_id, by=by, now=now, data=data
    )


def _erase(job: Job, clock: Clock) -> None:
    began = time.monotonic()
    erased: dict[str, int] = dict(job.result.get("erased", {}))
    for kind, (until, most) in job.data["plan"].items():
        while (left := most - erased.get(kind, 0)) > 0:
            with transaction.atomic():
                most_now = min(left, erasing.AT_ONCE)
                n = _erase_some(job, kind, datetime.fromisoformat(until), most_now, now=clock())
                if not n:
                    break
                erased[kind] = erased.get(kind, 0) + n
                done, result = sum(erased.values()), {"erased": erased}
                longwork.beat(job, now=clock(), done=done, result=result)
            if time.monotonic() - began > SLICE:
                longwork.pause(job, now=clock())
                return
    with transaction.atomic():
        longwork.beat(job, now=clock(), stage=SWEEP, result={"erased": erased})
        audit.record(
            job.practice_id, "end_retention", "practice", job.practice_id, by=job.member,
            now=clock(), data={"kinds": erased},
        )  # fmt: skip
    _finish(job, clock)


def _erase_some(job: Job, kind: str, until: datetime, most: int, *, now: datetime) -> int:
    """Erase the oldest entries or, when none is left, messages that were kept out of the register;
    how many."""
    rows = holding.not_held(too_old(job.practice, kind, until)).order_by("at", "pk")
    if ids := list(rows.values_list("pk", flat=True)[:most]):
        erasing.erase_entries(job.practice_id, ids, now=now)
    elif kind == Entry.EMAIL:
        old = outbox.too_old(job.practice_id, until)
        messages = holding.messages_not_held(job.practice_id, old).order_by("due", "pk")
        ids = list(messages.values_list("pk", flat=True)[:most])
        outbox.erase_messages(job.practice_id, ids, now=now)
    return len(ids)


def _finish(job: Job, clock: Clock) -> None:
    result = erasing.sweep(job, clock)
    if result is not None:
        longwork.finish(job, result, now=clock())
