"""What the clock calls."""

from django.utils import timezone

from postroom.kit.background import task
from postroom.practice import events, longwork


@task()
def sweep_events() -> int:
    """Forget events that everybody has had a day to hear."""
    return events.sweep(timezone.now())


@task()
def resume_long_work() -> int:
    """Go on with long work whose worker died."""
    return longwork.resume(now=timezone.now())
