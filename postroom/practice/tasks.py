"""What the clock calls."""

from django.utils import timezone

from postroom.kit.background import task
from postroom.practice import events, links, longwork, notices, sealing, seats
from postroom.practice.models import Practice


@task()
def sweep_events() -> int:
    """Forget events that everybody has had a day to hear."""
    return events.sweep(timezone.now())


def seal_audit() -> int:
    """Chain the audit lines of the last minute. Short, so it needs no row in the queue."""
    return sealing.seal_all(timezone.now())


@task()
def check_audits() -> int:
    """Look at everybody's, each night."""
    return sum(map(sealing.check_later.call, Practice.objects.values_list("pk", flat=True)))


@task()
def resume_long_work() -> int:
    """Go on with long work whose worker died."""
    return longwork.resume(now=timezone.now())


@task()
def sweep_sessions() -> int:
    """Forget sessions and mailed links that are over."""
    now = timezone.now()
    return seats.sweep(now) + links.sweep(now)


@task()
def sweep_notices() -> int:
    """Forget what members were told long ago."""
    return notices.sweep(timezone.now())
