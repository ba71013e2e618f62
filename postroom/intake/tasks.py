"""What the clock calls."""

from django.utils import timezone

from postroom.intake.tidying import drop_orphans
from postroom.kit.background import task


@task()
def tidy_mail_folder() -> int:
    """Remove raw mails that no row speaks of, a day after they were written."""
    return drop_orphans(now=timezone.now())
