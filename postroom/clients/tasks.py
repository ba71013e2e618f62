"""What the clock and the queue call."""

from django.utils import timezone

from postroom.clients import import_jobs, uploads
from postroom.kit.background import task


@task()
def advance_import(job: int) -> None:
    """Go on with an import that somebody started."""
    import_jobs.advance(job, clock=timezone.now)


@task()
def tidy_uploads() -> int:
    """Remove lists that were brought more than a week ago."""
    return uploads.tidy(timezone.now())
