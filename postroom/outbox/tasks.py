"""What the clock and the queue call."""

from django.utils import timezone

from postroom.kit.background import task
from postroom.outbox import drafting, enclosures


@task()
def tidy_drafts() -> None:
    """Forget drafts that were sent, and files that neither draft nor template names."""
    now = timezone.now()
    drafting.sweep(now)
    enclosures.drop_unnamed(now=now)
