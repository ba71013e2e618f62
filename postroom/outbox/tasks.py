"""What the clock and the queue call."""

from django.utils import timezone

from postroom.kit.background import task
from postroom.outbox import doubting, drafting, enclosures


@task()
def see_to_doubtful() -> None:
    """Send again what is in doubt and may be, by its template."""
    doubting.see_to(timezone.now())


@task()
def tidy_drafts() -> None:
    """Forget drafts that were sent, and files that neither draft nor template names."""
    now = timezone.now()
    drafting.sweep(now)
    enclosures.drop_unnamed(now=now)
