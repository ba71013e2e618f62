"""What the clock calls."""

from django.utils import timezone

from postroom.custody import actions
from postroom.kit.background import task


@task()
def gather_merged() -> int:
    """Follow a merge with what was filed while it happened."""
    return actions.gather(timezone.now())
