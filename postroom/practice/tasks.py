"""What the clock calls."""

from django.utils import timezone

from postroom.kit.background import task
from postroom.practice import events, links, seats


@task()
def sweep_events() -> int:
    """Forget events that everybody has had a day to hear."""
    return events.sweep(timezone.now())


@task()
def sweep_sessions() -> int:
    """Forget sessions and mailed links that are over."""
    now = timezone.now()
    return seats.sweep(now) + links.sweep(now)
