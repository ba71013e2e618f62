"""What the clock and the queue call."""

from django.utils import timezone

from postroom.appointments import book_jobs
from postroom.appointments.matching import link_waiting
from postroom.kit.background import task


@task()
def link_appointments() -> int:
    """Link appointments and due dates with clients that came later."""
    return link_waiting()


@task()
def advance_import(job: int) -> None:
    """Go on with a file that somebody brought."""
    book_jobs.advance(job, clock=timezone.now)
